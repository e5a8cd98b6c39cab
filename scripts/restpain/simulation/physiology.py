"""Heartbeat and breathing in the simulated series, aliased by the sampling of the slices.

Each is an oscillation whose rate wanders; a voxel has it with an amplitude that depends on its
tissue and with a phase that varies smoothly in space. Nothing is low-pass filtered, so that what
a repetition time of seconds makes of a heartbeat falls where it falls in a real series.
"""

import numpy as np

from restpain.simulation.head import CSF, GM, WM
from restpain.simulation.random_fields import smooth_field

# Relative amplitude (SD) in each tissue. Rates in Hz: mean over participants, their SD, and the
# SD of the rate within a participant. Sources: docs/simulation.md.
OSCILLATIONS = {
    "heartbeat": {
        "amplitude": {GM: 0.002, WM: 0.002, CSF: 0.020},
        "rate_hz": (1.1, 0.12, 0.05),
    },
    "breathing": {
        "amplitude": {GM: 0.002, WM: 0.002, CSF: 0.006},
        "rate_hz": (0.27, 0.04, 0.03),
    },
}
STEP_S = 0.1
MEMORY_S = 10.0  # time over which a rate changes
PHASE_FWHM_MM = 40.0
AMPLITUDE_SD = 0.5  # of the logarithm of the amplitude in space


def oscillation_phase(times: np.ndarray, rate_hz, rng: np.random.Generator) -> np.ndarray:
    """Phase in rad at times in seconds, not negative, of an oscillation whose rate wanders.

    ``rate_hz``: mean rate over participants, SD over participants, SD within a participant.
    """
    mean, between, within = rate_hz
    n_steps = int(np.ceil(times.max() / STEP_S)) + 2
    keep = np.exp(-STEP_S / MEMORY_S)
    steps = rng.standard_normal(n_steps) * np.sqrt(1 - keep**2)
    wander = np.empty(n_steps)
    wander[0] = rng.standard_normal()
    for step in range(1, n_steps):
        wander[step] = keep * wander[step - 1] + steps[step]
    rate = np.maximum(mean + between * rng.standard_normal() + within * wander, 0.2 * mean)
    phase = 2 * np.pi * STEP_S * np.concatenate([[0.0], np.cumsum(rate[:-1])])
    return np.interp(times, STEP_S * np.arange(n_steps), phase)


def add_oscillations(
    changes: np.ndarray,
    tissue: dict[int, np.ndarray],
    *,
    times: np.ndarray,
    voxel_mm,
    rng: np.random.Generator,
) -> None:
    """Add heartbeat and breathing to relative changes ``(nx, ny, nz, n_volumes)``, in place.

    ``tissue`` holds the share of each voxel that is GM, WM or CSF, ``times`` ``(nz, n_volumes)``
    the seconds at which each slice of each volume was acquired.
    """
    shape = changes.shape[:3]
    fwhm = PHASE_FWHM_MM / np.asarray(voxel_mm)
    for oscillation in OSCILLATIONS.values():
        phase = oscillation_phase(times, oscillation["rate_hz"], rng)
        amplitude = sum(
            np.float32(size) * tissue[label] for label, size in oscillation["amplitude"].items()
        )
        varied = np.exp(AMPLITUDE_SD * smooth_field(shape, fwhm, rng))
        amplitude = np.float32(np.sqrt(2)) * amplitude * varied
        delay = np.float32(np.pi / 2) * smooth_field(shape, fwhm, rng)
        in_phase, quarter = amplitude * np.cos(delay), amplitude * np.sin(delay)
        cosine, sine = np.cos(phase).astype(np.float32), np.sin(phase).astype(np.float32)
        for index in range(shape[2]):
            changes[:, :, index] += in_phase[:, :, index, None] * cosine[index]
            changes[:, :, index] += quarter[:, :, index, None] * sine[index]
