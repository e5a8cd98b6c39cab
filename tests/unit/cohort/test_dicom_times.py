"""Repetition times by several tags of a series."""

import pytest

from restpain.cohort.dicom_times import header_times


def volumes(*times, **elements):
    """Headers of two slices of each volume."""
    return [
        {"AcquisitionTime": time, "ImagePositionPatient": [0, 0, z]} | elements
        for time in times
        for z in (0, 4)
    ]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("100000.0", "100003.0", "100006.0"), 3.0),
        (("235958.50", "000000.50", "000002.50"), 2.0),  # past midnight
        (("10:00:00", "10:00:02", "09:53:00", "09:53:02"), 2.0),  # another clock in between
        (("095959", "100000.5"), 1.5),
        (("100000", "100000"), None),  # the time of the series, in each image
        (("100000", ""), None),
        (("morning", "100002"), None),
    ],
)
def test_the_usual_step_of_the_acquisition_times(times, expected):
    assert header_times(volumes(*times)).get("AcquisitionTime") == expected


@pytest.mark.parametrize(("n_volumes", "expected"), [(241, 2.5), (41, None)])
def test_times_in_whole_seconds_give_the_mean_step_if_they_are_many(n_volumes, expected):
    seconds = [int(2.5 * number) for number in range(n_volumes)]
    times = [f"10{second // 60:02d}{second % 60:02d}" for second in seconds]

    assert header_times(volumes(*times)).get("AcquisitionTime") == expected


def test_stated_and_trigger_times_are_in_seconds():
    headers = volumes("", "", "", RepetitionTime=2000.0)
    for number, header in enumerate(headers):
        header["TriggerTime"] = 2500.0 * (number // 2)

    assert header_times(headers) == {"RepetitionTime": 2.0, "TriggerTime": 2.5}
