"""Draw the page for the README, from a run on the simulator: `python -m tests.readme.pictures`.

Needs a browser, as the tests in `tests/browser` do. Look at the pictures before they are committed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser import chromium
from tests.readme.generate import ROOT

SCHEMES = ("light", "dark")
WIDTHS = {1280: 800, 400: 800}
_RUN = (
    ". examples/fleet/demo.env; reconciler drift examples/fleet"
    " --simulate s.db --seed seed.yaml --format html=page.html"
)


def file_of(scheme: str, width: int) -> Path:
    """Give the place of a picture."""
    return ROOT / ".github" / f"page-{scheme}-{width}.png"


def main() -> int:
    """Draw every picture."""
    program = chromium.find()
    if program is None:
        sys.exit("no browser is there: Debian's package is chromium")
    with tempfile.TemporaryDirectory() as name, chromium.start(program) as browser:
        page = browser.new_page()
        page.goto(_page(Path(name)).as_uri())
        for scheme in SCHEMES:
            for width, height in WIDTHS.items():
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": height})
                page.screenshot(path=file_of(scheme, width))
    return 0


def _page(folder: Path) -> Path:
    """Look for drift in the example's fleet, where a few things are not as declared."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copy(Path(__file__).with_name("page.yaml"), folder / "seed.yaml")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", _RUN], cwd=folder, env={"PATH": path}, capture_output=True, check=False
    )
    assert done.returncode == 2, done.stderr  # drift, and nothing else
    return folder / "page.html"


if __name__ == "__main__":
    sys.exit(main())
