"""Agreement, speed, memory and growth of the metrics; fills in the tables of docs/metrics.md.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts python benchmarks/metrics.py agreement speed

runs the named parts and prints their tables; with ``--write`` they replace those between the
comments ``<!-- part -->`` and ``<!-- end -->`` of the page. Times are CPU seconds of one core, the
best of three, after a first call that compiles.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy import ndimage, signal, stats

from restpain import connectivity, regional, smoothing, spectrum
from restpain.volumes import read_mask, read_masked, write_masked, write_volume

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


def table(header, rows):
    """Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def agreement():
    """Largest relative difference from each reference map, over all voxels where it is defined."""
    mask, affine = read_mask(REFERENCE / "inputs" / "mask.nii.gz")
    smooth = {"affine": affine, "fwhm_mm": 6.0, "kernel": "spm"}
    dpabi = {"outermost_slab": False, "count_constant": True}
    seed = connectivity.sphere(
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
        maps[f"{name}_zALFF"] = spectrum.zscored(alff)
        maps[f"{name}_ReHo27"], maps[f"{name}_mReHo27"] = w, spectrum.standardised(w)
        maps[f"{name}_zReHo27"] = spectrum.zscored(w)
        filtered = spectrum.ideal_filter(spectrum.detrend(series.astype(float)), **BAND)
        for step, data in (("", series), ("_detrend_bp0.01-0.1", filtered)):
            r = connectivity.correlation(data, connectivity.seed_series(data, seed))[:, 0]
            maps[f"{name}_FC{step}"] = np.where(varying, r, np.nan)
            maps[f"z{name}_FC{step}"] = np.where(varying, connectivity.fisher_z(r), np.nan)
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
            written = spectrum.detrend(smoothed, keep_mean=True)
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
    return table(["reference map", "voxels", "largest relative difference"], rows)


def dialects():
    """Compare the definitions of ALFF and fALFF on the same simulated data."""
    mask = ellipsoid((31, 37, 31), 9000)
    series = simulated_series(mask, N_VOLUMES)
    gain = np.exp(np.random.default_rng(1).normal(0, 0.3, len(series)))
    series = smoothing.smooth(series * gain[:, None], mask, **SMOOTHING)
    ours = spectrum.alff_and_falff(series, **BAND)
    afni = spectrum.alff_and_falff_afni(series, **BAND)
    spread = spectrum.alff_and_falff_sd(series, **BAND)
    others = [
        ("ALFF, AFNI 3dRSFC", afni[0], ours[0]),
        ("ALFF, standard deviation (C-PAC, RSFA)", spread[0], ours[0]),
        ("ALFF, XCP-D", spectrum.alff_xcpd(series, **BAND), ours[0]),
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
    return table([*header, "median difference after division by the mean"], rows)


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
        return connectivity.fisher_z(connectivity.correlation(series, seeds[:n_seeds]))

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
        ("ideal filter", lambda: spectrum.ideal_filter(series, **BAND), None),
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
    return table(["function", "CPU s", "plain version", "its CPU s", "times faster"], rows)


def processes():
    """CPU time and peak memory of whole processes: start, read, compute, write."""
    mask = ellipsoid(SHAPE, N_VOXELS)
    program = (
        "import re, time; {body};"
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1];"
        "print(time.process_time(), int(peak) / 1024)"
    )
    options = "band_hz=(0.01, 0.1), fwhm_mm=6.0, smoothing_kernel='spm'"
    metrics = (
        "from compute_metrics import compute_metrics as f; m = {measures}; "
        "f(bold_path='bold.nii.gz', mask_path='mask.nii.gz', raw_paths=[k + '.nii.gz' for k in m],"
        " standardised_paths=[k + 's.nii.gz' for k in m], measures=m, reho_neighbours=27, "
        + options
        + ")"
    )
    seeds = (
        "from correlate_seeds import correlate_seeds as f; f(bold_path='bold.nii.gz', "
        "mask_path='mask.nii.gz', seeds_path='seeds.nii.gz', fold_seeds_path='seeds.nii.gz', "
        "fc_path='fc.nii.gz', folds_path='folds.nii.gz', " + options + ")"
    )
    cases = {
        "start and imports alone": "import compute_metrics",
        "compute_metrics, ReHo": metrics.format(measures=["reho"]),
        "compute_metrics, ALFF and ReHo": metrics.format(measures=["alff", "reho"]),
        "compute_metrics, ALFF, fALFF and ReHo": metrics.format(
            measures=["alff", "falff", "reho"]
        ),
        "correlate_seeds, two files of 10 seeds": seeds,
    }
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        series = simulated_series(mask, N_VOLUMES)
        write_masked(path / "bold.nii.gz", series, mask, AFFINE, repetition_time=2.0)
        write_volume(path / "mask.nii.gz", mask, AFFINE)
        labels = np.zeros((len(series), 10), dtype=np.uint8)
        labels[np.arange(0, 10000, 1000) + 20000, np.arange(10)] = 1
        write_masked(path / "seeds.nii.gz", labels, mask, AFFINE)
        for name, body in cases.items():
            command = [sys.executable, "-c", program.format(body=body)]
            results = [
                subprocess.run(
                    command,
                    cwd=path,
                    env=os.environ | {"PYTHONPATH": str(REPOSITORY / "scripts")},
                    check=True,
                    capture_output=True,
                    text=True,
                )
                for _ in range(4)
            ]
            seconds, megabytes = np.array(
                [[float(word) for word in result.stdout.split()] for result in results[1:]]
            ).min(axis=0)
            rows.append([name, f"{seconds:.2f}", f"{megabytes:.0f}"])
    masked = series.nbytes / 2**20
    note = f"\n\nThe series of the mask take {masked:.0f} MB."
    return table(["process", "CPU s", "peak memory, MB"], rows) + note


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
    return table(
        ["voxels x volumes", *[f"{name}, CPU s (ns a value)" for name in functions]], rows
    )


def large():
    """Run on the size of the Human Connectome Project's data: 2 mm voxels, 1200 volumes."""
    program = (
        "import re, sys, time; sys.path.insert(0, sys.argv[1]); import numpy as n;"
        "import metrics as b;"
        "mask = b.ellipsoid((91, 109, 91), 228453);"
        "s = n.empty((228453, 1200), n.float32); g = n.random.default_rng(0);"
        "[g.standard_normal(out=s[k:k + 9999], dtype=n.float32) for k in range(0, len(s), 9999)];"
        "w = dict(b.SMOOTHING, affine=n.diag([2., 2, 2, 1]));"
        "band = dict(b.BAND, repetition_time=.72);"
        "f = {{'none': lambda: None,"
        "'ReHo': lambda: b.regional.reho_in_band(s, mask, **band, neighbours=27),"
        "'ALFF and fALFF': lambda: b.spectrum.alff_and_falff(s, **band),"
        "'smoothing': lambda: b.smoothing.smooth(s, mask, **w)}}[{name!r}];"
        "t = time.process_time(); f(); t = time.process_time() - t;"
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1];"
        "print(t, int(peak) / 1024)"
    )
    rows, base = [], 0.0
    for name in ("none", "ReHo", "ALFF and fALFF", "smoothing"):
        command = [sys.executable, "-c", program.format(name=name)]
        command.append(REPOSITORY / "benchmarks")
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        seconds, megabytes = (float(word) for word in result.stdout.split())
        if name == "none":
            base = megabytes
        else:
            rows.append([name, f"{seconds:.1f}", f"{(megabytes - base) / 1046:.2f}"])
    return table(["function", "CPU s", "memory beyond the series, in units of the series"], rows)


PARTS = {part.__name__: part for part in (agreement, dialects, speed, processes, growth, large)}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/metrics.md")
    arguments = parser.parse_args()
    for part in arguments.parts:
        text = PARTS[part]()
        print(f"{part}\n\n{text}\n")
        if arguments.write:
            page = PAGE.read_text(encoding="utf-8")
            block = f"<!-- {part} -->\n{text}\n<!-- end -->"
            page, found = re.subn(
                rf"<!-- {part} -->.*?<!-- end -->", lambda _, b=block: b, page, flags=re.DOTALL
            )
            if not found:
                raise SystemExit(f"{PAGE.name} has no place for {part}")
            PAGE.write_text(page, encoding="utf-8")
