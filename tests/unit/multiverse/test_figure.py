"""The specification curve: order, verdicts and choices that are drawn, and what is left out."""

import itertools

import numpy as np
import pandas as pd
import pytest

from restpain.multiverse.choices import changed_verdicts, explained_shares
from restpain.multiverse.figure import (
    MAX_REGIONS,
    shown_regions,
    sorted_universes,
    specification_figure,
)
from restpain.presentation.plots import save_figure

VALUES = {"metrics.fwhm_mm": [6.0, 4.0], "group.tails": [2, 1]}
# t and verdict of the universes (0, 0), (0, 1), (1, 0) and (1, 1)
T = [4.0, 4.0, -1.0, 6.0]
SURVIVES = [True, False, False, True]


def region(name="ALFF1", **changes):
    row = {"region_id": name, "seed": np.nan, "in_main": True, "sign": 1, "region": "Insula_L"}
    row |= {"hemisphere": "left", "n_universes": 4, "n_surviving": 2}
    return row | changes


def drawn(
    regions=None,
    *,
    t=T,
    survives=SURVIVES,
    values=VALUES,
    tested=True,
    simulated=False,
    measure="alff",
):
    """Figure of regions that all have the same curve."""
    regions = pd.DataFrame([region()] if regions is None else regions, columns=list(region()))
    choices = np.array(list(itertools.product(*map(range, map(len, values.values())))), int)
    universes = [{"universe": n, "choices": list(one)} for n, one in enumerate(choices)]
    curve = pd.DataFrame({"universe": range(len(t)), "t": t, "survives": survives})
    shares = explained_shares(np.array(t), choices) if values else []
    pairs = changed_verdicts(np.array(survives), choices)
    effects = [
        {"key": key, "explained": share, "explained_low": 0.0, "explained_high": 0.9}
        | {"n_changed": changed, "n_pairs": n_pairs}
        for key, share, (changed, n_pairs) in zip(values, shares, pairs, strict=True)
    ]
    columns = ["key", "explained", "explained_low", "explained_high", "n_changed", "n_pairs"]
    names = regions["region_id"]
    return specification_figure(
        measure=measure,
        regions=regions,
        specification=pd.concat([curve.assign(region_id=name) for name in ["", *names]]),
        choices=pd.concat(
            [
                pd.DataFrame(effects, columns=columns).assign(region_id=name)
                for name in ["", *names]
            ]
        ),
        universes=universes,
        values=values,
        tested=tested,
        simulated=simulated,
    )


def lines(figure):
    """Points of each line of the figure with a name, strokes by their places alone."""
    found = {}
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_gid():
                x, y = (np.array(values, float) for values in line.get_data())
                found[line.get_gid()] = (x[np.isfinite(x)], y[np.isfinite(x)])
    return found


def words(figure):
    texts = [text.get_text() for text in figure.texts]
    for axes in figure.axes:
        texts += [text.get_text() for text in [*axes.texts, axes.xaxis.label]]
    return " ".join(" ".join(texts).split())


def test_universes_are_sorted_by_t_and_equal_ones_by_verdict_with_the_significant_first():
    curve = pd.DataFrame({"t": [4.0 + 1e-13, 4.0, -1.0, 6.0], "survives": [False, True, False, 1]})

    order = sorted_universes(curve, np.array([[0, 0], [0, 1], [1, 0], [1, 1]]))

    assert order.tolist() == [2, 1, 0, 3]


def test_a_universe_is_filled_where_it_survives_and_open_where_it_does_not():
    found = lines(drawn())

    # sorted: universes 2 (-1, absent), 0 (4, found), 1 (4, absent), 3 (6, found)
    assert found["found"][0].tolist() == [1, 3]
    assert found["found"][1].tolist() == [4, 6]
    assert found["absent"][0].tolist() == [0, 2]
    assert found["absent"][1].tolist() == [-1, 4]


@pytest.mark.parametrize(("main", "fill"), [(True, "#a3261f"), (False, "white")])
def test_the_main_analysis_is_a_red_diamond_filled_where_it_has_the_region(main, fill):
    figure = drawn(survives=[main, False, False, True])

    (diamond,) = [one for axes in figure.axes for one in axes.lines if one.get_gid() == "main"]
    assert diamond.get_marker() == "D"
    assert diamond.get_color() == "#a3261f"
    assert diamond.get_markerfacecolor() == fill
    assert diamond.get_ydata().tolist() == [4]


def test_each_column_of_the_matrix_has_a_mark_at_the_values_of_its_universe():
    found = lines(drawn())

    # columns from left to right: universes 2, 0, 1, 3
    places = {
        "metrics.fwhm_mm=6 found": [1, 1],  # a stroke has two ends
        "metrics.fwhm_mm=6 absent": [2, 2],
        "metrics.fwhm_mm=4 found": [3, 3],
        "metrics.fwhm_mm=4 absent": [0, 0],
        "group.tails=2 found": [1, 1],
        "group.tails=2 absent": [0, 0],
        "group.tails=1 found": [3, 3],
        "group.tails=1 absent": [2, 2],
    }
    for name, x in places.items():
        assert found[name][0].tolist() == x, name


