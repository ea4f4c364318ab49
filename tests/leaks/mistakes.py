"""A secret where none belongs: in the files, in values that are no good, and in options."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from reconciler import catalogue
from tests.leaks.canaries import DIALECTS
from tests.leaks.case import Case
from tests.leaks.roads import RECEIPTS, SIMULATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.leaks.world import Planted, World

HEAD = "version: 1\napi: atlas\nprojects:\n  - name: payments\n    integrations:\n"
SPOTS = {
    "scalar": "CANARY",
    "list": "- CANARY\n- CANARY",
    "unclosed quote": 'api: "CANARY',
    "unclosed list": "api: [CANARY",
    "unclosed mapping": "api: {CANARY: x",
    "two colons": "api: x: CANARY",
    "key with two colons": "CANARY: x: y",
    "tab": "api:\n\t- CANARY",
    "directive": "%CANARY\n---\napi: atlas",
    "version of YAML": "%YAML CANARY\n---\napi: atlas",
    "tag": "api: !CANARY atlas",
    "local tag": "api: !<tag:CANARY> atlas",
    "tag of a mapping": "!CANARY\nversion: 1",
    "handle of a tag": "api: !CANARY!x atlas",
    "anchor": "api: &CANARY atlas",
    "anchor twice": "api: &CANARY atlas\nversion: &CANARY 1",
    "alias of nothing": "api: *CANARY",
    "merge of a text": "<<: CANARY\nversion: 1",
    "merge of nothing": "<<: *CANARY",
    "reserved sign": "api: @CANARY",
    "backtick": "api: `CANARY",
    "bad escape": 'api: "\\CANARY"',
    "bad escape after it": 'api: "CANARY\\q"',
    "bad indent": "api: atlas\n   CANARY: x\n  y: z",
    "no key": "api: atlas\nCANARY",
    "complex key": "? [CANARY]\n: x",
    "mapping as a key": "{CANARY: x}: y",
    "key twice": "CANARY: 1\nCANARY: 2",
    "two documents": "api: atlas\n--- CANARY",
    "comment": "api: 7 # CANARY",
    "NUL": "api: CANARY\0",
    "bell": "api: CANARY\a",
    "bidi": "api: CANARY\u202e",
    "block": "api: |x\n  CANARY",
    "nesting": "[" * 40 + "CANARY",
    "version": "version: CANARY",
    "api": "version: 1\napi: CANARY\nprojects: []",
    "prune": "version: 1\napi: atlas\nprune: CANARY\nprojects: []",
    "projects": "version: 1\napi: atlas\nprojects: CANARY",
    "projects as a mapping": "version: 1\napi: atlas\nprojects: {CANARY: x}",
    "key of the file": "version: 1\napi: atlas\nprojects: []\nCANARY: x",
    "value of an unknown key": "version: 1\napi: atlas\nprojects: []\ntoken: CANARY",
    "project": "version: 1\napi: atlas\nprojects: [CANARY]",
    "id": "version: 1\napi: atlas\nprojects: [{id: CANARY, integrations: []}]",
    "key of a project": HEAD + "      []\n    CANARY: x",
    "integrations": "version: 1\napi: atlas\nprojects: [{name: p, integrations: CANARY}]",
    "integration": HEAD + "      - CANARY",
    "type": HEAD + "      - type: CANARY",
    "type as a list": HEAD + "      - type: [CANARY]",
    "ensure": HEAD + "      - {type: SLACK, ensure: CANARY}",
    "region": HEAD + "      - {type: OPS_GENIE, apiKey: {env: E}, region: CANARY}",
    "region as a mapping": HEAD
    + "      - {type: OPS_GENIE, apiKey: {env: E}, region: {env: CANARY}}",
    "switch": HEAD + "      - {type: DATADOG, apiKey: {env: E}, sendDatabaseMetrics: CANARY}",
    "text as a list": HEAD + "      - {type: SLACK, apiToken: {env: E}, channelName: [CANARY]}",
    "key of a setting": HEAD + "      - {type: SLACK, CANARY: x}",
    "value of an unknown setting": HEAD + "      - {type: SLACK, aipToken: CANARY}",
    "setting of another type": HEAD + "      - {type: SLACK, apiToken: {env: E}, secret: CANARY}",
    "secret in a tombstone": HEAD + "      - {type: SLACK, ensure: absent, apiToken: CANARY}",
    "secret as a list": HEAD + "      - {type: SLACK, apiToken: [CANARY]}",
    "secret as a value": HEAD + "      - {type: SLACK, apiToken: {value: CANARY}}",
    "secret as a source": HEAD + "      - {type: SLACK, apiToken: {CANARY: x}}",
    "secret beside a source": HEAD + "      - {type: SLACK, apiToken: {env: E, plain: CANARY}}",
    "secret as two sources": HEAD + "      - {type: SLACK, apiToken: {env: E, file: CANARY}}",
    "secret in a list": HEAD + "      - {type: SLACK, apiToken: {env: [CANARY]}}",
    "secret in a mapping": HEAD + "      - {type: SLACK, apiToken: {env: {CANARY: x}}}",
    "secret with stars": HEAD + "      - {type: SLACK, apiToken: '********CANARY'}",
    "name with a hyphen": HEAD + "      - {type: SLACK, apiToken: {env: CANARY-CANARY}}",
    "vault without a field": HEAD + "      - {type: SLACK, apiToken: {vault: CANARY}}",
    "sops without a pointer": HEAD + "      - {type: SLACK, apiToken: {sops: CANARY}}",
    "op without a scheme": HEAD + "      - {type: SLACK, apiToken: {op: CANARY}}",
    "keyring without a user": HEAD + "      - {type: SLACK, apiToken: {keyring: CANARY}}",
    "gcp-sm without a project": HEAD + "      - {type: SLACK, apiToken: {gcp-sm: CANARY}}",
    "azure-kv without a name": HEAD + "      - {type: SLACK, apiToken: {azure-kv: CANARY}}",
    "address without a scheme": HEAD + "      - {type: WEBHOOK, url: CANARY}",
    "address of another scheme": HEAD
    + "      - {type: WEBHOOK, url: 'ftp://h.example.com/CANARY'}",
    "address with a user": HEAD + "      - {type: WEBHOOK, url: 'https://u:CANARY@h.example.com'}",
    "address with a bad port": HEAD + "      - {type: WEBHOOK, url: 'https://h:CANARY/x'}",
    "address that is none": HEAD + "      - {type: WEBHOOK, url: 'https://[CANARY/x'}",
    "address with stars": HEAD + "      - {type: WEBHOOK, url: 'https://h.example.com/***CANARY'}",
    "address with a line": HEAD + '      - {type: WEBHOOK, url: "https://h.example.com/\\nCANARY"}',
    "address as a number": HEAD + "      - {type: WEBHOOK, url: [CANARY]}",
    "address, insecure": HEAD + "      - {type: WEBHOOK, url: 'http://h.example.com/CANARY'}",
    "template as a list": HEAD + "      - {type: WEBHOOK, url: {env: E}, bodyTemplate: [CANARY]}",
}
"""Documents of YAML in which a secret stands where it should not."""

POLICIES = {
    "key": "version: 1\nsecrets: []\nCANARY: x",
    "value": "version: 1\nsecrets: CANARY",
    "rule": "version: 1\nsecrets: [CANARY]",
    "key of a rule": "version: 1\nsecrets: [{projects: [x], CANARY: [x]}]",
    "projects": "version: 1\nsecrets: [{projects: CANARY}]",
    "project": "version: 1\nsecrets: [{projects: [[CANARY]]}]",
    "names": "version: 1\nsecrets: [{projects: [x], env: CANARY}]",
    "hosts": "version: 1\nsecrets: []\nwebhookHosts: CANARY",
    "host with a user": "version: 1\nsecrets: []\nwebhookHosts: ['u:CANARY@h']",
    "programs": "version: 1\nsecrets: []\nprograms: CANARY",
    "program": "version: 1\nsecrets: []\nprograms: {p: CANARY}",
    "argument": "version: 1\nsecrets: []\nprograms: {p: {argv: [relative, CANARY]}}",
    "environment": "version: 1\nsecrets: []\nprograms: {p: {argv: [/bin/x], environment: CANARY}}",
}

SEEDS = {
    "projects": "{projects: CANARY}",
    "key": "{CANARY: []}",
    "project": "{projects: [CANARY]}",
    "key of a project": "{projects: [{name: p, CANARY: x}]}",
    "id": "{projects: [{id: CANARY}]}",
    "api": "{projects: [{name: p, api: CANARY}]}",
    "integration": "{projects: [{name: p, integrations: [CANARY]}]}",
    "type twice": "{projects: [{name: p, integrations: [{type: CANARY}, {type: CANARY}]}]}",
    "number": "{projects: [{name: p, integrations: [{type: SLACK, apiToken: [CANARY]}]}]}",
    "date": "{projects: [{name: p, integrations: [{type: X, CANARY: 2020-01-01}]}]}",
    "key of an alert": "{projects: [{name: p, alertConfigs: [{CANARY: x}]}]}",
    "alerts": "{projects: [{name: p, alertConfigs: CANARY}]}",
    "tags": "{projects: [{name: p, tags: CANARY}]}",
    "clusters": "{projects: [{name: p, clusters: [{CANARY: x}]}]}",
}

VALUES = {
    "a space before it": " CANARY",
    "a line end": "CANARY\nCANARY",
    "a control sign": "CANARY\x07",
    "a tab": "CANARY\tx",
    "stars": "***CANARY",
    "an invisible sign": "CANARY\u200b",
    "another form": "CANARY",
    "a byte that is no text": "CANARY\udcff",
    "an address with a user": "https://u:CANARY@h.example.com/x",
    "an address of this machine": "https://127.0.0.1/CANARY",
    "an insecure address": "http://h.example.com/CANARY",
    "a placeholder": "${CANARY}",
}

OPTIONS = {
    "receipts key": ("--receipts", "r.json", "--receipts-key", "CANARY"),
    "base URL with a user": ("--base-url", "https://u:CANARY@h.example.com"),
    "base URL with a path": ("--base-url", "https://h.example.com/CANARY"),
    "base URL without a scheme": ("--base-url", "CANARY"),
    "proxy without a scheme": ("--proxy", "u:CANARY@127.0.0.1:9"),
    "proxy": ("--proxy", "http://u:CANARY@127.0.0.1:9"),
    "proxy with a bad port": ("--proxy", "http://h:CANARY"),
    "proxy that is none": ("--proxy", "http://[CANARY"),
    "proxy of another kind": ("--proxy", "socks5://u:CANARY@h"),
}

PROXIES = (
    "http://u:CANARY@127.0.0.1:9",
    "http://CANARY@127.0.0.1:9",
    "u:CANARY@127.0.0.1:9",
    "http://u:x@h:CANARY",
    "http://[CANARY",
    "socks5://u:CANARY@h",
)
"""What may be in the variable for it."""

FILES = {
    "text": "CANARY",
    "JSON text": '"CANARY"',
    "unclosed": '{"CANARY": "CANARY',
    "digest": '{"format": "reconciler/1", "digest": "CANARY", "changes": [{"CANARY": 1}]}',
    "changes": '{"format": "reconciler/1", "digest": "sha256:0", "changes": ["CANARY"]}',
    "project": '{"digest": "sha256:0", "changes": [{"project": "CANARY", "type": ["CANARY"]}]}',
    "journal": '{"journal": 1, "CANARY": "CANARY"}\n{"run": "CANARY"}',
    "receipts": '{"format": "reconciler-receipts/1", "receipts": [{"CANARY": "CANARY"}]}',
    "receipt": '{"receipts": [{"project": "x", "type": "CANARY", "setting": "CANARY"}]}',
}
"""What may stand in the place of a plan, or of receipts."""


def cases(planted: Planted) -> Iterator[Case]:
    """Give them all."""
    for name, text in SPOTS.items():
        yield Case(f"desired state, {name}", partial(_desired, text=text))
    for api in DIALECTS:
        for type_, kind in catalogue.kinds(api).items():
            for setting in (one.name for one in kind.fields.values() if one.sensitive):
                name = f"literal {setting} of {type_}, {api}"
                yield Case(name, partial(_literal, type_=type_, setting=setting), api)
    for name, text in {**SPOTS, **POLICIES}.items():
        yield Case(f"policy, {name}", partial(_policy, text=text))
    for name, text in {**SPOTS, **SEEDS}.items():
        yield Case(f"seed, {name}", partial(_seed, text=text))
    for name, text in VALUES.items():
        yield Case(f"value with {name}", partial(_value, text=text))
    yield from _of_options()
    for name, text in FILES.items():
        yield Case(f"plan and receipts, {name}", partial(_file, text=text))


def _of_options() -> Iterator[Case]:
    for name, words in OPTIONS.items():
        yield Case(f"option, {name}", partial(_option, words=words))
    for text in PROXIES:
        yield Case(f"proxy of the environment, {text}", partial(_proxy, text=text))


def _canary(world: World) -> str:
    return world.planted.canaries.values["misplaced"]


def _desired(world: World, text: str) -> None:
    file = world.write("d.yaml", text.replace("CANARY", _canary(world)))
    world.run("validate", "d.yaml")
    world.run("plan", "d.yaml", *SIMULATE, "--format", "json", "--secrets", "none")
    raw = file.read_bytes()
    file.write_bytes(raw.replace(_canary(world).encode(), _canary(world).encode() + b"\xff"))
    world.run("validate", "d.yaml")


def _literal(world: World, type_: str, setting: str) -> None:
    document = json.loads(world.planted.desired[world.api])
    for one in document["projects"][0]["integrations"]:
        if one["type"] == type_:
            one[setting] = _canary(world)
    world.write("d.yaml", json.dumps(document))
    world.run("validate", "d.yaml")


def _policy(world: World, text: str) -> None:
    world.write("p.yaml", text.replace("CANARY", _canary(world)))
    world.run("validate", "d.yaml", "--policy", "p.yaml")


def _seed(world: World, text: str) -> None:
    world.write("bad.seed.json", text.replace("CANARY", _canary(world)))
    world.run("drift", "d.yaml", "--simulate", "state.db", "--seed", "bad.seed.json")


def _value(world: World, text: str) -> None:
    value = text.replace("CANARY", _canary(world))
    names = [name for name in world.planted.environment if name.startswith("ATLAS_")]
    world.run("plan", "d.yaml", *SIMULATE, **dict.fromkeys(names, value))
    raw = value.encode("utf-8", "surrogateescape")
    (world.work / "secrets" / "it").write_bytes(raw)
    source = "{file: secrets/it}"
    world.write("f.yaml", f"{HEAD}      - {{type: WEBHOOK, url: {source}, secret: {source}}}\n")
    world.run("drift", "f.yaml", *SIMULATE, "--format", "json")


def _option(world: World, words: tuple[str, ...]) -> None:
    given = [word.replace("CANARY", _canary(world)) for word in words]
    world.run("drift", "d.yaml", "--timeout", "1", *given)


def _proxy(world: World, text: str) -> None:
    proxy = text.replace("CANARY", _canary(world))
    for line in (("drift", "d.yaml", "--verbose"), ("export",), ("plan", "--help")):
        world.run(*line, "--timeout", "1", RECONCILER_PROXY=proxy)


def _file(world: World, text: str) -> None:
    world.write("plan.db", text.replace("CANARY", _canary(world)))
    world.run("apply", "d.yaml", "--plan", "plan.db", *SIMULATE)
    world.write("receipts.db", text.replace("CANARY", _canary(world)))
    world.write("journal.db", text.replace("CANARY", _canary(world)) + "\n")
    world.run("journal", "show", "journal.db", "--format", "json")
    world.run("apply", "d.yaml", "--yes", "--journal", "journal.db", *SIMULATE)
    for verb in ("verify", "prune"):
        world.run("receipts", verb, "d.yaml", *SIMULATE, "--receipts", "receipts.db", *RECEIPTS[2:])
