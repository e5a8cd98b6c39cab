"""Files of maps and series that are given, by patterns with columns of the participants' table."""

import glob
import re
from pathlib import Path

import pandas as pd

from restpain.cohort.measures import MASK, RESERVED, SERIES, map_pattern
from restpain.presentation.numbers import is_missing

COLUMN = re.compile(r"\{([^{}]*)\}")
MEASURE = re.compile(r"[a-z0-9]+")
KEYS = {"map_mask": MASK, "series": SERIES}  # keys of cohort beside maps, with kinds of files
UNSAFE = re.compile(r"[/\\\0]|^\.{1,2}$")
IN_MAPS = "configuration: cohort.maps"


def measure_problems(cohort: dict) -> list[str]:
    """Sentences about measures of ``cohort.maps`` that are missing or misnamed.

    Parameters
    ----------
    cohort : dict
        The section cohort of the configuration.
    """
    if not cohort["maps"]:
        return [
            f"{IN_MAPS} is empty; expected a pattern of file names for each measure, since "
            "cohort.source is maps, such as {alff: ALFF/{participant_id}_alff.nii}; set it"
        ]
    return [
        f"{IN_MAPS} has the measure {name!r}; expected lower-case letters and digits, and neither "
        f"{' nor '.join(RESERVED)}, which name other things; give it another name"
        for name in cohort["maps"]
        if not MEASURE.fullmatch(str(name)) or name in RESERVED
    ]


def wanted_files(cohort: dict) -> dict[str, str]:
    """Patterns of all files that each participant has, by key of ``cohort``."""
    patterns = {f"maps.{name}": map_pattern(given) for name, given in cohort["maps"].items()}
    return patterns | {key: cohort[key] for key in KEYS if cohort[key]}


def pattern_problems(cohort: dict, columns: list[str]) -> list[str]:
    """Sentences about columns in braces that the table does not have, and stray braces.

    Parameters
    ----------
    cohort : dict
        The section cohort of the configuration.
    columns : list of str
        Of the table of participants.
    """
    problems = []
    for key, pattern in wanted_files(cohort).items():
        place = f"configuration: cohort.{key} is {pattern!r}"
        if "{" in COLUMN.sub("", pattern) or "}" in COLUMN.sub("", pattern):
            problems.append(f"{place}; expected each {{ with its }} around a column; correct it")
        problems += [
            f"{place}, but the table of participants has no column {name!r}; its columns are "
            f"{', '.join(columns)}; name one of them in the braces"
            for name in dict.fromkeys(COLUMN.findall(pattern))
            if name not in columns
        ]
        if key != "map_mask" and not COLUMN.search(pattern):
            problems.append(
                f"{place}; expected a column of the table in braces, such as {{participant_id}}, "
                "since each participant has a file of their own; add it"
            )
    return problems


def table_values(table: pd.DataFrame, columns: dict[str, str]) -> dict[str, dict[str, str]]:
    """Cells of each participant as the user's table has them, by participant_id and column.

    Parameters
    ----------
    table : DataFrame
        Of `restpain.cohort.participants.read_participants`.
    columns : dict of str
        ``cohort.columns``: names of the columns in the file.
    """
    values = {}
    for row in table.to_dict("records"):
        who = row["participant_id"]
        written = {"participant": table.attrs["written"][who], "group": row["group"]}
        renamed = {columns[key]: value for key, value in written.items()}
        values[who] = row | renamed | {"participant_id": written["participant"]}
    return values


def given_files(values: dict[str, str], cohort: dict) -> dict[str, dict]:
    """Files of one participant that fit the patterns.

    Parameters
    ----------
    values : dict of str
        Cells of the participant by column, see `table_values`.
    cohort : dict
        The section cohort of the configuration.

    Returns
    -------
    dict of dict
        By measure, and ``mask`` and ``series``: ``name`` (the pattern with its values), ``files``
        (paths of those that are there), ``fault`` (found, expected and action about a cell that
        names no file; None if there is none).
    """
    files = {}
    for key, pattern in wanted_files(cohort).items():
        kind = KEYS.get(key, key.removeprefix("maps."))
        cells = {name: values.get(name) for name in COLUMN.findall(pattern)}
        fault = _cell_fault(cells)
        name = COLUMN.sub(lambda match: _text(values.get(match[1])), pattern)
        place = Path(cohort["data"], name)
        found = [] if fault else _there(pattern, cells, place, cohort["data"])
        files[kind] = {"name": name, "files": found, "fault": fault}
    return files


def _text(cell) -> str:
    return "n/a" if is_missing(cell) else str(cell)


def _cell_fault(cells: dict) -> list[str] | None:
    for column, cell in cells.items():
        if is_missing(cell):
            return [
                f"no value in the column {column}, by which its file is named",
                "a value",
                "fill it, or give the reason in the column exclude of participants.tsv",
            ]
        if UNSAFE.search(str(cell)):
            return [
                f"{str(cell)!r} in the column {column}, which leads to another folder",
                "a part of a file name, without / and \\",
                "correct the cell, and write folders into the pattern",
            ]
    return None


def _there(pattern: str, cells: dict, place: Path, folder: str) -> list[str]:
    """Existing files; * and ? of the pattern, not those of the cells, stand for any letters."""
    if not glob.has_magic(pattern):
        return [str(place)] if place.exists() or place.is_symlink() else []
    escaped = COLUMN.sub(lambda match: glob.escape(str(cells[match[1]])), pattern)
    return sorted(glob.glob(str(Path(glob.escape(str(folder)), escaped))))
