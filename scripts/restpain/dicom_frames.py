"""The frames of enhanced multi-frame DICOM files: where each of them lies."""

from pathlib import Path

from pydicom import dcmread

from restpain.dicom_headers import quiet_pydicom

GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")


def frame_positions(paths: list[Path]) -> list[dict]:
    """Position and orientation of all frames of a series that its files describe.

    Returns
    -------
    list of dict
        ``ImagePositionPatient`` and ``ImageOrientationPatient`` of each frame, lists of floats;
        no frame if a description lacks either or the frames do not share one orientation.
    """
    try:
        with quiet_pydicom():
            frames = [frame for path in paths for frame in _frames(path)]
    except Exception:  # whatever pydicom says about descriptions that it cannot read
        return []
    orientations = {tuple(frame["ImageOrientationPatient"]) for frame in frames}
    return frames if len(orientations) == 1 else []


def _frames(path: Path) -> list[dict]:
    dataset = dcmread(path, stop_before_pixels=True, specific_tags=list(GROUPS))
    shared = dataset.get(GROUPS[0]) or [None]
    return [
        {
            "ImagePositionPatient": _numbers(
                frame, shared[0], "PlanePositionSequence", "ImagePositionPatient"
            ),
            "ImageOrientationPatient": _numbers(
                frame, shared[0], "PlaneOrientationSequence", "ImageOrientationPatient"
            ),
        }
        for frame in dataset.get(GROUPS[1], [])
    ]


def _numbers(frame, shared, sequence: str, keyword: str) -> list[float]:
    group = frame if sequence in frame else shared
    return [float(value) for value in group[sequence][0][keyword].value]
