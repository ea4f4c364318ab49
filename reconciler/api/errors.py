"""What an answer other than success means, and what the user can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.api import wire
from reconciler.core.problem import Problem

if TYPE_CHECKING:
    from reconciler.core.problem import Place

_KEY_HINT = "check MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY"
_ACCESS_HINT = "the key needs Project Read Only to plan, and Project Owner to apply"

_BY_CODE = {
    wire.NOT_IN_GROUP: ("no-access", "no such project, or the key may not see it", _ACCESS_HINT),
    wire.GROUP_NOT_FOUND: ("no-such-project", "no such project", "check the project's id"),
    "USER_CANNOT_ACCESS_GROUP": ("no-access", "the key may not see the project", _ACCESS_HINT),
    "ATLAS_GROUP": ("wrong-api", "this is an Atlas project", "say `api: atlas`"),
    "NOT_ATLAS_GROUP": (
        "wrong-api",
        "this is not an Atlas project",
        "say `api: cloud-manager` or `api: ops-manager`",
    ),
    "IP_ADDRESS_NOT_ON_ACCESS_LIST": (
        "no-access",
        "this machine's address is not on the key's access list",
        "add the address to the API key's access list",
    ),
    "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES": (
        "maintenance",
        "the API takes no writes during its maintenance",
        "run again later",
    ),
    "WEBHOOK_NOTIFICATIONS_PRESENT": (
        "in-use",
        "alert notifications still use the webhook",
        "change those alerts first",
    ),
    "SLACK_OAUTH2_NOT_CONFIGURED": (
        "slack-oauth",
        "Slack must be connected in the web interface first",
        "connect it there; the API can then change the channel",
    ),
    "MUST_RECONFIGURE_SLACK_OAUTH2": (
        "slack-oauth",
        "the Slack token and team can only change in the web interface",
        "reconnect Slack there",
    ),
    "VERSION_GONE": ("version-gone", "this version of the API is retired", "update this tool"),
}

_BY_STATUS = {
    401: ("bad-credentials", "the API does not accept the key", _KEY_HINT),
    402: ("billing", "the API refuses because of the account's billing", "look at the account"),
    403: ("no-access", "the key may not do that", _ACCESS_HINT),
    404: ("not-found", "the API does not know that", "check --base-url and the project's id"),
    406: ("bad-version", "the API does not know the version asked for", "update this tool"),
    410: ("version-gone", "this version of the API is retired", "update this tool"),
    429: ("rate-limited", "the API's rate limit is used up", "run again later"),
}


class ApiError(Exception):
    """The API could not be asked, or did not do what it was asked; the message is a sentence."""

    def problem(self, doing: str, at: Place | None = None) -> Problem:
        """Say it for people. `doing` is what was tried, such as `reading project payments`."""
        return Problem("api-unreachable", f"{doing}: {self}", "check the network and --base-url", at)


class BadAnswer(ApiError):
    """The answer is no complete, well-formed answer of this API."""

    def problem(self, doing: str, at: Place | None = None) -> Problem:
        """Say it for people."""
        return Problem("bad-answer", f"{doing}: {self}", "check --base-url; then run again", at)


class Refused(ApiError):
    """The API answered that it did not, and will not, do it."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        """Keep the HTTP status, and the error's code and text as the API put them."""
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        known = _BY_CODE.get(self.code) or _BY_STATUS.get(self.status)
        sentence = known[1] if known else f"the API answered {self.status}"
        told = ": ".join(part for part in (self.code, self.detail) if part)
        return f"{sentence} ({told})" if told and told != "UNEXPECTED_ERROR" else sentence

    def problem(self, doing: str, at: Place | None = None) -> Problem:
        """Say it for people."""
        if 300 <= self.status < 400:  # noqa: PLR2004 - the class of redirects
            sentence = f"{doing}: the API answered with a redirect, which is never followed"
            return Problem("redirect", sentence, "check --base-url", at)
        known = _BY_CODE.get(self.code) or _BY_STATUS.get(self.status)
        code, hint = (known[0], known[2]) if known else ("api-refused", "")
        return Problem(code, f"{doing}: {self}", hint, at)


class Halted(ApiError):
    """The API asks for a wait that is too long to be waited for: the run ends."""

    def problem(self, doing: str, at: Place | None = None) -> Problem:
        """Say it for people."""
        return Problem("rate-limited", f"{doing}: {self}", "run again after that time", at)
