"""The options that commands share, and the job that they add up to."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from math import isnan
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from reconciler import catalogue
from reconciler.api.credentials import ApiKey, ServiceAccount
from reconciler.api.stop import Stop
from reconciler.cli.last_word import shut_others_out, silence_libraries
from reconciler.cli.progress import say
from reconciler.cli.proof import take_tolerated
from reconciler.core.guard import Overrides
from reconciler.report import FORMATS
from reconciler.session import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

PATHS = click.argument("paths", nargs=-1, required=True, metavar="PATHS...")


def _base_url(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Take scheme, host and port; plain http only to this machine, since keys go there."""
    del ctx, option
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
        raise click.BadParameter("must be https://HOST or https://HOST:PORT")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise click.BadParameter("must have no path: only scheme, host and port")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise click.BadParameter("must be https, except on this machine")
    return value.rstrip("/")


def _proxy(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Take the address of a proxy; never its password where every user of the machine sees it.

    No message quotes the value, wherever it came from.
    """
    if value is None:
        return None
    if "@" in value and ctx.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE:
        raise click.BadParameter(
            "a command line is no place for a password: put the whole URL into RECONCILER_PROXY"
        )
    try:
        parts = urlsplit(value)
        is_address = bool(parts.hostname and parts.port != 0)
    except ValueError:
        is_address = False
    if not is_address or parts.scheme not in ("https", "http"):
        raise click.BadParameter("must be http://HOST:PORT or https://HOST:PORT")
    return value


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def writable(ctx: click.Context, option: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a file that could not be written once the work is done."""
    del ctx, option
    if value is None:
        return None
    place = value.parent if value.is_file() or not value.exists() else value
    if value.is_dir() or not os.access(place, os.W_OK):
        raise click.BadParameter(f"{value} cannot be written")
    return value


def _formats(
    ctx: click.Context, option: click.Parameter, value: tuple[str, ...]
) -> tuple[str, dict[Path, str]]:
    """Take the form of the report itself, and those of the files to write beside it."""
    forms, files = [], {}
    for text in value:
        name, is_file, path = text.partition("=")
        if name not in FORMATS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(FORMATS)}")
        if not is_file:
            forms.append(name)
        elif not path:
            raise click.BadParameter(f"{text} names no file")
        elif Path(path) in files:
            raise click.BadParameter(f"{path} is named twice")
        else:
            files[Path(path)] = name
            writable(ctx, option, Path(path))
    if len(forms) > 1:
        raise click.BadParameter(f"{' and '.join(forms)}: only one can go to stdout")
    return (*forms, "text")[0], files


