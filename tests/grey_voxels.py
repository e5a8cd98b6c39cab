"""Contents of a small block of simulated voxels."""

import numpy as np

from restpain.simulation.head import CSF, GM, WM
from restpain.simulation.motion import OVERSAMPLING
from restpain.simulation.networks import Voxels

SIZE = 12
LEFT, MIDDLE, RIGHT = slice(0, 4), slice(4, 8), slice(8, 12)


def grey_voxels():
    """A block of grey matter in three regions side by side."""
    shape = (SIZE, SIZE, SIZE)
    regions = {}
    for name, part in (
        ("Temporal_Inf_L", LEFT),
        ("Temporal_Mid_R", MIDDLE),
        ("Precentral_R", RIGHT),
    ):
        regions[name] = np.zeros(shape, np.float32)
        regions[name][part] = 1
    tissue = {GM: np.ones(shape, np.float32)}
    tissue |= {label: np.zeros(shape, np.float32) for label in (WM, CSF)}
    dense = np.ones([OVERSAMPLING * SIZE] * 3, np.float32)
    return Voxels(brightness=dense, tissue=tissue, regions=regions)
