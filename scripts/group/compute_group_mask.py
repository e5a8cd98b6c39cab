"""Group mask: the voxels that enough participants cover."""

import logging

import numpy as np

from restpain.cohort.participants import (
    SMALLEST_GROUP,
    Comparison,
    of_analysed,
    participant_of,
)
from restpain.group.missing import covered_enough
from restpain.io.images import check_grid, read_mask, write_volume
from restpain.io.job import run_job
from restpain.io.tables import write_json

logger = logging.getLogger("compute_group_mask")


def compute_group_mask(
    *,
    masks_paths: list[str],
    participants_path: str,
    mask_path: str,
    coverage_path: str,
    summary_path: str,
    mask_coverage: float,
    comparison: dict,
) -> None:
    masks_paths = of_analysed(masks_paths, participants_path)
    first, affine = read_mask(masks_paths[0])
    groups = [
        set(of_analysed(masks_paths, participants_path, group=label))
        for label in Comparison(**comparison).groups
    ]
    counts = np.zeros((2, *first.shape), np.int32)
    sizes = {}
    for path in masks_paths:
        mask, other = read_mask(path)
        check_grid(mask.shape, other, first.shape, affine, path)
        counts[int(path in groups[1])] += mask
        sizes[participant_of(path)] = int(mask.sum())
    count = counts.sum(axis=0)
    group, needed = covered_enough(counts, tuple(map(len, groups)), mask_coverage=mask_coverage)
    if not group.any():
        raise ValueError(
            f"no voxel is covered by {needed} of {len(masks_paths)} participants, as "
            f"mask_coverage {mask_coverage} requires; exclude participants with little coverage "
            "or lower it"
        )
    covered = int((count > 0).sum())
    sums = (group.sum(), covered, needed)
    logger.info("%d of %d covered voxels, in at least %d participants", *sums)

    write_volume(mask_path, group, affine)
    write_volume(coverage_path, count / len(masks_paths), affine)
    write_json(
        summary_path,
        {
            "Description": "Voxels covered in at least the share MaskCoverage of participants"
            + (f", and in {SMALLEST_GROUP} of each group." if mask_coverage < 1 else "."),
            "MaskCoverage": mask_coverage,
            "n_participants": len(masks_paths),
            "n_voxels": int(group.sum()),
            "n_voxels_of_anybody": covered,
            "share_lost": 1 - int(group.sum()) / covered,
            "n_voxels_of_participants": sizes,
        },
    )


if __name__ == "__main__":
    run_job(compute_group_mask, snakemake)
