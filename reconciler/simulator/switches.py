"""What is not known of the API, one switch each; the default is what the evidence favours."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args, get_type_hints

from reconciler.core.problem import did_you_mean, quote

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Switches:
    """How the service behaves where sources are silent or disagree; tests run both ways.

    On the command line a switch is written `put-merges=true`, and each has its line in the help.
    """

    put_merges: Annotated[
        bool, "PUT keeps the settings that its body leaves out, as older manual pages say."
    ] = False
    put_keeps_unseen: Annotated[
        bool, "PUT keeps what is never shown, the password of PROMETHEUS, if left out."
    ] = False
    put_inserts: Annotated[bool, "PUT on a type that is absent creates it; otherwise 404."] = True
    delete_status: Annotated[Literal[204, 200], "The answer to deleting an integration."] = 204
    stores_masks: Annotated[
        bool, "A mask sent where no format is checked is stored as if it were the secret."
    ] = True
    creates_slack: Annotated[
        bool, "SLACK can be created, and not only changed after it was connected on the web."
    ] = True
    creates_hip_chat: Annotated[bool, "HIP_CHAT, which Atlas lists, can be created there."] = False
    url_mask_tail: Annotated[
        bool, "A masked URL ends in its last four characters, as recorded since May 2026."
    ] = True
    masks_texts: Annotated[bool, "Templates of WEBHOOK and tlsPemPassword are masked."] = True
    masks_new_relic: Annotated[
        bool, "The secrets of NEW_RELIC, which examples show in full, are masked."
    ] = False
    public_masks: Annotated[
        Literal["six", "length", "none"],
        "Keys in the public API: six stars and the last four characters, as its pages print them; "
        "as many stars as recorded for Atlas; or not masked.",
    ] = "six"
    unset_as_null: Annotated[
        bool, "What is unset and has no default is shown as null, not left out."
    ] = False
    ids_change: Annotated[bool, "Every write gives the integration a new id."] = True
    ids_before_v2: Annotated[
        bool, "The older APIs show the id of an integration, as none of their pages does."
    ] = False
    missing_version_status: Annotated[
        Literal[406, 400, 200],
        "The answer of v2 to an Accept header without a version; 200 takes it for the only one.",
    ] = 406
    unknown_name_status: Annotated[
        Literal[401, 404], "The answer to a project name that does not exist."
    ] = 401
    public_api: Annotated[
        Literal["cloud-manager", "ops-manager"],
        "Where a project belongs that is made through the public API.",
    ] = "cloud-manager"
    discovery_auth: Annotated[
        Literal["basic", "digest"],
        "Who may ask for targets of Cloud Manager and Ops Manager: whoever has the integration's "
        "user name and password, as on Atlas, or an API key, as one page has it.",
    ] = "basic"
    no_discovery_status: Annotated[
        Literal[401, 404], "The answer for targets where PROMETHEUS is absent or switched off."
    ] = 401
    nonce_seconds: Annotated[int, "How long a digest challenge may be used."] = 300
    token_seconds: Annotated[int, "How long the token of a service account lives."] = 3600
    tokens_per_minute: Annotated[
        int, "Requests for a token that an address may make for a service account."
    ] = 50
    live_tokens: Annotated[int, "Unexpired tokens that a service account may have."] = 100
    capacity: Annotated[int, "Requests that a rate limit lets through at once."] = 1200
    refill_per_minute: Annotated[int, "Requests that a rate limit gets back per minute."] = 500
    refill_at_once: Annotated[  # the one documented 429 asks for 55 s where one by one needs 12
        bool, "They come back together at the end of each minute, not one by one."
    ] = False
    retry_after: Annotated[bool, "A 429 of v2 says in Retry-After how many seconds to wait."] = True


LIKELIEST = Switches()


class Switch(NamedTuple):
    """One switch as it is written on the command line; `choices` is empty for numbers."""

    name: str
    default: str
    choices: tuple[str, ...]
    help: str


def list_switches() -> list[Switch]:
    """Describe every switch."""
    hints = get_type_hints(Switches, include_extras=True)
    return [_describe(field.name, *get_args(hints[field.name])) for field in fields(Switches)]


def read_switches(texts: Iterable[str]) -> Switches:
    """Read switches that are written NAME=VALUE; the last of a name counts.

    Raises ValueError with a sentence for one that there is not, or that cannot have the value.
    """
    known = {switch.name: switch for switch in list_switches()}
    chosen: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in known:
            raise ValueError(
                f"there is no switch {quote(name)}; {did_you_mean(name, known)}".rstrip("; ")
            )
        field = name.replace("-", "_")
        chosen[field] = _value(known[name], getattr(LIKELIEST, field), value)
    return Switches(**chosen)


def _describe(name: str, type_: Any, help_: str) -> Switch:
    choices = ("true", "false") if type_ is bool else tuple(map(str, get_args(type_)))
    return Switch(name.replace("_", "-"), _text(getattr(LIKELIEST, name)), choices, help_)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(switch: Switch, default: object, text: str) -> object:
    if switch.choices and text not in switch.choices:
        raise ValueError(f"{switch.name} must be one of {', '.join(switch.choices)}")
    if isinstance(default, bool):
        return text == "true"
    if isinstance(default, str):
        return text
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{switch.name} must be a whole number, such as {switch.default}")
    return int(text)
