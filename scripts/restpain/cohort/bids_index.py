"""Index of a participant's images in a raw BIDS dataset."""

import re
from pathlib import Path

from restpain.cohort.bids import inherited_sidecar, raw_images, run_facts
from restpain.cohort.selection import mark_chosen

BIDS_NAME = re.compile(r"sub-[A-Za-z0-9]+(_[a-z]+-[A-Za-z0-9+]+)*_[A-Za-z0-9]+\.nii(\.gz)?")


def bids_index(folder: Path, *, select: dict) -> dict:
    """Index the T1 and rest runs of a participant; see `restpain.cohort.index`."""
    images = raw_images(folder)
    facts = [image_index(path, folder, kind) for kind in ("t1", "rest") for path in images[kind]]
    mark_chosen(facts, select)
    return {
        "size_bytes": size_bytes(images["t1"] + images["rest"]),
        "series": facts,
        "problems": [],
    }


def image_index(path: Path, folder: Path, kind: str) -> dict:
    """Facts of an image with its merged sidecar."""
    try:
        sidecar, readable = inherited_sidecar(path, folder.parent), True
    except ValueError:
        sidecar, readable = {}, False
    facts = run_facts(path, kind=kind, label=_label(path), sidecar=sidecar)
    return facts | {"sidecar_readable": readable}


def _label(path: Path) -> str:
    """BIDS name of a file; another name may be a person's and is not repeated."""
    return path.name if BIDS_NAME.fullmatch(path.name) else "the 4D image"


def size_bytes(paths: list[Path]) -> int:
    """Size of files together."""
    return sum(path.stat().st_size for path in paths)
