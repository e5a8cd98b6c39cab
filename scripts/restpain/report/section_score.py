"""Section Clinical score: Table 4 and the voxelwise correlation."""

import pandas as pd

from restpain.presentation.numbers import integer, interval, number, p_value, region_name
from restpain.presentation.pages import Section, span
from restpain.report.assumptions import score_maps_sentence


def score_section(
    correlation: pd.DataFrame, score_maps: dict[str, dict], score: str | None
) -> Section:
    """Table 4 and the clusters of the voxelwise correlation; ``score`` is the label."""
    return Section(
        "score",
        "Clinical score",
        "Clinical score",
        {
            "correlation": correlation_rows(correlation),
            "score_maps": score_maps_sentence(score_maps, score),
        },
    )


def correlation_rows(table: pd.DataFrame) -> list[dict]:
    """Cells of Table 4."""
    rows = [
        {
            "measure": row.measure,
            "region": region_name(row.region),
            "hemisphere": row.hemisphere,
            "rho": number(row.rho, 3),
            "p": p_value(row.p),
            "interval": interval(row.rho_low, row.rho_high, 2),
            "q": p_value(row.q_fdr),
            "n": integer(row.n),
            "cluster_id": row.cluster_id,
        }
        for row in table.itertuples()
    ]
    return span(rows, "measure")
