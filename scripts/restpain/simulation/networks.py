"""Fluctuations of the simulated brains: networks, local synchrony, and simulated effects.

Fluctuations are kept as spectra, so that each slice is evaluated at the moment at which it was
acquired, without interpolation. The effects of the patients change the fluctuations of AAL
regions, or of parts of them, only.
"""

from dataclasses import dataclass, field

import numpy as np

from restpain.simulation.head import CSF, GM, WM
from restpain.simulation.random_fields import complex_normal, smooth_field

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
EXPONENT = 0.83  # power falls as frequency to this power (He 2011, mean of 21 regions at rest)
EXTRA_VOLUMES = 16  # spectra span a longer time than the series, which so is not periodic

# Sources and figures behind these numbers: docs/simulation.md.
# Relative amplitude (SD) of the fluctuations in each tissue.
FLUCTUATION = {GM: 0.014, WM: 0.004, CSF: 0.006}
# Shares of the variance of a region's time course: of all grey matter, of its network, of the
# region and its other side, of the region alone. Outside networks the region takes the share.
SHARES = {"global": 0.30, "network": 0.28, "both sides": 0.20, "region": 0.22}
# Shares of the variance of the fluctuations that a voxel has in common with its region and with
# its surroundings; the rest is the voxel's alone. Outside regions the surroundings take both.
REGION_SHARE = 0.40
LOCAL_SHARE = 0.05
LOCAL_FWHM_MM = 14.0
LINKED = 0.95  # correlation of the time courses of a region and its seed in controls
GREATEST_SHARE = 0.95
REST = ", rest"  # of the name of a region: what is not in the part that is linked to a seed
# Share of the voxels' own variance that smoothing by 6 mm leaves at voxels of about 4.6 mm.
OWN_VARIANCE_AFTER_SMOOTHING = 0.25

# Differences between participants, as SD of logarithms, and their spatial scale.
OVERALL_SD = 0.12
REGIONAL_SD = 0.06
REGIONAL_FWHM_MM = 30.0


