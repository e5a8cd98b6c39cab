"""Recovery of the ground truth of a simulated cohort; only where data are simulated.

inputs   results/sourcedata/truth/, registrations, motion, clusters, denoised series
outputs  results/recovery/, results/tables/recovery*.tsv, results/figures/recovery.png and .svg
"""

TRUTH = "results/sourcedata/truth/truth.json"


rule define_effect_regions:
    """Regions of the simulated effects on the grid of the analysis."""
    input:
        truth=TRUTH,
        regions=rules.simulate_cohort.output.regions,
        head=rules.simulate_cohort.output.head,
        grid=rules.prepare_template.output.func_mask,
    output:
        image=f"results/recovery/space-{SPACE}_desc-planted_mask.nii.gz",
        table=f"results/recovery/space-{SPACE}_desc-planted_mask.tsv",
        sidecar=f"results/recovery/space-{SPACE}_desc-planted_mask.json",
    log:
        "results/logs/define_effect_regions.log",
    benchmark:
        "results/benchmarks/define_effect_regions.tsv"
    conda:
        "../envs/simulation.yaml"
    resources:
        **on_retry(2000, 5),
    params:
        code=code_digest("recovery/define_effect_regions.py"),
    script:
        "../scripts/recovery/define_effect_regions.py"


rule compare_truth:
    """Errors of motion and registration in mm; the simulated differences after every stage."""
    input:
        bold=raw_func("bold.nii.gz"),
        sidecar=raw_func("bold.json"),
        denoised=func_mni("desc-denoised_bold.nii.gz"),
        mask=func_mni("desc-brain_mask.nii.gz"),
        xfm=anat(MNI_TO_T1W),
        confounds=func("desc-confounds_timeseries.tsv"),
        qc=func("desc-qc_metrics.json"),
        brain=rules.prepare_template.output.func_mask,
        true_xfm=rules.simulate_participant.output.transform,
        participant=rules.simulate_participant.output.truth,
        effects=TRUTH,
        regions=rules.define_effect_regions.output.image,
        places=rules.define_effect_regions.output.table,
    output:
        comparison="results/recovery/sub-{subject}_comparison.json",
    log:
        "results/logs/compare_truth/sub-{subject}.log",
    benchmark:
        "results/benchmarks/compare_truth/sub-{subject}.tsv"
    group:
        in_batches("recovery")
    conda:
        "../envs/simulation.yaml"
    resources:
        **on_retry(2000, 10),
    params:
        **settings("metrics", "band_hz", "fwhm_mm", "smoothing_kernel", "reho_neighbours"),
        drop_volumes=config["preprocessing"]["drop_volumes"],
        slice_order=SLICE_ORDER,
        code=code_digest("recovery/compare_truth.py"),
    script:
        "../scripts/recovery/compare_truth.py"


rule tabulate_recovery:
    """Simulated effects against detected clusters; attenuation by stage; errors in mm."""
    input:
        truth=TRUTH,
        participants=rules.select_participants.output.analysed,
        regions=rules.define_effect_regions.output.image,
        places=rules.define_effect_regions.output.table,
        mask=rules.compute_group_mask.output.mask,
        labels=per_map(rules.correct_clusters.output.labels),
        clusters=per_map(rules.correct_clusters.output.table),
        seeds=rules.define_seeds.output.table,
        seeds_mask=rules.define_seeds.output.seeds,
        comparisons=per_participant(rules.compare_truth.output.comparison),
    output:
        tables=reported(
            expand("results/tables/{name}.tsv", name=RECOVERY_TABLES),
            "Tables",
            subcategory="Simulation",
            caption="recovery",
        ),
        sidecars=expand("results/tables/{name}.json", name=RECOVERY_TABLES),
    log:
        "results/logs/tabulate_recovery.log",
    benchmark:
        "results/benchmarks/tabulate_recovery.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(2000, 5),
    params:
        measures=MAPS,
        patients=config["cohort"]["patients"],
        code=code_digest("recovery/tabulate_recovery.py"),
    script:
        "../scripts/recovery/tabulate_recovery.py"


rule plot_recovery:
    """Simulated effects and detected clusters, attenuation by stage, errors of motion and registration."""
    input:
        template=rules.prepare_template.output.func_T1w,
        regions=rules.define_effect_regions.output.image,
        places=rules.define_effect_regions.output.table,
        labels=per_map(rules.correct_clusters.output.labels),
        tables=expand("results/tables/{name}.tsv", name=RECOVERY_TABLES),
    output:
        png=reported("results/figures/recovery.png", "Figures"),
        svg="results/figures/recovery.svg",
    log:
        "results/logs/plot_recovery.log",
    benchmark:
        "results/benchmarks/plot_recovery.tsv"
    conda:
        "../envs/figures.yaml"
    params:
        measures=MAPS,
        patients=config["cohort"]["patients"],
        code=code_digest("recovery/plot_recovery.py"),
    script:
        "../scripts/recovery/plot_recovery.py"
