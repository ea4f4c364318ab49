"""The API of campaigns that are large: as the simulator answers, and twenty times as fast.

It takes the place of the transport too. What it leaves out, such as signatures, the simulator and
the library that speaks HTTP put into the campaign of single faults.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from requests.adapters import BaseAdapter

from reconciler.api import wire
from reconciler.api.credentials import ApiKey
from reconciler.api.errors import Passing
from reconciler.api.transport import _BROKEN, ReadOnlyError, Reply, _judge
from reconciler.simulator import Request, Response, masks
from reconciler.simulator.state import Integration, new_id
from tests.faults.api import Api, _key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.faults.fleet import Fleet, Key

_ERROR = b'{"error": %d, "errorCode": "%s", "detail": ""}'


class Plain(Api, BaseAdapter):
    """Answers from what is live as it is kept for the invariants."""

    def __init__(self, fleet: Fleet) -> None:
        """Give out no token yet."""
        self._token = 0
        self._shown: dict[str, Any] = {}
        super().__init__(fleet)
        self._before = self.live

    def renew(self) -> None:
        """Take only a token that is yet to be given."""
        self._token += 1

    def before_the_last(self, request: Request) -> Response:
        """Answer from the state that was."""
        now, self.live = self.live, self._before
        try:
            return self._answer(request)
        finally:
            self.live = now

    @contextmanager
    def _remembering(self, changes: bool = True) -> Iterator[None]:
        state = self.live
        yield
        if self.live is not state:
            self._before = state

    def _answer(self, request: Request) -> Response:
        if request.path == wire.TOKEN:
            token = {"access_token": f"token-{self._token}", "expires_in": 3600}
            return _json({**token, "token_type": "Bearer"})
        signed = request.header("Authorization")
        if signed.startswith("Bearer") and signed != f"Bearer token-{self._token}":
            return Response(401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        project, type_ = _key(request.path)
        if not project:
            named = [
                {"id": id_, "name": f"p{int(id_, 16)}", "orgId": "0" * 24} for id_ in self.fleet.ids
            ]
            return _page(named)
        if not request.path.endswith("/integrations") and not type_:
            return _page([])
        refusal = self._write(request, (project, type_)) if type_ else None
        if refusal or request.method == "DELETE":
            return refusal or Response(204, {})
        there = [(key, one) for key, one in sorted(self.live.items()) if key[0] == project]
        first = request.query.get("pageNum", "1") == "1"  # and nobody has more than a page
        return _page([self._show(key, *one) for key, one in there if first], len(there))

    def _write(self, request: Request, key: Key) -> Response | None:
        """Do what is asked; give the refusal if there is one."""
        old, switches = self.live.get(key), self.fleet.switches
        if request.method == "POST" and old:
            return _refuse(409, wire.ALREADY_CONFIGURED)
        if not old and (request.method == "DELETE" or
                        (request.method == "PUT" and not switches.put_inserts)):  # fmt: skip
            return _refuse(404, wire.NOT_CONFIGURED)
        if request.method == "DELETE":
            self._delete(key)
            return None
        sent = {k: v for k, v in json.loads(request.body).items() if v is not None and k != "type"}
        kept = old[1] if old and switches.put_merges else {}
        keeps_id = old and not switches.ids_change
        self._put(key, old[0] if keeps_id else new_id(time.time()), {**kept, **sent})
        return None

    def _show(self, key: Key, id_: str, settings: Mapping[str, Any]) -> Any:
        """Show it as the simulator does; the same is shown once."""
        about = id(settings)
        found = self._shown.get((about, id_))
        if found is None:
            one = masks.show(
                self.fleet.api, Integration(key[1], id_, settings), self.fleet.switches
            )
            found = self._shown[about, id_] = settings, one
        return found[1]


class Short:
    """The way to it: what a transport promises, and no library in between."""

    signed = ApiKey

    def __init__(self, api: Plain, *, writable: bool) -> None:
        """Take what answers."""
        self._api = api
        self._writable = writable

    def send(self, method: str, path: str, *, params=None, headers=None, body=None) -> Reply:
        """Send one request; what is raised tells what a transport's own errors do."""
        if method != "GET" and not self._writable and path not in (wire.TOKEN, wire.REVOKE):
            raise ReadOnlyError
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        request = Request(method, path, path, params or {}, lower, body or b"")
        try:
            answer = self._api.handle(request)
            shown = {name.lower(): value for name, value in answer.headers.items()}
            return Reply(answer.status, shown, answer.body)
        except (Passing, *_BROKEN) as error:
            trouble = _judge(error)
        raise trouble

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _page(results: list[Any], total: int | None = None) -> Response:
    count = len(results) if total is None else total
    return _json({"links": [], "results": results, "totalCount": count})


def _json(document: Any) -> Response:
    return Response(200, {"Content-Type": "application/json"}, json.dumps(document).encode())


def _refuse(status: int, code: str) -> Response:
    return Response(status, {}, _ERROR % (status, code.encode()))
