"""Errors to rehearse: what the API might answer, on requests of one's choice.

A refusal says which requests it is for, and what they are answered in the place of everything else:

    PUT */integrations/WEBHOOK 503 SERVICE_UNAVAILABLE 2

that is a method or *, a glob over the path, a status, an error code, and how many times; without a
number always, without a code as a proxy in between would answer. Only requests that carry
credentials count, so that a digest challenge comes first, and nothing is written. The errors that
follow from the state alone, such as a full rate limit, need none of this.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import TYPE_CHECKING

from reconciler.simulator.errors import error_body, error_response, phrase
from reconciler.simulator.message import Response
from reconciler.simulator.oauth import PATHS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.simulator.message import Request

_FORM = re.compile(r"(\*|[A-Z]+) (\S+) ([45]\d\d)(?: ([A-Za-z][A-Za-z0-9_]*)(?: ([1-9]\d{0,8}))?)?")
_DETAIL = "The simulator was asked to refuse this."


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of request, and the error that it is answered.

    `path` is a glob; `code` is empty for an answer that is not the API's own; `times` None for
    always.
    """

    method: str
    path: str
    status: int
    code: str = ""
    times: int | None = None

    def fits(self, request: Request) -> bool:
        """Tell whether it is for a request."""
        named = self.method in ("*", request.method) and fnmatchcase(request.path, self.path)
        return named and bool(request.header("Authorization"))

    def response(self, request: Request) -> Response:
        """Give the answer, in the shape of what was asked."""
        if not self.code:
            page = f"<html><body><h1>{self.status} {phrase(self.status)}</h1></body></html>"
            return Response(self.status, {"Content-Type": "text/html"}, page.encode())
        if request.path in PATHS and self.status != HTTPStatus.TOO_MANY_REQUESTS:
            oauth = {"error": self.code, "error_description": _DETAIL}
            return error_response(self.status, oauth, {})
        body = error_body(self.status, self.code, _DETAIL, ())
        return error_response(self.status, body, {"X-Error-Code": self.code})


class Refusals:
    """Every refusal of a service; of those that fit a request, the first one left counts."""

    def __init__(self, refusals: Iterable[Refusal] = ()) -> None:
        """Start with all of them."""
        self._refusals = tuple(refusals)
        self._given = Counter[int]()
        """How often each was given, by its place."""
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Response | None:
        """Give the answer to a request that is to be refused; None for all others."""
        with self._lock:
            for place, refusal in enumerate(self._refusals):
                left = refusal.times is None or self._given[place] < refusal.times
                if left and refusal.fits(request):
                    self._given[place] += 1
                    return refusal.response(request)
        return None


def read_refusal(text: str) -> Refusal:
    """Read a refusal as it stands above. Raises ValueError with a sentence."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("must be METHOD PATH STATUS [CODE [TIMES]], and the status 400 to 599")
    method, path, status, code, times = found.groups()
    return Refusal(method, path, int(status), code or "", int(times) if times else None)
