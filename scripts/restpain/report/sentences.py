"""The sentences of the page: what was asked and found, and how sure it is.

Every function takes numbers and settings and gives plain text, which the page escapes.
"""

from collections import Counter

import pandas as pd
from scipy import stats

from restpain.cohort.participants import Comparison
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
    region_name,
)

LONG_MEASURES = {
    "alff": "the amplitude of slow fluctuations (ALFF)",
    "falff": "their share of the whole amplitude (fALFF)",
    "reho": "local synchrony (ReHo)",
}


def direction(t: float) -> str:
    """Say on which side the patients lie."""
    return "higher" if t > 0 else "lower"


def findings(regions: pd.DataFrame, measures: list[str]) -> list[str]:
    """Say for each measure where patients are higher and lower, or that nothing survived."""
    sentences = []
    for measure in [*measures, "fc"]:
        name = "Functional connectivity" if measure == "fc" else measure_name(measure)
        rows = regions[regions["measure"] == measure_name(measure)]
        if rows.empty:
            sentences.append(f"{name}: no cluster survived the correction.")
            continue
        parts = []
        for sign in ("lower", "higher"):
            some = rows[[direction(t) == sign for t in rows["t"]]]
            if len(some):
                places = Counter(_place(row, measure) for row in some.itertuples())
                named = [
                    place if count == 1 else f"{place} ({count} clusters)"
                    for place, count in places.items()
                ]
                parts.append(f"{sign} in patients in the {joined(named)}")
        sentences.append(f"{name}: {counted(len(rows), 'cluster')}; {'; '.join(parts)}.")
    return sentences


def _place(row, measure: str) -> str:
    side = "" if row.hemisphere == "midline" else f"{row.hemisphere} "
    name = region_name(row.region)
    name = name if name[:2].isupper() or name.startswith("Heschl") else name[0].lower() + name[1:]
    seed = f" (seed {row.seed})" if measure == "fc" and not is_missing(row.seed) else ""
    return f"{side}{name}{seed}"


def leak_free(classification: pd.DataFrame) -> pd.Series | None:
    """Row of the leak-free arm of Table 3, or None."""
    rows = classification[classification["arm"].astype(str).str.startswith("B")]
    return rows.iloc[0] if len(rows) else None


def score_sentence(correlation: pd.DataFrame, score: str | None) -> str:
    """Say what the correlation with the clinical score gave."""
    if not score:
        return "No clinical score was named, so none was correlated."
    if correlation.empty:
        return f"There was no regional feature to correlate with {score}."
    hits = correlation[correlation["q_fdr"] < 0.05]
    if hits.empty:
        return (
            f"No feature correlated with {score} in patients "
            f"({counted(len(correlation), 'feature')}, smallest "
            f"{p_clause(correlation['p'].min())}, "
            f"smallest {p_clause(correlation['q_fdr'].min(), 'q')})."
        )
    names = [f"{row.cluster_id} (rho {number(row.rho, 2)})" for row in hits.itertuples()]
    return f"Correlated with {score} in patients at q < 0.05: {joined(names)}."


def classification_sentence(classification: pd.DataFrame) -> str:
    """Say what the classification gave, the leak-free arm first."""
    honest = leak_free(classification)
    published = classification[classification["arm"] == "A"]
    text = "The leak-free classifier was not run."
    if honest is not None:
        text = (
            f"With everything refitted in each training fold, patients and controls were told "
            f"apart with an AUC of {number(honest['auc'], 2)} "
            f"(95 % interval {interval(honest['auc_low'], honest['auc_high'], 2)}, "
            f"permutation {p_clause(honest['p_permutation'])})."
        )
    aucs = published["auc"].dropna().astype(float)
    if len(aucs):
        text += (
            f" The published protocol, whose regions were chosen on everybody, gave "
            f"{number(aucs.min(), 2)} to {number(aucs.max(), 2)}."
        )
    elif published.empty:
        text += " The published protocol had no significant region to start from."
    return text


def certainty(
    regions: pd.DataFrame,
    classification: pd.DataFrame,
    corrections: dict[str, list[dict]],
    quality: pd.DataFrame,
    comparison: Comparison,
) -> list[str]:
    """How far the findings can be trusted: other corrections, thresholds, optimism, motion."""
    sentences = []
    if len(regions):
        survives = regions["survives"].fillna("").astype(str)
        tested = regions["p_permutation"].notna().any()
        counts = f"{survives.str.contains('fdr').sum()} hold voxelwise FDR at the peak"
        if tested:
            counts = f"{survives.str.contains('permutation').sum()} also survive the permutation "
            counts += f"test of cluster size, {survives.str.contains('fdr').sum()} hold FDR"
        sentences.append(f"Of {counted(len(regions), 'cluster')}, {counts}.")
    sizes = [
        (measure, volume["cluster_size_threshold"], volume.get("cluster_size_permutation"))
        for measure, volumes in corrections.items()
        for volume in volumes[:1]
    ]
    compared = [
        f"{measure_name(measure)} {integer(field)} against {integer(permuted)}"
        for measure, field, permuted in sizes
        if not is_missing(permuted) and not is_missing(field)
    ]
    if compared:
        lenient = sum(permuted > field for _, field, permuted in sizes if not is_missing(permuted))
        verdict = (
            "where permutation asks for more, the random field is lenient in these data"
            if lenient
            else "the random field is not lenient in these data"
        )
        sentences.append(
            "Smallest significant cluster, random field against permutation of the groups "
            f"(voxels): {joined(compared)}; {verdict}."
        )
    honest = leak_free(classification)
    published = classification.loc[classification["arm"] == "A", "auc"].dropna().astype(float)
    if honest is not None and len(published):
        gap = published.max() - float(honest["auc"])
        if abs(gap) < 0.005:
            where = "equals"
        else:
            where = f"lies {number(abs(gap), 2)} {'above' if gap > 0 else 'below'}"
        sentences.append(
            f"The best AUC of the published protocol {where} the leak-free one; what is above is "
            "optimism."
        )
    motion = quality["mean_fd_jenkinson_mm"].astype(float)
    groups = [motion[quality["group"] == label].dropna() for label in comparison.groups]
    if min(map(len, groups)) > 0:
        sentences.append(f"Motion (mean FD): {compared_groups(groups, 2, 'mm')}.")
    return sentences


