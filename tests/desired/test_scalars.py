"""What a plain value means: YAML 1.2's core schema, and what looks like a number but is a name."""

import pytest


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        *((word, None) for word in ("null", "Null", "NULL", "~", "")),
        ("0", 0),
        ("7", 7),
        ("-7", -7),
        ("+7", 7),
        ("-0", 0),
        ("123456789012345678", 123456789012345678),
    ],
)
def test_words_and_short_decimal_integers_are_values(value, text, meant):
    read = value(f"key: {text}\n")["key"]
    assert (type(read), read) == (type(meant), meant)


@pytest.mark.parametrize(
    "text",
    [
        *("no", "No", "yes", "on", "off", "y", "n", "tRUE", "NuLL", "nil", "None"),
        *("0123", "00", "-01", "0o17", "0x1F", "0b1", "1_000", "1,000", "٣"),
        *("1.0", ".5", "1e10", "64e123", ".inf", ".nan", "-.INF", "+", "-.", "="),
        *("2024-02-29", "2024-02-29T12:30:45Z", "12:30:45", "1:30", "::1", "1.2.3.4"),
        *("123456789012345678901234", "1234567890123456789", "9" * 5000, "--1", "+-1"),
    ],
)
def test_all_else_is_text_as_it_is_written(value, text):
    assert value(f"key: {text}\n")["key"] == text


@pytest.mark.parametrize("text", ["true", "null", "~", "7", "", " ", "no"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_what_is_quoted_is_text(value, text, quote):
    assert value(f"key: {quote}{text}{quote}\n")["key"] == text


@pytest.mark.parametrize("style", ["|", ">"])
def test_a_block_of_text_is_text(value, style):
    assert value(f"key: {style}-\n  7\n")["key"] == "7"


def test_a_key_is_text_whatever_it_looks_like(value):
    assert value("1: a\ntrue: b\nnull: c\n") == {"1": "a", "true": "b", "null": "c"}


def test_the_same_text_means_the_same_thing_in_every_place(value):
    assert value("[a, 7, a, 7, 'a', '7']") == ["a", 7, "a", 7, "a", "7"]


def test_nothing_is_remembered_wrongly_in_a_long_file(value):
    texts = [str(number) for number in range(20_000)]
    assert value("\n".join(f"- {text}" for text in texts)) == list(range(20_000))
