"""`targets` where all is well: every declared project is asked, and the file follows."""

import json
import os
import signal
import subprocess
import sys

import click
import pytest

from reconciler.api.dialects import DIALECTS

FIRST = "5d791c84ff7a2522cc4f9aa1"
SECOND = "5d791c84ff7a2522cc4f9aa2"
PASSWORD = "correct-horse-battery"
PUBLIC = "        scheme: http\n        listenAddress: ':9216'\n"
PATIENCE = 30
"""Seconds after which a program that was started is given up."""


def state(api="atlas", password="PROM_PASSWORD", more=""):
    own = PUBLIC if DIALECTS[api].family == "public" else ""
    projects = "".join(
        f"""  - id: {id_}
    name: {name}
    integrations:
      - type: PROMETHEUS
        username: prom
        password: {{env: {variable}}}
        enabled: true
        serviceDiscovery: http
{own}"""
        for id_, name, variable in (
            (FIRST, "payments", "PROM_PASSWORD"),
            (SECOND, "search", password),
        )
    )
    return f"version: 1\napi: {api}\nprojects:\n{projects}{more}"


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("PROM_PASSWORD", PASSWORD)
    file = tmp_path / "d.yaml"
    file.write_text(state())
    return file


@pytest.fixture
def applied(file, run):
    """Run a command on a simulator that has what is declared."""
    assert run("apply", "d.yaml", "--yes").return_value == 0

    def invoke(*arguments):
        result = run("targets", "d.yaml", *arguments)
        assert PASSWORD[-6:] not in result.output
        return result

    return invoke


def groups(text):
    return {group["labels"]["group_id"] for group in json.loads(text)}


@pytest.mark.parametrize("api", DIALECTS)
@pytest.mark.parametrize("over", ["in process", "a socket"])
def test_every_project_that_declares_it_is_asked_with_its_own_password(
    file, run, serving, monkeypatch, api, over
):
    file.write_text(state(api))
    target = []
    if over == "a socket":
        monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "any")
        monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "private-key")
        projects = ((FIRST, "payments"), (SECOND, "search"))
        target = ["--base-url", serving(api, projects)]
    simulate = not target
    assert run("apply", "d.yaml", "--yes", *target, simulate=simulate).return_value == 0
    monkeypatch.delenv("MONGODB_ATLAS_PRIVATE_API_KEY", raising=False)
    monkeypatch.delenv("MONGODB_ATLAS_PUBLIC_API_KEY", raising=False)
    result = run("targets", "d.yaml", *target, simulate=simulate)
    assert result.return_value == 0
    assert groups(result.stdout) == {FIRST, SECOND}
    assert all(group["targets"] for group in json.loads(result.stdout))


def test_the_same_hosts_give_the_same_bytes(applied):
    assert applied("--concurrency", "1").stdout == applied("--concurrency", "8").stdout


def test_only_the_projects_asked_for_are_read(applied):
    assert groups(applied("--project", "search").stdout) == {SECOND}
    assert groups(applied("--project", "pay*").stdout) == {FIRST}


def test_private_addresses_can_be_asked_for(applied):
    assert "-pri." in applied("--scheme", "private").stdout
    found = applied("--scheme", "private-endpoint", "--endpoint-id", "vpce-1")
    assert found.return_value == 0


def test_a_project_that_cannot_be_read_fails_alone(applied, file, monkeypatch):
    monkeypatch.setenv("WRONG", "not the password")
    file.write_text(state(password="WRONG"))
    result = applied()
    assert result.return_value == 1
    assert groups(result.stdout) == {FIRST}
    assert "reading the targets of project search" in result.stderr
    assert "does not accept the integration's user name and password" in result.stderr


def test_what_cannot_be_read_stays_in_the_file(applied, file, monkeypatch, tmp_path):
    assert applied("--output", "t.json").return_value == 0
    before = (tmp_path / "t.json").read_bytes()
    monkeypatch.setenv("WRONG", "not the password")
    file.write_text(state(password="WRONG"))
    result = applied("--output", "t.json")
    assert result.return_value == 1
    assert "targets-kept" in result.stderr
    assert (tmp_path / "t.json").read_bytes() == before


def test_a_project_without_the_integration_is_not_asked(applied, file):
    file.write_text(state() + "  - id: 5d791c84ff7a2522cc4f9aa3\n    integrations: []\n")
    assert groups(applied().stdout) == {FIRST, SECOND}


def test_with_nobody_to_ask_the_list_is_empty_and_it_is_said(run, file):
    file.write_text("version: 1\napi: atlas\nprojects: []\n")
    result = run("targets", "d.yaml")
    assert (result.return_value, result.stdout) == (3, "[]\n")
    assert "no-prometheus" in result.stderr


def test_a_password_that_is_not_there_is_told_and_nothing_is_asked(applied, monkeypatch):
    monkeypatch.delenv("PROM_PASSWORD")
    result = applied()
    assert (result.return_value, result.stdout) == (3, "[]\n")
    assert "d.yaml:9:9: unresolved-secret: " in result.stderr


def test_old_apis_have_one_kind_of_address(run, file):
    file.write_text(state("ops-manager"))
    result = run("targets", "d.yaml", "--scheme", "private")
    assert result.return_value == 3
    assert "Ops Manager has one kind of address only" in result.stderr


@pytest.mark.parametrize("arguments", [["--watch", "5"], ["--endpoint-id", "x"]])
def test_half_of_what_belongs_together_is_a_wrong_use(run, file, arguments):
    assert isinstance(run("targets", "d.yaml", *arguments).exception, click.UsageError)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_brings_news_until_it_is_interrupted(applied, file, tmp_path, poll, number):
    target = tmp_path / "t.json"
    arguments = ["targets", "d.yaml", "--simulate", "state.db", "--output", "t.json"]
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments, "--watch", "0.1"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        env={**os.environ, "PROM_PASSWORD": PASSWORD},
    ) as watch:
        try:
            poll(lambda: target.exists() and groups(target.read_text()) == {FIRST, SECOND})
            text = state()
            file.write_text(text[: text.index(f"  - id: {SECOND}")])
            poll(lambda: groups(target.read_text()) == {FIRST})
            watch.send_signal(number)
            assert watch.wait(PATIENCE) == 128 + number
        finally:
            watch.kill()


def test_the_operators_policy_is_asked_before_a_password_is_fetched(applied, tmp_path, monkeypatch):
    (tmp_path / "p.yaml").write_text("version: 1\nsecrets: [{projects: [search], env: ['*']}]\n")
    refused = applied("--policy", "p.yaml")
    assert (refused.return_value, refused.stdout) == (3, "[]\n")
    assert "secret-not-allowed: env:PROM_PASSWORD is not allowed for payments" in refused.stderr
    monkeypatch.setenv("RECONCILER_POLICY", "p.yaml")
    assert applied().return_value == 3
    (tmp_path / "p.yaml").write_text("version: 1\nsecrets: [{projects: ['*'], env: ['PROM_*']}]\n")
    assert applied().return_value == 0
