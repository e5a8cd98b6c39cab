"""Counts and texts of Figure 1."""

import pandas as pd

from restpain.cohort.measures import compared_measures
from restpain.cohort.participants import Comparison
from restpain.figures.workflow_content import exclusion_flow, volumes_text, workflow_content
from study import settings

ROSTER = pd.DataFrame(
    {
        "group": ["CP", "CP", "CP", "CP", "HC"],
        "exclude": ["", "moved", "metastasis", "metastasis", ""],
    }
)


def test_the_flow_counts_each_reason_and_orders_them_by_number():
    patients, controls = exclusion_flow(ROSTER, Comparison("CP", "HC"))

    assert patients["recruited"] == 4
    assert patients["analysed"] == 1
    assert patients["excluded"] == [("metastasis", 2), ("moved", 1)]
    assert controls["excluded"] == []


def test_volumes_of_participants_that_differ_are_a_range():
    assert volumes_text([{"n_volumes": 60}], 1) == "first 1 volume dropped, 60 kept"
    assert volumes_text([{"n_volumes": 60}, {"n_volumes": 55}], 5).endswith("55 to 60 kept")


def content_of_maps(**cohort):
    empty = pd.DataFrame(columns=["auc", "arm", "region", "q_fdr"])
    chosen = settings()
    maps = {"alff": "{x}.nii", "zfc": {"files": "{x}.nii", "scale": "zscore"}}
    chosen["cohort"] |= {"source": "maps", "maps": maps, "score": None} | cohort
    measures = compared_measures(chosen)
    return workflow_content(
        roster=ROSTER,
        func_qc=[{"n_voxels": 60000}],
        mask={},
        clusters=dict.fromkeys(measures, empty),
        seeds=empty,
        association=empty,
        published=empty,
        nested=empty,
        described={},
        settings=chosen,
    )


def test_maps_are_given_and_have_no_seeds():
    content = content_of_maps()

    assert content["preprocessing"] == [
        ("Maps", ["given in MNI space, on their own grid", "no registration, no series"])
    ]
    assert content["metrics"] == [
        ("ALFF", ["\N{DIVISION SIGN} mean before", "not smoothed here"]),
        ("zfc", ["z scores", "not smoothed here"]),
    ]
    assert content["clusters"] == [("ALFF: no clusters", False), ("zfc: no clusters", False)]
    assert not content["seeded"]


def test_series_beside_maps_have_seeds_and_were_cleaned_before():
    content = content_of_maps(series="{x}_bold.nii")

    assert content["preprocessing"] == [
        (
            "Maps and series",
            [
                "given in MNI space, on their own grid",
                "no registration",
                "nuisance regressed before",
            ],
        )
    ]
    assert [title for title, _ in content["metrics"]] == ["ALFF", "zfc", "Seed FC"]
    assert content["metrics"][2][1] == [
        "no seeds: no significant cluster",
        "Fisher z of r, 0.01\N{EN DASH}0.1 Hz, 6 mm FWHM",
    ]
    assert content["clusters"] == [
        ("ALFF: no clusters", False),
        ("zfc: no clusters", False),
        ("FC: not tested, no seed", False),
    ]
    assert not content["seeded"]
