"""Problems of the choice of the T1 and the rest run, and lines for ``cohort.select``."""

from restpain.cohort.image_checks import OR_EXCLUDE, report
from restpain.cohort.selection import ENTITIES, MNI, NO_MNI, NO_REST, fits_entities, fits_series
from restpain.presentation.numbers import counted

KIND_NAMES = {"t1": "T1-weighted image", "rest": "resting-state run"}
N_NAMED = 5  # series that a sentence names
YAML_WORDS = {"yes", "no", "on", "off", "true", "false", "null"}  # no texts without quotes
NAMES = {key: name for name, key in ENTITIES.items()}


def kinds(index: dict) -> list[str]:
    """Kinds of images that a participant needs: no T1 where preprocessed series are given."""
    return ["rest"] if index["source"] == "derivatives" else list(KIND_NAMES)


def chosen_runs(index: dict) -> list[dict]:
    """Images that the index chose, where they are readable."""
    return [one for one in index["series"] if one["chosen"] and one.get("readable", True)]


def choice_problems(index: dict) -> list[dict]:
    """No T1 or rest run, several, or one that cannot be read.

    Returns
    -------
    list of dict
        Rows of the table of problems; see `restpain.cohort.image_checks.problem`.
    """
    rows, add = report(index["participant_id"], "participant's folder")
    for kind in kinds(index) if index["found"] else []:
        name = KIND_NAMES[kind]
        found = [one for one in index["series"] if one["kind"] == kind]
        chosen = [one for one in found if one["chosen"]]
        if not found:
            reasons = [one[f"not_{kind}"] for one in index["series"] if one.get(f"not_{kind}")]
            key = ".task" if any(reason.endswith(NO_REST) for reason in reasons) else ""
            fitting = f"add it, name it in cohort.select.{kind}{key}, {OR_EXCLUDE}"
            action = fitting if reasons else f"add it, {OR_EXCLUDE}"
            if reasons and all(reason.endswith(NO_MNI) for reason in reasons):
                action = f"add it, for example by --output-spaces of fMRIPrep, {OR_EXCLUDE}"
            expected = f"one in {MNI}" if index["source"] == "derivatives" else "one"
            add("error", f"no {name} among {_others(index, kind)}", expected, action)
        elif not chosen:
            listed = ", ".join(f"{signature(one)} ({_size(one)})" for one in found)
            lines = " or ".join(dict.fromkeys(_flow(wish) for wish in wishes(found)))
            reasons = dict.fromkeys(one["why_not"] for one in found if "why_not" in one)
            add(
                "error",
                f"{len(found)} series that may be the {name}: {'; '.join([listed, *reasons])}",
                "one",
                f"name it in the configuration, cohort.select.{kind}: {lines}",
            )
        elif "damage" in chosen[0]:
            add(
                "error",
                f"{chosen[0]['label']} {chosen[0]['damage']}",
                "a complete NIfTI file",
                "copy it again from its source",
            )
    return rows


def _size(one: dict) -> str:
    return counted(one.get("n_volumes", 0), "volume")


def signature(one: dict) -> str:
    """Name of a series without its participant, the same for all participants who have one.

    The entities of its BIDS name but ``sub``, the folder of DPARSF, or the number of a DICOM
    series.
    """
    entities = one.get("entities") or {}
    if "folder" in entities:
        return one["label"]
    pairs = [f"{key}-{label}" for key, label in entities.items() if key not in ("sub", "suffix")]
    return "_".join([*pairs, entities["suffix"]]) if entities else one["label"]


def wishes(candidates: list[dict]) -> list[dict]:
    """Entries of ``cohort.select`` that ask for one of several candidates each.

    Entities in which all candidates agree are left out; ``None`` asks for a file without the
    entity.
    """
    if not all(one.get("entities") for one in candidates):
        return [
            {"series_number": one.get("number")}
            | ({"echo": one["echo"]} if one.get("echo") else {})
            for one in candidates
        ]
    keys = [key for key in NAMES if len({one["entities"].get(key) for one in candidates}) > 1]
    return [{NAMES[key]: _label(one["entities"].get(key)) for key in keys} for one in candidates]


def _label(label: str | None) -> str | int | None:
    return int(label) if label and label.isdecimal() else label


def _flow(wish: dict) -> str:
    """Write an entry as YAML on one line."""
    return f"{{{', '.join(f'{key}: {_in_yaml(label)}' for key, label in wish.items())}}}"


def _in_yaml(label: str | int | None) -> str:
    if label is None:
        return "null"
    text = str(label)
    other = not isinstance(label, int) and (text[0].isdecimal() or text.lower() in YAML_WORDS)
    return f'"{text}"' if other else text


def selection_lines(indices: list[dict]) -> list[str]:
    """Lines to paste below ``cohort: select:``, and how many participants each of them serves.

    Returns
    -------
    list of str
        Empty if no participant has several candidates.
    """
    lines = []
    for kind, name in KIND_NAMES.items():
        candidates = [[one for one in index["series"] if one["kind"] == kind] for index in indices]
        unclear = [found for found in candidates if not any(one["chosen"] for one in found)]
        asked = {
            _flow(wish): wish for found in unclear if len(found) > 1 for wish in wishes(found)
        }
        if asked:
            lines.append(f"which {name} is meant; paste one of these lines below cohort: select:")
        for text, wish in asked.items():
            n_served = sum(sum(_fits(one, wish) for one in found) == 1 for found in candidates)
            lines.append(f"    {kind}: {text} # one in {n_served} of {len(indices)} participants")
    return lines


def _fits(one: dict, wish: dict) -> bool:
    entities = one.get("entities")
    if entities:
        return fits_entities(entities, wish)
    return fits_series(one.get("number"), [], wish, echo=one.get("echo"))


def _others(index: dict, kind: str) -> str:
    """Name the other series of a participant with the reason against each."""
    if not index["series"]:
        return "its files"
    listed = [
        f"{signature(one)}: {one[f'not_{kind}']}"
        for one in index["series"]
        if one.get(f"not_{kind}") and one["kind"] == "other"
    ]
    more = f" and {len(listed) - N_NAMED} more" if len(listed) > N_NAMED else ""
    reasons = f" ({', '.join(listed[:N_NAMED])}{more})" if listed else ""
    return f"{len(index['series'])} series{reasons}"


def missing_images(index: dict, *, min_volumes: int) -> str | None:
    """Reason why a participant cannot be analysed for want of images; None if both are there.

    ``min_volumes`` is the least number of volumes of the rest run, those dropped included.
    """
    if not index["found"]:
        return "no folder in the data"
    for kind in kinds(index):
        found = [one for one in index["series"] if one["kind"] == kind]
        if not found:
            return f"no {KIND_NAMES[kind]}"
        for one in found:
            if one["chosen"] and not one.get("readable", True):
                return f"{KIND_NAMES[kind]} {one.get('damage', 'cannot be read')}"
            if one["chosen"] and kind == "rest" and one["n_volumes"] < min_volumes:
                return f"{KIND_NAMES[kind]} with too few volumes"
    return None
