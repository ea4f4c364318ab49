"""Carry out the whole campaign, and print its figures: `python -m tests.faults`."""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.faults.campaign import SEEDS, again, campaigns, try_all, try_mutants

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
    bad = 0
    for name, campaign in campaigns(options.seeds).items():
        if options.only and name not in options.only:
            continue
        result = try_all(name, options.jobs, options.seeds)
        bad += len(result.broken)
        for line in result.broken[:_TOLD]:
            arguments, _, said = line.partition(": ")
            _say(f"{said}\n  python -m tests.faults --again {arguments!r}")
        lost = f", {result.lost} lost in one round trip" if result.lost else ""
        _say(
            f"{name:10} {campaign.title:62} {result.size:6} cases, "
            f"{len(result.broken)} violations{lost}, {result.seconds:.0f} s"
        )
    if options.only and "mutants" not in options.only:
        return bool(bad)
    return bool(bad) | _mutants(options.jobs)


def _mutants(jobs: int) -> bool:
    started = time.monotonic()
    found = try_mutants(jobs, _MOST)
    missed = [name for name, said in found.items() if not said]
    for name in missed:
        _say(f"survived: {name}")
    seconds = time.monotonic() - started
    title = "the protocol with one rule removed"
    _say(
        f"{'mutants':10} {title:62} {len(found):6} mutants,"
        f" {len(found) - len(missed)} killed, {seconds:.0f} s"
    )
    return bool(missed)


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
