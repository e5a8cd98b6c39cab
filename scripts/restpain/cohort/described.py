"""Sidecar of the user's table of participants: labels, units and levels of its columns."""

import json
from pathlib import Path

from restpain.io.tables import read_json

KEYS = ("LongName", "Description", "Units", "Levels")


def read_described(
    path: str | Path | None, columns: list[str], written: dict[str, str] | None = None
) -> dict[str, dict]:
    """Entries of the columns of a table in its BIDS sidecar, without any other content.

    Parameters
    ----------
    path : str, Path or None
        ``participants.json``; None if the user has none.
    columns : list of str
        Columns of the table; entries of other columns are ignored.
    written : dict of str, optional
        What the user's table calls a column, if that is another name.

    Raises
    ------
    ValueError
        If the file is not JSON, or an entry is no JSON object with text in LongName and Units.
    """
    if path is None:
        return {}
    name = Path(path).name
    try:
        content = read_json(path)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{name} is not JSON ({error}); mend it or remove it") from None
    if not isinstance(content, dict):
        raise ValueError(f"{name} holds no JSON object; expected one entry per column")
    described = {}
    for column in columns:
        entry = content.get((written or {}).get(column, column), {})
        texts = (
            [entry.get(key, "") for key in ("LongName", "Units")]
            if isinstance(entry, dict)
            else [entry]
        )
        if not isinstance(entry, dict) or not all(isinstance(text, str) for text in texts):
            raise ValueError(
                f"{name} has {texts} for {column}; expected an object with text in LongName and "
                "Units"
            )
        if entry:
            described[column] = {key: entry[key] for key in KEYS if key in entry}
    return described