def seconds(ctx: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """Refuse what is no number at all, which no range does."""
    del ctx, option
    if value is not None and isnan(value):
        raise click.BadParameter("must be a number of seconds")
    return value


def _policy(ctx: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Refuse a variable left empty: click takes it for none, and that would be no policy."""
    del ctx, option
    if value is None and "RECONCILER_POLICY" in os.environ:
        raise click.BadParameter("RECONCILER_POLICY is empty: name a file, or unset it")
    return value


FILE = click.Path(path_type=Path, dir_okay=False)
OLD_FILE = click.Path(path_type=Path, dir_okay=False, exists=True, readable=True)

POLICY = click.option(
    "--policy", envvar="RECONCILER_POLICY", show_envvar=True, metavar="FILE", callback=_policy,
    help="Operator's policy: what the desired state may refer to.",
)  # fmt: skip
NO_COLOR = (click.option("--no-color", is_flag=True, help="No colour, even on a terminal."),)
OUTPUT = (
    click.option(
        "--format", "formats", multiple=True, callback=_formats, metavar="NAME[=FILE]",
        help=f"Form of the report; with a file, one more report, there. Repeatable. One of "
        f"{', '.join(FORMATS)}.  [default: text]",
    ),
    click.option(
        "--output", type=FILE, callback=writable, help="Write the report here instead of stdout."
    ),
    *NO_COLOR,
)  # fmt: skip
TYPE = click.option(
    "--type",
    "types",
    multiple=True,
    metavar="TYPE",
    help="Only these types. Repeatable.",
    type=click.Choice(catalogue.types(), case_sensitive=False),
)
PROJECT = (
    click.option(
        "--project", "projects", multiple=True, metavar="ID|NAME|GLOB",
        help="Only these declared projects. Repeatable.",
    ),
)  # fmt: skip
LOOK = (
    POLICY,
    *PROJECT,
    TYPE,
    click.option(
        "--secrets", type=click.Choice(["all", "none"]), default="all", show_default=True,
        help="Resolve every secret, or none and compare the rest.",
    ),
)  # fmt: skip
CONNECT = (
    click.option(
        "--simulate", type=FILE, metavar="STATE",
        help="Use the simulator in this process, with this state file, instead of the API.",
    ),
    click.option(
        "--seed", type=OLD_FILE, metavar="FILE",
        help="Fill a new simulator state from this JSON or YAML file.",
    ),
    click.option(
        "--base-url", callback=_base_url, envvar="MONGODB_ATLAS_BASE_URL", show_envvar=True,
        metavar="URL", help="Scheme, host and port of the API.",
    ),
    click.option("--ca-bundle", type=OLD_FILE, help="Trust these CA certificates only."),
    click.option(
        "--proxy", callback=_proxy, envvar="RECONCILER_PROXY", show_envvar=True, metavar="URL",
        help="Connect through this proxy; one that wants a password is named by the variable.",
    ),
    click.option(
        "--concurrency", type=click.IntRange(1, 64), default=8, show_default=True, metavar="N",
        help="Projects worked on at once.",
    ),
    click.option(
        "--timeout", type=click.FloatRange(0, 3600, min_open=True), default=30, show_default=True,
        callback=seconds, metavar="SECONDS", help="Longest wait for one request.",
    ),
    click.option("--verbose", is_flag=True, help="Trace requests on stderr."),
)  # fmt: skip
GUARDS = (
    click.option(
        "--allow-deletes", "deletes", type=int, metavar="N", help="Allow exactly N deletes."
    ),
    click.option(
        "--allow-updates", "updates", type=int, metavar="N", help="Allow exactly N updates."
    ),
    click.option(
        "--allow-loss", "losses", type=int, metavar="N",
        help="Allow exactly N undeclared live secrets to be dropped.",
    ),
    click.option("--allow-empty", "empty", is_flag=True, help="Allow an empty desired state."),
    click.option(
        "--allow-dark", "dark", multiple=True, metavar="PROJECT",
        help="Allow this project to lose its last alerting integration. Repeatable.",
    ),
)  # fmt: skip


def options(*groups: tuple[Decorator, ...]) -> Decorator:
    """Make one decorator of groups of options, in the order of the help text."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return decorate


@dataclass(frozen=True, slots=True)
class Output:
    """Where the report goes, and in which form; `files` are what else is written, by form.

    `begun` is when the run began, of the monotonic clock.
    """

    format: str
    file: Path | None
    no_color: bool
    files: Mapping[Path, str] = field(default_factory=dict)
    begun: float = field(default_factory=monotonic)


def take_output(given: dict[str, Any]) -> Output:
    """Take the options of the report out of what was given.

    Raises UsageError where a report would be written over something else of the same run.
    """
    form, files = given.pop("formats")
    file = given.pop("output")
    if file in files:
        raise click.UsageError(f"{file} is named by --output and by --format")
    for report in filter(None, [*files, file]):
        _refuse_shared(report)
    return Output(form, file, given.pop("no_color"), files)


def _refuse_shared(report: Path) -> None:
    """Raise UsageError for a report in the place of what is read, or written by another option."""
    params = click.get_current_context().params
    others = [value for name, value in params.items() if name != "output"]
    named = [Path(text) for text in (*params["paths"], params.get("policy")) if text]
    real = report.resolve()
    for other in (*filter(lambda value: isinstance(value, Path), others), *named):
        is_read = real.suffix in (".yaml", ".yml") and other.is_dir()
        if real == other.resolve() or (is_read and other.resolve() in real.parents):
            raise click.UsageError(f"{report} is used by this run for something else, too")


def take_target(given: dict[str, Any]) -> Target:
    """Take the options of the connection out of what was given; the environment has the rest."""
    silence_libraries()
    shut_others_out()
    state, seed, url = given.pop("simulate"), given.pop("seed"), given.pop("base_url")
    if seed and not state:
        raise click.UsageError("--seed goes with --simulate")
    ca_bundle = given.pop("ca_bundle")
    return Target(
        base_url=url,
        credentials=(ServiceAccount.of(os.environ), ApiKey.of(os.environ)),
        timeout=given.pop("timeout"),
        concurrency=given.pop("concurrency"),
        ca_bundle=str(ca_bundle) if ca_bundle else None,
        proxy=given.pop("proxy"),
        simulate=state,
        seed=seed,
        trace=say if given.pop("verbose") else None,
        told=say,
    )


def take_overrides(given: dict[str, Any]) -> Overrides:
    """Take what the user allows out of what was given."""
    return Overrides(
        deletes=given.pop("deletes"),
        updates=given.pop("updates"),
        losses=given.pop("losses"),
        empty=given.pop("empty"),
        dark=frozenset(given.pop("dark")),
        unproven=take_tolerated(given),
    )


def take_look(given: dict[str, Any]) -> dict[str, Any]:
    """Take what every command that looks at the API shares, as arguments of a Job."""
    return {
        "paths": given.pop("paths"),
        "target": take_target(given),
        "projects": given.pop("projects"),
        "types": frozenset(given.pop("types")) or None,
        "policy": given.pop("policy"),
        "secrets": given.pop("secrets") == "all",
        "stop": Stop(),
    }
