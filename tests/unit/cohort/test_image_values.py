"""Checks of image_values: wrapped magnitudes against everything else that is negative."""

import nibabel as nib
import numpy as np
import pytest
from scipy import ndimage

from restpain.cohort.image_values import check_values, value_facts, value_problem

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
RANDOM = np.random.default_rng(4)
SENTENCE = (
    "series 5: values from -32768 to 32767, the negative ones next to the brightest: magnitudes "
    "above 32767 wrapped around in 16 bits; expected magnitudes from 0; convert the image again "
    "from its source as 16 bits without a sign or as 32 bits"
)


def head(brightest=45000.0, noise=300.0, n_volumes=1):
    """Magnitudes of a head: a smooth bright ball in air with noise."""
    place = (
        np.indices((24, 26, 22)).T[..., ::-1].T - np.array([11.5, 12.5, 10.5])[:, None, None, None]
    )
    ball = ndimage.gaussian_filter((np.linalg.norm(place, axis=0) < 8).astype(float), 1.5)
    texture = ndimage.gaussian_filter(RANDOM.normal(0, 1, ball.shape), 2)
    image = brightest * ball * (0.85 + 0.6 * texture)
    series = image[..., None] + RANDOM.normal(0, noise, (*image.shape, n_volumes))
    return np.abs(series[..., 0] if n_volumes == 1 else series)


def wrapped_around(image):
    return np.round(image).astype(np.int64).astype(np.uint16).view(np.int16)


def facts(tmp_path, values, *, dtype=None, name="image.nii.gz"):
    image = nib.Nifti1Image(values, AFFINE)
    image.set_data_dtype(dtype or values.dtype)  # of floats as whole numbers: with a scale
    nib.save(image, tmp_path / name)
    return value_facts(nib.load(tmp_path / name).dataobj)


@pytest.mark.parametrize("name", ["image.nii", "image.nii.gz"])
def test_facts_are_those_of_the_scaled_values(tmp_path, name):
    values = np.array([np.nan, -2.0, 0, 3, np.inf, 5], np.float32).reshape(1, 2, 3)

    found = facts(tmp_path, values, name=name)

    assert found == {
        "n_not_finite": 2,
        "smallest": -2.0,
        "largest": 5.0,
        "share_negative": 0.25,
        "wrapped": False,
    }


@pytest.mark.parametrize("n_volumes", [1, 3])
@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_magnitudes_that_wrapped_around_are_refused_in_any_type(tmp_path, n_volumes, dtype):
    found = facts(tmp_path, wrapped_around(head(n_volumes=n_volumes)).astype(dtype))

    assert found["wrapped"]
    assert found["smallest"] < -32700
    assert found["largest"] > 32700


def test_a_spot_that_wrapped_around_is_refused_with_one_sentence(tmp_path):
    image = head(brightest=28000.0)
    image[12:14, 12:14, 9] = 33500, 35000
    nib.save(nib.Nifti1Image(wrapped_around(image), AFFINE), tmp_path / "image.nii")

    with pytest.raises(ValueError, match="^series 5: values from -3") as error:
        check_values(tmp_path / "image.nii", name="series 5")

    assert str(error.value).split("; ")[1:] == SENTENCE.split("; ")[1:]


def test_the_sentence_gives_both_ends_of_the_values():
    facts = {"smallest": -32768.0, "largest": 32767.0, "wrapped": True}
    found, expected, action = value_problem(facts)

    assert f"series 5: {found}; expected {expected}; {action}" == SENTENCE


UNI = head() / 45000


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (head() - 300, np.int16),  # whole numbers with a scale and an offset in the header
        (np.round(head(4000.0, 30.0) - 300).astype(np.int16), None),
        (np.round(head(32000.0) - 20000).astype(np.int16), None),
        (np.clip(UNI * 60000 - 32000, -32768, 32767).astype(np.int16), None),
        (np.where(UNI > 0.2, UNI * 60000 - 30000, -32768).astype(np.int16), None),
        (np.where(UNI > 0.2, UNI * 32000, -32768).astype(np.int16), None),  # filled around
        (
            np.where(
                UNI > 0.2, UNI * 60000 - 30000, RANDOM.uniform(-32768, 32767, UNI.shape)
            ).astype(np.int16),
            None,
        ),  # UNI with noise in the air
        ((UNI - 0.5).astype(np.float32), None),
        (np.round(head(25000.0) + RANDOM.normal(0, 900, UNI.shape)).astype(np.int16), None),
        (head(60000.0).astype(np.uint16), None),
    ],
)
def test_other_negative_values_are_not_taken_for_wrapped_ones(tmp_path, values, dtype):
    assert value_problem(facts(tmp_path, values, dtype=dtype)) is None


def test_a_file_that_ends_early_has_no_facts_and_colours_neither(tmp_path):
    path = tmp_path / "image.nii"
    nib.save(nib.Nifti1Image(head().astype(np.float32), AFFINE), path)
    path.write_bytes(path.read_bytes()[:-8])
    colours = np.zeros((8, 8, 8), [("R", "u1"), ("G", "u1"), ("B", "u1")])

    assert value_facts(nib.load(path).dataobj) == {}
    assert facts(tmp_path, colours) == {}
