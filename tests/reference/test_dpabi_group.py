"""Group statistics against DPABI's own output for the same maps (tests/reference/dpabi)."""

from pathlib import Path

import numpy as np
import pytest

from restpain.cohort.design import two_sample_design
from restpain.cohort.participants import Comparison
from restpain.group.inference import (
    Correction,
    corrected_clusters,
    estimated_smoothness,
    find_clusters,
)
from restpain.group.models import fit_model, fit_one_sample, residual_map, t_to_z
from restpain.io.images import read_mask, read_masked, read_volume
from restpain.io.tables import read_json, read_table

REFERENCE = Path(__file__).parent / "dpabi"
COVARIATES = ["age", "sex", "edu"]
N_PATIENTS = 14  # group1, DPABI's first group
CASES = [
    (source, tails, voxel_p)
    for source in ("residuals", "zmap")
    for tails in (2, 1)
    for voxel_p in ("0.001", "0.01")
]


@pytest.fixture(scope="module")
def grid():
    return read_mask(REFERENCE / "inputs" / "mask.nii.gz")


@pytest.fixture(scope="module")
def read(grid):
    def values(name):
        return read_masked(REFERENCE / f"{name}.nii.gz", *grid)

    return values


@pytest.fixture(scope="module")
def table():
    table = read_table(REFERENCE / "inputs" / "covariates.tsv")
    table["participant_id"] = table["file"]
    table["group"] = np.where(table["group"] == "1", "patient", "control")
    return table


def stacked(grid, *names):
    paths = [path for name in names for path in sorted((REFERENCE / "inputs" / name).iterdir())]
    return np.stack([read_masked(path, *grid) for path in paths])


@pytest.fixture(scope="module")
def maps(grid):
    return stacked(grid, "group1", "group2")


@pytest.fixture(scope="module")
def design(table):
    return two_sample_design(table, Comparison("patient", "control", COVARIATES))


@pytest.fixture(scope="module")
def fit(maps, design):
    return fit_model(maps, design.matrix, column=0)


def test_two_sample_t_with_covariates_is_dpabis(fit, read):
    assert fit.df == 21
    np.testing.assert_allclose(fit.t, read("group/t2_cov"), rtol=1e-6)


def test_two_sample_t_without_covariates_is_dpabis(maps, design, read):
    fit = fit_model(maps, design.matrix[:, :2], column=0)

    np.testing.assert_allclose(fit.t, read("group/t2_nocov"), rtol=1e-6)


def test_two_sample_t_with_a_covariate_image_is_dpabis(maps, design, grid, read):
    image = stacked(grid, "cov1", "cov2")

    fits = [
        fit_model(voxel[:, None], np.column_stack([design.matrix, covariate]), column=0)
        for voxel, covariate in zip(maps.T, image.T, strict=True)
    ]

    assert {fit.df for fit in fits} == {20}
    t = np.concatenate([fit.t for fit in fits])
    np.testing.assert_allclose(t, read("group/t2_cov_imgcov"), rtol=1e-6, atol=1e-8)


def test_betas_and_residuals_are_dpabis(maps, design, fit, read):
    residuals = [
        residual_map(values, row, fit.betas)
        for values, row in zip(maps, design.matrix, strict=True)
    ]

    for number, beta in enumerate(fit.betas, start=1):
        np.testing.assert_allclose(beta, read(f"group/ga_cov_beta{number}"), rtol=1e-6)
    np.testing.assert_allclose(
        np.transpose(residuals), read("group/ga_Residual"), rtol=1e-6, atol=1e-9
    )
    np.testing.assert_allclose(fit.sse, read("group/ga_Residual_SSE"), rtol=1e-6)


def test_one_sample_t_against_1_is_dpabis(maps, read):
    t = fit_one_sample(maps[:N_PATIENTS], base=1.0).t

    np.testing.assert_allclose(t, read("group/t1_g1_base1"), rtol=1e-6)


