"""Levels of categories: one spelling for each, and labels for codes."""

import re
from itertools import combinations

import pandas as pd

from restpain.presentation.numbers import counted

# spellings that BIDS 1.11 allows in the column sex, in lower case, and the one written for them
SEX = {"m": "M", "male": "M", "f": "F", "female": "F", "o": "O", "other": "O"}
SEX_LABELS = {"M": "male", "F": "female", "O": "other"}
CODE = re.compile(r"[-+]?\d+(\.\d*)?")


def with_joined_sex(table: pd.DataFrame) -> pd.DataFrame:
    """Table whose column sex has M, F and O for the spellings that BIDS allows.

    A column with any other value is left as it is, so that no word of another language is joined.
    """
    if "sex" not in table:
        return table
    joined = table["sex"].map(lambda cell: SEX.get(str(cell).lower()), na_action="ignore")
    known = joined.notna() | table["sex"].isna()
    return table.assign(sex=joined.where(joined.notna(), None)) if known.all() else table


def with_labelled_codes(
    table: pd.DataFrame, described: dict[str, dict], declared: dict[str, bool]
) -> tuple[pd.DataFrame, dict[str, dict]]:
    """Table whose categories that are written as numbers have labels, and its sidecar.

    A column of numbers is a category if it is declared as one, or if the Levels of its sidecar
    name each of its values. The label of a code is that of Levels, else ``code`` and the number.

    Parameters
    ----------
    table : pandas.DataFrame
        Cells as text, missing ones as None or NaN.
    described : dict of dict
        Entries of the sidecar by column.
    declared : dict of bool
        By column, true if it is a category, false if it is a number; not all have to be named.

    Raises
    ------
    ValueError
        With a sentence per column that is declared and not there, or whose codes share a label.
    """
    problems = [
        f"cohort.categories names the column {name}, but participants.tsv has "
        f"{', '.join(table.columns)}; correct the name or remove it"
        for name in declared
        if name not in table
    ]
    table, described = table.copy(), dict(described)
    for name in table:
        codes = [cell for cell in table[name].dropna().unique() if CODE.fullmatch(str(cell))]
        levels = _level_labels(described.get(name, {}).get("Levels"))
        if not codes or not declared.get(name, set(table[name].dropna()) <= set(levels)):
            continue
        labels = {code: levels.get(code) or _code_label(code, levels) for code in codes}
        for first, second in combinations(labels, 2):
            if labels[first] == labels[second] and float(first) != float(second):
                problems.append(
                    f"participants.json has the level {labels[first]!r} for {first} and {second} "
                    f"of {name}; give each code a label of its own"
                )
        table[name] = table[name].replace(labels)
        entry = {key: value for key, value in described.get(name, {}).items() if key != "Levels"}
        described[name] = entry | {"Levels": {label: label for label in labels.values()}}
    if problems:
        raise ValueError("\n".join(problems))
    return table, described


def _level_labels(levels) -> dict[str, str]:
    """Label of each level; BIDS has a text or an object with Description for it."""
    if not isinstance(levels, dict):
        return {}
    texts = {
        code: entry.get("Description") if isinstance(entry, dict) else entry
        for code, entry in levels.items()
    }
    return {code: " ".join(str(text).split()) for code, text in texts.items() if text}


def _code_label(code: str, levels: dict[str, str]) -> str:
    number = f"{float(code):g}"
    return levels.get(number) or f"code {number}"


def spelling_problems(name: str, values: pd.Series) -> list[str]:
    """Levels of a column that are one level in several spellings, a sentence each."""
    counts = values.astype(str).value_counts().sort_index()
    problems = []
    for first, second in combinations(counts.index, 2):
        shown = " and ".join(
            f"{level!r} ({counted(int(counts[level]), 'time')})" for level in (first, second)
        )
        if _plain(first) == _plain(second):
            problems.append(
                f"participants.tsv has {shown} in the column {name}, which differ in case, blanks "
                "or signs only; write one of them"
            )
        elif _is_initial(first, second) or _is_initial(second, first):
            problems.append(
                f"participants.tsv has {shown} in the column {name}, of which one may be short "
                "for the other; write one of them"
            )
    return problems


def _plain(level: str) -> str:
    """Level without what makes no other level: case, and signs between letters."""
    return re.sub(r"(?<=\w)[\s_-]+(?=\w)", "", level.lower())


def _is_initial(short: str, word: str) -> bool:
    """Recognise the first letter of a word: l of left, but not A of AB, I of III or Ib."""
    return (
        len(short) == 1
        and len(word) > 2
        and word[1:].islower()
        and word[0].lower() == (short.lower())
    )
