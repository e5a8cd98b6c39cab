"""Table 1: demographic and clinical characteristics of both groups, with their tests."""

import numpy as np
import pandas as pd

from restpain.cohort.group_tests import (
    compare_categories,
    compare_counts,
    compare_means,
    compare_ranks,
    skewness,
)
from restpain.cohort.participants import Comparison
from restpain.presentation.labels import PAPER_ROWS, column_label, level_label, row_label
from restpain.presentation.numbers import (
    EN_DASH,
    PLUS_MINUS,
    count_percent,
    mean_sd_range,
    median_quartiles,
)

# first and last score of each category of pain
PAIN_CATEGORIES = {"Mild pain": (1, 3), "Moderate pain": (4, 6), "Severe pain": (7, 10)}
MEAN_LEVEL = f"mean{PLUS_MINUS}SD (min{EN_DASH}max)"
MEDIAN_LEVEL = "median (IQR)"
COUNT_LEVEL = "n (%)"

COLUMNS = {
    "row": "Variable, with its unit",
    "level": "Statistic in the cells of the groups",
    "patients": "Patients, as printed in a paper",
    "controls": "Controls, as printed in a paper",
    "p": "Two-sided p of the test in the column test",
    "test": "Two-sample t-test with pooled variance, Mann-Whitney U test, chi-square without "
    "continuity correction, or Fisher's exact test where expected counts of more than two levels "
    "are small",
    "p_welch_or_fisher": (
        "Two-sided p without assuming equal variances (Welch), or Fisher's exact p of the counts"
    ),
    "smd": "Standardised mean difference, patients minus controls, in SD of both groups averaged",
    "missing": "Participants without a value; of the patients alone where controls have none",
    "statistic": "t, chi-square, or U of the patients, of the test",
    "df": "Degrees of freedom of the test",
    "patients_n": "Patients with a value",
    "controls_n": "Controls with a value",
    "patients_mean": "Mean of the patients, or their share (0 to 1) in rows of counts",
    "patients_sd": "Standard deviation of the patients (n - 1)",
    "patients_min": "Smallest value of the patients",
    "patients_max": "Largest value of the patients",
    "controls_mean": "Mean of the controls, or their share (0 to 1) in rows of counts",
    "controls_sd": "Standard deviation of the controls (n - 1)",
    "controls_min": "Smallest value of the controls",
    "controls_max": "Largest value of the controls",
    "patients_skewness": "Skewness of the patients (G1, adjusted for the size of the sample)",
    "controls_skewness": "Skewness of the controls (G1, adjusted for the size of the sample)",
}


