"""The API of a campaign: the simulator in this process, with a fault at whichever call one likes.

All that was asked and done is kept, for the invariants to be held against.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.simulator import Response, Service, Store
from reconciler.simulator.database import prepare
from reconciler.simulator.state import Integration, Project, derived_id, new_id
from tests.faults.clock import Patience
from tests.faults.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reconciler.simulator import Request
    from tests.faults.fleet import Fleet, Key, Settings

    State = Mapping[Key, tuple[str, Settings]]
    Fault = Callable[["Api", Request, Callable[[], Response]], Response]
    Schedule = Callable[[int], "tuple[str, Fault] | None"]

_SECONDS = 0.05
"""What a request takes."""
_SUCCESSFUL = 2
_UNAUTHORIZED = 401
_MOMENT = 1_577_836_800


class Down(BaseException):
    """The machine of the run went down: nothing that it does from now on has an effect."""


@dataclass(slots=True)
class Event:
    """One request, with what was live before and after it."""

    number: int
    method: str
    key: Key
    """The type is empty for a list, and both are for what is of no project."""
    before: State
    after: State = field(default_factory=dict)
    body: bytes = b""
    fault: str = ""
    status: int = 0
    """Of the answer that was sent; 0 if none was."""
    is_list: bool = False
    """Whether a project's integrations were asked for, and a list was given that looks whole."""
    is_whole: bool = False
    """Whether the caller was given what the API answered to a request that it looked at."""
    synced: int = 0
    """How many bytes of the journal were safe by then."""
    at: float = 0.0
    """Seconds since the run began."""

    @property
    def is_try(self) -> bool:
        """Whether it is a try of a write; a request that only met a challenge is none."""
        return self.method != "GET" and bool(self.key[1]) and self.status != _UNAUTHORIZED

    @property
    def is_effect(self) -> bool:
        """Whether something of it came about."""
        return self.before is not self.after


@dataclass(slots=True)
class Edit:
    """What somebody else did, just before the call of a number."""

    number: int
    key: Key
    settings: Settings | None


class Api:
    """What is live, what is asked of it, and what happens to it."""

    def __init__(self, fleet: Fleet) -> None:
        """Make what is live in the beginning."""
        self.fleet = fleet
        self.wanted = dict(fleet.declared)
        self.disk = Disk()
        self.edited = 0
        """How often somebody else wrote: none of them writes the same twice."""
        self.live: State = {
            key: (derived_id(*key, moment=_MOMENT), settings)
            for key, settings in fleet.live.items()
        }
        self.renew()
        self.begin(lambda _: None)

    def begin(self, schedule: Schedule, deadline: float = 900.0) -> None:
        """Have a run begin, which meets the faults of a schedule."""
        self.schedule = schedule
        self.stop = Patience()
        self.stop.end_after(deadline)
        self.events: list[Event] = []
        self.edits: list[Edit] = []
        self.refused: dict[str, Response] = {}
        """What all requests of a project are answered from now on."""
        self.lists: dict[str, bytes] = {}
        """The list of each project as it was last given."""
        self.is_down = False
        self.left = b""
        """What was left of the journal when the machine went down."""
        self.disk.full = False
        self.start = self.live

    # -- What the run asks

    def handle(self, request: Request) -> Response:
        """Answer a request, or have the fault do it that is due."""
        if self.is_down:
            raise Down
        self.stop.passed += _SECONDS
        event = Event(len(self.events) + 1, request.method, _key(request.path), self.live)
        event.body, event.synced, event.at = request.body, len(self.disk.kept), self.stop.now()
        self.events.append(event)
        real: list[Response] = []

        def process() -> Response:
            event.before = self.live
            real.append(self._process(request, event.key))
            return real[-1]

        event.fault, fault = self.schedule(event.number) or ("", None)
        try:
            if event.key[0] in self.refused:
                answer = self.refused[event.key[0]]
            else:
                answer = fault(self, request, process) if fault else process()
            event.status = answer.status
            event.is_whole = answer in real and answer.status != _UNAUTHORIZED
            is_sound = event.is_whole or event.fault == "stale read"
            event.is_list = is_sound and _is_list(request, answer)
            return answer
        finally:
            event.after = self.live

    def _process(self, request: Request, key: Key) -> Response:
        is_write = request.method != "GET" and bool(key[1])
        with self._remembering(is_write):
            answer = self._answer(request)
            if is_write and answer.status // 100 == _SUCCESSFUL:
                self._take_in(key)
        if _is_list(request, answer):
            self.lists[key[0]] = answer.body
        return answer

    # -- What others do

    def put(self, key: Key, settings: Settings) -> None:
        """Have somebody else write an integration, in the web interface."""
        old = self.live.get(key)
        keeps = old is not None and not self.fleet.switches.ids_change
        with self._remembering():
            self._put(key, old[0] if keeps else new_id(time.time()), settings)
        self._note(key, settings)

    def delete(self, key: Key) -> None:
        """Have somebody else delete one, if it is there."""
        if key in self.live:
            with self._remembering():
                self._delete(key)
            self._note(key, None)

    def _note(self, key: Key, settings: Settings | None) -> None:
        number = self.events[-1].number if self.events else 0
        self.edits.append(Edit(number, key, settings))
        self.edited += 1

    # -- What befalls the run's machine

    def go_down(self, torn: float = 0.0) -> None:
        """Cut the power, and keep what is left of the journal."""
        self.is_down = True
        self.left = self.disk.go_down(torn)
        raise Down

    # -- What each kind of API has its own way to do

    def renew(self) -> None:
        """Forget every nonce and token that was given out."""
        raise NotImplementedError

    def before_the_last(self, request: Request) -> Response:
        """Answer a read as it would have been answered before the last change."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go."""

    def _answer(self, request: Request) -> Response:
        raise NotImplementedError

    def _take_in(self, key: Key) -> None:
        """Learn what came of a write that was answered."""

    def _put(self, key: Key, id_: str, settings: Settings) -> None:
        self.live = {**self.live, key: (id_, settings)}

    def _delete(self, key: Key) -> None:
        self.live = {k: v for k, v in self.live.items() if k != key}

    @contextmanager
    def _remembering(self, changes: bool = True) -> Iterator[None]:
        """Keep what was before the last change."""
        raise NotImplementedError


