"""Problems of a configuration in sentences: key, value found, value expected."""

import math
import re
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from restpain.cohort.grids import NATIVE
from restpain.cohort.map_files import measure_problems
from restpain.cohort.participants import MEAN_FD
from restpain.config.expected import expected_values
from restpain.presentation.numbers import NAMED_ATLASES, atlas_name

MEASURES = ("alff", "falff", "reho", "fc")
OF_MAPS = ("ratings", "min_coverage")  # keys of quality that hold without series


def _is_finite(checker, value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_finite),
)


def read_off(config: dict) -> None:
    """Mean ``slice_order: off`` as it is written: YAML reads off without quotes as false."""
    preprocessing = config.get("preprocessing")
    if isinstance(preprocessing, dict) and preprocessing.get("slice_order") is False:
        preprocessing["slice_order"] = "off"


def configuration_problems(config: dict, schema: dict) -> list[str]:
    """Problems of a configuration, a sentence each.

    Parameters
    ----------
    config : dict
        The configuration, all files merged.
    schema : dict
        Its JSON schema: types, bounds, enumerations and known keys.
    """
    errors = sorted(Validator(schema).iter_errors(config), key=lambda error: error.json_path)
    # a section that lacks n keys has n errors, each with the sentences about all of them
    problems = list(dict.fromkeys(text for error in errors for text in _sentences(error)))
    return problems or contradictions(config)


def _sentences(error: ValidationError) -> Iterator[str]:
    place, schema = _place(error.absolute_path), error.schema
    if error.validator == "additionalProperties":
        for key in sorted(set(error.instance) - set(schema["properties"]), key=str):
            close = get_close_matches(str(key), schema["properties"], n=1)
            known = f"did you mean {close[0]}? Its" if close else "its"
            yield (
                f"{_in(place)} has the unknown key {key}; {known} keys are "
                f"{', '.join(schema['properties'])}; correct or remove it"
            )
    elif error.validator == "required":
        for key in schema["required"]:
            if key not in error.instance:
                expected = expected_values(schema["properties"][key])
                yield f"{_in(place)} lacks the key {key}; expected {expected}; add it"
    else:
        expected = expected_values(schema)
        yield f"{_in(place)} is {_shown(error.instance)}; expected {expected}; correct it"


def contradictions(config: dict) -> list[str]:
    """Sentences about values that contradict each other."""
    problems, source = [], config["cohort"]["source"]
    low, high = config["metrics"]["band_hz"]
    if low >= high:
        problems.append(
            f"{_in('metrics.band_hz')} is {_shown([low, high])}; expected the lower edge first "
            "and the upper one above it; correct it"
        )
    if config["cohort"]["patients"] == config["cohort"]["controls"]:
        problems.append(
            f"{_in('cohort.patients')} and cohort.controls are both "
            f"{_shown(config['cohort']['patients'])}; expected the labels of two groups; "
            "correct one of them"
        )
    if config["classification"]["harmonise"] and config["cohort"]["site"] is None:
        problems.append(
            f"{_in('classification.harmonise')} is true, but cohort.site is null; expected the "
            "column of participants.tsv with the sites; name it there, or set harmonise to false"
        )
    if config["preprocessing"]["nuisance"] == "done" and source != "derivatives":
        problems.append(
            f"{_in('preprocessing.nuisance')} is done, but cohort.source is {source}; expected a "
            "list of regressors, since only preprocessed series may be without nuisance; correct "
            "it"
        )
    fewest = math.floor(1 / config["group"]["cluster_p"])  # the smallest p is 1 / (1 + number)
    drawn = config["group"]["n_permutations"]
    if config["group"]["inference"] == "permutation" and drawn < fewest:
        problems.append(
            f"{_in('group.n_permutations')} is {drawn}, but group.inference is permutation and "
            f"group.cluster_p {config['group']['cluster_p']:g}; expected at least {fewest} "
            "permutations, since fewer cannot give a smaller p; correct it, or set "
            "group.inference to grf"
        )
    if config["preprocessing"]["voxel_mm"] == NATIVE and source not in ("derivatives", "maps"):
        problems.append(
            f"{_in('preprocessing.voxel_mm')} is {NATIVE}, but cohort.source is {source}; "
            "expected a number of mm, since raw series have no grid in MNI space; correct it"
        )
    if source == "maps":
        problems += measure_problems(config["cohort"]) + _needs_motion(config)
    elif config["cohort"]["series"] is not None:
        problems.append(
            f"{_in('cohort.series')} is {_shown(config['cohort']['series'])}, but cohort.source "
            f"is {source}; expected null, since it names series beside maps; correct it"
        )
    measures = [*config["cohort"]["maps"], *MEASURES]
    if config["power"]["measure"] not in measures:
        problems.append(
            f"{_in('power.measure')} is {_shown(config['power']['measure'])}; expected one of "
            f"{', '.join(dict.fromkeys(measures))}; correct it"
        )
    learners = config["classification"]["learners"]
    if "NN_TORCH" in learners and find_spec("torch") is None:
        problems.append(
            f"{_in('classification.learners')} is [{', '.join(learners)}], but NN_TORCH needs "
            "PyTorch, which is not installed; run make environment EXTRAS=torch, or name MLP, "
            "the neural network of scikit-learn, instead"
        )
    return problems


