"""Import of the maps of a few participants."""

import nibabel as nib
import numpy as np
import pytest

from given_maps import (
    AFFINE,
    SHAPE,
    WITH_SERIES,
    indices,
    write_cohort,
    write_cohort_with_series,
    write_map,
    write_series,
)
from restpain.io.images import read_volume, write_volume
from restpain.io.tables import read_json, write_json
from scripts.metrics.import_maps import import_maps

SETTINGS = {"smoothing_kernel": "spm", "min_volumes": 30, "band_hz": (0.01, 0.1)}
CANONICAL = np.diag([3.0, 3, 3, 1])
CANONICAL[:3, 3] = [-12, -15, -12]


def imported(folder, cells, *, series=None, **changes):
    """Import the maps; returns folder of the results by name of the participant."""
    results = folder / "results" / "group"  # a folder of a dataset, as sidecars need it
    results.mkdir(parents=True, exist_ok=True)
    template = np.ones(SHAPE, bool)
    template[:, 1] = False
    write_volume(results / "template.nii.gz", template, CANONICAL)
    found = indices(folder, cells, series=series)
    for index in found:
        write_json(results / f"{index['participant_id']}.json", index)
    settings = {"scales": {"alff": "mean", "reho": "raw"}, "fwhm_mm": 0} | SETTINGS
    import_maps(
        indices_paths=[str(results / f"{who}.json") for who in cells],
        maps_paths=[one["path"] for index in found for one in index["series"]],
        template_mask_path=str(results / "template.nii.gz"),
        standardised_paths=[
            str(results / f"{who}_{measure}.nii.gz")
            for who in cells
            for measure in ("alff", "reho")
        ],
        masks_paths=[str(results / f"{who}_mask.nii.gz") for who in cells],
        qc_paths=[str(results / f"{who}_qc.json") for who in cells],
        **settings | changes,
    )
    return results


def test_values_stay_where_they_are_in_millimetres_and_to_the_bit(tmp_path):
    cells = write_cohort(tmp_path, 2)

    results = imported(tmp_path, cells)

    given = nib.as_closest_canonical(nib.load(tmp_path / "Pitt_0000002_alff.nii.gz"))
    alff, affine = read_volume(results / "sub-2_alff.nii.gz")
    mask, _ = read_volume(results / "sub-2_mask.nii.gz")
    np.testing.assert_array_equal(affine, given.affine)
    inside = mask > 0
    np.testing.assert_array_equal(alff[inside], given.get_fdata(dtype=np.float32)[inside])
    assert not alff[~inside].any()
    assert inside.sum() == 7 * 7 * 6  # without the rim of zeros and the edge of the template
    reho, _ = read_volume(results / "sub-2_reho.nii.gz")
    assert reho[inside].mean(dtype=float) == pytest.approx(1, abs=1e-6)
    coverage = 7 * 7 * 6 / (9 * 9 * 8)
    assert read_json(results / "sub-2_qc.json") == {
        "n_voxels": 294,
        "coverage_of_template": pytest.approx(coverage),
    }


def test_a_map_in_a_fourth_dimension_is_a_volume(tmp_path):
    cells = write_cohort(tmp_path, 1)
    values = write_map(tmp_path / "Pitt_0000001_alff.nii.gz", seed=10)
    write_map(tmp_path / "Pitt_0000001_alff.nii.gz", values=values[..., None])

    alff, _ = read_volume(imported(tmp_path, cells) / "sub-1_alff.nii.gz")

    inside = alff != 0
    np.testing.assert_array_equal(alff[inside], values[::-1][inside])


def test_whoever_is_left_out_has_empty_images(tmp_path):
    cells = write_cohort(tmp_path, 2)
    (tmp_path / "Pitt_0000001_reho.nii.gz").unlink()

    results = imported(tmp_path, cells)

    for name in ("alff", "reho", "mask"):
        assert not read_volume(results / f"sub-1_{name}.nii.gz")[0].any()
    assert read_volume(results / "sub-2_mask.nii.gz")[0].any()


