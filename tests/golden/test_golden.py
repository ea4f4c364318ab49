"""Whole outputs, as people and scripts see them.

A case is a folder: `desired.yaml`, the simulator's `seed.yaml`, `commands` with one command a line
(each on a fresh state), and the expected output of each in `N-COMMAND.out`, exit code last.
`pytest tests/golden --update-golden` writes the outputs as they are now; read the diff.
"""

import json
import shlex
import shutil
from pathlib import Path

import jsonschema
import pytest

from reconciler import catalogue

HERE = Path(__file__).parent
ENVIRONMENT = {
    "PD_KEY": "00112233445566778899aabbccddeeff",
    "DD_KEY": "0123456789abcdef0123456789abcdef",
    "OG_KEY": "11111111-2222-3333-4444-555555556666",
    "PROM_PASSWORD": "correct-horse-battery",
    "HOOK_SECRET": "signing-key-0123",
}
CASES = [
    pytest.param(folder.parent, number, line, id=f"{folder.parent.name}-{number}")
    for folder in sorted(HERE.glob("*/commands"))
    for number, line in enumerate(folder.read_text().splitlines(), start=1)
]


@pytest.mark.parametrize(("folder", "number", "line"), CASES)
def test_the_output_is_the_expected_one(folder, number, line, run, monkeypatch, tmp_path, request):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for file in folder.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    arguments = shlex.split(line)
    seed = [] if arguments[0] == "validate" else ["--seed", "seed.yaml"]
    result = run(*arguments, *seed)
    shown = f"{result.stdout}[exit {result.return_value}]\n"
    if "json" in arguments:
        _check_against_schema(result.stdout)
    assert all(value[-4:] not in result.output for value in ENVIRONMENT.values())
    expected = folder / f"{number}-{arguments[0]}.out"
    if request.config.getoption("--update-golden"):
        expected.write_text(shown)
    assert shown == expected.read_text()


def _check_against_schema(text):
    jsonschema.validate(json.loads(text), catalogue.schema("report-v1"))


def test_no_expected_output_is_left_over():
    expected = {
        f"{case.values[0].name}/{case.values[1]}-{case.values[2].split()[0]}.out" for case in CASES
    }
    assert {f"{file.parent.name}/{file.name}" for file in HERE.glob("*/*.out")} == expected
