"""Steps that were done before the workflow got a series."""

import pytest

from restpain.cohort.checks import problem_table, sentences
from restpain.cohort.done_before import (
    beside_maps_problems,
    done_before_problems,
    volumes_to_drop,
)

SETTINGS = {"nuisance": ["trend"], "measures": ["alff", "reho"], "fwhm_mm": 6.0, "voxel_mm": 3.0}


def said(steps, *, size=3.0, **settings):
    run = {"label": "FunImgARCWSF", "steps": steps, "voxel_mm": [3.0, 3.0, size]}
    rows = done_before_problems("sub-01", run, **(SETTINGS | settings))
    table = problem_table(rows)
    return list(zip(table["severity"], sentences(table), strict=True))


def test_a_series_that_states_nothing_is_taken_with_any_list_of_regressors():
    assert said([]) == said(["realignment"], nuisance=[]) == []


def test_a_smoothed_series_is_no_series_for_reho_and_is_not_smoothed_again():
    assert said(["smoothing"]) == [
        (
            "error",
            "sub-01, FunImgARCWSF: a smoothed series; expected one that is not smoothed, since "
            "smoothing makes neighbours alike (ReHo); name another series in cohort.select.rest, "
            "or take reho out of metrics.measures",
        ),
        (
            "error",
            "sub-01, FunImgARCWSF: a smoothed series; expected one that is not, since "
            "metrics.fwhm_mm is 6; name another series in cohort.select.rest, or set "
            "metrics.fwhm_mm to 0",
        ),
    ]
    assert said(["smoothing"], measures=["alff"], fwhm_mm=0) == []


def test_a_filtered_series_has_no_falff_and_is_warned_of():
    ((severity, sentence),) = said(["filtering"], measures=["falff", "reho"])
    assert severity == "error"
    assert "expected one with all frequencies, for fALFF" in sentence

    ((severity, sentence),) = said(["filtering"])
    assert severity == "warning"
    assert sentence.endswith("make sure that the band of its filter holds all of metrics.band_hz")


@pytest.mark.parametrize(
    ("nuisance", "severities"), [(["wm"], ["error"]), ([], ["warning"]), ("done", [])]
)
def test_nuisance_is_not_regressed_twice(nuisance, severities):
    found = said(["nuisance regression"], nuisance=nuisance)

    assert [severity for severity, _ in found] == severities
    assert all("set preprocessing.nuisance to done" in sentence for _, sentence in found)


def test_done_is_doubted_where_no_name_says_so():
    ((severity, sentence),) = said([], nuisance="done")

    assert severity == "warning"
    assert "a series whose name does not say that nuisance was regressed" in sentence


def test_voxels_that_are_much_larger_than_those_of_the_maps_are_warned_of():
    assert said([], size=3.5) == said([], size=10.0, voxel_mm="native") == []

    assert said([], size=10.0) == [
        (
            "warning",
            "sub-01, FunImgARCWSF: voxels of 10 mm, larger than those of the maps, 3 mm; expected "
            "voxels of about that size; set preprocessing.voxel_mm to 10, since interpolated "
            "neighbours are alike (ReHo)",
        )
    ]


@pytest.mark.parametrize(
    ("source", "given", "used"),
    [
        ("bids", None, 10),
        ("derivatives", None, 0),
        ("maps", None, 0),
        ("bids", 4, 4),
        ("bids", 0, 0),
    ],
)
def test_volumes_are_dropped_from_raw_series_unless_the_configuration_says(source, given, used):
    assert volumes_to_drop(given, source) == used


@pytest.mark.parametrize(
    ("steps", "fwhm_mm", "expected"),
    [
        (["nuisance regression"], 6, []),
        (
            [],
            6,
            [
                "sub-01, bold.nii: a series whose name does not say that nuisance was regressed; "
                "expected one that does, since none is regressed out of cohort.series; make sure "
                "that it was"
            ],
        ),
        (
            ["nuisance regression", "smoothing", "filtering"],
            6,
            [
                "sub-01, bold.nii: a smoothed series; expected one that is not, since "
                "metrics.fwhm_mm is 6; name another series in cohort.series, or set "
                "metrics.fwhm_mm to 0",
                "sub-01, bold.nii: a filtered series; expected one with all frequencies; make "
                "sure that the band of its filter holds all of metrics.band_hz",
            ],
        ),
        (["nuisance regression", "smoothing"], 0, []),
    ],
)
def test_of_a_series_beside_maps_nothing_is_regressed_and_nothing_done_twice(
    steps, fwhm_mm, expected
):
    run = {"label": "bold.nii", "steps": steps}

    rows = beside_maps_problems("sub-01", run, fwhm_mm=fwhm_mm)

    assert sentences(problem_table(rows)) == expected
