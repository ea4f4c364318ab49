"""Stores in the network that know a secret: they give it, spoil it, and quote it in every error.

Each is asked by its own library, over a socket of this machine.
"""

from __future__ import annotations

import base64
import json
import ssl
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from unittest import mock

import trustme

from reconciler.secrets import azure_kv, gcp_sm
from tests.leaks.case import Case
from tests.leaks.mistakes import HEAD
from tests.leaks.network import _serving
from tests.leaks.roads import SIMULATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.leaks.world import Planted, World

VERSION = "0" * 32
REFERENCES = {
    "vault": "{vault: 'kv/it#key'}",
    "aws-sm": "{aws-sm: 'it#key'}",
    "aws-sm, whole": "{aws-sm: it}",
    "gcp-sm": "{gcp-sm: projects/p/secrets/it/versions/1}",
    "azure-kv": "{azure-kv: vault-one/it}",
}
_PLAYED_WITH = {
    "gcp-sm": ("google_crc32c", "google.cloud.secretmanager"),
    "azure-kv": ("azure.core", "azure.keyvault.secrets"),
}


@dataclass(frozen=True)
class Answer:
    """What is said to a request: a status, headers, and a body that may be cut short."""

    status: int
    body: bytes
    headers: tuple[str, ...] = ()


def _good(source: str, path: str, canary: str) -> Answer:
    """Answer as the store's documentation has it."""
    match source:
        case "vault" if "sys/internal" in path:
            shown: Any = {"data": {"path": "kv/", "type": "kv", "options": {"version": "1"}}}
        case "vault":
            shown = {"data": {"key": canary}}
        case "gcp-sm":
            crc32c = import_module("google_crc32c")
            data = base64.b64encode(canary.encode()).decode()
            payload = {"data": data, "dataCrc32c": str(crc32c.value(canary.encode()))}
            shown = {"name": "projects/1/secrets/it/versions/1", "payload": payload}
        case "azure-kv":
            name = f"https://vault-one.vault.azure.net/secrets/it/{VERSION}"
            shown = {"value": canary, "id": name, "attributes": {"created": 1790910245}}
        case _:
            text = json.dumps({"key": canary}) if source == "aws-sm" else canary
            shown = {"Name": "it", "SecretString": text, "VersionId": VERSION}
    return Answer(200, json.dumps(shown).encode(), ("Content-Type: application/json",))


def _error(status: int, code: str, *headers: str) -> Callable[[Answer, str], Answer]:
    """Refuse, in the form of every store at once, and quote the secret everywhere."""

    def spoil(_: Answer, canary: str) -> Answer:
        told = {"code": code, "status": code, "message": f"the value {canary} is wrong"}
        body = {"__type": code, "message": canary, "Message": canary, "errors": [canary]}
        body |= {"error": told, "warnings": [canary], "data": {canary: canary}}
        filled = tuple(header.replace("CANARY", canary) for header in headers)
        return Answer(status, json.dumps(body).encode(), filled)

    return spoil


ACTS: dict[str, Callable[[Answer, str], Answer]] = {
    "gives it": lambda good, _: good,
    "gives half of the answer": lambda good, _: Answer(200, good.body[:-3], good.headers),
    "gives it alone": lambda _, canary: Answer(200, canary.encode()),
    "gives it as a key": lambda _, canary: Answer(200, json.dumps({canary: [canary]}).encode()),
    "gives no text": lambda _, canary: Answer(200, b"\xff" + canary.encode()),
    "gives a list": lambda _, canary: Answer(200, json.dumps([canary, {"data": canary}]).encode()),
    "gives it in a header": lambda good, canary: Answer(200, good.body, (f"X-Told: {canary}",)),
    "knows nothing": _error(404, "ResourceNotFoundException"),
    "forbids it": _error(403, "AccessDeniedException"),
    "cannot decrypt it": _error(400, "DecryptionFailure"),
    "wants somebody else": _error(
        401, "UnrecognizedClientException", 'WWW-Authenticate: Bearer realm="CANARY"'
    ),
    "names an error by it": lambda _, canary: _error(400, canary)(Answer(0, b""), canary),
    "fails": _error(500, "InternalServiceError"),
    "sends elsewhere": _error(302, "Found", "Location: http://127.0.0.1:9/CANARY"),
    "says nothing": lambda *_: Answer(0, b""),
    "says what is no HTTP": lambda _, canary: Answer(-1, f"{canary}\r\n\r\n".encode()),
}


