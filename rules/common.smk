"""The configuration, checked; participants, wildcards, settings in force, the digest of the code; functions only."""

import atexit
import hashlib
import os
import sys
from functools import cache
from modulefinder import ModuleFinder
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(workflow.basedir, "scripts")))
from restpain.config.validation import configuration_problems, data_problems
from restpain.config.failures import failed_jobs, failure_summary
from restpain.cohort.participants import Comparison, read_participants
from restpain.simulation.participants import simulated_roster


def stop_at(problems):
    """End with the sentences about all problems, and no stack, if there are any."""
    if problems:
        raise SystemExit("\n".join(problems))


SCHEMA = Path(workflow.basedir, "schemas", "config.schema.yaml")
stop_at(configuration_problems(config, yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))))
SOURCE = config["cohort"]["source"]

# a site is one more covariate, in rules and report alike
if config["cohort"]["site"] not in [None, *config["cohort"]["covariates"]]:
    config["cohort"]["covariates"] = [*config["cohort"]["covariates"], config["cohort"]["site"]]

# what is compared (restpain.cohort.participants.Comparison); rules that need the labels alone take
# GROUPS, so that another covariate reruns none of their jobs
GROUPS = {key: config["cohort"][key] for key in ("patients", "controls")}
COMPARISON = {**GROUPS, **{key: config["cohort"][key] for key in ("covariates", "site")}}


def roster():
    """One row per recruited participant: participant_id, group, exclude (reason or empty)."""
    if SOURCE == "simulated":
        counts = {
            key: config["simulation"][key] for key in ("n_patients", "n_controls", "n_excluded")
        }
        return simulated_roster(Comparison(**GROUPS), **counts)
    stop_at(data_problems(config["cohort"]))
    try:
        return read_participants(config["cohort"]["participants"], Comparison(**GROUPS))
    except (ValueError, OSError) as error:
        stop_at([str(error)])


ROSTER = roster()
INCLUDED = ROSTER[ROSTER["exclude"] == ""]
SUBJECTS = INCLUDED["participant_id"].str.removeprefix("sub-").tolist()
MEASURES = config["metrics"]["measures"]
# how clusters are found and corrected (restpain.group.inference.Correction)
CORRECTION = {
    key: config["group"][key] for key in ("voxel_p", "cluster_p", "tails", "connectivity")
}


wildcard_constraints:
    subject="|".join(SUBJECTS),
    measure="|".join([*MEASURES, "fc"]),
    permutations=r"\d+",


def slice_order():
    """The order of the slices in force: the user's, the simulation's own, or None (sidecar)."""
    order = config["preprocessing"]["slice_order"]
    if order is None and SOURCE == "simulated":
        return config["simulation"]["slice_order"]
    return order


def regression_band_hz():
    """Band in which nuisance is fitted; None for all frequencies, as before any filter."""
    simultaneous = config["preprocessing"]["filter"] == "simultaneous"
    return config["metrics"]["band_hz"] if simultaneous else None


def ratings_file():
    """The user's ratings of the participants, which are read and never written; or nothing."""
    path = config["quality"]["ratings"]
    if path is None:
        return []
    if not Path(path).is_file():
        stop_at(
            [
                f"configuration: quality.ratings is {path!r}; expected a file that exists; copy "
                "results/quality/qc_ratings_template.tsv to it and edit the copy, or set it to null"
            ]
        )
    return path


def quality_limits():
    """The limits beyond which participants do not enter the group level, by key."""
    keys = (
        "max_mean_fd_mm",
        "max_flagged_share",
        "min_unflagged_volumes",
        "min_coverage",
        "min_dice_gm",
        "max_coregistration_cost",
    )
    return {key: config["quality"][key] for key in keys}


def repository_file(*parts):
    """A file of the repository, named from the working directory.

    A relative name: a copy of repository and results elsewhere has nothing to recompute.
    """
    return os.path.relpath(Path(workflow.basedir, *parts))


def report_templates():
    """The frame of the report and the templates of its sections."""
    folder = repository_file("scripts", "restpain", "report", "templates")
    return [
        str(path)
        for kind in ("report", "section")
        for path in sorted(Path(folder).glob(f"{kind}*"))
    ]


@cache
def code_digest(script):
    """Digest of a script and of every module of ``scripts/`` that it imports.

    Snakemake reruns a job when its script changes, but not when a module that the script
    imports does. A parameter that changes with their content closes that gap.
    """
    folder = Path(workflow.basedir, "scripts")
    finder = ModuleFinder(path=[str(folder)])
    finder.run_script(str(folder / script))
    files = sorted(module.__file__ for module in finder.modules.values() if module.__file__)
    content = b"".join(Path(name).read_bytes() for name in files)
    return hashlib.sha256(content).hexdigest()[:12]


def tell_failures_last(run_logs):
    """Print rule, participant, reason and log of each failed job after all that Snakemake prints."""

    folder = Path.cwd()  # Snakemake has left it when the last words are said

    def tell():
        text = "".join(Path(path).read_text() for path in run_logs)
        jobs = failed_jobs(text)
        paths = {path for job in jobs for path in job["logs"] if (folder / path).is_file()}
        job_logs = {path: (folder / path).read_text(errors="replace") for path in paths}
        if jobs:
            print(f"\n{failure_summary(jobs, job_logs)}", file=sys.stderr, flush=True)

    atexit.register(tell)