def test_the_effect_of_each_choice_is_a_bar_with_its_interval_and_the_pairs():
    figure = drawn()

    bars = {
        bar.get_gid(): bar.get_width()
        for axes in figure.axes
        for bar in axes.patches
        if (bar.get_gid() or "").startswith("share ")
    }
    # T over fwhm and tails: means 4 and 2.5, 1.5 and 5; the total sum of squares is 26.75
    assert bars["share metrics.fwhm_mm"] == pytest.approx(1.5**2 / 26.75)
    assert bars["share group.tails"] == pytest.approx(3.5**2 / 26.75)
    intervals = {
        one.get_gid(): one.get_segments()[0][:, 0].tolist()
        for axes in figure.axes
        for one in axes.collections
        if (one.get_gid() or "").startswith("interval ")
    }
    assert intervals == dict.fromkeys(
        ("interval metrics.fwhm_mm", "interval group.tails"), [0, 0.9]
    )
    # pairs of fwhm: (0, 2) and (1, 3), of tails: (0, 1) and (2, 3); each has one survivor
    assert words(figure).count("2 of 2") == 2


def test_the_figure_says_how_to_read_it_with_names_of_keys_and_no_letter_of_code():
    text = words(drawn())

    assert "ALFF: 1 region in 4 universes" in text
    assert "Each column of a panel is one universe: the whole analysis under one combi" in text
    assert "Smoothing FWHM, mm" in text
    assert "Insula, left" in text
    assert "ALFF1, patients higher significant in 2 of 4" in text
    assert "SIMULATED DATA" not in text
    assert "SIMULATED DATA" in words(drawn(simulated=True))


def test_a_region_of_connectivity_names_its_seed():
    text = words(drawn([region("FC1", seed="ALFF1", sign=-1)], measure="fc"))

    assert "FC1, seed ALFF1, patients lower" in text


def test_regions_of_the_main_analysis_come_first_and_those_not_drawn_are_named():
    regions = [region("ALFF1", n_surviving=1)]
    regions += [region(f"ALFF+{n}", in_main=False, n_surviving=n) for n in range(1, 8)]

    shown, others = shown_regions(pd.DataFrame(regions))
    text = words(drawn(regions))

    assert shown["region_id"].tolist() == ["ALFF1", *(f"ALFF+{n}" for n in (7, 6, 5, 4, 3))]
    assert len(shown) == MAX_REGIONS
    assert others["region_id"].tolist() == ["ALFF+2", "ALFF+1"]
    assert "Not drawn, with the universes (of 4) that have them: ALFF+2 Insula, left (2)" in text
    assert "ALFF+1 Insula, left (1)." in text


def test_without_a_region_the_figure_says_so():
    figure = drawn([], simulated=True)

    assert "No region to show for ALFF None of the 4 universes has a significant" in words(figure)
    assert "SIMULATED DATA" in words(figure)


@pytest.mark.parametrize(
    ("values", "tested", "said"),
    [
        ({}, True, "The only universe has no significant cluster."),
        (VALUES, True, "None of the 4 universes has a significant cluster."),
        (VALUES, False, "Not tested, no seed."),
    ],
)
def test_why_there_is_no_region_is_said(values, tested, said):
    n = 4 if values else 1
    figure = drawn([], t=T[:n], survives=SURVIVES[:n], values=values, tested=tested)

    assert f"No region to show for ALFF {said}" in words(figure)


def test_one_universe_is_a_diamond_without_a_matrix():
    figure = drawn(t=[4.0], survives=[True], values={})

    assert lines(figure)["main"][1].tolist() == [4]
    assert "1 region in 1 universe" in words(figure)
    assert "Effect of" not in words(figure)


def test_a_region_without_t_says_so():
    figure = drawn(t=[np.nan] * 4, survives=[True] * 4)

    assert "t unknown" in words(figure)


def test_no_label_of_many_regions_leaves_the_figure_or_meets_another_panel(tmp_path):
    long = {"region": "Frontal_Sup_Orb_R", "hemisphere": "right"}
    regions = [region(f"ALFF{n}", **long) for n in range(1, 7)]
    values = {"preprocessing.nuisance": [["trend", "friston24", "wm", "csf", "global"], []]}

    figure = drawn(regions, t=[1.0, 2.0], survives=[True, False], values=values)

    save_figure(figure, png_path=tmp_path / "a.png", svg_path=tmp_path / "a.svg", dpi=100)
    boxes = [text.get_window_extent() for axes in figure.axes for text in axes.texts]
    titles = [text.get_window_extent() for text in figure.texts if "right" in text.get_text()]
    assert len(titles) == 6
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for box in [*boxes, *titles])
    for first, second in itertools.pairwise(sorted(titles, key=lambda box: (-box.y0, box.x0))):
        assert second.x0 > first.x1 or second.y0 < first.y0
    assert b">preprocessing" not in (tmp_path / "a.svg").read_bytes()


def test_the_same_tables_give_the_same_bytes(tmp_path):
    for name in "ab":
        save_figure(
            drawn(), png_path=tmp_path / f"{name}.png", svg_path=tmp_path / f"{name}.svg", dpi=60
        )

    for kind in ("png", "svg"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
