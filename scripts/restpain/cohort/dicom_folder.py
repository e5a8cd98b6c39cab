"""Files below a participant's folder and the headers of those that are DICOM images of MR."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from restpain.cohort.bids_files import POINTERS
from restpain.cohort.dicom_headers import DamagedDicomError, read_header
from restpain.cohort.image_checks import report
from restpain.presentation.numbers import counted

POINTER_BYTES = 1024  # more than a pointer has


def folder_headers(folder: str | Path) -> tuple[list[dict], dict[str, int]]:
    """Read the headers of all images of MR below a folder, through links to folders, too.

    Returns
    -------
    headers : list of dict
        As `restpain.cohort.dicom_headers.read_header` gives them, with path and time (of the
        file's last change, ns), in the order of the paths.
    counts : dict
        n_files, n_other_files (no MR images), n_damaged_files and size_bytes; n_dead_links,
        n_unreadable, n_pointers (of git-annex and Git LFS) and n_empty, which are
        none of the files counted before.
    """
    counts = dict.fromkeys(
        ("n_files", "n_other_files", "n_damaged_files", "size_bytes")
        + ("n_dead_links", "n_unreadable", "n_pointers", "n_empty"),
        0,
    )
    headers = []
    for path in files_below(Path(folder), counts):
        try:
            state = path.stat()
            if not stat.S_ISREG(state.st_mode):
                continue
            if state.st_size == 0:
                counts["n_empty"] += 1
                continue
            if state.st_size < POINTER_BYTES and _is_pointer(path):
                counts["n_pointers"] += 1
                continue
            counts["n_files"] += 1
            counts["size_bytes"] += state.st_size
            header = read_header(path)
        except DamagedDicomError:
            counts["n_damaged_files"] += 1
        except OSError as error:
            dead = error.errno in (errno.ENOENT, errno.ELOOP)
            counts["n_dead_links" if dead else "n_unreadable"] += 1
        else:
            if header is None:
                counts["n_other_files"] += 1
            else:
                headers.append(header | {"path": path, "time": state.st_mtime_ns})
    return headers, counts


def _is_pointer(path: Path) -> bool:
    """Check for what git-annex and Git LFS leave in place of a content that was not fetched."""
    content = path.read_bytes()
    return any(pattern.match(content) for pattern, _, _ in POINTERS)


def files_below(folder: Path, counts: dict[str, int]) -> list[Path]:
    """Files below a folder that are not hidden; folders that cannot be listed are counted."""
    found = [Path(parent, name) for parent, names in walked(folder, counts) for name in names]
    return sorted(found)


def walked(folder: str | Path, counts: dict[str, int]) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder with the files in it that are not hidden, loops of links once."""
    seen = set()

    def unreadable(error: OSError) -> None:
        counts["n_unreadable"] += 1

    for parent, folders, names in os.walk(folder, onerror=unreadable, followlinks=True):
        state = os.stat(parent)
        if (state.st_dev, state.st_ino) in seen:
            folders.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        yield parent, [name for name in names if not name.startswith(".")]
        folders[:] = sorted(name for name in folders if not name.startswith("."))


def file_problems(counts: dict[str, int]) -> list[dict]:
    """Rows about files that cannot be read, for the table of problems; they name no file."""
    rows, add = report("", "participant's folder")
    fetch = "fetch them (datalad get), or remove them"
    for key, severity, what, expected, action in (
        (
            "n_dead_links",
            "error",
            ("link to a file that is not there", "links to files that are not there"),
            "files",
            fetch,
        ),
        (
            "n_pointers",
            "error",
            ("pointer of git-annex or Git LFS", "pointers of git-annex or Git LFS"),
            "the content",
            "fetch them (datalad get, git lfs pull), or remove them",
        ),
        (
            "n_unreadable",
            "error",
            ("file or folder that may not be read", "files or folders that may not be read"),
            "the right to read all of them",
            "change the permissions (chmod)",
        ),
        (
            "n_empty",
            "warning",
            ("empty file", "empty files"),
            "DICOM images",
            "copy again from the source, or remove",
        ),
    ):
        if counts[key]:
            add(severity, counted(counts[key], *what), expected, action)
    return rows
