"""Robustness analyses of Table 3: optimism, permuted groups, stability, learning curve."""

from itertools import combinations

import numpy as np
import pandas as pd

from restpain.classification.evaluation import exceedance_p, pair_order
from restpain.classification.fold_regions import dice
from restpain.intervals import wilson_interval
from restpain.presentation.numbers import counted, measure_name, shortest

COLUMNS = {
    "topic": "optimism, permuted groups, stability or learning curve",
    "quantity": "Name of the value",
    "value": "The value: AUC, difference of AUCs, share or Dice's overlap (0 to 1)",
    "low": "Lower end of the interval",
    "high": "Upper end of the interval",
    "interval": "Type of the interval",
    "n": "Participants, permutations, folds or pairs of folds behind the value",
    "p": "(b + 1) / (m + 1) of the permuted groups for the AUC with the true groups",
    "note": "Interpretation",
}
LEVEL = 0.95
SETS = {"test": "its test sets", "train_cv": "cross-validation"}
AUCS = {"test": "auc", "train_cv": "cv_auc"}
PERMUTED_ARMS = {"test": "A test", "train_cv": "A cross-validation"}
HEADLINE = "B nested"


def pooled_row(published: pd.DataFrame) -> pd.Series | None:
    """Row of the published protocol with all features; None without any feature.

    It is the last one: rows are ordered by measure, then all features, or a single feature.
    """
    return published.iloc[-1] if len(published) else None


def optimism(
    published: pd.DataFrame,
    nested: pd.DataFrame,
    labels: pd.Series,
    *,
    n_bootstrap: int,
    seed: int,
) -> tuple[float, float, float]:
    """AUC of the published protocol minus that of the leak-free arm, with its interval.

    Participants are drawn with replacement within the groups, with all their predictions in both
    arms, so that variation common to both arms cancels. Models are not refitted.

    Parameters
    ----------
    published : DataFrame
        repeat, participant_id, probability of the sets compared.
    nested : DataFrame
        repeat, participant_id, probability.
    labels : Series
        1 or 0, indexed by participant_id.
    n_bootstrap, seed : int

    Returns
    -------
    (float, float, float)
        Difference, lower and upper end of the 95 % percentile interval. A split without
        participants of both groups has no AUC and is omitted from the mean, also in a
        bootstrap sample.
    """
    order, truth = labels.index, labels.to_numpy()
    patients, controls = np.flatnonzero(truth == 1), np.flatnonzero(truth != 1)
    generator = np.random.default_rng(seed)
    drawn = np.zeros((n_bootstrap + 1, len(truth)))
    drawn[0] = 1  # all participants once: the value itself
    for group in (patients, controls):
        chosen = generator.choice(group, (n_bootstrap, len(group)))
        for row, members in enumerate(chosen, start=1):
            np.add.at(drawn[row], members, 1)

    def aucs(predictions: pd.DataFrame) -> np.ndarray:
        per_split = []
        for _, rows in predictions.groupby("repeat"):
            scores = rows.set_index("participant_id")["probability"].reindex(order).to_numpy()
            used = [group[np.isfinite(scores[group])] for group in (patients, controls)]
            pairs = pair_order(scores[used[0]], scores[used[1]])
            left, right = (drawn[:, group] for group in used)
            n_pairs = left.sum(axis=1) * right.sum(axis=1)
            right_order = np.einsum("bi,ij,bj->b", left, pairs, right, optimize=True)
            undefined = np.full(len(drawn), np.nan)
            per_split.append(np.divide(right_order, n_pairs, out=undefined, where=n_pairs > 0))
        values = np.array(per_split)
        defined = np.isfinite(values).sum(axis=0)
        return np.divide(
            np.nansum(values, axis=0), defined, out=np.full(len(drawn), np.nan), where=defined > 0
        )

    differences = aucs(published) - aucs(nested)
    kept = differences[1:][np.isfinite(differences[1:])]
    low, high = np.quantile(kept, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(differences[0]), float(low), float(high)


def optimism_rows(
    published: pd.DataFrame,
    published_predictions: pd.DataFrame,
    nested_predictions: pd.DataFrame,
    labels: pd.Series,
    *,
    n_bootstrap: int,
    seed: int,
) -> list[dict]:
    """Rows of the optimism; none without a region in the whole sample."""
    row = pooled_row(published)
    if row is None:
        return []
    mine = published_predictions[
        (published_predictions["measure"] == row["measure"])
        & (published_predictions["cluster_id"] == row["cluster_id"])
    ]
    nested = nested_predictions[nested_predictions["arm"] == HEADLINE]
    rows = []
    for kind, words in SETS.items():
        value, low, high = optimism(
            mine[mine["set"] == kind], nested, labels, n_bootstrap=n_bootstrap, seed=seed
        )
        rows.append(
            {
                "topic": "optimism",
                "quantity": f"AUC of A in {words} minus AUC of B",
                "value": value,
                "low": low,
                "high": high,
                "interval": "95 % bootstrap of participants",
                "n": len(labels),
                "note": "A with all features; above 0: bias by circularity",
            }
        )
    return rows


def permuted_rows(
    published: pd.DataFrame, nested: pd.DataFrame, permuted: pd.DataFrame
) -> list[dict]:
    """Rows of the AUCs of arms A and B with permuted groups, and the p of the true groups."""
    row = pooled_row(published)
    first = permuted[permuted["arm"] == PERMUTED_ARMS["test"]]
    n, with_region = len(first), int((first["n_found"] > 0).sum())
    low, high = wilson_interval(with_region, n)
    topic = {"topic": "permuted groups"}
    band = "2.5th and 97.5th percentile of the permutations"
    rows = [
        topic
        | {
            "quantity": "Share of permutations with a region in the whole sample",
            "value": with_region / n,
            "low": low,
            "high": high,
            "interval": "95 % Wilson",
            "n": n,
            "note": "Family-wise error of all local measures combined",
        }
    ]
    for kind, words in SETS.items():
        arm_rows = permuted[permuted["arm"] == PERMUTED_ARMS[kind]]
        found = arm_rows.loc[arm_rows["n_found"] > 0, "auc"].dropna()
        rows.append(
            topic
            | {
                "quantity": f"AUC of A in {words} where a region was found",
                **_band(found),
                "interval": band,
                "note": "A0: effect of selecting regions on all participants, under the null",
            }
        )
        observed = float("nan") if row is None else row[AUCS[kind]]
        rows.append(
            topic
            | {
                "quantity": f"AUC of A in {words}, 0.5 where none was found",
                **_band(arm_rows["auc"].dropna()),
                "interval": band,
                "p": exceedance_p(observed, arm_rows["auc"].dropna().to_numpy()),
                "note": "no AUC of A: no region in the whole sample"
                if row is None
                else "p of A: share of permuted groups that reach its AUC",
            }
        )
    mine = permuted[permuted["arm"] == HEADLINE]
    observed = nested.loc[nested["arm"] == HEADLINE, "auc_first_repeat"].iloc[0]
    rows.append(
        topic
        | {
            "quantity": "AUC of B",
            **_band(mine["auc"]),
            "interval": band,
            "p": exceedance_p(observed, mine["auc"].to_numpy()),
            "note": "Permutation band of the leak-free arm; p of its first repeat",
        }
    )
    return rows


def _band(values: pd.Series) -> dict:
    low = high = np.nan
    if values.nunique() > 1:  # one value, or the same in all permutations, has no percentiles
        low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"value": float(values.mean()), "low": low, "high": high, "n": len(values)}


