"""Figures 1 to 4.

inputs   maps, clusters, predictions and quality control of all stages
outputs  results/figures/
"""


rule plot_group_maps:
    """Figure 2: maps within and between the groups, and the correlations of the seeds."""
    input:
        participants=rules.select_participants.output.analysed,
        template=rules.prepare_template.output.func_T1w,
        patients=per_map(rules.fit_group_model.output.patients),
        controls=per_map(rules.fit_group_model.output.controls),
        difference=per_map(rules.fit_group_model.output.t),
        labels=per_map(rules.correct_clusters.output.labels),
        patients_labels=per_map(rules.correct_one_sample.output.patients_labels),
        controls_labels=per_map(rules.correct_one_sample.output.controls_labels),
        clusters=per_map(rules.correct_clusters.output.table),
        models=per_map(rules.fit_group_model.output.model),
        seeds_mask=SEEDS_MASK,
        seeds=SEEDS,
        fc_maps=SEED_MAPS,
    output:
        png=reported("results/figures/figure2_group_maps.png", "Figures"),
        svg="results/figures/figure2_group_maps.svg",
    log:
        "results/logs/plot_group_maps.log",
    benchmark:
        "results/benchmarks/plot_group_maps.tsv"
    conda:
        "../envs/figures.yaml"
    resources:
        **on_retry(3000, 15),
    params:
        **settings("group", "voxel_p", "tails", "inference"),
        measures=MAPS,
        comparison=GROUPS,
        source=config["cohort"]["source"],
        code=code_digest("figures/plot_group_maps.py"),
    script:
        "../scripts/figures/plot_group_maps.py"


rule plot_regions:
    """Figure 3: the significant clusters on slices through their peaks and in projection."""
    input:
        template=rules.prepare_template.output.func_T1w,
        difference=per_map(rules.fit_group_model.output.t),
        labels=per_map(rules.correct_clusters.output.labels),
        clusters=per_map(rules.correct_clusters.output.table),
        models=per_map(rules.fit_group_model.output.model),
        seeds=SEEDS,
    output:
        png=reported("results/figures/figure3_regions.png", "Figures"),
        svg="results/figures/figure3_regions.svg",
    log:
        "results/logs/plot_regions.log",
    benchmark:
        "results/benchmarks/plot_regions.tsv"
    conda:
        "../envs/figures.yaml"
    resources:
        **on_retry(2000, 10),
    params:
        **settings("group", "voxel_p", "cluster_p", "tails", "inference"),
        measures=MAPS,
        source=config["cohort"]["source"],
        code=code_digest("figures/plot_regions.py"),
    script:
        "../scripts/figures/plot_regions.py"


rule plot_roc:
    """Figure 4: ROC curves of the published protocol and of the leak-free arms."""
    input:
        published=rules.collect_published.output.published,
        published_predictions=rules.collect_published.output.predictions,
        nested=rules.collect_nested.output.nested,
        nested_predictions=rules.collect_nested.output.predictions,
    output:
        png=reported("results/figures/figure4_roc.png", "Figures"),
        svg="results/figures/figure4_roc.svg",
    log:
        "results/logs/plot_roc.log",
    benchmark:
        "results/benchmarks/plot_roc.tsv"
    conda:
        "../envs/figures.yaml"
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
        participants=rules.select_participants.output.analysed,
        described=rules.select_participants.output.columns,
        func_qc=FUNC_QC,
        mask=rules.compute_group_mask.output.summary,
        clusters=per_map(rules.correct_clusters.output.table),
        seeds=SEEDS,
        association=rules.correlate_score.output.association,
        published=rules.collect_published.output.published,
        nested=rules.collect_nested.output.nested,
    output:
        png=reported("results/figures/figure1_workflow.png", "Figures"),
        svg="results/figures/figure1_workflow.svg",
    log:
        "results/logs/plot_workflow.log",
    benchmark:
        "results/benchmarks/plot_workflow.tsv"
    conda:
        "../envs/figures.yaml"
    params:
        settings=config,
        code=code_digest("figures/plot_workflow.py"),
    script:
        "../scripts/figures/plot_workflow.py"


rule plot_robustness:
    """Calibration, permuted groups and learning curve of the leak-free arm."""
    input:
        published=rules.collect_published.output.published,
        nested=rules.collect_nested.output.nested,
        calibration=rules.collect_nested.output.calibration,
        permuted=rules.collect_nested.output.permuted,
        curve=rules.classify_subsets.output.curve,
    output:
        png=reported("results/figures/figure4_robustness.png", "Figures"),
        svg="results/figures/figure4_robustness.svg",
    log:
        "results/logs/plot_robustness.log",
    benchmark:
        "results/benchmarks/plot_robustness.tsv"
    conda:
        "../envs/figures.yaml"
    params:
        source=config["cohort"]["source"],
        code=code_digest("figures/plot_robustness.py"),
    script:
        "../scripts/figures/plot_robustness.py"
