"""What can go wrong between this program and the API.

    ApiError          why something was not read, or not done; what users are told
      BadAnswer       the answer is no complete, well-formed answer of this API
      Refused         the API answered that it does not do it
      Halted          it asks for too long a wait: the run ends
    Passing           one try came to nothing, and another may not
      Unreachable     the server has not seen the request
      TooMany         it has, and did not act: the rate limit is used up
      Ambiguous       it may have acted, or not

None of them carries a body, a URL or a header, nor the library's exception that would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.api.codes import meaning
from reconciler.core.problem import Problem

if TYPE_CHECKING:
    from reconciler.api.codes import Meaning
    from reconciler.core.problem import Place


_SAYS_NOTHING = "UNEXPECTED_ERROR"
"""Stands on every 401, with a text that fits another error."""


class ApiError(Exception):
    """The API could not be asked, or did not do what it was asked; the message is a sentence."""

    def __init__(self, sentence: str, hint: str = "check the network and --base-url") -> None:
        """Say what happened, and what to look at."""
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def problem(self, doing: str, at: Place | None = None) -> Problem:
        """Say it for people. `doing` is what was tried, such as `reading project payments`."""
        return Problem("api-unreachable", f"{doing}: {self}", self.hint, at)


class BadAnswer(ApiError):
    """The answer is no complete, well-formed answer of this API."""

    def problem(self, doing: str, at: Place | None = None) -> Problem:
        """Say it for people."""
        return Problem("bad-answer", f"{doing}: {self}", "check --base-url; then run again", at)


class Refused(ApiError):
    """The API answered that it did not, and will not, do it."""

    def __init__(self, status: int, code: str, detail: str, told: Meaning | None = None) -> None:
        """Keep the HTTP status, and the error's code and text as the API put them.

        `told` is what they mean, where more is known than status and code.
        """
        self.status = status
        self.code = code
        self.detail = detail
        self.meaning = told or meaning(status, code, challenged=False)
        super().__init__(self.meaning.sentence, self.meaning.hint)

    def __str__(self) -> str:
        return self.say()

    def say(self, *, quoting: bool = True) -> str:
        """Say what it means, with the API's own text or its code alone."""
        if self.code == _SAYS_NOTHING:
            return self.meaning.sentence
        quoted = ": ".join(filter(None, (self.code, self.detail if quoting else "")))
        return f"{self.meaning.sentence} ({quoted})" if quoted else self.meaning.sentence

    def problem(self, doing: str, at: Place | None = None) -> Problem:
        """Say it for people."""
        return Problem(self.meaning.code, f"{doing}: {self}", self.meaning.hint, at)


class Halted(ApiError):
    """The API asks for a wait that is too long to be waited for: the run ends."""

    def problem(self, doing: str, at: Place | None = None) -> Problem:
        """Say it for people."""
        return Problem("rate-limited", f"{doing}: {self}", "run again after that time", at)


class Passing(Exception):
    """One try that came to nothing; another may not."""

    def __init__(self, told: ApiError | str, asked: float = 0.0) -> None:
        """Keep what to tell if it stays so, and the seconds that the API asks to wait."""
        super().__init__(str(told))
        self.told = ApiError(told) if isinstance(told, str) else told
        self.asked = asked


class Unreachable(Passing):
    """No connection came about, so the server has not seen the request."""


class TooMany(Passing):
    """The rate limit is used up, and the request was not processed."""


class Ambiguous(Passing):
    """The request was sent and no whole answer came: the server may have acted on it, or not."""
