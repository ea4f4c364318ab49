"""Which credentials count, and what is said when there are none."""

import pytest

from reconciler.api.credentials import ApiKey, ServiceAccount, choose
from reconciler.api.dialects import DIALECTS
from reconciler.core.problem import Failed

KEY, ACCOUNT = ApiKey("public", "private"), ServiceAccount("id", "secret")
KEYS = "MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY"
CLIENT = "MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET"


def chosen(api="atlas", **environment):
    found = {f"MONGODB_ATLAS_{name}": value for name, value in environment.items()}
    return choose((ServiceAccount.of(found), ApiKey.of(found)), DIALECTS[api])


def refused(api="atlas", **environment):
    with pytest.raises(Failed) as caught:
        chosen(api, **environment)
    problem = caught.value.problem
    assert problem.code == "no-credentials"
    return problem.message, problem.hint


BOTH = {
    "PUBLIC_API_KEY": "public", "PRIVATE_API_KEY": "private",
    "CLIENT_ID": "id", "CLIENT_SECRET": "secret",
}  # fmt: skip


@pytest.mark.parametrize("api", ["atlas", "atlas-v1", "cloud-manager"])
def test_a_service_account_wins_where_both_are_given(api):
    assert chosen(api, **BOTH) == ACCOUNT


def test_either_will_do():
    assert chosen(PUBLIC_API_KEY="public", PRIVATE_API_KEY="private") == KEY
    assert chosen(CLIENT_ID="id", CLIENT_SECRET="secret") == ACCOUNT


def test_an_api_without_service_accounts_falls_back_to_the_key():
    assert chosen("ops-manager", **BOTH) == KEY
    assert chosen("ops-manager", **BOTH | {"CLIENT_SECRET": ""}) == KEY


def test_an_api_without_service_accounts_says_so_where_there_is_no_key():
    assert refused("ops-manager", CLIENT_ID="id", CLIENT_SECRET="secret") == (
        "Ops Manager takes no service account, and there is no API key",
        f"set {KEYS}",
    )


def test_without_any_both_ways_are_named():
    assert refused() == (
        "there is neither an API key nor a service account to connect with",
        f"set {KEYS}, or {CLIENT}",
    )
    assert refused("ops-manager") == ("there is no API key to connect with", f"set {KEYS}")


@pytest.mark.parametrize(
    ("noun", "given", "missing"),
    [
        ("key", "PUBLIC_API_KEY", "PRIVATE_API_KEY"),
        ("key", "PRIVATE_API_KEY", "PUBLIC_API_KEY"),
        ("service account", "CLIENT_ID", "CLIENT_SECRET"),
        ("service account", "CLIENT_SECRET", "CLIENT_ID"),
    ],
)
def test_half_of_a_pair_is_an_error_that_names_the_other_half(noun, given, missing):
    assert refused(**{given: "value"}) == (
        f"half of the {noun} is missing: MONGODB_ATLAS_{missing} is not set",
        f"set MONGODB_ATLAS_{missing} too, or unset MONGODB_ATLAS_{given}",
    )


def test_half_a_service_account_is_not_passed_over_for_a_whole_key():
    message, _ = refused(**BOTH | {"CLIENT_SECRET": ""})
    assert "MONGODB_ATLAS_CLIENT_SECRET is not set" in message


def test_the_secret_is_not_in_a_representation():
    assert repr(ApiKey("public", "private-key")) == "ApiKey(name='public')"
    assert repr(ServiceAccount("id", "s3cr3t")) == "ServiceAccount(name='id')"
