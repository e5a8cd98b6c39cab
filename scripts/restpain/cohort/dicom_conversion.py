"""Conversion of DICOM files to NIfTI images by dcm2niix."""

import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import dcm2niix
from pydicom import dcmread

from restpain.cohort.bids import image_facts
from restpain.cohort.dicom_headers import FARTHEST_PREFIX, quiet_pydicom, with_usual_start
from restpain.cohort.image_values import check_values
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
def converted_images(paths: list[Path], *, as_one: bool = False):
    """Yield the images that dcm2niix makes of the given files, in a temporary folder.

    Parameters
    ----------
    paths : list of Path
        Files of a series in the order of time.
    as_one : bool
        The files are of several series by their headers. dcm2niix, which would keep them apart,
        is given copies under one number and one UID.

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
        parents = {}
        for number, path in enumerate(paths):
            # numbers instead of the names of the files: these may be a person's
            place = Path(source, f"{number:07d}.dcm")
            if as_one:
                _write_as_one(path, place, number)
                continue
            if path.parent not in parents:
                parents[path.parent] = f"{len(parents)}"
                Path(folder, parents[path.parent]).symlink_to(path.parent.resolve())
            _link(path, place, shorter=f"../{parents[path.parent]}/{path.name}")
        command = [dcm2niix.bin, *ARGUMENTS, "-o", target, source]
        done = subprocess.run(command, capture_output=True, check=False)  # its text names people
        images = sorted(target.glob("*.nii"))
        if not images:
            raise ValueError(
                f"dcm2niix made no image of {counted(len(paths), 'DICOM file')} (it ended with "
                f"code {done.returncode}); look at the series in a DICOM viewer"
            )
        yield [(path, _sidecar(path)) for path in images]


def _link(path: Path, place: Path, *, shorter: str) -> None:
    """Link a file; one with a start that dcm2niix does not know is copied with the usual one.

    The link is the ``shorter`` path: one of more than 59 characters takes a block of ext4, and
    removing thousands of these takes half a minute where free blocks are discarded.
    """
    with Path(path).open("rb") as file:
        start = file.read(FARTHEST_PREFIX)
        if with_usual_start(start) is None:
            place.symlink_to(shorter)
        else:
            place.write_bytes(with_usual_start(start + file.read()))


def _write_as_one(path: Path, place: Path, number: int) -> None:
    """Write a copy that is the image of a number in the one series of one study."""
    try:
        with quiet_pydicom():
            dataset = dcmread(path, force=True)
            dataset.SeriesInstanceUID, dataset.SeriesNumber = "1.2.1", 1
            dataset.InstanceNumber = number + 1
            # dcm2niix keeps apart what differs in the time of the study
            dataset.StudyDate, dataset.StudyTime = "20000101", "000000"
            dataset.save_as(place)
    except Exception as error:  # whatever pydicom says about elements that it cannot write
        raise ValueError(
            "an image of a series that is split cannot be copied under one number "
            f"({type(error).__name__}); export the series again as a whole"
        ) from None


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
        Its facts: matrix, n_volumes and n_parts.
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
        If the image has another size than the headers announce, or values that cannot be right.
    """
    with converted_images(paths, as_one=facts.get("n_parts", 1) > 1) as images:
        path, sidecar = chosen_image(
            images, matrix=facts["matrix"], n_volumes=facts["n_volumes"], name=name
        )
        check_values(path, name=name)
        content = path.read_bytes()
    return content, sidecar
