"""What the policy does not allow is never fetched, whatever path or link leads to it."""

import os
from fnmatch import fnmatchcase

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler import secrets
from reconciler.core.address import parse_host
from reconciler.core.policy import NO_POLICY, Policy, Program, Rule
from reconciler.core.problem import Invalid
from reconciler.core.secret import Reference
from reconciler.secrets import program
from reconciler.secrets.resolve import resolve
from reconciler.secrets.source import Resolved


@pytest.fixture
def told(declare):
    """Resolve one reference, and give the codes of what is told."""

    def of(source, name, policy=NO_POLICY, type_="OPS_GENIE", setting="apiKey"):
        warnings = []
        try:
            resolve(declare([(type_, {setting: Reference(source, name)})]), policy, warnings.append)
        except Invalid as invalid:
            return [problem.code for problem in invalid.problems]
        return [f"warning: {problem.code}" for problem in warnings]

    return of


def allowing(**names):
    return Policy("policy.yaml", (Rule(("*",), {key: tuple(names[key]) for key in names}),))


def test_a_link_to_what_is_forbidden_is_forbidden(told, tmp_path):
    (tmp_path / "harmless").symlink_to("/proc/self/environ")
    assert told("file", "harmless") == ["forbidden-secret"]
    assert told("file", "harmless", allowing(file=["*", "harmless"])) == ["forbidden-secret"]


def test_a_file_is_forbidden_that_a_forbidden_variable_leads_to(told, tmp_path, monkeypatch):
    (tmp_path / "key.json").write_text("cloud")
    assert told("file", "key.json") == []
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    assert told("file", "key.json") == ["forbidden-secret"]
    assert told("file", "key.json", allowing(file=["*"])) == ["forbidden-secret"]
    path = str(tmp_path / "key.json")
    assert told("file", path, allowing(file=[path])) == []


def test_a_forbidden_file_can_be_allowed_by_its_full_path(told, tmp_path):
    (tmp_path / ".netrc").write_text("s3cret")
    path = str(tmp_path / ".netrc")
    assert told("file", path, allowing(file=[f"{tmp_path}/*"])) == ["forbidden-secret"]
    assert told("file", path, allowing(file=[path])) == []


def test_a_link_is_no_way_to_allow_a_forbidden_file(told, tmp_path):
    (tmp_path / ".netrc").write_text("s3cret")
    (tmp_path / "link").symlink_to(".netrc")
    path = str(tmp_path / "link")
    assert told("file", path, allowing(file=[path])) == ["forbidden-secret"]
    assert told("file", path, allowing(file=[path, str(tmp_path / ".netrc")])) == []


