"""Sentences on normality and family-wise error against made-up results."""

import numpy as np

from restpain.report.assumptions import (
    error_rate_sentence,
    normality_rows,
    normality_sentence,
    score_maps_sentence,
    searched_sentences,
)
from study import ERROR_RATE, MODEL, NORMALITY, SCORE_MAP


def test_normality_names_the_share_beside_that_of_normal_data_and_the_feature_that_hangs_on_it():
    text = normality_sentence({"alff": MODEL, "fc": MODEL | {"volumes": []}}, NORMALITY)

    assert "in ALFF 4.2 % of voxels; 3.1 % are expected" in text
    assert "For ALFF2, Student's, Welch's and the permutation test are not" in text
    assert text.endswith("rely on the permutation test.")


def test_tests_that_agree_are_said_to_agree():
    agreeing = normality_sentence({"alff": MODEL}, NORMALITY.iloc[:2])
    unpermuted = normality_sentence({"alff": MODEL}, NORMALITY.assign(p_permutation=np.nan))

    assert "For the one feature Student's, Welch's and the permutation test are on" in agreeing
    assert "For ALFF2, Student's and Welch's test are not" in unpermuted
    assert unpermuted.endswith("do not rely on either.")


def test_without_features_normality_speaks_of_the_maps_alone():
    text = normality_sentence({"alff": MODEL}, NORMALITY.iloc[:0])

    assert text.endswith("if all were normal.")
    assert normality_rows(NORMALITY.iloc[:0], 500) == []


def test_the_table_gives_both_groups_a_row_and_the_tests_to_the_first():
    rows = normality_rows(NORMALITY, 500)

    assert [row["first"] for row in rows] == [True, False, True, False]
    assert rows[0]["student"] == "\N{MINUS SIGN}5.50 (<0.001)"


def test_clusters_of_the_score_are_counted_over_the_measures_that_were_searched():
    none = SCORE_MAP | {
        "volumes": [
            SCORE_MAP["volumes"][0]
            | {"n_clusters": 0, "n_clusters_grf": 0, "n_clusters_permutation": 0}
            | {"n_clusters_both": 0}
        ]
    }
    unsearched = SCORE_MAP | {"volumes": []}

    text = score_maps_sentence({"alff": SCORE_MAP, "reho": none, "fc": unsearched}, "nrs")

    assert "(ALFF and ReHo; 10 patients" in text
    assert ": 2 clusters of ALFF correlated with nrs; 1 of them survived the permutation" in text
    unpermuted = [
        SCORE_MAP["volumes"][0]
        | {"n_permutations": 0, "n_clusters_permutation": None, "n_clusters_both": None}
    ]
    alone = score_maps_sentence({"alff": SCORE_MAP | {"volumes": unpermuted}}, "nrs")
    assert alone.endswith(": 2 clusters of ALFF correlated with nrs.")
    assert score_maps_sentence({"alff": none}, "nrs").endswith(": no cluster correlated with nrs.")


def test_the_score_maps_say_by_what_they_are_corrected_and_what_the_other_would_add():
    volume = SCORE_MAP["volumes"][0] | {"inference": "permutation", "n_clusters": 1}

    text = score_maps_sentence({"alff": SCORE_MAP | {"volumes": [volume]}}, "nrs")

    assert text.endswith(
        "corrected by the permutation test of cluster size): 1 cluster of ALFF correlated with "
        "nrs; by GRF correction alone 1 cluster, not listed."
    )


def test_without_a_score_or_enough_patients_no_map_is_claimed():
    failed = SCORE_MAP | {"reason": "the score is 3 in all 4 patients", "volumes": []}

    assert score_maps_sentence({"alff": SCORE_MAP}, None) is None
    assert score_maps_sentence({"alff": failed, "fc": failed}, "nrs") == (
        "No voxelwise correlation with nrs was computed: the score is 3 in all 4 patients."
    )


def test_the_error_rate_stands_beside_what_was_aimed_at_and_what_was_published():
    strict = {"measure": "reho", "error_rate": 0.01, "error_rate_high": 0.0204}
    strict = ERROR_RATE | strict | {"error_rate_low": 0.0043}

    text = error_rate_sentence([ERROR_RATE, strict])

    assert "ALFF 8.0 % (95 % CI 5.9 to 10.7) and ReHo 1.0 % (95 % CI 0.4 to" in text
    assert "nominal 5.0 %; liberal for ALFF; conservative for ReHo." in text
    assert text.endswith("Published at this threshold: 6.0 % (2.2\N{EN DASH}14.4 %).")


def test_another_threshold_has_no_published_rate_and_no_permutation_no_rate():
    other = error_rate_sentence([ERROR_RATE | {"voxel_p": 0.01}])
    none = error_rate_sentence([ERROR_RATE | {"n_permutations": 0, "error_rate": None}])

    assert "Published" not in other
    assert "was not estimated (no permutations)" in none


def test_voxels_that_are_not_searched_are_told_with_the_reason():
    nothing = dict.fromkeys(("near_the_seed", "too_few_participants_with_data", "no_variation"), 0)
    constant = nothing | {"no_variation": 12, "too_few_participants_with_data": 1}
    seeds = [nothing | {"near_the_seed": size} for size in (1819, 393)]

    sentences = searched_sentences(
        {
            "alff": {"NotSearched": [nothing], "SeedDistance": 6.0},
            "reho": {"NotSearched": [constant], "SeedDistance": 6.0},
            "fc": {"NotSearched": seeds, "SeedDistance": 6.0},
        }
    )

    assert sentences == [
        "Voxels of ReHo that were not searched: 1 with too few participants who have data there "
        "and 12 without variation between participants.",
        "Voxels of FC that were not searched (of each seed): 393 to 1\u202f819 in a seed or near "
        "it (6 mm), in its own map.",
    ]
    assert searched_sentences({"fc": {"NotSearched": [], "SeedDistance": None}}) == []
