"""Tables 1 to 4, for readers and for manuscripts, and where their numbers come from.

inputs   analysed.tsv, clusters, features and predictions of all stages
outputs  results/tables/
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
        described="results/cohort/analysed.json",
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
        comparison=COMPARISON,
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


rule tabulate_robustness:
    """Optimism, permuted groups, stability of the regions, learning curve: beside Table 3."""
    input:
        published="results/classification/published.tsv",
        published_predictions="results/classification/published_predictions.tsv",
        nested="results/classification/nested.tsv",
        nested_predictions="results/classification/nested_predictions.tsv",
        permuted="results/classification/permuted.tsv",
        curve="results/classification/learning_curve.tsv",
        mask="results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz",
        fold_voxels=expand(
            "results/classification/repeat-{repeat}/space-MNI152NLin2009aSym_desc-foldregions_mask.nii.gz",
            repeat=REPEATS,
        ),
        clusters=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_dseg.nii.gz",
            measure=[*MEASURES, "fc"],
        ),
    output:
        table=report(
            "results/tables/table3_robustness.tsv",
            caption="../docs/captions/table3_robustness.rst",
            category="Tables",
        ),
        columns="results/tables/table3_robustness.json",
    log:
        "results/logs/tabulate_robustness.log",
    benchmark:
        "results/benchmarks/tabulate_robustness.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=on_retry(2000),
        runtime=on_retry(15),
    params:
        measures=MEASURES,
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
        described="results/cohort/analysed.json",
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
