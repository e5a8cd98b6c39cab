"""Maps that are given for a few participants, in one mask and on one scale each."""

import logging
from pathlib import Path

import numpy as np

from restpain.cohort.bids_files import check_unchanged
from restpain.cohort.derivatives import ON_THE_GRID, map_keys
from restpain.cohort.map_checks import missing_map
from restpain.cohort.map_files import MASK
from restpain.io.images import check_grid, read_mask, read_volume, write_masked, write_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_json
from restpain.metrics.given_maps import (
    map_sidecar,
    mask_of_maps,
    prepared_map,
)
from restpain.preprocessing.template import canonical_grid, on_canonical_axes

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
) -> None:
    template, affine = read_mask(template_mask_path)
    smoothing = {"fwhm_mm": fwhm_mm, "kernel": smoothing_kernel}
    outputs = [iter(paths) for paths in (standardised_paths, masks_paths, qc_paths)]
    for index_path in indices_paths:
        index = read_json(index_path)
        who = index["participant_id"]
        written = [next(outputs[0]) for _ in scales]
        mask_path, qc_path = next(outputs[1]), next(outputs[2])
        if missing_map(index):  # left out: the check has said so
            logger.info("%s is left out, and has empty images", who)
            mask, maps = np.zeros(template.shape, bool), {}
        else:
            maps = read_maps(index, maps_paths, template.shape, affine)
            given = maps.pop(MASK, None)
            try:
                mask = mask_of_maps(maps, given=given, template=template)
            except ValueError as error:
                raise ValueError(f"{who}: {error}") from None
        for (measure, scale), path in zip(scales.items(), written, strict=True):
            values = np.zeros(0, np.float32)
            if maps:
                values = prepared_map(maps[measure], mask, affine=affine, scale=scale, **smoothing)
            sidecar = map_sidecar(measure, scale=scale, **smoothing) | map_keys(mask_path)
            write_masked(path, values, mask, affine, sidecar=sidecar)
        description = "Voxels in which all maps of the participant have data"
        sidecar = {"Description": description, "Sources": [], "Type": "Brain", **ON_THE_GRID}
        write_volume(mask_path, mask, affine, sidecar=sidecar)
        covered = np.count_nonzero(mask & template) / np.count_nonzero(template)
        write_json(qc_path, {"n_voxels": int(mask.sum()), "coverage_of_template": covered})
        logger.info("%s: %d voxels, %.3f of the template brain", who, mask.sum(), covered)


def read_maps(index: dict, paths: list[str], shape, affine) -> dict[str, np.ndarray]:
    """Read the maps and the mask that the index names, unchanged since, by measure."""
    maps = {}
    for one in index["series"]:
        if one["path"] not in paths:
            raise ValueError(f"{one['label']} is no input of this job; start again")
        check_unchanged(Path(one["path"]), one)
        values, own = read_volume(one["path"])
        grid = canonical_grid(values.shape[:3], own)
        check_grid(*grid, shape, affine, one["label"])
        maps[one["measure"]] = on_canonical_axes(values.reshape(values.shape[:3]), own)
    return maps


if __name__ == "__main__":
    run_job(import_maps, snakemake)
