"""Receipts, from the write that makes one to the run that is told by it."""

import json

import jsonschema
import pytest

from reconciler import catalogue

FIRST = "5d791c84ff7a2522cc4f9aa1"
SECOND = "5d791c84ff7a2522cc4f9aa2"
PD_KEY = "00112233445566778899aabbccddeeff"
SAME_TAIL = "ffeeddccbbaa99887766554433ddeeff"
HOOK = "https://example.com/hooks/Zx7Q2101"
KEYS = {"OLD": "0123456789abcdef" * 4, "NEW": "fedcba9876543210" * 4}
ALL = f"""
version: 1
api: atlas
projects:
  - id: {FIRST}
    name: payments
    integrations:
      - type: PAGER_DUTY
        serviceKey: {{env: PD_KEY}}
      - type: WEBHOOK
        url: {{env: HOOK}}
        secret: {{env: SIGNING}}
  - id: {SECOND}
    name: search
    integrations:
      - type: PAGER_DUTY
        serviceKey: {{env: PD_KEY}}
"""


@pytest.fixture
def reconciler(run, monkeypatch, tmp_path):
    """Run a command with receipts under the old key; everything was applied before."""
    secrets = {"PD_KEY": PD_KEY, "HOOK": HOOK, "SIGNING": "correct horse", **KEYS}
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "d.yaml").write_text(ALL)

    def invoke(*arguments, keys=("OLD",)):
        named = [part for key in keys for part in ("--receipts-key", f"env:{key}")]
        result = run(*arguments, "d.yaml", "--receipts", "receipts.json", *named)
        assert all(value[-6:] not in result.output for value in secrets.values())
        return result

    assert invoke("apply", "--yes").return_value == 0
    return invoke


@pytest.fixture
def receipts(tmp_path):
    return lambda: json.loads((tmp_path / "receipts.json").read_text())["receipts"]


def reasons(result):
    changes = json.loads(result.stdout)["changes"]
    return {
        (change["project"]["name"], change["type"]): change["reason"]
        for change in changes
        if change["action"] == "update"
    }


def test_every_secret_that_is_written_gets_one(reconciler, receipts):
    found = [(made["project"], made["type"], made["setting"]) for made in receipts()]
    assert found == [
        (FIRST, "PAGER_DUTY", "serviceKey"),
        (FIRST, "WEBHOOK", "secret"),
        (FIRST, "WEBHOOK", "url"),
        (SECOND, "PAGER_DUTY", "serviceKey"),
    ]


def test_the_file_follows_its_schema_and_shows_nothing(reconciler, receipts, tmp_path):
    text = (tmp_path / "receipts.json").read_text()
    jsonschema.validate(json.loads(text), catalogue.schema("receipts-v1"))
    assert not [value for value in (PD_KEY, HOOK, "correct horse", *KEYS.values()) if value in text]
    assert len({made["secret"] for made in receipts()}) == 4  # one secret twice, and it is not seen


def test_what_a_receipt_proves_is_in_sync_and_nothing_is_unproved(reconciler):
    result = reconciler("drift")
    assert result.return_value == 0
    assert "could not be verified" not in result.output


def test_without_its_key_a_receipt_proves_nothing(reconciler):
    result = reconciler("drift", keys=("NEW",))
    assert result.return_value == 0
    assert "4 secrets could not be verified" in result.output


@pytest.mark.parametrize(
    ("name", "value", "changed"),
    [
        ("PD_KEY", SAME_TAIL, {("payments", "PAGER_DUTY"), ("search", "PAGER_DUTY")}),
        ("HOOK", "https://example.com/other/Zx7Q2101", {("payments", "WEBHOOK")}),
    ],
)
def test_a_rotation_in_the_store_is_drift_though_the_mask_fits(
    reconciler, monkeypatch, name, value, changed
):
    monkeypatch.setenv(name, value)
    result = reconciler("drift", "--format", "json")
    assert result.return_value == 2
    assert reasons(result).keys() == changed
    assert all("rotated since it was written" in reason for reason in reasons(result).values())


def test_after_the_rotation_is_applied_nothing_is_left(reconciler, monkeypatch):
    monkeypatch.setenv("PD_KEY", SAME_TAIL)
    assert "2 of 2 operations done" in reconciler("apply", "--yes").output
    assert reconciler("receipts", "verify").return_value == 0


def test_a_write_by_somebody_else_reassures_nobody(reconciler, run, monkeypatch):
    """The same mask, under another id: unverifiable, and not consistent."""
    monkeypatch.setenv("PD_KEY", SAME_TAIL)
    assert run("apply", "d.yaml", "--yes", "--assert-secrets").return_value == 0
    monkeypatch.setenv("PD_KEY", PD_KEY)
    result = reconciler("drift", "--format", "json", "--type", "PAGER_DUTY")
    assert result.return_value == 0
    said = [change["fields"][0] for change in json.loads(result.stdout)["changes"]]
    assert {(field["verdict"], field["evidence"]) for field in said} == {
        ("unverifiable", "somebody wrote it since")
    }


