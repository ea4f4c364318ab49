"""Names that others chose stay names: in every form, a hostile report is built like a harmless one.

The parsers are those that read such files elsewhere, or ones of the same kind.
"""

import csv
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date

import html5lib
import pytest
from markdown_it import MarkdownIt

from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.drift import Difference, Drift
from reconciler.core.past import Accepted, Gone, Moment, Past
from reconciler.core.plan import Operation, Outcome, Status
from reconciler.core.problem import Place, Problem, warning
from reconciler.core.secret import Verdict
from reconciler.core.state import Ignore, ProjectRef
from reconciler.report import FORMATS, Report, Style

HOSTILE = [
    # markup
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</details></details><h1>hi",
    "<!-- reconciler:plan -->", "--><b>", "]]><x/>", "&lt;b&gt;&amp;", '"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1)", "</title></style></script><b>", "<?xml version='1.0'?>",
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", "<!ENTITY x 'y'>", "&b;", "&#x3c;b>",
    # Markdown
    "**bold** _it_", "# heading", "- item", "> quote", "`", "``", "```\n# out\n```", "a`b``c```d",
    "`<b>`", "a|b|c", "\\|", "\\", "\\`", "|", "\n\n| a |", "---", "$\\href{javascript:x}{y}$",
    # links, images, mentions
    "[a](https://evil.example)", "![a](https://evil.example/b.png)", "https://evil.example/x",
    "<https://evil.example>", "[a]: https://evil.example", "javascript:alert(1)", "[a](0)", "{0}",
    "@org/team", "@everyone", "#123", "GH-1 org/repo#1", "mailto:a@evil.example", "!12 &3 %4 ~5",
    # terminals
    "\x1b[31mred\x1b[0m", "\x1b]8;;https://evil.example\x07a", "\x9b2J", "a\rb", "a\bb", "\u202eab",
    "\ufffe\uffff", "\ud800", "a\u2028b", "\u200b\u200b",
    # commands of CI systems
    "::error::x", "a\n::set-output name=a::b", "::add-mask::e", "##vso[task.setvariable]x",
    "##[error]x", "##teamcity[blockOpened]", "\x1b[0Ksection_start:1:a\r\x1b[0K", "%0A::error::x",
    "a,line=1::x", "::stop-commands::t",
    # spreadsheets
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("https://evil.example")', "a;=1",
    "\uff1d1", '"', '","=1',
    # Prometheus
    '"} 1\nevil{a="', "\\n", 'a\\"',
]  # fmt: skip
BUILT_LIKE_IT = "harmless"


def report(name, command="apply"):
    """Put a name in every position that a foreign string can come to."""
    ref, at = ProjectRef("5d791c84ff7a2522cc4f9aa1", name), Place(name, 3, 5)
    field = FieldChange(name, name, name, Verdict.DIFFERENT, name)
    plain = Change(ref, name, Action.LEAVE, name)
    changed = Change(ref, f"{name}2", Action.UPDATE, name, (field,), pruned_by=at)
    created = Change(ref, f"{name}3", Action.CREATE, name, (field,), pruned_by=at)
    gone = Change(ref, f"{name}4", Action.DELETE, name, (), pruned_by=at)
    rule = Ignore(name, name, name, date(2999, 12, 31), name, 0)
    let_be = Change(
        ref, f"{name}5", Action.KEEP, name, (replace(field, ignored=rule),), ignored=(rule,),
        held=Action.UPDATE,
    )  # fmt: skip
    earlier = Drift(ref, ref.id, name, name, (Difference(name, name, name),))
    [item] = earlier.items
    moments = (Moment(0, 2, 1, 1, 1, 3, 0, 0), Moment(9, 1, None, None, None, 0, 0, 3))
    operations = [
        Operation(number, "PUT", "/", change)
        for number, change in enumerate((changed, created, gone), start=1)
    ]
    return Report(
        command=command,
        exit=5 if command == "apply" else 1,
        changes=(plain, changed, created, gone, let_be),
        operations=tuple(operations),
        outcomes=tuple(Outcome(operation, Status.FAILED, name) for operation in operations)
        if command == "apply"
        else None,
        problems=(Problem("x", name, name, at), warning("y", name, name, at), Problem("z", name)),
        performed=command == "apply",
        accepted=Accepted(frozenset({changed.key}), (earlier,)),
        past=Past(9, {}, frozenset(), (Gone(item, name, 0),), (Gone(item, name, 0),), moments),
        finished=0,
    )


