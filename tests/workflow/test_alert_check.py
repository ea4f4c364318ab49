"""After a write, alerts that point at an integration which is gone are told, and fail nothing."""

import json

import pytest

from reconciler import simulator

STATE = """\
version: 1
api: API
projects:
  - name: payments
    integrations:
      - {type: OPS_GENIE, apiKey: {env: KEY}, region: REGION}
  - name: other
    integrations:
      - {type: OPS_GENIE, apiKey: {env: KEY}}
"""
KEY = "11111111-2222-3333-4444-555555556666"


def alert(number, **names):
    notification = {"typeName": "OPS_GENIE", **names}
    return {"id": f"{number:024}", "eventTypeName": "HOST_DOWN", "notifications": [notification]}


@pytest.fixture
def apply(run, tmp_path, monkeypatch):
    """Apply to two projects whose alerts point at their only integration; give code and report."""
    asked = []
    real = simulator.InProcess

    def in_process(handle):
        def answer(request):
            response = handle(request)
            if response.status == 200:
                asked.append((request.method, request.path.rpartition("/")[2]))
            return response

        return real(answer)

    monkeypatch.setattr(simulator, "InProcess", in_process)

    def invoke(*options, api="atlas", region="EU", alerts=None):
        monkeypatch.setenv("KEY", KEY)
        one = [alert(1, integrationType="OPS_GENIE")] if alerts is None else alerts
        integrations = [{"type": "OPS_GENIE", "apiKey": KEY}]
        projects = [
            {"name": name, "api": api, "integrations": integrations, "alertConfigs": one}
            for name in ("payments", "other")
        ]
        (tmp_path / "seed.json").write_text(json.dumps({"projects": projects}))
        text = STATE.replace("API", api).replace("REGION", region)
        (tmp_path / "desired.yaml").write_text(text)
        command = ["apply", "desired.yaml", "--yes", "--format", "json", "--seed", "seed.json"]
        result = run(*command, *options)
        invoke.reads = asked.count(("GET", "alertConfigs"))
        return result.return_value, json.loads(result.stdout)["problems"]

    return invoke


def test_a_reference_that_a_write_broke_is_a_warning(apply):
    code, problems = apply()
    assert code == 0
    (told,) = problems
    assert (told["code"], told["severity"]) == ("dangling-alert", "warning")
    assert told["message"].startswith(
        f"alert {1:024} (HOST_DOWN) of payments notifies through the OPS_GENIE integration "
    )
    assert told["at"]["line"] == 6


def test_only_projects_that_were_written_to_are_asked(apply):
    apply()
    assert apply.reads == 1


def test_nothing_is_asked_where_nothing_was_written(apply):
    assert apply(region="US") == (0, [])
    assert apply.reads == 0


def test_it_can_be_switched_off(apply):
    assert apply("--no-alert-check") == (0, [])
    assert apply.reads == 0


def test_all_pages_are_read(apply):
    many = [alert(n, integrationId="f" * 24) for n in range(501)]
    code, problems = apply(alerts=many)
    assert (code, len(problems), apply.reads) == (0, 501, 2)


def test_what_names_no_integration_points_at_nothing(apply):
    assert apply(alerts=[alert(1), alert(2, integrationId=None), alert(3, integrationId=7)]) == (
        0,
        [],
    )


@pytest.mark.parametrize("api", ["atlas-v1", "cloud-manager", "ops-manager"])
def test_where_ids_are_not_shown_it_says_so(apply, api):
    code, problems = apply(api=api)
    assert (code, [problem["code"] for problem in problems]) == (0, ["alerts-unchecked"])


@pytest.mark.parametrize(
    ("status", "body"), [(403, b"{}"), (404, b""), (200, b"{}"), (200, b"no"), (429, b"{}")]
)
def test_what_cannot_be_read_is_a_warning_and_no_exit_code(apply, monkeypatch, status, body):
    real = simulator.InProcess

    def in_process(handle):
        def answer(request):
            if request.path.endswith("/alertConfigs"):
                headers = {"Retry-After": "301"} if status == 429 else {}
                return simulator.Response(status, headers, body)
            return handle(request)

        return real(answer)

    monkeypatch.setattr(simulator, "InProcess", in_process)
    code, problems = apply()
    assert (code, [problem["code"] for problem in problems]) == (0, ["alerts-unchecked"])
    assert problems[0]["severity"] == "warning"
