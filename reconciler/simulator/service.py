"""The API as one pure step: a request in, a response out, and nothing touched but the store.

It shares facts with the client, such as names, numbers and schemas, and no behaviour.
"""

from __future__ import annotations

import re
import time
from datetime import date
from typing import TYPE_CHECKING

from reconciler.api import wire
from reconciler.api.dialects import DIALECTS
from reconciler.simulator.answers import render
from reconciler.simulator.buckets import Buckets
from reconciler.simulator.call import Call
from reconciler.simulator.digest import Gate
from reconciler.simulator.errors import ApiError, refuse, refuse_bare
from reconciler.simulator.message import MOST_BODY, Request, Response
from reconciler.simulator.options import read_options
from reconciler.simulator.routes import Route, find
from reconciler.simulator.state import is_id
from reconciler.simulator.switches import LIKELIEST, Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.simulator.store import Store

_VERSIONED = re.compile(r"application/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json")
_IDS = ("groupId", "orgId")


class Service:
    """Answers requests on the projects and integrations of one store. Thread-safe."""

    def __init__(
        self,
        store: Store,
        *,
        keys: tuple[str, str] | None = None,
        switches: Switches = LIKELIEST,
        dialect: str = "atlas",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Serve a store to whoever has the keys, or to any key pair when none are given."""
        self.store = store
        self._switches = switches
        self._dialect = DIALECTS[dialect]
        self._clock = clock
        self._gate = Gate(keys, seconds=switches.nonce_seconds, clock=clock)
        self._buckets = Buckets(switches, clock)

    def handle(self, request: Request) -> Response:
        """Answer one request. Raises StateError when the state's file fails."""
        try:
            user = self._gate.user(request)
            if len(request.body) > MOST_BODY:
                raise refuse_bare(413)
            route, names = find(request.method, request.path, self._dialect)
            self._negotiate(request)
            with self.store.transaction(writing=request.method != "GET"):
                return self._perform(request, user, route, names)
        except ApiError as error:
            return error.response

    def close(self) -> None:
        """Let go of the state."""
        self.store.close()

    def _perform(
        self, request: Request, user: str, route: Route, names: Mapping[str, str]
    ) -> Response:
        """Take the steps that need the state. A project is looked up before its limit is counted.

        So it is recorded: the error for an unknown project has no rate-limit headers, others do.
        """
        call = self._call(request, names)
        whose = names.get(route.whose, user)
        limits = self._buckets.take(route.scope, whose, request.path)
        try:
            return render(call, route.handler(call)).plus(limits)
        except ApiError as error:
            return error.response.plus(limits)

    def _call(self, request: Request, names: Mapping[str, str]) -> Call:
        if any(name in names and not is_id(names[name]) for name in _IDS):
            raise refuse("PATH_PARAM_PARSE_ERROR", request.path)
        project = names.get("groupId")
        if project and self.store.project(project) is None:
            raise refuse(wire.GROUP_NOT_FOUND, project)
        return Call(
            request=request,
            dialect=self._dialect,
            names=names,
            options=read_options(request.query),
            store=self.store,
            switches=self._switches,
            now=self._clock(),
        )

    def _negotiate(self, request: Request) -> None:
        """Refuse a request that asks for no version, or for one before the only one there is.

        A later date gives the newest version that is not after it.
        """
        newest = _version(self._dialect.media_type)
        asked = _version(request.header("Accept"))
        if newest and not (asked and asked >= newest):
            raise refuse("INVALID_VERSION_DATE", status=self._switches.missing_version_status)


def _version(media_type: str) -> date | None:
    found = _VERSIONED.search(media_type)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
