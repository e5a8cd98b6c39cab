"""Quality control: everybody's numbers, and who of them enters the group level.

inputs   quality numbers and confounds of all participants, the file quality.ratings
outputs  results/quality/, results/quality.html, results/cohort/analysed.tsv
"""


rule tabulate_quality:
    """Quality numbers, ratings and limits of every participant; motion of the groups compared."""
    input:
        participants="results/cohort/participants.tsv",
        ratings=ratings_file(),
        func_qc=of_all("results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json"),
        anat_qc=anatomical_quality(),
        confounds=of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_desc-confounds_timeseries.tsv"
        ),
    output:
        quality="results/quality/quality.tsv",
        columns="results/quality/quality.json",
        motion="results/quality/motion_of_groups.tsv",
        sidecar="results/quality/motion_of_groups.json",
        template="results/quality/qc_ratings_template.tsv",
    log:
        "results/logs/tabulate_quality.log",
    benchmark:
        "results/benchmarks/tabulate_quality.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(10),
    params:
        patients=config["cohort"]["patients"],
        controls=config["cohort"]["controls"],
        limits=quality_limits(),
        code=code_digest("quality/tabulate_quality.py"),
    script:
        "../scripts/quality/tabulate_quality.py"


rule select_participants:
    """The table of participants with the reasons of quality control in its column exclude."""
    input:
        participants="results/cohort/participants.tsv",
        quality="results/quality/quality.tsv",
    output:
        analysed="results/cohort/analysed.tsv",
        columns="results/cohort/analysed.json",
    log:
        "results/logs/select_participants.log",
    benchmark:
        "results/benchmarks/select_participants.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        patients=config["cohort"]["patients"],
        controls=config["cohort"]["controls"],
        covariates=config["cohort"]["covariates"],
        site=SITE,
        harmonise=config["classification"]["harmonise"],
        n_folds=config["classification"]["n_folds"],
        code=code_digest("quality/select_participants.py"),
    script:
        "../scripts/quality/select_participants.py"


rule build_quality_overview:
    """QC overview page of all participants, on which they are rated."""
    input:
        template=f"{workflow.basedir}/scripts/restpain/quality/templates/quality_overview.html.j2",
        quality="results/quality/quality.tsv",
        motion="results/quality/motion_of_groups.tsv",
        pictures=of_all("results/sub-{subject}/figures/sub-{subject}_task-rest_desc-qc.png"),
    output:
        overview=report(
            "results/quality.html",
            caption="../docs/captions/quality.rst",
            category="Quality",
        ),
    log:
        "results/logs/build_quality_overview.log",
    benchmark:
        "results/benchmarks/build_quality_overview.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(15),
    params:
        source=config["cohort"]["source"],
        limits=quality_limits(),
        code=code_digest("quality/build_quality_overview.py"),
    script:
        "../scripts/quality/build_quality_overview.py"


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
        page_template=f"{workflow.basedir}/scripts/restpain/quality/templates/participant_quality.html.j2",
        template_t1w="results/template/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz",
        template_mask="results/template/tpl-MNI152NLin2009aSym_res-func_desc-brain_mask.nii.gz",
        template_tissues=expand(
            "results/template/tpl-MNI152NLin2009aSym_res-func_label-{tissue}_probseg.nii.gz",
            tissue=["GM", "WM", "CSF"],
        ),
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
