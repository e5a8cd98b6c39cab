"""Series that the scanner or an export has split over several numbers or UIDs.

Siemens exports of XA software in the classic form give each volume a number and a UID of its own
(ImageType has MFSPLIT), or a UID of its own; classic images of Canon have a UID for each slice; a
run may change its UID in between. Parts are joined only where the headers leave no other reading,
so that two runs of one protocol stay two.
"""

from restpain.cohort.dicom_geometry import slice_positions

SPLIT = "MFSPLIT"  # word of ImageType
MIN_PARTS = 20  # volumes in series of their own, without that word; a T1 is not repeated so often
SIEMENS_NUMBERS = 1000  # volumes of series 5 are 5001, 5002, ...


def join_parts(groups: list[list[dict]]) -> list[list[dict]]:
    """Join the groups of headers that are parts of one series.

    Joined are, of one study, description, protocol, geometry and echo,

    - series of one number whose images are numbered on from one to the next (no InstanceNumber
      twice), none of which has several slices and all volumes that it announces, and
    - single volumes in series of their own whose numbers follow each other, if their ImageType
      has MFSPLIT or if there are at least ``MIN_PARTS``.

    Parameters
    ----------
    groups : list of list of dict
        Headers of one number, UID, echo and geometry each.

    Returns
    -------
    list of list of dict
        In the order of time; headers of what was joined have ``rank``, and ``n_parts``.
    """
    families = {}
    for headers in groups:
        families.setdefault(_family(headers[0]), []).append(headers)
    return [one for parts in families.values() for one in _joined(parts)]


def _family(header: dict) -> tuple:
    keys = ("StudyInstanceUID", "Manufacturer", "SeriesDescription", "ProtocolName")
    return (
        *(header.get(key) for key in (*keys, "MRAcquisitionType", "SOPClassUID")),
        tuple(header.get("ImageType", ())),
        *(round(header.get(key, 0.0), 1) for key in ("EchoTime", "RepetitionTime")),
        header["Rows"],
        header["Columns"],
        tuple(round(cosine, 2) + 0.0 for cosine in header.get("ImageOrientationPatient", ())),
    )


def _joined(parts: list[list[dict]]) -> list[list[dict]]:
    if len(parts) == 1:
        return parts
    by_number = {}
    for part in parts:
        by_number.setdefault(part[0].get("SeriesNumber"), []).append(part)
    whole, volumes = [], []
    for same in by_number.values():
        if len(same) > 1 and _number_on(same):
            whole.append(_one(same, ranked=False))
        else:
            for part in same:
                (volumes if slice_positions(part)[1].max() == 1 else whole).append(part)
    for chain in _chains(sorted(volumes, key=_moment)):
        split = SPLIT in (word.upper() for word in chain[0][0].get("ImageType", ()))
        enough = len(chain) >= (2 if split else MIN_PARTS)
        whole += [_one(chain, ranked=True)] if enough else chain
    return whole


def _number_on(parts: list[list[dict]]) -> bool:
    """Check that no image has the number of another and that no part is complete."""
    numbers = [header.get("InstanceNumber") for part in parts for header in part]
    complete = any(
        1 < part[0].get("NumberOfTemporalPositions", 0) <= counts.max() and len(counts) > 1
        for part, counts in ((part, slice_positions(part)[1]) for part in parts)
    )
    return None not in numbers and len(set(numbers)) == len(numbers) and not complete


def _moment(part: list[dict]) -> tuple:
    first = part[0]
    keys = ("SeriesNumber", "AcquisitionNumber", "TemporalPositionIdentifier")
    return (*(first.get(key, 0.0) for key in keys), first.get("AcquisitionTime", ""))


def _chains(volumes: list[list[dict]]) -> list[list[list[dict]]]:
    """Cut volumes in the order of their numbers where one does not follow another."""
    chains = []
    for volume in volumes:
        if chains and _follows(_moment(volume), _moment(chains[-1][-1])):
            chains[-1].append(volume)
        else:
            chains.append([volume])
    return chains


def _follows(moment: tuple, before: tuple) -> bool:
    number, acquisition, *_ = moment
    last_number, last_acquisition, *_ = before
    if number == last_number:
        return moment != before  # the same again is a copy
    of_one = last_number > SIEMENS_NUMBERS and (
        number // SIEMENS_NUMBERS == last_number // SIEMENS_NUMBERS
    )
    restarted = acquisition < last_acquisition
    return (of_one or number == last_number + 1) and not restarted


def _one(parts: list[list[dict]], *, ranked: bool) -> list[dict]:
    return [
        header | {"rank": rank if ranked else 0, "n_parts": len(parts)}
        for rank, part in enumerate(parts)
        for header in part
    ]
