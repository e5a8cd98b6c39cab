"""Images are written and read without loss; damaged ones are named."""

import gzip

import nibabel as nib
import numpy as np
import pytest

from given_maps import AFFINE as FROM_THE_RIGHT
from given_maps import write_map
from restpain.io.images import (
    canonical_grid,
    header_repetition_time,
    on_canonical_axes,
    read_mask,
    read_masked,
    read_turned,
    read_volume,
    repetition_time,
    set_repetition_time,
    write_masked,
    write_volume,
)
from restpain.io.tables import write_json

SHAPE = (12, 11, 10)
AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
EXCHANGED = np.array([[0, 0, 3.0, -12], [-3, 0, 0, 15], [0, 3, 0, -12], [0, 0, 0, 1]])
READERS = {
    "read_volume": read_volume,
    "read_mask": read_mask,
    "read_masked": lambda path: read_masked(path, np.ones(SHAPE, dtype=bool), np.eye(4)),
}


def truncated(content):
    return content[: len(content) // 2]


def cut_in_the_header(content):
    return content[:60]


def emptied(content):
    return b""


def zeroed_in_the_middle(content):
    middle = len(content) // 2
    return content[:middle] + bytes(200) + content[middle + 200 :]


def without_its_checksum(content):
    return content[:-8]


def with_another_checksum(content):
    return content[:-8] + bytes(4) + content[-4:]


def text_instead(content):
    return b"no image at all " * 99


def compressed_text(content):
    return gzip.compress(b"no image at all " * 99)


@pytest.mark.parametrize("n_volumes", [None, 20])
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "damage",
    [
        truncated,
        cut_in_the_header,
        emptied,
        zeroed_in_the_middle,
        without_its_checksum,
        with_another_checksum,
        text_instead,
        compressed_text,
    ],
)
def test_a_damaged_image_is_an_error_that_names_it(damage, reader, n_volumes, tmp_path):
    path = tmp_path / "map.nii.gz"
    shape = SHAPE if n_volumes is None else (*SHAPE, n_volumes)
    noise = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    write_volume(path, noise, np.eye(4))
    path.write_bytes(damage(path.read_bytes()))

    said = r"map\.nii\.gz (ends early|is damaged) \(.*\); delete it"
    with pytest.raises(ValueError, match=said):
        READERS[reader](path)


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_both_forms_of_nifti_are_read_compressed_or_not(kind, suffix, tmp_path):
    path = tmp_path / f"map{suffix}"
    values = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    nib.save(kind(values, AFFINE), path)

    read, affine = read_volume(path)

    np.testing.assert_array_equal(read, values)
    np.testing.assert_array_equal(affine, AFFINE)


@pytest.mark.parametrize(("stored_as", "steps"), [(np.uint8, 255), (np.int16, 65535)])
def test_an_image_stored_as_integers_is_read_to_half_a_step_and_its_background_is_zero(
    tmp_path, stored_as, steps
):
    values = np.random.default_rng(1).uniform(0, 1500, SHAPE).astype(np.float32)
    values[:3] = 0
    path = tmp_path / "T1w.nii.gz"

    write_volume(path, values, np.eye(4), stored_as=stored_as)

    assert nib.load(path).get_data_dtype() == stored_as
    found, _ = read_volume(path)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, values, atol=0.51 * values.max() / steps)
    np.testing.assert_allclose(found[:3], 0, atol=1e-3)


@pytest.mark.parametrize("shape", [(70, 80, 90), (20, 20, 30, 40), (90, 80, 70, 1)])
def test_scaled_values_are_those_of_nibabel_to_the_bit(tmp_path, shape):
    path = tmp_path / "T1w.nii.gz"
    values = np.random.default_rng(2).normal(700, 200, shape).astype(np.float32)
    write_volume(path, values, AFFINE, stored_as=np.int16)

    read, _ = read_volume(path)

    np.testing.assert_array_equal(read, np.asarray(nib.load(path).dataobj, np.float32))
    assert nib.load(path).dataobj.inter != 0


@pytest.fixture
def mask():
    mask = np.zeros((4, 5, 6), bool)
    mask[1:3, 1:3, 1:3] = True
    return mask


def test_masked_values_return_to_their_voxels_and_zero_stays_outside(tmp_path, mask):
    values = np.arange(16, dtype=np.float32).reshape(8, 2) + 1
    path = tmp_path / "a.nii.gz"

    write_masked(path, values, mask, AFFINE, repetition_time=2.0)

    np.testing.assert_array_equal(read_masked(path, mask, AFFINE), values)
    assert read_volume(path)[0][~mask].sum() == 0
    assert header_repetition_time(nib.load(path).header) == 2.0


def test_an_image_without_volumes_is_written_and_read(tmp_path, mask):
    path = tmp_path / "none.nii.gz"

    write_masked(path, np.zeros((8, 0)), mask, AFFINE)

    assert read_masked(path, mask, AFFINE).shape == (8, 0)
    assert read_volume(path)[0].shape == (4, 5, 6, 0)


