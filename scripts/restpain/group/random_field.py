"""Gaussian random field (GRF) theory of the size of clusters."""

import numpy as np
from scipy import special, stats


def tail_thresholds(*, voxel_p: float, cluster_p: float, tails: int) -> tuple[float, float]:
    """Cluster-forming Z and level of the cluster p of one sign.

    Two tails halve both probabilities, one tail does not; each sign is tested for itself.
    """
    return float(stats.norm.isf(voxel_p / tails)), cluster_p / tails


def cluster_probability(
    n_voxels: np.ndarray | int, *, z_threshold: float, dlh: float, volume: int
) -> np.ndarray:
    r"""Probability of at least one cluster of ``n_voxels`` or more in a field, of one sign.

    Parameters
    ----------
    n_voxels : int or ndarray of int
        Sizes of clusters.
    z_threshold : float
        Cluster-forming Z.
    dlh : float
        Square root of the determinant of the covariance of the field's gradient, per voxel.
    volume : int
        Voxels searched; the probabilities are corrected for all of them.

    Notes
    -----
    With :math:`E_m = V (2\pi)^{-2} dLh (u^2 - 1) e^{-u^2/2}` expected clusters,
    :math:`E_N = V (1 - \Phi(u))` expected voxels and
    :math:`\beta = (\Gamma(5/2) E_m / E_N)^{2/3}`,
    :math:`P = 1 - \exp(-E_m e^{-\beta k^{2/3}})`. No correction for the surface of the volume is
    made, as in FSL and DPABI.

    References
    ----------
    Friston et al. (1994). Human Brain Mapping 1, 210-220. doi:10.1002/hbm.460010306
    """
    expected, decay = _field(z_threshold, dlh, volume)
    sizes = np.asarray(n_voxels, dtype=np.float64)
    return -np.expm1(-expected * np.exp(-decay * sizes ** (2 / 3)))


def cluster_size_threshold(*, alpha: float, z_threshold: float, dlh: float, volume: int) -> int:
    """Smallest cluster, in voxels, whose probability lies below ``alpha``; at least 1.

    The parameters are those of `cluster_probability`.
    """
    expected, decay = _field(z_threshold, dlh, volume)
    ratio = -np.log1p(-alpha) / expected
    if ratio >= 1:
        return 1
    size = max(1, int((-np.log(ratio) / decay) ** 1.5) - 1)  # closed form, off by rounding
    while cluster_probability(size, z_threshold=z_threshold, dlh=dlh, volume=volume) >= alpha:
        size += 1
    return size


def _field(z_threshold: float, dlh: float, volume: int) -> tuple[float, float]:
    """Return the expected number of clusters and the decay of their probability with size."""
    square = z_threshold**2
    if square <= 1:
        raise ValueError(
            f"a cluster-forming z of {z_threshold:.3f} is too low for GRF theory, which needs "
            "more than 1; choose a smaller voxel_p"
        )
    expected = volume * (2 * np.pi) ** -2 * dlh * (square - 1) * np.exp(-square / 2)
    voxels = volume * stats.norm.sf(z_threshold)
    return expected, (special.gamma(2.5) * expected / voxels) ** (2 / 3)
