"""Correlations between the seeds of Figure 2."""

import numpy as np
import pytest

from restpain.figures import group_maps


def test_two_seeds_correlate_by_the_mean_of_each_map_in_the_other_seed():
    seeds = np.zeros((2, 2, 1, 2))
    seeds[0, 0, 0, 0] = seeds[1, 1, 0, 1] = 1
    maps = np.zeros((2, 2, 1, 2))
    maps[1, 1, 0, 0], maps[0, 0, 0, 1] = 0.2, 0.4

    matrix = group_maps.seed_correlations(maps, seeds)

    assert matrix[0, 1] == matrix[1, 0] == pytest.approx(0.3)
    assert np.isnan(np.diag(matrix)).all()
