"""`{azure-kv: VAULT/NAME}`: Azure Key Vault; `@VERSION` is the version's 32 digits.

Credentials are those of the environment, a workload identity, a managed identity, or `az login`.
azure-identity would give `az` every variable there is, so it is started here.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.secrets import child, content
from reconciler.secrets.batch import each
from reconciler.secrets.source import (
    Resolved,
    Unavailable,
    Unresolved,
    down,
    library,
    missing,
    odd,
    split_version,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.secrets.source import Answer

SECONDS = 15
VARIABLES = ("AZURE_CONFIG_DIR", "AZURE_EXTENSION_DIR", "REQUESTS_CA_BUNDLE")
_EXTRA = "azure-kv"
_SUFFIXES = {
    "login.microsoftonline.us": "vault.usgovcloudapi.net",
    "login.chinacloudapi.cn": "vault.azure.cn",
}
"""Where the key vaults of a national cloud are, by the authority that AZURE_AUTHORITY_HOST names.

Source: azure-identity's AzureAuthorityHosts, and Key Vault's page on national clouds.
"""


class _Name(NamedTuple):
    vault: str
    name: str
    version: str | None

    def __str__(self) -> str:
        return f"{self.vault}/{self.name}"


def fetch(names: Sequence[str]) -> Mapping[str, Answer]:
    """Read each secret and version once."""
    wanted = {name: _parse(name) for name in names}
    try:
        clients = _clients({name.vault for name in wanted.values()})
    except Unavailable as error:
        return dict.fromkeys(names, error.why)
    found: Mapping[_Name, Resolved | Unresolved] = each(
        wanted.values(), lambda name: _read(clients[name.vault], name), lambda name: name.vault
    )
    return {name: found[parsed] for name, parsed in wanted.items()}


def _parse(name: str) -> _Name:
    plain, version = split_version(name)
    vault, _, secret = plain.partition("/")
    return _Name(vault, secret, version)


def _clients(vaults: set[str]) -> dict[str, Any]:
    secrets = library("azure.keyvault.secrets", _EXTRA)
    signed_in = credential()
    limits = {"connection_timeout": 5, "read_timeout": SECONDS, "retry_total": 2}
    return {vault: secrets.SecretClient(address_of(vault), signed_in, **limits) for vault in vaults}


def address_of(vault: str) -> str:
    """Give where a key vault is, in the cloud that the environment names."""
    authority = os.environ.get("AZURE_AUTHORITY_HOST", "")
    host = authority.removeprefix("https://").strip("/")
    return f"https://{vault}.{_SUFFIXES.get(host, 'vault.azure.net')}"


def credential() -> Any:
    """Give whatever this machine is signed in with."""
    identity = library("azure.identity", _EXTRA)
    return identity.ChainedTokenCredential(
        identity.DefaultAzureCredential(
            exclude_developer_cli_credential=True,
            exclude_cli_credential=True,
            exclude_powershell_credential=True,
            exclude_visual_studio_code_credential=True,
            exclude_shared_token_cache_credential=True,
            exclude_broker_credential=True,
        ),
        SignedIn(),
    )


class SignedIn:
    """What `az login` left, as a credential of azure-identity's kind."""

    def get_token(self, *scopes: str, **_: Any) -> Any:
        """Ask `az` for a token."""
        core = library("azure.core", _EXTRA)
        identity = library("azure.identity", _EXTRA)
        argv = ("az", "account", "get-access-token", "--output", "json", "--scope", *scopes)
        try:
            done = child.run(argv, VARIABLES)
            told = content.parse(done.output, "what az says") if done.code == 0 else {}
            token = content.field(told, "accessToken", "what az says")
        except Unavailable:
            token = ""
        if not token:
            raise identity.CredentialUnavailableError("az is not signed in")
        return core.credentials.AccessToken(token, int(told.get("expires_on", 0)))


def _read(client: Any, name: _Name) -> Resolved:
    found = _ask(partial(client.get_secret, name.name, name.version), name)
    value = content.text(found.value, f"the secret {name} in Azure")
    return Resolved(value, found.properties.version, found.properties.created_on)


def _ask(call: Any, name: _Name) -> Any:
    errors = library("azure.core.exceptions", _EXTRA)
    try:
        return call()
    except errors.ResourceNotFoundError:
        why = missing(f"there is no secret {name} in Azure", "check the name and the version")
    except errors.ClientAuthenticationError:  # what azure-identity says is among them
        hint = "sign in with az, or set AZURE_CLIENT_ID and its like"
        why = down("Azure does not take the credentials, or there are none", hint)
    except errors.HttpResponseError as error:
        why = _fault(error.status_code, name)
    except errors.AzureError:
        hint = "check the name of the vault, and the network"
        why = down(f"the Azure key vault {name.vault} cannot be reached", hint)
    except Exception as error:  # noqa: BLE001 - the library reads an answer as it comes
        why = odd(f"the secret {name} in Azure", error)
    raise why


def _fault(status: int | None, name: _Name) -> Unavailable:
    if status == 403:  # noqa: PLR2004 - forbidden
        hint = "give the role Key Vault Secrets User; a disabled secret cannot be read at all"
        return missing(f"the secret {name} in Azure may not be read", hint)
    hint = "try again later"
    return down(f"the Azure key vault {name.vault} answers with status {status}", hint)
