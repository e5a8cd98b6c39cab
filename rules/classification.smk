"""Classification of patients and controls: as published, and with nothing leaking.

inputs   standardised maps and series of all participants, features and tables of the clusters
outputs  results/classification/, results/tables/table3_robustness.tsv, results/figures/figure4_robustness.png
"""

FEATURE_SETS = {**{measure: [measure] for measure in [*MEASURES, "fc"]}, "all": [*MEASURES, "fc"]}
REPEATS = range(1, config["classification"]["n_fold_repeats"] + 1)
BATCHES = range(1, -(-config["classification"]["n_permutations"] // BATCH) + 1)

# how the regions of a fold are chosen: as those of the whole sample
SELECTION = {
    **CORRECTION,
    "smoothness": config["group"]["smoothness"],
    "across_seeds": config["connectivity"]["correct_across_seeds"],
}
LOCAL_MAPS = [
    path
    for measure in MEASURES
    for path in of_all(
        "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_"
        f"stat-{measure}_desc-standardised_boldmap.nii.gz"
    )
]
STORED_SERIES = of_all(
    "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym"
    "_desc-standardised_bold.npz"
)
# the maps, and a block of connectivity maps (restpain.groupmaps.MEMORY_BYTES)
FOLD_MEMORY_MB = 3000 + len(MEASURES) * len(SUBJECTS) // 3
FUNC_QC = of_all("results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json")


wildcard_constraints:
    features="|".join(FEATURE_SETS),
    repeat=r"\d+",
    batch=r"\d+",


rule select_fold_regions:
    """Outer folds of one dealing, and the regions that their training participants give."""
    input:
        maps=LOCAL_MAPS,
        series=STORED_SERIES,
        qc=FUNC_QC,
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        participants="results/cohort/analysed.tsv",
    output:
        folds="results/classification/repeat-{repeat}/folds.tsv",
        voxels="results/classification/repeat-{repeat}/space-MNI152NLin2009aSym_desc-foldregions_mask.nii.gz",
        regions="results/classification/repeat-{repeat}/fold_regions.tsv",
        features="results/classification/repeat-{repeat}/fold_features.tsv",
    log:
        "results/logs/select_fold_regions/repeat-{repeat}.log",
    benchmark:
        "results/benchmarks/select_fold_regions/repeat-{repeat}.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(FOLD_MEMORY_MB),
        runtime=on_retry(60),
    params:
        measures=MEASURES,
        comparison=COMPARISON,
        harmonise=config["classification"]["harmonise"],
        n_folds=config["classification"]["n_folds"],
        seed=config["seed"],
        selection=SELECTION,
        code=code_digest("classification/select_fold_regions.py"),
    script:
        "../scripts/classification/select_fold_regions.py"


rule extract_atlas_features:
    """Mean of every atlas region in the local maps of every participant."""
    input:
        maps=LOCAL_MAPS,
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        participants="results/cohort/analysed.tsv",
    output:
        features="results/classification/atlas_features.tsv",
    log:
        "results/logs/extract_atlas_features.log",
    benchmark:
        "results/benchmarks/extract_atlas_features.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(FOLD_MEMORY_MB),
        runtime=on_retry(10),
    params:
        measures=MEASURES,
        code=code_digest("classification/extract_atlas_features.py"),
    script:
        "../scripts/classification/extract_atlas_features.py"


rule classify_published:
    """The published protocol for the features of one measure, or of all together."""
    input:
        features=lambda wildcards: [
            f"results/group/{measure}/features.tsv"
            for measure in FEATURE_SETS[wildcards.features]
        ],
        clusters=lambda wildcards: [
            f"results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls"
            "_desc-clusters_table.tsv"
            for measure in FEATURE_SETS[wildcards.features]
        ],
        participants="results/cohort/analysed.tsv",
    output:
        published="results/classification/{features}/published.tsv",
        predictions="results/classification/{features}/published_predictions.tsv",
    log:
        "results/logs/classify_published/{features}.log",
    benchmark:
        "results/benchmarks/classify_published/{features}.tsv"
    conda:
        "../envs/classification.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(120),
    params:
        measures=lambda wildcards: FEATURE_SETS[wildcards.features],
        comparison=GROUPS,
        learners=config["classification"]["learners"],
        test_fraction=config["classification"]["test_fraction"],
        n_repeats=config["classification"]["n_repeats"],
        n_search_trials=config["classification"]["n_search_trials"],
        n_bootstrap=config["classification"]["n_bootstrap"],
        seed=config["seed"],
        code=code_digest("classification/classify_published.py"),
    script:
        "../scripts/classification/classify_published.py"


rule collect_published:
    """One table of the published protocol."""
    input:
        measure_published=expand(
            "results/classification/{features}/published.tsv", features=FEATURE_SETS
        ),
        measure_predictions=expand(
            "results/classification/{features}/published_predictions.tsv", features=FEATURE_SETS
        ),
    output:
        published="results/classification/published.tsv",
        predictions="results/classification/published_predictions.tsv",
    log:
        "results/logs/collect_published.log",
    benchmark:
        "results/benchmarks/collect_published.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(500),
        runtime=on_retry(5),
    params:
        code=code_digest("classification/collect_published.py"),
    script:
        "../scripts/classification/collect_published.py"


rule classify_nested:
    """Regions, features and model from the training participants alone; and what must be beaten."""
    input:
        qc=FUNC_QC,
        participants="results/cohort/analysed.tsv",
        folds="results/classification/repeat-{repeat}/folds.tsv",
        features="results/classification/repeat-{repeat}/fold_features.tsv",
        atlas="results/classification/atlas_features.tsv",
    output:
        predictions="results/classification/repeat-{repeat}/nested_predictions.tsv",
        weights="results/classification/repeat-{repeat}/nested_weights.tsv",
        arms="results/classification/repeat-{repeat}/nested_arms.tsv",
    log:
        "results/logs/classify_nested/repeat-{repeat}.log",
    benchmark:
        "results/benchmarks/classify_nested/repeat-{repeat}.tsv"
    conda:
        "../envs/classification.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(120),
    params:
        measures=MEASURES,
        comparison=COMPARISON,
        harmonise=config["classification"]["harmonise"],
        learners=config["classification"]["learners"],
        n_folds=config["classification"]["n_folds"],
        n_search_trials=config["classification"]["n_search_trials"],
        seed=config["seed"],
        code=code_digest("classification/classify_nested.py"),
    script:
        "../scripts/classification/classify_nested.py"


rule classify_permuted:
    """Arms A and B with permuted groups, everything chosen and fitted anew: some permutations."""
    input:
        maps=LOCAL_MAPS,
        series=STORED_SERIES,
        qc=FUNC_QC,
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        participants="results/cohort/analysed.tsv",
    output:
        permuted="results/classification/permutations-{batch}/permuted.tsv",
    log:
        "results/logs/classify_permuted/permutations-{batch}.log",
    benchmark:
        "results/benchmarks/classify_permuted/permutations-{batch}.tsv"
    conda:
        "../envs/classification.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000 + FOLD_MEMORY_MB),
        runtime=on_retry(240),
    params:
        permutations=permutations_of_batch,
        measures=MEASURES,
        comparison=COMPARISON,
        harmonise=config["classification"]["harmonise"],
        learners=config["classification"]["learners"],
        test_fraction=config["classification"]["test_fraction"],
        n_repeats=config["classification"]["n_repeats"],
        n_folds=config["classification"]["n_folds"],
        n_search_trials=config["classification"]["n_search_trials"],
        seed=config["seed"],
        selection=SELECTION,
        code=code_digest("classification/classify_permuted.py"),
    script:
        "../scripts/classification/classify_permuted.py"


rule classify_subsets:
    """Learning curve: regions and logistic regression from a part of each training set."""
    input:
        maps=LOCAL_MAPS,
        series=STORED_SERIES,
        qc=FUNC_QC,
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        participants="results/cohort/analysed.tsv",
        folds="results/classification/repeat-1/folds.tsv",
    output:
        curve="results/classification/learning_curve.tsv",
    log:
        "results/logs/classify_subsets.log",
    benchmark:
        "results/benchmarks/classify_subsets.tsv"
    conda:
        "../envs/classification.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(FOLD_MEMORY_MB),
        runtime=on_retry(60),
    params:
        measures=MEASURES,
        comparison=COMPARISON,
        harmonise=config["classification"]["harmonise"],
        n_folds=config["classification"]["n_folds"],
        n_bootstrap=config["classification"]["n_bootstrap"],
        seed=config["seed"],
        selection=SELECTION,
        code=code_digest("classification/classify_subsets.py"),
    script:
        "../scripts/classification/classify_subsets.py"


rule collect_nested:
    """The leak-free arms of all dealings in one table, with the permutations of the groups."""
    input:
        repeat_predictions=expand(
            "results/classification/repeat-{repeat}/nested_predictions.tsv", repeat=REPEATS
        ),
        repeat_weights=expand(
            "results/classification/repeat-{repeat}/nested_weights.tsv", repeat=REPEATS
        ),
        repeat_arms=expand(
            "results/classification/repeat-{repeat}/nested_arms.tsv", repeat=REPEATS
        ),
        repeat_regions=expand(
            "results/classification/repeat-{repeat}/fold_regions.tsv", repeat=REPEATS
        ),
        batch_permuted=expand(
            "results/classification/permutations-{batch}/permuted.tsv", batch=BATCHES
        ),
    output:
        nested="results/classification/nested.tsv",
        predictions="results/classification/nested_predictions.tsv",
        calibration="results/classification/nested_calibration.tsv",
        regions="results/classification/nested_regions.tsv",
        permuted="results/classification/permuted.tsv",
    log:
        "results/logs/collect_nested.log",
    benchmark:
        "results/benchmarks/collect_nested.tsv"
    conda:
        "../envs/classification.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(15),
    params:
        patients=config["cohort"]["patients"],
        n_bootstrap=config["classification"]["n_bootstrap"],
        seed=config["seed"],
        code=code_digest("classification/collect_nested.py"),
    script:
        "../scripts/classification/collect_nested.py"
