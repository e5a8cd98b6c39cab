"""Preprocessed rest series to the grid of the maps, with the signals that lie beside it."""

import logging
from pathlib import Path

from restpain.cohort.bids import generating_programs
from restpain.cohort.bids_files import check_unchanged
from restpain.cohort.derivative_index import run_images
from restpain.cohort.dparsf import found_file, program
from restpain.io.images import read_mask, read_series
from restpain.io.tables import read_json
from restpain.preprocessing.denoising import RestSeries
from restpain.preprocessing.given_signals import given_signals
from restpain.preprocessing.image_quality import given_mask, kept_volumes, without_gaps
from restpain.preprocessing.measured_steps import measured_steps, step_sentences
from restpain.preprocessing.regridding import is_same_grid, regridded, regridded_series
from restpain.preprocessing.template import voxel_sizes

logger = logging.getLogger(__name__)

HALF = 0.5  # least share of a voxel that has data, or lies in the mask that is given


def imported_rest(
    folder: str,
    index_path: str,
    description_path: str | None,
    template_mask_path: str,
    *,
    drop_volumes: int,
    band_hz: tuple[float, float],
) -> RestSeries:
    """Read the chosen series of a participant and sample it on the grid of the maps.

    Parameters
    ----------
    folder : str
        Folder of the participant.
    index_path : str
        Index of the participant, which names the series.
    description_path : str or None
        dataset_description.json of the dataset.
    template_mask_path : str
        Brain mask of the template, on the grid of the maps.
    drop_volumes : int
        Volumes dropped at the start.
    band_hz : (float, float)
        Band of the metrics, to tell a filtered series.

    Raises
    ------
    ValueError
        If a file has changed since the check, or too few volumes are left.
    """
    index = read_json(index_path)
    run = next(one for one in index["series"] if one["chosen"])
    paths, tr = run_images(folder, run), run["repetition_time_s"]
    if len(paths) == 1:
        check_unchanged(paths[0], run)
    for file in run["companions"]:
        check_unchanged(found_file(folder, file["path"]) or Path(folder, file["path"]), file)
    programs = generating_programs(description_path) if description_path else program(run)
    logger.info("preprocessed before by: %s", programs or "not stated")
    series, affine = read_series(paths)
    n_read = series.shape[-1]
    has_data = without_gaps(series, drop=drop_volumes)
    volumes = kept_volumes(series, drop=drop_volumes, name=run["label"])
    logger.info("%s: %d of %d volumes, TR %g s", run["label"], len(volumes), n_read, tr)

    template, grid = read_mask(template_mask_path)
    place = {"like": template, "target": grid}
    kept = is_same_grid(volumes.shape[1:], affine, **place)
    logger.info("grid of the maps: %s", "that of the series" if kept else "another")
    has_data &= volumes.min(axis=0) < volumes.max(axis=0)  # some programs write 0 for no data
    candidates = template & (regridded(has_data, affine, **place) >= HALF)
    if run["mask_path"]:
        given_brain, given_affine = read_mask(found_file(folder, run["mask_path"]))
        candidates &= regridded(given_brain, given_affine, **place) >= HALF
    boldref = regridded(volumes.mean(axis=0), affine, **place)
    series = regridded_series(volumes, affine, has_data=has_data, within=candidates, target=grid)
    mask, rule = given_mask(
        series, boldref, candidates=candidates, has_mask=bool(run["mask_path"])
    )
    logger.info("mask: %s", rule)
    series = series[mask[candidates]]
    there = regridded(mask, grid, like=volumes[0], target=affine) >= HALF
    measured = measured_steps(
        volumes,
        there & has_data,
        voxel_mm=voxel_sizes(affine),
        repetition_time=tr,
        band_hz=band_hz,
        stated=run.get("steps", []),
    )
    for sentence in step_sentences([measured | {"participant_id": index["participant_id"]}]):
        logger.warning("%s", sentence)

    given, jenkinson, origin = given_signals(folder, run, drop=drop_volumes)
    return RestSeries(
        series,
        mask=mask,
        template=template,
        repetition_time=tr,
        signals={"global": series.mean(axis=0, dtype=float)} | given,
        jenkinson=jenkinson,
        dropped_volumes=drop_volumes,
        timing="as preprocessed before",
        origin=origin,
        affine=grid,
        reference=boldref,
        quality={
            "mask": rule,
            "coregistration_cost": None,
            "preprocessed_by": programs,
            "space_of_input": run["space"] or "not stated",
            "resampled": not kept,
            "steps_before": run.get("steps", []),
            "dropped_before": run.get("dropped_before"),
            **measured,
        },
    )
