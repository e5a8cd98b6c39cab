"""Page of the multiverse: its sections in their order, from the tables of all measures."""

import numpy as np
import pandas as pd

from restpain.multiverse.figure import MAX_REGIONS, region_words, without_region
from restpain.multiverse.page_choices import choices_section
from restpain.multiverse.page_published import published_regions_section
from restpain.multiverse.regions import LEAST_SHARE
from restpain.multiverse.universes import KEYS
from restpain.presentation.labels import correction_name
from restpain.presentation.numbers import (
    counted,
    integer,
    interval,
    is_missing,
    joined,
    measure_name,
    number,
    permutation_clause,
)
from restpain.presentation.pages import Section, embedded_figure, render_report
from restpain.report.section_viewer import MAX_MAPS, viewer_content

REFERENCES = (
    (
        "Steegen S, Tuerlinckx F, Gelman A, Vanpaemel W (2016). Increasing transparency through a "
        "multiverse analysis. Perspectives on Psychological Science 11, 702-712.",
        "10.1177/1745691616658637",
    ),
    (
        "Simonsohn U, Simmons JP, Nelson LD (2020). Specification curve analysis. Nature Human "
        "Behaviour 4, 1208-1214.",
        "10.1038/s41562-020-0912-z",
    ),
)
OWN_SEEDS = ("clusters", "union")  # values of connectivity.seeds that come from the same data
MOST = 0.5  # share of the universes of the second layer of the maps


def multiverse_page(results: dict, templates: dict[str, str], *, simulated: bool, **named) -> str:
    """HTML of the page; the other arguments are those of `multiverse_sections`."""
    shared = {
        "simulated": simulated,
        "title": "Multiverse: the analysis under all combinations of choices",
        "heading": "The analysis under all combinations of choices",
        "question": "Which of the choices of this analysis do its findings depend on, and would "
        "other defensible choices have found the same?",
        "footer": "Tables with full precision and a description of every column: "
        "results/multiverse.",
    }
    return render_report(multiverse_sections(results, **named), shared, templates)


def multiverse_sections(
    results: dict, *, match_mm: float, seeds_from: str, n_permutations: int
) -> list[Section | None]:
    """Sections of the page in their order.

    Parameters
    ----------
    results : dict
        ``plan`` (plan.json), ``universes`` (texts), ``left_out``, ``seeds`` (table); by measure
        ``regions``, ``choices``, ``tests`` (tables), ``figures`` (PNG) and ``shares`` (images of
        the positive and the negative share); ``brain`` (volume, affine); ``published`` (its three
        tables, or None); ``config`` (text of the default configuration), ``brainsprite``.
    match_mm : float
        Largest distance of a cluster to a published peak.
    seeds_from : str
        ``connectivity.seeds`` of the configuration.
    n_permutations : int
        Of the joint tests.
    """
    measures = list(results["plan"]["measures"])
    n = len(results["universes"])
    tested = {measure: not results["tests"][measure].empty for measure in measures}
    return [
        choices_section(results["plan"], n, results["left_out"], results["config"]),
        Section(
            "reading",
            "How to read it",
            "How to read this page",
            {"least_share": number(100 * LEAST_SHARE, 0), "references": REFERENCES},
        ),
        Section(
            "test",
            "Joint test",
            "All universes together: the joint test",
            {
                "sentences": [
                    sentence
                    for measure in measures
                    for sentence in joint_sentences(
                        measure, results["tests"][measure], n_permutations=n_permutations
                    )
                ],
                "n": n,
                "n_permutations": integer(n_permutations),
                "own_seeds": tested.get("fc", False) and seeds_from in OWN_SEEDS,
            },
        ),
        regions_section(results["plan"], results["regions"], tested),
        curves_section(
            results["plan"], results["regions"], results["choices"], results["figures"], tested
        ),
        shares_section(results, measures),
        results["published"]
        and published_regions_section(
            *results["published"], results["universes"], match_mm=match_mm
        ),
    ]


def joint_sentences(measure: str, tests: pd.DataFrame, *, n_permutations: int) -> list[str]:
    """Joint test of a measure, a sentence for each seed."""
    name = measure_name(measure)
    if tests.empty:
        return [f"{name}: no seed, so that there is nothing to test."]
    sentences = []
    for seed, own in tests.groupby("seed", sort=False, dropna=False):
        parts = [
            f"with {correction_name(row.inference)}, {_percent(row.observed)} of the universes "
            f"have a significant cluster, where {_percent(row.mean_permuted)} are expected with "
            f"permuted groups (at most {_percent(row.q95_permuted)} in 95 % of the permutations), "
            f"{permutation_clause(row.p, n_permutations)}"
            for row in own.itertuples()
        ]
        of_seed = "" if is_missing(seed) else f" of seed {seed}"
        sentences.append(f"{name}{of_seed}: {'; '.join(parts)}.")
    return sentences


