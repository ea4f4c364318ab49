"""The API's errors: codes, statuses and texts as its error reference lists them.

Source: Atlas Administration API error codes, and the bodies that were recorded or quoted; the text
of INVALID_VERSION_DATE and of PATH_PARAM_PARSE_ERROR is known from quotations only.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from reconciler.api import wire
from reconciler.simulator.message import Response, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS = {
    wire.ATLAS_GROUP: (
        404,
        "Group {} is an Atlas group; use the Atlas Public API at /api/atlas/v1.0 to access it.",
    ),
    "DATADOG_NOT_SUPPORTED_FOR_CLOUD_MANAGER": (
        400,
        "Datadog integration is not supported for Cloud Manager projects.",
    ),
    "EXPECTED_NON_ATLAS_ORG": (404, "The organization with id {} is an Atlas organization."),
    "FIELD_UNSUPPORTED_FOR_OPS_MANAGER": (
        400,
        "Received JSON contains the {} attribute, which is not supported by Ops Manager.",
    ),
    "GROUP_ALREADY_EXISTS": (409, 'A group with name "{}" already exists.'),
    "GROUP_NAME_NOT_FOUND": (404, 'No group with name "{}" exists.'),
    wire.GROUP_NOT_FOUND: (404, "No group with ID {} exists."),
    "HIPCHAT_NOT_SUPPORTED": (
        400,
        "HipChat integration is only supported for Ops Manager projects.",
    ),
    wire.ALREADY_CONFIGURED: (
        409,
        "The integration of type '{}' is already configured for this group.",
    ),
    wire.NOT_CONFIGURED: (404, "The integration of type '{}' is not configured for this group."),
    "INVALID_ATTRIBUTE": (400, "Invalid attribute {} specified."),
    "INVALID_DATADOG_API_KEY": (400, "Datadog API key must consist of 32 hexadecimal digits."),
    "INVALID_ENUM_VALUE": (400, "An invalid enumeration value {} was specified."),
    "INVALID_GROUP_ID": (404, "An invalid group ID {} was specified."),
    "INVALID_GROUP_NAME": (400, 'An invalid group name "{}" was specified.'),
    "INVALID_INTEGRATION_SETTINGS": (
        400,
        "The provided settings for the {} integration were invalid: {}.",
    ),
    "INVALID_JSON": (400, "Received JSON does not match expected format."),
    "INVALID_JSON_ATTRIBUTE": (
        400,
        "Received JSON for the {} attribute does not match expected format.",
    ),
    "INVALID_ORG_ID": (404, "An invalid organization ID {} was specified."),
    "INVALID_PAGER_DUTY_SERVICE_KEY": (
        400,
        "PagerDuty service key must consist of 32 hexadecimal digits.",
    ),
    "INVALID_PATH_PARAMETER": (400, "Invalid path parameter {} specified."),
    "INVALID_QUERY_PARAMETER": (400, "Invalid query parameter {} specified."),
    "INVALID_URL": (400, "Invalid URL {}."),
    "INVALID_VERSION_DATE": (406, "Invalid accept header or version date."),
    "MALFORMED_JSON": (400, "Received JSON is malformed."),
    "MISSING_ATTRIBUTE": (400, "The required attribute {} was not specified."),
    "MISSING_ATTRIBUTES": (400, "The required attributes {} were not specified."),
    "MULTIPLE_GROUPS": (409, "Multiple groups exist with the specified name."),
    wire.NOT_ATLAS_GROUP: (
        404,
        (
            "Group {} is not an Atlas group; use the Cloud Manager Public API at /api/public/v1.0 "
            "to access it."
        ),
    ),
    "NOT_ATLAS_ORG": (
        404,
        (
            "Organization {} is not an Atlas organization; use the Cloud Manager Public API at "
            "/api/public/v1.0 to access it."
        ),
    ),
    wire.NOT_IN_GROUP: (
        401,
        "The current user is not in the group, or the group does not exist.",
    ),
    "ORG_NOT_FOUND": (404, "No organization with ID {} exists."),
    "PATH_PARAM_PARSE_ERROR": (
        400,
        "One or more path parameter in the request URI {} is malformed.",
    ),
    "RATE_LIMITED": (429, "Resource {} is limited to {} requests every {} minutes."),
    wire.RATE_LIMITED: (
        429,
        (
            "Rate limit exceeded for {}. Please retry after {} seconds. Request capacity: {}. "
            "Refill rate: {} per {} seconds."
        ),
    ),
    "RESOURCE_NOT_FOUND": (404, "Cannot find resource {}."),
    "SLACK_OAUTH2_NOT_CONFIGURED": (
        400,
        "Slack OAuth2 is not yet configured, and must be configured via the UI.",
    ),
    "UNEXPECTED_ERROR": (500, "Unexpected error."),
    "VALIDATION_ERROR": (400, "The request content produced the validation error: {}."),
}


class ApiError(Exception):
    """The request is refused, with this answer."""

    def __init__(self, response: Response) -> None:
        """Take the answer to give instead of the one asked for."""
        super().__init__(response.status)
        self.response = response


def refuse(
    code: str,
    *parameters: object,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> ApiError:
    """Build the error of a code, to be raised; the parameters go into its text and stand beside."""
    usual, text = _TEXTS[code]
    status = status or usual
    body = error_body(status, code, text.format(*parameters), parameters)
    return ApiError(error_response(status, body, {"X-Error-Code": code, **(headers or {})}))


def error_body(
    status: int, code: str, detail: str, parameters: tuple[object, ...]
) -> dict[str, object]:
    """Give the members of an error in the API's shape."""
    return {
        "detail": detail,
        "error": status,
        wire.ERROR_CODE: code,
        "parameters": parameters,
        "reason": phrase(status),
    }


def phrase(status: int) -> str:
    """Give the reason phrase of a status; empty for one that HTTP does not know."""
    return next((known.phrase for known in HTTPStatus if known == status), "")


def refuse_bare(status: int, headers: Mapping[str, str] | None = None) -> ApiError:
    """Build an error of plain HTTP, for which no code of the API is known: without a body."""
    return ApiError(Response(status, headers or {}))


def unauthorized(challenge: str) -> ApiError:
    """Build the 401 of credentials that are missing or wrong, with its odd body (recorded).

    The code is UNEXPECTED_ERROR, and there are neither `parameters` nor X-Error-Code.
    """
    body = {
        "error": 401,
        "reason": "Unauthorized",
        "detail": "You are not authorized for this resource.",
        wire.ERROR_CODE: "UNEXPECTED_ERROR",
    }
    return ApiError(error_response(401, body, {"WWW-Authenticate": challenge}, pretty=True))


def error_response(
    status: int, body: Mapping[str, object], headers: Mapping[str, str], *, pretty: bool = False
) -> Response:
    """Give an error in the API's shape, whose media type is never the versioned one."""
    media_type = {"Content-Type": "application/json"}
    return Response(status, {**media_type, **headers}, write_json(body, pretty=pretty))
