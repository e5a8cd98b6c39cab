"""Checks of the maps of the whole cohort."""

import shutil

import numpy as np
import pandas as pd

from given_maps import (
    AFFINE,
    WITH_SERIES,
    indices,
    write_cohort,
    write_cohort_with_series,
    write_map,
    write_series,
)
from restpain.cohort.check_summary import check_summary
from restpain.cohort.checks import cohort_problems, left_out, problem_table, sentences
from restpain.cohort.grids import usual_grid
from restpain.cohort.job_sizes import predicted_resources
from restpain.cohort.map_checks import map_problems, missing_map
from restpain.cohort.participants import Comparison

SETTINGS = {
    "drop_volumes": 10,
    "min_volumes": 30,
    "slice_order": None,
    "band_hz": (0.01, 0.1),
    "nuisance": [],
    "measures": ["alff"],
    "fwhm_mm": 6.0,
    "voxel_mm": 3.0,
}
GRID = "9x10x8 voxels of 3 mm, the first at 12, -15, -12 mm"


def test_good_maps_have_no_problem(tmp_path):
    found = indices(tmp_path, write_cohort(tmp_path))

    assert cohort_problems(found, **SETTINGS) == []
    assert usual_grid(found) == ([9, 10, 8], AFFINE.tolist())
    assert left_out(found, drop_volumes=10, min_volumes=30) == {}


def test_a_map_on_another_grid_is_an_error_with_both_grids(tmp_path):
    cells = write_cohort(tmp_path)
    shifted = AFFINE.copy()
    shifted[0, 3] += 1.5
    write_map(tmp_path / "Pitt_0000002_reho.nii.gz", seed=21, affine=shifted)
    write_map(tmp_path / "Pitt_0000003_alff.nii.gz", seed=30, shape=(9, 10, 9))

    assert sentences(problem_table(map_problems(indices(tmp_path, cells)))) == [
        "sub-2, Pitt_0000002_reho.nii.gz: 9x10x8 voxels of 3 mm, the first at 13.5, -15, -12 mm; "
        f"expected {GRID}, as 4 of 6 files; resample it with the program that made it, or give "
        "the reason in the column exclude of participants.tsv",
        "sub-3, Pitt_0000003_alff.nii.gz: 9x10x9 voxels of 3 mm, the first at 12, -15, -12 mm; "
        f"expected {GRID}, as 4 of 6 files; resample it with the program that made it, or give "
        "the reason in the column exclude of participants.tsv",
    ]


def test_a_rotated_grid_is_an_error_of_the_cohort(tmp_path):
    cells = write_cohort(tmp_path, 1)
    tilted = AFFINE.copy()
    tilted[:3, :3] = AFFINE[:3, :3] @ [[1, 0, 0], [0, 0.96, -0.28], [0, 0.28, 0.96]]
    for place, measure in enumerate(("alff", "reho")):
        write_map(tmp_path / f"Pitt_0000001_{measure}.nii.gz", seed=place, affine=tilted)

    (row,) = map_problems(indices(tmp_path, cells))

    assert (row["severity"], row["participant_id"]) == ("error", "n/a")
    assert row["found"].startswith("a rotated grid: [[-3.0, 0.0, 0.0], [0.0, 2.88")


def test_a_map_of_two_participants_or_measures_is_an_error(tmp_path):
    cells = write_cohort(tmp_path)
    shutil.copy(tmp_path / "Pitt_0000001_alff.nii.gz", tmp_path / "Pitt_0000003_alff.nii.gz")
    shutil.copy(tmp_path / "Pitt_0000002_alff.nii.gz", tmp_path / "Pitt_0000002_reho.nii.gz")

    rows = map_problems(indices(tmp_path, cells))

    assert [(row["participant_id"], row["found"]) for row in rows] == [
        ("sub-2", "the same map as alff of sub-2"),
        ("sub-3", "the same map as alff of sub-1"),
    ]


def test_whoever_lacks_a_map_can_be_left_out_with_the_reason(tmp_path):
    cells = write_cohort(tmp_path)
    (tmp_path / "Pitt_0000001_alff.nii.gz").unlink()
    write_map(tmp_path / "Pitt_0000002_reho.nii.gz", values=np.zeros((9, 10, 8), np.float32))

    found = indices(tmp_path, cells)

    assert left_out(found, drop_volumes=10, min_volumes=30) == {
        "sub-1": "no usable map ALFF",
        "sub-2": "a map with zero in every voxel",
    }
    assert missing_map(found[2], min_volumes=40) is None


def test_the_summary_says_what_is_given_and_once_what_is_left_out(tmp_path):
    found = indices(tmp_path, write_cohort(tmp_path))
    table = pd.DataFrame({"participant_id": ["sub-1", "sub-2", "sub-3"], "exclude": ""})
    table["group"] = ["1", "2", "2"]
    comparison = Comparison("1", "2")

    lines = check_summary(
        table,
        comparison,
        found,
        problem_table([]),
        predicted_resources(
            found, drop_volumes=10, normalisation_mm=2, voxel_mm=3, n_permutations=19
        ),
        drop_volumes=10,
        slice_order=None,
        maps={"scales": {"alff": "mean", "reho": "raw"}, "fwhm_mm": 0},
    )

    assert lines[:8] == [
        "participants: 1 of group 1, 2 of group 2",
        "map ALFF: 3 files, divided by their mean before",
        "map ReHo: 3 files, to be divided by their mean in the mask",
        "masks: none; voxels of the template brain where no map is 0",
        f"grid: {GRID}",
        "files with NaN, which is no data: none",
        "smoothing: none (cohort.smooth_maps is false)",
        "left out, since maps are given and no series: seed connectivity and the classification "
        "arm of motion, quality numbers of series and quality pages, settings of preprocessing "
        "and metrics",
    ]
    assert lines[-1] == (
        "  no job for a series; most time goes to the classification with 19 permutations"
    )


