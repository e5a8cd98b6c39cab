"""Maps, coverage and designs of the analysed participants in all universes."""

import numpy as np

from restpain.cohort.design import Design
from restpain.cohort.participants import Comparison, with_site
from restpain.group.maps import of_maps, read_design
from restpain.io.images import read_arrays, read_masked
from restpain.multiverse.alternative_maps import map_name


def read_alternative(maps_paths: list[str], measure: str, number: int) -> np.ndarray:
    """Read one map of each participant, ``(n_participants, n_voxels, n_volumes)``.

    Voxels are those of the template. ``maps_paths`` are what ``compute_alternative_maps`` wrote,
    ``number`` that of the map in `measure_plan`.
    """
    name = map_name(measure, number)
    maps = [read_arrays(path, name)[name] for path in maps_paths]
    return np.array([values.reshape(len(values), -1) for values in maps])


def read_covered(
    covered_paths: list[str], maps_paths: list[str], template: np.ndarray, affine: np.ndarray
) -> np.ndarray:
    """Read the voxels of the template that each participant covers.

    Booleans ``(n_participants, n_voxels)``, in the order of the maps. ``covered_paths`` are the
    brain masks of all participants, analysed or not.
    """
    paths = of_maps(covered_paths, maps_paths)
    return np.array([read_masked(path, template, affine) != 0 for path in paths])


def read_designs(
    universes: list[dict],
    participants_path: str,
    motion_paths: list[str],
    maps_paths: list[str],
    comparison: dict,
) -> dict[tuple[str, ...], Design]:
    """Read the design of each set of covariates of some universes, by the covariates.

    ``universes`` are those of `measure_plan`, ``comparison`` the fields of `Comparison` of the
    main analysis, whose site stays a covariate; the files are those of `read_design`.
    """
    covariates = {tuple(one["settings"]["cohort.covariates"]) for one in universes}
    files = (participants_path, motion_paths, maps_paths)
    return {names: read_design(*files, adjusted(comparison, names)) for names in covariates}


def adjusted(comparison: dict, covariates: tuple[str, ...]) -> Comparison:
    """Comparison with other covariates; the site stays one of them."""
    names = with_site(covariates, comparison["site"])
    return Comparison(**comparison | {"covariates": names})
