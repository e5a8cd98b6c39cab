"""Figure of the recovery of the ground truth, drawn from its tables."""

import numpy as np

from restpain.group.clusters import cluster_number
from restpain.io.images import read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_table
from restpain.presentation.plots import save_figure
from restpain.recovery.figure import recovery_figure

DPI = 200


def plot_recovery(
    *,
    template_path: str,
    regions_path: str,
    places_path: str,
    labels_paths: list[str],
    tables_paths: list[str],
    png_path: str,
    svg_path: str,
    measures: list[str],
    patients: str,
) -> None:
    template, affine = read_volume(template_path)
    effects, clusters, stages, participants = (
        read_table(path, dtype={"clusters": str, "effects": str}) for path in tables_paths
    )
    images = read_volume(regions_path)[0] > 0
    places = read_table(places_path)
    regions = places[places["role"] == "region"].set_index("effect")["volume"]
    simulated = [images[..., regions[number]] for number in effects["effect"]]

    labels = {
        measure: read_volume(path)[0] for measure, path in zip(measures, labels_paths, strict=True)
    }
    found = []
    for row in effects.itertuples():
        names = row.clusters.split(",") if isinstance(row.clusters, str) else []
        image = labels[row.measure] if names else np.zeros(template.shape)
        numbers = [cluster_number(name) for name in names]
        voxels = np.isin(image, numbers)
        found.append(voxels.any(axis=3) if voxels.ndim == 4 else voxels)

    figure = recovery_figure(
        template=template / template.max(),
        affine=affine,
        effects=effects,
        simulated=simulated,
        found=found,
        clusters=clusters,
        stages=stages,
        participants=participants,
        patients=patients,
    )
    save_figure(figure, png_path=png_path, svg_path=svg_path, dpi=DPI)


if __name__ == "__main__":
    run_job(plot_recovery, snakemake)
