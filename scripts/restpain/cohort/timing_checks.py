"""Checks of repetition time, slice times and multiband factor of a run.

Each function returns rows of the table of problems; see `restpain.cohort.image_checks`.
"""

from restpain.cohort.image_checks import OR_EXCLUDE, report
from restpain.cohort.timing import (
    CONFIGURED,
    HEADER,
    LONGEST_S,
    SHORTEST_S,
    UNKNOWN_S,
    VOLUME_TIMES,
    decided_time,
    excitations,
    is_plausible,
    same_time,
)
from restpain.presentation.numbers import counted, joined

ORDERS = "sequential, reverse, interleaved, interleaved_even or a list of times"
OR_ORDER = f"set preprocessing.slice_order in config.yaml to off (no correction), {ORDERS}"
OR_TIME = f"or set {CONFIGURED} in config.yaml"
USABLE = {
    "RepetitionTime": "a number of seconds above 0",
    "SliceTiming": "a list of seconds from 0, one number per slice",
    "SliceEncodingDirection": "i, i-, j, j-, k or k-",
    "MultibandAccelerationFactor": "a whole number from 1",
    "DelayTime": "a number of seconds from 0",
    VOLUME_TIMES: "a list of increasing seconds, one number per volume",
}


def repetition_time_problems(who: str, run: dict) -> list[dict]:
    """Repetition time unknown, impossible, or not the same by all that tells it."""
    rows, add = report(who, run["label"])
    used, times = run["repetition_time_s"], run["repetition_times_s"]
    configured = run["repetition_time_source"] == CONFIGURED
    if run["volume_steps_s"]:
        add(
            "warning" if configured else "error",
            "volumes {:g} to {:g} s apart (VolumeTiming)".format(*run["volume_steps_s"]),
            "one repetition time, which frequencies need",
            f"if the steps are equal but for the clock, set {CONFIGURED} in config.yaml to the "
            f"usual one, {OR_EXCLUDE}",
        )
    elif run["n_volume_times"] not in (None, run["n_volumes"]) and not configured:
        add(
            "error",
            f"{counted(run['n_volume_times'], 'time')} in VolumeTiming",
            f"{run['n_volumes']}, one per volume",
            f"correct VolumeTiming in the sidecar, {OR_TIME}",
        )
    if configured:
        if times and not any(same_time(time, used) for time in times.values()):
            add(
                "warning",
                f"a repetition time of {_listed(times)}",
                f"{used:g} s, as in {CONFIGURED}",
                f"make sure that {CONFIGURED} is right for all participants; it is the one used",
            )
        return rows
    unusable = [key for key in ("RepetitionTime", VOLUME_TIMES) if key in run["unusable_timing"]]
    for key in unusable:
        add(*_unusable(key, run, OR_TIME))
    if unusable or run["volume_steps_s"]:
        return rows
    if used is None:
        action = "export the series with its whole headers"
        if run["layout"] == "nifti":
            action = "add RepetitionTime (s) to the sidecar"
        if run.get("sidecar_readable", True):
            add("error", "no repetition time", "one", f"{action}, {OR_TIME}")
    elif not is_plausible(used):
        add(
            "error",
            f"a repetition time of {_listed(times)}",
            f"{SHORTEST_S:g} to {LONGEST_S:g} s",
            f"give RepetitionTime in seconds, not in milliseconds, {OR_TIME}",
        )
    elif not decided_time(times)[2]:
        add(
            "error",
            f"a repetition time of {_listed(times)}",
            "one",
            "find out the time from one volume to the next, with any delay between them, and set "
            f"{CONFIGURED} in config.yaml to it",
        )
    elif not all(same_time(time, used) for time in times.values()):
        add(
            "warning",
            f"a repetition time of {_listed(times)}",
            "one",
            f"make sure that {used:g} s is right, which is used, {OR_TIME}",
        )
    elif list(times) == [HEADER] and used == UNKNOWN_S:
        add(
            "warning",
            f"a repetition time of {used:g} s in the image's header, and none in a sidecar",
            "one in the sidecar",
            f"make sure that it is right, since some programs write 1 s for one that they do not "
            f"know, {OR_TIME}",
        )
    return rows


def _listed(times: dict[str, float]) -> str:
    """Write times with their sources, equal ones together."""
    groups = []
    for source, time in times.items():
        group = next((group for group in groups if same_time(time, group[0])), None)
        if group is None:
            groups.append((time, [source]))
        else:
            group[1].append(source)
    return joined([f"{time:g} s ({', '.join(sources)})" for time, sources in groups])


