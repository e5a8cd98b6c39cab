"""Regions of the simulated effects on the grid of the analysis."""

import logging

import numpy as np
import pandas as pd

from restpain.atlas import aal
from restpain.io.images import read_mask, read_volume, write_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_table
from restpain.recovery.truth import effect_voxels
from restpain.simulation.geometry import grid_points, nearest
from restpain.simulation.head import GM

logger = logging.getLogger("define_effect_regions")

COLUMNS = {
    "volume": "Volume of the image, from 0.",
    "effect": "Number of the simulated effect, from 1, in the order of the truth.",
    "role": "region: where the effect is; seed: the other end of a connection.",
    "name": "AAL2 region.",
    "n_voxels": "Voxels of the grid at least half in the grey matter of the region or its part.",
}


def define_effect_regions(
    *,
    truth_path: str,
    regions_path: str,
    head_path: str,
    grid_path: str,
    image_path: str,
    table_path: str,
) -> None:
    effects = read_json(truth_path)["effects"]
    labels, labels_affine = read_volume(regions_path)
    grid, affine = read_mask(grid_path)
    atlas = aal()
    numbers = {name: number for number, name in atlas.names.items()}

    volumes, rows = [], []

    def add(effect, role, name, image, label):
        voxels = effect_voxels(image, labels_affine, label=label, shape=grid.shape, affine=affine)
        row = {"volume": len(rows), "effect": effect, "role": role, "name": name}
        rows.append(row | {"n_voxels": int(voxels.sum())})
        volumes.append(voxels)
        logger.info("%s", rows[-1])

    grey = None
    for number, effect in enumerate(effects, start=1):
        add(number, "region", effect["region"], labels, effect["label"])
        if effect.get("seed"):
            if grey is None:
                points = grid_points(labels.shape, labels_affine)
                head, head_affine = read_volume(head_path)
                is_grey = nearest(head, head_affine, points) == GM
                grey = np.where(is_grey, atlas.at(points), 0).reshape(labels.shape)
            add(number, "seed", effect["seed"], grey, numbers[effect["seed"]])

    image = np.stack(volumes, axis=-1) if volumes else np.zeros((*grid.shape, 0), bool)
    write_volume(image_path, image, affine)
    write_table(table_path, pd.DataFrame(rows, columns=list(COLUMNS)), COLUMNS)


if __name__ == "__main__":
    run_job(define_effect_regions, snakemake)
