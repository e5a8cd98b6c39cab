"""Assumptions of the group comparison: normality and family-wise error, in sentences."""

import numpy as np
import pandas as pd

from restpain.group.error_rate import PUBLISHED_ERROR_RATE, PUBLISHED_THRESHOLDS
from restpain.presentation.labels import correction_name
from restpain.presentation.numbers import (
    EN_DASH,
    counted,
    integer,
    is_missing,
    joined,
    measure_name,
    number,
    p_value,
    permutation_p,
)
from restpain.report.findings import unlisted

LEVEL = 0.05


def percent(share) -> str:
    """Write a share in percent with one decimal; ``n/a`` if missing."""
    return "n/a" if is_missing(share) else f"{number(100 * share, 1)} %"


def searched_sentences(searched: dict[str, dict]) -> list[str]:
    """Say which voxels of the group mask were not searched, and why; nothing if all were.

    ``searched`` has the sidecar of the number of participants in each test, by measure.
    """
    reasons = {
        "near_the_seed": "in a seed or near it ({} mm), in its own map",
        "too_few_participants_with_data": "with too few participants who have data there",
        "no_variation": "without variation between participants",
    }
    sentences = []
    for measure, sidecar in searched.items():
        counts = {name: [one[name] for one in sidecar["NotSearched"]] for name in reasons}
        parts = [
            f"{_range(counts[name])} {words.format(number(sidecar['SeedDistance'] or 0, 0))}"
            for name, words in reasons.items()
            if any(counts[name])
        ]
        if parts:
            each = " (of each seed)" if len(sidecar["NotSearched"]) > 1 else ""
            sentences.append(
                f"Voxels of {measure_name(measure)} that were not searched{each}: {joined(parts)}."
            )
    return sentences


def _range(counts: list[int]) -> str:
    low, high = min(counts), max(counts)
    return integer(low) if low == high else f"{integer(low)} to {integer(high)}"


def normality_sentence(models: dict[str, dict], normality: pd.DataFrame) -> str:
    """Share of voxels that are not normal, and agreement of three tests of the features.

    Parameters
    ----------
    models : dict
        ``model.json`` of each measure.
    normality : DataFrame
        ``normality.tsv``.
    """
    shares, expected = [], np.nan
    for measure, model in models.items():
        found = [volume["jarque_bera_share"] for volume in model["volumes"]]
        if found:
            expected = model["jarque_bera_share_if_normal"]
            shares.append(f"{measure_name(measure)} {percent(float(np.mean(found)))}")
    text = (
        "Jarque-Bera rejects normality at p < 0.05 in one group or the other in "
        f"{joined(shares)} of voxels; {percent(expected)} are expected in groups of this size if "
        "all were normal"
    )
    # n/a: no voxel of the cluster has data of all participants
    tests = normality.drop_duplicates("cluster_id").dropna(subset="p_t")
    if tests.empty:
        return f"{text}."
    p = tests[["p_t", "p_welch", "p_permutation"]].dropna(axis=1, how="all")
    agree = ((p < LEVEL).all(axis=1) | (p >= LEVEL).all(axis=1)).to_numpy()
    kinds = {"p_t": "Student's", "p_welch": "Welch's", "p_permutation": "the permutation"}
    names = [kinds[name] for name in p]
    if agree.all():
        number_of = "the one feature" if len(tests) == 1 else f"all {len(tests)} features"
        return (
            f"{text}. For {number_of} {joined(names)} test are on the same side of 0.05, so no "
            "conclusion depends on normality or equal variances."
        )
    odd = joined(tests.loc[~agree, "cluster_id"].tolist())
    advice = "rely on the permutation test" if "p_permutation" in p else "do not rely on either"
    return (
        f"{text}. For {odd}, {joined(names)} test are not on the same side of 0.05: there, "
        f"{advice}."
    )


