"""What every command shares is taken everywhere, or refused with the reason and no guess."""

import pytest

from reconciler import cli

EMPTY = "version: 1\napi: atlas\nprojects: []\n"
TAKEN = {
    "targets": [
        ("--format", "json"), ("--type", "prometheus"), ("--secrets", "all"), ("--no-color",),
        ("--project", "*"), ("--concurrency", "1"), ("--timeout", "1"), ("--verbose",),
        ("--output", "t.json"), ("--base-url", "https://127.0.0.1:9"),
    ],
    "export": [
        ("--format", "yaml"), ("--type", "slack"), ("--secrets", "none"), ("--no-color",),
        ("--project", "*"), ("--concurrency", "1"), ("--timeout", "1"), ("--verbose",),
        ("--output", "t.yaml"), ("--base-url", "https://127.0.0.1:9"),
    ],
}  # fmt: skip
REFUSED = {
    "targets d.yaml --format text": (
        "--format can only be json here: file_sd_configs reads nothing else"
    ),
    "targets d.yaml --type SLACK": "--type can only be PROMETHEUS here: no other type has targets",
    "targets d.yaml --secrets none": (
        "--secrets can only be all here: discovery asks for each integration's password"
    ),
    "export --format json": "--format can only be yaml here: it is a desired state",
    "export --secrets all": (
        "--secrets can only be none here: the API gives no secret away, so export writes references"
    ),
    "validate d.yaml --secrets none": "validate takes no --secrets: it resolves none",
    "validate d.yaml --project x": "validate takes no --project: it checks every file as a whole",
    "validate d.yaml --type SLACK": "validate takes no --type: it checks every file as a whole",
    "validate d.yaml --verbose": "validate takes no --verbose: it asks no API",
    "validate d.yaml --timeout 3": "validate takes no --timeout: it asks no API",
    "validate d.yaml --simulate s.db": "validate takes no --simulate: it asks no API",
}


@pytest.fixture
def told(tmp_path, monkeypatch, capfd):
    """Run a command; gives its exit code, and what it said on stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.yaml").write_text(EMPTY)
    for name in ("PUBLIC_API_KEY", "PRIVATE_API_KEY", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(f"MONGODB_ATLAS_{name}", raising=False)

    def run(*arguments):
        code = cli.run(arguments)
        return code, capfd.readouterr().err

    return run


@pytest.mark.parametrize(
    ("command", "option"),
    [(command, option) for command, options in TAKEN.items() for option in options],
    ids=lambda given: given if isinstance(given, str) else " ".join(given),
)
def test_it_is_taken(told, command, option):
    code, err = told(command, *(["d.yaml"] if command == "targets" else []), *option)
    assert code in (1, 3), err  # no credentials, or nothing to ask about


@pytest.mark.parametrize(("line", "why"), REFUSED.items(), ids=REFUSED)
def test_it_is_refused_with_the_reason(told, line, why):
    code, err = told(*line.split())
    assert code == 64
    assert err.endswith(f"\nError: {why}\n")


def test_help_does_not_list_what_is_refused(told, capfd):
    cli.run(["validate", "--help"])
    assert "--simulate" not in capfd.readouterr().out
