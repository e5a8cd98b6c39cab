"""Raw rest series to the grid of the maps: slice timing, motion, registration."""

import logging
from pathlib import Path

import numpy as np

from restpain.cohort.timing import bids_timing
from restpain.io.images import read_mask, read_volume
from restpain.io.tables import read_json
from restpain.preprocessing.coregistration import align_by_information, refine_by_boundary
from restpain.preprocessing.denoising import RestSeries
from restpain.preprocessing.image_quality import kept_volumes, signal_mask
from restpain.preprocessing.motion import displacement_jenkinson, motion_parameters, realigned
from restpain.preprocessing.nuisance import tissue_signals
from restpain.preprocessing.points import applied
from restpain.preprocessing.slice_timing import timing_corrected
from restpain.preprocessing.splines import resampled_series, spline_coefficients, spline_values
from restpain.preprocessing.trilinear import sampled

logger = logging.getLogger(__name__)


def normalised_rest(
    inputs: dict[str, str],
    *,
    drop_volumes: int,
    slice_order: str | list[float] | None,
    motion_estimation: str,
    with_components: bool,
) -> RestSeries:
    """Correct slice timing and motion, and sample the series on the grid of the maps.

    Motion, EPI to T1 and T1 to template are one interpolation.

    Parameters
    ----------
    inputs : dict of str
        Paths of ``bold`` and its ``sidecar``, ``t1w``, ``brain_mask``, ``wm``, ``csf`` and
        ``xfm`` of the T1, and ``template_mask``.
    drop_volumes : int
        Volumes dropped at the start.
    slice_order, motion_estimation
        See `timing_corrected`, and preprocessing.motion_estimation in the schema.
    with_components : bool
        Compute the aCompCor components, too.

    Raises
    ------
    ValueError
        If too few volumes are left or the slice order does not suit the series.
    """
    name = Path(inputs["bold"]).name
    series, affine = read_volume(inputs["bold"])
    facts = bids_timing(read_json(inputs["sidecar"]), matrix=series.shape[:3])
    tr = facts["repetition_time_s"]
    volumes = kept_volumes(series, drop=drop_volumes, name=name)
    acquired = volumes
    volumes, timing = timing_corrected(volumes, slice_order, facts=facts, name=name)
    logger.info("%d volumes after %d dropped, TR %g s", len(volumes), drop_volumes, tr)
    logger.info("slice timing: %s", timing)

    before = motion_estimation == "before_slice_timing"
    transforms, mean, converged = realigned(acquired if before else volumes, affine=affine)
    if not converged.all():
        logger.warning("realignment did not converge in %d volumes", (~converged).sum())

    t1, t1_affine = read_volume(inputs["t1w"])
    brain, _ = read_mask(inputs["brain_mask"])
    white_matter, csf = read_volume(inputs["wm"])[0], read_volume(inputs["csf"])[0]
    affines = {"epi_affine": affine, "t1_affine": t1_affine}
    to_epi = align_by_information(mean, t1, brain, **affines)
    to_epi, cost = refine_by_boundary(mean, white_matter, **affines, start=to_epi)
    logger.info("boundary-based cost of the mean EPI on the T1 %.3f (1 is no contrast)", cost)

    template, grid = read_mask(inputs["template_mask"])
    points = read_volume(inputs["xfm"])[0]
    from_mm = np.linalg.inv(affine)
    series, inside = resampled_series(
        volumes, points=points[template], to_voxels=from_mm @ transforms @ to_epi
    )
    candidates, mean_image = template.copy(), np.zeros(template.shape, np.float32)
    candidates[template] = inside
    mean_image[template] = series.mean(axis=1)
    mask = signal_mask(mean_image, candidates=candidates)
    series = series[mask[template]]

    t1_voxels = applied(np.linalg.inv(t1_affine), points)
    signals, tissues = tissue_signals(
        series,
        mask,
        white_matter=sampled(white_matter, t1_voxels),
        csf=sampled(csf, t1_voxels),
        with_components=with_components,
    )
    centre = affine[:3] @ [*(np.array(mean.shape) - 1) / 2, 1]
    reference, _ = spline_values(
        spline_coefficients(mean), points=points.reshape(-1, 3), to_voxels=from_mm @ to_epi
    )
    quality = {
        "unsettled_volumes": int((~converged).sum()),
        "coregistration_cost": cost,
        "t1_to_first_volume": transforms[0] @ to_epi,
    }
    return RestSeries(
        series,
        mask=mask,
        template=template,
        repetition_time=tr,
        signals=signals | {"motion": motion_parameters(transforms)},
        jenkinson=displacement_jenkinson(transforms, centre_mm=centre),
        dropped_volumes=drop_volumes,
        timing=timing,
        origin=name,
        affine=grid,
        reference=reference.reshape(mask.shape),
        quality=quality | tissues,
    )
