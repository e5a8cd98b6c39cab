"""The scripts of the group level in their order, on a small grid with planted differences."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage, stats

from restpain.association.features import spearman
from restpain.io.images import read_volume, write_volume
from restpain.io.tables import read_json, read_table, write_table
from scripts.association.correlate_score import correlate_score
from scripts.association.correlate_score_maps import correlate_score_maps
from scripts.cohort.check_design import check_design
from scripts.connectivity.define_seeds import define_seeds
from scripts.group.compute_group_mask import compute_group_mask
from scripts.group.correct_clusters import correct_clusters
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
CORRECTION = {"voxel_p": 0.001, "cluster_p": 0.05, "tails": 2, "connectivity": 26}


class Study:
    """Files of one small study and the steps on them."""

    def __init__(self, folder, ids=IDS):
        self.folder, self.ids = folder, ids
        self.participants = f"{folder}/participants.tsv"
        self.mask = f"{folder}/space-MNI_mask.nii.gz"
        rng = np.random.default_rng(1)
        write_table(
            self.participants,
            pd.DataFrame(
                {
                    "participant_id": [*IDS, "sub-99"],
                    "group": [*np.where(PATIENT, "patient", "control"), "patient"],
                    "age": rng.integers(50, 70, 17),
                    "nrs": pd.array([3, None] * 8 + [9], dtype="Int64"),
                    "exclude": ["n/a"] * 16 + ["motion"],
                }
            )
            .assign(nrs=lambda table: table["nrs"].shift(1))
            .loc[lambda table: table["participant_id"].isin([*ids, "sub-99"])],
        )
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
            mask_coverage=1.0,
        )

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

    def compare(self, measure, effects, seed=0, parts=((0, 60),), covariates=("age",), **changes):
        """Fit, permute in parts, correct and extract; returns what was written."""
        maps, part = self.write_maps(measure, effects, seed), f"{self.folder}/{measure}"
        common = {
            "maps_paths": maps,
            "mask_path": self.mask,
            "participants_path": self.participants,
            "motion_paths": [],
            "measure": measure,
            "comparison": {**GROUPS, "covariates": list(covariates)},
        }
        fit_group_model(
            seeds_paths=[f"{self.folder}/seeds.tsv"],
            t_path=f"{part}_t.nii.gz",
            z_path=f"{part}_z.nii.gz",
            patients_path=f"{part}_patients.nii.gz",
            controls_path=f"{part}_controls.nii.gz",
            normality_path=f"{part}_normality.nii.gz",
            seed=1,
            model_path=f"{part}_model.json",
            **common,
        )
        statistics = {
            "t_path": f"{part}_t.nii.gz",
            "z_path": f"{part}_z.nii.gz",
            "model_path": f"{part}_model.json",
            **common,
        }
        del statistics["measure"]
        settings = {
            "correction": CORRECTION,
            "across_seeds": False,
            "smoothness": "residuals",
        } | changes
        self.largest = [f"{part}_{k}_largest.tsv" for k, _ in enumerate(parts)]
        for path, (first, n_permutations) in zip(self.largest, parts, strict=True):
            permute_group(
                largest_path=path,
                first=first,
                n_permutations=n_permutations,
                seed=1,
                **statistics,
                **settings,
            )
        correct_clusters(
            largest_paths=self.largest,
            measure=measure,
            labels_path=f"{part}_dseg.nii.gz",
            table_path=f"{part}_table.tsv",
            columns_path=f"{part}_table.json",
            correction_path=f"{part}_correction.json",
            **statistics,
            **settings,
        )
        extract_features(
            maps_paths=maps,
            participants_path=self.participants,
            labels_path=f"{part}_dseg.nii.gz",
            table_path=f"{part}_table.tsv",
            features_path=f"{part}_features.tsv",
        )
        return SimpleNamespace(
            t=read_volume(f"{part}_t.nii.gz")[0],
            patients=read_volume(f"{part}_patients.nii.gz")[0],
            normality=read_volume(f"{part}_normality.nii.gz")[0],
            labels=read_volume(f"{part}_dseg.nii.gz")[0],
            table=read_table(f"{part}_table.tsv"),
            features=read_table(f"{part}_features.tsv"),
            model=read_json(f"{part}_model.json"),
            correction=read_json(f"{part}_correction.json"),
            maps=np.array([read_volume(path)[0] for path in maps]),
        )

    def seeds(self, kind, measures=(), **changes):
        """Define seeds; returns their image and table."""
        settings = {"images_paths": [], "coordinates": [], "radius_mm": 6.0}
        define_seeds(
            mask_path=self.mask,
            labels_paths=[f"{self.folder}/{measure}_dseg.nii.gz" for measure in measures],
            tables_paths=[f"{self.folder}/{measure}_table.tsv" for measure in measures],
            seeds_path=f"{self.folder}/seeds.nii.gz",
            table_path=f"{self.folder}/seeds.tsv",
            columns_path=f"{self.folder}/seeds.json",
            kind=kind,
            **settings | changes,
        )
        return read_volume(f"{self.folder}/seeds.nii.gz")[0], read_table(
            f"{self.folder}/seeds.tsv"
        )

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
            participants_path=self.participants,
            motion_paths=[],
            covariates=list(covariates),
            features_paths=[f"{self.folder}/{measure}_features.tsv" for measure in measures],
            tables_paths=[f"{self.folder}/{measure}_table.tsv" for measure in measures],
            association_path=f"{self.folder}/association.tsv",
            columns_path=f"{self.folder}/association.json",
            score=score,
            n_bootstrap=100,
            seed=1,
            comparison=GROUPS,
        )
        return read_table(f"{self.folder}/association.tsv")

    def error_rate(self, measure):
        """Estimate the error rate of the measure compared last; returns what was written."""
        estimate_error_rate(
            largest_paths=self.largest,
            correction_path=f"{self.folder}/{measure}_correction.json",
            error_rate_path=f"{self.folder}/{measure}_error_rate.json",
            measure=measure,
        )
        return read_json(f"{self.folder}/{measure}_error_rate.json")

    def score_maps(self, measure, effects, score="nrs", seed=0, covariates=(), across_seeds=False):
        """Correlate maps with the score; returns what was written."""
        part = f"{self.folder}/{measure}_score"
        maps = self.write_maps(measure, effects, seed)
        correlate_score_maps(
            maps_paths=[path for path, patient in zip(maps, PATIENT, strict=True) if patient],
            mask_path=self.mask,
            participants_path=self.participants,
            motion_paths=[],
            covariates=list(covariates),
            across_seeds=across_seeds,
            seeds_paths=[f"{self.folder}/seeds.tsv"],
            rho_path=f"{part}_rho.nii.gz",
            z_path=f"{part}_z.nii.gz",
            labels_path=f"{part}_dseg.nii.gz",
            table_path=f"{part}_table.tsv",
            columns_path=f"{part}_table.json",
            correction_path=f"{part}_correction.json",
            measure=measure,
            score=score,
            correction=CORRECTION,
            smoothness="residuals",
            n_permutations=30,
            seed=1,
            comparison=GROUPS,
        )
        return SimpleNamespace(
            rho=read_volume(f"{part}_rho.nii.gz")[0],
            labels=read_volume(f"{part}_dseg.nii.gz")[0],
            table=read_table(f"{part}_table.tsv"),
            correction=read_json(f"{part}_correction.json"),
        )


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path)


def two_touching(size=5.0):
    effect = np.zeros(SHAPE)
    effect[3:6, 4:8, 4:8] = size
    effect[6:9, 4:8, 4:8] = -size
    return effect


def test_the_group_mask_is_what_everybody_covers(study):
    mask = read_volume(study.mask)[0]
    summary = read_json(f"{study.folder}/mask.json")

    assert mask[:2].sum() == 0  # one participant lacks the second slab
    assert summary["n_voxels"] == mask.sum() == 11 * 14 * 10
    assert summary["n_voxels_of_anybody"] == 12 * 14 * 10
    assert summary["n_voxels_of_participants"]["sub-04"] == 11 * 14 * 10
    coverage = read_volume(f"{study.folder}/coverage.nii.gz")[0]
    assert coverage[1, 5, 5] == np.float32(15 / 16)


def test_a_mask_that_nobody_shares_is_refused(tmp_path):
    paths = []
    for number in range(2):
        mask = np.zeros((4, 4, 4), bool)
        mask[number] = True
        paths.append(f"{tmp_path}/sub-{number}_mask.nii.gz")
        write_volume(paths[-1], mask, AFFINE)
    everybody = {"participant_id": ["sub-0", "sub-1"], "group": "patient", "exclude": "n/a"}
    write_table(f"{tmp_path}/participants.tsv", pd.DataFrame(everybody))

    with pytest.raises(ValueError, match="no voxel is covered by 2 of 2 participants"):
        compute_group_mask(
            masks_paths=paths,
            participants_path=f"{tmp_path}/participants.tsv",
            mask_path=f"{tmp_path}/mask.nii.gz",
            coverage_path=f"{tmp_path}/coverage.nii.gz",
            summary_path=f"{tmp_path}/mask.json",
            mask_coverage=1.0,
        )


def test_map_table_features_and_seeds_carry_the_same_clusters(study):
    found = study.compare("alff", [two_touching()])

    assert found.table["cluster_id"].tolist() == ["ALFF1", "ALFF2"]
    assert sorted(np.sign(found.table["t"])) == [-1, 1]
    assert (found.table["t"].abs().diff()[1:] <= 0).all()
    for number, row in enumerate(found.table.itertuples(), start=1):
        cluster = found.labels == number
        assert cluster.sum() == row.n_voxels
        assert np.abs(found.t[cluster]).max() == pytest.approx(abs(row.t))
        means = found.maps[:, cluster].mean(axis=1)
        np.testing.assert_allclose(found.features[row.cluster_id], means, rtol=1e-5)
    assert found.features["participant_id"].tolist() == IDS
    assert found.table["survives"].str.startswith("grf").all()

    seeds, table = study.seeds("clusters", ["alff"])
    assert table["seed"].tolist() == ["ALFF1", "ALFF2"]
    np.testing.assert_array_equal(seeds[..., 1] > 0, found.labels == 2)
    union, table = study.seeds("union", ["alff"])
    np.testing.assert_array_equal(union[..., 0] > 0, found.labels > 0)
    assert table["n_voxels"].tolist() == [(found.labels > 0).sum()]


def test_the_model_says_what_was_fitted(study):
    found = study.compare("reho", [two_touching()])

    assert found.model["df"] == 13
    assert found.model["columns"] == ["group", "intercept", "age"]
    assert (found.model["n_patients"], found.model["n_controls"]) == (8, 8)
    assert found.model["seeds"] == [None]
    (volume,) = found.correction["volumes"]
    assert volume["dlh"] == found.model["volumes"][0]["dlh"]
    assert volume["z_threshold"] == pytest.approx(3.2905, abs=1e-4)
    assert volume["n_clusters"] == len(found.table)
    # patients against 1: the mean outside the planted places
    inside = found.maps[PATIENT][:, 3, 10, 5]
    t = (inside.mean() - 1) / (inside.std(ddof=1) / np.sqrt(8))
    assert found.patients[3, 10, 5] == pytest.approx(t, rel=1e-4)


def test_smoothness_of_the_z_map_and_no_permutation_are_said_so(study):
    found = study.compare("alff", [two_touching()], smoothness="zmap", parts=())

    (volume,) = found.correction["volumes"]
    assert volume["smoothness"] == "zmap"
    assert volume["dlh"] != found.model["volumes"][0]["dlh"]
    assert volume["cluster_size_permutation"] is None
    assert found.table["p_permutation"].isna().all()
    assert not found.table["survives"].str.contains("permutation").any()


def test_connectivity_has_a_volume_per_seed_and_one_numbering(study):
    study.seeds("coordinates", coordinates=[[-8, -6, 12], [13, 6, 15]])

    found = study.compare("fc", [np.zeros(SHAPE), two_touching()])

    assert found.t.shape == (*SHAPE, 2)
    assert found.model["seeds"] == ["SPHERE1", "SPHERE2"]
    assert found.table["cluster_id"].tolist() == ["FC1", "FC2"]
    assert found.table["seed"].tolist() == ["SPHERE2", "SPHERE2"]
    assert not found.labels[..., 0].any()
    assert set(np.unique(found.labels[..., 1])) == {0, 1, 2}
    np.testing.assert_allclose(
        found.features["FC2"],
        found.maps[found.labels[None].repeat(16, 0) == 2].reshape(16, -1).mean(1),
        rtol=1e-5,
    )


def test_permutations_in_parts_give_the_table_of_one_job(study):
    study.seeds("coordinates", coordinates=[[-8, -6, 12], [13, 6, 15]])
    effects = [np.zeros(SHAPE), two_touching()]

    one = study.compare("fc", effects, parts=((0, 60),))
    parts = study.compare("fc", effects, parts=((0, 25), (25, 25), (50, 10)))

    pd.testing.assert_frame_equal(one.table, parts.table)
    assert one.correction == parts.correction
    part = read_table(study.largest[1])
    assert part["permutation"].tolist() == [*range(25, 50)] * 2
    quiet, found = part[part["volume"] == 0], part[part["volume"] == 1]
    assert quiet["score_positive"].isna().all()  # no cluster asks for enhanced scores
    assert found["score_positive"].notna().all()


def test_seeds_corrected_together_share_one_level(study):
    study.seeds("coordinates", coordinates=[[-8, -6, 12], [13, 6, 15]])
    effects = [two_touching(1.8), two_touching()]

    alone = study.compare("fc", effects)
    together = study.compare("fc", effects, across_seeds=True)

    seeds = zip(alone.correction["volumes"], together.correction["volumes"], strict=True)
    for one, both in seeds:
        assert (one["n_maps"], both["n_maps"]) == (1, 2)
        assert both["cluster_size_threshold"] > one["cluster_size_threshold"]
    largest = pd.concat(read_table(path) for path in study.largest)
    sizes = largest.groupby("permutation")[["size_positive", "size_negative"]].max().max(axis=1)
    pairs = alone.table.merge(together.table, on=["x_mm", "y_mm", "z_mm", "seed"])
    assert len(pairs) >= 2
    for row in pairs.itertuples():
        assert row.p_grf_y == pytest.approx(min(1, 2 * row.p_grf_x))
        assert row.p_permutation_y == (1 + np.sum(sizes >= row.n_voxels_y)) / 61
        assert row.p_tfce_y >= row.p_tfce_x
    t = together.t.transpose(3, 0, 1, 2)[:, read_volume(study.mask)[0] > 0]
    p = 2 * stats.t.sf(np.abs(t), 13)
    q = stats.false_discovery_control(p.ravel()).reshape(t.shape)
    assert together.table["q_fdr_peak"].min() == pytest.approx(q.min(), rel=1e-3)


def test_score_maps_of_seeds_corrected_together_share_one_level(study):
    with_scores(study, [1, 5, 2, 8, 6, 4, 7, 3])
    study.seeds("coordinates", coordinates=[[-8, -6, 12], [13, 6, 15]])

    alone = study.score_maps("fc", [np.zeros(SHAPE)] * 2).correction["volumes"]
    together = study.score_maps("fc", [np.zeros(SHAPE)] * 2, across_seeds=True).correction[
        "volumes"
    ]

    assert [volume["n_maps"] for volume in together] == [2, 2]
    sizes = [volume["cluster_size_permutation"] for volume in alone]
    assert {volume["cluster_size_permutation"] for volume in together} >= {max(sizes)}
    for one, both in zip(alone, together, strict=True):
        assert both["cluster_size_threshold"] > one["cluster_size_threshold"]


def test_groups_of_three_are_compared_from_maps_to_tables(tmp_path):
    study = Study(tmp_path, ids=IDS[:6])
    with_scores(study, [1, 5, 2, 8, 6, 4, 7, 3])

    found = study.compare("alff", [two_touching(60.0)], covariates=[])

    assert (found.model["n_patients"], found.model["n_controls"], found.model["df"]) == (3, 3, 4)
    patients = np.isin(study.ids, np.array(IDS)[PATIENT])
    expected = stats.ttest_ind(found.maps[patients], found.maps[~patients], axis=0).statistic
    mask = read_volume(study.mask)[0] > 0
    np.testing.assert_allclose(found.t[mask], expected[mask], rtol=1e-4, atol=1e-5)
    # of the 20 ways to deal six into two groups two have the observed |t|, so p is never small
    assert (found.table["p_permutation"] > 0.05).all()
    assert len(found.table) == 2
    assert np.isfinite(found.table[["t", "p_grf", "p_tfce", "hedges_g"]].to_numpy()).all()
    assert len(study.normality(["alff"])) == 4
    association = study.associations(["alff"])
    assert association["n"].tolist() == [3, 3]
    assert association["p"].notna().all()


def test_nothing_significant_goes_through_to_empty_tables(study):
    local = study.compare("alff", [np.zeros(SHAPE)])
    seeds, table = study.seeds("clusters", ["alff"])
    union, _ = study.seeds("union", ["alff"])
    connectivity = study.compare("fc", [])
    association = study.associations(["alff", "fc"])
    normality = study.normality(["alff", "fc"])

    assert len(normality) == 0
    assert "jarque_bera" in normality
    assert connectivity.normality.shape == (*SHAPE, 0)
    assert len(local.table) == len(table) == len(connectivity.table) == len(association) == 0
    assert "hedges_g" in connectivity.table
    assert "rho" in association
    assert seeds.shape == union.shape == connectivity.t.shape == (*SHAPE, 0)
    assert connectivity.model["volumes"] == connectivity.correction["volumes"] == []
    assert list(connectivity.features) == ["participant_id"]
    assert connectivity.features["participant_id"].tolist() == IDS


def test_the_map_of_normality_is_of_the_group_that_is_the_less_normal(study):
    found = study.compare("alff", [two_touching()])

    p = [stats.jarque_bera(found.maps[group], axis=0).pvalue for group in (PATIENT, ~PATIENT)]
    mask = read_volume(study.mask)[0] > 0
    np.testing.assert_allclose(
        found.normality[mask], -np.log10(np.minimum(*p))[mask], rtol=1e-4, atol=1e-5
    )
    assert not found.normality[~mask].any()
    (volume,) = found.model["volumes"]
    assert volume["jarque_bera_share"] == np.mean(found.normality[mask] > -np.log10(0.05))
    assert 0.001 < found.model["jarque_bera_share_if_normal"] < 0.02  # groups of 8
    assert "-log10 p" in read_json(f"{study.folder}/alff_normality.json")["Units"]


def test_features_have_a_row_of_normality_per_group(study):
    found = study.compare("alff", [two_touching()])

    table = study.normality(["alff"])

    assert table["cluster_id"].tolist() == ["ALFF1"] * 2 + ["ALFF2"] * 2
    assert table["group"].tolist() == ["patient", "control"] * 2
    values = found.features["ALFF2"].to_numpy()
    expected = stats.jarque_bera(values[~PATIENT])
    assert table.loc[3, ["jarque_bera", "p"]].tolist() == pytest.approx(list(expected))
    assert table.loc[3, "t_welch"] == pytest.approx(
        stats.ttest_ind(values[PATIENT], values[~PATIENT], equal_var=False).statistic
    )
    assert (table["p_permutation"] == 1 / 51).all()
    assert study.normality(["alff"], n_permutations=0)["p_permutation"].isna().all()


def test_everything_significant_is_one_cluster(study):
    found = study.compare("alff", [np.full(SHAPE, 50.0)])
    seeds, _ = study.seeds("clusters", ["alff"])
    connectivity = study.compare("fc", [np.full(SHAPE, -50.0)])

    mask = read_volume(study.mask)[0] > 0
    np.testing.assert_array_equal(seeds[..., 0] > 0, mask)
    np.testing.assert_array_equal(connectivity.labels[..., 0] == 1, mask)
    assert connectivity.table.loc[0, ["cluster_id", "seed"]].tolist() == ["FC1", "ALFF1"]
    assert connectivity.table["t"][0] < 0
    assert found.table["survives"].tolist() == ["grf,permutation,tfce,fdr"]
    assert found.table["p_permutation"].tolist() == [1 / 61]
    assert "no label" in found.table["composition"][0]
    assert study.associations(["alff", "fc"])["cluster_id"].tolist() == ["ALFF1", "FC1"]
    assert len(study.normality(["alff", "fc"])) == 4

    assert found.table["n_voxels"].tolist() == [read_volume(study.mask)[0].sum()]
    assert found.table["volume_mm3"].tolist() == [27.0 * found.table["n_voxels"][0]]


def test_a_cluster_of_one_voxel_goes_through_to_every_table(study):
    with_scores(study, [1, 5, 2, 8, 6, 4, 7, 3])
    effect = np.zeros(SHAPE)
    effect[4, 8, 5] = 200.0
    lone = {"voxel_p": 1e-9, "cluster_p": 0.05, "tails": 2, "connectivity": 26}

    found = study.compare("alff", [effect], correction=lone)
    seeds, table = study.seeds("clusters", ["alff"])
    (row,) = found.table.itertuples()

    assert found.correction["volumes"][0]["cluster_size_threshold"] == 1
    assert (row.n_voxels, row.volume_mm3) == (1, 27.0)
    assert [row.x_mm, row.y_mm, row.z_mm] == [-8, 0, 15]
    assert np.argwhere(found.labels).tolist() == [[4, 8, 5]]
    assert pd.isna(row.subpeaks)
    assert row.composition.endswith("100 %")
    np.testing.assert_allclose(found.features["ALFF1"], found.maps[:, 4, 8, 5], rtol=1e-6)
    assert np.argwhere(seeds[..., 0]).tolist() == [[4, 8, 5]]
    assert table["n_voxels"].tolist() == [1]
    assert len(study.associations(["alff"])) == 1
    assert len(study.normality(["alff"])) == 2


def test_two_touching_clusters_of_opposite_sign_stay_two_in_every_table(study):
    with_scores(study, [1, 5, 2, 8, 6, 4, 7, 3])
    found = study.compare("alff", [two_touching()])
    seeds, _ = study.seeds("clusters", ["alff"])

    touching = ndimage.binary_dilation(found.labels == 1, np.ones((3, 3, 3)))
    assert (touching & (found.labels == 2)).any()
    lower = found.table["t"] < 0
    assert sorted(lower) == [False, True]
    assert (found.table["hedges_g"] < 0).tolist() == lower.tolist()
    assert not (seeds[..., 0] * seeds[..., 1]).any()
    t = study.normality(["alff"]).drop_duplicates("cluster_id")["t"]
    assert (t < 0).tolist() == lower.tolist()
    assert study.associations(["alff"])["cluster_id"].tolist() == ["ALFF1", "ALFF2"]


def test_the_score_is_correlated_in_analysed_patients_alone(study):
    found = study.compare("alff", [two_touching()])

    table = study.associations(["alff"])

    assert table["cluster_id"].tolist() == found.table["cluster_id"].tolist()
    assert table["n"].tolist() == [8, 8]
    assert table["p_method"].tolist() == ["exact", "exact"]
    assert len(study.associations(["alff"], score=None)) == 0


def test_the_score_is_adjusted_for_covariates(study):
    with_scores(study, [1, 5, 2, 8, 6, 4, 7, 3])
    found = study.compare("alff", [two_touching()])

    table = study.associations(["alff"], covariates=["age"])

    participants = read_table(study.participants).set_index("participant_id")
    patients = participants.loc[np.array(IDS)[PATIENT]]
    values = found.features.set_index("participant_id").loc[patients.index, "ALFF1"]
    ranks = np.corrcoef(stats.rankdata([values, patients["nrs"], patients["age"]], axis=1))
    precision = np.linalg.inv(ranks)
    rho = -precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])
    assert table["rho"][0] == pytest.approx(rho)
    assert table["covariates"].tolist() == ["age", "age"]
    assert table["p_method"].tolist() == ["orders", "orders"]
    assert study.associations(["alff"])["covariates"].isna().all()


def test_a_mask_file_of_another_grid_becomes_a_seed(study, tmp_path):
    fine = np.diag([1.5, 1.5, 1.5, 1])
    fine[:3, 3] = [-20, -24, 0]
    image = np.zeros((28, 32, 24), bool)
    image[8:16, 8:16, 8:16] = True
    write_volume(tmp_path / "roi.nii.gz", image, fine)

    seeds, table = study.seeds("masks", images_paths=[str(tmp_path / "roi.nii.gz")])

    assert table.loc[0, ["seed", "source", "n_voxels"]].tolist() == ["MASK1", "mask", 64]
    assert np.argwhere(seeds[..., 0]).min(axis=0).tolist() == [4, 4, 4]


def test_the_design_is_checked_with_all_problems_of_covariates_and_score(study):
    settings = {
        "participants_path": study.participants,
        "check_path": f"{study.folder}/check.tsv",
        "columns_path": f"{study.folder}/check.json",
        "harmonise": False,
        "n_folds": 5,
    }

    def compared(*covariates, site=None):
        return {**GROUPS, "covariates": covariates, "site": site}

    check_design(
        comparison=compared("age", "mean_fd"),
        score="nrs",
        score_covariates=["mean_fd"],
        **settings,
    )
    assert read_table(f"{study.folder}/check.tsv")["column"].tolist() == [
        "group",
        "intercept",
        "age",
    ]

    with pytest.raises(ValueError, match="no column") as error:
        check_design(comparison=compared("weight"), score="pain", score_covariates=[], **settings)
    assert [line[:20] for line in str(error.value).splitlines()] == [
        "the covariate weight",
        "the score pain is no",
    ]
    with pytest.raises(ValueError, match="no column scanner, which cohort.site names"):
        check_design(
            comparison=compared("scanner", site="scanner"),
            score=None,
            score_covariates=[],
            **settings,
        )


def with_scores(study, scores):
    table = read_table(study.participants)
    table["nrs"] = table["participant_id"].map(
        dict(zip(np.array(IDS)[PATIENT], scores, strict=True))
    )
    write_table(study.participants, table)


def test_the_score_is_correlated_in_every_voxel_of_the_patients(study):
    with_scores(study, [1, 5, 2, 8, np.nan, 4, 7, 3])

    found = study.score_maps("alff", [np.zeros(SHAPE)])

    maps = [read_volume(f"{study.folder}/{label}_stat-alff_map.nii.gz")[0] for label in IDS]
    values = np.array(maps)[PATIENT][[0, 1, 2, 3, 5, 6, 7], 5, 6, 7]
    expected = stats.spearmanr(values, [1, 5, 2, 8, 4, 7, 3]).statistic
    assert found.rho[5, 6, 7] == pytest.approx(expected, abs=1e-6)
    assert found.rho.shape == SHAPE
    assert (found.correction["n"], found.correction["reason"]) == (7, None)
    assert found.correction["volumes"][0]["df"] == 5
    assert found.correction["volumes"][0]["n_clusters"] == len(found.table)


def test_score_maps_are_adjusted_for_covariates(study):
    with_scores(study, [1, 5, 2, 8, 6, 4, 7, 3])

    found = study.score_maps("alff", [np.zeros(SHAPE)], covariates=["age"])

    assert found.correction["covariates"] == ["age"]
    assert found.correction["volumes"][0]["df"] == 5
    maps = [read_volume(f"{study.folder}/{label}_stat-alff_map.nii.gz")[0] for label in IDS]
    values = np.array(maps)[PATIENT][:, 5, 6, 7]
    age = read_table(study.participants).set_index("participant_id")["age"]
    age = age.loc[np.array(IDS)[PATIENT]].to_numpy(float)
    rho, _ = spearman(values, np.array([1, 5, 2, 8, 6, 4, 7, 3.0]), age[:, None])
    assert found.rho[5, 6, 7] == pytest.approx(rho, abs=1e-6)


def test_the_score_maps_of_connectivity_have_a_volume_per_seed_and_none_without_a_seed(study):
    with_scores(study, [1, 5, 2, 8, 6, 4, 7, 3])
    study.seeds("coordinates", coordinates=[[-8, -6, 12], [13, 6, 15]])
    two = study.score_maps("fc", [np.zeros(SHAPE)] * 2)
    study.seeds("coordinates")
    none = study.score_maps("fc", [])

    assert two.rho.shape == two.labels.shape == (*SHAPE, 2)
    assert [volume["seed"] for volume in two.correction["volumes"]] == ["SPHERE1", "SPHERE2"]
    assert none.rho.shape == none.labels.shape == (*SHAPE, 0)
    assert none.correction["volumes"] == []
    assert len(none.table) == 0


def test_no_score_or_one_that_nobody_varies_in_leaves_empty_maps_and_says_why(study):
    with_scores(study, [4.0] * 8)
    constant = study.score_maps("alff", [np.zeros(SHAPE)])
    unset = study.score_maps("alff", [np.zeros(SHAPE)], score=None)

    assert constant.correction["reason"] == "the score is 4 in all 8 patients who have one"
    assert unset.correction["reason"] == "no score is set"
    for found in (constant, unset):
        assert found.rho.shape == found.labels.shape == (*SHAPE, 0)
        assert len(found.table) == 0
        assert "rho" in found.table


def test_the_error_rate_is_that_of_permuted_groups_at_the_threshold_in_force(study):
    compared = study.compare("alff", [np.zeros(SHAPE)], parts=((0, 200),))

    found = study.error_rate("alff")

    (volume,) = compared.correction["volumes"]
    assert found["cluster_size_threshold"] == volume["cluster_size_threshold"]
    assert found["smoothness"] == "residuals of the observed groups"
    assert found["aimed"] == 0.05
    # some but not many: within 4 standard errors of 5 %
    assert 0 < found["n_with_cluster"] < 200 * (0.05 + 4 * np.sqrt(0.05 * 0.95 / 200))
    assert found["error_rate_low"] < found["error_rate"] < found["error_rate_high"]


def test_without_permutations_no_error_rate_is_claimed(study):
    study.compare("alff", [np.zeros(SHAPE)], parts=())

    assert study.error_rate("alff")["error_rate"] is None
