"""Tables of confounds against the regressors that are asked for."""

import numpy as np
import pandas as pd
import pytest

from cohort_inputs import said_of_folders, write_image
from restpain.cohort.confounds import COLUMNS, confound_facts
from restpain.io.tables import write_table

DPARSF = ["trend", "friston24", "wm", "csf"]
STEM = "sub-01_task-rest"
N = 40
ELSE = ", or give the reason in the column exclude of participants.tsv"


def table_of(n=N):
    names = [name for columns in COLUMNS.values() for name in columns]
    return pd.DataFrame(np.random.default_rng(0).normal(size=(n, len(names))), columns=names)


def said(tmp_path, table, nuisance):
    """Sentences about a participant with this table of confounds."""
    func = tmp_path / "fmriprep" / "sub-01" / "func"
    run = f"{STEM}_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"
    write_image(func / run, (10, 10, 8, N))
    if table is not None:
        write_table(func / f"{STEM}_desc-confounds_timeseries.tsv", table)
    sentences = said_of_folders(tmp_path / "fmriprep", "derivatives", nuisance=nuisance)
    prefix = f"sub-01, {run if table is None else f'{STEM}_desc-confounds_timeseries.tsv'}: "
    assert all(sentence.startswith(prefix) for sentence in sentences)
    return [sentence.removeprefix(prefix) for sentence in sentences]


def test_a_whole_table_serves_all_regressors(tmp_path):
    nuisance = [*DPARSF, "global", "acompcor", "scrub"]

    table = table_of().assign(trans_x_derivative1=[np.nan] + [0.0] * (N - 1))

    assert said(tmp_path, table, nuisance) == []


def test_no_table_is_told_with_what_needs_it(tmp_path):
    assert said(tmp_path, None, ["trend", "global"]) == []
    assert said(tmp_path, None, DPARSF) == [
        "no table of confounds; expected one for friston24, wm and csf of preprocessing.nuisance; "
        "add it beside the run, or set preprocessing.nuisance to [trend]"
    ]


@pytest.mark.parametrize(
    ("gaps", "found"),
    [
        (np.s_[:], "n/a in every row of the column csf"),
        (np.s_[20], "n/a in row 21 of the column csf"),
        (np.s_[20:23], "n/a in row 21 and 2 more of the column csf"),
    ],
)
def test_values_that_are_missing_are_told_with_the_key(tmp_path, gaps, found):
    table = table_of()
    table.loc[table.index[gaps], "csf"] = np.nan

    assert said(tmp_path, table, DPARSF) == [
        f"{found}; expected numbers in all rows, for csf of preprocessing.nuisance; set "
        f"preprocessing.nuisance to [trend, friston24, wm]{ELSE}"
    ]
    assert said(tmp_path, table, ["trend", "wm"]) == []


def test_rows_that_are_dropped_do_not_matter(tmp_path):
    table = table_of()
    table.loc[:4, "csf"] = np.nan  # five volumes are dropped

    assert said(tmp_path, table, DPARSF) == []


def test_columns_with_the_same_fault_share_a_sentence(tmp_path):
    table = table_of().drop(columns=["rot_x", "rot_y", "white_matter"])
    table.loc[20, ["trans_x", "trans_z"]] = np.nan

    expected = "numbers in all rows, for friston24 and scrub of preprocessing.nuisance"
    action = f"set preprocessing.nuisance to [global]{ELSE}"
    assert said(tmp_path, table, ["friston24", "wm", "global", "scrub"]) == [
        f"n/a in row 21 of the columns trans_x and trans_z; expected {expected}; {action}",
        f"no columns rot_x and rot_y; expected {expected}; {action}",
        "no column white_matter; expected numbers in all rows, for wm of preprocessing.nuisance; "
        f"set preprocessing.nuisance to [global]{ELSE}",
    ]


def test_a_table_of_another_length_or_kind_is_refused_also_without_nuisance(tmp_path):
    expected = f"expected {N}, one per volume; find the table that belongs to the run"

    assert said(tmp_path, table_of(46), []) == [f"46 rows in its table of confounds; {expected}"]
    path = next(tmp_path.rglob("*.tsv"))
    path.write_bytes(b"PK\x03\x04\xff\x00")
    assert confound_facts(path) == {"n_rows": None, "gaps": {}}