def atlas_problems(atlases: list[dict | str]) -> list[str]:
    """Atlases of Table 2 that are not known, not told apart, or whose files do not exist."""
    named = [atlas for atlas in atlases if isinstance(atlas, str)]
    problems, names = [], ["aal2", *(atlas_name(atlas).lower() for atlas in named)]
    for number, atlas in enumerate(atlases, start=1):
        place = _in(f"table2.atlases, entry {number}")
        if isinstance(atlas, str):
            if atlas not in NAMED_ATLASES:
                problems.append(
                    f"{place}, is {_shown(atlas)}; expected {' or '.join(NAMED_ATLASES)}, or "
                    "name, image and labels of an atlas of yours; correct it (docs/atlases.md)"
                )
            continue
        name = atlas["name"]
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", name) or name.lower() in names:
            problems.append(
                f"{place}, has the name {_shown(name)}; expected letters, digits and hyphens, "
                "and a name that no other atlas has (AAL2 is always there); correct it"
            )
        names.append(name.lower())
        problems += [
            f"{place}, {key} is {_shown(atlas[key])}; expected a file that exists"
            f"{_start(atlas[key])}; correct it (docs/atlases.md says where to get atlases)"
            for key in ("image", "labels")
            if not Path(atlas[key]).is_file()
        ]
    return problems


def _needs_motion(config: dict) -> list[str]:
    """List settings that need motion, anatomy or raw volumes, where maps are given."""
    problems = []
    if config["cohort"]["series"] and (dropped := config["preprocessing"]["drop_volumes"]):
        problems.append(
            f"{_in('preprocessing.drop_volumes')} is {dropped}, but cohort.source is maps; "
            "expected null or 0, since the series of cohort.series are taken whole; correct it"
        )
    problems += [
        f"{_in(f'{section}.covariates')} names {MEAN_FD}, the motion of a series, but "
        "cohort.source is maps; expected columns of the table of participants, such as one with "
        f"the motion under another name than {MEAN_FD}; correct it"
        for section in ("cohort", "association")
        if MEAN_FD in config[section]["covariates"]
    ]
    for key, limit in config["quality"].items():
        if key not in OF_MAPS and limit is not None:
            problems.append(
                f"{_in(f'quality.{key}')} is {_shown(limit)}, a limit of what is not known of "
                "maps; expected null, since cohort.source is maps; exclude participants in the "
                "table instead"
            )
    return problems


def data_problems(cohort: dict) -> list[str]:
    """Folder and table of the user's data that are not named or do not exist.

    Parameters
    ----------
    cohort : dict
        The section cohort of the configuration, its source not simulated.
    """
    problems = []
    for key, kind, there in (
        ("data", "folder", Path.is_dir),
        ("participants", "file", Path.is_file),
    ):
        path, place = cohort[key], _in(f"cohort.{key}")
        if path is None:
            problems.append(
                f"{place} is null; expected a {kind}, since cohort.source is {cohort['source']}; "
                "set it"
            )
        elif not there(Path(path)):
            problems.append(
                f"{place} is {_shown(path)}; expected a {kind} that exists{_start(path)}; "
                "correct it"
            )
    return problems


def published_problems(named: str, folders: list[str]) -> list[str]:
    """Sentence about published tables that are in none of the folders they may be in.

    Parameters
    ----------
    named : str
        The key published of the configuration.
    folders : list of str
        Where they are looked for: the folder of the study, and the clone.
    """
    if any(Path(folder).is_dir() for folder in folders):
        return []
    return [
        f"{_in('published')} is {_shown(named)}; expected a folder that exists{_start(named)}; "
        "correct it, or set it to null for no audit and no comparison"
    ]


def _start(path: str | Path) -> str:
    """Folder at which a relative path starts."""
    return "" if Path(path).is_absolute() else f", relative to the study folder {Path.cwd()}"


def _in(place: str) -> str:
    return f"configuration: {place}" if place else "configuration: the file"


def _place(path) -> str:
    """Keys joined by dots; entries of a list by their number, counted from 1."""
    place = ""
    for part in path:
        if isinstance(part, int):
            place += f", entry {part + 1},"
        else:
            place += f".{part}" if place else str(part)
    return place


def _shown(value) -> str:
    """Write a value as in YAML."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)
