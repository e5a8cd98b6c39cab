"""Classification of simulated cohorts with a known answer, and its cost.

Maps and series of a cohort of the paper's size (21 patients, 25 controls; 3 mm, some 70,000
voxels, smoothness of 8 mm) are simulated directly, so that a cohort costs seconds:

    python benchmarks/classification.py shuffle   # size of the p with fixed predictions
    python benchmarks/classification.py null      # no effect, first cohort with a region
    python benchmarks/classification.py circle    # no effect, lenient correction
    python benchmarks/classification.py planted   # a strong effect
    python benchmarks/classification.py sites     # two sites, with and without ComBat
    python benchmarks/classification.py cost      # CPU seconds of one fit, repeat and permutation
    python benchmarks/classification.py training_folds  # leave-one-out against ten folds
    python benchmarks/classification.py size      # the whole classification of 500 participants

Each prints a JSON object, the last two a table, which ``--write`` puts into
docs/classification_cost.md; the other numbers are reported there and in docs/classification.md.
``--permutations`` sets the number of permutations of the groups (39), ``--participants`` the size
of the last. Run with OMP_NUM_THREADS=1, as jobs of the workflow do.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from nilearn.datasets import load_mni152_brain_mask
from scipy.ndimage import gaussian_filter
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from pages import REPOSITORY, markdown, replace_part
from restpain.atlas import aal
from restpain.classification.arms import leak_free_arms
from restpain.classification.atlas_means import atlas_means
from restpain.classification.ensemble import HYPERPARAMETERS, fit_and_predict
from restpain.classification.evaluation import auc, exceedance_p, permutation_p
from restpain.classification.fold_regions import (
    Search,
    fold_regions,
    stored_connectivity,
)
from restpain.classification.folds import (
    TRAINING_FOLDS,
    Fold,
    repeated_folds,
    smaller_training_sets,
    stratified_folds,
)
from restpain.classification.logistic import logistic_fitter
from restpain.classification.nested import Arm, first_repeat_auc, nested_summary, predict_folds
from restpain.classification.permuted import permuted_aucs, permuted_regions
from restpain.classification.published_protocol import published_protocol
from restpain.cohort.design import two_sample_design
from restpain.cohort.participants import Comparison
from restpain.cohort.training_sets import SHARES
from restpain.connectivity.correlation import unit_series
from restpain.io.images import write_arrays

PAGE = REPOSITORY / "docs" / "classification_cost.md"
N_PATIENTS, N_CONTROLS = 21, 25
N_VOLUMES = 60
SIGMA_VOXELS = 8 / 2.3548 / 3
SETTINGS = {
    "voxel_p": 0.001,
    "cluster_p": 0.05,
    "tails": 2,
    "connectivity": 26,
    "smoothness": "residuals",
}
# hardly any correction, so that noise nearly always gives regions
LENIENT = SETTINGS | {"voxel_p": 0.01, "cluster_p": 0.9}
LEARNERS = [name for name in HYPERPARAMETERS if name != "NN_TORCH"]  # those of the default
OPTIONS = {"learners": LEARNERS, "n_search_trials": 0}
SPLITS = {"test_fraction": 0.1, "n_repeats": 3, "max_leave_one_out": 150}
N_FOLDS = 5
SEED = 1


def smooth_noise(generator, n, mask):
    """Draw ``n`` smooth maps of unit variance, shape (n, n_voxels)."""
    maps = [
        gaussian_filter(generator.normal(size=mask.shape), SIGMA_VOXELS)[mask] for _ in range(n)
    ]
    maps = np.array(maps, np.float32)
    return maps / maps.std()


class Cohort:
    """ALFF and ReHo maps of a simulated cohort; series are written on demand."""

    def __init__(self, folder, *, effect, seed, settings=SETTINGS, sizes=(N_PATIENTS, N_CONTROLS)):
        image = load_mni152_brain_mask(resolution=3)
        self.mask, self.affine = np.asarray(image.dataobj) > 0, image.affine
        self.generator = np.random.default_rng(seed)
        self.folder, self.seed = folder, seed
        n = sum(sizes)
        self.patient = np.arange(n) < sizes[0]
        self.ids = [f"sub-{number:02d}" for number in range(1, n + 1)]
        centres = np.argwhere(self.mask) @ self.affine[:3, :3].T + self.affine[:3, 3]
        self.labels_of_voxels = aal().at(centres)
        numbers = {name: number for number, name in aal().names.items()}
        self.local = {}
        for measure, region in (("alff", "Temporal_Inf_L"), ("reho", "Temporal_Mid_R")):
            maps = smooth_noise(self.generator, n, self.mask)
            inside = self.labels_of_voxels == numbers[region]
            self.local[measure] = maps - effect * self.patient[:, None] * inside
        table = pd.DataFrame(
            {"participant_id": self.ids, "group": np.where(self.patient, "p", "c")}
        )
        table["age"] = self.generator.normal(60, 8, size=n)
        self.design = two_sample_design(table, Comparison("p", "c", ["age"]))
        self.motion = dict(zip(self.ids, self.generator.gamma(2, 0.1, size=n), strict=True))
        index = pd.Index(self.ids, name="participant_id")
        self.labels = pd.Series(self.patient.astype(int), index=index)
        self.search = Search(self.mask, self.affine, settings)

    def write_series(self):
        """Write the standardised series of all participants: smooth noise."""
        paths = []
        for name in self.ids:
            units, norms = unit_series(smooth_noise(self.generator, N_VOLUMES, self.mask).T)
            paths.append(f"{self.folder}/{name}_bold.npz")
            write_arrays(paths[-1], units=units, norms=norms)
        self.connectivity = stored_connectivity(paths)

    def write_mixed_series(self, n_volumes):
        """Write series as `write_series`, as random mixtures of some smooth maps: quicker."""
        sources = smooth_noise(self.generator, 100, self.mask)
        paths = []
        for name in self.ids:
            weights = self.generator.normal(size=(n_volumes, len(sources))).astype(np.float32)
            units, norms = unit_series((weights @ sources).T)
            paths.append(f"{self.folder}/{name}_bold.npz")
            write_arrays(paths[-1], units=units, norms=norms)
        self.connectivity = stored_connectivity(paths)

    def n_regions(self):
        """Regions of ALFF and ReHo in the whole sample."""
        whole = Fold(0, 0, tuple(self.ids), np.zeros(len(self.ids), dtype=bool))
        found = [
            self.search.clusters(maps, self.design, whole, name=measure)[1]
            for measure, maps in self.local.items()
        ]
        return sum(len(table) for table in found)


def answers(cohort, n_permutations, learners=tuple(LEARNERS)):
    """AUC of the published protocol and of the leak-free arms, and of permuted groups."""
    start = time.process_time()
    options = {"learners": list(learners), "n_search_trials": 0}
    whole = Fold(0, 0, tuple(cohort.ids), np.zeros(len(cohort.ids), dtype=bool))
    folds = repeated_folds(
        tuple(cohort.ids), cohort.labels.to_numpy(), n_folds=N_FOLDS, n_repeats=1, seed=SEED
    )
    found = fold_regions(
        cohort.local,
        cohort.connectivity,
        [cohort.design] * (N_FOLDS + 1),
        [whole, *folds],
        cohort.search,
    )
    published, _ = published_protocol(
        found[0].features, cohort.labels.to_numpy(), **options, **SPLITS, seed=SEED
    )
    atlas = atlas_means(cohort.local, cohort.labels_of_voxels, aal().names)
    arms = leak_free_arms(
        {result.fold.number: result.features for result in found[1:]},
        atlas.set_axis(cohort.labels.index),
        cohort.design,
        cohort.motion,
        measures=list(cohort.local),
        n_folds=N_FOLDS,
        **options,
    )
    result = {
        "regions_of_the_whole_sample": found[0].features.shape[1],
        "folds_without_region": sum(not each.features.shape[1] for each in found[1:]),
        "A_test": published["auc"],
        "A_cross_validation": published["cv_auc"],
    }
    for arm in arms:
        predictions, *_ = predict_folds(arm, cohort.labels, folds, seed=SEED)
        row = nested_summary(predictions, cohort.labels, n_bootstrap=2000, seed=SEED)
        result[arm.name] = [row[name] for name in ("auc", "auc_low", "auc_high", "p_shuffle")]
    result["cpu_s"] = time.process_time() - start

    start = time.process_time()
    rows = []
    for permutation in range(1, n_permutations + 1):
        design, of_permuted = permuted_regions(
            cohort.local,
            cohort.connectivity,
            cohort.design,
            cohort.search,
            permutation=permutation,
            n_folds=N_FOLDS,
            seed=SEED,
        )
        rows += permuted_aucs(
            design, of_permuted, cohort.motion, **options, **SPLITS, n_folds=N_FOLDS, seed=SEED
        )
    table = pd.DataFrame(rows)
    for name, arm_rows in table.groupby("arm"):
        values, found_some = arm_rows["auc"].dropna(), arm_rows["n_found"] > 0
        result[f"permuted {name}"] = {
            "mean": values.mean(),
            "band": np.quantile(values, [0.025, 0.975]),
            "with_region": int(found_some.sum()),
            "mean_with_region": arm_rows.loc[found_some, "auc"].mean(),
        }
    nulls = {name: rows["auc"].dropna().to_numpy() for name, rows in table.groupby("arm")}
    result["p_A_cross_validation"] = exceedance_p(
        result["A_cross_validation"], nulls["A cross-validation"]
    )
    result["p_B"] = exceedance_p(result["B nested"][0], nulls["B nested"])
    result["cpu_s_per_permutation"] = (time.process_time() - start) / n_permutations
    return result


def null(folder, n_permutations):
    """First cohort without effect that has a region, since only such cohorts are published."""
    for seed in range(1, 200):
        cohort = Cohort(folder, effect=0.0, seed=seed)
        if cohort.n_regions():
            cohort.write_series()
            return {"cohorts_tried": seed} | answers(cohort, n_permutations)
    raise RuntimeError("no cohort without effect had a region")


def circle(folder, n_permutations):
    """First cohort without effect, lenient correction, nearest neighbours only."""
    cohort = Cohort(folder, effect=0.0, seed=1, settings=LENIENT)
    cohort.write_series()
    return answers(cohort, n_permutations, learners=["KNN"])


def planted(folder, n_permutations):
    """Patients 1.5 SD lower in two atlas regions."""
    cohort = Cohort(folder, effect=1.5, seed=1)
    cohort.write_series()
    return answers(cohort, n_permutations)


def cost(folder, n_permutations):
    """CPU seconds of the parts; multiply by their number (docs/classification.md)."""
    cohort = Cohort(folder, effect=1.5, seed=1)
    result, labels = {"voxels": int(cohort.mask.sum())}, cohort.labels.to_numpy()

    def timed(name, function):
        start = time.process_time()
        value = function()
        result[name] = round(time.process_time() - start, 2)
        return value

    fold = repeated_folds(tuple(cohort.ids), labels, n_folds=N_FOLDS, n_repeats=1, seed=SEED)[0]
    means = {
        measure: timed(
            f"{measure} regions of a fold",
            lambda maps=maps: cohort.search.clusters(maps, cohort.design, fold, name="")[2],
        )
        for measure, maps in cohort.local.items()
    }
    features = np.column_stack([table.to_numpy() for table in means.values()])
    result["features"] = features.shape[1]
    atlas = atlas_means(cohort.local, cohort.labels_of_voxels, aal().names).to_numpy()
    training = fold.training
    small = {"learners": LEARNERS, "seed": SEED}
    timed(
        "first fit of a process (what is loaded late)",
        lambda: fit_and_predict(features[::3], labels[::3], features[:0], n_folds=2, **small),
    )
    for name, values in (("B", features), ("C", atlas)):
        timed(
            f"arm {name}, fit of a fold",
            lambda values=values: fit_and_predict(
                values[training], labels[training], values[~training], n_folds=N_FOLDS, **small
            ),
        )
    timed(
        "arm A, fit of a split with leave-one-out of 41",
        lambda: fit_and_predict(
            features[:41, :1], labels[:41], features[41:, :1], n_folds=None, **small
        ),
    )
    series = cohort.generator.normal(size=(result["voxels"], 230)).astype(np.float32)
    units, norms = timed("standardise the series of a participant", lambda: unit_series(series))
    write_arrays(f"{folder}/series.npz", units=units, norms=norms)
    seeds = np.zeros((20, result["voxels"]), dtype=bool)
    for number, seed in enumerate(seeds):
        seed[1000 * number : 1000 * number + 200] = True
    connectivity = stored_connectivity([f"{folder}/series.npz"])
    timed("connectivity of 20 seeds in a participant", lambda: list(connectivity(seeds)))
    result["megabytes of stored series"] = round((units.nbytes + norms.nbytes) / 1e6)
    return result


def training_folds(folder, options):
    """Leave-one-out against ten folds: AUC of held-out participants and CPU seconds of a fit.

    One feature of d standard deviations, all seven learners, mean and SD of five cohorts.
    """
    rows = []
    for n_training in (40, 150):
        for effect in (0.0, 1.0, 2.0):
            aucs, seconds = [], []
            for seed in range(5):
                labels = np.arange(n_training) % 2
                values = np.random.default_rng(seed).normal(size=(n_training, 1))
                values += effect * labels[:, None]
                for n_folds in (None, TRAINING_FOLDS):
                    start = time.process_time()
                    held_out = fit_and_predict(
                        values, labels, values[:0], learners=LEARNERS, n_folds=n_folds, seed=SEED
                    ).training
                    seconds.append(time.process_time() - start)
                    aucs.append(auc(labels, held_out))
            aucs, seconds = np.reshape(aucs, (5, 2)), np.reshape(seconds, (5, 2)).mean(axis=0)
            change = aucs[:, 1] - aucs[:, 0]
            rows.append(
                [
                    *(n_training, f"{effect:g}"),
                    *(f"{value:.3f}" for value in aucs.mean(axis=0)),
                    f"{change.mean():+.3f} ± {change.std(ddof=1):.3f}",
                    *(f"{value:.1f}" for value in seconds),
                ]
            )
            print(rows[-1], file=sys.stderr, flush=True)
    header = ["participants", "d", "AUC, leave-one-out", "AUC, ten folds", "change, mean ± SD"]
    return markdown([*header, "CPU s, leave-one-out", "CPU s, ten folds"], rows)


def size(folder, options):
    """CPU and wall seconds of the parts of the classification of a large cohort, defaults.

    Series of 230 volumes; the parts run one after the other, as the jobs of one core would.
    """
    half = options.participants // 2
    cohort = Cohort(folder, effect=0.6, seed=1, sizes=(half, options.participants - half))
    cohort.write_mixed_series(230)
    ids, labels = tuple(cohort.ids), cohort.labels.to_numpy()
    folds = repeated_folds(ids, labels, n_folds=N_FOLDS, n_repeats=1, seed=SEED)
    rows = []

    def timed(name, function):
        cpu, wall = time.process_time(), time.perf_counter()
        value = function()
        rows.append([name, time.process_time() - cpu, time.perf_counter() - wall])
        print(rows[-1], file=sys.stderr, flush=True)
        return value

    def regions_of(sets):
        return fold_regions(
            cohort.local, cohort.connectivity, [cohort.design] * len(sets), sets, cohort.search
        )

    def permutation(number):
        design, found = permuted_regions(
            *(cohort.local, cohort.connectivity, cohort.design, cohort.search),
            permutation=number,
            n_folds=N_FOLDS,
            seed=SEED,
        )
        permuted_aucs(
            design, found, cohort.motion, **OPTIONS, **SPLITS, n_folds=N_FOLDS, seed=SEED
        )
        return sum(one.features.shape[1] > 0 for one in found)

    whole = Fold(0, 0, ids, np.zeros(len(ids), dtype=bool))
    features = regions_of([whole])[0].features  # by the group level of a run
    found = timed("regions of the training sets", lambda: regions_of(folds))
    for name, columns in [*features.items(), ("all", features)]:
        timed(
            f"arm A, {name}",
            lambda columns=columns: published_protocol(
                pd.DataFrame(columns), labels, **OPTIONS, **SPLITS, seed=SEED
            ),
        )
    atlas = atlas_means(cohort.local, cohort.labels_of_voxels, aal().names)
    arms = leak_free_arms(
        {result.fold.number: result.features for result in found},
        atlas.set_axis(cohort.labels.index),
        cohort.design,
        cohort.motion,
        measures=list(cohort.local),
        n_folds=N_FOLDS,
        **OPTIONS,
    )
    for arm in arms:
        timed(
            f"arm {arm.name}",
            lambda arm=arm: predict_folds(arm, cohort.labels, folds, seed=SEED),
        )
    for share in SHARES:
        smaller = smaller_training_sets(folds, labels, share=share, seed=SEED)
        timed(f"learning curve, {share:g}", lambda smaller=smaller: regions_of(smaller))
    with_regions = sum(
        timed(f"permutation {number}", lambda number=number: permutation(number)) > 0
        for number in range(1, options.permutations + 1)
    )
    groups = {"arm A": "arm A, {n} models", "arm": "arms B to D", "learning": "learning curve"}
    groups |= {"permutation": f"{{n}} permutations, {with_regions} of them with a region"}
    groups |= {"regions": "regions of the training sets"}
    table, left = [], rows
    for start, name in groups.items():
        mine = [row for row in left if row[0].startswith(start)]
        left = [row for row in left if row not in mine]
        seconds = [sum(row[place] for row in mine) for place in (1, 2)]
        table.append([name.format(n=len(mine)), *seconds])
    table.append(["all", *(sum(row[place] for row in table) for place in (1, 2))])
    cells = [[name, *(f"{value:.0f}" for value in seconds)] for name, *seconds in table]
    return markdown(["part", "CPU s", "wall s, one job at a time"], cells)


def shuffle(folder, n_permutations):
    """Rate of p <= 0.05 and <= 0.01 in noise, labels shuffled with fixed predictions."""
    n_cohorts, result = 1000, {}
    for n_features in (1, 3):
        p = []
        for seed in range(n_cohorts):
            labels = np.repeat([1, 0], [N_PATIENTS, N_CONTROLS])
            values = np.random.default_rng(seed).normal(size=(len(labels), n_features))
            folds = stratified_folds(labels, n_folds=N_FOLDS, seed=seed)
            scores = np.empty(len(labels))
            for fold in np.unique(folds):
                model = LogisticRegression().fit(values[folds != fold], labels[folds != fold])
                scores[folds == fold] = model.predict_proba(values[folds == fold])[:, 1]
            p.append(permutation_p(labels, scores, folds, n_permutations=499, seed=seed))
        shares = {f"p <= {level}": float(np.mean(np.array(p) <= level)) for level in (0.05, 0.01)}
        result[f"{n_features} features"] = shares
    return result


def sites(folder, n_permutations):
    """Mean AUC over 200 cohorts with three features and two sites, logistic regression.

    The second site adds 1.5 SD and multiplies by 2; a difference is 0.7 SD in each feature. It
    holds half of both groups, or 16 of the 21 patients and 6 of the 25 controls.
    """
    labels = (np.arange(N_PATIENTS + N_CONTROLS) < N_PATIENTS).astype(int)
    ids = [f"sub-{number:02d}" for number in range(1, len(labels) + 1)]
    index = pd.Index(ids, name="participant_id")
    halves = np.where(np.arange(len(labels)) % 2, "A", "B")
    uneven = np.repeat(["B", "A", "B", "A"], [16, 5, 6, 19])
    found = {}
    for name, site, effect, scanner in (
        ("difference, no effect of the sites", halves, 0.7, False),
        ("difference, groups even", halves, 0.7, True),
        ("difference, groups uneven", uneven, 0.7, True),
        ("no difference, groups even", halves, 0.0, True),
        ("no difference, groups uneven", uneven, 0.0, True),
    ):
        site = pd.Series(site, index=index, name="site")
        aucs = []
        for seed in range(200):
            values = np.random.default_rng(seed).normal(size=(len(labels), 3))
            values += effect * labels[:, None]
            if scanner:
                values = np.where(site.to_numpy()[:, None] == "B", 1.5 + 2 * values, values)
            table = pd.DataFrame(values, index=index)
            folds = repeated_folds(
                ids, labels, n_folds=N_FOLDS, n_repeats=1, seed=seed, sites=site
            )
            features = {fold.number: table for fold in folds}
            aucs.append([])
            for across in (None, site):
                arm = Arm("D logistic", "", features, logistic_fitter(N_FOLDS), across)
                truth = pd.Series(labels, index=index)
                predictions, *_ = predict_folds(arm, truth, folds, seed=SEED)
                aucs[-1].append(first_repeat_auc(predictions, truth))
        means, sds = np.mean(aucs, axis=0).round(3), np.std(aucs, axis=0).round(3)
        keys = ("as scanned", "harmonised")
        found[name] = {
            key: {"auc": mean, "sd": sd} for key, mean, sd in zip(keys, means, sds, strict=True)
        }
    return found


def main():
    """Run one benchmark and print its numbers."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    commands = {
        function.__name__: function for function in (shuffle, null, circle, planted, sites, cost)
    }
    tables = {function.__name__: function for function in (training_folds, size)}
    parser.add_argument("benchmark", choices=commands | tables)
    parser.add_argument("--permutations", type=int, default=39)
    parser.add_argument("--participants", type=int, default=500)
    parser.add_argument("--write", action="store_true", help="put a table into the page")
    options = parser.parse_args()
    if options.benchmark in tables:
        with tempfile.TemporaryDirectory() as folder:
            text = tables[options.benchmark](folder, options)
        print(text)
        if options.write:
            replace_part(PAGE, options.benchmark, text)
        return
    with tempfile.TemporaryDirectory() as folder:
        result = commands[options.benchmark](folder, options.permutations)
    plain = json.dumps(result, indent=2, default=lambda value: np.asarray(value).tolist())
    print(plain)


if __name__ == "__main__":
    main()
