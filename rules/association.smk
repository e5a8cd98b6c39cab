"""Features of the patients against their clinical score.

inputs   results/group/<measure>/features.tsv and cluster tables
outputs  results/group/association.tsv
"""


rule correlate_score:
    """Spearman correlation of every cluster's mean with the clinical score, in patients."""
    input:
        participants="results/cohort/participants.tsv",
        features=expand("results/group/{measure}/features.tsv", measure=[*MEASURES, "fc"]),
        tables=expand(
            "results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_desc-clusters_table.tsv",
            measure=[*MEASURES, "fc"],
        ),
    output:
        association="results/group/association.tsv",
        columns="results/group/association.json",
    log:
        "results/logs/correlate_score.log",
    benchmark:
        "results/benchmarks/correlate_score.tsv"
    conda:
        "../envs/statistics.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        patients=config["cohort"]["patients"],
        controls=config["cohort"]["controls"],
        score=config["cohort"]["score"],
        n_bootstrap=config["association"]["n_bootstrap"],
        seed=config["seed"],
        code=code_digest("correlate_score.py"),
    script:
        "../scripts/correlate_score.py"
