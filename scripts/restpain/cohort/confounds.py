"""Tables of confounds of preprocessed runs, and what preprocessing.nuisance needs of them."""

from pathlib import Path

import numpy as np
import pandas as pd

from restpain.cohort.image_checks import OR_EXCLUDE, report
from restpain.io.tables import read_table
from restpain.presentation.numbers import counted, joined

MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
N_COMPONENTS = 5  # Behzadi et al. (2007)
COLUMNS = {  # fMRIPrep's names of the columns, by signal
    "motion": MOTION,
    "wm": ("white_matter",),
    "csf": ("csf",),
    "global": ("global_signal",),
    "acompcor": tuple(f"a_comp_cor_{i:02d}" for i in range(N_COMPONENTS)),
}
SIGNAL_OF = {  # by regressor; the trend needs none
    **{name: name for name in ("wm", "csf", "global", "acompcor")},
    **dict.fromkeys(("friston24", "scrub"), "motion"),
}
TABLE, KEY = "table of confounds", "preprocessing.nuisance"


def confound_facts(path: Path) -> dict:
    """Facts of a table of confounds: ``n_rows``, None if it cannot be read, and ``gaps``.

    ``gaps`` are the rows without a number, from 0, by column, of the columns that a regressor
    may need and that are there.
    """
    try:
        table = read_table(path)
    except ValueError:
        return {"n_rows": None, "gaps": {}}
    wanted = [name for names in COLUMNS.values() for name in names if name in table.columns]
    return {
        "n_rows": len(table),
        "gaps": {
            name: np.flatnonzero(~np.isfinite(numbers(table[name]))).tolist() for name in wanted
        },
    }


def numbers(values: pd.Series) -> np.ndarray:
    """Numbers of a column; NaN for what is none."""
    return pd.to_numeric(values, errors="coerce").to_numpy(float)


def confound_problems(
    who: str, run: dict, *, nuisance: list[str], drop_volumes: int
) -> list[dict]:
    """Regressors that the table of confounds of a preprocessed run cannot give.

    Parameters
    ----------
    who : str
        participant_id.
    run : dict
        Facts of the run: ``confounds`` (see `confound_facts`) is None if it has no table.
    nuisance : list of str
        ``preprocessing.nuisance``.
    drop_volumes : int
        Volumes dropped at the start, whose rows do not matter.

    Returns
    -------
    list of dict
        Rows of the table of problems.
    """
    table, path = run["confounds"], run["confounds_path"]
    rows, add = report(who, Path(path).name if path else run["label"])
    if path is None:  # the global signal is then that of the series
        wanting = [one for one in nuisance if SIGNAL_OF.get(one, "global") != "global"]
        if wanting:
            action = f"add it beside the run, or {_without(nuisance, wanting)}"
            add("error", f"no {TABLE}", f"one for {joined(wanting)} of {KEY}", action)
        return rows
    if table is None:  # a file that the index could not open, and says so
        return rows
    if table["n_rows"] != run["n_volumes"]:
        n = table["n_rows"]
        if path.endswith("_motion.tsv") and n is not None and n > run["n_volumes"]:
            found = f"{n - run['n_volumes']} of {n} volumes removed from the series (censored)"
            expected = "all of them, since frequencies need equal steps of time"
            action = "write interpolated series with XCP-D, as its mode abcd does"
            add("error", found, expected, f"{action}, {OR_EXCLUDE}")
            return rows
        found = "unreadable rows" if n is None else counted(n, "row")
        expected = f"{run['n_volumes']}, one per volume"
        add("error", f"{found} in its {TABLE}", expected, "find the table that belongs to the run")
        return rows
    faults = {signal: _faults(table, names, drop_volumes) for signal, names in COLUMNS.items()}
    missing = [one for one in nuisance if faults.get(SIGNAL_OF.get(one))]
    for signal, texts in faults.items():
        wanting = [one for one in missing if SIGNAL_OF[one] == signal]
        for found in texts if wanting else []:
            action = f"{_without(nuisance, missing)}, {OR_EXCLUDE}"
            add("error", found, f"numbers in all rows, for {joined(wanting)} of {KEY}", action)
    return rows


def _faults(table: dict, columns: tuple[str, ...], drop_volumes: int) -> list[str]:
    """Say which columns of a signal are missing or have gaps; those alike in one text."""
    texts: dict[str, list[str]] = {}
    for name in columns:
        if name not in table["gaps"]:
            texts.setdefault("no", []).append(name)
            continue
        gaps = [row for row in table["gaps"][name] if row >= drop_volumes]
        if len(gaps) == table["n_rows"] - drop_volumes:
            texts.setdefault("n/a in every row of", []).append(name)
        elif gaps:
            more = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
            texts.setdefault(f"n/a in row {gaps[0] + 1}{more} of", []).append(name)
    return [
        f"{text} {'the ' if text != 'no' else ''}column{'s' if len(names) > 1 else ''} "
        f"{joined(names)}"
        for text, names in texts.items()
    ]


def _without(nuisance: list[str], names: list[str]) -> str:
    left = ", ".join(one for one in nuisance if one not in names)
    return f"set {KEY} to [{left}]"
