"""What no integration may get: names that are known to hold credentials of somebody else.

The desired state says which secret goes where, and whoever changes it must not be able to send
away what the job itself signs in with. Reasons stand beside the names; the names are those that
the programs named there document. An operator's policy can allow one of them by its full name,
except this tool's own.
"""

from __future__ import annotations

import re
from fnmatch import translate
from functools import cache
from posixpath import normpath
from typing import NamedTuple


class Ban(NamedTuple):
    """A glob of names, what they hold, and whether that is this tool's own."""

    glob: str
    holds: str
    own: bool


_OWN = "this tool's own credentials"
_CLOUD = "credentials of a cloud provider"
_STORE = "the key to a store of secrets"
_REGISTRY = "credentials of a package or image registry"
_SOURCES = "credentials of a source code host"
_CI = "tokens of the CI system"
_MACHINE = "the machine's own identity"

_VARIABLES = {
    _OWN: "MONGODB_ATLAS_* RECONCILER_* MCLI_*",  # MCLI_: the same keys, for MongoDB's older CLI
    _SOURCES: "GH_* GITHUB_* GITLAB_* GITEA_* FORGEJO_* GIT_ASKPASS GIT_CONFIG_* AZURE_DEVOPS_*",
    _CI: (
        "ACTIONS_* "  # GitHub: ACTIONS_RUNTIME_TOKEN, ACTIONS_ID_TOKEN_REQUEST_TOKEN
        "CI_* "  # GitLab: CI_JOB_TOKEN, CI_REGISTRY_PASSWORD; Woodpecker: CI_NETRC_PASSWORD
        "SYSTEM_ACCESSTOKEN ENDPOINT_AUTH_* VSS_* "  # Azure Pipelines
        "BITBUCKET_* BUILDKITE_* CIRCLE_* DRONE_* JENKINS_* SEMAPHORE_* TEAMCITY_* TRAVIS_* "
        "ARGOCD_* ATLANTIS_* SPACELIFT_* TFE_* TF_TOKEN_* RENOVATE_*"  # what applies for others
    ),
    _CLOUD: (
        "AWS_* ARM_* AZURE_* MSI_* IDENTITY_HEADER GOOGLE_* GCLOUD_* CLOUDSDK_* "
        "ALIBABA_CLOUD_* ALICLOUD_* CLOUDFLARE_* DIGITALOCEAN_* HCLOUD_* IBMCLOUD_* IC_API_KEY "
        "LINODE_* OCI_* OS_PASSWORD OS_TOKEN SCW_*"
    ),
    _STORE: "VAULT_* BAO_* OP_* SOPS_* BWS_* DOPPLER_* INFISICAL_* CONSUL_HTTP_TOKEN*",
    _MACHINE: "KUBECONFIG SSH_AUTH_SOCK SSH_PRIVATE_KEY GPG_PRIVATE_KEY",
    _REGISTRY: (
        "CARGO_REGISTR* DOCKER_AUTH_CONFIG DOCKER_PASSWORD NODE_AUTH_TOKEN NPM_TOKEN NPM_CONFIG_* "
        "PIP_INDEX_URL PIP_EXTRA_INDEX_URL TWINE_* UV_* POETRY_HTTP_BASIC_* POETRY_PYPI_TOKEN_*"
    ),
}
_FILES = {
    _OWN: (
        "/proc/* "  # the environment, memory and open files of this and other processes
        "*/atlascli/config.toml */mongocli/config.toml */mongocli.toml"  # MongoDB's CLI
    ),
    _MACHINE: (
        "*/secrets/kubernetes.io/* */secrets/*.amazonaws.com/* */secrets/azure/tokens/* "
        "/run/secrets/tokens/* /var/run/secrets/tokens/* /etc/kubernetes/* */.kube/* */.ssh/* "
        "/etc/ssh/*_key /etc/shadow* /etc/gshadow* /etc/krb5.keytab */.gnupg/*"
    ),
    _SOURCES: (
        "*/.netrc */_netrc */.git-credentials */git/credentials */.git/config "
        "*/git-credentials-*.config "  # where actions/checkout keeps its token since v6
        "*/gh/hosts.yml */glab-cli/config.yml"
    ),
    _CLOUD: (
        "*/.aws/* */.azure/* */gcloud/* */gha-creds-*.json */.oci/* */.aliyun/* */.bluemix/* "
        "*/doctl/config.yaml */hcloud/cli.toml */scw/config.yaml */clouds.yaml"
    ),
    _STORE: "*/.vault-token */sops/age/keys.txt */.config/op/* */.terraform.d/credentials.*",
    _REGISTRY: (
        "*/.docker/config.json */containers/auth.json */.npmrc */.pypirc */.cargo/credentials* "
        "*/.gem/credentials */.m2/settings.xml */.gradle/gradle.properties */.terraformrc"
    ),
}
_ENTRIES = {_OWN: "atlascli_*"}  # what MongoDB's CLI keeps in the keyring


def _bans(table: dict[str, str]) -> list[Ban]:
    return [Ban(glob, holds, holds == _OWN) for holds in table for glob in table[holds].split()]


BANS = {"env": _bans(_VARIABLES), "file": _bans(_FILES), "keyring": _bans(_ENTRIES)}
_ANY = {
    source: re.compile("|".join(translate(ban.glob) for ban in bans), re.IGNORECASE)
    for source, bans in BANS.items()
}
"""To ask for all at once is what takes little time for the name that nobody forbids."""


@cache
def forbidden(source: str, name: str) -> Ban | None:
    """Say why a name may not be used, if so; upper and lower case are one, as some systems see it.

    A path counts as it stands. Where links lead is not known here, so ask for that path as well.
    """
    if source in ("file", "sops"):
        source, name = "file", _path(name.partition("#")[0] if source == "sops" else name)
    if source not in BANS or not _ANY[source].match(name):
        return None
    return next(ban for ban in BANS[source] if re.match(translate(ban.glob), name, re.IGNORECASE))


def _path(name: str) -> str:
    """Write a path in one way, as if the working directory were the root."""
    return normpath("/" + name.replace("\\", "/").lstrip("/"))
