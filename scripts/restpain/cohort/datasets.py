"""Content of the roots of the two BIDS datasets: raw data in ``rawdata/``, and the results."""

import pandas as pd

from restpain.version import generated_by

COMMON = {
    "BIDSVersion": "1.10.0",
    "GeneratedBy": [generated_by()],
    "License": "that of the source data",
}
RESULTS = {
    "Name": "Preprocessed images, maps and group results",
    "DatasetType": "derivative",
    **COMMON,
    "DatasetLinks": {"raw": "rawdata"},
}
RAW = {
    "Name": "Resting-state fMRI cohort without identifiers",
    "DatasetType": "raw",
    **COMMON,
}
ORIGIN = {  # by cohort.source
    "simulated": "a simulated cohort: no person was measured",
    "dicom": "a cohort, converted from DICOM with dcm2niix",
    "bids": "a cohort, linked or copied from a BIDS dataset",
}
README = """# Raw data

T1-weighted images and resting-state series of {origin}.

Sidecars hold physical quantities only: no names, dates or free text. T1 images are as they came,
not defaced unless they were. Who was left out, and why, is in `../cohort/participants.tsv`.
"""


def raw_readme(source: str) -> str:
    """README of the raw dataset; ``source`` is the key ``cohort.source``."""
    return README.format(origin=ORIGIN[source])


def raw_participants(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the participants who have raw data, for ``participants.tsv`` of the raw dataset.

    Parameters
    ----------
    table : pandas.DataFrame
        All participants; the column exclude gives the reason of those who are left out.

    Returns
    -------
    pandas.DataFrame
        Its first column is participant_id, as BIDS asks; it has no column exclude.
    """
    kept = table[table["exclude"].isna()].drop(columns="exclude")
    return kept[["participant_id", *kept.columns.drop("participant_id")]]
