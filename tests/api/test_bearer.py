"""A service account: one token for the run, renewed unnoticed, given back at the end."""

import json
import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest

from reconciler.api import wire
from reconciler.api.bearer import Bearer
from reconciler.api.credentials import ServiceAccount
from reconciler.api.errors import ApiError, BadAnswer, Halted, Refused
from reconciler.api.stop import Stop, Stopped
from reconciler.api.transport import ReadOnlyError
from reconciler.api.waits import Waits
from reconciler.core.plan import Status
from reconciler.core.secret import Ends
from reconciler.core.state import ProjectRef
from reconciler.simulator import Response

ACCOUNT = ServiceAccount("mdb_sa_id_5d791c84", "mdb_sa_sk_q7Zr+/=%:x2-K9tail")
VARIABLES = "MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET"
EMPTY = Response(200, {}, b'{"results": [], "totalCount": 0}')
LIMITED = Response(
    429,
    {"Retry-After": "7"},
    b'{"error": 429, "errorCode": "RATE_LIMITED", "detail": "Resource /api/oauth/token is limited '
    b'to 50 requests every 1 minutes.", "parameters": ["/api/oauth/token", 50, 1]}',
)
UNAUTHORIZED = Response(401, {"WWW-Authenticate": "Bearer"}, b'{"errorCode": "UNEXPECTED_ERROR"}')
REFS = [ProjectRef(f"{number:024x}", f"project-{number}") for number in range(50)]


def oauth_error(status, error, description=""):
    document = {"error": error, "error_description": description}
    return Response(status, {}, json.dumps(document).encode())


def pager_duty(build):
    return build.integration("PAGER_DUTY", serviceKey="0123456789abcdef0123456789abcdef")


class Issuer:
    """Gives tokens, and answers with `api` whoever comes with one that lives.

    `plant`, if set, answers requests for tokens instead; `refuse` stands before every refusal of
    a request. `tokens` and `revoked` are in order.
    """

    def __init__(self, api=lambda _: EMPTY, seconds=3600):
        self.api = api
        self.seconds = seconds
        self.plant = None
        self.refuse = lambda: None
        self.asked = 0
        self.tokens = []
        self.revoked = []
        self.live = set()
        self.requests = []
        self._lock = threading.Lock()

    def handle(self, request):
        with self._lock:
            if request.path == wire.TOKEN:
                return self.give(request)
            if request.path == wire.REVOKE:
                return self.take(request)
        self.requests.append(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer" and token in self.live:
            return self.api(request)
        self.refuse()
        return UNAUTHORIZED

    def give(self, request):
        self.asked += 1
        if self.plant:
            return self.plant(request)
        self.tokens.append(f"eyJ.{len(self.tokens)}.signature")
        self.live.add(self.tokens[-1])
        return self.answer(self.tokens[-1])

    def answer(self, token):
        document = {"access_token": token, "expires_in": self.seconds, "token_type": "Bearer"}
        return Response(200, {}, json.dumps(document).encode())

    def take(self, request):
        (token,) = parse_qs(request.body.decode())["token"]
        self.revoked.append(token)
        self.live.discard(token)
        return Response(200, {})

    def forget(self):
        """Take every token as one that is over."""
        self.live.clear()


@pytest.fixture
def issuer():
    return Issuer()


# -- One token -------------------------------------------------------------------------------------


def test_the_token_is_asked_for_as_the_protocol_says_and_stands_in_every_request(serve, connect):
    def script(wire_):
        wire_.read()
        wire_.answer(200, b'{"access_token": "eyJ.t", "expires_in": 3600, "token_type": "Bearer"}')
        wire_.always(200, b"{}")

    server = serve(script)
    transport = connect(server.url(), credentials=ACCOUNT, writable=False)
    with Bearer(transport, ACCOUNT, Waits(Stop()), Ends(())) as bearer:
        for _ in range(2):
            bearer.send("GET", "/path", params={"pageNum": "1"}, headers={"Accept": "x"})
    first, second, third, last = server.requests
    basic = b64encode(b"mdb_sa_id_5d791c84:mdb_sa_sk_q7Zr%2B%2F%3D%25%3Ax2-K9tail").decode()
    assert first[:2] == ("POST", "/api/oauth/token")
    assert first.body == b"grant_type=client_credentials"
    assert first.headers["authorization"] == f"Basic {basic}"
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert second == third
    assert second[:2] == ("GET", "/path?pageNum=1")
    assert (second.headers["authorization"], second.headers["accept"]) == ("Bearer eyJ.t", "x")
    assert last[:2] == ("POST", "/api/oauth/revoke")
    assert last.body == b"token=eyJ.t&token_type_hint=access_token"
    assert last.headers["authorization"] == f"Basic {basic}"


def test_fifty_projects_on_eight_threads_take_one_token(ask_signed, issuer, build, observe):
    client = ask_signed(issuer.handle)
    projects = [build.project(ref=ref) for ref in REFS]
    found = list(observe(client, [p.ref for p in projects], 8))
    assert len(found) == len(issuer.requests) == 50
    assert issuer.asked == 1


def test_threads_that_come_at_once_wait_for_one_token(ask_signed, issuer):
    all_here = threading.Barrier(8)
    client = ask_signed(issuer.handle)

    def work(ref):
        all_here.wait()
        return client.integrations(ref)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, REFS[:8]))
    assert issuer.asked == 1


