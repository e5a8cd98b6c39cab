"""QC page of a participant: motion, carpets, alignment, tissues, numbers with limits."""

import io
import logging
from pathlib import Path

import numpy as np
from PIL import Image

from restpain.cohort.confounds import MOTION
from restpain.io.files import write_bytes, write_text
from restpain.io.images import read_mask, read_masked, read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.preprocessing.image_quality import carpet_series
from restpain.presentation.pages import render_page, webp
from restpain.quality.limits import flag_numbers
from restpain.quality.participant_figure import CARPET_ROWS, carpet, pixels, traces_figure
from restpain.quality.participant_page import criterion_rows, fact_rows, processing_steps
from restpain.quality.participant_slices import (
    slice_pictures,
    slices_figure,
    snr_image,
    tissues_on_template,
)

logger = logging.getLogger("plot_participant")


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
    shown = carpet_series(tissues[:, mask].T).T
    carpets = {}
    both = {"Before": read_volume(carpet_path)[0][:, 0, 0], "After": carpet_series(series)}
    for name, values in both.items():
        rows, extents = carpet(values, shown, n_rows=CARPET_ROWS)
        carpets[f"{name} nuisance regression, SD of each voxel (black −2, white 2)"] = rows

    facts = read_json(qc_path) | (read_json(anatomy_qc_path) if anatomy_qc_path else {})
    known = facts["tsnr_median"] is not None
    snr = snr_image(series, boldref, mask=mask) if known else None
    images = [read_volume(path) for path in tissues_paths]
    own = tissues_on_template(images, read_volume(xfm_path)[0]) if xfm_path else None
    pictures = slice_pictures(
        read_volume(anatomy_path or template_t1w_path)[0],
        boldref,
        snr,
        mask=mask,
        affine=affine,
        template=(tissues[1], read_mask(template_mask_path)[0].astype(np.float32)),
        own=own,
    )

    confounds = read_table(confounds_path)
    motion = confounds[list(MOTION)].to_numpy(float)
    jenkinson = confounds["framewise_displacement_jenkinson"].to_numpy(float)
    facts |= flag_numbers(jenkinson, repetition_time_s=facts["repetition_time_s"])
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
    picture = Image.fromarray(np.concatenate([traces, slices], axis=1))
    picture.save(content, format="PNG", compress_level=4)
    write_bytes(figure_path, content.getvalue())
    page = render_page(
        Path(page_template_path).read_text(encoding="utf-8"),
        {
            "participant": f"sub-{subject}",
            "simulated": simulated,
            "criteria": criterion_rows(facts | {"participant_id": f"sub-{subject}"}, limits),
            "facts": fact_rows(facts),
            "steps": processing_steps(facts),
            "traces": webp(Image.fromarray(traces), quality=80, method=4),
            "slices": webp(Image.fromarray(slices), quality=80, method=4),
            "pictures": [picture["title"] for picture in pictures],
        },
    )
    write_text(page_path, page)
    logger.info("%d voxels in the carpets, page of %d kB", len(rows), len(page) // 1000)


if __name__ == "__main__":
    run_job(plot_participant, snakemake)
