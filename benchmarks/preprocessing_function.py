r"""Motion against the ground truth, and the effect of the order of filter and regression.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts:. \
        python benchmarks/preprocessing_function.py motion --series rest.nii
    python benchmarks/preprocessing_function.py order --participant results/sub-01/func

runs the named part and prints its tables; with ``--write`` they replace those between the comments
``<!-- part -->`` and ``<!-- end -->`` of docs/preprocessing_function.md. ``motion`` needs a real
rest series of a quiet head, voxels at most 3 mm: the numbers of the page are of the 75 volumes of
a Philips Ingenia in github.com/neurolabusc/dcm_qa_philips_enh, converted by dcm2niix. ``order``
needs a participant of a run with ``nuisance: []`` and 240 volumes. Times are CPU seconds of one
core.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import SimpleITK

from pages import markdown, replace_part
from restpain.connectivity.correlation import correlation, fisher_z, sphere
from restpain.io.images import read_mask, read_masked, read_volume
from restpain.io.tables import read_table
from restpain.metrics.alff import alff_and_falff, standardised
from restpain.metrics.reho import reho_in_band
from restpain.metrics.smoothing import smooth
from restpain.preprocessing.denoising import residuals_in_band
from restpain.preprocessing.image_quality import kept_volumes, temporal_snr
from restpain.preprocessing.motion import FWHM_MM, realigned, rigid_matrix, smoothed
from restpain.preprocessing.nuisance import fmriprep_signals, friston24, regressors, residuals
from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.slice_timing import correct_slice_timing, middle_time, ordered_times
from restpain.preprocessing.splines import resampled_series, spline_coefficients, spline_values
from restpain.temporal_filter import ideal_filter

PAGE = Path(__file__).parents[1] / "docs" / "preprocessing_function.md"
SHAPE, VOXEL_MM, N_VOLUMES, TR = (64, 64, 32), np.array([3.1, 3.1, 4.4]), 230, 2.0
JUMP_S = 0.3  # how long a jump of the head lasts


def points_of(shape, affine):
    """Coordinates in mm of all voxels, (n_voxels, 3), float32."""
    return applied(affine, voxel_points(shape)).reshape(-1, 3).astype(np.float32)


def real_head(path):
    """Mean and fluctuations of a real series, its own motion taken out of both.

    The fluctuations have no linear part of the 24 motion parameters left and the variance
    that they had before, so that a volume made of both has the poses it is given and no other.
    """
    series, affine = read_volume(path)
    volumes = kept_volumes(series, drop=5, name=Path(path).name)
    transforms, _, _ = realigned(volumes, affine=affine)
    points = points_of(volumes.shape[1:], affine)
    moved, _ = resampled_series(
        volumes, points=points, to_voxels=np.linalg.inv(affine) @ transforms
    )
    parameters = np.array([matrix[:3].ravel() for matrix in transforms])
    parameters = parameters[:, [3, 7, 11, 1, 2, 6]]
    fluctuations, degrees = residuals(moved, friston24(parameters - parameters.mean(axis=0)))
    fluctuations *= np.sqrt((len(volumes) - 1) / degrees)
    mean = moved.mean(axis=1).reshape(volumes.shape[1:])
    return mean, fluctuations.T.reshape(volumes.shape), affine


def raw_path(times):
    """Drift, a walk and two jumps of the head, in no unit, (n, 6)."""
    rng = np.random.default_rng(7)
    knots = np.arange(-TR, (N_VOLUMES + 1) * TR, 8.0)
    walk = rng.normal(size=(len(knots), 6)).cumsum(axis=0)
    walk = np.array([np.interp(times, knots, column) for column in walk.T]).T
    duration = N_VOLUMES * TR
    path = np.outer(times / duration, [0.5, -1.2, 2.0, 2.0, -0.6, 0.8]) + 0.12 * walk
    for start, size in (
        (0.35 * duration, [0.3, 0.5, -1.0, 1.2, -0.8, 0.6]),
        (0.7 * duration, [-0.9, 0.4, 0.8, -1.0, 0.9, -1.1]),
    ):
        path += np.outer(np.clip((times - start) / JUMP_S, 0, 1), size)
    return path


def poses(times, largest):
    """Pose of the head at times in s, (n, 6), in mm and rad.

    Translations reach ``largest`` mm and rotations as many degrees; breathing of 0.05 mm and
    0.05 degrees comes on top.
    """
    grid = np.arange(0, N_VOLUMES * TR, 0.05)
    path = raw_path(np.asarray(times)) * largest / np.abs(raw_path(grid)).max(axis=0)
    path += 0.05 * np.outer(np.sin(2 * np.pi * 0.27 * np.asarray(times)), [0, 0.4, 1, 1, 0, 0])
    path[:, 3:] = np.radians(path[:, 3:])
    return path


class Scanner:
    """Acquires volumes of 64 x 64 x 32 of the head in motion; each voxel is the mean over it."""

    def __init__(self, mean, fluctuations, affine):
        centre = affine @ [*(np.array(mean.shape) - 1) / 2, 1]
        self.centre, self.to_head = np.eye(4), np.linalg.inv(affine)
        self.centre[:3, 3] = centre[:3]
        turn = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
        self.affine = np.eye(4)
        self.affine[:3, :3] = turn * VOXEL_MM
        self.affine[:3, 3] = centre[:3] - self.affine[:3, :3] @ ((np.array(SHAPE) - 1) / 2)
        self.mean, self.fluctuations = mean, fluctuations
        corners = np.array(np.meshgrid(*[[-0.25, 0.25]] * 3)).reshape(3, -1).T
        self.parts = [
            (applied(self.affine, (voxel_points(SHAPE) + corner).astype(np.float32)))
            for corner in corners
        ]

    def transforms(self, path):
        """From mm of the head to mm of the scanner, (n, 4, 4); turns are about the centre."""
        moves = np.array([rigid_matrix(pose) for pose in path])
        return self.centre @ moves @ np.linalg.inv(self.centre)

    def acquired(self, largest, times):
        """Series with slices acquired at ``times`` s after the start of each volume."""
        n = len(self.fluctuations)
        volumes = np.empty((N_VOLUMES, *SHAPE), np.float32)
        for i in range(N_VOLUMES):
            # forth and back through the real volumes
            k = i % (2 * n)
            head = self.mean + self.fluctuations[min(k, 2 * n - 1 - k)]
            coefficients = spline_coefficients(head)
            for moment in np.unique(times):
                slices = np.flatnonzero(times == moment)
                back = np.linalg.inv(self.transforms(poses(i * TR + moment[None], largest))[0])
                parts = [
                    spline_values(
                        coefficients,
                        points=np.ascontiguousarray(part[:, :, slices]).reshape(-1, 3),
                        to_voxels=self.to_head @ back,
                    )[0]
                    for part in self.parts
                ]
                volumes[i][:, :, slices] = np.mean(parts, axis=0).reshape(*SHAPE[:2], -1)
        return volumes


def simpleitk_transforms(volumes, affine, mean):
    """Rigid registration of every volume to the mean by SimpleITK: least squares, Euler angles."""
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
    unturned = np.diag([*voxel_mm, 1.0])  # ITK images without direction and origin
    between = affine @ np.linalg.inv(unturned)

    def image(volume):
        smooth = smoothed(volume, affine=affine, fwhm_mm=FWHM_MM)
        made = SimpleITK.GetImageFromArray(np.ascontiguousarray(smooth.T))
        made.SetSpacing(voxel_mm.tolist())
        return made

    fixed, found = image(mean), []
    start = SimpleITK.Euler3DTransform()
    start.SetCenter(((np.array(mean.shape) - 1) / 2 * voxel_mm).tolist())
    for volume in volumes:
        method = SimpleITK.ImageRegistrationMethod()
        method.SetMetricAsMeanSquares()
        method.SetMetricSamplingStrategy(method.REGULAR)
        method.SetMetricSamplingPercentage(0.1)
        method.SetInterpolator(SimpleITK.sitkBSpline)
        method.SetOptimizerAsRegularStepGradientDescent(0.5, 1e-4, 100)
        method.SetOptimizerScalesFromPhysicalShift()
        method.SetInitialTransform(start, inPlace=True)
        method.Execute(fixed, image(volume))
        start = SimpleITK.Euler3DTransform(start)
        matrix = np.eye(4)
        matrix[:3, :3] = np.reshape(start.GetMatrix(), (3, 3))
        centre = np.array(start.GetCenter())
        matrix[:3, 3] = np.array(start.GetTranslation()) + centre - matrix[:3, :3] @ centre
        found.append(between @ matrix @ np.linalg.inv(between))
    return np.array(found)


def compared(transforms, truth, points):
    """RMS displacement error of each volume in mm in a common frame, and that frame."""
    frame = (np.linalg.inv(truth) @ transforms).mean(axis=0)
    homogeneous = np.c_[points, np.ones(len(points))].T
    error = ((transforms - truth @ frame) @ homogeneous)[:, :3]
    return np.sqrt((error**2).sum(axis=1).mean(axis=1)), frame


def snr(volumes, affine, transforms, frame, points):
    """Median temporal signal-to-noise ratio in the head, each candidate in the head's frame."""
    to_voxels = np.linalg.inv(affine) @ transforms @ np.linalg.inv(frame)
    series, inside = resampled_series(volumes, points=points, to_voxels=to_voxels)
    return np.median(temporal_snr(series[inside]))


