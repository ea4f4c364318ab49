"""What a resolved value must not look like, wherever it came from."""

from __future__ import annotations

import re

from reconciler.core.mask import looks_masked

_FLAWS = (
    (re.compile(r"\A\Z"), "is empty"),
    (re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"), "holds control characters"),
)
_FLAWS_OF_A_LINE = (
    (re.compile(r"\A\s|\s\Z"), "begins or ends with white space"),
    (re.compile("[\t\n\r]"), "has more than one line, or a tab"),
    (re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"), "holds invisible characters"),
)
"""What copying from a page, and some editors, slip in. Templates may have lines and margins."""


def lint(value: str, *, is_template: bool) -> str:
    """Say what is wrong with a value, as the end of a sentence; empty if nothing is."""
    if looks_masked(value):
        return "looks masked: it holds a run of stars"
    flaws = _FLAWS if is_template else _FLAWS + _FLAWS_OF_A_LINE
    return next((words for flaw, words in flaws if flaw.search(value)), "")