def demographics(
    participants: pd.DataFrame,
    comparison: Comparison,
    *,
    columns: list[str],
    skewed: list[str] = (),
    described: dict | None = None,
    seed: int,
) -> pd.DataFrame:
    """Compare the groups in the columns of Table 1.

    Parameters
    ----------
    participants : DataFrame
        One row per analysed participant, with ``group``; a column that is absent gives no row.
    comparison : Comparison
        Labels of the groups.
    columns : list of str
        Columns to show, in their order.
    skewed : list of str
        Columns shown as median and quartiles and compared by ranks.
    described : dict
        Sidecar of the participants: LongName, Units and Levels of each column.
    seed : int
        See `compare_categories`.

    Returns
    -------
    DataFrame
        One row per line of Table 1, with the columns of ``COLUMNS``. A category of two levels is
        one row; of more, a row with the test and one without per level. A row about one group
        only has no p value.
    """
    of_patients = participants["group"] == comparison.patients
    of_controls = participants["group"] == comparison.controls
    rows = []
    for name in columns:
        if name not in participants:
            continue
        values = participants[name]
        groups = values[of_patients].dropna(), values[of_controls].dropna()
        missing = int(values[of_patients].isna().sum())
        if len(groups[1]):
            missing += int(values[of_controls].isna().sum())
        of_column = _rows(name, described or {}, *groups, skewed=name in skewed, seed=seed)
        rows += [row | {"missing": missing} for row in of_column]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(
    name: str,
    described: dict,
    patients: pd.Series,
    controls: pd.Series,
    *,
    skewed: bool,
    seed: int,
) -> list[dict]:
    label = row_label(name, described)
    pooled = pd.concat([patients, controls])
    if pooled.empty:
        return []
    numbers = pd.to_numeric(pooled, errors="coerce")
    if numbers.notna().all():
        groups = numbers.iloc[: len(patients)], numbers.iloc[len(patients) :]
        describe = _median_row if skewed else _mean_row
        rows = [describe(label, *(group.to_numpy(float) for group in groups))]
        if name == "nrs":
            rows += [
                _category_row(f"{pain} (NRS {low}{EN_DASH}{high})", groups, low, high)
                for pain, (low, high) in PAIN_CATEGORIES.items()
            ]
        return rows
    levels = sorted(pooled.astype(str).unique())
    groups = patients.astype(str), controls.astype(str)
    if {level.lower() for level in levels} <= {"yes", "no"}:
        yes = next((level for level in levels if level.lower() == "yes"), "yes")
        shown = level_label(yes, name, described)
        if shown != yes and name not in PAPER_ROWS:
            label = f"{column_label(name, described)}: {shown}"
        return [_level_row(label, *groups, level=yes)]
    if name == "sex" and set(levels) <= {"M", "F"}:
        return [_level_row(label, *groups, level="M", pair=True)]
    title = column_label(name, described)
    names = [level_label(level, name, described) for level in levels]
    if len(levels) == 2:
        return [_level_row(f"{title}: {names[0]}/{names[1]}", *groups, level=levels[0], pair=True)]
    test = {"row": title, "level": COUNT_LEVEL} | compare_categories(*groups, seed=seed)
    untested = dict.fromkeys(("p", "test", "p_welch_or_fisher", "statistic", "df"))
    rows = [
        _level_row(f"{title}: {shown}", *groups, level=level) | untested
        for level, shown in zip(levels, names, strict=True)
    ]
    sizes = {key: rows[0][key] for key in ("patients_n", "controls_n")}
    return [test | sizes, *rows]


def _median_row(label: str, patients: np.ndarray, controls: np.ndarray) -> dict:
    """Quartiles of each group, and the test of ranks in place of that of means."""
    row = _mean_row(label, patients, controls)
    tested = ("p", "test", "p_welch_or_fisher", "smd", "statistic", "df")
    row = {key: value for key, value in row.items() if key not in tested}
    row |= {"level": MEDIAN_LEVEL} | compare_ranks(patients, controls)
    for name, values in (("patients", patients), ("controls", controls)):
        if values.size:
            row[name] = median_quartiles(*np.percentile(values, [50, 25, 75]))
    return row


def _mean_row(label: str, patients: np.ndarray, controls: np.ndarray) -> dict:
    row = {"row": label, "level": MEAN_LEVEL} | compare_means(patients, controls)
    for name, values in (("patients", patients), ("controls", controls)):
        if values.size:
            sd = values.std(ddof=1) if values.size > 1 else np.nan
            moments = values.mean(), sd, values.min(), values.max()
            row[name] = mean_sd_range(*moments)
            keys = (f"{name}_{moment}" for moment in ("mean", "sd", "min", "max"))
            row |= dict(zip(keys, moments, strict=True))
        row[f"{name}_n"] = values.size
        row[f"{name}_skewness"] = skewness(values)
    return row


def _category_row(label: str, groups, low: int, high: int) -> dict:
    """Count the scores from ``low`` to below ``high`` + 1, so that 3.5 is counted with 3."""
    inside = [(group >= low) & (group < high + 1) for group in groups]
    return _count_row(label, inside[0].to_numpy(), inside[1].to_numpy(), COUNT_LEVEL)


def _level_row(
    label: str, patients: pd.Series, controls: pd.Series, *, level: str, pair: bool = False
) -> dict:
    inside = [(group == level).to_numpy() for group in (patients, controls)]
    row = _count_row(label, *inside, "n" if pair else COUNT_LEVEL)
    if pair:
        for name, group in zip(("patients", "controls"), inside, strict=True):
            if group.size:
                row[name] = f"{group.sum()}/{(~group).sum()}"
    return row


def _count_row(label: str, patients: np.ndarray, controls: np.ndarray, level: str) -> dict:
    row = {"row": label, "level": level} | compare_counts(patients, controls)
    for name, inside in (("patients", patients), ("controls", controls)):
        row[f"{name}_n"] = inside.size
        if inside.size:
            row[name] = count_percent(int(inside.sum()), inside.size)
            row[f"{name}_mean"] = inside.mean()
    return row
