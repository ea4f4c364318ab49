"""Prometheus discovery: the targets of a project, for whoever has its integration's credentials.

Source: the manual's pages on discovery, which disagree on who may ask on Cloud Manager and Ops
Manager. What is answered where the integration is absent or switched off is not documented; here
it is what wrong credentials are answered, which tells a stranger nothing, or 404 by a switch.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from reconciler.api import wire
from reconciler.api.dialects import Family
from reconciler.simulator.clusters import address
from reconciler.simulator.errors import ApiError, refuse, refuse_bare, unauthorized
from reconciler.simulator.message import Response, write_json
from reconciler.simulator.oauth import read_basic
from reconciler.simulator.routes import fit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.simulator.digest import Gate
    from reconciler.simulator.message import Request
    from reconciler.simulator.state import Cluster, Project
    from reconciler.simulator.store import Store
    from reconciler.simulator.switches import Switches

_PATTERN = "/prometheus/v1.0/groups/{groupId}/discovery"
_CHALLENGE = 'Basic realm="MMS Prometheus"'
_SCHEMES = ("PUBLIC", "PRIVATE", "PRIVATE_ENDPOINT")
_ATLAS_PORT, _AGENT_PORT = "27018", "9216"


class Discovery:
    """Answers with the targets of the projects in a store. Thread-safe."""

    def __init__(self, store: Store, gate: Gate, switches: Switches) -> None:
        """Take the gate that asks for API keys, for the reading by which these are wanted."""
        self._store = store
        self._gate = gate
        self._switches = switches

    def answer(self, request: Request) -> Response | None:
        """Answer a request for targets; None if it is for something else. Raises ApiError."""
        names = fit(_PATTERN, request.path)
        if names is None:
            return None
        if request.method != "GET":
            raise refuse_bare(405, {"Allow": "GET"})
        with self._store.transaction():
            project = self._store.project(names["groupId"])
            settings = self._settings(project)
        if project is None:
            raise self._absent(refuse(wire.GROUP_NOT_FOUND, names["groupId"]))
        self._admit(request, project, settings)
        targets = _targets(project, settings, _scheme(request, project))
        return Response(200, {"Content-Type": "application/json"}, write_json(targets))

    def _settings(self, project: Project | None) -> Mapping[str, Any]:
        """Give the settings of a project's integration; empty where there is none in use."""
        for integration in self._store.integrations(project.id) if project else ():
            if integration.type == "PROMETHEUS" and integration.settings.get("enabled"):
                return integration.settings
        return {}

    def _admit(self, request: Request, project: Project, settings: Mapping[str, Any]) -> None:
        """Let in whoever may ask. Raises 401, or 404 where there is nothing to ask for."""
        digest = project.family is Family.PUBLIC and self._switches.discovery_auth == "digest"
        if digest:
            self._gate.user(request)
        if not settings:
            raise self._absent(refuse(wire.NOT_CONFIGURED, "PROMETHEUS"))
        if not digest and not _fits(request, settings):
            raise unauthorized(_CHALLENGE)

    def _absent(self, not_found: ApiError) -> ApiError:
        return not_found if self._switches.no_discovery_status == 404 else unauthorized(_CHALLENGE)  # noqa: PLR2004 - a status


def _fits(request: Request, settings: Mapping[str, Any]) -> bool:
    given = ":".join(read_basic(request))
    right = f"{settings.get('username', '')}:{settings.get('password', '')}"
    known = bool(settings.get("username") and settings.get("password"))
    return hmac.compare_digest(given.encode(), right.encode()) and known


def _scheme(request: Request, project: Project) -> str:
    """Read how the targets are to be reached, which is for Atlas to say."""
    if project.family is Family.PUBLIC:
        return "PUBLIC"
    scheme = request.query.get("targetScheme", "PUBLIC")
    if scheme not in _SCHEMES:
        raise refuse("INVALID_QUERY_PARAMETER", "targetScheme")
    if scheme == "PRIVATE_ENDPOINT" and not request.query.get("endpointId"):
        raise refuse("INVALID_QUERY_PARAMETER", "endpointId")
    return scheme


def _targets(project: Project, settings: Mapping[str, Any], scheme: str) -> list[dict[str, Any]]:
    labels = {"group_id": project.id, "group_name": project.name, "org_id": project.org_id}
    if project.family is Family.PUBLIC:
        port = str(settings.get("listenAddress", "")).rpartition(":")[2] or _AGENT_PORT
        hosts = [
            address(cluster, number, scheme, port)
            for cluster in project.clusters
            for number in range(len(cluster.hosts))
        ]
        return [{"targets": hosts, "labels": labels}] if hosts else []
    return [
        {
            "targets": [address(cluster, number, scheme, _ATLAS_PORT)],
            "labels": {**labels, **_place(project, cluster, number)},
        }
        for cluster in project.clusters
        for number in range(len(cluster.hosts))
    ]


def _place(project: Project, cluster: Cluster, number: int) -> dict[str, str]:
    return {
        "availability_zone": f"{cluster.region}-az{number + 1}",
        "cl_name": cluster.name,
        "node_type": "ELECTABLE",
        "provider": cluster.provider,
        "region": cluster.region,
        "replica_set_name": f"atlas-{project.id[-6:]}-shard-0",
    }
