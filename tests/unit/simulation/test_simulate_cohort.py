"""Ground truth of the simulated cohort against the effect mask and the simulated series."""

import numpy as np
import pytest

from restpain.atlas import aal
from restpain.io.images import read_volume, write_volume
from restpain.io.tables import read_json, read_table
from restpain.simulation.anatomy import Anatomy
from restpain.simulation.bold import voxel_contents
from restpain.simulation.effects import effect_balls
from restpain.simulation.geometry import translation
from restpain.simulation.head import GM
from scripts.recovery.define_effect_regions import define_effect_regions
from scripts.simulation.simulate_cohort import simulate_cohort

NOTHING = np.zeros((3, 2, 2, 2), np.float32)
UNDEFORMED = Anatomy(pose=np.eye(4), forward=NOTHING, backward=NOTHING, warp_affine=np.eye(4))


def effect(measure="alff", **keys):
    return {"measure": measure, "region": "Here", "change": -0.5} | keys


def test_truth_effect_mask_and_simulated_series_agree_on_the_place(tmp_path):
    region, size_mm = "Temporal_Mid_R", 24.0
    effects = [{"measure": "reho", "region": region, "change": 0.7, "size_mm": size_mm}]
    files = {
        name: str(tmp_path / f"{name}.nii.gz") for name in ("regions", "head", "grid", "image")
    }
    files |= {name: str(tmp_path / name) for name in ("people.tsv", "truth.json", "table.tsv")}
    simulate_cohort(
        participants_path=files["people.tsv"],
        truth_path=files["truth.json"],
        regions_path=files["regions"],
        regions_table_path=str(tmp_path / "regions.tsv"),
        head_path=files["head"],
        n_patients=3,
        n_controls=3,
        n_excluded=0,
        comparison={"patients": "patient", "controls": "control"},
        effects=effects,
        score=None,
        seed=1,
    )
    head, head_affine = read_volume(files["head"])
    centre = effect_balls(effects, aal(), head, head_affine)[region][0]
    affine = translation(centre - 3 * 7) @ np.diag([3.0, 3.0, 3.0, 1.0])
    write_volume(files["grid"], np.ones((15, 15, 15), np.uint8), affine)
    define_effect_regions(
        truth_path=files["truth.json"],
        regions_path=files["regions"],
        head_path=files["head"],
        grid_path=files["grid"],
        image_path=files["image"],
        table_path=files["table.tsv"],
    )

    truth = read_json(files["truth.json"])["effects"][0]
    mask = read_volume(files["image"])[0][..., 0] > 0
    voxels = voxel_contents(
        head.astype(np.uint8),
        head_affine,
        aal(),
        UNDEFORMED,
        shape=(15, 15, 15),
        affine=affine,
        effects=effects,
    )
    in_series = voxels.parts[region] * voxels.tissue[GM]
    np.testing.assert_array_equal(mask, in_series >= 0.5)
    assert truth["size_mm"] == size_mm
    assert truth["volume_mm3"] == pytest.approx(27 * in_series.sum(), rel=1e-5)
    assert read_table(files["table.tsv"])["n_voxels"].tolist() == [mask.sum()]
    places = np.argwhere(mask) @ affine[:3, :3].T + affine[:3, 3]
    # the middle of a voxel that is half in the ball may lie half a diagonal outside
    assert np.linalg.norm(places - centre, axis=1).max() < size_mm / 2 + 3
    # grey matter is a part of the ball
    assert 500 < truth["volume_mm3"] < np.pi / 6 * size_mm**3
