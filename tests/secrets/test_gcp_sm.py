"""`{gcp-sm: …}`, with Google's library against a stand-in that speaks the documented REST API."""

import base64
from datetime import UTC, datetime

import pytest

crc32c = pytest.importorskip("google_crc32c", reason="pip install '.[sources]'")
manager = pytest.importorskip("google.cloud.secretmanager", reason="pip install '.[sources]'")

from google.auth.credentials import AnonymousCredentials  # noqa: E402 - it may not be there
from google.cloud.secretmanager_v1.services.secret_manager_service import transports  # noqa: E402

from reconciler.secrets import gcp_sm  # noqa: E402

AGAINST = "Google's library and a stand-in for the server"

PAGER = "projects/payments/secrets/pager"
FAULTS = {
    "absent": (404, "NOT_FOUND"),
    "denied": (403, "PERMISSION_DENIED"),
    "off": (400, "FAILED_PRECONDITION"),
    "odd": (400, "INVALID_ARGUMENT"),
    "expired": (401, "UNAUTHENTICATED"),
    "broken": (500, "INTERNAL"),
}


class StandIn:
    def __init__(self):
        self.asked = []
        self.metadata = True

    def answer(self, path, headers):
        path = path.partition("?")[0].removeprefix("/v1/")
        self.asked.append(path)
        name, _, verb = path.partition(":")
        secret, version = name.split("/")[3], name.split("/")[5]
        number = {"latest": "2", "blue": "1"}.get(version, version)
        full = f"projects/123/secrets/{secret}/versions/{number}"
        if secret in FAULTS or (verb != "access" and not self.metadata):
            code, status = FAULTS.get(secret, FAULTS["denied"])
            return code, {"error": {"code": code, "status": status, "message": "it is s3cret"}}
        if secret == "strange":
            return 200, ["s3cret", {}]
        if verb != "access":
            return 200, {"name": full, "createTime": "2026-10-02T03:04:05.678901Z"}
        content = {"pager": f"s3cret-{number}".encode(), "binary": b"\xff\xfe"}.get(secret, b"x")
        told = crc32c.value(content) + (secret == "damaged")
        data = base64.b64encode(content).decode()
        return 200, {"name": full, "payload": {"data": data, "dataCrc32c": str(told)}}


@pytest.fixture
def google(serve, monkeypatch):
    known = StandIn()
    with serve(known.answer) as address:
        transport = transports.SecretManagerServiceRestTransport(
            host=address.removeprefix("http://"),
            url_scheme="http",
            credentials=AnonymousCredentials(),
        )
        client = manager.SecretManagerServiceClient(transport=transport)
        monkeypatch.setattr(gcp_sm, "_client", lambda: client)
        yield known
        client.transport.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (PAGER, "s3cret-2"),
        (f"{PAGER}/versions/latest", "s3cret-2"),
        (f"{PAGER}/versions/1", "s3cret-1"),
        (f"{PAGER}/versions/blue", "s3cret-1"),
        (f"{PAGER}@1", "s3cret-1"),
    ],
)
def test_a_version_is_read(google, resolved, name, value):
    assert resolved("gcp-sm", name) == value


def test_version_and_time_come_along(google, fetched):
    [secret] = fetched("gcp-sm", PAGER)
    assert secret.version == "2"
    assert secret.created == datetime(2026, 10, 2, 3, 4, 5, 678901, tzinfo=UTC)


def test_who_may_only_read_goes_without_the_time(google, fetched):
    google.metadata = False
    [secret] = fetched("gcp-sm", PAGER)
    assert (secret.version, secret.created) == ("2", None)


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        ("absent", "there is no {}"),
        ("denied", "may not be read: {}"),
        ("off", "Google Cloud does not give {}"),
        ("odd", "Google Cloud does not give {}"),
        ("binary", "{} is not UTF-8 text"),
        ("damaged", "{} arrived damaged"),
        ("strange", "{} cannot be read: the answer is not what the store gives"),
    ],
)
def test_what_cannot_be_had_is_told_in_our_own_words(google, resolved, secret, sentence):
    name = f"projects/payments/secrets/{secret}/versions/1"
    problem = resolved("gcp-sm", name)
    assert (problem.code, problem.message) == ("unresolved-secret", sentence.format(name))


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        ("expired", "Google Cloud does not take the credentials"),
        ("broken", "Google Cloud Secret Manager cannot be asked (InternalServerError)"),
    ],
)
def test_what_is_wrong_with_all_is_told_once(google, fetched, secret, sentence):
    name = f"projects/payments/secrets/{secret}"
    [problem] = fetched("gcp-sm", f"{name}/versions/1", f"{name}/versions/2", PAGER)
    assert (problem.code, problem.message) == ("source-unavailable", sentence)


def test_each_version_is_read_once(google, fetched):
    fetched("gcp-sm", PAGER, f"{PAGER}@latest", f"{PAGER}/versions/latest")
    assert google.asked == [
        f"{PAGER}/versions/latest:access",
        "projects/123/secrets/pager/versions/2",
    ]


def test_without_credentials_it_is_told_once(fetched, monkeypatch):
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    [problem] = fetched("gcp-sm", PAGER, f"{PAGER}@1")
    assert problem.message == "there are no credentials for Google Cloud"


def test_a_file_of_credentials_that_is_none_is_not_quoted(fetched, monkeypatch, tmp_path):
    (tmp_path / "key.json").write_text('{"private_key": "s3cret"')
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    [problem] = fetched("gcp-sm", PAGER)
    assert problem.message == "there are no credentials for Google Cloud"
