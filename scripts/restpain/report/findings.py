"""Key findings and figures of the report: clusters of each measure, by each correction."""

from collections import Counter

import pandas as pd

from restpain.presentation.labels import (
    NO_REGION,
    OTHER_CORRECTION,
    correction_name,
    own_seed,
    within_sentence,
)
from restpain.presentation.numbers import (
    EN_DASH,
    counted,
    interval,
    is_missing,
    joined,
    measure_name,
    number,
    region_name,
)
from restpain.report.sentences import nested_row


def direction(t: float) -> str:
    """Direction of a difference, in patients."""
    return "higher" if t > 0 else "lower"


def findings(
    regions: pd.DataFrame, corrections: dict[str, list[dict]], *, inference: str
) -> list[str]:
    """Clusters of each measure, lower and higher in patients; one sentence or more per measure.

    Clusters that survive the permutation test come first, then those of GRF correction alone,
    then the number of clusters that the other correction alone would list.

    Parameters
    ----------
    regions : DataFrame
        Table 2.
    corrections : dict
        Volumes of the ``*_desc-correction.json`` of each measure that was compared.
    inference : {"grf", "permutation"}
        What the clusters of Table 2 survive.
    """
    sentences = []
    for measure, volumes in corrections.items():
        name = "Functional connectivity" if measure == "fc" else measure_name(measure)
        if measure == "fc" and not volumes:  # no map without a seed
            sentences.append(f"{name}: not tested, since no cluster gave a seed.")
            continue
        rows = regions[regions["measure"] == measure_name(measure)]
        surviving, added = by_permutation(rows, tested=regions["p_permutation"].notna().any())
        text = f"{name}: no cluster survived {correction_name(inference)}"
        if len(surviving):
            text = f"{name}: {counted(len(surviving), 'cluster')}; {_sides(surviving, measure)}"
        elif len(added):
            text = f"{name}: no cluster survived {correction_name('permutation')}"
        if len(added):
            more = f"{counted(len(added), 'cluster')}{' more' if len(surviving) else ''}"
            text += f". By GRF correction alone {more}; {_sides(added, measure)}"
        other, n = unlisted(volumes, inference=inference)
        if n:
            text += f". By {correction_name(other)} alone {counted(n, 'cluster')}, not listed"
        sentences.append(f"{text}.")
    return sentences


def unlisted(volumes: list[dict], *, inference: str) -> tuple[str, int]:
    """Return the correction that is not the inference, and the clusters it alone would list."""
    other = OTHER_CORRECTION[inference]
    counts = [volume[f"n_clusters_{other}"] for volume in volumes]
    both = [volume["n_clusters_both"] for volume in volumes]
    return other, sum(n - b for n, b in zip(counts, both, strict=True) if n and b is not None)


def by_permutation(
    regions: pd.DataFrame, *, tested: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clusters that survive the permutation test, and the others; all and none if not tested."""
    survives = regions["survives"].fillna("").astype(str).str.contains("permutation")
    return (regions[survives], regions[~survives]) if tested else (regions, regions.iloc[:0])


def _sides(rows: pd.DataFrame, measure: str) -> str:
    """Location of clusters in which patients are lower, and higher."""
    parts = []
    for sign in ("lower", "higher"):
        some = rows[[direction(t) == sign for t in rows["t"]]]
        if len(some):
            regions_ = Counter(_location(row, measure) for row in some.itertuples())
            named = [
                name if count == 1 else f"{name} ({count} clusters)"
                for name, count in regions_.items()
            ]
            parts.append(f"{sign} in patients in the {joined(named)}")
    return "; ".join(parts)


def _location(row, measure: str) -> str:
    side = "" if row.hemisphere == "midline" else f"{row.hemisphere} "
    name = within_sentence(region_name(row.region))
    seed = (
        f" (seed {row.seed}{own_seed(row)})"
        if measure == "fc" and not is_missing(row.seed)
        else ""
    )
    return f"{side}{name}{seed}"


def key_figures(
    flow: list[dict],
    regions: pd.DataFrame,
    classification: pd.DataFrame,
    corrections: dict[str, list[dict]],
    *,
    inference: str,
) -> list[dict]:
    """Four numbers at the top of the page; parameters as in `findings`."""
    n = [group["analysed"] for group in flow]
    excluded = sum(group["recruited"] - group["analysed"] for group in flow)
    nested = nested_row(classification)
    aucs = classification.loc[classification["arm"] == "A", "auc"].dropna().astype(float)
    tested = bool(regions["p_permutation"].notna().any())
    surviving, added = by_permutation(regions, tested=tested)
    counts = surviving["measure"].value_counts(sort=False).items()
    split = [f"{count} {measure}" for measure, count in counts]
    split += [f"GRF correction alone adds {len(added)}"] if len(added) else []
    volumes = [volume for some in corrections.values() for volume in some]
    other, n_other = unlisted(volumes, inference=inference)
    split += [f"{correction_name(other)} alone finds {n_other}"] if n_other else []
    if not len(surviving):
        split = [f"none survived {correction_name(inference)}", *split]
    corrected = {
        "grf": "clusters significant by GRF correction and permutation",
        "permutation": "clusters significant by permutation",
    }[inference]
    facts = [
        {"value": f"{n[0]} + {n[1]}", "name": "patients and controls analysed",
         "note": f"{excluded} excluded"},
        {"value": str(len(surviving)),
         "name": corrected if tested else "significant clusters",
         "note": ", ".join(split)},
    ]  # fmt: skip
    arm_b = "AUC, nested cross-validation (arm B)"
    if nested is None:
        facts.append({"value": EN_DASH, "name": arm_b, "note": "not run"})
    else:
        note = f"95 % CI {interval(nested['auc_low'], nested['auc_high'], 2)}"
        if nested["region"] == NO_REGION:
            note = "by definition: no training set had a significant region"
        facts.append({"value": number(nested["auc"], 2), "name": arm_b, "note": note})
    best = number(aucs.max(), 2) if len(aucs) else EN_DASH
    note = "circular: regions chosen on all participants" if len(aucs) else "no significant region"
    facts.append({"value": best, "name": "best AUC, published protocol (arm A)", "note": note})
    return facts
