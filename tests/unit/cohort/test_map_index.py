"""Index of the maps of a participant, and of the series beside them."""

import gzip
import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from given_maps import (
    AFFINE,
    COHORT,
    SHAPE,
    WITH_SERIES,
    indices,
    write_cohort,
    write_cohort_with_series,
    write_map,
    write_series,
)
from restpain.cohort.map_files import given_files
from restpain.cohort.map_index import stated_steps
from restpain.io.tables import read_json
from scripts.cohort.index_participants import index_participants


def index_of(tmp_path, **changes):
    return indices(tmp_path, {"sub-1": {"FILE_ID": "Pitt_0000001"}}, **changes)[0]


def said(index, severity="error"):
    return [
        f"{row['file']}: {row['found']}; {row['expected']}"
        for row in index["problems"]
        if row["severity"] == severity
    ]


def test_facts_of_good_maps(tmp_path):
    write_cohort(tmp_path, 1)
    values = write_map(tmp_path / "Pitt_0000001_reho.nii.gz", seed=11)

    index = index_of(tmp_path)

    assert index["problems"] == []
    assert index["wanted"] == ["alff", "reho"]
    alff, reho = index["series"]
    assert (alff["measure"], alff["label"]) == ("alff", "Pitt_0000001_alff.nii.gz")
    assert (reho["matrix"], reho["grid"]) == (list(SHAPE), AFFINE.tolist())
    inside = values[values != 0]
    assert reho["mean"] == pytest.approx(inside.mean(dtype=float))
    assert reho["n_used"] == len(inside) == 7 * 8 * 6
    assert alff["digest"] != reho["digest"]


def test_one_job_writes_the_indices_of_several_participants(tmp_path):
    cells = write_cohort(tmp_path, 2)
    cohort = COHORT | {"data": str(tmp_path)}
    files = {who: given_files(values, cohort) for who, values in cells.items()}

    index_participants(
        folders_paths=[],
        indices_paths=[str(tmp_path / f"{who}.json") for who in cells],
        source="maps",
        select={},
        repetition_time_s=None,
        maps={"files": files, "scales": {"alff": "mean", "reho": "mean"}},
    )

    for who, index in zip(cells, indices(tmp_path, cells), strict=True):
        assert read_json(tmp_path / f"{who}.json") == index


def test_a_missing_file_and_two_files_are_told_together(tmp_path):
    write_cohort(tmp_path, 1)
    write_map(tmp_path / "Pitt_0000001_reho_2.nii.gz")
    (tmp_path / "Pitt_0000001_alff.nii.gz").unlink()

    index = index_of(
        tmp_path, maps={"alff": "{FILE_ID}_alff.nii.gz", "reho": "{FILE_ID}_reho*.nii.gz"}
    )

    assert said(index) == [
        "Pitt_0000001_alff.nii.gz: no such file of the map alff in cohort.data; one file",
        "Pitt_0000001_reho*.nii.gz: 2 files fit: Pitt_0000001_reho.nii.gz, "
        "Pitt_0000001_reho_2.nii.gz; one file",
    ]
    assert index["series"] == []


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (np.zeros(SHAPE, np.float32), "zero in every voxel; values"),
        (np.full(SHAPE, np.nan, np.float32), "NaN in every voxel; values"),
        (np.full(SHAPE, 2.5, np.float32), "2.5 in every voxel that is not 0; a map"),
        (np.ones((*SHAPE, 2), np.float32), "2 volumes; one map in one file"),
    ],
)
def test_maps_without_values_are_errors(tmp_path, values, found):
    write_cohort(tmp_path, 1)
    write_map(tmp_path / "Pitt_0000001_alff.nii.gz", values=values)

    assert said(index_of(tmp_path)) == [f"Pitt_0000001_alff.nii.gz: {found}"]


def test_files_that_cannot_be_read_are_errors(tmp_path):
    write_cohort(tmp_path, 1)
    path = tmp_path / "Pitt_0000001_alff.nii.gz"
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content[:2000]))
    (tmp_path / "Pitt_0000001_reho.nii.gz").write_bytes(b"")

    assert said(index_of(tmp_path)) == [
        "Pitt_0000001_alff.nii.gz: a file that ends early; a complete NIfTI image",
        "Pitt_0000001_reho.nii.gz: an empty file; the map reho",
    ]


def test_an_image_that_does_not_tell_left_from_right_is_an_error(tmp_path):
    write_cohort(tmp_path, 1)
    path = tmp_path / "Pitt_0000001_alff.nii.gz"
    image = nib.load(path)
    image.set_sform(AFFINE, code=0)
    image.set_qform(AFFINE, code=0)
    nib.Nifti1Image(np.asarray(image.dataobj), None, image.header).to_filename(path)

    assert "no orientation in the header" in said(index_of(tmp_path))[0]


def test_nan_is_counted_and_is_no_fault(tmp_path):
    write_cohort(tmp_path, 1)
    path = tmp_path / "Pitt_0000001_alff.nii.gz"
    values = write_map(path)
    values[values == 0] = np.nan
    values[4, 4, 4] = np.inf
    write_map(path, values=values)

    index = index_of(tmp_path)

    assert said(index) == []
    n = np.count_nonzero(~np.isfinite(values))
    assert index["series"][0]["n_nan"] == n
    assert said(index, "info") == [
        f"Pitt_0000001_alff.nii.gz: {n} of 720 voxels NaN or infinite; numbers, or NaN for no data"
    ]