def test_a_forbidden_file_allowed_by_its_path_may_be_reached_through_a_link(told, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/.netrc").write_text("s3cret")
    (tmp_path / "home").symlink_to("real")
    path = str(tmp_path / "home/.netrc")
    assert told("file", path, allowing(file=[path])) == []


def test_validate_follows_links_as_well(run, tmp_path):
    (tmp_path / "harmless").symlink_to("/proc/self/environ")
    (tmp_path / "state.yaml").write_text(
        "version: 1\napi: atlas\nprojects:\n  - name: payments\n    integrations:\n"
        "      - {type: OPS_GENIE, apiKey: {file: harmless}}\n"
    )
    result = run("validate", "state.yaml")
    assert result.return_value == 3
    assert result.stdout.startswith("state.yaml:6:27: forbidden-secret: the file that harmless")


def test_a_link_out_of_the_allowed_folder_is_refused(told, tmp_path):
    (tmp_path / "allowed").mkdir()
    (tmp_path / "elsewhere").write_text("s3cret")
    (tmp_path / "allowed/out").symlink_to("../elsewhere")
    for pattern in ("allowed/*", f"{tmp_path}/allowed/*"):
        name = pattern.replace("*", "out")
        assert told("file", name, allowing(file=[pattern])) == ["secret-not-allowed"]
    assert told("file", "allowed/out", allowing(file=["*"])) == []


def test_links_within_the_folder_are_followed_as_kubernetes_makes_them(told, tmp_path):
    (tmp_path / "allowed/..2026").mkdir(parents=True)
    (tmp_path / "allowed/..2026/key").write_text("s3cret")
    (tmp_path / "allowed/..data").symlink_to("..2026")
    (tmp_path / "allowed/key").symlink_to("..data/key")
    assert told("file", "allowed/key", allowing(file=["allowed/*"])) == []
    assert told("file", "allowed/key", allowing(file=["allowed/key"])) == []


def test_a_folder_above_may_be_a_link_unless_it_is_in_the_working_directory(told, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/key").write_text("s3cret")
    (tmp_path / "link").symlink_to("real")
    assert told("file", f"{tmp_path}/link/key", allowing(file=[f"{tmp_path}/link/*"])) == []
    assert told("file", "link/key", allowing(file=["link/*"])) == ["secret-not-allowed"]


def test_nothing_is_fetched_once_one_reference_is_refused(declare, monkeypatch):
    monkeypatch.setitem(secrets.SOURCES, "env", lambda names: pytest.fail(f"fetched {names}"))
    fine, refused = Reference("env", "KEY"), Reference("env", "GITHUB_TOKEN")
    with pytest.raises(Invalid):
        resolve(declare([("OPS_GENIE", {"apiKey": fine}), ("VICTOR_OPS", {"apiKey": refused})]))


@pytest.mark.parametrize(
    ("type_", "setting"), [("WEBHOOK", "url"), ("MICROSOFT_TEAMS", "microsoftTeamsWebhookUrl")]
)
@pytest.mark.parametrize(
    ("url", "free", "listed"),
    [
        ("https://hooks.example.com/a", [], []),
        ("http://hooks.example.com/a", ["warning: insecure-url"], ["insecure-url"]),
        ("https://evil.example.net/a", [], ["host-not-allowed"]),
        ("https://me:pass@hooks.example.com/a", [], ["url-with-user"]),
    ],
)
def test_a_url_behind_a_reference_is_held_to_the_policy(
    told, monkeypatch, type_, setting, url, free, listed
):
    monkeypatch.setenv("KEY", url)
    hosts = Policy("policy.yaml", (Rule(("*",), {"env": ("*",)}),), (parse_host("*.example.com"),))
    assert told("env", "KEY", NO_POLICY, type_, setting) == free
    assert told("env", "KEY", hosts, type_, setting) == listed


NAMES = st.text("ABC_", min_size=1, max_size=3)
GLOBS = st.lists(st.text("ABC_*?", min_size=1, max_size=3), max_size=2)
PROJECTS = ["project-0", "project-1", "project-2"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(
        st.tuples(
            st.lists(st.sampled_from([*PROJECTS, "*", "project-?", "other"]), max_size=2),
            st.dictionaries(st.sampled_from(["env", "exec", "file"]), GLOBS),
        ),
        max_size=3,
    ),
    declared=st.lists(
        st.tuples(st.sampled_from(["env", "exec", "file"]), NAMES), min_size=1, max_size=3
    ),
)
def test_no_reference_outside_the_policy_ever_resolves(declare, monkeypatch, rules, declared):
    fetched = set()

    def source(kind):
        return lambda names, programs=None: (
            fetched.update((kind, name) for name in names)
            or dict.fromkeys(names, Resolved("s3cret"))
        )

    for kind in ("env", "file"):
        monkeypatch.setitem(secrets.SOURCES, kind, source(kind))
    monkeypatch.setattr(program, "fetch", source("exec"))
    programs = {name: Program(("/bin/true",)) for _, name in declared}
    made = tuple(
        Rule(tuple(projects), {kind: tuple(globs) for kind, globs in names.items()})
        for projects, names in rules
    )
    policy = Policy("policy.yaml", made, programs=programs)
    desired = declare(*([("OPS_GENIE", {"apiKey": Reference(*pair)})] for pair in declared))
    outside = [
        pair
        for project, pair in zip(PROJECTS, declared, strict=False)
        if not _is_allowed(rules, project, *pair)
    ]
    if outside:
        with pytest.raises(Invalid) as refused:
            resolve(desired, policy)
        assert len(refused.value.problems) == len(outside)
        assert fetched == set()
    else:
        resolve(desired, policy)
        assert fetched == set(declared)


def _is_allowed(rules, project, kind, name):
    return any(
        any(fnmatchcase(project, glob) for glob in projects)
        and any(fnmatchcase(name, glob) for glob in names.get(kind, ()))
        for projects, names in rules
    )


def test_a_policy_of_the_whole_file_system_is_one(told, tmp_path):
    (tmp_path / "key").write_text("s3cret")
    assert told("file", os.path.realpath("key"), allowing(file=["/*"])) == []
