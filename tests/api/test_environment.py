"""Where requests go, and with which credentials, is told by options and by nothing else."""

import base64
import ssl

import pytest
import trustme

from reconciler.api.credentials import ApiKey
from reconciler.api.errors import Ambiguous, Unreachable
from reconciler.api.transport import Connection
from reconciler.core.problem import Failed

CHALLENGE = 'Digest realm="MMS Public API", domain="", nonce="n", algorithm=MD5, qop="auth"'


def answers(wire):
    wire.always(200, b"{}")


def challenges(wire):
    wire.always(401, b"{}", WWW_Authenticate=CHALLENGE)


@pytest.fixture
def elsewhere(serve):
    """Give a server that nothing must ever be sent to."""
    server = serve(answers)
    yield server
    assert server.connections == 0


# -- Redirects -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_never_followed(serve, connect, elsewhere, method, status):
    server = serve(lambda wire: wire.always(status, b"", Location=f"{elsewhere.url()}/there"))
    reply = connect(server.url()).send(method, "/path", body=b"{}")
    assert reply.status == status
    assert [asked.target for asked in server.requests] == ["/path"]


def test_a_redirect_after_a_challenge_is_not_followed_either(serve, connect, elsewhere):
    def script(wire):
        wire.read()
        wire.answer(401, b"{}", WWW_Authenticate=CHALLENGE)
        wire.always(307, b"", Location=f"{elsewhere.url()}/there")

    server = serve(script)
    assert connect(server.url()).send("PUT", "/path", body=b"{}").status == 307
    assert len(server.requests) == 2


@pytest.mark.parametrize("location", ["\xff\xfe", "http://[::1", "//", "", "javascript:alert(1)"])
def test_where_a_redirect_points_is_not_even_read(serve, connect, location):
    server = serve(lambda wire: wire.always(302, b"x", Location=location))
    assert connect(server.url()).send("GET", "/path").body == b"x"


# -- .netrc, proxies, keys -------------------------------------------------------------------------


def test_a_netrc_file_is_not_read(serve, connect, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server = serve(challenges)
    connect(server.url()).send("GET", "/path")
    first, second = (asked.headers.get("authorization", "") for asked in server.requests)
    assert first == ""
    assert second.startswith('Digest username="abcdefgh"')


def test_a_proxy_in_the_environment_is_not_used(serve, connect, elsewhere, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, elsewhere.url())
        monkeypatch.setenv(name.upper(), elsewhere.url())
    assert connect(serve(answers).url()).send("GET", "/path").status == 200


def test_a_given_proxy_is_used_though_the_environment_exempts_the_host(serve, connect, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    proxy = serve(answers)
    connect("http://api.invalid", proxy=proxy.url()).send("GET", "/path")
    assert [asked.target for asked in proxy.requests] == ["http://api.invalid/path"]


@pytest.mark.parametrize(
    "keys",
    [("public\n", "private"), ("public", "private\r\n"), ("pub lic", "x"), ("öffentlich", "x")],
)
def test_a_key_that_cannot_be_one_ends_the_run_without_being_shown(connect, keys):
    with pytest.raises(Failed) as caught:
        connect("http://127.0.0.1:9", keys=keys)
    problem = caught.value.problem
    assert problem.code == "bad-credentials"
    assert problem.hint == ("check MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY")
    assert not any(key.strip() in problem.message for key in keys if len(key) > 1)


# -- A proxy that is asked for ---------------------------------------------------------------------


def trouble(transport):
    with pytest.raises((Unreachable, Ambiguous)) as caught:
        transport.send("POST", "/path", body=b"{}")
    return caught.value


def refuses(wire):
    wire.read()
    wire.answer(407)


def fails(wire):
    wire.read()
    wire.answer(502)


def hangs_up(wire):
    wire.read()


@pytest.mark.parametrize("script", [refuses, fails, hangs_up])
def test_a_tunnel_that_does_not_open_is_unreachable(serve, connect, script):
    proxy = serve(script)
    error = trouble(connect("https://api.invalid", proxy=proxy.url(), timeout=5))
    assert isinstance(error, Unreachable)
    assert str(error) == "the proxy refused, or could not be reached"
    assert error.told.hint == "check --proxy"
    assert [asked.method for asked in proxy.requests] == ["CONNECT"]


def test_a_proxy_that_is_not_there_is_unreachable(connect):
    error = trouble(connect("https://api.invalid", proxy="http://127.0.0.1:1"))
    assert (type(error), str(error)) == (Unreachable, "the proxy refused, or could not be reached")


def test_tls_is_verified_through_a_tunnel_and_the_proxy_sees_only_its_own_credentials(
    serve, connect, tmp_path
):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("api.invalid").configure_cert(context)
    seen = []

    def tunnels(wire):
        seen.append(wire.read())
        wire.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(wire.sock, server_side=True) as inner:
            type(wire)(inner, seen).always(200, b"{}")

    proxy = serve(tunnels).url().replace("//", "//user:word@")
    options = {"proxy": proxy, "timeout": 5}
    bundle = str(tmp_path / "ca.pem")
    assert str(trouble(connect("https://api.invalid", **options))).startswith("TLS failed: ")
    del seen[:]
    transport = connect("https://api.invalid", ca_bundle=bundle, **options)
    assert transport.send("GET", "/path").status == 200
    opened, asked = seen
    word = base64.b64encode(b"user:word").decode()
    assert opened.target == "api.invalid:443"
    assert opened.headers["proxy-authorization"] == f"Basic {word}"
    assert asked.target == "/path"
    assert "proxy-authorization" not in asked.headers


def test_a_proxy_is_verified_too_where_it_speaks_tls(serve, connect, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    proxy = serve(refuses, tls=context)
    error = trouble(connect("https://api.invalid", proxy=proxy.url()))
    assert str(error).startswith("TLS failed: ")
    assert proxy.requests == []
    bundle = str(tmp_path / "ca.pem")
    trouble(connect("https://api.invalid", proxy=proxy.url(), ca_bundle=bundle))
    assert [asked.method for asked in proxy.requests] == ["CONNECT"]


def test_no_trouble_shows_the_credentials_of_a_proxy(serve, connect):
    proxy = serve(refuses).url().replace("//", "//user:word@")
    error = trouble(connect("https://api.invalid", proxy=proxy))
    assert "word" not in repr(error) + repr(error.told)
    assert (error.__cause__, error.__context__) == (None, None)


# -- Reading only ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "get", " GET", ""])
def test_a_run_that_only_reads_sends_nothing_but_get_whoever_asks(elsewhere, connect, method):
    transport = connect(elsewhere.url(), writable=False)
    with pytest.raises(RuntimeError, match="only reads"):
        transport.send(method, "/path", body=b"{}")


def test_a_run_that_only_reads_reads(serve, connect):
    transport = connect(serve(answers).url(), writable=False)
    assert transport.send("GET", "/path").status == 200


def test_what_a_connection_is_made_of_can_be_shown():
    shown = repr(
        Connection("https://host", ApiKey("public", "private-key"), proxy="http://user:word@x")
    )
    assert "private-key" not in shown
    assert "word" not in shown
