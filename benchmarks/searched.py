"""Error with missing coverage and with the seed left out: tables of docs/searched.md.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts python benchmarks/searched.py coverage seed --write

draws groups of random maps without a difference: maps in which some participants do not cover all
of the brain, and maps of the connectivity of a seed. 20 CPU minutes for 1000 draws each, of which
200 are permuted, too.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy import ndimage

from calibration import AFFINE, CORRECTION, MASK, SHAPE, design_of, random_maps
from pages import markdown, replace_part
from restpain.connectivity.correlation import correlation, fisher_z, sphere
from restpain.group.inference import corrected_clusters, estimated_smoothness
from restpain.group.models import fit_model, t_to_z
from restpain.group.permutation_null import cluster_counts, permutation_null
from restpain.group.search import near_seeds, part_of_mask
from restpain.intervals import wilson_interval

PAGE = Path(__file__).parents[1] / "docs" / "searched.md"
N_PERMUTATIONS = 199
NOT_COVERED = 9  # of 21 patients lack the lowest fifth of the brain
SMALL, SEED_MM, FWHM_MM, N_VOLUMES = (20, 24, 20), (30.0, 36.0, 30.0), 6.0, 40


def found(maps, design, inside, mask, seed):
    """Return whether GRF correction, and permutation (None: not run), find a cluster."""
    fit = fit_model(maps, design.matrix, column=0)
    inside = inside & fit.tested
    part = (part_of_mask(mask, inside), AFFINE)
    maps, fit = maps[:, inside], fit.of_voxels(inside)
    z = t_to_z(fit.t, fit.df).astype(np.float32)
    field = estimated_smoothness(maps, design, fit, z, *part, source="residuals")
    _, clusters, _ = corrected_clusters(fit.t, z, *part, dlh=field.dlh, correction=CORRECTION)
    if seed is None:
        return len(clusters) > 0, None
    null = permutation_null(
        *(maps, design, part[0]),
        **{"correction": CORRECTION, "n_permutations": N_PERMUTATIONS, "seed": seed},
        with_scores=False,
    )
    counts = cluster_counts(z, part[0], null, grf_size=None, correction=CORRECTION)
    return len(clusters) > 0, counts["n_clusters_permutation"]


def gaps(rng):
    """Voxels that each of 21 + 25 participants lacks: the lowest fifth, and ragged edges."""
    height, depth = (np.argwhere(MASK)[:, axis] for axis in (2, 1))
    top = SHAPE[2] - 1 - rng.integers(0, 3, 46)[:, None]
    back = rng.integers(0, 3, 46)[:, None]
    missing = (height > top) | (depth < back)
    missing[:NOT_COVERED] |= height < SHAPE[2] // 5
    return missing & (missing.mean(axis=0) <= 0.2)  # as group.mask_coverage 0.8


def coverage(draw, permuted):
    """Yield the findings in maps around 1: all covered, missing, and missing taken for 0."""
    rng = np.random.default_rng([5, draw])
    design = design_of(21, 25, 3, rng)
    maps = 1 + 0.15 * random_maps(46, 8.0, rng)
    missing, everywhere = gaps(rng), np.ones(maps.shape[1], bool)
    seed = int(rng.integers(2**31)) if permuted else None
    yield "all participants cover all voxels", found(maps, design, everywhere, MASK, seed)
    filled = np.where(missing, np.nan, maps).astype(np.float32)
    yield "missing where not covered", found(filled, design, everywhere, MASK, seed)
    yield "0 where not covered", found(np.nan_to_num(filled), design, everywhere, MASK, None)


def seed_of_noise(draw, permuted):
    """Yield the findings in the connectivity of a sphere in 10 + 10 series of smooth noise."""
    rng = np.random.default_rng([6, draw])
    design = design_of(10, 10, 0, rng)
    mask, affine = np.ones(SMALL, bool), AFFINE
    voxels = sphere(centre_mm=SEED_MM, radius_mm=6.0, affine=affine, shape=SMALL)
    maps = []
    for width in 1 + 0.15 * rng.standard_normal(20):  # heads differ in smoothness
        noise = rng.standard_normal((*SMALL, N_VOLUMES), dtype=np.float32)
        sigma = width * FWHM_MM / 3 / np.sqrt(8 * np.log(2))
        series = ndimage.gaussian_filter(noise, (sigma, sigma, sigma, 0)).reshape(-1, N_VOLUMES)
        mean = series[voxels.ravel()].mean(axis=0, keepdims=True)
        maps.append(fisher_z(correlation(series, mean))[:, 0])
    maps = np.array(maps, np.float32)
    near = near_seeds(voxels.reshape(-1, 1), mask, affine, distance_mm=FWHM_MM)[:, 0]
    seed = int(rng.integers(2**31)) if permuted else None
    yield "seed searched (published)", found(maps, design, np.ones(len(near), bool), mask, seed)
    yield "seed left out", found(maps, design, ~near, mask, seed)


def table(part, n_draws, n_permuted):
    """Count the draws with a finding; permutation for the first ``n_permuted`` of them."""
    answers = {}
    for draw in range(n_draws):
        draws = {"coverage": coverage, "seed": seed_of_noise}[part](draw, draw < n_permuted)
        for name, answer in draws:
            answers.setdefault(name, []).append(answer)
    rows = []
    for name, pairs in answers.items():
        for place, correction in enumerate(("GRF, cluster", "permutation, cluster")):
            counted = [pair[place] > 0 for pair in pairs if pair[place] is not None]
            if counted:
                low, high = wilson_interval(sum(counted), len(counted), level=0.95)
                share = f"{100 * np.mean(counted):.1f}"
                limits = f"{100 * low:.1f} to {100 * high:.1f}"
                rows.append([name, correction, f"{sum(counted)} of {len(counted)}", share, limits])
    return markdown(["maps", "correction", "found", "%", "95 % interval"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="+", choices=["coverage", "seed"])
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--permuted", type=int, default=200, help="draws with permutations")
    parser.add_argument("--write", action="store_true", help="write the page")
    arguments = parser.parse_args()
    for part in arguments.parts:
        text = table(part, arguments.draws, arguments.permuted)
        print(text)
        if arguments.write:
            replace_part(PAGE, part, text)


if __name__ == "__main__":
    main()
