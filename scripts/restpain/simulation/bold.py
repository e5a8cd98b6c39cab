"""Resting-state series of the simulated participants.

A voxel's signal is its brightness, moved with the head and not yet in equilibrium in the first
volumes, times one plus small relative changes: fluctuations of 0.01-0.1 Hz, physiological
signals of the whole band, 1/f noise and a linear drift.
"""

import numpy as np
from scipy import fft, ndimage

from restpain.atlas import Atlas
from restpain.preprocessing.template import voxel_sizes
from restpain.simulation.anatomy import Anatomy, to_mni
from restpain.simulation.effects import effect_balls, in_ball
from restpain.simulation.geometry import grid_points, nearest
from restpain.simulation.head import CSF, GM, WM
from restpain.simulation.motion import OVERSAMPLING, dense_affine, moved_brightness
from restpain.simulation.networks import (
    EXTRA_VOLUMES,
    REGIONAL_FWHM_MM,
    Voxels,
    band_frequencies,
    evaluated,
    fluctuation_spectra,
    noise_scale,
)
from restpain.simulation.physiology import add_oscillations
from restpain.simulation.random_fields import coil_bias, complex_normal, rician, smooth_field
from restpain.simulation.t1 import SCANNER_UNITS

# ASSUME: relative brightness of each label of the head in a T2*-weighted EPI at TE 30 ms with
# fat suppression
T2_STAR_BRIGHTNESS = np.array([0.0, 0.8, 0.62, 1.2, 0.03, 0.08, 0.12, 0.2, 0.5])
# Relative amplitudes (SD); sources: docs/simulation.md. One signal of the white matter and one of
# the CSF, one of all tissue; noise of each voxel, white and 1/f, in grey matter and elsewhere.
TISSUE_SIGNAL = {WM: 0.003, CSF: 0.006}
GLOBAL = 0.001
VOXEL_NOISE = {GM: 0.009, WM: 0.008, CSF: 0.012}
SLOW_NOISE = 0.003
# SD of the thermal noise of each channel at voxels of 100 mm3, where grey matter has 0.8;
# inverse to the volume of the voxels
THERMAL_NOISE = 0.002
THERMAL_VOXEL_MM3 = 100.0
DRIFT = 0.01  # SD over voxels of the change from first to last volume

RELAXATION_S = {GM: 1.4, WM: 0.9, CSF: 4.0}  # T1 at 3 T
EVERYWHERE = dict.fromkeys(RELAXATION_S, GLOBAL)
FLIP_ANGLE_DEG = 77.0
# Centre in MNI mm, radius in mm and greatest loss of signal: over the sphenoid and ethmoid
# sinuses, and over the ear canals.
DROPOUTS = (
    ((0.0, 36.0, -24.0), 13.0, 0.85),
    ((-50.0, -20.0, -32.0), 10.0, 0.6),
    ((50.0, -20.0, -32.0), 10.0, 0.6),
)


def voxel_contents(
    labels: np.ndarray,
    label_affine: np.ndarray,
    aal: Atlas,
    anatomy: Anatomy,
    *,
    shape,
    affine: np.ndarray,
    effects: list[dict],
    dropout: bool = False,
) -> Voxels:
    """Brightness, tissues and AAL regions of the voxels of a grid in scanner space.

    Parameters
    ----------
    labels, label_affine
        Labels of the head in MNI space and their affine.
    aal : Atlas
        The regions, in MNI space.
    anatomy : Anatomy
        The participant, positioned as during the series.
    shape, affine
        Grid of the series.
    effects : list of dict
        As configured; those with ``size_mm`` change a part of their region.
    dropout : bool
        If signal is lost near the air of sinuses and ear canals (see `signal_left`).

    Raises
    ------
    ValueError
        If no point of the series lies in the part of a region.
    """
    dense_shape = tuple(OVERSAMPLING * size for size in shape)
    points = to_mni(anatomy, grid_points(dense_shape, dense_affine(affine)))
    dense = nearest(labels, label_affine, points).reshape(dense_shape)
    brightness = T2_STAR_BRIGHTNESS.astype(np.float32)[dense]
    if dropout:
        brightness *= signal_left(points).reshape(dense_shape)
    voxel = np.arange(np.prod(shape)).reshape(shape)
    for axis in range(3):
        voxel = voxel.repeat(OVERSAMPLING, axis=axis)
    grey = dense == GM
    voxel_of_point, points = voxel[grey], points[grey.ravel()]
    numbers = aal.at(points)
    balls = effect_balls(effects, aal, labels, label_affine)
    in_parts = _numbers_in_parts(numbers, points, aal, balls)
    return Voxels(
        brightness=ndimage.uniform_filter(brightness, OVERSAMPLING, mode="nearest"),
        tissue={
            label: (_counts(voxel[dense == label], shape) / OVERSAMPLING**3).astype(np.float32)
            for label in (GM, WM, CSF)
        },
        regions=_region_shares(voxel_of_point, numbers, aal.names, shape),
        parts=_region_shares(voxel_of_point, in_parts, aal.names, shape),
    )


