"""Sidecars of the template and of a participant's images, after BIDS derivatives.

Sources are BIDS URIs: ``bids:raw:`` names the raw data, ``bids::`` the results
themselves; ``results/dataset_description.json`` says where both lie.
"""

import re
from collections.abc import Iterable
from pathlib import Path

SPACE = "MNI152NLin2009aSym"
# what all maps are aligned with
ON_THE_GRID = {"SpatialReference": f"bids::tpl-{SPACE}/anat/tpl-{SPACE}_res-func_T1w.nii.gz"}
FOLDERS = re.compile(r"sub-\w+|tpl-\w+|group")  # of a dataset
TISSUES = {"GM": "grey matter", "WM": "white matter", "CSF": "cerebrospinal fluid"}
TEMPLATE = {"T1w": "T1 of the brain", "mask": "brain mask"} | {
    name: f"probability of {tissue}" for name, tissue in TISSUES.items()
}


def bids_uri(path: str | Path, *, dataset: str = "") -> str:
    """BIDS URI of a file of a participant, of the template or of the group.

    Parameters
    ----------
    path : str or Path
        Below a folder ``sub-...``, ``tpl-...`` or ``group``, which is where the URI starts.
    dataset : str
        Name of the dataset in ``DatasetLinks``; empty for the dataset that the sidecar is in.

    Raises
    ------
    ValueError
        If the path has no such folder.
    """
    parts = Path(path).parts
    for first, part in enumerate(parts[:-1]):
        if FOLDERS.fullmatch(part):
            return f"bids:{dataset}:{'/'.join(parts[first:])}"
    raise ValueError(
        f"{path} lies in no folder of a dataset; expected a folder sub-LABEL, tpl-LABEL or group"
    )


def template_sidecar(name: str, *, voxel_mm: Iterable[float]) -> dict:
    """Sidecar of an image of the template.

    Parameters
    ----------
    name : str
        ``T1w``, ``mask``, ``GM``, ``WM`` or ``CSF``.
    voxel_mm : sequence of float
        Size of its voxels along the three axes.
    """
    sizes = dict.fromkeys(f"{size:g}" for size in voxel_mm)
    shape = "isotropic voxels" if len(sizes) == 1 else "voxels"
    sidecar = {
        "Description": f"MNI152 2009a symmetric: {TEMPLATE[name]}",
        "Resolution": f"{shape} of {' x '.join(sizes)} mm",
    }
    if name == "T1w":
        return sidecar | {"SkullStripped": True, "Units": "arbitrary"}
    sidecar |= ON_THE_GRID
    return sidecar | ({"Type": "Brain"} if name == "mask" else {"Units": "1"})


def map_keys(*sources: str | Path) -> dict:
    """Keys of the sidecar of a map that was computed from these files, in the brain mask."""
    return {
        "Sources": [bids_uri(path) for path in sources],
        "SkullStripped": True,
        **ON_THE_GRID,
    }


def functional_sidecars(series: dict, *, sources: list[str], boldref_stripped: bool) -> dict:
    """Sidecars of the images of the rest series.

    Parameters
    ----------
    series : dict
        Description of the denoised series, its ``RepetitionTime`` among it.
    sources : list of str
        BIDS URIs of what the series was made from; empty where images outside of both datasets
        are given.
    boldref_stripped : bool
        True if the mean image is zero outside of the mask.

    Returns
    -------
    dict of dict
        One sidecar for each of ``denoised``, ``mask``, ``boldref`` and ``carpet``.
    """
    origin = {"Sources": sources} if sources else {}
    timing = {"TaskName": "rest", "RepetitionTime": series["RepetitionTime"]}
    return {
        "denoised": {
            **series,
            **timing,
            **origin,
            "SkullStripped": True,
            "Units": "arbitrary",
            **ON_THE_GRID,
        },
        "mask": {
            "Description": "Voxels of the brain of the template with signal in the rest series",
            **origin,
            "Type": "Brain",
            **ON_THE_GRID,
        },
        "boldref": {
            "Description": "Mean of the rest series",
            **origin,
            "SkullStripped": boldref_stripped,
            "Units": "arbitrary",
            **ON_THE_GRID,
        },
        "carpet": {
            "Description": "Series before nuisance regression of voxels at even distances in the "
            "mask, in C order, one per row; for the carpet plot, not on the grid of the maps",
            **timing,
            **origin,
            "SkullStripped": True,
            "Units": "arbitrary",
        },
    }


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
            "SpatialReference": raw,
        },
        "normalised": {
            "Description": "T1 divided by its bias field, on the grid of the maps",
            "Sources": [corrected, field],
            "SkullStripped": False,
            "Units": "arbitrary",
            "Resolution": "voxels of the maps, preprocessing.voxel_mm of config.yaml",
            **ON_THE_GRID,
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
            "SpatialReference": raw,
            "Units": "1",
        }
    return sidecars
