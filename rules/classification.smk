"""Classification of patients and controls: published protocol and nested cross-validation.

inputs   standardised maps and series of all participants, features and tables of the clusters
outputs  results/classification/
"""

REPEATS = range(1, config["classification"]["n_fold_repeats"] + 1)
BATCHES = range(1, -(-N_PERMUTATIONS // BATCH) + 1)

# the maps, and a block of connectivity maps (restpain.group.maps.MEMORY_BYTES)
FOLD_MEMORY_MB = 3000 + len(MEASURES) * len(SUBJECTS) // 3


rule select_fold_regions:
    """Outer folds of one repeat; regions selected on the training set of each."""
    input:
        maps=LOCAL_MAPS,
        series=STORED_SERIES,
        qc=FUNC_QC,
        mask=rules.compute_group_mask.output.mask,
        covered=COVERED,
        participants=rules.select_participants.output.analysed,
    output:
        folds="results/classification/repeat-{repeat}/folds.tsv",
        voxels=f"results/classification/repeat-{{repeat}}/space-{SPACE}_desc-foldregions_mask.nii.gz",
        regions="results/classification/repeat-{repeat}/fold_regions.tsv",
        features="results/classification/repeat-{repeat}/fold_features.tsv",
    log:
        "results/logs/select_fold_regions/repeat-{repeat}.log",
    benchmark:
        "results/benchmarks/select_fold_regions/repeat-{repeat}.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(FOLD_MEMORY_MB, 60),
    params:
        **settings("classification", "harmonise", "n_folds"),
        measures=MEASURES,
        comparison=COMPARISON,
        seed=config["seed"],
        selection=SELECTION,
        code=code_digest("classification/select_fold_regions.py"),
    script:
        "../scripts/classification/select_fold_regions.py"


rule extract_atlas_features:
    """Mean of every atlas region in the local maps of every participant."""
    input:
        maps=LOCAL_MAPS,
        mask=rules.compute_group_mask.output.mask,
        covered=COVERED,
        participants=rules.select_participants.output.analysed,
    output:
        features="results/classification/atlas_features.tsv",
    log:
        "results/logs/extract_atlas_features.log",
    benchmark:
        "results/benchmarks/extract_atlas_features.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(FOLD_MEMORY_MB, 10),
    params:
        measures=MEASURES,
        code=code_digest("classification/extract_atlas_features.py"),
    script:
        "../scripts/classification/extract_atlas_features.py"


rule classify_published:
    """Arm A, published protocol, on the features of one measure or of all measures."""
    input:
        features=in_feature_set(rules.extract_features.output.features),
        clusters=in_feature_set(rules.correct_clusters.output.table),
        participants=rules.select_participants.output.analysed,
    output:
        published="results/classification/{features}/published.tsv",
        predictions="results/classification/{features}/published_predictions.tsv",
    log:
        "results/logs/classify_published/{features}.log",
    benchmark:
        "results/benchmarks/classify_published/{features}.tsv"
    conda:
        "../envs/classification.yaml"
    resources:
        **on_retry(2000, 120),
    params:
        **settings("classification", "learners", "test_fraction", "n_repeats"),
        **settings("classification", "max_leave_one_out", "n_search_trials", "n_bootstrap"),
        measures=lambda wildcards: MAP_SETS[wildcards.features],
        comparison=GROUPS,
        seed=config["seed"],
        code=code_digest("classification/classify_published.py"),
    script:
        "../scripts/classification/classify_published.py"


rule collect_published:
    """One table of the published protocol."""
    input:
        measure_published=expand(rules.classify_published.output.published, features=MAP_SETS),
        measure_predictions=expand(rules.classify_published.output.predictions, features=MAP_SETS),
    output:
        published="results/classification/published.tsv",
        predictions="results/classification/published_predictions.tsv",
    log:
        "results/logs/collect_published.log",
    benchmark:
        "results/benchmarks/collect_published.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        code=code_digest("classification/collect_published.py"),
    script:
        "../scripts/classification/collect_published.py"


rule classify_nested:
    """Arm B, nested cross-validation, and the arms C and D that it must beat."""
    input:
        qc=FUNC_QC,
        participants=rules.select_participants.output.analysed,
        folds=rules.select_fold_regions.output.folds,
        features=rules.select_fold_regions.output.features,
        atlas=rules.extract_atlas_features.output.features,
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
    resources:
        **on_retry(2000, 120),
    params:
        **settings("classification", "harmonise", "learners", "n_folds", "n_search_trials"),
        measures=MEASURES,
        connectivity=has_series(config),
        comparison=COMPARISON,
        seed=config["seed"],
        code=code_digest("classification/classify_nested.py"),
    script:
        "../scripts/classification/classify_nested.py"


rule classify_permuted:
    """Arms A and B under permuted group labels, selection and fit repeated: some permutations."""
    input:
        maps=LOCAL_MAPS,
        series=STORED_SERIES,
        qc=FUNC_QC,
        mask=rules.compute_group_mask.output.mask,
        covered=COVERED,
        participants=rules.select_participants.output.analysed,
    output:
        permuted="results/classification/permutations-{batch}/permuted.tsv",
    log:
        "results/logs/classify_permuted/permutations-{batch}.log",
    benchmark:
        "results/benchmarks/classify_permuted/permutations-{batch}.tsv"
    conda:
        "../envs/classification.yaml"
    resources:
        **on_retry(1000 + FOLD_MEMORY_MB, 240),
    params:
        **settings("classification", "harmonise", "learners", "test_fraction"),
        **settings("classification", "n_repeats", "max_leave_one_out", "n_folds"),
        **settings("classification", "n_search_trials"),
        permutations=permutations_of_batch,
        measures=MEASURES,
        comparison=COMPARISON,
        seed=config["seed"],
        selection=SELECTION,
        code=code_digest("classification/classify_permuted.py"),
    script:
        "../scripts/classification/classify_permuted.py"


rule classify_subsets:
    """Learning curve: region selection and logistic regression on subsets of each training set."""
    input:
        maps=LOCAL_MAPS,
        series=STORED_SERIES,
        qc=FUNC_QC,
        mask=rules.compute_group_mask.output.mask,
        covered=COVERED,
        participants=rules.select_participants.output.analysed,
        folds="results/classification/repeat-1/folds.tsv",
    output:
        curve="results/classification/learning_curve.tsv",
    log:
        "results/logs/classify_subsets.log",
    benchmark:
        "results/benchmarks/classify_subsets.tsv"
    conda:
        "../envs/classification.yaml"
    resources:
        **on_retry(FOLD_MEMORY_MB, 60),
    params:
        **settings("classification", "harmonise", "n_folds", "n_bootstrap"),
        measures=MEASURES,
        comparison=COMPARISON,
        seed=config["seed"],
        selection=SELECTION,
        code=code_digest("classification/classify_subsets.py"),
    script:
        "../scripts/classification/classify_subsets.py"


rule collect_nested:
    """Nested arms of all repeats in one table, with the permutation null."""
    input:
        repeat_predictions=expand(rules.classify_nested.output.predictions, repeat=REPEATS),
        repeat_weights=expand(rules.classify_nested.output.weights, repeat=REPEATS),
        repeat_arms=expand(rules.classify_nested.output.arms, repeat=REPEATS),
        repeat_regions=expand(rules.select_fold_regions.output.regions, repeat=REPEATS),
        batch_permuted=expand(rules.classify_permuted.output.permuted, batch=BATCHES),
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
    resources:
        **on_retry(1000, 15),
    params:
        patients=config["cohort"]["patients"],
        n_bootstrap=config["classification"]["n_bootstrap"],
        seed=config["seed"],
        code=code_digest("classification/collect_nested.py"),
    script:
        "../scripts/classification/collect_nested.py"
