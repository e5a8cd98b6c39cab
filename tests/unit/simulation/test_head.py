"""Checks of the simulated anatomy: maps with their inverses, random fields, a whole head."""

import numpy as np

from restpain.preprocessing.points import applied
from restpain.simulation.head import AIR, BONE, CSF, FAT, GM, WM


def test_the_head_keeps_the_template_brain_where_it_was(head):
    labels, head_affine, t1, affine = head
    voxels = np.argwhere(t1 > 0)[::997]
    there = np.rint(applied(affine, voxels.astype(float)) - head_affine[:3, 3]).astype(int)

    assert np.isin(labels[tuple(there.T)], (GM, WM, CSF)).all()
    assert 600 < (labels == WM).sum() / 1000 < 700  # ml


def test_brain_skull_fat_and_air_follow_each_other_to_the_top_of_the_head(head):
    labels, head_affine, _, _ = head
    x, y = np.rint(-head_affine[:2, 3]).astype(int) + [30, -20]
    column = labels[x, y][np.rint(20 - head_affine[2, 3]).astype(int) :]

    order = [column[0], *column[1:][np.diff(column.astype(int)) != 0]]
    outside = order[max(np.flatnonzero(np.isin(order, (GM, WM)))) + 1 :]
    assert outside[0] == CSF
    assert outside.index(CSF) < outside.index(BONE) < outside.index(FAT) < outside.index(AIR)
    assert outside[-1] == AIR


def test_the_head_is_alone_in_air_but_for_the_cut_through_the_neck(head):
    labels = head[0]

    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1], labels[:, :, -1]):
        assert (side == AIR).all()
    assert (labels[:, :, 0] != AIR).any()
