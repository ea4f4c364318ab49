"""A key that may not list projects can still read those that it knows by id."""

from dataclasses import replace

import pytest

from reconciler import simulator
from reconciler.simulator import read_refusal

ID = "5d791c84ff7a2522cc4f9aa1"
STATE = "version: 1\napi: atlas\nprojects:\n  - {project}\n    integrations: []\n"


@pytest.fixture
def drift(run, serving, monkeypatch, tmp_path):
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "public")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "private-key")

    def look(project, refusal):
        (tmp_path / "d.yaml").write_text(STATE.format(project=project))
        url = serving(projects=[(ID, "payments")], refusals=[read_refusal(refusal)])
        return run("drift", "d.yaml", "--base-url", url, simulate=False)

    return look


@pytest.fixture
def drift_unlisted(run, tmp_path, monkeypatch):
    """Look at a project that can be read, and that the list of projects leaves out."""
    real = simulator.InProcess

    def in_process(handle):
        def answer(request):
            response = handle(request)
            if request.path.endswith("/groups") and response.status == 200:
                return replace(response, body=b'{"links": [], "results": [], "totalCount": 0}')
            return response

        return real(answer)

    monkeypatch.setattr(simulator, "InProcess", in_process)
    (tmp_path / "seed.yaml").write_text(f"projects: [{{id: {ID}, name: payments}}]")

    def look(project):
        (tmp_path / "d.yaml").write_text(STATE.format(project=project))
        return run("drift", "d.yaml", "--seed", "seed.yaml")

    return look


@pytest.mark.parametrize("refusal", ["403 ACCESS_FORBIDDEN", "404 RESOURCE_NOT_FOUND"])
def test_ids_alone_need_no_list(drift, refusal):
    result = drift(f"id: {ID}", f"GET */groups {refusal}")
    assert result.return_value == 0
    assert "reconciler: warning: projects-not-listed: listing the projects: " in result.stdout


def test_a_name_needs_one(drift):
    result = drift(f"id: {ID}\n    name: payments", "GET */groups 403 ACCESS_FORBIDDEN")
    assert result.return_value == 1
    assert "reconciler: no-access: listing the projects: " in result.stdout


def test_a_project_that_is_not_listed_is_asked_for_its_name(drift_unlisted):
    right = drift_unlisted(f"id: {ID}\n    name: payments")
    wrong = drift_unlisted(f"id: {ID}\n    name: search")
    assert (right.return_value, wrong.return_value) == (0, 3)
    assert f"the project {ID} is called payments, not search" in wrong.stdout


def test_one_that_is_not_there_fails_alone(drift_unlisted):
    result = drift_unlisted(f"id: {'9' * 24}\n    name: search")
    assert result.return_value == 1
    assert "no-such-project: reading project search" in result.stdout


def test_another_refusal_ends_the_run(drift):
    result = drift(f"id: {ID}", "GET */groups 400 INVALID_VERSION_DATE")
    assert result.return_value == 1
    assert "projects-not-listed" not in result.stdout
