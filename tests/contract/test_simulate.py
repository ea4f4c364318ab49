"""`reconciler simulate` as a process: its credentials, switches and refusals reach the service."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests
from requests.auth import HTTPDigestAuth

PROJECT = "5d791c84ff7a2522cc4f9aa1"
SEED = f"projects: [{{id: {PROJECT}, integrations: [{{type: OPS_GENIE, apiKey: secret-key}}]}}]"
KEYS = {"MONGODB_ATLAS_PUBLIC_API_KEY": "public", "MONGODB_ATLAS_PRIVATE_API_KEY": "private"}
ACCOUNT = {"MONGODB_ATLAS_CLIENT_ID": "id", "MONGODB_ATLAS_CLIENT_SECRET": "secret"}
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def simulate(tmp_path):
    """Serve in a process of its own; gives its address."""
    (tmp_path / "seed.yaml").write_text(SEED)

    @contextmanager
    def start(*arguments, **environ):
        command = [sys.executable, "-m", "reconciler", "simulate", "--port", "0"]
        with subprocess.Popen(
            [*command, "--state", "state.db", "--seed", "seed.yaml", *arguments],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], **environ},
            stderr=subprocess.PIPE,
            text=True,
        ) as server:
            said = server.stderr.readline()
            assert said.startswith("Serving on http://127.0.0.1:"), said
            yield said.split()[-1]
            server.terminate()

    return start


def groups(url, auth):
    accept = {"Accept": "application/vnd.atlas.2023-01-01+json"}
    return requests.get(f"{url}/api/atlas/v2/groups", auth=auth, headers=accept, timeout=10)


def token(url, *account):
    return requests.post(f"{url}/api/oauth/token", GRANT, auth=account, timeout=10)


def test_the_credentials_of_the_environment_are_the_ones_to_have(simulate):
    with simulate(**KEYS, **ACCOUNT) as url:
        assert groups(url, HTTPDigestAuth("public", "private")).status_code == 200
        assert groups(url, HTTPDigestAuth("public", "wrong")).status_code == 401
        assert token(url, "id", "secret").status_code == 200
        assert token(url, "id", "wrong").status_code == 401


def test_without_any_all_are_accepted(simulate):
    with simulate() as url:
        assert groups(url, HTTPDigestAuth("a", "b")).status_code == 200
        assert token(url, "a", "b").status_code == 200


def test_switches_and_refusals_reach_the_service(simulate):
    auth = HTTPDigestAuth("a", "b")
    with simulate(
        "--switch", "token-seconds=60", "--switch", "capacity=1",
        "--refuse", "GET */groups 503 SERVICE_UNAVAILABLE 1", "--refuse", "DELETE * 502",
    ) as url:  # fmt: skip
        assert token(url, "a", "b").json()["expires_in"] == 60
        assert [groups(url, auth).status_code for _ in range(3)] == [503, 200, 429]
        one = f"{url}/api/public/v1.0/groups/{PROJECT}/integrations/OPS_GENIE"
        assert requests.delete(one, auth=auth, timeout=10).status_code == 502


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_good_order(tmp_path, number, code):
    command = [sys.executable, "-m", "reconciler", "simulate", "--port", "0", "--state", "s.db"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as server:
        url = server.stderr.readline().split()[-1]
        with requests.Session() as held:  # a connection that is still open
            assert held.get(f"{url}/api/atlas/v2/groups", timeout=10).status_code == 401
            server.send_signal(number)
            assert server.wait(20) == code
        assert server.stderr.read() == ""


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--switch", "put-merge=true", 'did you mean "put-merges"?'),
        ("--refuse", "GET * 200", "must be METHOD PATH STATUS"),
    ],
)
def test_a_wrong_option_is_wrong_usage(tmp_path, option, value, said):
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "simulate", "--state", "s.db", option, value],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (64, "")
    assert said in done.stderr
    assert not (tmp_path / "s.db").exists()
