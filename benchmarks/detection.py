"""Simulated cohorts of several seeds: how often the configured effects are found.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts:. python benchmarks/detection.py --seeds 10

simulates the rest series of the cohorts of the seeds 1, 2, ... and brings them onto the template's
grid by the true motion and deformation instead of estimated ones; there is neither T1 nor DICOM.
Regression, metrics, group comparison, seeds and the verdict on each effect are those of the
workflow with its default configuration. With ``--write`` the table replaces that of
docs/simulation.md. Some 90 CPU s per cohort of the default size; nothing of a run is needed.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy import ndimage

from benchmarks.recovery import template_brain
from benchmarks.simulation import PAGE, REPOSITORY, filled, table
from restpain.atlas import aal
from restpain.classification.evaluation import auc
from restpain.cohort.design import two_sample_design
from restpain.cohort.participants import Comparison
from restpain.connectivity.correlation import correlation, fisher_z, seed_series
from restpain.group.inference import find_clusters
from restpain.io.images import read_volume
from restpain.metrics.alff import alff_and_falff, standardised
from restpain.metrics.reho import reho_in_band
from restpain.metrics.smoothing import smooth
from restpain.preprocessing.denoising import denoised
from restpain.preprocessing.image_quality import signal_mask
from restpain.preprocessing.motion import displacement_jenkinson, motion_parameters
from restpain.preprocessing.nuisance import tissue_signals
from restpain.preprocessing.points import applied
from restpain.preprocessing.slice_timing import correct_slice_timing, ordered_times
from restpain.preprocessing.splines import resampled_series
from restpain.recovery.table import recovered_effects
from restpain.recovery.truth import effect_voxels
from restpain.simulation.anatomy import random_anatomy, to_scanner
from restpain.simulation.bold import rest_series, voxel_contents
from restpain.simulation.effects import participant_effects, patient_scores
from restpain.simulation.geometry import grid_points, nearest
from restpain.simulation.head import CSF, GM, WM, head_labels, template_path
from restpain.simulation.motion import head_motion, motion_matrix, moved_since, rest_grid
from restpain.simulation.participants import simulated_participants, simulated_roster
from restpain.temporal_filter import ideal_filter

KEYS = ("voxel_p", "cluster_p", "tails", "connectivity", "smoothness")


class Shared:
    """Head, grid and true regions of the effects, which all cohorts share."""

    def __init__(self, effects):
        t1, affine = read_volume(template_path("t1"))
        gm, wm = (read_volume(template_path(tissue))[0] / 255 for tissue in ("gm", "wm"))
        self.labels, self.label_affine = head_labels(t1=t1, gm=gm, wm=wm, affine=affine)
        self.brain, self.grid = template_brain()
        points = grid_points(t1.shape, affine)
        is_grey = nearest(self.labels, self.label_affine, points) == GM
        places = np.where(is_grey, aal().at(points), 0).reshape(t1.shape)
        numbers = {name: number for number, name in aal().names.items()}

        def region(name):
            shape = self.brain.shape
            return effect_voxels(
                places, affine, label=numbers[name], shape=shape, affine=self.grid
            )

        self.effects = [
            {"seed": None, **effect, "voxels": region(effect["region"])}
            | ({"seed_voxels": region(effect["seed"])} if effect["measure"] == "fc" else {})
            for effect in effects
        ]

    def share(self, label):
        """Share of a tissue in the voxels of the grid."""
        share = ndimage.uniform_filter((self.labels == label).astype(np.float32), 3)
        at = applied(np.linalg.inv(self.label_affine), grid_points(self.brain.shape, self.grid))
        return ndimage.map_coordinates(share, at.T, order=1).reshape(self.brain.shape)


def regressed(number, people, config, shared, *, seed):
    """Rest series of a participant after regression, in the template's brain, and its mask."""
    simulation, preprocessing = config["simulation"], config["preprocessing"]
    row = people.iloc[number]
    is_patient = row["group"] == config["cohort"]["patients"]
    rng = np.random.default_rng(np.random.SeedSequence([seed, number]))
    head = (shared.labels, shared.label_affine)
    anatomy = random_anatomy(rng)
    settled, _ = moved_since(anatomy, rng)
    shape, affine = rest_grid(simulation["bold_matrix"], simulation["bold_voxel_mm"], settled, rng)
    tr, drop = simulation["repetition_time_s"], preprocessing["drop_volumes"]
    times = ordered_times(simulation["slice_order"], n_slices=shape[2], repetition_time=tr)
    ratio = simulation["patient_motion"] if is_patient else 1.0
    motion = head_motion(simulation["n_volumes"], rng, ratio=ratio)
    centre = (affine @ [*(np.array(shape) - 1) / 2, 1])[:3]
    score = {"score": config["cohort"]["score"], "patients": config["cohort"]["patients"]}
    subject = row.name.removeprefix("sub-")
    scores = patient_scores(people, subject, **score) if is_patient else {}
    who = {"is_patient": is_patient, "seed": seed, "place": number}
    own = participant_effects(simulation["effects"], **who, **scores)
    contents = voxel_contents(
        *head, aal(), settled, shape=shape, affine=affine, effects=simulation["effects"]
    )
    series = rest_series(
        contents,
        effects=own,
        affine=affine,
        repetition_time=tr,
        slice_times=times,
        motion=motion,
        centre_mm=centre,
        rng=rng,
    )
    volumes = np.moveaxis(series, -1, 0)[drop:]
    volumes = correct_slice_timing(volumes, times=times, repetition_time=tr)
    moves = np.stack([motion_matrix(one, centre) for one in motion[drop:]])
    values, inside = resampled_series(
        np.ascontiguousarray(volumes, np.float32),
        points=to_scanner(settled, grid_points(shared.brain.shape, shared.grid))[
            shared.brain.ravel()
        ],
        to_voxels=np.linalg.inv(affine) @ moves,
    )
    mean, candidates = np.zeros(shared.brain.shape, np.float32), shared.brain.copy()
    candidates[shared.brain], mean[shared.brain] = inside, values.mean(axis=1)
    mask = signal_mask(mean, candidates=candidates)
    values = values[mask[shared.brain]]
    from_first = moves @ np.linalg.inv(moves[0])
    signals, _ = tissue_signals(
        values, mask, white_matter=shared.share(WM), csf=shared.share(CSF), with_components=False
    )
    result = denoised(
        values,
        mask=mask,
        template=shared.brain,
        repetition_time=tr,
        names=preprocessing["nuisance"],
        signals=signals | {"motion": motion_parameters(from_first)},
        jenkinson=displacement_jenkinson(from_first, centre_mm=centre),
        band_hz=None,
        dropped_volumes=drop,
        timing="",
        origin="",
    )
    return result.series, mask


