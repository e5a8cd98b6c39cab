"""Values that a key of the configuration may have, in words."""

from restpain.presentation.numbers import counted

TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a section with keys",
    "null": "null",
}
BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


def expected_values(schema: dict) -> str:
    """Values that a schema allows, in words: ``a number, above 0 and at most 1``.

    Parameters
    ----------
    schema : dict
        Of one key: ``type``, ``enum`` or ``oneOf``, with bounds.
    """
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if "oneOf" in schema:
        return " or ".join(expected_values(one) for one in schema["oneOf"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    words = " or ".join(TYPES[kind] for kind in kinds)
    limits = [f"{word} {schema[key]:g}" for key, word in BOUNDS.items() if key in schema]
    bounds = [" and ".join(limits)] if limits else []
    if schema.get("minLength"):
        bounds.append("not empty")
    if "array" in kinds:
        bounds += _list_bounds(schema)
    return ", ".join([words, *bounds])


def _list_bounds(schema: dict) -> list[str]:
    """Entries that a list may have, in words."""
    fewest, item = schema.get("minItems"), schema["items"]
    count = "" if fewest == schema.get("maxItems") else "at least "
    bounds = [f"with {count}{counted(fewest, 'entry', 'entries')}"] if fewest else []
    if item:
        each = TYPES["object"] if item.get("type") == "object" else expected_values(item)
        bounds.append(f"each entry {each}")
    if schema.get("uniqueItems"):
        bounds.append("none of them twice")
    return bounds
