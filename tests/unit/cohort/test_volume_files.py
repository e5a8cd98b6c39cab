"""Series stored as single volumes."""

from pathlib import Path

import pytest

from cohort_inputs import write_image
from restpain.cohort.volume_files import (
    are_volumes,
    in_natural_order,
    joint_digest,
    joint_state,
)


def volumes(folder, names, shape=(9, 9, 8)):
    for seed, name in enumerate(names):
        write_image(folder / name, shape, seed=seed)
    return [folder / name for name in names]


def test_volume_10_follows_volume_9():
    names = ["w10.nii", "w9.nii", "w1.nii", "v2.nii", "w010.nii"]

    ordered = [path.name for path in in_natural_order([Path(name) for name in names])]

    assert ordered[:3] == ["v2.nii", "w1.nii", "w9.nii"]
    assert set(ordered[3:]) == {"w10.nii", "w010.nii"}


@pytest.mark.parametrize("odd", ["mean.nii", "w3_mask.nii"])
def test_another_image_beside_volumes_is_not_one_of_them(tmp_path, odd):
    paths = volumes(tmp_path, ["w1.nii", "w2.nii"])

    assert are_volumes(paths)
    assert not are_volumes([*paths, *volumes(tmp_path, [odd])])


def test_volumes_of_different_grids_a_single_one_or_series_are_not_joined(tmp_path):
    one, two = volumes(tmp_path, ["w1.nii", "w2.nii"])
    write_image(tmp_path / "w3.nii", (9, 9, 7))
    write_image(tmp_path / "w4.nii", (9, 9, 8, 2))
    (tmp_path / "w5.nii").write_bytes(b"no image")

    assert are_volumes([one, two])
    for other in ("w3.nii", "w4.nii", "w5.nii"):
        assert not are_volumes([one, two, tmp_path / other])
    assert not are_volumes([one])
    assert not are_volumes([])


def test_state_and_digest_are_those_of_all_volumes_in_their_order(tmp_path):
    one, two = volumes(tmp_path, ["w1.nii", "w2.nii"])

    state = joint_state([one, two])

    assert state["size"] == one.stat().st_size + two.stat().st_size
    assert state["mtime_ns"] == max(path.stat().st_mtime_ns for path in (one, two))
    assert joint_digest([one, two]) != joint_digest([two, one])
