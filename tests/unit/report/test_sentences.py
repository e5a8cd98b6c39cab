"""Sentences of the report against the tables that they summarise."""

import pandas as pd

from restpain.cohort.participants import Comparison
from restpain.figures.workflow_content import exclusion_flow
from restpain.presentation.labels import NO_REGION
from restpain.report import sentences as report_words
from study import ASSOCIATION, NESTED, PUBLISHED, REGIONS, settings

TABLE3 = pd.concat(
    [PUBLISHED.assign(arm="A"), NESTED.rename(columns={"features": "region"})], ignore_index=True
)


def test_arm_b_comes_before_the_circular_arm_a():
    sentence = report_words.classification_sentence(TABLE3)

    assert sentence.index("0.60 (95 % CI 0.35 to 0.80") < sentence.index("0.80 to 0.90")


def test_without_regions_the_classification_says_so():
    only_nested = TABLE3[TABLE3["arm"] != "A"]

    assert "no significant region" in report_words.classification_sentence(only_nested)


def test_without_a_region_in_any_fold_the_auc_is_one_by_definition():
    nobody = TABLE3.assign(region=NO_REGION)
    nobody = nobody[nobody["arm"] == "B nested"].assign(auc=0.5, p_permutation=1.0)

    assert report_words.classification_sentence(nobody) == (
        "Arm B, nested cross-validation, found no significant region in any training set and "
        "classified no participant: its AUC is 0.50 by definition (permutation p = 1.000). Arm A, "
        "published protocol, had no significant region to classify with."
    )


def test_equal_aucs_of_arm_a_are_one_number():
    equal = TABLE3.assign(auc=1.0)

    assert report_words.classification_sentence(equal).endswith("gave an AUC of 1.00.")


def test_a_score_without_a_correlation_names_the_smallest_p_and_q():
    sentence = report_words.score_sentence(ASSOCIATION, "the clinical score (NRS)")

    assert sentence == (
        "No feature correlated with the clinical score (NRS) in patients at q < 0.05 "
        "(2 features, smallest p = 0.400, smallest q = 0.570)."
    )


def test_a_score_with_a_correlation_names_the_feature():
    table = ASSOCIATION.assign(q_fdr=[0.01, 0.2])

    assert report_words.score_sentence(table, "nrs").endswith("ALFF1 (ρ = 0.13).")
    assert "no clinical score" in report_words.score_sentence(table, None).lower()


def certainty(size_field, size_permuted, regions=REGIONS, inference="grf"):
    quality = pd.DataFrame(
        {"group": ["CP", "CP", "HC", "HC"], "mean_fd_jenkinson_mm": [0.1, 0.3, 0.1, 0.1]}
    )
    sizes = {
        "cluster_size_threshold": size_field,
        "cluster_size_permutation": size_permuted,
    }
    found = {"alff": [sizes], "fc": []}
    return report_words.certainty(
        *(regions, TABLE3, found, quality, Comparison("CP", "HC")), inference=inference
    )


def test_certainty_counts_what_survives_the_other_corrections():
    sentences = certainty(24, 31)

    assert sentences[0] == (
        "Of 3 clusters that survived GRF correction, 2 also survive the permutation test of "
        "cluster size; 1 also survives voxelwise FDR at the peak."
    )
    assert certainty(24, 31, inference="permutation")[0].startswith(
        "Of 3 clusters that survived the permutation test of cluster size, 3 also survive GRF"
    )
    assert "ALFF 24 and 31; where permutation requires a larger cluster" in sentences[1]
    assert "0.30 above that of arm B" in sentences[2]
    assert "patients 0.20, controls 0.10 mm" in sentences[3]


def test_grf_correction_is_called_liberal_only_if_it_accepts_smaller_clusters():
    assert "is not liberal" in certainty(40, 31)[1]
    assert not any("liberal" in sentence for sentence in certainty(24, None))


def test_limits_begin_with_the_simulation_only_if_there_is_one():
    roster = pd.DataFrame({"group": ["CP", "HC"], "exclude": ["", ""]})
    flow = exclusion_flow(roster, Comparison("CP", "HC"))
    real = settings()
    real["cohort"]["source"] = "bids"

    assert "simulated" in report_words.limits(flow, TABLE3, settings(), 2.0)[0]
    assert not any("simulated" in text for text in report_words.limits(flow, TABLE3, real, None))


def test_the_width_of_the_interval_is_told_if_there_is_one():
    roster = pd.DataFrame({"group": ["CP", "HC"], "exclude": ["", ""]})
    flow = exclusion_flow(roster, Comparison("CP", "HC"))
    constant = TABLE3.copy()
    constant.loc[constant["arm"] == "B nested", ["auc_low", "auc_high"]] = float("nan")

    texts = [" ".join(report_words.limits(flow, t, settings(), 2.0)) for t in (TABLE3, constant)]

    assert "The 95 % CI of the AUC of arm B is 0.45 wide" in texts[0]
    assert "wide" not in texts[1]


def test_the_published_error_rate_is_quoted_only_at_its_threshold():
    roster = pd.DataFrame({"group": ["CP", "HC"], "exclude": ["", ""]})
    flow = exclusion_flow(roster, Comparison("CP", "HC"))
    other = settings()
    other["group"]["voxel_p"] = 0.01

    at_threshold = report_words.limits(flow, TABLE3, settings(), 2.0)
    elsewhere = report_words.limits(flow, TABLE3, other, 2.0)

    quoted = [text for text in at_threshold if "6.0 % (median; 2.2–14.4 % over studies)" in text]
    assert len(quoted) == 1
    assert [text for text in at_threshold if text not in quoted] == elsewhere


def test_the_question_names_the_measures_and_the_score():
    text = report_words.question(["alff", "reho", "fc"], "the clinical score (NRS)")

    assert "amplitude of low-frequency fluctuations (ALFF) and regional homogeneity" in text
    assert "Do these features correlate with the clinical score (NRS)? Can patients" in text
    assert "and in the functional connectivity of the regions that differ?" in text
    assert "correlate" not in report_words.question(["alff", "fc"], None)


def test_maps_without_series_are_not_asked_about_connectivity():
    text = report_words.question(["alff", "vmhc"], None)

    assert "the amplitude of low-frequency fluctuations (ALFF) and vmhc at rest? Can" in text
