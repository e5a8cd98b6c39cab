"""Series stored as single volumes, one file each, as SPM and older programs leave them."""

import hashlib
import re
from pathlib import Path

from restpain.cohort.bids import UNREADABLE, image_facts
from restpain.cohort.bids_files import file_state
from restpain.io.files import opened

CHUNK_BYTES = 1 << 22


def in_natural_order(paths: list[Path]) -> list[Path]:
    """Files by the numbers in their names, so that volume 10 follows volume 9."""
    return sorted(paths, key=lambda path: [_part(x) for x in re.split(r"([0-9]+)", path.name)])


def _part(text: str) -> tuple:
    return (0, int(text), "") if text.isdecimal() else (1, 0, text)


def are_volumes(paths: list[Path]) -> bool:
    """Check that files are the volumes of one series: 3D, one grid, alike but a number."""
    if len({re.sub("[0-9]+", "", path.name) for path in paths}) != 1:
        return False
    try:
        facts = [image_facts(path) for path in paths]
    except UNREADABLE:
        return False
    grids = {(*one["matrix"], *one["voxel_mm"], one["n_volumes"]) for one in facts}
    return len(paths) > 1 and len(grids) == 1 and facts[0]["n_volumes"] == 1


def joint_state(paths: list[Path]) -> dict:
    """Bytes of all files, and the latest time of a change in ns."""
    states = [file_state(path) for path in paths]
    return {"size": sum(size for size, _ in states), "mtime_ns": max(time for _, time in states)}


def joint_digest(paths: list[Path]) -> str:
    """Digest of the content of all files in their order."""
    digest = hashlib.sha256()
    for path in paths:
        with opened(path) as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()[:16]
