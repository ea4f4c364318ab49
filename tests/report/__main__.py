"""Fetch a copy of SARIF's schema, and hold the reports against it: `python -m tests.report`.

Needs npm and its registry. The package is Microsoft's own, and carries the schema for its tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.official.__main__ import fetch

HERE = Path(__file__).parent
PACKAGE = "@microsoft/jest-sarif@1.0.0-beta.0"
SCHEMA = "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"


def main() -> int:
    """Fetch and test; gives pytest's exit code."""
    with tempfile.TemporaryDirectory() as scratch:
        npm = ("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
        if "SARIF_SCHEMA" not in os.environ and fetch(*npm, PACKAGE, folder=Path(scratch)):
            os.environ["SARIF_SCHEMA"] = f"{scratch}/{SCHEMA}"
        pytest = [sys.executable, "-m", "pytest", "-rs", str(HERE), "-k", "sarif", *sys.argv[1:]]
        return subprocess.run(pytest, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
