"""Ask Prometheus discovery where the processes of a project are scraped.

It lies outside the admin API, and takes the user name and password of the project's own
integration. Source: MongoDB's documentation of the endpoint. What it answers where there is no such
integration is not documented, so the messages name every likely reason.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.api.codes import Meaning
from reconciler.api.errors import BadAnswer, Refused
from reconciler.core.target import NoTargets, read_groups

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.client import Client
    from reconciler.core.state import ProjectRef
    from reconciler.core.target import TargetGroup

_LOGIN = (
    "apply the desired state if they are new; else check `username`, and the secret of `password`"
)
_MEANINGS = {
    401: Meaning(
        "bad-credentials",
        "discovery does not accept the integration's user name and password",
        _LOGIN,
    ),
    403: Meaning(
        "no-access", "discovery is closed to the integration's user name and password", _LOGIN
    ),
    404: Meaning(
        "not-found",
        "discovery knows no such project, or no Prometheus integration in it",
        "apply the desired state first; check the project's id, and --base-url",
    ),
}


def discover(
    client: Client, project: ProjectRef, params: Mapping[str, str]
) -> tuple[TargetGroup, ...]:
    """Read the target groups of a project whose id is known.

    The client has the credentials of the project's integration. Raises ApiError, and Stopped when
    the run is ending.
    """
    path = client.dialect.discovery(project.id or "")
    try:
        reply = client.get(path, params)
    except Refused as error:
        raise _explained(error) from None
    try:
        return read_groups(json.loads(reply.body))
    except NoTargets as error:
        trouble = str(error)
    except (ValueError, RecursionError):
        trouble = "it is not JSON"
    raise BadAnswer(f"the answer cannot be used: {trouble}")


def _explained(error: Refused) -> Refused:
    """Say what a refusal means here, where another name and password are asked for."""
    known = _MEANINGS.get(error.status)
    if known:
        error.meaning, error.hint = known, known.hint
    return error
