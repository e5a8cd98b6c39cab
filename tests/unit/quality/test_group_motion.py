"""Motion of the groups compared, against formulas and enumeration."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest

from restpain.cohort.participants import Comparison
from restpain.quality.group_motion import compared, motion_of_groups

PATIENTS = np.array([0.31, 0.22, 0.18, 0.40, 0.27])
CONTROLS = np.array([0.10, 0.15, 0.20, 0.12])


def test_student_and_welch_are_their_formulas():
    found = compared(PATIENTS, CONTROLS)
    m1, m2 = PATIENTS.mean(), CONTROLS.mean()
    v1, v2 = PATIENTS.var(ddof=1), CONTROLS.var(ddof=1)

    assert found["t_welch"] == pytest.approx((m1 - m2) / np.sqrt(v1 / 5 + v2 / 4))
    pooled = (4 * v1 + 3 * v2) / 7
    assert found["t"] == pytest.approx((m1 - m2) / np.sqrt(pooled * (1 / 5 + 1 / 4)))
    assert found["sd_patients"] == pytest.approx(np.sqrt(v1))


def test_mann_whitney_is_the_share_of_relabellings_as_extreme():
    found = compared(PATIENTS, CONTROLS)
    everybody = np.concatenate([PATIENTS, CONTROLS])

    def u(rows):
        others = np.setdiff1d(np.arange(9), rows)
        return (everybody[list(rows)][:, None] > everybody[others]).sum()

    observed = u(range(5))
    far = max(observed, 20 - observed)
    extreme = sum(u(rows) >= far or u(rows) <= 20 - far for rows in combinations(range(9), 5))
    assert found["u"] == observed == 19
    assert found["p_mann_whitney"] == pytest.approx(extreme / comb(9, 5))


def test_nothing_is_tested_where_nothing_varies_or_nobody_is_left():
    same = compared(np.zeros(4), np.zeros(5))
    assert "t" not in same
    assert same["mean_controls"] == 0
    assert compared(np.zeros(0), CONTROLS)["n_patients"] == 0


def quality(exclude):
    return pd.DataFrame(
        {
            "group": ["CP"] * 5 + ["HC"] * 4,
            "mean_fd_jenkinson_mm": [*PATIENTS, *CONTROLS],
            "n_flagged": [4, 2, 1, 9, None, 0, 0, 1, 0],
            "exclude": exclude,
        }
    )


def test_the_analysed_are_compared_and_all_beside_them_if_somebody_is_left_out():
    kept = motion_of_groups(quality([None] * 9), Comparison("CP", "HC"))
    without = motion_of_groups(
        quality([None, None, None, "quality: FD"] + [None] * 5), Comparison("CP", "HC")
    )

    assert kept["participants"].tolist() == ["analysed"] * 2
    assert without["participants"].tolist() == ["analysed"] * 2 + ["all"] * 2
    assert without["n_patients"].tolist() == [4, 3, 5, 4]  # one has no flags
    pd.testing.assert_frame_equal(
        without.iloc[2:].drop(columns="participants").reset_index(drop=True),
        kept.drop(columns="participants"),
    )
    assert without.loc[0, "mean_patients"] == pytest.approx(np.delete(PATIENTS, 3).mean())
