"""Figure 4, continued: calibration, AUCs with permuted groups, learning curve."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from restpain.classification.robustness import AUCS, HEADLINE, PERMUTED_ARMS, pooled_row
from restpain.presentation.numbers import counted, number, permutation_clause
from restpain.presentation.plots import frame
from restpain.presentation.slices import ALERT, INK, MUTED

ARMS = {  # colours of different lightness, and markers, so that they differ in grey too
    "B nested": {"color": "#000000", "marker": "o"},
    "C atlas": {"color": "#d95f02", "marker": "s"},
    "D logistic": {"color": "#4e9fd1", "marker": "^"},
}
NULL_COLOUR = "#9aa5b1"


def draw_calibration(axes: Axes, calibration: pd.DataFrame, nested: pd.DataFrame) -> None:
    """Draw share of patients against mean probability of each arm, and the line of a true one."""
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    scores = nested.set_index("arm")["brier"]
    for name, style in ARMS.items():
        rows = calibration[calibration["arm"] == name]
        letter, _, words = name.partition(" ")  # short, as the legend lies within the panel
        label = f"{number(scores[name], 3)}  {letter}, {words}"
        axes.plot(
            rows["probability"], rows["share_patients"],
            label=label, linewidth=1.2, markersize=4.5, **style,
        )  # fmt: skip
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.legend(fontsize=6.6, frameon=False, title="Brier score  arm", title_fontsize=6.8,
                loc="lower right", labelcolor=INK)  # fmt: skip


def draw_permuted(
    axes: Axes, published: pd.DataFrame, nested: pd.DataFrame, permuted: pd.DataFrame
) -> None:
    """Draw the AUCs with permuted groups as dots, and those with the true groups as diamonds.

    The p of arm B stands below its name, and in place of a diamond why there is none.
    """
    row = pooled_row(published)
    arm_b = nested.set_index("arm").loc[HEADLINE]
    clause = permutation_clause(arm_b["p_permutation"], permuted["permutation"].nunique())
    lines = [
        ("A, test sets", PERMUTED_ARMS["test"], None if row is None else row[AUCS["test"]]),
        (
            "A, cross-validation",
            PERMUTED_ARMS["train_cv"],
            None if row is None else row[AUCS["train_cv"]],
        ),
        ("B, nested\n" + clause.replace(", ", ",\n"), HEADLINE, arm_b["auc_first_repeat"]),
    ]
    for height, (_, arm, observed) in zip((2, 1, 0), lines, strict=True):
        rows = permuted[permuted["arm"] == arm].dropna(subset="auc").sort_values("auc")
        level = height - 0.12 + _spread(rows["auc"].to_numpy())
        found = (rows["n_found"] > 0).to_numpy()
        axes.scatter(rows["auc"][~found], level[~found], s=9, facecolor="none",
                     edgecolor=NULL_COLOUR, linewidth=0.7)  # fmt: skip
        axes.scatter(rows["auc"][found], level[found], s=11, color=INK, linewidth=0)
        if observed is not None and np.isfinite(observed):
            axes.scatter([observed], [height + 0.32], s=42, marker="D", color=ALERT, zorder=3)
            side = -1 if observed > 0.75 else 1
            axes.annotate(number(observed, 2), (observed, height + 0.32), fontsize=7, color=ALERT,
                          xytext=(7 * side, 0), textcoords="offset points", va="center",
                          ha="right" if side < 0 else "left")  # fmt: skip
        elif row is None:
            axes.text(0.53, height + 0.32, "true groups: no region", fontsize=7, color=ALERT,
                      va="center")  # fmt: skip
    axes.axvline(0.5, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    axes.set(xlim=(-0.02, 1.04), ylim=(-0.52, 2.6))  # room for the lowest dots
    axes.set_yticks([2, 1, 0], [line[0] for line in lines], fontsize=7)
    handles = [
        axes.scatter([], [], s=42, marker="D", color=ALERT, label="true groups"),
        axes.scatter([], [], s=11, color=INK, label="permuted, a region found"),
        axes.scatter([], [], s=9, facecolor="none", edgecolor=NULL_COLOUR, label="permuted, none"),
    ]
    axes.legend(handles=handles, fontsize=6.6, frameon=False, loc="upper left", ncols=3,
                bbox_to_anchor=(-0.28, -0.17), handletextpad=0.2, columnspacing=0.8,
                labelcolor=INK)  # fmt: skip


def _spread(values: np.ndarray) -> np.ndarray:
    """Heights of dots that lie on each other, from 0 down, at most 0.3."""
    level = np.zeros(len(values))
    rounded = np.round(values, 2)
    for value in np.unique(rounded):
        rows = np.flatnonzero(rounded == value)
        level[rows] = -np.arange(len(rows)) * min(0.06, 0.3 / max(len(rows) - 1, 1))
    return level


def draw_curve(axes: Axes, curve: pd.DataFrame) -> None:
    """Draw AUC against the size of the training sets, with its interval."""
    errors = np.clip([curve["auc"] - curve["auc_low"], curve["auc_high"] - curve["auc"]], 0, None)
    axes.errorbar(curve["n_training"], curve["auc"], yerr=errors, color="#000000", marker="o",
                  linewidth=1.2, markersize=4.5, capsize=3, elinewidth=0.9)  # fmt: skip
    for row in curve.itertuples():
        if row.folds_without_region:
            words = f"{counted(row.folds_without_region, 'fold')}\nwithout\na region"
            axes.annotate(words, (row.n_training, 0.02), fontsize=6, color=MUTED, ha="center")
    axes.axhline(0.5, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    low, high = curve["n_training"].min(), curve["n_training"].max()
    room = max(0.15 * (high - low), 1)
    axes.set(xlim=(low - room, high + room), ylim=(-0.02, 1.04))


def robustness_figure(
    *,
    published: pd.DataFrame,
    nested: pd.DataFrame,
    calibration: pd.DataFrame,
    permuted: pd.DataFrame,
    curve: pd.DataFrame,
    simulated: bool,
) -> Figure:
    """Draw the three panels from the tables of the classification."""
    figure = Figure((10.2, 3.9))
    left, middle, right = (
        figure.add_axes((left, 0.2, width, 0.6))
        for left, width in ((0.05, 0.235), (0.42, 0.27), (0.76, 0.225))
    )
    frame(left, "Calibration", "bins of equal size; dotted: perfectly calibrated",
          x="predicted probability, mean of the bin", y="share of patients")  # fmt: skip
    draw_calibration(left, calibration, nested)
    n_permutations = counted(permuted["permutation"].nunique(), "permutation")
    frame(middle, "Permuted groups", f"{n_permutations}, all steps recomputed", x="AUC", y="")
    draw_permuted(middle, published, nested, permuted)
    frame(right, "Learning curve", "logistic regression, regions chosen again",
          x="participants in a training set", y="AUC")  # fmt: skip
    draw_curve(right, curve)
    if simulated:
        figure.text(0.995, 0.01, "SIMULATED DATA", fontsize=6.5, color=ALERT, ha="right",
                    weight="bold")  # fmt: skip
    return figure
