"""Connectivity of one participant with the seeds.

inputs   denoised series (not smoothed, not filtered), brain mask and the seeds of the group level
outputs  results/sub-*/func/*_stat-fc_desc-standardised_boldmap.nii.gz
"""


rule correlate_seeds:
    """Fisher's z of the correlation of every seed's mean series with every voxel."""
    input:
        bold="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-denoised_bold.nii.gz",
        mask="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-brain_mask.nii.gz",
        seeds="results/group/space-MNI152NLin2009aSym_desc-seeds_mask.nii.gz",
        fold_seeds="results/classification/space-MNI152NLin2009aSym_desc-foldseeds_mask.nii.gz",
    output:
        fc="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-fc_desc-standardised_boldmap.nii.gz",
        folds=temp(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-fc_desc-folds_boldmap.nii.gz"
        ),
    log:
        "results/logs/correlate_seeds/sub-{subject}.log",
    benchmark:
        "results/benchmarks/correlate_seeds/sub-{subject}.tsv"
    conda:
        "../envs/metrics.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        band_hz=config["metrics"]["band_hz"],
        fwhm_mm=config["metrics"]["fwhm_mm"],
        smoothing_kernel=config["metrics"]["smoothing_kernel"],
        code=code_digest("correlate_seeds.py"),
    script:
        "../scripts/correlate_seeds.py"
