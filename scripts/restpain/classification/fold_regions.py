"""Region selection and features within each outer training set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from restpain.atlas import aal
from restpain.classification.folds import Fold
from restpain.cohort.design import Design
from restpain.connectivity.correlation import connectivity_of_seeds
from restpain.group.clusters import cluster_means, cluster_name
from restpain.group.inference import find_clusters
from restpain.group.maps import MEMORY_BYTES
from restpain.group.missing import incomplete_voxels
from restpain.group.search import near_seeds
from restpain.io.images import read_arrays, read_masked

REGIONS = {
    "fold": "Outer fold",
    "cluster_id": "Measure and number by decreasing |peak t| within the fold",
    "measure": "Measure in which the training groups differ",
    "seed": "Region of the fold whose connectivity differs; n/a for other measures",
    "region": "AAL label at or nearest to the peak",
    "x_mm": "Peak, mm (MNI)",
    "y_mm": "Peak, mm (MNI)",
    "z_mm": "Peak, mm (MNI)",
    "t": "Peak t of the training participants, patients minus controls",
    "n_voxels": "Voxels",
}
FEATURES = {
    "fold": "Outer fold",
    "participant_id": "Participant, of the training or the test set",
    "cluster_id": "Cluster of the fold; n/a where the fold has none",
    "value": "Mean of the participant's map over the cluster",
}

# seeds of shape (n_seeds, n_voxels) to maps of all participants, one seed after the other
Connectivity = Callable[[np.ndarray], Iterator[np.ndarray]]


@dataclass(frozen=True)
class Search:
    """Mask and thresholds of the region search.

    Attributes
    ----------
    mask : ndarray of bool, shape (x, y, z)
    affine : ndarray of shape (4, 4)
    settings : dict
        Thresholds of `find_clusters`; ``across_seeds`` if the connectivity
        maps of all seeds of a fold share one correction (default: each has its own);
        ``seed_distance_mm`` around a seed that is left out of its search (default: nothing is).
    """

    mask: np.ndarray
    affine: np.ndarray
    settings: dict

    def clusters(
        self,
        maps: np.ndarray,
        design: Design,
        fold: Fold,
        *,
        name: str,
        n_seeds: int = 1,
        seed: np.ndarray | None = None,
    ) -> tuple[np.ndarray, pd.DataFrame, pd.DataFrame, str]:
        """Clusters in which the groups of the training set differ, and their mean per participant.

        Parameters
        ----------
        maps : ndarray of shape (n_participants, n_voxels)
            One map per participant of the fold, voxels in C order of the mask. NaN: no data.
        design : Design
            Of all participants; only the training set enters the test.
        fold : Fold
        name : str
            Name of the maps, for the log.
        n_seeds : int
            Seeds of the fold whose maps are searched.
        seed : ndarray of bool, shape (n_voxels,), optional
            The seed of the maps.

        Returns
        -------
        labels : ndarray of int, shape (n_voxels,)
            Clusters 1..k.
        clusters : DataFrame
            One row per cluster that has a voxel with data of all participants.
        means : DataFrame of shape (n_participants, k)
            `cluster_means` of each; also of the test set, whose maps selected no cluster.
        record : str
            Participants of the test, for the log.

        Raises
        ------
        ValueError
            If a participant outside the training set enters the test, or a group of the training
            set is too small.
        """
        training = design.subset(fold.training)
        record = fold.training_record(f"{name}, t-test and correction", training.participants)
        settings = dict(self.settings)
        n_maps = n_seeds if settings.pop("across_seeds", False) else 1
        distance_mm = settings.pop("seed_distance_mm", None)
        grid, searched = (self.mask, self.affine), None
        if seed is not None and distance_mm is not None:
            searched = ~near_seeds(seed[:, None], *grid, distance_mm=distance_mm)[:, 0]
        labels, clusters = find_clusters(
            maps[fold.training], training, *grid, **settings, n_maps=n_maps, searched=searched
        )
        inside = labels[self.mask]
        means = pd.DataFrame(
            {label: cluster_means(maps, inside, label) for label in clusters["label"]},
            index=pd.Index(fold.participants, name="participant_id"),
        ).dropna(axis=1)
        without = ~clusters["label"].isin(means.columns)
        if without.any():
            record += f"; without a voxel that all cover, left out: {int(without.sum())} clusters"
        return inside, clusters[~without], means, record


@dataclass
class FoldRegions:
    """Regions and features of one fold.

    Attributes
    ----------
    fold : Fold
    regions : list of dict
        ``REGIONS`` of each, by measure and decreasing |peak t|.
    features : DataFrame of shape (n_participants, n_regions)
        Columns named by cluster_id.
    voxels : dict of str to ndarray of bool, shape (n_voxels,)
        Voxels in any region, by measure.
    records : list of str
        Participants of each test, for the log.
    """

    fold: Fold
    regions: list[dict]
    features: pd.DataFrame
    voxels: dict[str, np.ndarray]
    records: list[str]


def fold_regions(
    local: dict[str, np.ndarray],
    connectivity: Connectivity | None,
    designs: list[Design],
    folds: list[Fold],
    search: Search,
) -> list[FoldRegions]:
    """Regions of the local measures, their connectivity, and the features, of every fold.

    The regions of a fold are the seeds of its connectivity, as in the whole sample. The seeds
    of all folds are mapped together, since their maps cost one matrix product per participant.

    Parameters
    ----------
    local : dict of str to ndarray of shape (n_participants, n_voxels)
        Maps of each local measure.
    connectivity : callable
        Maps of seeds, such as `stored_connectivity`; None without series.
    designs : list of Design
        One per fold; the same for all, unless groups are permuted.
    folds : list of Fold
    search : Search

    Returns
    -------
    list of FoldRegions
        In the order of the folds.
    """
    found, seeds = [], []
    for place, (design, fold) in enumerate(zip(designs, folds, strict=True)):
        index = pd.Index(fold.participants, name="participant_id")
        result = FoldRegions(fold, [], pd.DataFrame(index=index), {}, [])
        for measure, maps in local.items():
            labels, clusters, means, record = search.clusters(maps, design, fold, name=measure)
            result.records.append(record)
            result.voxels[measure] = labels > 0
            rows = [(None, row, means[row["label"]]) for row in clusters.to_dict("records")]
            _add(result, measure, rows)
            complete = ~incomplete_voxels(maps)
            for row in clusters.itertuples():
                name = cluster_name(measure, row.label)
                seeds.append((place, name, (labels == row.label) & complete))
        found.append(result)
    if connectivity is None:
        return found

    n_voxels = int(search.mask.sum())
    rows = {place: [] for place in range(len(folds))}
    for result in found:
        result.voxels["fc"] = np.zeros(n_voxels, dtype=bool)
    masks = np.array([voxels for _, _, voxels in seeds], dtype=bool).reshape(len(seeds), n_voxels)
    for (place, name, seed), maps in zip(seeds, connectivity(masks), strict=True):
        labels, clusters, means, record = search.clusters(
            maps,
            designs[place],
            folds[place],
            name=f"connectivity of {name}",
            n_seeds=sum(other[0] == place for other in seeds),
            seed=seed,
        )
        found[place].records.append(record)
        found[place].voxels["fc"] |= labels > 0
        rows[place] += [(name, row, means[row["label"]]) for row in clusters.to_dict("records")]
    for place, result in enumerate(found):
        _add(result, "fc", rows[place])
    return found


def _add(result: FoldRegions, measure: str, rows: list[tuple[str | None, dict, pd.Series]]):
    """Add the clusters of a measure and their means, numbered by decreasing |peak t|."""
    rows = sorted(rows, key=lambda row: -abs(row[1]["t"]))
    columns = {}
    for number, (seed, row, values) in enumerate(rows, start=1):
        name = cluster_name(measure, number)
        peak = {axis: row[axis] for axis in ("x_mm", "y_mm", "z_mm")}
        result.regions.append(
            {"fold": result.fold.number, "cluster_id": name, "measure": measure, "seed": seed}
            | {"region": aal().nearest(tuple(peak.values()))[0], **peak}
            | {"t": row["t"], "n_voxels": row["n_voxels"]}
        )
        columns[name] = values
    table = pd.DataFrame(columns, index=result.features.index)
    result.features = pd.concat([result.features, table], axis=1)


def read_local_maps(
    paths: list[str],
    measures: list[str],
    mask: np.ndarray,
    affine: np.ndarray,
    missing: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Read the maps of all participants, ``(n_participants, n_voxels)`` each, by measure.

    ``paths`` has all participants of the first measure, then all of the next. Values that are
    ``missing`` (see `uncovered`) become NaN.
    """
    n_participants = len(paths) // len(measures)
    local = {}
    for place, measure in enumerate(measures):
        some = paths[place * n_participants : (place + 1) * n_participants]
        local[measure] = np.stack([read_masked(path, mask, affine) for path in some])
        if missing is not None:
            local[measure][missing] = np.nan
    return local


