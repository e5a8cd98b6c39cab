"""Cells of a table that a user has written: separated by tabs, semicolons or commas."""

import csv
import io
from pathlib import Path

SEPARATORS = "\t;,"  # the first of them that the header has; Excel writes semicolons in Europe


def read_cells(
    path: str | Path, *, key: str = "cohort.participants"
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and numbered rows of a table in text, cells stripped, empty rows dropped.

    Cells are separated by tabs, or by semicolons or commas if the header has no tab.

    Parameters
    ----------
    path : str or Path
        Text in UTF-8, with or without a byte order mark, lines ended as on any system.
    key : str
        Key of the configuration that names the file.

    Raises
    ------
    ValueError
        If there is no such file, or it is no such text.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path} does not exist or is no file; set {key}")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path.name} is not UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from None
    first = next(filter(str.strip, text.splitlines()), "")
    separator = next((sign for sign in SEPARATORS if sign in first), "\t")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise ValueError(
            f"{path.name} is no table ({error} in line {reader.line_num}); save it as text "
            "separated by tabs"
        ) from None
    rows = [(line, cells) for line, cells in rows if any(cells)]
    if not rows:
        raise ValueError(f"{path.name} is empty, but should have a header and a row for each one")
    header = rows[0][1]
    if len(header) == 1 and " " in header[0]:
        raise ValueError(f"{path.name} is separated by spaces; separate it by tabs")
    return header, rows[1:]
