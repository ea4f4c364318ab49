"""No message quotes a value: it could be a secret in the wrong place."""

import copy

import pytest
import yaml

SECRET = "S3cret-in-the-wrong-place"
INTEGRATIONS = {
    "PAGER_DUTY": {"serviceKey": {"env": "A"}, "region": "US"},
    "DATADOG": {"apiKey": {"file": "A"}, "region": "US", "sendDatabaseMetrics": True},
    "SLACK": {"apiToken": {"env": "A"}, "channelName": "a", "teamName": "b"},
    "WEBHOOK": {"url": "https://a", "secret": {"env": "A"}, "bodyTemplate": "{}"},
    "PROMETHEUS": {"username": "a", "enabled": True, "serviceDiscovery": "http"},
    "MICROSOFT_TEAMS": {"microsoftTeamsWebhookUrl": {"env": "A"}},
    "OPS_GENIE": {"apiKey": {"env": "A"}, "ensure": "absent"},
}
WHOLE = {
    "version": 1,
    "api": "atlas",
    "prune": False,
    "projects": [
        {
            "id": "5d791c84ff7a2522cc4f9aa1",
            "name": "payments",
            "prune": True,
            "integrations": [{"type": type_, **rest} for type_, rest in INTEGRATIONS.items()],
        }
    ],
}
FORMS = {
    "a text": SECRET,
    "a mask": f"***{SECRET}",
    "a list": [SECRET],
    "the name in a reference": {"env": SECRET},
    "the name of an unknown source": {"keyring": SECRET},
    "the source of a reference": {SECRET: None},
    "two names": {"env": SECRET, "file": SECRET},
}


def spots(value, path=()):
    """Give the path to everything in a value."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from spots(value[key], (*path, key))


def put(whole, path, value):
    if not path:
        return value
    whole = copy.deepcopy(whole)
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return whole


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("path", list(spots(WHOLE)), ids=lambda path: "/".join(map(str, path)))
def test_a_value_is_not_quoted_wherever_it_stands(loaded, path, form):
    _, problems = loaded(state=yaml.safe_dump(put(WHOLE, path, form)))
    keys = [problem for problem in problems if problem.code == "unknown-setting"]
    for problem in problems:
        assert problem in keys or SECRET not in problem.message + problem.hint


@pytest.mark.parametrize(
    "written", ["*{}", "!{} x", "&{} *b", "{{{}", '"{}', "[{}: {}", "@{}", "`{}`", "%{}", "|{}"]
)
@pytest.mark.parametrize("place", ["serviceKey", "url", "region"])
def test_a_value_that_is_no_yaml_is_not_quoted(integrations, place, written):
    _, problems = integrations(
        f"{{type: PAGER_DUTY}}\n        {place}: {written.format(SECRET, 1)}"
    )
    assert problems
    assert SECRET not in str(problems)


def test_the_key_of_an_unknown_setting_is_quoted(integrations):
    _, [problem] = integrations("{type: PAGER_DUTY, serviceKey: {env: A}, colour: S3cret}")
    assert "colour" in problem.message
    assert "S3cret" not in str(problem)
