"""What every schema of a type must say, so that a new type is one file and nothing else."""

from pathlib import Path

import jsonschema
import pytest

from reconciler import catalogue

FOLDER = Path(__file__).parents[2] / "schemas"
FILES = {
    str(file.relative_to(FOLDER)).removesuffix(".schema.json"): file
    for file in sorted(FOLDER.rglob("*.schema.json"))
}
DIALECTS = catalogue.schema("desired-state")["properties"]["api"]["enum"]
SECRET = {"$ref": catalogue.SECRET_REF}
JSON_TYPES = {"string": str, "boolean": bool}
TYPE_KEYWORDS = {
    "$schema", "title", "description", "type", "deprecated", "properties", "required",
    "additionalProperties", "x-alerting", "x-dialects", "x-retired",
}  # fmt: skip
SETTING_KEYWORDS = {
    "description", "type", "enum", "default", "pattern", "minLength", "maxLength", "anyOf", "$ref",
    "writeOnly", "x-alphabet", "x-dialects", "x-echo", "x-mask",
}  # fmt: skip

TYPES = [
    pytest.param(type_, catalogue.schema(f"integrations/{type_}"), id=type_)
    for type_ in catalogue.types()
]
SETTINGS = [
    pytest.param(param.values[1], name, part, id=f"{param.values[0]}-{name}")
    for param in TYPES
    for name, part in param.values[1]["properties"].items()
    if name != "type"
]


def is_secret(part):
    return "$ref" in part


def is_literal(part):
    return "anyOf" in part


