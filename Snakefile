"""Resting-state fMRI of patients and controls: from DICOM to tables 1 to 4, figures and a report.

Read top to bottom: configuration, then the stages in the order they run, then the targets.
"""

import os
import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")

# Relative paths start at the working directory, which is the folder of the study: the clone, or
# --directory. The defaults are those of the clone; a config.yaml of the study, and then what
# --configfile and --config name, need only hold what differs.
DEFAULTS = os.path.relpath(Path(workflow.basedir, "config.yaml"))


configfile: DEFAULTS


if DEFAULTS != "config.yaml" and Path("config.yaml").is_file():

    configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/products.smk"
include: "rules/cohort.smk"


if SOURCE == "simulated":

    include: "rules/simulation.smk"


include: "rules/preprocessing.smk"
include: "rules/metrics.smk"
include: "rules/quality.smk"
include: "rules/group.smk"


if has_series(config):

    include: "rules/connectivity.smk"


include: "rules/association.smk"
include: "rules/classification.smk"


if SOURCE == "simulated":

    include: "rules/recovery.smk"


include: "rules/power.smk"


if config["published"] is not None:

    include: "rules/published.smk"


include: "rules/multiverse.smk"
include: "rules/multiverse_page.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/report.smk"


snakemake_internals.plan_in_linear_time()


onstart:
    snakemake_internals.disable_job_rate_limit(workflow)
    show_stages(workflow)
    if "multiverse" in (snakemake_internals.requested_targets(workflow) or []):
        print(f">>> {MULTIVERSE_COST}", file=sys.stderr, flush=True)


onsuccess:
    print_products_at_exit(snakemake_internals.requested_targets(workflow))


onerror:
    report_failures_at_exit(log)


rule all:
    default_target: True
    input:
        TABLE_FILES,
        "results/tables/table3_robustness.tsv",
        expand("results/tables/{name}.docx", name=TABLES),
        expand("results/tables/{name}_provenance.tsv", name=TABLES),
        FIGURE_FILES,
        "results/report.html",
        QUALITY_PAGE,
        RAW_FILES,
        PUBLISHED_FILES,
        RECOVERY_FILES,


rule participants:
    """Preprocessing, metrics and quality control of every participant; no group level."""
    input:
        QUALITY_PAGE,
        unless_maps(per_participant(rules.plot_participant.output.page)),
        LOCAL_MAPS,
        RAW_FILES,


rule check:
    """The cohort check alone, before any computing; of a pilot without its groups."""
    input:
        "results/cohort/check.tsv",
        [] if is_pilot(ROSTER) else "results/cohort/design_check.tsv",
