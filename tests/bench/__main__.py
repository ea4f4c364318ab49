"""Measure what the product promises of speed and memory: `python -m tests.bench`.

Every bound is a ratio to a floor of the same run, so that it holds on any machine; of several pairs
of floor and measured the median counts. Times are CPU seconds, save for reading live projects:
there the wait is the point, and the shortest counts. Exits 1 where a bound is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench import live, offline, page, peer, start
from tests.bench.fleet import Fleet
from tests.bench.row import Row, Skipped, table

SIZE = 10_000
LIVE_SIZE = 1_000


def main() -> int:
    """Run the rows that are asked for, all if none is, and print one table."""
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fleet, small = Fleet(SIZE), Fleet(LIVE_SIZE)
        rows = {
            "read": lambda: offline.measure_read(fleet, folder, arguments.repeat),
            "diff": lambda: offline.measure_diff(fleet, folder, arguments.repeat),
            "octodns": lambda: peer.measure(fleet, folder, wanted=arguments.octodns),
            "live": lambda: live.measure(small, folder, arguments.repeat),
            "start": lambda: start.measure(arguments.repeat * 3),
            "memory": lambda: offline.measure_memory(fleet, folder),
            "page": lambda: page.measure(folder, LIVE_SIZE, arguments.repeat),
        }
        unknown = set(arguments.rows) - rows.keys()
        if unknown:
            sys.exit(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(rows)}")
        results = [row for name in arguments.rows or rows for row in _run(name, rows[name])]
    sys.stdout.write(table(results))
    return int(any(isinstance(result, Row) and not result.is_met for result in results))


def _run(name, measure) -> list[Row | Skipped]:
    sys.stderr.write(f"Measuring {name}\n")
    measured = measure()
    return measured if isinstance(measured, list) else [measured]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", help="read, diff, octodns, live, start, memory, page")
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="pairs to measure")
    parser.add_argument(
        "--octodns", action="store_true", help="install octoDNS elsewhere and plan with it, too"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
