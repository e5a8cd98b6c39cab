"""The only readers and writers of images.

Arrays are indexed ``[x, y, z]`` or ``[x, y, z, volume]``; affines map voxel indices to
millimetres of RAS space. Maps and series in a mask are ``(n_voxels,)`` and
``(n_voxels, n_volumes)``, voxels in C order of the mask.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from isal import igzip, isal_zlib

from restpain.io.files import gzipped, opened, replacing, write_bytes
from restpain.io.nibabel_without_pydicom import nib
from restpain.io.tables import read_json, write_json

GRID_TOLERANCE_MM = 1e-3
VOLUMES_AT_A_TIME = 16
VOXELS_AT_A_TIME = 2**18  # 2 MB in double precision, which the cache holds
HEADER_TOLERANCE = 1e-4  # relative, of the repetition time in a header
SECONDS = 8  # code of the unit
SECONDS_PER_UNIT = {SECONDS: 1.0, 16: 1e-3, 24: 1e-6}  # by the code of NIfTI


def sidecar_path(path: str | Path) -> Path:
    """Path of the JSON sidecar of an image."""
    path = Path(path)
    return path.with_name(path.name.removesuffix(".gz").removesuffix(".nii") + ".json")


def series_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Shape without the dimensions of one that some tools write beside the four of a series.

    ``(x, y, z, n, 1)`` and ``(x, y, z, 1, n)`` give ``(x, y, z, n)``; up to four dimensions stay.
    """
    if len(shape) <= 4:
        return tuple(shape)
    return (*shape[:3], *([n for n in shape[3:] if n != 1] or [1]))


@contextmanager
def _complete(path: str | Path):
    """Turn what goes wrong in reading a damaged image into one sentence."""
    try:
        yield
    except (
        EOFError,
        gzip.BadGzipFile,
        zlib.error,
        isal_zlib.IsalError,
        nib.filebasedimages.ImageFileError,
    ) as error:
        fault = "ends early" if isinstance(error, EOFError) else "is damaged"
        raise ValueError(
            f"{Path(path).name} {fault} ({error}); delete it if the workflow made it, so that the "
            "next run makes it again, or else copy it again from its source"
        ) from None


def _loaded(path: str | Path) -> nib.Nifti1Image:
    """Load an image; a compressed one to its end, so that its checksum is compared."""
    path = Path(path)
    with _complete(path):
        if path.suffix != ".gz":
            return nib.load(path)
        content = igzip.decompress(path.read_bytes())
        for kind in (nib.Nifti1Image, nib.Nifti2Image):
            if kind.header_class.may_contain_header(content[: kind.header_class.sizeof_hdr]):
                return kind.from_bytes(content)
        raise nib.filebasedimages.ImageFileError("it is no NIfTI image")


