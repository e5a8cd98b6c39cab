"""Numbers as they are printed: the value, and the values that are rounded to it."""

import re
from dataclasses import dataclass
from fractions import Fraction

from restpain.presentation.numbers import is_missing

NUMBER = r"[-\N{MINUS SIGN}+]?(?:\d+\.?\d*|\.\d+)"
COLUMN_NAMES = {
    "peak": "peak (x, y, z)",
    "auc": "AUC",
    "loocv_auc": "leave-one-out AUC",
    "brodmann_area": "Brodmann area",
}
DASH = r"(?:-|\N{EN DASH}|\N{EM DASH}|to)"


@dataclass(frozen=True)
class Printed:
    """A printed number and the interval of the numbers that it may stand for, both ends in it.

    Attributes
    ----------
    text : str
        As printed.
    value, low, high : Fraction
        What was printed, and half a unit of its last digit below and above; exact.
    """

    text: str
    value: Fraction
    low: Fraction
    high: Fraction

    @property
    def width(self) -> Fraction:
        """Width of the interval: one unit of the last digit."""
        return self.high - self.low

    def holds(self, low: float, high: float) -> bool:
        """Overlap of the interval with another one."""
        return float(self.low) <= high and low <= float(self.high)


@dataclass(frozen=True)
class MeanCell:
    """``mean±SD (min–max)``; the extremes may be absent."""

    mean: Printed
    sd: Printed
    low: Printed | None
    high: Printed | None


@dataclass(frozen=True)
class CountCell:
    """``n (%)`` or ``n/n``: a count, with its percentage or with that of the others."""

    count: int
    percent: Printed | None
    others: int | None


def printed(text: str) -> Printed | None:
    """Read a printed number; None for an empty cell or another text.

    ``<0.001`` stands for 0 to 0.001. A p value of 0.000 reaches from 0, not from below it:
    callers clip.
    """
    if is_missing(text) or str(text).strip() == "NA":
        return None
    text = str(text).strip()
    match = re.fullmatch(rf"(<?)\s*({NUMBER})", text)
    if not match:
        return None
    plain = match[2].replace("\N{MINUS SIGN}", "-")
    value = Fraction(plain)
    if match[1]:
        return Printed(text, value, Fraction(0), value)
    decimals = len(plain.partition(".")[2])
    half = Fraction(1, 2 * 10**decimals)
    return Printed(text, value, value - half, value + half)


def mean_cell(text: str) -> MeanCell | None:
    """Read ``mean±SD (min–max)`` or ``mean±SD``; None for another text."""
    match = re.fullmatch(
        rf"\s*({NUMBER})\s*(?:±|\+/-)\s*({NUMBER})\s*"
        rf"(?:[(\[]\s*({NUMBER})\s*{DASH}\s*({NUMBER})\s*[)\]])?\s*",
        str(text),
    )
    if not match:
        return None
    mean, sd, low, high = (printed(part) if part else None for part in match.groups())
    return MeanCell(mean, sd, low, high)


def count_cell(text: str) -> CountCell | None:
    """Read ``n (p%)`` or ``n/n``; None for another text."""
    pair = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", str(text))
    if pair:
        return CountCell(int(pair[1]), None, int(pair[2]))
    share = re.fullmatch(rf"\s*(\d+)\s*[(\[]\s*({NUMBER})\s*%?\s*[)\]]\s*", str(text))
    return CountCell(int(share[1]), printed(share[2]), None) if share else None


def column_name(name: str) -> str:
    """Name of a column of the published tables in words: ``cp_n21`` is CP (n = 21)."""
    group = re.fullmatch(r"([A-Za-z]+)_n(\d+)", name)
    if group:
        return f"{group[1].upper()} (n = {group[2]})"
    return COLUMN_NAMES.get(name, name.replace("_percent", " (%)").replace("_", " "))
