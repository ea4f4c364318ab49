"""`{vault: MOUNT/PATH#FIELD}`: HashiCorp Vault or OpenBao, key-value engine, version 1 or 2.

Connects as their own command lines do: `VAULT_ADDR`, `VAULT_TOKEN` or the file `~/.vault-token`,
`VAULT_NAMESPACE`, `VAULT_CACERT`, `VAULT_PROXY_ADDR`, each also with `BAO_` before the rest of it.
A redirect is an error: the token would go along.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from reconciler.secrets import content
from reconciler.secrets.batch import WORKERS, each
from reconciler.secrets.source import (
    Resolved,
    Unavailable,
    Unresolved,
    down,
    library,
    missing,
    split_version,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.secrets.source import Answer

SECONDS = (5.0, 15.0)
"""For the connection, and for each answer."""
_KEY_VALUE = ("kv", "generic")
"""Reading any other engine may make something: a password, a lease."""
_OF_ONE = {
    403: ("denies the token", "check the mount, and give the token's policy read"),
    404: ("has no secret at", "check the path; the version may be deleted"),
}
_OF_ALL = {
    200: ("does not answer as Vault does", "check VAULT_ADDR"),
    307: ("sends the request elsewhere", "set VAULT_ADDR to the address of the active node"),
    501: ("is not initialized", "initialize it"),
    503: ("is sealed", "unseal it"),
}


class _Name(NamedTuple):
    path: str
    version: int | None


class _Mount(NamedTuple):
    path: str
    versioned: bool


class _Kept(NamedTuple):
    fields: Any
    version: str | None
    created: Any


def fetch(names: Sequence[str]) -> Mapping[str, Answer]:
    """Read each path and version once, and take the fields out."""
    wanted = {name: _parse(name) for name in names}
    try:
        vault = _Vault()
    except Unavailable as error:
        return dict.fromkeys(names, error.why)
    found = each((name for name, _ in wanted.values()), vault.read)
    return {name: _pick(found[parsed], key, parsed.path) for name, (parsed, key) in wanted.items()}


class _Vault:
    """One connection, and the mounts that were met."""

    def __init__(self) -> None:
        self._address = _setting("ADDR")
        token = _setting("TOKEN") or _token_file()
        if not self._address:
            raise down("VAULT_ADDR is not set", "set it to the address of Vault or OpenBao")
        if not token:
            raise down("there is no token for Vault", "set VAULT_TOKEN, or sign in with its CLI")
        self._client = _client(self._address, token)
        self._mounts: list[_Mount] = []
        self._lock = Lock()

    def read(self, name: _Name) -> _Kept:
        """Read one version of one secret. Raises Unavailable."""
        mount = self._mount(name.path)
        path = name.path.removeprefix(f"{mount.path}/")
        if not mount.versioned:
            if name.version:
                hint = "leave the version out, or move to version 2 of the engine"
                raise missing(f"Vault keeps no versions in {mount.path}", hint)
            return _Kept(self._data(f"{mount.path}/{path}", name.path), None, None)
        query = {"version": name.version} if name.version else {}
        data = self._data(f"{mount.path}/data/{path}", name.path, query)
        about = content.within(data, "metadata")
        version, created = (content.within(about, key) for key in ("version", "created_time"))
        return _Kept(content.within(data, "data"), str(version), created)

    def _mount(self, path: str) -> _Mount:
        """Ask where the path is mounted, and how, as the command line does; once for each mount."""
        with self._lock:
            for mount in self._mounts:
                if path.startswith(f"{mount.path}/"):
                    return mount
            about = self._data(f"sys/internal/ui/mounts/{path}", path)
            if content.within(about, "type") not in _KEY_VALUE:
                hint = "an integration takes a lasting secret, not one made for each reader"
                raise missing(f"{path} in Vault is not in a key-value engine", hint)
            version = content.within(content.within(about, "options"), "version")
            known = _Mount(str(content.within(about, "path")).rstrip("/"), version == "2")
            self._mounts.append(known)
            return known

    def _data(self, api: str, path: str, query: Mapping[str, int] | None = None) -> Any:
        return content.within(self._get(api, path, query), "data")

    def _get(self, api: str, path: str, query: Mapping[str, int] | None = None) -> dict[str, Any]:
        import requests

        try:
            answer = self._client.adapter.get(
                f"/v1/{quote(api)}", params=query, raise_exception=False
            )
        except requests.exceptions.SSLError:
            hint = "set VAULT_CACERT to the certificate of its authority"
            why = down(f"the certificate of Vault at {self._address} cannot be verified", hint)
        except OSError:  # those of requests are, and so is a file of certificates that is missing
            hint = "check VAULT_ADDR and VAULT_CACERT"
            why = down(f"Vault at {self._address} cannot be reached", hint)
        else:
            if isinstance(answer, dict):
                return answer
            status = answer.status_code if isinstance(answer, requests.Response) else 200
            why = self._fault(status, path)
        raise why

    def _fault(self, status: int, path: str) -> Unavailable:
        if status == 403 and not self._knows_the_token():  # noqa: PLR2004 - forbidden
            return down("Vault does not take the token", "sign in again, or renew VAULT_TOKEN")
        if status in _OF_ONE:
            words, hint = _OF_ONE[status]
            return missing(f"Vault {words} {path}", hint)
        words, hint = _OF_ALL.get(status, (f"answers with status {status}", "try again later"))
        return down(f"Vault at {self._address} {words}", hint)

    def _knows_the_token(self) -> bool:
        answer = self._client.adapter.get("/v1/auth/token/lookup-self", raise_exception=False)
        return isinstance(answer, dict)


def _client(address: str, token: str) -> Any:
    """Make a client that takes nothing from the environment beside what is said above."""
    import requests

    hvac = library("hvac", "vault")
    session = requests.Session()
    session.trust_env = False  # or .netrc would be read
    session.verify = _setting("CACERT") or _setting("CAPATH") or True
    certificate, key = _setting("CLIENT_CERT"), _setting("CLIENT_KEY")
    session.cert = (certificate, key) if certificate and key else None
    proxy = _setting("PROXY_ADDR")
    session.proxies = {"http": proxy, "https": proxy} if proxy else {}
    adapter = requests.adapters.HTTPAdapter(pool_maxsize=WORKERS)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return hvac.Client(
        url=address,
        token=token,
        namespace=_setting("NAMESPACE"),
        timeout=SECONDS,
        allow_redirects=False,
        session=session,
    )


def _setting(name: str) -> str | None:
    return os.environ.get(f"BAO_{name}") or os.environ.get(f"VAULT_{name}")


def _token_file() -> str | None:
    try:
        return Path("~/.vault-token").expanduser().read_text(encoding="utf-8").strip()
    except (OSError, RuntimeError, UnicodeDecodeError):
        return None


def _parse(name: str) -> tuple[_Name, str]:
    path, _, rest = name.partition("#")
    key, version = split_version(rest)
    return _Name(path, int(version) if version else None), key


def _pick(found: _Kept | Unresolved, key: str, path: str) -> Answer:
    if isinstance(found, Unresolved):
        return found
    try:
        value = content.field(found.fields, key, f"the secret at {path} in Vault")
        created = content.moment(found.created) if content.is_alone(found.fields) else None
        return Resolved(value, found.version, created)
    except Unavailable as error:
        return error.why