def _array(image: nib.Nifti1Image) -> np.ndarray:
    """Values of an image as float32, in the order of the file.

    A few slices at a time: nibabel scales in double precision, and a whole image of that size
    costs ten times the seconds in memory that is asked for and given back.
    """
    values = np.empty(image.shape, np.float32, order="F")
    step = max(1, VOXELS_AT_A_TIME * image.shape[-1] // max(1, values.size))
    for start in range(0, image.shape[-1] if values.size else 0, step):
        values[..., start : start + step] = image.dataobj[..., start : start + step]
    return values.reshape(series_shape(image.shape))


def read_volume(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Read an image, 3D or 4D, as float32 with its affine; scale factors are applied."""
    image = _loaded(path)
    return _array(image), image.affine


def read_series(paths: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Read a series from its 4D image, or from its volumes, one file each, in this order.

    Returns
    -------
    series : ndarray of shape (x, y, z, n_volumes), float32
    affine : ndarray of shape (4, 4)

    Raises
    ------
    ValueError
        If the volumes do not lie on one grid.
    """
    first, affine = read_volume(paths[0])
    if len(paths) == 1:
        return first, affine
    series = np.empty((*first.shape[:3], len(paths)), np.float32)
    for number, path in enumerate(paths):
        volume, own = read_volume(path)
        check_grid(volume.shape[:3], own, first.shape[:3], affine, path.name)
        series[..., number] = volume.reshape(first.shape[:3])
    return series, affine


def canonical_grid(
    shape: tuple[int, int, int], affine: np.ndarray
) -> tuple[tuple[int, int, int], np.ndarray]:
    """Shape and affine of a grid whose axes are put in the order and direction of RAS space.

    No voxel moves: axes of an image of ``shape`` and ``affine`` are exchanged and turned around
    only, as by ``nibabel.as_closest_canonical``.
    """
    affine = np.asarray(affine, float)
    orientation = nib.orientations.io_orientation(affine)
    order = np.argsort(orientation[:, 0])
    to_old = nib.orientations.inv_ornt_aff(orientation, shape)
    return tuple(int(shape[axis]) for axis in order), affine @ to_old


def on_canonical_axes(image: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Image, 3D or 4D, on the grid of `canonical_grid`; no value changes."""
    orientation = nib.orientations.io_orientation(affine)
    return np.ascontiguousarray(nib.orientations.apply_orientation(image, orientation))


def read_turned(path: str | Path, *, shape, affine: np.ndarray, name: str) -> np.ndarray:
    """Read an image, 3D or 4D, whose axes in the order of RAS space give the grid that is wanted.

    Parameters
    ----------
    path : str or Path
    shape : tuple of int
        Voxels along the axes of the grid.
    affine : ndarray of shape (4, 4)
        Its voxel indices to mm.
    name : str
        What an error calls the image.

    Returns
    -------
    ndarray of float32, on that grid; no value changes

    Raises
    ------
    ValueError
        If the image is on another grid.
    """
    values, own = read_volume(path)
    check_grid(*canonical_grid(values.shape[:3], own), shape, affine, name)
    return on_canonical_axes(values, own)


def read_mask(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Read a mask as booleans, any nonzero number inside, with its affine."""
    image = _loaded(path)
    values = np.asarray(image.dataobj)
    return (values != 0) & ~np.isnan(values), image.affine


def read_masked(path: str | Path, mask: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Read the voxels of ``mask`` from an image on the same grid, as float32.

    Returns ``(n_voxels,)`` for a 3D image and ``(n_voxels, n_volumes)`` for a 4D one.

    Raises
    ------
    ValueError
        If the image is on another grid than the mask.
    """
    shape, own = read_grid(path)
    check_grid(shape[:3], own, mask.shape, affine, Path(path).name)
    if len(shape) == 3:
        return _array(_loaded(path))[mask]
    series = np.empty((np.count_nonzero(mask), shape[3]), dtype=np.float32)
    inside = _places(mask)
    for start, block in read_blocks(path):
        volumes = slice(start, start + VOLUMES_AT_A_TIME)
        series[:, volumes] = block.reshape(mask.size, -1, order="F").T[:, inside].T
    return series


def _places(mask: np.ndarray) -> np.ndarray:
    """Places of the voxels of a mask, in its own order, in the order of a file."""
    return np.ravel_multi_index(np.nonzero(mask), mask.shape, order="F")


def read_grid(path: str | Path) -> tuple[tuple[int, ...], np.ndarray]:
    """Read the shape of an image, of three or four dimensions, and its affine from the header."""
    with _complete(path):
        image = nib.load(path)
    return image.shape, image.affine


def read_blocks(path: str | Path) -> Iterator[tuple[int, np.ndarray]]:
    """Yield a few volumes of a 4D image at a time, which bounds memory.

    Each block is the number of its first volume and ``(x, y, z, n)`` in float32.
    """
    with _complete(path):
        image = nib.load(path)
    with _complete(path), opened(path) as stream:
        data = type(image).from_stream(stream).dataobj
        for start in range(0, image.shape[3], VOLUMES_AT_A_TIME):
            yield start, np.asarray(data[..., start : start + VOLUMES_AT_A_TIME], np.float32)
        stream.read(1)  # the end of the file, where its checksum is compared


def check_grid(shape, affine, expected_shape, expected_affine, name: str) -> None:
    """Raise ``ValueError`` if a grid differs from the expected one, saying how."""
    if tuple(shape) != tuple(expected_shape):
        raise ValueError(f"{name} is on a grid of {shape}, not of {tuple(expected_shape)} voxels")
    if not np.allclose(affine, expected_affine, atol=GRID_TOLERANCE_MM):
        raise ValueError(
            f"{name} has the affine {np.round(affine, 3).tolist()}, "
            f"not {np.round(expected_affine, 3).tolist()}"
        )


def header_repetition_time(header: nib.Nifti1Header) -> float:
    """Seconds between two volumes by the header of a NIfTI image; zero if it does not say."""
    if not _has_time(header):
        return 0.0
    unit = int(header["xyzt_units"]) & 0b111000  # nibabel stops at units that it does not know
    seconds = float(header["pixdim"][4]) * SECONDS_PER_UNIT.get(unit, 1.0)
    return seconds if 0 < seconds < np.inf else 0.0  # of NaN, too


def set_repetition_time(header: nib.Nifti1Header, seconds: float | None) -> bool:
    """Write the seconds between two volumes into a header; return whether it said otherwise.

    Nothing is changed where ``seconds`` is None or the header has no dimension of time.
    """
    if seconds is None or not _has_time(header):
        return False
    if abs(header_repetition_time(header) - seconds) <= HEADER_TOLERANCE * seconds:
        return False
    header["pixdim"][4] = seconds
    header["xyzt_units"] = int(header["xyzt_units"]) & 0b111 | SECONDS
    return True


def _has_time(header: nib.Nifti1Header) -> bool:
    """Check that the fourth dimension holds the volumes."""
    shape = header.get_data_shape()
    return len(shape) > 3 and (len(shape) == 4 or shape[3] > 1)


def repetition_time(path: str | Path) -> float:
    """Seconds between two volumes of an image that the workflow wrote, from its sidecar.

    Raises
    ------
    ValueError
        If the sidecar does not say.
    """
    sidecar = sidecar_path(path)
    value = read_json(sidecar).get("RepetitionTime") if sidecar.exists() else None
    if not value:
        raise ValueError(
            f"{Path(path).name} has no repetition time: RepetitionTime is missing in "
            f"{sidecar.name}; delete both, so that the next run writes them again"
        )
    return float(value)


def write_volume(
    path: str | Path,
    data: np.ndarray,
    affine: np.ndarray,
    *,
    repetition_time: float | None = None,
    sidecar: dict | None = None,
    stored_as: type[np.integer] | None = None,
) -> None:
    """Write an image as NIfTI-1, gzipped, the same bytes for the same content.

    Booleans are stored as uint8, integers as given, all else as float32, or with ``stored_as`` as
    integers of that type with a scale slope in the header: the smallest and the largest value of
    the image are those of the type, and what is read again is right to half a step between.
    ``sidecar`` goes to the JSON file beside the image.
    """
    if data.dtype == bool:
        data = data.astype(np.uint8)
    elif data.dtype.kind not in "iu":
        data = data.astype(np.float32, copy=False)
    image = nib.Nifti1Image(data, affine)
    if stored_as is not None:
        image.set_data_dtype(stored_as)
    image.header.set_xyzt_units("mm", "sec")
    image.header.set_sform(affine, code=4 if "-MNI152" in Path(path).name else 1)
    image.header.set_qform(affine, code=4 if "-MNI152" in Path(path).name else 1)
    if repetition_time is not None:
        image.header.set_zooms((*image.header.get_zooms()[:3], repetition_time))
    if sidecar is not None:
        write_json(sidecar_path(path), sidecar)
    write_bytes(path, gzipped(image.to_bytes()))


def write_masked(
    path: str | Path,
    values: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    repetition_time: float | None = None,
    sidecar: dict | None = None,
) -> None:
    """Write values of a mask's voxels, ``(n_voxels,)`` or ``(n_voxels, n_volumes)``; zero outside.

    No volume at all, ``(n_voxels, 0)``, gives a 4D image without volumes.
    """
    dtype = values.dtype if values.dtype.kind in "iu" else np.float32
    data = np.zeros((*values.shape[:0:-1], mask.size), dtype)
    data[..., _places(mask)] = values.T
    data = data.T.reshape(mask.shape + values.shape[1:], order="F")
    write_volume(path, data, affine, repetition_time=repetition_time, sidecar=sidecar)


def write_arrays(path: str | Path, **arrays: np.ndarray) -> None:
    """Write arrays as an uncompressed ``.npz``, which is read ten times as fast as an image."""
    with replacing(path) as temporary:
        np.savez(temporary, **arrays)


def read_arrays(path: str | Path, *names: str) -> dict[str, np.ndarray]:
    """Read the arrays of `write_arrays` by their names: those asked for, or all."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in names or arrays}
