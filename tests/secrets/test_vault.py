"""`{vault: MOUNT/PATH#FIELD}`, against real servers where there are some, and a stand-in always.

OpenBao is `bao`, which a package has; Vault is `vault` on PATH, or the program that TEST_VAULT
names. The stand-in answers as the documentation of Vault's HTTP API has it.
"""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest
import requests

pytest.importorskip("hvac", reason="pip install '.[sources]'")

AGAINST = "the real OpenBao; a real Vault 1.14 where one is built (`tests/secrets/build-vault`)"

ROOT = "root-token"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
REAL = {
    "OpenBao": shutil.which("bao", path=PATH),
    "Vault": os.environ.get("TEST_VAULT") or shutil.which("vault"),
}
HOW_TO_HAVE = {
    "OpenBao": "pip install '.[sources]'",
    "Vault": "build one with tests/secrets/build-vault, and name it in TEST_VAULT",
}
WRITTEN = ({"key": "old"}, {"key": "s3cret", "number": 5})


class StandIn:
    """Knows two mounts with a secret each, and two tokens."""

    def __init__(self):
        self.asked = []
        self.sealed = False

    def answer(self, path, headers):
        self.asked.append(path)
        token = headers.get("X-Vault-Token")
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if token not in {ROOT, "weak"}:
            return 403, {"errors": ["permission denied"]}
        api, _, query = path.removeprefix("/v1/").partition("?")
        if api == "auth/token/lookup-self":
            return 200, {"data": {"id": "s3cret"}}
        if token == "weak":
            return 403, {"errors": ["1 error occurred: s3cret permission denied"]}
        if api.startswith("sys/internal/ui/mounts/"):
            return self.mount(api.removeprefix("sys/internal/ui/mounts/"))
        return self.secret(api, query)

    def mount(self, path):
        for known, type_, options in (
            ("team/kv", "kv", {"version": "2"}),
            ("old", "kv", {"version": "1"}),
            ("database", "database", None),
        ):
            if path.startswith(f"{known}/"):
                return 200, {"data": {"path": f"{known}/", "type": type_, "options": options}}
        return 403, {"errors": ["preflight capability check returned 403"]}

    def secret(self, api, query):
        if api == "old/pager":
            return 200, {"data": {"key": "s3cret"}}
        if api in {"team/kv/data/pager", "team/kv/data/a%20b"}:
            number = int(query.removeprefix("version=") or 2)
            if number > 2:
                return 404, {"errors": []}
            about = {"version": number, "created_time": datetime.now(UTC).isoformat()}
            return 200, {"data": {"data": WRITTEN[number - 1], "metadata": about}}
        return 404, {"errors": []}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Give the address of a real server, which is started when it is first asked for."""
    with ExitStack() as stack:
        running = {}

        def address(name):
            if REAL[name] is None:
                pytest.skip(f"there is no {name}: {HOW_TO_HAVE[name]}")
            if name not in running:
                home = tmp_path_factory.mktemp(name)
                running[name] = stack.enter_context(_serving(REAL[name], home))
            return running[name]

        yield address


@contextmanager
def _serving(program, home):
    """Start a server in development mode, with the same mounts and secrets."""
    address = f"http://127.0.0.1:{_free_port()}"
    argv = [program, "server", "-dev", "-dev-no-store-token", f"-dev-root-token-id={ROOT}"]
    argv += [f"-dev-listen-address={address.removeprefix('http://')}"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, env={"HOME": str(home)})
        try:
            _fill(address, process)
            yield address
        finally:
            process.kill()
            process.wait()


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _fill(address, process):
    call = requests.Session()
    call.headers["X-Vault-Token"] = ROOT
    deadline = monotonic() + 60
    while True:
        assert process.poll() is None
        assert monotonic() < deadline
        try:
            if call.get(f"{address}/v1/sys/health", timeout=5).ok:
                break
        except requests.ConnectionError:
            continue
    post = {
        "sys/mounts/team/kv": {"type": "kv", "options": {"version": "2"}},
        "sys/mounts/old": {"type": "kv", "options": {"version": "1"}},
        "old/pager": {"key": "s3cret"},
        "team/kv/config": {"max_versions": 5},
        "auth/token/create": {"id": "weak", "policies": ["default"]},
    }
    for path, body in post.items():
        call.post(f"{address}/v1/{path}", json=body, timeout=10).raise_for_status()
    for fields in WRITTEN:
        for name in ("pager", "a%20b"):
            _put(call, f"{address}/v1/team/kv/data/{name}", {"data": fields})
    call.close()


def _put(call, url, body):
    """Write, as soon as a new mount has been upgraded; until then it says 400."""
    deadline = monotonic() + 30
    while not (answer := call.post(url, json=body, timeout=10)).ok:
        assert monotonic() < deadline, answer.text


@pytest.fixture(params=["stand-in", *REAL])
def vault(request, serve, monkeypatch):
    if request.param in REAL:
        address = request.getfixturevalue("real")(request.param)
        monkeypatch.setenv("VAULT_ADDR", address)
        monkeypatch.setenv("VAULT_TOKEN", ROOT)
        yield SimpleNamespace(address=address)
    else:
        known = StandIn()
        with serve(known.answer) as address:
            known.address = address
            monkeypatch.setenv("VAULT_ADDR", address)
            monkeypatch.setenv("VAULT_TOKEN", ROOT)
            yield known


@pytest.fixture
def stand_in(serve, monkeypatch):
    known = StandIn()
    monkeypatch.setenv("VAULT_TOKEN", ROOT)
    with serve(known.answer) as address:
        monkeypatch.setenv("VAULT_ADDR", address)
        yield known


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("team/kv/pager#key", "s3cret"),
        ("team/kv/pager#key@1", "old"),
        ("team/kv/pager#key@2", "s3cret"),
        ("team/kv/a b#key", "s3cret"),
        ("old/pager#key", "s3cret"),
    ],
)
def test_both_versions_of_the_engine_are_read(vault, resolved, name, value):
    assert resolved("vault", name) == value


def test_version_comes_along_and_the_time_of_a_field_that_is_alone(vault, fetched):
    several, alone, plain = fetched(
        "vault", "team/kv/pager#key", "team/kv/pager#key@1", "old/pager#key"
    )
    assert (several.version, alone.version, plain.version) == ("2", "1", None)
    assert abs((datetime.now(UTC) - alone.created).total_seconds()) < 300
    assert (several.created, plain.created) == (None, None)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("team/kv/no#key", "Vault has no secret at team/kv/no"),
        ("team/kv/pager#key@9", "Vault has no secret at team/kv/pager"),
        ("team/kv/pager#no", "the secret at team/kv/pager in Vault has no field no"),
        (
            "team/kv/pager#number",
            "the field number of the secret at team/kv/pager in Vault is not text",
        ),
        ("old/pager#key@1", "Vault keeps no versions in old"),
        ("old/no#key", "Vault has no secret at old/no"),
        ("nowhere/pager#key", "Vault denies the token nowhere/pager"),
    ],
)
def test_what_cannot_be_had_is_told(vault, resolved, name, sentence):
    problem = resolved("vault", name)
    assert (problem.code, problem.message) == ("unresolved-secret", sentence)


def test_a_token_without_the_right_is_told_at_every_place(vault, fetched, monkeypatch):
    monkeypatch.setenv("VAULT_TOKEN", "weak")
    problems = fetched("vault", "team/kv/pager#key", "old/pager#key")
    assert [problem.message for problem in problems] == [
        "Vault denies the token team/kv/pager",
        "Vault denies the token old/pager",
    ]


def test_a_token_that_is_none_is_told_once(vault, fetched, monkeypatch):
    monkeypatch.setenv("VAULT_TOKEN", "made-up")
    [problem] = fetched("vault", "team/kv/pager#key", "team/kv/other#key", "old/pager#key")
    assert problem.code == "source-unavailable"
    assert problem.message == "Vault does not take the token"


def test_the_token_may_be_in_the_file_that_signing_in_leaves(vault, resolved, monkeypatch):
    monkeypatch.delenv("VAULT_TOKEN")
    home = Path(os.environ["HOME"])
    home.mkdir()
    (home / ".vault-token").write_text(f"{ROOT}\n")
    assert resolved("vault", "team/kv/pager#key") == "s3cret"


def test_openbao_has_names_of_its_own_for_the_same(vault, resolved, monkeypatch):
    monkeypatch.setenv("BAO_ADDR", os.environ["VAULT_ADDR"])
    monkeypatch.setenv("BAO_TOKEN", ROOT)
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:9")
    monkeypatch.setenv("VAULT_TOKEN", "made-up")
    assert resolved("vault", "team/kv/pager#key") == "s3cret"


def test_a_sealed_server_is_told_once(stand_in, fetched):
    stand_in.sealed = True
    [problem] = fetched("vault", *(f"team/kv/{number}#key" for number in range(20)))
    assert problem.message == f"Vault at {os.environ['VAULT_ADDR']} is sealed"
    assert len(stand_in.asked) == 1


def test_each_path_is_read_once_and_each_mount_asked_for_once(stand_in, fetched):
    fetched("vault", "team/kv/pager#key", "team/kv/pager#key@2", "team/kv/a b#key")
    assert sorted(path.partition("?")[0] for path in stand_in.asked) == [
        "/v1/sys/internal/ui/mounts/team/kv/a%20b",
        *["/v1/team/kv/data/a%20b", "/v1/team/kv/data/pager", "/v1/team/kv/data/pager"],
    ]


def test_an_engine_that_makes_something_for_each_reader_is_not_read(stand_in, resolved):
    problem = resolved("vault", "database/creds#password")
    assert problem.message == "database/creds in Vault is not in a key-value engine"
    assert len(stand_in.asked) == 1


def test_a_redirect_is_not_followed(serve, fetched, monkeypatch):
    seen = []

    def elsewhere(path, headers):
        seen.append(headers.get("X-Vault-Token"))
        return 200, {}

    monkeypatch.setenv("VAULT_TOKEN", ROOT)
    with serve(elsewhere) as target:
        away = {"headers": {"Location": f"{target}/v1/x"}}
        with serve(lambda path, headers: (307, away)) as address:
            monkeypatch.setenv("VAULT_ADDR", address)
            [problem] = fetched("vault", "team/kv/pager#key")
    assert problem.message == f"Vault at {address} sends the request elsewhere"
    assert not seen


@pytest.mark.parametrize("answer", [["s3cret"], "s3cret", {"data": ["s3cret"]}, {"data": "s3cret"}])
def test_what_answers_in_another_way_than_vault_is_told(serve, fetched, monkeypatch, answer):
    monkeypatch.setenv("VAULT_TOKEN", ROOT)
    with serve(lambda path, headers: (200, answer)) as address:
        monkeypatch.setenv("VAULT_ADDR", address)
        [problem] = fetched("vault", "team/kv/pager#key")
    assert problem.code in {"unresolved-secret", "source-unavailable"}
    assert "s3cret" not in problem.message + problem.hint


def test_netrc_and_proxy_variables_are_not_read(stand_in, resolved, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    assert resolved("vault", "team/kv/pager#key") == "s3cret"


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"VAULT_ADDR": ""}, "VAULT_ADDR is not set"),
        ({"VAULT_TOKEN": ""}, "there is no token for Vault"),
        ({"VAULT_ADDR": "http://127.0.0.1:9"}, "Vault at http://127.0.0.1:9 cannot be reached"),
        ({"VAULT_ADDR": "no address"}, "Vault at no address cannot be reached"),
        (
            {"VAULT_ADDR": "https://127.0.0.1:9", "VAULT_CACERT": "nowhere.pem"},
            "Vault at https://127.0.0.1:9 cannot be reached",
        ),
    ],
)
def test_what_is_wrong_with_all_is_told_once(stand_in, fetched, monkeypatch, variables, sentence):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    [problem] = fetched("vault", "team/kv/pager#key", "old/pager#key")
    assert (problem.code, problem.message) == ("source-unavailable", sentence)
    assert problem.hint
