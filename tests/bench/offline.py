"""Reading, validating, comparing and planning, with no network: each in a process of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.bench.child import run_module
from tests.bench.row import Row, of_pairs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.fleet import Fleet

MOST_MEGABYTES = 200


def measure_read(fleet: Fleet, folder: Path, repeat: int) -> Row:
    """Compare reading a file, positions and all, with the bare events of libyaml."""
    pairs = json.loads(run_module("work", "read", fleet.write(folder), repeat))
    return of_pairs(f"read {fleet.size} projects", pairs, bound=2)


def measure_diff(fleet: Fleet, folder: Path, repeat: int) -> Row:
    """Compare load, validate and diff with the bare events of libyaml."""
    pairs = json.loads(run_module("work", "diff", fleet.write(folder), fleet.size, repeat))
    return of_pairs(f"load, validate, diff {fleet.size} projects", pairs, bound=7)


def measure_memory(fleet: Fleet, folder: Path) -> Row:
    """Plan the fleet, and see how large the process grows; the floor is the most it may."""
    peak = float(run_module("work", "memory", fleet.write(folder), fleet.size))
    what = f"memory to plan {fleet.size} projects"
    return Row(what, f"{MOST_MEGABYTES} MB", f"{peak:.0f} MB", peak / MOST_MEGABYTES, bound=1)
