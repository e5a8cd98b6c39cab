"""Maps of one participant under all alternative choices, the series kept in memory only."""

import logging

import numpy as np

from restpain.io.images import (
    read_mask,
    read_masked,
    repetition_time,
    write_arrays,
)
from restpain.io.job import run_job
from restpain.io.tables import read_json
from restpain.multiverse.alternative_maps import alternative_maps, map_name, maps_by_series
from restpain.preprocessing.denoising import denoised
from restpain.preprocessing.imported import imported_rest
from restpain.preprocessing.normalised import normalised_rest
from restpain.temporal_filter import checked_series

logger = logging.getLogger("compute_alternative_maps")


def compute_alternative_maps(
    *,
    inputs: dict,
    plan_path: str,
    template_mask_path: str,
    mask_path: str,
    main_paths: list[str],
    seeds_paths: list[str],
    maps_path: str,
    drop_volumes: int,
    slice_order: str | list[float] | None,
    motion_estimation: str,
    band_hz: tuple[float, float],
) -> None:
    plans = read_json(plan_path)["measures"]
    template, affine = read_mask(template_mask_path)
    mask, _ = read_mask(mask_path)
    arrays = {
        map_name(measure, 0): read_masked(path, template, affine)
        for measure, path in zip(plans, main_paths, strict=True)
    }
    wanted = maps_by_series(plans)
    rest = None
    if any(nuisance is not None for nuisance, _ in wanted):
        if inputs.get("bold"):
            rest = normalised_rest(
                inputs,
                drop_volumes=drop_volumes,
                slice_order=slice_order,
                motion_estimation=motion_estimation,
                with_components=any("acompcor" in (names or ()) for names, _ in wanted),
            )
        else:
            files = (inputs["folder"], inputs["index"], inputs["description"] or None)
            rest = imported_rest(
                *files, template_mask_path, drop_volumes=drop_volumes, band_hz=band_hz
            )
        if not np.array_equal(rest.mask, mask):
            raise ValueError(
                f"{mask_path} is not the mask of the series as it is read now; delete it, so that "
                "the participant is preprocessed again"
            )
    seeds = read_masked(seeds_paths[0], mask, affine) if seeds_paths else None
    for (nuisance, regression_band), maps in wanted.items():
        if nuisance is None:
            path = inputs["denoised"]
            series, tr = read_masked(path, mask, affine), repetition_time(path)
        else:
            series = denoised(rest, names=list(nuisance), band_hz=regression_band).series
            tr = rest.repetition_time
        made = alternative_maps(
            checked_series(series.astype(np.float32, copy=False), maps_path),
            mask,
            affine,
            repetition_time=tr,
            wanted=[(measure, settings) for measure, _, settings in maps],
            seeds=seeds,
        )
        for (measure, number, _), values in zip(maps, made, strict=True):
            placed = np.zeros((np.count_nonzero(template), *values.shape[1:]), np.float32)
            placed[mask[template]] = values
            arrays[map_name(measure, number)] = placed
        logger.info("nuisance %s, band of the regression %s", nuisance, regression_band)
    write_arrays(maps_path, **arrays)
    logger.info("%d maps", len(arrays))


if __name__ == "__main__":
    run_job(compute_alternative_maps, snakemake)
