"""Figure 4: ROC curves of arm A, published protocol, and of arms B to D."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn import metrics

from restpain.classification.folds import training_folds_in_words
from restpain.presentation.numbers import (
    arm_name,
    is_missing,
    measure_name,
    number,
    permutation_clause,
    region_name,
)
from restpain.presentation.plots import frame
from restpain.presentation.slices import ALERT, INK, MUTED

GRID = np.linspace(0, 1, 201)  # false positive rates at which curves are averaged
MAX_FEATURES = 12
# of different lightness, so that they differ in grey too; dashes distinguish features of a measure
MEASURE_COLOURS = {
    "alff": "#0b3c7d",
    "falff": "#7a3fa0",
    "reho": "#f0a13c",
    "fc": "#1f8f64",
    "all": "#000000",
}
ARM_COLOURS = ["#d95f02", "#4e9fd1", "#7b6aa8", "#8a8a8a", "#66a61e"]
ARM_MARKERS = ["s", "^", "v", "o", "x"]  # distinguish the arms in grey
DASHES = ["-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1))]


def roc_curve(patient: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute the false and true positive rate at every threshold, from (0, 0) to (1, 1).

    Tied scores are crossed at once, a diagonal step; ``patient`` is bool, and a higher ``score``
    means patient.

    Raises
    ------
    ValueError
        If a group is missing.
    """
    if patient.all() or not patient.any():
        raise ValueError("a ROC curve needs participants of both groups")
    false_rate, true_rate, _ = metrics.roc_curve(patient, score, drop_intermediate=False)
    return false_rate, true_rate


def mean_curve(curves: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Average true positive rates at the false positive rates of ``GRID``, from (0, 0)."""
    return np.mean([_at_grid(*curve) for curve in curves], axis=0)


def _at_grid(false_rate: np.ndarray, true_rate: np.ndarray) -> np.ndarray:
    # of points above each other, interp takes the last one: the upper end
    return np.interp(GRID, false_rate, true_rate)


def split_curves(predictions: pd.DataFrame, patients: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """ROC curve of each repeat whose participants come from both groups."""
    curves = []
    for _, rows in predictions.groupby("repeat", sort=True):
        patient = (rows["group"] == patients).to_numpy()
        if 0 < patient.sum() < len(patient):
            curves.append(roc_curve(patient, rows["probability"].to_numpy(float)))
    return curves


def bootstrap_band(
    predictions: pd.DataFrame, patients: str, *, n_bootstrap: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pointwise 95 % band of the mean curve over the repeats, participants drawn within groups."""
    wide = predictions.pivot(index="repeat", columns="participant_id", values="probability")
    groups = predictions.drop_duplicates("participant_id").set_index("participant_id")["group"]
    patient = (groups.reindex(wide.columns) == patients).to_numpy()
    scores = wide.to_numpy(float)
    members = np.flatnonzero(patient), np.flatnonzero(~patient)
    drawn_patient = np.sort(patient)[::-1]
    generator = np.random.default_rng(np.random.SeedSequence([seed, 4]))
    curves = np.empty((n_bootstrap, GRID.size))
    for index in range(n_bootstrap):
        drawn = np.concatenate([generator.choice(group, group.size) for group in members])
        curves[index] = mean_curve([roc_curve(drawn_patient, row[drawn]) for row in scores])
    low, high = np.percentile(curves, [2.5, 97.5], axis=0)
    return low, high


def draw_frame(axes: Axes, title: str, subtitle: str) -> None:
    """Draw the frame of a ROC plot with its chance line."""
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    axes.text(0.62, 0.575, "chance", fontsize=6.5, color=MUTED, rotation=45, ha="center")
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    frame(axes, title, subtitle, x="1 \N{MINUS SIGN} specificity", y="sensitivity")
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"], fontsize=6.5)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"], fontsize=6.5)


def feature_label(row: pd.Series) -> str:
    """Name of a feature in the legend: identifier and region, or the pooled measures."""
    if row["cluster_id"] == "all":
        measures = "measures" if row["measure"] == "all" else measure_name(row["measure"])
        return f"all {measures} pooled"
    side = {"left": " L", "right": " R"}.get(row["hemisphere"], "")
    return f"{row['cluster_id']} {region_name(row['region'])}{side}"


def published_styles(published: pd.DataFrame) -> list[dict]:
    """Give each feature a colour by measure and a dash within the measure."""
    seen: dict[str, int] = {}
    styles = []
    for measure in published["measure"]:
        key = str(measure).lower()
        seen[key] = seen.get(key, -1) + 1
        styles.append(
            {
                "color": MEASURE_COLOURS.get(key, "#666666"),
                "linestyle": DASHES[seen[key] % len(DASHES)],
                "linewidth": 1.4,
            }
        )
    return styles


