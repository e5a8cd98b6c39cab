"""Published and recomputed tables, cell by cell, each with a verdict and its rule."""

from functools import partial

import numpy as np
import pandas as pd

from restpain.presentation.numbers import is_missing, number, p_value, region_name
from restpain.published.agreement import (
    auc_agrees,
    count_agrees,
    mean_agrees,
    rho_agrees,
    same_side,
    share_agrees,
)
from restpain.published.audit import Study, region_row
from restpain.published.coordinates import region_key
from restpain.published.printed import column_name, count_cell, mean_cell, printed
from restpain.published.test_sets import sizes_of_test_set

SAME, WITHIN, DIFFERENT = "the same", "within the rule", "different"
ABSENT, UNCOMPARED = "no counterpart", "not compared"
RECOVERY_MM = 9  # three voxels of the paper's size
VERDICTS = (SAME, WITHIN, DIFFERENT, ABSENT, UNCOMPARED)

COLUMNS = {
    "table": "Number of the table",
    "row": "Row of the published table",
    "column": "Column of the published table; x_mm, y_mm and z_mm are one cell, the peak",
    "published": "As printed",
    "recomputed": "Ours, written as the published cell is",
    "counterpart": "Our row: its name in Table 1, the cluster_id in Tables 2 to 4",
    "verdict": (
        "the same: ours, written with the published digits, is what is printed; within the "
        "rule; different: not within it; no counterpart: ours has no such row or cell; not "
        "compared"
    ),
    "rule": "When the verdict is within the rule",
}
RULES = {
    "mean": "Welch's t-test of the two groups' means, published and ours, has p of 0.05 or more",
    "count": "Fisher's exact test of the two counts, published and ours, has p of 0.05 or more",
    "p": "both lie on the same side of 0.05",
    "name": "the same region, side or area; spelling apart",
    "peak": f"the peaks lie within {RECOVERY_MM} mm",
    "t": "the same sign",
    "auc": "the difference is within 1.96 standard errors (Hanley and McNeil) of both AUCs",
    "share": "the difference is within 1.96 binomial standard errors of both shares",
    "rho": "the difference is within 1.96 standard errors of Fisher's z, 1.06 / (n - 3) each",
    "cutoff": "cutoffs on scales that are not printed cannot be compared",
    "row": (
        "our row is that of a cluster of the same measure, region and side, or, if there is none, "
        f"of the same measure with its peak within {RECOVERY_MM} mm"
    ),
}


