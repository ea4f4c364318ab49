"""What people read for every error that the API can answer: when reading, and when writing.

The rows are those of the API's error reference that this client can meet, and those that were
reported in public. `error-messages.txt` is the whole of it; `--update-golden` writes it anew.
"""

import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from reconciler.api import waits
from reconciler.simulator import open_service, read_refusal, serve

GOLDEN = Path(__file__).with_name("error-messages.txt")
STATE = """version: 1
api: atlas
projects:
  - id: 5d791c84ff7a2522cc4f9aa1
    name: payments
    integrations:
      - type: WEBHOOK
        url: {env: HOOK}
"""
SEED = """projects:
  - id: 5d791c84ff7a2522cc4f9aa1
    name: payments
    integrations: [{type: WEBHOOK, url: "https://example.com/hooks/2101"}]
"""
PROJECT_REF = ("5d791c84ff7a2522cc4f9aa1", "payments")
READING = "GET */integrations"
CREATING = "POST */WEBHOOK"
DELETING = "DELETE */WEBHOOK"
LISTING = "GET */groups"

SETTINGS = """
400 INVALID_INTEGRATION_SETTINGS
400 INTEGRATION_FIELDS_INVALID
400 INVALID_ATTRIBUTE
400 MISSING_ATTRIBUTE
400 MISSING_ATTRIBUTES
400 MISSING_OR_INVALID_ATTRIBUTE
400 ATTRIBUTE_READ_ONLY
400 INVALID_ENUM_VALUE
400 INVALID_JSON
400 MALFORMED_JSON
400 INVALID_JSON_ATTRIBUTE
400 VALIDATION_ERROR
400 INVALID_PAGER_DUTY_SERVICE_KEY
400 INVALID_DATADOG_API_KEY
400 INVALID_URL
400 SLACK_OAUTH2_NOT_CONFIGURED
400 LEGACY_SLACK_CONFIGURATION_UNSUPPORTED
400 MUST_RECONFIGURE_SLACK_OAUTH2
400 DATADOG_NOT_SUPPORTED_FOR_CLOUD_MANAGER
400 HIPCHAT_NOT_SUPPORTED
400 FIELD_UNSUPPORTED_FOR_OPS_MANAGER
400 WEBHOOK_URL_NOT_SET
400 INVALID_PATH_PARAMETER
400 AN_ERROR_OF_TOMORROW
405 WRITES_NOT_ALLOWED_DURING_APP_UPGRADES
409 INTEGRATION_ALREADY_CONFIGURED
"""
PROJECT = """
400 INVALID_QUERY_PARAMETER
400 PATH_PARAM_PARSE_ERROR
404 INTEGRATION_NOT_CONFIGURED
404 GROUP_NOT_FOUND
404 INVALID_GROUP_ID
404 ATLAS_GROUP
404 NOT_ATLAS_GROUP
404 INVALID_ATLAS_GROUP
404 RESOURCE_NOT_FOUND
404 AN_ERROR_OF_TOMORROW
"""
ANYWHERE = """
400 INVALID_VERSION_DATE
401 UNEXPECTED_ERROR
401 USER_UNAUTHORIZED
401 NO_CURRENT_USER
401 NOT_IN_GROUP
401 USER_CANNOT_ACCESS_GROUP
401 USER_CANNOT_ACCESS_ORG
402 ACCOUNT_SUSPENDED
402 NO_PAYMENT_INFORMATION_FOUND
403 IP_ADDRESS_NOT_ON_ACCESS_LIST
403 IP_ADDRESS_NOT_ON_WHITELIST
403 RESOURCE_REQUIRES_ACCESS_LIST
403 ORG_REQUIRES_ACCESS_LIST
403 ACCESS_FORBIDDEN
403 FEATURE_UNSUPPORTED
403 UNSUPPORTED_FOR_CURRENT_PLAN
403 UNSUPPORTED_FOR_CURRENT_CONFIG
403 NO_FREE_TIER_API
403 AN_ERROR_OF_TOMORROW
404 ORG_NOT_FOUND
404 INVALID_ORG_ID
404 NOT_ATLAS_ORG
404 EXPECTED_NON_ATLAS_ORG
406 INVALID_VERSION_DATE
410 VERSION_GONE
429 RATE_LIMITED
429 RATE_LIMITED_TOKEN_BUCKET
500 UNEXPECTED_ERROR
502
503 SERVICE_UNAVAILABLE
504
"""
CASES = [
    *((CREATING, line) for line in (SETTINGS + PROJECT + ANYWHERE).split("\n") if line),
    (DELETING, "400 WEBHOOK_NOTIFICATIONS_PRESENT"),
    *((READING, line) for line in (PROJECT + ANYWHERE).split("\n") if line),
    *((LISTING, line) for line in ANYWHERE.split("\n") if line),
]


@pytest.fixture
def told(run, monkeypatch, tmp_path):
    """Give what a run says whose request is refused so; nothing is waited for."""
    monkeypatch.setattr(waits, "wait_before", lambda *_: 0.0)
    monkeypatch.setenv("HOOK", "https://example.com/hooks/2101")
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "public")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "private-key")
    (tmp_path / "seed.yaml").write_text(SEED)

    def tell(request, line, state):
        text = STATE
        if request == DELETING:
            text = text.replace("url: {env: HOOK}", "ensure: absent")
        (tmp_path / "d.yaml").write_text(text)
        command = ["plan"] if request in (READING, LISTING) else ["apply", "--yes"]
        with _served(state, request, line, tmp_path / "seed.yaml") as url:
            options = ["--base-url", url, "--allow-dark", "payments"]
            result = run(*command, "d.yaml", *options, simulate=False)
        assert "2101" not in result.output
        return result

    return tell


@contextmanager
def _served(state, request, line, seed):
    refusals = [read_refusal(f"{request} {line}")]
    seeded = {"seed": seed} if request == DELETING else {"projects": [PROJECT_REF]}
    service = open_service(state, refusals=refusals, **seeded)
    with closing(service), serve(service) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _shown(request, line, result):
    """Give the lines of the problem, or of the operation that was not done."""
    lines = result.stdout.splitlines()
    first = [at for at, text in enumerate(lines) if "d.yaml:4:5:" in text or "reconciler: " in text]
    operations = [text for text in lines if text.startswith("  1. ")]
    told = lines[first[0] : first[0] + 2] if first else operations
    return "\n".join([f"{request} {line}", *told, f"[exit {result.return_value}]", ""])


def test_every_error_says_what_it_means_and_what_to_do(told, request, tmp_path):
    shown = []
    for number, (asked, line) in enumerate(CASES):
        result = told(asked, line, tmp_path / f"{number}.db")
        shown.append(_shown(asked, line, result))
    text = "\n".join(shown)
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()
