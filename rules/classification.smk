"""Classification of patients and controls: as published, and with nothing leaking.

inputs   standardised maps of all participants, features and tables of the clusters
outputs  results/classification/
"""

PARTS = {**{measure: [measure] for measure in [*MEASURES, "fc"]}, "all": [*MEASURES, "fc"]}


wildcard_constraints:
    part="|".join(PARTS),


rule select_fold_regions:
    """Outer folds, and the regions that the training participants of each fold give."""
    input:
        maps=[
            path
            for measure in MEASURES
            for path in of_all(
                "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_"
                f"stat-{measure}_desc-standardised_boldmap.nii.gz"
            )
        ],
        qc=of_all("results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json"),
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        participants="results/cohort/analysed.tsv",
    output:
        folds="results/classification/folds.tsv",
        seeds="results/classification/space-MNI152NLin2009aSym_desc-foldseeds_mask.nii.gz",
        regions="results/classification/fold_regions.tsv",
        features="results/classification/fold_features.tsv",
    log:
        "results/logs/select_fold_regions.log",
    benchmark:
        "results/benchmarks/select_fold_regions.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=1500 + 2 * len(SUBJECTS),
        runtime=60,
    params:
        measures=MEASURES,
        patients=config["cohort"]["patients"],
        controls=config["cohort"]["controls"],
        covariates=config["cohort"]["covariates"],
        n_folds=config["classification"]["n_folds"],
        n_fold_repeats=config["classification"]["n_fold_repeats"],
        seed=config["seed"],
        voxel_p=config["group"]["voxel_p"],
        cluster_p=config["group"]["cluster_p"],
        tails=config["group"]["tails"],
        connectivity=config["group"]["connectivity"],
        smoothness=config["group"]["smoothness"],
        code=code_digest("select_fold_regions.py"),
    script:
        "../scripts/select_fold_regions.py"


rule classify_published:
    """The published protocol for the features of one measure, or of all together."""
    input:
        features=lambda wildcards: [
            f"results/group/{measure}/features.tsv" for measure in PARTS[wildcards.part]
        ],
        clusters=lambda wildcards: [
            f"results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls"
            "_desc-clusters_table.tsv"
            for measure in PARTS[wildcards.part]
        ],
        participants="results/cohort/analysed.tsv",
    output:
        published="results/classification/{part}/published.tsv",
        predictions="results/classification/{part}/published_predictions.tsv",
    log:
        "results/logs/classify_published/{part}.log",
    benchmark:
        "results/benchmarks/classify_published/{part}.tsv"
    conda:
        "../envs/classification.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        measures=lambda wildcards: PARTS[wildcards.part],
        patients=config["cohort"]["patients"],
        controls=config["cohort"]["controls"],
        learners=config["classification"]["learners"],
        test_fraction=config["classification"]["test_fraction"],
        n_repeats=config["classification"]["n_repeats"],
        n_bootstrap=config["classification"]["n_bootstrap"],
        seed=config["seed"],
        code=code_digest("classify_published.py"),
    script:
        "../scripts/classify_published.py"


rule collect_published:
    """One table of the published protocol."""
    input:
        published=expand("results/classification/{part}/published.tsv", part=PARTS),
        predictions=expand("results/classification/{part}/published_predictions.tsv", part=PARTS),
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
        mem_mb=500,
        runtime=5,
    params:
        code=code_digest("collect_published.py"),
    script:
        "../scripts/collect_published.py"


rule classify_nested:
    """Regions, features and model from the training participants alone; and what must be beaten."""
    input:
        fc=of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym"
            "_stat-fc_desc-folds_boldmap.nii.gz"
        ),
        qc=of_all("results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json"),
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        participants="results/cohort/analysed.tsv",
        folds="results/classification/folds.tsv",
        regions="results/classification/fold_regions.tsv",
        features="results/classification/fold_features.tsv",
    output:
        nested="results/classification/nested.tsv",
        predictions="results/classification/nested_predictions.tsv",
        calibration="results/classification/nested_calibration.tsv",
        fc_regions="results/classification/nested_regions.tsv",
    log:
        "results/logs/classify_nested.log",
    benchmark:
        "results/benchmarks/classify_nested.tsv"
    conda:
        "../envs/classification.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        measures=MEASURES,
        patients=config["cohort"]["patients"],
        controls=config["cohort"]["controls"],
        covariates=config["cohort"]["covariates"],
        learners=config["classification"]["learners"],
        n_folds=config["classification"]["n_folds"],
        n_bootstrap=config["classification"]["n_bootstrap"],
        seed=config["seed"],
        voxel_p=config["group"]["voxel_p"],
        cluster_p=config["group"]["cluster_p"],
        tails=config["group"]["tails"],
        connectivity=config["group"]["connectivity"],
        smoothness=config["group"]["smoothness"],
        across_seeds=config["connectivity"]["correct_across_seeds"],
        code=code_digest("classify_nested.py"),
    script:
        "../scripts/classify_nested.py"
