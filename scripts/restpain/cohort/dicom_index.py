"""Index of a participant's DICOM series."""

from pathlib import Path

from restpain.cohort.dicom_series import folder_series, probed_sidecar
from restpain.cohort.selection import mark_chosen
from restpain.cohort.timing import dicom_timing


def dicom_index(folder: Path, *, select: dict) -> dict:
    """Index the series of a folder of DICOM files; see `restpain.cohort.index`."""
    series, counts = folder_series(folder)
    for one in series:
        if one.facts["kind"] == "rest":
            times = {"RepetitionTime": one.facts["repetition_time_s"]}
            one.facts |= dicom_timing(times, probed_sidecar(one), matrix=one.facts["matrix"])
    mark_chosen([one.facts for one in series], select)
    chosen = {one.patient for one in series if one.facts["kind"] != "other"}
    return {
        **counts,
        "n_patients": len(chosen - {""}),
        "series": [one.facts for one in series],
        "problems": [],
    }
