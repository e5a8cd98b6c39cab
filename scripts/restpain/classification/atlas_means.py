"""Means of the local measures over the regions of the atlas, which need no selection."""

import numpy as np
import pandas as pd

from restpain.group.missing import incomplete_voxels
from restpain.presentation.numbers import measure_name


def atlas_means(
    local: dict[str, np.ndarray], labels: np.ndarray, names: dict[int, str]
) -> pd.DataFrame:
    """Mean of each measure's maps over each atlas region, of voxels with data of everybody.

    Parameters
    ----------
    local : dict of str to ndarray of shape (n_participants, n_voxels)
    labels : ndarray of int, shape (n_voxels,)
        Atlas label of each voxel, 0 for none.
    names : dict of int to str

    Returns
    -------
    DataFrame of shape (n_participants, n_measures * n_regions)
        Columns such as ``ALFF Precentral_L``.
    """
    complete = np.logical_and.reduce([~incomplete_voxels(maps) for maps in local.values()])
    labels = np.where(complete, labels, 0)
    present = np.unique(labels[labels != 0]).tolist()
    return pd.DataFrame(
        {
            f"{measure_name(measure)} {names[label]}": maps[:, labels == label].mean(
                axis=1, dtype=float
            )
            for measure, maps in local.items()
            for label in present
        }
    )
