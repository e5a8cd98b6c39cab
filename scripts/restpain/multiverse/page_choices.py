"""Section Choices: the keys that vary, the sources of their values, what is left out."""

import pandas as pd
import yaml

from restpain.multiverse.universes import KEYS, shown_value, value_at
from restpain.presentation.numbers import counted, integer, joined, measure_name
from restpain.presentation.pages import Section
from restpain.presentation.remarks import remarks


def choices_section(plan: dict, n: int, left_out: pd.DataFrame, config: str) -> Section:
    """Keys that vary with the sources of their values; combinations, and those left out.

    Parameters
    ----------
    plan : dict
        ``plan.json``.
    n : int
        Universes.
    left_out : DataFrame
        ``choices`` and ``reason``, texts.
    config : str
        The default configuration, whose remarks are the sources.
    """
    default, why = yaml.safe_load(config), remarks(config)
    rows = [
        {
            "name": KEYS[key],
            "key": key,
            "values": [
                {"text": shown_value(value), "source": value_source(key, value, default, why)}
                for value in values
            ],
        }
        for key, values in plan["values"].items()
    ]
    total = plan["n_combinations"]
    if not rows:
        words = "No key of the configuration varies: the only universe is the main analysis."
    elif total > n:
        words = (
            f"{n} of the {integer(total)} combinations that make sense are analysed: the main "
            "analysis, and others drawn at random (multiverse.max_universes of the configuration)."
        )
    else:
        words = f"All {counted(n, 'combination')} that make sense are analysed."
    measures = [
        f"{measure_name(name)} {len(own['universes'])} (from {counted(len(own['maps']), 'map')} "
        "of each participant)"
        for name, own in plan["measures"].items()
    ]
    return Section(
        "choices",
        "Choices",
        "What was varied",
        {
            "rows": rows,
            "words": words,
            "measures": f"Universes with results of their own: {joined(measures)}.",
            "left_out": left_out.to_dict("records"),
        },
    )


def value_source(key: str, value, default: dict, why: dict[str, str]) -> str:
    """Source of a value: the remark on the default or the default alternative that it is.

    Parameters
    ----------
    default : dict
        The default configuration.
    why : dict of str
        Its remarks, by dotted key.
    """
    if value == value_at(default, key):
        return why.get(key, "")
    if value in default["multiverse"]["alternatives"].get(key, []):
        return why.get(f"multiverse.alternatives.{key}", "default of multiverse.alternatives")
    return "chosen for this study"
