"""Carry out the whole campaign, and print its figures: `python -m tests.leaks`."""

from __future__ import annotations

import sys

from tests.leaks.campaign import carry_out


def main() -> int:
    """Give 0 if nothing leaked, and everything planted was found."""
    figures = carry_out(full=True)
    for line in (*figures.hits, *(f"not found: {name}" for name in figures.missed)):
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{figures}\n")
    return bool(figures.hits or figures.missed)


if __name__ == "__main__":
    sys.exit(main())
