"""Conversion of DICOM files to NIfTI images by dcm2niix."""

import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import dcm2niix

from restpain.cohort.bids import image_facts
from restpain.io.tables import read_json
from restpain.presentation.numbers import counted

ARGUMENTS = (
    *("-b", "y"),  # write a sidecar
    *("-ba", "y"),  # without names and dates
    *("-z", "n"),  # not compressed: compressed here, with fixed bytes
    *("-x", "n"),  # do not crop
    *("-m", "y"),  # what was grouped here stays one image
    *("-f", "image"),
    *("-g", "i"),  # ignore settings in the home folder
)


@contextmanager
def converted_images(paths: list[Path]):
    """Yield the images that dcm2niix makes of the given files, in a temporary folder.

    Yields
    ------
    list of (Path, dict)
        Uncompressed NIfTI files, sorted by name, and their sidecars.

    Raises
    ------
    ValueError
        If dcm2niix makes no image.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "dicom"), Path(folder, "nifti")
        source.mkdir()
        target.mkdir()
        for number, path in enumerate(paths):
            # numbers instead of the names of the files: these may be a person's
            Path(source, f"{number:07d}.dcm").symlink_to(Path(path).resolve())
        command = [dcm2niix.bin, *ARGUMENTS, "-o", target, source]
        done = subprocess.run(command, capture_output=True, check=False)  # its text names people
        images = sorted(target.glob("*.nii"))
        if not images:
            raise ValueError(
                f"dcm2niix made no image of {counted(len(paths), 'DICOM file')} (it ended with "
                f"code {done.returncode}); look at the series in a DICOM viewer"
            )
        yield [(path, _sidecar(path)) for path in images]


def _sidecar(path: Path) -> dict:
    sidecar = path.with_suffix(".json")
    return read_json(sidecar) if sidecar.exists() else {}


def chosen_image(
    images: list[tuple[Path, dict]], *, matrix: list[int], n_volumes: int, name: str
) -> tuple[Path, dict]:
    """Select the one image of the expected size among those that dcm2niix made.

    dcm2niix may add images under names with a suffix (resampled to equal slice distances,
    phase, a second part of a series). The axes of a 3D image may be in another order than in
    the headers, since dcm2niix turns 3D images upright.

    Raises
    ------
    ValueError
        If none, or more than one, has the size that the headers announce.
    """
    expected = [*sorted(matrix), n_volumes]
    original = [(path, sidecar) for path, sidecar in images if "_Eq" not in path.stem]
    found = [image_facts(path) for path, _ in original]
    sizes = [[*sorted(facts["matrix"]), facts["n_volumes"]] for facts in found]
    fitting = [image for image, size in zip(original, sizes, strict=True) if size == expected]
    if len(fitting) != 1:
        made = ", ".join("x".join(map(str, [*f["matrix"], f["n_volumes"]])) for f in found)
        raise ValueError(
            f"{name} was converted to {counted(len(found), 'image')} of {made or 'no'} voxels and "
            f"volumes; expected one of {'x'.join(map(str, matrix))} voxels and "
            f"{n_volumes} volumes, as the headers say; look for missing or mixed files in the "
            "series"
        )
    return fitting[0]


def checked_conversion(paths: list[Path], facts: dict, *, name: str) -> tuple[bytes, dict]:
    """Convert one series and compare the result with its headers.

    Parameters
    ----------
    paths : list of Path
        The files of the series.
    facts : dict
        Its facts: matrix and n_volumes.
    name : str
        How messages name the series.

    Returns
    -------
    bytes
        The uncompressed NIfTI file.
    dict
        The sidecar as dcm2niix wrote it.

    Raises
    ------
    ValueError
        If the image has another size than the headers announce.
    """
    with converted_images(paths) as images:
        path, sidecar = chosen_image(
            images, matrix=facts["matrix"], n_volumes=facts["n_volumes"], name=name
        )
        content = path.read_bytes()
    return content, sidecar