def regions_section(
    plan: dict, regions: dict[str, pd.DataFrame], tested: dict[str, bool]
) -> Section:
    """Table of the regions found in any universe; connectivity without a seed is not tested."""
    rows, without = [], []
    for measure, table in regions.items():
        n = len(plan["measures"][measure]["universes"])
        if table.empty:
            why = without_region(n, tested=tested[measure])
            without.append(f"{measure_name(measure)}: {_lower(why)}")
        rows += [
            {
                "id": row.region_id,
                "name": "".join(region_words(row)),
                "peak": ", ".join(number(getattr(row, f"{axis}_mm"), 0) for axis in "xyz"),
                "seed": "" if is_missing(row.seed) else row.seed,
                "group": "higher" if row.sign > 0 else "lower",
                "in_main": row.in_main,
                "median": number(row.t_median, 2),
                "range": interval(row.t_low, row.t_high, 2),
                "surviving": f"{row.n_surviving} of {row.n_universes}",
                "share": _percent(row.n_surviving / row.n_universes),
            }
            for row in table.itertuples()
        ]
    return Section(
        "regions",
        "Regions",
        "Regions that any universe finds",
        {"rows": rows, "without": without, "seeded": any(row["seed"] for row in rows)},
    )


def curves_section(
    plan: dict,
    regions: dict[str, pd.DataFrame],
    choices: dict[str, pd.DataFrame],
    figures: dict[str, bytes],
    tested: dict[str, bool],
) -> Section:
    """Figure of each measure, and the table of what each choice contributes."""
    shown = []
    for measure, table in regions.items():
        own = plan["measures"][measure]
        effects = choices[measure].set_index(["region_id", "key"])
        n = len(own["universes"])
        words = [
            f"{row.region_id}, {''.join(region_words(row))}, significant in {row.n_surviving}"
            for row in table.itertuples()
        ]
        named = _lower(without_region(n, tested=tested[measure]))
        if words:
            named = f"{counted(len(table), 'region')}: {joined(words)}."
        shown.append(
            {
                "measure": measure,
                "name": measure_name(measure),
                "picture": embedded_figure(figures[measure]),
                "alt": f"Specification curves of {measure_name(measure)} over "
                f"{counted(n, 'universe')}; {named}",
                "keys": [KEYS[key] for key in own["keys"]],
                "rows": [
                    {
                        "id": row.region_id,
                        "name": "".join(region_words(row)),
                        "cells": effect_cells(effects, row.region_id, own["keys"]),
                    }
                    for row in table.itertuples()
                ],
                "n_not_drawn": max(len(table) - MAX_REGIONS, 0),
            }
        )
    return Section(
        "curves", "Specification curves", "Which choices the regions depend on", {"shown": shown}
    )


def effect_cells(effects: pd.DataFrame, region: str, keys: list[str]) -> list[dict]:
    """Cells of a region in the table of choices; ``most`` marks the largest explained share."""
    cells = []
    for key in keys:
        row = effects.loc[(region, key)]
        ends = (row["explained_low"], row["explained_high"])
        known = not any(map(is_missing, ends))
        low, high = (100 * end if known else None for end in ends)
        changed, pairs = int(row["n_changed"]), int(row["n_pairs"])
        cells.append(
            {
                "explained": "n/a" if is_missing(row["explained"]) else _percent(row["explained"]),
                "interval": interval(low, high, 0),
                "changed": f"{changed} of {pairs}" if pairs else "no pair",
                "value": row["explained"],
            }
        )
    values = [cell.pop("value") for cell in cells]
    largest = max((value for value in values if not is_missing(value)), default=0)
    return [
        cell | {"most": value == largest > 0.005}
        for cell, value in zip(cells, values, strict=True)
    ]


def shares_section(results: dict, measures: list[str]) -> Section:
    """Share of the universes by voxel and sign, in three planes."""
    entries, without = [], []
    for measure in measures:
        seeds = list(results["seeds"]["seed"]) if measure == "fc" else [None]
        for volume, seed in enumerate(seeds):
            name = measure_name(measure) + ("" if seed is None else f", seed {seed}")
            regions = results["regions"][measure]
            for sign, words, image in zip(
                (1, -1), ("higher", "lower"), results["shares"][measure], strict=True
            ):
                share = image if seed is None else image[..., volume]
                title = f"{name}, patients {words}"
                if not share.any():
                    without.append(title)
                    continue
                own = regions[regions["sign"] == sign]
                own = own if seed is None else own[own["seed"] == seed]
                peaks = [_peak(row) for row in own.itertuples()]
                entries.append(
                    {"title": title, "values": sign * share, "peaks": peaks}
                    | {"all": share > 0, "significant": share >= MOST}
                )
    entries.sort(key=lambda entry: -np.abs(entry["values"]).max())  # stable
    content = {"without": joined(without), "n_left_out": max(len(entries) - MAX_MAPS, 0)}
    if entries:
        content |= viewer_content(
            entries[:MAX_MAPS],
            *results["brain"],
            limit=1.0,
            brainsprite=results["brainsprite"],
            share=True,
        )
        content |= {
            "ends": ("100 % lower", "100 % higher"),
            "toggle": "in at least half of the universes",
        }
    return Section(
        "shares", "Interactive maps", "Share of the universes by voxel", {"viewer": None} | content
    )


def _peak(row) -> dict:
    return {
        "name": f"{row.region_id}: {''.join(region_words(row))}",
        "mm": [float(getattr(row, f"{axis}_mm")) for axis in "xyz"],
        "words": f"significant in {row.n_surviving} of {row.n_universes} universes",
    }


def _lower(sentence: str) -> str:
    """Sentence that follows a name and a colon."""
    return sentence[0].lower() + sentence[1:]


def _percent(share: float) -> str:
    """Share in percent; above 0 and below 1 neither 0 nor 100."""
    share = np.round(share, 9)  # sums of squares leave traces of rounding
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{number(100 * share, 0)} %"
