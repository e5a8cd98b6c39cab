"""Sidecars of a participant's preprocessed images, after BIDS derivatives.

Sources are BIDS URIs: ``bids:raw:`` names the raw data, ``bids::`` the results
themselves; ``results/dataset_description.json`` says where both lie.
"""

from pathlib import Path

SPACE = "MNI152NLin2009aSym"
TISSUES = {"GM": "grey matter", "WM": "white matter", "CSF": "cerebrospinal fluid"}


def bids_uri(path: str | Path, *, dataset: str = "") -> str:
    """BIDS URI of a participant's file.

    Parameters
    ----------
    path : str or Path
        Below a folder ``sub-...``, which is where the URI starts.
    dataset : str
        Name of the dataset in ``DatasetLinks``; empty for the dataset that the sidecar is in.

    Raises
    ------
    ValueError
        If no folder of the path is a participant's.
    """
    parts = Path(path).parts
    for first, part in enumerate(parts[:-1]):
        if part.startswith("sub-"):
            return f"bids:{dataset}:{'/'.join(parts[first:])}"
    raise ValueError(f"{path} lies in no participant's folder; a folder sub-LABEL was expected")


def anatomical_sidecars(t1w_path: str, output_paths: dict[str, str]) -> dict[str, dict]:
    """Sidecars of the images of the anatomy stage.

    Parameters
    ----------
    t1w_path : str
        The T1 as it came.
    output_paths : dict of str
        ``t1w``, ``mask``, ``GM``, ``WM``, ``CSF``, ``normalised`` and ``xfm``.

    Returns
    -------
    dict of dict
        One sidecar for each of these names.
    """
    raw = bids_uri(t1w_path, dataset="raw")
    corrected, field = bids_uri(output_paths["t1w"]), bids_uri(output_paths["xfm"])
    sidecars = {
        "t1w": {
            "Description": "T1 divided by its bias field",
            "Sources": [raw],
            "SkullStripped": False,
            "Units": "arbitrary",
        },
        "mask": {
            "Description": "Brain mask of the template carried over to the T1",
            "Sources": [raw],
            "Type": "Brain",
        },
        "normalised": {
            "Description": "T1 divided by its bias field, on the grid of the maps",
            "Sources": [corrected, field],
            "SkullStripped": False,
            "Units": "arbitrary",
            "Resolution": "voxels of the maps, preprocessing.voxel_mm of config.yaml",
        },
        "xfm": {
            "Description": "Where each voxel of the grid of the maps lies in the T1: the fourth "
            "axis holds x, y and z in scanner space. The T1 sampled at these points is in the "
            "space of the template.",
            "Sources": [raw],
            "From": SPACE,
            "To": "T1w",
            "Units": "mm",
            "Axes": "RAS",
        },
    }
    for name, tissue in TISSUES.items():
        sidecars[name] = {
            "Description": f"Probability of {tissue}; the three sum to 1 in the brain mask "
            "but for the steps of 1/255 in which they are stored",
            "Sources": [corrected, bids_uri(output_paths["mask"])],
            "Manual": False,
            "Units": "1",
        }
    return sidecars
