"""The road with a service account, against the simulator that gives its tokens."""

import json
import os
import re
import subprocess
import sys

import pytest

from reconciler.api.bearer import Bearer
from reconciler.api.client import Client
from reconciler.api.credentials import ServiceAccount
from reconciler.api.dialects import DIALECTS
from reconciler.api.observe import Observer
from reconciler.api.stop import Stop
from reconciler.api.transport import Connection, Transport
from reconciler.api.waits import Waits
from reconciler.catalogue import kinds
from reconciler.core.secret import Ends
from reconciler.core.state import LiveProject, ProjectRef
from reconciler.simulator import InProcess, Service, Store, Switches, from_projects

ACCOUNT = ("mdb_sa_id_5d791c84", "mdb_sa_sk_q7ZrK9tail")
SIGNED = dict(zip(ServiceAccount.variables, ACCOUNT, strict=True))
KEYS = {"MONGODB_ATLAS_PUBLIC_API_KEY": "public", "MONGODB_ATLAS_PRIVATE_API_KEY": "private-key"}
PAGER = "00112233445566778899aabbccddeeff"
PROJECTS = [(f"{number:024x}", f"project-{number:02}") for number in range(1, 51)]


def declare(api):
    """Declare fifty projects with one integration each."""
    setting = {"type": "PAGER_DUTY", "serviceKey": {"env": "PAGER"}}
    projects = [{"id": id_, "name": name, "integrations": [setting]} for id_, name in PROJECTS]
    return json.dumps({"version": 1, "api": api, "projects": projects})


@pytest.fixture
def reconciler(tmp_path):
    """Run a command on `desired.yaml`, with this environment and nothing else of ours in it."""

    def run(command, url, *arguments, **environ):
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "reconciler", command, "desired.yaml", "--base-url", url,
             "--verbose", *arguments],
            cwd=tmp_path, env={**kept, "PAGER": PAGER, **environ}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    return run


def requests(done, method, path):
    return len(re.findall(f"^{method} {path} 200 ", done.stderr, re.MULTILINE))


@pytest.mark.parametrize("api", ["atlas", "atlas-v1", "cloud-manager"])
def test_plan_apply_plan_with_one_token_for_each_run(serving, reconciler, tmp_path, api):
    (tmp_path / "desired.yaml").write_text(declare(api))
    url = serving(api, projects=PROJECTS, account=ACCOUNT)
    runs = [
        reconciler("plan", url, "--detailed-exitcode", **SIGNED),
        reconciler("apply", url, "--yes", **SIGNED),
        reconciler("plan", url, "--detailed-exitcode", **SIGNED),
    ]
    assert [done.returncode for done in runs] == [2, 0, 0], runs[1].stdout + runs[1].stderr
    for done in runs:
        assert requests(done, "POST", "/api/oauth/token") == 1
        assert requests(done, "POST", "/api/oauth/revoke") == 1
        assert ACCOUNT[1] not in done.stdout + done.stderr
        assert "Bearer" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", list(SIGNED))
def test_a_wrong_service_account_is_told_to_look_at_the_service_account(
    serving, reconciler, tmp_path, name
):
    (tmp_path / "desired.yaml").write_text(declare("atlas"))
    url = serving(projects=PROJECTS, account=ACCOUNT)
    done = reconciler("drift", url, **SIGNED | KEYS | {name: "mdb_sa_wrong"})
    assert done.returncode == 1
    assert "bad-credentials: " in done.stdout
    assert "the API does not accept the service account (invalid_client" in done.stdout
    assert "check MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET" in done.stdout
    assert "API_KEY" not in done.stdout
    assert "mdb_sa_wrong" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("given", "missing", "extra"),
    [
        ({"MONGODB_ATLAS_CLIENT_ID": "id"}, "MONGODB_ATLAS_CLIENT_SECRET", KEYS),
        ({"MONGODB_ATLAS_PUBLIC_API_KEY": "public"}, "MONGODB_ATLAS_PRIVATE_API_KEY", {}),
    ],
)
def test_half_a_pair_ends_the_run_before_anything_is_sent(
    reconciler, tmp_path, given, missing, extra
):
    (tmp_path / "desired.yaml").write_text(declare("atlas"))
    done = reconciler("drift", "https://127.0.0.1:9", **given, **extra)
    assert (done.returncode, done.stderr) == (1, "")
    assert "no-credentials: half of the" in done.stdout
    assert f"{missing} is not set" in done.stdout


