"""`targets` where something is missing, wrong or down: what is known stays, and why is told."""

import base64
import gc
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager

import pytest

from reconciler.simulator import Response, open_service, serve

ONE, TWO = "1d791c84ff7a2522cc4f9aa1", "2d791c84ff7a2522cc4f9aa1"
NAMES = {ONE: "one", TWO: "two"}
PASSWORDS = {ONE: "first-password-0123", TWO: "other-password-4567"}
KEYS = {
    "MONGODB_ATLAS_PUBLIC_API_KEY": "public",
    "MONGODB_ATLAS_PRIVATE_API_KEY": "2f0f1c4e-private",
}
PATIENCE = 60


def project(id_, *, by="both", enabled="true", password=True, username="prom"):
    """Declare a project by its id, its name or both, and a secret that discovery does not take."""
    lines = {
        "both": f"  - id: {id_}\n    name: {NAMES[id_]}\n",
        "id": f"  - id: {id_}\n",
        "name": f"  - name: {NAMES[id_]}\n",
    }
    return (
        f"{lines[by]}    integrations:\n"
        "      - {type: OPS_GENIE, apiKey: {env: NOT_NEEDED}}\n"
        "      - type: PROMETHEUS\n"
        f"        username: {username}\n"
        + (f"        password: {{env: PASSWORD_{NAMES[id_].upper()}}}\n" if password else "")
        + f"        enabled: {enabled}\n"
        "        serviceDiscovery: http\n"
    )


def state(*projects):
    return "version: 1\napi: atlas\nprojects:\n" + "".join(projects)


class Door:
    """The simulator, of which a test can close a part."""

    def __init__(self, service):
        self.service = service
        self.closed = {}
        self.asked = []

    def handle(self, request):
        self.asked.append(request.path)
        for part, answer in self.closed.items():
            if part in request.path:
                return answer
        return self.service.handle(request)


@pytest.fixture
def door(tmp_path):
    """Serve two projects, each with targets and a password of its own."""
    integration = {"type": "PROMETHEUS", "username": "prom", "enabled": True}
    seed = {
        "projects": [
            {
                "id": id_,
                "name": name,
                "integrations": [
                    integration | {"password": PASSWORDS[id_], "serviceDiscovery": "http"}
                ],
                "clusters": [{"name": "c", "hosts": [f"{name}.example.net:9216"]}],
            }
            for id_, name in NAMES.items()
        ]
    }
    (tmp_path / "seed.json").write_text(json.dumps(seed))
    with ExitStack() as stack:
        service = open_service(tmp_path / "state.db", seed=tmp_path / "seed.json")
        stack.callback(service.close)
        door = Door(service)
        server = stack.enter_context(serve(door))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        door.url = f"http://127.0.0.1:{server.server_port}"
        yield door


@pytest.fixture
def targets(run, door, tmp_path, monkeypatch):
    """Run `targets` on a desired state; no secret is there but the two passwords."""
    for id_, name in NAMES.items():
        monkeypatch.setenv(f"PASSWORD_{name.upper()}", PASSWORDS[id_])

    def invoke(*arguments, of=None):
        (tmp_path / "d.yaml").write_text(of or state(project(ONE), project(TWO)))
        arguments = ("targets", "d.yaml", "--base-url", door.url, *arguments)
        result = run(*arguments, simulate=False)
        for id_ in NAMES:
            pair = base64.b64encode(f"prom:{PASSWORDS[id_]}".encode()).decode()
            assert PASSWORDS[id_][-6:] not in result.output
            assert pair not in result.output
        assert "file" in arguments or isinstance(json.loads(result.stdout or "[]"), list)
        return result

    return invoke


@pytest.fixture
def key(monkeypatch):
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


def shown(text):
    """Give the hosts that a list of targets names."""
    return [target.split(".")[0] for group in json.loads(text) for target in group["targets"]]


# -- Whom to ask -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["both", "id"])
def test_ids_need_no_api_key_and_no_other_secret(targets, door, by):
    result = targets(of=state(project(ONE, by=by), project(TWO, by=by)))
    assert (result.return_value, result.stderr) == (0, "")
    assert shown(result.stdout) == ["one", "two"]
    assert all(path.startswith("/prometheus/") for path in door.asked)