def test_a_map_that_changed_since_the_check_is_refused(tmp_path):
    cells = write_cohort(tmp_path, 1)
    found = indices(tmp_path, cells)
    results = imported(tmp_path, cells)
    write_json(results / "sub-1.json", found[0])
    write_map(tmp_path / "Pitt_0000001_alff.nii.gz", seed=99, affine=AFFINE)

    with pytest.raises(ValueError, match="alff.nii.gz has changed since the cohort check"):
        import_maps(
            indices_paths=[str(results / "sub-1.json")],
            maps_paths=[one["path"] for one in found[0]["series"]],
            template_mask_path=str(results / "template.nii.gz"),
            standardised_paths=["", ""],
            masks_paths=[""],
            qc_paths=[""],
            scales={"alff": "mean", "reho": "mean"},
            fwhm_mm=0,
            **SETTINGS,
        )


def test_no_voxel_in_common_names_the_participant(tmp_path):
    cells = write_cohort(tmp_path, 1)
    values = np.zeros(SHAPE, np.float32)
    values[0] = np.arange(10)[:, None] + 1.0
    write_map(tmp_path / "Pitt_0000001_alff.nii.gz", values=values)

    with pytest.raises(ValueError, match="sub-1: no voxel of the template brain has data in alff"):
        imported(tmp_path, cells)


def test_the_mask_holds_voxels_where_the_series_varies_and_maps_keep_their_values(tmp_path):
    cells = write_cohort_with_series(tmp_path, 2)
    series = write_series(tmp_path / "Pitt_0000001_bold.nii.gz", seed=101)
    series[4, 4, 4], series[5, 5, 5] = 3.0, np.nan
    write_series(tmp_path / "Pitt_0000001_bold.nii.gz", values=series)
    alone = imported(tmp_path, cells)
    own, expected = (read_volume(alone / f"sub-1_{name}.nii.gz")[0] for name in ("alff", "mask"))
    n_alone = expected.sum()

    results = imported(tmp_path, cells, **WITH_SERIES)

    mask = read_volume(results / "sub-1_mask.nii.gz")[0]
    expected[SHAPE[0] - 1 - 4, 4, 4] = expected[SHAPE[0] - 1 - 5, 5, 5] = 0  # x is turned around
    np.testing.assert_array_equal(mask, expected)
    assert mask.sum() == n_alone - 2
    alff = read_volume(results / "sub-1_alff.nii.gz")[0]
    np.testing.assert_array_equal(alff, own * expected)
    described = read_json(results / "sub-1_mask.json")["Description"]
    assert described == "Voxels in which all maps of the participant and the series have data"


def test_volumes_and_steps_of_a_series_are_kept_and_what_its_values_show_is_warned_of(
    tmp_path, caplog
):
    cells = write_cohort_with_series(tmp_path, 2, n_volumes=120)
    white = np.random.default_rng(0).normal(size=(*SHAPE, 120))
    slow = np.fft.rfft(white, axis=-1)
    slow[..., np.fft.rfftfreq(120, 2.0) > 0.1] = 0
    slow = np.fft.irfft(slow).astype(np.float32)
    write_series(tmp_path / "Pitt_0000002_bold.nii.gz", values=slow)

    results = imported(tmp_path, cells, **WITH_SERIES)

    first, second = (read_json(results / f"sub-{number}_qc.json") for number in (1, 2))
    assert (first["n_volumes"], first["repetition_time_s"]) == (120, 2.0)
    assert (first["measured_steps"], first["steps_before"]) == ([], [])
    assert 0.8 < first["power_above_band"] < 1.25  # white noise
    assert second["measured_steps"] == ["filtering"]
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "The series of sub-2 look low-pass filtered: power far above metrics.band_hz 0.000 of "
        "that in it, where series that are not filtered have more than 0.05. fALFF of filtered "
        "series is none; no name says so. Look up how they were made."
    ]
