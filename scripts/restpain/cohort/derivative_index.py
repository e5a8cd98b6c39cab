"""Index of a participant's preprocessed series."""

from pathlib import Path

from restpain.cohort.bids import BIDS_NAME, derivative_images, entities
from restpain.cohort.bids_index import image_index, volumes_entry
from restpain.cohort.image_checks import problem
from restpain.cohort.selection import mark_chosen
from restpain.cohort.sidecars import Sidecars
from restpain.io.tables import read_table


def derivative_index(folder: Path, *, select: dict) -> dict:
    """Index the preprocessed rest runs of a participant; see `restpain.cohort.index`."""
    images, sidecars = derivative_images(folder), Sidecars(folder.parent)
    series = [_facts(path, folder, sidecars) for path in images["bold"]]
    if images["others"] and not series:
        series = [volumes_entry(len(images["others"]))]
    mark_chosen(series, select)
    who = f"sub-{folder.name.removeprefix('sub-')}"
    return {
        "size_bytes": sum(path.stat().st_size for path in images["bold"]),
        "n_masks": len(images["mask"]),
        "n_confound_rows": [_n_rows(path) for path in images["confounds"]],
        "series": series,
        "problems": [problem(who, name, "error", *why) for name, why in sidecars.faults.items()],
    }


def _facts(path: Path, folder: Path, sidecars: Sidecars) -> dict:
    """Facts of a run; a name that is not of BIDS may be a person's and is not repeated."""
    if not BIDS_NAME.fullmatch(path.name):
        return image_index(path, "rest", sidecars, label="the 4D image")
    place = {"path": path.relative_to(folder).as_posix(), "entities": entities(path.name)}
    return place | image_index(path, "rest", sidecars)


def _n_rows(path: Path) -> int | None:
    try:
        return len(read_table(path))
    except ValueError:
        return None