def test_an_id_picks_a_project_and_its_password_alone(targets, door, monkeypatch):
    monkeypatch.delenv("PASSWORD_TWO")
    result = targets("--project", ONE, of=state(project(ONE, by="id"), project(TWO, by="id")))
    assert (result.return_value, shown(result.stdout)) == (0, ["one"])
    assert len(door.asked) == 1


def test_names_are_looked_up_with_an_api_key(targets, key):
    result = targets(of=state(project(ONE, by="name"), project(TWO)))
    assert (result.return_value, shown(result.stdout)) == (0, ["one", "two"])


def test_names_without_an_api_key_are_told_with_both_ways_out(targets, door):
    result = targets(of=state(project(ONE, by="name"), project(TWO)))
    assert (result.return_value, result.stdout) == (1, "[]\n")
    assert "reconciler: no-credentials: " in result.stderr
    assert "MONGODB_ATLAS_PUBLIC_API_KEY" in result.stderr
    assert "or declare the ids of all projects" in result.stderr
    assert door.asked == []


def test_a_name_that_is_not_asked_for_needs_no_key(targets):
    result = targets("--project", "two", of=state(project(ONE, by="name"), project(TWO)))
    assert (result.return_value, shown(result.stdout)) == (0, ["two"])


def test_a_live_name_picks_a_project_that_is_declared_by_its_id(targets, key):
    declared = state(project(ONE, by="id"), project(TWO, by="id"))
    result = targets("--project", "tw*", of=declared)
    assert (result.return_value, shown(result.stdout)) == (0, ["two"])


def test_an_unknown_name_ends_the_run_before_any_discovery(targets, key, door):
    declared = state(project(ONE), project(TWO, by="name")).replace("two", "tow")
    result = targets(of=declared)
    assert (result.return_value, result.stdout) == (3, "[]\n")
    assert "unknown-project: there is no project called tow" in result.stderr
    assert 'did you mean "two"?' in result.stderr
    assert not any("discovery" in path for path in door.asked)


def test_a_pattern_that_names_nothing_is_told_as_such(targets):
    result = targets("--project", "three")
    assert result.return_value == 3
    assert "unknown-project: --project three names no declared project" in result.stderr


def test_a_declared_project_without_the_integration_is_not_called_unknown(targets):
    more = f"  - id: {'3' * 24}\n    name: three\n    integrations: []\n"
    result = targets("--project", "three", of=state(project(ONE), more))
    assert result.return_value == 3
    assert "no-prometheus" in result.stderr
    assert "unknown-project" not in result.stderr


def test_it_is_not_called_unknown_after_a_look_up_either(targets, key):
    more = f"  - id: {'3' * 24}\n    name: three\n    integrations: []\n"
    declared = state(project(ONE, by="name"), more)
    result = targets("--project", "three", "--project", "one", of=declared)
    assert (result.return_value, shown(result.stdout)) == (0, ["one"])


def test_a_secret_that_discovery_does_not_take_is_not_resolved(targets, door):
    more = """\
        scheme: https
        listenAddress: ':9216'
        tlsPemPath: /etc/key.pem
        tlsPemPassword: {env: NOT_NEEDED}
"""
    declared = state(project(ONE) + more).replace("api: atlas", "api: ops-manager")
    door.closed["discovery"] = Response(200, {}, b"[]")
    assert targets(of=declared).return_value == 0


def test_a_project_that_is_switched_off_is_left_out_with_a_warning(targets, door):
    result = targets(of=state(project(ONE, enabled="false"), project(TWO)))
    assert (result.return_value, shown(result.stdout)) == (0, ["two"])
    assert "d.yaml:8:9: warning: not-enabled: one has no targets" in result.stderr
    assert len(door.asked) == 1


def test_a_tombstone_is_not_asked(targets):
    gone = f"  - id: {ONE}\n    integrations:\n      - {{type: PROMETHEUS, ensure: absent}}\n"
    result = targets(of=state(gone, project(TWO)))
    assert (result.return_value, result.stderr) == (0, "")
    assert shown(result.stdout) == ["two"]


