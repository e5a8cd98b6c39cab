"""Tables 1 to 4, figures 1 to 4 and the page that tells the study.

inputs   analysed.tsv, maps, clusters, features, predictions and quality control of all stages
outputs  results/tables/, results/figures/, results/report.html
"""

# the rule that wrote what data_of_participants() names
DATA_RULES = {
    "simulated": "convert_dicom",
    "dicom": "convert_dicom",
    "bids": "link_bids",
    "derivatives": "import_derivatives",
}
TABLES = ["table1_demographics", "table2_regions", "table3_classification", "table4_correlation"]


rule tabulate_demographics:
    """Demographic and clinical characteristics of both groups, with their tests."""
    input:
        participants="results/cohort/analysed.tsv",
    output:
        table=report(
            "results/tables/table1_demographics.tsv",
            caption="../docs/captions/table1_demographics.rst",
            category="Tables",
        ),
        columns="results/tables/table1_demographics.json",
    log:
        "results/logs/tabulate_demographics.log",
    benchmark:
        "results/benchmarks/tabulate_demographics.tsv"
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
        score=config["cohort"]["score"],
        source=config["cohort"]["source"],
        code=code_digest("tables/tabulate_demographics.py"),
    script:
        "../scripts/tables/tabulate_demographics.py"


rule tabulate_regions:
    """The significant clusters of every measure, one row each."""
    input:
        clusters=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.tsv",
            measure=[*MEASURES, "fc"],
        ),
    output:
        table=report(
            "results/tables/table2_regions.tsv",
            caption="../docs/captions/table2_regions.rst",
            category="Tables",
        ),
        columns="results/tables/table2_regions.json",
    log:
        "results/logs/tabulate_regions.log",
    benchmark:
        "results/benchmarks/tabulate_regions.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        source=config["cohort"]["source"],
        code=code_digest("tables/tabulate_regions.py"),
    script:
        "../scripts/tables/tabulate_regions.py"


rule tabulate_classification:
    """The classifiers of the published protocol and of the leak-free arms."""
    input:
        published="results/classification/published.tsv",
        nested="results/classification/nested.tsv",
    output:
        table=report(
            "results/tables/table3_classification.tsv",
            caption="../docs/captions/table3_classification.rst",
            category="Tables",
        ),
        columns="results/tables/table3_classification.json",
    log:
        "results/logs/tabulate_classification.log",
    benchmark:
        "results/benchmarks/tabulate_classification.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        source=config["cohort"]["source"],
        code=code_digest("tables/tabulate_classification.py"),
    script:
        "../scripts/tables/tabulate_classification.py"


rule tabulate_correlation:
    """The features of the patients against their clinical score."""
    input:
        association="results/group/association.tsv",
    output:
        table=report(
            "results/tables/table4_correlation.tsv",
            caption="../docs/captions/table4_correlation.rst",
            category="Tables",
        ),
        columns="results/tables/table4_correlation.json",
    log:
        "results/logs/tabulate_correlation.log",
    benchmark:
        "results/benchmarks/tabulate_correlation.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        source=config["cohort"]["source"],
        code=code_digest("tables/tabulate_correlation.py"),
    script:
        "../scripts/tables/tabulate_correlation.py"


rule export_tables:
    """Tables 1 to 4 in the published columns, for a manuscript: HTML, LaTeX and Word."""
    input:
        tables=expand("results/tables/{name}.tsv", name=TABLES),
    output:
        html=expand("results/tables/{name}.html", name=TABLES),
        latex=expand("results/tables/{name}.tex", name=TABLES),
        word=report(
            expand("results/tables/{name}.docx", name=TABLES),
            caption="../docs/captions/exported_tables.rst",
            category="Tables",
            subcategory="For a manuscript",
        ),
    log:
        "results/logs/export_tables.log",
    benchmark:
        "results/benchmarks/export_tables.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        source=config["cohort"]["source"],
        code=code_digest("tables/export_tables.py"),
    script:
        "../scripts/tables/export_tables.py"


rule trace_tables:
    """Where every cell of Tables 1 to 4 comes from, back to the files of the participants."""
    input:
        tables=expand("results/tables/{name}.tsv", name=TABLES),
        participants="results/cohort/analysed.tsv",
        clusters=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.tsv",
            measure=[*MEASURES, "fc"],
        ),
        published="results/classification/published.tsv",
        nested="results/classification/nested.tsv",
        association="results/group/association.tsv",
        data=data_of_participants(),
        maps=[
            path
            for measure in MEASURES
            for path in of_all(
                "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym"
                f"_stat-{measure}_desc-standardised_boldmap.nii.gz"
            )
        ],
        seed_maps=of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-fc_desc-standardised_boldmap.nii.gz"
        ),
    output:
        traces=expand("results/tables/{name}_provenance.tsv", name=TABLES),
        inputs="results/tables/provenance_inputs.tsv",
        sidecar=[
            *expand("results/tables/{name}_provenance.json", name=TABLES),
            "results/tables/provenance_inputs.json",
        ],
    log:
        "results/logs/trace_tables.log",
    benchmark:
        "results/benchmarks/trace_tables.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(15),
    params:
        data_rule=DATA_RULES[SOURCE],
        participants_rule="select_participants",
        code=code_digest("tables/trace_tables.py"),
    script:
        "../scripts/tables/trace_tables.py"


