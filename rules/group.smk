"""Group comparison: mask, models, clusters, their means in every participant.

inputs   results/sub-*/func/*_desc-standardised_boldmap.nii.gz, results/cohort/analysed.tsv
outputs  results/group/
"""

MOTION_FILES = motion_files(config["cohort"]["covariates"])
PERMUTATION_FILES = [
    f"results/group/{{measure}}/permutations/part-{job}_largest.tsv"
    for job in range(-(-config["group"]["n_permutations"] // PERMUTATIONS_PER_JOB))
]
MODEL_MEMORY_MB = max(3000, 1000 + len(SUBJECTS) // 3)


rule compute_group_mask:
    """Group mask: voxels that enough participants cover."""
    input:
        masks=per_participant(func_mni("desc-brain_mask.nii.gz")),
        participants=rules.select_participants.output.analysed,
        checked=rules.check_design.output.check,
    output:
        mask=group_file("desc-group_mask.nii.gz"),
        coverage=group_file("desc-coverage_probseg.nii.gz"),
        summary=group_file("desc-group_mask.json"),
    log:
        "results/logs/compute_group_mask.log",
    benchmark:
        "results/benchmarks/compute_group_mask.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        mask_coverage=config["group"]["mask_coverage"],
        comparison=GROUPS,
        code=code_digest("group/compute_group_mask.py"),
    script:
        "../scripts/group/compute_group_mask.py"


rule fit_group_model:
    """T of patients minus controls with covariates, and of each group; smoothness; normality."""
    input:
        maps=per_participant(STANDARDISED),
        mask=rules.compute_group_mask.output.mask,
        participants=rules.select_participants.output.analysed,
        checked=rules.check_design.output.check,
        motion=MOTION_FILES,
        covered=COVERED,
        seeds=seeds_of_measure,
        seed_images=seed_images_of_measure,
    output:
        t=difference("stat-t_statmap.nii.gz"),
        z=difference("stat-z_statmap.nii.gz"),
        patients=group_map("contrast-patients_stat-t_statmap.nii.gz"),
        controls=group_map("contrast-controls_stat-t_statmap.nii.gz"),
        normality=difference("stat-jarquebera_statmap.nii.gz"),
        sidecar=difference("stat-jarquebera_statmap.json"),
        n=difference("stat-n_statmap.nii.gz"),
        n_sidecar=difference("stat-n_statmap.json"),
        model="results/group/{measure}/model.json",
    log:
        "results/logs/fit_group_model/{measure}.log",
    benchmark:
        "results/benchmarks/fit_group_model/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(MODEL_MEMORY_MB, 30),
    params:
        comparison=COMPARISON,
        seed_distance_mm=SEED_DISTANCE_MM,
        base=lambda wildcards: ONE_SAMPLE_BASES[wildcards.measure],
        seed=config["seed"],
        code=code_digest("group/fit_group_model.py"),
    script:
        "../scripts/group/fit_group_model.py"


rule permute_group:
    """Largest cluster and TFCE score of some permutations (Freedman and Lane, 1983)."""
    input:
        maps=per_participant(STANDARDISED),
        mask=rules.compute_group_mask.output.mask,
        participants=rules.select_participants.output.analysed,
        motion=MOTION_FILES,
        covered=COVERED,
        t=rules.fit_group_model.output.t,
        z=rules.fit_group_model.output.z,
        n=rules.fit_group_model.output.n,
        model=rules.fit_group_model.output.model,
    output:
        largest="results/group/{measure}/permutations/part-{permutations}_largest.tsv",
        sidecar="results/group/{measure}/permutations/part-{permutations}_largest.json",
    log:
        "results/logs/permute_group/{measure}_part-{permutations}.log",
    benchmark:
        "results/benchmarks/permute_group/{measure}_part-{permutations}.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(MODEL_MEMORY_MB, 60),
    params:
        smoothness=config["group"]["smoothness"],
        across_seeds=config["connectivity"]["correct_across_seeds"],
        comparison=COMPARISON,
        correction=CORRECTION,
        first=lambda wildcards: permutations_of_job(wildcards).start,
        n_permutations=lambda wildcards: len(permutations_of_job(wildcards)),
        seed=config["seed"],
        code=code_digest("group/permute_group.py"),
    script:
        "../scripts/group/permute_group.py"


rule correct_clusters:
    """Clusters by Gaussian random field theory; permutation and FDR beside it (Friston, 1994)."""
    input:
        maps=per_participant(STANDARDISED),
        mask=rules.compute_group_mask.output.mask,
        participants=rules.select_participants.output.analysed,
        motion=MOTION_FILES,
        covered=COVERED,
        t=rules.fit_group_model.output.t,
        z=rules.fit_group_model.output.z,
        n=rules.fit_group_model.output.n,
        model=rules.fit_group_model.output.model,
        seed_images=seed_images_of_measure,
        largest=PERMUTATION_FILES,
    output:
        labels=difference("desc-clusters_dseg.nii.gz"),
        table=difference("desc-clusters_table.tsv"),
        columns=difference("desc-clusters_table.json"),
        correction=difference("desc-correction.json"),
    log:
        "results/logs/correct_clusters/{measure}.log",
    benchmark:
        "results/benchmarks/correct_clusters/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(MODEL_MEMORY_MB, 30),
    params:
        smoothness=config["group"]["smoothness"],
        across_seeds=config["connectivity"]["correct_across_seeds"],
        comparison=COMPARISON,
        correction=CORRECTION,
        fwhm_mm=config["metrics"]["fwhm_mm"],
        code=code_digest("group/correct_clusters.py"),
    script:
        "../scripts/group/correct_clusters.py"


rule correct_one_sample:
    """Clusters of the one-sample t map of each group by Gaussian random field theory."""
    input:
        maps=per_participant(STANDARDISED),
        mask=rules.compute_group_mask.output.mask,
        participants=rules.select_participants.output.analysed,
        covered=COVERED,
        model=rules.fit_group_model.output.model,
        seed_images=seed_images_of_measure,
    output:
        patients_labels=group_map("contrast-patients_desc-clusters_dseg.nii.gz"),
        patients_table=group_map("contrast-patients_desc-clusters_table.tsv"),
        patients_columns=group_map("contrast-patients_desc-clusters_table.json"),
        patients_correction=group_map("contrast-patients_desc-correction.json"),
        controls_labels=group_map("contrast-controls_desc-clusters_dseg.nii.gz"),
        controls_table=group_map("contrast-controls_desc-clusters_table.tsv"),
        controls_columns=group_map("contrast-controls_desc-clusters_table.json"),
        controls_correction=group_map("contrast-controls_desc-correction.json"),
    log:
        "results/logs/correct_one_sample/{measure}.log",
    benchmark:
        "results/benchmarks/correct_one_sample/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(MODEL_MEMORY_MB, 30),
    params:
        smoothness=config["group"]["smoothness"],
        across_seeds=config["connectivity"]["correct_across_seeds"],
        comparison=GROUPS,
        correction=GRF_CORRECTION,
        seed_distance_mm=SEED_DISTANCE_MM,
        code=code_digest("group/correct_one_sample.py"),
    script:
        "../scripts/group/correct_one_sample.py"


rule extract_features:
    """Mean of every significant cluster in every participant's map."""
    input:
        maps=per_participant(STANDARDISED),
        participants=rules.select_participants.output.analysed,
        coverage=rules.compute_group_mask.output.coverage,
        labels=rules.correct_clusters.output.labels,
        table=rules.correct_clusters.output.table,
    output:
        features="results/group/{measure}/features.tsv",
    log:
        "results/logs/extract_features/{measure}.log",
    benchmark:
        "results/benchmarks/extract_features/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        code=code_digest("group/extract_features.py"),
    script:
        "../scripts/group/extract_features.py"


rule tabulate_normality:
    """Jarque-Bera test of every feature in each group; three tests of the group difference."""
    input:
        participants=rules.select_participants.output.analysed,
        features=per_map(rules.extract_features.output.features),
    output:
        table="results/group/normality.tsv",
        columns="results/group/normality.json",
    log:
        "results/logs/tabulate_normality.log",
    benchmark:
        "results/benchmarks/tabulate_normality.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        comparison=GROUPS,
        n_permutations=config["group"]["n_permutations"],
        seed=config["seed"],
        code=code_digest("group/tabulate_normality.py"),
    script:
        "../scripts/group/tabulate_normality.py"


rule estimate_error_rate:
    """Family-wise error of GRF correction under permuted group labels (Eklund, 2016)."""
    input:
        largest=PERMUTATION_FILES,
        correction=rules.correct_clusters.output.correction,
    output:
        error_rate="results/group/{measure}/error_rate.json",
    log:
        "results/logs/estimate_error_rate/{measure}.log",
    benchmark:
        "results/benchmarks/estimate_error_rate/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        code=code_digest("group/estimate_error_rate.py"),
    script:
        "../scripts/group/estimate_error_rate.py"
