"""`reconciler export`: which projects, where to, and what an exit code means."""

import json
import sqlite3

import pytest

from reconciler import simulator
from reconciler.desired import load

PAY, PAY_TOO, SEARCH = (f"{number}d791c84ff7a2522cc4f9aa1" for number in "123")
OURS, THEIRS = "a" * 24, "b" * 24
KEY = "11111111-2222-3333-4444-555555556666"
SEED = {
    "projects": [
        {"id": PAY, "name": "payments", "orgId": OURS},
        {"id": PAY_TOO, "name": "payments", "orgId": THEIRS},
        {"id": SEARCH, "name": "search", "orgId": OURS},
    ]
}


@pytest.fixture
def export(run, tmp_path):
    for project in SEED["projects"]:
        project["integrations"] = [
            {"type": "OPS_GENIE", "apiKey": KEY},
            {"type": "VICTOR_OPS", "apiKey": KEY, "routingKey": "team"},
        ]
    (tmp_path / "seed.json").write_text(json.dumps(SEED))
    return lambda *options: run("export", *options, "--seed", "seed.json")


@pytest.fixture
def projects(tmp_path):
    """Read the projects of a text, by id."""

    def read(text):
        (tmp_path / "read.yaml").write_text(text)
        declared, _ = load([str(tmp_path / "read.yaml")])
        return {project.ref.id: project for project in declared.projects}

    return read


@pytest.fixture
def broken(monkeypatch):
    """Make the API refuse whatever has a text in its path."""

    def break_(part):
        class Door(simulator.InProcess):
            def __init__(self, handle):
                def answer(request):
                    if part in request.path:
                        body = b'{"errorCode": "ACCESS_FORBIDDEN"}'
                        return simulator.Response(403, {"Content-Type": "application/json"}, body)
                    return handle(request)

                super().__init__(answer)

        monkeypatch.setattr(simulator, "InProcess", Door)

    return break_


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], [PAY, PAY_TOO, SEARCH]),
        (["--project", PAY], [PAY]),
        (["--project", "payments"], [PAY, PAY_TOO]),
        (["--project", "se*", "--project", PAY_TOO], [PAY_TOO, SEARCH]),
        (["--org", OURS], [PAY, SEARCH]),
        (["--org", OURS, "--project", "pay*"], [PAY]),
    ],
    ids=["all", "an id", "a name", "a glob and an id", "an organization", "both"],
)
def test_the_projects_that_were_asked_for_are_written_down(export, projects, options, ids):
    result = export(*options)
    assert result.return_value == 0
    assert list(projects(result.stdout)) == ids
    assert result.stderr == ""


def test_only_the_types_that_were_asked_for_are_written_down(export, projects):
    found = projects(export("--type", "ops_genie").stdout)
    assert {each.type for project in found.values() for each in project.integrations} == {
        "OPS_GENIE"
    }


def test_where_there_is_nothing_to_declare_the_file_says_why(export, run, projects, tmp_path):
    limited = export("--type", "slack", "--type", "datadog")
    assert limited.return_value == 0
    assert limited.stdout.endswith(
        "\n# These projects have no integration of the type DATADOG or SLACK: a plan of this file"
        " asks for --allow-empty.\n"
    )
    (tmp_path / "nobody.json").write_text('{"projects": []}')
    unseen = run("export", "--simulate", "other.db", "--seed", "nobody.json", simulate=False)
    assert unseen.return_value == 0
    assert "\n# No project can be seen with these credentials: a plan of this" in unseen.stdout
    assert projects(unseen.stdout) == {}


def test_a_project_that_nobody_can_see_is_an_error(export, projects):
    result = export("--project", "serch")
    assert result.return_value == 3
    assert result.stderr == (
        "reconciler: unknown-project: --project serch names no project that can be seen\n"
        '    did you mean "search"?\n'
    )
    assert projects(result.stdout) == {}


def test_an_unknown_organization_is_an_error(export, projects):
    result = export("--org", "c" * 24)
    assert result.return_value == 1
    assert "no-such-org: listing the projects: no such organization" in result.stderr
    assert projects(result.stdout) == {}


def test_a_project_that_cannot_be_read_fails_alone(export, projects, broken):
    broken(f"/{PAY_TOO}/")
    result = export()
    assert result.return_value == 1
    assert list(projects(result.stdout)) == [PAY, SEARCH]
    assert f"# Incomplete: these projects could not be read.\n#   {PAY_TOO} payments\n" in (
        result.stdout
    )
    assert result.stderr.startswith("reconciler: no-access: reading project payments: ")


def test_without_a_list_of_projects_the_output_is_empty_valid_and_says_so(export, projects, broken):
    broken("/groups")
    result = export()
    assert result.return_value == 1
    assert projects(result.stdout) == {}
    assert "# Incomplete: the run ended before" in result.stdout


def test_without_credentials_too(run, projects):
    result = run("export", simulate=False)
    assert result.return_value == 1
    assert "no-credentials" in result.stderr
    assert projects(result.stdout) == {}


@pytest.mark.parametrize("options", [["--org", "ours"], ["--api", "other"]])
def test_wrong_usage_is_refused(run, options):
    result = run("export", *options)
    assert type(result.exception).__mro__[1].__name__ in {"UsageError", "BadParameter"}


def test_a_file_is_written_and_stdout_left_alone(export, projects, tmp_path):
    result = export("--output", "live.yaml")
    assert (result.return_value, result.stdout) == (0, "")
    assert list(projects((tmp_path / "live.yaml").read_text())) == [PAY, PAY_TOO, SEARCH]


def test_a_file_that_is_there_is_replaced_by_force_alone(export, tmp_path):
    (tmp_path / "live.yaml").write_text("mine")
    refused = export("--output", "live.yaml")
    assert "live.yaml is there already: give --force" in refused.exception.message
    assert (tmp_path / "live.yaml").read_text() == "mine"
    assert export("--output", "live.yaml", "--force").return_value == 0
    assert (tmp_path / "live.yaml").read_text().startswith("# yaml-language-server: ")


def test_a_run_that_read_nothing_leaves_the_file_as_it_was(export, broken, tmp_path):
    broken("/groups")
    (tmp_path / "live.yaml").write_text("mine")
    result = export("--output", "live.yaml", "--force")
    assert result.return_value == 1
    assert "not-written: live.yaml is left as it was" in result.stderr
    assert (tmp_path / "live.yaml").read_text() == "mine"


def test_nothing_is_written_to_the_api(export, tmp_path):
    export()
    with sqlite3.connect(tmp_path / "state.db") as state:
        before = list(state.iterdump())
    state.close()
    export()
    with sqlite3.connect(tmp_path / "state.db") as state:
        assert list(state.iterdump()) == before
    state.close()


def test_a_plan_of_the_export_changes_nothing(export, run, monkeypatch):
    export("--output", "live.yaml")
    empty = run("plan", "live.yaml", "--secrets", "none", "--detailed-exitcode")
    assert (empty.return_value, empty.stdout.splitlines()[-1]) == (
        0,
        "Nothing is left to do: 6 kept, 0 left alone.",
    )
    for name in ("PAYMENTS_" + PAY.upper(), "PAYMENTS_" + PAY_TOO.upper(), "SEARCH"):
        monkeypatch.setenv(f"{name}_OPS_GENIE_API_KEY", KEY)
        monkeypatch.setenv(f"{name}_VICTOR_OPS_API_KEY", KEY)
    filled = run("plan", "live.yaml", "--detailed-exitcode")
    assert (filled.return_value, filled.stdout.splitlines()[-1]) == (
        0,
        "Nothing is left to do: 6 kept, 0 left alone.",
    )
