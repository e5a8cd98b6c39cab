"""Linear models of maps: one row per participant, one column per voxel."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from restpain.group.missing import data_patterns
from restpain.presentation.numbers import counted

BLOCK, BLOCK_VALUES = 4096, 2**24  # voxels at a time, and values; bounds memory, changes no result
NO_VARIATION = 1e-20  # share of the sum of squares below which a residual is rounding
EXTRAPOLATION_P = 1e-16
EXTRAPOLATION_STEPS = np.arange(6) * 0.1


@dataclass(frozen=True)
class Fit:
    """A fitted model."""

    t: np.ndarray  # (n_voxels,), of the tested column; 0 where there is no test (`tested`)
    df: np.ndarray | int  # participants with data minus columns; (n_voxels,) where they differ
    betas: np.ndarray  # (n_columns, n_voxels)
    sse: np.ndarray  # (n_voxels,), sum of squared residuals
    n: np.ndarray  # (n_voxels,), participants with data; 0 where they do not allow the model

    @property
    def tested(self) -> np.ndarray:
        """Voxels with a test ``(n_voxels,)``: the model is estimable and its residuals vary."""
        return (self.n > 0) & (self.sse > 0)

    def of_voxels(self, inside: np.ndarray) -> "Fit":
        """Return the fit of some voxels, ``(n_voxels,)`` booleans."""
        if inside.all():
            return self
        df = self.df[inside] if np.ndim(self.df) else self.df
        parts = (part[..., inside] for part in (self.betas, self.sse, self.n))
        return Fit(self.t[inside], df, *parts)


def fit_model(maps: np.ndarray, matrix: np.ndarray, *, column: int) -> Fit:
    r"""Ordinary least squares in every voxel and T of one column.

    Parameters
    ----------
    maps : ndarray of shape (n_participants, n_voxels)
        Values; computed in double precision, block by block. NaN: no data. Each voxel has the
        model of the participants who have data there, with their degrees of freedom.
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
    n = np.full(n_voxels, n_participants)
    for rows, voxels in data_patterns(maps):
        part = _fit_of_some(maps[np.ix_(rows, voxels)], matrix[rows], column)
        t[voxels], sse[voxels], n[voxels], betas[:, voxels] = part.t, part.sse, part.n, part.betas
        if np.ndim(df) == 0:
            df = np.full(n_voxels, df)
        df[voxels] = part.df
    return Fit(t, df, betas, sse, n)


def _fit_of_some(maps: np.ndarray, matrix: np.ndarray, column: int) -> Fit:
    """Fit of participants who have all the data; of none (n = 0) if the model is not estimable."""
    n_participants, n_columns = matrix.shape
    if n_participants > n_columns == np.linalg.matrix_rank(matrix):
        return fit_model(maps, matrix, column=column)
    nothing = np.zeros(maps.shape[1])
    return Fit(nothing, 1, np.zeros((n_columns, len(nothing))), nothing, nothing)


def voxels_at_a_time(n_participants: int) -> int:
    """Voxels of a block: fewer for thousands of participants, so that it keeps below 128 MB."""
    return max(1, min(BLOCK, BLOCK_VALUES // n_participants))


def residual_map(values: np.ndarray, row: np.ndarray, betas: np.ndarray) -> np.ndarray:
    """Residuals of one participant's map, from its row of the design; ``(n_voxels,)``."""
    return values.astype(np.float64) - row @ betas


def fit_one_sample(maps: np.ndarray, *, base: float) -> Fit:
    """Fit of the mean of maps ``(n_participants, n_voxels)``, its T against the value ``base``.

    Of n participants with data (not NaN) it has n - 1 degrees of freedom; T is 0 where their
    values do not vary.
    """
    fit = fit_model(maps, np.ones((len(maps), 1)), column=0)
    scale = np.sqrt(fit.sse / (fit.df * np.maximum(fit.n, 1)))
    t = np.divide(fit.betas[0] - base, scale, out=np.zeros(len(scale)), where=scale > 0)
    return replace(fit, t=t)


def t_to_z(t: np.ndarray, df: np.ndarray | int) -> np.ndarray:
    r"""Z with the same one-tailed probability as T, of one number of degrees or one per voxel.

    Beyond the T of probability 1e-16, :math:`t_1` with :math:`z_1`, Z grows with the logarithm,
    :math:`|z| = z_1 + \ln((|t| - t_1 + l) / l)`; :math:`1/l` is the slope of z on t over
    :math:`t_1, t_1 - 0.1, \dots, t_1 - 0.5`. DPABI's ``y_TFRtoZ`` does the same, so that its maps
    and ours agree to the end of the scale.
    """
    if np.ndim(df):
        z = np.zeros(len(t))
        for degrees in np.unique(df):
            voxels = df == degrees
            z[voxels] = t_to_z(t[voxels], int(degrees))
        return z
    size = np.abs(np.asarray(t, dtype=np.float64))
    last = -special.stdtrit(df, EXTRAPOLATION_P)
    z = -special.ndtri(special.stdtr(df, -np.minimum(size, last)))
    nodes = last - EXTRAPOLATION_STEPS
    node_z = -special.ndtri(special.stdtr(df, -nodes))
    length = 1.0 / np.polyfit(nodes, node_z, 1)[0]
    beyond = size > last
    z[beyond] = node_z[0] + np.log((size[beyond] - last + length) / length)
    return np.sign(t) * z
