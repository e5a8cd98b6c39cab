"""Protocol of the simulated sessions: person, time and sequences, all fictitious."""

from datetime import datetime, timedelta

from restpain.simulation.bold import FLIP_ANGLE_DEG
from restpain.simulation.dicom_elements import Person, Sequence

FIRST_SESSION = datetime(2020, 1, 6, 9)  # one session a day


def session_start(number: int) -> datetime:
    """Start of the session of the participant in the given row of the table."""
    return FIRST_SESSION + timedelta(days=number)


def simulated_person(subject: str, *, age: float, sex: str) -> Person:
    """Person of a participant's label, age in years and sex."""
    return Person(label=subject, age=int(age), sex=sex)


def t1_sequence(start: datetime) -> Sequence:
    """Sagittal T1 with the times and the flip angle of the paper."""
    return Sequence(
        description="Sag3D T1TFE",
        series=201,
        start=start,
        repetition_ms=7.599,
        echo_ms=3.501,
        flip_deg=8,
        volume_s=0,
        dimensions="3D",
        variant="MP",
        technique="T1TFE",
    )


def rest_sequence(start: datetime, *, repetition_time: float) -> Sequence:
    """Axial echo-planar series that begins six minutes after the session, TR in seconds."""
    return Sequence(
        description="rest FE-EPI",
        series=301,
        start=start + timedelta(minutes=6),
        repetition_ms=1000 * repetition_time,
        echo_ms=30,
        flip_deg=FLIP_ANGLE_DEG,
        volume_s=repetition_time,
        dimensions="2D",
        variant="SK",
        technique="FEEPI",
    )
