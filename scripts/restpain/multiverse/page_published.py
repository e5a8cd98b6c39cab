"""Section Published regions: the rows of the printed Table 2 over all universes."""

import numpy as np
import pandas as pd

from restpain.multiverse.universes import KEYS
from restpain.presentation.numbers import counted, integer, is_missing, joined, number, p_clause
from restpain.presentation.pages import Section

MAX_READINGS = 3


def published_regions_section(
    rows: pd.DataFrame,
    readings: pd.DataFrame,
    chance: pd.DataFrame,
    universes: pd.DataFrame,
    *,
    match_mm: float,
) -> Section:
    """Table of the published rows, the best readings, and what chance would give.

    Parameters
    ----------
    rows, readings, chance : DataFrame
        Tables of ``compare_published_rows``.
    universes : DataFrame
        ``universes.tsv``, texts.
    match_mm : float
        Largest distance of a cluster to a published peak.
    """
    return Section(
        "rows",
        "Published regions",
        "Published regions over the universes",
        {
            "published": [published_row(row, universes) for row in rows.itertuples()],
            "match_mm": number(match_mm, 0),
            "n": len(universes),
            "best": best_readings(readings, universes, n_rows=len(rows)),
            "chance": chance_sentence(chance, n_rows=len(rows), n=len(universes)),
        },
    )


def published_row(row, universes: pd.DataFrame) -> dict:
    """Texts of a row; ``row`` is a named tuple of ``published_rows.tsv``."""
    found = row.n_matching > 0
    audit = "not audited"
    if not is_missing(row.n_inconsistent):
        n = int(row.n_inconsistent)
        audit = f"{counted(n, 'cell')} inconsistent" if n else "consistent"
    side = "" if is_missing(row.hemisphere) else f", {row.hemisphere}"
    return {
        "measure": row.measure,
        "name": f"{row.region}{side}",
        "peak": ", ".join(number(getattr(row, f"{axis}_mm"), 0) for axis in "xyz"),
        "t": number(row.t, 2),
        "audit": audit,
        "doubtful": audit.endswith("inconsistent"),
        "matching": f"{row.n_matching} of {row.n_universes}",
        "same": f"{row.n_same_label} of {row.n_matching}" if found else "",
        "in_main": row.in_main,
        "closest": number(row.closest_t, 2) if found else "",
        "reading": universe_words(int(row.closest_universe), universes) if found else "",
    }


def universe_words(universe: int, universes: pd.DataFrame) -> str:
    """Universe in words: the choices in which it differs from the main analysis."""
    if universe == 0:
        return "the main analysis"
    table = universes.set_index("universe")
    table.index = table.index.astype(int)
    other, main = table.loc[universe], table.loc[0]
    different = [
        f"{KEYS[key]}: {other[key]}" for key in KEYS if key in table and other[key] != main[key]
    ]
    return f"universe {universe} ({'; '.join(different)})"


def best_readings(readings: pd.DataFrame, universes: pd.DataFrame, *, n_rows: int) -> str:
    """Sentence about the universes that have most published rows, with T nearest to print."""
    first = readings.iloc[0]
    if first["n_rows"] == 0:
        return (
            f"No universe has a significant cluster near any of the {counted(n_rows, 'row')}: no "
            "combination of these choices reproduces the published table."
        )
    equal = readings[
        (readings["n_rows"] == first["n_rows"])
        & np.isclose(readings["mean_t_difference"], first["mean_t_difference"])
    ]
    named = [universe_words(int(one), universes) for one in equal["universe"][:MAX_READINGS]]
    more = len(equal) - len(named)
    if more:
        named.append(f"{more} more that fare the same")
    noun = "Best reading" if len(equal) == 1 else "Best readings"
    return (
        f"{noun} of the paper among these universes: {joined(named)}; {int(first['n_rows'])} of "
        f"the {counted(n_rows, 'published row')}, whose t differ by "
        f"{number(first['mean_t_difference'], 2)} on average. Settings that are not named are "
        "those of the main analysis."
    )


def chance_sentence(chance: pd.DataFrame, *, n_rows: int, n: int) -> str:
    """Count published rows of the main analysis and of the best universe, and by chance."""
    own = chance.set_index("statistic")
    main, best = (
        f"has {integer(row['observed'])} of {counted(n_rows, 'row')}, and with permuted groups "
        f"{number(row['mean_permuted'], 2)} on average (at most {integer(row['q95_permuted'])} in "
        f"95 % of the permutations), {p_clause(row['p'])}"
        for row in (own.loc["main analysis"], own.loc["best universe"])
    )
    return (
        f"The main analysis {main}; the best of the {counted(n, 'universe')} {best}, where the "
        "best is searched again in each permutation, since among many universes one finds "
        "something near a printed peak by chance."
    )
