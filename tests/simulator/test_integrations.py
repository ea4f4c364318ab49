"""The five operations, and every switch that changes them."""

from __future__ import annotations

import pytest

from reconciler.catalogue import as_sent, kinds

PAGER_DUTY = {"type": "PAGER_DUTY", "serviceKey": "0123456789abcdef0123456789abcdef"}
WEBHOOK = {"type": "WEBHOOK", "url": "https://hooks.example.com/a/b?token=1234", "secret": "s3cret"}
DATADOG = {"type": "DATADOG", "apiKey": "0" * 32, "region": "US"}
OF_EACH_TYPE = {
    "PAGER_DUTY": PAGER_DUTY,
    "SLACK": {"type": "SLACK", "apiToken": "xoxb-1", "channelName": "alerts"},
    "DATADOG": DATADOG,
    "NEW_RELIC": {
        "type": "NEW_RELIC",
        "accountId": "1234567",
        "licenseKey": "key",
        "readToken": "read",
        "writeToken": "write",
    },
    "OPS_GENIE": {"type": "OPS_GENIE", "apiKey": "00000000-aaaa-2222-bbbb-333333333311"},
    "VICTOR_OPS": {"type": "VICTOR_OPS", "apiKey": "fa07bbc8-eab2", "routingKey": "ops"},
    "WEBHOOK": WEBHOOK,
    "HIP_CHAT": {"type": "HIP_CHAT", "notificationToken": "token", "roomName": "ops"},
    "PROMETHEUS": {
        "type": "PROMETHEUS",
        "username": "prom_user",
        "password": "hush",
        "enabled": True,
        "serviceDiscovery": "http",
    },
    "MICROSOFT_TEAMS": {
        "type": "MICROSOFT_TEAMS",
        "microsoftTeamsWebhookUrl": "https://teams.example.com/hook/abcd",
    },
}


def post(call, body, **options):
    return call("POST", call.integrations(f"/{body['type']}"), body, **options)


def put(call, body, **options):
    return call("PUT", call.integrations(f"/{body['type']}"), body, **options)


def get(call, type_):
    return call("GET", call.integrations(f"/{type_}"))


def stored(service, project):
    with service.store.transaction():
        return {item.type: item.settings for item in service.store.integrations(project)}


def test_an_example_of_each_type_is_at_hand_and_valid():
    assert OF_EACH_TYPE.keys() == kinds("atlas").keys()
    for type_, body in OF_EACH_TYPE.items():
        as_sent(type_, "atlas").validate(body)


def test_the_list_is_in_the_order_of_types_whatever_the_order_of_creation(make_service, call_of):
    call = call_of(make_service(creates_hip_chat=True))
    for type_ in sorted(OF_EACH_TYPE):
        assert post(call, OF_EACH_TYPE[type_]).status_code == 200
    answer = call("GET", call.integrations()).json()
    assert [item["type"] for item in answer["results"]] == list(OF_EACH_TYPE)
    assert answer["totalCount"] == len(OF_EACH_TYPE)


def test_a_project_without_integrations_has_an_empty_list(call):
    answer = call("GET", call.integrations())
    assert (answer.status_code, answer.json()["results"]) == (200, [])
    assert answer.json()["totalCount"] == 0


def test_get_one_is_the_bare_object_of_the_list(call):
    listed = post(call, WEBHOOK).json()["results"][0]
    assert get(call, "WEBHOOK").json() == listed


def test_each_write_gives_a_new_id_that_starts_with_its_second(call, clock):
    first = post(call, PAGER_DUTY).json()["results"][0]["id"]
    clock.now += 1
    second = put(call, PAGER_DUTY).json()["results"][0]["id"]
    third = put(call, PAGER_DUTY).json()["results"][0]["id"]
    assert int(first[:8], 16) == int(clock.now) - 1
    assert int(second[:8], 16) == int(third[:8], 16) == int(clock.now)
    assert len({first, second, third}) == 3


def test_put_replaces_what_its_body_leaves_out(call):
    post(call, WEBHOOK | {"bodyTemplate": '{"a": "${id}"}'})
    assert get(call, "WEBHOOK").json()["bodyTemplate"] is not None
    put(call, WEBHOOK)
    assert get(call, "WEBHOOK").json()["bodyTemplate"] is None


def test_put_keeps_what_its_body_leaves_out_when_it_merges(make_service, call_of):
    call = call_of(make_service(put_merges=True))
    post(call, DATADOG | {"sendDatabaseMetrics": True})
    assert put(call, {"type": "DATADOG", "region": "EU"}).status_code == 200
    shown = get(call, "DATADOG").json()
    assert (shown["region"], shown["sendDatabaseMetrics"]) == ("EU", True)
    assert shown["apiKey"] == "*" * 28 + "0000"


def test_put_on_an_absent_type_creates_it(call):
    assert put(call, PAGER_DUTY).status_code == 200
    assert get(call, "PAGER_DUTY").status_code == 200


def test_put_on_an_absent_type_is_refused_when_put_does_not_insert(make_service, call_of):
    call = call_of(make_service(put_inserts=False))
    answer = put(call, PAGER_DUTY)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "INTEGRATION_NOT_CONFIGURED")
    post(call, PAGER_DUTY)
    assert put(call, PAGER_DUTY).status_code == 200


