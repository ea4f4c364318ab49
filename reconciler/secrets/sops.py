"""`{sops: FILE#/pointer}`: a value in a file that SOPS has encrypted; each file is decrypted once.

A relative path begins at the working directory, as for `file`. SOPS gets no token of Vault's: the
file itself names the server that the token would be sent to. Exit codes: cmd/sops/codes of SOPS.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.secrets import child, content, file
from reconciler.secrets.batch import each
from reconciler.secrets.source import Resolved, Unavailable, Unresolved, missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from reconciler.secrets.source import Answer

VARIABLES = (
    "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD", "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
    "SOPS_AGE_SSH_PRIVATE_KEY_CMD", "SOPS_GPG_EXEC", "GNUPGHOME", "GPG_TTY",
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION",
    "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_SESSION_NAME", "AWS_CA_BUNDLE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN",
    "CLOUDSDK_CONFIG",
    "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_AUTHORITY_HOST",
    "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_CONFIG_DIR",
)  # fmt: skip
MOST_BYTES = child.MOST_BYTES
_TIME = re.compile(rb"lastmodified\"?\s*[:=]\s*\"?([0-9TZ:.+-]+)")
_FAULTS = {
    25: ("was changed by hand, or is damaged", "encrypt it again"),
    51: ("was changed by hand, or is damaged", "encrypt it again"),
    52: ("has lost its checksum", "encrypt it again"),
    128: ("is encrypted for keys of which none is here", "set SOPS_AGE_KEY_FILE, or its like"),
}
_OTHER = ("cannot be decrypted", "decrypt it by hand, and see what SOPS says")


class _File(NamedTuple):
    tree: Any
    modified: datetime | None


def fetch(names: Sequence[str]) -> Mapping[str, Answer]:
    """Decrypt each file once, and take the values out."""
    wanted = {name: name.partition("#") for name in names}
    files = each((path for path, _, _ in wanted.values()), _decrypt)
    return {name: _pick(files[path], pointer, path) for name, (path, _, pointer) in wanted.items()}


def _decrypt(path: str) -> _File:
    kept = file.read(path, MOST_BYTES)  # an error of ours, where there is nothing to decrypt
    argv = ("sops", "--decrypt", "--output-type", "json", str(Path(path).absolute()))
    done = child.run(argv, VARIABLES)
    if done.code == 0:
        times = _TIME.findall(kept)
        modified = content.moment(times[-1].decode()) if times else None
        return _File(content.parse(done.output, f"what SOPS makes of {path}"), modified)
    if b"metadata not found" in done.errors:
        raise missing(f"the file {path} is not encrypted with SOPS", f"sops encrypt -i {path}")
    fault, hint = _FAULTS.get(done.code, _OTHER)
    raise missing(f"the file {path} {fault}", hint)


def _pick(found: _File | Unresolved, pointer: str, path: str) -> Answer:
    if isinstance(found, Unresolved):
        return found
    try:
        value = content.text(_follow(found.tree, pointer, path), f"{pointer} of {path}")
        return Resolved(value, created=found.modified if content.is_alone(found.tree) else None)
    except Unavailable as error:
        return error.why


def _follow(tree: Any, pointer: str, path: str) -> Any:
    """Go where a JSON pointer leads (RFC 6901)."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(tree, list) and key.isdecimal() and int(key) < len(tree):
            tree = tree[int(key)]
        elif isinstance(tree, dict) and key in tree:
            tree = tree[key]
        else:
            raise missing(f"the file {path} has nothing at {pointer}", "check the pointer")
    return tree
