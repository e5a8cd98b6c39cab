"""The seeds, and every participant's connectivity with them.

inputs   clusters of the local measures (or coordinates, or masks), denoised series of all participants
outputs  results/group/seeds.tsv, results/sub-*/func/*_stat-fc_desc-standardised_boldmap.nii.gz
"""

LOCAL_CLUSTERS = MEASURES if config["connectivity"]["seeds"] in ("clusters", "union") else []
SEED_IMAGES = config["connectivity"]["masks"] if config["connectivity"]["seeds"] == "masks" else []


rule define_seeds:
    """Seeds of connectivity: significant clusters, their union, spheres or mask files."""
    input:
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        labels=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_dseg.nii.gz",
            measure=LOCAL_CLUSTERS,
        ),
        tables=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.tsv",
            measure=LOCAL_CLUSTERS,
        ),
        images=SEED_IMAGES,
    output:
        seeds="results/group/space-MNI152NLin2009aSym_desc-seeds_mask.nii.gz",
        table="results/group/seeds.tsv",
        columns="results/group/seeds.json",
    log:
        "results/logs/define_seeds.log",
    benchmark:
        "results/benchmarks/define_seeds.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        kind=config["connectivity"]["seeds"],
        coordinates=config["connectivity"]["coordinates"],
        radius_mm=config["connectivity"]["radius_mm"],
        code=code_digest("connectivity/define_seeds.py"),
    script:
        "../scripts/connectivity/define_seeds.py"


rule correlate_seeds:
    """Fisher's z of every seed with every voxel; standardised series for the seeds of the folds."""
    input:
        bold="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-denoised_bold.nii.gz",
        mask="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-brain_mask.nii.gz",
        seeds="results/group/space-MNI152NLin2009aSym_desc-seeds_mask.nii.gz",
        group_mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
    output:
        fc="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-fc_desc-standardised_boldmap.nii.gz",
        series=temp(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-standardised_bold.npz"
        ),
    log:
        "results/logs/correlate_seeds/sub-{subject}.log",
    benchmark:
        "results/benchmarks/correlate_seeds/sub-{subject}.tsv"
    group:
        in_batches("seeds")
    conda:
        "../envs/metrics.yaml"
    threads: 1
    resources:
        # measured: 60 MB to start and three times the denoised series
        mem_mb=by_headers(500, 4, "rest"),
        runtime=by_headers(10, 0.02, "rest"),
    params:
        band_hz=config["metrics"]["band_hz"],
        fwhm_mm=config["metrics"]["fwhm_mm"],
        smoothing_kernel=config["metrics"]["smoothing_kernel"],
        code=code_digest("connectivity/correlate_seeds.py"),
    script:
        "../scripts/connectivity/correlate_seeds.py"
