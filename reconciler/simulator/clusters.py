"""What runs in a project, for Prometheus to discover: clusters of a seed, and their addresses.

A project of a seed has one cluster of three hosts, unless its `clusters` say otherwise:

    "clusters": [{"name": "Cluster0", "provider": "AWS", "region": "us-east-1",
                  "hosts": ["db-0.example.com", "db-1.example.com:9216"]}]

All but the name may be left out. Names of hosts that are made up end as RFC 2606 reserves for that,
so that nobody's machines are asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reconciler.core.problem import quote
from reconciler.simulator.state import Cluster, StateError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
_PORT = re.compile(r":[0-9]+$")
_DEFAULTS = {"name": "Cluster0", "provider": "AWS", "region": "us-east-1"}
_FIRST_PRIVATE_PORT = 1024


def read_clusters(items: list[Any] | None, project_id: str, at: str) -> tuple[Cluster, ...]:
    """Read the clusters of a project in a seed; None gives the usual one. Raises StateError."""
    if items is None:
        return (_cluster({"name": _DEFAULTS["name"]}, project_id),)
    for index, item in enumerate(items):
        _check(item, f"{at}[{index}]")
    return tuple(_cluster(item, project_id) for item in items)


def address(cluster: Cluster, number: int, scheme: str, port: str) -> str:
    """Give the address of a cluster's host, by number, under which a scheme reaches it.

    PUBLIC is the host as it is; the others are built as in Atlas. `port` is for hosts without one.
    """
    at = _PORT.search(cluster.hosts[number])
    host = cluster.hosts[number][: at.start()] if at else cluster.hosts[number]
    port = at[0][1:] if at else port
    name, dot, domain = host.partition(".")
    if scheme == "PRIVATE":
        return f"{name}-pri{dot}{domain}:{port}"
    if scheme == "PRIVATE_ENDPOINT":
        return f"pl-0-{cluster.region}{dot}{domain}:{_FIRST_PRIVATE_PORT + number}"
    return f"{host}:{port}"


def _cluster(item: Mapping[str, Any], project_id: str) -> Cluster:
    known = {**_DEFAULTS, **item}
    name = known["name"].lower()
    usual = [f"{name}-shard-00-{n:02}.{project_id[-5:]}.example.net" for n in range(3)]
    hosts = tuple(item.get("hosts", usual))
    return Cluster(known["name"], known["provider"], known["region"], hosts)


def _check(item: Any, at: str) -> None:
    if not isinstance(item, dict) or not item.get("name"):
        raise StateError(f"{at} of the seed is not a mapping with a `name`.")
    if unknown := sorted(map(str, set(item) - {*_DEFAULTS, "hosts"})):
        names = ", ".join(map(quote, unknown))
        raise StateError(f"{at} of the seed has unknown members: {names}.")
    for name in _DEFAULTS.keys() & item.keys():
        if not isinstance(item[name], str):
            raise StateError(f"{at}.{name} of the seed is not a string.")
    hosts = item.get("hosts", [])
    if not isinstance(hosts, list) or not all(_is_host(host) for host in hosts):
        raise StateError(f"{at}.hosts of the seed is not a list of hosts, with or without a port.")


def _is_host(host: Any) -> bool:
    return isinstance(host, str) and _HOST.fullmatch(host) is not None
