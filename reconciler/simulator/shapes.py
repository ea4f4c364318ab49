"""What each API shows of a project.

Source: recorded answers for v2; fixtures of official clients for Atlas v1.0 and the public API.
There, a project that is asked for alone has an `agentApiKey`, as documented.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from reconciler.api.dialects import Family
from reconciler.simulator.call import is_v2

if TYPE_CHECKING:
    from reconciler.simulator.call import Call
    from reconciler.simulator.state import Project

_PARTS = ("containers", "clusters", "databaseUsers", "peers", "processes", "whitelist")
"""What a project that is shown alone links to, in v2."""
_HOSTS = ("arbiter", "config", "master", "mongos", "primary", "secondary", "slave")


def show_project(call: Call, project: Project, *, alone: bool) -> dict[str, Any]:
    """Give a project as the API that was called shows it, in a list or alone."""
    shown: dict[str, Any] = {
        "id": project.id,
        "links": _links(call, project, alone=alone),
        "name": project.name,
        "orgId": project.org_id,
    }
    if call.dialect.family is Family.PUBLIC:
        shown |= _public(project, alone=alone)
    else:
        shown |= {"clusterCount": len(project.clusters), "created": project.created}
    if is_v2(call.dialect):
        shown |= {"tags": list(project.tags), "withDefaultAlertsSettings": True}
    return {name: shown[name] for name in sorted(shown)}


def agent_key(project: Project) -> str:
    """Give the agents' key of a project: a live secret, which only the public API shows."""
    return hashlib.sha256(f"agents of {project.id}".encode()).hexdigest()[:32]


def _public(project: Project, *, alone: bool) -> dict[str, Any]:
    return {
        "activeAgentCount": 0,
        "hostCounts": dict.fromkeys(_HOSTS, 0),
        "lastActiveAgent": project.created,
        "publicApiEnabled": True,
        "replicaSetCount": len(project.clusters),
        "shardCount": 0,
        "tags": list(project.tags),
        **({"agentApiKey": agent_key(project)} if alone else {}),
    }


def _links(call: Call, project: Project, *, alone: bool) -> list[dict[str, str]]:
    here = f"{call.request.origin}{call.dialect.projects()}/{project.id}"
    links = [{"href": here, "rel": "self"}]
    if alone and is_v2(call.dialect):
        host = "https://cloud.mongodb.com"
        links += [{"href": f"{here}/{part}", "rel": f"{host}/{part}"} for part in _PARTS]
    return links
