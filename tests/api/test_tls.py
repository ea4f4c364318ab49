"""TLS is verified, always, and against the given authority only when one is given."""

import socket
import ssl

import pytest
import trustme

from reconciler.api.errors import Ambiguous, Unreachable
from reconciler.core.problem import Failed


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority, tmp_path_factory):
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return str(file)


def server_context(authority, name="127.0.0.1"):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def tls(authority):
    return server_context(authority)


def answers(wire):
    wire.always(200, b"{}")


def trouble(transport):
    with pytest.raises((Unreachable, Ambiguous)) as caught:
        transport.send("GET", "/path")
    return caught.value


def test_a_server_is_trusted_with_the_bundle_of_its_authority(serve, connect, tls, bundle):
    server = serve(answers, tls=tls)
    transport = connect(server.url(), ca_bundle=bundle)
    assert [transport.send("GET", "/path").status for _ in range(3)] == [200] * 3
    assert server.connections == 1


def test_the_same_server_is_refused_without_it(serve, connect, tls):
    server = serve(answers, tls=tls)
    error = trouble(connect(server.url()))
    assert isinstance(error, Unreachable)
    assert str(error) == "TLS failed: unable to get local issuer certificate"
    assert error.told.hint == "check --base-url and --ca-bundle"
    assert server.requests == []


def test_a_bundle_is_trusted_instead_of_the_public_authorities(serve, connect, tls, bundle):
    other = trustme.CA()
    server = serve(answers, tls=server_context(other))
    assert str(trouble(connect(server.url(), ca_bundle=bundle))).startswith("TLS failed: ")
    assert server.requests == []


@pytest.mark.parametrize("name", ["localhost", "10.0.0.1", "cloud.mongodb.com"])
def test_a_certificate_for_another_host_is_refused(serve, connect, authority, bundle, name):
    server = serve(answers, tls=server_context(authority, name))
    error = trouble(connect(server.url(), ca_bundle=bundle))
    assert isinstance(error, Unreachable)
    assert str(error).startswith("TLS failed: IP address mismatch")
    assert server.requests == []


def test_nothing_in_the_environment_adds_an_authority(serve, connect, tls, bundle, monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, bundle)
    assert str(trouble(connect(serve(answers, tls=tls).url()))).startswith("TLS failed: ")


def test_nothing_in_the_environment_replaces_the_bundle(serve, connect, tls, bundle, monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    transport = connect(serve(answers, tls=tls).url(), ca_bundle=bundle)
    assert transport.send("GET", "/path").status == 200


def test_no_session_setting_turns_the_verification_off(serve, connect, tls):
    transport = connect(serve(answers, tls=tls).url())
    transport._session.verify = False  # noqa: SLF001 - what must not help
    assert str(trouble(transport)).startswith("TLS failed: ")


@pytest.mark.parametrize("content", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----"])
def test_a_bundle_that_is_none_ends_the_run_with_its_name(connect, tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Failed) as caught:
        connect("https://127.0.0.1:9", ca_bundle=str(file))
    problem = caught.value.problem
    assert problem.code == "bad-ca-bundle"
    assert problem.message == f"{file} holds no CA certificates that could be read"


# -- Whether the server has seen the request -------------------------------------------------------


def speaks_plainly(wire):
    wire.sock.recv(65536)
    wire.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def hangs_up(wire):
    wire.sock.recv(65536)


def resets(wire):
    wire.sock.recv(65536)
    wire.reset()


def says_nothing(wire):
    wire.until_gone()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (speaks_plainly, "TLS failed: "),
        (hangs_up, "TLS failed: unexpected eof"),
        (resets, "the connection broke while it was being made"),
        (says_nothing, "no connection within the time-out"),
    ],
)
def test_a_handshake_that_fails_is_unreachable(serve, connect, script, said):
    error = trouble(connect(serve(script).url(scheme="https"), timeout=0.3))
    assert isinstance(error, Unreachable)
    assert str(error).startswith(said)


def test_tls_spoken_to_a_server_that_is_asked_plainly_is_ambiguous(serve, connect, tls):
    server = serve(answers, tls=tls)
    assert isinstance(trouble(connect(server.url(scheme="http"))), Ambiguous)


def test_a_record_that_is_garbled_after_the_request_is_ambiguous(serve, connect, tls, bundle):
    def garbles(wire):
        wire.read()
        with socket.socket(fileno=wire.sock.detach()) as raw:
            raw.sendall(b"this is no record")

    error = trouble(connect(serve(garbles, tls=tls).url(), ca_bundle=bundle))
    assert isinstance(error, Ambiguous)


def test_a_refusal_after_the_handshake_is_ambiguous(serve, connect, authority, bundle):
    """Under TLS 1.3 a missing client certificate is refused when the request is on its way."""
    context = server_context(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    error = trouble(connect(serve(answers, tls=context).url(), ca_bundle=bundle))
    assert isinstance(error, Ambiguous)


def test_no_trouble_carries_what_the_library_said(serve, connect, tls):
    error = trouble(connect(serve(answers, tls=tls).url()))
    assert (error.__cause__, error.__context__) == (None, None)
    assert "_ssl.c" not in str(error)