def comparison(
    published: dict[str, pd.DataFrame],
    study: Study,
    ours: dict[str, pd.DataFrame],
    *,
    n_splits: int,
) -> pd.DataFrame:
    """Compare every cell of the published tables with the recomputed one.

    Parameters
    ----------
    published : dict of DataFrame
        ``table1`` to ``table4`` as printed, text.
    study : Study
        Facts that the published tables omit.
    ours : dict of DataFrame
        ``table1`` to ``table4`` of this run; any of them may have no row.
    n_splits : int
        Test sets that our Table 3 is the mean of.

    Returns
    -------
    DataFrame
        One row per published cell, in the order of the tables, with the columns of ``COLUMNS``.
    """
    clusters = {
        region_row(row): counterpart(row, ours["table2"])
        for _, row in published["table2"].iterrows()
    }
    rows = [
        *_demographics(published["table1"], ours["table1"], study),
        *_regions(published["table2"], ours["table2"], clusters),
        *_classification(published, ours["table3"], clusters, study, n_splits),
        *_correlation(published, ours["table4"], clusters, study),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def counterpart(row: pd.Series, clusters: pd.DataFrame) -> str | None:
    """Return our cluster of a published row, by ``RULES['row']``; None if there is none.

    Of several clusters that qualify, the one with the nearest peak is taken.
    """
    same = clusters[clusters["measure"].str.lower() == str(row["measure"]).lower()]
    if same.empty:
        return None
    named = [
        region_key(region) == region_key(row["region"]) and side == row["hemisphere"]
        for region, side in zip(same["region"], same["hemisphere"], strict=True)
    ]
    distances = _distances(row, same)
    if any(named):
        return same["cluster_id"].iloc[int(np.argmin(np.where(named, distances, np.inf)))]
    nearest = int(np.argmin(distances))
    return same["cluster_id"].iloc[nearest] if distances[nearest] <= RECOVERY_MM else None


def counts(table: pd.DataFrame) -> list[dict]:
    """Cells of each published table by verdict."""
    return [
        {"table": name, "cells": len(cells)}
        | {verdict: int((cells["verdict"] == verdict).sum()) for verdict in VERDICTS}
        for name, cells in table.groupby("table", sort=True)
    ]


# ---------------------------------------------------------------- tables


def _row(table, row, column, text, ours, found, rule, agrees) -> list[dict]:
    """Return one row of the comparison; none for a cell that is not printed."""
    if is_missing(text) or text == "NA":
        return []
    if rule == "cutoff":
        verdict = UNCOMPARED if found is not None else ABSENT
    elif found is None or ours is None or is_missing(ours):
        verdict = ABSENT
    elif _plain(ours) == _plain(text):
        verdict = SAME
    else:
        verdict = WITHIN if agrees else DIFFERENT
    cell = {"table": table, "row": row, "column": column, "published": text}
    shown = None if ours is None or is_missing(ours) else ours
    return [
        cell
        | {"recomputed": shown, "counterpart": found, "verdict": verdict}
        | {"rule": RULES["row"] if verdict == ABSENT and table > 1 else RULES[rule]}
    ]


def _plain(text) -> str:
    return str(text).replace("\N{MINUS SIGN}", "-").replace(" ", "").lower()


def _demographics(table: pd.DataFrame, ours: pd.DataFrame, study: Study):
    by_name = ours.set_index("row") if len(ours) else ours
    for _, row in table.iterrows():
        name = row["row"]
        our = by_name.loc[name] if len(ours) and name in by_name.index else None
        found = None if our is None else name
        for group, column, n in zip(
            ("patients", "controls"), table.columns[2:4], study.n, strict=True
        ):
            text = row[column]
            cell = None if our is None else our[group]
            agrees, rule = _group_agrees(text, n, our, group)
            yield from _row(1, name, column, text, cell, found, rule, agrees)
        yield from _p_row(1, name, row["p"], None if our is None else our["p"], found)


def _group_agrees(text: str, n: int, our: pd.Series | None, group: str) -> tuple[bool, str]:
    count = count_cell(text)
    if our is None or is_missing(our[f"{group}_mean"]):
        return False, "count" if count else "mean"
    mean, size = our[f"{group}_mean"], int(our[f"{group}_n"])
    if count:
        return count_agrees(count, n, round(mean * size), size), "count"
    printed_mean = mean_cell(text)
    if printed_mean is None:
        return False, "mean"
    return mean_agrees(printed_mean, n, mean, our[f"{group}_sd"], size), "mean"


def _p_row(table: int, name: str, text, ours, found):
    p = printed(text)
    if ours is None or is_missing(ours) or p is None:
        yield from _row(table, name, "p", text, None, found, "p", False)
        return
    digits = len(p.text.partition(".")[2])
    ours_text = p_value(ours) if p.low <= 0 and ours < 0.001 else number(ours, digits)
    if p.holds(ours, ours):
        ours_text = p.text
    yield from _row(table, name, "p", text, ours_text, found, "p", same_side(p, ours))


def _regions(table: pd.DataFrame, ours: pd.DataFrame, clusters: dict):
    by_id = ours.set_index("cluster_id")
    for _, row in table.iterrows():
        name = region_row(row)
        found = clusters[name]
        our = by_id.loc[found] if found else None
        yield from _names(2, row, our, found)
        area = None if our is None else our["brodmann_area"]
        yield from _row(2, name, "brodmann_area", row["brodmann_area"], area, found, "name", False)
        axes = ("x_mm", "y_mm", "z_mm")
        peak = None if our is None else ", ".join(number(our[axis], 0) for axis in axes)
        near = our is not None and _distances(row, ours[ours["cluster_id"] == found])[0]
        text = ", ".join(str(row[axis]) for axis in axes)
        agrees = our is not None and near <= RECOVERY_MM
        yield from _row(2, name, "peak", text, peak, found, "peak", agrees)
        yield from _value(
            2, name, "t", row["t"], our, found, "t", lambda a, b: np.sign(a) == np.sign(b)
        )


def _names(table: int, row: pd.Series, our: pd.Series | None, found):
    """Region and side of a row of Table 2."""
    name = region_row(row)
    region = None if our is None else region_name(our["region"])
    same = region is not None and region_key(region) == region_key(row["region"])
    yield from _row(table, name, "region", row["region"], region, found, "name", same)
    side = None if our is None else our["hemisphere"]
    yield from _row(table, name, "hemisphere", row["hemisphere"], side, found, "name", False)


def _value(table, name, column, text, our, found, rule, agree):
    """Compare one number; ``agree`` takes the published value and ours."""
    value = printed(text)
    ours = None if our is None or is_missing(our[column]) else float(our[column])
    if value is None or ours is None:
        yield from _row(table, name, column, text, None, found, rule, False)
        return
    digits = len(value.text.partition(".")[2])
    agrees = rule != "cutoff" and agree(float(value.value), ours)
    yield from _row(table, name, column, text, number(ours, digits), found, rule, agrees)


def _classification(published, ours: pd.DataFrame, clusters: dict, study: Study, n_splits: int):
    arm = ours[ours["arm"] == "A"] if len(ours) else ours
    arm = arm.rename(columns={"cv_auc": "loocv_auc"})
    size = max(sizes_of_test_set(sum(study.n), study.test_fraction))
    tested = study.n_splits * size
    share = study.n_patients / sum(study.n)
    for _, row in published["table3"].iterrows():
        name = region_row(row)
        found, our = _ours(row, published["table2"], clusters, arm)
        n_test = n_splits * our["n_test"] if our is not None else 0
        n_train = our["n_train"] if our is not None else 0
        sizes = {
            "auc": (tested, n_test),
            "loocv_auc": (sum(study.n) - size, n_train),
            "sensitivity_percent": (tested * share, n_test * share),
            "specificity_percent": (tested * (1 - share), n_test * (1 - share)),
            "accuracy_percent": (tested, n_test),
        }
        for column in table_columns(published["table3"]):
            rule = {"cutoff": "cutoff", "auc": "auc", "loocv_auc": "auc"}.get(column, "share")
            agree = partial(share_agrees, sizes=sizes.get(column))
            if rule == "auc":
                agree = partial(auc_agrees, sizes=sizes[column], share_patients=share)
            yield from _value(3, name, column, row[column], our, found, rule, agree)


def table_columns(table: pd.DataFrame) -> list[str]:
    """Columns of numbers of Tables 3 and 4."""
    return [name for name in table.columns if name not in ("measure", "region", "hemisphere")]


def _correlation(published, ours: pd.DataFrame, clusters: dict, study: Study):
    for _, row in published["table4"].iterrows():
        name = region_row(row)
        found, our = _ours(row, published["table2"], clusters, ours)
        n = int(our["n"]) if our is not None else 0
        yield from _value(
            4,
            name,
            "rho",
            row["rho"],
            our,
            found,
            "rho",
            lambda a, b, n=n: rho_agrees(a, study.n_patients, b, n),
        )
        yield from _p_row(4, name, row["p"], None if our is None else our["p"], found)


def _ours(row: pd.Series, regions: pd.DataFrame, clusters: dict, ours: pd.DataFrame):
    """Our cluster and row of a row of Table 3 or 4, through the row of Table 2 of its region."""
    for _, other in regions.iterrows():
        if all(
            region_key(row[name]) == region_key(other[name])
            for name in ("measure", "region", "hemisphere")
        ):
            found = clusters[region_row(other)]
            same = ours[ours["cluster_id"] == found] if found and len(ours) else ours.iloc[:0]
            return (found, same.iloc[0]) if len(same) else (None, None)
    return None, None


def _distances(row: pd.Series, clusters: pd.DataFrame) -> np.ndarray:
    """Distance in mm of the published peak to the peaks of clusters; infinite if not printed."""
    axes = ["x_mm", "y_mm", "z_mm"]
    peak = [printed(row[axis]) for axis in axes]
    if not all(peak):
        return np.full(len(clusters), 1e9)
    peak_mm = np.array([float(value.value) for value in peak])
    return np.sqrt(((clusters[axes].to_numpy(float) - peak_mm) ** 2).sum(axis=1))


def comparison_rows(table: pd.DataFrame) -> list[dict]:
    """Cells of the page as text, one group of rows per published table."""
    text = table.astype(object).where(table.notna(), "").astype(str)
    text["column"] = text["column"].map(column_name)
    return [
        {"table": name, "rows": rows.to_dict("records")}
        for name, rows in text.groupby("table", sort=True)
    ]