def maps_of(series, mask, config, shared):
    """Standardised ALFF and ReHo, and the filtered and smoothed series, of the brain's voxels."""
    metrics = config["metrics"]
    band = {
        "repetition_time": config["simulation"]["repetition_time_s"],
        "band_hz": metrics["band_hz"],
    }
    smoothing = {"affine": shared.grid, "fwhm_mm": metrics["fwhm_mm"]}
    smoothing["kernel"] = metrics["smoothing_kernel"]
    reho = reho_in_band(series, mask, **band, neighbours=metrics["reho_neighbours"])
    alff, _ = alff_and_falff(smooth(series, mask, **smoothing), **band)
    found = {
        "reho": smooth(standardised(reho), mask, **smoothing),
        "alff": standardised(alff),
        "series": smooth(ideal_filter(series, **band), mask, **smoothing),
    }
    kept = mask[shared.brain]
    for name, values in found.items():
        whole = np.zeros((len(kept), *values.shape[1:]), np.float32)
        whole[kept] = values
        found[name] = whole
    return found, kept


def cohort(seed, config, shared):
    """Verdicts on the effects in the cohort of a seed; its clusters with AUC and rho."""
    sizes = {key: config["simulation"][key] for key in ("n_patients", "n_controls", "n_excluded")}
    own = config["cohort"]
    comparison = Comparison(own["patients"], own["controls"], own["covariates"])
    people = simulated_participants(
        simulated_roster(comparison, **sizes), patients=own["patients"], seed=seed
    )
    analysed = people[people["exclude"].isna()]
    named = people.set_index("participant_id")
    found = [
        maps_of(*regressed(number, named, config, shared, seed=seed), config, shared)
        for number in analysed.index
    ]
    mask = shared.brain.copy()
    mask[shared.brain] = np.all([kept for _, kept in found], axis=0)
    inside = mask[shared.brain]
    design = two_sample_design(analysed, comparison)
    settings = {key: config["group"][key] for key in KEYS}
    patients, scores = design.patients, analysed[own["score"]].to_numpy(float)
    labels, rows, seeds = {}, [], {}

    def tested(maps, measure, seed_name=None):
        volume, clusters = find_clusters(maps, design, mask, shared.grid, **settings)
        names = {}
        for cluster in clusters.to_dict("records"):
            number = sum(row["measure"] == measure for row in rows) + 1
            values = maps[:, volume[mask] == cluster["label"]].mean(axis=1)
            area = auc(patients.astype(int), values)
            row = {"measure": measure, "seed": seed_name, "cluster_id": f"{measure}{number}"}
            row |= {"auc": max(area, 1 - area)}
            ranks = [pd.Series(each[patients]).rank() for each in (values, scores)]
            row["rho"] = ranks[0].corr(ranks[1])
            rows.append(cluster | row)
            names[cluster["label"]] = number
        image = np.zeros_like(volume)
        for label, number in names.items():
            image[volume == label] = number
        labels.setdefault(measure, []).append(image)

    for measure in config["metrics"]["measures"]:
        tested(np.stack([maps[measure][inside] for maps, _ in found]), measure)
    for row in list(rows):
        number = int(row["cluster_id"].removeprefix(row["measure"]))
        seeds[row["cluster_id"]] = labels[row["measure"]][0] == number
    for name, voxels in seeds.items():
        z = []
        for maps, _ in found:
            series = maps["series"][inside]
            seed_mean = seed_series(series, voxels[mask][:, None])
            z.append(fisher_z(correlation(series, seed_mean))[:, 0])
        tested(np.stack(z), "fc", name)
    stacked = {
        name: np.stack(each, axis=-1) if name == "fc" else each[0] for name, each in labels.items()
    }
    columns = ["cluster_id", "seed", "t", "n_voxels", "auc", "rho"]
    clusters = pd.DataFrame(rows, columns=None if rows else columns)
    effects, listed = recovered_effects(
        shared.effects, clusters, stacked, seeds, shared.grid, tested=list(stacked)
    )
    return effects, clusters[columns].assign(verdict=listed["verdict"])


