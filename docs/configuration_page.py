"""Writes the reference of the configuration: schema, defaults and the remarks of config.yaml."""

import re
from pathlib import Path

import yaml

from restpain.config.expected import expected_values
from restpain.presentation.remarks import remarks

REPOSITORY = Path(__file__).resolve().parents[1]
SCHEMA = REPOSITORY / "schemas" / "config.schema.yaml"
CONFIG = REPOSITORY / "config.yaml"
HEAD = """# Configuration

Every key of `config.yaml`: its meaning, the values it may have, the default, and as a remark where
the default comes from (the paper, DPARSF, DPABI, or *ours*: our own choice). Your `mine.yaml` has
only the keys that differ. An unknown key or a value out of range stops the run and is told with
what is expected. The page is made from `schemas/config.schema.yaml` and the remarks of
`config.yaml` when the site is built.
"""


def page(schema: dict, config: dict, remarks_of: dict[str, str]) -> str:
    """Text of the page, in Markdown.

    Parameters
    ----------
    schema : dict
        JSON schema of the configuration.
    config : dict
        Its defaults.
    remarks_of : dict of str
        Sources of the defaults, by key.
    """
    parts = [HEAD]
    for name, section in schema["properties"].items():
        parts.append(f"\n## {name}\n")
        if "properties" in section:
            if "description" in section:
                parts.append(f"\n{_text(section)}\n")
            parts += _keys(section, config[name], name, schema, remarks_of)
        else:
            parts.append(_key(name, section, config[name], schema, remarks_of))
    return "".join(parts)


def _keys(section: dict, values: dict, place: str, schema: dict, remarks_of: dict) -> list[str]:
    parts = []
    for name, key in section["properties"].items():
        here = f"{place}.{name}"
        if key.get("properties") and "$ref" not in key:
            parts.append(_heading(here) + f"\n{_text(key)}\n" + _remark(here, remarks_of))
            parts += _keys(key, values[name], here, schema, remarks_of)
        else:
            parts.append(
                _heading(here) + _key(here, key, values.get(name, []), schema, remarks_of)
            )
    return parts


def _heading(place: str) -> str:
    return f"\n({place.replace('.', '-')})=\n### `{place}`\n"


def _key(place: str, key: dict, default, schema: dict, remarks_of: dict) -> str:
    resolved = _resolved(key, schema)
    values = expected_values(resolved)
    return (
        f"\n{_text(key)}\n\n:Values: {escaped(values)}\n:Default: `{_yaml(default)}`\n"
        + _remark(place, remarks_of).lstrip("\n")
        + _entries(resolved, schema)
    )


def _remark(place: str, remarks_of: dict) -> str:
    return f"\n:Remark: {escaped(remarks_of[place])}\n" if place in remarks_of else ""


def _entries(key: dict, schema: dict) -> str:
    """Keys of the entries of a list or of a section that all entries share."""
    sources = [key, key.get("items", {}), *key.get("oneOf", [])]
    if isinstance(key.get("additionalProperties"), dict):
        sources += key["additionalProperties"].get("oneOf", [])
    entries = {}
    for source in sources:
        entries |= source.get("properties", {})
    if not entries:
        return ""
    alike = {}  # those without a meaning of their own share a line
    for name, one in entries.items():
        values = escaped(expected_values(_resolved(one, schema)))
        meaning = f": {_text(one)}" if "description" in one else ""
        alike.setdefault((values, meaning or None), []).append(f"`{name}`")
    return "\nIts keys:\n\n" + "".join(
        f"- {', '.join(names)} ({values}){meaning or ''}\n"
        for (values, meaning), names in alike.items()
    )


def _resolved(key: dict, schema: dict) -> dict:
    """Return the key with the definition that it refers to."""
    if "$ref" not in key:
        return key
    return schema["$defs"][key["$ref"].rsplit("/", 1)[1]] | {
        name: value for name, value in key.items() if name != "$ref"
    }


def _text(key: dict) -> str:
    return escaped(" ".join(key["description"].split()))


def escaped(text: str) -> str:
    """Return text in which no sign has a meaning in Markdown and pages of docs are links."""
    parts = re.split(r"docs/(\w+)\.md", text)
    parts[::2] = [re.sub(r"([*_\[\]<>{}$|`])", r"\\\1", part) for part in parts[::2]]
    parts[1::2] = [f"[{name}](../{name}.md)" for name in parts[1::2]]
    return "".join(parts)


def _yaml(value) -> str:
    """Write a value on one line, as in YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def write(path: Path) -> None:
    """Write the page, if it is not there as it should be, so that a second build is quick."""
    config = CONFIG.read_text(encoding="utf-8")
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    text = page(schema, yaml.safe_load(config), remarks(config))
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
