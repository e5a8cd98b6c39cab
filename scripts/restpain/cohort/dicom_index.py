"""Index of a participant's DICOM series."""

from collections import Counter
from pathlib import Path

from restpain.cohort.dicom_folder import file_problems
from restpain.cohort.dicom_kinds import DERIVED, fits_wish
from restpain.cohort.dicom_series import Series, folder_series, probed_sidecar
from restpain.cohort.image_checks import report
from restpain.cohort.selection import mark_chosen
from restpain.cohort.timing import dicom_timing
from restpain.presentation.numbers import counted, joined

GEOMETRY = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope")


def dicom_index(folder: Path, *, select: dict) -> dict:
    """Index the series of a folder of DICOM files; see `restpain.cohort.index`."""
    series, counts = folder_series(folder, select)
    for one in series:
        if one.facts["kind"] == "rest":
            sidecar = probed_sidecar(one)
            one.facts |= dicom_timing(one.times, sidecar, matrix=one.facts["matrix"])
    facts = [one.facts for one in series]
    mark_chosen(facts, select)
    for one in facts:
        preferred = one.pop("preferred", None)
        if preferred and one["chosen"]:
            one["why"] = preferred
    problems = file_problems(counts) + unfulfilled_wishes(series, select)
    for one in series:
        problems += malformed_numbers(one) + (series_problems(one) if one.facts["chosen"] else [])
    candidates = [one for one in series if one.facts["kind"] != "other"]
    patients = {one.first.get("PatientID", "") for one in candidates}
    return {
        **counts,
        "n_patients": len(patients - {""}),
        "series": facts,
        "problems": problems + indistinguishable(candidates),
    }


def unfulfilled_wishes(series: list[Series], select: dict) -> list[dict]:
    """Rows about wishes of ``cohort.select`` that no series fits."""
    rows, add = report("", "participant's folder")
    numbers = sorted({one.facts["number"] for one in series} - {None})
    for kind, wanted in select.items():
        if wanted and series and not any(fits_wish(one, wanted) for one in series):
            keys = ", ".join(f"{key}: {value}" for key, value in wanted.items())
            add(
                "error",
                f"no series that fits cohort.select.{kind} ({keys})",
                f"one of the series {joined(list(map(str, numbers)))}",
                f"correct cohort.select.{kind}",
            )
    return rows


def malformed_numbers(one: Series) -> list[dict]:
    """Rows about numeric tags that hold no number; of other series those that hide their size."""
    rows, add = report("", one.facts["label"])
    for keyword, value in one.malformed.items():
        if one.facts["chosen"] or keyword in GEOMETRY:
            add(
                "error" if one.facts["chosen"] and keyword in GEOMETRY else "warning",
                f"{keyword} is {value}",
                "a number with a decimal point",
                "correct the headers, or export the series again; it is taken as missing",
            )
    return rows


def series_problems(one: Series) -> list[dict]:
    """Rows about the T1 or the rest run."""
    facts = one.facts
    rows, add = report("", facts["label"])
    if facts["n_parts"] > 1:
        add("info", f"joined from {facts['n_parts']} series of one acquisition")
    if facts["kind"] == "t1" and facts["derived"]:
        add(
            "warning",
            f"{DERIVED} (defaced, or computed from others) as the T1-weighted image",
            "images as acquired",
            "make sure that it is the T1 of the whole head, and no map or section of it",
        )
    doubts = [text for text in facts["doubts"] if text != DERIVED or facts["kind"] == "rest"]
    if facts["kind"] == "rest" and doubts:
        add(
            "warning",
            f"taken as the resting-state run in spite of {joined(doubts)}",
            "a run at rest",
            "make sure that it is one, or name another in cohort.select.rest (series_number)",
        )
    return rows


def indistinguishable(candidates: list[Series]) -> list[dict]:
    """Rows about candidates of one number, which no wish can tell apart."""
    rows = []
    places = Counter((one.facts["kind"], one.facts["label"]) for one in candidates)
    for (_, label), n in places.items():
        if n == 1:
            continue
        same = [one for one in candidates if one.facts["label"] == label]
        sizes = joined([counted(one.facts["n_volumes"], "volume") for one in same])
        row, add = report("", label)
        add(
            "error",
            f"{n} series of one number ({sizes}), whose images do not continue each other",
            "a number for each series",
            "export them again with numbers of their own, or, if they are copies, one of them",
        )
        rows += row
    return rows
