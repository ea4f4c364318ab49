"""HTTP Digest: one shared object, nonces used again, challenges that cannot be answered."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.request import parse_http_list, parse_keqv_list

import pytest

USER, PASSWORD = "abcdefgh", "00000000-1111-2222-3333-444444444444"
REALM = "MMS Public API"
BODY = b'{"error": 401, "errorCode": "UNEXPECTED_ERROR", "reason": "Unauthorized"}'


class Gate:
    """Lets a request in whose answer is right for a nonce that is still good for something."""

    def __init__(self, uses=None):
        self._uses = uses
        self._left = {}
        self._lock = threading.Lock()
        self.refused = 0

    def __call__(self, wire):
        while asked := wire.read():
            with self._lock:
                stale = self._admit(asked)
                if stale is not None:
                    self.refused += 1
                    nonce = f"nonce-{len(self._left)}"
                    self._left[nonce] = self._uses
            if stale is None:
                wire.answer(200, b"{}")
            else:
                challenge = f'Digest realm="{REALM}", domain="", nonce="{nonce}", algorithm=MD5, '
                wire.answer(401, BODY, WWW_Authenticate=f'{challenge}qop="auth", stale={stale}')

    def _admit(self, asked):
        """Give None to let it in, and otherwise what the challenge says of the nonce."""
        said = asked.headers.get("authorization", "").removeprefix("Digest ")
        answer = parse_keqv_list(parse_http_list(said))
        nonce = answer.get("nonce")
        if nonce not in self._left or answer["response"] != right(asked, answer):
            return "false"
        if self._left[nonce] == 0:
            return "true"
        if self._left[nonce]:
            self._left[nonce] -= 1
        return None


def md5(*parts):
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()


def right(asked, answer):
    proof = [answer["nonce"], answer["nc"], answer["cnonce"], "auth"]
    return md5(md5(USER, REALM, PASSWORD), *proof, md5(asked.method, asked.target))


def test_a_nonce_is_used_again(serve, connect):
    gate = Gate()
    server = serve(gate)
    transport = connect(server.url())
    assert [transport.send("GET", "/path").status for _ in range(20)] == [200] * 20
    assert (gate.refused, len(server.requests), server.connections) == (1, 21, 1)


def test_each_thread_is_challenged_once(serve, connect):
    gate = Gate()
    threads = 8
    transport = connect(serve(gate).url(), connections=threads)
    all_here = threading.Barrier(threads)

    def work(_):
        all_here.wait()
        return [transport.send("GET", "/path").status for _ in range(10)]

    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(work, range(threads))) == [[200] * 10] * threads
    assert gate.refused == threads


@pytest.mark.parametrize(("uses", "refused"), [(1, 20), (5, 4)], ids=["single use", "stale soon"])
def test_a_nonce_that_is_used_up_is_replaced(serve, connect, uses, refused):
    gate = Gate(uses)
    transport = connect(serve(gate).url())
    assert [transport.send("PUT", "/path", body=b"{}").status for _ in range(20)] == [200] * 20
    assert gate.refused == refused


def test_single_use_nonces_serve_many_threads(serve, connect):
    transport = connect(serve(Gate(1)).url(), connections=8)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: transport.send("GET", "/path"), range(80)))
    assert {reply.status for reply in replies} == {200}


def test_the_whole_request_is_sent_again_after_a_challenge(serve, connect):
    server = serve(Gate())
    connect(server.url()).send(
        "PUT", "/path", params={"pageNum": "1"}, headers={"Accept": "x"}, body=b'{"a": 1}'
    )
    first, second = server.requests
    assert first[:2] == second[:2] == ("PUT", "/path?pageNum=1")
    assert first.body == second.body == b'{"a": 1}'
    assert second.headers.pop("authorization")
    assert first.headers == second.headers


def test_wrong_keys_are_told_after_two_trips(serve, connect):
    server = serve(Gate())
    reply = connect(server.url(), keys=(USER, "wrong")).send("GET", "/path")
    assert reply.status == 401
    assert "www-authenticate" in reply.headers
    assert len(server.requests) == 2


def test_the_private_key_is_never_on_the_wire(serve, connect):
    server = serve(Gate())
    connect(server.url()).send("POST", "/path", body=b"{}")
    assert PASSWORD not in repr(server.requests)


@pytest.mark.parametrize(
    "challenge",
    [
        "Digest",
        'Digest qop="auth"',
        'Digest realm="r"',
        'Digest nonce="n"',
        'Digest realm="r", nonce="n", algorithm=ROT13, qop="auth"',
        'Digest realm="r", nonce="n", qop="auth-int"',
        'Digest realm="r, nonce=',
        "Digest =,=,=",
        'Basic realm="r"',
        "Negotiate",
    ],
)
def test_a_challenge_that_cannot_be_answered_is_the_answer(serve, connect, challenge):
    server = serve(lambda wire: wire.always(401, BODY, WWW_Authenticate=challenge))
    transport = connect(server.url())
    for _ in range(2):
        reply = transport.send("GET", "/path")
        assert (reply.status, reply.body) == (401, BODY)


def test_a_thread_recovers_from_a_challenge_that_could_not_be_answered(serve, connect):
    gate = Gate()

    def at_first_odd(wire):
        for _ in range(2):
            wire.read()
            wire.answer(401, BODY, WWW_Authenticate="Digest")
        gate(wire)

    transport = connect(serve(at_first_odd).url())
    assert [transport.send("GET", "/path").status for _ in range(3)] == [401, 200, 200]
