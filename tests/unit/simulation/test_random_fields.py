"""Random fields, coil bias and Rician noise against their moments."""

import numpy as np
import pytest

from restpain.io.images import read_volume
from restpain.simulation.geometry import (
    translation,
)
from restpain.simulation.head import head_labels, template_path
from restpain.simulation.random_fields import coil_bias, rician, smooth_field


@pytest.fixture(scope="module")
def head():
    t1, affine = read_volume(template_path("t1"))
    gm, wm = (read_volume(template_path(tissue))[0] / 255 for tissue in ("gm", "wm"))
    labels, head_affine = head_labels(t1=t1, gm=gm, wm=wm, affine=affine)
    return labels, head_affine, t1, affine


@pytest.mark.parametrize("fwhm", [2.0, (2.0, 4.0, 3.0)])
def test_smooth_fields_have_mean_zero_sd_one_and_the_smoothness_asked_for(fwhm):
    field = smooth_field((60, 60, 60), fwhm, np.random.default_rng(5)).astype(float)

    assert field.mean() == pytest.approx(0, abs=0.03)
    assert field.std() == pytest.approx(1, abs=0.03)
    # neighbours of white noise smoothed at sigma correlate by exp(-1 / (4 sigma^2))
    for axis, width in enumerate(np.broadcast_to(fwhm, 3)):
        sigma = width / np.sqrt(8 * np.log(2))
        neighbours = (
            np.take(field, range(59), axis=axis) * np.take(field, range(1, 60), axis=axis)
        ).mean()
        assert neighbours == pytest.approx(np.exp(-1 / (4 * sigma**2)), abs=0.03)


def test_rician_noise_without_signal_is_rayleigh():
    noise = rician(np.zeros(200_000, np.float32), sd=2.0, rng=np.random.default_rng(6))

    assert noise.mean() == pytest.approx(2 * np.sqrt(np.pi / 2), rel=0.01)
    assert noise.std() == pytest.approx(2 * np.sqrt(2 - np.pi / 2), rel=0.01)


def test_coil_bias_is_one_at_the_centre_of_the_scanner_and_smooth():
    affine = translation([-60, -60, -60]) @ np.diag([10.0, 10.0, 10.0, 1.0])

    bias = coil_bias((13, 13, 13), affine, sd=0.12, rng=np.random.default_rng(7))

    assert bias[6, 6, 6] == pytest.approx(1)
    assert 1.05 < bias.max() / bias.min() < 6
    assert np.abs(np.diff(np.log(bias), axis=0)).max() < 0.2
