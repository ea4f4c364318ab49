"""What no integration may get, whatever anybody says of it."""

import pytest

from reconciler.core.forbidden import BANS, forbidden

OWN = "this tool's own credentials"


@pytest.mark.parametrize(
    ("source", "name", "holds"),
    [
        ("env", "MONGODB_ATLAS_PRIVATE_API_KEY", OWN),
        ("env", "mongodb_atlas_client_secret", OWN),
        ("env", "RECONCILER_RECEIPTS_KEY", OWN),
        ("env", "GITHUB_TOKEN", "credentials of a source code host"),
        ("env", "GH_TOKEN", "credentials of a source code host"),
        ("env", "GITLAB_TOKEN", "credentials of a source code host"),
        ("env", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "tokens of the CI system"),
        ("env", "CI_JOB_TOKEN", "tokens of the CI system"),
        ("env", "SYSTEM_ACCESSTOKEN", "tokens of the CI system"),
        ("env", "CIRCLE_OIDC_TOKEN_V2", "tokens of the CI system"),
        ("env", "BUILDKITE_AGENT_ACCESS_TOKEN", "tokens of the CI system"),
        ("env", "BITBUCKET_STEP_OIDC_TOKEN", "tokens of the CI system"),
        ("env", "AWS_SECRET_ACCESS_KEY", "credentials of a cloud provider"),
        ("env", "AZURE_CLIENT_SECRET", "credentials of a cloud provider"),
        ("env", "GOOGLE_APPLICATION_CREDENTIALS", "credentials of a cloud provider"),
        ("env", "VAULT_TOKEN", "the key to a store of secrets"),
        ("env", "OP_SERVICE_ACCOUNT_TOKEN", "the key to a store of secrets"),
        ("env", "NPM_TOKEN", "credentials of a package or image registry"),
        ("file", "/proc/self/environ", OWN),
        ("file", "//proc/1/../self/environ", OWN),
        ("file", "../../../proc/self/environ", OWN),
        ("sops", "/proc/self/environ#/a", OWN),
        ("file", "/home/me/.config/atlascli/config.toml", OWN),
        ("file", "~/.netrc", "credentials of a source code host"),
        ("file", ".netrc", "credentials of a source code host"),
        ("file", ".git/config", "credentials of a source code host"),
        ("file", "C:\\Users\\me\\.aws\\credentials", "credentials of a cloud provider"),
        ("file", "/home/me/.AWS/Credentials", "credentials of a cloud provider"),
        ("file", "gha-creds-0123.json", "credentials of a cloud provider"),
        ("file", "/run/secrets/kubernetes.io/serviceaccount/token", "the machine's own identity"),
        ("file", "/home/me/.ssh/id_ed25519", "the machine's own identity"),
        ("file", "/root/.vault-token", "the key to a store of secrets"),
        ("file", "/root/.docker/config.json", "credentials of a package or image registry"),
        ("keyring", "atlascli_default/private_api_key", OWN),
    ],
)
def test_what_is_known_to_hold_credentials_is_forbidden(source, name, holds):
    ban = forbidden(source, name)
    assert ban.holds == holds
    assert ban.own == (holds == OWN)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("env", "INTEGRATION_PAGERDUTY"),
        ("env", "PAYMENTS_MONGODB_ATLAS_HOOK"),
        ("env", "OPSGENIE_KEY"),
        ("env", "CIVIL_KEY"),
        ("file", "/run/secrets/pagerduty"),
        ("file", "/var/run/secrets/payments/proc/key"),
        ("file", "secrets/aws-hook"),
        ("vault", "proc/self#environ"),
        ("sops", "secrets.yaml#/proc/self"),
    ],
)
def test_what_is_not_is_not(source, name):
    assert forbidden(source, name) is None


def test_every_entry_forbids_something_and_says_what_it_holds():
    for source, bans in BANS.items():
        for ban in bans:
            name = ban.glob.replace("*", "x")
            assert forbidden(source, name), ban
            assert ban.holds
