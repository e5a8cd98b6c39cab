"""The HTML report of the study.

inputs   tables, figures, maps and quality control of all stages
outputs  results/report.html, results/run_times.tsv
"""

REPORT_TEMPLATES = [
    str(path)
    for kind in ("report", "section")
    for path in sorted(
        Path(repository_file("scripts", "restpain", "report", "templates")).glob(f"{kind}*")
    )
]


rule tabulate_run_times:
    """Time and memory of each rule of the run; they differ from run to run."""
    input:
        # the last products: when they are there, so are the benchmarks of all jobs behind them
        finished=[
            *rules.export_tables.output.word,
            *rules.trace_tables.output.traces,
            *FIGURE_FILES,
            *PUBLISHED_FILES,
        ],
    output:
        times="results/run_times.tsv",
        sidecar="results/run_times.json",
    log:
        "results/logs/tabulate_run_times.log",
    benchmark:
        "results/benchmarks/tabulate_run_times.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        folder="results/benchmarks",
        code=code_digest("report/tabulate_run_times.py"),
    script:
        "../scripts/report/tabulate_run_times.py"


rule build_report:
    """The report page: summary, tables, figures, quality, methods, settings."""
    input:
        templates=REPORT_TEMPLATES,
        config=repository_file("config.yaml"),
        participants=rules.select_participants.output.analysed,
        described=rules.select_participants.output.columns,
        tables=TABLE_FILES,
        figures=FIGURE_FILES,
        one_sample=rules.tabulate_one_sample.output.table,
        robustness=rules.tabulate_robustness.output.table,
        func_qc=FUNC_QC,
        anat_qc=unless_derivatives(per_participant(anat("desc-qc_metrics.json"))),
        pictures=unless_maps(per_participant(rules.plot_participant.output.figure)),
        brain=rules.prepare_template.output.func_T1w,
        differences=per_map(rules.fit_group_model.output.t),
        labels=per_map(rules.correct_clusters.output.labels),
        clusters=per_map(rules.correct_clusters.output.table),
        mask=rules.compute_group_mask.output.summary,
        models=per_map(rules.fit_group_model.output.model),
        searched=per_map(rules.fit_group_model.output.n_sidecar),
        corrections=per_map(rules.correct_clusters.output.correction),
        error_rates=per_map(rules.estimate_error_rate.output.error_rate, MEASURES),
        normality=rules.tabulate_normality.output.table,
        motion=rules.tabulate_quality.output.motion,
        score_maps=per_map(rules.correlate_score_maps.output.correction),
        seeds=SEEDS,
        check=rules.check_cohort.output.check,
        design=rules.check_design.output.check,
        warnings=rules.tabulate_balance.output.warnings,
        recovery=RECOVERY_FILES,
        published=PUBLISHED_FILES,
        inputs=rules.trace_tables.output.inputs,
        run_times=rules.tabulate_run_times.output.times,
    output:
        report=reported("results/report.html", "Report"),
    log:
        "results/logs/build_report.log",
    benchmark:
        "results/benchmarks/build_report.tsv"
    conda:
        "../envs/figures.yaml"
    resources:
        **on_retry(2000, 15),
    params:
        settings=config,
        code=code_digest("report/build_report.py"),
    script:
        "../scripts/report/build_report.py"
