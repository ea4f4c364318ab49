"""Bytes → text: strict UTF-8, and no character that shows a reader something else than it says."""

from __future__ import annotations

import re

from reconciler.core.problem import Place, Problem
from reconciler.desired.syntax import Unreadable

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls, but for tab and line breaks
    "\u2028\u2029"  # line breaks to YAML 1.1, not to 1.2, and not to every editor
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # text that runs the other way
    "\ufeff\ufffe\uffff]"  # a byte order mark within the text, and what is no character
)
_HARMLESS = bytes({*b"\t\n\r", *range(0x20, 0x7F)})
"""What most files hold alone: to see that of bytes takes a tenth of the time."""
_LINE_BREAK = re.compile("\r\n|\r|\n")


def decode(file: str, content: bytes) -> str:
    """Give the text of a file, without a byte order mark. Raises Unreadable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
    else:
        if not content.translate(None, _HARMLESS):
            return text
        found = _FORBIDDEN.search(text)
        if found is None:
            return text
        raise Unreadable(_forbidden(found[0], _place(file, text[: found.start()])))
    sentence = "the bytes that begin here are not UTF-8"
    problem = Problem("not-utf-8", sentence, "save the file as UTF-8", _place(file, before))
    raise Unreadable(problem)  # outside the handler: the error keeps the content


def _forbidden(character: str, at: Place) -> Problem:
    sentence = f"the invisible character U+{ord(character):04X} is not allowed"
    hint = "remove it, or write it as an escape between double quotes"
    return Problem("control-character", sentence, hint, at)


def _place(file: str, before: str) -> Place:
    lines = _LINE_BREAK.split(before)
    return Place(file, len(lines), len(lines[-1]) + 1)
