"""`{sops: FILE#/pointer}`, with the real `sops` and keys of age."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pyrage = pytest.importorskip("pyrage", reason="makes the keys: pip install '.[sources]'")

AGAINST = "the real `sops`, with keys of age"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
SOPS = shutil.which("sops", path=PATH)
pytestmark = pytest.mark.skipif(SOPS is None, reason="the program sops is not installed")

PLAIN = {"pager": {"key": "s3cret", "a/b~c": "odd", "number": 5}, "list": ["zero", "one"]}


@pytest.fixture
def identity(tmp_path, monkeypatch):
    """Make a key, and tell SOPS of it."""
    made = pyrage.x25519.Identity.generate()
    (tmp_path / "key.txt").write_text(f"{made}\n")
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", str(tmp_path / "key.txt"))
    monkeypatch.setenv("PATH", PATH)
    return made


@pytest.fixture
def encrypt(tmp_path, identity):
    """Encrypt a text into a file."""

    def into(name, text):
        plain = tmp_path / f"plain-{name}"
        plain.write_text(text)
        argv = [SOPS, "encrypt", "--age", str(identity.to_public()), str(plain)]
        (tmp_path / name).write_bytes(subprocess.run(argv, check=True, capture_output=True).stdout)
        plain.unlink()
        return tmp_path / name

    return into


@pytest.fixture
def secrets(encrypt):
    return encrypt("secrets.json", json.dumps(PLAIN))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("/pager/key", "s3cret"), ("/pager/a~1b~0c", "odd"), ("/list/1", "one")],
)
def test_a_pointer_leads_to_a_value(secrets, resolved, pointer, value):
    assert resolved("sops", f"secrets.json#{pointer}") == value


@pytest.mark.parametrize(
    ("name", "text", "pointer"),
    [
        ("secrets.yaml", "pager:\n  key: s3cret\n", "/pager/key"),
        ("secrets.env", "PAGER=s3cret\n", "/PAGER"),
        ("secrets.ini", "[pager]\nkey = s3cret\n", "/pager/key"),
        ("secrets.bin", "s3cret", "/data"),
    ],
)
def test_every_form_that_sops_knows_is_read(encrypt, resolved, name, text, pointer):
    encrypt(name, text)
    assert resolved("sops", f"{name}#{pointer}") == "s3cret"


@pytest.mark.parametrize(
    ("pointer", "sentence"),
    [
        ("/pager/no", "the file secrets.json has nothing at /pager/no"),
        ("/list/2", "the file secrets.json has nothing at /list/2"),
        ("/list/-1", "the file secrets.json has nothing at /list/-1"),
        ("/pager/key/0", "the file secrets.json has nothing at /pager/key/0"),
        ("/pager/number", "/pager/number of secrets.json is not text"),
        ("/pager", "/pager of secrets.json is not text"),
        ("/sops/mac", "the file secrets.json has nothing at /sops/mac"),
    ],
)
def test_a_pointer_that_leads_to_no_text_is_told(secrets, resolved, pointer, sentence):
    problem = resolved("sops", f"secrets.json#{pointer}")
    assert (problem.code, problem.message) == ("unresolved-secret", sentence)


def test_the_time_of_a_file_is_that_of_a_secret_that_is_alone_in_it(encrypt, secrets, fetched):
    encrypt("alone.yaml", "pager:\n  key: s3cret\n")
    several, alone = fetched("sops", "secrets.json#/pager/key", "alone.yaml#/pager/key")
    assert several.created is None
    assert timedelta(0) <= datetime.now(UTC) - alone.created < timedelta(minutes=5)


def test_a_path_is_relative_to_the_working_directory(secrets, resolved, monkeypatch, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert resolved("sops", "../secrets.json#/pager/key") == "s3cret"
    assert resolved("sops", f"{secrets}#/pager/key") == "s3cret"


def test_a_path_is_never_an_option(encrypt, resolved):
    encrypt("--version.json", json.dumps(PLAIN))
    assert resolved("sops", "--version.json#/pager/key") == "s3cret"


def test_a_file_is_decrypted_once(secrets, install, fetched, tmp_path):
    install(
        "sops",
        f"open({str(tmp_path / 'calls')!r}, 'a').write('x')\nos.execv({SOPS!r}, sys.argv)",
    )
    fetched("sops", *(f"secrets.json#/list/{number}" for number in (0, 1)))
    assert (tmp_path / "calls").read_text() == "x"


def test_a_missing_key_is_told_at_every_place(secrets, fetched, monkeypatch):
    monkeypatch.delenv("SOPS_AGE_KEY_FILE")
    problems = fetched("sops", "secrets.json#/pager/key", "secrets.json#/list/0")
    assert {problem.message for problem in problems} == {
        "the file secrets.json is encrypted for keys of which none is here"
    }
    assert [problem.at.line for problem in problems] == [2, 4]


def test_a_file_that_was_changed_is_told(secrets, resolved):
    secrets.write_text(
        secrets.read_text().replace(
            '"mac": "ENC[AES256_GCM,data:', '"mac": "ENC[AES256_GCM,data:AA'
        )
    )
    problem = resolved("sops", "secrets.json#/pager/key")
    assert problem.message in {
        "the file secrets.json was changed by hand, or is damaged",
        "the file secrets.json cannot be decrypted",
    }


def test_values_that_change_places_are_told(secrets, resolved):
    tree = json.loads(secrets.read_text())
    tree["list"].reverse()
    secrets.write_text(json.dumps(tree))
    problem = resolved("sops", "secrets.json#/list/0")
    assert problem.message == "the file secrets.json was changed by hand, or is damaged"


def test_a_file_that_is_not_encrypted_is_told(identity, resolved, tmp_path):
    (tmp_path / "plain.json").write_text('{"key": "s3cret"}')
    problem = resolved("sops", "plain.json#/key")
    assert problem.message == "the file plain.json is not encrypted with SOPS"


def test_a_file_that_is_not_there_is_told(identity, resolved):
    problem = resolved("sops", "no.json#/key")
    assert problem.message == "the file no.json cannot be read: no such file or directory"


def test_a_pipe_that_nobody_writes_to_does_not_hang(identity, resolved, tmp_path, monkeypatch):
    monkeypatch.setattr("reconciler.secrets.file.SECONDS", 0.1)
    os.mkfifo(tmp_path / "pipe.json")
    assert resolved("sops", "pipe.json#/key").message.startswith("the file pipe.json gave nothing")


def test_sops_gets_its_own_variables_and_no_others(secrets, install, resolved, monkeypatch):
    install("sops", "print(json.dumps({'names': ' '.join(sorted(os.environ))}))")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "own-credentials")
    monkeypatch.setenv("VAULT_TOKEN", "token")
    monkeypatch.setenv("SOPS_AGE_KEY", "age")
    names = set(resolved("sops", "secrets.json#/names").split()) - {"LC_CTYPE"}  # Python's own
    assert {"PATH", "HOME", "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"} <= names
    assert not any(name.startswith(("MONGODB_", "VAULT_", "PYTEST")) for name in names)


def test_without_sops_it_is_named_once(secrets, fetched, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    [problem] = fetched("sops", "secrets.json#/pager/key", "secrets.json#/list/0")
    assert problem.code == "missing-program"
    assert problem.message == "the program sops is not installed, or not on PATH"
    assert problem.at.line == 2
