"""Scrape targets in groups, as Prometheus reads them from a file or from an HTTP endpoint.

Source of the form: Prometheus' documentation of `file_sd_config` and of HTTP service discovery.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PROJECT = "group_id"
"""The label that holds the id of a group's project, in every dialect."""

_LABEL = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_ADDRESS = re.compile(
    r"(?:\[(?P<ipv6>[0-9a-fA-F:.]+)\]|[a-zA-Z0-9_][\w.-]{0,252}):(?P<port>\d{1,5})", re.ASCII
)
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """Addresses, each `host:port`, that share labels."""

    targets: tuple[str, ...]
    labels: Mapping[str, str]


class NoTargets(ValueError):
    """A document that is no list of target groups; the message quotes nothing of it."""


def read_groups(document: Any) -> tuple[TargetGroup, ...]:
    """Read parsed JSON as target groups, in the document's order.

    Raises NoTargets for what Prometheus would refuse, since it refuses a file as a whole, and for
    what is no address.
    """
    if not isinstance(document, list):
        raise NoTargets("it is not a list of target groups")
    return tuple(_read_group(item) for item in document)


def merge(groups: Iterable[TargetGroup]) -> list[TargetGroup]:
    """Put groups of the same labels together; sort them by labels, and their targets by name.

    Each target stands once in its group, and a group without any is left out.
    """
    merged: dict[tuple[tuple[str, str], ...], set[str]] = defaultdict(set)
    for group in groups:
        merged[tuple(sorted(group.labels.items()))] |= set(group.targets)
    return [
        TargetGroup(tuple(sorted(targets)), dict(labels))
        for labels, targets in sorted(merged.items())
        if targets
    ]


def _read_group(item: Any) -> TargetGroup:
    group = item if isinstance(item, dict) else {}
    targets, labels = group.get("targets"), group.get("labels")
    if not isinstance(targets, list) or not isinstance(labels, dict):
        raise NoTargets("it holds a group without targets and labels")
    if not all(isinstance(target, str) and _is_address(target) for target in targets):
        raise NoTargets("it holds a target that is not host:port")
    if not all(_LABEL.fullmatch(n) and isinstance(v, str) for n, v in labels.items()):
        raise NoTargets("it holds a label that Prometheus does not accept")
    return TargetGroup(tuple(targets), labels)


def _is_address(text: str) -> bool:
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found["port"]) <= _HIGHEST_PORT:
        return False
    try:
        return not found["ipv6"] or bool(IPv6Address(found["ipv6"]))
    except ValueError:
        return False