def test_one_sample_t_with_centred_covariates_is_dpabis(maps, design, read):
    covariates = design.matrix[:N_PATIENTS, 2:]
    columns = [np.ones(N_PATIENTS), *(covariates - covariates.mean(axis=0)).T]

    fit = fit_model(maps[:N_PATIENTS] - np.float64(1), np.column_stack(columns), column=0)

    np.testing.assert_allclose(fit.t, read("group/t1_g1_base1_cov"), rtol=1e-6)


def test_partial_correlation_with_a_score_is_dpabis(maps, table, design, read):
    score = table["score"].to_numpy()[:N_PATIENTS]
    matrix = np.column_stack([score, design.matrix[:N_PATIENTS, 1:]])

    fit = fit_model(maps[:N_PATIENTS], matrix, column=0)

    r = fit.t / np.sqrt(fit.df + fit.t**2)
    np.testing.assert_allclose(r, read("group/corr_g1_score_cov"), rtol=1e-6, atol=1e-9)


def test_z_of_t_is_dpabis(fit, read):
    np.testing.assert_allclose(t_to_z(fit.t, fit.df), read("group/t2_cov_Z"), atol=2e-6)


@pytest.fixture(scope="module")
def fields(maps, design, fit, grid):
    z = t_to_z(fit.t, fit.df).astype(np.float32)
    return {
        source: estimated_smoothness(maps, design, fit, z, *grid, source=source)
        for source in ("residuals", "zmap")
    }


@pytest.mark.parametrize(
    ("source", "name"), [("residuals", "residual_smoothness"), ("zmap", "statmap_smoothness")]
)
def test_smoothness_is_dpabis(fields, source, name):
    expected = read_json(REFERENCE / "group" / "grf.json")[name]

    # DPABI adds up in single precision
    assert fields[source].dlh == pytest.approx(expected["dLh"], rel=1e-4)
    assert fields[source].fwhm_mm == pytest.approx(expected["FWHM_mm"], rel=1e-4)
    assert fields[source].n_voxels == expected["nVoxels"]


@pytest.mark.parametrize(("source", "tails", "voxel_p"), CASES)
def test_cluster_size_and_surviving_voxels_are_dpabis(fit, fields, grid, source, tails, voxel_p):
    short = "hdr" if source == "residuals" else "map"
    key = f"{short}_{tails}tail_vp{voxel_p.replace('.', '')}_cp005"
    expected = read_json(REFERENCE / "group" / "grf.json")["grf"][key]
    name = f"ClusterThresholded_grf_{short}_{tails}tail_vp{voxel_p}_cp0.05.nii.gz"
    surviving = read_volume(REFERENCE / "group" / name)[0] != 0

    labels, clusters, size = corrected_clusters(
        fit.t,
        t_to_z(fit.t, fit.df).astype(np.float32),
        *grid,
        dlh=fields[source].dlh,
        correction=Correction(
            voxel_p=float(voxel_p), cluster_p=0.05, tails=tails, connectivity=26
        ),
    )
    if tails == 1:  # DPABI then reports the positive clusters alone
        clusters = clusters[clusters["sign"] > 0]

    assert size == expected["clusterSizeThreshold"]
    np.testing.assert_array_equal(np.isin(labels, clusters["label"]), surviving)
    found = np.atleast_2d(expected["clusters_nvox_peakZ_peakT_xyzmm"])
    ours = clusters[["n_voxels", "z", "t", "x_mm", "y_mm", "z_mm"]].to_numpy()
    order = np.argsort(-np.abs(found[:, 2]))
    np.testing.assert_allclose(ours, found[order], rtol=1e-6)


def test_find_clusters_goes_the_whole_way_from_maps_to_the_same_clusters(maps, design, grid):
    labels, clusters = find_clusters(
        maps,
        design,
        *grid,
        voxel_p=0.001,
        cluster_p=0.05,
        tails=2,
        connectivity=26,
        smoothness="residuals",
    )

    assert clusters["n_voxels"].tolist() == [50, 77]
    assert clusters["sign"].tolist() == [-1, 1]
    assert [(labels == number).sum() for number in (1, 2)] == [50, 77]
    assert clusters["p_grf"].between(0, 0.05).all()
