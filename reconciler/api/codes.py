"""Look up what an error of the API means to the user.

A code may come with another status than it is listed with, so it is looked up by itself; and by the
status if unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.api.credentials import ApiKey
from reconciler.api.meanings import BY_CODE, BY_STATUS, WHEN_READING, Meaning

if TYPE_CHECKING:
    from reconciler.api.credentials import Credentials

__all__ = ["Meaning", "meaning"]

_UNAUTHORIZED = 401
_UNFIT = (400, 422)
"""Statuses that speak of the request's body."""


def meaning(  # noqa: PLR0913 - all that is known of a request and its answer
    status: int,
    code: str,
    *,
    challenged: bool,
    signed: type[Credentials] = ApiKey,
    api: str = "this API",
    writing: bool = False,
) -> Meaning:
    """Say what an answer other than success means to whoever signed the request so.

    `api` is what people call the dialect. A wrong key and a key without access are both answered
    with 401; the first comes with a challenge, and with the code of an unexpected error (recorded).
    """
    ours, *texts = _look_up(status, code, challenged=challenged, writing=writing)
    words = {"key": signed.noun, "variables": " and ".join(signed.variables), "api": api}
    return Meaning(ours, *(text.format_map(words) for text in texts))


def _look_up(status: int, code: str, *, challenged: bool, writing: bool) -> Meaning:
    code = code.replace("WHITELIST", "ACCESS_LIST")
    known = (None if writing else WHEN_READING.get(code)) or BY_CODE.get(code)
    if known:
        return known
    if status == _UNAUTHORIZED and not challenged:
        return BY_CODE["USER_UNAUTHORIZED"]
    return BY_STATUS.get(status) or _by_class(status, writing=writing)


def _by_class(status: int, *, writing: bool) -> Meaning:
    match status // 100:
        case 3:
            sentence = "the API answered with a redirect, which is never followed"
            return Meaning("redirect", sentence, "check --base-url")
        case 5:
            return Meaning("api-failing", f"the API fails with status {status}", "run again later")
        case _:
            sentence = f"the API refuses the request with status {status}"
            hint = (
                "check the settings against the schema of the type: `reconciler schema`"
                if writing and status in _UNFIT
                else "check --base-url and `api`"
            )
            return Meaning("api-refused", sentence, hint)
