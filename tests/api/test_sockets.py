"""What may go wrong on a socket, and whether the server may have acted on the request.

Only who has never connected may be sure that it has not.
"""

import gzip
import socket

import pytest

from reconciler.api.errors import Ambiguous, BadAnswer, Unreachable

BODY = b'{"serviceKey": "the-secret-in-the-body"}'
SHORT = 0.3
BOMB = gzip.compress(bytes(64 * 1024 * 1024))


def post(transport):
    return transport.send("POST", "/path", params={"query": "text"}, body=BODY)


def trouble(transport):
    with pytest.raises((Unreachable, Ambiguous)) as caught:
        post(transport)
    return caught.value


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def half_a_header(wire):
    wire.read()
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Le")


def half_a_body(wire):
    wire.read()
    wire.send(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"results": [')


def half_a_chunk(wire):
    wire.read()
    wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{")


def reset_within_the_body(wire):
    half_a_body(wire)
    wire.reset()


def reset_after_the_request(wire):
    wire.read()
    wire.reset()


def close_after_the_request(wire):
    wire.read()


def close_at_once(wire):
    pass


def reset_at_the_first_byte(wire):
    wire.sock.recv(1)
    wire.reset()


def another_protocol(wire):
    wire.read()
    wire.send(b"SSH-2.0-OpenSSH_9.6\r\n")


def two_lengths(wire):
    wire.read()
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")


def endless_headers(wire):
    wire.read()
    wire.send(b"HTTP/1.1 200 OK\r\n" + b"X-More: x\r\n" * 1000)


def endless_line(wire):
    wire.read()
    wire.send(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000)


@pytest.mark.parametrize(
    "script",
    [
        close_at_once,
        reset_at_the_first_byte,
        close_after_the_request,
        reset_after_the_request,
        half_a_header,
        half_a_body,
        half_a_chunk,
        reset_within_the_body,
        another_protocol,
        two_lengths,
        endless_headers,
        endless_line,
    ],
)
def test_whatever_breaks_after_connecting_is_ambiguous(serve, connect, script):
    server = serve(script)
    error = trouble(connect(server.url()))
    assert isinstance(error, Ambiguous)
    assert str(error) == "the connection broke before the answer was whole"
    assert server.connections == 1


def test_a_connection_that_is_kept_and_found_dead_is_ambiguous(serve, connect):
    def one_answer_then_reset(wire):
        wire.read()
        wire.answer(200, b"{}")
        wire.read()
        wire.reset()

    server = serve(one_answer_then_reset)
    transport = connect(server.url())
    assert post(transport).status == 200
    assert isinstance(trouble(transport), Ambiguous)
    assert server.connections == 1


def test_a_refused_connection_is_unreachable(connect):
    error = trouble(connect(f"http://127.0.0.1:{free_port()}"))
    assert isinstance(error, Unreachable)
    assert str(error) == "could not connect: Connection refused"


def test_an_unknown_host_is_unreachable(connect, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = trouble(connect("https://cloud.mongodb.com"))
    assert isinstance(error, Unreachable)
    assert str(error) == "the name of the host is not known"


def test_a_connection_that_is_never_accepted_is_unreachable(connect):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):  # fills the queue
            error = trouble(connect(f"http://127.0.0.1:{port}", timeout=SHORT))
    assert isinstance(error, Unreachable)
    assert str(error) == "no connection within the time-out"


@pytest.mark.parametrize(
    "base", ["nonsense", "http://[::1", "http://127.0.0.1:99999", "gopher://x"]
)
def test_an_address_that_is_none_is_unreachable(connect, base):
    error = trouble(connect(base))
    assert isinstance(error, Unreachable)
    assert (str(error), error.told.hint) == (
        "the address cannot be used",
        "check --base-url and --proxy",
    )


# -- Time ------------------------------------------------------------------------------------------

ONE_MORE_MINUTE = 3000  # drops


def silence(wire):
    wire.read()
    wire.until_gone()


def silence_after_the_header(wire):
    wire.read()
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{")
    wire.until_gone()


def drops_of_a_header(wire):
    wire.read()
    wire.send(b"HTTP/1.1 200 OK\r\nX-Drops: ")
    wire.drip(b"." * ONE_MORE_MINUTE)


def drops_of_a_body(wire):
    wire.read()
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % ONE_MORE_MINUTE)
    wire.drip(b"." * ONE_MORE_MINUTE)


def drops_of_chunks(wire):
    wire.read()
    wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    wire.drip(b"1\r\n.\r\n" * (ONE_MORE_MINUTE // 6))


def drops_of_provisional_answers(wire):
    wire.read()
    wire.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * (ONE_MORE_MINUTE // 25))


def drops_of_a_challenge(wire):
    wire.read()
    wire.send(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n')
    wire.send(b"Content-Length: %d\r\n\r\n" % ONE_MORE_MINUTE)
    wire.drip(b"." * ONE_MORE_MINUTE)


def drops_of_a_redirect(wire):
    wire.read()
    wire.send(b"HTTP/1.1 302 There\r\nLocation: /there\r\n")
    wire.send(b"Content-Length: %d\r\n\r\n" % ONE_MORE_MINUTE)
    wire.drip(b"." * ONE_MORE_MINUTE)


@pytest.mark.parametrize(
    "script",
    [
        silence,
        silence_after_the_header,
        drops_of_a_header,
        drops_of_a_body,
        drops_of_chunks,
        drops_of_provisional_answers,
        drops_of_a_challenge,
        drops_of_a_redirect,
    ],
)
def test_the_time_out_counts_for_the_whole_answer(serve, connect, script):
    error = trouble(connect(serve(script).url(), timeout=SHORT))
    assert isinstance(error, Ambiguous)
    assert str(error) == "no whole answer within the time-out"


def test_an_answer_that_drips_and_comes_in_time_is_taken(serve, connect):
    def drips(wire):
        wire.read()
        wire.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    reply = post(connect(serve(drips).url()))
    assert (reply.status, reply.body) == (200, b"{}")


def test_the_time_out_begins_anew_with_each_request_on_a_connection(serve, connect):
    def slowly(wire):
        while wire.read():
            wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            wire.drip(b"." * 10)

    server = serve(slowly)
    transport = connect(server.url(), timeout=1.5)
    assert [post(transport).status for _ in range(8)] == [200] * 8
    assert server.connections == 1


# -- Size ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 302, 401, 500])
@pytest.mark.parametrize(
    ("body", "headers"),
    [(b"x" * (10 * 1024 * 1024 + 1), {}), (BOMB, {"Content_Encoding": "gzip"})],
    ids=["plain", "a bomb"],
)
def test_an_answer_over_ten_mebibytes_is_not_read_to_its_end(serve, connect, status, body, headers):
    challenge = 'Digest realm="r", nonce="n", qop="auth"'
    headers = {"Location": "/there", "WWW_Authenticate": challenge, **headers}
    server = serve(lambda wire: wire.always(status, body, **headers))
    error = trouble(connect(server.url()))
    assert isinstance(error, Ambiguous)
    assert isinstance(error.told, BadAnswer)
    assert str(error) == "the answer is larger than 10 MiB"


def test_a_challenge_over_ten_mebibytes_is_not_answered(serve, connect):
    def script(wire):
        wire.read()
        challenge = 'Digest realm="r", nonce="n", qop="auth"'
        wire.answer(401, BOMB, WWW_Authenticate=challenge, Content_Encoding="gzip")
        wire.always(200, b"{}")

    server = serve(script)
    assert str(trouble(connect(server.url()))) == "the answer is larger than 10 MiB"
    assert len(server.requests) == 1


def test_an_answer_of_ten_mebibytes_is_taken(serve, connect):
    body = bytes(10 * 1024 * 1024)
    headers = {"Content_Encoding": "gzip"}
    server = serve(lambda wire: wire.always(200, gzip.compress(body), **headers))
    assert len(post(connect(server.url())).body) == len(body)


def test_an_answer_without_an_end_is_not_read_for_ever(serve, connect):
    def endless(wire):
        wire.read()
        wire.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            wire.send(b"x" * 65536)

    assert str(trouble(connect(serve(endless).url()))) == "the answer is larger than 10 MiB"


def test_an_answer_that_is_not_what_its_encoding_says_is_ambiguous(serve, connect):
    server = serve(lambda wire: wire.always(200, b"{}", Content_Encoding="gzip"))
    error = trouble(connect(server.url()))
    assert isinstance(error, Ambiguous)
    assert str(error) == "the answer cannot be decompressed"


# -- Silence about secrets -------------------------------------------------------------------------


@pytest.mark.parametrize("script", [close_at_once, half_a_body, silence, None])
def test_no_trouble_carries_the_request_or_what_the_library_said(serve, connect, script):
    url = serve(script).url() if script else f"http://127.0.0.1:{free_port()}"
    error = trouble(connect(url, timeout=SHORT))
    assert error.__cause__ is None
    assert error.__context__ is None
    said = repr(error) + repr(vars(error)) + repr(vars(error.told))
    for secret in ("the-secret-in-the-body", "query", "text", "127.0.0.1", "4444"):
        assert secret not in said


def test_the_trace_tells_verb_path_status_and_time_and_nothing_else(serve, connect):
    lines = []
    server = serve(lambda wire: wire.always(200, b"{}"))
    post(connect(server.url(), trace=lines.append))
    (line,) = lines
    method, path, status, seconds, unit = line.split(" ")
    assert (method, path, status, unit) == ("POST", "/path", "200", "s")
    assert float(seconds) >= 0


def test_the_trace_tells_what_went_wrong(connect):
    lines = []
    trouble(connect(f"http://127.0.0.1:{free_port()}", trace=lines.append))
    assert lines[0].startswith("POST /path could not connect: Connection refused ")
