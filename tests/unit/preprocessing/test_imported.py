"""Checks of the script import_derivatives on a small dataset as fMRIPrep writes it."""

import json
import os

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from restpain.cohort.index import participant_index
from restpain.io.images import read_mask, read_masked, read_volume, repetition_time, write_volume
from restpain.io.tables import read_table, write_json, write_table
from restpain.preprocessing.denoising import denoised
from restpain.preprocessing.imported import imported_rest
from restpain.preprocessing.motion import rigid_matrix
from scripts.preprocessing.import_derivatives import import_derivatives

GRID = np.diag([6.0, 6, 6, 1])
GRID[:3, 3] = [-42, -48, -36]
IMAGES = ("denoised", "mask", "boldref", "carpet")
SHAPE, N, DROP = (15, 17, 13), 48, 4
MOTION = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"]


@pytest.fixture
def dataset(tmp_path):
    """Folder of a participant with series, mask and confounds, and the template's mask."""
    rng = np.random.default_rng(2)
    ball = (((np.indices(SHAPE).T - [7, 8, 6]) ** 2).sum(axis=-1) < 30).T
    shared = rng.normal(size=N).cumsum()
    series = 600 + 20 * rng.normal(size=(*SHAPE, 1)) * shared + rng.normal(0, 5, (*SHAPE, N))
    folder = tmp_path / "sub-01"
    stem = folder / "func" / "sub-01_task-rest_space-MNI152NLin2009cAsym"
    stem.parent.mkdir(parents=True)
    write_volume(
        f"{stem}_desc-preproc_bold.nii.gz", series * ball[..., None], GRID, repetition_time=2.0
    )
    write_volume(f"{stem}_desc-brain_mask.nii.gz", ball, GRID)
    table = pd.DataFrame(rng.normal(0, 0.1, (N, 6)), columns=MOTION)
    table["csf"], table["other"] = shared, 1.0
    write_table(stem.parent / "sub-01_task-rest_desc-confounds_timeseries.tsv", table)
    write_volume(tmp_path / "template.nii.gz", ball, GRID)
    return tmp_path, ball, series[ball], table


def run(folder, participant=None, **changes):
    participant = participant or folder / "sub-01"
    options = {
        "folder": str(participant),
        "index_path": str(folder / "index.json"),
        "description_path": None,
        "template_mask_path": str(folder / "template.nii.gz"),
        "outputs": {name: str(folder / f"{name}.nii.gz") for name in IMAGES}
        | {"confounds": str(folder / "confounds.tsv"), "qc": str(folder / "qc.json")},
        "drop_volumes": DROP,
        "nuisance": ["trend", "csf"],
        "regression_band_hz": None,
        "band_hz": (0.01, 0.1),
    }
    index = participant_index(
        participant, participant_id="sub-01", source="derivatives", select={}
    )
    write_json(folder / "index.json", index)
    if prepare := changes.pop("after_index", None):
        prepare()
    import_derivatives(**options | changes)


def test_the_confounds_of_the_dataset_are_regressed_out_of_the_kept_volumes(dataset):
    folder, ball, series, table = dataset
    design = np.column_stack([np.ones(N - DROP), np.arange(N - DROP), table["csf"][DROP:]])
    kept = series[:, DROP:].T
    expected = kept - design @ np.linalg.lstsq(design, kept, rcond=None)[0]

    run(folder)

    mask, grid = read_mask(folder / "mask.nii.gz")
    np.testing.assert_array_equal(mask, ball)
    np.testing.assert_allclose(
        read_masked(folder / "denoised.nii.gz", mask, grid), expected.T, atol=1e-2
    )
    quality = json.loads((folder / "qc.json").read_text())
    assert quality["slice_timing"] == "as preprocessed before"
    assert quality["n_volumes"] == N - DROP
    assert quality["repetition_time_s"] == 2.0
    assert quality["preprocessed_by"] is None
    assert quality["measured_steps"] == []
    assert quality["power_above_band"] > 0.05


def test_smoothing_that_no_name_states_is_a_warning_with_the_number(dataset, caplog):
    folder, ball, *_ = dataset
    bold = next((folder / "sub-01" / "func").glob("*desc-preproc_bold.nii.gz"))
    volumes, affine = read_volume(bold)
    noise = np.random.default_rng(0).normal(0, 30, volumes.shape)
    smoothed = gaussian_filter(volumes + noise, (1.2, 1.2, 1.2, 0))
    write_volume(bold, smoothed * ball[..., None], affine, repetition_time=2.0)

    run(folder)

    quality = json.loads((folder / "qc.json").read_text())
    assert quality["measured_steps"] == ["smoothing"]
    assert quality["noise_fwhm_mm"] > 9
    (record,) = [one for one in caplog.records if one.levelname == "WARNING"]
    assert f"look smoothed: noise {quality['noise_fwhm_mm']:.1f} mm wide" in record.getMessage()


