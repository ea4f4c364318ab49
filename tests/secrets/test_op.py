"""`{op: op://VAULT/ITEM/FIELD}`, against a stand-in that speaks the documented JSON of `op`."""

import os

import pytest

AGAINST = "a stand-in for `op`"

STAND_IN = """
with open("calls", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
vault = next(a.removeprefix("--vault=") for a in sys.argv if a.startswith("--vault="))
item = sys.argv[-1]
if "OP_SERVICE_ACCOUNT_TOKEN" not in os.environ and "OP_SESSION_team" not in os.environ:
    sys.exit("[ERROR] 2026/11/23 10:00:00 You are not currently signed in. Token s3cret.")
if (vault, item) == ("Payments", "Twice"):
    sys.exit('[ERROR] More than one item matches "Twice". Try again with its ID: s3cret')
if (vault, item) == ("Payments", "Odd"):
    sys.exit("[ERROR] something s3cret happened")
if (vault, item) != ("Payments", "Pager Duty"):
    sys.exit(f'[ERROR] "{item}" isn\\'t an item in the "{vault}" vault.')
print(json.dumps({
    "id": "i", "title": item, "version": 7, "vault": {"id": "v", "name": vault},
    "category": "API_CREDENTIAL", "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-10-02T03:04:05Z",
    "sections": [{"id": "eu", "label": "Europe"}],
    "fields": [
        {"id": "credential", "type": "CONCEALED", "label": "key", "value": "s3cret"},
        {"id": "f1", "type": "CONCEALED", "label": "both", "value": "outside"},
        {"id": "f2", "type": "CONCEALED", "label": "both", "value": "inside",
         "section": {"id": "eu", "label": "Europe"}},
        {"id": "f3", "type": "CONCEALED", "label": "same", "value": "one"},
        {"id": "f4", "type": "CONCEALED", "label": "same", "value": "two"},
        {"id": "empty", "type": "STRING", "label": "empty"},
        {"id": "names", "type": "STRING", "label": "names", "value": " ".join(os.environ)},
    ],
}))
"""


@pytest.fixture
def op(install, monkeypatch):
    install("op", STAND_IN)
    monkeypatch.setenv("OP_SERVICE_ACCOUNT_TOKEN", "made-up")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "s3cret"),
        ("KEY", "s3cret"),
        ("credential", "s3cret"),
        ("both", "outside"),
        ("Europe/both", "inside"),
        ("eu/f2", "inside"),
    ],
)
def test_a_field_is_found_by_label_or_id(op, resolved, field, value):
    assert resolved("op", f"op://Payments/Pager Duty/{field}") == value


def test_the_version_of_the_item_comes_along_and_not_its_time(op, fetched):
    [secret] = fetched("op", "op://Payments/Pager Duty/key")
    assert (secret.version, secret.created) == ("7", None)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Payments/No/key", "1Password has no op://Payments/No"),
        ("Payments/Twice/key", "1Password has several op://Payments/Twice"),
        ("Payments/Odd/key", "op cannot read op://Payments/Odd"),
        ("Payments/Pager Duty/no", "op://Payments/Pager Duty in 1Password has no field no"),
        (
            "Payments/Pager Duty/same",
            "op://Payments/Pager Duty in 1Password has several fields same",
        ),
        ("Payments/Pager Duty/empty", "empty of op://Payments/Pager Duty is not text"),
    ],
)
def test_what_cannot_be_had_is_told_in_our_own_words(op, resolved, name, sentence):
    problem = resolved("op", f"op://{name}")
    assert (problem.code, problem.message) == ("unresolved-secret", sentence)


def test_nobody_signed_in_is_told_once(op, fetched, monkeypatch):
    monkeypatch.delenv("OP_SERVICE_ACCOUNT_TOKEN")
    [problem] = fetched("op", "op://Payments/Pager Duty/key", "op://Payments/Odd/key")
    assert problem.code == "source-unavailable"
    assert problem.message == "nobody is signed in to 1Password"


def test_a_session_of_an_account_is_as_good(op, resolved, monkeypatch):
    monkeypatch.delenv("OP_SERVICE_ACCOUNT_TOKEN")
    monkeypatch.setenv("OP_SESSION_team", "made-up")
    assert resolved("op", "op://Payments/Pager Duty/key") == "s3cret"


def test_an_item_is_read_once_and_no_name_is_an_option(op, fetched, tmp_path):
    fetched("op", "op://Payments/Pager Duty/key", "op://Payments/Pager Duty/both")
    fetched("op", "op://--help/--version/key")
    assert (tmp_path / "calls").read_text().splitlines() == [
        "item get --format=json --vault=Payments -- Pager Duty",
        "item get --format=json --vault=--help -- --version",
    ]


def test_op_gets_its_own_variables_and_no_others(op, resolved, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "own-credentials")
    names = set(resolved("op", "op://Payments/Pager Duty/names").split())
    assert names <= {
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "USER",
        "TZ",
        "TMPDIR",
        "LOGNAME",
        "OP_SERVICE_ACCOUNT_TOKEN",
    } | {n for n in os.environ if n.startswith(("XDG_", "HTTP", "NO_", "SSL_", "http", "no_"))}
