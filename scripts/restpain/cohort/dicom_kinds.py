"""T1 and rest run among the series of a DICOM folder."""

import re

from restpain.cohort.selection import SERIES_KEYS, fits_series
from restpain.cohort.timing import LONGEST_USUAL_S
from restpain.presentation.numbers import counted

MIN_T1_SLICES, MIN_T1_EXTENT_MM, MAX_T1_ECHO_MS = 40, 100.0, 15.0
MIN_REST_VOLUMES, MIN_REST_SLICES = 20, 8
REST_ECHO_TIMES_MS = (8.0, 65.0)  # BOLD runs at 7 to 1.5 T; diffusion needs longer ones
REST_REPETITION_TIMES_S = (0.2, 10.0)
NOT_SELECTED = "not the one of cohort.select"
DERIVED = "derived images"

# tie-breakers, only among series that the numbers in their headers leave equal
T1_NAMES = re.compile(r"t1|mp-?rage|tfl|tfe|bravo|spgr", re.IGNORECASE)
OTHER_THAN_T1_NAMES = re.compile(
    r"t2|flair|swi|tof|mra\b|angio|field|fmap|b0|b1|survey|scout|locali|gad|contrast|post",
    re.IGNORECASE,
)
REST_NAMES = re.compile(r"rest|(\b|_)rs|fcmri", re.IGNORECASE)
OTHER_THAN_REST_NAMES = re.compile(r"dti|dwi|diff|asl|perf|dsc|task|field|fmap", re.IGNORECASE)

# names that speak by themselves; letters around them would make other words of them
SAYS_REST = re.compile(
    r"(?<![a-z])rest(ing)?([ _-]?(state|fmri|bold|eyes))?(?![a-z])|(bold|mri|epi|func)[ _-]?rest"
    r"|(?<![a-z])rs(?![a-z])|(?<![a-z])rs[ _-]?f?mri|fcmri|eyes?[ _-]?(open|closed?)",
    re.IGNORECASE,
)
SAYS_PREPARED = re.compile(
    r"(?<![a-z])(dti|dwi|dki|dsi|hardi|noddi|ivim|diff(usion)?|tensor|[pv]?c?asl|perf(usion)?|dsc"
    r"|dce|cbf|field[ _-]?map(ping)?|fmap|b0[ _-]?map|topup|pepolar|blip)(?![a-z])",
    re.IGNORECASE,
)
SAYS_TASK = re.compile(
    r"(?<![a-z])(task|(\d|one|two|three)?[ _-]?n?-?back|finger|tapp?ing|motor|stroop|flanker"
    r"|faces?|emotion\w*|language|movie|video|film|localizer|retinotop\w*|checker\w*|visual|auditory"
    r"|memory|gambl\w*|oddball|go[ _-]?no[ _-]?go|stop[ _-]?signal|sst|mid|social|stor(y|ies)"
    r"|stim\w*|paradigm|events?|blocks?|breath[ _-]?hold\w*|pain|heat|thermal|words?|verb\w*)"
    r"(?![a-z])",
    re.IGNORECASE,
)


def mark_kinds(series: list, select: dict) -> None:
    """Set ``facts["kind"]`` of series to t1 or rest; more than one of a kind may remain.

    The numbers of the headers decide: one volume, many slices, a short echo time, 3D for the
    T1; many volumes with an echo time of a BOLD run for rest. Phase, real and imaginary images
    are neither; derived images are the T1 only if there is no other. Names count only between
    series equal by those numbers, and against diffusion, perfusion and field maps. With a wish in
    ``select`` any series that fits it is taken that has one volume (T1) or several (rest).
    ``facts["not_t1"]`` and ``facts["not_rest"]`` give the first reason against a series, or are
    empty; ``facts["doubts"]`` what speaks against one that is taken.
    """
    for kind, against in (("t1", _against_t1), ("rest", _against_rest)):
        reasons = [against(one) for one in series]
        for one, texts in zip(series, reasons, strict=True):
            one.facts[f"not_{kind}"] = next(iter(texts), "")
        wanted = select.get(kind) or {}
        if wanted.keys() & {*SERIES_KEYS, "echo"}:  # entities of BIDS say nothing of series
            candidates = _selected(series, kind, wanted)
        elif kind == "t1":
            good = [one for one in series if not one.facts["not_t1"]]
            derived = [
                one
                for one, texts in zip(series, reasons, strict=True)
                if texts == [DERIVED] and not one.facts["processed"]
            ]
            candidates = _one_export(_by_names(good or derived, T1_NAMES, OTHER_THAN_T1_NAMES))
        else:
            good = [one for one in series if not one.facts["not_rest"]]
            candidates = _by_names(good, REST_NAMES, OTHER_THAN_REST_NAMES)
        for one in candidates:
            one.facts["kind"] = kind
            one.facts["doubts"] = against(one) + (_doubts(one) if kind == "rest" else [])
            one.facts[f"not_{kind}"] = ""


def _selected(series: list, kind: str, wanted: dict) -> list:
    """Series that fit a wish; only those with nothing against them, if there are any."""
    fitting = []
    for one in series:
        n_volumes = one.facts["n_volumes"]
        if not fits_wish(one, wanted):
            one.facts[f"not_{kind}"] = NOT_SELECTED
        elif (n_volumes == 1) == (kind == "t1"):
            fitting.append(one)
        else:
            one.facts[f"not_{kind}"] = counted(n_volumes, "volume")
    return [one for one in fitting if not one.facts[f"not_{kind}"]] or fitting


