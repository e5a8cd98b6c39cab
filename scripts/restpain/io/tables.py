"""The only readers and writers of tables and of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

from restpain.io.files import write_text


def read_table(path: str | Path, **options) -> pd.DataFrame:
    """Read a BIDS table: tab-separated, UTF-8 with or without a mark, ``n/a`` for missing.

    Labels in a column ``group`` are text, also those that are numbers.
    """
    import pandas as pd  # here, since half of the jobs read no table and pandas starts slowly

    dtype = options.setdefault("dtype", {})
    if isinstance(dtype, dict):  # else one type for all columns
        options["dtype"] = {"group": str} | dtype
    return pd.read_csv(
        path,
        sep="\t",
        encoding="utf-8-sig",
        na_values=["n/a"],
        keep_default_na=False,
        float_precision="round_trip",  # else the last digit may differ from what was written
        **options,
    )


def write_table(
    path: str | Path, table: pd.DataFrame, columns: dict[str, str | dict] | None = None
) -> None:
    """Write a table as TSV, ``n/a`` for missing, floats with all their digits.

    ``columns`` (see `write_sidecar`) go to the JSON file beside the table.
    """
    path = Path(path)
    write_text(path, table.to_csv(sep="\t", index=False, na_rep="n/a", lineterminator="\n"))
    if columns is not None:
        unknown = set(columns) - set(table.columns)
        if unknown:
            raise KeyError(f"{path.name} has no column {sorted(unknown)}")
        write_sidecar(path.with_suffix(".json"), columns)


def write_sidecar(
    path: str | Path,
    columns: dict[str, str | dict | list],
    *,
    description: str | None = None,
    source: str | None = None,
) -> None:
    """Write the JSON sidecar of a table.

    Parameters
    ----------
    columns : dict
        A sentence for each column, with the unit. What is no text, such as counts of cells, is
        written as it is.
    description : str, optional
        Content of the table. It begins with SIMULATED DATA if ``source`` is simulated.
    source : str, optional
        The key ``cohort.source``; the sidecar then says whether the data are simulated.
    """
    head = {} if description is None else {"TableDescription": description}
    if source is not None:
        head["SimulatedData"] = source == "simulated"
    if source == "simulated":
        head["TableDescription"] = f"SIMULATED DATA. {description}"
    described = {
        name: {"Description": text} if isinstance(text, str) else text
        for name, text in columns.items()
    }
    write_json(path, head | described)


def stacked(paths: list[str | Path]) -> pd.DataFrame:
    """Read tables of the same columns, one below the other; those without rows give none."""
    import pandas as pd  # as in read_table

    tables = [read_table(path) for path in paths]
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True)


def read_json(path: str | Path) -> dict:
    """Read a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_json(path: str | Path, content) -> None:
    """Write JSON with keys in the given order; numpy values become plain ones."""
    write_text(path, json.dumps(content, indent=2, default=_plain, ensure_ascii=False) + "\n")


def _plain(value):
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


def read_printed(path: str | Path) -> pd.DataFrame:
    """Read a CSV of printed numbers: every cell is text, as printed; no text means missing."""
    import pandas as pd  # as in read_table

    return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
