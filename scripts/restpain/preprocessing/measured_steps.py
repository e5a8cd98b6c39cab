"""Steps that a given series underwent before, as its values show them."""

import numpy as np

from restpain.cohort.done_before import FILTERING, SMOOTHING
from restpain.presentation.numbers import joined, number
from restpain.temporal_filter import linear_residuals

FWHM_PER_SIGMA = np.sqrt(8 * np.log(2))
N_DIFFERENCES = 40  # of successive volumes, at even distances
N_VOXELS = 4000  # whose spectrum is averaged, at even distances
MIN_FREQUENCIES = 3  # above the band
# ASSUME: between what simulated series have that were smoothed (6 mm) or filtered and those that
# were not; numbers in docs/data_derivatives.md
SMOOTH_MM, SMOOTH_VOXELS = 8.0, 1.5
FILTERED = 0.05
N_NAMED = 5  # participants that a sentence names


def measured_steps(
    volumes: np.ndarray,
    region: np.ndarray,
    *,
    voxel_mm: np.ndarray,
    repetition_time: float,
    band_hz: tuple[float, float],
    stated: list[str],
) -> dict:
    """Width of the noise and power above the band of a series, and the steps that they show.

    Parameters
    ----------
    volumes : ndarray of shape (n_volumes, x, y, z)
        The series as it was given.
    region : ndarray of bool, shape (x, y, z)
        Its brain.
    voxel_mm : ndarray of shape (3,)
        Size of its voxels.
    repetition_time : float
        In s.
    band_hz : (float, float)
        ``metrics.band_hz``.
    stated : list of str
        Steps that its name states, which need not be found.

    Returns
    -------
    dict
        ``noise_fwhm_mm`` and ``power_above_band``, None where they cannot be measured, and
        ``measured_steps``: smoothing, filtering, both or none.
    """
    if not region.any():  # the maps have fewer voxels than one of the series
        return {"noise_fwhm_mm": None, "power_above_band": None, "measured_steps": []}
    width = noise_fwhm(volumes, region, voxel_mm=voxel_mm)
    power = power_above(volumes[:, region].T, repetition_time=repetition_time, band_hz=band_hz)
    found = {
        SMOOTHING: width is not None and width > max(SMOOTH_MM, SMOOTH_VOXELS * max(voxel_mm)),
        FILTERING: power is not None and power < FILTERED,
    }
    steps = [step for step, is_found in found.items() if is_found and step not in stated]
    return {"noise_fwhm_mm": width, "power_above_band": power, "measured_steps": steps}


def noise_fwhm(volumes: np.ndarray, region: np.ndarray, *, voxel_mm: np.ndarray) -> float | None:
    r"""Full width at half maximum of the noise in mm, from differences of successive volumes.

    They hold little of what is slow. Of white noise smoothed by a Gaussian of SD
    :math:`\sigma`, values at a distance d correlate with :math:`r = \exp(-d^2 / 4 \sigma^2)`;
    the width is the geometric mean over the axes. None where neighbours do not correlate.
    """
    pairs = np.unique(np.linspace(0, len(volumes) - 2, N_DIFFERENCES).astype(int))
    differences = np.stack([volumes[i + 1][region] - volumes[i][region] for i in pairs])
    differences -= differences.mean(axis=1, keepdims=True)
    size = np.linalg.norm(differences, axis=0)
    differences /= np.where(size > 0, size, 1)
    place = np.full(region.shape, -1)
    place[region] = np.arange(differences.shape[1])
    widths = []
    for axis, distance in enumerate(voxel_mm):
        along = np.moveaxis(place, axis, 0)
        both = (along[:-1] >= 0) & (along[1:] >= 0)
        pairwise = differences[:, along[:-1][both]] * differences[:, along[1:][both]]
        r = pairwise.sum(axis=0).mean() if both.any() else 0.0
        if not 0 < r < 1:
            return None
        widths.append(FWHM_PER_SIGMA * distance * np.sqrt(-1 / (4 * np.log(r))))
    return float(np.prod(widths) ** (1 / 3))


def power_above(
    series: np.ndarray, *, repetition_time: float, band_hz: tuple[float, float]
) -> float | None:
    """Mean power per frequency far above the band, relative to that in it.

    Of series ``(n_voxels, n_volumes)`` without their lines, each to the same total. Far above is
    the upper half of what lies between the band and the highest frequency; None where there are
    fewer than three frequencies.
    """
    some = linear_residuals(series[:: max(1, len(series) // N_VOXELS)].astype(float))
    power = np.abs(np.fft.rfft(some, axis=1)) ** 2
    total = power.sum(axis=1, keepdims=True)
    power = (power / np.where(total > 0, total, 1)).mean(axis=0)
    frequencies = np.fft.rfftfreq(series.shape[1], repetition_time)
    low, high = band_hz
    above = frequencies > (high + frequencies[-1]) / 2
    inside = (frequencies >= low) & (frequencies <= high)
    if frequencies[-1] <= high or above.sum() < MIN_FREQUENCIES or not power[inside].any():
        return None
    return float(power[above].mean() / power[inside].mean())


def step_sentences(rows: list[dict]) -> list[str]:
    """Warn of the steps that were measured, a sentence each, of all participants.

    Parameters
    ----------
    rows : list of dict
        ``participant_id`` and the numbers of `measured_steps`; a missing number is None.
    """
    texts = {
        SMOOTHING: (
            "noise_fwhm_mm",
            1,
            "look smoothed: noise {} mm wide (full width at half maximum), where series that are "
            f"not smoothed have less than {SMOOTH_MM:g} mm. ReHo of smoothed series is too high, "
            "and metrics.fwhm_mm smooths once more",
        ),
        FILTERING: (
            "power_above_band",
            3,
            "look low-pass filtered: power far above metrics.band_hz {} of that in it, where "
            f"series that are not filtered have more than {FILTERED:g}. fALFF of filtered series "
            "is none",
        ),
    }
    sentences = []
    for step, (key, digits, text) in texts.items():
        members = [row for row in rows if step in (row.get("measured_steps") or "")]
        if not members:
            continue
        ends = [pick(row[key] for row in members) for pick in (min, max)]
        values = " to ".join(dict.fromkeys(number(value, digits) for value in ends))
        names = [row["participant_id"] for row in members]
        more = [f"{len(names) - N_NAMED} more"] if len(names) > N_NAMED else []
        sentences.append(
            f"The series of {joined(names[:N_NAMED] + more)} {text.format(values)}; no name says "
            "so. Look up how they were made."
        )
    return sentences
