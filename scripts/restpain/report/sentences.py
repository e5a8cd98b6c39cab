"""Sentences of the report: question, key findings, confidence and limitations.

Every function returns plain text, which the page escapes.
"""

import pandas as pd
from scipy import stats

from restpain.cohort.measures import CONNECTIVITY
from restpain.cohort.participants import Comparison
from restpain.group.error_rate import PUBLISHED_ERROR_RATE, PUBLISHED_THRESHOLDS
from restpain.presentation.labels import NO_REGION, OTHER_CORRECTION, correction_name
from restpain.presentation.numbers import (
    EN_DASH,
    counted,
    integer,
    interval,
    is_missing,
    joined,
    measure_name,
    number,
    p_clause,
    permutation_clause,
)

LONG_MEASURES = {
    "alff": "the amplitude of low-frequency fluctuations (ALFF)",
    "falff": "the fractional amplitude of low-frequency fluctuations (fALFF)",
    "reho": "regional homogeneity (ReHo)",
}


def nested_row(classification: pd.DataFrame) -> pd.Series | None:
    """Row of arm B (nested cross-validation) of Table 3, or None."""
    rows = classification[classification["arm"].astype(str).str.startswith("B")]
    return rows.iloc[0] if len(rows) else None


def score_sentence(correlation: pd.DataFrame, score: str | None) -> str:
    """Correlation of the features with the clinical score; ``score`` is its label."""
    if not score:
        return "No clinical score was given, so no correlation was computed."
    if correlation.empty:
        return f"There was no regional feature to correlate with {score}."
    hits = correlation[correlation["q_fdr"] < 0.05]
    if hits.empty:
        return (
            f"No feature correlated with {score} in patients at q < 0.05 "
            f"({counted(len(correlation), 'feature')}, smallest "
            f"{p_clause(correlation['p'].min())}, "
            f"smallest {p_clause(correlation['q_fdr'].min(), 'q')})."
        )
    names = [f"{row.cluster_id} (ρ = {number(row.rho, 2)})" for row in hits.itertuples()]
    return f"Correlated with {score} in patients at q < 0.05: {joined(names)}."


def classification_sentence(classification: pd.DataFrame) -> str:
    """Classification in a sentence, arm B (nested cross-validation) first."""
    nested = nested_row(classification)
    published = classification[classification["arm"] == "A"]
    text = "Arm B, nested cross-validation, was not run."
    if nested is not None and nested["region"] == NO_REGION:
        text = (
            "Arm B, nested cross-validation, found no significant region in any training set and "
            f"classified no participant: its AUC is {number(nested['auc'], 2)} by definition "
            f"(permutation {_permutation(nested)})."
        )
    elif nested is not None:
        text = (
            f"Arm B, nested cross-validation, classified patients and controls with an AUC of "
            f"{number(nested['auc'], 2)} "
            f"(95 % CI {interval(nested['auc_low'], nested['auc_high'], 2)}, "
            f"permutation {_permutation(nested)})."
        )
    aucs = published["auc"].dropna().astype(float)
    if len(aucs):
        low, high = number(aucs.min(), 2), number(aucs.max(), 2)
        gave = f"an AUC of {low}" if low == high else f"AUCs of {low} to {high}"
        text += (
            " Arm A, published protocol, whose regions were chosen on all participants, gave "
            f"{gave}."
        )
    elif published.empty:
        text += " Arm A, published protocol, had no significant region to classify with."
    return text


def _permutation(nested: pd.Series) -> str:
    return permutation_clause(nested["p_permutation"], nested.get("n_permutations"))


