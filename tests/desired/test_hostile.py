"""What is made to bring the program down ends in a message, each in an interpreter of its own."""

import subprocess
import sys

import pytest

LETTERS = "abcdefghijklmnopqrstuvwxyz"
HEAD = "version: 1\napi: atlas\nprojects:\n"


def bomb(first, rest, most=9):
    """Name something, then name what holds it ten times over, and so on."""
    lines = [first] + [rest.format(*pair) for pair in zip(LETTERS[1:], LETTERS, strict=False)]
    return HEAD + "".join(f"  - {line}\n" for line in lines[:most])


HUNDRED = ", ".join(f"k{n}: 1" for n in range(100))
TEN = ", ".join(["*{1}"] * 10)
BOMBS = {
    "lists within lists": ("[" * 100_000, "too-deep", "1:33"),
    "lists within lists, in lines": ("- " * 50_000, "too-deep", "1:65"),
    "mappings within mappings": ("{a: " * 100_000, "too-deep", "1:129"),
    "keys that are mappings": ("{? " * 50_000, "bad-key", "1:4"),
    "keys that are keys": ("? " * 50_000, "bad-key", "1:3"),
    "values beside values": ("a: " * 50_000, "yaml-syntax", "1:5"),
    "a staircase": ("".join(f"{' ' * n}a:\n" for n in range(2_000)), "too-deep", "33:33"),
    "a list that holds itself": ("&a [*a]", "unknown-alias", "1:5"),
    "aliases of aliases": (bomb("&a [x]", f"&{{0}} [{TEN}]"), "alias-expansion", "8:21"),
    "merges of merges": (
        bomb("&a {x: [y]}", f"&{{0}} {{{{k{{0}}: [{TEN}]}}}}"),
        "alias-expansion",
        "8:18",
    ),
    "mappings merged again and again": (
        f"- &a {{{HUNDRED}}}\n- {{<<: [{', '.join(['*a'] * 1000)}]}}",
        "alias-expansion",
        "2:405",
    ),
    "a number without end": (HEAD + f"  - id: {'9' * 200_000}\n", "bad-format", "4:5"),
    "a key without end": (f"? {'k' * 200_000}\n: 1\n", "unknown-setting", "1:3"),
    "quotes without end": ('"' + "\\\\" * 200_000, "yaml-syntax", "1:400002"),
    "anchors alone": ("&a " * 100_000, "yaml-syntax", "1:4"),
    "tags alone": ("!!a " * 100_000, "tag", "1:1"),
    "directives alone": ("%a\n" * 100_000, "yaml-syntax", "1:3"),
    "documents alone": ("---\n" * 100_000, "several-documents", "2:1"),
    "zeros": ("\0" * 100_000, "control-character", "1:1"),
}


@pytest.mark.parametrize(("text", "code", "place"), BOMBS.values(), ids=BOMBS)
def test_it_ends_in_a_message(tmp_path, text, code, place):
    (tmp_path / "bomb.yaml").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "validate", "bomb.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stderr) == (3, "")
    assert f"bomb.yaml:{place}: {code}: " in done.stdout
