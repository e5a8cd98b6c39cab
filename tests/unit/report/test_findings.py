"""Key findings and figures of the report against the tables that they summarise."""

import numpy as np
import pandas as pd

from restpain.cohort.participants import Comparison
from restpain.figures.workflow_content import exclusion_flow
from restpain.presentation.labels import NO_REGION
from restpain.report.findings import findings, key_figures
from study import NESTED, PUBLISHED, REGIONS

TABLE3 = pd.concat(
    [PUBLISHED.assign(arm="A"), NESTED.rename(columns={"features": "region"})], ignore_index=True
)


def volume(grf=0, permutation=0, both=0):
    """Counts of clusters of one map."""
    counts = {"n_clusters_grf": grf, "n_clusters_permutation": permutation}
    return counts | {"n_clusters_both": both}


def corrections(*measures):
    """Nothing beside what is listed."""
    return {measure: [volume()] for measure in measures}


def test_findings_name_the_side_of_the_patients_and_what_did_not_survive():
    measures = corrections("alff", "reho", "fc")
    alff, reho, connectivity = findings(REGIONS, measures, inference="grf")

    assert alff == (
        "ALFF: 2 clusters; lower in patients in the left inferior temporal gyrus; "
        "higher in patients in the right inferior temporal gyrus."
    )
    assert reho == "ReHo: no cluster survived GRF correction."
    assert connectivity == (
        "Functional connectivity: no cluster survived the permutation test of cluster size. By "
        "GRF correction alone 1 cluster; lower in patients in the right precentral gyrus (seed "
        "ALFF1)."
    )


def test_what_survives_the_permutation_comes_before_what_grf_correction_adds():
    mixed = REGIONS[REGIONS["measure"] == "ALFF"].copy()
    mixed["survives"] = ["grf,permutation", "grf,tfce,fdr"]

    alone = {"alff": [volume(grf=2, permutation=4, both=1)]}
    none = {"alff": [volume(grf=2, permutation=None, both=None)]}
    (alff,) = findings(mixed, alone, inference="grf")
    untested = findings(mixed.assign(p_permutation=np.nan), none, inference="grf")

    assert alff == (
        "ALFF: 1 cluster; lower in patients in the left inferior temporal gyrus. By GRF "
        "correction alone 1 cluster more; higher in patients in the right inferior temporal "
        "gyrus. By the permutation test of cluster size alone 3 clusters, not listed."
    )
    assert untested[0].startswith("ALFF: 2 clusters; ")
    assert "alone" not in untested[0]


def test_by_permutation_all_that_is_listed_survives_it_and_the_rest_is_counted():
    listed = REGIONS[REGIONS["measure"] == "ALFF"].assign(survives="permutation")
    found = {"alff": [volume(grf=1, permutation=2, both=0)], "reho": [volume(grf=2)]}

    alff, reho = findings(listed, found, inference="permutation")
    flow = exclusion_flow(
        pd.DataFrame({"group": ["CP", "HC"], "exclude": ["", ""]}), Comparison("CP", "HC")
    )
    fact = key_figures(flow, listed, TABLE3, found, inference="permutation")[1]

    assert alff.endswith("inferior temporal gyrus. By GRF correction alone 1 cluster, not listed.")
    assert reho == (
        "ReHo: no cluster survived the permutation test of cluster size. By GRF correction alone "
        "2 clusters, not listed."
    )
    assert (fact["value"], fact["name"]) == ("2", "clusters significant by permutation")
    assert fact["note"] == "2 ALFF, GRF correction alone finds 3"


def test_nothing_found_names_the_correction():
    flow = exclusion_flow(
        pd.DataFrame({"group": ["CP", "HC"], "exclude": ["", ""]}), Comparison("CP", "HC")
    )
    for inference, words in (("grf", "GRF correction"), ("permutation", "the permutation test")):
        empty = (REGIONS.iloc[:0], TABLE3, corrections("alff"))
        fact = key_figures(flow, *empty, inference=inference)[1]
        assert fact["value"] == "0"
        assert fact["note"].startswith(f"none survived {words}")


def test_the_headline_counts_clusters_that_survive_the_permutation():
    flow = exclusion_flow(
        pd.DataFrame({"group": ["CP", "HC"], "exclude": ["", ""]}), Comparison("CP", "HC")
    )

    found = corrections("alff", "reho", "fc")
    fact = key_figures(flow, REGIONS, TABLE3, found, inference="grf")[1]
    untested = REGIONS.assign(p_permutation=np.nan)
    plain = key_figures(flow, untested, TABLE3, found, inference="grf")[1]

    assert (fact["value"], fact["note"]) == ("2", "2 ALFF, GRF correction alone adds 1")
    assert fact["name"] == "clusters significant by GRF correction and permutation"
    assert (plain["value"], plain["name"]) == ("3", "significant clusters")


def test_a_region_with_two_clusters_is_named_once():
    twice = REGIONS[REGIONS["measure"] == "ALFF"].iloc[[0, 0]]

    alff, _ = findings(twice, corrections("alff", "fc"), inference="grf")

    assert alff == (
        "ALFF: 2 clusters; lower in patients in the left inferior temporal gyrus (2 clusters)."
    )


def test_connectivity_without_a_seed_is_said_not_to_be_tested():
    found = corrections("alff") | {"fc": []}

    assert findings(REGIONS.iloc[:0], found, inference="grf") == [
        "ALFF: no cluster survived GRF correction.",
        "Functional connectivity: not tested, since no cluster gave a seed.",
    ]


def test_an_auc_by_definition_is_told_in_place_of_its_interval():
    flow = exclusion_flow(
        pd.DataFrame({"group": ["CP", "HC"], "exclude": ["", ""]}), Comparison("CP", "HC")
    )
    nobody = TABLE3.assign(region=NO_REGION)

    notes = [
        key_figures(flow, REGIONS, table, corrections("alff"), inference="grf")[2]["note"]
        for table in (TABLE3, nobody)
    ]

    assert notes[0] == "95 % CI 0.35 to 0.80"
    assert notes[1] == "by definition: no training set had a significant region"


def test_maps_without_series_have_no_finding_of_connectivity():
    none = corrections("vmhc")

    assert findings(REGIONS.iloc[:0], none, inference="grf") == [
        "vmhc: no cluster survived GRF correction."
    ]
