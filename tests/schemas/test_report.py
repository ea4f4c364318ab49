"""The JSON report and its schema describe each other."""

import json
from pathlib import Path

import jsonschema
import pytest

from reconciler import catalogue

TESTS = Path(__file__).parents[1]
REPORTS = {
    str(file.relative_to(file.parents[1])): json.JSONDecoder().raw_decode(file.read_text())[0]
    for file in sorted([*TESTS.glob("golden/*/*.out"), *TESTS.glob("report/golden/*.json")])
    if file.read_text().startswith("{")
}
SCHEMA = catalogue.schema("report-v1")


def described(schema, value, path=""):
    """Name every member of a value with whether its schema describes it."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for item in value:
            yield from described(schema["items"], item, path + "[]")
    elif isinstance(value, dict):
        for name, member in value.items():
            part = schema.get("properties", {}).get(name)
            yield f"{path}.{name}", part is not None
            if part is not None:
                yield from described(part, member, f"{path}.{name}")


def test_there_are_reports_to_look_at():
    assert {report["command"] for report in REPORTS.values()} >= {"plan", "drift", "apply"}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_report_is_as_its_schema_says(report):
    jsonschema.validate(report, SCHEMA)


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_report_holds_nothing_that_its_schema_does_not_describe(report):
    assert {path for path, known in described(SCHEMA, report) if not known} == set()


def test_everything_that_the_schema_describes_is_seen_in_some_report():
    seen = {path for report in REPORTS.values() for path, _ in described(SCHEMA, report)}
    assert {f".{name}" for name in SCHEMA["properties"]} <= seen
