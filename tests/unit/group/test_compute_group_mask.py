"""The group mask of a small study."""

import numpy as np
import pandas as pd
import pytest

from group_study import AFFINE, GROUPS
from restpain.io.images import read_volume, write_volume
from restpain.io.tables import read_json, write_table
from scripts.group.compute_group_mask import compute_group_mask


def test_the_group_mask_is_covered_by_all_participants(study):
    mask = read_volume(study.mask)[0]
    summary = read_json(f"{study.folder}/mask.json")

    assert mask[:2].sum() == 0  # one participant lacks the second slab
    assert summary["n_voxels"] == mask.sum() == 11 * 14 * 10
    assert summary["n_voxels_of_anybody"] == 12 * 14 * 10
    assert summary["n_voxels_of_participants"]["sub-04"] == 11 * 14 * 10
    coverage = read_volume(f"{study.folder}/coverage.nii.gz")[0]
    assert coverage[1, 5, 5] == np.float32(15 / 16)


def test_masks_without_a_common_voxel_are_refused(tmp_path):
    paths = []
    for number in range(2):
        mask = np.zeros((4, 4, 4), bool)
        mask[number] = True
        paths.append(f"{tmp_path}/sub-{number}_mask.nii.gz")
        write_volume(paths[-1], mask, AFFINE)
    table = {"participant_id": ["sub-0", "sub-1"], "group": "patient", "exclude": "n/a"}
    write_table(f"{tmp_path}/participants.tsv", pd.DataFrame(table))

    with pytest.raises(ValueError, match="no voxel is covered by 2 of 2 participants"):
        compute_group_mask(
            masks_paths=paths,
            participants_path=f"{tmp_path}/participants.tsv",
            mask_path=f"{tmp_path}/mask.nii.gz",
            coverage_path=f"{tmp_path}/coverage.nii.gz",
            summary_path=f"{tmp_path}/mask.json",
            mask_coverage=1.0,
            comparison=GROUPS,
        )
