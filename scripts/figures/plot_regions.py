"""Figure 3: significant clusters on slices through their peaks and in projection."""

import logging
from itertools import groupby

import numpy as np
from nilearn.datasets import fetch_surf_fsaverage
from nilearn.surface import load_surf_mesh

from restpain.cohort.measures import CONNECTIVITY
from restpain.figures.regions import (
    regions_figure,
    seed_colours,
    surface_values,
    surface_view,
)
from restpain.group.cluster_maps import NO_SEEDS, maps_of_measures, single_clusters, strongest_of
from restpain.io.images import read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.presentation.labels import inference_name
from restpain.presentation.numbers import counted, measure_name
from restpain.presentation.plots import save_figure
from restpain.presentation.slices import DPI, colour_limit, t_threshold

logger = logging.getLogger("plot_regions")


def hemisphere_views(projection: dict, affine: np.ndarray, limit: float) -> list[tuple]:
    """Left hemisphere from outside and inside, right hemisphere from inside and outside."""
    meshes = fetch_surf_fsaverage("fsaverage5")  # ships with nilearn
    views = []
    for hemisphere, sides in (("left", (-1, 1)), ("right", (-1, 1))):
        pial = load_surf_mesh(meshes[f"pial_{hemisphere}"])
        white = load_surf_mesh(meshes[f"white_{hemisphere}"])
        between = pial.coordinates, white.coordinates
        values = surface_values(*between, projection["values"], projection["labels"], affine)
        drawn = {"limit": limit, "outlines": []}
        for colour, voxels in projection["outlines"]:
            drawn["outlines"].append(
                (colour, surface_values(*between, voxels, voxels, affine) > 0)
            )
        mesh = pial.coordinates, pial.faces, values
        views += [surface_view(*mesh, side=side, **drawn) for side in sides]
    return views


def plot_regions(
    *,
    template_path: str,
    difference_paths: list[str],
    labels_paths: list[str],
    clusters_paths: list[str],
    models_paths: list[str],
    seeds_path: str | None,
    png_path: str,
    svg_path: str,
    measures: list[str],
    voxel_p: float,
    cluster_p: float,
    tails: int,
    inference: str,
    source: str,
) -> None:
    template, affine = read_volume(template_path)
    maps = maps_of_measures(
        measures,
        {
            "difference": [read_volume(path)[0] for path in difference_paths],
            "labels": [read_volume(path)[0] for path in labels_paths],
        },
        [read_table(path) for path in clusters_paths],
        read_table(seeds_path) if seeds_path else NO_SEEDS,
    )
    panels = single_clusters(maps)
    of_seeds = {
        shown["seed"]["seed"]: shown
        for shown in maps
        if shown["seed"] is not None and len(shown["clusters"])
    }
    colours = seed_colours(list(of_seeds))
    outlines = [(colour, of_seeds[seed]["labels"] > 0) for seed, colour in colours.items()]
    projections = []
    for measure, found in groupby(panels, key=lambda panel: panel["measure"]):
        values, labels = strongest_of([shown for shown in maps if shown["measure"] == measure])
        projections.append(
            {
                "title": f"{measure_name(measure)}: {counted(len(list(found)), 'cluster')}",
                "values": values,
                "labels": labels,
                "outlines": outlines if measure == CONNECTIVITY else [],
            }
        )
    threshold = t_threshold(voxel_p=voxel_p, tails=tails, df=read_json(models_paths[0])["df"])
    sides = "two-tailed" if tails == 2 else "one-tailed for each sign"
    by = inference_name(inference)
    limit = colour_limit(
        [shown["difference"] for shown in maps], threshold=threshold, percentile=100
    )
    for projection in projections:
        projection["surfaces"] = hemisphere_views(projection, affine, limit)
    logger.info("%d clusters, threshold |t| > %.3f", len(panels), threshold)

    figure = regions_figure(
        template=template / template.max(),
        affine=affine,
        panels=panels,
        projections=projections,
        colours=colours,
        caption=f"voxel p < {voxel_p:g}, cluster p < {cluster_p:g}, {sides} ({by})",
        simulated=source == "simulated",
        limit=limit,
        threshold=threshold,
    )
    save_figure(figure, png_path=png_path, svg_path=svg_path, dpi=DPI)


if __name__ == "__main__":
    run_job(plot_regions, snakemake)
