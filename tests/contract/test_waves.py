"""A large fleet is written in waves, and what goes wrong in one keeps the next from beginning."""

import json

import pytest

from reconciler.api import retry
from reconciler.simulator.refusals import read_refusal
from reconciler.steps import look

IDS = [f"{number:024x}" for number in range(1, 13)]
SECRET = "11111111-2222-3333-4444-555555556666"


@pytest.fixture
def apply(tmp_path, monkeypatch, run, serving):
    """Apply to twelve projects, of which some are canaries and some refuse writes."""

    def of(*arguments, canaries=(), refused=(), projects=12, code="FORBIDDEN", status=403):
        monkeypatch.setenv("KEY", SECRET)
        monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "a")
        monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "b")
        declared = [
            {
                "id": id_,
                "canary": number in canaries,
                "integrations": [{"type": "OPS_GENIE", "apiKey": {"env": "KEY"}}],
            }
            for number, id_ in enumerate(IDS[:projects])
        ]
        state = {"version": 1, "api": "atlas", "projects": declared}
        (tmp_path / "desired.yaml").write_text(json.dumps(state))
        url = serving(
            projects=[(id_, f"p{number}") for number, id_ in enumerate(IDS)],
            refusals=[read_refusal(f"POST *{IDS[number]}/* {status} {code}") for number in refused],
        )
        done = run(
            "apply", "desired.yaml", "--yes", "--format", "json", "--base-url", url,
            "--concurrency", "1", *arguments, simulate=False,
        )  # fmt: skip
        return done.return_value, json.loads(done.stdout)

    return of


def statuses(report):
    return "".join(outcome["status"][0] for outcome in report["outcomes"])


def waves(report):
    return [outcome.get("wave") for outcome in report["outcomes"]]


def codes(report):
    return [one["code"] for one in report["problems"] if one["severity"] == "error"]


def test_all_waves_follow_while_all_is_well(apply):
    code, report = apply()
    assert (code, statuses(report), codes(report)) == (0, "d" * 12, [])
    assert waves(report) == [1, 2, 2, *[3] * 9]


def test_what_fails_in_the_first_wave_keeps_the_others_from_beginning(apply):
    code, report = apply(canaries=[3, 4], refused=[4])
    assert code == 5
    assert waves(report)[3:5] == [1, 1]
    assert statuses(report) == "sssdfsssssss"
    assert report["outcomes"][0]["detail"] == "not begun: wave 1 was not verified"
    (problem,) = [one for one in report["problems"] if one["code"] == "wave-unverified"]
    assert problem["message"] == "wave 1 of 3 was not verified: 1 of 2 operations not done"
    assert [one["number"] for one in report["operations"]] == list(range(1, 13))


def test_the_second_wave_can_stop_the_third(apply):
    code, report = apply(refused=[2])
    assert (code, statuses(report), codes(report)) == (5, "ddf" + "s" * 9, ["wave-unverified"])


def test_without_waves_one_failure_stops_its_own_project_only(apply):
    code, report = apply("--no-waves", canaries=[0], refused=[0])
    assert (code, statuses(report), codes(report)) == (5, "f" + "d" * 11, [])
    assert set(waves(report)) == {None}


def test_a_small_fleet_is_not_held_up(apply):
    code, report = apply(projects=9, refused=[0, 1, 2])
    assert (code, statuses(report), codes(report)) == (5, "fffdddddd", [])


def test_three_failures_of_a_kind_trip_the_breaker(apply):
    code, report = apply(refused=[3, 4, 5])
    assert (code, codes(report)) == (5, ["breaker"])
    assert statuses(report).startswith("dddf")
    assert statuses(report).endswith("s")
    assert "the breaker tripped" in report["outcomes"][-1]["detail"]


def test_a_run_that_repeats_too_many_writes_ends(apply, monkeypatch):
    """Eleven repeats are allowed; each project takes four."""
    monkeypatch.setattr(retry, "_FIRST_SECONDS", 0)
    code, report = apply("--no-waves", refused=range(12), status=503)
    assert (code, codes(report)) == (1, ["retry-budget"])
    assert statuses(report) == "ffu" + "s" * 9
    assert report["outcomes"][2]["detail"].endswith("writes that a run may repeat are used up")
    assert report["outcomes"][3]["detail"].startswith("not begun: the 11 writes")


def test_a_deadline_that_has_come_ends_the_run_before_anything_is_begun(apply):
    code, report = apply("--deadline", "0.000001")
    assert (code, codes(report), report["outcomes"]) == (1, ["deadline"], [])


def test_a_wait_that_outlasts_the_deadline_is_not_begun(apply, monkeypatch):
    monkeypatch.setattr(retry, "_UNSAID_SECONDS", 290)
    code, report = apply("--deadline", "280", "--no-waves", refused=range(12), status=429)
    assert code == 1
    assert codes(report) == ["deadline"]
    assert set(statuses(report)) == {"f", "s"}


def test_the_text_says_what_each_wave_came_to(apply, run):
    apply(canaries=[0], refused=[0])
    shown = run("apply", "desired.yaml", "--yes", "--simulate", "other.db", simulate=False).stdout
    assert "Wave 1: 1 of 1 operation done.\nWave 2: 2 of 2 operations done.\n" in shown
    assert "Wave 3: 9 of 9 operations done.\n" in shown


def test_what_the_look_at_a_wave_found_left_is_not_done_where_the_last_look_fails(
    apply, monkeypatch
):
    """The write seems done, is found undone after its wave, and then nothing can be read."""
    looks = []
    real = look._compare  # noqa: SLF001 - where projects are read

    def compare(run, client, observer, projects, assertion):
        looks.append([project.ref.id for project in projects])
        if len(looks) == 2:  # the one after the first wave
            client.write("DELETE", client.dialect.integration(IDS[0], "OPS_GENIE"), None)
        if len(looks) == 3:
            run.unread += [project.ref for project in projects]
            return []
        return real(run, client, observer, projects, assertion)

    monkeypatch.setattr(look, "_compare", compare)
    code, report = apply(canaries=[0], projects=2)
    assert (code, statuses(report), looks[1:]) == (1, "fs", [IDS[:1], IDS[:2]])
    assert "not-converged" in report["outcomes"][0]["detail"]