@pytest.mark.parametrize("header_time", [0.0, 1.0])
def test_the_repetition_time_of_an_inherited_sidecar_wins_over_an_unset_header(
    dataset, header_time
):
    folder, *_ = dataset
    bold = next((folder / "sub-01" / "func").glob("*desc-preproc_bold.nii.gz"))
    volumes, affine = read_volume(bold)
    write_volume(bold, volumes, affine, repetition_time=header_time)
    write_json(folder / "task-rest_bold.json", {"RepetitionTime": 2.5})

    run(folder)

    assert json.loads((folder / "denoised.json").read_text())["RepetitionTime"] == 2.5
    assert json.loads((folder / "qc.json").read_text())["repetition_time_s"] == 2.5
    assert repetition_time(folder / "denoised.nii.gz") == 2.5


def test_programs_and_space_of_the_dataset_are_carried_on(dataset):
    folder, *_ = dataset
    path = folder / "dataset_description.json"
    write_json(path, {"GeneratedBy": [{"Name": "fMRIPrep", "Version": "23.2.1"}]})

    run(folder, description_path=str(path))

    quality = json.loads((folder / "qc.json").read_text())
    assert quality["preprocessed_by"] == "fMRIPrep 23.2.1"
    assert quality["space_of_input"] == "MNI152NLin2009cAsym"
    sidecar = json.loads((folder / "denoised.json").read_text())
    assert sidecar["SpaceOfInput"] == "MNI152NLin2009cAsym"


def test_the_table_of_confounds_holds_what_the_dataset_knows_and_describes_it(dataset):
    folder, _, _, table = dataset

    run(folder)

    confounds = read_table(folder / "confounds.tsv")
    described = json.loads((folder / "confounds.json").read_text())
    assert list(described) == list(confounds)
    np.testing.assert_allclose(confounds[MOTION], table[MOTION][DROP:])
    assert confounds["white_matter"].isna().all()
    assert confounds["framewise_displacement_jenkinson"].notna().sum() == N - DROP - 1


def test_motion_that_is_not_known_is_missing_and_stops_only_what_needs_it(dataset):
    folder, *_ = dataset
    path = next((folder / "sub-01" / "func").glob("*confounds*.tsv"))
    write_table(path, read_table(path).drop(columns=MOTION))

    run(folder)

    assert json.loads((folder / "qc.json").read_text())["mean_fd_jenkinson_mm"] is None
    with pytest.raises(ValueError, match="friston24 .* cannot be made: sub-01_task-rest_desc-con"):
        run(folder, nuisance=["friston24"])
    with pytest.raises(ValueError, match="scrub .* cannot be made"):
        run(folder, nuisance=["scrub"])


def test_voxels_with_nan_leave_the_mask_and_their_neighbours_stay_as_they_are(dataset):
    folder, ball, *_ = dataset
    bold = next((folder / "sub-01" / "func").glob("*desc-preproc_bold.nii.gz"))
    run(folder)
    before, grid = read_volume(folder / "denoised.nii.gz")
    volumes, affine = read_volume(bold)
    volumes[~ball] = np.nan  # as SPM writes it
    volumes[7, 8, 6, DROP] = np.nan
    volumes[7, 8, 7, 0] = np.nan  # dropped
    write_volume(bold, volumes, affine, repetition_time=2.0)

    run(folder)

    left = ball.copy()
    left[7, 8, 6] = False
    mask, _ = read_mask(folder / "mask.nii.gz")
    np.testing.assert_array_equal(mask, left)
    after, _ = read_volume(folder / "denoised.nii.gz")
    np.testing.assert_array_equal(after[left], before[left])


def test_on_the_grid_of_the_series_no_value_is_resampled_whatever_the_order_of_its_axes(dataset):
    folder, ball, series, _ = dataset
    func = folder / "sub-01" / "func"
    flipped = GRID @ np.diag([-1.0, 1, 1, 1])
    flipped[0, 3] = GRID[0, 3] + GRID[0, 0] * (SHAPE[0] - 1)
    for path in func.glob("*.nii.gz"):
        volumes, _ = read_volume(path)
        time = 2.0 if volumes.ndim == 4 else None
        write_volume(path, volumes[::-1], flipped, repetition_time=time)

    run(folder, nuisance=[])

    mask, grid = read_mask(folder / "mask.nii.gz")
    np.testing.assert_array_equal(grid, GRID)
    np.testing.assert_array_equal(mask, ball)
    kept = series[:, DROP:].astype(np.float32)
    found = read_masked(folder / "denoised.nii.gz", mask, grid)
    np.testing.assert_allclose(found, kept - kept.mean(axis=1)[:, None], atol=2e-4)
    boldref = read_masked(folder / "boldref.nii.gz", mask, grid)
    np.testing.assert_allclose(boldref, kept.mean(axis=1), atol=2e-4)
    assert json.loads((folder / "qc.json").read_text())["resampled"] is False


