"""Section Classification: Table 3, its robustness analyses and Figure 4."""

import pandas as pd

from restpain.presentation.numbers import (
    arm_name,
    counted,
    integer,
    interval,
    is_missing,
    joined,
    number,
    permutation_p,
    region_name,
    shortest,
)
from restpain.presentation.pages import Section, embedded_figure, span

SHARES = ("sensitivity", "specificity", "accuracy")


def classification_section(
    classification: pd.DataFrame,
    robustness: pd.DataFrame,
    *,
    n_repeats: int,
    tested: tuple[int, int],
    cross_validation: str,
    curves: bytes,
    robustness_figure: bytes,
) -> Section:
    """Table 3, Table 3 robustness analyses, and both parts of Figure 4 (PNG).

    ``tested`` are the patients and controls of a test set of arm A, in each of ``n_repeats``;
    ``cross_validation`` is that of its training sets, in words.
    """
    published, arms = classification_rows(classification, n_tested=[n_repeats * n for n in tested])
    return Section(
        "classification",
        "Classification",
        "Classification",
        {
            "published": published,
            "arms": arms,
            "n_repeats": n_repeats,
            "cross_validation": cross_validation,
            "tested": joined([counted(tested[0], "patient"), counted(tested[1], "control")]),
            "figure_4": embedded_figure(curves),
            "robustness": robustness_rows(robustness),
            "figure_4_continued": embedded_figure(robustness_figure),
        },
    )


def classification_rows(
    table: pd.DataFrame, *, n_tested: list[int]
) -> tuple[list[dict], list[dict]]:
    """Cells of Table 3: rows of arm A (published protocol), and of arms B to D.

    ``n_tested`` are the predictions of patients and of controls in all test sets of arm A.
    """
    n_all = [*n_tested, sum(n_tested)]
    published, others = [], []
    for row in table.itertuples():
        cells = {
            "measure": row.measure,
            "auc": number(row.auc, 3),
            "sensitivity": number(row.sensitivity_percent, 1),
            "specificity": number(row.specificity_percent, 1),
            "accuracy": number(row.accuracy_percent, 1),
        }
        if row.arm == "A":
            pooled = row.cluster_id == "all"
            published.append(
                cells
                | {
                    "measure": "All" if row.measure == "all" else row.measure,
                    "region": "all features pooled" if pooled else region_name(row.region),
                    "hemisphere": "" if is_missing(row.hemisphere) else row.hemisphere,
                    "cv": number(row.cv_auc, 3),
                    "cutoff": number(row.cutoff, 3),
                    "sd": number(row.auc_sd, 2),
                    "feature": number(row.feature_auc, 2),
                    "feature_interval": ""
                    if is_missing(row.feature_auc)
                    else interval(row.feature_auc_low, row.feature_auc_high, 2),
                    "cluster_id": "" if pooled else row.cluster_id,
                    "counts": [
                        _count(row, name, n) for name, n in zip(SHARES, n_all, strict=True)
                    ],
                }
            )
        else:
            others.append(
                cells
                | {
                    "arm": arm_name(row.arm),
                    "features": "" if is_missing(row.region) else row.region,
                    "interval": interval(row.auc_low, row.auc_high, 2),
                    "p": permutation_p(row.p_permutation, row.n_permutations),
                    "sensitivity_interval": interval(row.sensitivity_low, row.sensitivity_high, 0),
                    "specificity_interval": interval(row.specificity_low, row.specificity_high, 0),
                    "brier": number(row.brier, 3),
                    "empty_folds": integer(row.folds_without_region),
                }
            )
    return span(published, "measure"), others


def _count(row, name: str, n: int) -> str:
    """Right predictions out of n: a share of few is no percentage."""
    share = getattr(row, f"{name}_percent")
    return "" if is_missing(share) else f"{round(share / 100 * n)}/{n}"


def robustness_rows(table: pd.DataFrame) -> list[dict]:
    """Cells of Table 3, robustness analyses."""
    rows = [
        {
            "topic": row.topic,
            "quantity": row.quantity,
            "value": number(row.value, 2),
            "interval": interval(row.low, row.high, 2),
            "kind": "" if is_missing(row.interval) else row.interval,
            "n": shortest(row.n),
            "p": "" if is_missing(row.p) else permutation_p(row.p, row.n),
            "note": "" if is_missing(row.note) else row.note,
        }
        for row in table.itertuples()
    ]
    return span(rows, "topic")
