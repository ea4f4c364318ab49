"""Every way to get the desired state wrong, with the whole of what is said about it.

A case is `tests/invalid/CASE.yaml`, or a folder `tests/invalid/CASE/`, with `CASE.expected` beside.
`pytest tests/desired --update-golden` writes what is said now; read the diff, aloud.
"""

from pathlib import Path

import pytest

CASES = sorted(
    path
    for path in Path(__file__).parents[1].joinpath("invalid").iterdir()
    if path.is_dir() or path.suffix == ".yaml"
)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_mistake_is_told_as_expected(path, run, monkeypatch, request):
    monkeypatch.chdir(path.parents[2])
    result = run("validate", str(path.relative_to(path.parents[2])))
    assert result.return_value == 3
    expected = path.with_suffix(".expected")
    if request.config.getoption("--update-golden"):
        expected.write_text(result.stdout)
    assert result.stdout == expected.read_text()


def test_no_expected_output_is_left_over():
    expected = {path.with_suffix(".expected").name for path in CASES}
    assert {path.name for path in CASES[0].parent.glob("*.expected")} == expected
