"""Fluctuations of the simulated brains: networks, local synchrony, and the planted effects.

Fluctuations are kept as spectra, so that each slice is evaluated at the moment at which it was
acquired, without interpolation. The effects of the patients change the fluctuations of AAL
regions only.
"""

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from restpain.phantom import CSF, GM, WM
from restpain.random_fields import complex_normal, smooth_field

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
        alone = complex_normal(shape, rng)
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
