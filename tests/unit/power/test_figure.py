"""The figure of the power: sizes needed, and labels that do not cover each other."""

import numpy as np
import pandas as pd
import pytest

from restpain.power.figure import needed, power_figure, spread_labels

SETTINGS = {
    "map_fwhm_mm": [9.0, 9.0, 9.0],
    "map_fwhm_origin": "power.fwhm_mm",
    "planted_mm3": 3996,
    "smoothing_fwhm_mm": 6.0,
    "voxels_searched": 69811,
    "n_covariates": 1,
    "voxel_p": 0.001,
    "cluster_p": 0.05,
    "tails": 2,
}


def table(rates):
    rows = [
        {"n_per_group": n, "effect_size": d, "detection_rate": rate, "n_draws": 100}
        | {"detection_rate_low": max(rate - 0.1, 0), "detection_rate_high": min(rate + 0.1, 1)}
        for d, of_effect in rates.items()
        for n, rate in of_effect.items()
    ]
    return pd.DataFrame(rows)


def test_the_size_needed_is_the_smallest_that_reaches_the_rate():
    sizes = needed(table({0.5: {10: 0.1, 20: 0.3}, 1.0: {10: 0.5, 20: 0.8}}), rate=0.8)

    assert sizes[1.0] == 20
    assert np.isnan(sizes[0.5])


def test_labels_keep_their_distance_and_their_order_below_the_top():
    heights = spread_labels(np.array([0.0, 1.0, 0.01, 1.0]), gap=0.1)

    ordered = np.sort(heights)
    assert np.diff(ordered).min() == pytest.approx(0.1)
    assert heights[0] < heights[2] < heights[1] < heights[3] <= 1


def test_one_size_and_one_effect_can_be_drawn_and_say_what_was_simulated():
    figure = power_figure(table({0.8: {20: 0.4}}), SETTINGS)

    words = " ".join(text.get_text() for text in figure.texts)
    assert "9.0 mm FWHM (power.fwhm_mm)" in words
    assert "1 covariate" in words
    assert "none of these" in words
    assert "SIMULATED DATA" in words
