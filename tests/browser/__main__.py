"""Fetch axe-core, run this folder's tests, and time a large page: `python -m tests.browser`.

Needs npm and its registry, and a browser. What cannot be had is said, and its tests are skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser import chromium, timing
from tests.official.__main__ import fetch

HERE = Path(__file__).parent
AXE = "axe-core@4.14.1"


def main() -> int:
    """Fetch, test and time; gives pytest's exit code."""
    with tempfile.TemporaryDirectory() as scratch:
        npm = ("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", AXE)
        if "AXE" not in os.environ and fetch(*npm, folder=Path(scratch)):
            os.environ["AXE"] = f"{scratch}/node_modules/axe-core/axe.min.js"
        pytest = [sys.executable, "-m", "pytest", "-rs", str(HERE), *sys.argv[1:]]
        code = subprocess.run(pytest, check=False).returncode
        if program := chromium.find():
            sys.stdout.write(timing.measure(program, Path(scratch)))
    return code


if __name__ == "__main__":
    sys.exit(main())
