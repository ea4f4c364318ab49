"""The schema for editors says what the program says of a file, and says it to people."""

import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler import catalogue, desired
from reconciler.bundle import bundle
from reconciler.core.problem import Invalid
from reconciler.validator import CatalogueValidator

OFFERS = [
    pytest.param(type_, dialect, id=f"{type_}-{dialect}")
    for type_ in catalogue.types()
    for dialect in catalogue.dialects_of(type_)
]
REFERENCES = [
    {"env": "SOME_KEY"},
    {"file": "some/file"},
    {"sops": "a b/c.yaml#/x/y~1z"},
    {"vault": "team/kv/a b/c@d#key@12"},
    {"aws-sm": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-AbCdEf#key@AWSPREVIOUS"},
    {"gcp-sm": "projects/example.com:p/secrets/s/versions/3"},
    {"azure-kv": "a-vault/name@0123456789abcdef0123456789abcdef"},
    {"op": "op://A Vault/an item/section/field"},
    {"keyring": "https://example.com/x/user"},
]
"""One of each source, save for `exec`: a policy decides on that, which no editor knows."""
MUTATIONS = [
    None, True, 12, "", "text", "EU", "MARS", "ftp://x", "https://", [], {}, {"env": "0 A"},
    {"env": 1}, {"env": None}, {"file": ""}, {"evn": "A"}, {"env": "A", "file": "b"}, "x" * 81,
    {"env": "A\n"}, "https://hooks.example.com/x\n", ["text"],
    {"sops": "a.yaml"}, {"sops": "a.yaml#x"}, {"sops": "a.yaml#/~2"}, {"vault": "kv#key"},
    {"vault": "kv/../sys/x#key"}, {"vault": "kv/x"}, {"vault": "kv/x#key@latest"},
    {"aws-sm": "a b"}, {"aws-sm": "a#"}, {"gcp-sm": "p/s"}, {"azure-kv": "vault"},
    {"azure-kv": "v.example.com/x"}, {"op": "Vault/item/field"}, {"op": "op://v/i"},
    {"op": "op://v/i/f?attribute=otp"}, {"keyring": "service"}, {"exec": "../program"},
]  # fmt: skip


def definitions():
    return bundle()["definitions"]


def valid_values(part):
    """Give values that a setting may have, as they stand in YAML."""
    if "$ref" in part:
        return st.sampled_from(REFERENCES)
    if "anyOf" in part:
        return st.sampled_from([*REFERENCES, "https://hooks.example.com/x"])
    if "enum" in part:
        return st.sampled_from(part["enum"])
    return {"boolean": st.booleans(), "string": st.sampled_from(["a", "x" * 80])}[part["type"]]


@st.composite
def integrations(draw, type_, dialect):
    """Draw an integration with as much wrong as chance has it, save for what dialects differ in.

    A setting that only this dialect requires is there, and none that only others offer.
    """
    document = catalogue.schema(f"integrations/{type_}")
    kind = catalogue.kinds(dialect)[type_]
    drawn = {"type": type_}
    for name, field in kind.fields.items():
        valid = valid_values(document["properties"][name])
        fate = draw(st.sampled_from(["valid"] * 8 + ["mutated", "missing"]))
        if fate == "mutated":
            drawn[name] = draw(st.sampled_from(MUTATIONS))
        elif fate == "valid" or field.required:
            drawn[name] = draw(valid)
        required_here_alone = field.required and name not in document["required"]
        if required_here_alone and drawn[name] is None:
            drawn[name] = draw(valid)
    if draw(st.integers(0, 9)) == 0:
        drawn[draw(st.sampled_from(["regoin", "id", "env"]))] = draw(st.sampled_from(MUTATIONS))
    if draw(st.integers(0, 3)) == 0:
        drawn["ensure"] = draw(st.sampled_from(["present", "absent", "gone", None, True]))
    for name in draw(st.lists(st.sampled_from(document["required"][1:]), max_size=1)):
        drawn.pop(name)
    return drawn


@pytest.fixture(scope="module")
def accepted_by_editors():
    """Check as editors do: in ECMA-262, `$` never stands before a line break."""
    rules = {"pattern": CatalogueValidator.VALIDATORS["pattern"]}
    return jsonschema.validators.extend(jsonschema.Draft7Validator, rules)(bundle()).is_valid


@pytest.fixture(scope="module")
def accepted_by_the_program(tmp_path_factory):
    file = tmp_path_factory.mktemp("desired") / "state.yaml"

    def accepts(document):
        file.write_text(json.dumps(document))
        try:
            desired.load([str(file)])
        except Invalid:
            return False
        return True

    return accepts


def state(dialect, *integrations):
    project = {"id": "5d791c84ff7a2522cc4f9aa1", "integrations": list(integrations)}
    return {"version": 1, "api": dialect, "projects": [project]}


@pytest.mark.parametrize(("type_", "dialect"), OFFERS)
def test_editors_accept_what_the_program_accepts_and_nothing_else(
    type_, dialect, accepted_by_editors, accepted_by_the_program
):
    @settings(max_examples=50)
    @given(integrations(type_, dialect))
    def agree(integration):
        document = state(dialect, integration)
        assert accepted_by_editors(document) == accepted_by_the_program(document)

    agree()


LEVELS = {
    "the version is another": {"version": 2},
    "the version is text": {"version": "1"},
    "the api is unknown": {"api": "atlas-v3"},
    "prune is no boolean": {"prune": "yes"},
    "prune is null": {"prune": None},
    "there is an unknown key": {"projets": []},
    "projects is a mapping": {"projects": {}},
    "a project has no id and no name": {"projects": [{"integrations": []}]},
    "a project has a name alone": {"projects": [{"name": "a", "integrations": []}]},
    "a project has an empty name": {"projects": [{"name": "", "integrations": []}]},
    "a project has a bad id": {"projects": [{"id": "A" * 24, "integrations": []}]},
    "a project has no integrations": {"projects": [{"name": "a"}]},
    "a project has an unknown key": {"projects": [{"name": "a", "integrations": [], "x": 1}]},
    "a project has its own prune": {"projects": [{"name": "a", "integrations": [], "prune": True}]},
    "an integration is text": {"projects": [{"name": "a", "integrations": ["PAGER_DUTY"]}]},
    "an integration has no type": {"projects": [{"name": "a", "integrations": [{}]}]},
    "a type is unknown": {"projects": [{"name": "a", "integrations": [{"type": "PIGEON"}]}]},
    "there are no projects": {"projects": []},
}


@pytest.mark.parametrize("change", LEVELS.values(), ids=LEVELS)
def test_editors_and_the_program_agree_on_the_upper_levels(
    change, accepted_by_editors, accepted_by_the_program
):
    document = {**state("atlas"), **change}
    assert accepted_by_editors(document) == accepted_by_the_program(document)


def test_a_type_or_setting_that_any_dialect_offers_is_accepted(accepted_by_editors):
    flowdock = {"type": "FLOWDOCK", "apiToken": {"env": "A"}, "orgName": "o", "flowName": "f"}
    webhook = {"type": "WEBHOOK", "url": "https://example.com", "bodyTemplate": "{}"}
    for dialect in ("atlas", "ops-manager"):
        assert accepted_by_editors(state(dialect, flowdock, webhook))


def test_it_is_a_schema_of_draft_7():
    jsonschema.Draft7Validator.check_schema(bundle())


def test_it_holds_none_of_our_annotations():
    assert '"x-' not in json.dumps(bundle())


def test_building_it_leaves_the_schemas_that_it_is_made_of_as_they_were():
    assert bundle() == bundle()
    assert catalogue.schema("integrations/PAGER_DUTY")["properties"]["region"]["type"] == "string"


def test_the_settings_offered_for_a_type_are_its_own():
    for type_ in catalogue.types():
        settings = set(catalogue.schema(f"integrations/{type_}")["properties"])
        assert definitions()[type_]["properties"].keys() == settings | {"ensure"}


def test_every_setting_and_every_type_has_a_text_to_hover_over():
    for type_ in catalogue.types():
        for part in definitions()[type_]["properties"].values():
            assert part is True or part["description"]
    named = definitions()["integration"]["properties"]["type"]
    assert len(named["enumDescriptions"]) == len(named["enum"])


def test_a_text_says_which_dialects_offer_what_not_all_offer():
    texts = definitions()["PAGER_DUTY"]["properties"]
    assert texts["region"]["description"].endswith(" Offered by atlas, atlas-v1 only.")
    assert "Offered" not in texts["serviceKey"]["description"]


def test_every_source_of_secrets_is_proposed():
    snippets = definitions()["proposals"]["defaultSnippets"]
    sources = catalogue.schema("secret")["properties"]
    assert [snippet["bodyText"].split(":")[0] for snippet in snippets] == [
        f"{{{source}" for source in sources
    ]


def test_the_one_beside_the_examples_is_the_one_that_is_printed(run, pytestconfig):
    printed = run("schema", simulate=False).stdout
    file = pytestconfig.rootpath / "examples/desired-state.schema.json"
    assert printed.encode() == file.read_bytes()
