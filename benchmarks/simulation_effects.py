"""The planted effects in cohorts of several seeds: which clusters the group tests find.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts python benchmarks/simulation_effects.py 1 2 3 4 5

simulates cohorts of the size and with the effects of config.yaml (with ``--null`` without any) and
runs metrics, group tests and seed connectivity on them. Motion and deformation are the true
ones, not estimated; the rest is the workflow's. It needs the head and the template of a finished
simulated run in results/. With ``--write`` the table replaces that of docs/simulation.md.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from simulation import PAGE, REPOSITORY, filled, table

from compute_metrics import compute_metrics
from correct_clusters import correct_clusters
from correlate_seeds import correlate_seeds
from define_seeds import define_seeds
from extract_features import extract_features
from fit_group_model import fit_group_model
from permute_group import permute_group
from restpain.atlas import aal
from restpain.geometry import grid_points
from restpain.inference import Correction
from restpain.motion import displacement_jenkinson, displacement_power
from restpain.nuisance import regressors, residuals, tissue_signals
from restpain.resampling import resampled_series
from restpain.simulated_anatomy import random_anatomy, to_scanner
from restpain.simulated_bold import rest_series, voxel_contents
from restpain.simulated_motion import head_motion, motion_matrix, moved_since, rest_grid
from restpain.simulated_networks import participant_effects
from restpain.simulated_table import COLUMNS, simulated_participants, simulated_roster
from restpain.slicetiming import correct_slice_timing, ordered_times
from restpain.tables import write_json, write_table
from restpain.volumes import read_mask, read_volume, write_masked, write_volume

DROPPED = 10  # volumes at the start
METRICS = {"band_hz": (0.01, 0.1), "fwhm_mm": 6.0, "smoothing_kernel": "spm"}
HEADER = ["seed", "cluster", "from", "region", "t", "voxels", "p", "AUC", "planted there"]


def resampled_rest(number, *, seed, effects, is_patient, simulation, shared):
    """Simulate a rest series and bring it onto the template's grid by the true transforms.

    Returns the series of the covered voxels, their mask, the motion after the first volumes, the
    centre of its rotations and the repetition time.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, number, 1]))
    settled, _ = moved_since(random_anatomy(rng), rng)
    shape, affine = rest_grid(simulation["bold_matrix"], simulation["bold_voxel_mm"], settled, rng)
    repetition_time = simulation["repetition_time_s"]
    times = ordered_times(
        simulation["slice_order"], n_slices=shape[2], repetition_time=repetition_time
    )
    motion = head_motion(simulation["n_volumes"], rng)
    centre = (affine @ [*(np.array(shape) - 1) / 2, 1])[:3]
    series = rest_series(
        voxel_contents(
            shared["labels"],
            shared["label_affine"],
            aal(),
            settled,
            shape=shape,
            affine=affine,
            effects=effects,
        ),
        effects=participant_effects(effects, is_patient=is_patient),
        affine=affine,
        repetition_time=repetition_time,
        slice_times=times,
        motion=motion,
        centre_mm=centre,
        rng=rng,
    )
    volumes = np.moveaxis(series, -1, 0)[DROPPED:]
    volumes = correct_slice_timing(volumes, times=times, repetition_time=repetition_time)
    mask, grid = shared["mask"], shared["grid"]
    moves = np.stack([motion_matrix(one, centre) for one in motion[DROPPED:]])
    values, inside = resampled_series(
        np.ascontiguousarray(volumes, np.float32),
        points=to_scanner(settled, grid_points(mask.shape, grid)[mask.ravel()]),
        to_voxels=np.linalg.inv(affine) @ moves,
    )
    covered = mask.copy()
    covered[mask] = inside
    return values[inside], covered, motion[DROPPED:], centre, repetition_time


def quality_of(motion, centre):
    """Mean framewise displacements of true motion, named as in the workflow."""
    moves = np.stack([motion_matrix(one, centre) for one in motion])
    return {
        "mean_fd_jenkinson_mm": displacement_jenkinson(moves, centre_mm=centre)[1:].mean(),
        "mean_fd_power_mm": displacement_power(motion)[1:].mean(),
    }


