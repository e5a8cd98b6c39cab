"""Coverage of confidence intervals of the AUC: table of docs/classification.md.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts python benchmarks/auc_interval.py --write

draws scores of patients and controls, normal and a shift apart that gives a true AUC, and counts
the 95 % intervals that contain it. 2 CPU minutes for 1000 draws.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy import special

from pages import markdown, replace_part
from restpain.classification.evaluation import pair_order
from restpain.intervals import auc_interval

PAGE = Path(__file__).parents[1] / "docs" / "classification.md"
SIZES = (10, 21, 50)
AUCS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
N_BOOTSTRAP = 500
Z = float(special.ndtri(0.975))


def percentile_bootstrap(pairs, rng):
    """Percentile bootstrap, patients and controls drawn apart."""
    n = len(pairs)
    share = [rng.multinomial(n, np.full(n, 1 / n), N_BOOTSTRAP) / n for _ in range(2)]
    return np.quantile(np.sum(share[0] @ pairs * share[1], axis=1), [0.025, 0.975])


def delong(pairs, rng):
    """DeLong's variance, normal."""
    half = Z * np.sqrt(pairs.mean(axis=1).var(ddof=1) + pairs.mean(axis=0).var(ddof=1))
    half /= np.sqrt(len(pairs))
    return pairs.mean() - half, pairs.mean() + half


def newcombe(pairs, rng):
    """Newcombe's method 5, of the workflow."""
    return auc_interval(pairs.mean(), *pairs.shape)


METHODS = {
    "percentile bootstrap": percentile_bootstrap,
    "DeLong": delong,
    "Newcombe, method 5": newcombe,
}


def coverage(n, true_auc, n_draws):
    """Share of intervals with the true AUC, and of those without width, of each method."""
    rng = np.random.default_rng([n, round(100 * true_auc)])
    shift = np.sqrt(2) * special.ndtri(min(true_auc, 0.999999)) + 100 * (true_auc == 1)
    hits, empty = np.zeros(len(METHODS)), np.zeros(len(METHODS))
    for _ in range(n_draws):
        pairs = pair_order(rng.standard_normal(n) + shift, rng.standard_normal(n))
        for k, method in enumerate(METHODS.values()):
            low, high = method(pairs, rng)
            hits[k] += low - 1e-9 <= true_auc <= high + 1e-9
            empty[k] += high - low < 1e-9
    return 100 * hits / n_draws, 100 * empty / n_draws


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--write", action="store_true", help="write the page")
    arguments = parser.parse_args()
    rows = []
    for n in SIZES:
        for true_auc in AUCS:
            pairs = zip(*coverage(n, true_auc, arguments.draws), strict=True)
            cells = [f"{hit:.1f} ({empty:.1f})" for hit, empty in pairs]
            rows.append([f"{n} + {n}", f"{true_auc:g}", *cells])
    text = markdown(["participants", "true AUC", *METHODS], rows)
    print(text)
    if arguments.write:
        replace_part(PAGE, "auc_interval", text)


if __name__ == "__main__":
    main()