def of_markdown(text):
    """Give what each piece of the page is, and all that is no code."""
    assert text.count("<!-- reconciler:") == 1
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    inner = [token for block in tokens for token in block.children or [block]]
    return [(token.type, token.tag, _unless_code(token)) for token in inner]


def _unless_code(token):
    return "" if token.type == "code_inline" else token.content


def of_xml(text):
    return [(part.tag, sorted(part.attrib)) for part in ET.fromstring(text).iter()]  # noqa: S314


def of_page(text):
    """Give each element with its attributes: none of them holds anything foreign."""
    page = html5lib.HTMLParser(strict=True).parse(text)
    return [(part.tag, dict(part.attrib)) for part in page.iter()]


def of_json(text):
    return _shape(json.loads(text))


def _shape(value):
    """Give a document without its strings, but for those that lead somewhere."""
    if isinstance(value, dict):
        return {name: _shape(part) for name, part in value.items()}
    return [_shape(part) for part in value] if isinstance(value, list) else type(value)


def of_commands(text):
    """Give the name and the properties of each command, as the runner reads them."""
    lines = [re.fullmatch("::([a-z]+) ([^:]*)::(.*)", line) for line in text.splitlines()]
    assert all("\r" not in line[3] for line in lines)
    return [(line[1], [part.partition("=")[0] for part in line[2].split(",")]) for line in lines]


def of_csv(text):
    rows = list(csv.reader(text.split("\r\n")[:-1], strict=True))
    formula = re.compile("[=+@\t\r\uff1d\uff0b\uff0d\uff20-]")
    assert not any(formula.match(cell) for row in rows for cell in row)
    return [len(row) for row in rows]


def of_metrics(text):
    sample = re.compile(r'([a-z_]+)\{(?:([a-z_]+)="(?:[^"\\\n]|\\[\\"n])*",?)+\} [\d.]+')
    lines = [line for line in text.split("\n")[:-1] if not line.startswith("# ")]
    return [sample.fullmatch(line).group(1, 2) for line in lines]


def of_text(text):
    return len(text.split("\n"))


READERS = {
    "text": of_text,
    "json": of_json,
    "markdown": of_markdown,
    "html": of_page,
    "junit": of_xml,
    "sarif": of_json,
    "gitlab": of_json,
    "github": of_commands,
    "csv": of_csv,
    "prometheus": of_metrics,
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", ["apply", "drift", "plan"])
def test_a_hostile_report_is_built_like_a_harmless_one(form, command):
    read, render = READERS[form], FORMATS[form]
    expected = read(render(report(BUILT_LIKE_IT, command), Style()))
    for name in HOSTILE:
        assert read(render(report(name, command), Style())) == expected, name


@pytest.mark.parametrize("form", sorted(FORMATS.keys() - {"json"}))
def test_no_name_moves_the_cursor_hides_or_commands_a_ci_system(form):
    for name in HOSTILE:
        text = FORMATS[form](report(name), Style()).replace("\r\n", "\n")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]", text), name
        assert not re.search(r"##[a-z]*\[", text), name
        if form != "github":
            assert not re.search(r"(?m)^\s*::", text), name
        text.encode()


def test_no_link_is_built_into_sarif():
    for name in ("[a](https://evil.example)", "[a](0)", "\\[a](0)"):
        for result in json.loads(FORMATS["sarif"](report(name), Style()))["runs"][0]["results"]:
            plain = re.sub(r"\\[\\\[\]]", "", result["message"]["text"])
            assert "[" not in plain
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert ":" not in uri


def test_a_hostile_report_is_one_that_prometheus_reads():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not there: it comes with Debian's package prometheus")
    for name in HOSTILE:
        text = FORMATS["prometheus"](report(name), Style())
        done = subprocess.run([promtool, "check", "metrics"], input=text.encode(), check=False)
        assert done.returncode == 0, name


def test_a_comment_fits_and_says_that_it_was_cut():
    change = report("x" * 190 + "|" * 10, "plan").changes[1]
    text = FORMATS["markdown"](Report("plan", 0, changes=(change,) * 500), Style())
    assert 50_000 < len(text) <= 60_000
    assert text.rstrip().endswith("see the full report, in another format.")
    assert text.count("<details>") == text.count("</details>") == 1
