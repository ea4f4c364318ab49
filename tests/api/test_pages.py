"""A list is read whole or not at all, whatever the server makes of pages and counts."""

import json
import re
from urllib.parse import urlencode

import pytest

from reconciler.api.errors import BadAnswer
from reconciler.core.state import ProjectRef
from reconciler.simulator import Response

REF = ProjectRef("5d791c84ff7a2522cc4f9aa1", "payments")
NEXT = [{"rel": "self", "href": "x"}, {"rel": "next", "href": "https://elsewhere.invalid/"}]


def projects(*numbers):
    return [{"id": f"{n:024x}", "name": f"project {n}", "orgId": "o"} for n in numbers]


class Server:
    """Serves a list in pages as the API does, save for what a test makes it do otherwise."""

    def __init__(self, entries, **oddities):
        self.entries = entries
        self.oddities = oddities
        self.asked = []

    def __call__(self, request):
        self.asked.append(dict(request.query))
        size = min(int(request.query["itemsPerPage"]), self.oddities.get("most", 500))
        number = 1 if self.oddities.get("deaf") else int(request.query["pageNum"])
        entries = self.entries[(number - 1) * size :][:size]
        more = number * size < len(self.entries)
        document = {"results": entries, "totalCount": len(self.entries)}
        document["links"] = NEXT if more or self.oddities.get("always_next") else NEXT[:1]
        document |= self.oddities.get("document", {})
        kept = {
            name: document[name] for name in document if name not in self.oddities.get("no", ())
        }
        return Response(200, {}, json.dumps(kept).encode())


def numbers(client):
    return [int(ref.id, 16) for ref in client.projects()]


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (499, 1), (501, 2), (1001, 3)])
def test_pages_are_of_500_and_all_are_read(ask, count, calls):
    server = Server(projects(*range(count)))
    assert numbers(ask(server)) == list(range(count))
    assert server.asked == [{"itemsPerPage": "500", "pageNum": str(n)} for n in range(1, calls + 1)]


ODDITIES = {
    "a smaller page than asked for": {"most": 100},
    "a smaller page, and no count": {"most": 100, "no": ["totalCount"]},
    "a smaller page, and no links": {"most": 100, "no": ["links"]},
    "a smaller page, and neither": {"most": 100, "no": ["totalCount", "links"]},
    "a smaller page, and a count that is too small": {
        "most": 100,
        "document": {"totalCount": 3},
    },
    "a count that is too small, and no links": {"document": {"totalCount": 3}, "no": ["links"]},
    "a count that is none": {"document": {"totalCount": "700"}},
    "a count that is true": {"document": {"totalCount": True}},
    "a link to a next page that never ends": {"always_next": True},
    "links that are none": {"document": {"links": {"rel": "next"}}},
    "links that are odd": {"document": {"links": [None, "next", {}, {"rel": None}]}},
}


@pytest.mark.parametrize("oddities", ODDITIES.values(), ids=ODDITIES)
def test_everything_is_read_from_a_server_with(ask, oddities):
    server = Server(projects(*range(700)), **oddities)
    assert numbers(ask(server)) == list(range(700))
    assert len(server.asked) <= 9


@pytest.mark.parametrize("no", [[], ["totalCount"], ["links"], ["totalCount", "links"]])
def test_a_server_that_ignores_the_page_number_is_not_asked_for_ever(ask, no):
    server = Server(projects(*range(3)), deaf=True, always_next=True, no=no)
    assert numbers(ask(server)) == [0, 1, 2]
    assert len(server.asked) <= 2


def test_entries_that_change_between_pages_do_not_keep_it_asking(ask):
    def restless(request):
        restless.calls += 1
        entry = {**projects(1)[0], "lastActiveAgent": restless.calls}
        document = {"results": [entry], "totalCount": 1, "links": NEXT}
        return Response(200, {}, json.dumps(document).encode())

    restless.calls = 0
    assert numbers(ask(restless)) == [1]
    assert restless.calls == 2


