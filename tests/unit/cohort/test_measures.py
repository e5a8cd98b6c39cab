"""Measures of a study, of series and of maps that are given."""

from restpain.cohort.measures import (
    compared_measures,
    has_series,
    local_measures,
    map_scales,
    one_sample_bases,
)

SERIES = {"cohort": {"source": "bids", "maps": {}}, "metrics": {"measures": ["alff", "reho"]}}
MAPS = {
    "cohort": {
        "source": "maps",
        "maps": {"vmhc": {"files": "{x}_vmhc.nii", "scale": "zscore"}, "alff": "{x}_alff.nii"},
        "map_scale": "raw",
        "series": None,
    },
    "metrics": {"measures": ["reho"]},
}
WITH_SERIES = MAPS | {"cohort": MAPS["cohort"] | {"series": "{x}_bold.nii"}}


def test_connectivity_is_compared_with_series_and_not_with_maps_alone():
    assert [has_series(one) for one in (SERIES, MAPS, WITH_SERIES)] == [True, False, True]
    assert compared_measures(SERIES) == ["alff", "reho", "fc"]
    assert compared_measures(MAPS) == local_measures(MAPS) == ["vmhc", "alff"]
    assert compared_measures(WITH_SERIES) == ["vmhc", "alff", "fc"]
    assert local_measures(WITH_SERIES) == ["vmhc", "alff"]


def test_a_map_divided_by_its_mean_is_tested_against_1_and_a_score_against_0():
    assert one_sample_bases(SERIES) == {"alff": 1.0, "reho": 1.0, "fc": 0.0}
    assert map_scales(MAPS["cohort"]) == {"vmhc": "zscore", "alff": "raw"}
    assert one_sample_bases(MAPS) == {"vmhc": 0.0, "alff": 1.0}
    assert one_sample_bases(WITH_SERIES) == {"vmhc": 0.0, "alff": 1.0, "fc": 0.0}
