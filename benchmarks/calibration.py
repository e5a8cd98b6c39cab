"""Family-wise error and power of the corrections: tables and figure of docs/calibration.md.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts python benchmarks/calibration.py null power

draws groups of random maps of known smoothness, without a difference (``null``) or with one
(``power``), and corrects each draw as the workflow does. The counts of the named parts go to
``docs/calibration.tsv``; tables and figure of ``docs/calibration.md`` are made from that file,
also without a named part. ``--draws`` changes the number of draws per setting, ``--only`` draws
for one correction and ``--maps`` one kind of maps; the counts of the others stay. 60 CPU minutes.
"""

import argparse
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from nilearn.datasets import load_mni152_gm_template
from scipy import fft, ndimage, stats

from pages import markdown, replace_part
from restpain.cohort.design import Design
from restpain.group.clusters import signed_clusters
from restpain.group.error_rate import PUBLISHED_ERROR_RATE
from restpain.group.inference import (
    Correction,
    corrected_clusters,
    estimated_smoothness,
    voxel_fdr,
)
from restpain.group.models import fit_model, t_to_z
from restpain.group.permutation import (
    family_wise_p,
    largest_clusters,
    permuted_orders,
    permuted_t,
    size_thresholds,
)
from restpain.group.tfce import largest_tfce_scores, tfce_scores
from restpain.intervals import wilson_interval
from restpain.io.tables import read_table, write_table

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

DOCS = Path(__file__).parents[1] / "docs"
COUNTS, PAGE, FIGURE = (DOCS / f"calibration.{kind}" for kind in ("tsv", "md", "svg"))
AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
SHAPE = (34, 40, 32)
MASK = sum(axis**2 for axis in np.ogrid[tuple(slice(-1, 1, n * 1j) for n in SHAPE)]) <= 1
MARGIN = 10  # voxels, so that what is periodic in the box is not in the mask
CORRECTION = Correction(voxel_p=0.001, cluster_p=0.05, tails=2, connectivity=26)
LEVEL = CORRECTION.cluster_p
N_PERMUTATIONS = 200  # strictly below 0.05: 10 of 201, a level of 4.98 %
BATCH = 20  # permutations of TFCE scores between two tests for an early stop
GAUSSIAN, ANATOMICAL = "Gaussian, stationary", "skewed, by anatomy"
# kind of maps, patients, controls, covariates, FWHM in mm, whether maps are permuted
NULL_SETTINGS = [
    (GAUSSIAN, 10, 10, 0, 8.0, True),
    (GAUSSIAN, 21, 25, 3, 8.0, True),
    (GAUSSIAN, 21, 25, 3, 6.0, False),
    (GAUSSIAN, 21, 25, 3, 12.0, False),
    (ANATOMICAL, 10, 10, 0, 8.0, True),
    (ANATOMICAL, 21, 25, 3, 8.0, True),
]
# maps by anatomy: FWHM in grey matter as in the settings, elsewhere this many times as wide
WIDER = 2.0
SD_GREY, SD_ELSEWHERE = 1.5, 0.5
CHI_SQUARE_DF = 4  # skewness 1.4
NULL_DRAWS, POWER_DRAWS = 1000, 40
GROUP_SIZES, EFFECTS, POWER_FWHM = (10, 20, 40), (0.4, 0.7, 1.0), 8.0
SPHERE_MM = 12.0
METHODS = {
    "grf": "GRF, cluster",
    "permutation": "permutation, cluster",
    "tfce": "permutation, TFCE",
    "fdr": "FDR, voxel",
    "row": "GRF and permutation",
}
COLUMNS = {
    "part": "null: no difference; power: a difference in a sphere",
    "maps": "Gaussian and stationary, or skewed with width and variance by anatomy",
    "n_patients": "Maps of the first group",
    "n_controls": "Maps of the second group",
    "n_covariates": "Covariates of the design",
    "fwhm_mm": "Full width at half maximum of the maps, mm",
    "effect_sd": "Difference in the sphere, in standard deviations of a voxel",
    "method": "Correction",
    "n_draws": "Draws",
    "n_found": "Draws with a finding; with a difference, one that touches the sphere",
    "expected": "Null: mean level that ties let the permutation of cluster sizes reach",
}