def rms(values):
    """Root mean square, in words."""
    return f"{np.sqrt((values**2).mean()):.3f}"


def motion(arguments):
    """Errors of the poses, time, and signal-to-noise ratio after realignment."""
    mean, fluctuations, affine = real_head(arguments.series)
    scanner = Scanner(mean, fluctuations, affine)
    head = smoothed(mean, affine=affine, fwhm_mm=FWHM_MM)
    points = points_of(mean.shape, affine)[(head > 0.25 * np.percentile(head, 98)).ravel()]
    points = points[np.random.default_rng(0).permutation(len(points))[:20_000]]
    starts = np.arange(N_VOLUMES) * TR
    interleaved = ordered_times("interleaved", n_slices=SHAPE[2], repetition_time=TR)
    errors, ratios, drawn = [], [], {}
    for largest in (1.0, 3.0):
        for words, times in (("at once", np.zeros(SHAPE[2])), ("interleaved", interleaved)):
            volumes = scanner.acquired(largest, times)
            inside = poses((starts[:, None] + times).ravel(), largest)
            inside = inside.reshape(N_VOLUMES, -1, 6)
            still = np.abs(inside - inside.mean(axis=1, keepdims=True))[..., :3].max(axis=(1, 2))
            still = still < 0.15 * largest  # no jump while the volume was acquired
            truths = {
                "middle": scanner.transforms(poses(starts + middle_time(times), largest)),
                "mean": scanner.transforms(inside.mean(axis=1)),
            }
            series = {"not corrected": volumes}
            if words == "interleaved":
                series["corrected, then realigned"] = correct_slice_timing(
                    volumes, times=times, repetition_time=TR
                )
            found = {}
            for step, given in series.items():
                begin = time.process_time()
                transforms, _, settled = realigned(given, affine=scanner.affine)
                seconds = time.process_time() - begin
                at_middle, frame = compared(transforms, truths["middle"], points)
                over_volume, _ = compared(transforms, truths["mean"], points)
                found[step] = transforms, frame
                errors.append(
                    [f"{largest:g} mm and degrees", words, step]
                    + [rms(at_middle[still]), rms(over_volume[still])]
                    + [f"{np.sqrt(at_middle**2).max():.2f}", (~settled).sum(), f"{seconds:.1f}"]
                )
                drawn[largest, words, step] = at_middle
            if largest == 3.0:
                ratios += signal_to_noise(scanner, words, series, found, truths["middle"], points)
    draw(drawn, starts)
    header = ["motion", "slices acquired", "slice timing", "error, mm, against the middle"]
    header += ["against the mean pose", "largest, jumps included", "unsettled", "CPU s"]
    header_of_ratios = ["slices acquired", "slice timing", "transforms", "tSNR, median"]
    header_of_ratios += ["share of the best"]
    return markdown(header, errors) + "\n\n" + markdown(header_of_ratios, ratios)


