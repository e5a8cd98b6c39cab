"""Error of ALFF and ReHo of series that are resampled to the grid of the maps, by interpolation.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts:. python benchmarks/regridding.py

A ball of smooth random fields, known on a grid of 1 mm: slow signals of 8 mm and noise that is
white in time, of ``NOISE_MM``. It is sampled on the grid of the input and resampled to 3 mm; the
truth is the field at the voxels of 3 mm themselves. Printed are the mean and the root mean square
difference of the maps, in percent of the mean of the true map, and CPU seconds.
"""

import time

import numpy as np
from nilearn.datasets import load_mni152_brain_mask

from restpain.metrics.alff import alff_and_falff
from restpain.metrics.reho import reho_in_band
from restpain.metrics.smoothing import smooth
from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.regridding import regridded, regridded_series
from restpain.preprocessing.template import template_grid
from restpain.preprocessing.trilinear import sampled
from restpain.simulation.random_fields import smooth_field

SHAPE, N_VOLUMES, TR, BAND = (73, 73, 73), 120, 2.0, (0.01, 0.1)
SIGNAL_MM, SIGNAL_SD = 8.0, 0.7
INPUTS = ((2, 4.0), (2, 6.0), (3, 6.0), (4, 6.0))  # voxels and FWHM of the noise, mm


def fields(noise_mm, rng):
    """Volumes of the fields on the grid of 1 mm, (n_volumes, x, y, z)."""
    slow = rng.normal(size=(N_VOLUMES, 6))  # a few time courses, slow
    kernel = np.hanning(7)
    slow = np.apply_along_axis(np.convolve, 0, slow, kernel / np.linalg.norm(kernel), "same")
    places = [smooth_field(SHAPE, SIGNAL_MM, rng) for _ in range(6)]
    for row in slow:
        noise = smooth_field(SHAPE, noise_mm, rng)
        yield noise + SIGNAL_SD * sum(w * place for w, place in zip(row, places, strict=True))


def grid(voxel_mm, start):
    """Shape and affine within the 1 mm grid."""
    n = (SHAPE[0] - 1 - start) // voxel_mm + 1
    affine = np.diag([voxel_mm] * 3 + [1.0])
    affine[:3, 3] = start
    return (n, n, n), affine


def measured(series, mask, affine):
    """ALFF and ReHo as the workflow computes them, ReHo also without smoothing."""
    band = {"repetition_time": TR, "band_hz": BAND}
    smoothing = {"affine": affine, "fwhm_mm": 6.0, "kernel": "spm"}
    reho = reho_in_band(series, mask, **band, neighbours=27)
    maps = {"ReHo": reho, "ReHo, 6 mm": smooth(reho, mask, **smoothing)}
    maps["ALFF"] = alff_and_falff(series, **band)[0]
    maps["ALFF, 6 mm"] = alff_and_falff(smooth(series, mask, **smoothing), **band)[0]
    return maps


def compare(voxel_mm, noise_mm, rng):
    shape, affine = grid(voxel_mm, 1)
    target_shape, target = grid(3, 3)
    distance = np.linalg.norm(applied(target, voxel_points(target_shape)) - 36, axis=-1)
    mask = distance < 30
    inputs = applied(affine, voxel_points(shape))
    brain = np.linalg.norm(inputs - 36, axis=-1) < 33
    points = applied(target, voxel_points(target_shape)[mask])
    truth, volumes = [], []
    for volume in fields(noise_mm, rng):
        truth.append(volume[tuple(points.astype(int).T)])
        given = volume[tuple(inputs.reshape(-1, 3).astype(int).T)].reshape(shape)
        volumes.append(np.where(brain, given, 0).astype(np.float32))
    truth, volumes = np.stack(truth, axis=1), np.stack(volumes)
    to_voxels = np.linalg.inv(affine)

    def linear():
        return np.stack([sampled(v, applied(to_voxels, points)) for v in volumes], axis=1)

    def spline():
        return regridded_series(volumes, affine, has_data=brain, within=mask, target=target)

    expected = measured(truth, mask, target)
    for name, method in (("trilinear", linear), ("cubic B-spline", spline)):
        method()  # compiled
        start = time.process_time()
        series = method()
        seconds = time.process_time() - start
        cells = []
        for key, found in measured(series, mask, target).items():
            error = 100 * (found - expected[key]) / expected[key].mean()
            cells.append(f"{key}: {error.mean():+.1f}, {np.sqrt((error**2).mean()):.1f}")
        print(f"{voxel_mm} mm, noise {noise_mm} mm, {name}: {'; '.join(cells)}; {seconds:.2f} s")


def seconds_of_a_participant():
    """CPU seconds of 200 volumes of 91 x 109 x 91 voxels, by interpolation."""
    affine = np.diag([2.0, 2, 2, 1])
    affine[:3, 3] = [-90, -126, -72]
    shape, target = template_grid(3.0)
    images = (
        regridded(
            np.asarray(load_mni152_brain_mask(resolution=2).dataobj, np.float32),
            load_mni152_brain_mask(resolution=2).affine,
            like=np.empty(shape),
            target=target,
        )
        > 0.5
    )
    volumes = np.random.default_rng(0).random((20, 91, 109, 91), np.float32)
    brain = regridded(images, target, like=volumes[0], target=affine) > 0.5
    voxels = applied(np.linalg.inv(affine) @ target, voxel_points(shape)[images])
    for name, method in (
        ("trilinear", lambda: np.stack([sampled(one, voxels) for one in volumes], axis=1)),
        (
            "cubic B-spline",
            lambda: regridded_series(
                volumes, affine, has_data=brain, within=images, target=target
            ),
        ),
    ):
        start = time.process_time()
        method()
        print(f"{name}: {10 * (time.process_time() - start):.1f} s for 200 volumes")


if __name__ == "__main__":
    seconds_of_a_participant()
    for voxels, noise in INPUTS:
        compare(voxels, noise, np.random.default_rng(1))