def _unusable(key: str, run: dict, otherwise: str) -> tuple[str, str, str, str]:
    file = run.get("sidecar_names", {}).get(key, "its sidecar")
    found = f"{run['unusable_timing'][key]} as {key} in {file}"
    return "error", found, USABLE[key], f"correct {key} in the sidecar, {otherwise}"


def slice_timing_problems(
    who: str, run: dict, *, slice_order: str | list[float] | None
) -> list[dict]:
    """Slice times unknown, or not fitting the run."""
    if slice_order == "off":
        return []
    rows, add = report(who, run["label"])
    if "DelayTime" in run["unusable_timing"]:
        add(*_unusable("DelayTime", run, f"or {OR_ORDER}"))
    elif is_plausible(tr := run["repetition_time_s"]) and run["delay_s"] >= tr:
        found = f"{run['delay_s']:g} s without acquisition (DelayTime)"
        expected = f"less than the repetition time of {tr:g} s, which holds it"
        add("error", found, expected, f"correct DelayTime in the sidecar, {OR_TIME}")
    if isinstance(slice_order, str):
        return rows + _named_order_problems(who, run, slice_order)
    where, times = "preprocessing.slice_order", slice_order
    if slice_order is None:
        where, times = "the data", run["slice_times_s"]
        unusable = run["unusable_timing"]
        for key in [key for key in unusable if key.startswith("Slice")]:
            add(*_unusable(key, run, f"or {OR_ORDER}"))
        readable = run.get("sidecar_readable", True)
        if times is None and "SliceTiming" not in unusable and readable:
            add(
                "error",
                "no slice times in the data",
                "the order of the slices, which is never guessed",
                f"ask who ran the scanner and {OR_ORDER}",
            )
    if times is not None:
        rows += _times_problems(who, run, times, where)
    return rows


def _named_order_problems(who: str, run: dict, order: str) -> list[dict]:
    rows, add = report(who, run["label"])
    n_slices, factor = run["matrix"][run["slice_axis"]], run["multiband_factor"] or 1
    key = "MultibandAccelerationFactor"
    if key in run["unusable_timing"]:
        action = "or give a list of times in preprocessing.slice_order"
        add(*_unusable(key, run, action))
    elif factor % 1 or n_slices % factor:
        add(
            "error",
            f"{n_slices} slices and a multiband factor of {factor:g}",
            "a whole number of slices at once, in groups of the same size",
            "find out which of them is right, and give the times of the slices as a list in "
            "preprocessing.slice_order",
        )
    if run["slice_times_s"]:
        add(
            "warning",
            f"slice times in the data and preprocessing.slice_order: {order}",
            "one of them",
            "set preprocessing.slice_order in config.yaml to null to use those of the data",
        )
    return rows


def _times_problems(who: str, run: dict, times: list[float], where: str) -> list[dict]:
    rows, add = report(who, run["label"])
    axis, tr, factor = run["slice_axis"], run["repetition_time_s"], run["multiband_factor"] or 1
    n_slices, latest = run["matrix"][axis], max(times)
    if len(times) != n_slices:
        along = "" if axis == 2 else f" along {'ijk'[axis]}"
        add(
            "error",
            f"{counted(len(times), 'slice time')} in {where}",
            f"{n_slices}, one per slice{along}",
            f"correct the list, or {OR_ORDER}",
        )
    delay = run["delay_s"] if is_plausible(tr) and run["delay_s"] < tr else 0.0
    if is_plausible(tr) and latest >= tr - delay:
        unit = latest > 10 * tr
        action = "give the times in seconds" if unit else "correct the times"
        without = f" less the delay of {delay:g} s" if delay else ""
        add(
            "error",
            f"slice times up to {latest:g} in {where}",
            f"seconds below the repetition time of {tr:g} s{without}",
            f"{action}, or {OR_ORDER}",
        )
    n_excitations = excitations(times)
    if n_excitations == 1 and n_slices > 1:
        add(
            "warning",
            f"the same time for all slices in {where}",
            "times that differ, since slices are acquired one after the other",
            f"make sure that whole volumes were acquired at once (3D), or {OR_ORDER}",
        )
    elif len(times) == n_slices and factor > 1 and n_excitations * factor != n_slices:
        add(
            "error" if where == "the data" else "warning",
            f"{n_slices} slices at {n_excitations} different times in {where} and a multiband "
            f"factor of {factor:g}",
            f"{n_slices / factor:g} different times",
            "find out which of them is right, and give the times of the slices as a list in "
            "preprocessing.slice_order"
            if where == "the data"
            else "make sure that the list is right; it is the one used",
        )
    return rows
