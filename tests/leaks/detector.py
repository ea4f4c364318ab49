"""Finds a canary, or part of one, in bytes: as it is, encoded, hidden by a mask, or digested."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.leaks.canaries import Canaries

PLAIN = 8
"""Characters of a canary in a row that count, in its own case."""
ENCODED = 12
"""Bytes of an encoded or digested one, in any case."""
TAIL = 4
_DIGESTS = (
    "md5", "sha1", "sha224", "sha256", "sha384", "sha512",
    "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s",
)  # fmt: skip


def forms(value: str) -> Iterator[tuple[str, bytes]]:
    """Give every form of a value that is looked for, beside the plain one, with its name."""
    raw = value.encode()
    yield "lower case", raw
    yield "reversed", raw[::-1]
    yield "URL", quote(value, safe="").encode()
    yield "URL", quote_plus(value).encode()
    yield "URL", "".join(f"%{byte:02x}" for byte in raw).encode()
    yield "JSON", json.dumps(value)[1:-1].encode()
    yield "JSON", "".join(f"\\u{ord(sign):04x}" for sign in value).encode()
    yield "HTML", html.escape(value).encode()
    yield "HTML", "".join(f"&#{ord(sign)};" for sign in value).encode()
    yield "HTML", "".join(f"&#x{ord(sign):x};" for sign in value).encode()
    for shift in range(3):
        yield "base64", _inner(base64.b64encode(b"\0" * shift + raw), 4)
        yield "base64", _inner(base64.urlsafe_b64encode(b"\0" * shift + raw), 4)
    for shift in range(5):
        yield "base32", _inner(base64.b32encode(b"\0" * shift + raw), 8)
    yield "hex", raw.hex().encode()
    yield "UTF-16", value.encode("utf-16-le")
    yield "UTF-16", value.encode("utf-16-be")
    yield from digests(value)


def digests(value: str) -> Iterator[tuple[str, bytes]]:
    """Give every digest of a value that is looked for, with its name."""
    for name in _DIGESTS:
        digest = hashlib.new(name, value.encode()).digest()
        yield name, digest.hex().encode()
        yield name, base64.b64encode(digest)
        yield name, base64.urlsafe_b64encode(digest)
        yield name, digest


class Detector:
    """Knows all forms of some canaries, cut into pieces, each with what it is a piece of."""

    def __init__(self, canaries: Canaries) -> None:
        self._plain: dict[bytes, str] = {}
        self._encoded: dict[bytes, str] = {}
        self._tails: dict[bytes, str] = {}
        for name, value in canaries.values.items():
            raw = value.encode()
            self._plain |= dict.fromkeys(_pieces(raw, PLAIN), f"{name}: plain")
            self._tails[b"*" + raw[-TAIL:]] = f"{name}: tail"
            if canaries.is_tail(value[-TAIL:]):
                self._tails[raw[-TAIL:]] = f"{name}: tail"
            self._add(name, forms(value))
        for name, value in canaries.addresses.items():
            self._add(name, digests(value))

    def _add(self, name: str, pairs: Iterator[tuple[str, bytes]]) -> None:
        for form, encoded in pairs:
            for piece in _pieces(encoded.lower(), ENCODED):
                self._encoded.setdefault(piece, f"{name}: {form}")

    def find(self, data: bytes) -> list[str]:
        """Name what is found, sorted."""
        plain = self._plain.keys() & set(_pieces(data, PLAIN))
        encoded = self._encoded.keys() & set(_pieces(data.lower(), ENCODED))
        found = {self._plain[piece] for piece in plain}
        found |= {self._encoded[piece] for piece in encoded}
        found |= {name for tail, name in self._tails.items() if tail in data}
        return sorted(found)


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(len(data) - size + 1))


def _inner(encoded: bytes, block: int) -> bytes:
    """Drop the first and last block, which depend on what stands beside the value."""
    return encoded[block:-block]
