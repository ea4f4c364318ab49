"""What a new state is filled with."""

from __future__ import annotations

import json

import pytest

from reconciler.simulator import StateError, from_projects, load_seed

SEED = {
    "projects": [
        {
            "id": "5d791c84ff7a2522cc4f9aa1",
            "name": "payments",
            "orgId": "a" * 24,
            "tags": [{"key": "env", "value": "prod"}],
            "integrations": [
                {"type": "PAGER_DUTY", "serviceKey": "0" * 32, "region": None},
                {"type": "CARRIER_PIGEON", "loft": "north"},
            ],
        },
        {"name": "checkout"},
        {"id": "b" * 24, "integrations": None},
    ]
}
YAML = """
projects:
  - id: 5d791c84ff7a2522cc4f9aa1
    name: payments
    orgId: aaaaaaaaaaaaaaaaaaaaaaaa
    tags: [{key: env, value: prod}]
    integrations:
      - {type: PAGER_DUTY, serviceKey: "00000000000000000000000000000000", region: null}
      - {type: CARRIER_PIGEON, loft: north}
  - name: checkout
  - {id: bbbbbbbbbbbbbbbbbbbbbbbb, integrations: null}
"""


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_and_yaml_say_the_same(indent):
    assert load_seed(json.dumps(SEED, indent=indent)) == load_seed(YAML)


def test_everything_said_is_kept_and_null_is_not():
    seed = load_seed(YAML)
    project = seed.projects[0]
    assert (project.id, project.name) == ("5d791c84ff7a2522cc4f9aa1", "payments")
    assert (project.org_id, project.tags) == ("a" * 24, ({"key": "env", "value": "prod"},))
    assert [(owner, item.type, item.settings) for owner, item in seed.integrations] == [
        (project.id, "PAGER_DUTY", {"serviceKey": "0" * 32}),
        (project.id, "CARRIER_PIGEON", {"loft": "north"}),
    ]


def test_what_is_left_out_is_derived_the_same_every_time():
    first, second = load_seed(YAML), load_seed(YAML)
    assert first == second
    by_name, by_id = first.projects[1:]
    assert len(by_name.id) == 24
    assert by_id.name == f"project-{'b' * 24}"
    assert by_name.org_id == by_id.org_id
    assert len({item.id for _, item in first.integrations}) == 2


def test_projects_alone_have_no_integrations_and_the_ids_of_a_seed():
    seed = from_projects([(None, "checkout"), ("b" * 24, None), ("c" * 24, "both")])
    assert seed.projects[:2] == load_seed(YAML).projects[1:]
    assert (seed.projects[2].id, seed.projects[2].name) == ("c" * 24, "both")
    assert seed.integrations == ()


def test_an_integration_does_not_print_its_settings():
    assert "0000" not in repr(load_seed(YAML).integrations[0][1])


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "not a mapping with `projects`"),
        ({"projects": [], "version": 1}, "not a mapping with `projects`"),
        ({"projects": {}}, "projects of the seed is not a list"),
        ({"projects": [{}]}, "projects[0] of the seed is not a mapping with an `id` or a `name`"),
        ({"projects": [{"id": "abc"}]}, "projects[0].id of the seed is not a string of 24"),
        ({"projects": [{"id": 5}]}, "projects[0].id of the seed is not a string of 24"),
        ({"projects": [{"name": 5}]}, "projects[0].name of the seed is not a string"),
        ({"projects": [{"name": "a", "orgId": "x"}]}, "projects[0].orgId of the seed"),
        ({"projects": [{"name": "a", "team": "x"}]}, 'unknown members: "team"'),
        ({"projects": [{"name": "a", "tags": ["x"]}]}, "projects[0].tags of the seed are not"),
        ({"projects": [{"name": "a"}, {"name": "a"}]}, "gives the same id twice"),
        ({"projects": [{"name": "a", "integrations": {}}]}, "projects[0].integrations of the seed"),
        (
            {"projects": [{"name": "a", "integrations": [{"url": "x"}]}]},
            "projects[0].integrations[0] of the seed is not a mapping with a `type`",
        ),
        (
            {"projects": [{"name": "a", "integrations": [{"type": "X"}, {"type": "X"}]}]},
            'gives the same type in projects[0].integrations twice: "X"',
        ),
        (
            {"projects": [{"name": "a", "integrations": [{"type": "DATADOG", "apiKey": 12}]}]},
            "projects[0].integrations[0].apiKey of the seed is not a string; quote it",
        ),
    ],
)
def test_a_wrong_seed_is_told_where(document, complaint):
    with pytest.raises(StateError) as error:
        load_seed(json.dumps(document))
    assert complaint in str(error.value)


def test_a_value_that_json_does_not_know_is_told_where():
    text = "projects: [{name: a, integrations: [{type: X, since: 2020-01-01}]}]"
    with pytest.raises(StateError, match=r"projects\[0\]\.integrations\[0\] .* quote it"):
        load_seed(text)


@pytest.mark.parametrize("text", ["{a: [hunter2", "a: hunter2: b", "\t- hunter2", "\x00hunter2"])
def test_a_broken_seed_is_told_without_quoting_it(text):
    with pytest.raises(StateError, match="neither JSON nor YAML") as error:
        load_seed(text)
    assert "hunter2" not in str(error.value)
    assert error.value.__context__ is None


def test_an_empty_seed_is_no_seed():
    with pytest.raises(StateError, match="not a mapping"):
        load_seed("")
