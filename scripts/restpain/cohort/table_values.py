"""Values of the table of participants that cannot be what they are counted as."""

import re

import numpy as np
import pandas as pd

from restpain.cohort.design import numbers_of, unusual_value_problems
from restpain.cohort.levels import spelling_problems
from restpain.presentation.numbers import counted, joined

SCALES = ("phq9", "nrs")  # sums of points by their names
OLDEST = 120  # years
MOST_CODES = 10  # different whole numbers that may be codes
NO_VALUE = re.compile(r"-9|-?99+")  # written by other programs for a missing value
WITH_UNIT = re.compile(r"[-+]?\d+([.,]\d+)?\s*[^\W\d_][^\W\d_]*\.?")  # 61 years, 3T
DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}.*|\d{1,2}[-./]\d{1,2}[-./](\d{4}|\d{2})")
DATE_AS_NUMBER = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
FAR = 2.0  # beyond the central values, in multiples of their range
SHOWN = 5  # participants named in a sentence


def value_problems(
    table: pd.DataFrame,
    columns: list[str],
    *,
    described: dict[str, dict] | None = None,
    declared: dict[str, bool] | None = None,
    score: str | None = None,
    site: str | None = None,
) -> list[str]:
    """Values that cannot be right, and columns that may be codes or quantities, a sentence each.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per analysed participant.
    columns : list of str
        Columns that are used; those that are not there are passed over.
    described : dict of dict, optional
        Sidecar: a column with Units is a number.
    declared : dict of bool, optional
        By column, true if it is a category, false if it is a number (``cohort.categories``).
    score, site : str, optional
        Columns that are a number and a category by their use.
    """
    described, declared = described or {}, dict(declared or {})
    declared |= {score: False} if score else {}
    declared |= {site: True} if site else {}
    problems = []
    for name in dict.fromkeys(columns):
        if name not in table or table[name].notna().sum() == 0:
            continue
        given = table[table[name].notna()]
        if numbers_of(given[name]) is not None:
            known = name in declared or "Units" in described.get(name, {})
            problems += _number_problems(given, name, known=known or name in SCALES)
        elif name != score:
            problems += _text_problems(given, name, category=declared.get(name) is True)
    return problems


def _number_problems(given: pd.DataFrame, name: str, *, known: bool) -> list[str]:
    problems = unusual_value_problems(given, name)
    texts, numbers = given[name].astype(str), numbers_of(given[name])
    for text in sorted({text for text in texts if NO_VALUE.fullmatch(text)}):
        others = numbers[(texts != text) & numbers.notna()]
        if _is_no_value(float(text), others):
            problems.append(
                f"participants.tsv has {text} as {name} for "
                f"{_named(given.loc[texts == text, 'participant_id'])}, where all others have "
                f"{others.min():g} to {others.max():g}; write n/a if it stands for a missing "
                f"value, or {text}.0 if it was measured"
            )
    if texts.map(lambda text: bool(DATE_AS_NUMBER.fullmatch(text))).all():
        problems.append(_refused(given, name, "a date", "write the age or the time in numbers"))
    if name == "age":
        impossible = given[(numbers < 0) | (numbers > OLDEST)]
        impossible = impossible[~impossible[name].astype(str).map(lambda t: t in str(problems))]
        if len(impossible):
            problems.append(
                f"participants.tsv has the age {impossible[name].iloc[0]} for "
                f"{_named(impossible['participant_id'])}; expected 0 to {OLDEST} years; correct it"
            )
    if not problems and not known and _may_be_codes(numbers):
        values = ", ".join(f"{value:g}" for value in sorted(numbers.unique()))
        problems.append(
            f"participants.tsv has only the whole numbers {values} in the column {name}: codes or "
            f"a quantity? Set cohort.categories to {{{name}: true}} for codes, or to "
            f"{{{name}: false}} for a quantity"
        )
    return problems


def _is_no_value(code: float, others: pd.Series) -> bool:
    """Tell a code from a value that the others make possible."""
    if others.empty:
        return False
    reach = FAR * (others.max() - others.min())
    below = (others.min() >= 0) if code < 0 else (code < others.min() - reach)
    return bool(below or code > others.max() + reach)


