"""A page as a browser opens it from a file, and all that it complains of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.browser import chromium

if TYPE_CHECKING:
    from pathlib import Path

_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Opened:
    """One page, and what went wrong in it: errors, messages, dialogs, and foreign addresses."""

    page: object
    complaints: list[str] = field(default_factory=list)

    def open(self, file: Path) -> None:
        address = file.as_uri()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda one: self._note(one.url, address))
        self.page.on("dialog", self._dismiss)
        self.page.add_init_script(_WATCH)
        self.page.goto(address)

    def all_complaints(self) -> list[str]:
        return self.complaints + self.page.evaluate("window.violations")

    def shown(self) -> list[str]:
        """Give the names of the projects that are not filtered out, in order."""
        heads = self.page.locator("tbody:not([hidden]) tr:not([hidden]) th").all_inner_texts()
        return [text.partition("\n")[0] for text in heads]

    def _note(self, url: str, address: str) -> None:
        if url != address:
            self.complaints.append(f"asks for {url}")

    def _dismiss(self, dialog) -> None:
        self.complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()


@pytest.fixture(scope="module")
def browser():
    pytest.importorskip("playwright", reason="playwright is not installed: it comes with `dev`")
    program = chromium.find()
    if program is None:
        pytest.skip("no browser is there: Debian's package is chromium")
    with chromium.start(program) as browser:
        yield browser


@pytest.fixture
def opened(browser):
    """Give a function that opens a file; the page is closed in the end."""
    pages = []

    def open_file(file: Path) -> Opened:
        pages.append(Opened(browser.new_page()))
        pages[-1].open(file)
        return pages[-1]

    yield open_file
    for one in pages:
        one.page.close()
