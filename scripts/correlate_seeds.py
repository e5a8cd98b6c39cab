"""Connectivity of every seed with every voxel of one participant, as Fisher's z."""

import logging
from pathlib import Path

from restpain.connectivity import correlation, fisher_z, seed_series
from restpain.runlog import start_log
from restpain.smoothing import smooth
from restpain.spectrum import checked_series, ideal_filter
from restpain.volumes import read_mask, read_masked, repetition_time, write_masked

logger = logging.getLogger("correlate_seeds")

DESCRIPTION = (
    "Seed connectivity: Fisher's z of Pearson's correlation between the mean series of the seed "
    "and every voxel, of band-passed, then smoothed series; one volume per seed"
)


def correlate_seeds(
    *,
    bold_path: str,
    mask_path: str,
    seeds_path: str,
    fold_seeds_path: str,
    fc_path: str,
    folds_path: str,
    band_hz: tuple[float, float],
    fwhm_mm: float,
    smoothing_kernel: str,
) -> None:
    mask, affine = read_mask(mask_path)
    series = checked_series(read_masked(bold_path, mask, affine), Path(bold_path).name)
    tr = repetition_time(bold_path)
    smoothing = {"affine": affine, "fwhm_mm": fwhm_mm, "kernel": smoothing_kernel}
    series = ideal_filter(series, repetition_time=tr, band_hz=band_hz, out=series)
    series = smooth(series, mask, **smoothing, out=series)
    logger.info("%d voxels, %d volumes, repetition time %g s", *series.shape, tr)

    maps = {}
    for path in (seeds_path, fold_seeds_path):
        seeds = read_masked(path, mask, affine)
        logger.info("%s: %d seeds", Path(path).name, seeds.shape[1])
        maps[path] = fisher_z(correlation(series, seed_series(series, seeds)))

    sidecar = {
        "Description": DESCRIPTION,
        "Units": "1",
        "Sources": [bold_path, mask_path, seeds_path],
        "RepetitionTime": tr,
        "BandHz": list(band_hz),
        "SmoothingFWHM": fwhm_mm,
        "SmoothingKernel": smoothing_kernel,
    }
    write_masked(fc_path, maps[seeds_path], mask, affine, sidecar=sidecar)
    # no sidecar: the image is temporary, and Snakemake would leave the sidecar behind
    write_masked(folds_path, maps[fold_seeds_path], mask, affine)


if __name__ == "__main__":
    start_log(snakemake.log[0])
    correlate_seeds(
        bold_path=snakemake.input.bold,
        mask_path=snakemake.input.mask,
        seeds_path=snakemake.input.seeds,
        fold_seeds_path=snakemake.input.fold_seeds,
        fc_path=snakemake.output.fc,
        folds_path=snakemake.output.folds,
        band_hz=snakemake.params.band_hz,
        fwhm_mm=snakemake.params.fwhm_mm,
        smoothing_kernel=snakemake.params.smoothing_kernel,
    )