def normality_rows(normality: pd.DataFrame, n_permutations: int) -> list[dict]:
    """Cells of the table of normality; ``n_permutations`` are those of the participants."""
    return [
        {
            "cluster_id": row.cluster_id,
            "group": row.group,
            "n": integer(row.n),
            "jarque_bera": number(row.jarque_bera, 2),
            "p": p_value(row.p),
            "first": row.Index % 2 == 0,
            "student": f"{number(row.t, 2)} ({p_value(row.p_t)})",
            "welch": f"{number(row.t_welch, 2)} ({p_value(row.p_welch)})",
            "permutation": permutation_p(row.p_permutation, n_permutations),
        }
        for row in normality.reset_index(drop=True).itertuples()
    ]


def score_maps_sentence(score_maps: dict[str, dict], score: str | None) -> str | None:
    """Clusters that correlate with the clinical score; None without a score (its label).

    ``score_maps`` has the ``*_contrast-score_desc-correction.json`` of each measure.
    """
    if not score:
        return None
    reasons = {found["reason"] for found in score_maps.values() if found["reason"]}
    if reasons:
        return f"No voxelwise correlation with {score} was computed: {joined(sorted(reasons))}."
    searched = {measure: found for measure, found in score_maps.items() if found["volumes"]}
    hits = [
        f"{counted(n, 'cluster')} of {measure_name(measure)}"
        for measure, found in searched.items()
        if (n := sum(volume["n_clusters"] for volume in found["volumes"]))
    ]
    names = joined([measure_name(measure) for measure in searched])
    n_patients = max(found["n"] for found in searched.values())
    volumes = [volume for found in searched.values() for volume in found["volumes"]]
    inference = volumes[0]["inference"]
    text = (
        f"Voxelwise Spearman correlation ({names}; {counted(n_patients, 'patient')}, corrected by "
        f"{correction_name(inference)}): "
    )
    text += (
        f"{joined(hits)} correlated with {score}"
        if hits
        else f"no cluster correlated with {score}"
    )
    if inference == "grf" and hits and volumes[0]["n_permutations"]:
        surviving = sum(volume["n_clusters_both"] for volume in volumes)
        text += (
            f"; {surviving or 'none'} of them survived the permutation of the score among the "
            "patients, the stricter test in few patients"
        )
    other, n = unlisted(volumes, inference=inference)
    if n:
        text += f"; by {correction_name(other)} alone {counted(n, 'cluster')}, not listed"
    return f"{text}."


def error_rate_sentence(error_rates: list[dict]) -> str:
    """Empirical family-wise error of GRF correction with permuted group labels.

    ``error_rates`` has the ``error_rate.json`` of each local measure.
    """
    first = error_rates[0]
    if not first["n_permutations"]:
        return (
            "The family-wise error of GRF correction in this cohort was not estimated (no "
            "permutations)."
        )
    rates = [
        f"{measure_name(found['measure'])} {percent(found['error_rate'])} (95 % CI "
        f"{number(100 * found['error_rate_low'], 1)} to "
        f"{number(100 * found['error_rate_high'], 1)})"
        for found in error_rates
    ]
    text = (
        "Family-wise error of GRF correction in this cohort (share of "
        f"{integer(first['n_permutations'])} permutations of the group labels with a significant "
        f"cluster): {joined(rates)}; nominal {percent(first['aimed'])}"
    )
    strict = [found for found in error_rates if found["error_rate_high"] < found["aimed"]]
    liberal = [found for found in error_rates if found["error_rate_low"] > found["aimed"]]
    for kind, some in (("liberal", liberal), ("conservative", strict)):
        if some:
            text += f"; {kind} for {joined([measure_name(f['measure']) for f in some])}"
    if all(first[key] == value for key, value in PUBLISHED_THRESHOLDS.items()):
        low, median, high = (number(100 * rate, 1) for rate in PUBLISHED_ERROR_RATE)
        text += f". Published at this threshold: {median} % ({low}{EN_DASH}{high} %)"
    return f"{text}."