def draw_published(
    axes: Axes, published: pd.DataFrame, predictions: pd.DataFrame, patients: str, kind: str
) -> None:
    """Draw one curve per feature of the published protocol; ``kind`` is test or train_cv."""
    chosen = predictions[predictions["set"] == kind]
    column = {"test": "auc", "train_cv": "cv_auc"}[kind]
    drawn = published.iloc[:MAX_FEATURES]
    for (_, row), style in zip(drawn.iterrows(), published_styles(drawn), strict=True):
        rows = chosen[chosen["cluster_id"] == row["cluster_id"]]
        if "measure" in rows:
            rows = rows[rows["measure"] == row["measure"]]
        curves = split_curves(rows, patients)
        label = f"{number(row[column], 2)}  {feature_label(row)}"
        if curves:
            axes.plot(np.r_[0, GRID], np.r_[0, mean_curve(curves)], label=label, **style)
        else:
            axes.plot([], [], label=label, **style)


def draw_nested(
    axes: Axes,
    nested: pd.DataFrame,
    predictions: pd.DataFrame,
    patients: str,
    *,
    n_bootstrap: int,
    seed: int,
) -> None:
    """Draw one curve per arm B to D; the first one with its bootstrap band."""
    for index, (_, row) in enumerate(nested.iterrows()):
        rows = predictions[predictions["arm"] == row["arm"]]
        if rows["probability"].isna().any():
            axes.plot([], [], " ", label=f"n/a  {arm_name(row['arm'])}, nobody classified")
            continue
        curves = split_curves(rows, patients)
        if not curves:
            continue
        label = f"{number(row['auc'], 2)}"
        if not is_missing(row["auc_low"]):
            label += f" ({number(row['auc_low'], 2)}\N{EN DASH}{number(row['auc_high'], 2)})"
        label += f"  {arm_name(row['arm'])}"
        style = {"color": ARM_COLOURS[(index - 1) % 5], "linewidth": 1.2}
        style["linestyle"] = DASHES[index % len(DASHES)]
        style |= {"marker": ARM_MARKERS[(index - 1) % 5], "markersize": 3.6}
        style["markevery"] = (8 * index, 40)
        if index == 0:
            style = {"color": "#000000", "linewidth": 2.2, "linestyle": "-"}
            label += f",\n{permutation_clause(row['p_permutation'], row['n_permutations'])}"
            low, high = bootstrap_band(rows, patients, n_bootstrap=n_bootstrap, seed=seed)
            if (high > low).any():  # equal predictions of all have no band
                axes.fill_between(GRID, low, high, color="#000000", alpha=0.1, linewidth=0,
                                  label=f"95 % band of arm {arm_name(row['arm'])[0]}")  # fmt: skip
        axes.plot(np.r_[0, GRID], np.r_[0, mean_curve(curves)], label=label, **style)


def draw_legend(axes: Axes, title: str) -> None:
    """Put the legend under the axes, curves before bands."""
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    order = sorted(range(len(handles)), key=lambda index: labels[index].startswith("95 %"))
    legend = axes.legend(
        [handles[index] for index in order], [labels[index] for index in order],
        fontsize=6.6, frameon=False, loc="upper left", bbox_to_anchor=(-0.06, -0.16),
        handlelength=3.2, title=title, title_fontsize=6.8, labelcolor=INK,
    )  # fmt: skip
    legend._legend_box.align = "left"


def roc_figure(
    *,
    published: pd.DataFrame,
    published_predictions: pd.DataFrame,
    nested: pd.DataFrame,
    nested_predictions: pd.DataFrame,
    patients: str,
    n_bootstrap: int,
    seed: int,
    simulated: bool,
) -> Figure:
    """Draw Figure 4: arm A in test sets and in training sets, and arms B to D."""
    n_lines = max(min(len(published), MAX_FEATURES), len(nested) + 2, 4)
    legend = 0.16 * n_lines + 0.5
    height = 3.75 + legend
    figure = Figure((10.2, height))
    boxes = [(left, (legend + 0.35) / height, 0.268, 2.75 / height) for left in (0.05, 0.39, 0.73)]
    frames = [figure.add_axes(box) for box in boxes]
    n_test = f"{int(published['n_test'].iloc[0])} participants each, " if len(published) else ""
    draw_frame(
        frames[0], "Arm A, published protocol: test sets", f"{n_test}circular, mean of the splits"
    )
    draw_frame(
        frames[1],
        "Arm A, published protocol: training sets",
        f"{training_folds_in_words(published)}, circular, mean of the splits",
    )
    draw_frame(frames[2], "Arms B to D", "regions, features and model refitted per fold")
    for axes, kind in ((frames[0], "test"), (frames[1], "train_cv")):
        if len(published):
            draw_published(axes, published, published_predictions, patients, kind)
            left = len(published) - MAX_FEATURES
            more = f"; {left} more not drawn" if left > 0 else ""
            draw_legend(axes, f"AUC  feature{more}")
        else:
            axes.text(0.5, 0.3, "no significant region,\nno feature to classify with",
                      ha="center", va="center", fontsize=8, color=MUTED,
                      bbox={"facecolor": "white", "edgecolor": "none"})  # fmt: skip
    draw_nested(
        frames[2], nested, nested_predictions, patients, n_bootstrap=n_bootstrap, seed=seed
    )
    draw_legend(frames[2], "AUC (95 % CI)  arm")
    if simulated:
        figure.text(0.995, 0.01, "SIMULATED DATA", fontsize=6.5, color=ALERT, ha="right",
                    weight="bold")  # fmt: skip
    return figure