def write_rest(results, n, simulation, shared):
    """Write series of a null cohort as the workflow would, for simulation.py realism."""
    grid = shared["grid"]
    for number in range(n):
        name = f"sub-{number + 1:02d}"
        values, mask, motion, centre, repetition_time = resampled_rest(
            number, seed=99, effects=[], is_patient=False, simulation=simulation, shared=shared
        )
        mean = values.mean(axis=1)
        place = results / name / "func" / f"{name}_task-rest_space-MNI152NLin2009aSym"
        write_masked(
            f"{place}_desc-denoised_bold.nii.gz",
            values - mean[:, None],
            mask,
            grid,
            repetition_time=repetition_time,
            sidecar={"NuisanceRegressors": [], "RepetitionTime": repetition_time},
        )
        write_volume(f"{place}_desc-brain_mask.nii.gz", mask, grid)
        write_masked(f"{place}_boldref.nii.gz", mean, mask, grid)
        quality = results / name / "func" / f"{name}_task-rest_desc-qc_metrics.json"
        write_json(quality, quality_of(motion, centre))
        raw = results / "cohort" / name / "func" / f"{name}_task-rest_bold.nii.gz"
        affine = np.diag([*simulation["bold_voxel_mm"], 1.0])
        write_volume(raw, np.zeros((2, 2, 2), np.uint8), affine)  # says how large voxels are


def make_maps(number, row, *, seed, effects, simulation, shared, folder):
    """Simulate a participant and make the maps of ALFF and ReHo."""
    values, covered, motion, centre, repetition_time = resampled_rest(
        number,
        seed=seed,
        effects=effects,
        is_patient=row["group"] == "patient",
        simulation=simulation,
        shared=shared,
    )
    signals, _ = tissue_signals(
        values, covered, white_matter=shared["WM"], csf=shared["CSF"], with_components=False
    )
    signals |= {"motion": motion}
    matrix, _ = regressors(
        ["trend", "friston24", "wm", "csf"], signals=signals, n_volumes=len(values.T), origin="x"
    )
    denoised, _ = residuals(values, matrix)
    name = f"{folder}/{row['participant_id']}"
    write_masked(
        f"{name}_bold.nii.gz", denoised, covered, shared["grid"], repetition_time=repetition_time
    )
    write_volume(f"{name}_mask.nii.gz", covered, shared["grid"])
    write_json(f"{name}_qc.json", quality_of(motion, centre))
    compute_metrics(
        bold_path=f"{name}_bold.nii.gz",
        mask_path=f"{name}_mask.nii.gz",
        raw_paths=[f"{name}_alff_raw.nii.gz", f"{name}_reho_raw.nii.gz"],
        standardised_paths=[f"{name}_alff.nii.gz", f"{name}_reho.nii.gz"],
        measures=["alff", "reho"],
        reho_neighbours=27,
        **METRICS,
    )


def group_level(measure, names, folder, seeds):
    """Fit and correct one measure as the workflow does; the table of clusters and the AUCs."""
    maps = [f"{folder}/{name}_{measure}.nii.gz" for name in names]
    common = {
        "maps_paths": maps,
        "mask_path": f"{folder}/mask.nii.gz",
        "participants_path": f"{folder}/participants.tsv",
        "motion_paths": [f"{folder}/{name}_qc.json" for name in names],
        "patients": "patient",
        "controls": "control",
        "covariates": ["age", "sex", "education"],
    }
    place = f"{folder}/{measure}"
    images = {
        f"{one}_path": f"{place}_{one}.nii.gz"
        for one in ("t", "z", "patients", "controls", "normality")
    }
    model = f"{place}_model.json"
    fit_group_model(
        **common, measure=measure, seed=1, seeds_paths=seeds, **images, model_path=model
    )
    common |= {"t_path": images["t_path"], "z_path": images["z_path"], "model_path": model}
    common |= {
        "correction": Correction(voxel_p=0.001, cluster_p=0.05, tails=2, connectivity=26),
        "across_seeds": False,
        "smoothness": "residuals",
    }
    largest = f"{place}_largest.tsv"
    permute_group(**common, largest_path=largest, first=0, n_permutations=20, seed=1)
    correct_clusters(
        **common,
        measure=measure,
        largest_paths=[largest],
        labels_path=f"{place}_labels.nii.gz",
        table_path=f"{place}_clusters.tsv",
        columns_path=f"{place}_clusters.json",
        correction_path=f"{place}_correction.json",
    )
    extract_features(
        maps_paths=maps,
        labels_path=f"{place}_labels.nii.gz",
        table_path=f"{place}_clusters.tsv",
        features_path=f"{place}_features.tsv",
    )
    clusters = pd.read_csv(f"{place}_clusters.tsv", sep="\t", keep_default_na=False)
    features = pd.read_csv(f"{place}_features.tsv", sep="\t").set_index("participant_id")
    table = pd.read_csv(f"{folder}/participants.tsv", sep="\t").set_index("participant_id")
    patient = (table.loc[features.index, "group"] == "patient").to_numpy()
    aucs = []
    for cluster in clusters["cluster_id"]:
        values = features[cluster].to_numpy()
        auc = (values[patient][:, None] > values[~patient]).mean()
        aucs.append(max(auc, 1 - auc))
    return clusters.assign(auc=aucs)


