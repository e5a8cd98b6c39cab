"""A participant's page of quality: motion, carpets, alignment, tissues, numbers with limits."""

import io
import logging
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import map_coordinates

from restpain.io.files import write_bytes, write_text
from restpain.io.images import read_mask, read_masked, read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.preprocessing.image_quality import carpet_series
from restpain.preprocessing.nuisance import MOTION
from restpain.presentation.pages import render_page
from restpain.quality.limits import flag_numbers
from restpain.quality.participant_figure import (
    CARPET_ROWS,
    TISSUE_COLOURS,
    carpet,
    pixels,
    slices_figure,
    traces_figure,
)
from restpain.quality.participant_page import PICTURE_QUALITY, as_webp, criterion_rows, fact_rows

logger = logging.getLogger("plot_participant")

SKY, ORANGE = "#56B4E9", "#E69F00"


def tissues_on_template(paths: list[str], xfm_path: str) -> np.ndarray:
    """Sample a participant's tissue maps on the template's grid; (3, x, y, z)."""
    points = np.moveaxis(read_volume(xfm_path)[0], -1, 0)
    images = [read_volume(path) for path in paths]
    from_mm = np.linalg.inv(images[0][1])
    voxels = np.tensordot(from_mm[:3, :3], points, axes=1) + from_mm[:3, 3, None, None, None]
    return np.stack([map_coordinates(image, voxels, order=1) for image, _ in images])


def plot_participant(
    *,
    subject: str,
    denoised_path: str,
    mask_path: str,
    boldref_path: str,
    carpet_path: str,
    confounds_path: str,
    qc_path: str,
    anatomy_path: str | None,
    anatomy_qc_path: str | None,
    tissues_paths: list[str],
    xfm_path: str | None,
    page_template_path: str,
    template_t1w_path: str,
    template_mask_path: str,
    template_tissues_paths: list[str],
    figure_path: str,
    page_path: str,
    source: str,
    limits: dict[str, float | None],
) -> None:
    mask, affine = read_mask(mask_path)
    series = read_masked(denoised_path, mask, affine)
    boldref = read_volume(boldref_path)[0]
    tissues = np.stack([read_volume(path)[0] for path in template_tissues_paths])
    brain = read_mask(template_mask_path)[0].astype(np.float32)
    before = read_volume(carpet_path)[0][:, 0, 0]
    shown = carpet_series(tissues[:, mask].T).T
    carpets = {}
    for name, values in {"Before": before, "After": carpet_series(series)}.items():
        centred = values - values.mean(axis=1, keepdims=True)
        rows, extents = carpet(centred, shown, n_rows=CARPET_ROWS)
        carpets[f"{name} nuisance regression, SD of each voxel (black −2, white 2)"] = rows

    spread = series.std(axis=1)
    ratio = np.zeros(mask.shape, np.float32)
    ratio[mask] = np.where(spread > 0, boldref[mask] / np.where(spread > 0, spread, 1), 0)
    template = {SKY: (tissues[1], 0.5), ORANGE: (brain, 0.5)}
    if anatomy_path is not None:
        anatomy, name = read_volume(anatomy_path)[0], "T1 on MNI"
        own = tissues_on_template(tissues_paths, xfm_path)
        washes = dict(zip(TISSUE_COLOURS.values(), own, strict=True))
        alignment = _picture(
            boldref,
            mask,
            affine,
            "EPI on T1: mean EPI; the T1's white matter blue, its brain orange",
            {SKY: (own[1], 0.5), ORANGE: (own.sum(axis=0), 0.5)},
        )
        overlay = _picture(
            anatomy,
            mask,
            affine,
            "Tissues on the T1: grey matter green, white matter blue, CSF orange",
            {},
        ) | {"washes": washes}
        more = [alignment, overlay]
    else:
        anatomy, name, more = read_volume(template_t1w_path)[0], "Template", []
    pictures = [
        _picture(
            anatomy,
            mask,
            affine,
            f"{name}: the template's white matter blue, its brain orange",
            template,
        ),
        *more,
        _picture(
            boldref,
            mask,
            affine,
            "Mean EPI on MNI: the template's outlines, and the mask of the participant red",
            template | {"#D55E00": (mask.astype(np.float32), 0.5)},
        ),
        _picture(
            ratio, mask, affine, "Temporal SNR after denoising (mean over SD)", {}, "viridis"
        ),
    ]

    confounds = read_table(confounds_path)
    motion = confounds[list(MOTION)].to_numpy(float)
    jenkinson = confounds["framewise_displacement_jenkinson"].to_numpy(float)
    facts = read_json(qc_path) | (read_json(anatomy_qc_path) if anatomy_qc_path else {})
    facts |= flag_numbers(jenkinson)
    simulated = source == "simulated"
    traces = pixels(
        traces_figure(
            title=f"sub-{subject}, rest" + (", SIMULATED DATA" if simulated else ""),
            confounds={
                "jenkinson": jenkinson,
                "power": confounds["framewise_displacement_power"].to_numpy(float),
                "translations": motion[:, :3],
                "rotations": np.degrees(motion[:, 3:]),
            },
            carpets=carpets,
            extents=extents,
            n_dropped=facts["dropped_volumes"],
        )
    )
    slices = pixels(slices_figure(pictures))
    content = io.BytesIO()
    Image.fromarray(np.concatenate([traces, slices], axis=1)).save(
        content, format="PNG", compress_level=4
    )
    write_bytes(figure_path, content.getvalue())
    page = render_page(
        Path(page_template_path).read_text(encoding="utf-8"),
        {
            "participant": f"sub-{subject}",
            "simulated": simulated,
            "criteria": criterion_rows(facts | {"participant_id": f"sub-{subject}"}, limits),
            "facts": fact_rows(facts),
            "regressors": facts["regressors"],
            "traces": as_webp(traces, quality=PICTURE_QUALITY),
            "slices": as_webp(slices, quality=PICTURE_QUALITY),
            "pictures": [picture["title"] for picture in pictures],
        },
    )
    write_text(page_path, page)
    logger.info("%d voxels in the carpets, page of %d kB", len(rows), len(page) // 1000)


def _picture(image, mask, affine, title, outlines, colours="gray") -> dict:
    return {
        "image": image,
        "affine": affine,
        "title": title,
        "limits": (0.0, float(np.percentile(image[mask], 99))),
        "outlines": outlines,
        "colours": colours,
    }


if __name__ == "__main__":
    run_job(plot_participant, snakemake)
