"""Protocol of the simulated sessions against the times of the paper."""

from datetime import datetime, timedelta

from restpain.simulation.protocol import (
    rest_sequence,
    session_start,
    simulated_person,
    t1_sequence,
)


def test_there_is_one_session_a_day_and_the_rest_series_starts_six_minutes_into_it():
    start = session_start(3)

    assert start - session_start(2) == timedelta(days=1)
    assert start == datetime(2020, 1, 9, 9)
    assert rest_sequence(start, repetition_time=2.0).start == datetime(2020, 1, 9, 9, 6)
    assert t1_sequence(start).start == start


def test_times_and_flip_angles_are_those_of_the_paper():
    t1, rest = (make(session_start(0)) for make in (t1_sequence, slow))

    assert (t1.repetition_ms, t1.echo_ms, t1.flip_deg, t1.dimensions) == (7.599, 3.501, 8, "3D")
    assert (rest.repetition_ms, rest.echo_ms, rest.flip_deg, rest.volume_s) == (2500, 30, 77, 2.5)


def slow(start):
    return rest_sequence(start, repetition_time=2.5)


def test_the_age_of_a_person_is_in_whole_years():
    person = simulated_person("07", age=61.9, sex="F")

    assert (person.label, person.age, person.sex) == ("07", 61, "F")
