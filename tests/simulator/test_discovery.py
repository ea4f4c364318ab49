"""Prometheus discovery: who may ask, and what is answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests
from requests.auth import HTTPDigestAuth

from reconciler.api.dialects import DIALECTS
from reconciler.simulator import InProcess, StateError, load_seed

HOST = "https://cloud.mongodb.com"
KEYS = ("abcdefgh", "00000000-1111-2222-3333-444444444444")
BASIC = ("prom", "hush")
PROJECT, ORG = "673f4ae24759b47bdd3a2e90", "673cad5b6b921181d015e1de"
RECORDED = Path(__file__).parents[2].parent / "shared" / "api" / "recorded"
OF_ATLAS = {
    "type": "PROMETHEUS",
    "username": "prom",
    "password": "hush",
    "enabled": True,
    "serviceDiscovery": "http",
}
OF_PUBLIC = OF_ATLAS | {"scheme": "http", "listenAddress": "0.0.0.0:9300"}
CLUSTERS = [
    {"name": "Cluster0", "hosts": ["db-0.example.com", "db-1.example.com:27020"]},
    {"name": "Other", "provider": "AZURE", "region": "EASTUS2", "hosts": ["localhost:9216"]},
]


def seed_of(api="atlas", integrations=(OF_ATLAS,), clusters=CLUSTERS):
    project = {"id": PROJECT, "name": "shop", "orgId": ORG, "api": api}
    project |= {"integrations": list(integrations), "clusters": clusters}
    return load_seed(json.dumps({"projects": [project]}))


@pytest.fixture
def discover(make_service):
    """Ask a service for the targets of a project."""

    def make(**options):
        service = make_service(seed=seed_of(**options.pop("seed", {})), **options)
        session = requests.Session()
        session.trust_env = False
        session.mount(HOST, InProcess(service.handle))

        def ask(auth=BASIC, project=PROJECT, method="GET", **params):
            path = DIALECTS["atlas"].discovery(project)
            return session.request(method, HOST + path, params=params, auth=auth)

        return ask

    return make


def targets(answer):
    return [target for group in answer.json() for target in group["targets"]]


def test_atlas_gives_each_host_its_labels_in_a_bare_array(discover):
    answer = discover()()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert targets(answer) == ["db-0.example.com:27018", "db-1.example.com:27020", "localhost:9216"]
    assert answer.json()[1]["labels"] == {
        "availability_zone": "us-east-1-az2",
        "cl_name": "Cluster0",
        "group_id": PROJECT,
        "group_name": "shop",
        "node_type": "ELECTABLE",
        "org_id": ORG,
        "provider": "AWS",
        "region": "us-east-1",
        "replica_set_name": "atlas-3a2e90-shard-0",
    }
    assert answer.json()[2]["labels"]["provider"] == "AZURE"


@pytest.mark.parametrize("api", ["cloud-manager", "ops-manager"])
def test_the_others_give_one_group_on_the_port_that_agents_listen_to(discover, api):
    seed = {"api": api, "integrations": [OF_PUBLIC]}
    for query in ({}, {"targetScheme": "PRIVATE"}):
        assert discover(seed=seed)(**query).json() == [
            {
                "targets": ["db-0.example.com:9300", "db-1.example.com:27020", "localhost:9216"],
                "labels": {"group_id": PROJECT, "group_name": "shop", "org_id": ORG},
            }
        ]


@pytest.mark.parametrize("api", ["atlas", "cloud-manager"])
def test_the_labels_are_those_of_the_manual(discover, api):
    if not RECORDED.is_dir():
        pytest.skip("the recordings are not at hand")
    document = json.loads((RECORDED / "prometheus-discovery-doc-examples.json").read_text())
    (documented,) = document["bodies"][api]
    body = OF_ATLAS if api == "atlas" else OF_PUBLIC
    given = discover(seed={"api": api, "integrations": [body]})().json()[0]
    assert given.keys() == documented.keys()
    assert documented["labels"].keys() <= given["labels"].keys()


def test_private_targets_have_other_names(discover):
    ask = discover()
    assert targets(ask(targetScheme="PUBLIC")) == targets(ask())
    assert targets(ask(targetScheme="PRIVATE")) == [
        "db-0-pri.example.com:27018",
        "db-1-pri.example.com:27020",
        "localhost-pri:9216",
    ]
    through = ask(targetScheme="PRIVATE_ENDPOINT", endpointId="vpce-0123")
    assert targets(through) == [
        "pl-0-us-east-1.example.com:1024",
        "pl-0-us-east-1.example.com:1025",
        "pl-0-EASTUS2:1024",
    ]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"targetScheme": "SECRET"}, "targetScheme"),
        ({"targetScheme": "PRIVATE_ENDPOINT"}, "endpointId"),
    ],
)
def test_a_scheme_that_there_is_not_is_refused(discover, query, name):
    answer = discover()(**query)
    assert (answer.status_code, answer.json()["parameters"]) == (400, [name])


def test_a_project_that_says_nothing_of_clusters_has_one(discover):
    three = targets(discover(seed={"clusters": None})())
    assert three == [f"cluster0-shard-00-0{n}.a2e90.example.net:27018" for n in range(3)]
    assert discover(seed={"clusters": []})().json() == []


@pytest.mark.parametrize("auth", [None, ("prom", "wrong"), ("wrong", "hush"), KEYS])
def test_other_credentials_than_the_integrations_are_refused(discover, auth):
    answer = discover()(auth)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


SILENT = {
    "absent": {"integrations": []},
    "switched off": {"integrations": [OF_ATLAS | {"enabled": False}]},
}


@pytest.mark.parametrize("seed", SILENT.values(), ids=SILENT.keys())
def test_without_an_integration_nobody_is_let_in(discover, seed):
    assert discover(seed=seed)().status_code == 401
    answer = discover(seed=seed, no_discovery_status=404)()
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "INTEGRATION_NOT_CONFIGURED")


@pytest.mark.parametrize("project", ["1" * 24, "no-id"])
def test_an_unknown_project_is_answered_like_one_without_an_integration(discover, project):
    assert discover()(project=project).status_code == 401
    answer = discover(no_discovery_status=404)(project=project)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "GROUP_NOT_FOUND")


def test_a_password_that_was_never_set_lets_nobody_in(discover):
    body = {name: value for name, value in OF_ATLAS.items() if name != "password"}
    ask = discover(seed={"integrations": [body]})
    assert [ask(auth).status_code for auth in (("prom", ""), ("", ""), None)] == [401] * 3


@pytest.mark.parametrize("api", ["cloud-manager", "ops-manager"])
def test_the_others_can_want_an_api_key_instead(discover, api):
    seed = {"api": api, "integrations": [OF_PUBLIC]}
    ask = discover(seed=seed, discovery_auth="digest")
    assert ask(HTTPDigestAuth(*KEYS)).status_code == 200
    refused = ask()
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Digest ")


def test_atlas_never_wants_an_api_key(discover):
    assert discover(discovery_auth="digest")().status_code == 200


def test_only_a_get_is_taken(discover):
    answer = discover()(method="POST")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize(("keeps", "status"), [(False, 401), (True, 200)])
def test_a_put_without_the_password_drops_it_or_keeps_it(make_service, call_of, keeps, status):
    service = make_service(seed=seed_of(), put_keeps_unseen=keeps)
    call = call_of(service)
    body = {name: value for name, value in OF_ATLAS.items() if name != "password"}
    assert call("PUT", call.integrations("/PROMETHEUS", PROJECT), body).status_code == 200
    url = HOST + DIALECTS["atlas"].discovery(PROJECT)
    assert call.session.get(url, auth=BASIC).status_code == status


def test_the_clusters_of_a_project_are_counted(make_service, call_of):
    call = call_of(make_service(seed=seed_of()))
    assert call("GET", f"/groups/{PROJECT}").json()["clusterCount"] == 2


@pytest.mark.parametrize(
    ("clusters", "complaint"),
    [
        ({}, "projects[0].clusters of the seed is not a list"),
        (["a"], "projects[0].clusters[0] of the seed is not a mapping with a `name`"),
        ([{"hosts": []}], "projects[0].clusters[0] of the seed is not a mapping with a `name`"),
        ([{"name": "a", "size": 3}], "projects[0].clusters[0] of the seed has unknown members"),
        ([{"name": "a", "region": 3}], "projects[0].clusters[0].region of the seed is not a str"),
        ([{"name": "a", "hosts": ["a b"]}], "projects[0].clusters[0].hosts of the seed is not"),
        ([{"name": "a", "hosts": "a"}], "projects[0].clusters[0].hosts of the seed is not"),
    ],
)
def test_wrong_clusters_are_told_where(clusters, complaint):
    with pytest.raises(StateError) as error:
        seed_of(clusters=clusters)
    assert complaint in str(error.value)
