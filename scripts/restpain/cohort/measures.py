"""Measures of a study: those computed from series, or those of the maps that are given."""

CONNECTIVITY = "fc"
MASK, SERIES = "mask", "series"  # files of a participant that are no map
RESERVED = (CONNECTIVITY, "all", MASK, SERIES)  # names that no map may have
# ASSUME: a group's map is tested against the brain's mean, 1 after division by it; scores against
# the mean 0 of the brain, connectivity against 0. Neither test has covariates (the paper names
# none, DPABI's default has none).
BASES = {"mean": 1.0, "raw": 1.0, "zscore": 0.0}  # by the scale of the maps


def local_measures(settings: dict) -> list[str]:
    """Measures with one map per participant, in their order, of a configuration."""
    given = settings["cohort"]["source"] == "maps"
    return list(settings["cohort"]["maps"] if given else settings["metrics"]["measures"])


def has_series(settings: dict) -> bool:
    """Check whether there are series: always, but of maps only if they are given as well."""
    return settings["cohort"]["source"] != "maps" or settings["cohort"]["series"] is not None


def compared_measures(settings: dict) -> list[str]:
    """All measures whose groups are compared: the local ones, then connectivity of series."""
    return local_measures(settings) + [CONNECTIVITY] * has_series(settings)


def map_pattern(given: str | dict) -> str:
    """Pattern of the file names in an entry of ``cohort.maps``."""
    return given["files"] if isinstance(given, dict) else given


def map_scales(cohort: dict) -> dict[str, str]:
    """Scale of the maps of each measure: that of its entry, or else ``cohort.map_scale``."""
    return {
        measure: given["scale"] if isinstance(given, dict) else cohort["map_scale"]
        for measure, given in cohort["maps"].items()
    }


def one_sample_bases(settings: dict) -> dict[str, float]:
    """Value against which the mean map of each group is tested, by measure."""
    local = dict.fromkeys(local_measures(settings), "mean")
    if settings["cohort"]["source"] == "maps":
        local = map_scales(settings["cohort"])
    bases = {name: BASES[scale] for name, scale in local.items()}
    return bases | ({CONNECTIVITY: 0.0} if has_series(settings) else {})