@pytest.mark.parametrize(
    ("bold", "mask", "motion", "space"),
    [
        (
            "task-rest_space-MNI152NLin6Asym_res-2_desc-denoised_bold",
            None,
            "task-rest_motion",
            "MNI152NLin6Asym",
        ),
        (
            "task-rest_run-1_space-template_desc-preproc-1_bold",
            "task-rest_run-1_space-template_desc-bold_mask",
            None,
            "template of C-PAC",
        ),
        (
            "task-rest_setting-clean_bold",
            "task-rest_setting-clean_desc-brain_mask",
            "task-rest_setting-clean_desc-confounds_regressors",
            "MNI152NLin2009cAsym",
        ),
    ],
    ids=["XCP-D", "C-PAC", "HALFpipe"],
)
def test_the_names_of_other_programs_lead_to_the_same_series(dataset, bold, mask, motion, space):
    folder, ball, series, table = dataset
    func = folder / "sub-01" / "func"
    names = {"*desc-preproc_bold.nii.gz": bold, "*mask.nii.gz": mask, "*confounds*.tsv": motion}
    for pattern, name in names.items():
        path = next(func.glob(pattern))
        ending = path.name.partition(".")[2]
        path.rename(func / f"sub-01_{name}.{ending}") if name else path.unlink()
    for path in func.glob("*.json"):
        path.unlink()

    run(folder, nuisance=[])

    found, grid = read_mask(folder / "mask.nii.gz")
    np.testing.assert_array_equal(found, ball)
    kept = series[:, DROP:]
    np.testing.assert_allclose(
        read_masked(folder / "denoised.nii.gz", found, grid),
        kept - kept.mean(axis=1, keepdims=True),
        atol=1e-2,
    )
    quality = json.loads((folder / "qc.json").read_text())
    assert quality["space_of_input"] == space
    assert (quality["mean_fd_power_mm"] is not None) == (motion is not None)


@pytest.mark.parametrize("outside", [0.0, np.nan])
def test_on_another_grid_a_voxel_counts_if_half_of_it_has_data(dataset, outside):
    folder, ball, *_ = dataset
    bold = next((folder / "sub-01" / "func").glob("*desc-preproc_bold.nii.gz"))
    next((folder / "sub-01" / "func").glob("*desc-brain_mask.nii.gz")).unlink()
    volumes, _ = read_volume(bold)
    volumes -= volumes.mean(axis=-1, keepdims=True)  # judged by whether it varies
    volumes[~ball] = outside
    shifted = GRID.copy()
    shifted[0, 3] += 2.4  # 0.4 of a voxel
    write_volume(bold, volumes, shifted, repetition_time=2.0)
    write_volume(folder / "template.nii.gz", np.ones(SHAPE, bool), GRID)

    run(folder, nuisance=[])

    mask, _ = read_mask(folder / "mask.nii.gz")
    expected = ball.copy()  # 0.6 of the voxel at the same index
    np.testing.assert_array_equal(mask, expected)
    assert json.loads((folder / "qc.json").read_text())["resampled"] is True


@pytest.mark.parametrize("name", ["*desc-preproc_bold.nii.gz", "*confounds*.tsv"])
def test_what_has_changed_since_the_check_is_refused(dataset, name):
    folder, *_ = dataset
    path = next((folder / "sub-01" / "func").glob(name))

    with pytest.raises(ValueError, match=f"{path.name} has changed since the cohort check"):
        run(folder, after_index=lambda: os.utime(path, (5, 5)))


def test_the_run_that_the_index_chose_is_taken(dataset):
    folder, *_ = dataset
    bold = next((folder / "sub-01" / "func").glob("*desc-preproc_bold.nii.gz"))
    volumes, affine = read_volume(bold)
    other = bold.with_name(bold.name.replace("2009cAsym", "2006Asym"))

    run(folder, after_index=lambda: write_volume(other, volumes * 0, affine))

    assert json.loads((folder / "qc.json").read_text())["tsnr_median"] > 0


