"""Mean of every atlas region in the local maps of every participant."""

import logging

import numpy as np

from restpain.atlas import aal
from restpain.classification.atlas_means import atlas_means
from restpain.classification.fold_regions import read_local_maps
from restpain.cohort.participants import of_analysed, participant_of
from restpain.group.maps import of_maps
from restpain.group.missing import uncovered
from restpain.io.images import read_mask
from restpain.io.job import run_job
from restpain.io.tables import write_table

logger = logging.getLogger("extract_atlas_features")


def extract_atlas_features(
    *,
    maps_paths: list[str],
    participants_path: str,
    mask_path: str,
    covered_paths: list[str],
    features_path: str,
    measures: list[str],
) -> None:
    maps_paths = of_analysed(maps_paths, participants_path)
    mask, affine = read_mask(mask_path)
    n_participants = len(maps_paths) // len(measures)
    missing = uncovered(of_maps(covered_paths, maps_paths[:n_participants]), mask, affine)
    local = read_local_maps(maps_paths, measures, mask, affine, missing)
    centres = np.argwhere(mask) @ affine[:3, :3].T + affine[:3, 3]
    participants = [participant_of(path) for path in maps_paths[:n_participants]]
    features = atlas_means(local, aal().at(centres), aal().names)
    logger.info("%d features of %d participants", features.shape[1], len(participants))

    features.insert(0, "participant_id", participants)
    write_table(features_path, features)


if __name__ == "__main__":
    run_job(extract_atlas_features, snakemake)
