"""What is said to get a token for a service account, and what the answers mean.

Sources: RFC 6749 (2.3.1, 4.4, 5), RFC 7009, and the service's own error reference. The form has one
field and the answer three; the libraries for it would rather follow a grant through a browser, take
an answer that is no JSON for a form, and refuse plain http to this machine.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode

from reconciler.api.codec import decode_error
from reconciler.api.codes import Meaning, meaning
from reconciler.api.credentials import ApiKey, ServiceAccount
from reconciler.api.errors import BadAnswer, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.transport import Reply
    from reconciler.core.secret import Ends

GRANT = urlencode({"grant_type": "client_credentials"}).encode()
_FOREVER = float("inf")


def revocation(token: str) -> bytes:
    """Give the form that takes a token back."""
    return urlencode({"token": token, "token_type_hint": "access_token"}).encode()


def headers(account: ServiceAccount) -> Mapping[str, str]:
    """Give the headers of both forms; id and secret are encoded as forms are, before Basic is."""
    said = ":".join(quote_plus(half) for half in account.pair)
    return {
        "Authorization": f"Basic {b64encode(said.encode()).decode()}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }


def decode_token(body: bytes) -> tuple[str, float]:
    """Read a token and the seconds that it lives. Raises BadAnswer."""
    answer = _document(body)
    token, kind = answer.get("access_token"), answer.get("token_type", "Bearer")
    if not isinstance(token, str) or not ServiceAccount("", token).are_sendable or not token:
        raise BadAnswer("the answer holds no token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise BadAnswer("the answer holds a token of another type than Bearer")
    seconds = answer.get("expires_in", _FOREVER)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
        raise BadAnswer("the answer does not tell how long its token lives")
    return token, seconds


def refusal(reply: Reply, ends: Ends) -> Refused:
    """Say why there is no token; in the API's own words, unless they give a secret away.

    Errors have the shape of OAuth, but for a rate limit, which has the API's own.
    """
    answer = _document(reply.body)
    code, detail = answer.get("error"), answer.get("error_description")
    if not isinstance(code, str):
        code, detail = decode_error(reply.body)
    detail = detail if isinstance(detail, str) and detail.isprintable() else ""
    told = _MEANINGS.get(code) or _BY_STATUS.get(reply.status)
    if code == "access_denied" and "limit" in detail.lower():
        told = _TOO_MANY
    told = told or meaning(reply.status, code, challenged=True, signed=ServiceAccount)
    if ends.are_in(f"{code} {detail}"):
        code, detail = "", ""
    return Refused(reply.status, code, detail, told)


def _document(body: bytes) -> Mapping[str, Any]:
    """Read an object; anything else is an empty one."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


_VARIABLES = " and ".join(ServiceAccount.variables)
_UNKNOWN = Meaning(
    "bad-credentials",
    "the API does not accept the service account",
    f"check {_VARIABLES}, and that the secret has not expired",
)
_NOT_OFFERED = Meaning(
    "not-offered",
    "the API gives no tokens to service accounts",
    f"check --base-url, or use an API key: {' and '.join(ApiKey.variables)}",
)
_TOO_MANY = Meaning(
    "too-many-tokens",
    "the service account has as many live tokens as it may have",
    "wait until some expire, an hour at most, or revoke them",
)
_MEANINGS = {
    "invalid_client": _UNKNOWN,
    "invalid_grant": _UNKNOWN,
    "invalid_request": _UNKNOWN,
    "unauthorized_client": _UNKNOWN,
    "unsupported_grant_type": _NOT_OFFERED,
    "access_denied": Meaning(
        "no-access",
        "the service account may not ask for a token from here",
        "add this machine's address to the access list of the service account",
    ),
}
_BY_STATUS = {
    400: _UNKNOWN,
    401: _UNKNOWN,
    404: _NOT_OFFERED,
    405: _NOT_OFFERED,
    429: Meaning(
        "rate-limited", "the API's limit on requests for tokens is used up", "run again later"
    ),
}
