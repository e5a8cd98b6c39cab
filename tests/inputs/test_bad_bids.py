"""One fault at a time in a BIDS participant, and the exact sentence about it.

``bad_bids.yaml`` holds the sentences.
"""

import gzip
import json
import shutil
import struct
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import yaml

from cohort_inputs import AFFINE, said_of_folders, write_image

SENTENCES = yaml.safe_load(Path(__file__).with_name("bad_bids.yaml").read_text())
CASES = {}
SIDECAR = {"RepetitionTime": 2.0, "EchoTime": 0.03, "Manufacturer": "Philips"}


def of_bids(function):
    """Register a fault in a BIDS participant; gives ``change(bold, sidecar) -> settings``."""

    def run(folder):
        root = folder / "data" / "sub-01"
        bold = root / "func" / "sub-01_task-rest_bold.nii.gz"
        write_image(bold, (10, 10, 8, 40))
        write_image(
            root / "anat" / "sub-01_T1w.nii.gz", (44, 44, 44), affine=np.diag([3.0, 3, 3, 1])
        )
        sidecar = bold.with_name("sub-01_task-rest_bold.json")
        sidecar.write_text(json.dumps(SIDECAR))
        return said_of_folders(folder / "data", "bids", **(function(bold, sidecar) or {}))

    CASES[function.__name__] = run
    return function


def with_sidecar(sidecar, **changes):
    content = {key: value for key, value in (SIDECAR | changes).items() if value is not None}
    sidecar.write_text(json.dumps(content))


@of_bids
def bids_without_sidecar_and_repetition_time(bold, sidecar):
    sidecar.unlink()
    write_image(bold, (10, 10, 8, 40), tr=0)


@of_bids
def bids_repetition_time_in_milliseconds(bold, sidecar):
    with_sidecar(sidecar, RepetitionTime=2000)


@of_bids
def bids_header_of_another_repetition_time(bold, sidecar):
    write_image(bold, (10, 10, 8, 40), tr=1.0)


@of_bids
def bids_sidecar_that_is_no_json(bold, sidecar):
    sidecar.write_text("RepetitionTime: 2")


@of_bids
def bids_repetition_time_of_zero(bold, sidecar):
    with_sidecar(sidecar, RepetitionTime=0)


@of_bids
def bids_slice_times_as_text(bold, sidecar):
    with_sidecar(sidecar, SliceTiming="interleaved")
    return {"slice_order": None}


@of_bids
def bids_slice_times_of_another_number(bold, sidecar):
    with_sidecar(sidecar, SliceTiming=[0.0, 0.5, 1.0])
    return {"slice_order": None}


@of_bids
def bids_slice_times_in_milliseconds(bold, sidecar):
    with_sidecar(sidecar, SliceTiming=[250.0 * number for number in range(8)])
    return {"slice_order": None}


@of_bids
def bids_without_slice_times(bold, sidecar):
    return {"slice_order": None}


@of_bids
def bids_image_that_ends_early(bold, sidecar):
    bold.write_bytes(bold.read_bytes()[:5000])


@of_bids
def bids_image_that_is_text(bold, sidecar):
    bold.write_text("this is no image")


@of_bids
def bids_run_of_one_volume(bold, sidecar):
    write_image(bold, (10, 10, 8))


@of_bids
def bids_two_runs(bold, sidecar):
    for run in "12":
        shutil.copy(bold, bold.with_name(f"sub-01_task-rest_run-{run}_bold.nii.gz"))
    bold.unlink()


@of_bids
def bids_two_sessions(bold, sidecar):
    root = bold.parents[1]
    for session in "12":
        for name in ("anat", "func"):
            for path in (root / name).glob("*.nii.gz"):
                target = root / f"ses-{session}" / name
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target / path.name.replace("_", f"_ses-{session}_", 1))
    shutil.rmtree(root / "anat")
    shutil.rmtree(root / "func")


@of_bids
def bids_without_t1(bold, sidecar):
    shutil.rmtree(bold.parents[1] / "anat")


@of_bids
def bids_image_without_orientation(bold, sidecar):
    image = nib.load(bold)
    image.set_sform(None, code=0)
    image.set_qform(None, code=0)
    nib.save(nib.Nifti1Image(np.asarray(image.dataobj), None, image.header), bold)


@of_bids
def bids_image_of_not_a_number(bold, sidecar):
    write_image(bold, (10, 10, 8, 40), dtype=np.float32)
    image = nib.load(bold)
    values = image.get_fdata(dtype=np.float32)
    values[5, 5, 4, 20] = np.nan
    nib.save(nib.Nifti1Image(values, image.affine, image.header), bold)


@of_bids
def bids_magnitudes_that_wrapped_around(bold, sidecar):
    image = nib.load(bold)
    values = (45 * np.asarray(image.dataobj, np.uint16)).view(np.int16)  # 0 to 45000
    nib.save(nib.Nifti1Image(values, image.affine, image.header), bold)


