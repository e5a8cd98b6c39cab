"""Seeds."""

import numpy as np
import pytest

from restpain.connectivity.seeds import COLUMNS, on_grid, seed_row, seed_table

AFFINE = np.array([[3.0, 0, 0, -90], [0, 3, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])


def test_a_seed_without_a_place_is_put_at_its_centre_of_mass():
    voxels = np.zeros((61, 73, 61), bool)
    voxels[13:15, 40, 35] = True  # x = -51 and -48

    row = seed_row(voxels, AFFINE, seed="UNION", source="union", measure=None, place_mm=None)

    assert [row["x_mm"], row["y_mm"], row["z_mm"]] == [-49.5, -6, 33]
    assert row["region"] == "Precentral_L"
    assert row["hemisphere"] == "left"
    assert row["n_voxels"] == 2


def test_a_seed_outside_the_group_mask_is_named():
    with pytest.raises(ValueError, match=r"the seed SPHERE2 \(coordinate\) has no voxel"):
        seed_row(
            np.zeros((2, 2, 2), bool),
            AFFINE,
            seed="SPHERE2",
            source="coordinate",
            measure=None,
            place_mm=(0, 0, 0),
        )


def test_no_seed_is_a_table_with_columns_and_no_rows():
    table = seed_table([])

    assert table.shape == (0, len(COLUMNS))


def test_a_mask_of_another_grid_and_orientation_keeps_its_place():
    image = np.zeros((10, 10, 10), bool)
    image[2:5, 4:7, 6:9] = True
    coarse = np.diag([-3.0, 3, 3, 1])
    coarse[:3, 3] = [30, 0, 0]  # x runs down from 30 mm
    fine = np.diag([1.5, 1.5, 1.5, 1])

    found = on_grid(image, coarse, shape=(22, 22, 22), affine=fine)

    centres = np.argwhere(found) * 1.5
    # voxels 2 to 4 are centred at 24, 21, 18 mm and reach from 16.5 to 25.5 mm
    np.testing.assert_array_equal(centres.min(axis=0), [18, 10.5, 16.5])
    np.testing.assert_array_equal(centres.max(axis=0), [25.5, 18, 24])
    assert found.sum() == 6**3