def summary(effects):
    """Markdown table of the verdicts of all cohorts: one row per effect, one for all of them."""
    found = effects["verdict"] == "found"
    rows = []
    for _, of_effect in effects.assign(found=found).groupby("effect"):
        first, sizes = of_effect.iloc[0], of_effect.loc[of_effect["found"], "t"].abs()
        name = f"{first['measure']}, {first['region']}, {first['change_percent']:.0f} %"
        t = f"{sizes.median():.1f} ({sizes.min():.1f} to {sizes.max():.1f})" if len(sizes) else ""
        rows.append([name, f"{of_effect['found'].sum()} of {len(of_effect)}", t])
    every = found.groupby(effects["cohort"]).all()
    rows.append(["all effects", f"{every.sum()} of {len(every)}", ""])
    return table(["effect", "cohorts in which it is found", "peak t there: median (range)"], rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--configfile", type=Path, help="says what differs from config.yaml")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    arguments = parser.parse_args()
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    if arguments.configfile:
        for section, values in yaml.safe_load(arguments.configfile.read_text()).items():
            config[section] |= values
    shared = Shared(config["simulation"]["effects"])
    effects = []
    for seed in range(1, arguments.seeds + 1):
        found, clusters = cohort(seed, config, shared)
        print(f"seed {seed}\n{clusters.round(2).to_string(index=False)}\n", flush=True)
        effects.append(found.assign(cohort=seed))
    text = summary(pd.concat(effects))
    print(text)
    if arguments.write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(filled(page, "detection", text), encoding="utf-8")