def cases(planted: Planted) -> Iterator[Case]:
    """Give them all, of stores whose library is installed where the stand-in needs it, too."""
    for source in REFERENCES:
        for name in ACTS if _can_be_played(source) else ():
            yield Case(f"store {source} {name}", partial(ask, source=source, act=name))


def _can_be_played(source: str) -> bool:
    try:
        return all(map(find_spec, _PLAYED_WITH.get(source, ())))
    except ModuleNotFoundError:  # not even what it lies in
        return False


def ask(world: World, source: str, act: str) -> None:
    """Refer to a secret of the store, with every variable that its library reads."""
    canary = world.planted.canaries.values["given by a program"]
    world.write("d.yaml", f"{HEAD}      - {{type: OPS_GENIE, apiKey: {REFERENCES[source]}}}\n")
    form = ("--format", "json") if len(act) % 2 else ("--verbose",)
    with _answering(world, source, lambda good: ACTS[act](good, canary), canary) as variables:
        world.run("plan", "d.yaml", *SIMULATE[:2], *form, **variables)
        world.run("apply", "d.yaml", "--yes", *SIMULATE[:2], **variables)


@contextmanager
def _answering(
    world: World, source: str, spoil: Callable[[Answer], Answer], canary: str
) -> Iterator[dict[str, str]]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            self.close_connection = True
            if self.raw_requestline and self.parse_request():
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                good = _good(source, self.path, canary)
                self.wfile.write(_on_the_wire(good if "sys/" in self.path else spoil(good)))

    with ExitStack() as stack:
        server = stack.enter_context(_serving(Handler))
        address = f"127.0.0.1:{server.server_port}"
        stack.enter_context(mock.patch.object(time, "sleep"))
        if source == "gcp-sm":
            stack.enter_context(_google(address))
        if source == "azure-kv":
            server.socket = _with_tls(world, server.socket)
            stack.enter_context(_azure(f"https://{address}"))
        yield {
            "VAULT_ADDR": f"http://{address}",
            "AWS_ENDPOINT_URL": f"http://{address}",
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_MAX_ATTEMPTS": "1",
            "REQUESTS_CA_BUNDLE": str(world.work / "secrets" / "ca.pem"),
        }


def _on_the_wire(answer: Answer) -> bytes:
    if answer.status <= 0:
        return answer.body
    lines = [f"HTTP/1.1 {answer.status} So", f"Content-Length: {len(answer.body)}"]
    lines.append("Connection: close")
    return "\r\n".join([*lines, *answer.headers, "", ""]).encode() + answer.body


def _with_tls(world: World, socket: Any) -> Any:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(world.work / "secrets" / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context.wrap_socket(socket, server_side=True)


@contextmanager
def _google(address: str) -> Iterator[None]:
    """Have Google's own client speak to this machine."""
    manager = import_module("google.cloud.secretmanager")
    credentials = import_module("google.auth.credentials").AnonymousCredentials()
    transports = import_module(
        "google.cloud.secretmanager_v1.services.secret_manager_service.transports"
    )
    transport = transports.SecretManagerServiceRestTransport(
        host=address, url_scheme="http", credentials=credentials
    )
    client = manager.SecretManagerServiceClient(transport=transport)
    with mock.patch.object(gcp_sm, "_client", return_value=client):
        yield
    client.transport.close()


@contextmanager
def _azure(address: str) -> Iterator[None]:
    """Have Azure's own client speak to this machine, signed in."""
    secrets = import_module("azure.keyvault.secrets")
    token = import_module("azure.core.credentials").AccessToken("made-up", 4_000_000_000)
    signed_in = mock.Mock(spec=["get_token"], get_token=lambda *_, **__: token)
    lenient = partial(secrets.SecretClient, verify_challenge_resource=False)
    with (
        mock.patch.object(secrets, "SecretClient", lenient),
        mock.patch.object(azure_kv, "credential", return_value=signed_in),
        mock.patch.object(azure_kv, "address_of", return_value=address),
    ):
        yield