def stored_connectivity(
    paths: list[str], missing: np.ndarray | None = None
) -> Connectivity | None:
    """Map seeds by the stored standardised series of all participants; None without series.

    Each file is read once for as many seeds as fit into memory. What is ``missing`` (see
    `uncovered`) is NaN.
    """
    if not paths:
        return None

    def maps_of(seeds: np.ndarray) -> Iterator[np.ndarray]:
        n_seeds, n_voxels = seeds.shape
        at_once = max(1, MEMORY_BYTES // (4 * len(paths) * max(n_voxels, 1)))
        for start in range(0, n_seeds, at_once):
            block = seeds[start : start + at_once]
            maps = np.empty((len(block), len(paths), n_voxels), np.float32)
            for row, path in enumerate(paths):
                stored = read_arrays(path)
                maps[:, row] = connectivity_of_seeds(stored["units"], stored["norms"], block)
            if missing is not None:
                maps[:, missing] = np.nan
            yield from maps

    return maps_of


def region_table(found: list[FoldRegions]) -> pd.DataFrame:
    """All regions of all folds, columns ``REGIONS``."""
    rows = [row for result in found for row in result.regions]
    return pd.DataFrame(rows, columns=list(REGIONS))


def feature_table(found: list[FoldRegions]) -> pd.DataFrame:
    """All features of all folds in long form, columns ``FEATURES``; none for an empty fold."""
    tables = [pd.DataFrame(columns=list(FEATURES))]
    for result in found:
        long = result.features.melt(
            var_name="cluster_id", value_name="value", ignore_index=False
        ).reset_index()
        tables.append(long.assign(fold=result.fold.number)[list(FEATURES)])
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True)


def features_from_table(table: pd.DataFrame, folds: list[Fold]) -> dict[int, pd.DataFrame]:
    """Features of each fold from `feature_table`, indexed by participant, by fold number."""
    features = {}
    for fold in folds:
        rows = table[table["fold"] == fold.number]
        wide = rows.pivot(index="participant_id", columns="cluster_id", values="value")
        index = pd.Index(fold.participants, name="participant_id")
        features[fold.number] = wide.reindex(index)[list(dict.fromkeys(rows["cluster_id"]))]
    return features


def dice(first: np.ndarray, second: np.ndarray) -> float:
    """Dice's overlap of two sets of voxels; NaN if both are empty.

    2 |A and B| / (|A| + |B|): 1 for the same voxels, 0 for none in common.

    References
    ----------
    Dice (1945). Ecology 26, 297-302. doi:10.2307/1932409
    """
    size = np.count_nonzero(first) + np.count_nonzero(second)
    return 2 * np.count_nonzero(first & second) / size if size else float("nan")
