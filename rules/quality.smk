"""Quality control: numbers of all participants, and exclusion from the group level.

inputs   quality numbers and confounds of all participants, the file quality.ratings
outputs  results/quality/, results/quality.html, results/cohort/analysed.tsv
"""

QUALITY_TEMPLATES = f"{workflow.basedir}/scripts/restpain/quality/templates"
PARTICIPANT_FIGURE = "results/sub-{subject}/figures/sub-{subject}_task-rest_desc-qc.png"
TISSUES = ["GM", "WM", "CSF"]


rule tabulate_quality:
    """Quality numbers, ratings and limits of every participant; motion of the groups compared."""
    input:
        participants=rules.check_cohort.output.complete,
        ratings=ratings_file(),
        func_qc=FUNC_QC,
        anat_qc=unless_derivatives(per_participant(anat("desc-qc_metrics.json"))),
        confounds=unless_maps(per_participant(func("desc-confounds_timeseries.tsv"))),
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
    params:
        comparison=GROUPS,
        limits=QUALITY_LIMITS,
        code=code_digest("quality/tabulate_quality.py"),
    script:
        "../scripts/quality/tabulate_quality.py"


rule select_participants:
    """The table of participants with the reasons of quality control in its column exclude."""
    input:
        participants=rules.check_cohort.output.complete,
        described="results/cohort/participants.json",
        quality=rules.tabulate_quality.output.quality,
    output:
        analysed="results/cohort/analysed.tsv",
        columns="results/cohort/analysed.json",
    log:
        "results/logs/select_participants.log",
    benchmark:
        "results/benchmarks/select_participants.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        **settings("classification", "harmonise", "n_folds"),
        comparison=COMPARISON,
        code=code_digest("quality/select_participants.py"),
    script:
        "../scripts/quality/select_participants.py"


# apart from select_participants, so that columns and score rerun nothing of the group level
rule tabulate_balance:
    """Warnings about the analysed: values, balance of the groups, inflation, training sets."""
    input:
        participants=rules.select_participants.output.analysed,
        described="results/cohort/participants.json",
        quality=rules.tabulate_quality.output.quality,
    output:
        warnings="results/cohort/design_warnings.tsv",
        columns="results/cohort/design_warnings.json",
    log:
        "results/logs/tabulate_balance.log",
    benchmark:
        "results/benchmarks/tabulate_balance.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        **settings("classification", "harmonise", "n_folds"),
        comparison=COMPARISON,
        score=config["cohort"]["score"],
        shown=config["table1"]["columns"],
        seed=config["seed"],
        code=code_digest("quality/tabulate_balance.py"),
    script:
        "../scripts/quality/tabulate_balance.py"


rule build_quality_overview:
    """QC overview page of all participants, with ratings."""
    input:
        template=f"{QUALITY_TEMPLATES}/quality_overview.html.j2",
        quality=rules.tabulate_quality.output.quality,
        motion=rules.tabulate_quality.output.motion,
        pictures=per_participant(PARTICIPANT_FIGURE),
    output:
        overview=reported("results/quality.html", "Quality"),
    log:
        "results/logs/build_quality_overview.log",
    benchmark:
        "results/benchmarks/build_quality_overview.tsv"
    conda:
        "../envs/figures.yaml"
    resources:
        **on_retry(1000, 15),
    params:
        source=config["cohort"]["source"],
        limits=QUALITY_LIMITS,
        code=code_digest("quality/build_quality_overview.py"),
    script:
        "../scripts/quality/build_quality_overview.py"


rule plot_participant:
    """A participant's page of quality: motion, carpets, alignment, tissues, numbers with limits."""
    input:
        denoised=func_mni("desc-denoised_bold.nii.gz"),
        mask=func_mni("desc-brain_mask.nii.gz"),
        boldref=func_mni("boldref.nii.gz"),
        carpet=func("desc-carpet_bold.nii.gz"),
        confounds=func("desc-confounds_timeseries.tsv"),
        qc=func("desc-qc_metrics.json"),
        anatomy=unless_derivatives(anat_mni("desc-preproc_T1w.nii.gz")),
        anatomy_qc=unless_derivatives(anat("desc-qc_metrics.json")),
        tissues=unless_derivatives([anat(f"label-{tissue}_probseg.nii.gz") for tissue in TISSUES]),
        xfm=unless_derivatives(anat(MNI_TO_T1W)),
        page_template=f"{QUALITY_TEMPLATES}/participant_quality.html.j2",
        template_t1w=rules.prepare_template.output.func_T1w,
        template_mask=rules.prepare_template.output.func_mask,
        template_tissues=[
            template(f"res-func_label-{tissue}_probseg.nii.gz") for tissue in TISSUES
        ],
    output:
        figure=report(
            PARTICIPANT_FIGURE,
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
    resources:
        **by_headers("rest", memory_mb=(600, 6), minutes=(5, 0.01)),
    params:
        source=SOURCE,
        limits=QUALITY_LIMITS,
        code=code_digest("quality/plot_participant.py"),
    script:
        "../scripts/quality/plot_participant.py"
