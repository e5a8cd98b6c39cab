"""Linear models of maps: one row per participant, one column per voxel."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from restpain.presentation.numbers import counted

BLOCK, BLOCK_VALUES = 4096, 2**24  # voxels at a time, and values; bounds memory, changes no result
NO_VARIATION = 1e-20  # share of the sum of squares below which a residual is rounding
EXTRAPOLATION_P = 1e-16
EXTRAPOLATION_STEPS = np.arange(6) * 0.1


@dataclass(frozen=True)
class Fit:
    """A fitted model."""

    t: np.ndarray  # (n_voxels,), of the tested column; 0 where the residuals do not vary
    df: int  # participants minus columns
    betas: np.ndarray  # (n_columns, n_voxels)
    sse: np.ndarray  # (n_voxels,), sum of squared residuals


def fit_model(maps: np.ndarray, matrix: np.ndarray, *, column: int) -> Fit:
    r"""Ordinary least squares in every voxel and T of one column.

    Parameters
    ----------
    maps : ndarray of shape (n_participants, n_voxels)
        Values; computed in double precision, block by block.
    matrix : ndarray of shape (n_participants, n_columns)
        Design of full rank.
    column : int
        Column whose coefficient is tested.

    Raises
    ------
    ValueError
        If maps and design differ in their number of participants, or no degree of freedom is left.

    Notes
    -----
    :math:`T = \hat\beta_k / \sqrt{s^2 [(X'X)^{-1}]_{kk}}` with :math:`s^2 = SSE / (N - p)`.
    """
    n_participants, n_columns = matrix.shape
    if len(maps) != n_participants:
        raise ValueError(f"{len(maps)} maps do not match the {n_participants} rows of the design")
    df = n_participants - n_columns
    if df < 1:
        raise ValueError(
            f"{counted(n_participants, 'participant')} leave no degree of freedom for "
            f"{counted(n_columns, 'column')}"
        )
    n_voxels = maps.shape[1]
    inverse = np.linalg.pinv(matrix)
    unscaled_variance = (inverse @ inverse.T)[column, column]
    t, sse = np.zeros(n_voxels), np.zeros(n_voxels)
    betas = np.zeros((n_columns, n_voxels))
    step = voxels_at_a_time(n_participants)
    for start in range(0, n_voxels, step):
        block = slice(start, start + step)
        values = maps[:, block].astype(np.float64)
        coefficients = inverse @ values
        residuals = values - matrix @ coefficients
        errors = np.sum(residuals**2, axis=0)
        varies = errors > NO_VARIATION * np.sum(values**2, axis=0)
        scale = np.sqrt(errors / df * unscaled_variance)
        t[block] = np.divide(
            coefficients[column], scale, out=np.zeros(len(errors)), where=varies & (scale > 0)
        )
        betas[:, block] = coefficients
        sse[block] = np.where(varies, errors, 0.0)
    return Fit(t=t, df=df, betas=betas, sse=sse)


def voxels_at_a_time(n_participants: int) -> int:
    """Voxels of a block: fewer for thousands of participants, so that it keeps below 128 MB."""
    return max(1, min(BLOCK, BLOCK_VALUES // n_participants))


def residual_map(values: np.ndarray, row: np.ndarray, betas: np.ndarray) -> np.ndarray:
    """Residuals of one participant's map, from its row of the design; ``(n_voxels,)``."""
    return values.astype(np.float64) - row @ betas


def one_sample_t(maps: np.ndarray, *, base: float) -> np.ndarray:
    """One-sample t of maps ``(n_participants, n_voxels)`` against the mean ``base``.

    It has n_participants - 1 degrees of freedom, and is 0 where the maps do not vary.
    """
    fit = fit_model(maps, np.ones((len(maps), 1)), column=0)
    scale = np.sqrt(fit.sse / (fit.df * len(maps)))
    return np.divide(fit.betas[0] - base, scale, out=np.zeros(len(scale)), where=scale > 0)


def t_to_z(t: np.ndarray, df: int) -> np.ndarray:
    r"""Z with the same one-tailed probability as T.

    Beyond the T of probability 1e-16, :math:`t_1` with :math:`z_1`, Z grows with the logarithm,
    :math:`|z| = z_1 + \ln((|t| - t_1 + l) / l)`; :math:`1/l` is the slope of z on t over
    :math:`t_1, t_1 - 0.1, \dots, t_1 - 0.5`. DPABI's ``y_TFRtoZ`` does the same, so that its maps
    and ours agree to the end of the scale.
    """
    size = np.abs(np.asarray(t, dtype=np.float64))
    last = -special.stdtrit(df, EXTRAPOLATION_P)
    z = -special.ndtri(special.stdtr(df, -np.minimum(size, last)))
    nodes = last - EXTRAPOLATION_STEPS
    node_z = -special.ndtri(special.stdtr(df, -nodes))
    length = 1.0 / np.polyfit(nodes, node_z, 1)[0]
    beyond = size > last
    z[beyond] = node_z[0] + np.log((size[beyond] - last + length) / length)
    return np.sign(t) * z