@dataclass(frozen=True)
class Voxels:
    """Contents of the voxels of the series.

    Attributes
    ----------
    brightness : ndarray of shape (3 nx, 3 ny, 3 nz)
        Brightness of the head at rest averaged over a voxel, at points three times as dense.
    tissue : dict of int to ndarray of shape (nx, ny, nz)
        Share of each voxel that is GM, WM or CSF.
    regions : dict of str to ndarray of shape (nx, ny, nz)
        Share of each voxel's grey matter that is in each AAL region; zero where there is none.
    parts : dict of str to ndarray of shape (nx, ny, nz)
        The same of the part of a region that has effects, for regions whose effects have a size.
    """

    brightness: np.ndarray
    tissue: dict[int, np.ndarray]
    regions: dict[str, np.ndarray]
    parts: dict[str, np.ndarray] = field(default_factory=dict)


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
    """Amplitude of each frequency: power falls as a power law, variance 1 in total."""
    weights = frequencies ** (-EXPONENT / 2)
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
    voxel_mm,
    frequencies: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Spectra of the relative fluctuations of all voxels, effects included.

    ``alff`` multiplies the amplitude of a region by ``1 + change``. ``reho`` multiplies the share
    of the variance that its voxels have in common by the same, and sets the amplitude so that
    what a smoothing by 6 mm leaves of it stays the same. ``fc`` sets the correlation of a region
    with its seed (see `mixing_matrix`). Controls have the same effects with changes of 0, and
    differ from each other in the same way as patients do.

    Returns
    -------
    ndarray of shape (nx, ny, nz, n_frequencies)
        Complex spectra (see `evaluated`).
    """
    shape = voxels.tissue[GM].shape
    weights = spectral_weights(frequencies).astype(np.float32)
    regions = _regions_of_courses(voxels, effects)
    names = sorted(regions)
    mixing = mixing_matrix(names, effects=effects)
    courses = mixing @ complex_normal((mixing.shape[1], len(weights)), rng)
    shares = np.stack([regions[name] for name in names], axis=-1)
    change = regional_changes(voxels, effects)
    broad, local = (np.asarray(fwhm) / voxel_mm for fwhm in (REGIONAL_FWHM_MM, LOCAL_FWHM_MM))
    variation = [np.exp(REGIONAL_SD * smooth_field(shape, broad, rng)) for _ in range(2)]

    usual = (REGION_SHARE + LOCAL_SHARE) * variation[0]
    common = np.clip(usual * (1 + change["reho"]), 0, GREATEST_SHARE)
    amplitude = sum(FLUCTUATION[label] * share for label, share in voxels.tissue.items())
    amplitude = amplitude * np.exp(OVERALL_SD * rng.standard_normal()) * variation[1]
    amplitude *= np.sqrt(_variance_after_smoothing(usual) / _variance_after_smoothing(common))
    amplitude *= np.maximum(1 + change["alff"], 0)

    region_part = REGION_SHARE / (REGION_SHARE + LOCAL_SHARE)
    # variance of the mixture of the courses in each voxel, 1 where it lies in one region
    in_region = np.einsum("...r,...r->...", shares @ (mixing @ mixing.T), shares)
    scale = {
        "region": np.sqrt(common * region_part),
        "local": np.sqrt(common * np.maximum(1 - region_part * in_region, 0)),
        "own": np.sqrt(1 - common),
    }
    spectra = np.empty((*shape, len(frequencies)), np.complex64)
    for k, weight in enumerate(weights):
        regional = shares @ courses[:, k]
        nearby = smooth_field(shape, local, rng) + 1j * smooth_field(shape, local, rng)
        alone = complex_normal(shape, rng)
        mixture = scale["region"] * regional + scale["local"] * nearby + scale["own"] * alone
        spectra[..., k] = amplitude * weight * mixture
    return spectra


def _regions_of_courses(voxels: Voxels, effects: list[dict]) -> dict[str, np.ndarray]:
    """Shares of the regions, those linked to a seed in a part only as two: part and rest."""
    regions = dict(voxels.regions)
    for effect in effects:
        region = effect["region"]
        if effect["measure"] == "fc" and region in voxels.parts:
            regions[region] = voxels.parts[region]
            regions[region + REST] = voxels.regions[region] - voxels.parts[region]
    return regions


def regional_changes(voxels: Voxels, effects: list[dict]) -> dict:
    """Change of amplitude (``alff``) and of common variance (``reho``) in each voxel."""
    return {
        measure: sum(
            effect["change"] * region_share(voxels, effect["region"])
            for effect in effects
            if effect["measure"] == measure
        )
        for measure in ("alff", "reho")
    }


def noise_scale(voxels: Voxels, effects: list[dict]) -> np.ndarray | float:
    """Factor by which effects change the noise that each voxel has alone.

    The noise follows the fluctuations, so that an effect has its size in the whole signal of the
    grey matter: it shrinks with the amplitude, and with the share of variance that is not common.
    """
    change = regional_changes(voxels, effects)
    usual = REGION_SHARE + LOCAL_SHARE
    common = np.clip(usual * (1 + change["reho"]), 0, GREATEST_SHARE)
    private = (1 - common) / (1 - usual)
    private *= _variance_after_smoothing(usual) / _variance_after_smoothing(common)
    return np.maximum(1 + change["alff"], 0) * np.sqrt(private)


def mixing_matrix(names: list[str], *, effects: list[dict]) -> np.ndarray:
    """Mixing matrix of independent sources in the time courses of the regions.

    Sources are one of all grey matter, one of each network, one of each region and its other
    side, and one of each region alone; squares of a row sum to 1, so that the product of the
    matrix and its transpose holds the correlations of the regions.

    The seed of an ``fc`` effect leaves its network, and the region of the effect leaves all but
    its own source and the seed: their correlation is ``LINKED (1 + change)``. The rest of a
    region of which only a part is linked is mixed as if there were no effect.

    Parameters
    ----------
    names : list of str
        AAL regions, and rests of them.
    effects : list of dict
        Effects with the changes of this participant.

    Returns
    -------
    ndarray of shape (n_regions, n_sources), float32
    """
    networks = list(NETWORKS)
    of = {member: number for number, members in enumerate(NETWORKS.values()) for member in members}
    sides = sorted({_both_sides(name) for name in names})
    n_shared = 1 + len(networks) + len(sides)
    alone = np.zeros((len(names), n_shared + len(names)), np.float32)
    alone[np.arange(len(names)), n_shared + np.arange(len(names))] = 1
    links = [effect for effect in effects if effect["measure"] == "fc"]
    seeds = {effect["seed"] for effect in links}
    mixing = np.zeros_like(alone)
    for row, name in enumerate(names):
        base = _both_sides(name)
        mixing[row, 0] = SHARES["global"]
        if base in of and name not in seeds:
            mixing[row, 1 + of[base]] = SHARES["network"]
        mixing[row, 1 + len(networks) + sides.index(base)] = SHARES["both sides"]
        mixing[row, n_shared + row] = 1 - mixing[row].sum()
    mixing = np.sqrt(mixing)
    for effect in links:
        region, seed = names.index(effect["region"]), names.index(effect["seed"])
        linked = np.clip(LINKED * (1 + effect["change"]), -1, 1)
        mixing[region] = linked * mixing[seed] + np.sqrt(1 - linked**2) * alone[region]
    return mixing


def region_share(voxels: Voxels, region: str) -> np.ndarray:
    """Share of each voxel's grey matter in which the effects in an AAL region act.

    Raises
    ------
    ValueError
        If no voxel of the series is in the region.
    """
    if region not in voxels.regions:
        raise ValueError(f"the field of view of the simulated series has no voxel of {region}")
    return voxels.parts.get(region, voxels.regions[region])


def _both_sides(name: str) -> str:
    name = name.removesuffix(REST)
    return name[:-2] if name.endswith(("_L", "_R")) else name


def _variance_after_smoothing(common: np.ndarray) -> np.ndarray:
    return common + (1 - common) * OWN_VARIANCE_AFTER_SMOOTHING
