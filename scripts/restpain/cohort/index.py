"""Index of a participant: facts of the raw series, without identifiers."""

import logging
from pathlib import Path

from restpain.cohort.bids_index import bids_index
from restpain.cohort.derivative_index import derivative_index
from restpain.cohort.dicom_index import dicom_index
from restpain.cohort.image_checks import OR_EXCLUDE, problem
from restpain.cohort.listing import listing
from restpain.cohort.timing import configured_time

logger = logging.getLogger("index_participants")

READERS = {
    "simulated": dicom_index,
    "dicom": dicom_index,
    "bids": bids_index,
    "derivatives": derivative_index,
}


def participant_index(
    folder: str | Path | None,
    *,
    participant_id: str,
    source: str,
    select: dict,
    repetition_time_s: float | None = None,
) -> dict:
    """Describe the series of a participant and choose one T1 and one rest run.

    What is wrong is a fact here, never an error: later jobs take what the index chose and read.

    Parameters
    ----------
    folder : str, Path or None
        Folder of the participant; None if there is none.
    participant_id : str
        Such as sub-01.
    source : str
        simulated or dicom (any nesting of DICOM files), bids or derivatives.
    select : dict
        ``t1`` and ``rest``: what is asked for; see `restpain.cohort.selection`.
    repetition_time_s : float, optional
        Repetition time by the configuration; None for that of the data.

    Returns
    -------
    dict
        participant_id, source, found (whether there is a folder), counts of files, ``listing``
        (`restpain.cohort.listing`), ``problems`` (`restpain.cohort.image_checks.problem`) and
        ``series``: for each one its facts,
        among them kind (t1, rest or other) and chosen.
    """
    index = {"participant_id": participant_id, "source": source, "found": folder is not None}
    if folder is None:
        return index | {"series": [], "problems": []}
    try:
        index |= READERS[source](Path(folder), select=select)
        if source != "simulated":
            index["listing"] = listing(folder, source)
    except Exception as error:  # of data that nobody has met: the others are still judged
        logger.exception("%s could not be indexed", participant_id)
        index |= {"series": [], "problems": [_unforeseen(error)]}
    for one in index["series"]:
        if one["kind"] == "rest" and repetition_time_s is not None:
            one |= configured_time(repetition_time_s)
    index["problems"] = [row | {"participant_id": participant_id} for row in index["problems"]]
    return index


def _unforeseen(error: Exception) -> dict:
    return problem(
        "",
        "participant's folder",
        "error",
        f"data that stop the index ({type(error).__name__})",
        "data that can be indexed",
        f"see the log of index_participants and report it, {OR_EXCLUDE}",
    )
