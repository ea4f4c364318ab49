"""One JSON Schema of a whole file, for editors: completion, hover texts, and errors as one types.

It is made from the schemas that the program itself checks with, and says what they say. It only
tells no dialects apart: it takes every type and setting that any of them offers. It is written in
draft 7, which every editor knows, with extensions that VS Code and yaml-language-server share
(`enumDescriptions`, `errorMessage`, `patternErrorMessage`, `defaultSnippets`); others ignore them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler import catalogue

if TYPE_CHECKING:
    from reconciler.catalogue import Schema

_SENSITIVE = {
    "secret": ["object"],
    "secretOrNull": ["object", "null"],
    "textOrSecret": ["string", "object"],
    "textOrSecretOrNull": ["string", "object", "null"],
}
"""What may stand where a secret belongs: the name of the definition, and JSON types."""


def bundle() -> Schema:
    """Build the schema of a file, with that of every type inside."""
    whole = _for_editors(catalogue.schema("desired-state"))
    levels = whole.pop("$defs")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **whole,
        "definitions": {
            "project": levels["project"],
            "ignore": levels["ignore"],
            "integration": _integration(levels["integration"]),
            **{type_: _settings(type_) for type_ in catalogue.types()},
            **{name: _reference(types) for name, types in _SENSITIVE.items()},
            "secretLeftIn": {
                "type": ["object", "null"],
                "errorMessage": "A tombstone needs no settings: remove it.",
            },
            "proposals": _proposals(),
        },
    }


def _integration(envelope: Schema) -> Schema:
    """Let the type say which settings there are; a tombstone needs none, and holds no secret."""
    properties = envelope["properties"]
    types = properties["type"]["enum"]
    properties["type"]["enumDescriptions"] = [_about(type_) for type_ in types]
    del properties["ensure"]["default"]  # editors would write it into every new integration
    return {
        **envelope,
        "if": {"properties": {"ensure": {"const": "absent"}}, "required": ["ensure"]},
        "then": {"patternProperties": {_any_secret(): _ref("secretLeftIn")}},
        "else": {
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": type_}}, "required": ["type"]},
                    "then": _ref(type_),
                }
                for type_ in types
            ]
        },
    }


def _any_secret() -> str:
    """Match the name of any secret; editors propose what is named in `properties`, and not this."""
    return f"^({'|'.join(catalogue.secrets())})$"


def _settings(type_: str) -> Schema:
    document = catalogue.schema(f"integrations/{type_}")
    required = [name for name in document["required"] if name != "type"]
    settings = {
        name: _setting(part, required=name in required)
        for name, part in document["properties"].items()
        if name != "type"
    }
    return {
        "title": document["title"],
        "description": document["description"],
        "properties": {"type": True, "ensure": True, **settings},
        "required": required,
        "additionalProperties": False,
        **_conditions(document),
    }


def _conditions(document: Schema) -> Schema:
    """Take what some setting makes necessary: dialects that want such a thing want the same."""
    found = (extra for extra in document["x-dialects"].values() if "then" in extra)
    return {key: extra[key] for extra in found for key in ("if", "then")}


def _setting(part: Schema, *, required: bool) -> Schema:
    """Take a setting as it stands in YAML, where one that may be left out may also be null."""
    setting: Schema = _for_editors(part)
    setting["description"] = _with_dialects(part["description"], part)
    literal = setting.pop("anyOf", None)
    if literal or setting.pop("$ref", None):
        name = ("textOrSecret" if literal else "secret") + ("" if required else "OrNull")
        return {**setting, "anyOf": [_ref(name), _ref("proposals")]}
    if not required:
        setting["type"] = [setting["type"], "null"]
        if "enum" in setting:
            setting["enum"].append(None)
    return setting


def _reference(types: list[str]) -> Schema:
    """Build what a reference must be; says nothing of a literal, whose form its setting knows."""
    secret = _for_editors(catalogue.schema("secret"))
    for source in secret["properties"].values():
        del source["examples"]  # editors would propose them as values
    text = "text, or " if "string" in types else ""
    forms = " or ".join(f"{{{source}: {example}}}" for source, example, _ in _sources()[:2])
    return {
        "type": types,
        "errorMessage": f"Must be {text}a reference to a secret, such as {forms}.",
        **{
            key: secret[key]
            for key in ("properties", "minProperties", "maxProperties", "additionalProperties")
        },
    }


def _proposals() -> Schema:
    """Build what makes editors propose references where no value has been begun.

    A proposal that stood beside `properties` would also be made between the braces of a reference.
    """
    return {
        "$comment": "Matches nothing; editors propose what is in it.",
        "not": {},
        "defaultSnippets": [
            {
                "label": f"{{{source}: {example}}}",
                "description": description,
                "bodyText": f"{{{source}: ${{1:{example}}}}}",
            }
            for source, example, description in _sources()
        ],
    }


def _sources() -> list[tuple[str, str, str]]:
    sources = catalogue.schema("secret")["properties"]
    return [(name, part["examples"][0], part["description"]) for name, part in sources.items()]


def _about(type_: str) -> str:
    document = catalogue.schema(f"integrations/{type_}")
    return _with_dialects(f"{document['title']}. {document['description']}", document)


def _with_dialects(description: str, part: Schema) -> str:
    """Say which dialects offer something, where not all do."""
    dialects = catalogue.schema("desired-state")["properties"]["api"]["enum"]
    offering = [dialect for dialect in dialects if dialect in part.get("x-dialects", dialects)]
    return (
        description
        if offering == dialects
        else f"{description} Offered by {', '.join(offering)} only."
    )


def _ref(definition: str) -> Schema:
    return {"$ref": f"#/definitions/{definition}"}


def _for_editors(node: Any) -> Any:
    """Copy a schema without our own annotations, and with what draft 7 and editors want."""
    if isinstance(node, list):
        return [_for_editors(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {
        key: _for_editors(value)
        for key, value in node.items()
        if key != "$schema" and not key.startswith("x-")
    }
    if "$ref" in node:
        copy["$ref"] = node["$ref"].replace("#/$defs/", "#/definitions/")
    if "pattern" in node:
        copy["patternErrorMessage"] = node["description"]
    return copy
