"""Group level in all universes: each is what the main analysis gives with its settings."""

import itertools

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from group_study import AFFINE, IDS, SHAPE, Study, two_touching
from restpain.cohort.participants import Comparison
from restpain.group.maps import read_design
from restpain.io.images import read_volume
from restpain.multiverse.group_level import Cohort, group_level
from restpain.random_seeds import step_seed

ALTERNATIVES = {
    "cohort.covariates": [["age"], []],
    "group.mask_coverage": [1.0, 0.9],
    "group.voxel_p": [0.001, 0.01],
    "group.cluster_p": [0.05],
    "group.tails": [2, 1],
    "group.connectivity": [26, 6],
    "group.smoothness": ["residuals", "zmap"],
    "group.inference": ["grf"],
}
UNIVERSES = [
    {"universe": number, "map": 0, "settings": dict(zip(ALTERNATIVES, values, strict=True))}
    for number, values in enumerate(itertools.product(*ALTERNATIVES.values()))
]
N_PERMUTATIONS = 60
EFFECT = 0.25  # about 1.3 standard deviations between participants
COLUMNS = ("x_mm", "y_mm", "z_mm", "t", "z", "n_voxels", "p_grf", "p_permutation", "hedges_g")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    study = Study(tmp_path_factory.mktemp("maps"))
    paths = study.write_maps("alff", [two_touching(EFFECT)], seed=5)
    template = np.zeros(SHAPE, bool)
    template[1:-1, 1:-1, 1:-1] = True
    covered = np.array(
        [read_volume(f"{study.folder}/{label}_mask.nii.gz")[0][template] > 0 for label in IDS]
    )
    designs = {
        tuple(names): read_design(
            study.participants, [], paths, Comparison("patient", "control", tuple(names))
        )
        for names in ALTERNATIVES["cohort.covariates"]
    }
    maps = np.array([read_volume(path)[0][template] for path in paths])[..., None]
    return Cohort(
        maps=np.where(covered[..., None], maps, 0),
        covered=covered,
        template=template,
        affine=AFFINE,
        designs=designs,
        seeds=None,
        seed_distance_mm=None,
    )


@pytest.fixture(scope="module")
def found(cohort):
    return group_level(
        cohort,
        UNIVERSES,
        n_permutations=N_PERMUTATIONS,
        seed=step_seed(1, "permutation"),
        across_seeds=False,
        places=[],
    )


@pytest.mark.parametrize("number", [0, 1, 5, 14, 27, 36, 50, 63])
def test_a_universe_has_the_clusters_of_the_main_analysis_with_its_settings(
    tmp_path, found, number
):
    settings = UNIVERSES[number]["settings"]
    study = Study(tmp_path, mask_coverage=settings["group.mask_coverage"])
    correction = {
        key: settings[f"group.{key}"] for key in ("voxel_p", "cluster_p", "tails", "connectivity")
    }

    main = study.compare(
        "alff",
        [two_touching(EFFECT)],
        seed=5,
        covariates=settings["cohort.covariates"],
        correction=correction,
        smoothness=settings["group.smoothness"],
    )

    own = found.clusters[(found.clusters["universe"] == number) & found.clusters["survives_grf"]]
    assert len(own) == len(main.table) > 0
    for column in COLUMNS:
        np.testing.assert_array_equal(
            np.sort(own[column].astype(float)), np.sort(main.table[column].astype(float)), column
        )


def test_the_universes_are_not_all_alike(found):
    assert found.clusters.groupby("universe")["n_voxels"].sum().nunique() > 6


def test_voxels_are_those_of_the_clusters(found):
    assert [len(voxels) for voxels in found.voxels] == found.clusters["n_voxels"].tolist()


def test_the_first_of_the_permutations_is_the_map_itself(found):
    for number, _ in enumerate(UNIVERSES):
        own = found.clusters[found.clusters["universe"] == number]
        for place, name in enumerate(("survives_grf", "survives_permutation")):
            assert found.significant[number, 0, 0, place] == own[name].any()


def test_permutation_finds_as_many_of_its_permutations_as_its_level_allows(found):
    share = found.significant[:, 0, :, 1].mean(axis=1)
    two_tails = np.array([one["settings"]["group.tails"] == 2 for one in UNIVERSES])

    assert (share[two_tails] < 0.05).all()
    assert (share[~two_tails] < 0.10).all()  # each sign at the whole level
    assert share.max() > 0


def test_a_hit_is_a_significant_cluster_of_its_sign_near_the_place(cohort):
    everywhere = np.ones(int(cohort.template.sum()), bool)
    nowhere = ~everywhere
    found = group_level(
        cohort,
        UNIVERSES[:1],
        n_permutations=N_PERMUTATIONS,
        seed=step_seed(1, "permutation"),
        across_seeds=False,
        places=[(everywhere, 1), (everywhere, -1), (nowhere, 1)],
    )

    own = found.clusters[found.clusters["survives_grf"]]
    assert found.hits[0, 0].tolist() == [(own["sign"] > 0).any(), (own["sign"] < 0).any(), False]
    np.testing.assert_array_equal(found.hits[0, :, :2].any(axis=1), found.significant[0, 0, :, 0])


def test_without_an_effect_nothing_is_found_and_all_columns_are_there(cohort):
    smooth = gaussian_filter(np.random.default_rng(2).normal(size=(16, *SHAPE)), (0, 1, 1, 1))
    nothing = Cohort(**{**vars(cohort), "maps": smooth[:, cohort.template][..., None]})

    found = group_level(
        nothing,
        UNIVERSES[:1],
        n_permutations=N_PERMUTATIONS,
        seed=1,
        across_seeds=False,
        places=[],
    )

    assert found.clusters.empty
    assert {"universe", "volume", "t", "survives_grf"} <= set(found.clusters)
    assert found.voxels == []


def test_seeds_corrected_together_need_larger_clusters(cohort):
    both = np.concatenate([cohort.maps, cohort.maps[::-1]], axis=2)
    two = Cohort(**{**vars(cohort), "maps": both})
    options = {"n_permutations": N_PERMUTATIONS, "seed": 1, "places": []}

    alone, together = (
        group_level(two, UNIVERSES[:1], across_seeds=across, **options) for across in (False, True)
    )

    assert (together.clusters["p_grf"].min()) >= 2 * alone.clusters["p_grf"].min() * (1 - 1e-9)
    assert together.significant[0, 0, :, 0].sum() <= alone.significant[0, 0, :, 0].sum()