def with_affine(path, affine):
    """Write the affine into the sform, whatever is wrong with it."""
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[252:256] = struct.pack("<hh", 0, 1)  # codes of qform and sform
    content[280:328] = np.asarray(affine, "<f4")[:3].tobytes()
    path.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_affine_of_not_a_number(bold, sidecar):
    with_affine(bold, np.full((4, 4), np.nan))


@of_bids
def bids_affine_of_zeros(bold, sidecar):
    with_affine(bold, np.zeros((4, 4)))


@of_bids
def bids_affine_that_is_singular(bold, sidecar):
    with_affine(bold, [[3, 3, 0, 0], [3, 3, 0, 0], [0, 0, 4, 0], [0, 0, 0, 1]])


@of_bids
def bids_affine_of_other_voxels_than_the_header(bold, sidecar):
    with_affine(bold, np.diag([1.0, 1, 1, 1]))


@of_bids
def bids_qform_of_not_a_number(bold, sidecar):
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[252:256] = struct.pack("<hh", 1, 0)
    content[256:268] = struct.pack("<fff", np.nan, np.nan, np.nan)
    bold.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_voxels_of_no_size(bold, sidecar):
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[80:92] = struct.pack("<fff", 0, 0, 0)
    bold.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_run_of_two_dimensions(bold, sidecar):
    write_image(bold, (10, 10))


@of_bids
def bids_run_of_three_dimensions(bold, sidecar):
    write_image(bold, (10, 10, 8))


@of_bids
def bids_run_of_five_dimensions(bold, sidecar):
    write_image(bold, (10, 10, 8, 40, 3))


@of_bids
def bids_t1_of_four_dimensions(bold, sidecar):
    write_image(bold.parents[1] / "anat" / "sub-01_T1w.nii.gz", (44, 44, 44, 2))


@of_bids
def bids_t1_of_two_dimensions(bold, sidecar):
    write_image(bold.parents[1] / "anat" / "sub-01_T1w.nii.gz", (44, 44))


@of_bids
def bids_run_of_one_slice(bold, sidecar):
    write_image(bold, (10, 10, 1, 40))


@of_bids
def bids_header_dimensions_of_more_than_the_file(bold, sidecar):
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[40:56] = struct.pack("<8h", 4, 10, 10, 8, 400, 1, 1, 1)
    bold.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_header_dimensions_below_zero(bold, sidecar):
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[40:56] = struct.pack("<8h", 4, 10, 10, -8, 40, 1, 1, 1)
    bold.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_header_repetition_time_in_milliseconds_called_seconds(bold, sidecar):
    sidecar.unlink()
    write_image(bold, (10, 10, 8, 40), tr=2000)


@of_bids
def bids_header_repetition_time_of_not_a_number(bold, sidecar):
    sidecar.unlink()
    content = bytearray(gzip.decompress(bold.read_bytes()))
    content[92:96] = struct.pack("<f", np.nan)
    bold.write_bytes(gzip.compress(bytes(content)))


@of_bids
def bids_slice_times_beyond_the_repetition_time(bold, sidecar):
    with_sidecar(sidecar, SliceTiming=[0.3 * number for number in range(8)])
    return {"slice_order": None}


@of_bids
def bids_slice_times_below_zero(bold, sidecar):
    with_sidecar(sidecar, SliceTiming=[0.25 * number - 1 for number in range(8)])
    return {"slice_order": None}


@of_bids
def bids_image_of_zeros(bold, sidecar):
    image = nib.Nifti1Image(np.zeros((10, 10, 8, 40), np.int16), AFFINE)
    image.header.set_xyzt_units("mm", "sec")
    image.header.set_zooms((3, 3, 4, 2))
    nib.save(image, bold)


@of_bids
def bids_complex_image(bold, sidecar):
    write_image(bold, (10, 10, 8, 40), dtype=np.complex64)


@of_bids
def bids_colour_image(bold, sidecar):
    values = np.zeros((10, 10, 8, 40), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    nib.save(nib.Nifti1Image(values, AFFINE), bold)


@of_bids
def bids_image_that_is_no_gzip(bold, sidecar):
    bold.write_bytes(gzip.decompress(bold.read_bytes()))


@of_bids
def bids_image_of_an_interrupted_gzip(bold, sidecar):
    content = bold.read_bytes()
    bold.write_bytes(content[: len(content) - 12])


@of_bids
def bids_image_of_a_damaged_gzip(bold, sidecar):
    bold.write_bytes(bold.read_bytes()[:10] + b"\xff" * 200)


@of_bids
def bids_empty_image(bold, sidecar):
    bold.write_bytes(b"")


@of_bids
def bids_folder_that_is_missing(bold, sidecar):
    shutil.rmtree(bold.parents[1])
    bold.parents[1].mkdir()


@pytest.mark.parametrize("name", CASES)
def test_the_sentence_about(name, tmp_path):
    assert CASES[name](tmp_path) == SENTENCES[name]


def test_each_sentence_belongs_to_a_case():
    assert list(SENTENCES) == list(CASES)


def test_at_least_forty_faults_have_sentences_of_their_own():
    files = Path(__file__).parent.glob("bad_*.yaml")
    said = {tuple(lines) for path in files for lines in yaml.safe_load(path.read_text()).values()}

    assert len(said) >= 40
