"""Names and facts of the images of a BIDS dataset."""

import hashlib
import math
import re
import zlib
from pathlib import Path

import numpy as np
from isal import igzip_lib

from restpain.cohort.deidentify import SIDECAR_KEYS, allowed_sidecar
from restpain.cohort.image_values import read_value_facts
from restpain.cohort.timing import bids_timing
from restpain.io.files import opened
from restpain.io.images import header_repetition_time, series_shape
from restpain.io.nibabel_without_pydicom import nib
from restpain.io.tables import read_json

BIDS_NAME = re.compile(r"sub-[A-Za-z0-9]+(_[A-Za-z]+-[A-Za-z0-9+]+)*_[A-Za-z0-9]+\.nii(\.gz)?")
IMAGE_SUFFIXES = (".nii.gz", ".nii")
UNREADABLE = (
    nib.filebasedimages.ImageFileError,
    nib.spatialimages.HeaderDataError,
    OSError,
    EOFError,
    zlib.error,
    igzip_lib.IsalError,
    ValueError,
    OverflowError,
)
CHUNK_BYTES = 1 << 22
VOXEL_TOLERANCE = 0.01  # relative, between the affine and the header
VALUE_TYPES = {"c": "complex numbers", "V": "colours"}  # by the letter of numpy


def entities(name: str) -> dict[str, str]:
    """Entities of a BIDS file name; its last part is under ``suffix``.

    >>> entities("sub-01_task-rest_bold.nii.gz")
    {'sub': '01', 'task': 'rest', 'suffix': 'bold'}
    """
    *pairs, suffix = name.split(".")[0].split("_")
    found = dict(pair.split("-", 1) for pair in pairs if "-" in pair)
    return found | {"suffix": suffix}


def generating_programs(path: str | Path) -> str | None:
    """Names and versions of the programs that made a dataset, such as ``fMRIPrep 23.2.1``.

    Parameters
    ----------
    path : str or Path
        Its ``dataset_description.json``: the key ``GeneratedBy``, or ``PipelineDescription`` of
        older datasets.

    Returns
    -------
    str or None
        None if the file names none.
    """
    try:
        description = read_json(path)
        entries = description.get("GeneratedBy") or [description.get("PipelineDescription")]
    except (ValueError, AttributeError):
        return None
    entries = [entry for entry in entries if isinstance(entry, dict)]
    named = [
        " ".join(str(entry[key]) for key in ("Name", "Version") if entry.get(key))
        for entry in entries
        if entry.get("Name")
    ]
    return "; ".join(named) or None


def image_facts(path: Path) -> dict:
    """Matrix, voxel size (mm), volumes and repetition time (s) that a NIfTI header gives."""
    header = nib.load(path).header
    shape = series_shape(header.get_data_shape())
    four_dimensional = len(shape) > 3
    return {
        "matrix": [int(n) for n in (*shape, 1, 1)[:3]],
        "voxel_mm": [round(abs(float(size)), 4) for size in header["pixdim"][1:4]],
        "n_volumes": int(shape[3]) if four_dimensional else 1,
        "repetition_time_s": header_repetition_time(header) if four_dimensional else None,
    }


def run_facts(image: str | Path, *, kind: str, label: str, sidecar: dict) -> dict:
    """Facts of an image for the cohort check, without identifiers.

    Parameters
    ----------
    image : str or Path
        NIfTI file, read to its end.
    kind : str
        ``t1`` or ``rest``.
    label : str
        How messages name the image.
    sidecar : dict
        Its merged sidecar.
    """
    facts = {"label": label, "kind": kind, "layout": "nifti", "readable": True}
    try:
        with opened(image) as file:
            content = _Content(file)
            try:
                loaded = nib.load(image)
            except UNREADABLE:
                content.read_rest()  # which says so if the file ends before its header does
                raise
            stored = loaded.dataobj
            values = read_value_facts(stored, content)
            content.read_rest()
        found = image_facts(image) | {"sides": _sides(loaded.header), "affine": _affine(loaded)}
    except UNREADABLE as error:
        early = isinstance(error, EOFError)
        damage = "ends early" if early else "cannot be read"
        return facts | {"readable": False, "damage": damage}
    expected = stored.offset + math.prod(stored.shape) * stored.dtype.itemsize
    sizes = {"header_time": found.pop("repetition_time_s"), "matrix": found["matrix"]}
    if min(stored.shape, default=0) <= 0:
        facts |= {"readable": False, "damage": "has no voxels"}
    elif content.size < expected:
        facts |= {"readable": False, "damage": "ends early"}
    return facts | {
        "part": "magnitude",
        "vendor": allowed_sidecar(sidecar, SIDECAR_KEYS).get("Manufacturer"),
        **found,
        **(bids_timing(sidecar, **sizes) if kind == "rest" else {}),
        "scale_slopes": [float(stored.slope)],
        "n_dimensions": len(series_shape(stored.shape)),
        "value_type": VALUE_TYPES.get(stored.dtype.kind, "number"),
        "empty": content.n_used <= stored.offset,
        "digest": content.digest.hexdigest()[:16],
        **values,
    }


def _sides(header: nib.Nifti1Header) -> str:
    """State of left and right in the header: known, unknown or contradictory."""
    (sform, sform_code), (qform, qform_code) = header.get_sform(True), header.get_qform(True)
    if not sform_code and not qform_code:
        return "unknown"
    if sform_code and qform_code:
        handedness = [np.linalg.det(matrix[:3, :3]) for matrix in (sform, qform)]
        if handedness[0] * handedness[1] < 0:
            return "contradictory"
    return "known"


def _affine(image: nib.Nifti1Image) -> str:
    """State of the affine: good, not_finite, singular or other_voxels."""
    matrix, voxel_mm = image.affine[:3, :3], np.abs(image.header["pixdim"][1:4])
    if not np.isfinite(image.affine).all():
        return "not_finite"
    if (
        abs(np.linalg.det(matrix)) < 1e-6 * np.prod(np.linalg.norm(matrix, axis=0))
        or not matrix.any()
    ):
        return "singular"
    alike = np.allclose(np.linalg.norm(matrix, axis=0), voxel_mm, rtol=VOXEL_TOLERANCE)
    return "good" if alike else "other_voxels"


class _Content:
    """A file that is read once, from its start to its end, and what can be said of its bytes.

    Attributes
    ----------
    digest : hashlib hash
        SHA-256 of the uncompressed bytes.
    size, n_used : int
        Uncompressed bytes, and those up to the last that is not 0.
    """

    def __init__(self, file):
        self.file, self.digest = file, hashlib.sha256()
        self.size = self.n_used = 0

    def read(self, n_bytes: int) -> bytes:
        """Read the next bytes."""
        chunk = self.file.read(n_bytes)
        if used := chunk.rstrip(b"\0"):
            self.n_used = self.size + len(used)
        self.size += len(chunk)
        self.digest.update(chunk)
        return chunk

    def read_rest(self) -> None:
        """Read to the end of the file, where its checksum is compared."""
        while self.read(CHUNK_BYTES):
            pass
