"""False clusters of cohorts without an effect; fills in the tables of docs/recovery.md.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts:. python benchmarks/recovery.py null

draws maps of 20 cohorts per line directly (Gaussian random fields in the template brain at 3 mm,
no simulated scanner), runs the comparison of the default configuration on each, and prints the
share of cohorts with at least one significant cluster; with ``--write`` the table replaces the
one between the comments ``<!-- null -->`` and ``<!-- end -->`` of the page. Under one CPU
minute.
"""

import argparse
from pathlib import Path

import numpy as np
import yaml
from nilearn.datasets import load_mni152_brain_mask, load_mni152_template

from pages import replace_part
from restpain.group.inference import find_clusters
from restpain.intervals import wilson_interval
from restpain.power.detection import random_design
from restpain.power.random_maps import smooth_noise
from restpain.preprocessing.template import template_grid, template_images

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "recovery.md"
N_COHORTS = 20
CASES = ((10, 9.0), (23, 9.0), (23, 12.0))  # participants per group, smoothness in mm
KEYS = ("voxel_p", "cluster_p", "tails", "connectivity", "smoothness")


def template_brain():
    """Brain mask of the template on the grid of the maps, with its affine."""
    image = load_mni152_template(resolution=1)
    brain = np.asarray(load_mni152_brain_mask(resolution=1).dataobj, np.float32)
    sources = {name: np.asarray(image.dataobj, np.float32) for name in ("T1w", "GM", "WM")}
    shape, affine = template_grid(3.0)
    resampled = template_images(
        {**sources, "mask": brain}, image.affine, shape=shape, target=affine
    )
    return resampled["mask"] > 0, affine


def null():
    """Share of cohorts without an effect in which the comparison finds a cluster."""
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    settings = {key: config["group"][key] for key in KEYS}
    mask, affine = template_brain()
    lines = []
    for n, fwhm_mm in CASES:
        counts = []
        for seed in range(1, N_COHORTS + 1):
            rng = np.random.default_rng([seed, n, int(fwhm_mm)])
            maps = smooth_noise(mask, affine, fwhm_mm=fwhm_mm, n_maps=2 * n, rng=rng)
            n_covariates = len(config["cohort"]["covariates"])
            design = random_design(n, n_covariates=n_covariates, rng=rng)
            counts.append(len(find_clusters(maps, design, mask, affine, **settings)[1]))
        found = int(np.count_nonzero(counts))
        low, high = wilson_interval(found, N_COHORTS)
        lines.append(
            f"| {n} + {n} | {fwhm_mm:g} mm | {found} of {N_COHORTS} | {100 * low:.0f} to "
            f"{100 * high:.0f} % | {sum(counts)} |"
        )
    head = "| groups | smoothness | cohorts with a cluster | 95 % interval | clusters |"
    return "\n".join([head, "| --- | --- | --- | --- | --- |", *lines])


PARTS = {"null": null}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--write", action="store_true", help="put the tables into the page")
    arguments = parser.parse_args()
    for part in arguments.parts:
        text = PARTS[part]()
        print(f"{part}\n\n{text}\n")
        if arguments.write:
            replace_part(PAGE, part, text)
