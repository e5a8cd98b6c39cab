"""Contribution of each choice: variance of T that it explains, and verdicts that it changes."""

import numpy as np


def explained_shares(values: np.ndarray, choices: np.ndarray) -> np.ndarray:
    r"""Share of the variance over universes that each key explains by its main effect.

    Parameters
    ----------
    values : ndarray of shape (n_universes, ...)
        Such as T, of one region or for each participant left out.
    choices : ndarray of int, shape (n_universes, n_keys)
        Number of the value of each key.

    Returns
    -------
    ndarray of shape (n_keys, ...)
        0 where nothing varies, NaN where a value is missing.

    Notes
    -----
    :math:`\eta^2 = (SSE_{-k} - SSE) / SST`, with :math:`SSE` of the model with the main effects
    of all keys and :math:`SSE_{-k}` of that without the key. Where all combinations are there,
    this is the sum of squares between the values of the key, and the shares and what interactions
    explain sum to 1.
    """
    values = np.asarray(values, float)
    flat = values.reshape(len(values), -1)
    dummies = [_dummies(column) for column in choices.T]
    everything = np.hstack([np.ones((len(flat), 1)), *dummies])
    total = ((flat - flat.mean(axis=0)) ** 2).sum(axis=0)
    rest = _residual_squares(everything, flat)
    shares = []
    for key in range(len(dummies)):
        others = [part for number, part in enumerate(dummies) if number != key]
        without = _residual_squares(np.hstack([np.ones((len(flat), 1)), *others]), flat)
        gain = np.maximum(without - rest, 0)
        nothing = np.where(np.isnan(total), np.nan, 0.0)
        shares.append(np.divide(gain, total, out=nothing, where=total > 1e-12))
    return np.array(shares).reshape(len(dummies), *values.shape[1:])


def changed_verdicts(verdicts: np.ndarray, choices: np.ndarray) -> list[tuple[int, int]]:
    """Count the pairs of universes that differ in one key only, and those with another verdict.

    Parameters
    ----------
    verdicts : ndarray of bool, shape (n_universes,)
    choices : ndarray of int, shape (n_universes, n_keys)

    Returns
    -------
    list of (int, int)
        For each key, pairs with different verdicts and all pairs.
    """
    counts = []
    for key in range(choices.shape[1]):
        others = np.delete(choices, key, axis=1)
        groups: dict[tuple, list[int]] = {}
        for number, rest in enumerate(map(tuple, others)):
            groups.setdefault(rest, []).append(number)
        pairs = different = 0
        for members in groups.values():
            positive = int(verdicts[members].sum())
            pairs += len(members) * (len(members) - 1) // 2
            different += positive * (len(members) - positive)
        counts.append((different, pairs))
    return counts


def jackknife_interval(
    values: np.ndarray, left_out: np.ndarray, *, z: float = 1.96
) -> tuple[np.ndarray, np.ndarray]:
    r"""Interval of statistics by the jackknife over participants.

    Parameters
    ----------
    values : ndarray of shape (...)
        Statistics of all participants.
    left_out : ndarray of shape (..., n_participants)
        The same without each participant.
    z : float
        Quantile of the normal distribution.

    Notes
    -----
    :math:`SE^2 = \frac{n - 1}{n} \sum_i (\theta_{(i)} - \bar\theta)^2`; Efron and Tibshirani
    (1993), An Introduction to the Bootstrap, chapter 11.
    """
    n = left_out.shape[-1]
    mean = left_out.mean(axis=-1, keepdims=True)
    error = np.sqrt((n - 1) / n * ((left_out - mean) ** 2).sum(axis=-1))
    return values - z * error, values + z * error


def _dummies(column: np.ndarray) -> np.ndarray:
    """Columns of 0 and 1 for all values but the first."""
    return (column[:, None] == np.unique(column)[None, 1:]).astype(float)


def _residual_squares(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    fitted = matrix @ np.linalg.lstsq(matrix, values, rcond=None)[0]
    return ((values - fitted) ** 2).sum(axis=0)
