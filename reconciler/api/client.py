"""The admin API as this product uses it: list projects, list integrations, write one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.api import wire
from reconciler.api.alerts import decode_alert
from reconciler.api.clock import Clock
from reconciler.api.codec import (
    Malformed,
    decode_error,
    decode_integrations,
    decode_object,
    decode_page,
)
from reconciler.api.codes import meaning
from reconciler.api.errors import (
    Ambiguous,
    BadAnswer,
    Refused,
    TooMany,
)
from reconciler.api.ids import Ids
from reconciler.api.notices import Notices
from reconciler.api.pace import Pace
from reconciler.api.pages import read_list
from reconciler.api.retry import TOO_MANY_REQUESTS, asked_wait, may_pass
from reconciler.core.problem import Problem, warning
from reconciler.core.secret import Ends
from reconciler.core.state import LiveIntegration, LiveProject, ProjectRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.basic import Basic
    from reconciler.api.bearer import Bearer
    from reconciler.api.codec import Page
    from reconciler.api.dialects import Dialect
    from reconciler.api.transport import Reply, Transport
    from reconciler.api.waits import Waits
    from reconciler.core.alert import AlertConfiguration
    from reconciler.core.kind import Kind

_SUCCESSFUL = 2
_SEVERAL = 3
"""So many integrations are not gone all at once without a second look."""


class Client:
    """Asks one API; safe to share between threads.

    Reading raises ApiError, and Stopped when the run is ending.
    """

    def __init__(
        self,
        transport: Transport | Bearer | Basic,
        dialect: Dialect,
        kinds: Mapping[str, Kind],
        waits: Waits,
        ends: Ends | None = None,
    ) -> None:
        """Put the parts together; nothing is sent yet.

        `ends` know the secrets of the run: an error text of the API that holds part of one is not
        passed on.
        """
        self._transport = transport
        self._kinds = kinds
        self._waits = waits
        self._ends = ends or Ends(())
        self._notices = Notices()
        self._short: dict[str, Problem] = {}
        self._counts: dict[str, int] = {}
        self._clock = Clock()
        self.ids = Ids(self._clock)
        self._pace = Pace(waits)
        self.dialect = dialect

    def warnings(self) -> list[Problem]:
        """Give what the answers so far announced and the user should know; each once."""
        return [*self._notices.problems(), *self._clock.problems(), *self._short.values()]

    def projects(self, org_id: str | None = None) -> list[ProjectRef]:
        """List the projects that the credentials can see, each once; all, or one organization's.

        Where links say that the list is whole, a count that is higher is a warning alone.
        """
        path = self.dialect.projects_of(org_id) if org_id else self.dialect.projects()
        return [_project(item) for item in self.entries(path, "id", may_be_short=True)]

    def project(self, ref: ProjectRef) -> ProjectRef:
        """Read what a project is called whose id is known."""
        reply = self.get(self.dialect.project(ref.id or ""), {})
        try:
            return _project({**decode_object(reply.body), "id": ref.id})
        except Malformed as error:
            trouble = BadAnswer(str(error))
        raise trouble

    def integrations(self, ref: ProjectRef) -> LiveProject:
        """Read all integrations of a project whose id is known.

        An empty list in the place of several, as the last one showed, is read once more.
        """
        path = self.dialect.integrations(ref.id or "")
        results = self.entries(path, "type")
        if not results and self._counts.get(path, 0) >= _SEVERAL:
            results = self.entries(path, "type")
        self._counts[path] = len(results)
        return LiveProject(ref, decode_integrations(results, self._kinds))

    def alert_configurations(self, ref: ProjectRef) -> list[AlertConfiguration]:
        """Read all alert configurations of a project whose id is known."""
        results = self.entries(self.dialect.alert_configurations(ref.id or ""), "id")
        return [decode_alert(item) for item in results]

    def write(self, method: str, path: str, body: bytes | None) -> Mapping[str, LiveIntegration]:
        """Try one write once; give what the answer says is now there, by type.

        Raises Unreachable, TooMany or Refused when the server did not do it, and Ambiguous when it
        may have.
        """
        reply = self._ask(method, path, body=body)
        try:
            page = decode_page(reply.body, may_be_empty=True)
            return decode_integrations(page.items, self._kinds)
        except Malformed as error:
            trouble = BadAnswer(str(error))
        raise Ambiguous(trouble)

    def pause(self, attempt: int, asked: float = 0.0, why: str = "") -> None:
        """Wait before try number `attempt`; before the first, only look whether to go on.

        Raises Stopped when the run is ending. A wait that is too long ends the run: raises Halted.
        """
        self._waits.before(attempt, asked, why)

    def entries(self, path: str, key: str, *, may_be_short: bool = False) -> list[dict[str, Any]]:
        """Read a whole list as it is; `key` is what identifies each entry.

        Only where it `may_be_short` is a count that is higher no error, if links end the list.
        """
        listed = read_list(lambda number: self._page(path, number), key)
        if listed.lack and not (may_be_short and listed.ends):
            raise BadAnswer(listed.lack)
        if listed.lack:
            hint = "run again; if a project is missing, look at what the credentials can see"
            sentence = f"listing the projects: {listed.lack}"
            self._short[path] = warning("count-differs", sentence, hint)
        return list(listed.found.values())

    def get(self, path: str, params: Mapping[str, str]) -> Reply:
        """Read one thing, trying again what may pass."""
        return self._waits.persist(lambda: self._ask("GET", path, params=params))

    def _page(self, path: str, number: int) -> Page:
        params = {"itemsPerPage": str(wire.MAX_ITEMS_PER_PAGE), "pageNum": str(number)}
        return decode_page(self.get(path, params).body)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send one request once, in its turn; give the answer if it is one of the dialect's."""
        self._pace.keep(path)
        headers = {"Accept": self.dialect.media_type}
        if body is not None:
            headers["Content-Type"] = self.dialect.media_type
        reply = self._transport.send(method, path, params=params, headers=headers, body=body)
        self._notices.note(reply.headers)
        self._clock.note(reply.headers)
        self._pace.note(path, reply.headers)
        if reply.status in self.dialect.success:
            return reply
        if reply.status // 100 == _SUCCESSFUL:
            odd = BadAnswer(f"the API answered {reply.status}, which it never should")
            raise odd if method == "GET" else Ambiguous(odd)
        refusal = self._refusal(reply, writing=method != "GET")
        if reply.status == TOO_MANY_REQUESTS:
            raise TooMany(refusal, asked_wait(reply))
        if may_pass(reply.status):
            raise Ambiguous(refusal, asked_wait(reply))
        raise refusal

    def _refusal(self, reply: Reply, *, writing: bool) -> Refused:
        code, detail = decode_error(reply.body)
        if self._ends.are_in(f"{code} {detail}"):
            detail = ""
        challenged = "www-authenticate" in reply.headers
        signed = self._transport.signed
        api = self.dialect.title
        told = meaning(
            reply.status, code, challenged=challenged, signed=signed, api=api, writing=writing
        )
        return Refused(reply.status, code, detail, told)


def _project(item: Mapping[str, Any]) -> ProjectRef:
    if not isinstance(item.get("name"), str):
        raise BadAnswer("the answer holds a project without a name")
    return ProjectRef(item["id"], item["name"], _text(item.get("orgId")))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
