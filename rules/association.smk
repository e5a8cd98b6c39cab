"""Features and maps of the patients against their clinical score.

inputs   results/group/<measure>/features.tsv and cluster tables, maps of the patients
outputs  results/group/association.tsv, results/group/<measure>/*_contrast-score_*
"""

PATIENTS = INCLUDED.loc[INCLUDED["group"] == config["cohort"]["patients"], "participant_id"]
MOTION_OF_PATIENTS = (
    [f"results/{patient}/func/{patient}_task-rest_desc-qc_metrics.json" for patient in PATIENTS]
    if "mean_fd" in config["association"]["covariates"]
    else []
)


rule correlate_score:
    """Spearman correlation of every cluster's mean with the clinical score, in patients."""
    input:
        participants="results/cohort/analysed.tsv",
        motion=MOTION_OF_PATIENTS,
        features=expand("results/group/{measure}/features.tsv", measure=[*MEASURES, "fc"]),
        tables=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.tsv",
            measure=[*MEASURES, "fc"],
        ),
    output:
        association="results/group/association.tsv",
        columns="results/group/association.json",
    log:
        "results/logs/correlate_score.log",
    benchmark:
        "results/benchmarks/correlate_score.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        comparison=GROUPS,
        score=config["cohort"]["score"],
        covariates=config["association"]["covariates"],
        n_bootstrap=config["association"]["n_bootstrap"],
        seed=config["seed"],
        code=code_digest("association/correlate_score.py"),
    script:
        "../scripts/association/correlate_score.py"


rule correlate_score_maps:
    """Spearman correlation of the maps with the clinical score in every voxel, in patients."""
    input:
        maps=[
            f"results/{patient}/func/{patient}_task-rest_space-MNI152NLin2009aSym_stat-{{measure}}_desc-standardised_boldmap.nii.gz"
            for patient in PATIENTS
        ],
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        participants="results/cohort/analysed.tsv",
        motion=MOTION_OF_PATIENTS,
        seeds=seeds_of_measure,
    output:
        rho="results/group/{measure}/space-MNI152NLin2009aSym_contrast-score_stat-rho_statmap.nii.gz",
        z="results/group/{measure}/space-MNI152NLin2009aSym_contrast-score_stat-z_statmap.nii.gz",
        labels="results/group/{measure}/space-MNI152NLin2009aSym_contrast-score_desc-clusters_dseg.nii.gz",
        table="results/group/{measure}/space-MNI152NLin2009aSym_contrast-score_desc-clusters_table.tsv",
        columns="results/group/{measure}/space-MNI152NLin2009aSym_contrast-score_desc-clusters_table.json",
        correction="results/group/{measure}/space-MNI152NLin2009aSym_contrast-score_desc-correction.json",
    log:
        "results/logs/correlate_score_maps/{measure}.log",
    benchmark:
        "results/benchmarks/correlate_score_maps/{measure}.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(max(3000, 1000 + 2 * len(SUBJECTS) // 3)),
        runtime=on_retry(30),
    params:
        comparison=GROUPS,
        score=config["cohort"]["score"],
        covariates=config["association"]["covariates"],
        correction=CORRECTION,
        smoothness=config["group"]["smoothness"],
        across_seeds=config["connectivity"]["correct_across_seeds"],
        n_permutations=config["group"]["n_permutations"],
        seed=config["seed"],
        code=code_digest("association/correlate_score_maps.py"),
    script:
        "../scripts/association/correlate_score_maps.py"
