"""Rest series of a null cohort, brought onto the template's grid by the true transforms.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts python benchmarks/simulated_rest.py FOLDER

writes the first three participants as the workflow would, but with the true motion and deformation
instead of estimated ones, for ``simulation.py realism``. It needs the head and the template of a
finished simulated run in results/.
"""

import argparse
from pathlib import Path

import numpy as np
import yaml

from restpain.atlas import aal
from restpain.io.images import read_mask, read_volume, write_masked, write_volume
from restpain.io.tables import write_json
from restpain.preprocessing.motion import displacement_jenkinson, displacement_power
from restpain.preprocessing.slice_timing import correct_slice_timing, ordered_times
from restpain.preprocessing.splines import resampled_series
from restpain.simulation.anatomy import random_anatomy, to_scanner
from restpain.simulation.bold import rest_series, voxel_contents
from restpain.simulation.geometry import grid_points
from restpain.simulation.motion import head_motion, motion_matrix, moved_since, rest_grid
from simulation import N_PARTICIPANTS, REPOSITORY

DROPPED = 10  # volumes at the start


def resampled_rest(number, *, seed, simulation, shared):
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
            effects=[],
        ),
        effects=[],
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
            number, seed=99, simulation=simulation, shared=shared
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
        raw = results / "rawdata" / name / "func" / f"{name}_task-rest_bold.nii.gz"
        affine = np.diag([*simulation["bold_voxel_mm"], 1.0])
        write_volume(raw, np.zeros((2, 2, 2), np.uint8), affine)  # says how large voxels are


def shared_images(results):
    """Read the head of all and the template's grid from the results of a simulated run."""
    truth = results / "sourcedata" / "truth" / "space-MNI152NLin2009aSym_desc-head_dseg.nii.gz"
    labels, label_affine = read_volume(truth)
    template = results / "tpl-MNI152NLin2009aSym" / "anat" / "tpl-MNI152NLin2009aSym_res-func_"
    mask, grid = read_mask(f"{template}desc-brain_mask.nii.gz")
    images = {"labels": labels.astype(np.uint8), "label_affine": label_affine}
    return images | {"mask": mask, "grid": grid}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    simulation = yaml.safe_load((REPOSITORY / "config.yaml").read_text())["simulation"]
    write_rest(folder, N_PARTICIPANTS, simulation, shared_images(REPOSITORY / "results"))
    (folder / "template").symlink_to(REPOSITORY / "results" / "template")