@pytest.mark.parametrize(
    ("scale", "mean", "severity"),
    [
        ("mean", 1.0, None),
        ("mean", 700.0, "warning"),
        ("mean", 0.01, "warning"),
        ("zscore", 0.05, None),
        ("zscore", 1.0, "warning"),
        ("raw", 700.0, None),
        ("raw", -0.2, "error"),
    ],
)
def test_the_scale_that_is_stated_is_compared_with_the_values(tmp_path, scale, mean, severity):
    write_cohort(tmp_path, 1)
    values = np.random.default_rng(0).normal(mean, 0.001, SHAPE).astype(np.float32)
    write_map(tmp_path / "Pitt_0000001_alff.nii.gz", values=values)

    maps = {"alff": "{FILE_ID}_alff.nii.gz"}
    rows = index_of(tmp_path, maps=maps, map_scale=scale)["problems"]

    assert [row["severity"] for row in rows] == ([severity] if severity else [])


def test_a_mask_holds_0_and_1(tmp_path):
    write_cohort(tmp_path, 1)
    mask = np.zeros(SHAPE, np.float32)
    mask[2:5] = 1
    write_map(tmp_path / "mask.nii.gz", values=mask)
    assert said(index_of(tmp_path, map_mask="mask.nii.gz")) == []

    mask[2] = 0.4
    write_map(tmp_path / "mask.nii.gz", values=mask)

    assert said(index_of(tmp_path, map_mask="mask.nii.gz")) == [
        "mask.nii.gz: values from 0.4 to 1 beside 0; a mask of 0 and 1"
    ]


def test_a_series_has_the_facts_of_a_rest_run(tmp_path):
    write_cohort_with_series(tmp_path, 1)

    index = index_of(tmp_path, **WITH_SERIES)

    assert said(index) == []
    assert index["wanted"] == ["alff", "reho", "series"]
    run = index["series"][2]
    assert (run["measure"], run["kind"], run["chosen"]) == ("series", "rest", True)
    assert (run["n_volumes"], run["matrix"], run["grid"]) == (40, list(SHAPE), AFFINE.tolist())
    assert (run["repetition_time_s"], run["repetition_time_source"]) == (2.0, "image's header")
    assert run["steps"] == []


def test_the_repetition_time_of_a_series_is_that_of_its_sidecar_or_the_configuration(tmp_path):
    write_cohort_with_series(tmp_path, 1, seconds=0)
    assert index_of(tmp_path, **WITH_SERIES)["series"][2]["repetition_time_s"] is None

    configured = index_of(tmp_path, repetition_time_s=2.5, **WITH_SERIES)["series"]
    assert configured[2]["repetition_time_s"] == 2.5
    assert "repetition_time_s" not in configured[0]

    write_series(tmp_path / "sub-1_task-rest_bold.nii.gz", seconds=0)
    (tmp_path / "sub-1_task-rest_bold.json").write_text(json.dumps({"RepetitionTime": 3}))
    stated = index_of(tmp_path, series="sub-1_task-rest_bold.nii.gz")["series"][2]
    assert stated["repetition_time_s"] == 3


def test_a_series_that_is_none_is_told(tmp_path):
    write_cohort_with_series(tmp_path, 1)
    path = tmp_path / "Pitt_0000001_bold.nii.gz"

    write_map(path, seed=5)
    assert said(index_of(tmp_path, **WITH_SERIES)) == [f"{path.name}: one volume; a 4D series"]

    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content[:2000]))
    assert said(index_of(tmp_path, **WITH_SERIES)) == [
        f"{path.name}: a file that ends early; a complete NIfTI image"
    ]

    path.unlink()
    assert said(index_of(tmp_path, **WITH_SERIES)) == [
        f"{path.name}: no such file of the series in cohort.data; one file"
    ]


def test_nan_of_a_series_is_no_data_and_told_where_it_is_in_some_volumes_only(tmp_path):
    write_cohort_with_series(tmp_path, 1)
    path = tmp_path / "Pitt_0000001_bold.nii.gz"
    series = write_series(path)
    series[0] = np.nan  # no data outside the brain
    write_map(path, values=series)
    assert said(index_of(tmp_path, **WITH_SERIES), "warning") == []

    series[4, 4, 4, 7] = np.nan
    write_map(path, values=series)
    assert said(index_of(tmp_path, **WITH_SERIES), "warning") == [
        f"{path.name}: 1 voxel with NaN or infinite values in some volumes only; "
        "numbers in each volume, or in none (no data)"
    ]

    series[...] = np.nan
    write_map(path, values=series)
    assert "NaN or infinite values in each voxel" in said(index_of(tmp_path, **WITH_SERIES))[0]


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("Sub_001_bold.nii", []),
        ("sub-1_task-rest_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz", []),
        ("sub-1_task-rest_space-x_desc-denoised_bold.nii.gz", ["nuisance regression"]),
        ("sub-1_desc-denoisedSmoothed_bold.nii.gz", ["nuisance regression", "smoothing"]),
        (
            "FunImgARCWF/Sub_001/Filtered_4DVolume.nii",
            [
                *("slice timing", "realignment", "nuisance regression"),
                *("normalisation to MNI", "filtering"),
            ],
        ),
    ],
)
def test_steps_that_name_or_folder_state(name, steps):
    assert stated_steps(Path("/data", name)) == steps
