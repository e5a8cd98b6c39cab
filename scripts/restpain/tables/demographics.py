"""Table 1: demographic and clinical characteristics of both groups, with their tests."""

import numpy as np
import pandas as pd
from scipy import stats

from restpain.cohort.participants import Comparison
from restpain.presentation.labels import column_label
from restpain.presentation.numbers import EN_DASH, PLUS_MINUS, count_percent, mean_sd_range

# column of participants.tsv and the row's name, in the order of the paper's Table 1
PAPER_ROWS = {
    "age": "Age (years)",
    "sex": "Male/Female",
    "education": "Education (years)",
    "phq9": "Depression Patient Health Questionnaire-9",
    "nrs": "Numeric Rating Scale",
    "cancer_days": "Duration of cancer (days)",
    "pain_days": "Duration of cancer pain (days)",
    "ome_mg": "Oral Morphine Equivalent daily dose (mg)",
    "breakthrough": "Breakthrough cancer pain",
}
# first and last score of each category of pain
PAIN_CATEGORIES = {"Mild pain": (1, 3), "Moderate pain": (4, 6), "Severe pain": (7, 10)}
MEAN_LEVEL = f"mean{PLUS_MINUS}SD (min{EN_DASH}max)"
COUNT_LEVEL = "n (%)"

COLUMNS = {
    "row": "Variable, with its unit",
    "level": "Statistic in the cells of the groups",
    "patients": "Patients, as printed in a paper",
    "controls": "Controls, as printed in a paper",
    "p": "Two-sided p of the test in the column test",
    "test": "Two-sample t-test with pooled variance, or chi-square without continuity correction",
    "p_welch_or_fisher": (
        "Two-sided p without assuming equal variances (Welch), or Fisher's exact p of the counts"
    ),
    "smd": "Standardised mean difference, patients minus controls, in SD of both groups averaged",
    "missing": "Participants without a value; of the patients alone where controls have none",
    "statistic": "t or chi-square of the test",
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
}


def demographics(
    participants: pd.DataFrame,
    comparison: Comparison,
    *,
    columns: list[str],
    described: dict | None = None,
) -> pd.DataFrame:
    """Compare the groups in age, sex and every clinical column of the table.

    Parameters
    ----------
    participants : DataFrame
        One row per analysed participant, with ``group``; a column that is absent gives no row.
    comparison : Comparison
        Labels of the groups.
    columns : list of str
        Columns to show after those of the paper (covariates, the clinical score).
    described : dict
        Sidecar of the participants: LongName and Units of each column.

    Returns
    -------
    DataFrame
        One row per line of Table 1, with the columns of ``COLUMNS``. A row about one group only
        has no p value.
    """
    names = [*PAPER_ROWS, *(name for name in columns if name not in PAPER_ROWS)]
    of_patients = participants["group"] == comparison.patients
    of_controls = participants["group"] == comparison.controls
    rows = []
    for name in names:
        if name not in participants:
            continue
        values = participants[name]
        groups = values[of_patients].dropna(), values[of_controls].dropna()
        missing = int(values[of_patients].isna().sum())
        if len(groups[1]):
            missing += int(values[of_controls].isna().sum())
        label = row_label(name, described or {})
        rows += [row | {"missing": missing} for row in _rows(name, label, *groups)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def row_label(name: str, described: dict) -> str:
    """Name of the row of a column: as the paper prints it, else its LongName and Units."""
    return PAPER_ROWS.get(name) or column_label(name, described, unit=True)


def _rows(name: str, label: str, patients: pd.Series, controls: pd.Series) -> list[dict]:
    pooled = pd.concat([patients, controls])
    if pooled.empty:
        return []
    numbers = pd.to_numeric(pooled, errors="coerce")
    if numbers.notna().all():
        groups = numbers.iloc[: len(patients)], numbers.iloc[len(patients) :]
        rows = [_mean_row(label, *(group.to_numpy(float) for group in groups))]
        if name == "nrs":
            rows += [
                _category_row(f"{pain} (NRS {low}{EN_DASH}{high})", groups, low, high)
                for pain, (low, high) in PAIN_CATEGORIES.items()
            ]
        return rows
    levels = sorted(pooled.astype(str).unique())
    if name == "sex" and set(levels) <= {"M", "F"}:
        return [_level_row(label, patients, controls, level="M", pair="F")]
    if set(levels) <= {"yes", "no"}:
        return [_level_row(label, patients, controls, level="yes")]
    return [_level_row(f"{label}: {level}", patients, controls, level=level) for level in levels]


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
    return row


def _category_row(label: str, groups, low: int, high: int) -> dict:
    """Count the scores from ``low`` to below ``high`` + 1, so that 3.5 is counted with 3."""
    inside = [(group >= low) & (group < high + 1) for group in groups]
    return _count_row(label, inside[0].to_numpy(), inside[1].to_numpy(), COUNT_LEVEL)


def _level_row(
    label: str, patients: pd.Series, controls: pd.Series, *, level: str, pair: str | None = None
) -> dict:
    inside = [(group.astype(str) == level).to_numpy() for group in (patients, controls)]
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


def compare_means(patients: np.ndarray, controls: np.ndarray) -> dict:
    """Two-sample t-test with pooled variance, Welch's t-test, and the mean difference in SD.

    The standardised difference divides by the root of the mean of both variances (Austin 2009,
    doi:10.1002/sim.3697). Groups of fewer than two, or without any variance, have no test.
    """
    if min(patients.size, controls.size) < 2:
        return {}
    spread = np.sqrt((patients.var(ddof=1) + controls.var(ddof=1)) / 2)
    if spread == 0:
        return {}
    moments = [f(x) for x in (patients, controls) for f in (np.mean, _sd, np.size)]
    pooled = stats.ttest_ind_from_stats(*moments)
    welch = stats.ttest_ind_from_stats(*moments, equal_var=False)
    return {
        "p": pooled.pvalue,
        "test": "two-sample t",
        "p_welch_or_fisher": welch.pvalue,
        "smd": (patients.mean() - controls.mean()) / spread,
        "statistic": pooled.statistic,
        "df": patients.size + controls.size - 2,
    }


def _sd(values: np.ndarray) -> float:
    return values.std(ddof=1)


def compare_counts(patients: np.ndarray, controls: np.ndarray) -> dict:
    """Chi-square without continuity correction, Fisher's exact test, and the difference in SD.

    Arguments are booleans, one per participant. The standardised difference of two shares a and b
    is (a - b) / sqrt((a (1 - a) + b (1 - b)) / 2). There is no test where none or all are
    counted.
    """
    counts = np.array([[x.sum(), (~x).sum()] for x in (patients, controls)])
    if (counts.sum(axis=0) == 0).any() or (counts.sum(axis=1) == 0).any():
        return {}
    chi_square = stats.chi2_contingency(counts, correction=False)
    share = counts[:, 0] / counts.sum(axis=1)
    spread = np.sqrt((share * (1 - share)).mean())
    return {
        "p": chi_square.pvalue,
        "test": "chi-square",
        "p_welch_or_fisher": stats.fisher_exact(counts).pvalue,
        "smd": (share[0] - share[1]) / spread if spread else np.nan,
        "statistic": chi_square.statistic,
        "df": chi_square.dof,
    }