def random_maps(n_maps, fwhm_mm, rng):
    """Stationary Gaussian maps of unit variance and known smoothness, ``(n_maps, n_voxels)``."""
    box = tuple(fft.next_fast_len(size + MARGIN, real=True) for size in SHAPE)
    sigma = fwhm_mm / 3 / np.sqrt(8 * np.log(2))
    axes = [fft.fftfreq(box[0]), fft.fftfreq(box[1]), fft.rfftfreq(box[2])]
    square = sum(axis**2 for axis in np.meshgrid(*axes, indexing="ij", sparse=True))
    full = np.exp(-4 * np.pi**2 * sigma**2 * square)  # power of each frequency
    weight = np.full(box[2] // 2 + 1, 2.0)  # a real transform holds half of them
    weight[0] = 1
    if box[2] % 2 == 0:
        weight[-1] = 1
    gain = np.sqrt(full / (np.sum(full * weight) / np.prod(box)))
    noise = rng.standard_normal((n_maps, *box), dtype=np.float32)
    spectrum = fft.rfftn(noise, axes=(1, 2, 3)) * gain.astype(np.float32)
    maps = fft.irfftn(spectrum, s=box, axes=(1, 2, 3))
    return maps[:, : SHAPE[0], : SHAPE[1], : SHAPE[2]][:, MASK]


@cache
def grey_matter():
    """Share of grey matter in each voxel of the mask, in the middle of the template's brain."""
    grey = load_mni152_gm_template(resolution=3).get_fdata()
    centre = np.argwhere(grey > 0.5).mean(axis=0).round().astype(int)
    start = centre - np.array(SHAPE) // 2
    box = tuple(slice(first, first + size) for first, size in zip(start, SHAPE, strict=True))
    return ndimage.gaussian_filter(grey, 1.0)[box][MASK]


def maps_by_anatomy(n_maps, fwhm_mm, rng):
    """Skewed maps of mean 0 whose width and standard deviation follow the grey matter."""
    grey = grey_matter()
    narrow, wide = (random_maps(n_maps, width, rng) for width in (fwhm_mm, WIDER * fwhm_mm))
    normal = np.sqrt(grey) * narrow + np.sqrt(1 - grey) * wide
    z = np.linspace(-6, 6, 2001)
    skewed = stats.chi2.isf(stats.norm.sf(z), CHI_SQUARE_DF)
    values = np.interp(normal, z, (skewed - CHI_SQUARE_DF) / np.sqrt(2 * CHI_SQUARE_DF))
    return values * (SD_ELSEWHERE + (SD_GREY - SD_ELSEWHERE) * grey)


def design_of(n_patients, n_controls, n_covariates, rng):
    """Design with the requested number of random covariates: age, sex, education."""
    n = n_patients + n_controls
    covariates = [rng.normal(60, 8, n), rng.integers(0, 2, n) * 1.0, rng.normal(12, 3, n)]
    group = np.repeat([1.0, -1.0], [n_patients, n_controls])
    matrix = np.column_stack([group, np.ones(n), *covariates[:n_covariates]])
    return Design(matrix, ("group", "intercept", "age", "sex", "education")[: matrix.shape[1]], ())


def sphere():
    """Voxels of the mask within a distance of its centre."""
    centre = (np.array(SHAPE) - 1) // 2
    distance = np.linalg.norm((np.argwhere(MASK) - centre) * 3.0, axis=1)
    return distance <= SPHERE_MM


def corrected(maps, design, inside, seed, methods):
    """Return detections among the voxels ``inside``, by correction, and the level of sizes."""
    fit = fit_model(maps, design.matrix, column=0)
    orders = permuted_orders(len(maps), n_permutations=N_PERMUTATIONS, seed=seed)
    found, level = {}, np.nan
    if {"grf", "permutation"} & methods:
        found, level = clusters_found(maps, design, fit, inside, orders, methods)
    if "fdr" in methods:
        found["fdr"] = bool((voxel_fdr(fit.t, fit.df)[inside] < LEVEL).any())
    if "tfce" in methods:
        found["tfce"] = tfce_found(maps, design, fit, inside, orders)
    return found, level


def clusters_found(maps, design, fit, inside, orders, methods):
    """Return detections by GRF, by permutation of sizes and by both, and the level of sizes."""
    z = t_to_z(fit.t, fit.df).astype(np.float32)
    field = estimated_smoothness(maps, design, fit, z, MASK, AFFINE, source="residuals")
    labels, _, _ = corrected_clusters(fit.t, z, MASK, AFFINE, dlh=field.dlh, correction=CORRECTION)
    found = {"grf": bool(labels[MASK][inside].any())}
    if "permutation" not in methods:
        return found, np.nan
    (t,) = permuted_t(maps, design.matrix, column=0, orders=orders)
    forming = float(stats.t.isf(CORRECTION.voxel_p / CORRECTION.tails, fit.df))
    largest = largest_clusters(t, MASK, t_threshold=forming, connectivity=26)
    size, _ = size_thresholds(largest, level=LEVEL, tails=2)
    volume = np.zeros(SHAPE, np.float32)
    volume[MASK] = z
    large = signed_clusters(
        volume, z_threshold=CORRECTION.z_threshold, smallest=size, connectivity=26
    )
    found["permutation"] = bool(large[MASK][inside].any())
    found["row"] = bool((large[MASK][inside] * labels[MASK][inside]).any())
    return found, (1 + np.sum(largest.max(axis=1) >= size)) / (1 + N_PERMUTATIONS)


def tfce_found(maps, design, fit, inside, orders):
    """Test the largest TFCE score at p < 0.05; stops when the decision is certain."""
    score = np.abs(tfce_scores(fit.t, MASK, connectivity=26))[inside].max()
    null = np.zeros((0, 2))
    for start in range(0, len(orders), BATCH):
        (t,) = permuted_t(maps, design.matrix, column=0, orders=orders[start : start + BATCH])
        null = np.concatenate([null, largest_tfce_scores(t, MASK, connectivity=26)])
        if 1 + np.sum(null.max(axis=1) >= score) >= LEVEL * (1 + len(orders)):
            return False
    return bool(family_wise_p([score], [1], null, tails=2)[0] < LEVEL)


def counts(part, kind, n_patients, n_controls, n_covariates, fwhm_mm, effect, *, methods, n_draws):
    """Draw, correct and count; one row per correction."""
    if not methods:
        return []
    inside = sphere() if effect else np.ones(np.count_nonzero(MASK), bool)
    found, levels = [], []
    setting = [n_patients, n_controls, n_covariates, round(fwhm_mm), round(10 * effect)]
    for draw in range(n_draws):
        rng = np.random.default_rng([*setting, draw])
        design = design_of(n_patients, n_controls, n_covariates, rng)
        draw_maps = {GAUSSIAN: random_maps, ANATOMICAL: maps_by_anatomy}[kind]
        maps = draw_maps(n_patients + n_controls, fwhm_mm, rng)
        maps[:n_patients, inside] += effect
        answer, level = corrected(maps + 1, design, inside, int(rng.integers(2**31)), methods)
        found.append(answer)
        levels.append(level)
    return [
        {
            "part": part,
            "maps": kind,
            "n_patients": n_patients,
            "n_controls": n_controls,
            "n_covariates": n_covariates,
            "fwhm_mm": fwhm_mm,
            "effect_sd": effect,
            "method": method,
            "n_draws": n_draws,
            "n_found": sum(answer[method] for answer in found),
            "expected": np.mean(levels) if method == "permutation" and not effect else np.nan,
        }
        for method in METHODS
        if found and method in found[0]
    ]


def null(n_draws, methods, kinds):
    """Rows of all settings without a difference."""
    return [
        row
        for *setting, permuted in NULL_SETTINGS
        if setting[0] in kinds
        for row in counts(
            *("null", *setting, 0.0),
            methods=methods if permuted else methods - {"permutation", "tfce"},
            n_draws=n_draws or NULL_DRAWS,
        )
    ]


def power(n_draws, methods, kinds):
    """Rows of all group sizes and differences."""
    return [
        row
        for size in GROUP_SIZES
        for effect in EFFECTS
        if GAUSSIAN in kinds
        for row in counts(
            *("power", GAUSSIAN, size, size, 0, POWER_FWHM, effect),
            methods=methods,
            n_draws=n_draws or POWER_DRAWS,
        )
    ]


def with_interval(table):
    """Add the share of draws and Wilson's 95 % interval."""
    pairs = zip(table["n_found"], table["n_draws"], strict=True)
    limits = [wilson_interval(found, draws, level=0.95) for found, draws in pairs]
    low, high = np.array(limits).T
    return table.assign(rate=table["n_found"] / table["n_draws"], low=low, high=high)


def null_table(table):
    """Rates without a difference, a row per setting and correction."""
    rows = []
    for row in table[table["part"] == "null"].itertuples():
        rows.append(
            [
                row.maps,
                f"{row.n_patients} + {row.n_controls}",
                row.n_covariates,
                f"{row.fwhm_mm:g}",
                METHODS[row.method],
                f"{row.n_found} of {row.n_draws}",
                f"{100 * row.rate:.1f}",
                f"{100 * row.low:.1f} to {100 * row.high:.1f}",
            ]
        )
    header = ["maps", "groups", "covariates", "FWHM, mm", "correction", "found", "%"]
    header += ["95 % interval"]
    return markdown(header, rows)


def power_table(table):
    """Power, a row per group size and difference."""
    part = table[table["part"] == "power"]
    methods = [method for method in METHODS if method != "row"]
    rows = []
    for (size, effect), group in part.groupby(["n_patients", "effect_sd"]):
        rate = group.set_index("method")["rate"]
        rows.append([f"{size} + {size}", effect, *(f"{100 * rate[m]:.0f}" for m in methods)])
    header = ["groups", "difference, SD", *(f"{METHODS[method]}, %" for method in methods)]
    return markdown(header, rows)


def draw_figure(table):
    """Draw the family-wise error beside the published range, and power against group size."""
    plt.rcParams.update({"svg.hashsalt": "restpain", "font.size": 9, "svg.fonttype": "none"})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 5.0), layout="constrained")
    colours = dict(
        zip(METHODS, ("#0072b2", "#d55e00", "#009e73", "#666666", "#cc79a7"), strict=True)
    )
    part = table[(table["part"] == "null") & (table["method"] != "row")].iloc[::-1]
    low, median, high = PUBLISHED_ERROR_RATE
    left.axvspan(100 * low, 100 * high, color="#e8e8e8", label="published, GRF")
    left.axvline(100 * median, color="#b0b0b0", lw=1)
    left.axvline(100 * LEVEL, color="black", lw=1, ls=":", label="nominal")
    names = []
    for place, row in enumerate(part.itertuples()):
        colour = colours[row.method]
        left.plot([100 * row.low, 100 * row.high], [place, place], color=colour, lw=2)
        left.plot(100 * row.rate, place, "o", color=colour)
        by_anatomy = ", by anatomy" if row.maps == ANATOMICAL else ""
        size = f"{row.n_patients} + {row.n_controls}, {row.fwhm_mm:g} mm"
        names.append(f"{METHODS[row.method]}, {size}{by_anatomy}")
    left.set(yticks=range(len(names)), yticklabels=names, xlim=(0, 15), title="No difference")
    left.set_xlabel("draws with a finding, %")
    left.legend(loc="upper right", bbox_to_anchor=(-0.03, -0.03), fontsize=8)  # below the names
    styles = dict(zip(EFFECTS, (":", "--", "-"), strict=True))
    part = table[(table["part"] == "power") & (table["method"] != "row")]
    for (method, effect), group in part.groupby(["method", "effect_sd"], sort=False):
        label = METHODS[method] if effect == EFFECTS[-1] else None
        right.plot(
            group["n_patients"],
            100 * group["rate"],
            styles[effect],
            color=colours[method],
            marker="o",
            ms=3,
            label=label,
        )
    right.set(xticks=GROUP_SIZES, ylim=(-3, 103), title="A difference in a sphere")
    right.set(xlabel="maps per group", ylabel="draws in which it is found, %")
    for effect, style in styles.items():
        right.plot([], [], style, color="black", label=f"{effect:g} SD")
    right.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(FIGURE, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=["null", "power", []])
    parser.add_argument("--draws", type=int, help="draws per setting")
    parser.add_argument("--only", choices=list(METHODS), help="the one correction to draw for")
    parser.add_argument("--maps", choices=[GAUSSIAN, ANATOMICAL], help="the one kind to draw")
    arguments = parser.parse_args()
    methods = {arguments.only} if arguments.only else set(METHODS)
    kinds = {arguments.maps} if arguments.maps else {GAUSSIAN, ANATOMICAL}
    table = read_table(COUNTS) if COUNTS.exists() else pd.DataFrame(columns=list(COLUMNS))
    for part in arguments.parts:
        rows = {"null": null, "power": power}[part](arguments.draws, methods, kinds)
        drawn = table["method"].isin(methods) & table["maps"].isin(kinds)
        others = table[(table["part"] != part) | ~drawn]
        table = pd.concat([others, pd.DataFrame(rows)]) if len(others) else pd.DataFrame(rows)
        keys = ["part", "maps", "n_patients", "fwhm_mm", "effect_sd"]
        table = table.sort_values(
            [*keys, "method"],
            key=lambda column: (
                column.map(list(METHODS).index) if column.name == "method" else column
            ),
        )
        write_table(COUNTS, table, COLUMNS)
    table = with_interval(table)
    for part in arguments.parts:
        replace_part(PAGE, part, {"null": null_table, "power": power_table}[part](table))
    draw_figure(table)


if __name__ == "__main__":
    main()
