"""What went wrong, where, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLUMN_BITS = 24
_LONGEST_PLAIN = 8
_LONGEST_NAME = 100


class Place(NamedTuple):
    """A position in a file of the desired state; line and column count from 1."""

    file: str
    line: int
    column: int

    @classmethod
    def of(cls, file: str, mark: int) -> Self:
        """Unfold a mark, the packed form in which positions are kept by the million."""
        return cls(file, (mark >> _COLUMN_BITS) + 1, (mark & (1 << _COLUMN_BITS) - 1) + 1)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def pack(line: int, column: int) -> int:
    """Fold a line and a column, both from 0, into one integer that sorts like the pair."""
    return line << _COLUMN_BITS | column


class Severity(StrEnum):
    """An error ends the run sooner or later; a warning never changes the exit code."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to tell the user: a stable code, a sentence, and the next step as the hint.

    Holds no secret, ever: whoever makes one composes the sentence from names, not from values.
    """

    code: str
    message: str
    hint: str = ""
    at: Place | None = None
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        """Whether this is more than a warning."""
        return self.severity is Severity.ERROR

    @property
    def sort_key(self) -> tuple[Place, str, str]:
        """Order by file and position; what has no place comes first."""
        return (self.at or Place("", 0, 0), self.code, self.message)


def warning(code: str, message: str, hint: str = "", at: Place | None = None) -> Problem:
    """Make a problem that the run survives."""
    return Problem(code, message, hint, at, Severity.WARNING)


def quote(name: str) -> str:
    """Quote a name that somebody chose; one that may well be a secret in the wrong place is not.

    Names have no digits, as a rule, and secrets of some length do.
    """
    if len(name) > _LONGEST_PLAIN and any(sign.isdigit() for sign in name):
        return "(not shown, as it may be a secret)"
    return f'"{name}"'


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest the known name that is nearest, whatever its case; empty if none is near.

    Nothing is near to a text that is longer than any name: comparing it would take its time.
    """
    if len(name) > _LONGEST_NAME:
        return ""
    by_fold = {text.casefold(): text for text in known}
    near = get_close_matches(name.casefold(), by_fold, n=1)
    return f'did you mean "{by_fold[near[0]]}"?' if near else ""


class Invalid(Exception):
    """The desired state cannot be used; carries every problem found, warnings included."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems in the order of their places."""
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(sorted(problems, key=lambda problem: problem.sort_key))


class Failed(Exception):
    """The run cannot go on, for a reason outside the desired state."""

    def __init__(self, problem: Problem) -> None:
        """Keep the one problem that ended the run."""
        super().__init__(problem.code)
        self.problem = problem
