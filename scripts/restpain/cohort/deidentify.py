"""Removal of identifiers: only listed physical quantities pass from raw data into an output.

Fields that are not listed are dropped.
"""

import io
import math
from pathlib import Path

from restpain.io.files import gzipped, opened, write_bytes
from restpain.io.images import set_repetition_time
from restpain.io.nibabel_without_pydicom import nib

VENDORS = ("Philips", "Siemens", "GE", "Canon", "Toshiba", "UIH", "Bruker", "Hitachi")
AXES = ("i", "i-", "j", "j-", "k", "k-")

# allowed keys of a sidecar; None: numbers, else the texts allowed
SIDECAR_KEYS = {
    "Manufacturer": VENDORS,
    "MagneticFieldStrength": None,
    "MRAcquisitionType": ("2D", "3D"),
    "RepetitionTime": None,
    "EchoTime": None,
    "InversionTime": None,
    "FlipAngle": None,
    "SliceThickness": None,
    "SpacingBetweenSlices": None,
    "EchoTrainLength": None,
    "PixelBandwidth": None,
    "PartialFourier": None,
    "ParallelReductionFactorInPlane": None,
    "ParallelReductionFactorOutOfPlane": None,
}
BOLD_SIDECAR_KEYS = SIDECAR_KEYS | {
    "SliceTiming": None,
    "SliceEncodingDirection": AXES,
    "PhaseEncodingDirection": AXES,
    "PhaseEncodingAxis": ("i", "j", "k"),
    "EffectiveEchoSpacing": None,
    "TotalReadoutTime": None,
    "MultibandAccelerationFactor": None,
    "DelayTime": None,
    "NumberOfVolumesDiscardedByScanner": None,
    "NumberOfVolumesDiscardedByUser": None,
}
# text fields of a NIfTI header that converters fill with names, comments and times of day
TEXT_FIELDS = ("data_type", "db_name", "descrip", "aux_file", "intent_name")


def vendor(name: str | None) -> str | None:
    """Known vendor that a manufacturer's name begins with; None for any other text."""
    name = (name or "").lower()
    return next((known for known in VENDORS if name.startswith(known.lower())), None)


def allowed_sidecar(sidecar: dict, allowed: dict[str, tuple | None]) -> dict:
    """Entries of a sidecar without identifiers.

    Parameters
    ----------
    sidecar : dict
        A BIDS sidecar as a converter or a dataset gives it.
    allowed : dict
        ``SIDECAR_KEYS`` or ``BOLD_SIDECAR_KEYS``: for each key the texts allowed, or None for
        a number or a list of numbers.

    Returns
    -------
    dict
        The entries allowed, in the order of ``allowed``.
    """
    kept = {}
    for key, texts in allowed.items():
        value = sidecar.get(key)
        if key == "Manufacturer":
            value = vendor(value if isinstance(value, str) else None)
        if value in texts if texts else _is_numeric(value):
            kept[key] = value
    return kept


def _is_numeric(value) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(
        isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)
        for one in values
    )


def header_has_text(header: nib.Nifti1Header) -> bool:
    """Check a NIfTI header for free text and extensions."""
    return bool(header.extensions) or any(header[field].item() for field in _text_fields(header))


def _text_fields(header: nib.Nifti1Header) -> list[str]:
    return [field for field in TEXT_FIELDS if field in set(header)]  # NIfTI-2 has fewer


def without_text(content: bytes, *, repetition_time: float | None = None) -> bytes:
    """Uncompressed NIfTI file with its free text and extensions removed.

    Voxels, scale factors and geometry keep their bytes.

    Parameters
    ----------
    content : bytes
        A NIfTI-1 or NIfTI-2 file (one file, header and voxels), uncompressed.
    repetition_time : float, optional
        Seconds between two volumes that the header has to state.

    Returns
    -------
    bytes
        The same image, its voxels right behind the header.
    """
    kind = nib.Nifti2Header if _is_nifti2(content) else nib.Nifti1Header
    header = kind.from_fileobj(io.BytesIO(content))
    voxels = content[int(header["vox_offset"]) :]
    header.extensions.clear()
    for field in _text_fields(header):
        header[field] = b""
    set_repetition_time(header, repetition_time)
    block_size = len(header.binaryblock) + 4  # four bytes of zeros: no extension follows
    header["vox_offset"] = block_size
    return header.binaryblock + bytes(4) + voxels


def _is_nifti2(content: bytes) -> bool:
    return content[:4] in (b"\x1c\x02\x00\x00", b"\x00\x00\x02\x1c")


def place_image(
    source: str | Path, target: str | Path, *, repetition_time: float | None = None
) -> str:
    """Put a NIfTI image under another name: a link if its header holds no free text.

    An image with text or extensions in its header, not gzipped, or whose header states another
    repetition time (s) than the one given, is copied without them.

    Returns
    -------
    str
        ``linked`` or ``copied``.
    """
    source, target = Path(source), Path(target)
    image = nib.load(source)
    changed = set_repetition_time(image.header, repetition_time)
    if source.name.endswith(".gz") and not header_has_text(image.header) and not changed:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.symlink_to(source.resolve())
        return "linked"
    with opened(source) as file:
        content = without_text(file.read(), repetition_time=repetition_time)
    write_bytes(target, gzipped(content))
    return "copied"