def test_nothing_is_asked_before_it_is_needed_nor_given_back_that_was_not_got(ask_signed, issuer):
    ask_signed(issuer.handle).close()
    assert (issuer.asked, issuer.revoked) == (0, [])


# -- Its end ---------------------------------------------------------------------------------------


def test_a_token_is_renewed_two_minutes_before_its_end(ask_signed, issuer, stop):
    client = ask_signed(issuer.handle)
    for stop.passed in (0, 3479, 3480, 3481 + 3478):
        client.projects()
    assert issuer.asked == 2
    assert {request.headers["authorization"] for request in issuer.requests} == {
        f"Bearer {token}" for token in issuer.tokens
    }


def test_a_short_token_is_used_for_most_of_its_life(ask_signed, stop):
    issuer = Issuer(seconds=8)
    client = ask_signed(issuer.handle)
    for stop.passed in (0, 5.9, 6.1):
        client.projects()
    assert issuer.asked == 2


def test_a_token_that_tells_no_end_is_used_until_it_is_refused(ask_signed, issuer, stop):
    issuer.answer = lambda token: Response(200, {}, json.dumps({"access_token": token}).encode())
    client = ask_signed(issuer.handle)
    for stop.passed in (0, 1e9):
        client.projects()
    assert issuer.asked == 1


def test_a_token_that_ends_early_is_renewed_unnoticed(ask_signed, issuer):
    client = ask_signed(issuer.handle)
    client.projects()
    issuer.forget()
    client.projects()
    assert issuer.asked == 2
    assert len(issuer.requests) == 3


def test_threads_whose_token_ends_at_once_renew_it_once(ask_signed, issuer):
    client = ask_signed(issuer.handle)
    client.projects()
    issuer.forget()
    issuer.refuse = threading.Barrier(8).wait
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client.integrations, REFS[:8]))
    assert issuer.asked == 2


def test_a_write_that_meets_the_end_of_a_token_is_sent_again(ask_signed, api, plan, carry, build):
    there = api()
    issuer = Issuer(there.handle)
    client = ask_signed(issuer.handle)
    operations = plan(client, pager_duty(build))

    def forget_before_the_write(request):
        if request.method == "GET":
            answer = there.handle(request)
            issuer.forget()
            return answer
        return there.handle(request)

    issuer.api = forget_before_the_write
    outcomes = carry(client, operations)
    assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
    assert there.effects == [("POST", "PAGER_DUTY")]
    assert [r.method for r in issuer.requests].count("POST") == 2


# -- Refused for good ------------------------------------------------------------------------------


def test_a_fresh_token_that_is_refused_is_told_and_not_renewed_again(ask_signed, issuer):
    issuer.api = lambda _: UNAUTHORIZED
    client = ask_signed(issuer.handle)
    for ref in REFS[:5]:
        with pytest.raises(Refused) as caught:
            client.integrations(ref)
    problem = caught.value.problem("reading")
    assert (problem.code, problem.message, problem.hint) == (
        "bad-credentials",
        "reading: the API does not accept the service account",
        f"check {VARIABLES}",
    )
    assert issuer.asked == 2
    assert len(issuer.requests) == 2 + 4


@pytest.mark.parametrize("code", ["NOT_IN_GROUP", "USER_CANNOT_ACCESS_GROUP", "USER_UNAUTHORIZED"])
def test_a_401_that_is_about_access_is_taken_at_its_word(ask_signed, issuer, refuse, code):
    issuer.api = lambda _: refuse(401, code, WWW_Authenticate="Bearer")
    with pytest.raises(Refused) as caught:
        ask_signed(issuer.handle).integrations(REFS[0])
    assert (issuer.asked, len(issuer.requests)) == (1, 1)
    assert "service account" in caught.value.hint
    assert "key" not in str(caught.value)


