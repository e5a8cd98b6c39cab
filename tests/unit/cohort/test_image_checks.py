"""Checks of single images: slice times, volumes, band, voxels."""

import pytest

from cohort_inputs import cohort, participant
from restpain.cohort.checks import cohort_problems, problem_table, sentences

SETTINGS = {"drop_volumes": 10, "slice_order": "off", "band_hz": (0.01, 0.1)}


def changed(kind="rest", **facts):
    """Three participants, of whom the second has other facts."""
    indices = cohort()
    indices[1]["series"][0 if kind == "t1" else 1] |= facts
    return indices


def found(indices, severity=None, **settings):
    rows = cohort_problems(indices, **(SETTINGS | settings))
    table = problem_table(rows)
    if severity:
        assert set(table["severity"]) == {severity}, table.to_string()
    return sentences(table)


def test_unknown_slice_times_stop_with_what_to_set():
    (sentence,) = found(cohort(7), "error", slice_order=None)

    assert sentence == (
        "sub-01, sub-02, sub-03, sub-04, sub-05 and 2 more, series 5: no slice times in the data; "
        "expected the order of the slices, which is never guessed; ask who ran the scanner and "
        "set preprocessing.slice_order in config.yaml to off (no correction), sequential, "
        "reverse, interleaved, interleaved_even or a list of times"
    )


@pytest.mark.parametrize(
    ("timing", "order", "text"),
    [
        ({"n": 31, "max_s": 1.9}, None, "31 slice times in the data; expected 32, one per slice"),
        ({"n": 32, "max_s": 1900.0}, None, "slice times up to 1900 in the data; expected seconds"),
        (None, [0.0, 1.0], "2 slice times in preprocessing.slice_order; expected 32"),
    ],
)
def test_slice_times_that_do_not_fit_are_errors(timing, order, text):
    indices = cohort(1)
    indices[0]["series"][1]["slice_timing"] = timing

    (sentence,) = found(indices, "error", slice_order=order)

    assert text in sentence


def test_known_slice_times_pass_and_a_named_order_beside_them_is_a_warning():
    indices = cohort(1)
    indices[0]["series"][1]["slice_timing"] = {"n": 32, "max_s": 1.94}

    assert found(indices, slice_order=None) == []
    assert found(indices, slice_order="off") == []
    (sentence,) = found(indices, "warning", slice_order="sequential")
    assert "slice times in the data and preprocessing.slice_order: sequential" in sentence


def test_a_t1_of_thick_slices_is_a_warning():
    (sentence,) = found(changed(kind="t1", voxel_mm=[0.9, 0.9, 3.0]), "warning")

    assert "sub-02, series 3: voxels of 0.9 x 0.9 x 3 mm" in sentence


@pytest.mark.parametrize(("n_volumes", "n_sentences"), [(39, 1), (40, 0)])
def test_thirty_volumes_must_remain_after_the_drop(n_volumes, n_sentences):
    indices = cohort(1)
    indices[0]["series"][1]["n_volumes"] = n_volumes

    texts = found(indices)

    assert len(texts) == n_sentences
    assert all("39 volumes, 29 after dropping 10; expected at least 30" in text for text in texts)


def test_a_band_without_frequency_is_an_error_and_one_beyond_nyquist_a_warning():
    (sentence,) = found(cohort(1), "error", band_hz=(0.0101, 0.0102))
    assert "expected a frequency between 0.0101 and 0.0102 Hz" in sentence

    (sentence,) = found(cohort(1), "warning", band_hz=(0.01, 0.3))
    assert "230 volumes every 2 s, frequencies up to 0.250 Hz; expected frequencies up to 0.3" in (
        sentence
    )


def test_preprocessed_data_need_no_t1_and_no_slice_times():
    index = participant(1) | {"source": "derivatives", "n_confound_rows": [45]}
    index["series"] = [index["series"][1] | {"n_volumes": 45}]

    assert found([index], slice_order=None) == []

    index["n_confound_rows"] = [46]
    (sentence,) = found([index], "error")
    assert "46 rows in its table of confounds; expected 45, one per volume" in sentence
