"""The configuration, checked; participants, settings in force, wildcards."""

import os
import sys
from functools import partial
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(workflow.basedir, "scripts")))
from restpain.cohort.changed_data import renew_indices
from restpain.cohort.done_before import left_to_regress, volumes_to_drop
from restpain.cohort.dparsf import named_by_data, participant_places
from restpain.cohort.folders import analysed_subject, folder_of_participant
from restpain.cohort.grids import NATIVE
from restpain.cohort.map_files import given_files, pattern_problems, table_values
from restpain.cohort.measures import (
    compared_measures,
    has_series,
    local_measures,
    map_scales,
    one_sample_bases,
)
from restpain.cohort.participants import (
    Comparison,
    included,
    is_pilot,
    read_participants,
    with_site,
)
from restpain.config import snakemake_internals
from restpain.config.caches import cache_folders
from restpain.config.code_digest import code_digest as digest_of_script
from restpain.config.failures import report_failures_at_exit
from restpain.config.products import print_products_at_exit
from restpain.config.progress import show_stages
from restpain.config.resources import by_headers, numbers_of_job, on_retry
from restpain.config.validation import (
    atlas_problems,
    configuration_problems,
    contradictions,
    data_problems,
    published_problems,
    read_off,
)
from restpain.multiverse.cost import cost_sentence
from restpain.multiverse.universes import (
    METRIC_KEYS,
    SERIES_KEYS,
    alternative_problems,
    measure_plan,
    multiverse_of,
)
from restpain.simulation.participants import simulated_roster


def stop_at(problems):
    """End with the sentences about all problems, and no stack, if there are any."""
    if problems:
        raise SystemExit("\n".join(problems))


def settings(section, *keys):
    """Some keys of a section of the configuration, as parameters of a rule."""
    return {key: config[section][key] for key in keys}


# of all jobs, before the first one starts
os.environ.update(cache_folders(os.environ, scripts=Path(workflow.basedir, "scripts")))

SCHEMA = Path(workflow.basedir, "schemas", "config.schema.yaml")
CHECKED_BY = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
read_off(config)
stop_at(configuration_problems(config, CHECKED_BY))
SOURCE = config["cohort"]["source"]
stop_at(atlas_problems(config["table2"]["atlases"]))
ALTERNATIVES = config["multiverse"]["alternatives"]
stop_at(
    alternative_problems(config, ALTERNATIVES, partial(configuration_problems, schema=CHECKED_BY))
)
MULTIVERSE = multiverse_of(
    config,
    ALTERNATIVES,
    max_universes=config["multiverse"]["max_universes"],
    contradictions=contradictions,
    seed=config["seed"],
)
config["preprocessing"]["drop_volumes"] = volumes_to_drop(
    config["preprocessing"]["drop_volumes"], SOURCE
)
# a series folder of DPARSF given as the data is the one to take
if SOURCE == "derivatives" and config["cohort"]["data"]:
    wanted = named_by_data(config["cohort"]["data"], config["cohort"]["select"]["rest"])
    config["cohort"]["select"] = {**config["cohort"]["select"], "rest": wanted}

# a site is one more covariate, in rules and report alike
config["cohort"]["covariates"] = with_site(**settings("cohort", "covariates", "site"))

# restpain.cohort.participants.Comparison; rules that need the labels alone take GROUPS, so that
# another covariate reruns none of their jobs
GROUPS = settings("cohort", "patients", "controls")
COMPARISON = {**GROUPS, **settings("cohort", "covariates", "site")}
# restpain.group.inference.Correction; of power and of the regions of a fold it is GRF, whatever the inference
GRF_CORRECTION = settings("group", "voxel_p", "cluster_p", "tails", "connectivity")
CORRECTION = {**GRF_CORRECTION, **settings("group", "inference")}
# limits beyond which participants do not enter the group level
QUALITY_LIMITS = settings(
    "quality",
    *("max_mean_fd_mm", "max_flagged_share", "min_unflagged_volumes"),
    *("min_coverage", "min_dice_gm", "max_coregistration_cost"),
)
SEED_IMAGES = config["connectivity"]["masks"] if config["connectivity"]["seeds"] == "masks" else []
# atlases of Table 2 beside AAL2; images and labels of those that are files of the user
ATLASES = config["table2"]["atlases"]
ATLAS_IMAGES, ATLAS_LABELS = (
    [atlas[key] for atlas in ATLASES if isinstance(atlas, dict)] for key in ("image", "labels")
)
ATLAS_NAMES = [atlas["name"] if isinstance(atlas, dict) else atlas for atlas in ATLASES]
# voxels this near to a seed are left out of its search; None: nothing is left out
SEED_DISTANCE_MM = None if config["connectivity"]["search_seed"] else config["metrics"]["fwhm_mm"]
# of the regions of a fold
SELECTION = {
    **GRF_CORRECTION,
    "seed_distance_mm": SEED_DISTANCE_MM,
    "smoothness": config["group"]["smoothness"],
    "across_seeds": config["connectivity"]["correct_across_seeds"],
}
# those of the maps where maps are given, in rules and report alike
config["metrics"]["measures"] = MEASURES = local_measures(config)
MAPS = compared_measures(config)  # the local measures, and connectivity of series with the seeds
ONE_SAMPLE_BASES = one_sample_bases(config)
# None: fitted at all frequencies, before any filter
REGRESSION_BAND_HZ = (
    config["metrics"]["band_hz"] if config["preprocessing"]["filter"] == "simultaneous" else None
)
NUISANCE = left_to_regress(config["preprocessing"]["nuisance"])
# True: the grid of the maps is that of the images that are given
OWN_GRID = SOURCE == "maps" or config["preprocessing"]["voxel_mm"] == NATIVE
SLICE_ORDER = config["preprocessing"]["slice_order"]  # None: that of the sidecar
if SLICE_ORDER is None and SOURCE == "simulated":
    SLICE_ORDER = config["simulation"]["slice_order"]


