"""Options that other commands share and this one does not take: the reason, and not a guess.

Somebody who runs several commands gives all of them the same options, and should hear why one of
them makes no sense here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[click.Context, click.Parameter, Any], Any]

_CONNECTION = (
    "--simulate", "--seed", "--base-url", "--ca-bundle", "--proxy", "--concurrency", "--timeout",
)  # fmt: skip


def untaken(why: str, *names: str, is_flag: bool = False) -> tuple[Any, ...]:
    """Make hidden options that say, where one is given, why it is not taken."""
    return tuple(
        click.option(
            name, hidden=True, expose_value=False, multiple=not is_flag, is_flag=is_flag,
            callback=_refuse(name, why),
        )
        for name in names
    )  # fmt: skip


def offline(why: str) -> tuple[Any, ...]:
    """Refuse every option of the connection, for a command that has none."""
    return untaken(why, *_CONNECTION) + untaken(why, "--verbose", is_flag=True)


def only(name: str, allowed: str, why: str, **more: Any) -> tuple[Any, ...]:
    """Make an option that has one value here, and says why it has no other."""

    def check(ctx: click.Context, option: click.Parameter, given: Any) -> None:
        del ctx, option
        others = [text for text in given if text.casefold() != allowed.casefold()]
        if others:
            raise click.UsageError(f"{name} can only be {allowed} here: {why}")

    return (
        click.option(
            name, multiple=True, callback=check, expose_value=False, metavar=allowed, **more
        ),
    )


def _refuse(name: str, why: str) -> Check:
    def check(ctx: click.Context, option: click.Parameter, given: Any) -> None:
        del option
        if given:
            raise click.UsageError(f"{ctx.info_name} takes no {name}: {why}")

    return check
