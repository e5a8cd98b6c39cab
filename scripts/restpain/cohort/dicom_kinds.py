"""T1 and rest run among the series of a DICOM folder."""

import re

from restpain.presentation.numbers import counted

MIN_T1_SLICES, MIN_T1_EXTENT_MM, MAX_T1_ECHO_MS = 40, 100.0, 15.0
MIN_REST_VOLUMES, MIN_REST_SLICES = 20, 8
REST_ECHO_TIMES_MS = (8.0, 65.0)  # BOLD runs at 7 to 1.5 T; diffusion needs longer ones
REST_REPETITION_TIMES_S = (0.2, 10.0)

# tie-breakers, only among series that the numbers in their headers leave equal
T1_NAMES = re.compile(r"t1|mp-?rage|tfl|tfe|bravo|spgr", re.IGNORECASE)
OTHER_THAN_T1_NAMES = re.compile(
    r"t2|flair|swi|tof|mra\b|angio|field|fmap|b0|b1|survey|scout|locali|gad|contrast|post",
    re.IGNORECASE,
)
REST_NAMES = re.compile(r"rest|(\b|_)rs|fcmri", re.IGNORECASE)
OTHER_THAN_REST_NAMES = re.compile(r"dti|dwi|diff|asl|perf|dsc|task|field|fmap", re.IGNORECASE)


def mark_kinds(series: list) -> None:
    """Set ``facts["kind"]`` of series to t1 or rest; more than one of a kind may remain.

    The numbers of the headers decide: one volume, many slices, a short echo time, 3D for the
    T1; many volumes with an echo time of a BOLD run for rest. Derived, phase, real and
    imaginary images are neither. Names count only between series equal by those numbers.
    ``facts["not_t1"]`` and ``facts["not_rest"]`` give the first reason against a series, or are
    empty.
    """
    for kind, against, wanted, unwanted in (
        ("t1", _against_t1, T1_NAMES, OTHER_THAN_T1_NAMES),
        ("rest", _against_rest, REST_NAMES, OTHER_THAN_REST_NAMES),
    ):
        for one in series:
            one.facts[f"not_{kind}"] = against(one.facts)
        candidates = [one for one in series if not one.facts[f"not_{kind}"]]
        for narrowed in (
            [one for one in candidates if not unwanted.search(one.names)],
            [one for one in candidates if wanted.search(one.names)],
        ):
            both = [one for one in candidates if one in narrowed]
            if len(candidates) > 1 and both:
                candidates = both
        for one in candidates:
            one.facts["kind"] = kind


def _against_t1(facts: dict) -> str:
    """First reason against a series as the T1; empty if there is none."""
    n_slices, distance = facts["matrix"][2], facts["voxel_mm"][2]
    echo_ms, fewest = facts["echo_time_ms"] or 0.0, min(facts["matrix"])
    return _first_that_holds(
        (facts["part"] != "magnitude", f"{facts['part']} images"),
        (facts["derived"], "derived images"),
        (facts["n_volumes"] != 1, counted(facts["n_volumes"], "volume")),
        (facts["acquisition"] == "2D", "a 2D acquisition"),
        (fewest < MIN_T1_SLICES, f"{counted(fewest, 'voxel')} along an axis"),
        (n_slices * distance < MIN_T1_EXTENT_MM, f"{n_slices * distance:g} mm along the slices"),
        (echo_ms > MAX_T1_ECHO_MS, f"an echo time of {echo_ms:g} ms"),
    )


def _against_rest(facts: dict) -> str:
    """First reason against a series as the rest run; empty if there is none."""
    echo_ms, tr_s = facts["echo_time_ms"], facts["repetition_time_s"]
    fewest = min(facts["matrix"])
    hides_slices = facts["layout"] == "mosaic" and facts["matrix"][2] == 1
    return _first_that_holds(
        (facts["part"] != "magnitude", f"{facts['part']} images"),
        (facts["derived"], "derived images"),
        (hides_slices, "mosaics whose headers do not say how many slices they hold"),
        (facts["prepared"], "diffusion or perfusion images"),
        (facts["n_volumes"] < MIN_REST_VOLUMES, counted(facts["n_volumes"], "volume")),
        (fewest < MIN_REST_SLICES, f"{counted(fewest, 'voxel')} along an axis"),
        (not _within(echo_ms, REST_ECHO_TIMES_MS), f"an echo time of {echo_ms} ms"),
        (not _within(tr_s, REST_REPETITION_TIMES_S), f"a repetition time of {tr_s} s"),
    )


def _first_that_holds(*reasons: tuple[bool, str]) -> str:
    return next((words for holds, words in reasons if holds), "")


def _within(value: float | None, limits: tuple[float, float]) -> bool:
    """Check that a value lies within limits; an unknown value passes."""
    return value is None or limits[0] <= value <= limits[1]
