"""Limits of quality: status, reasons, and numbers that are not known."""

import numpy as np
import pytest
import yaml

from restpain.quality.limits import COLUMNS, CRITERIA, flag_numbers, quality_row, status
from study import CONFIG

OFF = {criterion.limit: None for criterion in CRITERIA if criterion.limit}
BY_KEY = {criterion.key: criterion for criterion in CRITERIA}
NUMBERS = {
    "mean_fd_jenkinson_mm": 0.3,
    "coverage_of_template": 0.9,
    "dice_gm": 0.9,
    "coregistration_cost": 0.1,
    "n_volumes": 5,
}
FD = np.array([np.nan, 0.1, 0.2, 0.21, 0.9])


def row(rating="", reason="", numbers=NUMBERS, displacement=FD, **limits):
    return quality_row("sub-01", "patient", numbers, displacement, rating, reason, OFF | limits)


def test_every_limit_of_the_configuration_is_a_criterion_and_off_by_default():
    limits = yaml.safe_load(CONFIG.read_text())["quality"]

    assert limits == {"ratings": None} | OFF


def test_volumes_above_a_fifth_of_a_millimetre_are_flagged():
    assert flag_numbers(FD, repetition_time_s=2.5) == {
        "n_flagged": 2,
        "flagged_share": 0.4,
        "n_unflagged": 3,
        "minutes_unflagged": 3 * 2.5 / 60,
        "max_fd_mm": 0.9,
    }
    unknown = flag_numbers(np.full(4, np.nan), repetition_time_s=2.5)
    assert set(unknown.values()) == {None}
    assert unknown.keys() == flag_numbers(FD, repetition_time_s=2.5).keys()


def test_less_than_four_minutes_of_unflagged_data_are_a_warning_and_exclude_no_participant():
    minutes = BY_KEY["minutes_unflagged"]
    displacement = np.array([np.nan, *[0.1] * 118, 0.3, 0.3])  # 119 volumes are unflagged
    short = row(numbers=NUMBERS | {"repetition_time_s": 2.0}, displacement=displacement)
    exact = row(numbers=NUMBERS | {"repetition_time_s": 240 / 119}, displacement=displacement)

    assert short["minutes_unflagged"] == pytest.approx(119 / 30)
    assert [status(minutes, one["minutes_unflagged"], OFF) for one in (short, exact)] == [
        "warning",
        "pass",
    ]
    assert status(minutes, 76 / 60, OFF) == "warning"
    assert (short["repetition_time_s"], short["exclude"]) == (2.0, None)
    limited = row(
        numbers=NUMBERS | {"repetition_time_s": 2.0},
        displacement=displacement,
        min_unflagged_volumes=120,
    )
    assert limited["exclude"] == "quality: volumes not flagged below 120"


def test_without_a_repetition_time_the_minutes_are_not_known():
    assert row()["minutes_unflagged"] is None
    assert status(BY_KEY["minutes_unflagged"], None, OFF) == "unknown"


def test_without_limit_and_rating_no_participant_is_excluded():
    assert list(row()) == list(COLUMNS)
    assert row()["exclude"] is None
    assert row("doubtful", "blurred")["exclude"] is None


def test_reasons_name_the_limits_in_force_and_details_the_values():
    found = row(max_mean_fd_mm=0.25, min_coverage=0.95, min_unflagged_volumes=3)

    assert found["exclude"] == "quality: mean FD above 0.25 mm; template coverage below 0.95"
    assert (
        found["exclude_detail"] == found["exclude"] + " (mean FD 0.300, template coverage 0.900)"
    )


def test_a_value_at_its_limit_stays():
    assert row(max_mean_fd_mm=0.3, min_coverage=0.9, max_flagged_share=0.4)["exclude"] is None


def test_a_rating_comes_first_and_keeps_the_words_of_the_user():
    assert row("exclude", "<i>scan</i> stopped")["exclude"] == (
        "quality: rated exclude: <i>scan</i> stopped"
    )
    assert row("exclude", max_flagged_share=0.1)["exclude"] == (
        "quality: rated exclude, no reason given; share of flagged volumes above 0.1"
    )


def test_a_limit_on_a_number_that_is_not_known_stops_and_says_so():
    unknown = NUMBERS | {"coregistration_cost": None}

    assert row(numbers=unknown)["exclude"] is None
    with pytest.raises(ValueError, match=r"max_coregistration_cost is 0.5, .* of sub-01 is not"):
        row(numbers=unknown, max_coregistration_cost=0.5)
    with pytest.raises(ValueError, match=r"max_flagged_share"):
        row(displacement=np.full(3, np.nan), max_flagged_share=0.5)


def test_the_status_is_pass_warning_exclude_or_unknown():
    motion = BY_KEY["mean_fd_jenkinson_mm"]
    strict = OFF | {"max_mean_fd_mm": 0.05}

    found = [status(motion, value, OFF) for value in (0.1, 0.3, None)]
    assert found == ["pass", "warning", "unknown"]
    found = [status(motion, value, strict) for value in (0.01, 0.1, 0.3)]
    assert found == ["pass", "exclude", "exclude"]
    assert status(BY_KEY["dice_gm"], 0.5, OFF) == "warning"
    assert status(BY_KEY["n_unflagged"], 3, OFF) == "unlimited"