ERRORS = [
    (401, "invalid_client", "Invalid credentials provided.", "bad-credentials", VARIABLES),
    (
        400,
        "invalid_request",
        "The provided credentials are not valid.",
        "bad-credentials",
        VARIABLES,
    ),
    (400, "invalid_grant", "", "bad-credentials", VARIABLES),
    (400, "unsupported_grant_type", "Invalid grant type.", "not-offered", "use an API key"),
    (403, "access_denied", "IP access list validation failed.", "no-access", "access list"),
    (403, "access_denied", "Access token limit reached.", "too-many-tokens", "an hour at most"),
]


@pytest.mark.parametrize(("status", "error", "description", "code", "step"), ERRORS)
def test_every_error_of_the_token_service_is_told_with_a_next_step(
    ask_signed, issuer, status, error, description, code, step
):
    issuer.plant = lambda _: oauth_error(status, error, description)
    with pytest.raises(Refused) as caught:
        ask_signed(issuer.handle).projects()
    problem = caught.value.problem("listing the projects")
    assert problem.code == code
    assert step in problem.hint
    quoted = f"{error}: {description}" if description else error
    assert problem.message.endswith(f"({quoted})")
    assert (issuer.asked, issuer.requests) == (1, [])


def test_the_recorded_errors_of_the_token_service_are_known(ask_signed, issuer, reference):
    file = reference / "recorded" / "oauth-token-doc-examples.json"
    bodies = json.loads(file.read_text())["bodies"]
    examples = [(400, body) for body in bodies["400"]] + [
        (401, bodies["401"]),
        (403, bodies["403"]),
    ]
    for status, body in examples:
        issuer.plant = lambda _, s=status, b=body: Response(s, {}, json.dumps(b).encode())
        with pytest.raises(Refused) as caught:
            ask_signed(issuer.handle).projects()
        assert caught.value.meaning.code != "api-refused"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response(401, {}, b""), "bad-credentials"),
        (Response(404, {}, b"<html>"), "not-offered"),
        (Response(403, {}, b'{"errorCode": "IP_ADDRESS_NOT_ON_ACCESS_LIST"}'), "no-access"),
        (Response(302, {"Location": "https://elsewhere/"}), "redirect"),
        (Response(410, {}, b"[" * 100_000), "version-gone"),
        (Response(418, {}, b"\xff"), "api-refused"),
        (Response(201, {}, b"{}"), "api-refused"),
    ],
)
def test_an_answer_of_no_known_form_is_told_by_its_status(ask_signed, issuer, answer, code):
    issuer.plant = lambda _: answer
    with pytest.raises(Refused) as caught:
        ask_signed(issuer.handle).projects()
    assert caught.value.problem("listing").code == code


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b"null", b"5", b"access_token=t", b"{}", b'{"access_token": 5}',
        b'{"access_token": ""}', b'{"access_token": "a\\r\\nb"}', b'{"access_token": "\\u00e9"}',
        b'{"access_token": "t", "token_type": "mac"}', b'{"access_token": "t", "token_type": 5}',
        b'{"access_token": "t", "expires_in": "soon"}', b'{"access_token": "t", "expires_in": 0}',
        b'{"access_token": "t", "expires_in": true}', b'{"access_token": "t", "expires_in": NaN}',
    ],
)  # fmt: skip
def test_what_is_no_token_is_a_bad_answer(ask_signed, issuer, body):
    issuer.plant = lambda _: Response(200, {}, body)
    with pytest.raises(BadAnswer) as caught:
        ask_signed(issuer.handle).projects()
    assert caught.value.problem("listing").code == "bad-answer"
    assert issuer.requests == []


