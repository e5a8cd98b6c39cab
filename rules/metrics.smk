"""Voxelwise metrics of one participant.

inputs   denoised series (not smoothed, not filtered) and brain mask, in MNI space; or maps that are given
outputs  results/sub-*/func/*_stat-<measure>_boldmap.nii.gz and *_desc-standardised_boldmap.nii.gz
"""

if SOURCE == "maps":

    # ten participants a job, as in the index
    for number, ten in enumerate(in_tens(SUBJECTS)):
        members = with_maps(ten)
        if not members:
            continue

        rule:
            """Maps that are given: one mask of each participant, one scale, no resampling."""
            name:
                f"import_maps_{number}"
            input:
                checked=CHECKED,
                indices=[INDEX.format(subject=subject) for subject in members],
                maps=files_of_maps(members),
                template_mask=rules.prepare_template.output.func_mask,
            output:
                standardised=[
                    path.format(subject=subject)
                    for subject in members
                    for path in per_map(STANDARDISED, MEASURES)
                ],
                masks=[
                    func_mni("desc-brain_mask.nii.gz").format(subject=subject)
                    for subject in members
                ],
                qc=[func("desc-qc_metrics.json").format(subject=subject) for subject in members],
            log:
                f"results/logs/import_maps/{number}.log",
            benchmark:
                f"results/benchmarks/import_maps/{number}.tsv"
            conda:
                "../envs/metrics.yaml"
            resources:
                **by_headers("rest", memory_mb=(1000, 4), minutes=(30, 0.02), participants=members),
            params:
                **settings("metrics", "smoothing_kernel", "band_hz"),
                **settings("preprocessing", "min_volumes"),
                scales=MAP_SCALES,
                fwhm_mm=MAP_FWHM_MM,
                code=code_digest("metrics/import_maps.py"),
            script:
                "../scripts/metrics/import_maps.py"

else:

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
