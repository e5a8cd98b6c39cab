"""Cells of Table 4."""

from restpain.report.section_score import score_section
from study import ASSOCIATION, SCORE_MAP


def test_cells_of_table_4_are_rounded_and_share_the_cell_of_their_measure():
    content = score_section(ASSOCIATION, {"alff": SCORE_MAP}, "the clinical score (NRS)").content

    first, second = content["correlation"]
    assert (first["rho"], first["p"], first["interval"]) == ("0.131", "0.570", "−0.50 to 0.70")
    assert (first["span"], second["span"]) == (2, 0)
    assert "2 clusters of ALFF correlated with the clinical score (NRS)" in content["score_maps"]


def test_without_a_score_there_is_no_sentence_of_maps():
    assert score_section(ASSOCIATION.iloc[:0], {}, None).content == {
        "correlation": [],
        "score_maps": None,
    }
