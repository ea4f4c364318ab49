"""A plan made from a copy is the plan made from the original, to its digest, in every dialect."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from reconciler import catalogue, simulator
from reconciler.api.dialects import DIALECTS
from reconciler.simulator import Shown, open_copy, open_service

ID, NAME = "5d791c84ff7a2522cc4f9aa1", "payments"
UUID, HEX = "11111111-2222-3333-4444-555555556666", "0123456789abcdef0123456789abcdef"
URL = "https://hooks.example.com/a/b"
ODD = [
    {"type": "SMOKE_SIGNAL", "hill": "north", "fires": [1, {"wet": None}]},
    {"type": "OPS_GENIE", "apiKey": UUID, "region": "EU", "tomorrow": {"is": "another"}},
]
SWITCHES = [{}, {"public_masks": "length"}, {"public_masks": "none", "unset_as_null": True}]


def value(field):
    """Give a value of a field: a key, a URL, one of its choices, or a word."""
    if field.default is not None:
        return field.default
    if "url" in field.name.lower():
        return URL
    return HEX if field.sensitive else {"enabled": True}.get(field.name, "word")


def seed(dialect):
    """Have every type that the dialect knows, and what it does not."""
    odd = {item["type"] for item in ODD}
    known = [
        {"type": type_, **{field.name: value(field) for field in kind.fields.values()}}
        for type_, kind in catalogue.kinds(dialect).items()
        if type_ not in odd
    ]
    return {"projects": [{"id": ID, "name": NAME, "api": dialect, "integrations": known + ODD}]}


def desired(dialect):
    """Declare OPS_GENIE and WEBHOOK, each of them different; the rest is pruned."""
    return f"""\
version: 1
api: {dialect}
prune: true
projects:
  - id: {ID}
    integrations:
      - {{type: OPS_GENIE, apiKey: {{env: UUID}}, region: US}}
      - {{type: WEBHOOK, url: {URL}/elsewhere, secret: {{env: HEX}}}}
      - {{type: VICTOR_OPS, apiKey: {{env: UUID}}}}
"""


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_whole_report_is_the_same(run, tmp_path, monkeypatch, dialect, switches):
    monkeypatch.setenv("UUID", UUID)
    monkeypatch.setenv("HEX", HEX)
    (tmp_path / "seed.json").write_text(json.dumps(seed(dialect)))
    (tmp_path / "desired.yaml").write_text(desired(dialect))
    command = ["plan", "desired.yaml", "--format", "json", "--allow-deletes", "9"]
    shown = []

    def opened(*arguments, **options):
        options["switches"] = simulator.Switches(**switches)
        service = open_service(*arguments, **options)
        real = service.handle

        def handle(request):
            answer = real(request)
            if request.path.endswith("/integrations") and answer.status == 200:
                shown.append(json.loads(answer.body)["results"])
            return answer

        monkeypatch.setattr(service, "handle", handle)
        return service

    monkeypatch.setattr(simulator, "open_service", opened)
    original = run(*command, "--seed", "seed.json").stdout
    with closing(open_copy([Shown(ID, NAME, shown[-1])], dialect)) as copy:
        monkeypatch.setattr(simulator, "open_service", lambda *_, **__: copy)
        again = run(*command).stdout
    report = json.loads(original)
    assert report["totals"]["update"] + report["totals"]["delete"] > 5
    assert report["digest"]
    assert again == original
