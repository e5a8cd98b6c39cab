"""Resting-state series of the simulated participants.

A voxel's signal is its brightness, moved with the head and not yet in equilibrium in the first
volumes, times one plus small relative changes: fluctuations of 0.01-0.1 Hz, physiological
signals of the whole band, 1/f noise and a linear drift. Fluctuations are kept as spectra, so that
each slice is evaluated at the moment at which it was acquired, without interpolation.

The effects of the patients change the fluctuations of AAL regions only.
"""

from collections import Counter
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np
from scipy import fft, ndimage

from restpain.atlas import Atlas
from restpain.phantom import (
    CSF,
    GM,
    SCANNER_UNITS,
    T2_STAR_BRIGHTNESS,
    WM,
    Anatomy,
    coil_bias,
    grid_points,
    oblique_affine,
    rician,
    rotation,
    sampled,
    smooth_field,
    to_mni,
    to_scanner,
    translation,
)

# Networks of AAL regions, both hemispheres; each has a time course of its own in each participant.
NETWORKS = {
    "default": (
        "Cingulate_Post",
        "Precuneus",
        "Angular",
        "Frontal_Sup_Medial",
        "Frontal_Med_Orb",
    ),
    "visual": ("Calcarine", "Cuneus", "Lingual", "Occipital_Sup", "Occipital_Mid"),
    "ventral": ("Fusiform", "Occipital_Inf", "ParaHippocampal", "Hippocampus"),
    "motor": ("Precentral", "Postcentral", "Supp_Motor_Area", "Paracentral_Lobule"),
    "auditory": ("Heschl", "Temporal_Sup", "Rolandic_Oper"),
    "control": ("Frontal_Mid_2", "Parietal_Inf", "Parietal_Sup", "Frontal_Inf_Tri"),
    "salience": ("Insula", "Cingulate_Ant", "Cingulate_Mid", "SupraMarginal"),
    "temporal": ("Temporal_Mid", "Temporal_Inf", "Temporal_Pole_Mid"),
    "cerebellum": ("Cerebelum_Crus1", "Cerebelum_Crus2", "Cerebelum_6", "Cerebelum_8"),
}

BAND_HZ = (0.01, 0.1)  # of the fluctuations
EXTRA_VOLUMES = 16  # spectra span a longer time than the series, which so is not periodic
BRAIN_CENTRE_MM = np.array([0.0, -19.0, 5.0])
OVERSAMPLING = 3  # points along each edge of a voxel

# ASSUME: relative amplitude (SD) of the fluctuations in each tissue
FLUCTUATION = {GM: 0.025, WM: 0.004, CSF: 0.006}
# ASSUME: shares of the variance of the fluctuations that a voxel has in common with its network
# and with its surroundings; the rest is the voxel's alone. Outside networks the surroundings
# take the share of the network.
NETWORK_SHARE = 0.4
LOCAL_SHARE = 0.05
LOCAL_FWHM_MM = 14.0
LINKED = 0.95  # correlation of the signals of a region and its seed in controls
GREATEST_SHARE = 0.95
# Share of the voxels' own variance that smoothing by 6 mm leaves at voxels of about 4.6 mm.
OWN_VARIANCE_AFTER_SMOOTHING = 0.25

# ASSUME: differences between participants, as SD of logarithms, and their spatial scale
OVERALL_SD = 0.12
REGIONAL_SD = 0.06
REGIONAL_FWHM_MM = 30.0

# ASSUME: physiological signals (SD): pulsation in CSF, a signal of the white matter, one of all
PULSATION = {CSF: 0.02, WM: 0.001}
WHITE = {WM: 0.004}
GLOBAL = 0.002
SLOW_NOISE = 0.002  # SD of the 1/f noise of each voxel
THERMAL_NOISE = 0.004  # SD in each channel, where grey matter has 0.8
DRIFT = 0.01  # SD over voxels of the change from first to last volume

RELAXATION_S = {GM: 1.4, WM: 0.9, CSF: 4.0}  # T1 at 3 T
FLIP_ANGLE_DEG = 77.0


