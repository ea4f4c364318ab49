"""Every request of ours is one that MongoDB's OpenAPI document allows, and so is its answer.

Prism stands between the command line and the served simulator, and answers with an error whatever
the document does not allow. It comes from npm; `python -m tests.official` fetches it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from threading import Thread

import pytest
import requests
import yaml

from reconciler import catalogue

PRISM = os.environ.get("PRISM") or shutil.which("prism")
TYPE = "application/vnd.atlas.2023-01-01+json"
CHANGES = {
    "PAGER_DUTY": {"region": "US"},
    "SLACK": {"channelName": "other"},
    "DATADOG": {"region": "EU"},
    "NEW_RELIC": {"readToken": "made-up-other"},
    "OPS_GENIE": {"region": "US"},
    "VICTOR_OPS": {"apiKey": "558e7ebc-other"},
    "WEBHOOK": {"url": "https://hooks.example.com/other"},
    "PROMETHEUS": {"username": "other"},
    "MICROSOFT_TEAMS": {"microsoftTeamsWebhookUrl": "https://teams.example.com/hook/other"},
}

pytestmark = pytest.mark.skipif(not PRISM, reason="Prism is not installed; see CONTRIBUTING")


@pytest.fixture
def proxy(document, url, tmp_path):
    """Give the address of a Prism before the simulator."""
    # A challenge is a request without credentials that is answered: OpenAPI has no words for it.
    described = {name: part for name, part in document.items() if name != "security"}
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(described), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [PRISM, "proxy", path, url, "--errors", "--host", "127.0.0.1", "--port", port]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as prism:
        said = []
        while "is listening" not in (line := prism.stdout.readline()):
            said.append(line)
            assert line, "".join(said)
        drain = Thread(target=prism.stdout.read)  # it would stop when nobody reads
        drain.start()
        yield f"http://127.0.0.1:{port}"
        prism.terminate()
        drain.join()


@pytest.fixture
def reconcile(run, proxy, monkeypatch, tmp_path):
    """Run a command on a desired state, through Prism; gives the exit code and the report."""
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "public")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "made-up")

    def invoke(command, integrations, *options):
        project = {"name": "staging", "integrations": integrations}
        state = {"version": 1, "api": "atlas", "projects": [project]}
        (tmp_path / "desired.yaml").write_text(yaml.safe_dump(state), encoding="utf-8")
        common = ["desired.yaml", "--base-url", proxy, "--format", "json"]
        result = run(command, *common, *options, simulate=False)
        report = json.loads(result.stdout)
        return result.return_value, report, result.stderr

    return invoke


@pytest.fixture
def declare(monkeypatch):
    """Declare integrations, every secret of theirs by a variable that is set here."""

    def declare(type_, settings):
        fields = catalogue.kinds("atlas")[type_].fields
        declared = {"type": type_}
        for name, value in settings.items():
            declared[name] = value
            if fields[name].sensitive:
                monkeypatch.setenv(f"{type_}_{name}", value)
                declared[name] = {"env": f"{type_}_{name}"}
        return declared

    return declare


def test_prism_refuses_what_the_document_does_not_allow(proxy, sample):
    one = f"{proxy}/api/atlas/v2/groups/{sample.names['groupId'][0]}/integrations/PAGER_DUTY"
    body = json.dumps({"type": "PAGER_DUTY", "serviceKey": 7})
    answer = requests.put(one, body, headers={"Accept": TYPE, "Content-Type": TYPE}, timeout=30)
    assert answer.status_code == 422
    assert answer.json()["title"] == "Invalid request"


def test_all_that_the_road_sends_and_gets_is_as_documented(reconcile, declare, sample):
    def road(action, integrations, *options):
        """Apply, and look again: all is done, and nothing is left to do."""
        code, report, said = reconcile("apply", integrations, "--yes", *options)
        assert code == 0, said
        assert [change["action"] for change in report["changes"]] == [action] * 9
        code, _, said = reconcile("plan", integrations, "--detailed-exitcode")
        assert code == 0, said

    types = sample.integrations
    road("create", [declare(name, settings) for name, settings in types.items()])
    changed = [declare(name, settings | CHANGES[name]) for name, settings in types.items()]
    road("update", changed, "--allow-updates", "9")
    gone = [{"type": name, "ensure": "absent"} for name in types]
    road("delete", gone, "--allow-deletes", "9", "--allow-dark", "staging")
