"""`{azure-kv: VAULT/NAME}`, with Azure's library against a stand-in of the documented REST API."""

import ssl
from datetime import UTC, datetime
from functools import partial

import pytest
import trustme

secrets = pytest.importorskip("azure.keyvault.secrets", reason="pip install '.[sources]'")
pytest.importorskip("azure.identity", reason="pip install '.[sources]'")

from azure.core.credentials import AccessToken  # noqa: E402 - it may not be there

from reconciler.secrets import azure_kv  # noqa: E402

AGAINST = "Azure's library and a stand-in for the server"

FAULTS = {
    "absent": (404, "SecretNotFound"),
    "denied": (403, "Forbidden"),
    "odd": (400, "BadParameter"),
}
NOT_THE_STORES = "the answer is not what the store gives"
NEW, OLD = "f" * 32, "0" * 32


class StandIn:
    def __init__(self):
        self.asked = []

    def answer(self, path, headers):
        path = path.partition("?")[0]
        if headers.get("Authorization") != "Bearer made-up":
            told = 'Bearer authorization="https://login.example/tenant", resource="https://vault"'
            return 401, {"headers": {"WWW-Authenticate": told}}
        self.asked.append(path)
        _, _, name, *version = path.rstrip("/").split("/")
        if name in FAULTS:
            status, code = FAULTS[name]
            return status, {"error": {"code": code, "message": "it is s3cret"}}
        if name == "strange":
            return 200, ["s3cret"]
        found = version[0] if version else NEW
        return 200, {
            "value": {NEW: "s3cret", OLD: "old"}[found],
            "id": f"https://payments.vault.azure.net/secrets/{name}/{found}",
            "attributes": {"enabled": True, "created": 1790910245, "updated": 1790910245},
        }


class Static:
    def get_token(self, *scopes, **_):
        return AccessToken("made-up", 4_000_000_000)


@pytest.fixture
def azure(serve, monkeypatch, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    known = StandIn()
    lenient = partial(secrets.SecretClient, verify_challenge_resource=False)
    monkeypatch.setattr(secrets, "SecretClient", lenient)
    monkeypatch.setattr(azure_kv, "credential", Static)
    with serve(known.answer, context) as address:
        monkeypatch.setattr(azure_kv, "address_of", lambda vault: address)
        yield known


def test_a_secret_and_a_version_of_it_are_read(azure, fetched):
    new, old = fetched("azure-kv", "payments/pager", f"payments/pager@{OLD}")
    assert (new.reveal(), old.reveal()) == ("s3cret", "old")
    assert (new.version, old.version) == (NEW, OLD)
    assert new.created == datetime.fromtimestamp(1790910245, UTC)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("absent", "there is no secret payments/absent in Azure"),
        ("denied", "the secret payments/denied in Azure may not be read"),
        (
            "strange",
            f"the secret payments/strange in Azure cannot be read: {NOT_THE_STORES}",
        ),
    ],
)
def test_what_cannot_be_had_is_told_in_our_own_words(azure, resolved, name, sentence):
    problem = resolved("azure-kv", f"payments/{name}")
    assert (problem.code, problem.message) == ("unresolved-secret", sentence)


def test_each_secret_is_read_once(azure, fetched):
    fetched("azure-kv", "payments/pager", "payments/pager", "payments/other")
    assert sorted(azure.asked) == ["/secrets/other/", "/secrets/pager/"]


def test_what_is_wrong_with_a_vault_is_told_once(azure, fetched):
    [problem] = fetched("azure-kv", "payments/odd", f"payments/odd@{OLD}")
    assert problem.message == "the Azure key vault payments answers with status 400"


def test_a_vault_that_cannot_be_reached_is_told_and_the_others_go_on(azure, fetched, monkeypatch):
    good = azure_kv.address_of("payments")
    addresses = {"payments": good, "gone": "https://127.0.0.1:9"}
    monkeypatch.setattr(azure_kv, "address_of", addresses.get)
    problems = fetched("azure-kv", "gone/a", "gone/b", "payments/absent")
    assert [problem.message for problem in problems] == [
        "the Azure key vault gone cannot be reached",
        "there is no secret payments/absent in Azure",
    ]


@pytest.mark.parametrize(
    ("authority", "address"),
    [
        (None, "https://payments.vault.azure.net"),
        ("https://login.microsoftonline.us", "https://payments.vault.usgovcloudapi.net"),
        ("login.chinacloudapi.cn/", "https://payments.vault.azure.cn"),
    ],
)
def test_a_national_cloud_has_its_own_vaults(monkeypatch, authority, address):
    if authority:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", authority)
    assert azure_kv.address_of("payments") == address


AZ = """
print(json.dumps({"accessToken": "made-up", "expires_on": 4000000000, "names": list(os.environ)}))
open("calls", "a").write(" ".join([*sys.argv[1:], *os.environ]))
"""


def test_az_login_is_good_enough_and_az_gets_few_variables(install, monkeypatch, tmp_path):
    install("az", AZ)
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "own-credentials")
    token = azure_kv.SignedIn().get_token("https://vault.azure.net/.default")
    assert (token.token, token.expires_on) == ("made-up", 4_000_000_000)
    calls = (tmp_path / "calls").read_text()
    assert "--scope https://vault.azure.net/.default" in calls
    assert "MONGODB" not in calls


@pytest.mark.parametrize("text", ["sys.exit('s3cret')", "print('s3cret')", "print('{}')"])
def test_without_any_sign_in_it_is_told_once(azure, install, fetched, monkeypatch, text):
    install("az", text)
    monkeypatch.setattr(azure_kv, "credential", azure_kv.SignedIn)
    [problem] = fetched("azure-kv", "payments/pager", "payments/other")
    assert problem.code == "source-unavailable"
    assert problem.message == "Azure does not take the credentials, or there are none"
