"""Universes: combinations of alternative choices of the analysis.

A universe has one value for each key of the configuration that varies. Universe 0 has the values
of the configuration, and so is the main analysis.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SERIES_KEYS = {
    "preprocessing.nuisance": "Nuisance regression",
    "preprocessing.filter": "Order of filter and regression",
}
METRIC_KEYS = {
    "metrics.band_hz": "Frequency band, Hz",
    "metrics.fwhm_mm": "Smoothing FWHM, mm",
    "metrics.smoothing_kernel": "Smoothing kernel",
    "metrics.reho_neighbours": "Voxels of ReHo",
}
GROUP_KEYS = {
    "cohort.covariates": "Covariates",
    "group.mask_coverage": "Coverage of the group mask",
    "group.voxel_p": "Voxel p",
    "group.cluster_p": "Cluster p",
    "group.tails": "Tails",
    "group.connectivity": "Connectivity of clusters",
    "group.smoothness": "Source of the smoothness",
    "group.inference": "Inference",
}
MAP_KEYS = SERIES_KEYS | METRIC_KEYS  # those that change the maps of a participant
KEYS = MAP_KEYS | GROUP_KEYS  # with what reports call them
WITHOUT_REHO = "metrics.reho_neighbours"  # a key that no other measure depends on

GIVEN_MAPS = "cohort.source is maps: the maps are given, so that the choice was made before"
CLEANED = "preprocessing.nuisance is done: the series were cleaned before"


@dataclass(frozen=True)
class Multiverse:
    """All universes of a study.

    Attributes
    ----------
    values : dict of list
        By key, its values, that of the configuration first. Keys of one value are not among them.
    universes : list of tuple of int
        Number of the value of each key, (0, 0, ...) first.
    left_out : list of dict
        ``choices`` and ``reason`` of keys and combinations that are not analysed.
    n_combinations : int
        Combinations that make sense, of which ``universes`` may be a random part.
    """

    values: dict[str, list]
    universes: list[tuple[int, ...]]
    left_out: list[dict[str, str]]
    n_combinations: int

    def settings(self, universe: tuple[int, ...]) -> dict:
        """Value of each key in a universe."""
        pairs = zip(self.values.items(), universe, strict=True)
        return {key: values[number] for (key, values), number in pairs}

    def varying(self, measure: str) -> list[str]:
        """Keys that change the results of a measure, in their order."""
        return [key for key in self.values if measure == "reho" or key != WITHOUT_REHO]


def multiverse_of(
    config: dict,
    alternatives: dict[str, list],
    *,
    max_universes: int,
    contradictions: Callable[[dict], list[str]],
    seed: int,
) -> Multiverse:
    """List the universes of a configuration.

    Parameters
    ----------
    config : dict
        The configuration.
    alternatives : dict of list
        By key, values beside that of the configuration.
    max_universes : int
        Of more combinations, so many are drawn, the configured one among them.
    contradictions : callable
        Sentences about values of a configuration that contradict each other; a combination with
        any is left out.
    seed : int
        Of the draw.
    """
    values, left_out = _values(config, alternatives)
    kept, reasons = [], {}
    for numbers in itertools.product(*(range(len(one)) for one in values.values())):
        chosen = {
            key: own[number] for (key, own), number in zip(values.items(), numbers, strict=True)
        }
        reason = _reason_left_out(with_settings(config, chosen), contradictions)
        if reason is None:
            kept.append(numbers)
        else:
            reasons.setdefault(reason, []).append(chosen)
    for reason, chosen in reasons.items():
        left_out.append({"choices": _shared_choices(chosen), "reason": reason})
    n_combinations = len(kept)
    if n_combinations > max_universes:
        generator = np.random.default_rng(seed)
        drawn = generator.choice(n_combinations - 1, max_universes - 1, replace=False)
        kept = [kept[0], *(kept[1 + number] for number in sorted(drawn))]
    return Multiverse(values, kept, left_out, n_combinations)


def alternative_problems(
    config: dict, alternatives: dict[str, list], problems: Callable[[dict], list[str]]
) -> list[str]:
    """Sentences about alternatives that are not values of their key.

    ``problems`` gives those of a configuration, as `configuration_problems` does.
    """
    found = []
    for key, values in alternatives.items():
        for number, value in enumerate(values, start=1):
            found += [
                f"{sentence} (entry {number} of {key} in multiverse.alternatives)"
                for sentence in problems(with_settings(config, {key: value}))
            ]
    return found


def value_at(config: dict, key: str):
    """Value of a key such as ``group.tails``."""
    section, name = key.split(".")
    return config[section][name]


def with_settings(config: dict, settings: dict) -> dict:
    """Give some keys of a configuration other values; the rest is shared, not copied."""
    changed = dict(config)
    for key, value in settings.items():
        section, name = key.split(".")
        changed[section] = {**changed[section], name: value}
    return changed


def shown_value(value) -> str:
    """Write a value as tables and figures show it.

    >>> shown_value(["age", "sex"]), shown_value([]), shown_value([0.01, 0.1])
    ('age, sex', 'none', '0.01, 0.1')
    """
    if isinstance(value, list | tuple):
        return ", ".join(map(shown_value, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def shown_settings(settings: dict) -> str:
    """Write values with their keys: ``group.tails 1; cohort.covariates none``."""
    return "; ".join(f"{key} {shown_value(value)}" for key, value in settings.items())


def measure_plan(multiverse: Multiverse, config: dict, measure: str) -> dict:
    """List the maps and the universes of a measure, each once.

    Universes that differ only in a key that the measure does not depend on are one for it: the
    first of them.

    Returns
    -------
    dict
        ``keys`` that vary for the measure; ``maps``, for each map that a participant has the
        values of all `MAP_KEYS`; ``universes``, for each its number ``universe`` among all, the
        number of its ``map``, the numbers ``choices`` of its values, and its ``settings`` of all
        `GROUP_KEYS`. Values of keys that do not vary are those of the configuration.
    """
    keys = multiverse.varying(measure)
    place = [list(multiverse.values).index(key) for key in keys]
    maps, planned, seen = [], [], set()
    for number, universe in enumerate(multiverse.universes):
        choices = tuple(universe[k] for k in place)
        if choices in seen:
            continue
        seen.add(choices)
        settings = multiverse.settings(universe)
        if measure != "reho":
            settings.pop(WITHOUT_REHO, None)
        full = {key: settings.get(key, value_at(config, key)) for key in KEYS}
        made = {key: full[key] for key in MAP_KEYS}
        if made not in maps:
            maps.append(made)
        planned.append(
            {
                "universe": number,
                "map": maps.index(made),
                "choices": list(choices),
                "settings": {key: full[key] for key in GROUP_KEYS},
            }
        )
    return {"keys": keys, "maps": maps, "universes": planned}


def _values(
    config: dict, alternatives: dict[str, list]
) -> tuple[dict[str, list], list[dict[str, str]]]:
    """Values of each key that varies, and keys left out with the reason."""
    values, left_out = {}, []
    for key in KEYS:
        distinct = [value_at(config, key)]
        for value in alternatives.get(key, []):
            distinct += [value] if value not in distinct else []
        if len(distinct) == 1:
            continue
        reason = _reason_without(config, key)
        if reason is None:
            values[key] = distinct
        else:
            left_out.append({"choices": key, "reason": reason})
    return values, left_out


def _reason_without(config: dict, key: str) -> str | None:
    if key in MAP_KEYS and config["cohort"]["source"] == "maps":
        return GIVEN_MAPS
    if key in SERIES_KEYS and config["preprocessing"]["nuisance"] == "done":
        return CLEANED
    return None


def _reason_left_out(config: dict, contradictions: Callable[[dict], list[str]]) -> str | None:
    preprocessing = config["preprocessing"]
    if preprocessing["filter"] == "simultaneous" and not preprocessing["nuisance"]:
        return "without nuisance regressors the order of filter and regression changes nothing"
    group = config["group"]
    if group["inference"] == "permutation" and group["smoothness"] == "zmap":
        return "permutation of cluster sizes does not use the smoothness"
    return "; ".join(contradictions(config)) or None


def _shared_choices(settings: list[dict]) -> str:
    """Choices that combinations left out for one reason have in common."""
    first = settings[0]
    return shown_settings(
        {
            key: value
            for key, value in first.items()
            if all(other[key] == value for other in settings)
        }
    )
