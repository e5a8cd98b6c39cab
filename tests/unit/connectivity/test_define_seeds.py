"""Seeds of a small study."""

import numpy as np

from restpain.io.images import write_volume


def test_a_mask_file_of_another_grid_becomes_a_seed(study, tmp_path):
    fine = np.diag([1.5, 1.5, 1.5, 1])
    fine[:3, 3] = [-20, -24, 0]
    image = np.zeros((28, 32, 24), bool)
    image[8:16, 8:16, 8:16] = True
    write_volume(tmp_path / "roi.nii.gz", image, fine)

    seeds, table = study.seeds("masks", images_paths=[str(tmp_path / "roi.nii.gz")])

    assert table.loc[0, ["seed", "source", "n_voxels"]].tolist() == ["MASK1", "mask", 64]
    assert np.argwhere(seeds[..., 0]).min(axis=0).tolist() == [4, 4, 4]
