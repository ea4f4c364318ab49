"""`{aws-sm: ID#KEY}`: AWS Secrets Manager; without a key, the secret's whole text.

`@VERSION` is a version's id or its stage, such as `@AWSPREVIOUS`. Region and credentials are found
as AWS's command line finds them; an ID that is an ARN names its own region.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.secrets import content
from reconciler.secrets.batch import WORKERS, each
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
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.secrets.source import Answer

_STAGE = 20
"""Ids of versions have 32 characters or more, and stages that AWS gives have few."""
_ARN_PARTS = 7
_OF_ONE = {
    "ResourceNotFoundException": ("there is no {}", "check its name, its version and the region"),
    "AccessDeniedException": ("may not be read: {}", "allow secretsmanager:GetSecretValue on it"),
    "DecryptionFailure": ("cannot be decrypted: {}", "allow kms:Decrypt on its key"),
    "InvalidRequestException": ("cannot be read in its state: {}", "it may be marked for deletion"),
    "InvalidParameterException": ("cannot be asked for: {}", "check its name and its version"),
    "ValidationException": ("cannot be asked for: {}", "check its name and its version"),
}  # fmt: skip
_OF_ALL = frozenset(
    [
        "ExpiredTokenException",
        "IncompleteSignature",
        "InternalFailure",
        "InternalServiceError",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "OptInRequired",
        "RequestExpired",
        "ServiceUnavailable",
        "ThrottlingException",
        "UnrecognizedClientException",
    ]
)
"""What may be told of all else that AWS refuses: another code may be anything, also the secret."""


class _Name(NamedTuple):
    id: str
    version: str | None

    def __str__(self) -> str:
        return self.id


def fetch(names: Sequence[str]) -> Mapping[str, Answer]:
    """Read each secret and version once, and take the keys out."""
    wanted = {name: _parse(name) for name in names}
    try:
        read = _reader({_region(name.id) for name, _ in wanted.values()})
    except Unavailable as error:
        return dict.fromkeys(names, error.why)
    found = each((name for name, _ in wanted.values()), read)
    return {name: _pick(found[parsed], key, parsed.id) for name, (parsed, key) in wanted.items()}


def _parse(name: str) -> tuple[_Name, str | None]:
    id_, sharp, rest = name.partition("#")
    tail, version = split_version(rest if sharp else id_)
    return (_Name(id_, version), tail) if sharp else (_Name(tail, version), None)


def _region(id_: str) -> str | None:
    parts = id_.split(":")
    return parts[3] if parts[0] == "arn" and len(parts) == _ARN_PARTS else None


def _reader(regions: set[str | None]) -> Callable[[_Name], Any]:
    """Make a client for each region, since making one is not safe among threads."""
    boto3, config = library("boto3", "aws-sm"), library("botocore.config", "aws-sm")
    errors = library("botocore.exceptions", "aws-sm")
    limits = config.Config(
        connect_timeout=5,
        read_timeout=15,
        retries={"total_max_attempts": 3, "mode": "standard"},
        max_pool_connections=WORKERS,
    )
    own = os.environ.get("AWS_REGION")  # read by AWS's command line, and not by its library
    try:
        session = boto3.session.Session()
        clients = {
            region: session.client("secretsmanager", region_name=region or own, config=limits)
            for region in regions
        }
    except errors.NoRegionError:
        why = down("no AWS region is set", "set AWS_REGION")
    except (errors.BotoCoreError, ValueError):
        why = down("the configuration of AWS is not valid", "check it with the AWS CLI")
    else:
        return lambda name: _read(clients[_region(name.id)], name, errors)
    raise why


def _read(client: Any, name: _Name, errors: Any) -> Any:
    try:
        return client.get_secret_value(SecretId=name.id, **_version(name.version))
    except errors.ClientError as error:
        why = _fault(str(error.response.get("Error", {}).get("Code")), name)
    except (errors.NoCredentialsError, errors.PartialCredentialsError):
        why = down("there are no credentials for AWS", "sign in, or set them as for the AWS CLI")
    except (errors.HTTPClientError, errors.ConnectionError):
        why = down("AWS Secrets Manager cannot be reached", "check the region and the network")
    except errors.BotoCoreError as error:
        why = down(f"AWS cannot be asked ({type(error).__name__})", "try it with the AWS CLI")
    except Exception as error:  # noqa: BLE001 - the library reads an answer as it comes
        why = odd(f"the secret {name} in AWS", error)
    raise why


def _version(version: str | None) -> dict[str, str]:
    if version is None:
        return {}
    return {"VersionStage" if len(version) <= _STAGE else "VersionId": version}


def _fault(code: str, name: _Name) -> Unavailable:
    if code in _OF_ONE:
        words, hint = _OF_ONE[code]
        return missing(f"AWS Secrets Manager: {words.format(name)}", hint)
    why = f": {code}" if code in _OF_ALL else ""  # any other text may be anything
    return down(f"AWS Secrets Manager refuses the request{why}", "check the credentials")


def _pick(found: Any, key: str | None, id_: str) -> Answer:
    if isinstance(found, Unresolved):
        return found
    where = f"the secret {id_} in AWS"
    try:
        value, created = content.text(found.get("SecretString"), where), found.get("CreatedDate")
        if key is not None:
            fields = content.parse(value, where)
            value = content.field(fields, key, where)
            created = created if content.is_alone(fields) else None
        return Resolved(value, found.get("VersionId"), created)
    except Unavailable as error:
        return error.why
