"""Simulated heartbeat and breathing against the rates and amplitudes of their table."""

import numpy as np
import pytest

from restpain.simulation.head import CSF, GM, WM
from restpain.simulation.physiology import OSCILLATIONS, add_oscillations, oscillation_phase


def test_an_oscillation_has_its_rate_and_wanders():
    times = np.linspace(0, 600, 2400)

    phase = oscillation_phase(times, (1.1, 0.0, 0.05), np.random.default_rng(3))

    assert phase[-1] / 2 / np.pi / 600 == pytest.approx(1.1, abs=0.02)
    rates = np.diff(phase) / np.diff(times) / 2 / np.pi
    assert rates.std() == pytest.approx(0.05, abs=0.02)


def test_oscillations_have_the_amplitude_of_their_tissues():
    shape = (30, 30, 4)
    tissue = {label: np.zeros(shape, np.float32) for label in (GM, WM, CSF)}
    tissue[CSF][:15], tissue[GM][15:] = 1, 1
    changes = np.zeros((*shape, 300), np.float32)
    times = 2.0 * np.arange(300) + np.linspace(0, 1.5, 4)[:, None]

    add_oscillations(
        changes, tissue, times=times, voxel_mm=(4, 4, 4), rng=np.random.default_rng(4)
    )

    sd = changes.std(axis=-1)
    # amplitudes vary in space around those of the table, which are their medians
    expected = [
        np.hypot(*(one["amplitude"][label] for one in OSCILLATIONS.values()))
        for label in (CSF, GM)
    ]
    np.testing.assert_allclose([np.median(sd[:15]), np.median(sd[15:])], expected, rtol=0.6)
    assert np.median(sd[:15]) > 2 * np.median(sd[15:])