def signal_left(points: np.ndarray) -> np.ndarray:
    """Share of the signal that dephasing leaves at points in MNI millimetres, float32."""
    left = np.ones(len(points), np.float32)
    for centre, radius_mm, loss in DROPOUTS:
        distance = np.linalg.norm(points - np.asarray(centre, np.float32), axis=1)
        left *= 1 - loss * np.exp(-0.5 * (distance / radius_mm) ** 2)
    return left


def _counts(voxel_of_point: np.ndarray, shape) -> np.ndarray:
    """Count the listed points in each voxel."""
    return np.bincount(voxel_of_point, minlength=np.prod(shape)).reshape(shape)


def _numbers_in_parts(numbers: np.ndarray, points: np.ndarray, aal: Atlas, balls: dict):
    """Numbers of the regions of points, 0 outside the part of a region that has one."""
    kept = np.zeros_like(numbers)
    for number, name in aal.names.items():
        if name in balls:
            here = np.flatnonzero(numbers == number)
            here = here[in_ball(points[here], balls[name])]
            if not here.size:
                raise ValueError(
                    f"no point of the simulated series lies in {name} within {balls[name][1]:g} "
                    "mm of its centre; its effect needs a larger size_mm, or the series a larger "
                    "field of view"
                )
            kept[here] = number
    return kept


def _region_shares(voxel_of_point, numbers, names: dict, shape) -> dict[str, np.ndarray]:
    total = np.maximum(_counts(voxel_of_point, shape), 1)
    order = np.argsort(numbers, kind="stable")
    present, first = np.unique(numbers[order], return_index=True)
    of_region = np.split(voxel_of_point[order], first[1:])
    return {
        names[number]: (_counts(listed, shape) / total).astype(np.float32)
        for number, listed in zip(present.tolist(), of_region, strict=True)
        if number
    }


def saturation(n_volumes: int, *, relaxation_s: float, repetition_time: float) -> np.ndarray:
    """Signal of spoiled excitations from full magnetisation on, relative to the steady state."""
    flip = np.deg2rad(FLIP_ANGLE_DEG)
    decay = np.exp(-repetition_time / relaxation_s)
    steady = (1 - decay) / (1 - decay * np.cos(flip))
    return 1 + (1 / steady - 1) * (decay * np.cos(flip)) ** np.arange(n_volumes)


def slow_noise(shape, n_volumes: int, rng: np.random.Generator) -> np.ndarray:
    """Noise with power 1/f and SD 1 along the last axis, independent in each voxel."""
    duration = n_volumes + EXTRA_VOLUMES
    frequencies = np.fft.rfftfreq(duration)
    weights = np.zeros(len(frequencies), np.float32)
    weights[1:] = frequencies[1:] ** -0.5
    weights *= duration / 2 / np.linalg.norm(weights)
    spectrum = weights * complex_normal((*shape, len(weights)), rng)
    return fft.irfft(spectrum, duration, axis=-1)[..., :n_volumes]


