"""What the API's error statuses and codes mean to the user, and what to do about each.

Source: the API's error reference, and codes that were reported in public. A code may come with
another status than it is listed with, so it is looked up by itself; and by the status if unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.api import wire
from reconciler.api.credentials import ApiKey

if TYPE_CHECKING:
    from reconciler.api.credentials import Credentials


class Meaning(NamedTuple):
    """A stable code of ours, a sentence, and the next step."""

    code: str
    sentence: str
    hint: str


def meaning(
    status: int, code: str, *, challenged: bool, signed: type[Credentials] = ApiKey
) -> Meaning:
    """Say what an answer other than success means to whoever signed the request so.

    A wrong key and a key without access are both answered with 401; the first comes with a
    challenge, and with the code of an unexpected error (recorded).
    """
    ours, *texts = _look_up(status, code, challenged=challenged)
    words = {"key": signed.noun, "variables": " and ".join(signed.variables)}
    return Meaning(ours, *(text.format_map(words) for text in texts))


def _look_up(status: int, code: str, *, challenged: bool) -> Meaning:
    known = _BY_CODE.get(code.replace("WHITELIST", "ACCESS_LIST"))
    if known:
        return known
    if status == _UNAUTHORIZED and not challenged:
        return _BY_CODE["USER_UNAUTHORIZED"]
    return _BY_STATUS.get(status) or _by_class(status)


def _by_class(status: int) -> Meaning:
    match status // 100:
        case 3:
            sentence = "the API answered with a redirect, which is never followed"
            return Meaning("redirect", sentence, "check --base-url")
        case 5:
            return Meaning("api-failing", f"the API fails with status {status}", "run again later")
        case _:
            return Meaning("api-refused", f"the API answered {status}", "check --base-url")


_UNAUTHORIZED = 401
_ROLES = "the {key} needs Project Read Only to plan, and Project Owner to apply"
_OFFER = "take it out of the desired state, or check its `api`"
_CORRECT = "correct it in the desired state"
_UPDATE = "update this tool"

_SETTINGS = "invalid-settings"
_ACCESS = "no-access"

_BY_CODE = {
    code: Meaning(*text)
    for code, text in {
        # the settings that were sent
        "INVALID_INTEGRATION_SETTINGS": (
            _SETTINGS, "the API does not accept the settings", _CORRECT,
        ),
        "INTEGRATION_FIELDS_INVALID": (
            _SETTINGS,
            "the API does not accept a setting, often a secret of the wrong form",
            "check every secret of the integration",
        ),
        "VALIDATION_ERROR": (_SETTINGS, "the API does not accept the settings", _CORRECT),
        "INVALID_ATTRIBUTE": (_SETTINGS, "the API does not know one of the settings", _OFFER),
        "FIELD_UNSUPPORTED_FOR_OPS_MANAGER": (
            _SETTINGS, "Ops Manager does not offer one of the settings", _OFFER,
        ),
        "ATTRIBUTE_READ_ONLY": (_SETTINGS, "one of the settings cannot be written", _OFFER),
        "MISSING_ATTRIBUTE": (_SETTINGS, "the API wants a setting that is not declared", _CORRECT),
        "MISSING_ATTRIBUTES": (_SETTINGS, "the API wants settings that are not declared", _CORRECT),
        "MISSING_OR_INVALID_ATTRIBUTE": (
            _SETTINGS, "the API wants a setting that is not declared, or is wrong", _CORRECT,
        ),
        "INVALID_ENUM_VALUE": (
            _SETTINGS,
            "one of the settings has a value that the API does not offer",
            "check values such as the region",
        ),
        "INVALID_JSON_ATTRIBUTE": (
            _SETTINGS, "one of the settings has a value of the wrong form", _CORRECT,
        ),
        "INVALID_JSON": (_SETTINGS, "the API cannot read the request", _UPDATE),
        "MALFORMED_JSON": (_SETTINGS, "the API cannot read the request", _UPDATE),
        "INVALID_PAGER_DUTY_SERVICE_KEY": (
            _SETTINGS,
            "a PagerDuty key has 32 hexadecimal digits, and this one has not",
            "check the secret that serviceKey names",
        ),
        "INVALID_DATADOG_API_KEY": (
            _SETTINGS,
            "a Datadog key has 32 hexadecimal digits, and this one has not",
            "check the secret that apiKey names",
        ),
        "WEBHOOK_URL_NOT_SET": (
            _SETTINGS, "the project's webhook has no URL", "declare a WEBHOOK with its url",
        ),
        "INVALID_URL": (_SETTINGS, "the API does not accept the URL", "check the URL"),
        # what is not offered, or not yet possible
        "DATADOG_NOT_SUPPORTED_FOR_CLOUD_MANAGER": (
            "not-offered", "Cloud Manager does not offer Datadog", _OFFER,
        ),
        "HIPCHAT_NOT_SUPPORTED": ("not-offered", "only Ops Manager offers HipChat", _OFFER),
        "SLACK_OAUTH2_NOT_CONFIGURED": (
            "slack-oauth",
            "Slack must be connected in the web interface first",
            "connect it there; the API can then change the channel",
        ),
        "LEGACY_SLACK_CONFIGURATION_UNSUPPORTED": (
            "slack-oauth",
            "Slack is connected in a way that the API no longer supports",
            "connect it anew in the web interface",
        ),
        "MUST_RECONFIGURE_SLACK_OAUTH2": (
            "slack-oauth",
            "the Slack token and team can only change in the web interface",
            "reconnect Slack there",
        ),
        "WEBHOOK_NOTIFICATIONS_PRESENT": (
            "in-use", "alert notifications still use the webhook", "change those alerts first",
        ),
        "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES": (
            "maintenance", "the API takes no writes during its maintenance", "run again later",
        ),
        wire.ALREADY_CONFIGURED: ("conflict", "the integration is already there", "run again"),
        wire.NOT_CONFIGURED: ("conflict", "the integration is not there", "run again"),
        # the version and the path
        "INVALID_VERSION_DATE": (
            "bad-version", "the API does not know the version asked for", _UPDATE,
        ),
        "VERSION_GONE": ("version-gone", "this version of the API is retired", _UPDATE),
        "INVALID_QUERY_PARAMETER": (
            "api-refused", "the API does not know a parameter of the request", _UPDATE,
        ),
        "INVALID_PATH_PARAMETER": (
            "not-found", "the API does not know the type, or the project's id", _OFFER,
        ),
        "RESOURCE_NOT_FOUND": (
            "not-found", "the API does not know that path", "check --base-url and `api`",
        ),
        # the project
        wire.GROUP_NOT_FOUND: ("no-such-project", "no such project", "check the project's id"),
        "INVALID_GROUP_ID": (
            "no-such-project", "that is no project's id", "check the project's id",
        ),
        "PATH_PARAM_PARSE_ERROR": (
            "no-such-project", "that is no project's id", "check the project's id",
        ),
        "ORG_NOT_FOUND": ("no-such-org", "no such organization", "check the organization's id"),
        "INVALID_ORG_ID": (
            "no-such-org", "that is no organization's id", "check the organization's id",
        ),
        "ATLAS_GROUP": ("wrong-api", "this is an Atlas project", "say `api: atlas`"),
        "EXPECTED_NON_ATLAS_ORG": (
            "wrong-api", "this is an organization of Atlas", "say `api: atlas`",
        ),
        "NOT_ATLAS_GROUP": (
            "wrong-api",
            "this is not an Atlas project",
            "say `api: cloud-manager` or `api: ops-manager`",
        ),
        "NOT_ATLAS_ORG": (
            "wrong-api",
            "this is not an organization of Atlas",
            "say `api: cloud-manager` or `api: ops-manager`",
        ),
        "INVALID_ATLAS_GROUP": (
            "wrong-api", "Atlas cannot use this project", "look at it in the web interface",
        ),
        # who may do what, and from where
        wire.NOT_IN_GROUP: (
            "no-such-project", "no such project, or the {key} may not see it", _ROLES,
        ),
        "USER_CANNOT_ACCESS_GROUP": (_ACCESS, "the {key} may not see the project", _ROLES),
        "USER_CANNOT_ACCESS_ORG": (_ACCESS, "the {key} may not see the organization", _ROLES),
        "USER_UNAUTHORIZED": (_ACCESS, "the {key} may not do that", _ROLES),
        "NO_CURRENT_USER": (_ACCESS, "the API knows nobody of that {key}", _ROLES),
        "ACCESS_FORBIDDEN": (_ACCESS, "the {key} may not do that", _ROLES),
        "IP_ADDRESS_NOT_ON_ACCESS_LIST": (
            _ACCESS,
            "this machine's address is not on the {key}'s access list",
            "add the address to the access list of the {key}",
        ),
        "RESOURCE_REQUIRES_ACCESS_LIST": (
            _ACCESS, "the API wants a {key} with an access list", "give the {key} an access list",
        ),
        "ORG_REQUIRES_ACCESS_LIST": (
            _ACCESS,
            "the organization wants a {key} with an access list",
            "give the {key} an access list",
        ),
        "FEATURE_UNSUPPORTED": (_ACCESS, "the project does not have that feature", _OFFER),
        "UNSUPPORTED_FOR_CURRENT_PLAN": (_ACCESS, "the project's plan does not offer it", _OFFER),
        "UNSUPPORTED_FOR_CURRENT_CONFIG": (
            _ACCESS, "the project's configuration does not allow it", _OFFER,
        ),
        "NO_FREE_TIER_API": (
            _ACCESS, "the API does not serve free projects", "upgrade the project",
        ),
        "ACCOUNT_SUSPENDED": ("billing", "the account is suspended", "look at its billing"),
        "NO_PAYMENT_INFORMATION_FOUND": (
            "billing", "the account has no way to pay", "look at its billing",
        ),
    }.items()
}  # fmt: skip

_BY_STATUS = {
    400: Meaning(
        "api-refused",
        "the API does not accept the request",
        "go by its own words, and check what is declared",
    ),
    401: Meaning(
        "bad-credentials",
        "the API does not accept the {key}",
        "check {variables}",
    ),
    402: Meaning("billing", "the API refuses because of the account's billing", "look at it"),
    403: Meaning(_ACCESS, "the {key} may not do that", _ROLES),
    404: Meaning("not-found", "the API does not know that", "check --base-url and the project"),
    406: _BY_CODE["INVALID_VERSION_DATE"],
    410: _BY_CODE["VERSION_GONE"],
    429: Meaning("rate-limited", "the API's rate limit is used up", "run again later"),
}
