import pytest

from restpain.cohort.selection import fits_entities, fits_series, says_rest

ENTITIES = {"sub": "01", "ses": "2", "task": "rest", "run": "01", "suffix": "bold"}


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({}, True),
        ({"session": 2, "task": "rest"}, True),
        ({"ses": "2"}, True),
        ({"run": 1}, True),
        ({"run": 2}, False),
        ({"task": "Rest"}, False),
        ({"acquisition": None}, True),
        ({"run": None}, False),
        ({"echo": 1}, False),
        ({"series_number": 5}, True),
    ],
)
def test_a_file_has_the_entities_asked_for(wanted, fits):
    assert fits_entities(ENTITIES, wanted) is fits


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({}, True),
        ({"series_number": 5}, True),
        ({"series_number": 6}, False),
        ({"series_description": "*REST*"}, True),
        ({"series_description": "rest"}, False),
        ({"series_number": 5, "series_description": "*t1*"}, False),
        ({"task": "rest"}, True),
        ({"echo": 2}, True),
        ({"echo": "02"}, True),
        ({"series_number": 5, "echo": 1}, False),
    ],
)
def test_a_series_has_the_number_and_the_description_asked_for(wanted, fits):
    assert fits_series(5, ["ep2d_rest_tr2000"], wanted, echo=2) is fits


@pytest.mark.parametrize(
    ("task", "task_name", "rest"),
    [
        ("rest", None, True),
        ("RestingState", None, True),
        ("rsvp", None, False),
        ("restricteddiet", None, False),
        ("restEO", None, False),
        (None, None, False),
        ("ec", "Eyes closed", True),
        ("eo", "eyes_open", True),
        ("ec", "at ease with closed eyes", True),
        ("fix", "Resting state, fixation cross", True),
        ("fix", "resting-state", True),
        ("pictures", "interesting pictures", False),
        ("eyesclosed", "eyesclosed", False),
        ("nback", ["resting"], False),
    ],
)
def test_a_task_is_rest_only_if_it_says_so(task, task_name, rest):
    assert says_rest(task, task_name) is rest
