"""The table of the API's error codes and statuses: what each means, and what to do about it.

Source: the API's error reference, and codes that were reported in public. In the texts, `{key}` is
what the request was signed with, `{variables}` where that comes from, and `{api}` the dialect.
"""

from __future__ import annotations

from typing import NamedTuple

from reconciler.api import wire


class Meaning(NamedTuple):
    """A stable code of ours, a sentence, and the next step."""

    code: str
    sentence: str
    hint: str


_SETTINGS = "invalid-settings"
_OFFER = "not-offered"
_PROJECT = "no-such-project"
_ORG = "no-such-org"
_FAMILY = "wrong-api"
_ACCESS = "no-access"

_CORRECT = "correct the integration, or the secrets that it refers to"
_REMOVE = "remove that setting from the desired state: this server does not take it"
_TAKE_OUT = "take it out of the desired state, or check its `api`"
_ADD = "add what is missing to the desired state"
_UPDATE = "update this tool"
_REPORT = "update this tool; if that does not help, please report it"
_MOVE = "put it into files that say `api: {}`; one run speaks one API"
_ROLES = "the {key} needs Project Read Only to plan, and Project Owner to apply"
_GRANT = "see which projects the {key} was granted in the web interface"
_BILLING = "settle the organization's billing in the web interface"

