"""`apply --rehearse` against an API on a socket: whatever is rehearsed, nothing but GET arrives."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from threading import Thread

import pytest

from reconciler.api.transport import Transport
from reconciler.simulator import Refusal, open_service, serve
from reconciler.steps import rehearsal

ONE, TWO = "1d791c84ff7a2522cc4f9aa1", "2d791c84ff7a2522cc4f9aa1"
KEY = "11111111-2222-3333-4444-555555556666"
OTHER = "99999999-2222-3333-4444-555555550000"
DATADOG = "0123456789abcdef0123456789abcdef"
STATE = f"""\
version: 1
api: atlas
projects:
  - id: {ONE}
    name: one
    prune: true
    integrations:
      - {{type: OPS_GENIE, apiKey: {{env: KEY}}, region: EU}}
      - {{type: DATADOG, apiKey: {{env: DATADOG}}, region: US}}
  - id: {TWO}
    integrations:
      - {{type: VICTOR_OPS, apiKey: {{env: KEY}}}}
"""
ALERT = {
    "eventTypeName": "HOST_DOWN",
    "notifications": [{"typeName": "OPS_GENIE", "integrationType": "OPS_GENIE"}],
}
SEED = {
    "projects": [
        {
            "id": ONE,
            "name": "one",
            "alertConfigs": [ALERT],
            "integrations": [
                {"type": "OPS_GENIE", "apiKey": OTHER, "region": "US"},
                {"type": "WEBHOOK", "url": "https://hooks.example.com/one/two"},
                {"type": "SMOKE_SIGNAL", "hill": "north", "fires": [1, 2.5, None, {"wet": True}]},
            ],
        },
        {"id": TWO, "name": "two", "integrations": []},
    ]
}
WRITES = ["PUT", "POST", "DELETE", "POST"]


class Recorder:
    """Passes requests on, and remembers what each was.

    `meanwhile` is what somebody else does to the store before a project is read a second time.
    """

    def __init__(self, service):
        self.service, self.seen = service, []
        self.meanwhile = {}
        self.reads = Counter()

    def handle(self, request):
        self.seen.append((request.method, request.path))
        self.reads[request.path] += bool(request.header("Authorization"))
        for project in [one for one in self.meanwhile if f"{one}/integrations" in request.path]:
            if self.reads[request.path] == 2:
                with self.service.store.transaction(writing=True):
                    self.meanwhile.pop(project)(self.service.store)
        return self.service.handle(request)

    @property
    def methods(self):
        return {method for method, _ in self.seen}


@pytest.fixture
def api(tmp_path, monkeypatch):
    """Serve the seed; gives a recorder, and the address of a desired state for it."""
    for name, value in {"KEY": KEY, "DATADOG": DATADOG}.items():
        monkeypatch.setenv(name, value)

    @contextmanager
    def at(*refusals, **options):
        (tmp_path / "desired.yaml").write_text(STATE)
        (tmp_path / "seed.json").write_text(json.dumps(SEED))
        service = open_service(
            tmp_path / "live.db", seed=tmp_path / "seed.json", refusals=refusals, **options
        )
        recorder = Recorder(service)
        with serve(recorder) as server:
            thread = Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield recorder, f"http://127.0.0.1:{server.server_port}"
            finally:
                server.shutdown()
                thread.join()
        service.close()

    return at


@pytest.fixture
def reconciler(run, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "a")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "b")

    def invoke(command, url, *options):
        given = [command, "desired.yaml", "--format", "json", "--base-url", url, *options]
        result = run(*given, simulate=False)
        return result.return_value, json.loads(result.stdout)

    return invoke


def codes(report):
    return [problem["code"] for problem in report["problems"]]


def statuses(report):
    return [outcome["status"] for outcome in report["outcomes"]]


def test_all_is_done_in_the_copy_and_only_gets_arrive(api, reconciler):
    with api() as (seen, url):
        code, report = reconciler("apply", url, "--rehearse")
        assert seen.methods == {"GET"}
        assert (code, report["rehearsal"], statuses(report)) == (0, True, ["done"] * 4)
        assert [one["method"] for one in report["operations"]] == WRITES
        before = reconciler("plan", url)[1]
    assert [before[part] for part in ("digest", "operations", "changes", "totals")] == [
        report[part] for part in ("digest", "operations", "changes", "totals")
    ]


def test_an_apply_afterwards_says_what_was_rehearsed(api, reconciler):
    with api() as (seen, url):
        rehearsed = reconciler("apply", url, "--rehearse")
        assert seen.methods == {"GET"}
        applied = reconciler("apply", url, "--expect", rehearsed[1]["digest"])
    del rehearsed[1]["rehearsal"]
    assert applied == rehearsed
    assert "dangling-alert" in codes(applied[1])


def test_a_service_account_writes_nothing_but_its_token(api, reconciler, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_1")
    monkeypatch.setenv("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_0123456789")
    with api() as (seen, url):
        assert reconciler("apply", url, "--rehearse")[0] == 0
        written = {path.rpartition("/")[2] for method, path in seen.seen if method != "GET"}
        assert seen.seen[-1][1].endswith("revoke")
    assert written == {"token", "revoke"}


def test_the_api_is_let_go_of_before_the_first_write_to_the_copy(api, reconciler, monkeypatch):
    order = []
    real, leave = rehearsal.of_copy, Transport.__exit__
    monkeypatch.setattr(rehearsal, "of_copy", lambda *a: order.append("copied") or real(*a))
    monkeypatch.setattr(Transport, "__exit__", lambda *a: order.append("closed") or leave(*a))
    with api() as (_, url):
        assert reconciler("apply", url, "--rehearse")[0] == 0
    assert order == ["closed", "copied", "closed"]


def test_what_changes_between_look_and_copy_is_a_conflict_as_in_an_apply(api, reconciler):
    with api() as (seen, url):
        seen.meanwhile[ONE] = lambda store: store.delete_integration(ONE, "OPS_GENIE")
        code, report = reconciler("apply", url, "--rehearse")
        assert (seen.methods, seen.meanwhile) == ({"GET"}, {})
    assert (code, statuses(report)) == (5, ["conflict", "done", "skipped", "done"])
    assert report["outcomes"][0]["detail"] == "somebody else deleted it meanwhile"


def test_alerts_that_cannot_be_read_are_a_warning_and_the_copy_has_none(api, reconciler):
    refusal = Refusal("GET", "*/alertConfigs", 403, "USER_UNAUTHORIZED")
    with api(refusal) as (seen, url):
        code, report = reconciler("apply", url, "--rehearse")
        assert seen.methods == {"GET"}
        assert (code, set(codes(report))) == (0, {"alerts-unchecked", "unknown-type"})
        asked = len(seen.seen)
        code, report = reconciler("apply", url, "--rehearse", "--no-alert-check")
        assert not any(path.endswith("alertConfigs") for _, path in seen.seen[asked:])
    assert (code, codes(report)) == (0, ["unknown-type"])


def test_a_project_that_cannot_be_read_fails_alone(api, reconciler):
    refusal = Refusal("GET", f"*/{TWO}/integrations", 403, "USER_UNAUTHORIZED")
    with api(refusal) as (seen, url):
        code, report = reconciler("apply", url, "--rehearse")
        assert seen.methods == {"GET"}
    assert (code, statuses(report)) == (5, ["done"] * 3)


def test_a_project_that_can_be_looked_at_and_not_copied_ends_the_rehearsal(api, reconciler):
    with api() as (seen, url):
        seen.meanwhile[TWO] = lambda store: store.delete_project(TWO)
        code, report = reconciler("apply", url, "--rehearse")
        assert (seen.methods, seen.meanwhile) == ({"GET"}, {})
    assert (code, statuses(report)) == (1, ["skipped"] * 4)
    assert sorted(codes(report)) == ["no-rehearsal", "no-such-project", "unknown-type"]


def test_guards_and_stale_plans_refuse_a_rehearsal_too(api, reconciler):
    with api() as (seen, url):
        code, report = reconciler("apply", url, "--rehearse", "--expect", "sha256:0")
        assert (code, codes(report)) == (4, ["stale-plan", "unknown-type"])
        code, report = reconciler("apply", url, "--rehearse", "--secrets", "none")
        assert (code, "not-applyable" in codes(report)) == (4, True)
        assert statuses(report) == ["skipped"] * 4
        assert seen.methods == {"GET"}
