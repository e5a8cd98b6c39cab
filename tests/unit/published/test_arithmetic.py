"""The rules of the audit: numbers made from data agree, and known contradictions are found."""

import numpy as np
import pytest
from scipy import stats

from restpain.presentation.numbers import mean_sd_range
from restpain.published import arithmetic as audit
from restpain.published.arithmetic import CONSISTENT, INCONSISTENT, UNCHECKED
from restpain.published.printed import mean_cell, printed


def cell_of(values, divisor=1):
    moments = values.mean(), values.std(ddof=divisor), values.min(), values.max()
    return mean_cell(mean_sd_range(*moments))


@pytest.mark.parametrize("seed", range(20))
def test_whatever_was_computed_from_whole_numbers_passes(seed):
    rng = np.random.default_rng(seed)
    groups = [rng.integers(0, 30, size) for size in (21, 25)]
    cells = [cell_of(values) for values in groups]
    for values, cell in zip(groups, cells, strict=True):
        assert audit.mean_of_whole_numbers(cell.mean, n=len(values)).verdict == CONSISTENT
        assert audit.sd_of_whole_numbers(cell, n=len(values)).verdict == CONSISTENT
        assert audit.sd_within_range(cell, n=len(values), whole=True).verdict == CONSISTENT
    for equal in (True, False):
        p = stats.ttest_ind(*groups, equal_var=equal).pvalue
        assert audit.p_of_means(printed(f"{p:.3f}"), *cells, n=(21, 25)).verdict == CONSISTENT
    x, y = rng.permutation(21), rng.permutation(21)
    rho, p = stats.spearmanr(x, y)
    assert audit.p_of_rho(printed(f"{p:.3f}"), printed(f"{rho:.3f}"), n=21).verdict == CONSISTENT


def test_a_population_standard_deviation_passes_too():
    values = np.array([0, 0, 1, 3, 3])

    assert audit.sd_of_whole_numbers(cell_of(values, divisor=0), n=5).verdict == CONSISTENT


@pytest.mark.parametrize(("mean", "verdict"), [("3.62", CONSISTENT), ("3.60", INCONSISTENT)])
def test_a_mean_of_21_whole_numbers_is_a_multiple_of_one_21st(mean, verdict):
    # 76 / 21 = 3.619; 75.6 / 21 = 3.60 would need 75.495 to 75.705
    assert audit.mean_of_whole_numbers(printed(mean), n=21).verdict == verdict


def test_a_mean_of_many_cannot_be_checked():
    assert audit.mean_of_whole_numbers(printed("3.6"), n=10).verdict == UNCHECKED


def test_two_whole_numbers_of_mean_one_have_sd_0_or_a_multiple_of_root_2():
    # 1 and 1, or 0 and 2, or -1 and 3: SD 0, 1.414, 2.828
    assert audit.sd_of_whole_numbers(mean_cell("1.0±1.41"), n=2).verdict == CONSISTENT
    assert audit.sd_of_whole_numbers(mean_cell("1.0±2.00"), n=2).verdict == CONSISTENT  # by n
    assert audit.sd_of_whole_numbers(mean_cell("1.0±1.70"), n=2).verdict == INCONSISTENT


@pytest.mark.parametrize(
    ("sd", "verdict"),
    [("5.77", CONSISTENT), ("4.08", CONSISTENT), ("5.90", INCONSISTENT), ("4.00", INCONSISTENT)],
)
def test_the_standard_deviation_is_bounded_by_the_extremes(sd, verdict):
    # four values 0 0 10 10: SD 5.774 is the largest; 0 5 5 10: 4.082 the smallest
    cell = mean_cell(f"5.00±{sd} (0–10)")

    assert audit.sd_within_range(cell, n=4, whole=True).verdict == verdict
    assert audit.sd_within_range(cell, n=4, whole=False).verdict == CONSISTENT  # -0.5 to 10.5


def test_a_mean_outside_the_extremes_is_found_and_without_extremes_nothing_is_said():
    outside = mean_cell("12.0±1.0 (0–10)")
    assert audit.sd_within_range(outside, n=4, whole=False).verdict == INCONSISTENT
    assert audit.sd_within_range(mean_cell("12±1"), n=4, whole=True).verdict == UNCHECKED


def test_p_is_refused_only_if_no_rounding_gives_it():
    first, second = mean_cell("61.95±7.95"), mean_cell("63.16±5.51")

    assert audit.p_of_means(printed("0.067"), first, second, n=(21, 25)).verdict == INCONSISTENT
    assert audit.p_of_means(printed("0.547"), first, second, n=(21, 25)).verdict == CONSISTENT
    coarse = mean_cell("62±8"), mean_cell("63±6")
    assert audit.p_of_means(printed("0.547"), *coarse, n=(21, 25)).verdict == CONSISTENT


def test_equal_means_without_spread_have_p_1():
    same = mean_cell("5±0")

    assert audit.p_of_means(printed("1.000"), same, same, n=(5, 5)).verdict == CONSISTENT


def test_chi_square_of_counts():
    p = audit.p_of_counts(printed("0.243"), (16, 5), (15, 10))
    assert (p.verdict, p.recomputed) == (CONSISTENT, "0.243")
    assert audit.p_of_counts(printed("0.343"), (16, 5), (15, 10)).verdict == INCONSISTENT
    fisher = stats.fisher_exact([[16, 5], [15, 10]]).pvalue
    by_fisher = audit.p_of_counts(printed(f"{fisher:.3f}"), (16, 5), (15, 10))
    assert by_fisher.arithmetic.startswith("Fisher")
    assert audit.p_of_counts(printed("1"), (5, 0), (5, 0)).verdict == UNCHECKED


def test_percentages_and_counts():
    assert audit.percent_of_count(printed("61.90"), count=13, n=21).verdict == CONSISTENT
    assert audit.percent_of_count(printed("61.9"), count=13, n=22).verdict == INCONSISTENT
    assert audit.percent_of_count(printed("110"), count=11, n=10).verdict == INCONSISTENT
    assert audit.counts_add_up([13, 7, 1], n=21).verdict == CONSISTENT
    assert audit.counts_add_up([13, 7, 2], n=21).verdict == INCONSISTENT


def test_the_threshold_is_that_of_the_t_table():
    # t table, two-tailed 0.001: 3.538 for 42 and 3.460 for 60 degrees of freedom
    check = audit.t_beyond_threshold(printed("-3.39"), voxel_p=0.001, tails=2, df=60)
    assert (check.verdict, check.recomputed) == (INCONSISTENT, "3.46")
    one_tailed = audit.t_beyond_threshold(printed("-3.39"), voxel_p=0.001, tails=1, df=60)
    assert one_tailed.verdict == CONSISTENT
    for t, verdict in (("3.50", INCONSISTENT), ("3.60", CONSISTENT), ("3.5", CONSISTENT)):
        check = audit.t_beyond_threshold(printed(t), voxel_p=0.001, tails=2, df=42)
        assert check.verdict == verdict


def test_p_of_a_correlation():
    assert audit.p_of_rho(printed("0.279"), printed("0.131"), n=21).recomputed == "0.571"
    assert audit.p_of_rho(printed("0.000"), printed("1.00"), n=5).verdict == CONSISTENT
    assert audit.p_of_rho(printed("0.500"), printed("1.20"), n=5).verdict == INCONSISTENT
