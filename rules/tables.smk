"""Tables 1 to 4, for readers and for manuscripts, and the provenance of their numbers.

inputs   analysed.tsv, clusters, features and predictions of all stages
outputs  results/tables/
"""

# the rule that wrote what data_of_participants() names
DATA_RULES = {
    "simulated": "convert_dicom",
    "dicom": "convert_dicom",
    "bids": "link_bids",
    "derivatives": "import_derivatives",
    "maps": "import_maps",
}


rule tabulate_demographics:
    """Demographic and clinical characteristics of both groups, with their tests."""
    input:
        participants=rules.select_participants.output.analysed,
        described=rules.select_participants.output.columns,
    output:
        table=reported("results/tables/table1_demographics.tsv", "Tables"),
        columns="results/tables/table1_demographics.json",
    log:
        "results/logs/tabulate_demographics.log",
    benchmark:
        "results/benchmarks/tabulate_demographics.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        **settings("cohort", "score", "source"),
        **settings("table1", "columns", "skewed"),
        comparison=COMPARISON,
        seed=config["seed"],
        code=code_digest("tables/tabulate_demographics.py"),
    script:
        "../scripts/tables/tabulate_demographics.py"


rule tabulate_regions:
    """The significant clusters of every measure, one row each, with their regions in each atlas."""
    input:
        clusters=per_map(rules.correct_clusters.output.table),
        labels=per_map(rules.correct_clusters.output.labels),
        atlas_images=ATLAS_IMAGES,
        atlas_labels=ATLAS_LABELS,
    output:
        table=reported("results/tables/table2_regions.tsv", "Tables"),
        columns="results/tables/table2_regions.json",
    log:
        "results/logs/tabulate_regions.log",
    benchmark:
        "results/benchmarks/tabulate_regions.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        source=config["cohort"]["source"],
        atlases=ATLAS_NAMES,
        code=code_digest("tables/tabulate_regions.py"),
    script:
        "../scripts/tables/tabulate_regions.py"


rule tabulate_one_sample:
    """The significant clusters of each group's one-sample t maps, one row each."""
    input:
        patients=per_map(rules.correct_one_sample.output.patients_table),
        controls=per_map(rules.correct_one_sample.output.controls_table),
    output:
        table=reported("results/tables/one_sample_regions.tsv", "Tables"),
        columns="results/tables/one_sample_regions.json",
    log:
        "results/logs/tabulate_one_sample.log",
    benchmark:
        "results/benchmarks/tabulate_one_sample.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        source=config["cohort"]["source"],
        code=code_digest("tables/tabulate_one_sample.py"),
    script:
        "../scripts/tables/tabulate_one_sample.py"


rule tabulate_classification:
    """The classifiers of the published protocol and of the leak-free arms."""
    input:
        published=rules.collect_published.output.published,
        nested=rules.collect_nested.output.nested,
    output:
        table=reported("results/tables/table3_classification.tsv", "Tables"),
        columns="results/tables/table3_classification.json",
    log:
        "results/logs/tabulate_classification.log",
    benchmark:
        "results/benchmarks/tabulate_classification.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        source=config["cohort"]["source"],
        code=code_digest("tables/tabulate_classification.py"),
    script:
        "../scripts/tables/tabulate_classification.py"


rule tabulate_robustness:
    """Optimism, permuted groups, stability of the regions, learning curve: robustness of Table 3."""
    input:
        published=rules.collect_published.output.published,
        published_predictions=rules.collect_published.output.predictions,
        nested=rules.collect_nested.output.nested,
        nested_predictions=rules.collect_nested.output.predictions,
        permuted=rules.collect_nested.output.permuted,
        curve=rules.classify_subsets.output.curve,
        mask=rules.compute_group_mask.output.mask,
        fold_voxels=expand(rules.select_fold_regions.output.voxels, repeat=REPEATS),
        clusters=per_map(rules.correct_clusters.output.labels),
    output:
        table=reported("results/tables/table3_robustness.tsv", "Tables"),
        columns="results/tables/table3_robustness.json",
    log:
        "results/logs/tabulate_robustness.log",
    benchmark:
        "results/benchmarks/tabulate_robustness.tsv"
    conda:
        "../envs/statistics.yaml"
    resources:
        **on_retry(2000, 15),
    params:
        measures=MAPS,
        patients=config["cohort"]["patients"],
        n_bootstrap=config["classification"]["n_bootstrap"],
        seed=config["seed"],
        source=config["cohort"]["source"],
        code=code_digest("tables/tabulate_robustness.py"),
    script:
        "../scripts/tables/tabulate_robustness.py"


rule tabulate_correlation:
    """The features of the patients against their clinical score."""
    input:
        association=rules.correlate_score.output.association,
    output:
        table=reported("results/tables/table4_correlation.tsv", "Tables"),
        columns="results/tables/table4_correlation.json",
    log:
        "results/logs/tabulate_correlation.log",
    benchmark:
        "results/benchmarks/tabulate_correlation.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        source=config["cohort"]["source"],
        code=code_digest("tables/tabulate_correlation.py"),
    script:
        "../scripts/tables/tabulate_correlation.py"


rule export_tables:
    """Tables 1 to 4 in the published columns, for a manuscript: HTML, LaTeX and Word."""
    input:
        tables=TABLE_FILES,
    output:
        html=expand("results/tables/{name}.html", name=TABLES),
        latex=expand("results/tables/{name}.tex", name=TABLES),
        word=reported(
            expand("results/tables/{name}.docx", name=TABLES),
            "Tables",
            subcategory="For a manuscript",
            caption="exported_tables",
        ),
    log:
        "results/logs/export_tables.log",
    benchmark:
        "results/benchmarks/export_tables.tsv"
    conda:
        "../envs/figures.yaml"
    params:
        source=config["cohort"]["source"],
        code=code_digest("tables/export_tables.py"),
    script:
        "../scripts/tables/export_tables.py"


rule trace_tables:
    """Provenance of every cell of Tables 1 to 4, back to the files of the participants."""
    input:
        tables=TABLE_FILES,
        participants=rules.select_participants.output.analysed,
        described=rules.select_participants.output.columns,
        clusters=per_map(rules.correct_clusters.output.table),
        published=rules.collect_published.output.published,
        nested=rules.collect_nested.output.nested,
        association=rules.correlate_score.output.association,
        data=data_of_participants(),
        maps=unless_maps(LOCAL_MAPS),
        seed_maps=SEED_MAPS,
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
    resources:
        **on_retry(1000, 15),
    params:
        data_rule=DATA_RULES[SOURCE],
        participants_rule="select_participants",
        code=code_digest("tables/trace_tables.py"),
    script:
        "../scripts/tables/trace_tables.py"