# -- Tried again -----------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [LIMITED, Response(503, {}, b"<html>"), ConnectionResetError()])
def test_what_may_pass_is_tried_again(ask_signed, issuer, stop, answer):
    def twice(request):
        if issuer.asked > 2:
            issuer.plant = None
            return issuer.give(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    issuer.plant = twice
    ask_signed(issuer.handle).projects()
    assert len(stop.waits) == 2
    assert len(issuer.requests) == 1


def test_a_limit_that_stays_is_told_and_asked_for_once_by_all(ask_signed, issuer, stop):
    issuer.plant = lambda _: LIMITED
    client = ask_signed(issuer.handle)
    for ref in REFS[:3]:
        with pytest.raises(Refused) as caught:
            client.integrations(ref)
    problem = caught.value.problem("reading")
    assert (problem.code, problem.hint) == ("rate-limited", "run again later")
    assert "is limited to 50 requests every 1 minutes" in problem.message
    assert issuer.asked == 5


def test_too_long_a_wait_for_a_token_ends_the_run(ask_signed, issuer, stop):
    issuer.plant = lambda _: Response(429, {"Retry-After": "301"})
    with pytest.raises(Halted, match="301 seconds"):
        ask_signed(issuer.handle).projects()
    assert stop


def test_no_token_is_asked_for_once_the_run_is_ending(ask_signed, issuer, stop):
    client = ask_signed(issuer.handle)
    stop.interrupt(15, "SIGTERM")
    with pytest.raises(Stopped):
        client.projects()
    assert issuer.asked == 0


def test_without_a_token_nothing_is_written_and_it_says_so(ask_signed, api, plan, carry, build):
    there = api()
    issuer = Issuer(there.handle)
    client = ask_signed(issuer.handle)
    operations = plan(client, pager_duty(build))
    issuer.forget()
    issuer.plant = lambda _: oauth_error(401, "invalid_client")
    (outcome,) = carry(client, operations).values()
    assert outcome.status is Status.SKIPPED
    assert "the API does not accept the service account" in outcome.detail
    assert there.effects == []


# -- Given back ------------------------------------------------------------------------------------


def test_the_last_token_is_given_back_even_by_a_run_that_only_reads(ask_signed, issuer):
    client = ask_signed(issuer.handle, writable=False)
    client.projects()
    issuer.forget()
    client.projects()
    client.close()
    assert issuer.revoked == issuer.tokens[-1:]


@pytest.mark.parametrize("trouble", [Response(500, {}), Response(400, {}), ConnectionResetError()])
def test_that_it_could_not_be_given_back_is_no_error(ask_signed, issuer, trouble, stop):
    def take(_):
        if isinstance(trouble, Exception):
            raise trouble
        return trouble

    issuer.take = take
    client = ask_signed(issuer.handle)
    client.projects()
    client.close()
    assert stop.waits == []


def test_a_thread_that_is_late_gets_no_new_token(ask_signed, issuer):
    client = ask_signed(issuer.handle)
    client.projects()
    client.close()
    with pytest.raises(ApiError, match="the run is over"):
        client.projects()
    assert issuer.asked == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/atlas/v2/groups/a/integrations/SLACK"),
        ("PUT", wire.TOKEN),
        ("DELETE", wire.REVOKE),
        ("POST", wire.TOKEN + "/"),
        ("POST", wire.TOKEN + "/../../atlas/v2/groups"),
        ("POST", wire.REVOKE + "?x"),
    ],
)
def test_nothing_else_is_sent_by_a_run_that_only_reads(serve, connect, method, path):
    server = serve(lambda wire_: wire_.always(200, b"{}"))
    transport = connect(server.url(), credentials=ACCOUNT, writable=False)
    with pytest.raises(ReadOnlyError):
        transport.send(method, path, body=b"{}")
    assert server.requests == []


# -- Kept to itself --------------------------------------------------------------------------------


def test_neither_secret_nor_token_is_in_a_trace_or_a_representation(serve, connect):
    token = "eyJ.secret.token"

    def script(wire_):
        wire_.read()
        wire_.answer(200, json.dumps({"access_token": token}).encode())
        wire_.always(200, b"{}")

    lines = []
    transport = connect(serve(script).url(), credentials=ACCOUNT, trace=lines.append)
    with Bearer(transport, ACCOUNT, Waits(Stop()), Ends(())) as bearer:
        bearer.send("GET", "/path")
        shown = repr([lines, ACCOUNT, vars(bearer)["_token"]])
    assert [line.split(" ")[:3] for line in lines] == [
        ["POST", "/api/oauth/token", "200"],
        ["GET", "/path", "200"],
        ["POST", "/api/oauth/revoke", "200"],
    ]
    assert token not in shown
    assert ACCOUNT.secret not in shown


def test_an_error_text_that_holds_the_token_is_not_passed_on(ask_signed, issuer, refuse):
    issuer.api = lambda request: refuse(
        403, "ACCESS_FORBIDDEN", f"no: {request.headers['authorization']}"
    )
    with pytest.raises(Refused) as caught:
        ask_signed(issuer.handle).projects()
    assert str(caught.value) == "the service account may not do that (ACCESS_FORBIDDEN)"


def test_a_refused_token_s_text_that_holds_the_secret_is_not_passed_on(ask_signed, issuer):
    issuer.plant = lambda _: oauth_error(401, "invalid_client", f"no such {ACCOUNT.secret}")
    with pytest.raises(Refused) as caught:
        ask_signed(issuer.handle).projects()
    assert str(caught.value) == "the API does not accept the service account"
