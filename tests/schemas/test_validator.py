"""What is checked quickly is checked like jsonschema checks it, save for what `$` means."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import catalogue
from reconciler.validator import CatalogueValidator

NAMES = sorted(
    {"version", "api", "projects", "id", "name", "ensure", "env", "regoin"}.union(
        *(catalogue.schema(f"integrations/{type_}")["properties"] for type_ in catalogue.types())
    )
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.floats(allow_nan=False),
    st.sampled_from(
        ["", "US", "EU", "absent", "x" * 81, "https://a.example/b", "a" * 24, "A" * 32]
    ),
    st.sampled_from(catalogue.types()),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
SCHEMAS = {
    **{f"envelope-{part}": catalogue.envelope(part) for part in ("file", "project", "integration")},
    **{
        f"{reading.__name__}-{type_}-{dialect}": reading(type_, dialect)
        for reading in (catalogue.as_written, catalogue.as_sent)
        for type_ in catalogue.types()
        for dialect in catalogue.dialects_of(type_)
    },
}


def breaches(validator, value):
    return sorted(
        (list(map(str, error.absolute_path)), str(error.validator), repr(error.validator_value))
        for error in validator.iter_errors(value)
    )


@st.composite
def candidates(draw, schema):
    """Draw a value with some of the settings that the schema knows, right or wrong."""
    names = st.sampled_from([*schema["properties"], "regoin"])
    return draw(st.dictionaries(names, VALUES, max_size=len(schema["properties"]))) | draw(
        st.sampled_from([{}, dict.fromkeys(schema.get("required", ()), "US")])
    )


@pytest.mark.parametrize("validator", SCHEMAS.values(), ids=SCHEMAS)
def test_it_finds_what_the_library_finds_and_nothing_else(validator):
    stock = jsonschema.Draft202012Validator(validator.schema)

    @given(candidates(validator.schema) | VALUES)
    def agree(value):
        assert breaches(validator, value) == breaches(stock, value)

    agree()


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": ["string", "null"]}, 1),
        ({"type": ["string", "null"]}, None),
        ({"type": "integer"}, 1.0),
        ({"type": "integer"}, True),
        ({"type": "number"}, 1),
        ({"enum": [1, "a"]}, True),
        ({"enum": [1, "a"]}, 1.0),
        ({"minLength": 1}, {}),
        ({"maxProperties": 1}, "text"),
        ({"required": ["a"]}, "a"),
        ({"anyOf": [{"type": "string", "minLength": 2}]}, "a"),
        ({"properties": {"a": True}, "patternProperties": {"b": True},
          "additionalProperties": False}, {"b": 1}),
        ({"additionalProperties": {"type": "string"}}, {"b": 1}),
    ],
)  # fmt: skip
def test_what_no_schema_here_says_yet_is_checked_like_the_library_does(schema, value):
    stock = jsonschema.Draft202012Validator(schema)
    assert breaches(CatalogueValidator(schema), value) == breaches(stock, value)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("^[a-f]+$", "abc", True),
        ("^[a-f]+$", "abc\n", False),
        ("^[a-f]+$", "\nabc", False),
        ("^[a-f]+", "abc\n", True),
        (r"^a\$", "a$", True),
        (r"^a\$", "a$\n", True),
        ("a$", "a\u2028", False),
    ],
)
def test_a_final_dollar_means_the_end_of_the_text(pattern, text, fits):
    assert CatalogueValidator({"pattern": pattern}).is_valid(text) is fits