def certainty(
    regions: pd.DataFrame,
    classification: pd.DataFrame,
    corrections: dict[str, list[dict]],
    quality: pd.DataFrame,
    comparison: Comparison,
    *,
    inference: str,
) -> list[str]:
    """Confidence in the findings: other corrections, thresholds, optimism and motion.

    ``inference`` is what the clusters of ``regions`` survive, "grf" or "permutation".
    """
    sentences = []
    if len(regions):
        survives = regions["survives"].fillna("").astype(str)
        tested = regions["p_permutation"].notna().any()
        others = {"fdr": "voxelwise FDR at the peak"}
        other = OTHER_CORRECTION[inference]
        if tested:
            others = {other: correction_name(other)} | others
        counts = [
            f"{n} also {'survives' if n == 1 else 'survive'} {words}"
            for name, words in others.items()
            for n in [survives.str.contains(name).sum()]
        ]
        sentences.append(
            f"Of {counted(len(regions), 'cluster')} that survived {correction_name(inference)}, "
            f"{'; '.join(counts)}."
        )
    sizes = [
        (measure, volume["cluster_size_threshold"], volume.get("cluster_size_permutation"))
        for measure, volumes in corrections.items()
        for volume in volumes[:1]
    ]
    compared = [
        f"{measure_name(measure)} {integer(grf)} and {integer(permuted)}"
        for measure, grf, permuted in sizes
        if not is_missing(permuted) and not is_missing(grf)
    ]
    if compared:
        lenient = any(permuted > grf for _, grf, permuted in sizes if not is_missing(permuted))
        verdict = (
            "where permutation requires a larger cluster, GRF correction is liberal in these data"
            if lenient
            else "GRF correction is not liberal in these data"
        )
        sentences.append(
            "Smallest significant cluster by GRF correction and by permutation of the group "
            f"labels (voxels): {joined(compared)}; {verdict}."
        )
    nested = nested_row(classification)
    published = classification.loc[classification["arm"] == "A", "auc"].dropna().astype(float)
    if nested is not None and len(published):
        gap = published.max() - float(nested["auc"])
        if abs(gap) < 0.005:
            where = "equals"
        else:
            where = f"lies {number(abs(gap), 2)} {'above' if gap > 0 else 'below'}"
        sentences.append(
            f"The best AUC of arm A, published protocol, {where} that of arm B, nested "
            "cross-validation; an excess of arm A is optimism."
        )
    motion = quality["mean_fd_jenkinson_mm"].astype(float)
    groups = [motion[quality["group"] == label].dropna() for label in comparison.groups]
    if min(map(len, groups)) > 0:
        sentences.append(f"Motion (mean FD): {compared_groups(groups, 2, 'mm')}.")
    return sentences


def limits(
    flow: list[dict], classification: pd.DataFrame, settings: dict, n_test: float | None
) -> list[str]:
    """Limitations of the study."""
    n = [group["analysed"] for group in flow]
    sentences = [
        "Arm A, published protocol, chooses its regions on all participants and then classifies "
        "the same participants: its accuracy is circular and does not generalise to new "
        "participants. Arm B, nested cross-validation, is the one to quote.",
        f"With {counted(n[0], 'patient')} and {counted(n[1], 'control')} only large differences "
        "can be detected, and effect sizes of significant clusters are overestimated; a region "
        "that is not listed may differ, too.",
    ]
    if all(settings["group"][key] == value for key, value in PUBLISHED_THRESHOLDS.items()):
        low, median, high = (number(100 * rate, 1) for rate in PUBLISHED_ERROR_RATE)
        sentences.insert(
            1,
            "The family-wise error of GRF correction is not exactly 5 %: for two-group "
            f"comparisons at this threshold the empirical error was {median} % (median; "
            f"{low}{EN_DASH}{high} % over studies), and more with less smoothing.",
        )
    nested = nested_row(classification)
    if nested is not None and not is_missing(nested["auc_low"]):
        width = nested["auc_high"] - nested["auc_low"]
        sentences.append(
            f"The 95 % CI of the AUC of arm B is {number(width, 2)} wide: many true values "
            "are compatible with it."
        )
    if n_test is not None:
        sentences.append(
            f"A test set of arm A has {counted(round(n_test), 'participant')}; an AUC of so few "
            "takes only a handful of values."
        )
    sentences.append(
        "Patients differ from controls in more than the disorder, for instance in medication and "
        "mood; a group difference does not identify its cause."
    )
    if settings["cohort"]["source"] == "simulated":
        sentences.insert(
            0,
            "The participants are simulated. The numbers show that the workflow runs and which "
            "simulated effects it recovers; they say nothing about patients.",
        )
    return sentences


def question(measures: list[str], score: str | None) -> str:
    """Questions of the study; ``score`` is the label of the clinical score.

    ``measures`` are all that were compared, ``fc`` among them if there were series.
    """
    local = [name for name in measures if name != CONNECTIVITY]
    names = joined([LONG_MEASURES.get(name, measure_name(name)) for name in local])
    connected = (
        ", and in the functional connectivity of the regions that differ"
        if CONNECTIVITY in measures
        else ""
    )
    correlate = f"Do these features correlate with {score}? " if score else ""
    return (
        f"Do patients differ from controls in {names} at rest{connected}? {correlate}"
        "Can patients and controls be classified by these features?"
    )


def compared_groups(groups: list[pd.Series], digits: int, unit: str) -> str:
    """Means of patients and controls, and p of Welch's t-test, in words."""
    unit = f" {unit}" if unit else ""
    means = [number(group.mean(), digits) if len(group) else "n/a" for group in groups]
    text = f"patients {means[0]}, controls {means[1]}{unit}"
    if min(map(len, groups)) > 1 and groups[0].var() + groups[1].var() > 0:
        moments = [value for group in groups for value in (group.mean(), group.std(), len(group))]
        welch = stats.ttest_ind_from_stats(*moments, equal_var=False)
        text += f"; Welch {p_clause(welch.pvalue)}"
    return text
