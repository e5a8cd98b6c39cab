"""The grid of maps that are given."""

from given_maps import AFFINE, indices, write_cohort
from restpain.io.tables import read_json, write_json
from scripts.preprocessing.find_grid import find_grid


def test_the_grid_is_that_of_the_maps(tmp_path):
    paths = []
    for index in indices(tmp_path, write_cohort(tmp_path, 2)):
        paths.append(tmp_path / f"{index['participant_id']}.json")
        write_json(paths[-1], index)

    find_grid(indices_paths=paths, grid_path=str(tmp_path / "grid.json"))

    found = read_json(tmp_path / "grid.json")
    assert found == {"matrix": [9, 10, 8], "affine": AFFINE.tolist()}
