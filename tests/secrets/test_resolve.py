"""Every reference in the desired state becomes a secret, or every one that cannot is told."""

import json
import pickle
import traceback
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler import secrets
from reconciler.core.problem import Invalid
from reconciler.core.secret import Literal, Reference, Secret
from reconciler.secrets.resolve import resolve
from reconciler.secrets.source import Resolved, Unresolved

HEX = "0123456789abcdef0123456789abcdef"


def test_a_secret_takes_the_place_of_its_reference_and_knows_it(declare, monkeypatch):
    monkeypatch.setenv("KEY", "s3cret")
    url = Literal("https://hooks.example.com")
    desired = declare(
        [
            ("OPS_GENIE", {"apiKey": Reference("env", "KEY"), "region": "EU"}),
            ("WEBHOOK", {"url": url, "secret": None}),
        ]
    )
    genie, webhook = resolve(desired).projects[0].integrations
    assert genie.settings["apiKey"].reveal() == "s3cret"
    assert genie.settings["apiKey"].reference == Reference("env", "KEY")
    assert genie.settings["region"] == "EU"
    assert webhook.settings == {"type": "WEBHOOK", "url": url, "secret": None}


def test_what_is_resolved_is_a_new_state(declare, monkeypatch):
    monkeypatch.setenv("KEY", "s3cret")
    desired = declare([("OPS_GENIE", {"apiKey": Reference("env", "KEY")})])
    resolve(desired)
    [integration] = desired.projects[0].integrations
    assert integration.settings["apiKey"] == Reference("env", "KEY")


def test_a_state_without_references_stays_as_it_is(declare):
    desired = declare([("OPS_GENIE", {"region": "EU"})], [])
    assert resolve(desired) == desired


def test_each_name_is_fetched_once_and_all_of_a_source_together(declare, monkeypatch):
    asked = []

    def fetch(names):
        names = list(names)
        asked.append(names)
        return dict.fromkeys(names, Resolved("s3cret"))

    monkeypatch.setitem(secrets.SOURCES, "env", fetch)
    one, two = Reference("env", "KEY_1"), Reference("env", "KEY_2")
    resolve(
        declare(
            [("OPS_GENIE", {"apiKey": two}), ("VICTOR_OPS", {"apiKey": one})],
            [("OPS_GENIE", {"apiKey": one})],
        )
    )
    assert asked == [["KEY_1", "KEY_2"]]


def test_version_and_time_stay_with_the_secret_and_show_nothing_of_it(fetched, monkeypatch):
    made = datetime(2026, 10, 2, tzinfo=UTC)
    answer = Resolved("s3cret", "3", made)
    monkeypatch.setitem(secrets.SOURCES, "vault", lambda names: dict.fromkeys(names, answer))
    [secret] = fetched("vault", "kv/pager#key")
    assert (secret.version, secret.created) == ("3", made)
    assert "s3cret" not in repr(secret)
    assert "s3cret" not in repr(answer)


def test_what_is_wrong_with_a_source_is_told_once_at_its_first_place(fetched, monkeypatch):
    why = Unresolved("source-unavailable", "the source is down", "wait", everywhere=True)
    one = Unresolved("unresolved-secret", "there is none", "look")
    answers = {"a": one, "b": why, "c": why, "d": one}
    monkeypatch.setitem(secrets.SOURCES, "vault", lambda names: answers)
    problems = fetched("vault", "d", "c", "b", "a")
    assert [(problem.message, problem.at.line) for problem in problems] == [
        ("there is none", 2),
        ("the source is down", 4),
        ("there is none", 8),
    ]


