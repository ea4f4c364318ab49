"""Turn what a handler gives back into a response: links, count, envelope, media type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never
from urllib.parse import urlencode

from reconciler.api.dialects import Family
from reconciler.simulator.call import Entity, Nothing, Page, is_v2
from reconciler.simulator.message import Response, write_json

if TYPE_CHECKING:
    from reconciler.simulator.call import Answer, Call


def render(call: Call, answer: Answer) -> Response:
    """Write an answer out. The versioned media type stands even on an empty one (recorded)."""
    status, document = _document(call, answer)
    headers = {"Content-Type": f"{call.dialect.media_type};charset=utf-8"}
    if document is None:
        return Response(status, headers)
    return Response(status, headers, write_json(document, pretty=call.options.pretty))


def _document(call: Call, answer: Answer) -> tuple[int, Any]:
    envelope = call.options.envelope
    match answer:
        case Entity(content, status):
            return status, {"status": status, "content": content} if envelope else content
        case Page():
            return 200, {"status": 200, **_page(call, answer)} if envelope else _page(call, answer)
        case Nothing(204):
            return 204, None
        case Nothing(status):
            return status, {}
        case _:
            assert_never(answer)


def _page(call: Call, page: Page) -> dict[str, Any]:
    document: dict[str, Any] = {"links": _links(call, page), "results": page.results}
    if call.options.include_count or call.dialect.family is Family.PUBLIC:
        document["totalCount"] = page.total
    return document


def _links(call: Call, page: Page) -> list[dict[str, str]]:
    number = call.options.page
    links = {"self": number}
    if number > 1:
        links["previous"] = number - 1
    if call.options.offset + call.options.per_page < page.total:
        links["next"] = number + 1
    return [{"href": _href(call, page, to), "rel": rel} for rel, to in links.items()]


def _href(call: Call, page: Page, number: int) -> str:
    """Name a page; the parameters stand in the recorded order, even on POST and PUT."""
    count = {"includeCount": str(call.options.include_count).lower()} if is_v2(call.dialect) else {}
    query = {
        **page.filters,
        **count,
        "pageNum": number,
        "itemsPerPage": call.options.per_page,
    }
    return f"{call.request.origin}{call.request.path}?{urlencode(query)}"
