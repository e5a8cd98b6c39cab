"""What the rules share: participants, wildcards and the digest of the code; checks of the configuration.

It defines helpers only.
"""

import atexit
import hashlib
import os
import sys
from functools import cache
from modulefinder import ModuleFinder
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir, "scripts")))
from restpain.configuration import configuration_problems, data_problems
from restpain.failures import failed_jobs, failure_summary
from restpain.job_sizes import series_megabytes
from restpain.participants import read_participants
from restpain.simulated_table import simulated_roster
from restpain.tables import read_json


def stop_at(problems):
    """End with the sentences about all problems, and no stack, if there are any."""
    if problems:
        raise SystemExit("\n".join(problems))


SCHEMA = Path(workflow.basedir, "schemas", "config.schema.yaml")
stop_at(configuration_problems(config, yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))))
SOURCE = config["cohort"]["source"]
SITE = config["cohort"]["site"]

# a site is one more covariate, in rules and report alike
if SITE is not None and SITE not in config["cohort"]["covariates"]:
    config["cohort"]["covariates"] = [*config["cohort"]["covariates"], SITE]


def harmonised_site():
    """The column of the site across which features are harmonised; None if they are not."""
    return SITE if config["classification"]["harmonise"] else None


def roster():
    """One row per recruited participant: participant_id, group, exclude (reason or empty)."""
    if SOURCE == "simulated":
        counts = {
            key: config["simulation"][key] for key in ("n_patients", "n_controls", "n_excluded")
        }
        return simulated_roster(
            **counts, patients=config["cohort"]["patients"], controls=config["cohort"]["controls"]
        )
    stop_at(data_problems(config["cohort"]))
    try:
        return read_participants(
            config["cohort"]["participants"],
            patients=config["cohort"]["patients"],
            controls=config["cohort"]["controls"],
        )
    except (ValueError, OSError) as error:
        stop_at([str(error)])


ROSTER = roster()
INCLUDED = ROSTER[ROSTER["exclude"] == ""]
SUBJECTS = INCLUDED["participant_id"].str.removeprefix("sub-").tolist()
MEASURES = config["metrics"]["measures"]


wildcard_constraints:
    subject="|".join(SUBJECTS),
    measure="|".join([*MEASURES, "fc"]),
    part=r"\d+",


def published_products():
    """Audit of the published tables and their comparison with ours; nothing if none are given."""
    if config["published"] is None:
        return []
    return [
        "results/tables/audit_published.tsv",
        "results/tables/published_vs_recomputed.tsv",
    ]


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


def of_all(pattern):
    """The files of a pattern with ``{subject}``, one per included participant, in table order."""
    return [pattern.replace("{subject}", subject) for subject in SUBJECTS]


def participant_folder(wildcards):
    """Folder of a participant's raw data; nothing if there is none, which the index records."""
    if SOURCE == "simulated":
        return f"results/cohort/dicom/sub-{wildcards.subject}"
    for name in (f"sub-{wildcards.subject}", wildcards.subject):
        folder = Path(config["cohort"]["data"], name)
        if folder.is_dir():
            return str(folder)
    return []


def seeds_of_measure(wildcards):
    """The table of seeds for connectivity; nothing for measures without seeds."""
    return ["results/group/seeds.tsv"] if wildcards.measure == "fc" else []


def data_of_participants():
    """The first files of each participant that the workflow writes: without any identifier."""
    if SOURCE == "derivatives":
        return of_all(
            "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym_desc-denoised_bold.nii.gz"
        )
    return of_all("results/cohort/sub-{subject}/anat/sub-{subject}_T1w.nii.gz") + of_all(
        "results/cohort/sub-{subject}/func/sub-{subject}_task-rest_bold.nii.gz"
    )


def anatomical_quality():
    """Quality numbers of the anatomy, one file per participant; none for derivatives."""
    if SOURCE == "derivatives":
        return []
    return of_all("results/sub-{subject}/anat/sub-{subject}_desc-qc_metrics.json")


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


def planted_effects():
    """The truth of a simulated cohort and its label image; nothing for other sources."""
    if SOURCE != "simulated":
        return []
    return [
        "results/cohort/truth/truth.json",
        "results/cohort/truth/space-MNI152NLin2009aSym_desc-effects_dseg.nii.gz",
    ]


