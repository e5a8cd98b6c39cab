"""What the page says about the data: quality of every participant, and planted effects."""

import html

import numpy as np
import pandas as pd
from markupsafe import Markup

from restpain.formatting import EN_DASH, is_missing, measure_name, number, region_name
from restpain.report_words import compared_groups

RECOVERY_MM = 9  # three voxels of the paper's size
INSIDE_MM = 1.0  # the planted regions are drawn on a grid of 1 mm
QUALITY = (
    # key, file, name, unit, digits, better is
    ("mean_fd_jenkinson_mm", "func", "Mean motion (FD, Jenkinson)", "mm", 2, "lower"),
    ("tsnr_median", "func", "Temporal SNR", "", 1, "higher"),
    ("dice_gm", "anat", "Grey matter overlap with MNI (Dice)", "", 3, "higher"),
    ("coverage_of_template", "func", "Template covered", "", 3, "higher"),
)


def quality_table(included: pd.DataFrame, func: list[dict], anat: list[dict]) -> pd.DataFrame:
    """One row per participant with its quality numbers; ``anat`` is empty for derivatives."""
    rows = []
    for index, (participant, group) in enumerate(
        included[["participant_id", "group"]].itertuples(index=False)
    ):
        sources = {"func": func[index], "anat": anat[index] if anat else {}}
        row = {"participant_id": participant, "group": group}
        for key, file, *_ in QUALITY:
            row[key] = sources[file].get(key, np.nan)
        row["n_volumes"] = sources["func"].get("n_volumes")
        row["residual_degrees_of_freedom"] = sources["func"].get("residual_degrees_of_freedom")
        rows.append(row)
    return pd.DataFrame(rows)


def strip_plots(table: pd.DataFrame, *, patients: str, controls: str) -> list[dict]:
    """One small plot per quality number: a dot per participant, the groups on two lines."""
    plots = []
    for key, _, name, unit, digits, better in QUALITY:
        values = table[key].astype(float)
        if values.notna().sum() == 0:
            continue
        groups = [values[table["group"] == label].dropna() for label in (patients, controls)]
        plots.append(
            {
                "name": name,
                "unit": unit,
                "better": better,
                "svg": Markup(_strip_svg(name, groups, digits, table["participant_id"])),
                "words": compared_groups(groups, digits, unit),
            }
        )
    return plots


def _strip_svg(name: str, groups: list[pd.Series], digits: int, names: pd.Series) -> str:
    together = pd.concat(groups)
    low, high = together.min(), together.max()
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    low, high = low - room, high + room

    def place(value: float) -> float:
        return 62 + 250 * (value - low) / (high - low)

    parts = [
        '<line x1="62" y1="66" x2="312" y2="66" stroke="#8a96a3"/>',
        '<text x="0" y="22" class="s">patients</text><text x="0" y="50" class="s">controls</text>',
        f'<text x="62" y="80" class="s">{number(low, digits)}</text>',
        f'<text x="312" y="80" class="s" text-anchor="end">{number(high, digits)}</text>',
    ]
    for group, y, colour in zip(groups, (18, 46), ("#b2521b", "#35618f"), strict=True):
        for index, value in group.items():
            parts.append(
                f'<circle cx="{place(value):.1f}" cy="{y}" r="4" fill="{colour}" '
                f'fill-opacity="0.6"><title>{html.escape(str(names[index]))}: '
                f"{number(value, digits)}</title></circle>"
            )
        if len(group):
            x = place(group.mean())
            parts.append(
                f'<line x1="{x:.1f}" y1="{y - 10}" x2="{x:.1f}" y2="{y + 10}" '
                f'stroke="{colour}" stroke-width="2.5"/>'
            )
    return (
        f'<svg viewBox="0 0 320 84" role="img" aria-label="{html.escape(name)}">'
        + "".join(parts)
        + "</svg>"
    )


def recovery_rows(
    effects: list[dict],
    regions: pd.DataFrame,
    seeds: pd.DataFrame,
    labels: np.ndarray,
    affine: np.ndarray,
) -> list[dict]:
    """Compare each planted effect with the nearest cluster of its measure.

    Clusters that recover none of the effects follow, as ``not planted``: false ones, or what a
    planted effect did elsewhere.

    Parameters
    ----------
    effects : list of dict
        ``measure``, ``region``, ``change`` (relative), ``label``, and ``seed`` for connectivity.
    regions, seeds : DataFrame
        Table 2 and the table of seeds.
    labels : ndarray of shape (x, y, z)
        Planted regions; a voxel holds the effect's ``label``.
    affine : ndarray of shape (4, 4)
        Of ``labels``, to mm.
    """
    rows, recovered = [], set()
    for effect in effects:
        voxels = np.argwhere(labels == effect["label"])
        places = voxels @ affine[:3, :3].T + affine[:3, 3]
        found = regions[regions["measure"] == measure_name(effect["measure"])]
        row = {
            "measure": measure_name(effect["measure"]),
            "region": region_name(effect["region"]),
            "label": effect["region"] + (f", seed {effect['seed']}" if effect.get("seed") else ""),
            "change": f"{number(100 * effect['change'], 0)} %",
            "cluster": "none",
            "distance": EN_DASH,
            "sign": EN_DASH,
            "verdict": "not found",
        }
        if len(found):
            peaks = found[["x_mm", "y_mm", "z_mm"]].to_numpy(float)
            distances = np.array([np.linalg.norm(places - peak, axis=1).min() for peak in peaks])
            nearest = int(distances.argmin())
            cluster = found.iloc[nearest]
            same = np.sign(cluster["t"]) == np.sign(effect["change"])
            near = distances[nearest] <= RECOVERY_MM
            inside = distances[nearest] < INSIDE_MM
            row |= {
                "cluster": _cluster_words(cluster, seeds),
                "distance": "0" if inside else number(distances[nearest], 0),
                "sign": "same" if same else "opposite",
                "verdict": "recovered" if same and near else "not found",
            }
            if same and near:
                recovered.add(cluster["cluster_id"])
        rows.append(row)
    for _, cluster in regions[~regions["cluster_id"].isin(recovered)].iterrows():
        rows.append(
            {
                "measure": cluster["measure"],
                "region": "nothing",
                "label": "",
                "change": EN_DASH,
                "cluster": _cluster_words(cluster, seeds),
                "distance": EN_DASH,
                "sign": EN_DASH,
                "verdict": "not planted",
            }
        )
    return rows


def _cluster_words(cluster: pd.Series, seeds: pd.DataFrame) -> str:
    words = f"{cluster['cluster_id']}, {cluster['region']}"
    if not is_missing(cluster["seed"]):
        origin = seeds.loc[seeds["seed"] == cluster["seed"], "region"]
        where = f" in {origin.iloc[0]}" if len(origin) and not is_missing(origin.iloc[0]) else ""
        words += f" (seed {cluster['seed']}{where})"
    return words