def test_the_same_content_gives_the_same_bytes(tmp_path, mask):
    for name in ("a.nii.gz", "b.nii.gz"):
        write_volume(tmp_path / name, mask, AFFINE)

    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()
    np.testing.assert_array_equal(read_mask(tmp_path / "a.nii.gz")[0], mask)


def test_nan_of_a_mask_is_outside(tmp_path):
    values = np.zeros(SHAPE, np.float32)
    values[0], values[1] = np.nan, 1
    write_volume(tmp_path / "mask.nii.gz", values, AFFINE)

    np.testing.assert_array_equal(read_mask(tmp_path / "mask.nii.gz")[0], values == 1)


def test_an_image_on_another_grid_is_refused_by_name(tmp_path, mask):
    path = tmp_path / "other.nii.gz"
    write_volume(path, np.zeros((4, 5, 7)), AFFINE)

    with pytest.raises(ValueError, match=r"other\.nii\.gz is on a grid of \(4, 5, 7\)"):
        read_masked(path, mask, AFFINE)


def test_the_repetition_time_is_that_of_the_sidecar_and_a_missing_one_is_named(tmp_path, mask):
    path = tmp_path / "rest_bold.nii.gz"
    write_masked(path, np.ones((8, 3)), mask, AFFINE, repetition_time=3.0)
    write_json(tmp_path / "rest_bold.json", {"RepetitionTime": 2.5})
    assert repetition_time(path) == 2.5

    write_json(tmp_path / "rest_bold.json", {})
    with pytest.raises(
        ValueError, match="RepetitionTime is missing in rest_bold.json; delete both"
    ):
        repetition_time(path)


@pytest.mark.parametrize(
    ("shape", "unit", "step", "seconds"),
    [
        ((2, 2, 2, 3), "sec", 2.5, 2.5),
        ((2, 2, 2, 3), "msec", 2500, 2.5),
        ((2, 2, 2, 3), "sec", np.nan, 0.0),
        ((2, 2, 2, 3, 1), "sec", 2.5, 2.5),
        ((2, 2, 2, 1, 3), "sec", 2.5, 0.0),
        ((2, 2, 2), "sec", 2.5, 0.0),
    ],
)
def test_a_header_says_and_is_made_to_say_the_repetition_time(shape, unit, step, seconds):
    header = nib.Nifti1Image(np.zeros(shape, np.int16), AFFINE).header
    header.set_xyzt_units("mm", unit)
    header["pixdim"][4] = step
    assert header_repetition_time(header) == seconds

    known = not (len(shape) < 4 or shape[3] == 1)
    assert set_repetition_time(header, 2.5) == (known and seconds != 2.5)
    assert header_repetition_time(header) == (2.5 if known else 0.0)
    assert not set_repetition_time(header, None)


def test_the_grid_of_dpabi_has_the_voxels_of_ours_from_the_other_side():
    dpabi = np.array([[-3.0, 0, 0, 90], [0, 3, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])

    shape, affine = canonical_grid((61, 73, 61), dpabi)

    assert shape == (61, 73, 61)
    np.testing.assert_array_equal(affine[:3, 3], [-90, -126, -72])
    np.testing.assert_array_equal(affine[:3, :3], 3 * np.eye(3))


@pytest.mark.parametrize("affine", [FROM_THE_RIGHT, EXCHANGED, np.diag([2.0, 2, 2, 1])])
def test_axes_are_those_of_ras_space_and_every_value_keeps_its_place(tmp_path, affine):
    values = write_map(tmp_path / "map.nii", affine=affine)
    expected = nib.as_closest_canonical(nib.load(tmp_path / "map.nii"))

    turned = on_canonical_axes(values, affine)
    series = on_canonical_axes(np.stack([values, 2 * values], axis=-1), affine)

    np.testing.assert_array_equal(series[..., 1], 2 * turned)
    shape, grid = canonical_grid(values.shape, affine)
    np.testing.assert_array_equal(turned, np.asarray(expected.dataobj))
    np.testing.assert_array_equal(grid, expected.affine)
    assert shape == turned.shape
    assert (np.diag(grid)[:3] > 0).all()
    read = read_turned(tmp_path / "map.nii", shape=shape, affine=grid, name="the map")
    np.testing.assert_array_equal(read, turned)


def test_an_image_on_another_grid_is_refused_with_its_name(tmp_path):
    values = write_map(tmp_path / "map.nii", affine=EXCHANGED)
    shape, grid = canonical_grid(values.shape, EXCHANGED)
    grid[0, 3] += 3

    with pytest.raises(ValueError, match="Sub_001.nii has the affine"):
        read_turned(tmp_path / "map.nii", shape=shape, affine=grid, name="Sub_001.nii")
