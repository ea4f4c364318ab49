"""The admin API as this product uses it: list projects, list integrations, write one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.api import wire
from reconciler.api.codec import Malformed, decode_error, decode_integrations, decode_page
from reconciler.api.errors import ApiError, BadAnswer, Refused
from reconciler.api.retry import TOO_MANY_REQUESTS, TRANSIENT, TRIES, wait_before
from reconciler.api.transport import Ambiguous, Unreachable
from reconciler.core.state import LiveIntegration, LiveProject, ProjectRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.dialects import Dialect
    from reconciler.api.stop import Stop
    from reconciler.api.transport import Reply, Transport
    from reconciler.core.kind import Kind

_OK = 200
_ERRORS = 400


class Client:
    """Asks one API; safe to share between threads.

    Reading raises ApiError, and Stopped when the run is ending.
    """

    def __init__(
        self,
        transport: Transport,
        dialect: Dialect,
        kinds: Mapping[str, Kind],
        stop: Stop,
    ) -> None:
        """Put the parts together; nothing is sent yet."""
        self._transport = transport
        self._kinds = kinds
        self._stop = stop
        self.dialect = dialect

    def projects(self) -> list[ProjectRef]:
        """List every project that the credentials can see, each once."""
        found = {}
        for item in self._list(self.dialect.projects()):
            id_, name = item.get("id"), item.get("name")
            if not isinstance(id_, str) or not isinstance(name, str):
                raise BadAnswer("the answer holds a project without id or name")
            found[id_] = ProjectRef(id_, name)
        return list(found.values())

    def integrations(self, ref: ProjectRef) -> LiveProject:
        """Read all integrations of a project whose id is known, in one call."""
        results = self._list(self.dialect.integrations(ref.id or ""))
        try:
            return LiveProject(ref, decode_integrations(results, self._kinds))
        except Malformed as error:
            sentence = str(error)
        raise BadAnswer(sentence)

    def write(self, method: str, path: str, body: bytes | None) -> Mapping[str, LiveIntegration]:
        """Try one write once; give what the answer says is now there, by type.

        Raises Unreachable or Refused when the server did not do it, `TooMany` when it will if asked
        later, and Ambiguous when it may have.
        """
        reply = self._transport.send(method, path, headers=self._headers(body), body=body)
        if reply.status == TOO_MANY_REQUESTS:
            raise TooMany(reply)
        if reply.status in TRANSIENT:
            raise Ambiguous(f"the API answered {reply.status}")
        if not _OK <= reply.status < 300:  # noqa: PLR2004 - the class of successes
            raise _refusal(reply)
        if method == "DELETE":
            return {}
        try:
            return decode_integrations(decode_page(reply.body)[0], self._kinds)
        except Malformed as error:
            sentence = str(error)
        raise Ambiguous(sentence)

    def _list(self, path: str) -> list[dict[str, Any]]:
        """Read a whole list; one that is shorter than it says is read once more, then refused."""
        for _ in range(2):
            results, total = self._pages(path)
            if total is None or len(results) >= total:
                return results
        raise BadAnswer(f"the list has {len(results)} entries and says that there are {total}")

    def _pages(self, path: str) -> tuple[list[dict[str, Any]], int | None]:
        results: list[dict[str, Any]] = []
        total, page, last = None, 1, None
        while True:
            params = {"itemsPerPage": str(wire.MAX_ITEMS_PER_PAGE), "pageNum": str(page)}
            items, total, more = self._page(path, params)
            if not items or items == last:
                return results, total
            results += items
            unknown_rest = total is None and len(items) >= wire.MAX_ITEMS_PER_PAGE
            if not (more or unknown_rest or (total is not None and len(results) < total)):
                return results, total
            page, last = page + 1, items

    def _page(
        self, path: str, params: Mapping[str, str]
    ) -> tuple[list[dict[str, Any]], int | None, bool]:
        reply = self._get(path, params)
        try:
            return decode_page(reply.body)
        except Malformed as error:
            sentence = str(error)
        raise BadAnswer(sentence)

    def _get(self, path: str, params: Mapping[str, str]) -> Reply:
        """Read, trying again what may pass: reading changes nothing."""
        for attempt in range(1, TRIES + 1):
            reply, trouble = None, ""
            self._stop.pause(0)
            try:
                reply = self._transport.send("GET", path, params=params, headers=self._headers())
            except (Unreachable, Ambiguous) as error:
                trouble = str(error)
            if reply and reply.status == _OK:
                return reply
            if reply and reply.status not in TRANSIENT | {TOO_MANY_REQUESTS}:
                raise _refusal(reply)
            if attempt < TRIES:
                self._stop.pause(wait_before(attempt + 1, reply))
        raise _refusal(reply) if reply else ApiError(trouble)

    def _headers(self, body: bytes | None = None) -> dict[str, str]:
        headers = {"Accept": self.dialect.media_type}
        return headers if body is None else {**headers, "Content-Type": self.dialect.media_type}


class TooMany(Exception):  # noqa: N818 - not an error: the API asks to come back
    """The rate limit is used up, and the request was not processed."""

    def __init__(self, reply: Reply) -> None:
        """Keep the answer, which says when to come back."""
        super().__init__("the API's rate limit is used up")
        self.reply = reply


def _refusal(reply: Reply) -> Refused:
    return Refused(reply.status, *decode_error(reply.body))