def _may_be_codes(numbers: pd.Series) -> bool:
    """Recognise few different whole numbers, not below 0, each twice on average."""
    n_different = numbers.nunique()
    whole = (numbers == np.floor(numbers)).all() and (numbers >= 0).all()
    return bool(whole and 1 < n_different <= min(MOST_CODES, len(numbers) / 2))


def _text_problems(given: pd.DataFrame, name: str, *, category: bool) -> list[str]:
    texts = given[name].astype(str)
    if not category:
        for kind, pattern, action in (
            ("a date", DATE, "write the age or the time in numbers"),
            ("a number with a unit", WITH_UNIT, "write the number alone, its unit in Units of "
             f"participants.json, or set cohort.categories to {{{name}: true}}"),
        ):  # fmt: skip
            if texts.map(lambda text, pattern=pattern: bool(pattern.fullmatch(text))).mean() > 0.5:
                return [_refused(given, name, kind, action)]
    if problems := unusual_value_problems(given, name):
        return problems
    if len(given) > 3 and texts.nunique() > len(given) / 2:
        kind = f"{texts.nunique()} different texts in {counted(len(given), 'participant')}"
        return [
            _refused(given, name, kind, "name a column with fewer levels, or numbers, instead")
        ]
    return spelling_problems(name, texts)


def _refused(given: pd.DataFrame, name: str, kind: str, action: str) -> str:
    found = given.iloc[0]
    return (
        f"participants.tsv has {kind} in the column {name}, such as {found[name]!r} for "
        f"{found['participant_id']}; expected a number or a category; {action}"
    )


def shown_problems(table: pd.DataFrame, columns: list[str] | None, skewed: list[str]) -> list[str]:
    """Columns of Table 1 that are not there, or have no rank, a sentence each.

    ``columns`` and ``skewed`` are those of the section table1 of the configuration.
    """
    problems = [
        f"table1.{key} names the column {name}, but participants.tsv has "
        f"{', '.join(table.columns)}; correct the name or remove it"
        for key, names in (("columns", columns or []), ("skewed", skewed))
        for name in names
        if name not in table
    ]
    return problems + [
        f"table1.skewed names the column {name}, which is a category; remove it"
        for name in skewed
        if name in table and table[name].notna().any() and numbers_of(table[name]) is None
    ]


def value_warnings(table: pd.DataFrame, columns: list[str]) -> list[str]:
    """Values far from all others, and levels of one participant, a sentence each.

    The parameters are those of `value_problems`; the columns have none of its problems.
    """
    warnings = []
    for name in dict.fromkeys(columns):
        if name not in table or table[name].notna().sum() == 0:
            continue
        given = table[table[name].notna()]
        numbers = numbers_of(given[name])
        if numbers is None:
            counts = given[name].value_counts().sort_index()
            warnings += [
                f"the column {name} is {level} for one participant only "
                f"({given.loc[given[name] == level, 'participant_id'].iloc[0]}): a spelling? "
                "Otherwise the effect of this level is that of the participant; merge it with "
                "another"
                for level in counts.index[counts == 1]
            ]
            continue
        far = far_values(numbers.to_numpy())
        for index in np.flatnonzero(far):
            rest = numbers[~far]
            warnings.append(
                f"the {name} of {given['participant_id'].iloc[index]} is "
                f"{numbers.iloc[index]:g}, far from all others ({rest.min():g} to "
                f"{rest.max():g}): look whether it is right"
            )
    return warnings


def far_values(values: np.ndarray) -> np.ndarray:
    """Mark values farther from the central ones than twice their range.

    Central are all but a tenth, and at least one, on each side. Values above 0 must be as far on
    the logarithmic scale, so that durations and doses, which are skewed, are not marked.
    """
    n = len(values)
    far = np.zeros(n, dtype=bool)
    if n < 5:
        return far
    scales = [values, np.log(values)] if (values > 0).all() else [values]
    marked = []
    for scaled in scales:
        core = np.sort(scaled)[max(1, n // 10) : n - max(1, n // 10)]
        reach = FAR * (core[-1] - core[0])
        marked.append((scaled < core[0] - reach) | (scaled > core[-1] + reach) if reach else far)
    return np.logical_and.reduce(marked)


def _named(participants: pd.Series) -> str:
    names = participants.tolist()
    more = len(names) - SHOWN
    return joined([*names[:SHOWN], f"{more} more"] if more > 0 else names)
