"""What can go wrong at a call: the faults of the campaign: eighteen, some in two ways or three.

Each takes the API, the request, and what would process it, and answers or breaks off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from reconciler.simulator import Response
from tests.faults.api import shortened
from tests.faults.fleet import by_others, rotated

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.simulator import Request
    from tests.faults.api import Api, Fault
    from tests.faults.fleet import Key

    Process = Callable[[], Response]

_ERROR = b'{"error": %d, "errorCode": "%s", "detail": "a fault of the campaign"}'


def error(status: int, code: str = "UNEXPECTED_ERROR", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, _ERROR % (status, code.encode()))


def before(answer: Response | Exception) -> Fault:
    """Break or answer before anything is done."""
    return lambda api, request, process: _give(answer)


def after(answer: Response | Exception) -> Fault:
    """Break or answer when all is done."""

    def fault(api: Api, request: Request, process: Process) -> Response:
        process()
        return _give(answer)

    return fault


def _give(answer: Response | Exception) -> Response:
    if isinstance(answer, Exception):
        raise type(answer)  # a new one: each keeps the frames that it came through
    return answer


def expire(api: Api, request: Request, process: Process) -> Response:
    """End every nonce and token."""
    api.renew()
    return process()


def refuse(answer: Response) -> Fault:
    """Refuse all that is asked of the project, to the end of the run."""

    def fault(api: Api, request: Request, process: Process) -> Response:
        api.refused[api.events[-1].key[0]] = answer
        return answer

    return fault


def truncate(api: Api, request: Request, process: Process) -> Response:
    """Do it, and send half of the answer."""
    real = process()
    return Response(real.status, real.headers, real.body[: len(real.body) // 2])


def shorten(api: Api, request: Request, process: Process) -> Response:
    """Do it, and leave an entry out of the list: one that must go, so that it seems gone."""
    event = api.events[-1]
    rather = {type_ for project, type_ in api.fleet.absent if project == event.key[0]}
    return shortened(process(), event.number, rather)


def age(api: Api, request: Request, process: Process) -> Response:
    """Answer with what was live before the last change."""
    real = process()
    if request.method == "GET":
        return api.before_the_last(request)
    listing = api.lists.get(api.events[-1].key[0], b"")
    return Response(real.status, real.headers, listing) if real.body and listing else real


def put_by_others(api: Api, request: Request, process: Process) -> Response:
    """Have somebody write what the call is about, or something that the run is, just before."""
    key = _target(api, 0)
    api.put(key, by_others(key, api.edited))
    return process()


def put_elsewhere(api: Api, request: Request, process: Process) -> Response:
    """Have somebody write what the run comes to next."""
    key = _target(api, 1)
    api.put(key, by_others(key, api.edited))
    return process()


def put_alike(api: Api, request: Request, process: Process) -> Response:
    """Have somebody write what is declared, with another secret that no mask tells from it."""
    key = _target(api, 0)
    if key in api.wanted:
        api.put(key, rotated(api.wanted[key], key[1], api.edited))
    return process()


def deleted_by_others(api: Api, request: Request, process: Process) -> Response:
    """Have somebody delete what the call is about, or something that the run is."""
    api.delete(_target(api, 0))
    return process()


def deleted_elsewhere(api: Api, request: Request, process: Process) -> Response:
    """Have somebody delete what the run comes to next."""
    api.delete(_target(api, 1))
    return process()


def _target(api: Api, further: int) -> Key:
    """Give what a write is about, or so much further on; for a read, each in turn."""
    event, keys = api.events[-1], api.fleet.keys
    place = keys.index(event.key) if event.key in keys else event.number
    return keys[(place + further) % len(keys)]


def down_before(api: Api, request: Request, process: Process) -> Response:
    """Cut the power before the request arrives."""
    api.go_down()
    raise AssertionError


def down_after(api: Api, request: Request, process: Process) -> Response:
    """Cut the power before the answer arrives."""
    process()
    api.go_down(torn=0.5)
    raise AssertionError


def fill_the_disk(api: Api, request: Request, process: Process) -> Response:
    """Leave no room for the journal's next line, or for part of it."""
    api.disk.full, api.disk.takes = True, api.events[-1].number % 3 * 40
    return process()


FAULTS: dict[str, Fault] = {
    "reset before": before(ConnectionResetError()),
    "reset after": after(ConnectionResetError()),
    "time-out before": before(requests.ReadTimeout()),
    "time-out after": after(requests.ReadTimeout()),
    "429 with Retry-After": before(error(429, "RATE_LIMITED", Retry_After="7")),
    "429 without": before(error(429, "RATE_LIMITED")),
    "500 before": before(error(500)),
    "500 after": after(error(500)),
    "503": before(error(503, Retry_After="3")),
    "401 expiry": expire,
    "403 of a project": refuse(error(403, "USER_UNAUTHORIZED")),
    "404 of a project": refuse(error(404, "GROUP_NOT_FOUND")),
    "truncated JSON": truncate,
    "short page": shorten,
    "stale read": age,
    "put by others": put_by_others,
    "put elsewhere": put_elsewhere,
    "put alike by others": put_alike,
    "deleted by others": deleted_by_others,
    "deleted elsewhere": deleted_elsewhere,
    "down before": down_before,
    "down after": down_after,
    "disk full": fill_the_disk,
}
