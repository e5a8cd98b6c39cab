"""Clusters of the groups of a small study: files, groups and seeds."""

import numpy as np
import pytest
from scipy import stats

from group_study import PATIENT, SHAPE, Study, two_touching
from restpain.io.images import read_volume


def test_the_table_has_the_peaks_of_the_map_of_its_group(study):
    compared = study.compare("alff", [two_touching()])

    for sample, t in (("patients", compared.patients), ("controls", compared.controls)):
        found = study.one_sample("alff", sample)
        for row in found.table.itertuples():
            number = int(row.cluster_id.removeprefix(f"ALFF{sample.upper()}"))
            cluster = found.labels == number
            peak = t[cluster][np.abs(t[cluster]).argmax()]
            assert row.t == pytest.approx(peak, rel=1e-5)
            assert row.n_voxels == cluster.sum()
        assert found.correction["n"] == (PATIENT if sample == "patients" else ~PATIENT).sum()
        assert found.correction["base"] == 1.0
    # the effect is that of the patients alone
    assert not len(found.table)
    assert len(study.one_sample("alff", "patients").table) == 2


def test_a_seed_is_left_out_of_its_own_map(study):
    seeds, _ = study.two_spheres()
    study.compare("fc", [np.full(SHAPE, 2.0)] * 2)

    found = study.one_sample("fc", "patients")
    searched = study.one_sample("fc", "patients", seed_distance_mm=None)

    for k in range(2):
        assert not found.labels[..., k][seeds[..., k] > 0].any()
        assert searched.labels[..., k][seeds[..., k] > 0].any()
    assert set(found.table["seed"]) == {"SPHERE1", "SPHERE2"}


def test_seeds_are_corrected_together_if_configured(study):
    study.two_spheres()
    study.compare("fc", [two_touching()] * 2)

    alone = study.one_sample("fc", "patients")
    pooled = study.one_sample("fc", "patients", across_seeds=True)

    assert [v["n_maps"] for v in alone.correction["volumes"]] == [1, 1]
    assert [v["n_maps"] for v in pooled.correction["volumes"]] == [2, 2]


def test_without_seeds_the_files_are_there_and_empty(study):
    study.compare("alff", [np.zeros(SHAPE)])
    study.seeds("clusters", measures=["alff"])
    study.compare("fc", [])

    found = study.one_sample("fc", "controls")

    assert found.labels.shape == (*SHAPE, 0)
    assert len(found.table) == len(found.correction["volumes"]) == 0


def test_a_voxel_that_a_patient_does_not_cover_has_the_others_of_the_group(tmp_path):
    study = Study(tmp_path, mask_coverage=0.9)
    effect = np.zeros(SHAPE)
    effect[1:4, 4:8, 4:8] = 5  # the first plane is not covered by one patient
    study.compare("alff", [effect])

    found = study.one_sample("alff", "patients")

    first_plane = found.labels[1] == 1
    assert first_plane.sum() > 10
    values = study.maps("alff")[PATIENT][:, 1][:, first_plane]
    covering = [k for k in range(8) if k != 1]  # all patients but the second
    t = stats.ttest_1samp(values[covering].astype(float), 1.0).statistic
    assert read_volume(f"{tmp_path}/alff_patients.nii.gz")[0][1][first_plane] == pytest.approx(
        t, rel=1e-4
    )
    assert found.table["n_voxels"].sum() == (found.labels > 0).sum()
