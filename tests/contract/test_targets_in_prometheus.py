"""A real Prometheus, set up as the README says, reads the file and follows it."""

import json
import re
import shutil
import subprocess
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import yaml

pytestmark = pytest.mark.skipif(
    not shutil.which("prometheus"), reason="there is no prometheus on this machine"
)
ANALYTICS, SEARCH = "64b0f1c2a3d4e5f607182933", "5d791c84ff7a2522cc4f9aa2"
PASSWORD = "correct-horse-battery"
PATIENCE = 60
STATE = "version: 1\napi: atlas\nprojects:\n" + "".join(
    f"""  - id: {id_}
    integrations:
      - type: PROMETHEUS
        username: prom
        password: {{env: PROM_PASSWORD}}
        enabled: true
        serviceDiscovery: http
"""
    for id_ in (ANALYTICS, SEARCH)
)


def seed(*hosts):
    """Let the projects have what is declared, and the first of them these hosts."""
    integration = {
        "type": "PROMETHEUS",
        "username": "prom",
        "password": PASSWORD,
        "enabled": True,
        "serviceDiscovery": "http",
    }
    projects = [
        {
            "id": id_,
            "name": name,
            "integrations": [integration],
            "clusters": [{"name": "Cluster0", "hosts": hosts}],
        }
        for id_, name, hosts in (
            (ANALYTICS, "analytics-prod", hosts),
            (SEARCH, "search-ü", ["db.example.org:27018"]),
        )
    ]
    return json.dumps({"projects": projects})


@pytest.fixture
def targets(run, tmp_path, monkeypatch):
    """Write the file for what the projects have; gives its path."""
    monkeypatch.setenv("PROM_PASSWORD", PASSWORD)
    (tmp_path / "d.yaml").write_text(STATE)

    def write(*hosts):
        (tmp_path / "seed.json").write_text(seed(*hosts))
        (tmp_path / "state.db").unlink(missing_ok=True)
        result = run("targets", "d.yaml", "--seed", "seed.json", "--output", "t.json")
        assert (result.return_value, result.output) == (0, "")
        return tmp_path / "t.json"

    return write


def configuration(pytestconfig, file):
    """Take the README's example; only its paths are others, and what it scrapes goes nowhere."""
    document = yaml.safe_load(
        (pytestconfig.rootpath / "examples/prometheus/prometheus.yml").read_text()
    )
    (job,) = document["scrape_configs"]
    password = file.with_name("password")
    password.write_text(PASSWORD)
    job["basic_auth"]["password_file"] = str(password)
    job["file_sd_configs"] = [{"files": [str(file)]}]
    job["proxy_url"] = "http://127.0.0.1:9"
    return yaml.safe_dump(document)


@pytest.fixture
def prometheus(pytestconfig, tmp_path, poll):
    """Start a Prometheus on a port of its own choice, until the test ends; gives its address."""
    started = []

    def start(file):
        config, log = tmp_path / "prometheus.yml", tmp_path / "log"
        config.write_text(configuration(pytestconfig, file))
        command = [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={tmp_path / 'data'}",
            "--web.listen-address=127.0.0.1:0",
        ]
        with log.open("w") as stream:
            started.append(subprocess.Popen(command, stderr=stream))
        return poll(lambda: re.search(r'"Listening on" address=(\S+)', log.read_text()))[1]

    yield start
    for process in started:
        process.terminate()
        process.wait(PATIENCE)


def look(address):
    """Give the labels of the targets that are scraped, and of those that another job is for."""
    try:
        with urlopen(f"http://{address}/api/v1/targets", timeout=PATIENCE) as answer:
            data = json.load(answer)["data"]
    except HTTPError:  # it listens before it is ready, and says so with 503
        return [], []
    return (
        [target["labels"] for target in data["activeTargets"]],
        [target["discoveredLabels"] for target in data["droppedTargets"]],
    )


def test_prometheus_shows_the_targets_of_the_file_and_follows_it(prometheus, targets, poll):
    address = prometheus(targets("a.example.net:27018", "b.example.net:27018"))

    def shown(*hosts):
        seen, others = look(address)
        return {labels["instance"] for labels in seen} == set(hosts) and (seen, others)

    seen, others = poll(lambda: shown("a.example.net:27018", "b.example.net:27018"))
    assert {labels["group_id"] for labels in seen} == {ANALYTICS}
    assert {labels["cl_name"] for labels in seen} == {"Cluster0"}
    assert [(other["__address__"], other["group_name"]) for other in others] == [
        ("db.example.org:27018", "search-ü")
    ]

    targets("b.example.net:27018", "c.example.net:27018")
    poll(lambda: shown("b.example.net:27018", "c.example.net:27018"))
