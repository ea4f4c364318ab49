"""drift --baseline and --history from run to run: nothing is resolved that was not looked at."""

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import jsonschema
import pytest
import yaml

from reconciler import catalogue

DAY = 24 * 60 * 60
START = 1_700_000_000
KEY = "0123456789abcdef0123456789abcdef"
LIVE = {"type": "PAGER_DUTY", "serviceKey": KEY, "region": "US"}
P, Q = "1d791c84ff7a2522cc4f9aa1", "2d791c84ff7a2522cc4f9aa1"
OVER_TIME = ("--history", "h.db")


def project(id_, **settings):
    declared = {"type": "PAGER_DUTY", "serviceKey": {"env": "KEY"}, "region": "US", **settings}
    return {"id": id_, "integrations": [declared]}


@pytest.fixture
def declare(run, monkeypatch):
    """Declare projects; two are live, each with the region US."""
    monkeypatch.setenv("KEY", KEY)
    seed = [{"id": id_, "name": name, "integrations": [LIVE]} for id_, name in ((P, "p"), (Q, "q"))]
    Path("seed.json").write_text(json.dumps({"projects": seed}))

    def write(*projects, **more):
        document = {"version": 1, "api": "atlas", "projects": list(projects), **more}
        Path("d.yaml").write_text(yaml.safe_dump(document))

    return write


@pytest.fixture
def look(run, monkeypatch):
    """Run drift on a day; gives the exit code and the report."""

    def drift(day, *options):
        monkeypatch.setattr("reconciler.cli.output.now", lambda: START + day * DAY)
        result = run("drift", "d.yaml", "--seed", "seed.json", "--format", "json", *options)
        report = json.loads(result.stdout)
        jsonschema.validate(report, catalogue.schema("report-v1"))
        return result.return_value, report

    return drift


def drifting(report):
    """Give what drifts: whose it is, whether it is new, and the day since when."""
    return {
        change["project"]["name"]: (change["new"], _day(change["since"]))
        for change in report["changes"]
        if "since" in change
    }


def _day(text):
    return text[:10]


def ended(report, part="resolved"):
    return [(one["project"]["name"], one["fields"], _day(one["since"])) for one in
            report["history"][part]]  # fmt: skip


def codes(report):
    return [problem["code"] for problem in report["problems"]]


def test_two_runs_with_a_change_between_tell_new_still_there_and_resolved(declare, look):
    declare(project(P, region="EU"), project(Q))
    code, first = look(0, *OVER_TIME)
    assert (code, drifting(first)) == (2, {"p": (True, "2023-11-14")})
    assert first["history"]["previous"] is None
    declare(project(P, region="EU"), project(Q, region="EU"))
    code, second = look(1, *OVER_TIME)
    assert (code, drifting(second)) == (
        2, {"p": (False, "2023-11-14"), "q": (True, "2023-11-15")}
    )  # fmt: skip
    assert second["history"]["previous"] == "2023-11-14T22:13:20Z"
    declare(project(P), project(Q, region="EU"))
    code, third = look(2, *OVER_TIME)
    assert (code, drifting(third)) == (2, {"q": (False, "2023-11-15")})
    assert ended(third) == [("p", ["region"], "2023-11-14")]
    declare(project(P), project(Q))
    code, fourth = look(3, *OVER_TIME)
    assert (code, ended(fourth)) == (0, [("q", ["region"], "2023-11-15")])


@pytest.mark.parametrize(
    "options", [("--project", "p"), ("--type", "SLACK"), ("--timeout", "0.5", "--project", "p")]
)
def test_a_narrow_run_resolves_nothing_that_it_did_not_look_at(declare, look, options):
    declare(project(P), project(Q, region="EU"))
    look(0, *OVER_TIME)
    code, narrow = look(1, *OVER_TIME, *options)
    assert (code, ended(narrow), ended(narrow, "unseen")) == (
        0, [], [("q", ["region"], "2023-11-14")]
    )  # fmt: skip
    assert drifting(look(2, *OVER_TIME)[1]) == {"q": (False, "2023-11-14")}


def test_a_project_that_cannot_be_read_is_not_resolved_and_the_run_fails(declare, look):
    declare(project(P), project(Q, region="EU"))
    look(0, *OVER_TIME)
    with closing(sqlite3.connect("state.db")) as state, state:
        state.execute("UPDATE projects SET id = '3d791c84ff7a2522cc4f9aa1' WHERE id = ?", (Q,))
    code, failed = look(1, *OVER_TIME)
    assert (code, ended(failed)) == (1, [])
    assert ended(failed, "unseen") == [("q", ["region"], "2023-11-14")]


