"""Maps that are given for a few participants, in one mask and on one scale each."""

import logging
from pathlib import Path

import numpy as np

from restpain.cohort.bids_files import check_unchanged
from restpain.cohort.derivatives import ON_THE_GRID, map_keys
from restpain.cohort.map_checks import missing_map
from restpain.cohort.measures import MASK, SERIES
from restpain.io.images import read_mask, read_turned, write_masked, write_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_json
from restpain.metrics.given_maps import (
    map_sidecar,
    mask_of_maps,
    prepared_map,
)
from restpain.preprocessing.image_quality import varying
from restpain.preprocessing.measured_steps import measured_steps, step_sentences
from restpain.preprocessing.template import voxel_sizes

logger = logging.getLogger("import_maps")


def import_maps(
    *,
    indices_paths: list[str],
    maps_paths: list[str],
    template_mask_path: str,
    standardised_paths: list[str],
    masks_paths: list[str],
    qc_paths: list[str],
    scales: dict[str, str],
    fwhm_mm: float,
    smoothing_kernel: str,
    min_volumes: int,
    band_hz: tuple[float, float],
) -> None:
    template, affine = read_mask(template_mask_path)
    smoothing = {"fwhm_mm": fwhm_mm, "kernel": smoothing_kernel}
    outputs = [iter(paths) for paths in (standardised_paths, masks_paths, qc_paths)]
    for index_path in indices_paths:
        index = read_json(index_path)
        who = index["participant_id"]
        written = [next(outputs[0]) for _ in scales]
        mask_path, qc_path = next(outputs[1]), next(outputs[2])
        measured = {}
        if missing_map(index, min_volumes=min_volumes):  # left out: the check has said so
            logger.info("%s is left out, and has empty images", who)
            mask, maps = np.zeros(template.shape, bool), {}
        else:
            maps = read_maps(index, maps_paths, template.shape, affine)
            given, series = maps.pop(MASK, None), maps.pop(SERIES, None)
            varies = None if series is None else varying(series)
            try:
                mask = mask_of_maps(maps, given=given, template=template, varies=varies)
            except ValueError as error:
                raise ValueError(f"{who}: {error}") from None
            if series is not None:
                measured = facts_of_series(index, series, mask, affine, band_hz)
            del series
        for (measure, scale), path in zip(scales.items(), written, strict=True):
            values = np.zeros(0, np.float32)
            if maps:
                values = prepared_map(maps[measure], mask, affine=affine, scale=scale, **smoothing)
            sidecar = map_sidecar(measure, scale=scale, **smoothing) | map_keys(mask_path)
            write_masked(path, values, mask, affine, sidecar=sidecar)
        has = "and the series have" if measured else "have"
        description = f"Voxels in which all maps of the participant {has} data"
        sidecar = {"Description": description, "Sources": [], "Type": "Brain", **ON_THE_GRID}
        write_volume(mask_path, mask, affine, sidecar=sidecar)
        covered = np.count_nonzero(mask & template) / np.count_nonzero(template)
        quality = {"n_voxels": int(mask.sum()), "coverage_of_template": covered}
        write_json(qc_path, quality | measured)
        logger.info("%s: %d voxels, %.3f of the template brain", who, mask.sum(), covered)


def read_maps(index: dict, paths: list[str], shape, affine) -> dict[str, np.ndarray]:
    """Read the maps, mask and series that the index names, unchanged since, by measure."""
    maps = {}
    for one in index["series"]:
        if one["path"] not in paths:
            raise ValueError(f"{one['label']} is no input of this job; start again")
        check_unchanged(Path(one["path"]), one)
        values = read_turned(one["path"], shape=shape, affine=affine, name=one["label"])
        maps[one["measure"]] = values if one["measure"] == SERIES else values.reshape(shape)
    return maps


def facts_of_series(
    index: dict, series: np.ndarray, mask: np.ndarray, affine: np.ndarray, band_hz
) -> dict:
    """Volumes, repetition time and steps before of a series ``(x, y, z, n_volumes)``.

    The steps are those that its name states, and those that its values in the mask show, of which
    it warns.
    """
    run = next(one for one in index["series"] if one["measure"] == SERIES)
    measured = measured_steps(
        np.moveaxis(series, -1, 0),
        mask,
        voxel_mm=voxel_sizes(affine),
        repetition_time=run["repetition_time_s"],
        band_hz=band_hz,
        stated=run["steps"],
    )
    for sentence in step_sentences([measured | {"participant_id": index["participant_id"]}]):
        logger.warning("%s", sentence)
    timing = {"n_volumes": run["n_volumes"], "repetition_time_s": run["repetition_time_s"]}
    return timing | {"steps_before": run["steps"]} | measured


if __name__ == "__main__":
    run_job(import_maps, snakemake)
