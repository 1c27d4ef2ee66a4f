"""`/api/v1/docs`: every operation of the OpenAPI document, its parameters, body and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from starlette.responses import Response

from xiaoer.web.templates import render

router = APIRouter(include_in_schema=False)
_METHODS = ("get", "post", "put", "patch", "delete")


@router.get("/api/v1/docs")
async def show_reference(request: Request) -> Response:
    """The reference."""
    document: dict[str, Any] = request.app.openapi()
    info, operations = document["info"], list_operations(document)
    return render(request, "reference/reference.html", info=info, operations=operations, text=as_html)


def as_html(text: str) -> Markup:
    """Words with `code` in them."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def list_operations(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The operations in the order of the document, with bodies and answers as lines of fields."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "id": operation["operationId"],
            "about": operation.get("description", operation["summary"]),
            "needs_token": bool(operation.get("security")),
            "parameters": [_parameter(one) for one in operation.get("parameters", ())],
            "body": _body(document, operation),
            "answers": {code: one["description"] for code, one in operation.get("responses", {}).items()},
        }
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    ]


def _parameter(one: Mapping[str, Any]) -> dict[str, Any]:
    schema = one["schema"]
    return {
        "name": one["name"],
        "where": one["in"],
        "type": _type(schema),
        "is_required": one.get("required", False),
        "about": one.get("description", ""),
    }


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    for media_type, entry in content.items():
        schema = _resolve(document, entry["schema"])
        required = set(schema.get("required", ()))
        fields = [
            {"name": name, "type": _type(field), "is_required": name in required, "about": field.get("description", "")}
            for name, field in schema.get("properties", {}).items()
        ]
        return {"media_type": media_type, "about": schema.get("description", ""), "fields": fields}
    return None


def _resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rsplit("/", 1)[1]
    found: Mapping[str, Any] = document["components"]["schemas"][name]
    return found


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    kind = str(schema.get("type", "object"))
    return f"list of {_type(schema['items'])}" if kind == "array" else kind
