"""Consistency of the printed numbers of four tables with each other, cell by cell."""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from restpain.atlas import Atlas
from restpain.presentation.numbers import is_missing
from restpain.published import arithmetic, coordinates, test_sets
from restpain.published.arithmetic import CONSISTENT, INCONSISTENT, UNCHECKED, Check
from restpain.published.printed import CountCell, MeanCell, count_cell, mean_cell, printed

COLUMNS = {
    "table": "Number of the table",
    "row": "Row of the table",
    "column": "Column of the table; x_mm, y_mm and z_mm are one cell, the peak",
    "published": "As printed",
    "recomputed": "Result of the arithmetic: a value, or the ends of the possible values",
    "verdict": (
        "consistent: some values within rounding agree; inconsistent: none do; "
        "cannot be checked: the printed numbers do not decide"
    ),
    "rule": "Rule of the check",
    "arithmetic": "The arithmetic in words",
}
RULES = {
    "mean_possible": "A mean of n whole numbers is a whole number divided by n",
    "sd_possible": "The squares of whole numbers add up to a whole number",
    "sd_in_range": "Mean, smallest and largest value bound the standard deviation",
    "percentage": "A percentage is its count divided by n",
    "counts": "The counts of all categories add up to n",
    "p_from_means": "p follows from means, standard deviations and n",
    "p_from_counts": "p follows from the counts",
    "label": "The region named is that of the atlas at the peak",
    "side": "The side is the sign of x",
    "brodmann": "The Brodmann area is that of the atlas at the peak",
    "in_brain": "The peak lies in the brain",
    "threshold": "|t| at a peak reaches the voxel threshold",
    "same_region": "The region is one of Table 2",
    "auc_of_point": "The operating point bounds the AUC",
    "mean_of_sets": "A mean over small test sets takes few values",
    "loo_and_test": "Leave-one-out and test sets estimate one AUC",
    "between": "Accuracy lies between sensitivity and specificity",
    "p_from_rho": "p follows from rho and n",
    "none": "No rule applies to the cell",
}
AXES = ("x_mm", "y_mm", "z_mm")


@dataclass(frozen=True)
class Study:
    """Facts that the tables omit; the keys of ``study.csv``."""

    n_patients: int
    n_controls: int
    whole_numbers: list[str]
    categories: list[str]
    voxel_p: float
    tails: int
    test_fraction: float
    n_splits: int
    reach_mm: float

    @property
    def n(self) -> tuple[int, int]:
        """Patients and controls."""
        return self.n_patients, self.n_controls


def study_of(table: pd.DataFrame) -> Study:
    """Read the table of ``study.csv``, text in columns ``key`` and ``value``.

    Raises
    ------
    ValueError
        If a key is missing or unknown, or a value is not of its kind.
    """
    values = dict(zip(table["key"], table["value"], strict=True))
    kinds = {field.name: field.type for field in fields(Study)}
    if set(values) != set(kinds):
        wrong = sorted(set(values) ^ set(kinds))
        raise ValueError(f"study.csv must have the keys {', '.join(kinds)}; see {wrong}")
    read = {}
    for key, kind in kinds.items():
        text = "" if is_missing(values[key]) else str(values[key])
        try:
            read[key] = (
                [part.strip() for part in text.split(";") if part.strip()]
                if kind == list[str]
                else kind(text)
            )
        except ValueError:
            raise ValueError(f"study.csv: {key} is {text!r}, not a number") from None
    if read["tails"] not in (1, 2):
        raise ValueError(f"study.csv: tails is {read['tails']}, not 1 or 2")
    return Study(**read)


