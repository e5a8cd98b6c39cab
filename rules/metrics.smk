"""Voxelwise metrics of one participant.

inputs   denoised series (not smoothed, not filtered) and brain mask, in MNI space
outputs  results/sub-*/func/*_stat-<measure>_boldmap.nii.gz and *_desc-standardised_boldmap.nii.gz
"""


rule compute_metrics:
    """ALFF (Zang et al., 2007), fALFF (Zou et al., 2008) and ReHo (Zang et al., 2004)."""
    input:
        bold=func_mni("desc-denoised_bold.nii.gz"),
        mask=func_mni("desc-brain_mask.nii.gz"),
    output:
        raw=per_map(func_mni("stat-{measure}_boldmap.nii.gz"), MEASURES),
        standardised=per_map(STANDARDISED, MEASURES),
    log:
        "results/logs/compute_metrics/sub-{subject}.log",
    benchmark:
        "results/benchmarks/compute_metrics/sub-{subject}.tsv"
    conda:
        "../envs/metrics.yaml"
    resources:
        # measured: 60 MB to start and three times the denoised series
        **by_headers("rest", memory_mb=(500, 4), minutes=(10, 0.02)),
    params:
        **settings("metrics", "band_hz", "fwhm_mm", "smoothing_kernel", "reho_neighbours"),
        measures=MEASURES,
        code=code_digest("metrics/compute_metrics.py"),
    script:
        "../scripts/metrics/compute_metrics.py"
