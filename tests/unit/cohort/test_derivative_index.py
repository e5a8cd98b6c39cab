"""Index of preprocessed series."""

import numpy as np

from cohort_inputs import write_image
from restpain.cohort.derivative_index import derivative_index
from restpain.io.images import write_arrays


def test_a_name_that_is_not_of_bids_is_not_repeated(tmp_path):
    write_image(tmp_path / "Smithson.nii", (10, 10, 8, 40))

    found = derivative_index(tmp_path, select={})

    assert [one["label"] for one in found["series"]] == ["the 4D image"]
    assert (found["n_masks"], found["n_confound_rows"]) == (0, [])
    assert found["size_bytes"] == (tmp_path / "Smithson.nii").stat().st_size


def test_confounds_are_counted_and_unreadable_ones_are_none(tmp_path):
    stem = "sub-01_task-rest_space-MNI152NLin2009aSym_desc-preproc_bold.nii.gz"
    write_image(tmp_path / stem, (10, 10, 8, 40))
    confounds = tmp_path / "sub-01_task-rest_desc-confounds_timeseries.tsv"
    confounds.write_text("csf\n" + "0.1\n" * 40)
    assert derivative_index(tmp_path, select={})["n_confound_rows"] == [40]

    write_arrays(tmp_path / "x.npz", a=np.arange(3))
    (tmp_path / "x.npz").rename(confounds)
    assert derivative_index(tmp_path, select={})["n_confound_rows"] == [None]