rule plot_workflow:
    """Figure 1: the stages of this run with their settings and counts."""
    input:
        participants="results/cohort/analysed.tsv",
        func_qc=of_all("results/sub-{subject}/func/sub-{subject}_task-rest_desc-qc_metrics.json"),
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.json",
        clusters=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.tsv",
            measure=[*MEASURES, "fc"],
        ),
        seeds="results/group/seeds.tsv",
        association="results/group/association.tsv",
        published="results/classification/published.tsv",
        nested="results/classification/nested.tsv",
    output:
        figure=report(
            "results/figures/figure1_workflow.svg",
            caption="../docs/captions/figure1_workflow.rst",
            category="Figures",
        ),
    log:
        "results/logs/plot_workflow.log",
    benchmark:
        "results/benchmarks/plot_workflow.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        settings=config,
        code=code_digest("figures/plot_workflow.py"),
    script:
        "../scripts/figures/plot_workflow.py"


rule plot_group_maps:
    """Figure 2: maps within and between the groups, and the correlations of the seeds."""
    input:
        participants="results/cohort/analysed.tsv",
        template="results/template/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz",
        patients=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patients_stat-t_statmap.nii.gz",
            measure=[*MEASURES, "fc"],
        ),
        controls=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-controls_stat-t_statmap.nii.gz",
            measure=[*MEASURES, "fc"],
        ),
        difference=expand(
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
        models=expand("results/group/{measure}/model.json", measure=[*MEASURES, "fc"]),
        seeds_mask="results/group/space-MNI152NLin2009aSym_desc-seeds_mask.nii.gz",
        seeds="results/group/seeds.tsv",
        fc_maps=of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_stat-fc_desc-standardised_boldmap.nii.gz"
        ),
    output:
        figure=report(
            "results/figures/figure2_group_maps.png",
            caption="../docs/captions/figure2_group_maps.rst",
            category="Figures",
        ),
    log:
        "results/logs/plot_group_maps.log",
    benchmark:
        "results/benchmarks/plot_group_maps.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(3000),
        runtime=on_retry(15),
    params:
        measures=config["metrics"]["measures"],
        patients=config["cohort"]["patients"],
        controls=config["cohort"]["controls"],
        voxel_p=config["group"]["voxel_p"],
        tails=config["group"]["tails"],
        source=config["cohort"]["source"],
        code=code_digest("figures/plot_group_maps.py"),
    script:
        "../scripts/figures/plot_group_maps.py"


rule plot_regions:
    """Figure 3: the significant clusters on slices through their peaks and in projection."""
    input:
        template="results/template/tpl-MNI152NLin2009aSym_res-func_T1w.nii.gz",
        difference=expand(
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
        models=expand("results/group/{measure}/model.json", measure=[*MEASURES, "fc"]),
        seeds="results/group/seeds.tsv",
    output:
        figure=report(
            "results/figures/figure3_regions.png",
            caption="../docs/captions/figure3_regions.rst",
            category="Figures",
        ),
    log:
        "results/logs/plot_regions.log",
    benchmark:
        "results/benchmarks/plot_regions.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(10),
    params:
        measures=config["metrics"]["measures"],
        voxel_p=config["group"]["voxel_p"],
        cluster_p=config["group"]["cluster_p"],
        tails=config["group"]["tails"],
        source=config["cohort"]["source"],
        code=code_digest("figures/plot_regions.py"),
    script:
        "../scripts/figures/plot_regions.py"


rule plot_roc:
    """Figure 4: ROC curves of the published protocol and of the leak-free arms."""
    input:
        published="results/classification/published.tsv",
        published_predictions="results/classification/published_predictions.tsv",
        nested="results/classification/nested.tsv",
        nested_predictions="results/classification/nested_predictions.tsv",
    output:
        figure=report(
            "results/figures/figure4_roc.png",
            caption="../docs/captions/figure4_roc.rst",
            category="Figures",
        ),
    log:
        "results/logs/plot_roc.log",
    benchmark:
        "results/benchmarks/plot_roc.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        patients=config["cohort"]["patients"],
        n_bootstrap=config["classification"]["n_bootstrap"],
        seed=config["seed"],
        source=config["cohort"]["source"],
        code=code_digest("figures/plot_roc.py"),
    script:
        "../scripts/figures/plot_roc.py"


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
