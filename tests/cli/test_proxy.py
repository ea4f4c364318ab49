"""`--proxy`: its password stands in a variable, and nowhere that others can see."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from reconciler import cli
from reconciler.api.stop import Stop

STATE = """\
version: 1
api: atlas
projects:
  - {name: payments, integrations: [{type: OPS_GENIE, apiKey: {env: KEY}}]}
"""
PASSWORD = "xX7-word-zZ9"


@pytest.fixture
def drift(tmp_path, monkeypatch, capfd):
    """Run a command against an address that only a proxy knows; gives code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Stop, "pause", lambda stop, seconds: None)
    (tmp_path / "d.yaml").write_text(STATE)
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(f"MONGODB_ATLAS_{name}", raising=False)
    known = {"KEY": "a-key", "MONGODB_ATLAS_PUBLIC_API_KEY": "a"}
    for name, value in {**known, "MONGODB_ATLAS_PRIVATE_API_KEY": "private-key"}.items():
        monkeypatch.setenv(name, value)

    def run(*options, proxy=""):
        monkeypatch.setenv("RECONCILER_PROXY", proxy)
        given = ("--base-url", "https://api.invalid", "--verbose", *options)
        code = cli.run(["drift", "d.yaml", *given])
        told = capfd.readouterr()
        assert PASSWORD not in told.out + told.err
        return code, told.out, told.err

    return run


@pytest.mark.parametrize("user", [f"user:{PASSWORD}", PASSWORD])
def test_a_password_on_the_command_line_is_wrong_usage_that_names_the_way(drift, user):
    code, out, err = drift("--proxy", f"http://{user}@127.0.0.1:9")
    assert (code, out) == (64, "")
    assert err.endswith(
        "Invalid value for '--proxy' (env var: 'RECONCILER_PROXY'): a command line is no place for"
        " a password: put the whole URL into RECONCILER_PROXY\n"
    )


@pytest.mark.parametrize(
    "proxy",
    ["127.0.0.1:9", f"http://[{PASSWORD}", f"socks5://u:{PASSWORD}@h", "http://h:x", "http"],
)
def test_what_is_no_address_of_a_proxy_is_wrong_usage_and_is_not_quoted(drift, proxy):
    code, _, err = drift(proxy=proxy)
    assert code == 64
    assert "must be http://HOST:PORT or https://HOST:PORT" in err


def test_the_variable_names_a_proxy_with_its_password(drift):
    asked = []

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self):  # the name that http.server calls
            asked.append((self.path, self.headers["Proxy-Authorization"]))
            self.send_error(407, PASSWORD)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        proxy = f"http://user:{PASSWORD}@127.0.0.1:{server.server_port}"
        code, out, _ = drift("--timeout", "1", proxy=proxy)
        server.shutdown()
        thread.join()
    assert asked[0][0] == "api.invalid:443"
    assert asked[0][1].startswith("Basic ")
    assert code == 1
    assert "the proxy refused, or could not be reached" in out


def test_a_variable_left_empty_names_none(drift):
    code, out, _ = drift("--timeout", "1")
    assert code == 1
    assert "proxy" not in out