def repository_file(*parts):
    """A file of the repository, named from the working directory.

    A relative name: a copy of repository and results elsewhere has nothing to recompute.
    """
    return os.path.relpath(Path(workflow.basedir, *parts))


def report_templates():
    """The frame of the report and the templates of its sections."""
    folder = repository_file("scripts", "restpain", "templates")
    return [
        str(path)
        for kind in ("report", "section")
        for path in sorted(Path(folder).glob(f"{kind}*"))
    ]


RECOVERY_TABLES = [
    "recovery",
    "recovery_clusters",
    "recovery_stages",
    "recovery_participants",
]


def recovery_products():
    """What was recovered of the truth of a simulated cohort; nothing for other sources."""
    if SOURCE != "simulated":
        return []
    return [
        *[f"results/tables/{name}.tsv" for name in RECOVERY_TABLES],
        "results/figures/recovery.png",
    ]


def power_mask():
    """Mask of the simulated maps: the template brain, or the group mask of this cohort."""
    if config["power"]["fwhm_mm"] is None:
        return "results/group/space-MNI152NLin2009aSym_desc-group_mask.nii.gz"
    return "results/template/tpl-MNI152NLin2009aSym_res-func_desc-brain_mask.nii.gz"


def power_model(wildcards):
    """Where the smoothness of the simulated maps comes from; nothing if it is configured."""
    measure = config["power"]["measure"]
    if config["power"]["fwhm_mm"] is not None:
        return []
    if measure not in [*MEASURES, "fc"]:
        raise WorkflowError(
            f"configuration: power.measure is {measure}, but the measures are "
            f"{', '.join([*MEASURES, 'fc'])}; choose one of them or set power.fwhm_mm"
        )
    return [f"results/group/{measure}/model.json"]


def participant_products():
    """What the target ``participants`` asks for."""
    maps = "results/sub-{subject}/func/sub-{subject}_task-rest_space-MNI152NLin2009aSym"
    products = ["results/quality.html"]
    products += of_all("results/sub-{subject}/figures/sub-{subject}_task-rest_desc-qc.html")
    for measure in MEASURES:
        products += of_all(f"{maps}_stat-{measure}_desc-standardised_boldmap.nii.gz")
    return products


PLACES = {subject: place for place, subject in enumerate(SUBJECTS)}


def in_batches(group):
    """The group of a participant's job: neighbours in the table share a job of the cluster.

    The profile's ``group-components`` says how many; without it there is no group. The participants of
    a batch share a name of their own: groups of one name Snakemake joins once more each time a
    checkpoint has run, ten of ten to one of a hundred.
    """

    def batch(wildcards):
        size = workflow.group_settings.group_components.get(group, 1)
        if size == 1:
            return None
        name = f"{group}{PLACES[wildcards.subject] // size}"
        workflow.parent_groupids[name] = group  # by which Snakemake looks up the size of the name
        return name

    return batch


BATCH = 10  # permutations in one job, so that the start of AutoGluon is paid once for them


def permutations_of_batch(wildcards):
    """Numbers of the permutations of one job, counted from 1 over all jobs."""
    first = BATCH * (int(wildcards.batch) - 1) + 1
    return list(
        range(first, min(first + BATCH - 1, config["classification"]["n_permutations"]) + 1)
    )


def on_retry(amount):
    """A resource that each retry asks as much of again: memory in MB, time in minutes."""

    def resource(wildcards, attempt):
        return attempt * amount

    return resource


def memory_mb(start, per_mb, kind):
    """Memory of a participant's job, from what the headers said; each retry asks as much again.

    ``start`` MB and ``per_mb`` for each MB that the T1 or rest series takes as float32. The index
    is not an input of the jobs: it exists when one of them is ready, and changes nothing in them.
    """

    def resource(wildcards, attempt):
        path = Path(f"results/cohort/index/sub-{wildcards.subject}.json")
        megabytes = series_megabytes(read_json(path), kind) if path.exists() else 0
        return attempt * round(start + per_mb * megabytes)

    return resource


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


def permutation_part(wildcards):
    """First permutation of a part and how many it has."""
    first = int(wildcards.part) * PERMUTATIONS_PER_JOB
    return first, min(PERMUTATIONS_PER_JOB, config["group"]["n_permutations"] - first)


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