def test_too_many_live_tokens_are_told_with_the_next_step(serving, reconciler, tmp_path):
    (tmp_path / "desired.yaml").write_text(declare("atlas"))
    url = serving(projects=PROJECTS, account=ACCOUNT, switches={"live_tokens": 0})
    done = reconciler("drift", url, **SIGNED)
    assert done.returncode == 1
    assert "too-many-tokens: " in done.stdout


def test_ops_manager_takes_the_key_though_a_service_account_is_there(serving, reconciler, tmp_path):
    (tmp_path / "desired.yaml").write_text(declare("ops-manager"))
    url = serving("ops-manager", projects=PROJECTS, keys=tuple(KEYS.values()))
    done = reconciler("plan", url, "--detailed-exitcode", **SIGNED, **KEYS)
    assert done.returncode == 2, done.stdout
    assert "/api/oauth/token" not in done.stderr
    refused = reconciler("plan", url, **SIGNED)
    assert refused.returncode == 1
    assert "Ops Manager takes no service account, and there is no API key" in refused.stdout


# -- A clock of its own ----------------------------------------------------------------------------


class Clock:
    """Moves with every request to the API, and only on the server's side."""

    def __init__(self):
        self.now = 1_786_331_221.0

    def __call__(self):
        return self.now


def test_tokens_that_end_in_the_middle_of_a_run_are_not_noticed(tmp_path):
    clock, asked = Clock(), []
    store = Store.open(tmp_path / "state.db", lambda: from_projects(PROJECTS))
    service = Service(store, account=ACCOUNT, switches=Switches(), clock=clock)

    def handle(request):
        asked.append(request.path)
        clock.now += 200  # eighteen requests, and a token is over
        return service.handle(request)

    account = ServiceAccount(*ACCOUNT)
    connection = Connection("http://test", account, adapter=InProcess(handle))
    transport, waits, ends = Transport(connection, writable=False), Waits(Stop()), Ends(())
    refs = [ProjectRef(*project) for project in PROJECTS]
    with Bearer(transport, account, waits, ends) as bearer:
        client = Client(bearer, DIALECTS["atlas"], kinds("atlas"), waits, ends)
        with Observer(client.integrations, 2) as observer:
            found = dict(observer.observe(refs, lambda *_: None))
    service.close()
    assert all(isinstance(live, LiveProject) for live in found.values())
    assert len(found) == len(PROJECTS)
    assert 3 <= asked.count("/api/oauth/token") <= 5
    assert asked.count("/api/oauth/revoke") == 1


def test_a_bucket_that_runs_dry_is_waited_for_and_nothing_is_lost(tmp_path):
    stop = Stop()
    clock, waited = Clock(), []
    stop.now = clock

    def pause(seconds):
        clock.now += seconds
        waited.append(seconds)

    stop.pause = pause
    store = Store.open(tmp_path / "state.db", lambda: from_projects(PROJECTS))
    switches = Switches(capacity=100, refill_per_minute=40)
    service = Service(store, account=ACCOUNT, switches=switches, clock=clock)
    statuses = []

    def handle(request):
        answer = service.handle(request)
        statuses.append(answer.status)
        return answer

    account = ServiceAccount(*ACCOUNT)
    transport = Transport(
        Connection("http://test", account, adapter=InProcess(handle)), writable=False
    )
    waits, ends = Waits(stop), Ends(())
    with Bearer(transport, account, waits, ends) as bearer:
        client = Client(bearer, DIALECTS["atlas"], kinds("atlas"), waits, ends)
        for _ in range(150):
            client.integrations(ProjectRef(*PROJECTS[0]))
    service.close()
    assert set(statuses) == {200}
    assert sum(waited) == pytest.approx((150 - 100) / 40 * 60, rel=0.15)
