"""Where a webhook may lead: the hosts that an operator lists, and what a URL says of its host.

A URL is read here by Python, and later by the API's server: what the two could read in different
ways fits no host at all.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from reconciler.core.problem import Problem, warning

if TYPE_CHECKING:
    from collections.abc import Iterable

_HTTPS = 443
_MOST_PORT = 65535
_LABEL = "[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*(?=[a-z]){_LABEL}\Z")
"""A domain name in its ASCII form. Its last label is no number, or it would be an address."""
_ENTRY = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<other>[^:]+))(?::(?P<port>[0-9]{1,5}))?\Z")
_PRIVATE = ("local", "localhost", "internal", "intranet", "lan", "home", "corp", "home.arpa")
"""Domains that are never public: RFC 6761, 6762 and 8375, ICANN's `internal`, and what is usual."""


class Host(NamedTuple):
    """An entry of the list: one name, all names below one, all public names, or a network."""

    name: str
    """`hooks.example.com`, `*.example.com` for all below, `*` for all public; empty: a network."""
    network: IPv4Network | IPv6Network | None
    port: int


def parse_host(text: str) -> Host | None:
    """Read an entry: NAME, *.NAME, *, ADDRESS or NETWORK/BITS, and maybe a port; None if none."""
    text = text.lower()
    found = _ENTRY.match(text)
    bare = (found["six"] or found["other"]) if found else text
    port = int(found["port"] or _HTTPS) if found else _HTTPS
    if not 0 < port <= _MOST_PORT:
        return None
    try:
        return Host("", ip_network(bare), port)
    except ValueError:
        name = bare.removeprefix("*.")
        return Host(bare, None, port) if bare == "*" or _NAME.match(name) else None


def objection(subject: str, url: str, hosts: Iterable[Host] | None) -> Problem | None:
    """Say what speaks against posting to a URL, if anything does; nothing of the URL is quoted.

    With no list of hosts, plain http is worth a warning, and that is all. With one, the URL must be
    https, name no user, and lead to one of the hosts, at the port of that entry.
    """
    secure = "use https, so that nobody on the way can read it"
    if hosts is None:
        insecure = url.startswith("http:")
        return warning("insecure-url", f"{subject} is not https", secure) if insecure else None
    if not url.startswith("https:"):
        return Problem("insecure-url", f"{subject} is not https", secure)
    if "@" in url.partition("//")[2].partition("/")[0]:
        sentence = f"{subject} names a user, or a password"
        return Problem("url-with-user", sentence, "take out what stands before the @")
    if not any(_leads_to(host, url) for host in hosts):
        sentence = f"{subject} leads to a host that the operator's policy does not list"
        return Problem("host-not-allowed", sentence, "use another, or ask the operator")
    return None


def _leads_to(host: Host, url: str) -> bool:
    try:
        parts = urlsplit(url)
        name, port = (parts.hostname or "").removesuffix("."), parts.port or _HTTPS
    except ValueError:
        return False
    if port != host.port:
        return False
    if host.network:
        return _is_in(host.network, name)
    return bool(_NAME.match(name)) and _is_named(host.name, name)


def _is_in(network: IPv4Network | IPv6Network, text: str) -> bool:
    try:
        return ip_address(text) in network
    except ValueError:
        return False


def _is_named(pattern: str, name: str) -> bool:
    if pattern == "*":
        return "." in name and not f".{name}".endswith(tuple(f".{part}" for part in _PRIVATE))
    return name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern
