"""The seeds, and every participant's connectivity with them.

inputs   clusters of the local measures (or coordinates, or masks), series of all participants: denoised here or given
outputs  results/group/seeds.tsv, results/sub-*/func/*_stat-fc_desc-standardised_boldmap.nii.gz
"""

LOCAL_CLUSTERS = MEASURES if config["connectivity"]["seeds"] in ("clusters", "union") else []


rule define_seeds:
    """Seeds of connectivity: significant clusters, their union, spheres or mask files."""
    input:
        mask=rules.compute_group_mask.output.mask,
        coverage=rules.compute_group_mask.output.coverage,
        labels=per_map(rules.correct_clusters.output.labels, LOCAL_CLUSTERS),
        tables=per_map(rules.correct_clusters.output.table, LOCAL_CLUSTERS),
        images=SEED_IMAGES,
    output:
        seeds=group_file("desc-seeds_mask.nii.gz"),
        table="results/group/seeds.tsv",
        columns="results/group/seeds.json",
    log:
        "results/logs/define_seeds.log",
    benchmark:
        "results/benchmarks/define_seeds.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        **settings("connectivity", "coordinates", "radius_mm"),
        kind=config["connectivity"]["seeds"],
        code=code_digest("connectivity/define_seeds.py"),
    script:
        "../scripts/connectivity/define_seeds.py"


rule correlate_seeds:
    """Fisher's z of every seed with every voxel; standardised series for the seeds of the folds."""
    input:
        bold=series_of_participant,
        index=INDEX if SOURCE == "maps" else [],
        mask=func_mni("desc-brain_mask.nii.gz"),
        seeds=rules.define_seeds.output.seeds,
        group_mask=rules.compute_group_mask.output.mask,
    output:
        fc=func_mni("stat-fc_desc-standardised_boldmap.nii.gz"),
        series=temp(func_mni("desc-standardised_bold.npz")),
    log:
        "results/logs/correlate_seeds/sub-{subject}.log",
    benchmark:
        "results/benchmarks/correlate_seeds/sub-{subject}.tsv"
    group:
        in_batches("seeds")
    conda:
        "../envs/metrics.yaml"
    resources:
        # measured: 60 MB to start and three times the denoised series
        **by_headers("rest", memory_mb=(500, 4), minutes=(10, 0.02)),
    params:
        **settings("metrics", "band_hz", "fwhm_mm", "smoothing_kernel"),
        code=code_digest("connectivity/correlate_seeds.py"),
    script:
        "../scripts/connectivity/correlate_seeds.py"
