"""Figure 2: maps within and between the groups, and the correlations of the seeds."""

import logging

import numpy as np

from restpain.cohort.measures import CONNECTIVITY
from restpain.cohort.participants import Comparison, of_analysed, read_participants
from restpain.figures.group_maps import (
    MAX_SEEDS,
    group_maps_figure,
    measure_title,
    omitted_words,
    seed_correlations,
)
from restpain.group.cluster_maps import NO_SEEDS, maps_of_measures
from restpain.io.images import read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.presentation.plots import save_figure
from restpain.presentation.slices import DPI

logger = logging.getLogger("plot_group_maps")


def mean_seed_correlations(
    fc_maps_paths, participants, seeds_mask, comparison: Comparison
) -> dict | None:
    """Average the correlations of the seeds over each group; None for fewer than two seeds."""
    if seeds_mask.shape[3] < 2:
        return None
    matrices = [seed_correlations(read_volume(path)[0], seeds_mask) for path in fc_maps_paths]
    groups = participants["group"].to_numpy()
    return {
        name: np.mean([m for m, g in zip(matrices, groups, strict=True) if g == label], axis=0)
        for name, label in zip(("patients", "controls"), comparison.groups, strict=True)
    }


def plot_group_maps(
    *,
    participants_path: str,
    template_path: str,
    patients_paths: list[str],
    controls_paths: list[str],
    difference_paths: list[str],
    labels_paths: list[str],
    patients_labels_paths: list[str],
    controls_labels_paths: list[str],
    clusters_paths: list[str],
    models_paths: list[str],
    seeds_mask_path: str | None,
    seeds_path: str | None,
    fc_maps_paths: list[str],
    png_path: str,
    svg_path: str,
    measures: list[str],
    comparison: dict,
    voxel_p: float,
    tails: int,
    inference: str,
    source: str,
) -> None:
    comparison = Comparison(**comparison)
    fc_maps_paths = of_analysed(fc_maps_paths, participants_path)
    template, affine = read_volume(template_path)
    participants = read_participants(participants_path, comparison)
    included = participants[participants["exclude"] == ""]
    seeds = read_table(seeds_path) if seeds_path else NO_SEEDS
    paths = {
        "patients": patients_paths,
        "controls": controls_paths,
        "difference": difference_paths,
        "labels": labels_paths,
        "patients_labels": patients_labels_paths,
        "controls_labels": controls_labels_paths,
    }
    models = [read_json(path) for path in models_paths]
    maps = maps_of_measures(
        measures,
        {name: [read_volume(path)[0] for path in some] for name, some in paths.items()},
        [read_table(path) for path in clusters_paths],
        seeds,
    )
    df = {group: models[0][f"n_{group}"] - 1 for group in ("patients", "controls")}
    df["difference"] = models[0]["df"]
    rows = [
        shown | {"title": measure_title(shown["measure"], shown["seed"]), "df": df}
        for shown in maps
    ]
    n_local = sum(measure != CONNECTIVITY for measure in measures)
    shown = rows[: n_local + MAX_SEEDS]
    note = omitted_words(len(seeds))
    if CONNECTIVITY not in measures:
        note = None
    elif not len(seeds):
        note = "No seed and no connectivity map."
    matrices = None
    if seeds_mask_path:
        seeds_mask = read_volume(seeds_mask_path)[0]
        matrices = mean_seed_correlations(fc_maps_paths, included, seeds_mask, comparison)
    if matrices:
        matrices["seeds"] = seeds["seed"].tolist()
    logger.info("%d rows of maps of %d, %d seeds", len(shown), len(rows), len(seeds))

    figure = group_maps_figure(
        template=template / template.max(), affine=affine, rows=shown, note=note,
        matrices=matrices, simulated=source == "simulated",
        voxel_p=voxel_p, tails=tails, inference=inference,
    )  # fmt: skip
    save_figure(figure, png_path=png_path, svg_path=svg_path, dpi=DPI)


if __name__ == "__main__":
    run_job(plot_group_maps, snakemake)
