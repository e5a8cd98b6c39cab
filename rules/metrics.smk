"""Voxelwise metrics of one participant.

inputs   denoised series (not smoothed, not filtered) and brain mask, in MNI space
outputs  results/sub-*/func/*_stat-<measure>_boldmap.nii.gz and *_desc-standardised_boldmap.nii.gz
"""


rule compute_metrics:
    """ALFF (Zang et al., 2007), fALFF (Zou et al., 2008) and ReHo (Zang et al., 2004)."""
    input:
        bold="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-denoised_bold.nii.gz",
        mask="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-brain_mask.nii.gz",
    output:
        raw=expand(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-{measure}_boldmap.nii.gz",
            measure=MEASURES,
            allow_missing=True,
        ),
        standardised=expand(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-{measure}_desc-standardised_boldmap.nii.gz",
            measure=MEASURES,
            allow_missing=True,
        ),
    log:
        "results/logs/compute_metrics/sub-{subject}.log",
    benchmark:
        "results/benchmarks/compute_metrics/sub-{subject}.tsv"
    conda:
        "../envs/metrics.yaml"
    threads: 1
    resources:
        # measured: 60 MB to start and three times the denoised series
        mem_mb=by_headers(500, 4, "rest"),
        runtime=by_headers(10, 0.02, "rest"),
    params:
        measures=MEASURES,
        band_hz=config["metrics"]["band_hz"],
        fwhm_mm=config["metrics"]["fwhm_mm"],
        smoothing_kernel=config["metrics"]["smoothing_kernel"],
        reho_neighbours=config["metrics"]["reho_neighbours"],
        code=code_digest("metrics/compute_metrics.py"),
    script:
        "../scripts/metrics/compute_metrics.py"
