"""The template, and every participant's anatomy and rest series on it.

inputs   results/cohort/sub-*/{anat,func}/; or preprocessed series in MNI space
outputs  results/template/, results/sub-*/anat/, results/sub-*/func/*_desc-denoised_bold.nii.gz with mask,
         mean, confounds and quality, results/sub-*/figures/
"""


rule prepare_template:
    """MNI152 2009a symmetric: T1, brain, tissues at the resolutions of registration and maps."""
    output:
        anat_T1w="results/template/tpl-MNI152NLin2009aSym_res-anat_T1w.nii.gz",
        anat_mask="results/template/tpl-MNI152NLin2009aSym_res-anat_desc-brain_mask.nii.gz",
        anat_GM="results/template/tpl-MNI152NLin2009aSym_res-anat_label-GM_probseg.nii.gz",
        anat_WM="results/template/tpl-MNI152NLin2009aSym_res-anat_label-WM_probseg.nii.gz",
        anat_CSF="results/template/tpl-MNI152NLin2009aSym_res-anat_label-CSF_probseg.nii.gz",
        func_T1w="results/template/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz",
        func_mask="results/template/tpl-MNI152NLin2009aSym_res-func_desc-brain_mask.nii.gz",
        func_GM="results/template/tpl-MNI152NLin2009aSym_res-func_label-GM_probseg.nii.gz",
        func_WM="results/template/tpl-MNI152NLin2009aSym_res-func_label-WM_probseg.nii.gz",
        func_CSF="results/template/tpl-MNI152NLin2009aSym_res-func_label-CSF_probseg.nii.gz",
    log:
        "results/logs/prepare_template.log",
    benchmark:
        "results/benchmarks/prepare_template.tsv"
    conda:
        "../envs/preprocessing.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(5),
    params:
        normalisation_mm=config["preprocessing"]["normalisation_mm"],
        voxel_mm=config["preprocessing"]["voxel_mm"],
        code=code_digest("preprocessing/prepare_template.py"),
    script:
        "../scripts/preprocessing/prepare_template.py"


rule preprocess_anat:
    """Bias field, affine and nonlinear normalisation to MNI152, brain mask, tissues of the T1."""
    input:
        t1w="results/cohort/sub-{subject}/anat/sub-{subject}_T1w.nii.gz",
        template_T1w="results/template/tpl-MNI152NLin2009aSym_res-anat_T1w.nii.gz",
        template_mask="results/template/tpl-MNI152NLin2009aSym_res-anat_desc-brain_mask.nii.gz",
        template_GM="results/template/tpl-MNI152NLin2009aSym_res-anat_label-GM_probseg.nii.gz",
        template_WM="results/template/tpl-MNI152NLin2009aSym_res-anat_label-WM_probseg.nii.gz",
        template_CSF="results/template/tpl-MNI152NLin2009aSym_res-anat_label-CSF_probseg.nii.gz",
        grid="results/template/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz",
    output:
        t1w="results/sub-{subject}/anat/sub-{subject}_desc-preproc_T1w.nii.gz",
        mask="results/sub-{subject}/anat/sub-{subject}_desc-brain_mask.nii.gz",
        GM="results/sub-{subject}/anat/sub-{subject}_label-GM_probseg.nii.gz",
        WM="results/sub-{subject}/anat/sub-{subject}_label-WM_probseg.nii.gz",
        CSF="results/sub-{subject}/anat/sub-{subject}_label-CSF_probseg.nii.gz",
        normalised="results/sub-{subject}/anat/sub-{subject}_space-MNI152NLin2009aSym_desc-preproc_T1w.nii.gz",
        xfm="results/sub-{subject}/anat/sub-{subject}_from-MNI152NLin2009aSym_to-T1w_mode-image_xfm.nii.gz",
        qc="results/sub-{subject}/anat/sub-{subject}_desc-qc_metrics.json",
    log:
        "results/logs/preprocess_anat/sub-{subject}.log",
    benchmark:
        "results/benchmarks/preprocess_anat/sub-{subject}.tsv"
    conda:
        "../envs/preprocessing.yaml"
    threads: 1
    resources:
        mem_mb=by_headers(600, 30, "t1"),
        runtime=by_headers(10, 0.05, "t1"),
    params:
        code=code_digest("preprocessing/preprocess_anat.py"),
    script:
        "../scripts/preprocessing/preprocess_anat.py"