def fits_wish(one, wanted: dict) -> bool:
    """Check a series against a wish of ``cohort.select``."""
    number, echo = one.facts["number"], one.facts["echo"]
    return fits_series(number, one.descriptions, wanted, echo=echo)


def _by_names(candidates: list, wanted: re.Pattern, unwanted: re.Pattern) -> list:
    for narrowed in (
        [one for one in candidates if not unwanted.search(one.names)],
        [one for one in candidates if wanted.search(one.names)],
    ):
        both = [one for one in candidates if one in narrowed]
        if len(candidates) > 1 and both:
            candidates = both
    return candidates


def _one_export(candidates: list) -> list:
    """T1 series with one export of each acquisition: the one with the most corrections.

    Scanners export an acquisition with and without correction for distortion and for the
    sensitivity of the coils, and filtered. Taken is the one corrected for distortion (in 3D
    rather than in 2D), then the one of even intensity, then the one without filter.
    ``facts["preferred"]`` says so.
    """
    acquisitions = {}
    for one in candidates:
        acquisitions.setdefault(_acquisition(one), []).append(one)
    kept = []
    for exports in acquisitions.values():
        best = max(map(_corrections, exports))
        best_ones = [one for one in exports if _corrections(one) == best]
        kept += best_ones
        if len(best_ones) == 1 < len(exports):
            best_ones[0].facts["preferred"] = (
                f"of {len(exports)} exports of one acquisition the one {_correction_words(best)}"
            )
    return kept


def _acquisition(one) -> tuple:
    """Equal for two exports of one acquisition; a series without a time has only itself."""
    time = one.first.get("AcquisitionTime")
    sizes = (sorted(one.facts["matrix"]), one.facts["voxel_mm"], one.facts["echo_time_ms"])
    return (one.first.get("StudyInstanceUID"), time, repr(sizes)) if time else (id(one),)


def _corrections(one) -> tuple[int, bool, bool]:
    distortion = 2 if "DIS3D" in one.words else 1 if "DIS2D" in one.words else 0
    even = "NORM" in one.words or re.search(r"\b(PU|PURE|SCIC|CLEAR)\b", one.names) is not None
    return distortion, even, not ({"FIL", "FILTERED"} & one.words)


def _correction_words(corrections: tuple[int, bool, bool]) -> str:
    distortion, even, unfiltered = corrections
    words = [("not corrected", "corrected in 2D", "corrected in 3D")[distortion]]
    words[0] += " for distortion"
    words.append("of even intensity" if even else "of uneven intensity")
    return ", ".join([*words, "without filter" if unfiltered else "filtered"])


def _against_t1(one) -> list[str]:
    """Reasons against a series as the T1."""
    facts = one.facts
    n_slices, distance = facts["matrix"][2], facts["voxel_mm"][2]
    echo_ms, fewest = facts["echo_time_ms"] or 0.0, min(facts["matrix"])
    return _those_that_hold(
        (facts["part"] != "magnitude", f"{facts['part']} images"),
        (facts["derived"], DERIVED),
        (facts["n_volumes"] != 1, counted(facts["n_volumes"], "volume")),
        (facts["acquisition"] == "2D", "a 2D acquisition"),
        (fewest < MIN_T1_SLICES, f"{counted(fewest, 'voxel')} along an axis"),
        (n_slices * distance < MIN_T1_EXTENT_MM, f"{n_slices * distance:g} mm along the slices"),
        (echo_ms > MAX_T1_ECHO_MS, f"an echo time of {echo_ms:g} ms"),
    )


def _against_rest(one) -> list[str]:
    """Reasons against a series as the rest run."""
    facts = one.facts
    echo_ms, tr_s = facts["echo_time_ms"], facts["repetition_time_s"]
    fewest = min(facts["matrix"])
    hides_slices = facts["layout"] == "mosaic" and facts["matrix"][2] == 1
    named = SAYS_PREPARED.search(one.names) and not SAYS_REST.search(one.names)
    return _those_that_hold(
        (facts["part"] != "magnitude", f"{facts['part']} images"),
        (facts["derived"], DERIVED),
        (hides_slices, "mosaics whose headers do not say how many slices they hold"),
        (facts["prepared"], "diffusion or perfusion images"),
        (facts["n_volumes"] < MIN_REST_VOLUMES, counted(facts["n_volumes"], "volume")),
        (fewest < MIN_REST_SLICES, f"{counted(fewest, 'voxel')} along an axis"),
        (facts["spin_echo"], "spin echoes"),
        (not _within(echo_ms, REST_ECHO_TIMES_MS), f"an echo time of {echo_ms} ms"),
        (not _within(tr_s, REST_REPETITION_TIMES_S), f"a repetition time of {tr_s} s"),
        (named, "a name of diffusion, perfusion or field maps"),
    )


def _doubts(one) -> list[str]:
    """Reasons to doubt a run that is taken for rest, beside those against any series."""
    tr_s = one.facts["repetition_time_s"] or 0.0
    long = LONGEST_USUAL_S < tr_s <= REST_REPETITION_TIMES_S[1]
    named = SAYS_TASK.search(one.names) and not SAYS_REST.search(one.names)
    return _those_that_hold(
        (named, "a name that speaks against rest"),
        (long, f"a repetition time of {tr_s:g} s"),
    )


def _those_that_hold(*reasons: tuple[bool, str]) -> list[str]:
    return [words for holds, words in reasons if holds]


def _within(value: float | None, limits: tuple[float, float]) -> bool:
    """Check that a value lies within limits; an unknown value passes."""
    return value is None or limits[0] <= value <= limits[1]
