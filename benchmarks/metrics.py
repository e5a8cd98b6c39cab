"""Agreement, speed, memory and growth of the metrics; fills in the tables of docs/metrics.md.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts:. python benchmarks/metrics.py agreement speed

runs the named parts and prints their tables; with ``--write`` they replace those between the
comments ``<!-- part -->`` and ``<!-- end -->`` of the page. Times are CPU seconds of one core, the
best of three, after a first call that compiles.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nibabel as nib
import numpy as np
from isal import igzip
from scipy import ndimage, signal, stats

from other_definitions import alff_and_falff_afni, alff_and_falff_sd, alff_xcpd, zscored
from pages import markdown, replace_part
from restpain.connectivity import correlation
from restpain.io.images import read_mask, read_masked, write_masked, write_volume
from restpain.io.tables import write_json
from restpain.metrics import alff as spectrum
from restpain.metrics import reho as regional
from restpain.metrics import smoothing
from restpain.temporal_filter import detrend, ideal_filter

REPOSITORY = Path(__file__).parents[1]
REFERENCE = REPOSITORY / "tests" / "reference" / "dpabi"
PAGE = REPOSITORY / "docs" / "metrics.md"
SHAPE, N_VOXELS, N_VOLUMES = (61, 73, 61), 70831, 230
AFFINE = np.array([[3.0, 0, 0, -90], [0, 3, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])
BAND = {"repetition_time": 2.0, "band_hz": (0.01, 0.1)}
SMOOTHING = {"affine": AFFINE, "fwhm_mm": 6.0, "kernel": "spm"}


def ellipsoid(shape, n_voxels):
    """Mask of the ``n_voxels`` voxels nearest to the centre, in units of the axes of the grid."""
    axes = np.ogrid[tuple(slice(-1, 1, size * 1j) for size in shape)]
    distance = sum(axis**2 for axis in axes)
    order = np.argsort(distance, axis=None, kind="stable")
    mask = np.zeros(distance.size, dtype=bool)
    mask[order[:n_voxels]] = True
    return mask.reshape(shape)


def simulated_series(mask, n_volumes, seed=0):
    """Series with a spectrum that falls with frequency, alike among neighbours, float32."""
    rng = np.random.default_rng(seed)
    steps = rng.standard_normal((np.count_nonzero(mask), n_volumes), dtype=np.float32)
    white = rng.standard_normal(steps.shape, dtype=np.float32)
    slow = signal.lfilter([1.0], [1.0, -0.9], steps, axis=1).astype(np.float32)
    return smoothing.smooth(slow, mask, **SMOOTHING) * 10 + white * 3


def cpu_seconds(function, repeats=3):
    """Best CPU time of a call, after one that compiles and warms up."""
    function()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def agreement():
    """Largest relative difference from each reference map, over all voxels where it is defined."""
    mask, affine = read_mask(REFERENCE / "inputs" / "mask.nii.gz")
    smooth = {"affine": affine, "fwhm_mm": 6.0, "kernel": "spm"}
    dpabi = {"outermost_slab": False, "count_constant": True}
    seed = correlation.sphere(
        centre_mm=(54, -30, -9), radius_mm=6.0, affine=affine, shape=mask.shape
    )[mask][:, None]
    maps = {}
    for name in ("func", "func_ties"):
        series = read_masked(REFERENCE / "inputs" / f"{name}.nii.gz", mask, affine)
        varying = np.ptp(series, axis=1) > 0
        alff, falff = spectrum.alff_and_falff(series, **BAND)
        w = regional.reho(series, mask, neighbours=27, **dpabi)
        maps[f"{name}_ALFF"] = np.where(varying, alff, 0)
        maps[f"{name}_mALFF"] = spectrum.standardised(alff)
        maps[f"{name}_fALFF"] = np.where(varying, falff, np.nan)
        maps[f"{name}_zALFF"] = zscored(alff)
        maps[f"{name}_ReHo27"], maps[f"{name}_mReHo27"] = w, spectrum.standardised(w)
        maps[f"{name}_zReHo27"] = zscored(w)
        filtered = ideal_filter(detrend(series.astype(float)), **BAND)
        for step, data in (("", series), ("_detrend_bp0.01-0.1", filtered)):
            r = correlation.correlation(data, correlation.seed_series(data, seed))[:, 0]
            maps[f"{name}_FC{step}"] = np.where(varying, r, np.nan)
            maps[f"z{name}_FC{step}"] = np.where(varying, correlation.fisher_z(r), np.nan)
        if name == "func":
            maps["func_mfALFF"] = spectrum.standardised(falff)
            for neighbours in (7, 19):
                key = f"func_ReHo{neighbours:02d}"
                maps[key] = regional.reho(series, mask, neighbours=neighbours, **dpabi)
            maps["func_ReHo27_detrend_bp0.01-0.1"] = regional.reho_in_band(
                series, mask, **BAND, neighbours=27, **dpabi
            )
            maps["func_s6mReHo27"] = smoothing.smooth(maps["func_mReHo27"], mask, **smooth)
            z = maps["zfunc_FC"].astype(np.float32)  # DPARSF smooths the map as written
            maps["zfunc_FC_s6"] = smoothing.smooth(z, mask, **smooth)
            smoothed = smoothing.smooth(series, mask, **smooth)
            maps["s6_func_vol1_vol60"] = smoothed[:, [0, 59]]
            written = detrend(smoothed, keep_mean=True)
            maps["s6_detrend_ALFF"], maps["s6_detrend_fALFF"] = spectrum.alff_and_falff(
                written, **BAND
            )
            maps["s6_detrend_mALFF"] = spectrum.standardised(maps["s6_detrend_ALFF"])
    rows = []
    for name, values in maps.items():
        expected = read_masked(REFERENCE / f"{name}.nii.gz", mask, affine)
        defined = (np.abs(expected) > 1e-12) & np.isfinite(values)
        difference = np.abs(values[defined] / expected[defined] - 1)
        rows.append([f"`{name}`", defined.sum(), f"{difference.max():.1e}"])
    return markdown(["reference map", "voxels", "largest relative difference"], rows)


def dialects():
    """Compare the definitions of ALFF and fALFF on the same simulated data."""
    mask = ellipsoid((31, 37, 31), 9000)
    series = simulated_series(mask, N_VOLUMES)
    gain = np.exp(np.random.default_rng(1).normal(0, 0.3, len(series)))
    series = smoothing.smooth(series * gain[:, None], mask, **SMOOTHING)
    ours = spectrum.alff_and_falff(series, **BAND)
    afni = alff_and_falff_afni(series, **BAND)
    spread = alff_and_falff_sd(series, **BAND)
    others = [
        ("ALFF, AFNI 3dRSFC", afni[0], ours[0]),
        ("ALFF, standard deviation (C-PAC, RSFA)", spread[0], ours[0]),
        ("ALFF, XCP-D", alff_xcpd(series, **BAND), ours[0]),
        ("fALFF, AFNI 3dRSFC", afni[1], ours[1]),
        ("fALFF, standard deviation (C-PAC, fRSFA)", spread[1], ours[1]),
    ]
    rows = []
    for name, values, reference in others:
        ratio = spectrum.standardised(values) / spectrum.standardised(reference) - 1
        rows.append(
            [
                name,
                f"{np.median(values / reference):.3f}",
                f"{np.corrcoef(values, reference)[0, 1]:.4f}",
                f"{stats.spearmanr(values, reference)[0]:.4f}",
                f"{100 * np.median(np.abs(ratio)):.2f} %",
            ]
        )
    header = ["definition", "median ratio to ours", "Pearson r", "Spearman rho"]
    return markdown([*header, "median difference after division by the mean"], rows)


def speed():
    """CPU time of the functions, with a plain numpy or scipy version in the same run."""
    mask = ellipsoid(SHAPE, N_VOXELS)
    series = simulated_series(mask, N_VOLUMES)
    seeds = series[:10].astype(np.float64)
    volume = np.zeros((*SHAPE, N_VOLUMES), dtype=np.float32)
    volume[mask] = series
    sigma = 2.0 * smoothing.SIGMAS_PER_FWHM

    def plain_alff():
        values = signal.detrend(series.astype(np.float64))
        amplitude = np.abs(np.fft.rfft(values, n=256)) * 2 / N_VOLUMES
        return amplitude[:, 6:52].mean(axis=1), amplitude[:, 1:].sum(axis=1)

    def plain_smoothing():
        return ndimage.gaussian_filter(volume, (sigma,) * 3 + (0,), mode="constant")

    def plain_fc(n_seeds):
        centred = series - series.mean(axis=1, keepdims=True, dtype=np.float64)
        unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
        return np.arctanh((unit @ unit[:n_seeds].T).clip(-0.999, 0.999))

    def fc(n_seeds):
        return correlation.fisher_z(correlation.correlation(series, seeds[:n_seeds]))

    cases = [
        (
            "ReHo, 27 voxels",
            lambda: regional.reho(series, mask, neighbours=27),
            ("scipy rankdata alone", lambda: stats.rankdata(series, axis=1)),
        ),
        (
            "ReHo, 27 voxels, detrended and filtered",
            lambda: regional.reho_in_band(series, mask, **BAND, neighbours=27),
            None,
        ),
        (
            "ALFF and fALFF",
            lambda: spectrum.alff_and_falff(series, **BAND),
            ("scipy detrend and numpy FFT at once", plain_alff),
        ),
        (
            "smoothing, 230 volumes",
            lambda: smoothing.smooth(series, mask, **SMOOTHING),
            ("scipy gaussian_filter on the grid", plain_smoothing),
        ),
        ("ideal filter", lambda: ideal_filter(series, **BAND), None),
        ("connectivity, 1 seed", lambda: fc(1), ("numpy at once", lambda: plain_fc(1))),
        ("connectivity, 10 seeds", lambda: fc(10), ("numpy at once", lambda: plain_fc(10))),
    ]
    rows = []
    for name, function, plain in cases:
        seconds = cpu_seconds(function)
        cells = ["", "", ""]
        if plain:
            reference = cpu_seconds(plain[1], repeats=1)
            cells = [plain[0], f"{reference:.2f}", f"{reference / seconds:.1f}"]
        rows.append([name, f"{seconds:.2f}", *cells])
    head = ["function", "CPU s", "reference implementation", "its CPU s", "times faster"]
    return markdown(head, rows)


def run_process(body, folder):
    """CPU seconds (user and system) of a whole Python process, and its peak memory in MB."""
    peak = "import re; print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        [sys.executable, "-c", f"{body}\n{peak}"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{REPOSITORY / 'scripts'}:{REPOSITORY}"},
        check=True,
        capture_output=True,
        text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, int(result.stdout) / 1024


def metrics_program(measures):
    """Run compute_metrics on the files of the folder; program of a process."""
    ends = (".nii.gz", "_standardised.nii.gz")
    raw, standardised = ([f"sub-01/{m}{end}" for m in measures] for end in ends)
    return (
        "from scripts.metrics.compute_metrics import compute_metrics\n"
        "compute_metrics(bold_path='sub-01/bold.nii.gz', mask_path='sub-01/mask.nii.gz', "
        f"raw_paths={raw}, standardised_paths={standardised}, measures={measures}, "
        "reho_neighbours=27, band_hz=(0.01, 0.1), fwhm_mm=6.0, smoothing_kernel='spm')"
    )


SEEDS_PROGRAM = (
    "from scripts.connectivity.correlate_seeds import correlate_seeds\n"
    "correlate_seeds(bold_path='sub-01/bold.nii.gz', mask_path='sub-01/mask.nii.gz', "
    "index_path=None, seeds_path='sub-01/seeds.nii.gz', group_mask_path='sub-01/mask.nii.gz', "
    "fc_path='sub-01/fc.nii.gz', series_path='sub-01/series.npz', "
    "band_hz=(0.01, 0.1), fwhm_mm=6.0, smoothing_kernel='spm')"
)


def write_seeds(path, mask, affine):
    """Ten seeds of a voxel each."""
    labels = np.zeros((np.count_nonzero(mask), 10), dtype=np.uint8)
    labels[np.arange(0, 10000, 1000) + 20000, np.arange(10)] = 1
    write_masked(path, labels, mask, affine)


def processes():
    """CPU time and peak memory of whole processes: start, read, compute, write."""
    mask = ellipsoid(SHAPE, N_VOXELS)
    cases = {
        "start and imports alone": "import scripts.metrics.compute_metrics",
        "compute_metrics, ReHo": metrics_program(["reho"]),
        "compute_metrics, ALFF and ReHo": metrics_program(["alff", "reho"]),
        "compute_metrics, ALFF, fALFF and ReHo": metrics_program(["alff", "falff", "reho"]),
        "correlate_seeds, 10 seeds and the stored series": SEEDS_PROGRAM,
    }
    runs, ranking = {name: [] for name in cases}, []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        series = simulated_series(mask, N_VOLUMES)
        own = path / "sub-01"  # of a participant, as the sidecars name their sources
        own.mkdir()
        write_masked(own / "bold.nii.gz", series, mask, AFFINE, sidecar={"RepetitionTime": 2.0})
        write_volume(own / "mask.nii.gz", mask, AFFINE)
        write_seeds(own / "seeds.nii.gz", mask, AFFINE)
        for _ in range(7):  # in turn, so that all see the same neighbours on the machine
            start = time.process_time()
            stats.rankdata(series, axis=1)
            ranking.append(time.process_time() - start)
            for name, body in cases.items():
                runs[name].append(run_process(body, path))
    baseline = np.min(runs["start and imports alone"], axis=0)[1]
    masked = series.nbytes / 2**20
    rows = []
    for name, values in runs.items():
        seconds, megabytes = np.array(values).T
        rows.append(
            [
                name,
                f"{np.median(seconds):.2f}",
                f"{seconds.min():.2f}",
                f"{np.median(seconds) / np.median(ranking):.2f}",
                f"{megabytes.max():.0f}",
                f"{(megabytes.max() - baseline) / masked:.1f}",
            ]
        )
    note = (
        f"\n\nThe series of the mask take {masked:.0f} MB. scipy's ranking of them, run between "
        f"the processes, took {np.median(ranking):.2f} CPU s (median; at least "
        f"{min(ranking):.2f})."
    )
    header = ["process", "CPU s, median of 7", "least", "median over that of scipy's ranking"]
    header += ["peak memory, MB", "beyond start, in units of the series"]
    return markdown(header, rows) + note


SMOOTHING_PROGRAM = (
    "from restpain.io.images import read_mask, read_masked, write_masked\n"
    "from restpain.metrics.smoothing import smooth\n"
    "mask, affine = read_mask('sub-01/mask.nii.gz')\n"
    "series = read_masked('sub-01/bold.nii.gz', mask, affine)\n"
    "smooth(series, mask, affine=affine, fwhm_mm=6.0, kernel='spm')\n"
    "write_masked('sub-01/smooth.nii.gz', series, mask, affine, "
    "sidecar={'RepetitionTime': 2.0})"
)
NILEARN_SMOOTHING = (
    "from nilearn.image import smooth_img\n"
    "smooth_img('sub-01/bold.nii.gz', 6.0).to_filename('sub-01/nilearn.nii.gz')"
)
AFNI_INPUT = ("-mask", "sub-01/mask.nii.gz")
# step, our process, the other tool, its process or command
BESIDE = (
    (
        "ReHo, 27 voxels",
        metrics_program(["reho"]),
        "AFNI 3dReHo",
        ["3dReHo", "-prefix", "reho.nii.gz", *AFNI_INPUT, "-nneigh", "27"]
        + ["-inset", "sub-01/bold.nii.gz"],
    ),
    (
        "ALFF and fALFF",
        metrics_program(["alff", "falff"]),
        "AFNI 3dRSFC",
        ["3dRSFC", "-prefix", "rsfc.nii.gz", *AFNI_INPUT, "0.01", "0.1", "sub-01/bold.nii.gz"],
    ),
    (
        "connectivity, 10 seeds",
        SEEDS_PROGRAM,
        "AFNI 3dTcorr1D, filter and smoothing apart",
        ["3dTcorr1D", "-prefix", "fc.nii.gz", *AFNI_INPUT, "sub-01/bold.nii.gz", "seeds.1D"],
    ),
    (
        "smoothing, 230 volumes",
        SMOOTHING_PROGRAM,
        "nilearn smooth_img",
        [sys.executable, "-c", NILEARN_SMOOTHING],
    ),
)


def other_tools():
    """CPU time of whole processes in turn with those of AFNI and nilearn, on the same files.

    A tool that this machine does not have is said to be absent.
    """
    mask = ellipsoid(SHAPE, N_VOXELS)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        series = simulated_series(mask, N_VOLUMES)
        own = path / "sub-01"
        own.mkdir()
        write_masked(own / "bold.nii.gz", series, mask, AFFINE, sidecar={"RepetitionTime": 2.0})
        write_volume(own / "mask.nii.gz", mask, AFFINE)
        write_seeds(own / "seeds.nii.gz", mask, AFFINE)
        np.savetxt(path / "seeds.1D", series[20000:30000:1000].T)
        for step, body, tool, command in BESIDE:
            if shutil.which(command[0]) is None:
                rows.append([step, "", tool, "not on this machine", ""])
                continue
            ours, other = [], []
            for _ in range(5):
                ours.append(run_process(body, path)[0])
                other.append(command_seconds([*command], path))
            mine, its = np.median(ours), np.median(other)
            rows.append([step, f"{mine:.2f}", tool, f"{its:.2f}", f"{its / mine:.1f}"])
    header = ["step, from files to files", "CPU s", "other tool", "its CPU s", "times faster"]
    return markdown(header, rows)


def command_seconds(command, folder):
    """CPU seconds of a program; what it writes is removed, since AFNI overwrites nothing."""
    before, there = resource.getrusage(resource.RUSAGE_CHILDREN), set(folder.iterdir())
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    for path in set(folder.iterdir()) - there:
        path.unlink()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def growth():
    """CPU time against voxels and volumes; also drawn in docs/metrics_growth.svg."""
    import matplotlib.pyplot as plt

    functions = {
        "ReHo": lambda series, mask: regional.reho(series, mask, neighbours=27),
        "ALFF and fALFF": lambda series, mask: spectrum.alff_and_falff(series, **BAND),
        "smoothing": lambda series, mask: smoothing.smooth(series, mask, **SMOOTHING),
    }
    sizes = [(17500, 230), (35000, 230), (70000, 230), (35000, 115), (35000, 460), (35000, 920)]
    seconds = {}
    for n_voxels, n_volumes in sizes:
        mask = ellipsoid(SHAPE, n_voxels)
        series = np.random.default_rng(0).standard_normal((n_voxels, n_volumes), dtype=np.float32)
        for name, function in functions.items():
            call = lambda f=function, s=series, m=mask: f(s, m)  # noqa: E731
            seconds[name, n_voxels, n_volumes] = cpu_seconds(call, repeats=2)
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), sharey=True, layout="constrained")
    chosen = [
        (0, [size for size in sizes if size[1] == 230], "voxels (230 volumes)"),
        (1, sorted(size for size in sizes if size[0] == 35000), "volumes (35,000 voxels)"),
    ]
    for column, points, label in chosen:
        for name in functions:
            axes[column].plot(
                [size[column] for size in points],
                [seconds[name, *size] for size in points],
                marker="o",
                label=name,
            )
        axes[column].set(xlabel=label, xlim=(0, None), ylim=(0, None))
    axes[0].set_ylabel("CPU s")
    axes[0].legend(frameon=False)
    plt.rcParams["svg.hashsalt"] = "metrics"
    figure.savefig(PAGE.with_name("metrics_growth.svg"), metadata={"Date": None})
    rows = [
        [f"{n_voxels} x {n_volumes}"]
        + [
            f"{seconds[name, n_voxels, n_volumes]:.2f} "
            f"({1e9 * seconds[name, n_voxels, n_volumes] / n_voxels / n_volumes:.1f})"
            for name in functions
        ]
        for n_voxels, n_volumes in sizes
    ]
    return markdown(
        ["voxels x volumes", *[f"{name}, CPU s (ns a value)" for name in functions]], rows
    )


def large():
    """Whole processes on the size of the Human Connectome Project: 2 mm voxels, 1200 volumes."""
    mask = ellipsoid((91, 109, 91), 228453)
    affine, n_volumes = np.diag([2.0, 2.0, 2.0, 1.0]), 1200
    cases = {
        "compute_metrics, ALFF and ReHo": metrics_program(["alff", "reho"]),
        "correlate_seeds, 10 seeds and the stored series": SEEDS_PROGRAM,
    }
    rng = np.random.default_rng(0)
    masked = 4 * np.count_nonzero(mask) * n_volumes / 2**20
    with tempfile.TemporaryDirectory() as folder:
        path, own = Path(folder), Path(folder, "sub-01")
        own.mkdir()
        write_volume(own / "mask.nii.gz", mask, affine)
        write_seeds(own / "seeds.nii.gz", mask, affine)
        header = nib.Nifti1Header()
        header.set_data_dtype(np.float32)
        header.set_data_shape((*mask.shape, n_volumes))
        header.set_zooms((2, 2, 2, 0.72))
        header.set_xyzt_units("mm", "sec")
        header.set_sform(affine, code=1)
        volume = np.zeros(mask.shape, np.float32)
        with igzip.open(own / "bold.nii.gz", "wb", compresslevel=1) as stream:
            stream.write(header.binaryblock + bytes(4))
            for _ in range(n_volumes):
                volume[mask] = rng.standard_normal(np.count_nonzero(mask), dtype=np.float32)
                stream.write(volume.tobytes(order="F"))
        write_json(own / "bold.json", {"RepetitionTime": 0.72})
        _, baseline = run_process("import scripts.metrics.compute_metrics", path)
        rows = []
        for name, body in cases.items():
            seconds, megabytes = run_process(body, path)
            rows.append(
                [
                    name,
                    f"{seconds:.0f}",
                    f"{megabytes:.0f}",
                    f"{(megabytes - baseline) / masked:.2f}",
                ]
            )
    header = ["process", "CPU s", "peak memory, MB", "beyond start, in units of the series"]
    return markdown(header, rows) + f"\n\nThe series of the mask take {masked:.0f} MB."


PARTS = {
    part.__name__: part
    for part in (agreement, dialects, speed, processes, other_tools, growth, large)
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/metrics.md")
    arguments = parser.parse_args()
    for part in arguments.parts:
        text = PARTS[part]()
        print(f"{part}\n\n{text}\n")
        if arguments.write:
            replace_part(PAGE, part, text)