def test_a_working_folder_of_dparsf_gives_series_motion_and_displacement(dataset):
    folder, ball, series, table = dataset
    place, motion = folder / "FunImgARW" / "Sub_001", folder / "RealignParameter" / "Sub_001"
    for one in (place, motion, folder / "Masks"):
        one.mkdir(parents=True)
    volumes = np.zeros((*SHAPE, N), np.float32)
    volumes[ball] = series
    for number in range(N):  # as SPM writes them, a file each
        write_volume(place / f"wra{number + 1}.nii.gz", volumes[..., number], GRID)
    write_volume(folder / "Masks" / "AllResampled_BrainMask_05_15x17x13.nii.gz", ball, GRID)
    np.savetxt(motion / "rp_aSmithson.txt", table[MOTION])
    (folder / "TRInfo.tsv").write_text("Subject ID\tTR\tTime Points\nSub_001\t2\t58\n")
    design = np.column_stack([np.ones(N - DROP), np.arange(N - DROP)])
    kept = series[:, DROP:].T
    expected = kept - design @ np.linalg.lstsq(design, kept, rcond=None)[0]

    def imported(**options):
        run(folder, participant=place, nuisance=["trend"], **options)
        mask, grid = read_mask(folder / "mask.nii.gz")
        np.testing.assert_array_equal(mask, ball)
        np.testing.assert_allclose(
            read_masked(folder / "denoised.nii.gz", mask, grid), expected.T, atol=1e-2
        )
        confounds = read_table(folder / "confounds.tsv")
        np.testing.assert_allclose(confounds[MOTION], table[MOTION][DROP:], atol=1e-12)
        return confounds["framewise_displacement_jenkinson"].to_numpy()

    from_motion = imported()
    assert json.loads((folder / "qc.json").read_text())["tsnr_median"] > 0
    transforms = np.array([rigid_matrix(row) for row in table[MOTION][DROP:].to_numpy()])
    step = transforms[2] @ np.linalg.inv(transforms[1]) - np.eye(4)
    by_hand = np.sqrt(80**2 / 5 * (step[:3, :3] ** 2).sum() + (step[:3, 3] ** 2).sum())
    assert from_motion[2] == pytest.approx(by_hand, rel=0.02)  # the inverse motion

    np.savetxt(motion / "FD_Jenkinson_Sub_001.txt", np.arange(N) / 100)
    np.testing.assert_allclose(imported()[1:], np.arange(DROP + 1, N) / 100)
    quality = json.loads((folder / "qc.json").read_text())
    assert quality["preprocessed_by"] == "DPARSF, FunImgARW"
    assert quality["space_of_input"] == "MNI of SPM"
    assert (quality["repetition_time_s"], quality["dropped_before"]) == (2.0, 10)
    assert "Smithson" not in (folder / "denoised.json").read_text()


def test_motion_of_c_pac_is_that_of_the_same_motion_in_a_table(dataset):
    folder, _, _, table = dataset
    run(folder, nuisance=["friston24"])
    before = pd.read_csv(folder / "confounds.tsv", sep="\t")
    func = folder / "sub-01" / "func"
    for path in func.glob("*confounds*.tsv"):
        path.unlink()
    x, y, z, rx, ry, rz = (table[name] for name in MOTION)
    afni = np.stack([*np.rad2deg([rz, rx, -ry]), z, x, -y], axis=1)
    np.savetxt(func / "sub-01_task-rest_desc-movementParameters_motion.1D", afni)

    run(folder, nuisance=["friston24"])

    after = pd.read_csv(folder / "confounds.tsv", sep="\t")
    columns = [name for name in after if name.startswith(("trans", "rot", "framewise"))]
    assert len(columns) > len(MOTION)
    pd.testing.assert_frame_equal(after[columns], before[columns], atol=1e-6)


def test_denoised_with_the_same_regressors_it_is_what_import_derivatives_writes(dataset):
    folder = dataset[0]
    run(folder)
    mask, affine = read_mask(folder / "mask.nii.gz")

    imported = imported_rest(
        str(folder / "sub-01"),
        str(folder / "index.json"),
        None,
        str(folder / "template.nii.gz"),
        drop_volumes=DROP,
        band_hz=(0.01, 0.1),
    )
    result = denoised(imported, names=["trend", "csf"], band_hz=None)

    np.testing.assert_array_equal(imported.mask, mask)
    np.testing.assert_array_equal(
        result.series, read_masked(folder / "denoised.nii.gz", mask, affine)
    )
    assert imported.series.shape[1] == N - DROP
    assert imported.quality["space_of_input"] == "MNI152NLin2009cAsym"
    assert imported.quality["resampled"] is False