def descriptions(node):
    if isinstance(node, list):
        for item in node:
            yield from descriptions(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "description" and isinstance(value, str):
                yield value
            else:
                yield from descriptions(value)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_a_json_schema(name):
    jsonschema.Draft202012Validator.check_schema(catalogue.schema(name))


@pytest.mark.parametrize("name", FILES)
def test_every_description_is_one_short_line_that_ends_with_a_period(name):
    for text in descriptions(catalogue.schema(name)):
        assert text.endswith(".")
        assert len(text) <= 200
        assert "\n" not in text


def test_a_file_may_name_exactly_the_types_that_have_a_schema():
    named = catalogue.schema("desired-state")["$defs"]["integration"]["properties"]["type"]["enum"]
    assert sorted(named) == sorted(catalogue.types())


def test_the_alerting_types_are_those_that_the_contract_lists():
    alerting = {param.id for param in TYPES if param.values[1]["x-alerting"]}
    assert alerting == {
        "PAGER_DUTY", "OPS_GENIE", "VICTOR_OPS", "SLACK", "MICROSOFT_TEAMS", "WEBHOOK", "HIP_CHAT",
        "FLOWDOCK",
    }  # fmt: skip


def test_the_retired_types_are_those_that_the_contract_lists():
    retired = {param.id for param in TYPES if "x-retired" in param.values[1]}
    assert retired == {"NEW_RELIC", "HIP_CHAT", "FLOWDOCK"}


def test_no_two_types_have_the_same_title():
    titles = [param.values[1]["title"] for param in TYPES]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(("type_", "document"), TYPES)
def test_a_type_says_what_there_is_to_say_and_nothing_else(type_, document):
    assert document.keys() <= TYPE_KEYWORDS
    assert {"title", "description", "x-alerting", "x-dialects"} <= document.keys()
    assert document["type"] == "object"
    assert document["additionalProperties"] is False
    assert ("x-retired" in document) == document.get("deprecated", False)
    assert document["description"].startswith("Retired: ") == document.get("deprecated", False)


@pytest.mark.parametrize(("type_", "document"), TYPES)
def test_a_type_names_itself_first_and_requires_its_name(type_, document):
    assert next(iter(document["properties"].items())) == ("type", {"const": type_})
    assert document["required"][0] == "type"


@pytest.mark.parametrize(("type_", "document"), TYPES)
def test_a_type_is_offered_by_dialects_that_exist(type_, document):
    assert document["x-dialects"]
    assert list(document["x-dialects"]) == [
        name for name in DIALECTS if name in catalogue.dialects_of(type_)
    ]
    for extra in document["x-dialects"].values():
        assert extra.keys() <= {"required", "if", "then"}
        assert ("if" in extra) == ("then" in extra)
        assert extra.get("then", {"$comment": "", "required": ""}).keys() == {
            "$comment",
            "required",
        }


@pytest.mark.parametrize(("type_", "document"), TYPES)
def test_what_every_dialect_requires_every_dialect_offers(type_, document):
    for name in document["required"]:
        assert "x-dialects" not in document["properties"][name]


@pytest.mark.parametrize(("type_", "document"), TYPES)
def test_what_one_dialect_requires_it_offers(type_, document):
    for dialect, extra in document["x-dialects"].items():
        for name in extra.get("required", ()):
            offering = document["properties"][name].get("x-dialects", [dialect])
            assert dialect in offering
            assert name not in document["required"]


@pytest.mark.parametrize(("type_", "document"), TYPES)
def test_sensitive_settings_come_first(type_, document):
    parts = [part for name, part in document["properties"].items() if name != "type"]
    sensitive = [is_secret(part) or is_literal(part) for part in parts]
    assert sensitive == sorted(sensitive, reverse=True)


@pytest.mark.parametrize(("document", "name", "part"), SETTINGS)
def test_a_setting_says_what_there_is_to_say_and_nothing_else(document, name, part):
    assert part.keys() <= SETTING_KEYWORDS
    assert {"description", "x-echo"} <= part.keys()


@pytest.mark.parametrize(("document", "name", "part"), SETTINGS)
def test_a_setting_is_a_secret_or_a_literal_or_of_one_json_type(document, name, part):
    assert len({"$ref", "anyOf", "type"} & part.keys()) == 1
    if is_secret(part):
        assert part["$ref"] == catalogue.SECRET_REF
    elif is_literal(part):
        assert part["anyOf"] == [{"type": "string"}, SECRET]
    else:
        assert part["type"] in JSON_TYPES


@pytest.mark.parametrize(("document", "name", "part"), SETTINGS)
def test_what_is_only_ever_a_secret_is_write_only(document, name, part):
    assert part.get("writeOnly", False) == is_secret(part)


@pytest.mark.parametrize(("document", "name", "part"), SETTINGS)
def test_a_name_that_is_a_secret_in_one_type_is_a_secret_in_all(document, name, part):
    assert (name in catalogue.secrets()) == is_secret(part)


@pytest.mark.parametrize(("document", "name", "part"), SETTINGS)
def test_the_kind_of_mask_is_told_of_what_is_masked_and_of_nothing_else(document, name, part):
    assert part["x-echo"] in ("plain", "masked", "absent")
    assert ("x-mask" in part) == (part["x-echo"] == "masked")
    assert part.get("x-mask", "key") in ("key", "url", "text")


@pytest.mark.parametrize(("document", "name", "part"), SETTINGS)
def test_only_of_a_key_is_it_told_how_many_signs_chance_chose_from(document, name, part):
    assert part.get("x-alphabet", 16) == 16
    assert "x-alphabet" not in part or part["x-mask"] == "key"


@pytest.mark.parametrize(("document", "name", "part"), SETTINGS)
def test_what_is_shown_masked_is_never_given_in_plain_alone(document, name, part):
    if part["x-echo"] != "plain":
        assert is_secret(part) or is_literal(part)


@pytest.mark.parametrize(("document", "name", "part"), SETTINGS)
def test_a_default_could_be_declared_and_its_description_tells_it(document, name, part):
    assert ("Default: " in part["description"]) == ("default" in part)
    if "default" in part:
        default = part["default"]
        assert type(default) is JSON_TYPES[part["type"]]
        assert default in part.get("enum", [default])
        assert (
            f"Default: {default if isinstance(default, str) else str(default).lower()}."
            in part["description"]
        )
        assert name not in document["required"]


@pytest.mark.parametrize(("document", "name", "part"), SETTINGS)
def test_a_setting_names_dialects_only_where_some_that_offer_its_type_lack_it(document, name, part):
    if "x-dialects" in part:
        offering = list(document["x-dialects"])
        assert part["x-dialects"] == [name for name in offering if name in part["x-dialects"]]
        assert part["x-dialects"] != offering


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_kind_of_a_dialect_can_be_made_of_the_schemas(dialect):
    kinds = catalogue.kinds(dialect)
    assert sorted(kinds) == [
        type_ for type_ in catalogue.types() if dialect in catalogue.dialects_of(type_)
    ]
    for kind in kinds.values():
        assert any(field.required for field in kind.fields.values())
        assert any(field.sensitive for field in kind.fields.values())
