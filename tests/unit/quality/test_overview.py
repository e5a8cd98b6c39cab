"""Sentences and status of the QC overview."""

import numpy as np
import pandas as pd

from restpain.cohort.participants import Comparison
from restpain.quality.group_motion import motion_of_groups
from restpain.quality.limits import CRITERIA
from restpain.quality.overview import motion_differs, motion_sentences, worst_status

OFF = {criterion.limit: None for criterion in CRITERIA if criterion.limit}


def groups(patients, controls):
    quality = pd.DataFrame(
        {
            "group": ["CP"] * len(patients) + ["HC"] * len(controls),
            "mean_fd_jenkinson_mm": [*patients, *controls],
            "n_flagged": [0] * (len(patients) + len(controls)),
            "exclude": None,
        }
    )
    return motion_of_groups(quality, Comparison("CP", "HC"))


def test_motion_is_reported_with_all_tests_and_a_difference_is_found():
    apart = groups([0.3, 0.35, 0.4, 0.45], [0.1, 0.12, 0.11, 0.15])

    displacement, flagged = motion_sentences(apart)
    assert displacement.startswith(
        "Of the analysed participants, mean FD (Jenkinson), mm: 0.375 ± 0.065 in 4 patients and "
        "0.120 ± 0.022 in 4 controls; t = 7.49, p < 0.001; Welch p = 0.002; Mann-Whitney p = 0.029"
    )
    assert flagged.endswith("it varies too little to be tested.")
    assert motion_differs(apart)
    assert not motion_differs(groups([0.1, 0.2, 0.3], [0.2, 0.1, 0.3]))


def test_motion_that_is_not_known_is_said_so():
    assert "is not known in both groups" in motion_sentences(groups([np.nan] * 3, [np.nan] * 3))[0]


def test_the_worst_status_counts_and_unknown_numbers_do_not():
    numbers = {"mean_fd_jenkinson_mm": 0.3, "dice_gm": 0.9}

    assert worst_status({}, OFF) == "unknown"
    assert worst_status({"dice_gm": 0.9}, OFF) == "pass"
    assert worst_status(numbers, OFF) == "warning"
    assert worst_status(numbers, OFF | {"min_dice_gm": 0.95}) == "exclude"
