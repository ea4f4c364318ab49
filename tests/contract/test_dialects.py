"""The road in each dialect, until nothing is left to do; in process and over a socket."""

from __future__ import annotations

import pytest

from reconciler import catalogue

PROJECT = ("5d791c84ff7a2522cc4f9aa1", "payments")
DIALECTS = ("atlas", "atlas-v1", "cloud-manager", "ops-manager")
HEX = "0123456789abcdef0123456789abcdef"
UUID = "11111111-2222-3333-4444-555555556666"
SETTINGS = {
    "PAGER_DUTY": {"serviceKey": "{env: HEX}"},
    "SLACK": {"apiToken": "{env: UUID}", "channelName": "alerts", "teamName": "ops"},
    "DATADOG": {"apiKey": "{env: HEX}", "region": "EU"},
    "NEW_RELIC": dict.fromkeys(
        ("accountId", "licenseKey", "readToken", "writeToken"), "{env: HEX}"
    ),
    "OPS_GENIE": {"apiKey": "{env: UUID}", "region": "EU"},
    "VICTOR_OPS": {"apiKey": "{env: UUID}", "routingKey": "ops"},
    "WEBHOOK": {"url": "https://hooks.example.com/a/b?c=d", "secret": "{env: UUID}"},
    "MICROSOFT_TEAMS": {"microsoftTeamsWebhookUrl": "{env: URL}"},
    "HIP_CHAT": {"notificationToken": "{env: UUID}", "roomName": "ops"},
    "FLOWDOCK": {"apiToken": "{env: UUID}", "orgName": "o", "flowName": "f"},
    "PROMETHEUS": {
        "username": "prom",
        "password": "{env: UUID}",
        "enabled": "true",
        "serviceDiscovery": "http",
        "scheme": "https",
        "listenAddress": "':9216'",
        "tlsPemPath": "/etc/tls.pem",
        "tlsPemPassword": "{env: UUID}",
    },
}
"""Of each type, the settings of every dialect."""


def desired(dialect, types=(), absent=()):
    """Declare integrations of these types, with what the dialect offers of their settings."""
    lines = ["version: 1", f"api: {dialect}", "projects:"]
    lines += [f"  - id: {PROJECT[0]}", f"    name: {PROJECT[1]}", "    integrations:"]
    for type_ in types:
        fields = catalogue.kinds(dialect)[type_].fields
        lines.append(f"      - type: {type_}")
        lines += [f"        {k}: {v}" for k, v in SETTINGS[type_].items() if k in fields]
    lines += [f"      - {{type: {type_}, ensure: absent}}" for type_ in absent]
    return "\n".join(lines) + "\n"


def offered(dialect):
    """Name the types that can be made: HIP_CHAT is listed for Atlas, and refused there."""
    atlas = dialect.startswith("atlas")
    return [type_ for type_ in catalogue.kinds(dialect) if not (atlas and type_ == "HIP_CHAT")]


@pytest.fixture
def environ(monkeypatch):
    for name, value in {"HEX": HEX, "UUID": UUID, "URL": "https://teams.example.com/h/1"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["in process", "over a socket"])
def reconciler(request, run, serving, environ, monkeypatch, tmp_path):
    """Give, for a dialect, the command line against a simulator of it."""
    if request.param == "in process":
        return lambda dialect: run

    def connect(dialect):
        url = serving(dialect)
        monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "public")
        monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "private")
        return lambda *arguments: run(*arguments, "--base-url", url, simulate=False)

    return connect


def walk(run, tmp_path, dialect):
    """Make everything that the dialect offers, then take all but one away that alerts."""
    (tmp_path / "desired.yaml").write_text(desired(dialect, offered(dialect)))
    planned = run("plan", "desired.yaml", "--detailed-exitcode")
    assert planned.return_value == 2, planned.output
    assert f"{len(offered(dialect))} to create" in planned.stdout
    applied = run("apply", "desired.yaml", "--yes")
    assert applied.return_value == 0, applied.output
    _nothing_left(run)
    others = [type_ for type_ in offered(dialect) if type_ != "PAGER_DUTY"]
    (tmp_path / "desired.yaml").write_text(desired(dialect, ["PAGER_DUTY"], absent=others))
    deletes = ["--allow-deletes", str(len(others))]
    applied = run("apply", "desired.yaml", "--yes", *deletes)
    assert applied.return_value == 0, applied.output
    _nothing_left(run)


def _nothing_left(run):
    again = run("plan", "desired.yaml", "--detailed-exitcode")
    assert again.return_value == 0, again.output
    for secret in (HEX, UUID):
        assert secret not in again.output


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_road_in_each_dialect(reconciler, tmp_path, dialect):
    walk(reconciler(dialect), tmp_path, dialect)


@pytest.mark.parametrize(
    "switches",
    [
        {"public_masks": "length"},
        {"public_masks": "none"},
        {"ids_before_v2": True},
        {"delete_status": 200},
        {"put_merges": True, "put_inserts": False},
        {"unset_as_null": True},
        {"url_mask_tail": False},
        {"stores_masks": False},
        {"unknown_name_status": 404},
        {"missing_version_status": 400},
        {"masks_new_relic": True, "masks_texts": False},
        {"put_keeps_unseen": True, "retry_after": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_road_whatever_is_not_known_of_the_api(
    run, serving, environ, monkeypatch, tmp_path, dialect, switches
):
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "public")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "private")
    url = serving(dialect, switches=switches)
    walk(lambda *a: run(*a, "--base-url", url, simulate=False), tmp_path, dialect)