def limits(
    flow: list[dict], classification: pd.DataFrame, settings: dict, n_test: float | None
) -> list[str]:
    """Say what the study cannot."""
    n = [group["analysed"] for group in flow]
    sentences = [
        "The published protocol chooses its regions on all participants and then classifies the "
        "same participants: its accuracy is circular and says little about new people. The "
        "leak-free arm is the one to quote.",
        "The random field correction does not hold its 5 % exactly: for comparisons of two groups "
        f"at this threshold the empirical error was 6.0 % (median; 2.2{EN_DASH}14.4 % over "
        "studies), and more with less smoothing.",
        f"With {n[0]} patients and {n[1]} controls only large differences can be found, and those "
        "found look larger than they are; a region that is not listed is not a region without a "
        "difference.",
    ]
    honest = leak_free(classification)
    if honest is not None and not is_missing(honest["auc_low"]):
        width = honest["auc_high"] - honest["auc_low"]
        if width > 0:
            sentences.append(
                f"The interval of the leak-free AUC is {number(width, 2)} wide: "
                "many verdicts are compatible with it."
            )
        else:
            sentences.append(
                "No bootstrap sample gave another leak-free AUC, so its interval has no width: "
                "that says how few participants there are, not that the next ones would be told "
                "apart."
            )
    if n_test is not None:
        sentences.append(
            f"A test set of the published protocol holds {integer(n_test)} participants; an AUC "
            "of so few takes only a handful of values."
        )
    sentences.append(
        "Patients differ from controls in more than the disorder, in medication and mood for "
        "instance; a difference between groups does not say what causes it."
    )
    if settings["cohort"]["source"] == "simulated":
        sentences.insert(
            0,
            "The participants are simulated. The numbers show that the workflow runs and what it "
            "finds of the effects planted in the data; they say nothing about patients.",
        )
    return sentences


def question(settings: dict) -> str:
    """Say what was asked."""
    measures = joined([LONG_MEASURES[name] for name in settings["metrics"]["measures"]])
    score = settings["cohort"]["score"]
    follow = f"Do these features follow the score {score}? " if score else ""
    return (
        f"Do patients differ from controls in {measures} of the resting brain, and in the "
        f"functional connectivity of the places where they do? {follow}"
        "Can the groups be told apart by them?"
    )


def compared_groups(groups: list[pd.Series], digits: int, unit: str) -> str:
    """Means of patients and controls, and Welch's p of their difference, in words."""
    unit = f" {unit}" if unit else ""
    means = [number(group.mean(), digits) if len(group) else "n/a" for group in groups]
    text = f"patients {means[0]}, controls {means[1]}{unit}"
    if min(map(len, groups)) > 1 and groups[0].var() + groups[1].var() > 0:
        moments = [value for group in groups for value in (group.mean(), group.std(), len(group))]
        welch = stats.ttest_ind_from_stats(*moments, equal_var=False)
        text += f"; Welch {p_clause(welch.pvalue)}"
    return text


def key_figures(
    flow: list[dict], regions: pd.DataFrame, classification: pd.DataFrame
) -> list[dict]:
    """Collect the four numbers on top of the page."""
    n = [group["analysed"] for group in flow]
    excluded = sum(group["recruited"] - group["analysed"] for group in flow)
    honest = leak_free(classification)
    aucs = classification.loc[classification["arm"] == "A", "auc"].dropna().astype(float)
    split = [
        f"{count} {measure}"
        for measure, count in regions["measure"].value_counts(sort=False).items()
    ]
    facts = [
        {"value": f"{n[0]} + {n[1]}", "name": "patients and controls analysed",
         "note": f"{excluded} excluded"},
        {"value": str(len(regions)), "name": "significant clusters",
         "note": ", ".join(split) or "nothing survived the correction"},
    ]  # fmt: skip
    if honest is None:
        facts.append({"value": EN_DASH, "name": "leak-free AUC", "note": "not run"})
    else:
        facts.append(
            {"value": number(honest["auc"], 2), "name": "leak-free AUC",
             "note": f"95 % interval {interval(honest['auc_low'], honest['auc_high'], 2)}"}
        )  # fmt: skip
    best = number(aucs.max(), 2) if len(aucs) else EN_DASH
    note = "circular: regions chosen on everybody" if len(aucs) else "no region to classify with"
    facts.append({"value": best, "name": "best AUC, published protocol", "note": note})
    return facts
