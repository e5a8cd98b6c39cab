"""Signals that come with a series: a table of fMRIPrep, or files of DPARSF."""

import numpy as np
import pandas as pd
import pytest

from restpain.io.tables import write_table
from restpain.preprocessing.given_signals import given_signals

N, DROP = 12, 2
MOTION = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"]
RUN = {"label": "run", "n_volumes": N, "confounds_path": None, "fd_path": None, "entities": {}}


@pytest.fixture
def table(tmp_path):
    values = np.random.default_rng(1).normal(0, 0.1, (N, 6))
    table = pd.DataFrame(values, columns=MOTION).assign(csf=np.arange(N))
    write_table(tmp_path / "confounds.tsv", table)
    np.savetxt(tmp_path / "rp_a.txt", values)
    np.savetxt(tmp_path / "FD_Jenkinson_a.txt", np.arange(N))
    return table


def test_without_files_nothing_is_known(tmp_path):
    assert given_signals(tmp_path, RUN, drop=DROP) == ({}, None, "run")


def test_a_table_and_the_parameters_of_dparsf_give_the_same_motion(tmp_path, table):
    of_table = given_signals(tmp_path, RUN | {"confounds_path": "confounds.tsv"}, drop=DROP)
    dparsf = RUN | {"confounds_path": "rp_*.txt", "entities": {"folder": "FunImgARW"}}
    of_dparsf = given_signals(tmp_path, dparsf, drop=DROP)

    np.testing.assert_array_equal(of_table[0]["csf"], np.arange(DROP, N))
    for signals, jenkinson, _ in (of_table, of_dparsf):
        np.testing.assert_allclose(signals["motion"], table[MOTION][DROP:])
        assert np.isnan(jenkinson[0])
        assert len(jenkinson) == N - DROP
    np.testing.assert_allclose(of_table[1], of_dparsf[1])
    assert (of_table[2], of_dparsf[2]) == ("confounds.tsv", "rp_*.txt")


def test_displacement_that_is_given_is_taken(tmp_path, table):
    run = RUN | {"confounds_path": "confounds.tsv", "fd_path": "FD_Jenkinson_*.txt"}

    _, jenkinson, _ = given_signals(tmp_path, run, drop=DROP)

    np.testing.assert_array_equal(jenkinson[1:], np.arange(DROP + 1, N))


def test_a_table_of_another_length_is_refused(tmp_path, table):
    run = RUN | {"confounds_path": "confounds.tsv", "n_volumes": N + 1}

    with pytest.raises(ValueError, match="confounds.tsv has 12 rows, run 13 volumes"):
        given_signals(tmp_path, run, drop=DROP)
