"""How long a large page takes to show and to filter, in the time of this machine."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from tests.browser import chromium, fleet

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 1000
_WORDS = ("service-77", "", "team-3", "", "nowhere", "")
_SHOWN = """async () => {
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now();
}"""
_FILTER = """async (words) => {
  const search = document.getElementById("search");
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  await painted();
  const begun = performance.now();
  search.value = words;
  search.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await painted();
  return performance.now() - begun;
}"""


def measure(program: str, folder: Path, repeat: int = 3) -> str:
    """Give two lines: from opening to the first picture that can be used, and from key to paint.

    Of several filters of each run the slowest is told, of several runs the median.
    """
    file = folder / "fleet.html"
    file.write_text(fleet.page(SIZE))
    shown, filtered = zip(*(_once(program, file) for _ in range(repeat)), strict=True)
    what = f"{SIZE} projects by {len(fleet.TYPES)} types"
    return (
        f"{what}: shown after {median(shown):.0f} ms\n"
        f"{what}: filtered within {median(filtered):.0f} ms\n"
    )


def cpu(program: str, file: Path) -> tuple[float, float]:
    """Give the CPU seconds of the page's thread: to show it, and for the slowest filter."""
    with chromium.start(program) as browser:
        page = browser.new_page()
        session = browser.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def used() -> float:
            metrics = session.send("Performance.getMetrics")["metrics"]
            return next(one["value"] for one in metrics if one["name"] == "TaskDuration")

        page.goto(file.as_uri())
        page.evaluate(_SHOWN)
        marks = [used()]
        for words in _WORDS:
            page.evaluate(_FILTER, words)
            marks.append(used())
        return marks[0], max(after - before for before, after in pairwise(marks))


def _once(program: str, file: Path) -> tuple[float, float]:
    with chromium.start(program) as browser:
        page = browser.new_page()
        page.goto(file.as_uri())
        shown = page.evaluate(_SHOWN)
        return shown, max(page.evaluate(_FILTER, words) for words in _WORDS)
