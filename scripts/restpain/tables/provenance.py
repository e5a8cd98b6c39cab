"""Source of each cell of Tables 1 to 4: file, row, column, rule and checksum."""

import hashlib
import math
from dataclasses import dataclass

import pandas as pd

from restpain.presentation.labels import column_label, row_label
from restpain.presentation.numbers import is_missing, measure_name

COLUMNS = {
    "row": "Row of the table, counted from 1",
    "name": "Subject of the row",
    "column": "Column of the table",
    "value": "The cell",
    "how": "copied from the source, renamed, or computed from it",
    "file": "File that the cell comes from",
    "file_rows": "Its row or rows",
    "file_column": "Its column",
    "rule": "Rule that wrote the file",
    "sha256": "SHA-256 of the file",
    "inputs_sha256": "SHA-256 of the list of all participant files that the cell depends on",
}
INPUT_COLUMNS = {
    "stage": "table of participants, data of a participant, or map of a participant",
    "participant_id": "Participant of the file; n/a for the table of all",
    "file": "File",
    "rule": "Rule that wrote it",
    "sha256": "SHA-256 of the file",
}
TABLE, DATA, MAP = "table", "data", "map"
GROUPS = ("patients", "controls")
COPIED, RENAMED, COMPUTED, CONSTANT = "copied", "renamed", "computed", "constant"


@dataclass(frozen=True)
class Source:
    """File from which cells are copied or computed.

    Attributes
    ----------
    file, rule, sha256 : str
        Its path, the rule that wrote it, and its checksum.
    table : DataFrame
        Its content.
    """

    file: str
    rule: str
    sha256: str
    table: pd.DataFrame


def trace_demographics(table: pd.DataFrame, participants: Source, described: dict) -> pd.DataFrame:
    """Trace Table 1: every cell is computed from one column of participants.tsv.

    ``described`` is the sidecar of the participants, from which the rows have their names.
    """
    columns = {
        label: column
        for column in participants.table
        for label in (row_label(column, described), column_label(column, described))
    }
    traces = []
    for index, row in table.iterrows():
        name = str(row["row"])
        column = columns.get(name) or columns.get(name.rpartition(": ")[0])
        column = column or ("nrs" if "(NRS" in name else None)
        for cell in table.columns:
            group = cell.partition("_")[0]
            rows = f"{group if group in GROUPS else 'both groups'} analysed"
            how = CONSTANT if cell in ("row", "level", "test") else COMPUTED
            traces.append(_trace(index, name, cell, row[cell], how, participants, rows, column))
    return pd.DataFrame(traces, columns=list(COLUMNS))


def trace_copied(
    table: pd.DataFrame,
    sources: list[Source],
    *,
    keys: list[str],
    renamed: dict[str, str],
    name: str,
    computed: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Trace a table whose rows are those of its sources, and verify that they are.

    Parameters
    ----------
    table : DataFrame
        The table.
    sources : list of Source
        Files whose rows, one after another, are the rows of the table.
    keys : list of str
        Columns of the sources that name a row.
    renamed : dict of str to str
        Columns of the table that have another name in the sources.
    name : str
        Column of the table that names its rows.
    computed : tuple of str
        Columns that the table's rule computes.

    Raises
    ------
    ValueError
        If the rows are not as many, or a cell is not that of the source.
    """
    origins = [(source, row) for source in sources for _, row in source.table.iterrows()]
    if len(origins) != len(table):
        raise ValueError(
            f"the table has {len(table)} rows and its sources have {len(origins)}: run the rule "
            "that makes the table again"
        )
    traces = []
    for (index, row), (source, origin) in zip(table.iterrows(), origins, strict=True):
        rows = ", ".join(f"{key} = {origin[key]}" for key in keys if key in origin)
        for cell, value in row.items():
            column = cell if cell in origin else renamed.get(cell)
            how = COPIED if cell in origin else RENAMED
            if column not in origin:
                how, column = COMPUTED if cell in computed else CONSTANT, None
            elif not _same(value, origin[column]):
                raise ValueError(
                    f"{cell} of row {index + 1} is {value}, but {column} in {source.file} is "
                    f"{origin[column]}: run the rule that makes the table again"
                )
            traces.append(_trace(index, row[name], cell, value, how, source, rows, column))
    return pd.DataFrame(traces, columns=list(COLUMNS))


def inputs_digest(inputs: pd.DataFrame, stages: tuple[str, ...]) -> str:
    """SHA-256 of the output of ``sha256sum`` for the files of some stages.

    Parameters
    ----------
    inputs : DataFrame
        With the columns of ``INPUT_COLUMNS``.
    stages : tuple of str
        Stages to include.
    """
    used = inputs[inputs["stage"].isin(stages)]
    lines = [f"{row.sha256}  {row.file}\n" for row in used.itertuples()]
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()


def _trace(index, name, cell, value, how, source: Source, rows, column) -> dict:
    return {
        "row": index + 1,
        "name": name,
        "column": cell,
        "value": value,
        "how": how,
        "file": source.file,
        "file_rows": rows,
        "file_column": column,
        "rule": source.rule,
        "sha256": source.sha256,
    }


def _same(value, origin) -> bool:
    """Equality of a cell and its source, up to the last digit of a float.

    The measure has a printed name in the tables.
    """
    if is_missing(value) or is_missing(origin):
        return is_missing(value) and is_missing(origin)
    try:
        return math.isclose(float(value), float(origin), rel_tol=1e-12)
    except ValueError:
        return str(value) in (str(origin), measure_name(origin))
