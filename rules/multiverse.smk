"""The analysis under all combinations of alternative choices; requested by the target ``multiverse`` only.

inputs   the participants' series (or maps that are given), results/group/, the published Table 2
outputs  results/multiverse/; figures and page: multiverse_page.smk
"""

PLANS = {measure: measure_plan(MULTIVERSE, config, measure) for measure in MAPS}
# those that need the series before nuisance regression, and those that need it denoised
OTHER_SERIES = [key for key in MULTIVERSE.values if key in SERIES_KEYS]
OTHER_MAPS = [key for key in MULTIVERSE.values if key in METRIC_KEYS]
ALTERNATIVE_MAPS = "results/multiverse/maps/sub-{subject}_alternatives.npz"
ALTERNATIVE_COVARIATES = MULTIVERSE.values.get("cohort.covariates", [])
ALTERNATIVE_MOTION = motion_files([name for names in ALTERNATIVE_COVARIATES for name in names])
MULTIVERSE_COST = cost_sentence(
    MULTIVERSE,
    PLANS,
    n_participants=len(SUBJECTS),
    n_permutations=config["group"]["n_permutations"],
    from_series=bool(OTHER_SERIES),
)
PUBLISHED_REGIONS = [] if config["published"] is None else [f"{PUBLISHED}/table2.csv"]


OF_MEASURE = "results/multiverse/{measure}"
OF_ALTERNATIVE = "results/multiverse/{measure}/alternative-{alternative}"
SHARES = f"{OF_MEASURE}/space-{SPACE}_contrast-patientsVsControls_desc"
NUMBERS = {measure: range(len(plan["maps"])) for measure, plan in PLANS.items()}

# what the series of a participant is made of, by the names of the rule that makes it
if not OTHER_SERIES:
    SERIES_INPUTS = {}
elif SOURCE == "derivatives":
    SERIES_INPUTS = {
        key: rules.import_derivatives.input[key] for key in ("index", "folder", "description")
    }
else:
    SERIES_INPUTS = {
        key: rules.preprocess_func.input[key]
        for key in ("bold", "sidecar", "t1w", "brain_mask", "wm", "csf", "xfm")
    }


wildcard_constraints:
    alternative=r"\d+",


rule list_universes:
    """Universes and what is left out; stops where a design cannot be estimated."""
    input:
        # before any preprocessing, so that a design that cannot be estimated is told at once
        participants=rules.check_design.input.participants,
        checked=rules.check_design.output.check,
    output:
        universes="results/multiverse/universes.tsv",
        universes_sidecar="results/multiverse/universes.json",
        left_out="results/multiverse/left_out.tsv",
        left_out_sidecar="results/multiverse/left_out.json",
        plan="results/multiverse/plan.json",
    log:
        "results/logs/list_universes.log",
    benchmark:
        "results/benchmarks/list_universes.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        comparison=COMPARISON,
        covariates=ALTERNATIVE_COVARIATES,
        values=MULTIVERSE.values,
        universes=MULTIVERSE.universes,
        left_out=MULTIVERSE.left_out,
        n_combinations=MULTIVERSE.n_combinations,
        plans=PLANS,
        code=code_digest("multiverse/list_universes.py"),
    script:
        "../scripts/multiverse/list_universes.py"


rule compute_alternative_maps:
    """All maps of a participant, of series that are kept in memory only."""
    input:
        **SERIES_INPUTS,
        plan=rules.list_universes.output.plan,
        main=per_map(STANDARDISED),
        denoised=func_mni("desc-denoised_bold.nii.gz") if OTHER_MAPS else [],
        mask=func_mni("desc-brain_mask.nii.gz"),
        seeds=SEEDS_MASK,
        template_mask=rules.prepare_template.output.func_mask,
    output:
        maps=temp(ALTERNATIVE_MAPS),
    log:
        "results/logs/compute_alternative_maps/sub-{subject}.log",
    benchmark:
        "results/benchmarks/compute_alternative_maps/sub-{subject}.tsv"
    group:
        in_batches("alternatives")
    conda:
        "../envs/preprocessing.yaml"
    resources:
        **by_headers("rest", memory_mb=(800, 14), minutes=(20, 0.04)),
    params:
        **settings("preprocessing", "drop_volumes", "motion_estimation"),
        **settings("metrics", "band_hz"),
        slice_order=SLICE_ORDER,
        code=code_digest("multiverse/compute_alternative_maps.py"),
    script:
        "../scripts/multiverse/compute_alternative_maps.py"


