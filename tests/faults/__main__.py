"""Carry out the whole campaign, and print its figures: `python -m tests.faults`.

`broken` counts the promises that were broken, of mutants those that survive; `lost` the edits of
others that came within one round trip of a write of ours, which no client can help.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.faults.campaign import SEEDS, Result, again, campaigns, try_all, try_mutants

_MOST = 3000
"""How many cases a mutant may survive."""
_TOLD = 20
"""How many violations of a campaign are told one by one."""


def main() -> int:
    """Give 0 if no invariant was broken, and every mutant was found."""
    options = _options()
    if options.again:
        for line in again(options.again):
            _say(line)
        return 0
    _say(f"{'campaign':10} {'cases':>6} {'broken':>6} {'lost':>6} {'seconds':>7}  what is tried")
    bad = 0
    for name, campaign in campaigns(options.seeds).items():
        if not options.only or name in options.only:
            result = try_all(name, options.jobs, options.seeds)
            bad += len(result.broken)
            for line in result.broken[:_TOLD]:
                arguments, _, said = line.partition(": ")
                _say(f"{said}\n  python -m tests.faults --again {arguments!r}")
            _say_row(name, result, campaign.title)
    if not options.only or "mutants" in options.only:
        bad += _mutants(options.jobs)
    return bool(bad)


def _mutants(jobs: int) -> int:
    """Give how many mutants survive."""
    started = time.monotonic()
    found = try_mutants(jobs, _MOST)
    missed = tuple(name for name, said in found.items() if not said)
    for name in missed:
        _say(f"survived: {name}")
    result = Result(len(found), missed, 0, time.monotonic() - started)
    _say_row("mutants", result, "the protocol with one rule removed")
    return len(missed)


def _say_row(name: str, result: Result, title: str) -> None:
    count = f"{result.size:6,} {len(result.broken):6,} {result.lost:6,} {result.seconds:7,.0f}"
    _say(f"{name:10} {count}  {title}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("only", nargs="*", help="campaigns to carry out; all of them if not said")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="of the campaign `chance`")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--again", metavar="CASE", help="tell one case call by call")
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
