"""`{env: NAME}`."""

import os

import pytest

AGAINST = "the real thing"


def test_a_variable_gives_its_value(resolved, monkeypatch):
    monkeypatch.setenv("KEY", "s3cret value")
    assert resolved("env", "KEY") == "s3cret value"


@pytest.mark.parametrize("value", ["0123", "1.10", "true", "null", "{}", "$KEY", "a\\nb", "**"])
def test_a_value_is_text_as_it_stands(resolved, monkeypatch, value):
    monkeypatch.setenv("KEY", value)
    assert resolved("env", "KEY") == value


def test_a_variable_that_is_not_set_is_told(resolved):
    problem = resolved("env", "KEY")
    assert problem.code == "unresolved-secret"
    assert problem.message == "the environment variable KEY is not set"
    assert problem.hint == "set KEY, or use --secrets none"


def test_a_variable_that_is_empty_is_told(resolved, monkeypatch):
    monkeypatch.setenv("KEY", "")
    assert resolved("env", "KEY").message == "the value of env:KEY is empty"


def test_a_variable_that_is_no_text_is_told(resolved, monkeypatch):
    monkeypatch.setenv("KEY", os.fsdecode(b"caf\xe9"))
    problem = resolved("env", "KEY")
    assert problem.code == "unresolved-secret"
    assert problem.message == "the environment variable KEY is not UTF-8 text"


@pytest.mark.parametrize(
    "name",
    [
        "MONGODB_ATLAS_PUBLIC_API_KEY",
        "MONGODB_ATLAS_PRIVATE_API_KEY",
        "MONGODB_ATLAS_CLIENT_ID",
        "MONGODB_ATLAS_CLIENT_SECRET",
    ],
)
@pytest.mark.parametrize("value", ["own-credentials", None])
def test_own_credentials_are_not_given_away_by_their_names(resolved, monkeypatch, name, value):
    if value:
        monkeypatch.setenv(name, value)
    problem = resolved("env", name)
    assert problem.code == "forbidden-secret"
    assert problem.message.startswith(f"{name} holds this tool's own credentials")


@pytest.mark.parametrize("name", ["MONGODB_ATLAS_PRIVATE_API_KEY", "MONGODB_ATLAS_CLIENT_SECRET"])
def test_own_credentials_are_not_given_away_by_another_name(resolved, monkeypatch, name, tmp_path):
    monkeypatch.setenv(name, "own-credentials")
    monkeypatch.setenv("KEY", "Basic own-credentials")
    (tmp_path / "key").write_text("own-credentials\n")
    assert resolved("env", "KEY").code == "forbidden-secret"
    assert resolved("file", "key").code == "forbidden-secret"


def test_what_is_too_short_for_a_credential_is_not_looked_for(resolved, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "key")
    monkeypatch.setenv("KEY", "a key like any other")
    assert resolved("env", "KEY") == "a key like any other"