rule fit_universes:
    """Group comparison in the universes that share one set of maps."""
    input:
        plan=rules.list_universes.output.plan,
        maps=per_participant(ALTERNATIVE_MAPS),
        covered=per_participant(func_mni("desc-brain_mask.nii.gz")),
        template_mask=rules.prepare_template.output.func_mask,
        participants=rules.select_participants.output.analysed,
        motion=ALTERNATIVE_MOTION,
        seed_images=seed_images_of_measure,
        published=PUBLISHED_REGIONS,
    output:
        results=f"{OF_ALTERNATIVE}_results.npz",
        clusters=f"{OF_ALTERNATIVE}_clusters.tsv",
        clusters_sidecar=f"{OF_ALTERNATIVE}_clusters.json",
    log:
        "results/logs/fit_universes/{measure}_{alternative}.log",
    benchmark:
        "results/benchmarks/fit_universes/{measure}_{alternative}.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(MODEL_MEMORY_MB, 120),
    params:
        **settings("group", "n_permutations"),
        **settings("connectivity", "search_seed"),
        **settings("multiverse", "match_mm"),
        across_seeds=config["connectivity"]["correct_across_seeds"],
        comparison=COMPARISON,
        seed=config["seed"],
        code=code_digest("multiverse/fit_universes.py"),
    script:
        "../scripts/multiverse/fit_universes.py"


rule compare_universes:
    """Regions over the universes: specification curves, choices and joint tests."""
    input:
        plan=rules.list_universes.output.plan,
        results=lambda wildcards: expand(
            rules.fit_universes.output.results,
            measure=wildcards.measure,
            alternative=NUMBERS[wildcards.measure],
        ),
        clusters=lambda wildcards: expand(
            rules.fit_universes.output.clusters,
            measure=wildcards.measure,
            alternative=NUMBERS[wildcards.measure],
        ),
        main=rules.correct_clusters.output.table,
        seeds=seeds_of_measure,
        maps=per_participant(ALTERNATIVE_MAPS),
        covered=per_participant(func_mni("desc-brain_mask.nii.gz")),
        template_mask=rules.prepare_template.output.func_mask,
        participants=rules.select_participants.output.analysed,
        motion=ALTERNATIVE_MOTION,
        published=PUBLISHED_REGIONS,
    output:
        regions=f"{OF_MEASURE}/regions.tsv",
        specification=f"{OF_MEASURE}/specification.tsv",
        choices=f"{OF_MEASURE}/choices.tsv",
        tests=f"{OF_MEASURE}/tests.tsv",
        regions_sidecar=f"{OF_MEASURE}/regions.json",
        specification_sidecar=f"{OF_MEASURE}/specification.json",
        choices_sidecar=f"{OF_MEASURE}/choices.json",
        tests_sidecar=f"{OF_MEASURE}/tests.json",
        matches_sidecar=f"{OF_MEASURE}/published_matches.json",
        matches=f"{OF_MEASURE}/published_matches.tsv",
        hits=f"{OF_MEASURE}/published_hits.npz",
        positive=f"{SHARES}-positiveShare_statmap.nii.gz",
        negative=f"{SHARES}-negativeShare_statmap.nii.gz",
    log:
        "results/logs/compare_universes/{measure}.log",
    benchmark:
        "results/benchmarks/compare_universes/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(MODEL_MEMORY_MB, 60),
    params:
        **settings("multiverse", "match_mm"),
        comparison=COMPARISON,
        code=code_digest("multiverse/compare_universes.py"),
    script:
        "../scripts/multiverse/compare_universes.py"


if config["published"] is not None:

    rule compare_published_rows:
        """Published regions over the universes, with what chance would give."""
        input:
            published=f"{PUBLISHED}/table2.csv",
            audit=rules.audit_published.output.findings,
            universes=rules.list_universes.output.universes,
            matches=per_map(rules.compare_universes.output.matches),
            hits=per_map(rules.compare_universes.output.hits),
        output:
            rows="results/multiverse/published_rows.tsv",
            readings="results/multiverse/readings.tsv",
            chance="results/multiverse/chance.tsv",
            rows_sidecar="results/multiverse/published_rows.json",
            readings_sidecar="results/multiverse/readings.json",
            chance_sidecar="results/multiverse/chance.json",
        log:
            "results/logs/compare_published_rows.log",
        benchmark:
            "results/benchmarks/compare_published_rows.tsv"
        conda:
            "../envs/statistics.yaml"
        params:
            measures=MAPS,
            code=code_digest("multiverse/compare_published_rows.py"),
        script:
            "../scripts/multiverse/compare_published_rows.py"
