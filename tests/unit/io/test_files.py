"""Checks of files, tables and volumes: nothing half-written, nothing lost on the way."""

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from restpain.io.files import replacing, write_text
from restpain.io.images import (
    read_mask,
    read_masked,
    read_volume,
    repetition_time,
    write_masked,
    write_volume,
)
from restpain.io.tables import read_json, read_table, write_json, write_table

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])


@pytest.fixture
def mask():
    mask = np.zeros((4, 5, 6), bool)
    mask[1:3, 1:3, 1:3] = True
    return mask


def test_an_error_while_writing_leaves_the_old_file_and_no_rubbish(tmp_path):
    path = tmp_path / "table.tsv"
    write_text(path, "old")

    def write_half():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()

    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["table.tsv"]


def test_a_table_comes_back_with_missing_values_and_all_digits(tmp_path):
    table = pd.DataFrame(
        {"participant_id": ["sub-01", "sub-02"], "value": [-12.346704483032227, np.nan]}
    )

    write_table(tmp_path / "t.tsv", table, {"value": "t"})

    assert (tmp_path / "t.tsv").read_text().splitlines()[2] == "sub-02\tn/a"
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.tsv"), table, check_exact=True)
    assert read_json(tmp_path / "t.json") == {"value": {"Description": "t"}}


def test_a_description_of_a_column_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(KeyError, match="no column"):
        write_table(tmp_path / "t.tsv", pd.DataFrame({"a": [1]}), {"b": "nothing"})


def test_json_takes_numpy_values(tmp_path):
    write_json(tmp_path / "a.json", {"a": np.float32(0.5), "b": np.arange(2)})

    assert read_json(tmp_path / "a.json") == {"a": 0.5, "b": [0, 1]}


def test_masked_values_return_to_their_voxels_and_zero_stays_outside(tmp_path, mask):
    values = np.arange(16, dtype=np.float32).reshape(8, 2) + 1
    path = tmp_path / "a.nii.gz"

    write_masked(path, values, mask, AFFINE, repetition_time=2.0)

    np.testing.assert_array_equal(read_masked(path, mask, AFFINE), values)
    assert read_volume(path)[0][~mask].sum() == 0
    assert repetition_time(path) == 2.0


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


def test_an_image_on_another_grid_is_refused_by_name(tmp_path, mask):
    path = tmp_path / "other.nii.gz"
    write_volume(path, np.zeros((4, 5, 7)), AFFINE)

    with pytest.raises(ValueError, match=r"other\.nii\.gz is on a grid of \(4, 5, 7\)"):
        read_masked(path, mask, AFFINE)


def test_the_sidecar_wins_over_the_header_and_a_missing_repetition_time_is_named(tmp_path, mask):
    path = tmp_path / "rest_bold.nii.gz"
    write_masked(path, np.ones((8, 3)), mask, AFFINE, repetition_time=3.0)
    write_json(tmp_path / "rest_bold.json", {"RepetitionTime": 2.5})
    assert repetition_time(path) == 2.5

    nib.save(nib.Nifti1Image(np.zeros((2, 2, 2, 3)), AFFINE), tmp_path / "zero.nii")
    image = nib.load(tmp_path / "zero.nii")
    image.header["pixdim"][4] = 0
    nib.save(image, tmp_path / "none.nii")
    with pytest.raises(ValueError, match="add none.json"):
        repetition_time(tmp_path / "none.nii")