def test_nothing_is_kept_of_a_run_that_only_looks(reconciler, monkeypatch, receipts):
    before = receipts()
    monkeypatch.setenv("PD_KEY", SAME_TAIL)
    for arguments in (["plan"], ["drift"], ["apply", "--dry-run"], ["receipts", "verify"]):
        reconciler(*arguments)
        assert receipts() == before


def test_a_refused_apply_keeps_nothing(reconciler, monkeypatch, receipts):
    before = receipts()
    monkeypatch.setenv("PD_KEY", SAME_TAIL)
    assert reconciler("apply", "--expect", "sha256:0").return_value == 4
    assert receipts() == before


def test_what_is_deleted_loses_its_receipt(reconciler, receipts, tmp_path):
    gone = ALL.replace("serviceKey: {env: PD_KEY}", "ensure: absent", 1)
    (tmp_path / "d.yaml").write_text(gone)
    assert reconciler("apply", "--yes").return_value == 0
    assert (FIRST, "PAGER_DUTY") not in {(made["project"], made["type"]) for made in receipts()}


def test_a_damaged_file_counts_as_empty_and_is_told(reconciler, tmp_path):
    (tmp_path / "receipts.json").write_text('{"format": "reconciler-receipts/1", "rec')
    result = reconciler("drift")
    assert result.return_value == 0
    assert "reconciler: warning: unreadable-receipts" in result.output
    assert "4 secrets could not be verified" in result.output


def test_verify_tells_each_secret_and_the_ones_that_are_shared(reconciler, monkeypatch):
    monkeypatch.setenv("HOOK", "https://example.com/other/Zx7Q2101")
    result = reconciler("receipts", "verify")
    assert result.return_value == 1
    assert result.stdout == (
        "PROJECT   TYPE        SETTING     RECEIPT\n"
        "payments  PAGER_DUTY  serviceKey  proved\n"
        "payments  WEBHOOK     url         rotated since it was written\n"
        "payments  WEBHOOK     secret      proved\n"
        "search    PAGER_DUTY  serviceKey  proved\n"
        "env:PD_KEY: the same secret in 2 integrations\n"
        "    to send a new one: reconciler plan --assert-secrets='env:PD_KEY'\n"
        "4 secrets: 3 proved, 1 rotated since it was written.\n"
    )


def test_rekey_makes_every_receipt_anew_that_holds(reconciler, monkeypatch, receipts):
    monkeypatch.setenv("HOOK", "https://example.com/other/Zx7Q2101")
    result = reconciler("receipts", "rekey", keys=("NEW", "OLD"))
    assert result.return_value == 0
    assert f"Left: WEBHOOK url of {FIRST}\n" in result.stdout
    assert len({made["kid"] for made in receipts()}) == 2
    monkeypatch.setenv("HOOK", HOOK)
    assert reconciler("receipts", "rekey", keys=("NEW", "OLD")).return_value == 0
    assert reconciler("receipts", "verify", keys=("NEW",)).return_value == 0


def test_an_apply_renews_what_an_older_key_proves(reconciler):
    assert reconciler("apply", "--yes", keys=("NEW", "OLD")).return_value == 0
    assert reconciler("receipts", "verify", keys=("NEW",)).return_value == 0


def test_prune_drops_the_receipts_of_what_is_no_longer_declared(reconciler, receipts, tmp_path):
    (tmp_path / "d.yaml").write_text(ALL[: ALL.index(f"  - id: {SECOND}")])
    assert reconciler("receipts", "prune").stdout == "1 dropped, 3 kept.\n"
    assert SECOND not in {made["project"] for made in receipts()}


def test_a_key_that_could_be_guessed_is_refused(reconciler, monkeypatch):
    monkeypatch.setenv("OLD", "short")
    result = reconciler("drift")
    assert result.return_value == 1
    assert "reconciler: weak-key: the key env:OLD has fewer than 32 characters" in result.output


def test_a_key_that_is_not_there_is_told(reconciler, monkeypatch):
    monkeypatch.delenv("OLD")
    result = reconciler("drift")
    assert result.return_value == 1
    assert "env" in result.output
    assert "OLD" in result.output


def test_no_integration_may_get_the_key(reconciler, tmp_path):
    (tmp_path / "d.yaml").write_text(ALL.replace("{env: SIGNING}", "{env: OLD}"))
    result = reconciler("plan")
    assert result.return_value == 3
    assert "d.yaml:12:9: forbidden-secret: env:OLD is the key of the receipts" in result.stdout
