"""Content of the roots of the two BIDS datasets: raw data in ``rawdata/``, and the results."""

import re

import pandas as pd

from restpain.io.tables import read_json
from restpain.version import generated_by

COMMON = {
    "BIDSVersion": "1.11.0",
    "GeneratedBy": [generated_by()],
    "License": "that of the source data",
}
RESULTS = {
    "Name": "Preprocessed images, maps and group results",
    "DatasetType": "derivative",
    **COMMON,
}
RAW = {
    "Name": "Resting-state fMRI cohort without identifiers",
    "DatasetType": "raw",
    **COMMON,
}
# by the reason why BIDS does not know them, what a validator passes over in the results;
# sourcedata is ignored by the standard itself
IGNORED = {
    "a BIDS dataset of its own": ("/rawdata",),
    "tables and checks of the cohort: our own": ("/cohort", "/quality"),
    "results of the group: BIDS has no names for them": (
        *("/group", "/classification", "/power", "/recovery", "/tables", "/figures"),
    ),
    "pages to read, here and of each participant": ("/*.html", "sub-*/figures"),
    "records of the run": ("/logs", "/benchmarks", "/run_times.*"),
    "functional derivatives: BIDS extension proposal 12": (
        *("*_boldmap.*", "*_boldref.*", "*_timeseries.*"),
    ),
    "transforms: BIDS extension proposal 14": ("*_xfm.*",),
    "quality numbers of a participant: our own": ("*_desc-qc_metrics.json",),
    "points of the template that each T1 is aligned to: our own": ("*_points.npz",),
    "series in the mask of the group, for the classification: our own": ("*_bold.npz",),
}
ORIGIN = {  # by cohort.source
    "simulated": "a simulated cohort: no person was measured",
    "dicom": "a cohort, converted from DICOM with dcm2niix",
    "bids": "a cohort, linked or copied from a BIDS dataset",
}
README = """# Raw data

T1-weighted images and resting-state series of {origin}.

Sidecars hold physical quantities only: no names, dates or free text. T1 images are as they came,
not defaced unless they were. Who was left out, and why, is in `../cohort/complete.tsv`.
"""
DOI = re.compile(r"10\.\d{4,9}/\S+")
OLDEST = 89  # years; BIDS gives no higher age, which would single out a participant
CODES = {  # of columns whose cells BIDS fixes, unless their Levels are described
    "sex": ("male", "m", "female", "f", "other", "o"),
    "handedness": ("left", "l", "right", "r", "ambidextrous", "a"),
}
GROUP = {"group": {"Description": "Group of the participant."}}
RESERVED = ("HED", "strain_rrid")  # columns that mean something else in BIDS


def results_description(source: str) -> dict:
    """Describe the results; where preprocessed images are given, there is no raw dataset."""
    links = {} if source in ("derivatives", "maps") else {"DatasetLinks": {"raw": "rawdata"}}
    return RESULTS | links


def raw_description(path: str | None) -> dict:
    """``dataset_description.json`` of the raw dataset.

    Parameters
    ----------
    path : str or None
        That of the dataset it was linked from, of which licence and DOI are taken. What cannot
        be read says nothing.
    """
    try:
        source = read_json(path) if path else {}
    except ValueError:
        source = {}
    source, known = source if isinstance(source, dict) else {}, {}
    if isinstance(source.get("License"), str):
        known["License"] = source["License"]
    if doi := DOI.search(str(source.get("DatasetDOI"))):
        known["SourceDatasets"] = [{"DOI": f"doi:{doi[0]}"}]
    return RAW | known


def raw_readme(source: str) -> str:
    """README of the raw dataset; ``source`` is the key ``cohort.source``."""
    return README.format(origin=ORIGIN[source])


def bidsignore() -> str:
    """``.bidsignore`` of the results: each name with the reason why BIDS does not know it."""
    return "\n".join(
        line for reason, names in IGNORED.items() for line in (f"# {reason}", *names, "")
    )


def raw_participants(
    table: pd.DataFrame, described: dict[str, dict]
) -> tuple[pd.DataFrame, dict[str, dict]]:
    """Table of the participants who have raw data, and its sidecar, as BIDS asks for them.

    Parameters
    ----------
    table : pandas.DataFrame
        All participants, as text; the column exclude gives the reason of those left out.
    described : dict of dict
        Entries of the sidecar by column.

    Returns
    -------
    table : pandas.DataFrame
        participant_id first, no column exclude, ages of at most 89. A column that BIDS defines
        and that holds something else is not in it.
    described : dict of dict
        Without Levels that do not name every value of their column.
    """
    kept = table[table["exclude"].isna()].drop(columns=["exclude", *RESERVED], errors="ignore")
    kept = kept[["participant_id", *kept.columns.drop("participant_id")]]
    described = GROUP | described
    entries = {
        name: _with_true_levels(described[name], kept[name]) for name in kept if name in described
    }
    for name, codes in CODES.items():
        spellings = {form for code in codes for form in (code, code.upper(), code.capitalize())}
        if name in kept and "Levels" not in entries.get(name, {}):
            kept = kept if kept[name].dropna().isin(spellings).all() else kept.drop(columns=name)
    if "age" in kept:
        years = pd.to_numeric(kept["age"], errors="coerce")
        in_years = entries.get("age", {}).get("Units", "years").lower().startswith("y")
        if not in_years or (years.isna() & kept["age"].notna()).any():
            kept = kept.drop(columns="age")
        else:
            kept["age"] = kept["age"].where(~(years > OLDEST), str(OLDEST))
    return kept, {name: entry for name, entry in entries.items() if name in kept and entry}


def _with_true_levels(entry: dict, column: pd.Series) -> dict:
    levels = entry.get("Levels")
    if isinstance(levels, dict) and set(column.dropna()) <= set(levels):
        return entry
    return {key: value for key, value in entry.items() if key != "Levels"}
