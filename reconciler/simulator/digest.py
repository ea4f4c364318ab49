"""HTTP Digest authentication as the API challenges for it.

Source: RFC 7616 (MD5, qop=auth), and a recorded 401 whose header is copied here. No credentials, an
unknown public key and a wrong private key all look the same.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.request import parse_http_list, parse_keqv_list

from reconciler.simulator.errors import unauthorized

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.simulator.errors import ApiError
    from reconciler.simulator.message import Request

_REALM = "MMS Public API"
_MOMENT, _CHANCE, _SEAL = 6, 2, 16
"""Bytes of a nonce: milliseconds, randomness, and the proof that it is ours; base64 makes 32."""


class Gate:
    """Lets in whoever answers a challenge of ours.

    With no keys given, any pair will do: the answer's arithmetic is then not checked, since the
    private key is not known, but all the rest is. A nonce may be used again until it expires, and
    `nc` need not grow. Keeps nothing per nonce, so it is thread-safe and cannot be filled up.
    """

    def __init__(
        self, keys: tuple[str, str] | None, *, seconds: int, clock: Callable[[], float]
    ) -> None:
        """Take the one key pair to accept, public and private, and a nonce's life."""
        self._keys = keys
        self._seconds = seconds
        self._clock = clock
        self._secret = secrets.token_bytes(32)

    def user(self, request: Request) -> str:
        """Give the public key of the caller. Raises the challenge otherwise."""
        answer = _answer(request)
        if not (self._is_ours(answer.get("nonce", "")) and self._fits(answer, request.method)):
            raise self.challenge()
        if self._age(answer["nonce"]) > self._seconds:
            raise self.challenge(stale=True)
        return answer["username"]

    def _fits(self, answer: Mapping[str, str], method: str) -> bool:
        if self._keys is None:
            return True
        user, password = self._keys
        right = _response(answer, method, password)
        known = hmac.compare_digest(answer["username"].encode(), user.encode())
        return hmac.compare_digest(answer["response"].encode(), right.encode()) and known

    def challenge(self, *, stale: bool = False) -> ApiError:
        """Build the challenge."""
        value = (
            f'Digest realm="{_REALM}", domain="", nonce="{self._nonce()}", algorithm=MD5, '
            f'qop="auth", stale={str(stale).lower()}'
        )
        return unauthorized(value)

    def _nonce(self) -> str:
        moment = int(self._clock() * 1000).to_bytes(_MOMENT, "big") + secrets.token_bytes(_CHANCE)
        return base64.b64encode(moment + self._seal(moment)).decode()

    def _is_ours(self, nonce: str) -> bool:
        try:
            raw = base64.b64decode(nonce, validate=True)
        except ValueError:
            return False
        return hmac.compare_digest(raw[-_SEAL:], self._seal(raw[:-_SEAL]))

    def _age(self, nonce: str) -> float:
        return self._clock() - int.from_bytes(base64.b64decode(nonce)[:_MOMENT], "big") / 1000

    def _seal(self, moment: bytes) -> bytes:
        return hmac.digest(self._secret, moment, "sha256")[:_SEAL]


def _answer(request: Request) -> Mapping[str, str]:
    """Read the Authorization header; empty unless it is whole and meant for this very request."""
    scheme, _, rest = request.header("Authorization").partition(" ")
    try:
        answer = parse_keqv_list(parse_http_list(rest))
    except (ValueError, IndexError):
        return {}
    expected = {"realm": _REALM, "qop": "auth", "uri": request.target}
    complete = all(answer.get(name) for name in ("username", "response", "nc", "cnonce"))
    right = all(answer.get(name) == value for name, value in expected.items())
    md5 = answer.get("algorithm", "MD5").upper() == "MD5"
    return answer if scheme.lower() == "digest" and complete and right and md5 else {}


def _response(answer: Mapping[str, str], method: str, password: str) -> str:
    """Compute what a caller who knows the private key answers (RFC 7616, 3.4.1)."""
    secret = _md5(answer["username"], _REALM, password)
    asked = _md5(method, answer["uri"])
    return _md5(secret, answer["nonce"], answer["nc"], answer["cnonce"], "auth", asked)


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()