def stability_rows(measure: str, folds: np.ndarray, whole: np.ndarray) -> list[dict]:
    """Rows of the overlap of regions of a measure between folds and with the whole sample.

    Parameters
    ----------
    measure : str
    folds : ndarray of bool, shape (n_folds, n_voxels)
        Voxels in any region of each outer fold.
    whole : ndarray of bool, shape (n_voxels,)
        Voxels in any region of the whole sample.
    """
    name = measure_name(measure)
    pairs = [dice(first, second) for first, second in combinations(folds, 2)]
    against = [dice(fold, whole) for fold in folds]
    empty = int(np.count_nonzero(~folds.any(axis=1)))
    topic = {"topic": "stability"}
    return [
        topic
        | {
            "quantity": f"Dice of the {name} regions {words}",
            **_range(values),
            "interval": "smallest and largest",
            "note": "1: the same voxels; 0: none in common, or a region in one only",
        }
        for words, values in (
            ("between two outer folds", pairs),
            ("of an outer fold and the whole sample", against),
        )
    ] + [
        topic
        | {
            "quantity": f"Share of outer folds without a region in {name}",
            "value": empty / len(folds),
            "n": len(folds),
            "note": "A fold without any feature classifies no participant",
        }
    ]


def _range(values: list[float]) -> dict:
    defined = [value for value in values if np.isfinite(value)]
    if not defined:
        return {"value": np.nan, "low": np.nan, "high": np.nan, "n": 0}
    return {
        "value": float(np.mean(defined)),
        "low": min(defined),
        "high": max(defined),
        "n": len(defined),
    }


def curve_rows(curve: pd.DataFrame) -> list[dict]:
    """Rows of the learning curve."""
    return [
        {
            "topic": "learning curve",
            "quantity": f"AUC with {shortest(round(row.n_training, 1))} training participants",
            "value": row.auc,
            "low": row.auc_low,
            "high": row.auc_high,
            "interval": "95 %, Newcombe",
            "n": row.n_training,
            "note": "Logistic regression, regions selected again; "
            f"{counted(row.folds_without_region, 'fold')} without a region",
        }
        for row in curve.itertuples()
    ]
