"""The user's ratings of the participants: pass, doubtful or exclude."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from restpain.cohort.checks import problem_table, sentences
from restpain.cohort.image_checks import report
from restpain.cohort.participants import MISSING, with_prefix
from restpain.cohort.table_cells import read_cells
from restpain.presentation.numbers import counted

EXCLUDE = "exclude"
RATINGS = ("pass", "doubtful", EXCLUDE)
COLUMNS = {
    "participant_id": "Participant, as in participants.tsv.",
    "rating": "pass, doubtful or exclude; n/a if not rated. exclude removes the participant from "
    "the group level, the others do not.",
    "reason": "Why, in words; the exclusion flow repeats it.",
}
KEY = "quality.ratings"


def rating_problems(path: str | Path, participants: Iterable[str]) -> list[dict]:
    """Problems of a file of ratings, as rows of the table of problems.

    Parameters
    ----------
    path : str or Path
        Tab-separated UTF-8 text with the columns ``participant_id``, ``rating``, ``reason``.
    participants : iterable of str
        All of participants.tsv.
    """
    return _parsed(path, set(participants))[1]


def read_ratings(path: str | Path | None, participants: Iterable[str]) -> pd.DataFrame:
    """Ratings and reasons, indexed by participant_id; empty texts where nothing was said.

    Participants that are not in the file are not rated; without a file (None), none is.

    Raises
    ------
    ValueError
        With one sentence per problem of the file, one per line.
    """
    participants = list(participants)
    rated = {}
    if path is not None:
        rated, problems = _parsed(path, set(participants))
        if problems:
            raise ValueError("\n".join(sentences(problem_table(problems))))
    rows = [rated.get(label, ("", "")) for label in participants]
    index = pd.Index(participants, name="participant_id")
    return pd.DataFrame(rows, index=index, columns=["rating", "reason"])


def _parsed(path: str | Path, participants: set[str]) -> tuple[dict, list[dict]]:
    """Rating and reason of each rated participant, and the rows of problems."""
    name = Path(path).name
    rows, add = report("n/a", name)
    try:
        header, lines = read_cells(path, key=KEY)
    except ValueError as error:
        add("error", str(error), "a table of ratings", f"correct {name} or set {KEY} to null")
        return {}, rows
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        add(
            "error",
            f"the columns {', '.join(header)}",
            ", ".join(COLUMNS),
            f"add {' and '.join(missing)}",
        )
        return {}, rows
    rated = {}
    for number, cells in lines:
        if len(cells) > len(header):
            add(
                "error",
                f"{counted(len(cells), 'cell')} in line {number}",
                f"{len(header)}, one per column",
                "remove tabs from the reason",
            )
            continue
        cells += [""] * (len(header) - len(cells))
        row = {
            column: "" if cell.lower() in MISSING else cell
            for column, cell in zip(header, cells, strict=True)
        }
        label, rating = with_prefix(row["participant_id"]), row["rating"]
        if label not in participants:
            add(
                "error",
                f"{row['participant_id'] or 'no participant_id'} in line {number}",
                "a participant of participants.tsv",
                "correct or remove the row",
            )
        elif label in rated:
            add("error", f"{label} more than once", "one row per participant", "keep one")
        elif rating and rating not in RATINGS:
            add(
                "error",
                f"the rating {rating!r} of {label} in line {number}",
                f"{', '.join(RATINGS)} or n/a",
                "correct it",
            )
        else:
            rated[label] = (rating, row["reason"])
    return rated, rows