def planted(row, effects):
    """Whether a cluster overlaps a region where its measure was planted."""
    regions = {effect["region"] for effect in effects if effect["measure"] == row["measure"]}
    return any(region in row["composition"] for region in regions)


def cohort_clusters(seed, effects, simulation, shared):
    """Find the clusters of all measures in a cohort of one seed."""
    with tempfile.TemporaryDirectory() as folder:
        roster = simulated_roster(
            n_patients=simulation["n_patients"],
            n_controls=simulation["n_controls"],
            n_excluded=0,
            patients="patient",
            controls="control",
        )
        people = simulated_participants(roster, patients="patient", seed=seed)
        write_table(f"{folder}/participants.tsv", people, COLUMNS)
        names = roster["participant_id"].tolist()
        given = {"effects": effects, "simulation": simulation, "shared": shared}
        for number, row in people.iterrows():
            make_maps(number, row, seed=seed, folder=folder, **given)
        masks = [read_mask(f"{folder}/{name}_mask.nii.gz")[0] for name in names]
        write_volume(f"{folder}/mask.nii.gz", np.all(masks, axis=0), shared["grid"])
        found = [group_level(measure, names, folder, []) for measure in ("alff", "reho")]
        define_seeds(
            mask_path=f"{folder}/mask.nii.gz",
            labels_paths=[f"{folder}/{one}_labels.nii.gz" for one in ("alff", "reho")],
            tables_paths=[f"{folder}/{one}_clusters.tsv" for one in ("alff", "reho")],
            images_paths=[],
            seeds_path=f"{folder}/seeds.nii.gz",
            table_path=f"{folder}/seeds.tsv",
            columns_path=f"{folder}/seeds.json",
            kind="clusters",
            coordinates=[],
            radius_mm=6.0,
        )
        for name in names:
            correlate_seeds(
                bold_path=f"{folder}/{name}_bold.nii.gz",
                mask_path=f"{folder}/{name}_mask.nii.gz",
                seeds_path=f"{folder}/seeds.nii.gz",
                group_mask_path=f"{folder}/mask.nii.gz",
                fc_path=f"{folder}/{name}_fc.nii.gz",
                series_path=f"{folder}/{name}_series.npz",
                **METRICS,
            )
        found.append(group_level("fc", names, folder, [f"{folder}/seeds.tsv"]))
    return pd.concat([one for one in found if len(one)] or found[:1])


def rows_of(seed, clusters, effects):
    """Rows of the table for the clusters of one seed."""
    return [
        [
            seed,
            cluster["cluster_id"],
            cluster["seed"],
            cluster["region"],
            f"{cluster['t']:.1f}",
            cluster["n_voxels"],
            f"{cluster['p_grf']:.1g}",
            f"{cluster['auc']:.2f}",
            "yes" if planted(cluster, effects) else "no",
        ]
        for cluster in clusters.to_dict("records")
    ]


def shared_images(results):
    """Read the head of all and the template's grid from the results of a simulated run."""
    truth = results / "cohort" / "truth" / "space-MNI152NLin2009aSym_desc-head_dseg.nii.gz"
    labels, label_affine = read_volume(truth)
    template = results / "template" / "tpl-MNI152NLin2009aSym_res-func_"
    mask, grid = read_mask(f"{template}desc-brain_mask.nii.gz")
    tissues = {
        name: read_volume(f"{template}label-{name}_probseg.nii.gz")[0] for name in ("WM", "CSF")
    }
    images = {"labels": labels.astype(np.uint8), "label_affine": label_affine}
    return images | {"mask": mask, "grid": grid} | tissues


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("seeds", nargs="*", type=int)
    parser.add_argument("--rest", help="write series of a null cohort into this folder instead")
    parser.add_argument("--null", action="store_true", help="plant no effect")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    arguments = parser.parse_args()
    simulation = yaml.safe_load((REPOSITORY / "config.yaml").read_text())["simulation"]
    effects = [] if arguments.null else simulation["effects"]
    shared = shared_images(REPOSITORY / "results")
    if arguments.rest:
        folder = Path(arguments.rest)
        write_rest(folder, 3, simulation, shared)
        (folder / "template").symlink_to(REPOSITORY / "results" / "template")
    rows = []
    for seed in arguments.seeds:
        rows += rows_of(seed, cohort_clusters(seed, effects, simulation, shared), effects)
        print(table(HEADER, rows), flush=True)
    if arguments.seeds and arguments.write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(filled(page, "effects", table(HEADER, rows)), encoding="utf-8")
