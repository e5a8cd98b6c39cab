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


rule build_wall:
    """The page on which all participants are looked at side by side, and rated."""
    input:
        template=f"{workflow.basedir}/scripts/restpain/quality/templates/quality_wall.html.j2",
        quality="results/quality/quality.tsv",
        motion="results/quality/motion_of_groups.tsv",
        pictures=of_all("results/sub-{subject}/figures/sub-{subject}_task-rest_desc-qc.png"),
    output:
        wall=report(
            "results/quality.html",
            caption="../docs/captions/quality.rst",
            category="Quality",
        ),
    log:
        "results/logs/build_wall.log",
    benchmark:
        "results/benchmarks/build_wall.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(15),
    params:
        source=config["cohort"]["source"],
        limits=quality_limits(),
        code=code_digest("quality/build_wall.py"),
    script:
        "../scripts/quality/build_wall.py"
