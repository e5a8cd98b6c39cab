"""The drawn flow: its counts, and words that stay within it."""

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg

from restpain.figures.workflow import workflow_figure
from restpain.figures.workflow_content import workflow_content
from restpain.presentation.labels import NO_REGION
from restpain.presentation.slices import DPI
from study import ASSOCIATION, NESTED, PUBLISHED, settings

ROSTER = pd.DataFrame(
    {
        "group": ["CP", "CP", "CP", "CP", "HC"],
        "exclude": ["", "moved", "metastasis", "metastasis", ""],
    }
)


def content(**changes):
    parts = {
        "roster": ROSTER,
        "func_qc": [{"n_volumes": 60, "slice_timing": "interleaved"}] * 2,
        "mask": {"n_voxels": 65321},
        "clusters": {
            "alff": pd.DataFrame({"t": [1]}),
            "reho": pd.DataFrame(),
            "fc": pd.DataFrame(),
        },
        "seeds": pd.DataFrame({"seed": ["ALFF1"]}),
        "association": ASSOCIATION,
        "published": PUBLISHED,
        "nested": NESTED,
        "described": {"nrs": {"LongName": "Numeric Rating Scale"}},
        "settings": settings(),
    }
    return workflow_content(**(parts | changes))


def words(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_no_text_leaves_its_box_or_the_figure():
    figure = workflow_figure(content())
    figure.set_dpi(DPI)  # letters are wider on coarse pixels
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    axes, boxes = figure.axes[0], []
    width = canvas.get_width_height()[0]
    for patch in axes.patches:
        boxes.append(patch.get_window_extent())
    for text in axes.texts:
        if not text.get_text():  # an arrow
            continue
        extent = text.get_window_extent()
        inside = [box for box in boxes if box.x0 <= extent.x0 <= box.x1 and
                  box.y0 <= (extent.y0 + extent.y1) / 2 <= box.y1]  # fmt: skip
        smallest = min((box.x1 for box in inside), default=width)
        assert extent.x1 <= smallest, text.get_text()


def test_the_drawing_names_the_settings_and_the_counts():
    said = " ".join(words(workflow_figure(content()))).replace("\u00a0", " ")

    for phrase in (
        "4 patients recruited",
        "3 excluded",
        "2 metastasis",
        "1 control analysed",
        "0.01–0.1 Hz",
        "6 mm FWHM",
        "voxel p < 0.001, cluster p < 0.05, two-tailed",
        "Spearman with Numeric Rating Scale",
        "ALFF: 1 cluster",
        "ReHo: no clusters",
        "SIMULATED DATA",
    ):
        assert phrase in said


def test_a_reason_with_markup_or_signs_of_mathematics_stays_text():
    roster = ROSTER.assign(exclude=["", "<script>$x$</script>", "", "", ""])

    figure = workflow_figure(content(roster=roster))

    assert any("<script>$x$</script>" in word for word in words(figure))
    assert not any(text.get_parse_math() for text in figure.axes[0].texts if text.get_text())


def test_seeds_that_are_given_do_not_come_from_the_clusters():
    given = settings()
    given["connectivity"]["seeds"] = "coordinates"

    assert "become seeds" in words(workflow_figure(content()))
    assert "become seeds" not in words(workflow_figure(content(settings=given)))


def test_features_are_counted_without_those_pooled_and_no_arm_stands_for_equal_ones():
    pooled = PUBLISHED.iloc[:1].assign(cluster_id="all", measure="all", auc=0.9)
    published = pd.concat([PUBLISHED, pooled], ignore_index=True)

    said = " ".join(words(workflow_figure(content(published=published)))).replace("\u00a0", " ")

    assert "2 features, regions chosen" in said
    assert "AUC 0.80 to 0.90" in said


def test_without_a_cluster_there_is_no_seed_and_each_stage_says_so():
    empty = pd.DataFrame()
    figure = workflow_figure(
        content(
            clusters={"alff": empty, "reho": empty, "fc": empty},
            seeds=empty,
            association=ASSOCIATION.iloc[:0],
            published=PUBLISHED.iloc[:0],
            nested=NESTED.assign(features=NO_REGION, auc=0.5),
        )
    )

    said = " ".join(words(figure)).replace("\u00a0", " ")
    for phrase in (
        "no seeds: no significant cluster",
        "ALFF: no clusters",
        "FC: not tested, no seed",
        "Numeric Rating Scale, no features",
        "no feature to classify with",
        "AUC 0.50, no fold with a region",
    ):
        assert phrase in said
    assert "become seeds" not in said
    assert "q < 0.05" not in said


def test_derivatives_skip_the_steps_that_were_not_done():
    given = settings()
    given["cohort"]["source"] = "derivatives"

    said = " ".join(words(workflow_figure(content(settings=given))))

    assert "Derivatives" in said
    assert "DICOM" not in said
    assert "SIMULATED" not in said
