"""Maps, coverage and designs of the analysed participants."""

import numpy as np

from group_study import AFFINE, IDS, SHAPE
from restpain.cohort.participants import Comparison
from restpain.io.images import read_volume, write_arrays
from restpain.multiverse.participants import (
    adjusted,
    read_alternative,
    read_covered,
    read_designs,
)


def test_the_site_stays_a_covariate():
    groups = {"patients": "p", "controls": "c", "covariates": ["age"], "site": "scanner"}

    assert adjusted(groups, ()) == Comparison("p", "c", ("scanner",), "scanner")
    assert adjusted(groups | {"site": None}, ("age",)).covariates == ("age",)


def test_maps_are_read_in_the_order_of_the_files(tmp_path):
    values = np.random.default_rng(1).normal(size=(2, 5, 3)).astype(np.float32)
    paths = [f"{tmp_path}/sub-{number}_alternatives.npz" for number in (2, 1)]
    for path, own in zip(paths, values, strict=True):
        write_arrays(path, alff_0=own[:, 0], fc_1=own)

    np.testing.assert_array_equal(read_alternative(paths, "fc", 1), values)
    assert read_alternative(paths, "alff", 0).shape == (2, 5, 1)


def test_without_seeds_there_are_maps_without_volumes(tmp_path):
    paths = [f"{tmp_path}/sub-1_alternatives.npz"]
    write_arrays(paths[0], fc_0=np.zeros((5, 0), np.float32))

    assert read_alternative(paths, "fc", 0).shape == (1, 5, 0)


def test_coverage_is_that_of_the_participants_of_the_maps(study):
    template = np.zeros(SHAPE, bool)
    template[1:-1, 1:-1, 1:-1] = True
    masks = [f"{study.folder}/{label}_mask.nii.gz" for label in IDS]

    covered = read_covered(masks, [f"{IDS[3]}_a.npz", f"{IDS[0]}_a.npz"], template, AFFINE)

    for own, path in zip(covered, (masks[3], masks[0]), strict=True):
        np.testing.assert_array_equal(own, read_volume(path)[0][template] > 0)
    assert covered[1].all() > covered[0].all()


def test_each_set_of_covariates_has_its_design(study):
    universes = [{"settings": {"cohort.covariates": names}} for names in ([], ["age"], [])]
    comparison = {"patients": "patient", "controls": "control", "covariates": [], "site": None}

    designs = read_designs(
        universes, study.participants, [], [f"{label}_a.npz" for label in IDS], comparison
    )

    assert {names: design.columns for names, design in designs.items()} == {
        (): ("group", "intercept"),
        ("age",): ("group", "intercept", "age"),
    }
    assert designs[()].participants == tuple(IDS)
