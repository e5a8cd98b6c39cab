"""Agreement of published and recomputed numbers against hand-made errors."""

from restpain.published import agreement
from restpain.published.printed import count_cell, mean_cell, printed


def test_means_far_apart_differ_and_counts_are_compared_by_fisher():
    cell_ = mean_cell("60.00±5.00 (50–70)")
    assert agreement.mean_agrees(cell_, 21, 61.0, 5.0, 20)
    assert not agreement.mean_agrees(cell_, 21, 66.0, 5.0, 20)
    assert not agreement.mean_agrees(cell_, 21, 60.0, float("nan"), 1)
    assert agreement.count_agrees(count_cell("16/5"), 21, 8, 10)
    assert not agreement.count_agrees(count_cell("20/1"), 21, 1, 10)


def test_p_values_agree_on_one_side_of_a_twentieth():
    assert agreement.same_side(printed("0.067"), 0.7)
    assert not agreement.same_side(printed("0.067"), 0.01)


def test_correlations_agree_within_their_errors():
    # errors of z: sqrt(1.06 / 18) = 0.243 twice, 1.96 x 0.343 = 0.673; atanh(0.5) = 0.549
    assert agreement.rho_agrees(0.0, 21, 0.5, 21)
    assert not agreement.rho_agrees(0.0, 21, 0.6, 21)  # atanh(0.6) = 0.693
    assert not agreement.rho_agrees(0.0, 21, 1.0, 21)


def test_shares_and_areas_agree_within_the_errors_of_small_and_not_of_large_test_sets():
    assert agreement.share_agrees(80.0, 60.0, sizes=(10, 10))
    assert not agreement.share_agrees(80.0, 60.0, sizes=(1000, 1000))
    few = {"share_patients": 0.5, "sizes": (15, 15)}
    # Hanley and McNeil: with half patients an area of 0.5 has the variance (n + 1) / (3 n^2)
    edge = 1.96 * (2 * 201 / (3 * 200**2)) ** 0.5
    many = {"share_patients": 0.5, "sizes": (200, 200)}
    assert agreement.auc_agrees(0.9, 0.7, **few)
    assert agreement.auc_agrees(0.5, 0.5 + 0.97 * edge, **many)
    assert not agreement.auc_agrees(0.5, 0.5 + 1.03 * edge, **many)
