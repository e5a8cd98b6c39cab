"""Figures 1 to 4.

inputs   maps, clusters, predictions and quality control of all stages
outputs  results/figures/
"""


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
        comparison=GROUPS,
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


rule plot_workflow:
    """Figure 1: the stages of this run with their settings and counts."""
    input:
        participants="results/cohort/analysed.tsv",
        described="results/cohort/analysed.json",
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


rule plot_robustness:
    """Calibration, permuted groups and learning curve of the leak-free arm."""
    input:
        published="results/classification/published.tsv",
        nested="results/classification/nested.tsv",
        calibration="results/classification/nested_calibration.tsv",
        permuted="results/classification/permuted.tsv",
        curve="results/classification/learning_curve.tsv",
    output:
        figure=report(
            "results/figures/figure4_robustness.png",
            caption="../docs/captions/figure4_robustness.rst",
            category="Figures",
        ),
    log:
        "results/logs/plot_robustness.log",
    benchmark:
        "results/benchmarks/plot_robustness.tsv"
    conda:
        "../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(1000),
        runtime=on_retry(5),
    params:
        source=config["cohort"]["source"],
        code=code_digest("figures/plot_robustness.py"),
    script:
        "../scripts/figures/plot_robustness.py"