def test_delete_is_204_with_no_body_and_then_404(call):
    post(call, PAGER_DUTY)
    answer = call("DELETE", call.integrations("/PAGER_DUTY"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Length" not in answer.headers
    again = call("DELETE", call.integrations("/PAGER_DUTY"))
    assert (again.status_code, again.json()["errorCode"]) == (404, "INTEGRATION_NOT_CONFIGURED")


def test_delete_can_be_200(make_service, call_of):
    call = call_of(make_service(delete_status=200))
    post(call, PAGER_DUTY)
    answer = call("DELETE", call.integrations("/PAGER_DUTY"))
    assert (answer.status_code, answer.json()) == (200, {})
    assert get(call, "PAGER_DUTY").status_code == 404


def test_a_delete_leaves_the_other_types_and_projects_alone(make_service, call_of):
    other = "b" * 24
    call = call_of(make_service(projects=[("6a79404f2c88faeba59beea6", "a"), (other, "b")]))
    post(call, PAGER_DUTY)
    post(call, DATADOG)
    call("POST", call.integrations("/PAGER_DUTY", other), PAGER_DUTY)
    call("DELETE", call.integrations("/PAGER_DUTY"))
    assert get(call, "DATADOG").status_code == 200
    assert call("GET", call.integrations("/PAGER_DUTY", other)).status_code == 200


def test_members_that_are_null_count_as_absent_and_id_is_tolerated(make_service, call_of):
    service = make_service()
    call = call_of(service)
    body = PAGER_DUTY | {"id": "", "region": None, "customEndpoint": None}
    assert post(call, body).status_code == 200
    assert stored(service, "6a79404f2c88faeba59beea6") == {
        "PAGER_DUTY": {"serviceKey": PAGER_DUTY["serviceKey"]}
    }


def test_a_mask_sent_back_is_stored_as_if_it_were_the_secret(make_service, call_of):
    service = make_service()
    call = call_of(service)
    assert post(call, WEBHOOK | {"secret": "****cret"}).status_code == 200
    assert stored(service, "6a79404f2c88faeba59beea6")["WEBHOOK"]["secret"] == "****cret"


def test_a_mask_sent_back_can_be_refused(make_service, call_of):
    call = call_of(make_service(stores_masks=False))
    answer = post(call, WEBHOOK | {"secret": "****cret"})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "INVALID_INTEGRATION_SETTINGS")
    assert post(call, WEBHOOK).status_code == 200


def test_slack_can_be_changed_and_not_created_when_it_needs_the_web(make_service, call_of):
    service = make_service()
    call = call_of(service)
    assert post(call, OF_EACH_TYPE["SLACK"]).status_code == 200
    call = call_of(make_service(creates_slack=False))
    for write in (post, put):
        answer = write(call, OF_EACH_TYPE["SLACK"])
        assert answer.json()["errorCode"] == "SLACK_OAUTH2_NOT_CONFIGURED"


@pytest.mark.parametrize("write", [post, put])
def test_hip_chat_is_refused_outside_ops_manager(call, write):
    answer = write(call, OF_EACH_TYPE["HIP_CHAT"])
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "HIPCHAT_NOT_SUPPORTED")
    assert get(call, "HIP_CHAT").json()["errorCode"] == "INTEGRATION_NOT_CONFIGURED"


def test_an_envelope_holds_the_status_beside_a_list_and_around_an_object(call):
    listed = post(call, PAGER_DUTY, params={"envelope": "true"}).json()
    assert listed["status"] == 200
    assert listed["results"][0]["type"] == "PAGER_DUTY"
    one = call("GET", call.integrations("/PAGER_DUTY"), params={"envelope": "true"}).json()
    assert one == {"status": 200, "content": listed["results"][0]}


def test_pretty_is_the_same_on_many_lines(call):
    plain = post(call, PAGER_DUTY)
    pretty = call("GET", call.integrations("/PAGER_DUTY"), params={"pretty": "true"})
    assert plain.text.count("\n") == 0
    assert pretty.text.count("\n") == 5
    assert pretty.json() == plain.json()["results"][0]


def test_the_count_can_be_left_out(call):
    answer = call("GET", call.integrations(), params={"includeCount": "false"}).json()
    assert "totalCount" not in answer
    assert "includeCount=false" in answer["links"][0]["href"]


def test_pages_link_to_each_other_and_hold_everything_once(call):
    for type_ in ("PAGER_DUTY", "DATADOG", "WEBHOOK"):
        post(call, OF_EACH_TYPE[type_])
    seen, rels = [], []
    for page in (1, 2, 3, 4):
        options = {"itemsPerPage": "1", "pageNum": str(page)}
        answer = call("GET", call.integrations(), params=options).json()
        assert answer["totalCount"] == 3
        seen += [item["type"] for item in answer["results"]]
        rels.append([link["rel"] for link in answer["links"]])
    assert seen == ["PAGER_DUTY", "DATADOG", "WEBHOOK"]
    assert rels == [
        ["self", "next"],
        ["self", "previous", "next"],
        ["self", "previous"],
        ["self", "previous"],
    ]


def test_the_links_of_a_page_lead_to_the_pages_they_name(call):
    for type_ in ("PAGER_DUTY", "DATADOG", "WEBHOOK"):
        post(call, OF_EACH_TYPE[type_])
    first = call("GET", call.integrations(), params={"itemsPerPage": "2"}).json()
    links = {link["rel"]: link["href"] for link in first["links"]}
    second = call("GET", links["next"].removeprefix(call.base)).json()
    assert [item["type"] for item in second["results"]] == ["WEBHOOK"]
    back = {link["rel"]: link["href"] for link in second["links"]}
    assert back["previous"] == links["self"]
    assert call("GET", links["self"].removeprefix(call.base)).json() == first
