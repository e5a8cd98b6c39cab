"""Features and maps of the patients against their clinical score.

inputs   results/group/<measure>/features.tsv and cluster tables, maps of the patients
outputs  results/group/association.tsv, results/group/<measure>/*_contrast-score_*
"""

PATIENTS = INCLUDED.loc[INCLUDED["group"] == GROUPS["patients"], "participant_id"]
PATIENTS = PATIENTS.str.removeprefix("sub-").tolist()
MOTION_OF_PATIENTS = motion_files(config["association"]["covariates"], PATIENTS)


rule correlate_score:
    """Spearman correlation of every cluster's mean with the clinical score, in patients."""
    input:
        participants=rules.select_participants.output.analysed,
        motion=MOTION_OF_PATIENTS,
        features=per_map(rules.extract_features.output.features),
        tables=per_map(rules.correct_clusters.output.table),
    output:
        association="results/group/association.tsv",
        columns="results/group/association.json",
    log:
        "results/logs/correlate_score.log",
    benchmark:
        "results/benchmarks/correlate_score.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        **settings("association", "covariates", "n_bootstrap"),
        comparison=GROUPS,
        score=config["cohort"]["score"],
        seed=config["seed"],
        code=code_digest("association/correlate_score.py"),
    script:
        "../scripts/association/correlate_score.py"


rule correlate_score_maps:
    """Spearman correlation of the maps with the clinical score in every voxel, in patients."""
    input:
        maps=per_participant(STANDARDISED, subjects=PATIENTS),
        mask=rules.compute_group_mask.output.mask,
        participants=rules.select_participants.output.analysed,
        motion=MOTION_OF_PATIENTS,
        covered=COVERED,
        seeds=seeds_of_measure,
        seed_images=seed_images_of_measure,
    output:
        rho=group_map("contrast-score_stat-rho_statmap.nii.gz"),
        z=group_map("contrast-score_stat-z_statmap.nii.gz"),
        labels=group_map("contrast-score_desc-clusters_dseg.nii.gz"),
        table=group_map("contrast-score_desc-clusters_table.tsv"),
        columns=group_map("contrast-score_desc-clusters_table.json"),
        correction=group_map("contrast-score_desc-correction.json"),
    log:
        "results/logs/correlate_score_maps/{measure}.log",
    benchmark:
        "results/benchmarks/correlate_score_maps/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(max(3000, 1000 + 2 * len(SUBJECTS) // 3), 30),
    params:
        smoothness=config["group"]["smoothness"],
        across_seeds=config["connectivity"]["correct_across_seeds"],
        comparison=GROUPS,
        score=config["cohort"]["score"],
        covariates=config["association"]["covariates"],
        correction=CORRECTION,
        n_permutations=config["group"]["n_permutations"],
        seed_distance_mm=SEED_DISTANCE_MM,
        seed=config["seed"],
        code=code_digest("association/correlate_score_maps.py"),
    script:
        "../scripts/association/correlate_score_maps.py"