def audit(
    tables: dict[str, pd.DataFrame],
    study: Study,
    *,
    brain: tuple[np.ndarray, np.ndarray],
    aal: Atlas,
    brodmann: Atlas,
) -> pd.DataFrame:
    """Check every cell of four published tables against the other cells.

    Parameters
    ----------
    tables : dict of DataFrame
        ``table1`` to ``table4``, all cells as text.
    study : Study
        Facts that the tables omit.
    brain : (ndarray, ndarray)
        Mask of the template's brain and its affine.
    aal, brodmann : Atlas
        Labels of regions and Brodmann areas.

    Returns
    -------
    DataFrame
        One row per check, with the columns of ``COLUMNS``, in the order of the tables; a cell to
        which no rule applies has one row, ``cannot be checked``.
    """
    rows = [
        *_demographics(tables["table1"], study),
        *_regions(tables["table2"], study, brain, aal, brodmann),
        *_classification(tables["table3"], study, tables["table2"]),
        *_correlation(tables["table4"], study, tables["table2"]),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def cell_verdicts(findings: pd.DataFrame) -> pd.DataFrame:
    """One verdict per cell: inconsistent if any check is, else consistent if any is."""
    rank = {INCONSISTENT: 0, CONSISTENT: 1, UNCHECKED: 2}
    ordered = findings.assign(rank=findings["verdict"].map(rank))
    ordered = ordered.sort_values("rank", kind="stable")
    cells = ordered.drop_duplicates(["table", "row", "column"]).sort_index()
    return cells.drop(columns="rank")


def counts_by_table(findings: pd.DataFrame) -> list[dict]:
    """Cells of each table by verdict."""
    cells = cell_verdicts(findings)
    return [
        {"table": table, "cells": len(of_table)}
        | {verdict: int((of_table["verdict"] == verdict).sum()) for verdict in _VERDICTS}
        for table, of_table in cells.groupby("table", sort=True)
    ]


_VERDICTS = (CONSISTENT, INCONSISTENT, UNCHECKED)


def region_row(row: pd.Series) -> str:
    """Name of a row of Tables 2 to 4."""
    return f"{row['measure']}, {row['region']}, {row['hemisphere']}"


# ---------------------------------------------------------------- tables


def _finding(table: int, row: str, column: str, text, rule: str, check: Check) -> dict:
    return {
        "table": table,
        "row": row,
        "column": column,
        "published": text,
        "recomputed": check.recomputed,
        "verdict": check.verdict,
        "rule": rule,
        "arithmetic": check.arithmetic,
    }


def _cell(table: int, row: str, column: str, text, checks: dict[str, Check], why: str):
    """Give the findings of one cell; ``why`` says why no rule applies where no check was made."""
    if is_missing(text) or text == "NA":
        return
    for rule, check in (checks or {"none": Check(UNCHECKED, "", why)}).items():
        yield _finding(table, row, column, text, rule, check)


def _demographics(table: pd.DataFrame, study: Study):
    groups = list(table.columns[2:4])
    divided = table[table["row"].isin(study.categories)]
    for _, row in table.iterrows():
        name = row["row"]
        cells = [mean_cell(row[group]) or count_cell(row[group]) for group in groups]
        for group, cell, n in zip(groups, cells, study.n, strict=True):
            checks = _group_checks(cell, n, whole=name in study.whole_numbers)
            if name in study.categories and group == groups[0]:
                counted = [count_cell(text) for text in divided[group]]
                if all(counted):
                    counts = [count.count for count in counted]
                    checks["counts"] = arithmetic.counts_add_up(counts, n=n)
            yield from _cell(1, name, group, row[group], checks, "the cell has no known form")
        yield from _cell(
            1,
            name,
            "p",
            row["p"],
            _p_checks(printed(row["p"]), cells, study.n),
            "p cannot be recomputed from what the groups' cells say",
        )


def _group_checks(cell: MeanCell | CountCell | None, n: int, *, whole: bool) -> dict[str, Check]:
    if isinstance(cell, MeanCell):
        checks = {"sd_in_range": arithmetic.sd_within_range(cell, n=n, whole=whole)}
        if whole:
            checks["mean_possible"] = arithmetic.mean_of_whole_numbers(cell.mean, n=n)
            checks["sd_possible"] = arithmetic.sd_of_whole_numbers(cell, n=n)
        return checks
    if isinstance(cell, CountCell):
        if cell.percent is not None:
            check = arithmetic.percent_of_count(cell.percent, count=cell.count, n=n)
            return {"percentage": check}
        return {"counts": arithmetic.counts_add_up([cell.count, cell.others], n=n)}
    return {}


def _p_checks(p, cells: list, n: tuple[int, int]) -> dict[str, Check]:
    if p is None:
        return {}
    if all(isinstance(cell, MeanCell) for cell in cells):
        return {"p_from_means": arithmetic.p_of_means(p, *cells, n=n)}
    if all(isinstance(cell, CountCell) for cell in cells):
        pairs = [
            (cell.count, size - cell.count if cell.others is None else cell.others)
            for cell, size in zip(cells, n, strict=True)
        ]
        return {"p_from_counts": arithmetic.p_of_counts(p, *pairs)}
    return {}


def _regions(table: pd.DataFrame, study: Study, brain, aal: Atlas, brodmann: Atlas):
    for _, row in table.iterrows():
        name = region_row(row)
        reach = {"reach_mm": study.reach_mm}
        peak = [printed(row[axis]) for axis in AXES]
        checks = {column: {} for column in ("region", "hemisphere", "brodmann_area", "peak")}
        if all(peak):
            peak_mm = tuple(float(value.value) for value in peak)
            area = row["brodmann_area"]
            checks["region"]["label"] = coordinates.label_at_peak(
                row["region"], peak_mm, aal, **reach
            )
            checks["hemisphere"]["side"] = coordinates.side_of_peak(row["hemisphere"], peak_mm[0])
            checks["brodmann_area"]["brodmann"] = coordinates.brodmann_at_peak(
                area, peak_mm, brodmann, **reach
            )
            checks["peak"]["in_brain"] = coordinates.peak_in_brain(peak_mm, *brain, **reach)
        for column in ("region", "hemisphere", "brodmann_area"):
            yield from _cell(2, name, column, row[column], checks[column], "no peak is printed")
        text = ", ".join(str(row[axis]) for axis in AXES)
        yield from _cell(2, name, "peak", text, checks["peak"], "no peak is printed")
        t, check = printed(row["t"]), {}
        if t is not None:
            check["threshold"] = arithmetic.t_beyond_threshold(
                t, voxel_p=study.voxel_p, tails=study.tails, df=sum(study.n) - 2
            )
        yield from _cell(2, name, "t", row["t"], check, "t is not a number")


def _classification(table: pd.DataFrame, study: Study, regions: pd.DataFrame):
    sizes = test_sets.sizes_of_test_set(sum(study.n), study.test_fraction)
    sets = {"sizes": sizes, "n_splits": study.n_splits}
    for _, row in table.iterrows():
        name = region_row(row)
        yield from _same_region(3, row, regions)
        auc, loo, sensitivity, specificity, accuracy = (
            printed(row[column])
            for column in (
                "auc",
                "loocv_auc",
                "sensitivity_percent",
                "specificity_percent",
                "accuracy_percent",
            )
        )
        checks = {column: {} for column in table.columns}
        if auc is not None:
            checks["auc"]["mean_of_sets"] = test_sets.mean_of_test_sets(
                auc, quantity="auc", scale=1, **sets
            )
            if sensitivity is not None and specificity is not None:
                checks["auc"]["auc_of_point"] = test_sets.auc_around_point(
                    auc, sensitivity, specificity
                )
            if loo is not None:
                checks["loocv_auc"]["loo_and_test"] = test_sets.leave_one_out_near_test(
                    loo, auc, n=study.n, **sets
                )
        for column, value in (
            ("sensitivity_percent", sensitivity),
            ("specificity_percent", specificity),
        ):
            if value is not None:
                checks[column]["mean_of_sets"] = test_sets.mean_of_test_sets(
                    value, quantity="share", scale=100, **sets
                )
        if accuracy is not None:
            checks["accuracy_percent"]["mean_of_sets"] = test_sets.mean_of_test_sets(
                accuracy, quantity="accuracy", scale=100, **sets
            )
            if sensitivity is not None and specificity is not None:
                checks["accuracy_percent"]["between"] = test_sets.accuracy_between(
                    accuracy, sensitivity, specificity
                )
        for column in table.columns[3:]:
            why = "nothing else in the tables depends on it"
            yield from _cell(3, name, column, row[column], checks[column], why)


def _correlation(table: pd.DataFrame, study: Study, regions: pd.DataFrame):
    for _, row in table.iterrows():
        name = region_row(row)
        yield from _same_region(4, row, regions)
        rho, p = printed(row["rho"]), printed(row["p"])
        why = "with ties, whose number is not printed, nearly every rho is possible"
        yield from _cell(4, name, "rho", row["rho"], {}, why)
        check = {}
        if rho is not None and p is not None:
            check["p_from_rho"] = arithmetic.p_of_rho(p, rho, n=study.n_patients)
        yield from _cell(4, name, "p", row["p"], check, "rho or p is not a number")


def _same_region(table: int, row: pd.Series, regions: pd.DataFrame):
    """Check that measure, region and side of a row are those of a row of Table 2."""

    def key(one: pd.Series) -> tuple:
        sides = (str(one[name]).lower() for name in ("measure", "hemisphere"))
        return (*sides, coordinates.region_key(one["region"]))

    known = key(row) in {key(other) for _, other in regions.iterrows()}
    words = "a row of Table 2 has this measure, region and side"
    if not known:
        words = "no row of Table 2 has this measure, region and side"
    check = Check(CONSISTENT if known else INCONSISTENT, "", words)
    yield from _cell(table, region_row(row), "region", row["region"], {"same_region": check}, "")
