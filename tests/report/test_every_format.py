"""Every format over the cases of `tests/golden`, whole, and read by a parser of its kind.

All forms of a run are written by that one run. `pytest tests/report --update-golden` writes the
expected ones as they are now; read the diff.
"""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from reconciler import catalogue
from reconciler.core.exits import Exit
from reconciler.report import FORMATS

HERE = Path(__file__).parent
CASES = HERE.parent / "golden"
ENVIRONMENT = {
    "PD_KEY": "00112233445566778899aabbccddeeff",
    "DD_KEY": "0123456789abcdef0123456789abcdef",
    "OG_KEY": "11111111-2222-3333-4444-555555556666",
    "PROM_PASSWORD": "correct-horse-battery",
    "HOOK_SECRET": "signing-key-0123",
}
RUNS = {
    "mixed-plan": "mixed plan desired.yaml",
    "mixed-drift": "mixed drift desired.yaml",
    "mixed-apply": "mixed apply desired.yaml --yes",
    "mixed-rehearsal": "mixed apply desired.yaml --rehearse",
    "refused": "refused plan desired.yaml",
    "partial": "unreadable apply desired.yaml --yes",
    "failed": "unreadable plan desired.yaml",
    "invalid": "pull-request validate desired.yaml --policy policy.yaml",
    "hostile": "hostile-names drift desired.yaml",
    "in-sync": "in-sync drift desired.yaml",
    "ignored": "ignored drift desired.yaml",
    "over-time": "mixed drift desired.yaml --history history.db --baseline baseline.json",
}
BEFORE = {
    "over-time": [
        "drift desired.yaml --history history.db --project payments-prod",
        "drift desired.yaml --baseline baseline.json --write-baseline --project payments-prod",
        "apply desired.yaml --yes --type DATADOG",
        "validate desired.yaml",
        "drift desired.yaml --history history.db --secrets none --type SLACK",
    ]
}
"""What was run before, a day apart."""
FORMS = sorted(FORMATS.keys() - {"text", "json"})
"""Those two have golden files of their own, save for what is known of earlier runs."""
SIGNS = {"well": "✅", "pending": "~", "unwell": "❌"}
"""What Markdown begins with, by how the page's headline looks."""
DAY = 24 * 60 * 60
LOOKED_AT = 1_700_000_000
TOOK = 12.3456


def forms_of(name):
    return sorted(FORMATS) if name in BEFORE else FORMS


@pytest.fixture(params=RUNS)
def reports(request, run, monkeypatch, tmp_path):
    """Give the name of a run, its exit code, and the texts that it wrote, by form."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("reconciler.cli.output.now", lambda: LOOKED_AT)
    monkeypatch.setattr("reconciler.cli.output.since", lambda begun: TOOK)
    case, *arguments = shlex.split(RUNS[request.param])
    for file in (CASES / case).glob("*.yaml"):
        shutil.copy(file, tmp_path)
    before = [shlex.split(line) for line in BEFORE.get(request.param, ())]
    for days, earlier in zip(range(len(before), 0, -1), before, strict=True):
        at = LOOKED_AT - days * DAY
        monkeypatch.setattr("reconciler.cli.output.now", lambda at=at: at)
        run(*earlier, *([] if earlier[0] == "validate" else ["--seed", "seed.yaml"]))
    monkeypatch.setattr("reconciler.cli.output.now", lambda: LOOKED_AT)
    seed = [] if arguments[0] == "validate" else ["--seed", "seed.yaml"]
    forms = forms_of(request.param)
    asked = [part for form in forms for part in ("--format", f"{form}=report.{form}")]
    result = run(*arguments, *seed, *asked)
    assert result.stdout.endswith("\n")  # the report for people is there all the same
    texts = {form: Path(f"report.{form}").read_bytes().decode() for form in forms}
    return request.param, result.return_value, texts


def test_every_form_is_the_expected_one(reports, request):
    name, _, texts = reports
    for form, text in texts.items():
        expected = HERE / "golden" / f"{name}.{form}"
        if request.config.getoption("--update-golden"):
            expected.write_bytes(text.encode())
        assert text == expected.read_bytes().decode()
        assert all(value[-4:] not in text for value in ENVIRONMENT.values())


def test_no_expected_report_is_left_over():
    expected = {f"{name}.{form}" for name in RUNS for form in forms_of(name)}
    assert {file.name for file in (HERE / "golden").iterdir()} == expected


def test_each_is_read_by_a_parser_of_its_kind_and_tells_whether_all_went_well(reports):
    _, code, texts = reports
    well = code in (Exit.OK, Exit.PENDING)
    suite = ET.fromstring(texts["junit"])[0]  # noqa: S314 - ours
    assert len(suite) == int(suite.get("tests"))
    assert (suite.get("errors") == "0") is well
    levels = {issue["severity"] for issue in json.loads(texts["gitlab"])}
    assert ("critical" not in levels) is well
    invocation = json.loads(texts["sarif"])["runs"][0]["invocations"][0]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (well, code)
    assert (re.search("(?m)^::error ", texts["github"]) is None) is well
    assert re.search(f"(?m)^reconciler_run_success{{.*}} {int(well)}$", texts["prometheus"])
    rows = list(csv.DictReader(texts["csv"].splitlines(), strict=True))
    assert (rows[0]["record"], rows[0]["status"]) == ("run", str(code))
    assert all(None not in row and None not in row.values() for row in rows)
    tone = re.search('class="result ([a-z]+)"', texts["html"])[1]
    assert (tone != "unwell") is well
    assert tone == "pending" or code != Exit.PENDING  # drift is no failure, and not well either
    assert f"\n### {SIGNS[tone]} reconciler" in texts["markdown"]


def test_json_keeps_to_its_schema(reports):
    if "json" in reports[2]:
        jsonschema.validate(json.loads(reports[2]["json"]), catalogue.schema("report-v1"))


def test_fingerprints_are_one_for_each_finding(reports):
    _, _, texts = reports
    prints = [issue["fingerprint"] for issue in json.loads(texts["gitlab"])]
    assert len(set(prints)) == len(prints)


def test_prometheus_own_tool_finds_nothing(reports):
    check_metrics(reports[2]["prometheus"])


def check_metrics(text):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not there: it comes with Debian's package prometheus")
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_metrics_of_every_command_may_lie_in_one_folder():
    names = ("mixed-plan", "mixed-apply", "mixed-drift", "mixed-rehearsal", "invalid")
    texts = [(HERE / "golden" / f"{name}.prometheus").read_text() for name in names]
    families = {}
    for family in re.split("(?m)^(?=# HELP)", "".join(texts)):
        head, samples = re.fullmatch("((?:# .*\n)*)((?s:.*))", family).groups()
        families[head] = families.get(head, "") + samples
    lines = "".join(families.values()).splitlines()
    series = [line.rpartition(" ")[0] for line in lines]
    assert sorted(series) == sorted(set(series))
    check_metrics("".join(f"{head}{samples}" for head, samples in families.items()))


def test_sarif_keeps_to_its_schema(reports):
    schema = os.environ.get("SARIF_SCHEMA")
    if schema is None:
        pytest.skip(
            "SARIF_SCHEMA names no copy of the schema: `python -m tests.report` fetches one"
        )
    jsonschema.validate(json.loads(reports[2]["sarif"]), json.loads(Path(schema).read_text()))
