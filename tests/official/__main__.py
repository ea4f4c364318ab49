"""Fetch MongoDB's own clients and Prism, and run this folder's tests: `python -m tests.official`.

Needs Go and npm, and their registries. What cannot be had is said, and its tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PRISM = "@stoplight/prism-cli@5.14.2"


def fetch(*command: str, folder: Path) -> bool:
    """Run a command that fetches something; tells whether it did."""
    program = shutil.which(command[0])
    done = program and subprocess.run([program, *command[1:]], cwd=folder, check=False)
    if not (done and done.returncode == 0):
        sys.stderr.write(f"Not to be had here: {' '.join(command)}\n")
        return False
    return True


def main() -> int:
    """Fetch and test; gives pytest's exit code."""
    fetch("go", "mod", "download", folder=HERE / "sdk")
    with tempfile.TemporaryDirectory() as scratch:
        npm = ("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", PRISM)
        if fetch(*npm, folder=Path(scratch)):
            os.environ["PRISM"] = f"{scratch}/node_modules/.bin/prism"
        pytest = [sys.executable, "-m", "pytest", "-rs", str(HERE), *sys.argv[1:]]
        return subprocess.run(pytest, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
