"""The page of a large fleet in a browser, against a bare table of the same size."""

from __future__ import annotations

from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tests.bench.row import Row, Skipped, of_pairs
from tests.browser import chromium, fleet, timing

if TYPE_CHECKING:
    from pathlib import Path

_SCRIPT = """
const rows = [...document.querySelectorAll("tr")];
document.getElementById("search").addEventListener("input", (event) => {
  for (const row of rows) row.hidden = !row.textContent.includes(event.target.value);
});
"""


def measure(folder: Path, size: int, repeat: int) -> list[Row | Skipped]:
    """Compare showing and filtering, in seconds of the CPU that the page's thread uses.

    The floor is a table of the states alone, with no style, and a script that hides its rows.
    """
    whats = [f"{verb} a page of {size} projects" for verb in ("show", "filter")]
    program = chromium.find()
    if program is None or find_spec("playwright") is None:
        return [Skipped(what, "no browser, or no playwright") for what in whats]
    files = folder / "bare.html", folder / "page.html"
    files[0].write_text(_bare(size))
    files[1].write_text(fleet.page(size))
    pairs = [[timing.cpu(program, file) for file in files] for _ in range(repeat)]
    shown = [(bare[0], page[0]) for bare, page in pairs]
    filtered = [(bare[1], page[1]) for bare, page in pairs]
    return [of_pairs(whats[0], shown, bound=5), of_pairs(whats[1], filtered, bound=1)]


def _bare(size: int) -> str:
    """Write a table with the names of the fleet, and one word for each integration."""
    names = {str(change.project): None for change in fleet.report(size).changes}
    cells = "<td>consistent</td>" * len(fleet.TYPES)
    rows = "".join(f"<tr><th>{escape(name)}</th>{cells}</tr>" for name in names)
    head = '<!DOCTYPE html><meta charset="utf-8"><input id="search">'
    return f"{head}<table>{rows}</table><script>{_SCRIPT}</script>"
