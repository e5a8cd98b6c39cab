"""The groups compared: design, mask, models, clusters, their means in every participant.

inputs   results/sub-*/func/*_desc-standardised_boldmap.nii.gz, results/cohort/analysed.tsv
outputs  results/cohort/design_check.tsv, results/group/
"""

MOTION_METRICS = (
    of_all("results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json")
    if "mean_fd" in config["cohort"]["covariates"]
    else []
)

PERMUTATION_FILES = [
    f"results/group/{{measure}}/permutations/part-{job}_largest.tsv"
    for job in range(-(-config["group"]["n_permutations"] // PERMUTATIONS_PER_JOB))
]


rule compute_group_mask:
    """Voxels that enough participants cover."""
    input:
        masks=of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-brain_mask.nii.gz"
        ),
        participants="results/cohort/analysed.tsv",
        checked="results/cohort/design_check.tsv",
    output:
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        coverage="results/group/space-MNI152NLin2009aSym_desc-coverage_probseg.nii.gz",
        summary="results/group/space-MNI152NLin2009aSym_desc-group_mask.json",
    log:
        "results/logs/compute_group_mask.log",
    benchmark:
        "results/benchmarks/compute_group_mask.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(10),
    params:
        mask_coverage=config["group"]["mask_coverage"],
        code=code_digest("group/compute_group_mask.py"),
    script:
        "../scripts/group/compute_group_mask.py"


rule fit_group_model:
    """T of patients minus controls with covariates, and of each group; smoothness; normality."""
    input:
        maps=of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-{measure}_desc-standardised_boldmap.nii.gz"
        ),
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        participants="results/cohort/analysed.tsv",
        checked="results/cohort/design_check.tsv",
        motion=MOTION_METRICS,
        seeds=seeds_of_measure,
    output:
        t="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_stat-t_statmap.nii.gz",
        z="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_stat-z_statmap.nii.gz",
        patients="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patients_stat-t_statmap.nii.gz",
        controls="results/group/{measure}/space-MNI152NLin2009aSym_contrast-controls_stat-t_statmap.nii.gz",
        normality="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_stat-jarquebera_statmap.nii.gz",
        sidecar="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_stat-jarquebera_statmap.json",
        model="results/group/{measure}/model.json",
    log:
        "results/logs/fit_group_model/{measure}.log",
    benchmark:
        "results/benchmarks/fit_group_model/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(max(3000, 1000 + len(SUBJECTS) // 3)),
        runtime=on_retry(30),
    params:
        comparison=COMPARISON,
        seed=config["seed"],
        code=code_digest("group/fit_group_model.py"),
    script:
        "../scripts/group/fit_group_model.py"


rule permute_group:
    """Largest cluster and enhanced score of some permutations (Freedman and Lane, 1983)."""
    input:
        maps=of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-{measure}_desc-standardised_boldmap.nii.gz"
        ),
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        participants="results/cohort/analysed.tsv",
        motion=MOTION_METRICS,
        t="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_stat-t_statmap.nii.gz",
        z="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_stat-z_statmap.nii.gz",
        model="results/group/{measure}/model.json",
    output:
        largest="results/group/{measure}/permutations/part-{permutations}_largest.tsv",
        sidecar="results/group/{measure}/permutations/part-{permutations}_largest.json",
    log:
        "results/logs/permute_group/{measure}_part-{permutations}.log",
    benchmark:
        "results/benchmarks/permute_group/{measure}_part-{permutations}.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(max(3000, 1000 + len(SUBJECTS) // 3)),
        runtime=on_retry(60),
    params:
        comparison=COMPARISON,
        correction=CORRECTION,
        across_seeds=config["connectivity"]["correct_across_seeds"],
        smoothness=config["group"]["smoothness"],
        first=lambda wildcards: permutation_range(wildcards)[0],
        n_permutations=lambda wildcards: permutation_range(wildcards)[1],
        seed=config["seed"],
        code=code_digest("group/permute_group.py"),
    script:
        "../scripts/group/permute_group.py"


rule correct_clusters:
    """Clusters by Gaussian random field theory; permutation and FDR beside it (Friston, 1994)."""
    input:
        maps=of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-{measure}_desc-standardised_boldmap.nii.gz"
        ),
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        participants="results/cohort/analysed.tsv",
        motion=MOTION_METRICS,
        t="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_stat-t_statmap.nii.gz",
        z="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_stat-z_statmap.nii.gz",
        model="results/group/{measure}/model.json",
        largest=PERMUTATION_FILES,
    output:
        labels="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_dseg.nii.gz",
        table="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.tsv",
        columns="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.json",
        correction="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-correction.json",
    log:
        "results/logs/correct_clusters/{measure}.log",
    benchmark:
        "results/benchmarks/correct_clusters/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(max(3000, 1000 + len(SUBJECTS) // 3)),
        runtime=on_retry(30),
    params:
        comparison=COMPARISON,
        correction=CORRECTION,
        across_seeds=config["connectivity"]["correct_across_seeds"],
        smoothness=config["group"]["smoothness"],
        code=code_digest("group/correct_clusters.py"),
    script:
        "../scripts/group/correct_clusters.py"


rule extract_features:
    """Mean of every significant cluster in every participant's map."""
    input:
        maps=of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-{measure}_desc-standardised_boldmap.nii.gz"
        ),
        participants="results/cohort/analysed.tsv",
        labels="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_dseg.nii.gz",
        table="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.tsv",
    output:
        features="results/group/{measure}/features.tsv",
    log:
        "results/logs/extract_features/{measure}.log",
    benchmark:
        "results/benchmarks/extract_features/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(10),
    params:
        code=code_digest("group/extract_features.py"),
    script:
        "../scripts/group/extract_features.py"


rule tabulate_normality:
    """Jarque-Bera of every feature in each group, beside three tests of its difference."""
    input:
        participants="results/cohort/analysed.tsv",
        features=expand("results/group/{measure}/features.tsv", measure=[*MEASURES, "fc"]),
    output:
        table="results/group/normality.tsv",
        columns="results/group/normality.json",
    log:
        "results/logs/tabulate_normality.log",
    benchmark:
        "results/benchmarks/tabulate_normality.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        comparison=GROUPS,
        n_permutations=config["group"]["n_permutations"],
        seed=config["seed"],
        code=code_digest("group/tabulate_normality.py"),
    script:
        "../scripts/group/tabulate_normality.py"


rule estimate_error_rate:
    """Family-wise error of the random field in this cohort, groups permuted (Eklund, 2016)."""
    input:
        largest=PERMUTATION_FILES,
        correction="results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-correction.json",
    output:
        error_rate="results/group/{measure}/error_rate.json",
    log:
        "results/logs/estimate_error_rate/{measure}.log",
    benchmark:
        "results/benchmarks/estimate_error_rate/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        code=code_digest("group/estimate_error_rate.py"),
    script:
        "../scripts/group/estimate_error_rate.py"
