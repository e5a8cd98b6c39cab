"""The template, and every participant's anatomy and rest series on it.

inputs   results/rawdata/sub-*/{anat,func}/; or preprocessed series in MNI space
outputs  results/tpl-*/, results/sub-*/anat/, results/sub-*/func/*_desc-denoised_bold.nii.gz with mask,
         mean, confounds and quality, results/sub-*/figures/
"""

if OWN_GRID:

    rule find_grid:
        """Grid of the maps or series that are given."""
        input:
            checked=CHECKED,
            indices=per_participant(INDEX),
        output:
            grid="results/cohort/grid.json",
        log:
            "results/logs/find_grid.log",
        benchmark:
            "results/benchmarks/find_grid.tsv"
        conda:
            "../envs/cohort.yaml"
        params:
            code=code_digest("preprocessing/find_grid.py"),
        script:
            "../scripts/preprocessing/find_grid.py"


rule prepare_template:
    """MNI152 2009a symmetric: T1, brain, tissues at the resolutions of registration and maps."""
    input:
        grid="results/cohort/grid.json" if OWN_GRID else [],
    output:
        anat_T1w=template("res-anat_T1w.nii.gz"),
        anat_mask=template("res-anat_desc-brain_mask.nii.gz"),
        anat_GM=template("res-anat_label-GM_probseg.nii.gz"),
        anat_WM=template("res-anat_label-WM_probseg.nii.gz"),
        anat_CSF=template("res-anat_label-CSF_probseg.nii.gz"),
        anat_reference=template("res-anat_desc-registration_points.npz"),
        func_T1w=template("res-func_T1w.nii.gz"),
        func_mask=template("res-func_desc-brain_mask.nii.gz"),
        func_GM=template("res-func_label-GM_probseg.nii.gz"),
        func_WM=template("res-func_label-WM_probseg.nii.gz"),
        func_CSF=template("res-func_label-CSF_probseg.nii.gz"),
    log:
        "results/logs/prepare_template.log",
    benchmark:
        "results/benchmarks/prepare_template.tsv"
    conda:
        "../envs/preprocessing.yaml"
    resources:
        **on_retry(2000, 5),
    params:
        **settings("preprocessing", "normalisation_mm", "voxel_mm"),
        code=code_digest("preprocessing/prepare_template.py"),
    script:
        "../scripts/preprocessing/prepare_template.py"


rule preprocess_anat:
    """Bias field, affine and nonlinear normalisation to MNI152, brain mask, tissues of the T1."""
    input:
        t1w=raw_anat("T1w.nii.gz"),
        template_T1w=rules.prepare_template.output.anat_T1w,
        template_mask=rules.prepare_template.output.anat_mask,
        template_GM=rules.prepare_template.output.anat_GM,
        template_WM=rules.prepare_template.output.anat_WM,
        template_CSF=rules.prepare_template.output.anat_CSF,
        template_reference=rules.prepare_template.output.anat_reference,
        grid=rules.prepare_template.output.func_T1w,
    output:
        t1w=anat("desc-preproc_T1w.nii.gz"),
        mask=anat("desc-brain_mask.nii.gz"),
        GM=anat("label-GM_probseg.nii.gz"),
        WM=anat("label-WM_probseg.nii.gz"),
        CSF=anat("label-CSF_probseg.nii.gz"),
        normalised=anat_mni("desc-preproc_T1w.nii.gz"),
        xfm=anat(MNI_TO_T1W),
        qc=anat("desc-qc_metrics.json"),
    log:
        "results/logs/preprocess_anat/sub-{subject}.log",
    benchmark:
        "results/benchmarks/preprocess_anat/sub-{subject}.tsv"
    conda:
        "../envs/preprocessing.yaml"
    resources:
        **by_headers("t1", memory_mb=(600, 30), minutes=(10, 0.05)),
    params:
        code=code_digest("preprocessing/preprocess_anat.py"),
    script:
        "../scripts/preprocessing/preprocess_anat.py"


if SOURCE == "derivatives":

    rule import_derivatives:
        """Preprocessed series in MNI space: to the output grid, nuisance removed."""
        input:
            checked=CHECKED,
            index=INDEX,
            folder=participant_folder,
            description=description_of_dataset(),
            template_mask=rules.prepare_template.output.func_mask,
        output:
            denoised=func_mni("desc-denoised_bold.nii.gz"),
            mask=func_mni("desc-brain_mask.nii.gz"),
            boldref=func_mni("boldref.nii.gz"),
            carpet=func("desc-carpet_bold.nii.gz"),
            confounds=func("desc-confounds_timeseries.tsv"),
            confounds_sidecar=func("desc-confounds_timeseries.json"),
            qc=func("desc-qc_metrics.json"),
        log:
            "results/logs/import_derivatives/sub-{subject}.log",
        benchmark:
            "results/benchmarks/import_derivatives/sub-{subject}.tsv"
        conda:
            "../envs/preprocessing.yaml"
        resources:
            **by_headers("rest", memory_mb=(600, 12), minutes=(10, 0.02)),
        params:
            **settings("preprocessing", "drop_volumes"),
            **settings("metrics", "band_hz"),
            nuisance=NUISANCE,
            regression_band_hz=REGRESSION_BAND_HZ,
            code=code_digest("preprocessing/import_derivatives.py"),
        script:
            "../scripts/preprocessing/import_derivatives.py"

else:

    rule preprocess_func:
        """Slice timing, realignment, EPI to T1 to template in one interpolation, nuisance."""
        input:
            bold=raw_func("bold.nii.gz"),
            sidecar=raw_func("bold.json"),
            t1w=anat("desc-preproc_T1w.nii.gz"),
            brain_mask=anat("desc-brain_mask.nii.gz"),
            wm=anat("label-WM_probseg.nii.gz"),
            csf=anat("label-CSF_probseg.nii.gz"),
            xfm=anat(MNI_TO_T1W),
            template_mask=rules.prepare_template.output.func_mask,
        output:
            denoised=func_mni("desc-denoised_bold.nii.gz"),
            mask=func_mni("desc-brain_mask.nii.gz"),
            boldref=func_mni("boldref.nii.gz"),
            carpet=func("desc-carpet_bold.nii.gz"),
            confounds=func("desc-confounds_timeseries.tsv"),
            confounds_sidecar=func("desc-confounds_timeseries.json"),
            qc=func("desc-qc_metrics.json"),
        log:
            "results/logs/preprocess_func/sub-{subject}.log",
        benchmark:
            "results/benchmarks/preprocess_func/sub-{subject}.tsv"
        conda:
            "../envs/preprocessing.yaml"
        resources:
            **by_headers("rest", memory_mb=(600, 12), minutes=(10, 0.02)),
        params:
            **settings("preprocessing", "motion_estimation", "drop_volumes"),
            nuisance=NUISANCE,
            slice_order=SLICE_ORDER,
            regression_band_hz=REGRESSION_BAND_HZ,
            code=code_digest("preprocessing/preprocess_func.py"),
        script:
            "../scripts/preprocessing/preprocess_func.py"
