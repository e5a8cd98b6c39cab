"""One page on the quality of a participant's series: motion, carpet, alignment, numbers."""

import io
import logging

import numpy as np

from restpain.figures_qc import CARPET_ROWS, carpet, participant_page
from restpain.files import write_bytes
from restpain.nuisance import MOTION
from restpain.runlog import start_log
from restpain.tables import read_json, read_table
from restpain.volumes import read_mask, read_masked, read_volume

logger = logging.getLogger("plot_participant")

TEMPLATE, BRAIN = "#56B4E9", "#E69F00"
NUMBERS = {  # name, format; in the order of the page
    "mean_fd_jenkinson_mm": ("mean FD (Jenkinson)", "{:.3f} mm"),
    "mean_fd_power_mm": ("mean FD (Power)", "{:.3f} mm"),
    "max_translation_mm": ("largest translation", "{:.2f} mm"),
    "max_rotation_deg": ("largest rotation", "{:.2f} degrees"),
    "tsnr_median": ("temporal SNR, median", "{:.0f}"),
    "n_volumes": ("volumes", "{:d}"),
    "dropped_volumes": ("volumes dropped", "{:d}"),
    "slice_timing": ("slice timing", "{}"),
    "coverage_of_template": ("template covered", "{:.1%}"),
    "residual_degrees_of_freedom": ("degrees of freedom", "{:d}"),
    "coregistration_cost": ("EPI on T1, cost (1 is none)", "{:.2f}"),
    "affine_local_correlation": ("T1 on MNI, correlation", "{:.2f}"),
    "dice_gm": ("Dice of grey matter", "{:.2f}"),
    "dice_wm": ("Dice of white matter", "{:.2f}"),
    "brain_volume_ml": ("brain volume", "{:.0f} ml"),
}


def plot_participant(
    *,
    participant_id: str,
    denoised_path: str,
    mask_path: str,
    boldref_path: str,
    confounds_path: str,
    qc_path: str,
    anatomy_path: str | None,
    anatomy_qc_path: str | None,
    template_t1w_path: str,
    template_mask_path: str,
    tissue_paths: list[str],
    figure_path: str,
    source: str,
) -> None:
    mask, affine = read_mask(mask_path)
    series = read_masked(denoised_path, mask, affine)
    boldref = read_volume(boldref_path)[0]
    tissues = np.stack([read_volume(path)[0] for path in tissue_paths])
    brain = read_mask(template_mask_path)[0].astype(np.float32)
    rows, extents = carpet(series, tissues[:, mask], n_rows=CARPET_ROWS)

    spread = series.std(axis=1)
    ratio = np.zeros(mask.shape, np.float32)
    ratio[mask] = np.where(spread > 0, boldref[mask] / np.where(spread > 0, spread, 1), 0)
    template = {TEMPLATE: (tissues[1], 0.5), BRAIN: (brain, 0.5)}
    lines = "(its white matter blue, its brain orange)"
    pictures = []
    if anatomy_path is not None:
        anatomy = read_volume(anatomy_path)[0]
        pictures.append(_picture(anatomy, mask, affine, f"T1 on the template {lines}", template))
    else:
        anatomy = read_volume(template_t1w_path)[0]
        pictures.append(_picture(anatomy, mask, affine, f"Template {lines}", template))
    pictures += [
        _picture(boldref, mask, affine, f"Mean EPI on the template {lines}", template),
        _picture(
            boldref,
            mask,
            affine,
            "Mean EPI with the mask of the participant",
            {"#D55E00": (mask.astype(np.float32), 0.5)},
        ),
        _picture(
            ratio, mask, affine, "Mean over standard deviation after denoising", {}, "viridis"
        ),
    ]

    confounds = read_table(confounds_path)
    motion = confounds[list(MOTION)].to_numpy(float)
    facts = read_json(qc_path) | (read_json(anatomy_qc_path) if anatomy_qc_path else {})
    figure = participant_page(
        title=f"{participant_id}, rest" + (", SIMULATED DATA" if source == "simulated" else ""),
        confounds={
            "jenkinson": confounds["framewise_displacement_jenkinson"].to_numpy(float),
            "power": confounds["framewise_displacement_power"].to_numpy(float),
            "translations": motion[:, :3],
            "rotations": np.degrees(motion[:, 3:]),
        },
        rows=rows,
        extents=extents,
        pictures=pictures,
        numbers=[
            (name, pattern.format(facts[key]))
            for key, (name, pattern) in NUMBERS.items()
            if facts.get(key) is not None
        ],
    )
    content = io.BytesIO()
    figure.savefig(content, format="png", metadata={"Software": None})
    write_bytes(figure_path, content.getvalue())
    logger.info("%d of %d voxels in the carpet", len(rows), len(series))


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
    start_log(snakemake.log[0])
    plot_participant(
        participant_id=f"sub-{snakemake.wildcards.subject}",
        denoised_path=snakemake.input.denoised,
        mask_path=snakemake.input.mask,
        boldref_path=snakemake.input.boldref,
        confounds_path=snakemake.input.confounds,
        qc_path=snakemake.input.qc,
        anatomy_path=snakemake.input.anatomy or None,
        anatomy_qc_path=snakemake.input.anatomy_qc or None,
        template_t1w_path=snakemake.input.template_t1w,
        template_mask_path=snakemake.input.template_mask,
        tissue_paths=[snakemake.input.gm, snakemake.input.wm, snakemake.input.csf],
        figure_path=snakemake.output.figure,
        source=snakemake.params.source,
    )
