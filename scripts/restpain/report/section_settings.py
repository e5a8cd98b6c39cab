"""Section Settings: each value in force and the source of its default."""

import json

import yaml

from restpain.cohort.done_before import volumes_to_drop
from restpain.presentation.pages import Section
from restpain.presentation.remarks import remarks

PATH_KEYS = (
    "cohort.data",
    "cohort.participants",
    "cohort.map_mask",
    "cohort.series",
    "published",
    "quality.ratings",
    "connectivity.masks",
)


def settings_section(default_text: str, settings: dict) -> Section:
    """Table of the settings in force beside their defaults and remarks."""
    return Section(
        "settings",
        "Settings",
        "Settings and their sources",
        {"settings": setting_rows(default_text, settings)},
    )


def flattened(settings: dict, prefix: str = "") -> dict:
    """Dotted keys and values of nested mappings."""
    flat = {}
    for key, value in settings.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            flat |= flattened(value, f"{name}.")
        else:
            flat[name] = value
    return flat


def setting_rows(default_text: str, settings: dict) -> list[dict]:
    """List the settings in force with the sources of their defaults.

    Each row has ``key``, ``value`` (as text), ``remark``, ``changed`` and ``default``. A path of
    the user's machine is not shown. Keys of the simulation are omitted where no
    data are simulated.
    """
    defaults = flattened(yaml.safe_load(default_text))
    dropped = "preprocessing.drop_volumes"  # in force as a number, see `volumes_to_drop`
    defaults[dropped] = volumes_to_drop(defaults[dropped], settings["cohort"]["source"])
    why = remarks(default_text)
    simulated = settings["cohort"]["source"] == "simulated"
    rows = []
    for key, value in flattened(settings).items():
        if key.startswith("simulation.") and not simulated:
            continue
        changed = key not in defaults or defaults[key] != value
        shown = _setting_text(value)
        if (key in PATH_KEYS or key.startswith("cohort.maps.")) and value and changed:
            shown = "set by the user (a path)"
        if key == "table2.atlases" and value:  # their names without their paths
            shown = ", ".join(one if isinstance(one, str) else one["name"] for one in value)
        rows.append(
            {
                "key": key,
                "value": shown,
                "remark": why.get(key) or why.get(key.split(".")[0], ""),
                "changed": changed,
                "default": _setting_text(defaults.get(key)) if changed else "",
            }
        )
    return rows


def _setting_text(value) -> str:
    if value is None:
        return "none"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "; ".join(", ".join(f"{k} {v}" for k, v in item.items()) for item in value)
    if isinstance(value, list):
        texts = [_setting_text(item) for item in value]
        if value and isinstance(value[0], list):  # points
            texts = [f"({text})" for text in texts]
        return ", ".join(texts) or "none"
    return json.dumps(value) if isinstance(value, bool) else str(value)