def test_a_list_that_never_ends_is_refused(ask, monkeypatch):
    monkeypatch.setattr("reconciler.api.pages._MOST_PAGES", 20)

    def endless(request):
        number = int(request.query["pageNum"])
        document = {"results": projects(number), "links": NEXT}
        return Response(200, {}, json.dumps(document).encode())

    with pytest.raises(BadAnswer, match="the list does not end"):
        ask(endless).projects()


# -- Short and broken lists ------------------------------------------------------------------------


def test_a_list_that_is_shorter_than_it_says_is_read_once_more(ask, answers):
    short = {"results": projects(1), "totalCount": 2}
    nothing = {"results": [], "totalCount": 2}
    whole = {"results": projects(1, 2), "totalCount": 2}
    server = answers(short, nothing, whole)
    assert numbers(ask(server)) == [1, 2]
    assert len(server.requests) == 3


def test_and_is_an_error_when_it_stays_so(ask, answers):
    server = answers({"results": projects(1), "totalCount": 2})
    with pytest.raises(BadAnswer, match="has 1 entries and says that there are 2"):
        ask(server).projects()
    assert len(server.requests) == 4


def test_a_count_of_projects_is_an_estimate_where_links_say_that_the_list_is_whole(ask):
    client = ask(Server(projects(1, 2), document={"totalCount": 3}))
    assert numbers(client) == [1, 2]
    (told,) = client.warnings()
    assert (told.code, told.severity) == ("count-differs", "warning")
    assert told.message.endswith("the list has 2 entries and says that there are 3")


def test_a_list_of_integrations_has_to_be_as_long_as_it_says_whatever_links_say(ask):
    client = ask(Server([{"type": "SLACK"}], document={"totalCount": 2}))
    with pytest.raises(BadAnswer, match="has 1 entries and says that there are 2"):
        client.integrations(REF)


def test_a_list_of_projects_with_a_next_page_that_is_empty_is_not_whole(ask):
    server = Server(projects(1), document={"totalCount": 2}, always_next=True)
    with pytest.raises(BadAnswer, match="says that there are 2"):
        ask(server).projects()


def test_the_highest_count_holds_though_a_later_page_says_less_or_nothing(ask, answers):
    first = {"results": projects(1), "totalCount": 2}
    for later in ({"results": []}, {"results": [], "totalCount": 0}):
        with pytest.raises(BadAnswer, match="says that there are 2"):
            ask(answers(first, later, first, later)).projects()


def test_an_entry_that_slipped_from_one_page_to_the_one_before_is_not_missed(ask, answers):
    pages = [
        {"results": projects(1, 2), "totalCount": 4},
        {"results": projects(4), "totalCount": 3},  # 1 was deleted, and 3 moved up
        {"results": [], "totalCount": 3},
        {"results": projects(2, 3), "totalCount": 3},
        {"results": projects(4), "totalCount": 3},
    ]
    assert numbers(ask(answers(*pages))) == [2, 3, 4]


def test_an_entry_that_is_on_two_pages_counts_once(ask, answers):
    pages = [
        {"results": projects(1, 2), "totalCount": 4},
        {"results": projects(2, 3), "totalCount": 4},
        {"results": projects(4), "totalCount": 4},
    ]
    assert numbers(ask(answers(*pages))) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b'{"results": null}',
        b'{"results": {}}',
        b'{"results": [null]}',
        b'{"results": [["a"]]}',
        b'{"results": [], "totalCount": 0',
        b"<!DOCTYPE html><html>Sign in</html>",
        b"\xff\xfe\x00",
        b'{"results": [], "totalCount": NaN}',
        b'{"results": [' + b"[" * 100_000,
        b'{"results": [' + b"1" * 5000 + b"]}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_list_of_objects_is_read_once_more_and_then_an_error(ask, answers, body):
    broken = Response(200, {"Content-Type": "text/html"}, body)
    server = answers(broken)
    with pytest.raises(BadAnswer) as caught:
        ask(server).integrations(REF)
    assert len(server.requests) == 2
    assert re.fullmatch("the answer is not (JSON|a list of results)", str(caught.value))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    good = {"results": [], "totalCount": 0}
    assert ask(answers(broken, good)).integrations(REF).integrations == {}


