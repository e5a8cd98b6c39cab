"""Seed masks as users' programs write them: the ball of 12 mm in five ways."""

import numpy as np
import pytest

from restpain.cohort.seed_masks import seed_mask_problem
from restpain.io.images import read_mask, write_volume

AFFINE = np.diag([6.0, 6.0, 6.0, 1.0])
DISTANCE_MM = 6 * np.linalg.norm(np.indices((9, 9, 9)) - 4, axis=0)
BALL = DISTANCE_MM < 12
PROBLEMS = {
    "probabilities": (
        np.exp(-((DISTANCE_MM / 12) ** 2)),
        "seed mask roi.nii.gz has values from 6.14e-06 to 1, such as probabilities; expected one "
        "value beside 0; threshold it and save the result",
    ),
    "labels": (
        BALL + 2 * np.roll(BALL, 4, 0) + 4 * np.roll(BALL, 4, 1),
        "seed mask roi.nii.gz has the labels 1, 2 and 4; expected one value beside 0; save each "
        "label that is to be a seed to a file of its own",
    ),
    "4D": (
        np.stack([BALL] * 2, axis=-1).astype(np.uint8),
        "seed mask roi.nii.gz has the shape (9, 9, 9, 2); expected one volume of three "
        "dimensions; save each volume to a file of its own and list them in connectivity.masks",
    ),
    "nothing": (
        0 * BALL,
        "seed mask roi.nii.gz has no voxel other than 0; expected 1 in the seed; correct or "
        "remove it",
    ),
}


def written(tmp_path, values):
    path = tmp_path / "roi.nii.gz"
    write_volume(path, np.asarray(values, np.float32), AFFINE)
    return path


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_file_that_does_not_say_what_the_seed_is_is_refused(tmp_path, name):
    values, sentence = PROBLEMS[name]

    assert seed_mask_problem(written(tmp_path, values)) == sentence


@pytest.mark.parametrize("outside", [0, np.nan])
@pytest.mark.parametrize("inside", [1, 255])
def test_one_value_is_the_seed_and_nan_is_outside(tmp_path, outside, inside):
    path = written(tmp_path, np.where(BALL, inside, outside).astype(np.float32))

    assert seed_mask_problem(path) is None
    np.testing.assert_array_equal(read_mask(path)[0], BALL)


def test_a_damaged_file_is_named(tmp_path):
    path = written(tmp_path, BALL)
    path.write_bytes(path.read_bytes()[:60])

    assert seed_mask_problem(path).startswith("seed mask roi.nii.gz: roi.nii.gz ends early")
