"""Parts of AAL regions: the grey matter of a region within a ball about its centre.

An effect with ``size_mm`` is planted in such a part, one without it in the whole region.
"""

import numpy as np

from restpain.atlas import Atlas
from restpain.simulation.geometry import sampled, transformed
from restpain.simulation.head import GM


def planted_balls(
    effects: list[dict], aal: Atlas, labels: np.ndarray, label_affine: np.ndarray
) -> dict[str, tuple[np.ndarray, float]]:
    """Centre and radius in MNI mm of the ball of each region that has an effect with a size.

    Parameters
    ----------
    effects : list of dict
        As configured; ``size_mm`` is the diameter of the ball.
    aal : Atlas
        The regions.
    labels, label_affine
        Labels of the head in MNI space and their affine.

    Returns
    -------
    dict of str to (ndarray of shape (3,), float)
        The centre is the voxel of the atlas, among those of the region in grey matter, that is
        nearest to their centre of mass.
    """
    numbers = {name: number for number, name in aal.names.items()}
    balls = {}
    for effect in effects:
        if "size_mm" in effect:
            region = effect["region"]
            points = transformed(aal.affine, np.argwhere(aal.labels == numbers[region]))
            grey = points[sampled(labels, label_affine, points, order=0) == GM]
            distance = np.linalg.norm(grey - grey.mean(axis=0), axis=1)
            balls[region] = grey[distance.argmin()], effect["size_mm"] / 2
    return balls


def in_ball(points: np.ndarray, ball: tuple[np.ndarray, float]) -> np.ndarray:
    """Which of the points ``(n, 3)`` in MNI mm lie in a ball, its surface included."""
    centre, radius_mm = ball
    return np.linalg.norm(points - centre, axis=1) <= radius_mm
