"""Where webhooks may lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.address import objection, parse_host


def code(url, *entries):
    hosts = [parse_host(entry) for entry in entries]
    assert None not in hosts
    wrong = objection("url", url, hosts)
    return wrong and wrong.code


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("hooks.example.com", "https://hooks.example.com/a?b#c"),
        ("hooks.example.com", "https://HOOKS.example.com."),
        ("HOOKS.example.com", "https://hooks.example.com:443/a@b"),
        ("hooks.example.com:8443", "https://hooks.example.com:8443"),
        ("*.example.com", "https://a.b.example.com"),
        ("localhost:8080", "https://localhost:8080/hook"),
        ("10.0.0.7", "https://10.0.0.7/hook"),
        ("10.0.0.0/8", "https://10.200.0.7/hook"),
        ("169.254.0.0/16", "https://169.254.169.254"),
        ("fd00::/8", "https://[fd00::7]/hook"),
        ("[fd00::7]:8443", "https://[fd00::7]:8443/hook"),
        ("*", "https://hooks.example.com/a"),
        ("*", "https://xn--bcher-kva.example"),
    ],
)
def test_a_host_that_is_listed_is_allowed(entry, url):
    assert code(url, entry) is None


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("hooks.example.com", "https://example.com"),
        ("hooks.example.com", "https://hooks.example.com.evil.net"),
        ("hooks.example.com", "https://evil.net/hooks.example.com"),
        ("hooks.example.com", "https://evil.net#.hooks.example.com"),
        ("hooks.example.com", "https://evil.net?hooks.example.com"),
        ("hooks.example.com", "https://hooks.example.com:8443"),
        ("hooks.example.com", "https://hooks.example.com:99999"),
        ("hooks.example.com", "https://hooks.example.com:x"),
        ("hooks.example.com", "https:hooks.example.com"),
        ("hooks.example.com", "https:///hooks.example.com"),
        ("hooks.example.com", "https://\uff48ooks.example.com"),
        ("hooks.example.com", "https://hooks%2eexample.com"),
        ("*.example.com", "https://example.com"),
        ("*.example.com", "https://evilexample.com"),
        ("*.example.com", "https://evil.net\\.example.com"),
        ("*.example.com", "https://evil.net%00.example.com"),
        ("*", "https://localhost"),
        ("*", "https://wiki"),
        ("*", "https://metadata.google.internal"),
        ("*", "https://printer.local"),
        ("*", "https://127.0.0.1"),
        ("*", "https://10.0.0.7"),
        ("*", "https://[::1]"),
        ("*", "https://[::ffff:127.0.0.1]"),
        ("*", "https://2130706433"),
        ("*", "https://0x7f000001"),
        ("*", "https://0x7f.1"),
        ("*", "https://127.1"),
        ("*", "https://[::1"),
        ("10.0.0.0/8", "https://11.0.0.1"),
        ("10.0.0.0/8", "https://[::ffff:10.0.0.1]"),
        ("10.0.0.0/8", "https://10.0.0.1.evil.net"),
        ("10.0.0.0/8", "https://010.0.0.1"),
    ],
)
def test_any_other_is_not(entry, url):
    assert code(url, entry) == "host-not-allowed"


@pytest.mark.parametrize(
    "url", ["https://a@hooks.example.com", "https://a:b@evil.net", "https://hooks.example.com\\@b"]
)
def test_a_url_may_name_no_user(url):
    assert code(url, "*") == "url-with-user"


@pytest.mark.parametrize("url", ["http://hooks.example.com", "ftp://hooks.example.com", "hooks"])
def test_with_a_list_plain_http_is_refused(url):
    assert code(url, "*") == "insecure-url"


def test_without_a_list_plain_http_is_worth_a_warning():
    told = objection("url", "http://10.0.0.7", None)
    assert (told.code, told.is_error) == ("insecure-url", False)
    assert objection("url", "https://10.0.0.7", None) is None


def test_an_empty_list_allows_nothing():
    assert code("https://hooks.example.com") == "host-not-allowed"


@given(st.text("htps:/@.[]#?\\%0123456789abcx-", max_size=30))
def test_no_text_is_too_odd_to_be_decided_and_none_is_quoted(text):
    wrong = objection("url", f"https://{text}", [parse_host("*")])
    assert wrong is None or "https" not in wrong.message