def test_what_discovery_takes_must_be_declared(targets, door):
    result = targets(of=state(project(ONE, password=False), project(TWO, username="'a:b'")))
    assert (result.return_value, result.stdout) == (3, "[]\n")
    assert "d.yaml:8:9: no-password: " in result.stderr
    assert "d.yaml:17:9: bad-username: " in result.stderr
    assert door.asked == []


def test_a_new_state_of_the_simulator_has_every_declared_project(run, targets, monkeypatch):
    result = targets("--simulate", "new.db", "--project", "one")
    assert result.return_value == 1
    monkeypatch.setenv("NOT_NEEDED", "00000000-1111-2222-3333-444444444444")
    planned = run("plan", "d.yaml", "--simulate", "new.db", simulate=False)
    assert planned.return_value == 0
    assert "4 to create" in planned.stdout


# -- What goes wrong on the way --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response(401, {}), "bad-credentials"),
        (Response(404, {}), "not-found"),
        (Response(302, {"Location": "http://127.0.0.1:1"}), "redirect"),
        (Response(200, {}, b'{"results": []}'), "bad-answer"),
    ],
)
def test_a_project_that_fails_keeps_its_targets_and_the_others_are_fresh(
    targets, door, tmp_path, answer, code
):
    file = tmp_path / "t.json"
    old = f'[{{"targets": ["old-%s:1"], "labels": {{"group_id": "{ONE}"}}}}]'
    file.write_text(old % "one")
    door.closed[ONE] = answer
    result = targets("--output", "t.json")
    assert (result.return_value, result.stdout) == (1, "")
    assert sorted(shown(file.read_text())) == ["old-one:1", "two"]
    assert f"d.yaml:4:5: {code}: reading the targets of project one: " in result.stderr
    assert "warning: targets-kept: t.json keeps the targets that it had of one: 1" in result.stderr


def test_a_server_that_is_away_leaves_the_file_as_it_is(targets, door, tmp_path, key):
    assert targets("--output", "t.json").return_value == 0
    before = (tmp_path / "t.json").stat()
    door.closed["/groups"] = Response(401, {})
    for declared in (None, state(project(ONE, by="name"))):
        result = targets("--output", "t.json", of=declared)
        assert result.return_value == 1
        assert "t.json is left as it is" in result.stderr
        assert (tmp_path / "t.json").stat() == before


def test_a_wrong_desired_state_leaves_the_file_as_it_is(targets, tmp_path):
    assert targets("--output", "t.json").return_value == 0
    before = (tmp_path / "t.json").stat()
    result = targets("--output", "t.json", of=state(project(ONE)).replace("enabled", "enbaled"))
    assert result.return_value == 3
    assert "unknown-setting" in result.stderr
    assert (tmp_path / "t.json").stat() == before


def test_an_answer_without_targets_is_taken_and_told(targets, door):
    door.closed[ONE] = Response(200, {}, b"[]")
    result = targets()
    assert (result.return_value, shown(result.stdout)) == (0, ["two"])
    assert "d.yaml:4:5: warning: no-targets: discovery shows no targets of one" in result.stderr


def test_a_trace_tells_paths_and_statuses_alone(targets):
    result = targets("--verbose", "--scheme", "private")
    lines = result.stderr.splitlines()
    assert sorted(line.split()[1] for line in lines) == [
        f"/prometheus/v1.0/groups/{id_}/discovery" for id_ in NAMES
    ]
    assert {line.split()[2] for line in lines} == {"200"}


def test_too_long_a_wait_ends_the_run_and_loses_nothing(targets, door, tmp_path):
    assert targets("--output", "t.json").return_value == 0
    door.closed["discovery"] = Response(429, {"Retry-After": "301"})
    result = targets("--output", "t.json")
    assert result.return_value == 1
    assert "rate-limited: reading the targets of the projects: the API asks to wait 301" in (
        result.stderr
    )
    assert shown((tmp_path / "t.json").read_text()) == ["one", "two"]


def test_a_file_that_cannot_be_written_is_told_before_anything_is_asked(run, targets, door):
    result = targets("--output", "no-such-folder/t.json")
    assert "cannot be written" in str(result.exception)
    assert door.asked == []


