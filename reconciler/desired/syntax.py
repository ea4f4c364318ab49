"""Say why a file is no YAML that can be taken.

The sentences are ours: a parser's own may quote the file, and a secret may stand in it unquoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from reconciler.core.problem import Place, Problem

if TYPE_CHECKING:
    from yaml.error import Mark

_QUOTE = (
    'put the text between quotes if it holds ": " or " #", or begins with a sign such as * or @'
)
_INDENT = "look at the indentation and the colons, here and just above"
_SPACES = ("a tab cannot indent", "indent with spaces")
_ENDLESS = ("the quoted text{begun} has no end", "add the closing quote")
_ESCAPE = ("this backslash begins no escape", "write it twice, or use single quotes")
_REASONS = {
    "could not find expected ':'": ("this key has no colon", "write it as `key: value`"),
    "mapping values are not allowed in this context": ("no colon is expected here", _QUOTE),
    "block sequence entries are not allowed in this context": (
        "no list item can begin here",
        "begin the list on a line of its own, below its key",
    ),
    "did not find expected key": ("this does not fit the mapping {around}", _INDENT),
    "did not find expected '-' indicator": ("this does not fit the list {around}", _INDENT),
    "did not find expected ',' or ']'": ("the list{begun} is not closed", "add a comma or the ]"),
    "did not find expected ',' or '}'": (
        "the mapping{begun} is not closed",
        "add a comma or the }}",
    ),
    "did not find expected node content": (
        "a value is missing here",
        "close what is open above with its ] or }}, or quote the text",
    ),
    "found character that cannot start any token": (
        "no value begins with this character",
        "quote the text; indent with spaces, not with tabs",
    ),
    "found a tab character that violates indentation": _SPACES,
    "found a tab character where an indentation space is expected": _SPACES,
    "found unexpected end of stream": _ENDLESS,
    "found unexpected document indicator": _ENDLESS,
    "did not find expected alphabetic or numeric character": (
        "a value that begins with * or & must be quoted",
        "if it is a mask, put a reference to the secret in its place",
    ),
    "found unknown escape character": _ESCAPE,
    "did not find expected hexdecimal number": _ESCAPE,
    "found invalid Unicode character escape code": _ESCAPE,
    "found undefined tag handle": (
        "explicit tags are not allowed",
        "quote the text, if it begins with !",
    ),
}
"""What libyaml says, and what we say. It speaks in fixed strings; PyYAML's own parser does not."""
_UNKNOWN = ("this cannot be read as YAML", _INDENT)
_TOLD_LATE = "could not find expected ':'"
"""What is only noticed further down: the place to look at is where the context begins."""


class Unreadable(Exception):
    """The file is no YAML that can be taken; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(problem.code)
        self.problem = problem


def refuse(file: str, event: Any, code: str, sentence: str, hint: str) -> Unreadable:
    """Make the exception for an event that is YAML, and still not taken."""
    return Unreadable(Problem(code, sentence, hint, _place(file, event.start_mark)))


def explain_syntax(file: str, error: Exception) -> Problem:
    """Turn a parser's error into a problem."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem("yaml-syntax", *_UNKNOWN, Place(file, 1, 1))
    sentence, hint = _REASONS.get(error.problem or "", _UNKNOWN)
    found, begun = error.problem_mark, error.context_mark
    mark = begun if begun and error.problem == _TOLD_LATE else found or begun
    above = f"that begins in line {begun.line + 1}" if begun and begun != mark else ""
    words = {"begun": f" {above}" if above else "", "around": above or "around it"}
    at = _place(file, mark) if mark else Place(file, 1, 1)
    return Problem("yaml-syntax", sentence.format(**words), hint.format(**words), at)


def _place(file: str, mark: Mark) -> Place:
    return Place(file, mark.line + 1, mark.column + 1)
