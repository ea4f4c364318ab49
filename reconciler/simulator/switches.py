"""What is not known of the API, one switch each; the default is what the evidence favours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """How the service behaves where sources are silent or disagree; tests run both ways."""

    put_merges: bool = False
    """PUT keeps the settings that its body leaves out, as older manual pages say."""
    put_inserts: bool = True
    """PUT on a type that is absent creates it; otherwise 404."""
    stores_masks: bool = True
    """A mask sent where no format is checked is stored as if it were the secret."""
    creates_slack: bool = True
    """SLACK can be created here, and not only changed after it was connected on the web."""
    creates_hip_chat: bool = False
    """HIP_CHAT, which the path allows everywhere, can be created outside Ops Manager."""
    url_mask_tail: bool = True
    """A masked URL ends in its last four characters, as recorded since May 2026."""
    unset_as_null: bool = False
    """An optional setting that is unset and has no default is shown as null, not left out."""
    missing_version_status: Literal[406, 400] = 406
    """The answer to an Accept header that names no version."""
    ids_before_v2: bool = False
    """The older APIs show the `id` of an integration, which none of their pages does."""
    public_masks: Literal["six", "length", "none"] = "six"
    """Keys in the public API: six stars and the last four characters as its pages print them, as
    many stars as characters as recorded for Atlas, or not masked at all.
    """
    public_api: Literal["cloud-manager", "ops-manager"] = "cloud-manager"
    """Which of the two a project belongs to that is made through the public API."""
    unknown_name_status: Literal[401, 404] = 401
    """The answer to a project name that does not exist."""
    delete_status: Literal[204, 200] = 204
    """The answer to deleting an integration."""
    put_keeps_unseen: bool = False
    """PUT keeps what is never shown, the password of PROMETHEUS, if its body leaves it out."""
    discovery_auth: Literal["basic", "digest"] = "basic"
    """Who may ask for the targets of Cloud Manager and Ops Manager: whoever has the user name and
    password of the integration, as on Atlas, or any API key, as one page has it.
    """
    no_discovery_status: Literal[401, 404] = 401
    """The answer to asking for targets where PROMETHEUS is absent or switched off."""
    nonce_seconds: float = 300
    """How long a digest challenge may be used."""
    token_seconds: int = 3600
    """How long the access token of a service account lives."""
    tokens_per_minute: int = 50
    """Requests for a token that an address may make for a service account."""
    live_tokens: int = 100
    """Unexpired tokens that a service account may have."""
    capacity: int = 1200
    """Requests that a rate limit lets through at once."""
    refill_per_minute: int = 500
    """Requests that a rate limit gets back per minute."""
    retry_after: bool = True
    """A 429 of v2 says in Retry-After how many seconds to wait."""
    refill_at_once: bool = False
    """They come back together at the end of each minute, not one by one.

    The one documented 429 points that way: it asks for 55 seconds where one by one needs 12.
    """


LIKELIEST = Switches()
