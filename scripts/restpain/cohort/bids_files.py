"""Images of a participant in a raw BIDS dataset, and what keeps a file from being read."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from restpain.cohort.bids import BIDS_NAME, IMAGE_SUFFIXES, entities
from restpain.presentation.numbers import counted

DATATYPES = ("anat", "func")
OTHER_FORMATS = (*IMAGE_SUFFIXES, ".img", ".hdr", ".img.gz", ".mgz", ".mgh")  # in any case
GZIP = b"\x1f\x8b"
NIFTI = (b"\x5c\x01\x00\x00", b"\x00\x00\x01\x5c", b"\x1c\x02\x00\x00", b"\x00\x00\x02\x1c")
NO_NAME = "no BIDS name"
NO_FORMAT = "neither .nii nor .nii.gz; convert what belongs to the dataset"
FETCH = "fetch it (datalad get)"
# what stands in a file in place of its content: git-annex (also links on disks without links), LFS
ANNEX = re.compile(rb"(\.\./)*(\.git)?/?annex/objects/")
POINTERS = (
    (ANNEX, "a git-annex pointer", FETCH),
    (re.compile(rb"version https://git-lfs"), "a Git LFS pointer", "fetch it (git lfs pull)"),
)

Fault = tuple[str, str, str]  # found, expected, action


def listed_images(folder: str | Path) -> tuple[list[dict], dict[str, Fault]]:
    """List the images in anat and func of a participant, over sessions, and those beside them.

    Returns
    -------
    series : list of dict
        For each image ``label``, ``path`` below the folder, ``datatype`` (None for those beside
        anat and func) and ``entities``, that of the session also where only the folder tells it.
        Images without a BIDS name, which may be that of a person, and those of other formats are
        counted in one entry each, whose ``path`` is None and which has a ``reason``.
    faults : dict
        Folders that cannot be listed, with the reason.
    """
    folder, series, faults, n_unnamed, n_others = Path(folder), [], {}, 0, 0
    for session in ("", *_names(folder, faults, "")):
        if session and not session.startswith("ses-"):
            continue
        for datatype in (None, *DATATYPES):
            place = "/".join(filter(None, (session, datatype)))
            for name in _names(folder / place, faults, place):
                if not name.endswith(IMAGE_SUFFIXES):
                    n_others += name.lower().endswith(OTHER_FORMATS)
                    continue
                if not BIDS_NAME.fullmatch(name):
                    n_unnamed += 1
                    continue
                own = {"ses": session.removeprefix("ses-")} if session else {}
                path = "/".join(filter(None, (place, name)))
                facts = {"label": name, "path": path, "datatype": datatype}
                series.append(facts | {"entities": entities(name) | own})
    for n, reason in ((n_unnamed, NO_NAME), (n_others, NO_FORMAT)):
        if n:
            entry = {"label": counted(n, "image"), "path": None, "datatype": None}
            series.append(entry | {"entities": {}, "reason": reason})
    return series, faults


def _names(folder: Path, faults: dict[str, Fault], place: str) -> list[str]:
    """Names in a folder; none if there is no such folder."""
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        if folder.is_symlink():
            faults[place] = ("a link to a folder that is not there", "the folder", FETCH)
    except OSError as error:
        faults[place or "participant's folder"] = _closed(error, "a folder")
    return []


def _closed(error: OSError, what: str) -> Fault:
    if isinstance(error, PermissionError):
        found = f"{what} that you may not read"
        return found, "read permission", "ask the owner of the data for it"
    return f"{what} that cannot be read ({error.strerror})", f"{what} that can", "copy it again"


def file_fault(path: Path, what: str) -> Fault | None:
    """Reason why a file has not the content that its name promises: found, expected, action.

    Parameters
    ----------
    path : Path
        A file; it is opened, and its first bytes are read.
    what : str
        Content that is expected, such as ``the image``.

    Returns
    -------
    tuple of str or None
        None if its content can be read.
    """
    again = "copy it again from its source"
    try:
        if path.is_dir():
            return "a folder", what, "remove it, or give it another name"
        if not path.exists():
            return "a link to a file that is not there", what, FETCH
        if not path.is_file():
            return "no regular file", what, again
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        return _closed(error, "a file")
    if not head:
        return "an empty file", what, again
    for pattern, name, action in POINTERS:
        if pattern.match(head):
            return f"{name} in its place", what, action
    return None


def compression_fault(path: Path) -> Fault | None:
    """Compression of an image that is not the one of its name: found, expected, action."""
    with path.open("rb") as file:
        head = file.read(4)
    if path.name.endswith(".gz") and not head.startswith(GZIP):
        action = "copy it again from its source"
        if head in NIFTI:
            action = "compress it with gzip, or name it .nii"
        return "no gzip file, in spite of its name", "a NIfTI image compressed with gzip", action
    if path.name.endswith(".nii") and head.startswith(GZIP):
        return "a gzip file", "a NIfTI image that is not compressed", "name it .nii.gz"
    return None


def file_state(path: Path) -> list[int]:
    """Size of a file in bytes and the time of its last change in ns; zeros if it is not there."""
    try:
        state = path.stat()
    except OSError:
        return [0, 0]
    return [state.st_size, state.st_mtime_ns]


def check_unchanged(path: Path, facts: dict) -> None:
    """Check that an image is still the file that was indexed.

    Parameters
    ----------
    path : Path
        The image.
    facts : dict
        Its facts in the index: ``size`` in bytes and ``mtime_ns``, the time of its last change.

    Raises
    ------
    ValueError
        If its size or the time of its last change is another one.
    """
    then, now = [facts["size"], facts["mtime_ns"]], file_state(path)
    if now != then:
        raise ValueError(
            f"{path.name} has changed since the cohort check: {_in_words(now)} now, "
            f"{_in_words(then)} then; make sure that it is the right file and start again, so "
            "that it is read and checked again"
        )


def _in_words(state: list[int]) -> str:
    if state == [0, 0]:
        return "not there"
    size, mtime_ns = state
    return f"{size} bytes of {datetime.fromtimestamp(mtime_ns / 1e9, UTC):%Y-%m-%d %H:%M:%S} UTC"
