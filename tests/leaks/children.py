"""Programs that the command starts, and the command as a program: what each is given, and says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from requests.auth import HTTPDigestAuth

from tests.leaks.case import Case
from tests.leaks.mistakes import HEAD
from tests.leaks.roads import SIMULATE, allowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.leaks.world import Planted, World

PROGRAM = """#!/bin/sh
{{ echo "$0" "$@"; env | grep -v -E '^({own})='; }} >> {log}
cat > /dev/null
{act}
"""
"""Notes its command line and variables; those with which it signs in are its own."""

SOURCES = {
    "op": ("{op: 'op://Vault/Item/field'}", "OP_SERVICE_ACCOUNT_TOKEN"),
    "sops": (
        "{sops: 'secrets/it.json#/key'}",
        "SOPS_AGE_KEY|AWS_SECRET_ACCESS_KEY|AZURE_CLIENT_SECRET",
    ),
    "exec": ("{exec: 'give#it'}", "NONE"),
    "keyring": ("{keyring: service/user}", "NONE"),
    "vault": ("{vault: 'kv/it#key'}", "NONE"),
}
ANSWERS = {
    "op": '{"fields": [{"id": "field", "label": "field", "value": "CANARY"}]}',
    "sops": '{"key": "CANARY"}',
    "exec": '{"value": "CANARY"}',
}
ACTS = {
    "gives it": "cat {answer}",
    "gives half of it": "head -c -4 {answer}",
    "gives it as a key": 'echo {{"CANARY": "CANARY"}}',
    "gives text": "echo CANARY",
    "gives a list": 'echo \'["CANARY", {{"value": ["CANARY"]}}]\'',
    "says it on stderr": "echo 'error: CANARY' >&2; exit 1",
    "says it on stderr and gives it": "echo CANARY >&2; cat {answer}",
    "says not found": 'echo "CANARY isn\'t an item" >&2; exit 1',
    "says sign in": "echo 'not signed in CANARY' >&2; exit 128",
    "gives no text": "printf '\\377CANARY'",
    "is killed": "echo CANARY; kill -9 $$",
}
POLICY = """
version: 1
secrets: [{projects: ["*"], env: ["*"], exec: ["*"], op: ["*"], sops: ["*"],
  vault: ["*"], keyring: ["*"], file: ["*"]}]
programs: {give: {argv: [WORK/bin/give], environment: [LANG]}}
"""


def cases(planted: Planted) -> Iterator[Case]:
    """Give them all."""
    for source in ANSWERS:
        for name, act in ACTS.items():
            yield Case(f"{source} {name}", partial(refer, source=source, act=act))
    for source in SOURCES.keys() - ANSWERS.keys():
        yield Case(f"{source} is not there", partial(refer, source=source, act="exit 1"))
    yield Case("crash of a simulator's file", _damaged)
    yield Case("reports that nothing takes", _unwritable)
    yield Case("processes of their own", _processes)
    yield Case("simulate", _simulate)


def refer(world: World, source: str, act: str) -> None:
    canary = world.planted.canaries.values["given by a program"]
    reference, own = SOURCES[source]
    answer = world.write("secrets/answer", ANSWERS.get(source, "").replace("CANARY", canary))
    done = act.format(answer=answer).replace("CANARY", canary)
    log = world.work / "started"
    for name in ("op", "sops", "give"):
        file = world.write(f"bin/{name}", PROGRAM.format(own=own, log=log, act=done))
        file.chmod(0o755)
    world.write("secrets/it.json", json.dumps({"key": "ENC[]", "sops": {"lastmodified": "x"}}))
    world.write("p.yaml", POLICY.replace("WORK", str(world.work)))
    world.write("d.yaml", f"{HEAD}      - {{type: OPS_GENIE, apiKey: {reference}}}\n")
    more = {"VAULT_ADDR": "http://127.0.0.1:9", "VAULT_MAX_RETRIES": "0"}
    world.run("validate", "d.yaml", "--policy", "p.yaml", **more)
    form = ("--format", "json") if len(act) % 2 else ()
    world.run("plan", "d.yaml", "--policy", "p.yaml", *SIMULATE[:2], *form, **more)


def _damaged(world: World) -> None:
    canary = world.planted.canaries.values["misplaced"]
    world.write("state.db", f"SQLite format 3\0{canary}" * 500)
    world.run("plan", "d.yaml", "--simulate", "state.db")
    world.run("export", "--simulate", "state.db")


def _unwritable(world: World) -> None:
    for line in (("plan", "d.yaml"), ("drift", "d.yaml", "--format", "json"), ("export",)):
        full = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 - the stream closes it
        world.run(*line, *SIMULATE, stdout=full)
    long = "x" * 300
    for option in ("--output", "--out"):
        world.run("plan", "d.yaml", *SIMULATE, option, f"nowhere/{long}")
        world.run("plan", "d.yaml", *SIMULATE, option, long)
    world.run("apply", "d.yaml", "--yes", *SIMULATE, "--output", long, *allowed("atlas"))


def _start(world: World, *arguments: str) -> subprocess.Popen[bytes]:
    known = {"PATH": os.environ["PATH"], "HOME": str(world.root / "home")}
    known |= {"TMPDIR": str(world.root / "tmp"), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=world.work,
        env=world.planted.environment | known,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _end(world: World, process: subprocess.Popen[bytes]) -> None:
    out, err = process.communicate(timeout=60)
    world.codes.append(process.returncode)
    world.sinks[f"{len(world.codes)} stdout"] = out
    world.sinks[f"{len(world.codes)} stderr"] = err


def _processes(world: World) -> None:
    """Run what only a process of its own shows: the last word of all, and no core."""
    _end(world, _start(world, "apply", "d.yaml", "--yes", *SIMULATE, *allowed("atlas")))
    _end(world, _start(world, "plan", "d.yaml", *SIMULATE, "--out", "x" * 300))
    _end(world, _start(world, "drift", "d.yaml", "--verbose", "--format", "json", *SIMULATE))


def _simulate(world: World) -> None:
    """Serve, be asked with good keys and bad ones, and be ended."""
    canary = world.planted.canaries.values["misplaced"]
    given = ("--port", "0", "--state", "state.db", "--seed", "live.seed.json")
    for number in (signal.SIGINT, signal.SIGTERM):
        server = _start(world, "simulate", *given)
        url = server.stderr.readline().decode().split()[-1]
        private = world.planted.environment["MONGODB_ATLAS_PRIVATE_API_KEY"]
        for key in (private, canary):
            with requests.Session() as session:
                session.trust_env = False
                session.auth = HTTPDigestAuth("public", key)
                for path in ("integrations/SLACK", canary, f"integrations/SLACK?token={canary}"):
                    for method in ("GET", "PUT", canary):
                        place = f"{url}/api/atlas/v2/groups/5d791c84ff7a2522cc4f9aa1/{path}"
                        session.request(method, place, data=f'{{"x": "{canary}"', timeout=20)
        server.send_signal(number)
        _end(world, server)
    for bad in (("--switch", canary), ("--refuse", canary), ("--seed", "d.yaml")):
        _end(world, _start(world, "simulate", "--port", "0", "--state", "new.db", *bad))
