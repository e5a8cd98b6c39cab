"""Mean of every significant cluster in the map of every participant, over the same voxels."""

import logging

import numpy as np
import pandas as pd

from restpain.cohort.participants import of_analysed, participant_of
from restpain.group.clusters import cluster_number
from restpain.io.images import read_masked, read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_table

logger = logging.getLogger("extract_features")


def extract_features(
    *,
    maps_paths: list[str],
    participants_path: str,
    coverage_path: str,
    labels_path: str,
    table_path: str,
    features_path: str,
) -> None:
    maps_paths = of_analysed(maps_paths, participants_path)
    clusters = read_table(table_path)["cluster_id"].tolist()
    labels, affine = read_volume(labels_path)
    labels = labels.reshape(*labels.shape[:3], -1)
    coverage, _ = read_volume(coverage_path)
    labels[coverage < 1] = 0  # else participants would be compared by different voxels
    mask = np.any(labels != 0, axis=3)
    members = [np.argwhere(labels[mask] == cluster_number(name)).T for name in clusters]

    rows = []
    for path in maps_paths:
        row = {"participant_id": participant_of(path)}
        if clusters:
            values = read_masked(path, mask, affine).reshape(mask.sum(), labels.shape[3])
            for name, (voxels, volumes) in zip(clusters, members, strict=True):
                inside = values[voxels, volumes]
                row[name] = inside.mean(dtype=np.float64) if len(inside) else np.nan
        rows.append(row)
    logger.info("%d clusters in %d participants", len(clusters), len(rows))

    write_table(features_path, pd.DataFrame(rows, columns=["participant_id", *clusters]))


if __name__ == "__main__":
    run_job(extract_features, snakemake)
