"""Permutations of a small study, in one job and in several."""

import numpy as np
import pandas as pd

from group_study import SHAPE, two_touching
from restpain.io.tables import read_table


def test_permutations_in_parts_give_the_table_of_one_job(study):
    study.two_spheres()
    effects = [np.zeros(SHAPE), two_touching()]

    one = study.compare("fc", effects, parts=((0, 60),))
    parts = study.compare("fc", effects, parts=((0, 25), (25, 25), (50, 10)))

    pd.testing.assert_frame_equal(one.table, parts.table)
    assert one.correction == parts.correction
    part = read_table(study.largest[1])
    assert part["permutation"].tolist() == [*range(25, 50)] * 2
    quiet, found = part[part["volume"] == 0], part[part["volume"] == 1]
    assert quiet["score_positive"].isna().all()  # no cluster needs TFCE scores
    assert found["score_positive"].notna().all()
