"""Quality gate of the T1-to-template affine against fits that are right and wrong."""

import numpy as np
import pytest
from nilearn.datasets import load_mni152_brain_mask, load_mni152_template

from restpain.preprocessing.affine import AffineFit, fit_affine, reference
from restpain.preprocessing.affine_gate import check_affine, local_correlation


@pytest.fixture(scope="module")
def template():
    image, mask = load_mni152_template(resolution=3), load_mni152_brain_mask(resolution=3)
    return np.asarray(image.dataobj, np.float32), np.asarray(mask.dataobj) > 0, image.affine


def test_local_correlation_ignores_brightness_and_sees_a_reversal():
    image = np.random.default_rng(2).random((24, 24, 24)) + 1
    mask = np.ones(image.shape, bool)

    assert local_correlation(image, 7 * image, mask) == pytest.approx(1)
    assert local_correlation(image, 4 - image, mask) == pytest.approx(-1)
    assert local_correlation(image, np.ones(image.shape), mask) == 0


@pytest.mark.parametrize(
    ("objective", "local", "determinant"),
    [(0.3, 0.6, 0.8), (0.7, 0.2, 0.8), (0.7, 0.6, 1.5), (0.7, 0.6, 0.494)],
)
def test_a_doubtful_fit_is_refused_with_the_values_and_what_to_do(objective, local, determinant):
    fit = AffineFit(np.eye(4), objective, determinant)

    with pytest.raises(ValueError, match="could not be aligned") as e:
        check_affine(fit, local, "sub-01_T1w.nii.gz")

    assert str(e.value) == (
        f"sub-01_T1w.nii.gz could not be aligned with the template: objective {objective:.3f} "
        f"(at least 0.5 expected), local correlation {local:.3f} (at least 0.5), head volume "
        f"{determinant:.3f} of the template (0.5 to 1.15); look at the T1, its orientation and "
        "cropping, and exclude the participant with a reason if it cannot be repaired"
    )


@pytest.mark.parametrize("determinant", [0.8, 0.52])
def test_a_clear_fit_passes_of_a_small_head_too(determinant):
    check_affine(AffineFit(np.eye(4), 0.7, determinant), 0.6, "sub-01_T1w.nii.gz")


def test_noise_does_not_pass_for_a_head(template):
    image, mask, affine = template
    noise = np.random.default_rng(5).random((40, 40, 40)).astype(np.float32)
    grid = np.diag([5.0, 5.0, 5.0, 1.0])
    grid[:3, 3] = -100

    fit = fit_affine(noise, grid, reference(image, mask, affine))

    with pytest.raises(ValueError, match="could not be aligned"):
        check_affine(fit, 0.6, "noise.nii.gz")