# -- Watching --------------------------------------------------------------------------------------


@contextmanager
def watching(folder, url):
    """Watch, in a process of its own; gives the process, whose stderr tells what happens."""
    command = [sys.executable, "-m", "reconciler", "targets", "d.yaml", "--base-url", url]
    passwords = {f"PASSWORD_{NAMES[id_].upper()}": PASSWORDS[id_] for id_ in NAMES}
    with subprocess.Popen(
        [*command, "--output", "t.json", "--watch", "0.05"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **passwords},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        guard = threading.Timer(PATIENCE, process.kill)
        guard.start()
        try:
            yield process
        finally:
            guard.cancel()
            process.kill()


def wait_for(process, words):
    """Read what the process tells until it tells that."""
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"it ended without telling {words}")


def test_a_watch_outlives_failures_tells_them_and_keeps_what_it_has(door, tmp_path, poll):
    (tmp_path / "d.yaml").write_text(state(project(ONE), project(TWO)))
    file = tmp_path / "t.json"
    door.closed[TWO] = Response(401, {})
    with watching(tmp_path, door.url) as process:
        wait_for(process, "t.json keeps the targets that it had of two: 0")
        assert shown(file.read_text()) == ["one"]

        door.closed = {}
        poll(lambda: shown(file.read_text()) == ["one", "two"])

        door.closed = {"discovery": Response(401, {})}
        wait_for(process, "t.json is left as it is")
        assert shown(file.read_text()) == ["one", "two"]

        door.closed = {}
        (tmp_path / "d.yaml").write_text("version: 1\napi: atlas\nprojects: []\n")
        wait_for(process, "no-prometheus")
        (tmp_path / "d.yaml").write_text("nonsense")
        wait_for(process, "d.yaml:1:1: ")
        assert shown(file.read_text()) == ["one", "two"]

        (tmp_path / "d.yaml").write_text(state(project(TWO)))
        poll(lambda: shown(file.read_text()) == ["two"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 143


def test_a_watch_warns_once_and_repeats_errors(door, tmp_path):
    (tmp_path / "d.yaml").write_text(state(project(ONE), project(TWO, enabled="false")))
    door.closed["discovery"] = Response(401, {})
    with watching(tmp_path, door.url) as process:
        lines = [process.stderr.readline() for _ in range(12)]
    assert sum("not-enabled" in line for line in lines) == 1
    assert sum("targets-kept" in line for line in lines) == 1
    assert sum("bad-credentials" in line for line in lines) >= 3


def test_a_watch_does_not_pile_up_what_each_look_has_loaded(targets, door):
    handle = door.service.handle

    def interrupt(request):
        if len(door.asked) == 6:
            os.kill(os.getpid(), signal.SIGTERM)
        return handle(request)

    door.service.handle = interrupt
    assert targets("--output", "t.json", "--watch", "0.01").return_value == 143
    assert gc.get_freeze_count() == 0


def test_a_watch_of_a_wrong_desired_state_ends_at_once(door, tmp_path):
    (tmp_path / "d.yaml").write_text("version: 1\napi: atlas\nprojects: []\n")
    with watching(tmp_path, door.url) as process:
        assert process.wait(PATIENCE) == 3


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_an_answer_is_awaited_ends_it_and_keeps_the_file(
    door, tmp_path, number, code
):
    (tmp_path / "d.yaml").write_text(state(project(ONE), project(TWO)))
    (tmp_path / "t.json").write_text(
        f'[{{"targets": ["old-one:1"], "labels": {{"group_id": "{ONE}"}}}}]'
    )
    reached, opened = threading.Event(), threading.Event()
    answer = door.service.handle

    def hold(request):
        if ONE in request.path:
            reached.set()
            opened.wait(PATIENCE)
        return answer(request)

    door.service.handle = hold
    with watching(tmp_path, door.url) as process:
        assert reached.wait(PATIENCE)
        process.send_signal(number)
        assert process.wait(PATIENCE) == code
        opened.set()
    assert "old-one" in (tmp_path / "t.json").read_text()
    assert not list(tmp_path.glob(".t.json.*"))