class Simulated(Api):
    """The simulator itself, over the library that speaks HTTP; only the socket is missing."""

    def __init__(self, fleet: Fleet) -> None:
        """Keep the simulator's state in memory."""
        self._connection = _memory()
        self._store = Store(Path("memory"), self._connection, is_new=True)
        self._image = _filled(fleet)
        self._connection.deserialize(self._image)
        super().__init__(fleet)

    def renew(self) -> None:
        """Have another simulator serve the same state."""
        self._service = Service(self._store, switches=self.fleet.switches)

    def close(self) -> None:
        """Let go of the state."""
        self._store.close()

    def before_the_last(self, request: Request) -> Response:
        """Answer from the image of the state that was."""
        now = self._connection.serialize()
        self._connection.deserialize(self._image)
        try:
            return self._service.handle(request)
        finally:
            self._connection.deserialize(now)

    def _answer(self, request: Request) -> Response:
        return self._service.handle(request)

    def _take_in(self, key: Key) -> None:
        with self._store.transaction():
            kept = self._store.integrations(key[0])
        found = {(key[0], one.type): (one.id, dict(one.settings)) for one in kept}
        self.live = {k: v for k, v in self.live.items() if k[0] != key[0]} | found

    def _put(self, key: Key, id_: str, settings: Settings) -> None:
        with self._store.transaction(writing=True):
            self._store.put_integration(key[0], Integration(key[1], id_, settings))
        super()._put(key, id_, settings)

    def _delete(self, key: Key) -> None:
        with self._store.transaction(writing=True):
            self._store.delete_integration(*key)
        super()._delete(key)

    @contextmanager
    def _remembering(self, changes: bool = True) -> Iterator[None]:
        before = self._connection.serialize() if changes else b""
        state = self.live
        yield
        if self.live is not state:
            self._image = before


def _memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
    return connection


@cache
def _filled(fleet: Fleet) -> bytes:
    """Give the image of a state that holds what is live in the beginning."""
    connection = _memory()
    prepare(connection, Path("memory"), lambda: None)
    store = Store(Path("memory"), connection, is_new=True)
    org = derived_id("org", moment=_MOMENT)
    with store.transaction(writing=True):
        for id_ in fleet.ids:
            store.add_project(Project(id_, f"p{int(id_, 16)}", org, "2020-01-01T00:00:00Z"))
        for key, settings in fleet.live.items():
            one = Integration(key[1], derived_id(*key, moment=_MOMENT), settings)
            store.put_integration(key[0], one)
    image = connection.serialize()
    store.close()
    return image


def _is_list(request: Request, answer: Response) -> bool:
    return request.path.endswith("/integrations") and answer.status // 100 == _SUCCESSFUL


def _key(path: str) -> Key:
    _, _, rest = path.partition("/groups/")
    project, _, below = rest.partition("/")
    return project, below.partition("integrations/")[2]


def shortened(answer: Response, which: int, rather: set[str]) -> Response:
    """Leave an entry out of a list, and nothing out of its count: rather one of some types."""
    try:
        page: Any = json.loads(answer.body)
        results = page["results"]
    except (ValueError, KeyError, TypeError):
        return answer
    if results:
        page.setdefault("totalCount", len(results))
        places = [at for at, one in enumerate(results) if one.get("type") in rather]
        del results[places[0] if places else which % len(results)]
    return Response(answer.status, answer.headers, json.dumps(page).encode())
