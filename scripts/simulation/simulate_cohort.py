"""Simulated cohort: table of participants, common head, and regions of the effects."""

import logging

import numpy as np
import pandas as pd

from restpain.atlas import aal
from restpain.cohort.participants import Comparison
from restpain.io.images import read_volume, write_volume
from restpain.io.job import run_job
from restpain.io.tables import write_json, write_table
from restpain.preprocessing.points import applied
from restpain.simulation.effects import check_effects, effect_balls, in_ball
from restpain.simulation.geometry import grid_points, nearest
from restpain.simulation.head import GM, head_labels, template_path
from restpain.simulation.participants import COLUMNS, simulated_participants, simulated_roster

logger = logging.getLogger("simulate_cohort")


def simulate_cohort(
    *,
    participants_path: str,
    truth_path: str,
    regions_path: str,
    regions_table_path: str,
    head_path: str,
    n_patients: int,
    n_controls: int,
    n_excluded: int,
    comparison: dict,
    effects: list[dict],
    score: str | None,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    atlas = aal()
    numbers = {name: number for number, name in atlas.names.items()}
    check_effects(effects, set(numbers), score=score)
    roster = simulated_roster(
        comparison, n_patients=n_patients, n_controls=n_controls, n_excluded=n_excluded
    )
    table = simulated_participants(roster, patients=comparison.patients, seed=seed)
    write_table(participants_path, table, COLUMNS)
    logger.info("%d participants, %d of them excluded", len(table), n_excluded)

    t1, affine = read_volume(template_path("t1"))
    gm, wm = (read_volume(template_path(tissue))[0] / 255 for tissue in ("gm", "wm"))
    head, head_affine = head_labels(t1=t1, gm=gm, wm=wm, affine=affine)
    write_volume(head_path, head, head_affine)

    points = grid_points(t1.shape, affine)
    is_grey = nearest(head, head_affine, points) == GM
    places = np.where(is_grey, atlas.at(points), 0)
    balls = effect_balls(effects, atlas, head, head_affine)
    regions = sorted({effect["region"] for effect in effects})
    labels = np.zeros(t1.shape, np.uint8)
    truth = []
    for label, region in enumerate(regions, start=1):
        inside = places == numbers[region]
        if region in balls:
            inside[inside] = in_ball(points[inside], balls[region])
        inside = inside.reshape(t1.shape)
        labels[inside] = label
        centroid = applied(affine, np.argwhere(inside).mean(axis=0))
        volume_mm3 = int(inside.sum())  # voxels of 1 mm
        logger.info("%s: %d mm3 of grey matter", region, volume_mm3)
        truth += [
            {**effect, "label": label, "centroid_mm": centroid.round(1), "volume_mm3": volume_mm3}
            for effect in effects
            if effect["region"] == region
        ]
    write_volume(regions_path, labels, affine)
    write_table(
        regions_table_path,
        pd.DataFrame({"index": range(1, len(regions) + 1), "name": regions}),
    )
    analysed = roster[roster["exclude"] == ""]
    groups = dict(zip(analysed["participant_id"], analysed["group"], strict=True))
    write_json(
        truth_path, {"effects": truth, "patients": comparison.patients, "participants": groups}
    )


if __name__ == "__main__":
    run_job(simulate_cohort, snakemake)
