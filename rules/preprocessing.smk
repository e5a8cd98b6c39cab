"""The template, and every participant's anatomy and rest series on it.

inputs   results/cohort/sub-*/{anat,func}/; or preprocessed series in MNI space
outputs  results/template/, results/sub-*/anat/, results/sub-*/func/*_desc-denoised_bold.nii.gz with mask,
         mean, confounds and quality, results/sub-*/figures/
"""


rule prepare_template:
    """MNI152 2009a symmetric: T1, brain, tissues at the resolutions of registration and maps."""
    output:
        anat_t1w="results/template/tpl-MNI152NLin2009aSym_res-anat_T1w.nii.gz",
        anat_mask="results/template/tpl-MNI152NLin2009aSym_res-anat_desc-brain_mask.nii.gz",
        anat_gm="results/template/tpl-MNI152NLin2009aSym_res-anat_label-GM_probseg.nii.gz",
        anat_wm="results/template/tpl-MNI152NLin2009aSym_res-anat_label-WM_probseg.nii.gz",
        anat_csf="results/template/tpl-MNI152NLin2009aSym_res-anat_label-CSF_probseg.nii.gz",
        func_t1w="results/template/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz",
        func_mask="results/template/tpl-MNI152NLin2009aSym_res-func_desc-brain_mask.nii.gz",
        func_gm="results/template/tpl-MNI152NLin2009aSym_res-func_label-GM_probseg.nii.gz",
        func_wm="results/template/tpl-MNI152NLin2009aSym_res-func_label-WM_probseg.nii.gz",
        func_csf="results/template/tpl-MNI152NLin2009aSym_res-func_label-CSF_probseg.nii.gz",
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
        template_t1w="results/template/tpl-MNI152NLin2009aSym_res-anat_T1w.nii.gz",
        template_mask="results/template/tpl-MNI152NLin2009aSym_res-anat_desc-brain_mask.nii.gz",
        template_gm="results/template/tpl-MNI152NLin2009aSym_res-anat_label-GM_probseg.nii.gz",
        template_wm="results/template/tpl-MNI152NLin2009aSym_res-anat_label-WM_probseg.nii.gz",
        template_csf="results/template/tpl-MNI152NLin2009aSym_res-anat_label-CSF_probseg.nii.gz",
        grid="results/template/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz",
    output:
        t1w="results/sub-{subject}/anat/sub-{subject}_desc-preproc_T1w.nii.gz",
        mask="results/sub-{subject}/anat/sub-{subject}_desc-brain_mask.nii.gz",
        gm="results/sub-{subject}/anat/sub-{subject}_label-GM_probseg.nii.gz",
        wm="results/sub-{subject}/anat/sub-{subject}_label-WM_probseg.nii.gz",
        csf="results/sub-{subject}/anat/sub-{subject}_label-CSF_probseg.nii.gz",
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
            sidecar="results/sub-{subject}/func/sub-{subject}_task-rest_desc-confounds_timeseries.json",
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
            sidecar="results/sub-{subject}/func/sub-{subject}_task-rest_desc-confounds_timeseries.json",
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


rule plot_participant:
    """A participant's page of quality: motion, carpets, alignment, tissues, numbers with limits."""
    input:
        denoised="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-denoised_bold.nii.gz",
        mask="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-brain_mask.nii.gz",
        boldref="results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_boldref.nii.gz",
        carpet="results/sub-{subject}/func/sub-{subject}_task-rest_desc-carpet_bold.nii.gz",
        confounds="results/sub-{subject}/func/sub-{subject}_task-rest_desc-confounds_timeseries.tsv",
        qc="results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json",
        anatomy=(
            []
            if SOURCE == "derivatives"
            else "results/sub-{subject}/anat/sub-{subject}_space-MNI152NLin2009aSym_desc-preproc_T1w.nii.gz"
        ),
        anatomy_qc=(
            []
            if SOURCE == "derivatives"
            else "results/sub-{subject}/anat/sub-{subject}_desc-qc_metrics.json"
        ),
        tissues=(
            []
            if SOURCE == "derivatives"
            else expand(
                "results/sub-{{subject}}/anat/sub-{{subject}}_label-{tissue}_probseg.nii.gz",
                tissue=["GM", "WM", "CSF"],
            )
        ),
        xfm=(
            []
            if SOURCE == "derivatives"
            else "results/sub-{subject}/anat/sub-{subject}_from-MNI152NLin2009aSym_to-T1w_mode-image_xfm.nii.gz"
        ),
        page=f"{workflow.basedir}/scripts/restpain/quality/templates/participant_quality.html.j2",
        template_t1w="results/template/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz",
        template_mask="results/template/tpl-MNI152NLin2009aSym_res-func_desc-brain_mask.nii.gz",
        gm="results/template/tpl-MNI152NLin2009aSym_res-func_label-GM_probseg.nii.gz",
        wm="results/template/tpl-MNI152NLin2009aSym_res-func_label-WM_probseg.nii.gz",
        csf="results/template/tpl-MNI152NLin2009aSym_res-func_label-CSF_probseg.nii.gz",
    output:
        figure=report(
            "results/sub-{subject}/figures/sub-{subject}_task-rest_desc-qc.png",
            category="Quality",
            labels={"participant": "{subject}"},
        ),
        page="results/sub-{subject}/figures/sub-{subject}_task-rest_desc-qc.html",
    log:
        "results/logs/plot_participant/sub-{subject}.log",
    benchmark:
        "results/benchmarks/plot_participant/sub-{subject}.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=by_headers(600, 6, "rest"),
        runtime=by_headers(5, 0.01, "rest"),
    params:
        source=SOURCE,
        limits=quality_limits(),
        code=code_digest("quality/plot_participant.py"),
    script:
        "../scripts/quality/plot_participant.py"
