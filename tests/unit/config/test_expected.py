import pytest

from restpain.config.expected import expected_values


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"enum": [7, 19, 27]}, "one of 7, 19, 27"),
        (
            {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            "a number, above 0 and at most 1",
        ),
        ({"type": ["integer", "null"], "minimum": 0}, "a whole number or null, at least 0"),
        ({"type": "string", "minLength": 1}, "a text, not empty"),
        ({"oneOf": [{"type": "null"}, {"enum": ["off"]}]}, "null or one of off"),
        (
            {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3},
            "a list, with 3 entries, each entry a number",
        ),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
            "a list, with at least 1 entry, each entry a text, none of them twice",
        ),
    ],
)
def test_what_a_schema_allows_is_said_in_words(schema, words):
    assert expected_values(schema) == words