def relative_changes(
    voxels: Voxels,
    *,
    effects: list[dict],
    voxel_mm,
    n_volumes: int,
    repetition_time: float,
    slice_times: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """All relative changes of the signal of a resting head, ``(nx, ny, nz, n_volumes)``."""
    shape = voxels.tissue[GM].shape
    frequencies = band_frequencies(n_volumes, repetition_time)
    voxel_mm = np.asarray(voxel_mm)
    spectra = fluctuation_spectra(
        voxels, effects=effects, voxel_mm=voxel_mm, frequencies=frequencies, rng=rng
    )
    times = repetition_time * np.arange(n_volumes) + np.asarray(slice_times)[:, None]
    changes = SLOW_NOISE * slow_noise(shape, n_volumes, rng)
    scale = noise_scale(voxels, effects)
    changes *= (scale * sum(voxels.tissue.values()))[..., None]
    for index in range(shape[2]):
        changes[:, :, index] += evaluated(
            spectra[:, :, index], frequencies=frequencies, times=times[index]
        )
    del spectra
    add_oscillations(changes, voxels.tissue, times=times, voxel_mm=voxel_mm, rng=rng)
    own = sum(np.float32(size) * voxels.tissue[label] for label, size in VOXEL_NOISE.items())
    own = (scale * own).astype(np.float32)
    for volume in range(n_volumes):
        changes[..., volume] += own * rng.standard_normal(shape, dtype=np.float32)
    for scales in (*({label: size} for label, size in TISSUE_SIGNAL.items()), EVERYWHERE):
        share = sum(np.float32(scale) * voxels.tissue[label] for label, scale in scales.items())
        changes += share[..., None] * slow_noise((), n_volumes, rng)
    slope = DRIFT * smooth_field(shape, REGIONAL_FWHM_MM / np.asarray(voxel_mm), rng)
    changes += slope[..., None] * np.linspace(-0.5, 0.5, n_volumes, dtype=np.float32)
    for label, relaxation_s in RELAXATION_S.items():
        excess = saturation(n_volumes, relaxation_s=relaxation_s, repetition_time=repetition_time)
        changes += voxels.tissue[label][..., None] * (excess - 1).astype(np.float32)
    return changes


def rest_series(
    voxels: Voxels,
    *,
    effects: list[dict],
    affine: np.ndarray,
    repetition_time: float,
    slice_times: np.ndarray,
    motion: np.ndarray,
    centre_mm: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Magnitude images of a rest series as the scanner measures them.

    Relative changes stay with the voxel; only the brightness moves with the head, which is all
    that matters for motion far below the size of a voxel.

    Parameters
    ----------
    voxels : Voxels
        Contents of the voxels.
    effects : list of dict
        Effects with the changes of this participant (see `participant_effects`).
    affine : ndarray of shape (4, 4)
        Affine of the series.
    repetition_time : float
        Seconds between two volumes.
    slice_times : ndarray of shape (nz,)
        Seconds from the start of a volume to the acquisition of each slice.
    motion : ndarray of shape (n_volumes, 6)
        As made by `head_motion`.
    centre_mm : ndarray of shape (3,)
        Centre of the rotations in scanner space.
    rng : numpy.random.Generator
        Source of everything random.

    Returns
    -------
    ndarray of shape (nx, ny, nz, n_volumes)
        Magnitudes, grey matter about 800.
    """
    shape = voxels.tissue[GM].shape
    series = relative_changes(
        voxels,
        effects=effects,
        voxel_mm=voxel_sizes(affine),
        n_volumes=len(motion),
        repetition_time=repetition_time,
        slice_times=slice_times,
        rng=rng,
    )
    series += 1
    for volume, parameters in enumerate(motion):
        series[..., volume] *= moved_brightness(
            voxels.brightness, shape=shape, affine=affine, motion=parameters, centre_mm=centre_mm
        )
    series *= coil_bias(shape, affine, sd=0.1, rng=rng)[..., None]
    voxel_mm3 = abs(np.linalg.det(affine[:3, :3]))
    thermal = THERMAL_NOISE * THERMAL_VOXEL_MM3 / voxel_mm3
    return SCANNER_UNITS * rician(series, sd=thermal, rng=rng)
