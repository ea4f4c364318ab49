"""The same amount of planning by octoDNS, which does for DNS records what this does for projects.

It plans as many records as there are integrations, in as many zones as there are projects, from one
folder of YAML to another, with as much changed. Both are whole processes that read both sides, and
resolve no secrets: octoDNS has none here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

from tests.bench.child import ROOT, cpu_of
from tests.bench.fleet import PER_PROJECT, Fleet
from tests.bench.row import Row, Skipped, of_pairs

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "1.22.0"
_CONFIG = """\
providers:
  source:
    class: octodns.provider.yaml.YamlProvider
    directory: ./source
  target:
    class: octodns.provider.yaml.YamlProvider
    directory: ./target
zones:
  "*":
    sources: [source]
    targets: [target]
"""


def measure(fleet: Fleet, folder: Path, *, wanted: bool) -> Row | Skipped:
    """Compare the CPU of planning the fleet with that of octoDNS planning as many records."""
    what = f"drift of {fleet.size} projects, against octoDNS {VERSION}"
    if not wanted:
        return Skipped(what, "ask for it with --octodns")
    sync = _install(folder / "octodns")
    if sync is None:
        return Skipped(what, "octoDNS could not be installed")
    _write_zones(fleet, folder)
    live = folder / "live.jsonl"
    with live.open("w") as stream:
        stream.writelines(f"{json.dumps(fleet.live(n))}\n" for n in range(fleet.size))
    ours = [sys.executable, "-m", "tests.bench.work", "drift", fleet.write(folder), live]
    theirs = [sync, "--config-file", "config.yaml", "--quiet"]
    before = cpu_of(ours, cwd=ROOT)
    floor = cpu_of(theirs, cwd=folder, stderr=subprocess.DEVNULL)
    return of_pairs(what, [(floor, (before + cpu_of(ours, cwd=ROOT)) / 2)], bound=0.15)


def _install(folder: Path) -> Path | None:
    venv.create(folder, with_pip=True)
    pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", f"octodns=={VERSION}"]
    failed = subprocess.run(pip, check=False, stdout=sys.stderr).returncode
    return None if failed else folder / "bin/octodns-sync"


def _write_zones(fleet: Fleet, folder: Path) -> None:
    (folder / "config.yaml").write_text(_CONFIG)
    for side in ("source", "target"):
        (folder / side).mkdir()
    for number in range(fleet.size):
        for side in ("source", "target"):
            records = "".join(_record(number, slot, side) for slot in range(PER_PROJECT))
            zone = folder / side / f"zone-{number}.example.com.yaml"
            zone.write_text(f"---\n{records}")


def _record(number: int, slot: int, side: str) -> str:
    changed = side == "target" and (number * 7 + slot) % 100 == 0
    address = f"10.{number // 256 % 256}.{number % 256}.{slot + (100 if changed else 1)}"
    return f"host-{slot}:\n  ttl: 300\n  type: A\n  value: {address}\n"