def test_the_content_type_of_a_good_answer_does_not_matter(ask, answers):
    body = json.dumps({"results": [], "totalCount": 0}).encode()
    for type_ in ("application/json", "text/plain", "application/vnd.atlas.2099-01-01+json", ""):
        answer = Response(200, {"Content-Type": type_}, body)
        assert ask(answers(answer)).projects() == []


@pytest.mark.parametrize(
    "entry", [{}, {"id": None}, {"id": 7}, {"id": []}, {"id": "a"}, {"id": "a", "name": 5}]
)
def test_a_project_without_id_or_name_is_an_error(ask, answers, entry):
    with pytest.raises(BadAnswer):
        ask(answers({"results": [entry], "totalCount": 1})).projects()


# -- Integrations ----------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", [None, 7, [], {}])
def test_an_integration_without_a_type_is_an_error(ask, answers, type_):
    with pytest.raises(BadAnswer, match="an entry without type"):
        ask(answers({"results": [{"type": type_}], "totalCount": 1})).integrations(REF)


def test_the_same_type_twice_is_an_error(ask, answers):
    twice = [{"type": "SLACK", "channelName": name} for name in "ab"]
    with pytest.raises(BadAnswer, match="two with the same"):
        ask(answers({"results": twice, "totalCount": 2})).integrations(REF)


def test_unknown_types_and_settings_are_kept_by_name_and_null_is_no_setting(ask, answers):
    listed = [
        {"type": "PAGER_DUTY", "id": None, "region": None, "serviceKey": "****1234", "new": "x"},
        {"type": "SMOKE_SIGNAL", "id": 7, "fire": "hot", "wood": None},
    ]
    live = ask(answers({"results": listed, "totalCount": 2})).integrations(REF).integrations
    pager_duty, smoke = live["PAGER_DUTY"], live["SMOKE_SIGNAL"]
    assert (pager_duty.id, list(pager_duty.settings)) == (None, ["serviceKey"])
    assert (pager_duty.unknown, smoke.id, smoke.unknown) == (("new",), None, ("fire",))


def test_a_setting_of_an_odd_json_type_stays_as_text_and_hidden_where_it_is_secret(ask, answers):
    odd = {"type": "PAGER_DUTY", "serviceKey": ["key"], "region": {"a": 1}}
    client = ask(answers({"results": [odd], "totalCount": 1}))
    settings = client.integrations(REF).integrations["PAGER_DUTY"].settings
    assert settings["region"] == '{"a": 1}'
    assert repr(settings["serviceKey"]) == "(masked)"


def test_the_right_paths_and_media_types_are_asked_for(ask, answers):
    for api, base, media_type in (
        ("atlas", "/api/atlas/v2", "application/vnd.atlas.2023-01-01+json"),
        ("atlas-v1", "/api/atlas/v1.0", "application/json"),
        ("cloud-manager", "/api/public/v1.0", "application/json"),
        ("ops-manager", "/api/public/v1.0", "application/json"),
    ):
        server = answers({"results": [], "totalCount": 0})
        client = ask(server, api=api)
        client.projects()
        client.integrations(REF)
        query = urlencode({"itemsPerPage": 500, "pageNum": 1})
        assert [request.target for request in server.requests] == [
            f"{base}/groups?{query}",
            f"{base}/groups/{REF.id}/integrations?{query}",
        ]
        assert {request.header("Accept") for request in server.requests} == {media_type}


def test_a_project_id_cannot_lead_the_path_astray(ask, answers):
    server = answers({"results": [], "totalCount": 0})
    ask(server).integrations(ProjectRef("a/b?c#d", None))
    assert server.requests[0].path == "/api/atlas/v2/groups/a%2Fb%3Fc%23d/integrations"
