"""Maps on a few small files."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from restpain.cohort.participants import Comparison, participant_of
from restpain.group import maps as groupmaps
from restpain.group.maps import maps_of_volumes, read_cohort, read_design
from restpain.io.images import write_masked
from restpain.io.tables import read_table, write_json, write_table

COMPARISON = Comparison("patient", "control")
IDS = [f"sub-{number:02d}" for number in range(1, 9)]
MASK = np.random.default_rng(0).random((4, 5, 3)) < 0.7
AFFINE = np.diag([3.0, 3, 3, 1])


@pytest.fixture
def participants(tmp_path):
    table = pd.DataFrame(
        {
            "participant_id": IDS,
            "group": ["control", "patient"] * 4,
            "age": np.arange(50, 58),
            "exclude": ["n/a"] * 6 + ["motion", "n/a"],
        }
    )
    write_table(tmp_path / "participants.tsv", table)
    return str(tmp_path / "participants.tsv")


def written(folder, values):
    paths = []
    for label, value in zip(IDS, values, strict=False):
        paths.append(f"{folder}/{label}_task-rest_stat-fc_boldmap.nii.gz")
        write_masked(paths[-1], value, MASK, AFFINE)
    return paths


def test_the_design_has_the_rows_of_the_maps_whatever_their_order(participants):
    paths = [f"{label}_x.nii.gz" for label in ("sub-08", "sub-03", *IDS[3:6], *IDS[:2])]

    design = read_design(participants, [], paths, replace(COMPARISON, covariates=["age"]))

    assert design.participants == tuple(participant_of(path) for path in paths)
    np.testing.assert_array_equal(design.matrix[:2], [[1, 1, 57], [-1, 1, 52]])


def test_mean_fd_is_taken_from_the_quality_metrics(participants, tmp_path):
    motion = []
    for number, label in enumerate(IDS):
        motion.append(f"{tmp_path}/{label}_task-rest_desc-qc_metrics.json")
        write_json(motion[-1], {"mean_fd_jenkinson_mm": 0.1 * number**2})
    paths = [f"{label}_x.nii.gz" for label in (*IDS[:6], IDS[7])]

    design = read_design(participants, motion, paths, replace(COMPARISON, covariates=["mean_fd"]))

    assert design.columns[-1] == "mean_fd"
    np.testing.assert_allclose(design.matrix[:, 2], [0, 0.1, 0.4, 0.9, 1.6, 2.5, 4.9])


@pytest.mark.parametrize("harmonise", [False, True])
def test_the_cohort_has_the_order_of_its_maps_and_sites_only_to_harmonise(
    participants, tmp_path, harmonise
):
    table = read_table(participants).assign(site=["A", "B"] * 4)
    write_table(participants, table)
    motion = [f"{tmp_path}/{label}_qc.json" for label in IDS]
    for number, path in enumerate(motion):
        write_json(path, {"mean_fd_jenkinson_mm": number / 10})
    paths = [f"{label}_x.npz" for label in reversed(IDS)]  # sub-07 is excluded

    cohort = read_cohort(
        participants, motion, paths, replace(COMPARISON, site="site"), harmonise=harmonise
    )

    order = ["sub-08", *reversed(IDS[:6])]
    assert cohort.design.participants == tuple(cohort.labels.index) == tuple(order)
    assert cohort.labels.tolist() == [1, 1, 0, 1, 0, 1, 0]
    assert cohort.motion == {label: (int(label[-1]) - 1) / 10 for label in order}
    if harmonise:
        assert cohort.sites.tolist() == ["B", "B", "A", "B", "A", "B", "A"]
        assert cohort.sites.index.tolist() == order
    else:
        assert cohort.sites is None


@pytest.mark.parametrize("memory", [1, 10**9])
def test_volumes_come_one_after_the_other_whatever_fits_into_memory(tmp_path, monkeypatch, memory):
    monkeypatch.setattr(groupmaps, "MEMORY_BYTES", memory)
    values = np.random.default_rng(1).normal(size=(3, MASK.sum(), 4)).astype(np.float32)

    maps = list(maps_of_volumes(written(tmp_path, values), MASK, AFFINE, n_volumes=4))

    np.testing.assert_array_equal(maps, values.transpose(2, 0, 1))


def test_a_three_dimensional_map_is_one_volume_and_no_volume_is_nothing(tmp_path):
    values = np.arange(2 * MASK.sum(), dtype=np.float32).reshape(2, -1)
    (maps,) = maps_of_volumes(written(tmp_path, values), MASK, AFFINE, n_volumes=1)
    np.testing.assert_array_equal(maps, values)

    empty = written(tmp_path, np.zeros((2, MASK.sum(), 0), np.float32))
    assert list(maps_of_volumes(empty, MASK, AFFINE, n_volumes=0)) == []


def test_another_number_of_volumes_than_seeds_is_refused(tmp_path):
    paths = written(tmp_path, np.zeros((1, MASK.sum(), 2), np.float32))

    with pytest.raises(ValueError, match=r"sub-01_.*has 2 volumes, but 3 are expected"):
        list(maps_of_volumes(paths, MASK, AFFINE, n_volumes=3))
