"""Index of a participant's preprocessed series."""

from pathlib import Path

from restpain.cohort.bids import derivative_images
from restpain.cohort.bids_index import image_index, size_bytes
from restpain.cohort.selection import mark_chosen
from restpain.io.tables import read_table


def derivative_index(folder: Path, *, select: dict) -> dict:
    """Index the preprocessed rest runs of a participant; see `restpain.cohort.index`."""
    images = derivative_images(folder)
    series = [image_index(path, folder, "rest") for path in images["bold"]]
    mark_chosen(series, select)
    return {
        "size_bytes": size_bytes(images["bold"]),
        "n_masks": len(images["mask"]),
        "n_confound_rows": [_n_rows(path) for path in images["confounds"]],
        "series": series,
        "problems": [],
    }


def _n_rows(path: Path) -> int | None:
    try:
        return len(read_table(path))
    except ValueError:
        return None