def test_a_run_that_saw_nothing_is_recorded_and_resolves_nothing(declare, look, run, monkeypatch):
    declare(project(P, region="EU"))
    look(0, *OVER_TIME)
    monkeypatch.delenv("KEY")
    code, invalid = look(1, *OVER_TIME)
    assert (code, codes(invalid)) == (3, ["unresolved-secret"])
    monkeypatch.setenv("KEY", KEY)
    assert drifting(look(2, *OVER_TIME)[1]) == {"p": (False, "2023-11-14")}
    listed = json.loads(run("history", "list", "h.db", "--format", "json", simulate=False).stdout)
    assert [told["exit"] for told in listed["runs"]] == [2, 3, 2]


@pytest.mark.parametrize("broken", ["secret", "file"])
def test_a_run_that_failed_early_stands_among_the_others(broken, declare, look, run, monkeypatch):
    declare(project(P, region="EU"))
    look(0, *OVER_TIME)
    with monkeypatch.context() as outage:
        if broken == "secret":
            outage.delenv("KEY")
        else:
            Path("d.yaml").write_text("projects: [")
        code, failed = look(1, *OVER_TIME, "--format", "markdown=failed.md")
    assert (code, failed["history"]["previous"]) == (3, "2023-11-14T22:13:20Z")
    assert ended(failed, "unseen") == [("p", ["region"], "2023-11-14")]
    sentence = "Since the last run, 2023-11-14T22:13Z: nothing was seen; 1 drifted before."
    assert sentence in Path("failed.md").read_text()
    declare(project(P, region="EU"))
    _, after = look(2, *OVER_TIME, "--format", "html=after.html")
    assert after["history"]["previous"] == "2023-11-15T22:13:20Z"
    assert "2023-11-15T22:13Z: exit 3, nothing was seen" in Path("after.html").read_text()
    assert drifting(after) == {"p": (False, "2023-11-14")}


def test_secrets_that_were_not_resolved_are_not_seen(declare, look, monkeypatch):
    declare(project(P))
    monkeypatch.setenv("KEY", KEY[::-1])
    assert look(0, *OVER_TIME)[0] == 2
    code, blind = look(1, *OVER_TIME, "--secrets", "none")
    assert (code, ended(blind), ended(blind, "unseen")) == (
        0, [], [("p", ["serviceKey"], "2023-11-14")]
    )  # fmt: skip


def test_what_is_ignored_for_a_while_is_not_resolved_and_keeps_its_age(declare, look):
    declare(project(P, region="EU"))
    look(0, *OVER_TIME)
    rule = {"type": "PAGER_DUTY", "field": "region", "reason": "moved", "until": "2023-11-16"}
    declare(project(P, region="EU"), ignore=[rule])
    code, hidden = look(1, *OVER_TIME, "--format", "markdown=hidden.md")
    assert (code, ended(hidden), ended(hidden, "unseen")) == (0, [], [])
    assert ": 0 new, 0 still there, 0 resolved.\\" in Path("hidden.md").read_text()
    assert look(2, *OVER_TIME)[0] == 0
    code, over = look(3, *OVER_TIME)
    assert (code, drifting(over)) == (2, {"p": (False, "2023-11-14")})
    assert codes(over) == ["ignore-expired"]


def test_a_clock_that_went_backwards_is_told_and_does_no_harm(declare, look):
    declare(project(P, region="EU"))
    look(3, *OVER_TIME)
    code, earlier = look(0, *OVER_TIME)
    assert (code, codes(earlier)) == (2, ["clock-backwards"])
    assert drifting(earlier) == {"p": (False, "2023-11-17")}


def test_a_history_that_cannot_be_used_ends_the_run_before_anything_is_asked(declare, look):
    declare(project(P))
    Path("text").write_text("no database, and long enough to be looked at as if it were one" * 20)
    code, report = look(0, "--history", "text")
    assert (code, codes(report), report["changes"]) == (1, ["bad-history"], [])
    assert not Path("state.db").exists()


def test_a_history_that_is_lost_on_the_way_is_a_warning_and_drift_is_told(
    declare, look, monkeypatch
):
    declare(project(P, region="EU"))
    from reconciler import history  # noqa: PLC0415 - as the step imports it

    opened, calls = history.opened, []

    def twice(*arguments, **options):
        calls.append(arguments)
        if len(calls) == 2:
            Path("h.db").write_bytes(b"not a database any longer" * 100)
        return opened(*arguments, **options)

    monkeypatch.setattr(history, "opened", twice)
    code, report = look(0, *OVER_TIME)
    assert (code, codes(report)) == (2, ["history-unwritable"])
    assert "since" not in report["changes"][0]