def problems_of(found, **changes):
    table = problem_table(cohort_problems(found, **SETTINGS | {"drop_volumes": 0} | changes))
    return sentences(table[table["severity"] == "error"])


def test_series_on_the_grid_of_the_maps_are_asked_for_nuisance_alone(tmp_path):
    found = indices(tmp_path, write_cohort_with_series(tmp_path), **WITH_SERIES)

    assert sentences(problem_table(cohort_problems(found, **SETTINGS | {"drop_volumes": 0}))) == [
        "sub-1, sub-2, sub-3: a series whose name does not say that nuisance was regressed; "
        "expected one that does, since none is regressed out of cohort.series; make sure that it "
        "was"
    ]
    assert problems_of(found) == []


def test_a_series_on_another_grid_is_an_error_with_both_grids_though_most_have_it(tmp_path):
    cells = write_cohort(tmp_path, 1)
    coarse = AFFINE @ np.diag([2.0, 2, 2, 1])
    write_series(tmp_path / "Pitt_0000001_bold.nii.gz", shape=(8, 8, 8), affine=coarse)
    maps = {"alff": "{FILE_ID}_alff.nii.gz"}

    found = indices(tmp_path, cells, maps=maps, **WITH_SERIES)

    assert problems_of(found) == [
        "sub-1, Pitt_0000001_bold.nii.gz: 8x8x8 voxels of 6 mm, the first at 12, -15, -12 mm; "
        f"expected {GRID}, as 1 of 2 files; resample it with the program that made it, or give "
        "the reason in the column exclude of participants.tsv"
    ]
    assert usual_grid(found) == ([9, 10, 8], AFFINE.tolist())


def test_series_without_a_repetition_time_or_with_few_volumes_are_errors(tmp_path):
    cells = write_cohort_with_series(tmp_path, 3)
    write_series(tmp_path / "Pitt_0000001_bold.nii.gz", seed=1, seconds=0)
    write_series(tmp_path / "Pitt_0000002_bold.nii.gz", seed=2, n_volumes=20)
    found = indices(tmp_path, cells, **WITH_SERIES)

    first, second = problems_of(found)
    assert first.startswith("sub-1, Pitt_0000001_bold.nii.gz: no repetition time; expected one;")
    assert first.endswith("set preprocessing.repetition_time_s in config.yaml")
    assert second.startswith("sub-2, Pitt_0000002_bold.nii.gz: 20 volumes, 20 after dropping 0;")

    assert left_out(found, drop_volumes=0, min_volumes=30) == {
        "sub-2": "a series with too few volumes"
    }
    configured = indices(tmp_path, cells, repetition_time_s=2.0, **WITH_SERIES)
    assert problems_of(configured) == [second]


def test_a_series_of_two_participants_and_one_without_values_are_errors(tmp_path):
    cells = write_cohort_with_series(tmp_path)
    shutil.copy(tmp_path / "Pitt_0000001_bold.nii.gz", tmp_path / "Pitt_0000003_bold.nii.gz")
    values = np.full((9, 10, 8, 40), np.nan, np.float32)
    values[..., 3] = 1.0
    write_map(tmp_path / "Pitt_0000002_bold.nii.gz", values=values)

    found = indices(tmp_path, cells, repetition_time_s=2.0, **WITH_SERIES)

    rows = [(row["participant_id"], row["found"]) for row in map_problems(found)]
    assert ("sub-3", "the same series as sub-1") in rows
    assert left_out(found, drop_volumes=0, min_volumes=30) == {
        "sub-2": "a series with NaN or infinite values in each voxel"
    }


def test_the_summary_says_that_series_are_given_and_what_is_still_left_out(tmp_path):
    found = indices(tmp_path, write_cohort_with_series(tmp_path), **WITH_SERIES)
    table = pd.DataFrame({"participant_id": ["sub-1", "sub-2", "sub-3"], "exclude": ""})
    resources = predicted_resources(
        found, drop_volumes=0, normalisation_mm=2, voxel_mm=3, n_permutations=19
    )

    lines = check_summary(
        table.assign(group=["1", "2", "2"]),
        Comparison("1", "2"),
        found,
        problem_table([]),
        resources,
        drop_volumes=0,
        slice_order=None,
        maps={"scales": {"alff": "mean", "reho": "raw"}, "fwhm_mm": 0},
    )

    assert lines[3] == "series: 3 files, cleaned before, for seed connectivity"
    assert lines[8:11] == [
        "left out, since the motion of given series is not known and nothing is preprocessed "
        "here: motion and its classification arm, quality pages, nuisance regression and other "
        "settings of preprocessing",
        "repetition time: 2 s (image's header)",
        "volumes: 40; 1.3 minutes after dropping 0",
    ]
    assert lines[-1].startswith("  one job for the series of each participant; most time goes")
