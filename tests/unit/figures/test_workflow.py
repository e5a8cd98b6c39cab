"""The drawn flow: its counts, its words, and that it is sound XML."""

import xml.etree.ElementTree as ET

import pandas as pd

from restpain.figures.workflow import workflow_svg
from restpain.figures.workflow_content import workflow_content
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


def words(svg):
    return [element.text for element in ET.fromstring(svg).iter() if element.text]


def test_the_drawing_names_the_settings_and_the_counts():
    said = " ".join(words(workflow_svg(content()))).replace("\u00a0", " ")

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


def test_a_reason_with_markup_stays_text():
    roster = ROSTER.assign(exclude=["", "<script>alert(1)</script>", "", "", ""])

    svg = workflow_svg(content(roster=roster))

    assert "<script>" not in svg
    assert any("<script>" in word for word in words(svg))


def test_seeds_that_are_given_do_not_come_from_the_clusters():
    given = settings()
    given["connectivity"]["seeds"] = "coordinates"

    assert "become seeds" in words(workflow_svg(content()))
    assert "become seeds" not in words(workflow_svg(content(settings=given)))


def test_derivatives_skip_the_steps_that_were_not_done():
    given = settings()
    given["cohort"]["source"] = "derivatives"

    said = " ".join(words(workflow_svg(content(settings=given))))

    assert "Derivatives" in said
    assert "DICOM" not in said
    assert "SIMULATED" not in said
