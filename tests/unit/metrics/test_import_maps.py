"""Import of the maps of a few participants."""

import nibabel as nib
import numpy as np
import pytest

from given_maps import AFFINE, SHAPE, indices, write_cohort, write_map
from restpain.io.images import read_volume, write_volume
from restpain.io.tables import read_json, write_json
from scripts.metrics.import_maps import import_maps

CANONICAL = np.diag([3.0, 3, 3, 1])
CANONICAL[:3, 3] = [-12, -15, -12]


def imported(folder, cells, **changes):
    """Import the maps; returns folder of the results by name of the participant."""
    results = folder / "results" / "group"  # a folder of a dataset, as sidecars need it
    results.mkdir(parents=True, exist_ok=True)
    template = np.ones(SHAPE, bool)
    template[:, 1] = False
    write_volume(results / "template.nii.gz", template, CANONICAL)
    found = indices(folder, cells)
    for index in found:
        write_json(results / f"{index['participant_id']}.json", index)
    settings = {"scales": {"alff": "mean", "reho": "raw"}, "fwhm_mm": 0, "smoothing_kernel": "spm"}
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
            smoothing_kernel="spm",
        )


def test_no_voxel_in_common_names_the_participant(tmp_path):
    cells = write_cohort(tmp_path, 1)
    values = np.zeros(SHAPE, np.float32)
    values[0] = np.arange(10)[:, None] + 1.0
    write_map(tmp_path / "Pitt_0000001_alff.nii.gz", values=values)

    with pytest.raises(ValueError, match="sub-1: no voxel of the template brain has data in alff"):
        imported(tmp_path, cells)
