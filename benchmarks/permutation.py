"""Permutations: agreement with nilearn, time and memory; tables of docs/permutation.md.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts python benchmarks/permutation.py nilearn many large

``nilearn`` compares with its ``permuted_ols`` on the same permutations, ``many`` runs 5000
permutations of 46 maps, ``large`` the group steps on 10,000 maps, which are written to a temporary
folder (or below ``--folder``). The tables of the named parts replace those between the comments
of ``docs/permutation.md``. Times are CPU seconds, after a first call that compiles; 12 minutes.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from scipy import ndimage, stats

from pages import markdown, replace_part
from restpain.cohort.design import Design
from restpain.group.inference import Correction
from restpain.group.permutation import largest_clusters, permuted_t
from restpain.group.permutation_null import permutation_null
from restpain.group.tfce import largest_tfce_scores, tfce_scores
from restpain.io.images import write_masked, write_volume
from restpain.io.tables import read_json, write_json, write_table

PAGE = Path(__file__).parents[1] / "docs" / "permutation.md"
SHAPE, N_VOXELS = (61, 73, 61), 70831
AFFINE = np.array([[3.0, 0, 0, -90], [0, 3, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])
CORRECTION = Correction(voxel_p=0.001, cluster_p=0.05, tails=2, connectivity=26)
N_NILEARN = 5  # permutations that nilearn is given
N_MANY = 5000
N_LARGE, N_LARGE_PERMUTATIONS, N_DISTINCT = 10_000, 20, 50


def ellipsoid():
    """Mask of as many voxels as the brain has on the grid."""
    distance = sum(axis**2 for axis in np.ogrid[tuple(slice(-1, 1, n * 1j) for n in SHAPE)])
    mask = np.zeros(distance.size, bool)
    mask[np.argsort(distance, axis=None, kind="stable")[:N_VOXELS]] = True
    return mask.reshape(SHAPE)


def study(n_patients=21, n_controls=25, n_covariates=3):
    """Draw smooth maps with a difference in a corner, mask and design."""
    rng = np.random.default_rng(0)
    n, mask = n_patients + n_controls, ellipsoid()
    noise = (
        ndimage.gaussian_filter(rng.standard_normal(SHAPE, dtype=np.float32), 1.1)
        for _ in range(n)
    )
    maps = np.array([1 + values[mask] / values[mask].std() for values in noise])
    maps[:n_patients, 20_000:20_200] += 0.9
    group = np.repeat([1.0, -1.0], [n_patients, n_controls])
    matrix = np.column_stack([group, np.ones(n), rng.normal(size=(n, n_covariates))])
    names = ("group", "intercept", "age", "sex", "education")
    return maps, mask, Design(matrix, names[: matrix.shape[1]], ())


def orders_of_nilearn(n_participants, n_permutations, seed):
    """Permutations that ``permuted_ols`` makes in one job with a seed, as ours are written."""
    chunk = np.random.RandomState(seed).randint(1, np.iinfo(np.int32).max - 1)
    rng, order, orders = np.random.RandomState(chunk), np.arange(n_participants), []
    for _ in range(n_permutations):
        order = order[rng.permutation(n_participants)]  # it shuffles what it has shuffled
        orders.append(np.argsort(order))
    return np.array(orders)


def nilearn_results(maps, mask, design, *, n_permutations, seed, tfce, threshold):
    """Null distributions and p of ``permuted_ols``."""
    from nilearn.maskers import NiftiMasker
    from nilearn.mass_univariate import permuted_ols

    masker = NiftiMasker(nib.Nifti1Image(mask.astype(np.uint8), AFFINE)).fit()
    with warnings.catch_warnings(action="ignore"):  # of its own integer images
        return permuted_ols(
            design.matrix[:, 0],
            maps.astype(np.float64),
            confounding_vars=design.matrix[:, 2:],
            n_perm=n_permutations,
            random_state=seed,
            masker=masker,
            tfce=tfce,
            threshold=threshold,
            output_type="dict",
        )


def timed(function):
    """Call and give the result and the CPU seconds."""
    start = time.process_time()
    result = function()
    return result, time.process_time() - start


def nilearn():
    """Rows of agreement and of time per permutation."""
    maps, mask, design = study()
    orders = orders_of_nilearn(len(maps), N_NILEARN, seed=1)
    forming = float(stats.t.isf(CORRECTION.voxel_p / 2, design.df))

    def sizes():
        (t,) = permuted_t(maps, design.matrix, column=0, orders=orders)
        return t, largest_clusters(t, mask, t_threshold=forming, connectivity=6)

    def scores():
        (t,) = permuted_t(maps, design.matrix, column=0, orders=orders)
        return largest_tfce_scores(t, mask, connectivity=6)

    sizes(), scores()
    (t, own_sizes), size_seconds = timed(sizes)
    own_scores, score_seconds = timed(scores)
    common = {"n_permutations": N_NILEARN, "seed": 1}
    theirs, their_size_seconds = timed(
        lambda: nilearn_results(maps, mask, design, tfce=False, threshold=0.001, **common)
    )
    both, their_score_seconds = timed(
        lambda: nilearn_results(maps, mask, design, tfce=True, threshold=None, **common)
    )
    largest_t = np.abs(t).max(axis=1)
    observed = tfce_scores(theirs["t"][0], mask, connectivity=6)
    # nilearn leaves out the factor of its step, a hundredth of the largest |T| of the map
    steps = both["h0_max_t"][0] / 100
    their_scores = both["tfce"][0] * np.abs(both["t"][0]).max() / 100
    their_largest = both["h0_max_tfce"][0] * steps
    pairs = ((observed, own_scores.max(axis=1)), (their_scores, their_largest))
    exceeded, theirs_exceeded = (
        np.sum(largest >= np.abs(scores)[:, None], axis=1) for scores, largest in pairs
    )
    relative = np.abs(largest_t / theirs["h0_max_t"][0] - 1).max()
    voxels = np.max(np.abs(own_sizes.max(axis=1) - theirs["h0_max_size"][0]))
    score = 100 * np.abs(own_scores.max(axis=1) / their_largest - 1).max()
    other = 100 * np.mean(exceeded != theirs_exceeded)
    rows = [
        ["largest T of each permutation", f"{relative:.0e} of it"],
        ["largest cluster of each permutation", f"{voxels:g} voxels"],
        ["largest TFCE score of each, nilearn's times its step", f"{score:.1f} %"],
        ["voxels whose score another number of permutations exceed", f"{other:.2f} %"],
    ]
    times = []
    for name, own, their in (
        ("cluster size", size_seconds, their_size_seconds),
        ("TFCE", score_seconds, their_score_seconds),
    ):
        each = [1000 * seconds / N_NILEARN for seconds in (own, their)]
        times.append([name, f"{each[0]:.1f}", f"{each[1]:.0f}", f"{their / own:.0f}"])
    return (
        markdown([f"on the same {N_NILEARN} permutations", "largest difference"], rows)
        + "\n\n"
        + markdown(["statistic", "ours, ms", "nilearn, ms", "ratio"], times)
    )


def many():
    """Rows of time and memory of 5000 permutations with cluster sizes and scores."""
    maps, mask, design = study()
    settings = {"correction": CORRECTION, "seed": 1}
    permutation_null(maps, design, mask, n_permutations=2, with_scores=True, **settings)
    null, seconds = timed(
        lambda: permutation_null(
            maps, design, mask, n_permutations=N_MANY // 10, with_scores=True, **settings
        )
    )
    _, size_seconds = timed(
        lambda: permutation_null(
            maps, design, mask, n_permutations=N_MANY // 10, with_scores=False, **settings
        )
    )
    assert len(null.scores) == N_MANY // 10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = [
        ["cluster size", f"{size_seconds:.1f}", f"{10 * size_seconds:.0f}", f"{peak / 1024:.0f}"],
        ["cluster size and TFCE", f"{seconds:.1f}", f"{10 * seconds:.0f}", f"{peak / 1024:.0f}"],
    ]
    header = ["statistic", "a job of 500, CPU s", "5000 in 10 jobs, CPU s", "memory of a job, MB"]
    return markdown(header, rows)


STEPS = {
    "fit_group_model": "group",
    "permute_group": "group",
    "correct_clusters": "group",
    "correlate_score_maps": "association",
}
CHILD = """
import json, resource, sys, time
sys.path[:0] = ["scripts", "."]
from scripts.{stage}.{name} import {name} as step
arguments = json.load(open(sys.argv[1]))
start = time.process_time()
step(**arguments)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
json.dump([time.process_time() - start, memory / 1024], open(sys.argv[2], "w"))
"""


def large(folder, steps, n_maps):
    """Rows of time and memory of the group steps on 10,000 maps of few distinct contents."""
    folder, mask = Path(folder), ellipsoid()
    rng = np.random.default_rng(0)
    write_volume(folder / "mask.nii.gz", mask, AFFINE)
    for number in range(N_DISTINCT):
        noise = ndimage.gaussian_filter(rng.standard_normal(SHAPE, dtype=np.float32), 1.1)
        write_masked(folder / f"{number}.nii.gz", 1 + noise[mask], mask, AFFINE)
    labels = [f"sub-{number:05d}" for number in range(n_maps)]
    paths = [str(folder / f"{label}_map.nii.gz") for label in labels]
    for number, path in enumerate(paths):
        os.link(folder / f"{number % N_DISTINCT}.nii.gz", path)
    table = {
        "participant_id": labels,
        "group": rng.permutation(np.repeat(["patient", "control"], n_maps // 2)),
        "age": rng.normal(60, 8, n_maps).round(1),
        "nrs": rng.integers(2, 9, n_maps),
        "exclude": "n/a",
    }
    write_table(folder / "participants.tsv", pd.DataFrame(table))
    part = {name: str(folder / f"{name}.nii.gz") for name in ("t", "z", "p", "c", "n", "rho", "d")}
    groups = {"patients": "patient", "controls": "control"}
    read = {"mask_path": str(folder / "mask.nii.gz"), "motion_paths": []}
    read["participants_path"] = str(folder / "participants.tsv")
    statistics = {
        "t_path": part["t"],
        "z_path": part["z"],
        "model_path": str(folder / "model.json"),
        "maps_paths": paths,
        **read,
        "comparison": groups | {"covariates": ["age"]},
    }
    thresholds = {"voxel_p": 0.001, "cluster_p": 0.05, "tails": 2, "connectivity": 26}
    corrected = {"correction": thresholds, "smoothness": "residuals", "across_seeds": False}
    tables = {
        "labels_path": part["d"],
        "table_path": str(folder / "clusters.tsv"),
        "columns_path": str(folder / "clusters.json"),
        "correction_path": str(folder / "correction.json"),
    }
    of_group = np.array(table["group"]) == "patient"
    arguments = {
        "fit_group_model": statistics
        | {"patients_path": part["p"], "controls_path": part["c"], "normality_path": part["n"]}
        | {"seeds_paths": [], "measure": "alff", "seed": 1},
        "permute_group": statistics
        | corrected
        | {"largest_path": str(folder / "largest.tsv"), "first": 0, "seed": 1}
        | {"n_permutations": N_LARGE_PERMUTATIONS},
        "correct_clusters": statistics
        | corrected
        | tables
        | {"largest_paths": [str(folder / "largest.tsv")], "measure": "alff"},
        "correlate_score_maps": read
        | {"comparison": groups, "covariates": ["age"]}
        | corrected
        | tables
        | {"maps_paths": np.array(paths)[of_group].tolist(), "seeds_paths": []}
        | {"rho_path": part["rho"], "z_path": part["z"], "measure": "alff", "score": "nrs"}
        | {"n_permutations": N_LARGE_PERMUTATIONS, "seed": 1},
    }
    rows = []
    for name, stage in STEPS.items():
        if name not in steps:
            continue
        write_json(folder / "arguments.json", arguments[name])
        subprocess.run(
            [
                *(sys.executable, "-c", CHILD.format(stage=stage, name=name)),
                *(str(folder / "arguments.json"), str(folder / "cost.json")),
            ],
            check=True,
        )
        seconds, memory = read_json(folder / "cost.json")
        n_read = len(arguments[name]["maps_paths"])
        rows.append([f"`{name}`", f"{n_read:,}", f"{seconds:.0f}", f"{memory / 1024:.2f}"])
        print(rows[-1], flush=True)
    return markdown(["step", "maps", "CPU s", "peak memory, GB"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="+", choices=["nilearn", "many", "large"])
    parser.add_argument("--folder", help="where the temporary folder of ``large`` is made")
    parser.add_argument("--maps", type=int, default=N_LARGE, help="how many maps ``large`` reads")
    parser.add_argument("--steps", nargs="+", default=list(STEPS), help="those of ``large``")
    arguments = parser.parse_args()
    for part in arguments.parts:
        if part == "large":
            with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
                text = large(folder, arguments.steps, arguments.maps)
        else:
            text = {"nilearn": nilearn, "many": many}[part]()
        print(text)
        replace_part(PAGE, part, text)


if __name__ == "__main__":
    main()
