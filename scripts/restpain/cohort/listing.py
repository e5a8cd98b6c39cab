"""Digests of the files in a participant's folder, to see later what came or went."""

import hashlib
import os
from collections import Counter
from pathlib import Path

from restpain.cohort.bids import BIDS_NAME, IMAGE_SUFFIXES
from restpain.cohort.bids_files import file_state, listed_images
from restpain.cohort.derivative_index import preprocessed_files
from restpain.cohort.dicom_folder import files_below, walked
from restpain.cohort.motion_files import AFNI
from restpain.cohort.sidecars import Sidecars


def listing(folder: str | Path, source: str, sidecars: Sidecars | None = None) -> str:
    """Digest of what an index of a folder is made from.

    Parameters
    ----------
    folder : str or Path
        Folder of the participant.
    source : str
        dicom: names, sizes and times of all files. bids, derivatives: names of the images (and
        tables of confounds), and of the sidecars that they inherit, also above the folder.
    sidecars : Sidecars, optional
        Those of the dataset, where several participants are looked at.
    """
    folder = Path(folder)
    if source == "dicom":
        files = files_below(folder, Counter())
        lines = [f"{path.relative_to(folder)} {file_state(path)}" for path in files]
        return _digest(lines)
    sidecars = sidecars or Sidecars(folder.parent)
    images, tables = _images(folder, source)
    inherited = {path for image in images for path in sidecars.files(image)}
    lines = [os.path.relpath(path, folder) for path in {*images, *tables, *inherited}]
    return _digest(sorted(lines))


def _digest(lines: list[str]) -> str:
    text = "\n".join(lines).encode(errors="surrogateescape")
    return hashlib.sha256(text).hexdigest()[:16]


def _images(folder: Path, source: str) -> tuple[list[Path], list[Path]]:
    """Images under BIDS names that may inherit sidecars, and tables."""
    if source == "bids":
        paths = [one["path"] for one in listed_images(folder)[0] if one["path"]]
        return [folder / path for path in paths], []
    files = preprocessed_files(folder)
    named = [path for path in files if path.name.endswith(IMAGE_SUFFIXES)]
    images = [path for path in named if BIDS_NAME.fullmatch(path.name)]
    return images, [path for path in files if path.suffix in (".tsv", AFNI)]


def touched_since(folder: str | Path, source: str, time_ns: int, index: dict) -> bool:
    """Check cheaply whether files may have come, gone or been replaced since a time.

    Of folders only, and of the first and the last DICOM file in each, the time is looked at at
    which the file system last changed them, which copying and unpacking cannot set back.

    Parameters
    ----------
    folder : str or Path
        Folder of the participant.
    source : str
        dicom, bids or derivatives.
    time_ns : int
        Nanoseconds since 1970.
    index : dict
        Index of the participant, which knows the folders of images.
    """
    folder = Path(folder)
    if source == "dicom":
        for parent, names in walked(folder, Counter()):
            ends = [Path(parent, name) for name in {min(names), max(names)}] if names else []
            if any(_changed_ns(path) >= time_ns for path in (Path(parent), *ends)):
                return True
        return False
    images = [Path(one["path"]) for one in index["series"] if one.get("path")]
    places = {place for image in images for place in image.parents} | {Path("."), Path("..")}
    return any(_changed_ns(folder / place) >= time_ns for place in places)


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_ctime_ns
    except OSError:
        return 0
