"""Sizes of the training sets of the classification, and whether the group model fits them.

A fold tests as many participants of each group (and site) in every repeat and for every seed, so
that the smallest training set is known before anything is computed.
"""

import numpy as np
import pandas as pd

from restpain.cohort.participants import SMALLEST_GROUP, Comparison
from restpain.presentation.numbers import counted, joined

SHARES = (0.5, 0.75, 1.0)  # of each training set, for the learning curve


def training_sizes(strata: list[int], *, n_folds: int, share: float = 1.0) -> np.ndarray:
    """Participants of each stratum in the training set of each fold, ``(n_folds, n_strata)``.

    Parameters
    ----------
    strata : list of int
        Participants of each group, or of each group of each site, patients first: the folds
        take them in turn (`restpain.classification.folds.stratified_folds`).
    n_folds : int
    share : float
        Part of each training set that is used (`smaller_training_sets`).
    """
    fold = np.arange(sum(strata)) % n_folds
    stratum = np.repeat(np.arange(len(strata)), strata)
    tested = np.zeros((n_folds, len(strata)), dtype=int)
    np.add.at(tested, (fold, stratum), 1)
    left = np.array(strata) - tested
    return np.minimum(left, np.maximum(np.floor(share * left + 0.5), SMALLEST_GROUP)).astype(int)


def group_strata(
    table: pd.DataFrame, comparison: Comparison, *, harmonise: bool
) -> dict[str, list[int]]:
    """Participants of each stratum of patients and of controls, by the label of the group."""
    strata = {}
    for group in comparison.groups:
        members = table[table["group"] == group]
        sizes = members[comparison.site].value_counts().sort_index() if harmonise else None
        strata[group] = [len(members)] if sizes is None else sizes.tolist()
    return strata


def training_problems(
    table: pd.DataFrame,
    comparison: Comparison,
    *,
    n_columns: int,
    n_folds: int,
    harmonise: bool,
) -> list[str]:
    """Training sets of the folds that the group model cannot be fitted to, a sentence each.

    Parameters
    ----------
    table, comparison
        See `restpain.cohort.design.two_sample_design`.
    n_columns : int
        Columns of the design, those known only after preprocessing included.
    n_folds : int
        Outer folds.
    harmonise : bool
        Whether the folds are stratified by site, too.
    """
    if len(table) < n_folds:
        return [
            f"classification.n_folds is {n_folds}, but there are "
            f"{counted(len(table), 'participant')}; set it to {len(table)} or less"
        ]
    strata = group_strata(table, comparison, harmonise=harmonise)
    sizes = training_sizes(sum(strata.values(), []), n_folds=n_folds)
    first = len(strata[comparison.patients])
    groups = zip(comparison.groups, (sizes[:, :first], sizes[:, first:]), strict=True)
    problems = []
    for group, members in groups:
        smallest = members.sum(axis=1).min()
        if smallest < SMALLEST_GROUP:
            problems.append(
                f"the group {group} has {counted(sum(strata[group]), 'participant')}, of whom "
                f"the smallest training set of {n_folds} folds has {smallest}, but the group "
                f"model needs {SMALLEST_GROUP}; add participants"
                + " or raise classification.n_folds"
                * (sum(strata[group]) > SMALLEST_GROUP)
            )
    smallest = sizes.sum(axis=1).min()
    if smallest <= n_columns:
        problems.append(
            f"the smallest training set of {n_folds} folds has "
            f"{counted(int(smallest), 'participant')}, which leave no degree of freedom for the "
            f"{n_columns} columns of the design; drop covariates, or raise classification.n_folds"
        )
    return problems


def estimable_shares(
    table: pd.DataFrame, comparison: Comparison, *, n_columns: int, n_folds: int, harmonise: bool
) -> tuple[float, ...]:
    """Shares of the training sets that the group model can be fitted to in every fold."""
    strata = sum(group_strata(table, comparison, harmonise=harmonise).values(), [])
    smallest = {
        share: training_sizes(strata, n_folds=n_folds, share=share).sum(axis=1).min()
        for share in SHARES
    }
    return tuple(share for share in SHARES if smallest[share] > n_columns)


def training_warnings(
    table: pd.DataFrame,
    comparison: Comparison,
    levels: pd.DataFrame,
    *,
    n_columns: int,
    n_folds: int,
    harmonise: bool,
) -> list[str]:
    """Shares that are left out of the learning curve, and levels that a training set may lack.

    ``levels`` are those of `restpain.cohort.design_warnings.category_counts`; the other parameters
    are those of `training_problems`, which finds none.
    """
    settings = {"n_columns": n_columns, "n_folds": n_folds, "harmonise": harmonise}
    kept = estimable_shares(table, comparison, **settings)
    warnings = []
    if left_out := [f"{100 * share:g} %" for share in SHARES if share not in kept]:
        warnings.append(
            f"the learning curve leaves out {joined(left_out)} of the training sets, which leave "
            f"no degree of freedom for the {n_columns} columns of the design"
        )
    tested = -(-len(table) // n_folds)
    for row in levels.itertuples():
        if 1 < row.n_patients + row.n_controls <= tested:
            warnings.append(
                f"the covariate {row.covariate} is {row.level} for "
                f"{counted(row.n_patients + row.n_controls, 'participant')}, and a fold tests up "
                f"to {tested}: a training set without them is not adjusted for this level"
            )
    return warnings
