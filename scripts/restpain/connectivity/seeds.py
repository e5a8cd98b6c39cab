"""Seeds of connectivity: their voxels in the group mask and their table."""

import numpy as np
import pandas as pd

from restpain.atlas import aal, hemisphere
from restpain.group.clusters import millimetres

COLUMNS = {
    "seed": "Label of the seed, as in the cluster tables of its connectivity.",
    "source": "Origin of the seed: cluster, union, coordinate or mask.",
    "measure": "Measure whose cluster it is; n/a for other sources.",
    "region": "AAL2 region of its location, or the nearest one.",
    "hemisphere": "Side of its location; midline within half a voxel of 0.",
    "x_mm": "MNI x in mm of its peak (cluster), centre (sphere) or centre of mass.",
    "y_mm": "MNI y of its location in mm.",
    "z_mm": "MNI z of its location in mm.",
    "n_voxels": "Voxels in the group mask.",
}


def seed_row(
    voxels: np.ndarray,
    affine: np.ndarray,
    *,
    seed: str,
    source: str,
    measure: str | None,
    place_mm: tuple[float, float, float] | None,
) -> dict:
    """One row of the table of seeds.

    Parameters
    ----------
    voxels : ndarray of bool, shape (x, y, z)
        The seed, inside the group mask.
    affine : ndarray of shape (4, 4)
        From voxels to mm of MNI space.
    seed, source, measure
        See `COLUMNS`.
    place_mm : (float, float, float) or None
        Its location; None for the centre of mass.

    Raises
    ------
    ValueError
        If the seed has no voxel.
    """
    if not voxels.any():
        raise ValueError(
            f"the seed {seed} ({source}) has no voxel in the group mask; move it or drop it"
        )
    if place_mm is None:
        place_mm = millimetres(np.argwhere(voxels), affine).mean(axis=0)
    x_mm, y_mm, z_mm = (round(float(value), 3) for value in place_mm)
    return {
        "seed": seed,
        "source": source,
        "measure": measure,
        "region": aal().nearest((x_mm, y_mm, z_mm))[0],
        "hemisphere": hemisphere(x_mm, voxel_mm=np.linalg.norm(affine[:3, 0])),
        "x_mm": x_mm,
        "y_mm": y_mm,
        "z_mm": z_mm,
        "n_voxels": int(voxels.sum()),
    }


def seed_table(rows: list[dict]) -> pd.DataFrame:
    """Build the table of seeds, with all columns also without rows."""
    return pd.DataFrame(rows, columns=list(COLUMNS))


def on_grid(
    image: np.ndarray, image_affine: np.ndarray, *, shape: tuple[int, ...], affine: np.ndarray
) -> np.ndarray:
    """Mask on another grid: a voxel is inside if its centre lies in a voxel of the mask.

    Parameters
    ----------
    image : ndarray of bool, shape (x, y, z)
        Mask on its own grid, with ``image_affine``.
    shape, affine
        The grid wanted.
    """
    places = millimetres(np.indices(shape).reshape(3, -1).T, affine)
    inverse = np.linalg.inv(image_affine)
    voxels = np.floor(places @ inverse[:3, :3].T + inverse[:3, 3] + 0.5).astype(int)
    inside = np.all((voxels >= 0) & (voxels < image.shape), axis=1)
    result = np.zeros(len(places), bool)
    result[inside] = image[tuple(voxels[inside].T)]
    return result.reshape(shape)
