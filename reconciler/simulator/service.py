"""The API as one pure step: a request in, a response out, and nothing touched but the store.

It shares facts with the client, such as names, numbers and schemas, and no behaviour.
"""

from __future__ import annotations

import re
import time
from datetime import date
from typing import TYPE_CHECKING

from reconciler.api import wire
from reconciler.api.dialects import DIALECTS, Family
from reconciler.simulator.answers import render
from reconciler.simulator.buckets import Buckets
from reconciler.simulator.call import Call, is_v2
from reconciler.simulator.digest import Gate
from reconciler.simulator.discovery import Discovery
from reconciler.simulator.errors import ApiError, refuse, refuse_bare
from reconciler.simulator.message import MOST_BODY, Request, Response
from reconciler.simulator.oauth import ServiceAccounts
from reconciler.simulator.options import read_options
from reconciler.simulator.projects import refuse_family
from reconciler.simulator.refusals import Refusals
from reconciler.simulator.routes import Route, find, find_dialect
from reconciler.simulator.state import is_id
from reconciler.simulator.switches import LIKELIEST, Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.api.dialects import Dialect
    from reconciler.simulator.refusals import Refusal
    from reconciler.simulator.store import Store

_VERSIONED = re.compile(r"application/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json")
_IDS = {"groupId": "INVALID_GROUP_ID", "orgId": "INVALID_ORG_ID"}
"""The error of a malformed id before v2, where there is one error for all of them."""


class Service:
    """Answers requests on the projects and integrations of one store, in every dialect.

    The path picks the dialect, and below the path that Cloud Manager and Ops Manager share, the
    project does. Thread-safe.
    """

    def __init__(  # noqa: PLR0913 - each of them has a default
        self,
        store: Store,
        *,
        keys: tuple[str, str] | None = None,
        account: tuple[str, str] | None = None,
        switches: Switches = LIKELIEST,
        refusals: Iterable[Refusal] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Serve a store to whoever has the keys, or the id and secret of the service account.

        Where none are given, any will do. Refusals are given in the place of any other answer.
        """
        self.store = store
        self._switches = switches
        self._clock = clock
        self._gate = Gate(keys, seconds=switches.nonce_seconds, clock=clock)
        self._accounts = ServiceAccounts(account, switches, clock)
        self._refusals = Refusals(refusals)
        self._discovery = Discovery(store, self._gate, switches)
        self._buckets = Buckets(switches, clock)

    def handle(self, request: Request) -> Response:
        """Answer one request. Raises StateError when the state's file fails."""
        try:
            return (
                self._refusals.answer(request)
                or self._accounts.answer(request)
                or self._discovery.answer(request)
                or self._answer(request)
            )
        except ApiError as error:
            return error.response

    def _answer(self, request: Request) -> Response:
        client = self._accounts.client(request)
        user = client or self._gate.user(request)
        if len(request.body) > MOST_BODY:
            raise refuse_bare(413)
        dialect = find_dialect(request.path)
        route, names = find(request.method, request.path, dialect)
        self._negotiate(request, dialect)
        with self.store.transaction(writing=request.method != "GET"):
            call = self._call(request, dialect, names)
            if client and not call.dialect.service_accounts:
                raise self._gate.challenge()
            return self._perform(call, user, route)

    def close(self) -> None:
        """Let go of the state."""
        self.store.close()

    def _perform(self, call: Call, user: str, route: Route) -> Response:
        """Take the steps that are counted. The project has been looked up before.

        So it is recorded: the error for an unknown project has no rate-limit headers, others do.
        """
        path, whose = call.request.path, call.names.get(route.whose, user)
        limits = self._buckets.take(route.scope, whose, path, call.dialect)
        try:
            return render(call, route.handler(call)).plus(limits)
        except ApiError as error:
            return error.response.plus(limits)

    def _call(self, request: Request, dialect: Dialect, names: Mapping[str, str]) -> Call:
        for name in _IDS.keys() & names.keys():
            if not is_id(names[name]):
                raise _malformed(request, dialect, name, names[name])
        return Call(
            request=request,
            dialect=self._own_dialect(dialect, names.get("groupId")),
            names=names,
            options=read_options(request.query),
            store=self.store,
            switches=self._switches,
            now=self._clock(),
        )

    def _own_dialect(self, asked: Dialect, project_id: str | None) -> Dialect:
        """Give the dialect of a project on the path that was asked, if it is of that family."""
        if project_id is None:
            return asked
        project = self.store.project(project_id)
        if project is None:
            raise refuse(wire.GROUP_NOT_FOUND, project_id)
        refuse_family(asked, project)
        return asked if asked.family is Family.ATLAS else DIALECTS[project.api]

    def _negotiate(self, request: Request, dialect: Dialect) -> None:
        """Refuse a request that asks for no version, or for one before the only one there is.

        A later date gives the newest version that is not after it.
        """
        if not is_v2(dialect):
            return
        newest = _version(dialect.media_type)
        asked = _version(request.header("Accept"))
        if asked is None and self._switches.missing_version_status == 200:  # noqa: PLR2004 - a status
            return
        if newest and not (asked and asked >= newest):
            raise refuse("INVALID_VERSION_DATE", status=self._switches.missing_version_status)


def _malformed(request: Request, dialect: Dialect, name: str, value: str) -> ApiError:
    if is_v2(dialect):
        return refuse("PATH_PARAM_PARSE_ERROR", request.path)
    return refuse(_IDS[name], value)


def _version(media_type: str) -> date | None:
    found = _VERSIONED.search(media_type)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
