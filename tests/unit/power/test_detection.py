"""Detection: chance, certainty, the noncentral t, and the workflow's own path."""

import numpy as np
import pytest

from restpain.cohort.design import Design
from restpain.group.inference import Correction, find_clusters
from restpain.group.smoothness import df_correction, kernel_roughness, residual_smoothness
from restpain.power.detection import detection_table, random_design, simulated_effect
from restpain.power.random_maps import smooth_noise

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
MASK = np.zeros((26, 26, 26), bool)
MASK[1:-1, 1:-1, 1:-1] = True
CORRECTION = Correction(voxel_p=0.001, cluster_p=0.05, tails=2, connectivity=26)
FWHM_MM = 8.0


def place_of(volume_mm3=2000.0, fwhm_mm=6.0):
    return simulated_effect(
        MASK, AFFINE, volume_mm3=volume_mm3, map_fwhm_mm=FWHM_MM, fwhm_mm=fwhm_mm, kernel="spm"
    )


@pytest.fixture(scope="module")
def table():
    return detection_table(
        place_of(),
        AFFINE,
        map_fwhm_mm=FWHM_MM,
        n_per_group=[8, 14, 24],
        effect_sizes=[0.0, 1.0, 1.6, 30.0],
        n_covariates=2,
        correction=CORRECTION,
        n_draws=150,
        rng=np.random.default_rng(7),
    )


def test_without_effect_a_cluster_at_the_place_is_rarer_than_the_family_wise_rate(table):
    chance = table[table["effect_size"] == 0]

    assert (chance["detection_rate_low"] <= 0.05 / 2).all()
    assert chance["n_found"].sum() <= 0.05 * chance["n_draws"].sum()


def test_the_draws_tell_how_far_they_are(caplog):
    caplog.set_level("INFO")

    detection_table(
        place_of(),
        AFFINE,
        map_fwhm_mm=FWHM_MM,
        n_per_group=[8],
        effect_sizes=[1.0],
        n_covariates=0,
        correction=CORRECTION,
        n_draws=4,
        rng=np.random.default_rng(1),
    )

    assert caplog.messages == [f"{done} of 4 cohorts drawn" for done in (1, 2, 3, 4)]


def test_a_huge_effect_is_always_found(table):
    huge = table[table["effect_size"] == 30]

    assert (huge["detection_rate"] == 1).all()
    assert (huge["detection_rate_high"] == 1).all()


def test_power_grows_with_the_groups_and_with_the_effect(table):
    rates = table.pivot(index="n_per_group", columns="effect_size", values="detection_rate")

    assert (np.diff(rates, axis=1) >= 0).all()
    assert (np.diff(rates[[1.0, 1.6]], axis=0) > 0).all()
    assert 0.2 < rates.loc[14, 1.6] < 0.999


def test_one_voxel_has_the_power_of_the_noncentral_t(table):
    error = np.sqrt(table["voxel_power"] * (1 - table["voxel_power"]) / table["n_draws"])

    difference = (table["voxel_rate"] - table["voxel_power"]).abs()

    assert (difference <= 3.5 * error + 1 / 150).all(), table.to_string()


def test_the_ball_has_its_volume_and_loses_height_by_smoothing():
    place, blunt = place_of(), place_of(fwhm_mm=12.0)

    assert place.ball.sum() == round(2000 / 27)
    assert place.volume == MASK.sum()
    assert place.profile.max() < 1
    assert blunt.profile.max() < place.profile.max()
    sharp = place_of(fwhm_mm=0.0)
    np.testing.assert_array_equal(sharp.profile > 0, sharp.ball)
    with pytest.raises(ValueError, match="choose a smaller cluster"):
        place_of(volume_mm3=1e9)


def test_groups_too_small_for_the_covariates_are_refused():
    with pytest.raises(ValueError, match=r"power.n_per_group has 3, too few for 3 covariates"):
        random_design(3, n_covariates=3, rng=np.random.default_rng(0))


def test_detections_are_those_of_the_workflow_on_the_whole_mask():
    rng = np.random.default_rng(12)
    place = place_of()
    n, effect = 14, 1.6
    profile = np.zeros(MASK.shape)
    profile[place.around] = place.profile
    ball = np.zeros(MASK.shape, bool)
    ball[place.around] = place.ball
    found = []
    for _ in range(60):
        maps = smooth_noise(MASK, AFFINE, fwhm_mm=FWHM_MM, n_maps=2 * n, rng=rng)
        maps[:n] += (effect * profile[MASK]).astype(np.float32)
        labels, clusters = find_clusters(
            maps,
            random_design(n, n_covariates=2, rng=rng),
            MASK,
            AFFINE,
            voxel_p=0.001,
            cluster_p=0.05,
            tails=2,
            connectivity=26,
            smoothness="residuals",
        )
        found.append(
            any(np.any(ball & (labels == row.label)) and row.sign > 0 for row in
                clusters.itertuples())
        )  # fmt: skip
    table = detection_table(
        place,
        AFFINE,
        map_fwhm_mm=FWHM_MM,
        n_per_group=[n],
        effect_sizes=[effect],
        n_covariates=2,
        correction=CORRECTION,
        n_draws=300,
        rng=rng,
    )

    rate = table["detection_rate"].iloc[0]
    error = np.sqrt(rate * (1 - rate) * (1 / 60 + 1 / 300))
    assert abs(np.mean(found) - rate) < 3 * error
    assert 0.2 < rate < 0.95


def test_the_roughness_of_the_kernel_is_the_one_estimated_from_its_maps():
    maps = smooth_noise(
        MASK, AFFINE, fwhm_mm=FWHM_MM, n_maps=40, rng=np.random.default_rng(3)
    ).astype(float)
    residuals = maps - maps.mean(axis=0)
    found = residual_smoothness(
        iter(residuals),
        sse=np.sum(residuals**2, axis=0),
        n_maps=40,
        df=39,
        mask=MASK,
        voxel_mm=np.full(3, 3.0),
    )

    expected = kernel_roughness(FWHM_MM, np.full(3, 3.0)) * df_correction(39)
    assert found.dlh == pytest.approx(expected, rel=0.04)


def test_a_design_holds_two_equal_groups():
    design = random_design(5, n_covariates=1, rng=np.random.default_rng(0))

    assert isinstance(design, Design)
    assert design.patients.sum() == design.controls.sum() == 5
    assert design.df == 7
