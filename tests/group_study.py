"""A small study on a coarse grid: its files, and the steps of the group level on them."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy import ndimage

from restpain.io.images import read_volume, write_volume
from restpain.io.tables import read_json, read_table, write_table
from scripts.association.correlate_score import correlate_score
from scripts.association.correlate_score_maps import correlate_score_maps
from scripts.connectivity.define_seeds import define_seeds
from scripts.group.compute_group_mask import compute_group_mask
from scripts.group.correct_clusters import correct_clusters
from scripts.group.correct_one_sample import correct_one_sample
from scripts.group.estimate_error_rate import estimate_error_rate
from scripts.group.extract_features import extract_features
from scripts.group.fit_group_model import fit_group_model
from scripts.group.permute_group import permute_group
from scripts.group.tabulate_normality import tabulate_normality

SHAPE = (14, 16, 12)
AFFINE = np.array([[3.0, 0, 0, -20], [0, 3, 0, -24], [0, 0, 3, 0], [0, 0, 0, 1]])
IDS = [f"sub-{number:02d}" for number in range(1, 17)]
PATIENT = np.arange(16) % 2 == 1
GROUPS = {"patients": "patient", "controls": "control"}
SETTINGS = {
    "correction": {"voxel_p": 0.001, "cluster_p": 0.05, "tails": 2, "connectivity": 26},
    "across_seeds": False,
    "smoothness": "residuals",
}
SCORES = [1, 5, 2, 8, 6, 4, 7, 3]


def two_touching(size=5.0):
    """Effect of both signs in two blocks that touch."""
    effect = np.zeros(SHAPE)
    effect[3:6, 4:8, 4:8] = size
    effect[6:9, 4:8, 4:8] = -size
    return effect


def files(prefix, **names):
    """Arguments ``<key>_path`` of a script, each a file with this prefix."""
    return {f"{key}_path": f"{prefix}_{name}" for key, name in names.items()}


def read(paths):
    """Content of files by the name of their argument."""
    readers = {".gz": lambda path: read_volume(path)[0], ".tsv": read_table, ".json": read_json}
    return SimpleNamespace(
        **{key.removesuffix("_path"): readers[Path(p).suffix](p) for key, p in paths.items()}
    )


class Study:
    """Files of 16 participants, patients and controls in turn, and the steps on them."""

    def __init__(self, folder, ids=IDS, mask_coverage=1.0):
        self.folder, self.ids = folder, ids
        self.participants = f"{folder}/participants.tsv"
        self.mask = f"{folder}/space-MNI_mask.nii.gz"
        self.cohort = {"participants_path": self.participants, "motion_paths": []}
        table = pd.DataFrame(
            {
                "participant_id": [*IDS, "sub-99"],
                "group": [*np.where(PATIENT, "patient", "control"), "patient"],
                "age": np.random.default_rng(1).integers(50, 70, 17),
                "nrs": pd.array([None, *[3, None] * 8], dtype="Int64"),
                "exclude": ["n/a"] * 16 + ["motion"],
            }
        )
        write_table(self.participants, table[table["participant_id"].isin([*ids, "sub-99"])])
        masks = []
        for number, label in enumerate(ids):
            inside = np.zeros(SHAPE, bool)
            inside[1 + (number == 3) : -1, 1:-1, 1:-1] = True
            masks.append(f"{folder}/{label}_mask.nii.gz")
            write_volume(masks[-1], inside, AFFINE)
        compute_group_mask(
            masks_paths=masks,
            participants_path=self.participants,
            mask_path=self.mask,
            coverage_path=f"{folder}/coverage.nii.gz",
            summary_path=f"{folder}/mask.json",
            mask_coverage=mask_coverage,
            comparison=GROUPS,
        )
        self.covered = masks if mask_coverage < 1 else []

    def write_scores(self, scores=SCORES):
        """Give the patients these scores."""
        table = read_table(self.participants)
        of_patient = dict(zip(np.array(IDS)[PATIENT], scores, strict=True))
        table["nrs"] = table["participant_id"].map(of_patient)
        write_table(self.participants, table)

    def write_maps(self, measure, effects, seed):
        """Write one map per participant; ``effects`` has one image per volume."""
        rng = np.random.default_rng(seed)
        paths = []
        for label, patient in zip(self.ids, PATIENT, strict=False):
            volumes = [
                1 + ndimage.gaussian_filter(rng.normal(size=SHAPE), 1) + patient * effect
                for effect in effects
            ]
            paths.append(f"{self.folder}/{label}_stat-{measure}_map.nii.gz")
            if measure == "fc":
                image = np.array(volumes, np.float32).reshape(-1, *SHAPE).transpose(1, 2, 3, 0)
            else:
                image = volumes[0]
            write_volume(paths[-1], image, AFFINE)
        return paths

    def maps(self, measure):
        """Maps of all participants ``(n_participants, x, y, z)``."""
        paths = [f"{self.folder}/{label}_stat-{measure}_map.nii.gz" for label in self.ids]
        return np.array([read_volume(path)[0] for path in paths])

    def in_mask(self):
        """Voxels of the group mask."""
        return read_volume(self.mask)[0] > 0

    def compare(
        self,
        measure,
        effects,
        seed=0,
        parts=((0, 60),),
        covariates=("age",),
        seed_distance_mm=3.0,
        **changes,
    ):
        """Fit, permute in parts, correct and extract; returns the content of the files."""
        maps, part = self.write_maps(measure, effects, seed), f"{self.folder}/{measure}"
        fitted = files(part, t="t.nii.gz", z="z.nii.gz", n="n.nii.gz", model="model.json")
        common = {"maps_paths": maps, "mask_path": self.mask} | fitted | self.cohort
        common["covered_paths"] = self.covered
        own = {"seed_images_paths": [f"{self.folder}/seeds.nii.gz"] * (measure == "fc")}
        common["comparison"] = {**GROUPS, "covariates": list(covariates)}
        single = files(
            part,
            patients="patients.nii.gz",
            controls="controls.nii.gz",
            normality="normality.nii.gz",
        )
        seeds = [f"{self.folder}/seeds.tsv"]
        fitting = single | {"measure": measure, "base": float(measure != "fc"), "seed": 1}
        fit_group_model(
            seeds_paths=seeds, seed_distance_mm=seed_distance_mm, **fitting, **own, **common
        )
        settings = SETTINGS | changes
        self.largest = [f"{part}_{k}_largest.tsv" for k, _ in enumerate(parts)]
        for path, (first, n_permutations) in zip(self.largest, parts, strict=True):
            drawn = {"first": first, "n_permutations": n_permutations, "seed": 1}
            permute_group(largest_path=path, **drawn, **common, **settings)
        clusters = files(part, labels="dseg.nii.gz", table="table.tsv")
        described = files(part, columns="table.json", correction="correction.json")
        correct_clusters(
            largest_paths=self.largest,
            measure=measure,
            fwhm_mm=3.0,
            **own,
            **clusters,
            **described,
            **common,
            **settings,
        )
        features = files(part, features="features.tsv")
        extract_features(
            maps_paths=maps,
            participants_path=self.participants,
            coverage_path=f"{self.folder}/coverage.nii.gz",
            **clusters,
            **features,
        )
        found = read(fitted | single | clusters | described | features)
        found.maps = self.maps(measure)
        return found

    def one_sample(self, measure, sample, seed_distance_mm=3.0, **changes):
        """Correct the maps of both groups of the measure compared last; returns those of one."""
        written = {
            group: files(
                f"{self.folder}/{measure}_{group}",
                labels="dseg.nii.gz",
                table="table.tsv",
                columns="table.json",
                correction="correction.json",
            )
            for group in ("patients", "controls")
        }
        correct_one_sample(
            maps_paths=[f"{self.folder}/{label}_stat-{measure}_map.nii.gz" for label in self.ids],
            mask_path=self.mask,
            covered_paths=self.covered,
            model_path=f"{self.folder}/{measure}_model.json",
            seed_images_paths=[f"{self.folder}/seeds.nii.gz"] * (measure == "fc"),
            measure=measure,
            outputs={
                f"{group}_{name.removesuffix('_path')}": path
                for group, paths in written.items()
                for name, path in paths.items()
            },
            comparison=GROUPS,
            seed_distance_mm=seed_distance_mm,
            participants_path=self.participants,
            **SETTINGS | changes,
        )
        return read(written[sample])

    def seeds(self, kind, measures=(), **changes):
        """Define seeds; returns their image and table."""
        written = {
            "seeds_path": f"{self.folder}/seeds.nii.gz",
            "table_path": f"{self.folder}/seeds.tsv",
        }
        settings = {"images_paths": [], "coordinates": [], "radius_mm": 6.0}
        define_seeds(
            mask_path=self.mask,
            coverage_path=f"{self.folder}/coverage.nii.gz",
            labels_paths=[f"{self.folder}/{measure}_dseg.nii.gz" for measure in measures],
            tables_paths=[f"{self.folder}/{measure}_table.tsv" for measure in measures],
            columns_path=f"{self.folder}/seeds.json",
            kind=kind,
            **written,
            **settings | changes,
        )
        found = read(written)
        return found.seeds, found.table

    def two_spheres(self):
        """Define two spheres as seeds."""
        return self.seeds("coordinates", coordinates=[[-8, -6, 12], [13, 6, 15]])

    def normality(self, measures, n_permutations=50):
        """Test the features for normality; returns the table."""
        tabulate_normality(
            participants_path=self.participants,
            features_paths=[f"{self.folder}/{measure}_features.tsv" for measure in measures],
            table_path=f"{self.folder}/normality.tsv",
            columns_path=f"{self.folder}/normality.json",
            n_permutations=n_permutations,
            seed=1,
            comparison=GROUPS,
        )
        return read_table(f"{self.folder}/normality.tsv")

    def associations(self, measures, score="nrs", covariates=()):
        """Correlate features with the score; returns the table."""
        correlate_score(
            covariates=list(covariates),
            features_paths=[f"{self.folder}/{measure}_features.tsv" for measure in measures],
            tables_paths=[f"{self.folder}/{measure}_table.tsv" for measure in measures],
            association_path=f"{self.folder}/association.tsv",
            columns_path=f"{self.folder}/association.json",
            score=score,
            n_bootstrap=100,
            seed=1,
            comparison=GROUPS,
            **self.cohort,
        )
        return read_table(f"{self.folder}/association.tsv")

    def error_rate(self, measure):
        """Estimate the error rate of the measure compared last; returns the file's content."""
        part = f"{self.folder}/{measure}"
        written = files(part, error_rate="error_rate.json")
        estimate_error_rate(
            largest_paths=self.largest,
            measure=measure,
            **files(part, correction="correction.json"),
            **written,
        )
        return read(written).error_rate

    def score_maps(
        self, measure, effects, score="nrs", covariates=(), seed_distance_mm=3.0, **changes
    ):
        """Correlate maps with the score; returns the content of the files."""
        maps = self.write_maps(measure, effects, seed=0)
        written = files(
            f"{self.folder}/{measure}_score",
            rho="rho.nii.gz",
            z="z.nii.gz",
            labels="dseg.nii.gz",
            table="table.tsv",
            columns="table.json",
            correction="correction.json",
        )
        correlate_score_maps(
            maps_paths=[path for path, patient in zip(maps, PATIENT, strict=True) if patient],
            mask_path=self.mask,
            covariates=list(covariates),
            covered_paths=self.covered,
            seeds_paths=[f"{self.folder}/seeds.tsv"],
            seed_images_paths=[f"{self.folder}/seeds.nii.gz"] * (measure == "fc"),
            seed_distance_mm=seed_distance_mm,
            measure=measure,
            score=score,
            n_permutations=30,
            seed=1,
            comparison=GROUPS,
            **written,
            **self.cohort,
            **SETTINGS | changes,
        )
        return read(written)
