"""Projects that are declared by id are read while the list of projects is still under way."""

import threading

import pytest

from reconciler import simulator

ID, OTHER = "5d791c84ff7a2522cc4f9aa1", "64b0f1c2a3d4e5f607182933"
STATE = """\
version: 1
api: atlas
projects:
  - {{{first}, integrations: []}}
  - {{name: others, integrations: []}}
"""
LIST = "/api/atlas/v2/groups"
PATIENCE = 60
"""Seconds after which something that should come about is given up."""


@pytest.fixture
def drift(run, tmp_path, monkeypatch):
    """Look, with the list of projects answered as `answer` says; gives result and paths."""
    (tmp_path / "seed.yaml").write_text(
        f"projects: [{{id: {ID}, name: payments}}, {{id: {OTHER}, name: others}}]"
    )
    real, answered = simulator.InProcess, []

    def look(first, *options, before_list=lambda: None):
        def in_process(handle):
            def answer(request):
                if request.path == LIST:
                    before_list()
                response = handle(request)
                if response.status == 200:  # and no challenge
                    answered.append(request.path)
                return response

            return real(answer)

        monkeypatch.setattr(simulator, "InProcess", in_process)
        (tmp_path / "d.yaml").write_text(STATE.format(first=first))
        result = run("drift", "d.yaml", "--seed", "seed.yaml", *options)
        return result, answered

    return look


def integrations(project):
    return f"{LIST}/{project}/integrations"


def test_the_list_may_be_the_slowest_answer_of_all(drift, monkeypatch):
    read = threading.Event()
    real = simulator.Service.handle

    def handle(service, request):
        response = real(service, request)
        if request.path == integrations(ID):
            read.set()
        return response

    monkeypatch.setattr(simulator.Service, "handle", handle)

    def wait():
        assert read.wait(PATIENCE), "the project was not read before the list was answered"

    result, answered = drift(f"id: {ID}", before_list=wait)
    assert result.return_value == 0
    assert sorted(answered) == [LIST, integrations(ID), integrations(OTHER)]


def test_each_project_is_read_once_and_known_by_its_full_name(drift):
    result, answered = drift(f"id: {ID}", "--format", "json")
    assert result.return_value == 0
    assert sorted(answered) == [LIST, integrations(ID), integrations(OTHER)]


def test_with_a_choice_of_projects_nothing_is_read_ahead(drift):
    result, answered = drift(f"id: {ID}", "--project", "others")
    assert result.return_value == 0
    assert answered == [LIST, integrations(OTHER)]


def test_an_id_and_a_name_that_disagree_are_refused_all_the_same(drift):
    result, _ = drift(f"id: {ID}, name: misnamed")
    assert result.return_value == 3
    assert "project-mismatch" in result.stdout
