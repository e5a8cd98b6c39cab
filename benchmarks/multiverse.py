"""Multiverse: joint test under the null, and a finished run; tables of docs/multiverse.md.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts python benchmarks/multiverse.py null
    PYTHONPATH=scripts python benchmarks/multiverse.py --run FOLDER

``null`` draws cohorts without a difference, with maps that differ between universes as maps of
other nuisance regressors do, and compares the groups in all universes; the counts go to
``docs/multiverse.tsv``. ``--run`` names the folder of a study whose target multiverse has
finished. Some 15 CPU minutes.
"""

import argparse
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from calibration import AFFINE, MASK, design_of, maps_by_anatomy, random_maps
from pages import markdown, replace_part
from restpain.intervals import wilson_interval
from restpain.io.tables import read_table, write_table
from restpain.multiverse.group_level import INFERENCES, Cohort, group_level
from restpain.multiverse.joint import share_tests

DOCS = Path(__file__).parents[1] / "docs"
PAGE, COUNTS = DOCS / "multiverse.md", DOCS / "multiverse.tsv"
N_PERMUTATIONS = 99  # p of the joint test at most 5 of 100
N_GROUP, FWHM_MM, N_MAPS = 10, 8.0, 3
SHOWN = 0.005  # share of the variance below which a choice that changes no verdict is left out
SHARED = 0.8  # of the variance of the maps that alternatives have in common
KINDS = {"Gaussian, stationary": random_maps, "skewed, by anatomy": maps_by_anatomy}
ALTERNATIVES = {
    "cohort.covariates": [("age", "sex"), ()],
    "group.mask_coverage": [1.0],
    "group.voxel_p": [0.001],
    "group.cluster_p": [0.05],
    "group.tails": [2, 1],
    "group.connectivity": [26, 6],
    "group.smoothness": ["residuals", "zmap"],
    "group.inference": ["grf"],
}
UNIVERSES = [
    {"universe": number, "settings": dict(zip(ALTERNATIVES, values, strict=True))}
    for number, values in enumerate(itertools.product(*ALTERNATIVES.values()))
]
COLUMNS = {
    "maps": "Gaussian and stationary, or skewed with width and variance by anatomy",
    "inference": "What a cluster must survive",
    "found": "What was found without a difference",
    "n_draws": "Cohorts",
    "n_found": "Cohorts in which it was found",
}
FOUND = {
    "first": "the first universe has a significant cluster",
    "any": "any universe has a significant cluster",
    "joint": "joint test of the share of universes, p <= 0.05",
}


def null_counts(n_draws):
    """Count what is found in cohorts without a difference, rows of `COLUMNS`."""
    rows = []
    for kind, draw in KINDS.items():
        found = {(name, inference): 0 for inference in INFERENCES for name in FOUND}
        for number in range(n_draws):
            rng = np.random.default_rng([number, len(kind)])
            full = design_of(N_GROUP, N_GROUP, 2, rng)
            full = replace(full, participants=tuple(map(str, range(2 * N_GROUP))))
            designs = {("age", "sex"): full, (): _without_covariates(full)}
            common = draw(2 * N_GROUP, FWHM_MM, rng)
            parts = []
            for _ in range(N_MAPS):
                own = draw(2 * N_GROUP, FWHM_MM, rng)
                maps = np.sqrt(SHARED) * common + np.sqrt(1 - SHARED) * own
                cohort = Cohort(
                    maps=maps.astype(np.float32)[..., None],
                    covered=np.ones(maps.shape, bool),
                    template=MASK,
                    affine=AFFINE,
                    designs=designs,
                    seeds=None,
                    seed_distance_mm=None,
                )
                parts.append(
                    group_level(
                        cohort,
                        UNIVERSES,
                        n_permutations=N_PERMUTATIONS,
                        seed=number,
                        across_seeds=False,
                        places=[],
                    ).significant
                )
            significant = np.concatenate(parts)
            tests = share_tests(significant, list(INFERENCES)).set_index("inference")["p"]
            for place, inference in enumerate(INFERENCES):
                own = significant[:, 0, 0, place]
                for name, value in (
                    ("first", own[0]),
                    ("any", own.any()),
                    ("joint", tests[inference] <= 0.05),
                ):
                    found[name, inference] += bool(value)
            if number % 20 == 19:
                print(kind, number + 1, found, flush=True)
        rows += [
            (kind, inference, name, n_draws, count) for (name, inference), count in found.items()
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _without_covariates(design):
    return replace(design, matrix=design.matrix[:, :2], columns=design.columns[:2])


def write_null(table):
    """Table of the null in the page."""
    rows = []
    for row in table.itertuples():
        low, high = wilson_interval(row.n_found, row.n_draws)
        rows.append(
            (
                row.maps,
                "GRF correction" if row.inference == "grf" else row.inference,
                FOUND[row.found],
                f"{row.n_found} of {row.n_draws}",
                f"{100 * row.n_found / row.n_draws:.1f}",
                f"{100 * low:.1f} to {100 * high:.1f}",
            )
        )
    header = ("maps", "inference", "found", "cohorts", "%", "95 % interval")
    replace_part(PAGE, "null", markdown(header, rows))


def write_run(folder):
    """Tables of a finished run in the page."""
    results = Path(folder, "results", "multiverse")
    universes = read_table(results / "universes.tsv")
    measures = [name for name in universes.columns if (results / name).is_dir()]
    rows, tests, choices = [], [], []
    for measure in measures:
        for row in read_table(results / measure / "regions.tsv").itertuples():
            rows.append(
                (
                    row.region_id,
                    row.region + (f", seed {row.seed}" if isinstance(row.seed, str) else ""),
                    "yes" if row.in_main else "no",
                    f"{row.n_surviving} of {row.n_universes}",
                    f"{row.t_median:.1f} ({row.t_low:.1f} to {row.t_high:.1f})",
                )
            )
        for row in read_table(results / measure / "tests.tsv").itertuples():
            seed = f", seed {row.seed}" if isinstance(row.seed, str) else ""
            tests.append(
                (
                    measure + seed,
                    "GRF correction" if row.inference == "grf" else row.inference,
                    f"{100 * row.observed:.0f} %",
                    f"{100 * row.mean_permuted:.1f} % (95 %: {100 * row.q95_permuted:.0f} %)",
                    f"{row.p:.3f}",
                )
            )
        for row in read_table(results / measure / "choices.tsv").itertuples():
            of_main = "+" not in row.region_id
            if of_main and (row.explained >= SHOWN or row.n_changed):
                shares = (row.explained_low, row.explained_high)
                choices.append(
                    (
                        row.region_id,
                        row.key,
                        f"{100 * row.explained:.0f} % ({100 * shares[0]:.0f} to "
                        f"{100 * shares[1]:.0f})",
                        f"{row.n_changed} of {row.n_pairs}",
                    )
                )
    header = ("region", "AAL2", "main analysis", "universes with it", "T, median and range")
    replace_part(PAGE, "regions", markdown(header, rows))
    header = ("maps", "inference", "universes with a cluster", "permuted groups", "p")
    replace_part(PAGE, "tests", markdown(header, tests))
    header = ("region", "choice", "variance of T explained", "pairs whose verdict it changes")
    replace_part(PAGE, "choices", markdown(header, choices))


def main():
    """Run the named parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=["null", []], default=[])
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--run")
    options = parser.parse_args()
    if "null" in options.parts:
        write_table(COUNTS, null_counts(options.draws), COLUMNS)
    if COUNTS.exists():
        write_null(read_table(COUNTS))
    if options.run:
        write_run(options.run)


if __name__ == "__main__":
    main()
