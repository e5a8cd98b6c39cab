import pytest

from restpain.cohort.folders import (
    analysed_subject,
    folder_of_participant,
    known_participant,
    participant_of,
    several_sessions,
)

NAMES = ("sub-01", "01", "Sub_01")


def lay_out(place, *names):
    for name in names:
        (place / name).mkdir()
    return place


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_may_have_the_id_with_and_without_sub_and_as_it_was_written(tmp_path, name):
    place = lay_out(tmp_path, name, "sub-02")

    assert folder_of_participant([place], NAMES) == place / name


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "sub-01_ses-03"),
        ({"session": "2"}, "sub-01_ses-2"),
        ({"session": 2, "space": "template"}, "sub-01_ses-2"),
        ({"session": 3}, "sub-01_ses-03"),
    ],
)
def test_of_the_folders_of_sessions_it_is_that_which_is_asked_for(tmp_path, wanted, found):
    place = lay_out(tmp_path, "sub-01_ses-1", "sub-01_ses-2", "sub-01_ses-03", "sub-011_ses-4")

    assert folder_of_participant([place], NAMES, wanted=wanted) == place / found


def test_folders_of_sessions_are_of_preprocessed_data_only(tmp_path):
    assert folder_of_participant([lay_out(tmp_path, "sub-01_ses-1")], NAMES) is None


def test_a_folder_of_its_own_goes_before_those_of_sessions(tmp_path):
    place = lay_out(tmp_path, "sub-01", "sub-01_ses-1")

    assert folder_of_participant([place], NAMES, wanted={}) == place / "sub-01"


def test_the_participant_is_the_begin_of_the_name():
    assert participant_of("sub-01_ses-pre") == "sub-01"
    assert participant_of("Smith_ses-pre") == "sub-Smithsespre"


@pytest.mark.parametrize(
    ("name", "ids", "who"),
    [
        ("sub-01_ses-1", ["sub-01"], "sub-01"),
        ("sub-01_ses-1", ["sub-01ses1"], "sub-01ses1"),  # a participant_id of the table
        ("Sub_001", ["sub-Sub001"], "sub-Sub001"),
        ("sub-01_ses-1", ["sub-02"], None),
    ],
)
def test_a_folder_belongs_to_a_participant_of_the_table_or_to_nobody(name, ids, who):
    assert known_participant(name, ids) == who


def test_several_folders_of_a_participant_need_a_choice(tmp_path):
    place = lay_out(tmp_path, "sub-01_ses-1", "sub-01_ses-2", "sub-02_ses-1")

    (row,) = several_sessions(place / "sub-01_ses-1", {})

    assert row["participant_id"] == "sub-01"
    assert row["severity"] == "error"
    assert row["action"] == "set cohort.select.rest.session to one of 1, 2"
    assert several_sessions(place / "sub-01_ses-1", {"session": "1"}) == []
    assert several_sessions(place / "sub-02_ses-1", {}) == []


def test_a_file_of_somebody_who_is_not_analysed_is_refused_with_the_name():
    assert analysed_subject("01", subjects={"01", "02"}) == "01"
    with pytest.raises(ValueError, match="sub-99 is not analysed: expected a participant of"):
        analysed_subject("99", subjects={"01", "02"})