def test_references_that_the_run_does_not_cover_are_left_as_they_are(declare, monkeypatch):
    monkeypatch.setenv("KEY", "s3cret")
    one, two = Reference("env", "KEY"), Reference("env", "KEY_NOT_SET")
    desired = declare([("OPS_GENIE", {"apiKey": one}), ("VICTOR_OPS", {"apiKey": two})])
    done = resolve(desired, covers=lambda project, integration: integration.type == "OPS_GENIE")
    genie, victor = done.projects[0].integrations
    assert genie.settings["apiKey"].reveal() == "s3cret"
    assert victor.settings["apiKey"] == two


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 3),
        (("--type", "OPS_GENIE"), 0),
        (("--type", "VICTOR_OPS"), 3),
        (("--project", "payments"), 3),
        (("--project", "billing"), 0),
        (("--project", "b*"), 0),
        (("--project", "p*", "--type", "OPS_GENIE"), 0),
        (("--project", "5d791c84ff7a2522cc4f9aa1"), 0),
    ],
)
def test_only_secrets_of_what_is_asked_for_are_resolved(run, tmp_path, monkeypatch, options, code):
    monkeypatch.setenv("KEY", "s3cret")
    (tmp_path / "state.yaml").write_text(
        "version: 1\napi: atlas\nprojects:\n"
        "  - {name: billing, id: 5d791c84ff7a2522cc4f9aa1, integrations: ["
        "{type: OPS_GENIE, apiKey: {env: KEY}}]}\n"
        "  - {name: payments, id: 6d791c84ff7a2522cc4f9aa1, integrations: ["
        "{type: OPS_GENIE, apiKey: {env: KEY}}, {type: VICTOR_OPS, apiKey: {env: KEY_NOT_SET}}]}\n"
    )
    assert run("plan", "state.yaml", *options).return_value == code


def test_every_place_of_a_secret_that_is_missing_is_told(declare):
    missing = Reference("env", "KEY")
    desired = declare(
        [("OPS_GENIE", {"apiKey": missing}), ("WEBHOOK", {"url": missing, "secret": missing})],
        [("VICTOR_OPS", {"apiKey": missing})],
    )
    with pytest.raises(Invalid) as invalid:
        resolve(desired)
    assert [problem.at.line for problem in invalid.value.problems] == [2, 4, 5, 7]
    assert {problem.code for problem in invalid.value.problems} == {"unresolved-secret"}


def test_all_that_is_wrong_is_told_at_once(declare, monkeypatch, tmp_path):
    monkeypatch.setenv("KEY", "****9aa1")
    (tmp_path / "empty").write_text("")
    desired = declare(
        [
            ("OPS_GENIE", {"apiKey": Reference("env", "KEY")}),
            ("VICTOR_OPS", {"apiKey": Reference("file", "empty")}),
            ("DATADOG", {"apiKey": Reference("env", "KEY_2")}),
        ]
    )
    with pytest.raises(Invalid) as invalid:
        resolve(desired)
    assert [problem.code for problem in invalid.value.problems] == [
        *("bad-secret", "bad-secret", "unresolved-secret")
    ]


@pytest.mark.parametrize("value", ["***", "*" * 28 + "9aa1", "https://a.example.com/****/b"])
def test_a_value_that_looks_masked_is_told(resolved, monkeypatch, value):
    monkeypatch.setenv("KEY", value)
    problem = resolved("env", "KEY")
    assert problem.message == "the value of env:KEY looks masked: it holds a run of stars"


@pytest.mark.parametrize("value", [" a", "a ", "a\n", "\ta", " ", "a\u00a0"])
def test_white_space_around_a_value_is_told(resolved, monkeypatch, value):
    monkeypatch.setenv("KEY", value)
    problem = resolved("env", "KEY")
    assert problem.message == "the value of env:KEY begins or ends with white space"


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\tb"])
def test_a_value_of_several_lines_is_told(resolved, monkeypatch, value):
    monkeypatch.setenv("KEY", value)
    assert resolved("env", "KEY").message == "the value of env:KEY has more than one line, or a tab"


@pytest.mark.parametrize("value", ["a\x01b", "\x1b[2J", "a\x7f", "a\u0085b", "a\x0b"])
def test_control_characters_are_told(resolved, monkeypatch, value):
    monkeypatch.setenv("KEY", value)
    assert resolved("env", "KEY").message == "the value of env:KEY holds control characters"


@pytest.mark.parametrize("value", ["\ufeffa", "a\u200b", "a\u202eb", "a\u2060b"])
def test_characters_that_nobody_sees_are_told(resolved, monkeypatch, value):
    monkeypatch.setenv("KEY", value)
    assert resolved("env", "KEY").message == "the value of env:KEY holds invisible characters"