@dataclass(frozen=True)
class Voxels:
    """What the voxels of the series contain.

    Attributes
    ----------
    brightness : ndarray of shape (3 nx, 3 ny, 3 nz)
        Brightness of the head at rest averaged over a voxel, at points three times as dense.
    tissue : dict of int to ndarray of shape (nx, ny, nz)
        Share of each voxel that is GM, WM or CSF.
    regions : dict of str to ndarray of shape (nx, ny, nz)
        Share of each voxel's grey matter that is in each AAL region; zero where there is none.
    """

    brightness: np.ndarray
    tissue: dict[int, np.ndarray]
    regions: dict[str, np.ndarray]


def dense_affine(affine: np.ndarray) -> np.ndarray:
    """Affine of the dense grid whose points 1, 4, 7, ... are the centres of the voxels."""
    shrink = np.diag([1 / OVERSAMPLING] * 3 + [1.0])
    return affine @ shrink @ translation([-(OVERSAMPLING // 2)] * 3)


def voxel_contents(
    labels: np.ndarray,
    label_affine: np.ndarray,
    aal: Atlas,
    anatomy: Anatomy,
    *,
    shape,
    affine: np.ndarray,
) -> Voxels:
    """Brightness, tissues and AAL regions of the voxels of a grid in scanner space.

    Parameters
    ----------
    labels, label_affine
        Labels of the head in MNI space and their affine.
    aal : Atlas
        The regions, in MNI space.
    anatomy : Anatomy
        The participant as he lies in the scanner during the series.
    shape, affine
        Grid of the series.
    """
    dense_shape = tuple(OVERSAMPLING * size for size in shape)
    points = to_mni(anatomy, grid_points(dense_shape, dense_affine(affine)))
    dense = sampled(labels, label_affine, points, order=0).reshape(dense_shape)
    brightness = T2_STAR_BRIGHTNESS.astype(np.float32)[dense]
    voxel = np.arange(np.prod(shape)).reshape(shape)
    for axis in range(3):
        voxel = voxel.repeat(OVERSAMPLING, axis=axis)
    grey = dense == GM
    return Voxels(
        brightness=ndimage.uniform_filter(brightness, OVERSAMPLING, mode="nearest"),
        tissue={
            label: (_counts(voxel[dense == label], shape) / OVERSAMPLING**3).astype(np.float32)
            for label in (GM, WM, CSF)
        },
        regions=_region_shares(voxel[grey], aal, points[grey.ravel()], shape),
    )


def _counts(voxel_of_point: np.ndarray, shape) -> np.ndarray:
    """Count the listed points in each voxel."""
    return np.bincount(voxel_of_point, minlength=np.prod(shape)).reshape(shape)


def _region_shares(voxel_of_point, aal: Atlas, points, shape) -> dict[str, np.ndarray]:
    numbers = aal.at(points)
    total = np.maximum(_counts(voxel_of_point, shape), 1)
    order = np.argsort(numbers, kind="stable")
    present, first = np.unique(numbers[order], return_index=True)
    of_region = np.split(voxel_of_point[order], first[1:])
    return {
        aal.names[number]: (_counts(listed, shape) / total).astype(np.float32)
        for number, listed in zip(present.tolist(), of_region, strict=True)
        if number
    }


def band_frequencies(n_volumes: int, repetition_time: float) -> np.ndarray:
    """Frequencies in Hz of which the fluctuations of a series are made.

    Raises
    ------
    ValueError
        If the series is too short to hold one.
    """
    duration = (n_volumes + EXTRA_VOLUMES) * repetition_time
    harmonics = np.arange(np.ceil(BAND_HZ[0] * duration), np.floor(BAND_HZ[1] * duration) + 1)
    if not harmonics.size:
        raise ValueError(
            f"{n_volumes} volumes every {repetition_time:g} s hold no fluctuation between "
            f"{BAND_HZ[0]:g} and {BAND_HZ[1]:g} Hz"
        )
    return harmonics / duration


def spectral_weights(frequencies: np.ndarray) -> np.ndarray:
    """Amplitude of each frequency: 1/f power, variance 1 in total (see `evaluated`)."""
    weights = frequencies**-0.5
    return weights / np.linalg.norm(weights)


def evaluated(spectrum: np.ndarray, *, frequencies: np.ndarray, times: np.ndarray) -> np.ndarray:
    r"""Signals of ``(n, n_frequencies)`` complex spectra at times in seconds.

    :math:`x(t) = \mathrm{Re} \sum_k X_k \exp(2 \pi i f_k t)`. If the real and the imaginary
    parts of :math:`X_k` have variance :math:`w_k^2`, x has variance :math:`\sum w_k^2`.
    """
    phase = 2 * np.pi * frequencies[:, None] * times
    cosines, sines = np.cos(phase).astype(np.float32), np.sin(phase).astype(np.float32)
    return spectrum.real @ cosines - spectrum.imag @ sines


def fluctuation_spectra(
    voxels: Voxels,
    *,
    effects: list[dict],
    is_patient: bool,
    voxel_mm,
    frequencies: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Spectra of the relative fluctuations of all voxels, effects of the patients included.

    ``alff`` multiplies the amplitude of a region by ``1 + change``. ``reho`` multiplies the share
    of the variance that its voxels have in common by the same, and sets the amplitude so that
    what a smoothing by 6 mm leaves of it stays the same. ``fc`` gives region and seed one signal
    instead of those of their networks; its correlation between both is `LINKED` in controls and
    ``LINKED (1 + change)`` in patients. Controls differ from each other in the same way as
    patients do.

    Returns
    -------
    ndarray of shape (nx, ny, nz, n_frequencies)
        Complex spectra (see `evaluated`).
    """
    shape = voxels.tissue[GM].shape
    weights = spectral_weights(frequencies).astype(np.float32)
    maps = network_maps(voxels, effects=effects, is_patient=is_patient)
    # of fixed modulus, so that amplitudes differ between participants as set above and no more
    courses = {
        name: np.sqrt(2) * weights * np.exp(2j * np.pi * rng.uniform(size=len(weights)))
        for name in maps
    }
    change = {
        measure: sum(
            effect["change"] * region_share(voxels, effect["region"])
            for effect in effects
            if is_patient and effect["measure"] == measure
        )
        for measure in ("alff", "reho")
    }
    broad, local = (np.asarray(fwhm) / voxel_mm for fwhm in (REGIONAL_FWHM_MM, LOCAL_FWHM_MM))
    variation = [np.exp(REGIONAL_SD * smooth_field(shape, broad, rng)) for _ in range(2)]

    usual = (NETWORK_SHARE + LOCAL_SHARE) * variation[0]
    common = np.clip(usual * (1 + change["reho"]), 0, GREATEST_SHARE)
    amplitude = sum(FLUCTUATION[label] * share for label, share in voxels.tissue.items())
    amplitude = amplitude * np.exp(OVERALL_SD * rng.standard_normal()) * variation[1]
    amplitude *= np.sqrt(_variance_after_smoothing(usual) / _variance_after_smoothing(common))
    amplitude *= 1 + change["alff"]

    of_network = NETWORK_SHARE / (NETWORK_SHARE + LOCAL_SHARE)
    in_network = sum(map_**2 for map_ in maps.values())
    scale = {
        "network": np.sqrt(common * of_network),
        "local": np.sqrt(common * (1 - of_network * in_network)),
        "own": np.sqrt(1 - common),
    }
    spectra = np.empty((*shape, len(frequencies)), np.complex64)
    for k, weight in enumerate(weights):
        network = sum(map_ * courses[name][k] for name, map_ in maps.items())
        nearby = smooth_field(shape, local, rng) + 1j * smooth_field(shape, local, rng)
        alone = _complex_normal(shape, rng)
        spectra[..., k] = amplitude * (
            scale["network"] * network + weight * (scale["local"] * nearby + scale["own"] * alone)
        )
    return spectra


def network_maps(
    voxels: Voxels, *, effects: list[dict], is_patient: bool
) -> dict[str, np.ndarray]:
    """How much of each time course every voxel has; the squares sum to 1 at most.

    A region of an ``fc`` effect and its seed leave their networks: the seed has a time course of
    its own, the region that one and its network's.
    """
    maps = {
        network: sum(
            (share for name, share in voxels.regions.items() if _both_sides(name) in members),
            np.zeros_like(voxels.tissue[GM]),
        )
        for network, members in NETWORKS.items()
    }
    for effect in (effect for effect in effects if effect["measure"] == "fc"):
        region, seed = effect["region"], effect["seed"]
        linked = np.clip(LINKED * (1 + effect["change"] * is_patient), -1, 1)
        for name in (region, seed):
            for network, members in NETWORKS.items():
                if _both_sides(name) in members:
                    maps[network] = maps[network] - region_share(voxels, name)
        maps[f"seed {seed}"] = region_share(voxels, seed) + linked * region_share(voxels, region)
        maps[f"region {region}"] = np.sqrt(1 - linked**2) * region_share(voxels, region)
    return maps


def region_share(voxels: Voxels, region: str) -> np.ndarray:
    """Share of each voxel's grey matter that is in an AAL region.

    Raises
    ------
    ValueError
        If no voxel of the series is in the region.
    """
    if region not in voxels.regions:
        raise ValueError(f"the field of view of the simulated series has no voxel of {region}")
    return voxels.regions[region]


def _both_sides(name: str) -> str:
    return name[:-2] if name.endswith(("_L", "_R")) else name


def _variance_after_smoothing(common: np.ndarray) -> np.ndarray:
    return common + (1 - common) * OWN_VARIANCE_AFTER_SMOOTHING


def _complex_normal(shape, rng: np.random.Generator) -> np.ndarray:
    real = rng.standard_normal(shape, dtype=np.float32)
    return real + 1j * rng.standard_normal(shape, dtype=np.float32)


def check_effects(effects: list[dict], regions: set[str]) -> None:
    """Check the planted effects against the names of the AAL regions.

    Raises
    ------
    ValueError
        With one line per problem.
    """
    problems = []
    for number, effect in enumerate(effects, start=1):
        where = f"simulation.effects: effect {number}"
        region, seed = effect["region"], effect.get("seed")
        for name in dict.fromkeys([region, seed or region]):
            if name not in regions:
                close = ", ".join(get_close_matches(name, sorted(regions))) or "none similar"
                problems.append(f"{where} names {name}, which is no AAL region ({close})")
        if (effect["measure"] == "fc") != (seed is not None):
            problems.append(f"{where} needs a seed if its measure is fc and only then")
        if seed == region:
            problems.append(f"{where} has the same region and seed, {region}")
    places = Counter((effect["measure"], effect["region"]) for effect in effects)
    problems += [
        f"simulation.effects: {count} effects on {measure} in {region}, expected one"
        for (measure, region), count in places.items()
        if count > 1
    ]
    links = [(effect["region"], effect.get("seed")) for effect in effects]
    links = [(region, seed) for region, seed in links if seed not in (None, region)]
    problems += [
        f"simulation.effects: {name} is the region of one fc effect and the seed of another"
        for name in sorted({region for region, _ in links} & {seed for _, seed in links})
    ]
    if problems:
        raise ValueError("\n".join(problems))


def rest_grid(
    matrix, voxel_mm, anatomy: Anatomy, rng: np.random.Generator
) -> tuple[tuple[int, int, int], np.ndarray]:
    """Grid of axial slices over the brain, tilted with the head as an operator would plan it.

    Indices run as they are stored: columns to the left, rows to the back, slices upwards.
    """
    planned = np.linalg.qr(anatomy.pose[:3, :3])[0]
    planned = planned * np.sign(np.diag(planned))
    inaccuracy = rotation(np.deg2rad(2.5) * rng.uniform(-1, 1, size=3))[:3, :3]
    storage = np.diag([-1.0, -1.0, 1.0])
    centre_mm = to_scanner(anatomy, BRAIN_CENTRE_MM[None])[0] + rng.uniform(-2, 2, size=3)
    shape = tuple(matrix)
    axes = planned @ inaccuracy @ storage
    return shape, oblique_affine(shape, voxel_mm, axes=axes, centre_mm=centre_mm)


def moved_since(anatomy: Anatomy, rng: np.random.Generator) -> tuple[Anatomy, np.ndarray]:
    """Let the head settle between two series, by about a millimetre and half a degree.

    Returns
    -------
    anatomy : Anatomy
        The same participant in his new position.
    matrix : ndarray of shape (4, 4)
        From old to new positions in the scanner.
    """
    shift = np.concatenate([rng.normal(0, 0.6, size=3), rng.normal(0, np.deg2rad(0.4), size=3)])
    matrix = motion_matrix(shift, to_scanner(anatomy, BRAIN_CENTRE_MM[None])[0])
    return replace(anatomy, pose=matrix @ anatomy.pose), matrix


def head_motion(n_volumes: int, rng: np.random.Generator) -> np.ndarray:
    """Motion of the head: a slow drift, some jumps and a jitter, the first volume at rest.

    Returns
    -------
    ndarray of shape (n_volumes, 6)
        Translations along x, y, z in mm, then rotations about x, y, z in rad, of `motion_matrix`.
    """
    time = np.linspace(0, 1, n_volumes)
    motion = np.zeros((n_volumes, 6))
    for axis, unit in enumerate([1.0] * 3 + [1 / 80] * 3):  # 1 mm at 80 mm from the centre
        slope, bend = 0.25 * rng.standard_normal(2)
        motion[:, axis] = unit * (slope * time + bend * time * (time - 1))
        motion[:, axis] += unit * 0.012 * rng.standard_normal(n_volumes)
    for _ in range(rng.poisson(2)):
        onset = rng.integers(1, n_volumes)
        motion[onset:] += 0.12 * rng.standard_normal(6) * ([1.0] * 3 + [1 / 80] * 3)
    return motion - motion[0]


def motion_matrix(motion: np.ndarray, centre_mm: np.ndarray) -> np.ndarray:
    """Affine matrix that moves points of the resting head: about its centre, then along."""
    return translation(centre_mm + motion[:3]) @ rotation(motion[3:]) @ translation(-centre_mm)


def moved_brightness(
    brightness: np.ndarray,
    *,
    shape,
    affine: np.ndarray,
    motion: np.ndarray,
    centre_mm: np.ndarray,
) -> np.ndarray:
    """Brightness of each voxel in one volume, from that of the dense grid at rest."""
    resting = np.linalg.inv(motion_matrix(motion, centre_mm))
    steps = np.linalg.inv(dense_affine(affine)) @ resting @ affine
    return ndimage.affine_transform(
        brightness, steps[:3, :3], steps[:3, 3], output_shape=tuple(shape), order=1
    )


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
    spectrum = weights * _complex_normal((*shape, len(weights)), rng)
    return fft.irfft(spectrum, duration, axis=-1)[..., :n_volumes]


def relative_changes(
    voxels: Voxels,
    *,
    effects: list[dict],
    is_patient: bool,
    voxel_mm,
    n_volumes: int,
    repetition_time: float,
    slice_times: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """All relative changes of the signal of a resting head, ``(nx, ny, nz, n_volumes)``."""
    shape = voxels.tissue[GM].shape
    frequencies = band_frequencies(n_volumes, repetition_time)
    spectra = fluctuation_spectra(
        voxels,
        effects=effects,
        is_patient=is_patient,
        voxel_mm=np.asarray(voxel_mm),
        frequencies=frequencies,
        rng=rng,
    )
    start = repetition_time * np.arange(n_volumes)
    changes = SLOW_NOISE * slow_noise(shape, n_volumes, rng)
    changes *= sum(voxels.tissue.values())[..., None]
    for index, time in enumerate(slice_times):
        changes[:, :, index] += evaluated(
            spectra[:, :, index], frequencies=frequencies, times=start + time
        )
    for scales in (PULSATION, WHITE, dict.fromkeys(RELAXATION_S, GLOBAL)):
        share = sum(scale * voxels.tissue[label] for label, scale in scales.items())
        changes += share[..., None] * rng.standard_normal(n_volumes, dtype=np.float32)
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
    is_patient: bool,
    affine: np.ndarray,
    repetition_time: float,
    slice_times: np.ndarray,
    motion: np.ndarray,
    centre_mm: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Make the series as the scanner measures it.

    Relative changes stay with the voxel; only the brightness moves with the head, which is all
    that matters for motion far below the size of a voxel.

    Parameters
    ----------
    voxels : Voxels
        Contents of the voxels.
    effects : list of dict
        Effects of the patients (see `fluctuation_spectra`).
    is_patient : bool
        Whether they are applied.
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
        is_patient=is_patient,
        voxel_mm=np.linalg.norm(affine[:3, :3], axis=0),
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
    return SCANNER_UNITS * rician(series, sd=THERMAL_NOISE, rng=rng)
