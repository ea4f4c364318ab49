"""Every answer of the simulator is one that MongoDB's OpenAPI document allows.

Requests are made from the document, by schemathesis; the seed is fixed. Left out is what the
document leaves out (406 for a request that names no version, the `envelope` form of an answer);
`tests/simulator` has these.
"""

from __future__ import annotations

from collections import Counter

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests.auth import HTTPDigestAuth

from reconciler.simulator import InProcess

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

from schemathesis.checks import load_all_checks, not_a_server_error  # noqa: E402 - it may be absent
from schemathesis.generation import GenerationMode  # noqa: E402
from schemathesis.specs.openapi import checks  # noqa: E402

HOST = "http://simulator.invalid"  # nothing leaves the process
ACCEPT = {"Accept": "application/vnd.atlas.2023-01-01+json"}
ONE = "/groups/{groupId}/integrations/{integrationType}"
SUCCESS = {
    "GET /groups": 200,
    "GET /groups/{groupId}": 200,
    "GET /groups/byName/{groupName}": 200,
    "GET /orgs/{orgId}/groups": 200,
    "GET /groups/{groupId}/integrations": 200,
    f"GET {ONE}": 200,
    f"POST {ONE}": 200,
    f"PUT {ONE}": 200,
    f"DELETE {ONE}": 204,
}
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
FIXED = settings(
    max_examples=25,
    database=None,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    # what the strategies of the document throw away depends on the library's version
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@pytest.fixture
def session(service):
    with requests.Session() as session:
        session.trust_env = False
        session.auth = HTTPDigestAuth("public", "made-up")
        session.mount(HOST, InProcess(service.handle))
        yield session


@pytest.fixture
def operation(request, document):
    load_all_checks()
    method, path = request.param.split()
    return schemathesis.openapi.from_dict(document)[f"/api/atlas/v2{path}"][method]


@pytest.fixture
def ask(session):
    """Send a request of the strategies, check its answer, and count the answers by status."""
    statuses = Counter()

    def send(strategy, *more):
        @FIXED
        @given(strategy)
        def each(case):
            answer = case.call_and_validate(HOST, session, ACCEPT, checks=[*CHECKS, *more])
            statuses[answer.status_code] += 1

        each()
        return statuses

    return send


def in_place(operation, sample):
    """Make requests that are right in what a server looks at first, so that they get through."""
    names = {name: values for name, values in sample.names.items() if name in operation.path}

    def request(names):
        type_ = names.get("integrationType")
        body = {"body": {"type": type_, **sample.integrations[type_]}} if operation.body else {}
        return plain(operation, path_parameters=names, **body)

    return st.fixed_dictionaries({k: st.sampled_from(v) for k, v in names.items()}).flatmap(request)


def plain(operation, mode=GenerationMode.POSITIVE, **given):
    """Make requests of an operation, some values given; never with `envelope`."""
    return operation.as_strategy(mode, query={"envelope": False}, **given)


every_operation = pytest.mark.parametrize("operation", SUCCESS, indirect=True, ids=str)


@every_operation
def test_what_is_right_is_answered_as_documented(operation, ask, sample, request):
    statuses = ask(in_place(operation, sample))
    assert statuses[SUCCESS[request.node.callspec.params["operation"]]] > 0


@every_operation
def test_what_the_document_allows_is_answered_as_documented(operation, ask):
    assert ask(plain(operation)).total() > 0


@every_operation
def test_what_the_document_forbids_is_refused_as_documented(operation, ask):
    wrong = plain(operation, GenerationMode.NEGATIVE)
    assert ask(wrong, checks.negative_data_rejection).total() > 0


@every_operation
def test_the_examples_of_the_document_are_answered_as_documented(operation, ask):
    for example in operation.get_strategies_from_examples():
        ask(example)
