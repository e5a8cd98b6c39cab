"""Design of the group comparison: its columns and levels, and warnings about their balance."""

import numpy as np
import pandas as pd

from restpain.cohort.design import Design, covariate_matrix, numbers_of, two_sample_design
from restpain.cohort.group_tests import compare_categories, compare_means
from restpain.cohort.participants import Comparison
from restpain.presentation.labels import column_label
from restpain.presentation.numbers import counted, joined, number, p_clause

INFLATION = 2.0  # of the variance of the group effect: as if half of the participants were missing
EXPLAINED = 0.5  # of the variance of the group by one covariate
LEVEL = 0.05


def category_counts(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Participants of each group in each level of the covariates that are categories.

    Columns ``covariate``, ``level``, ``n_patients``, ``n_controls``; a site is such a category.
    """
    rows = []
    for name in comparison.covariates:
        if name not in table or numbers_of(table[name]) is not None:
            continue
        counts = pd.crosstab(table[name], table["group"])
        for level in counts.index:
            n = [int(counts.loc[level].get(label, 0)) for label in comparison.groups]
            rows.append((name, level, *n))
    return pd.DataFrame(rows, columns=["covariate", "level", "n_patients", "n_controls"])


def one_group_sentences(counts: pd.DataFrame) -> list[str]:
    """Name the levels of `category_counts` that only one group has, a sentence each.

    The model can be fitted, but such participants do not contribute to the group difference.
    """
    alone = counts[(counts["n_patients"] == 0) ^ (counts["n_controls"] == 0)]
    return [
        f"the covariate {row.covariate} is {row.level} for {counted(row.n_patients, 'patient')} "
        f"and {counted(row.n_controls, 'control')}; expected both groups; these participants add "
        "nothing to the group difference: merge the level with another or exclude them"
        for row in alone.itertuples()
    ]


def design_overview(design: Design) -> pd.DataFrame:
    """One row per column of a design: means of the groups and variance inflation.

    Variance inflation is 1 / (1 - R^2) of the column on all other columns; it is not defined for
    the intercept.
    """
    matrix, rows = design.matrix, []
    for index, name in enumerate(design.columns):
        values = matrix[:, index]
        others = np.delete(matrix, index, axis=1)
        inflation = np.nan if name == "intercept" else _variance_inflation(others, values)
        means = [values[group].mean() for group in (design.patients, design.controls)]
        rows.append((name, *means, inflation))
    columns = ["column", "mean_patients", "mean_controls", "variance_inflation"]
    return pd.DataFrame(rows, columns=columns)


def _variance_inflation(others: np.ndarray, values: np.ndarray) -> float:
    residual = values - others @ np.linalg.lstsq(others, values, rcond=None)[0]
    return np.sum((values - values.mean()) ** 2) / np.sum(residual**2)


def group_warnings(
    table: pd.DataFrame, comparison: Comparison, *, described: dict | None = None, seed: int
) -> list[str]:
    """Covariates in which the groups differ, and what that costs the comparison, in sentences.

    Parameters
    ----------
    table : pandas.DataFrame
        Participants whose design can be estimated, see `two_sample_design`, with mean_fd if it is
        a covariate.
    comparison : Comparison
        Labels of the groups and covariates.
    described : dict, optional
        Sidecar of the participants: LongName of each column.
    seed : int
        See `compare_categories`.
    """
    described = described or {}
    warnings, explaining = [], []
    design = two_sample_design(table, comparison)
    for name in comparison.covariates:
        label = column_label(name, described)
        columns, _ = covariate_matrix(table, [name])
        share = 1 - 1 / _variance_inflation(
            np.column_stack([np.ones(len(table)), columns]), design.matrix[:, 0]
        )
        if share >= EXPLAINED:
            explaining.append(f"{label} alone explains {100 * share:.0f} %")
        if sentence := _difference(table, comparison, name, label, seed=seed):
            warnings.append(sentence)
    overview = design_overview(design).set_index("column")["variance_inflation"]
    inflation = overview["group"]
    if inflation >= INFLATION:
        why = f" ({joined(explaining)} of the variance of the group)" if explaining else ""
        warnings.append(
            "the covariates inflate the variance of the group effect "
            f"{number(inflation, 1)} times, its standard error {number(np.sqrt(inflation), 1)} "
            f"times{why}: little of the group is left to be compared; match the groups, or drop "
            "the covariate and say so"
        )
    return warnings


def _difference(
    table: pd.DataFrame, comparison: Comparison, name: str, label: str, *, seed: int
) -> str | None:
    numbers = numbers_of(table[name])
    values = table[name].astype(str) if numbers is None else numbers
    groups = [values[table["group"] == group] for group in comparison.groups]
    if numbers is None:
        test = compare_categories(*groups, seed=seed)
        found, p = "", test.get("p_welch_or_fisher")
        name_of_test = "Fisher's exact test"
    else:
        test = compare_means(*(group.to_numpy() for group in groups))
        means = [number(group.mean(), 2) for group in groups]
        found = f": {means[0]} in patients and {means[1]} in controls on average"
        p, name_of_test = test.get("p_welch_or_fisher"), "Welch's t-test"
    if p is None or not p < LEVEL:
        return None
    return f"the groups differ in {label}{found} ({p_clause(p)}, {name_of_test})"
