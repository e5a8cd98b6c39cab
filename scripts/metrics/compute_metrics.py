"""ALFF, fALFF and ReHo of one participant, raw and divided by their mean over the mask."""

import logging
from pathlib import Path

from restpain.cohort.derivatives import map_keys
from restpain.io.images import read_mask, read_masked, repetition_time, write_masked
from restpain.io.job import run_job
from restpain.metrics.alff import alff_and_falff, standardised
from restpain.metrics.reho import reho_in_band
from restpain.metrics.smoothing import smooth
from restpain.temporal_filter import checked_series

logger = logging.getLogger("compute_metrics")

DESCRIPTIONS = {
    "alff": "Amplitude of low-frequency fluctuations: mean amplitude of the smoothed and linearly "
    "detrended series over the frequency band",
    "falff": "Fractional amplitude of low-frequency fluctuations: share of the band in the sum of "
    "the amplitudes of the smoothed and linearly detrended series",
    "reho": "Regional homogeneity: Kendall's W of the linearly detrended and band-passed series "
    "of a voxel and its neighbours, not smoothed",
}
STANDARDISED = {
    "alff": ", divided by its mean over the mask",
    "falff": ", divided by its mean over the mask",
    "reho": ", divided by its mean over the mask, then smoothed",
}
UNITS = {"alff": "unit of the series", "falff": "1", "reho": "1"}


def compute_metrics(
    *,
    bold_path: str,
    mask_path: str,
    raw_paths: list[str],
    standardised_paths: list[str],
    measures: list[str],
    band_hz: tuple[float, float],
    fwhm_mm: float,
    smoothing_kernel: str,
    reho_neighbours: int,
) -> None:
    mask, affine = read_mask(mask_path)
    series = checked_series(read_masked(bold_path, mask, affine), Path(bold_path).name)
    tr = repetition_time(bold_path)
    band = {"repetition_time": tr, "band_hz": band_hz}
    smoothing = {"affine": affine, "fwhm_mm": fwhm_mm, "kernel": smoothing_kernel}
    logger.info("%d voxels, %d volumes, repetition time %g s", *series.shape, tr)

    # ReHo is of the series as they are: smoothing them first would make neighbours alike
    raw, standard = {}, {}
    if "reho" in measures:
        raw["reho"] = reho_in_band(series, mask, **band, neighbours=reho_neighbours)
        standard["reho"] = smooth(standardised(raw["reho"]), mask, **smoothing)
    if {"alff", "falff"} & set(measures):
        series = smooth(series, mask, **smoothing, out=series)  # last use: no copy is held
        raw["alff"], raw["falff"] = alff_and_falff(series, **band)
        for measure in {"alff", "falff"} & set(measures):
            standard[measure] = standardised(raw[measure])

    for measure, raw_path, standardised_path in zip(
        measures, raw_paths, standardised_paths, strict=True
    ):
        logger.info("%s: mean over the mask %g", measure, raw[measure].mean())
        sidecar = {
            "Description": DESCRIPTIONS[measure],
            "Units": UNITS[measure],
            **map_keys(bold_path, mask_path),
            "RepetitionTime": tr,
            "BandHz": list(band_hz),
            "SmoothingFWHM": fwhm_mm,
            "SmoothingKernel": smoothing_kernel,
        }
        if measure == "reho":
            sidecar["Neighbours"] = reho_neighbours
        write_masked(raw_path, raw[measure], mask, affine, sidecar=sidecar)
        sidecar |= {
            "Description": DESCRIPTIONS[measure] + STANDARDISED[measure],
            "Units": "1",
            "MeanOverMask": raw[measure].mean(),
        }
        write_masked(standardised_path, standard[measure], mask, affine, sidecar=sidecar)


if __name__ == "__main__":
    run_job(compute_metrics, snakemake)
