"""The HTML report of the study.

inputs   tables, figures, maps and quality control of all stages
outputs  results/report.html, results/run_times.tsv
"""


rule tabulate_run_times:
    """What each rule of the run took; it differs from run to run."""
    input:
        # the last products: when they are there, so are the benchmarks of all jobs behind them
        finished=[
            *expand("results/tables/{name}.docx", name=TABLES),
            *expand("results/tables/{name}_provenance.tsv", name=TABLES),
            "results/figures/figure1_workflow.svg",
            "results/figures/figure2_group_maps.png",
            "results/figures/figure3_regions.png",
            "results/figures/figure4_roc.png",
            *published_products(),
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
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        folder="results/benchmarks",
        code=code_digest("report/tabulate_run_times.py"),
    script:
        "../scripts/report/tabulate_run_times.py"


rule build_report:
    """The page that tells the study: summary, tables, figures, quality, methods, settings."""
    input:
        templates=report_templates(),
        config=repository_file("config.yaml"),
        participants="results/cohort/analysed.tsv",
        described="results/cohort/analysed.json",
        tables=[
            "results/tables/table1_demographics.tsv",
            "results/tables/table2_regions.tsv",
            "results/tables/table3_classification.tsv",
            "results/tables/table4_correlation.tsv",
        ],
        figures=[
            "results/figures/figure1_workflow.svg",
            "results/figures/figure2_group_maps.png",
            "results/figures/figure3_regions.png",
            "results/figures/figure4_roc.png",
            "results/figures/figure4_robustness.png",
        ],
        robustness="results/tables/table3_robustness.tsv",
        func_qc=of_all("results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json"),
        anat_qc=anatomical_quality(),
        pictures=of_all("results/sub-{subject}/figures/sub-{subject}_task-rest_desc-qc.png"),
        brain="results/template/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz",
        differences=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_stat-t_statmap.nii.gz",
            measure=[*MEASURES, "fc"],
        ),
        labels=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_dseg.nii.gz",
            measure=[*MEASURES, "fc"],
        ),
        clusters=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.tsv",
            measure=[*MEASURES, "fc"],
        ),
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.json",
        models=expand("results/group/{measure}/model.json", measure=[*MEASURES, "fc"]),
        corrections=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-correction.json",
            measure=[*MEASURES, "fc"],
        ),
        error_rates=expand("results/group/{measure}/error_rate.json", measure=MEASURES),
        normality="results/group/normality.tsv",
        motion="results/quality/motion_of_groups.tsv",
        score_maps=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-score_desc-correction.json",
            measure=[*MEASURES, "fc"],
        ),
        seeds="results/group/seeds.tsv",
        check="results/cohort/check.tsv",
        design="results/cohort/design_check.tsv",
        recovery=recovery_products(),
        published=published_products(),
        inputs="results/tables/provenance_inputs.tsv",
        run_times="results/run_times.tsv",
    output:
        report=report(
            "results/report.html",
            caption="../docs/captions/report.rst",
            category="Report",
        ),
    log:
        "results/logs/build_report.log",
    benchmark:
        "results/benchmarks/build_report.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(15),
    params:
        settings=config,
        code=code_digest("report/build_report.py"),
    script:
        "../scripts/report/build_report.py"
