"""Specification curve of the regions: T, size and verdict in every universe."""

import numpy as np
import pandas as pd

from restpain.cohort.design import Design
from restpain.group.clusters import cluster_means
from restpain.group.models import fit_model
from restpain.multiverse.choices import changed_verdicts, explained_shares, jackknife_interval
from restpain.multiverse.regions import Region

SPECIFICATION = {
    "region_id": "Region, see regions.tsv.",
    "universe": "Number of the universe, see universes.tsv.",
    "t": "T of the mean of the region's voxels, patients minus controls, adjusted for the "
    "covariates of the universe.",
    "peak_t": "T at the peak of the cluster that the universe has in the region; n/a without one.",
    "n_voxels": "Voxels of that cluster.",
    "p_grf": "Its corrected p by Gaussian random field theory.",
    "p_permutation": "Its corrected p by permutation of cluster sizes.",
    "survives": "Whether the universe has a significant cluster in the region, by its inference.",
}
CHOICES = {
    "region_id": "Region, see regions.tsv.",
    "key": "Key of the configuration that varies.",
    "explained": "Share of the variance of t over the universes that the key explains by its main "
    "effect.",
    "explained_low": "Lower end of the 95 % interval of explained, by the jackknife over "
    "participants; n/a where a participant cannot be left out.",
    "explained_high": "Upper end of that interval.",
    "n_changed": "Pairs of universes that differ in this key only and of which one has a "
    "significant cluster in the region and the other has none.",
    "n_pairs": "Pairs of universes that differ in this key only.",
}


def region_means(maps: np.ndarray, regions: list[Region], covered: np.ndarray) -> np.ndarray:
    """Mean of each map over the voxels of each region that all participants cover.

    Parameters
    ----------
    maps : ndarray of shape (n_participants, n_voxels, n_volumes)
    regions : list of Region
    covered : ndarray of bool, shape (n_participants, n_voxels)

    Returns
    -------
    ndarray of shape (n_participants, n_regions)
        NaN where no voxel of a region is covered by all.
    """
    means = np.full((len(maps), len(regions)), np.nan)
    for number, region in enumerate(regions):
        values = maps[:, region.voxels, region.volume].astype(np.float32)
        values = np.where(covered[:, region.voxels], values, np.nan)
        means[:, number] = cluster_means(values, np.ones(values.shape[1], int), 1)
    return means


def region_t(
    means: list[np.ndarray], designs: dict[tuple[str, ...], Design], universes: list[dict]
) -> tuple[np.ndarray, np.ndarray]:
    """T of the regions in every universe, with all participants and without each of them.

    Parameters
    ----------
    means : list of ndarray of shape (n_participants, n_regions)
        Of each map, see `region_means`.
    designs : dict of Design
        By covariates.
    universes : list of dict
        Those of `measure_plan`.

    Returns
    -------
    t : ndarray of shape (n_universes, n_regions)
    left_out : ndarray of shape (n_universes, n_regions, n_participants)
        NaN where the design cannot be estimated without a participant.
    """
    known: dict[tuple, tuple[np.ndarray, np.ndarray]] = {}
    for one in universes:
        fit = (one["map"], tuple(one["settings"]["cohort.covariates"]))
        if fit not in known:
            known[fit] = _with_and_without(means[fit[0]], designs[fit[1]])
    found = [known[one["map"], tuple(one["settings"]["cohort.covariates"])] for one in universes]
    return np.array([t for t, _ in found]), np.array([left_out for _, left_out in found])


def _with_and_without(means: np.ndarray, design: Design) -> tuple[np.ndarray, np.ndarray]:
    left_out = np.full((means.shape[1], len(means)), np.nan)
    for number in range(len(means)):
        others = np.arange(len(means)) != number
        try:
            part = design.subset(others)
        except ValueError:  # a group of three cannot do without one
            continue
        if part.df > 0:
            left_out[:, number] = fit_model(means[others], part.matrix, column=0).t
    return fit_model(means, design.matrix, column=0).t, left_out


def specification_table(
    regions: list[Region],
    names: list[str],
    clusters: pd.DataFrame,
    t: np.ndarray,
    universes: list[dict],
) -> pd.DataFrame:
    """Rows of `SPECIFICATION`: every region in every universe.

    Parameters
    ----------
    regions, names
        See `matched_regions` and `region_names`.
    clusters : DataFrame
        All significant clusters; `Region.clusters` are labels of its rows.
    t : ndarray of shape (n_universes, n_regions)
        See `region_t`.
    universes : list of dict
        Those of `measure_plan`.
    """
    rows = []
    for number, (region, name) in enumerate(zip(regions, names, strict=True)):
        for place, one in enumerate(universes):
            row = {"region_id": name, "universe": one["universe"], "t": t[place, number]}
            cluster = region.clusters.get(one["universe"])
            if cluster is not None:
                found = clusters.loc[cluster]
                row |= {"peak_t": found["t"], "n_voxels": found["n_voxels"]}
                row |= {key: found[key] for key in ("p_grf", "p_permutation")}
            rows.append(row | {"survives": cluster is not None})
    table = pd.DataFrame(rows, columns=list(SPECIFICATION))
    return table.astype({"n_voxels": "Int64"})


def choices_table(
    regions: list[Region],
    names: list[str],
    keys: list[str],
    universes: list[dict],
    t: np.ndarray,
    left_out: np.ndarray,
) -> pd.DataFrame:
    """Rows of `CHOICES`: what each key contributes in each region.

    The parameters are those of `specification_table`, the ``keys`` of `measure_plan`, and
    ``left_out`` of `region_t`.
    """
    rows = []
    choices = np.array([one["choices"] for one in universes], int).reshape(len(universes), -1)
    for number, (region, name) in enumerate(zip(regions, names, strict=True)):
        shares = explained_shares(t[:, number], choices)
        without = explained_shares(left_out[:, number], choices)
        low, high = jackknife_interval(shares, without)
        verdicts = np.array([one["universe"] in region.clusters for one in universes])
        for k, (changed, pairs) in enumerate(changed_verdicts(verdicts, choices)):
            rows.append(
                {
                    "region_id": name,
                    "key": keys[k],
                    "explained": shares[k],
                    "explained_low": np.clip(low[k], 0, 1),
                    "explained_high": np.clip(high[k], 0, 1),
                    "n_changed": changed,
                    "n_pairs": pairs,
                }
            )
    return pd.DataFrame(rows, columns=list(CHOICES))