def test_a_baseline_lets_an_old_fleet_start_clean(declare, look):
    declare(project(P, region="EU"), project(Q))
    code, written = look(0, "--baseline", "b.json", "--write-baseline")
    assert (code, written["baseline"]["written"]) == (0, True)
    assert stat.S_IMODE(Path("b.json").stat().st_mode) == 0o600
    assert KEY[-4:] not in Path("b.json").read_text()
    code, same = look(1, "--baseline", "b.json")
    assert (code, same["totals"]["update"]) == (0, 1)
    assert [change.get("known") for change in same["changes"]] == [True, None]
    declare(project(P, region="EU"), project(Q, region="EU"))
    code, more = look(2, "--baseline", "b.json")
    assert (code, [change["known"] for change in more["changes"]]) == (2, [True, False])
    declare(project(P), project(Q))
    code, clean = look(3, "--baseline", "b.json")
    assert code == 0
    assert [one["fields"] for one in clean["baseline"]["resolved"]] == [["region"]]


def test_a_baseline_keeps_what_a_narrow_run_did_not_look_at(declare, look):
    declare(project(P, region="EU"), project(Q, region="EU"))
    look(0, "--baseline", "b.json", "--write-baseline")
    before = Path("b.json").read_text()
    declare(project(P), project(Q, region="EU"))
    look(1, "--baseline", "b.json", "--write-baseline", "--project", "p")
    kept = json.loads(Path("b.json").read_text())["drift"]
    assert [entry["project"] for entry in kept] == [Q]
    declare(project(P, region="EU"), project(Q, region="EU"))
    look(2, "--baseline", "b.json", "--write-baseline", "--project", "p")
    assert Path("b.json").read_text() == before


def test_a_failed_run_is_never_clean_by_its_baseline(declare, look):
    declare(project(P, region="EU"), project(Q))
    look(0, "--baseline", "b.json", "--write-baseline")
    declare(project(P, region="EU"), project("3d791c84ff7a2522cc4f9aa1"))
    code, failed = look(1, "--baseline", "b.json")
    assert (code, failed["baseline"]["resolved"]) == (1, [])


def test_a_broken_baseline_is_never_an_empty_one(declare, look):
    declare(project(P, region="EU"))
    Path("b.json").write_text('{"format": "reconciler-baseline/1", "drift": [}')
    for options in ((), ("--write-baseline",)):
        code, report = look(0, "--baseline", "b.json", *options)
        assert (code, codes(report), report["changes"]) == (3, ["yaml-syntax"], [])
        assert report["problems"][0]["at"]["file"] == "b.json"
    assert Path("b.json").read_text().endswith("[}")


def test_a_baseline_that_cannot_be_written_fails_and_leaves_no_half(declare, look, monkeypatch):
    declare(project(P, region="EU"))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reconciler.cli.output.os.fsync", full)
    code, report = look(0, "--baseline", "b.json", "--write-baseline")
    assert (code, codes(report)) == (1, ["baseline-unwritable"])
    assert sorted(path.name for path in Path().glob("*b.json*")) == []


@pytest.mark.parametrize(
    "options",
    [
        ("--write-baseline",),
        ("--write-baseline", "--baseline", "b.json", "--secrets", "none"),
        ("--baseline", "same", "--history", "same"),
    ],
)
def test_nonsense_is_wrong_usage(declare, run, options):
    declare(project(P))
    with pytest.raises(Exception, match="baseline"):
        raise run("drift", "d.yaml", *options).exception


def test_histories_are_listed_and_pruned(declare, look, run):
    declare(project(P, region="EU"))
    for day in range(3):
        look(day, *OVER_TIME)
    table = run("history", "list", "h.db", simulate=False).stdout
    assert max(map(len, table.splitlines())) <= 80
    assert table.endswith("3 runs.\n")
    pruned = run("history", "prune", "h.db", "--older-than", "0.5", simulate=False)
    assert pruned.stdout == "2 dropped, 1 kept.\n"
    assert drifting(look(4, *OVER_TIME)[1]) == {"p": (False, "2023-11-14")}
    assert "--keep" in str(run("history", "prune", "h.db", simulate=False).exception)
    refused = run("history", "list", "d.yaml", simulate=False)
    assert (refused.return_value, "is no database" in refused.stderr) == (1, True)
