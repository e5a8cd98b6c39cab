"""Motion of the groups compared: a difference could imitate one of connectivity."""

import numpy as np
import pandas as pd
from scipy import stats

from restpain.cohort.participants import Comparison

GROUPS = ("patients", "controls")
MOTION_NUMBERS = {
    "mean_fd_jenkinson_mm": "mean FD (Jenkinson), mm",
    "n_flagged": "flagged volumes",
}
MOTION_COLUMNS = {
    "participants": "analysed: without those left out by quality control; all: with them.",
    "number": "What is compared, a column of quality.tsv.",
    "n_patients": "Patients whose number is known.",
    "n_controls": "Controls whose number is known.",
    "mean_patients": "Mean of the patients.",
    "sd_patients": "Standard deviation of the patients.",
    "mean_controls": "Mean of the controls.",
    "sd_controls": "Standard deviation of the controls.",
    "t": "Two-sample t, pooled variance, patients minus controls; n/a if nothing varies.",
    "p_t": "Its two-sided p.",
    "t_welch": "Welch's t, variances of the groups apart.",
    "p_welch": "Its two-sided p.",
    "u": "Mann-Whitney U of the patients.",
    "p_mann_whitney": "Its two-sided p; exact without ties in small groups, else asymptotic.",
    "median_patients": "Median of the patients.",
    "median_controls": "Median of the controls.",
}


def compared(patients: np.ndarray, controls: np.ndarray) -> dict:
    """Means, medians and three tests of one number in two groups; see ``MOTION_COLUMNS``.

    Parameters
    ----------
    patients, controls : ndarray of shape (n_patients,), (n_controls,)
        Values without missing ones. Tests are missing for fewer than 2 in a group, or if nothing
        varies.
    """
    row = {}
    for name, values in zip(GROUPS, (patients, controls), strict=True):
        row[f"n_{name}"] = len(values)
        row[f"mean_{name}"] = values.mean() if len(values) else np.nan
        row[f"median_{name}"] = np.median(values) if len(values) else np.nan
        row[f"sd_{name}"] = values.std(ddof=1) if len(values) > 1 else np.nan
    together = np.concatenate([patients, controls])
    if min(len(patients), len(controls)) < 2 or np.ptp(together) == 0:
        return row
    row["u"], row["p_mann_whitney"] = stats.mannwhitneyu(patients, controls)
    if max(np.ptp(patients), np.ptp(controls)) > 0:
        names = [f"{what}_{who}" for who in GROUPS for what in ("mean", "sd", "n")]
        summary = [row[name] for name in names]
        row["t"], row["p_t"] = stats.ttest_ind_from_stats(*summary)
        row["t_welch"], row["p_welch"] = stats.ttest_ind_from_stats(*summary, equal_var=False)
    return row


def motion_of_groups(quality: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Compare mean FD and flagged volumes, of the analysed and of all participants.

    Parameters
    ----------
    quality : DataFrame
        ``quality.tsv``.
    comparison : Comparison
        Labels of the groups.

    Returns
    -------
    DataFrame
        The columns of ``MOTION_COLUMNS``; the rows of all only if somebody is left out.
    """
    samples = {"analysed": quality[quality["exclude"].isna()], "all": quality}
    if len(samples["analysed"]) == len(quality):
        del samples["all"]
    rows = []
    for sample, table in samples.items():
        for name in MOTION_NUMBERS:
            values = pd.to_numeric(table[name])
            groups = [
                values[table["group"] == label].dropna().to_numpy(float)
                for label in comparison.groups
            ]
            rows.append({"participants": sample, "number": name} | compared(*groups))
    return pd.DataFrame(rows, columns=list(MOTION_COLUMNS))