def roster():
    """One row per recruited participant: participant_id, group, exclude (reason or empty)."""
    comparison = Comparison(**GROUPS)
    if SOURCE == "simulated":
        counts = settings("simulation", "n_patients", "n_controls", "n_excluded")
        return simulated_roster(comparison, **counts)
    stop_at(data_problems(config["cohort"]))
    try:
        path, columns = config["cohort"]["participants"], config["cohort"]["columns"]
        return read_participants(path, comparison, columns, judge_groups=False)
    except (ValueError, OSError) as error:
        stop_at([str(error)])


ROSTER = roster()
PLACES = participant_places(config["cohort"])  # that hold a folder per participant
# ids as the user's table has them, which folders may be named after
WRITTEN = ROSTER.attrs.get("written")
INCLUDED = ROSTER[ROSTER["exclude"] == ""]
SUBJECTS = INCLUDED["participant_id"].str.removeprefix("sub-").tolist()
analysed = partial(analysed_subject, subjects=set(SUBJECTS))

# of maps that are given: their files by participant_id (restpain.cohort.map_files.given_files)
GIVEN_MAPS, MAP_SCALES, MAP_SUMMARY = {}, {}, None
MAP_FWHM_MM = config["metrics"]["fwhm_mm"] if config["cohort"]["smooth_maps"] else 0
if SOURCE == "maps":
    patterns = settings("cohort", "data", "maps", "map_mask", "series")
    cells = table_values(ROSTER, config["cohort"]["columns"])
    stop_at(pattern_problems(patterns, list(next(iter(cells.values())))))
    GIVEN_MAPS = {who: given_files(cells[who], patterns) for who in INCLUDED["participant_id"]}
    MAP_SCALES = map_scales(settings("cohort", "maps", "map_scale"))
    MAP_SUMMARY = {"scales": MAP_SCALES, "fwhm_mm": MAP_FWHM_MM}


def with_series(files):
    """Files of which there are none where maps are given and no series."""
    return files if has_series(config) else []


def unless_maps(files):
    """Files of which there are none where maps are given, with series or without."""
    return [] if SOURCE == "maps" else files


def unless_derivatives(files):
    """Files of which there are none where preprocessed series or maps are given."""
    return [] if SOURCE in ("derivatives", "maps") else files


def maps_of(subjects):
    """Maps that are given for some participants, with their scales; None of other sources."""
    if SOURCE != "maps":
        return None
    files = {f"sub-{subject}": GIVEN_MAPS[f"sub-{subject}"] for subject in subjects}
    return {"files": files, "scales": MAP_SCALES}


def files_of_maps(subjects):
    """Maps, masks and series that are there, of some participants; one for all is listed once."""
    wanted = [one for subject in subjects for one in GIVEN_MAPS[f"sub-{subject}"].values()]
    return list(dict.fromkeys(path for one in wanted for path in one["files"]))


def series_of_participant(wildcards):
    """Series for connectivity: the one that is given beside maps, or else the denoised one."""
    if SOURCE == "maps":
        return next(iter(GIVEN_MAPS[f"sub-{analysed(wildcards.subject)}"]["series"]["files"]), [])
    return func_mni("desc-denoised_bold.nii.gz").format(subject=analysed(wildcards.subject))


def with_maps(subjects):
    """Participants who may have all maps; the check leaves out those who lack a file, or stops."""
    if config["cohort"]["incomplete"] == "stop":
        return subjects
    counts = {
        subject: [len(one["files"]) for one in GIVEN_MAPS[f"sub-{subject}"].values()]
        for subject in subjects
    }
    return [subject for subject in subjects if set(counts[subject]) == {1}]


wildcard_constraints:
    subject="[A-Za-z0-9]+",
    measure="|".join(MAPS),
    features="|".join([*MAPS, "all"]),
    permutations=r"\d+",
    repeat=r"\d+",
    batch=r"\d+",


def repository_file(*parts):
    """A file of the repository, named from the working directory.

    A relative name: a copy of repository and results elsewhere has nothing to recompute.
    """
    return os.path.relpath(Path(workflow.basedir, *parts))


code_digest = partial(digest_of_script, folder=Path(workflow.basedir, "scripts"))


def in_batches(group):
    """The group of a participant's job: neighbours in the table share a job of the cluster."""
    places = {subject: place for place, subject in enumerate(SUBJECTS)}
    return lambda wildcards: snakemake_internals.group_of_batch(
        workflow, group, places[analysed(wildcards.subject)]
    )
