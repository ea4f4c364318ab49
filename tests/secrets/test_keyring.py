"""`{keyring: SERVICE/USER}`, with backends of keyrings.alt in place of a desktop's."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("keyrings.alt.file", reason="pip install '.[sources]'")

AGAINST = "the real `keyring`, with file backends"

PLAIN = "keyrings.alt.file.PlaintextKeyring"


@pytest.fixture
def keep(tmp_path, monkeypatch):
    """Keep secrets in a keyring that is one plain file."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", PLAIN)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def put(service, user, value):
        code = f"import keyring; keyring.set_password({service!r}, {user!r}, {value!r})"
        subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)

    return put


def test_a_service_and_a_user_have_a_secret(keep, fetched):
    keep("pager", "payments", "s3cret")
    keep("https://pager.example.com/eu", "payments", "ünder")
    one, two = fetched("keyring", "pager/payments", "https://pager.example.com/eu/payments")
    assert (one.reveal(), two.reveal()) == ("s3cret", "ünder")
    assert (one.version, one.created) == (None, None)


def test_what_is_not_there_is_told_at_its_place(keep, fetched):
    keep("pager", "payments", "s3cret")
    [problem] = fetched("keyring", "pager/payments", "pager/no")
    assert problem.code == "unresolved-secret"
    assert problem.message == "the keyring has nothing for the service pager and the user no"
    assert problem.at.line == 4


@pytest.mark.parametrize(
    ("backend", "fault"),
    [
        ("keyring.backends.fail.Keyring", "NoKeyringError"),
        ("no.such.Backend", "ModuleNotFoundError"),
    ],
)
def test_a_machine_without_a_keyring_is_told_once(keep, fetched, monkeypatch, backend, fault):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    [problem] = fetched("keyring", "pager/payments", "pager/no")
    assert problem.code == "source-unavailable"
    assert problem.message == f"the keyring cannot be read ({fault})"


def test_a_keyring_that_waits_for_its_owner_is_left(keep, fetched, monkeypatch, tmp_path):
    monkeypatch.setattr("reconciler.secrets.child.SECONDS", 1.0)
    monkeypatch.setattr("reconciler.secrets.keyring._ASK", tmp_path / "ask.py")
    (tmp_path / "ask.py").write_text("import time\ntime.sleep(60)\n")
    [problem] = fetched("keyring", "pager/payments")
    assert "took longer than" in problem.message


def test_an_encrypted_keyring_has_no_terminal_to_ask_on(keep, fetched, monkeypatch):
    pytest.importorskip("Crypto", reason="keyrings.alt encrypts with pycryptodome")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.EncryptedKeyring")
    [problem] = fetched("keyring", "pager/payments")
    assert problem.code in {"source-unavailable", "unresolved-secret"}


def test_nothing_is_imported_from_the_working_directory(keep, fetched, tmp_path):
    keep("pager", "payments", "s3cret")
    (tmp_path / "keyring.py").write_text("open('hit', 'w')")
    (tmp_path / "json.py").write_text("open('hit', 'w')")
    [secret] = fetched("keyring", "pager/payments")
    assert secret.reveal() == "s3cret"
    assert not (tmp_path / "hit").exists()


def test_in_ci_a_keyring_is_refused(keep, fetched, monkeypatch):
    monkeypatch.setenv("CI", "true")
    [problem] = fetched("keyring", "pager/payments", "pager/no")
    assert problem.message == "a keyring belongs to a person, and this is CI"
