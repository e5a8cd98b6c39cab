"""Section Group differences: Table 2 and Figures 2 and 3."""

import pandas as pd

from restpain.cohort.measures import CONNECTIVITY
from restpain.presentation.labels import correction_name, own_seed
from restpain.presentation.numbers import (
    EN_DASH,
    MINUS,
    atlas_name,
    integer,
    interval,
    is_missing,
    joined,
    measure_name,
    number,
    p_value,
    permutation_p,
    region_name,
    shortest,
)
from restpain.presentation.pages import Section, embedded_figure, span
from restpain.report.assumptions import normality_rows
from restpain.tables.atlas_columns import atlases_note, atlases_of, region_in_words
from restpain.tables.manuscript import largest_shares

LARGEST = 3  # clusters of each group's map that are listed


def regions_section(
    regions: pd.DataFrame,
    normality: pd.DataFrame,
    one_sample: pd.DataFrame,
    *,
    settings: dict,
    covariates: list[str],
    df: int,
    seeds: list[str],
    bases: dict[str, float],
    group_maps: bytes,
    regions_figure: bytes,
) -> Section:
    """Table 2, regions of each group, and Figures 2 (``group_maps``) and 3 (``regions_figure``).

    Both figures are PNG; ``one_sample`` is the table one_sample_regions.tsv.

    ``covariates`` are labels, ``bases`` the values of the one-sample tests by measure.
    """
    return Section(
        "regions",
        "Group differences",
        "Group differences",
        {
            "regions": region_rows(regions, settings["group"]["n_permutations"]),
            "atlases_note": atlases_note(atlases_of(regions)),
            "normality": normality_rows(normality, settings["group"]["n_permutations"]),
            "one_sample": one_sample_rows(one_sample, seeds),
            "n_largest": LARGEST,
            "search_seed": settings["connectivity"]["search_seed"],
            "group": settings["group"],
            "corrected_by": correction_name(settings["group"]["inference"]),
            "covariates": joined(covariates),
            "df": df,
            "n_seeds": len(seeds),
            "without_seed": CONNECTIVITY in bases and not seeds,
            "tested": one_sample_words(bases),
            "minus": MINUS,
            "figure_2": embedded_figure(group_maps),
            "figure_3": embedded_figure(regions_figure),
        },
    )


def one_sample_words(bases: dict[str, float]) -> str:
    """Values against which the maps of each group were tested."""
    if CONNECTIVITY in bases:
        return (
            "Local measures are tested against the mean of the brain, connectivity against zero."
        )
    against = {1.0: "the mean of the brain, 1", 0.0: "zero"}
    parts = [
        f"{joined([measure_name(name) for name, own in bases.items() if own == base])} against "
        f"{words}"
        for base, words in against.items()
        if base in bases.values()
    ]
    return f"The mean of a group is tested: {', '.join(parts)}."


def one_sample_rows(table: pd.DataFrame, seeds: list[str]) -> list[dict]:
    """Cells of the ``LARGEST`` clusters of each group's map, of ``one_sample_regions.tsv``.

    Connectivity is in the order of ``seeds``, as in the figures.
    """
    rows = []
    for _, block in table.groupby(["measure", "group", "seed"], sort=False, dropna=False):
        for place, row in enumerate(block.head(LARGEST).itertuples(), start=1):
            side = "" if row.hemisphere == "midline" else f", {row.hemisphere}"
            near = row.region_distance_mm
            rows.append(
                {
                    "measure": row.measure if is_missing(row.seed) else f"FC of {row.seed}",
                    "group": row.group,
                    "place": place,
                    "of": len(block),
                    "region": f"{'near ' if near > 0 else ''}{region_name(row.region)}{side}",
                    "shares": largest_shares(row.composition).replace(" %", "\N{NO-BREAK SPACE}%"),
                    "peak": ", ".join(number(v, 0) for v in (row.x_mm, row.y_mm, row.z_mm)),
                    "t": number(row.t, 2),
                    "n_voxels": integer(row.n_voxels),
                    "p_grf": p_value(row.p_grf),
                }
            )
    local = table.loc[table["seed"].isna(), "measure"].unique().tolist()
    order = [*local, *(f"FC of {seed}" for seed in seeds)]
    return span(sorted(rows, key=lambda row: order.index(row["measure"])), "measure")


def region_rows(table: pd.DataFrame, n_permutations: int) -> list[dict]:
    """Cells of Table 2; ``n_permutations`` are those of the participants."""
    rows = []
    for row in table.itertuples():
        distance = 0 if is_missing(row.region_distance_mm) else row.region_distance_mm
        survives = set() if is_missing(row.survives) else set(str(row.survives).split(","))
        rows.append(
            {
                "measure": row.measure,
                "region": region_name(row.region),
                "label": "" if is_missing(row.region) else row.region,
                "near": f"{shortest(distance)} mm away" if distance > 0 else "",
                "hemisphere": row.hemisphere,
                "brodmann": EN_DASH if is_missing(row.brodmann_area) else row.brodmann_area,
                "peak": [number(value, 0) for value in (row.x_mm, row.y_mm, row.z_mm)],
                "t": number(row.t, 2),
                "n_voxels": integer(row.n_voxels),
                "p_grf": p_value(row.p_grf),
                "p_permutation": permutation_p(row.p_permutation, n_permutations),
                "fdr": "yes" if "fdr" in {name.strip() for name in survives} else "no",
                "g": number(row.hedges_g, 2),
                "g_interval": interval(row.hedges_g_low, row.hedges_g_high, 2),
                "cluster_id": row.cluster_id,
                "seed": "" if is_missing(row.seed) else f"{row.seed}{own_seed(row)}",
                "composition": "" if is_missing(row.composition) else row.composition,
                "atlases": [
                    {
                        "name": atlas_name(name),
                        "region": region_in_words(table.loc[row.Index], name),
                        "composition": table.loc[row.Index, f"{name}_composition"],
                    }
                    for name in atlases_of(table)
                ],
                "subpeaks": "" if is_missing(row.subpeaks) else row.subpeaks.replace("-", MINUS),
            }
        )
    return span(rows, "measure")
