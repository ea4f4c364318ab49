"""Projects: finding them, paging through many, making and removing them."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from reconciler.simulator import from_projects, load_seed

ORG = "a" * 24


@pytest.fixture
def many(make_service, call_of):
    seed = from_projects((f"{number:024x}", f"project {number:04}") for number in range(1201))
    return call_of(make_service(seed=seed))


def follow(call, path, **params):
    """Read a list to its end, one link after the other."""
    pages = []
    while path:
        answer = call("GET", path, params=params).json()
        pages.append(answer)
        path = next((link["href"] for link in answer["links"] if link["rel"] == "next"), "")
        path, params = path.removeprefix(call.base), {}
    return pages


@pytest.mark.parametrize(("per_page", "count"), [(None, 13), ("500", 3), ("400", 4), ("1201", 0)])
def test_1201_projects_come_once_each_in_order(many, per_page, count):
    if per_page == "1201":
        assert many("GET", "/groups", params={"itemsPerPage": per_page}).status_code == 400
        return
    pages = follow(many, "/groups", **({"itemsPerPage": per_page} if per_page else {}))
    names = [project["name"] for page in pages for project in page["results"]]
    assert len(pages) == count
    assert names == [f"project {number:04}" for number in range(1201)]
    assert {page["totalCount"] for page in pages} == {1201}


def test_a_page_beyond_the_last_is_empty_and_leads_back(many):
    answer = many("GET", "/groups", params={"pageNum": "14"}).json()
    assert (answer["results"], answer["totalCount"]) == ([], 1201)
    assert [link["rel"] for link in answer["links"]] == ["self", "previous"]


def test_an_organization_lists_its_own_by_a_prefix_in_any_case(make_service, call_of):
    names = ("Payments-prod", "payments-test", "pay", "Ärger", "checkout")
    projects = ", ".join(f'{{"name": "{name}", "orgId": "{ORG}"}}' for name in names)
    seed = load_seed(f'{{"projects": [{projects}, {{"name": "payments-elsewhere"}}]}}')
    call = call_of(make_service(seed=seed))

    def found(**params):
        pages = follow(call, f"/orgs/{ORG}/groups", **params)
        return [project["name"] for page in pages for project in page["results"]]

    assert found() == ["Payments-prod", "checkout", "pay", "payments-test", "Ärger"]
    assert found(name="PAYM") == ["Payments-prod", "payments-test"]
    assert found(name="paym", itemsPerPage="1") == ["Payments-prod", "payments-test"]
    assert found(name="äR") == ["Ärger"]
    assert found(name="%") == []
    assert found(name="nothing") == []


@pytest.mark.parametrize(
    "name", ["payments-prod", "My Group", "a+b@c'd", "Zürich (1)", "integrations"]
)
def test_a_project_is_found_by_its_exact_name(make_service, call_of, name):
    call = call_of(make_service(projects=[("1" * 24, name), ("2" * 24, f"{name}-2")]))
    answer = call("GET", f"/groups/byName/{quote(name, safe='')}")
    assert answer.json()["id"] == "1" * 24
    assert call("GET", f"/groups/byName/{quote(name.swapcase(), safe='')}").status_code == 401


def test_a_project_is_found_by_its_id(call):
    project = call("GET", "/groups").json()["results"][0]
    alone = call("GET", f"/groups/{project['id']}").json()
    assert {**alone, "links": project["links"]} == project
    assert len(alone["links"]) == 7


def test_a_new_project_is_there_until_it_is_removed(call, clock):
    made = call("POST", "/groups", {"name": "new one", "orgId": ORG})
    assert made.status_code == 201
    project = made.json()
    assert "tags" not in project
    assert project["created"] == "2026-08-10T03:07:01Z"
    assert int(project["id"][:8], 16) == int(clock.now)
    path = f"/groups/{project['id']}"
    body = {"type": "OPS_GENIE", "apiKey": "key"}
    assert call("POST", f"{path}/integrations/OPS_GENIE", body).status_code == 200
    assert call("DELETE", path).status_code == 204
    for gone in (path, f"{path}/integrations"):
        assert call("GET", gone).json()["errorCode"] == "GROUP_NOT_FOUND"
    assert call("DELETE", path).status_code == 404
    assert call("GET", "/groups").json()["totalCount"] == 1


def test_members_that_only_the_api_writes_are_no_matter(call, clock):
    sent = {"name": "new", "orgId": ORG, "clusterCount": 7, "created": "0001-01-01T00:00:00Z"}
    made = call("POST", "/groups", sent).json()
    assert made["clusterCount"] == 0
    assert made["created"] == "2026-08-10T03:07:01Z"


def test_a_project_keeps_its_tags(call):
    tags = [{"key": "env", "value": "prod"}]
    made = call("POST", "/groups", {"name": "new", "orgId": ORG, "tags": tags}).json()
    assert made["tags"] == tags
    assert call("GET", f"/groups/{made['id']}").json()["tags"] == tags


def test_links_carry_the_host_that_was_asked(make_service, call_of):
    call = call_of(make_service(), base="https://cloud.mongodbgov.com")
    links = call("GET", "/groups").json()["links"]
    assert links[0]["href"].startswith("https://cloud.mongodbgov.com/api/atlas/v2/groups?")
