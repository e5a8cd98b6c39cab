"""Folders of the participants in the data."""

import re
from functools import cache
from pathlib import Path

from restpain.cohort.image_checks import problem
from restpain.cohort.participants import with_prefix
from restpain.cohort.selection import fits_entities
from restpain.presentation.numbers import joined

OF_SESSION = re.compile(r"(sub-[A-Za-z0-9]+)_ses-([A-Za-z0-9]+)")  # a folder of C-PAC


def participant_of(name: str) -> str:
    """participant_id of a folder of preprocessed data.

    >>> participant_of("sub-01_ses-1"), participant_of("Sub_001")
    ('sub-01', 'sub-Sub001')
    """
    of_session = OF_SESSION.fullmatch(name)
    return of_session[1] if of_session else with_prefix(name)


def known_participant(name: str, participant_ids: list[str]) -> str | None:
    """participant_id of a folder, of those of a table; None if it is of none of them.

    >>> known_participant("sub-01_ses-1", ["sub-01", "sub-02"])
    'sub-01'
    """
    found = (with_prefix(name), participant_of(name))
    return next((who for who in found if who in participant_ids), None)


def analysed_subject(subject: str, *, subjects: set[str]) -> str:
    """Label of a participant in a file name that was asked for, if it is one of the analysed.

    The rules take any label, since the names of thousands in each file name would slow planning.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    if subject not in subjects:
        raise ValueError(
            f"sub-{subject} is not analysed: expected a participant of the table who is not "
            "excluded there"
        )
    return subject


def folder_of_participant(
    places: list[Path], names: tuple[str, ...], *, wanted: dict | None = None
) -> Path | None:
    """Find the folder of a participant.

    Parameters
    ----------
    places : list of Path
        Folders that hold a folder per participant.
    names : tuple of str
        Names that the folder may have, the participant_id first.
    wanted : dict, optional
        ``cohort.select.rest``, where the data are preprocessed: then there may also be a folder
        per session, named as the participant_id and the session (C-PAC), and that of the session
        asked for is found, or else the first.

    Returns
    -------
    Path or None
        None if there is none.
    """
    folders = [place / name for place in places for name in names]
    found = next((folder for folder in folders if folder.is_dir()), None)
    if found or wanted is None:
        return found
    of_sessions = [one for place in places for one in _of_sessions(place).get(names[0], [])]
    session = {key: wanted[key] for key in ("session",) if key in wanted}
    asked = [one for one in of_sessions if fits_entities({"ses": _session(one)}, session)]
    return next(iter(asked + of_sessions), None)


@cache
def _of_sessions(place: Path) -> dict[str, list[Path]]:
    """Folders of sessions by participant_id; thousands of participants list the place once."""
    found = {}
    for path in sorted(place.glob("sub-*_ses-*")):
        if path.is_dir() and (of_session := OF_SESSION.fullmatch(path.name)):
            found.setdefault(of_session[1], []).append(path)
    return found


def _session(folder: Path) -> str:
    return OF_SESSION.fullmatch(folder.name)[2]


def several_sessions(folder: Path, wanted: dict) -> list[dict]:
    """Say that a participant has several folders, one per session, and none is asked for."""
    of_session = OF_SESSION.fullmatch(folder.name)
    if not of_session or "session" in wanted:
        return []
    folders = _of_sessions(folder.parent)[of_session[1]]
    if len(folders) == 1:
        return []
    names = joined([path.name for path in folders])
    action = f"set cohort.select.rest.session to one of {', '.join(map(_session, folders))}"
    return [problem(of_session[1], names, "error", "several folders", "one", action)]
