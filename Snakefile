"""Resting-state fMRI of patients and controls: from DICOM to tables 1 to 4, figures and a report.

Read top to bottom: configuration, then the stages in the order they run, then the targets.
"""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/resources.smk"
include: "rules/products.smk"
include: "rules/cohort.smk"


if SOURCE == "simulated":

    include: "rules/simulation.smk"


include: "rules/preprocessing.smk"
include: "rules/metrics.smk"
include: "rules/quality.smk"
include: "rules/group.smk"
include: "rules/connectivity.smk"
include: "rules/association.smk"
include: "rules/classification.smk"


if SOURCE == "simulated":

    include: "rules/recovery.smk"


include: "rules/power.smk"


if config["published"] is not None:

    include: "rules/published.smk"


include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/report.smk"


onstart:
    # The limit of jobs started a second wakes the scheduler once a second more for each job that has
    # ended, and each time it weighs all waiting jobs anew: minutes of CPU time from some 200 jobs on.
    workflow.scheduler.job_rate_limiter = None


onerror:
    tell_failures_last(log)


rule all:
    default_target: True
    input:
        "results/tables/table1_demographics.tsv",
        "results/tables/table2_regions.tsv",
        "results/tables/table3_classification.tsv",
        "results/tables/table3_robustness.tsv",
        "results/tables/table4_correlation.tsv",
        expand("results/tables/{name}.docx", name=TABLES),
        expand("results/tables/{name}_provenance.tsv", name=TABLES),
        "results/figures/figure1_workflow.svg",
        "results/figures/figure2_group_maps.png",
        "results/figures/figure3_regions.png",
        "results/figures/figure4_roc.png",
        "results/figures/figure4_robustness.png",
        "results/report.html",
        "results/quality.html",
        published_products(),
        recovery_products(),


rule participants:
    """Preprocessing, metrics and quality control of every participant; no group level."""
    input:
        participant_products(),


rule check:
    """The cohort check alone, before any computing."""
    input:
        "results/cohort/check.tsv",
        "results/cohort/design_check.tsv",
