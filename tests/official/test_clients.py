"""MongoDB's own Go clients against the served simulator.

Nothing is fetched here: `python -m tests.official` does that, and what is absent is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SDK = Path(__file__).parent / "sdk"
GO = shutil.which("go")

pytestmark = pytest.mark.skipif(not GO, reason="Go is not installed")


@pytest.fixture
def go(tmp_path):
    """Run Go on what its cache holds."""

    def run(folder, *arguments, **environ):
        return subprocess.run(
            [GO, *arguments],
            cwd=folder,
            env={**os.environ, "GOPROXY": "off", "GOFLAGS": "-mod=readonly", **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )

    return run


def test_both_clients_of_mongodb_do_all_that_they_can(go, url):
    if go(SDK, "list", "-deps", "-test", ".").returncode:
        pytest.skip("MongoDB's Go clients are not in the module cache; see CONTRIBUTING")
    result = go(SDK, "test", "-count=1", "-v", ".", ATLAS_URL=url)
    assert result.returncode == 0, result.stdout
    assert "SKIP" not in result.stdout