@pytest.mark.parametrize("value", [" {\n\t}\n", "\u200d"])
def test_a_template_may_have_lines_and_margins(resolved, monkeypatch, value):
    monkeypatch.setenv("KEY", value)
    assert resolved("env", "KEY", "WEBHOOK", "bodyTemplate") == value


@pytest.mark.parametrize("value", ["", "***", "a\0b".replace("\0", "\x01")])
def test_a_template_is_still_a_value(resolved, monkeypatch, value):
    monkeypatch.setenv("KEY", value)
    assert resolved("env", "KEY", "WEBHOOK", "bodyTemplate").code == "bad-secret"


@pytest.mark.parametrize(
    ("type_", "setting", "right", "wrong"),
    [
        ("DATADOG", "apiKey", HEX, HEX[1:]),
        ("PAGER_DUTY", "serviceKey", HEX.upper(), HEX.replace("a", "g")),
        ("WEBHOOK", "url", "https://hooks.example.com/a", "hooks.example.com/a"),
        ("MICROSOFT_TEAMS", "microsoftTeamsWebhookUrl", "https://a.example.com", "https://"),
    ],
)
def test_a_value_has_the_form_of_its_setting(resolved, monkeypatch, type_, setting, right, wrong):
    monkeypatch.setenv("KEY", right)
    assert resolved("env", "KEY", type_, setting) == right
    monkeypatch.setenv("KEY", wrong)
    problem = resolved("env", "KEY", type_, setting)
    assert problem.code == "bad-secret"
    assert problem.message == f"the value of env:KEY does not have the form of {type_} {setting}"
    assert problem.hint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_characters="\0"), min_size=1))
@pytest.mark.parametrize(
    ("type_", "setting"), [("DATADOG", "apiKey"), ("WEBHOOK", "bodyTemplate"), ("WEBHOOK", "url")]
)
def test_whatever_the_value_nothing_that_is_told_holds_it(
    declare, monkeypatch, type_, setting, text
):
    secret = f"S3cret{text}"
    monkeypatch.setitem(
        secrets.SOURCES, "env", lambda names: dict.fromkeys(names, Resolved(secret))
    )
    desired = declare([(type_, {setting: Reference("env", "KEY")})])
    try:
        shown = _everything(resolve(desired).projects[0].integrations[0].settings[setting])
    except Invalid as invalid:
        shown = _everything(invalid) + str(invalid.problems)
        shown += "".join(traceback.format_exception(invalid))
    assert "S3cret" not in shown


def _everything(value):
    shown = repr(value) + str(value) + f"{value}"
    if isinstance(value, Secret):
        for write in (json.dumps, pickle.dumps):
            with pytest.raises(TypeError):
                write(value)
    return shown


def test_an_unresolved_secret_is_an_invalid_desired_state(run, tmp_path, monkeypatch):
    monkeypatch.setenv("KEY", "****S3cret")
    (tmp_path / "state.yaml").write_text(
        "version: 1\napi: atlas\nprojects:\n  - name: payments\n    integrations:\n"
        "      - {type: OPS_GENIE, apiKey: {env: KEY}}\n"
        "      - {type: VICTOR_OPS, apiKey: {file: nowhere}}\n"
    )
    result = run("plan", "state.yaml")
    assert result.return_value == 3
    assert "S3cret" not in result.output
    told = [line for line in result.stdout.splitlines() if line.startswith("state.yaml:")]
    assert [line.split(": ")[:2] for line in told] == [
        ["state.yaml:6:27", "bad-secret"],
        ["state.yaml:7:28", "unresolved-secret"],
    ]
    assert not (tmp_path / "state.db").exists()


def test_nothing_is_resolved_where_no_secrets_are_wanted(run, tmp_path):
    (tmp_path / "state.yaml").write_text(
        "version: 1\napi: atlas\nprojects:\n  - name: payments\n    integrations:\n"
        "      - {type: OPS_GENIE, apiKey: {env: KEY}}\n"
    )
    assert run("validate", "state.yaml").return_value == 0
    assert run("plan", "state.yaml", "--secrets", "none").return_value == 0
