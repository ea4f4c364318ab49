"""Every way to get a policy wrong, with the whole of what is said about it, and some right ones.

A case is `tests/policy/invalid/CASE.yaml`, with `CASE.expected` beside.
`pytest tests/policy --update-golden` writes what is said now; read the diff, aloud.
"""

import os
from pathlib import Path

import jsonschema
import pytest
import yaml

from reconciler import catalogue, policy

HERE = Path(__file__).parent
INVALID = sorted(HERE.glob("invalid/*.yaml"))
VALID = sorted(HERE.glob("valid/*.yaml"))


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_the_mistake_is_told_as_expected(path, run, monkeypatch, request):
    monkeypatch.chdir(HERE)
    result = run("validate", "desired.yaml", "--policy", f"invalid/{path.name}")
    assert result.return_value == 3
    expected = path.with_suffix(".expected")
    if request.config.getoption("--update-golden"):
        expected.write_text(result.stdout)
    assert result.stdout == expected.read_text()


def test_no_expected_output_is_left_over():
    expected = {path.with_suffix(".expected").name for path in INVALID}
    assert {path.name for path in HERE.glob("invalid/*.expected")} == expected


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_what_is_right_is_taken(path, run):
    result = run("validate", str(HERE / "desired.yaml"), "--policy", str(path))
    assert (result.stdout, result.return_value) == ("The desired state is valid.\n", 0)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_an_editor_finds_nothing_wrong_with_what_is_right(path):
    jsonschema.validate(yaml.safe_load(path.read_text()), catalogue.schema("policy"))


def test_what_is_read_is_what_stands_there():
    read = policy.load(str(HERE / "valid/most.yaml"))
    assert read.rules[0].projects == ("payments-*", "5d791c84ff7a2522cc4f9aa1")
    assert read.rules[0].names["env"] == read.rules[1].names["env"]
    assert read.hosts[1] == ("hooks.example.com", None, 8443)
    assert read.programs["payments-key"].argv == ("/usr/local/bin/payments-key", "", "--json")
    assert read.programs["payments-key"].environment == ("CONSUL_HTTP_TOKEN",)


def test_hosts_left_out_are_another_thing_than_no_hosts(tmp_path):
    for text, hosts in (("", None), ("webhookHosts: []\n", ())):
        (tmp_path / "policy.yaml").write_text(f"version: 1\nsecrets: []\n{text}")
        assert policy.load(str(tmp_path / "policy.yaml")).hosts == hosts


def test_a_rule_may_name_every_source_that_a_reference_may():
    rule = catalogue.schema("policy")["$defs"]["rule"]["properties"]
    assert catalogue.schema("secret")["properties"].keys() <= rule.keys()


@pytest.mark.parametrize("path", ["nowhere.yaml", ".", "nul\0", ""])
@pytest.mark.parametrize("command", ["validate", "plan", "drift"])
def test_a_policy_that_cannot_be_read_is_an_error(run, command, path):
    result = run(command, str(HERE / "desired.yaml"), "--policy", path)
    assert result.return_value == 3
    assert "unreadable-file: the operator's policy cannot be read" in result.stdout
    assert not Path("state.db").exists()


def test_a_policy_that_may_not_be_read_is_an_error(run, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "policy.yaml").touch(0)
    assert run("validate", str(HERE / "desired.yaml"), "--policy", "policy.yaml").return_value == 3


def test_a_policy_without_end_is_an_error(run):
    result = run("validate", str(HERE / "desired.yaml"), "--policy", "/dev/zero")
    assert result.return_value == 3
    assert "too-large" in result.stdout


def test_the_environment_may_name_the_policy(run, monkeypatch):
    monkeypatch.setenv("RECONCILER_POLICY", "nowhere.yaml")
    result = run("validate", str(HERE / "desired.yaml"))
    assert result.return_value == 3
    assert result.stdout.startswith("nowhere.yaml:1:1: unreadable-file")


def test_a_variable_left_empty_is_not_taken_for_no_policy(monkeypatch, run):
    monkeypatch.setenv("RECONCILER_POLICY", "")
    result = run("validate", str(HERE / "desired.yaml"))
    assert "RECONCILER_POLICY is empty" in str(result.exception)
