"""Maps that are given: axes, mask, scale."""

import numpy as np
import pytest

from given_maps import AFFINE, SHAPE
from restpain.metrics.given_maps import (
    map_sidecar,
    mask_of_maps,
    prepared_map,
)


def four():
    alff = np.array([[[1.0, 2.0, np.nan, 0.0]]])
    reho = np.array([[[1.0, 0.0, 1.0, 1.0]]])
    return {"alff": alff, "reho": reho}


def test_without_a_mask_zero_nan_and_the_outside_of_the_brain_are_no_data():
    template = np.array([[[True, True, True, True]]])

    mask = mask_of_maps(four(), given=None, template=template, varies=None)
    assert mask.tolist() == [[[True, *[False] * 3]]]
    with pytest.raises(
        ValueError, match="no voxel of the template brain has data in alff and reho"
    ):
        mask_of_maps(four(), given=None, template=~template, varies=None)


def test_in_a_mask_zero_is_a_value_also_outside_of_the_template():
    given = np.array([[[0.0, 1.0, 1.0, np.nan]]])

    settings = {"given": given, "template": np.zeros((1, 1, 4), bool)}

    assert mask_of_maps(four(), varies=None, **settings).tolist() == [
        [[False, True, False, False]]
    ]
    with pytest.raises(ValueError, match="of the mask has data in alff and reho and series"):
        mask_of_maps(four(), varies=np.array([[[True, False, True, True]]]), **settings)


def test_a_raw_map_has_mean_1_and_others_keep_every_bit():
    values = np.random.default_rng(0).uniform(300, 900, SHAPE).astype(np.float32)
    mask = values > 400
    settings = {"affine": AFFINE, "fwhm_mm": 0, "kernel": "spm"}

    raw = prepared_map(values, mask, scale="raw", **settings)

    assert raw.mean(dtype=float) == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(raw, values[mask] / values[mask].mean(dtype=float), rtol=1e-6)
    for scale in ("mean", "zscore"):
        np.testing.assert_array_equal(
            prepared_map(values, mask, scale=scale, **settings), values[mask]
        )


def test_smoothing_on_request_lowers_the_variance_and_is_in_the_sidecar():
    values = np.random.default_rng(0).normal(1, 0.2, SHAPE).astype(np.float32)
    settings = {"fwhm_mm": 6.0, "kernel": "spm"}
    inner = np.zeros(SHAPE, bool)
    inner[3:6, 3:7, 3:5] = True

    smooth = np.zeros(SHAPE)
    everywhere = np.ones(SHAPE, bool)
    smooth[everywhere] = prepared_map(values, everywhere, affine=AFFINE, scale="mean", **settings)

    assert smooth[inner].std() < 0.4 * values[inner].std()
    sidecar = map_sidecar("vmhc", scale="zscore", **settings)
    assert sidecar["Description"] == "Given map of vmhc, in z scores, then smoothed with 6 mm"
    assert (sidecar["SmoothingFWHM"], sidecar["SmoothingKernel"]) == (6.0, "spm")
    plain = map_sidecar("alff", scale="raw", fwhm_mm=0, kernel="spm")
    assert plain["Description"].endswith("divided by its mean over the mask, not smoothed here")
    assert "SmoothingKernel" not in plain