if SOURCE == "derivatives":

    rule import_derivatives:
        """Preprocessed series in MNI space: to the output grid, nuisance removed."""
        input:
            # an added participant changes the check, but nothing of those there were before
            checked=ancient("results/cohort/check.tsv"),
            folder=participant_folder,
            template_mask="results/template/tpl-MNI152NLin2009aSym_res-func_desc-brain_mask.nii.gz",
        output:
            denoised="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-denoised_bold.nii.gz",
            mask="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-brain_mask.nii.gz",
            boldref="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_boldref.nii.gz",
            carpet="results/sub-{subject}/func/sub-{subject}_task-rest_desc-carpet_bold.nii.gz",
            confounds="results/sub-{subject}/func/sub-{subject}_task-rest_desc-confounds_timeseries.tsv",
            confounds_sidecar="results/sub-{subject}/func/sub-{subject}_task-rest_desc-confounds_timeseries.json",
            qc="results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json",
        log:
            "results/logs/import_derivatives/sub-{subject}.log",
        benchmark:
            "results/benchmarks/import_derivatives/sub-{subject}.tsv"
        conda:
            "../envs/preprocessing.yaml"
        threads: 1
        resources:
            mem_mb=by_headers(600, 12, "rest"),
            runtime=by_headers(10, 0.02, "rest"),
        params:
            drop_volumes=config["preprocessing"]["drop_volumes"],
            nuisance=config["preprocessing"]["nuisance"],
            regression_band_hz=regression_band_hz(),
            code=code_digest("preprocessing/import_derivatives.py"),
        script:
            "../scripts/preprocessing/import_derivatives.py"

else:

    rule preprocess_func:
        """Slice timing, realignment, EPI to T1 to template in one interpolation, nuisance."""
        input:
            bold="results/cohort/sub-{subject}/func/sub-{subject}_task-rest_bold.nii.gz",
            sidecar="results/cohort/sub-{subject}/func/sub-{subject}_task-rest_bold.json",
            t1w="results/sub-{subject}/anat/sub-{subject}_desc-preproc_T1w.nii.gz",
            brain_mask="results/sub-{subject}/anat/sub-{subject}_desc-brain_mask.nii.gz",
            wm="results/sub-{subject}/anat/sub-{subject}_label-WM_probseg.nii.gz",
            csf="results/sub-{subject}/anat/sub-{subject}_label-CSF_probseg.nii.gz",
            xfm="results/sub-{subject}/anat/sub-{subject}_from-MNI152NLin2009aSym_to-T1w_mode-image_xfm.nii.gz",
            template_mask="results/template/tpl-MNI152NLin2009aSym_res-func_desc-brain_mask.nii.gz",
        output:
            denoised="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-denoised_bold.nii.gz",
            mask="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-brain_mask.nii.gz",
            boldref="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_boldref.nii.gz",
            carpet="results/sub-{subject}/func/sub-{subject}_task-rest_desc-carpet_bold.nii.gz",
            confounds="results/sub-{subject}/func/sub-{subject}_task-rest_desc-confounds_timeseries.tsv",
            confounds_sidecar="results/sub-{subject}/func/sub-{subject}_task-rest_desc-confounds_timeseries.json",
            qc="results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json",
        log:
            "results/logs/preprocess_func/sub-{subject}.log",
        benchmark:
            "results/benchmarks/preprocess_func/sub-{subject}.tsv"
        conda:
            "../envs/preprocessing.yaml"
        threads: 1
        resources:
            mem_mb=by_headers(600, 12, "rest"),
            runtime=by_headers(10, 0.02, "rest"),
        params:
            drop_volumes=config["preprocessing"]["drop_volumes"],
            slice_order=slice_order(),
            motion_estimation=config["preprocessing"]["motion_estimation"],
            nuisance=config["preprocessing"]["nuisance"],
            regression_band_hz=regression_band_hz(),
            code=code_digest("preprocessing/preprocess_func.py"),
        script:
            "../scripts/preprocessing/preprocess_func.py"
