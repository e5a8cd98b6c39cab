"""Maps under alternative choices: those of the scripts with the same choices."""

import numpy as np
import pytest

from restpain.connectivity.correlation import correlation, fisher_z, seed_series
from restpain.io.images import read_volume, write_volume
from restpain.io.tables import write_json
from restpain.metrics.smoothing import smooth
from restpain.multiverse.alternative_maps import alternative_maps, map_name, maps_by_series
from restpain.temporal_filter import ideal_filter
from scripts.metrics.compute_metrics import compute_metrics

SHAPE, TR = (9, 8, 7), 2.0
AFFINE = np.diag([3.0, 3, 3, 1])
SETTINGS = [
    {
        "metrics.band_hz": band,
        "metrics.fwhm_mm": fwhm,
        "metrics.smoothing_kernel": kernel,
        "metrics.reho_neighbours": neighbours,
    }
    for band, fwhm, kernel, neighbours in [
        ([0.01, 0.1], 6.0, "spm", 27),
        ([0.01, 0.08], 6.0, "spm", 27),
        ([0.01, 0.1], 8.0, "gaussian", 19),
        ([0.02, 0.08], 4.0, "spm", 7),
    ]
]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    mask = np.zeros(SHAPE, bool)
    mask[1:-1, 1:-1, 1:-1] = True
    series = rng.normal(size=(int(mask.sum()), 80)).astype(np.float32)
    seeds = (rng.random((len(series), 2)) < 0.05).astype(np.float32)
    return mask, series, seeds


def made(data, wanted):
    mask, series, seeds = data
    return alternative_maps(series, mask, AFFINE, repetition_time=TR, wanted=wanted, seeds=seeds)


@pytest.mark.parametrize("settings", SETTINGS)
def test_local_maps_are_to_the_bit_those_of_compute_metrics(data, tmp_path, settings):
    mask, series, _ = data
    image = np.zeros((*SHAPE, series.shape[1]), np.float32)
    image[mask] = series
    folder = tmp_path / "sub-01"
    folder.mkdir()
    bold = folder / "sub-01_task-rest_space-MNI152NLin2009aSym_desc-denoised_bold.nii.gz"
    write_volume(bold, image, AFFINE, repetition_time=TR)
    write_json(str(bold).replace(".nii.gz", ".json"), {"RepetitionTime": TR})
    write_volume(folder / "mask.nii.gz", mask, AFFINE)
    measures = ["alff", "falff", "reho"]
    standardised = [str(tmp_path / f"{measure}.nii.gz") for measure in measures]
    compute_metrics(
        bold_path=str(bold),
        mask_path=str(folder / "mask.nii.gz"),
        raw_paths=[str(tmp_path / f"{measure}_raw.nii.gz") for measure in measures],
        standardised_paths=standardised,
        measures=measures,
        **{key.removeprefix("metrics."): value for key, value in settings.items()},
    )

    maps = made(data, [(measure, settings) for measure in measures])

    for values, path in zip(maps, standardised, strict=True):
        np.testing.assert_array_equal(values, read_volume(path)[0][mask])


def test_connectivity_is_that_of_the_filtered_and_smoothed_series(data):
    mask, series, seeds = data
    kernel = {"affine": AFFINE, "fwhm_mm": 8.0, "kernel": "gaussian"}
    filtered = ideal_filter(series, repetition_time=TR, band_hz=[0.01, 0.1])
    connected = smooth(filtered, mask, **kernel)
    expected = fisher_z(correlation(connected, seed_series(connected, seeds)))

    (found,) = made(data, [("fc", SETTINGS[2])])

    np.testing.assert_array_equal(found, expected.astype(np.float32))
    assert found.shape == (mask.sum(), 2)


def test_maps_do_not_depend_on_what_else_is_wanted_and_the_series_is_kept(data):
    before = data[1].copy()
    wanted = [(m, s) for m in ("reho", "fc", "alff", "falff") for s in SETTINGS]

    together = made(data, wanted)

    for one, values in zip(wanted, together, strict=True):
        np.testing.assert_array_equal(values, made(data, [one])[0])
    np.testing.assert_array_equal(data[1], before)


def plan(*maps):
    keys = {"preprocessing.nuisance": ["wm"], "preprocessing.filter": "after_regression"}
    return {"maps": [keys | {"metrics.band_hz": [0.01, 0.1]} | one for one in maps]}


def test_maps_are_listed_by_the_series_they_are_made_of():
    plans = {
        "alff": plan({}, {"metrics.fwhm_mm": 8}, {"preprocessing.nuisance": []}),
        "reho": plan({}, {"preprocessing.filter": "simultaneous"}),
    }

    found = maps_by_series(plans)

    assert {series: [one[:2] for one in maps] for series, maps in found.items()} == {
        (None, None): [("alff", 1)],
        ((), None): [("alff", 2)],
        (("wm",), (0.01, 0.1)): [("reho", 1)],
    }


def test_series_that_were_cleaned_before_are_those_of_the_main_analysis():
    cleaned = {"preprocessing.nuisance": "done"}

    found = maps_by_series({"alff": plan(cleaned, {**cleaned, "metrics.fwhm_mm": 8})})

    assert list(found) == [(None, None)]
    assert map_name("alff", 1) == "alff_1"
