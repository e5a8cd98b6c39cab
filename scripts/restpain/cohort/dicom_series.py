"""Series of a DICOM folder with their facts.

``facts`` of a series can be written; names, identifiers and paths stay beside them in memory.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from restpain.cohort.bids import image_facts
from restpain.cohort.dicom_conversion import converted_images
from restpain.cohort.dicom_facts import image_part, image_words, one_of, series_facts
from restpain.cohort.dicom_folder import folder_headers
from restpain.cohort.dicom_geometry import frame_positions, gaps, slice_positions
from restpain.cohort.dicom_join import join_parts
from restpain.cohort.dicom_kinds import MIN_REST_VOLUMES, mark_kinds
from restpain.cohort.dicom_times import header_times

N_PROBED_VOLUMES = 3


@dataclass
class Series:
    """One series: writable facts, and what must stay in memory.

    ``first`` is the header of its first image, ``words`` are those of ImageType, ``times`` the
    repetition times by DICOM keyword, ``malformed`` the values that are no numbers, ``probe`` the
    files of the first volumes and ``sidecar`` what dcm2niix says of them.
    """

    facts: dict
    paths: list[Path] = field(repr=False)
    first: dict = field(repr=False)
    words: set[str] = field(repr=False)
    times: dict[str, float] = field(repr=False)
    malformed: dict[str, str] = field(repr=False)
    probe: list[Path] = field(repr=False)
    sidecar: dict | None = field(repr=False, default=None)

    @property
    def descriptions(self) -> list[str]:
        """SeriesDescription and ProtocolName, those that there are."""
        texts = (self.first.get(key) for key in ("SeriesDescription", "ProtocolName"))
        return [text for text in texts if text]

    @property
    def names(self) -> str:
        """Description, protocol and sequence in one text, once more with words apart by case."""
        text = " ".join([*self.descriptions, self.first.get("SequenceName", "")])
        return f"{text} {re.sub('(?<=[a-z])(?=[A-Z])', ' ', text)}"


def folder_series(
    folder: str | Path, select: dict | None = None
) -> tuple[list[Series], dict[str, int]]:
    """Read all DICOM headers below a folder and group them into series.

    Parameters
    ----------
    folder : str or Path
        Folder of a participant.
    select : dict, optional
        ``cohort.select``; see `restpain.cohort.selection`.

    Returns
    -------
    series : list of Series
        By series number. ``facts["kind"]`` is t1, rest or other; see `mark_kinds`. dcm2niix is
        asked where the headers do not tell the size of an image.
    counts : dict
        See `restpain.cohort.dicom_folder.folder_headers`.
    """
    series, counts = series_by_headers(folder)
    for one in series:
        if _hides_its_size(one):
            _complete_from_conversion(one)
    mark_kinds(series, select or {})
    return series, counts


def series_by_headers(folder: str | Path) -> tuple[list[Series], dict[str, int]]:
    """Series and counts as `folder_series` gives them, by the headers alone and without kinds."""
    headers, counts = folder_headers(folder)
    groups = {}
    for header in headers:
        groups.setdefault(_series_key(header), []).append(header)
    series = [_series(parts) for parts in join_parts(list(groups.values()))]
    series.sort(key=lambda one: (one.facts["number"] or 0, one.facts["part"], one.paths[0]))
    _mark_echoes(series)
    _label(series)
    return series, counts


def _series_key(header: dict) -> tuple:
    # one series number may hold several echoes, magnitude and phase, or several planes
    return (
        header.get("SeriesInstanceUID"),
        header.get("SeriesNumber"),
        image_part(header),
        round(header.get("EchoTime", 0.0), 1),
        header["Rows"],
        header["Columns"],
        tuple(round(cosine, 2) + 0.0 for cosine in header.get("ImageOrientationPatient", ())),
    )


def _series(headers: list[dict]) -> Series:
    unique = {header.get("SOPInstanceUID", header["path"]): header for header in headers}
    kept = sorted(unique.values(), key=_time_order)
    malformed = {}
    for header in reversed(kept):
        malformed |= header.get("malformed", {})
    return Series(
        facts=series_facts(headers, kept),
        paths=[header["path"] for header in kept],
        first=kept[0],
        words=set().union(*(image_words(header) for header in kept)),
        times=header_times(kept),
        malformed=malformed,
        probe=_first_volumes(kept),
    )


def _time_order(header: dict) -> tuple:
    return (
        header.get("rank", 0),
        header.get("TemporalPositionIdentifier", 0.0),
        header.get("InstanceNumber", 0.0),
        header["path"],
    )


def _first_volumes(headers: list[dict]) -> list[Path]:
    seen, paths = Counter(), []
    for header in headers:
        place = tuple(round(one, 1) for one in header.get("ImagePositionPatient", ()))
        seen[place] += 1
        if seen[place] <= N_PROBED_VOLUMES:
            paths.append(header["path"])
    return paths


def _mark_echoes(series: list[Series]) -> None:
    """Count the echoes of one number, from the shortest echo time."""
    groups = {}
    for one in series:
        groups.setdefault((one.facts["number"], one.facts["part"]), set()).add(
            one.facts["echo_time_ms"] or 0.0
        )
    for one in series:
        times = groups[one.facts["number"], one.facts["part"]]
        if len(times) > 1:
            one.facts["echo"] = 1 + sorted(times).index(one.facts["echo_time_ms"] or 0.0)


def _label(series: list[Series]) -> None:
    """Name the series by number, and by echo and part where one number has several."""
    for one in series:
        facts, number = one.facts, one.facts["number"]
        label = "series ?" if number is None else f"series {number}"
        label += f", echo {facts['echo']}" if facts["echo"] else ""
        one.facts = {"label": label} | facts
    labels = Counter(one.facts["label"] for one in series)
    for one in series:
        if labels[one.facts["label"]] > 1 and one.facts["part"] != "magnitude":
            one.facts["label"] += f", {one.facts['part']}"


def _hides_its_size(one: Series) -> bool:
    """Check whether an image may hold a volume that its header does not describe.

    Mosaics of Siemens and enhanced files say so. The grids of UIH do not: they are many images at
    one place, as is any other layout of this kind.
    """
    facts = one.facts
    many = facts["n_images"] >= MIN_REST_VOLUMES or facts["vendor"] == "UIH"
    at_one_place = facts["matrix"][2] == 1 and "ImagePositionPatient" in one.first
    return facts["layout"] != "classic" or (at_one_place and many)


def _complete_from_conversion(series: Series) -> None:
    """Size and times of series whose headers do not tell them, from dcm2niix."""
    facts = series.facts
    paths = series.paths if facts["layout"] == "enhanced" else series.probe
    try:
        with converted_images(paths, as_one=facts["n_parts"] > 1) as images:
            path, sidecar = images[0]
            found = image_facts(path)
    except ValueError:
        return
    series.sidecar = sidecar = _trusted(sidecar, series)
    if facts["layout"] == "classic":
        if found["matrix"][2] == 1:
            return  # many images of one slice
        facts["layout"] = "grid"
    facts["n_missing_images"] = facts["n_missing_slices"] = 0
    if facts["layout"] != "enhanced":
        found["n_volumes"] = len(series.paths)
    elif frames := frame_positions(series.paths):
        slices, counts = slice_positions(frames)
        facts |= {"n_images": len(frames)} | gaps(slices, counts)
        if len(slices) not in found["matrix"]:  # of which dcm2niix may have changed the order
            facts["n_missing_slices"] = abs(found["matrix"][2] - len(slices))
    for key in ("matrix", "voxel_mm", "n_volumes"):
        facts[key] = found[key]
    facts["repetition_time_s"] = sidecar.get("RepetitionTime", facts["repetition_time_s"])
    if "EchoTime" in sidecar:
        facts["echo_time_ms"] = round(sidecar["EchoTime"] * 1e3, 6)
    facts["acquisition"] = one_of(sidecar.get("MRAcquisitionType"), ("2D", "3D"))
    facts["n_volumes_announced"] = None


def probed_sidecar(series: Series) -> dict:
    """Sidecar that dcm2niix writes for the first volumes; empty if it makes no image of them."""
    if series.sidecar is None:
        try:
            with converted_images(series.probe, as_one=series.facts["n_parts"] > 1) as images:
                series.sidecar = _trusted(images[0][1], series)
        except ValueError:
            series.sidecar = {}
    return series.sidecar


def _trusted(sidecar: dict, series: Series) -> dict:
    """Sidecar without what dcm2niix makes up.

    That is a number from a malformed text, and as many bands as slices without slice times.
    """
    lacking = {key for key in ("RepetitionTime", "EchoTime") if key in series.malformed}
    if "SliceTiming" not in sidecar:
        lacking.add("MultibandAccelerationFactor")
    return {key: value for key, value in sidecar.items() if key not in lacking}


def indexed_series(series: list[Series], index: dict, kind: str) -> Series:
    """Series that the index chose as the T1 or the rest run, with the facts of the index.

    Raises
    ------
    ValueError
        If the folder holds other series than when it was indexed, or other files of this one.
    """
    who = index["participant_id"]
    again = f"the folder has changed: delete results/cohort/index/{who}.json and start again"
    (chosen,) = [one for one in index["series"] if one["kind"] == kind and one["chosen"]]
    keys = ("number", "echo", "part", "n_parts", "digest")
    found = [one for one in series if all(one.facts[key] == chosen[key] for key in keys)]
    same_files = [one for one in found if one.facts["files_digest"] == chosen["files_digest"]]
    if not same_files and len(found) != 1:
        raise ValueError(
            f"{who} has {len(found)} series in its folder that are the {kind} series of its "
            f"index; expected one; {again}"
        )
    if not same_files:
        raise ValueError(
            f"{who} has files of {chosen['label']} of another number, size or time than in its "
            f"index ({found[0].facts['n_files']}; {chosen['n_files']} before); expected the same; "
            f"{again}"
        )
    same_files[0].facts = chosen
    return same_files[0]