BY_CODE = {
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
        "INVALID_ATTRIBUTE": (_SETTINGS, "the API does not know one of the settings", _REMOVE),
        "FIELD_UNSUPPORTED_FOR_OPS_MANAGER": (
            _SETTINGS, "Ops Manager does not offer one of the settings", _REMOVE,
        ),
        "ATTRIBUTE_READ_ONLY": (_SETTINGS, "one of the settings cannot be written", _REMOVE),
        "MISSING_ATTRIBUTE": (_SETTINGS, "the API wants a setting that is not declared", _ADD),
        "MISSING_ATTRIBUTES": (_SETTINGS, "the API wants settings that are not declared", _ADD),
        "MISSING_OR_INVALID_ATTRIBUTE": (
            _SETTINGS,
            "the API wants a setting that is not declared, or is wrong",
            "add or correct it in the desired state",
        ),
        "INVALID_ENUM_VALUE": (
            _SETTINGS,
            "one of the settings has a value that the API does not offer",
            "choose another value; most often it is the region",
        ),
        "INVALID_JSON_ATTRIBUTE": (
            _SETTINGS, "one of the settings has a value of the wrong form", _CORRECT,
        ),
        "INVALID_JSON": (_SETTINGS, "the API cannot read the request", _REPORT),
        "MALFORMED_JSON": (_SETTINGS, "the API cannot read the request", _REPORT),
        "INVALID_PAGER_DUTY_SERVICE_KEY": (
            _SETTINGS,
            "a PagerDuty key has 32 hexadecimal digits, and this one has not",
            "correct the secret that serviceKey refers to",
        ),
        "INVALID_DATADOG_API_KEY": (
            _SETTINGS,
            "a Datadog key has 32 hexadecimal digits, and this one has not",
            "correct the secret that apiKey refers to",
        ),
        "WEBHOOK_URL_NOT_SET": (
            _SETTINGS, "the project's webhook has no URL", "declare a WEBHOOK with its url",
        ),
        "INVALID_URL": (
            _SETTINGS,
            "the API does not accept the URL",
            "correct the URL, or the secret that holds it",
        ),
        # what is not offered, or not yet possible
        "DATADOG_NOT_SUPPORTED_FOR_CLOUD_MANAGER": (
            _OFFER, "Cloud Manager does not offer Datadog", _TAKE_OUT,
        ),
        "HIPCHAT_NOT_SUPPORTED": (_OFFER, "only Ops Manager offers HipChat", _TAKE_OUT),
        "SLACK_OAUTH2_NOT_CONFIGURED": (
            "slack-oauth",
            "Slack must be connected in the web interface first",
            "connect it there; the API can then change the channel",
        ),
        "LEGACY_SLACK_CONFIGURATION_UNSUPPORTED": (
            "slack-oauth",
            "Slack is connected in a way that the API no longer supports",
            "connect it anew in the web interface, then run again",
        ),
        "MUST_RECONFIGURE_SLACK_OAUTH2": (
            "slack-oauth",
            "the Slack token and team can only change in the web interface",
            "connect Slack anew there, then run again",
        ),
        "WEBHOOK_NOTIFICATIONS_PRESENT": (
            "in-use",
            "alert notifications still use the webhook",
            "let those alerts notify in another way, then run again",
        ),
        "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES": (
            "maintenance", "the API takes no writes during its maintenance", "run again later",
        ),
        wire.ALREADY_CONFIGURED: (
            "conflict",
            "the integration is already there",
            "run again; somebody else is at work here",
        ),
        wire.NOT_CONFIGURED: (
            "conflict",
            "the integration is not there",
            "run again; somebody else is at work here",
        ),
        # the version and the path
        "INVALID_VERSION_DATE": (
            "bad-version",
            "the API does not know the version asked for",
            "update this tool; a proxy in between must pass on the Accept header",
        ),
        "VERSION_GONE": ("version-gone", "this version of the API is retired", _UPDATE),
        "INVALID_QUERY_PARAMETER": (
            "api-refused", "the API does not know a parameter of the request", _REPORT,
        ),
        "INVALID_PATH_PARAMETER": (
            _OFFER, "{api} does not know this type of integration", _TAKE_OUT,
        ),
        "RESOURCE_NOT_FOUND": (
            "not-found", "the API does not know that path", "check --base-url and `api`",
        ),
        # the project and its organization
        wire.GROUP_NOT_FOUND: (
            _PROJECT,
            "no such project",
            "check the project's id, or declare the project by its name alone",
        ),
        "INVALID_GROUP_ID": (_PROJECT, "that is no project's id", "check the project's id"),
        "PATH_PARAM_PARSE_ERROR": (_PROJECT, "that is no project's id", "check the project's id"),
        wire.NOT_IN_GROUP: (_PROJECT, "no such project, or the {key} may not see it", _GRANT),
        "ORG_NOT_FOUND": (_ORG, "no such organization", "check the organization's id"),
        "INVALID_ORG_ID": (_ORG, "that is no organization's id", "check the organization's id"),
        wire.ATLAS_GROUP: (
            _FAMILY, "this is a project of Atlas, and not of {api}", _MOVE.format("atlas"),
        ),
        wire.NOT_ATLAS_GROUP: (
            _FAMILY,
            "this is a project of Cloud Manager, and not of Atlas",
            _MOVE.format("cloud-manager"),
        ),
        "EXPECTED_NON_ATLAS_ORG": (
            _FAMILY, "this is an organization of Atlas, and not of {api}", "say --api atlas",
        ),
        "NOT_ATLAS_ORG": (
            _FAMILY,
            "this is an organization of Cloud Manager, and not of Atlas",
            "say --api cloud-manager",
        ),
        "INVALID_ATLAS_GROUP": (
            _FAMILY, "Atlas cannot use this project", "look at the project in the web interface",
        ),
        # who may do what, and from where
        "USER_CANNOT_ACCESS_GROUP": (_ACCESS, "the {key} may not see the project", _GRANT),
        "USER_CANNOT_ACCESS_ORG": (
            _ACCESS,
            "the {key} may not see the organization",
            "check the organization's id, and which one the {key} belongs to",
        ),
        "USER_UNAUTHORIZED": (_ACCESS, "the {key} may not do that", _ROLES),
        "NO_CURRENT_USER": (
            _ACCESS,
            "the {key} belongs to nobody whom the API knows",
            "make another {key} in the web interface",
        ),
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
        "FEATURE_UNSUPPORTED": (_ACCESS, "the project does not have that feature", _TAKE_OUT),
        "UNSUPPORTED_FOR_CURRENT_PLAN": (
            _ACCESS, "the project's plan does not offer it", _TAKE_OUT,
        ),
        "UNSUPPORTED_FOR_CURRENT_CONFIG": (
            _ACCESS, "the project's configuration does not allow it", _TAKE_OUT,
        ),
        "NO_FREE_TIER_API": (
            _ACCESS,
            "the API does not serve free projects",
            "upgrade the project, or take it out of the desired state",
        ),
        "ACCOUNT_SUSPENDED": ("billing", "the account is suspended", _BILLING),
        "NO_PAYMENT_INFORMATION_FOUND": ("billing", "the account has no way to pay", _BILLING),
    }.items()
}  # fmt: skip

WHEN_READING = {
    "INVALID_PATH_PARAMETER": BY_CODE["INVALID_GROUP_ID"],
    "VALIDATION_ERROR": Meaning("api-refused", "the API does not accept the request", _REPORT),
}
"""What a code means where nothing is written, and no type is named."""

BY_STATUS = {
    401: Meaning("bad-credentials", "the API does not accept the {key}", "check {variables}"),
    402: Meaning("billing", "the API refuses because of the account's billing", _BILLING),
    403: Meaning(_ACCESS, "the {key} may not do that", _ROLES),
    404: Meaning(
        "not-found",
        "there is nothing of that kind at this address",
        "check --base-url, `api` and the project's id",
    ),
    406: BY_CODE["INVALID_VERSION_DATE"],
    410: BY_CODE["VERSION_GONE"],
    429: Meaning("rate-limited", "the API's rate limit is used up", "run again later"),
}