def signal_to_noise(scanner, acquired, series, found, truth, points):
    """Rows of the median tSNR of each candidate's transforms, the same interpolation for all."""
    rows, unmoved = [], np.tile(np.eye(4), (N_VOLUMES, 1, 1))
    for name, volumes in series.items():
        candidates = {
            "none": (unmoved, np.linalg.inv(truth).mean(axis=0)),
            "the true poses": (truth, np.eye(4)),
            **{f"ours, of the series {step}": one for step, one in found.items()},
        }
        if acquired == "at once":
            middle = volumes[N_VOLUMES // 2]
            itk = simpleitk_transforms(volumes, scanner.affine, middle)
            candidates["SimpleITK, to the volume in the middle"] = (
                itk,
                compared(itk, truth, points)[1],
            )
        values = {
            words: snr(volumes, scanner.affine, *candidate, points)
            for words, candidate in candidates.items()
        }
        best = max(values.values())
        rows += [
            [acquired, name, words, f"{value:.2f}", f"{value / best:.3f}"]
            for words, value in values.items()
        ]
    return rows


def draw(errors, starts):
    """Errors over time of the large motion, and the motion itself."""
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "preprocessing"
    figure, axes = plt.subplots(2, 1, figsize=(8, 4.2), sharex=True, layout="constrained")
    path = poses(starts, 3.0)
    for k, name in enumerate("xyz"):
        axes[0].plot(starts, path[:, k], color=f"C{k}", label=f"along {name}, mm")
        axes[0].plot(
            starts, np.degrees(path[:, 3 + k]), "--", color=f"C{k}", label=f"about {name}, degrees"
        )
    axes[0].set(ylabel="true motion")
    axes[0].legend(frameon=False, ncols=2, fontsize=7)
    for (largest, words, step), values in errors.items():
        if largest == 3.0:
            label = f"slices {words}" + (f", {step}" if words != "at once" else "")
            axes[1].plot(starts, values, label=label, linewidth=1)
    axes[1].axhline(0.06, color="0.6", linewidth=0.8)
    axes[1].set(yscale="log", xlabel="time, s", ylabel="error, mm")
    axes[1].legend(frameon=False, fontsize=7)
    figure.savefig(PAGE.with_name("preprocessing_motion.svg"), metadata={"Date": None})
    plt.close(figure)


def order(arguments):
    """Compare both orders of filter and regression: the maps of one participant."""
    folder = Path(arguments.participant)
    mask, affine = read_mask(next(folder.glob("*_desc-brain_mask.nii.gz")))
    series = read_masked(next(folder.glob("*_desc-denoised_bold.nii.gz")), mask, affine)
    signals = fmriprep_signals(read_table(next(folder.glob("*_desc-confounds_timeseries.tsv"))))
    names = ["trend", "friston24", "wm", "csf"]
    matrix, _ = regressors(names, signals=signals, n_volumes=series.shape[1], origin=folder.name)
    band = {"repetition_time": TR, "band_hz": (0.01, 0.1)}
    smoothing = {"affine": affine, "fwhm_mm": 6.0, "kernel": "spm"}
    before, n_before = residuals(series, matrix)
    alike, n_alike = residuals_in_band(series, matrix, has_trend=True, **band)
    seed = sphere(centre_mm=(0, -52, 26), radius_mm=6.0, affine=affine, shape=mask.shape)[mask]
    maps = []
    for denoised in (before, alike):
        smoothed_series = smooth(denoised, mask, **smoothing)
        filtered = smooth(ideal_filter(denoised, **band), mask, **smoothing)
        reho = standardised(reho_in_band(denoised, mask, **band, neighbours=27))
        maps.append(
            {
                "ALFF, over its mean": standardised(alff_and_falff(smoothed_series, **band)[0]),
                "ReHo, over its mean": smooth(reho, mask, **smoothing),
                "connectivity with the posterior cingulate, z": fisher_z(
                    correlation(filtered, filtered[seed].mean(axis=0)[None])
                )[:, 0],
            }
        )
    rows = []
    for name, one in maps[0].items():
        difference = np.abs(maps[1][name] - one)[~seed if "z" in name.split()[-1] else slice(None)]
        rows.append(
            [name, f"{one.std():.3f}", f"{np.median(difference):.3f}", f"{difference.max():.3f}"]
            + [f"{np.corrcoef(one, maps[1][name])[0, 1]:.4f}"]
        )
    detrended, _ = residuals(np.ascontiguousarray(matrix[:, 1:].T), matrix[:, :1])
    confounds = ideal_filter(detrended, **band)
    basis = np.linalg.qr(confounds.T)[0]
    shares = [
        ((filtered @ basis) ** 2).sum() / (filtered**2).sum()
        for filtered in (ideal_filter(denoised, **band) for denoised in (before, alike))
    ]
    note = (
        f"\n\n{series.shape[1]} volumes, {len(series)} voxels, {matrix.shape[1]} regressors; "
        f"degrees of freedom left {n_before} before any filter, {n_alike} in the band. Share of "
        f"the variance of the filtered series that the filtered regressors explain: "
        f"{100 * shares[0]:.1f} % after regression first, {100 * shares[1]:.1g} % simultaneous."
    )
    header = ["map", "standard deviation over voxels", "median absolute difference", "largest"]
    return markdown([*header, "correlation of the maps"], rows) + note


PARTS = {part.__name__: part for part in (motion, order)}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--series", help="NIfTI file of a real rest series, for motion")
    parser.add_argument("--participant", help="results/sub-*/func, for order")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    arguments = parser.parse_args()
    text = PARTS[arguments.part](arguments)
    print(text)
    if arguments.write:
        replace_part(PAGE, arguments.part, text)
