"""Connectivity of every seed with every voxel of one participant, as Fisher's z."""

import logging
from pathlib import Path

import numpy as np

from restpain.cohort.bids_files import check_unchanged
from restpain.cohort.derivatives import map_keys
from restpain.cohort.measures import SERIES
from restpain.connectivity.correlation import correlation, fisher_z, seed_series, unit_series
from restpain.io.images import (
    check_grid,
    read_mask,
    read_masked,
    read_turned,
    repetition_time,
    write_arrays,
    write_masked,
)
from restpain.io.job import run_job
from restpain.io.tables import read_json
from restpain.metrics.smoothing import smooth
from restpain.temporal_filter import checked_series, ideal_filter

logger = logging.getLogger("correlate_seeds")

DESCRIPTION = (
    "Seed connectivity: Fisher's z of Pearson's correlation between the mean series of the seed "
    "and every voxel, of band-passed, then smoothed series; one volume per seed"
)
GIVEN = "The series were given: preprocessed and cleaned before, and nothing was regressed here"


def correlate_seeds(
    *,
    bold_path: str,
    index_path: str | None,
    mask_path: str,
    seeds_path: str,
    group_mask_path: str,
    fc_path: str,
    series_path: str,
    band_hz: tuple[float, float],
    fwhm_mm: float,
    smoothing_kernel: str,
) -> None:
    mask, affine = read_mask(mask_path)
    if index_path is None:
        series, name = read_masked(bold_path, mask, affine), Path(bold_path).name
        tr, sources, description = repetition_time(bold_path), [bold_path], DESCRIPTION
    else:
        run = next(one for one in read_json(index_path)["series"] if one["measure"] == SERIES)
        check_unchanged(Path(bold_path), run)
        tr, sources, name = run["repetition_time_s"], [], run["label"]
        series = read_turned(bold_path, shape=mask.shape, affine=affine, name=name)[mask]
        description = f"{DESCRIPTION}. {GIVEN}"
    series = checked_series(series, name)
    smoothing = {"affine": affine, "fwhm_mm": fwhm_mm, "kernel": smoothing_kernel}
    series = ideal_filter(series, repetition_time=tr, band_hz=band_hz, out=series)
    series = smooth(series, mask, **smoothing, out=series)
    logger.info("%d voxels, %d volumes, repetition time %g s", *series.shape, tr)

    seeds = read_masked(seeds_path, mask, affine)
    logger.info("%s: %d seeds", Path(seeds_path).name, seeds.shape[1])
    fc = fisher_z(correlation(series, seed_series(series, seeds)))

    sidecar = {
        "Description": description,
        "Units": "1",
        **map_keys(*sources, mask_path, seeds_path),
        "RepetitionTime": tr,
        "BandHz": list(band_hz),
        "SmoothingFWHM": fwhm_mm,
        "SmoothingKernel": smoothing_kernel,
    }
    write_masked(fc_path, fc, mask, affine, sidecar=sidecar)

    # from this the connectivity of the seeds of any fold is one matrix product
    group, group_affine = read_mask(group_mask_path)
    check_grid(group.shape, group_affine, mask.shape, affine, Path(group_mask_path).name)
    of_group = np.zeros((group.sum(), series.shape[1]), np.float32)
    of_group[mask[group]] = series[group[mask]]
    del series  # three times its size is all that the job may take
    units, norms = unit_series(of_group)
    write_arrays(series_path, units=units, norms=norms)


if __name__ == "__main__":
    run_job(correlate_seeds, snakemake)
