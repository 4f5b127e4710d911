"""The description of the API in OpenAPI 3.1: made from the operations, with the act of each and examples."""

from __future__ import annotations

import json
import re
from functools import cache
from inspect import cleandoc, signature
from typing import Any

from comity import __version__
from comity.accounts.duties import ANYONE, acts

from ..desk.app import API
from .answers import Problem
from .examples import EXAMPLES
from .operations import FILE, FORM, JSON, Operation
from .problems import MEDIA

SCHEME = "token"
ABOUT = (
    "The acts of the desk for programs. Every call shows a token in the header `Authorization: Bearer TOKEN`; a token holds "
    "some acts of its person, who makes it on the account page, and never does more than he may at that moment. What the "
    "person does not know of is answered as if it were not there. Whatever is wrong is a problem document (RFC 9457)."
)
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "8 to 80 letters, digits or . _ ~ -; the same call under the same key has one effect.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._~-]{8,80}$"},
}
NAMED = {
    "case": "The reference of the case.",
    "request": "The id of the request, or its reference.",
}
_PLACE = re.compile(r"\{([a-z_]+)(?::path)?\}")
MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what was read, in the place of `seen`.",
    "schema": {"type": "string", "pattern": '^"[0-9a-f]{64}"$'},
}
PROBLEM = {"description": "What is wrong", "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def answers_of(one: Operation) -> dict[int | str, dict[str, Any]]:
    """Describe what an operation answers."""
    if isinstance(one.answers, str | tuple):
        kinds = (one.answers,) if isinstance(one.answers, str) else one.answers
        good: dict[str, Any] = {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}}
    else:
        good = {"model": one.answers}
    good["description"] = "Done"
    found: dict[int | str, dict[str, Any]] = {one.status: good, "default": {"model": Problem, "description": "Wrong"}}
    return found if one.takes != FILE or one.status == 200 else found | {200: good | {"description": "Known already"}}


def extra_of(one: Operation) -> dict[str, Any]:
    """Describe what the framework does not know of an operation: its act, its key, its body."""
    act = acts()[one.act]
    said = f"Needs a token that holds `{act.name}`." if act.who != ANYONE else "Needs any token."
    extra: dict[str, Any] = {"x-act": act.name, "x-needs": said, "security": [{SCHEME: []}]}
    extra["parameters"] = [*_named(one), *([KEY] if one.changes else []), *([MATCH] if one.match else [])]
    if one.proof:
        extra["x-proof"] = "key"
        extra["x-needs"] += " The person proves with his own key that he is there."
    if one.takes == FORM:
        extra["requestBody"] = {"required": True, "content": {FORM: {"schema": _form(one), **_example(one)}}}
    elif one.takes == FILE:
        content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (FILE, "application/zip")}
        extra["requestBody"] = {"required": True, "content": content}
    elif one.takes == JSON and one.id in EXAMPLES:
        extra["requestBody"] = {"content": {JSON: _example(one)}}
    return extra


def _named(one: Operation) -> list[dict[str, Any]]:
    """Describe the parameters of the path that the door alone reads, to find the case."""
    names = [name for name in _PLACE.findall(one.path) if name not in signature(one.does).parameters]
    schema = {"type": "string", "minLength": 1, "maxLength": 300}
    return [
        {"name": name, "in": "path", "required": True, "description": NAMED[name], "schema": schema} for name in names
    ]


def _example(one: Operation) -> dict[str, Any]:
    return {"examples": {"one": {"value": EXAMPLES[one.id]}}} if one.id in EXAMPLES else {}


def _form(one: Operation) -> dict[str, Any]:
    """Describe a form: its fields, and its files under the one name `files`."""
    schema: dict[str, Any] = one.fields.model_json_schema()
    file = {"type": "string", "format": "binary"}
    schema["properties"]["files"] = {"type": "array", "items": file, "minItems": 1, "maxItems": one.files}
    return schema | {"required": [*schema.get("required", []), "files"]}


def facts(one: Operation) -> dict[str, Any]:
    """Give what the framework is told of an operation."""
    return {
        "methods": [one.method], "operation_id": one.id, "status_code": one.status, "response_model": None,
        "summary": acts()[one.act].label, "description": cleandoc(one.does.__doc__ or ""),
        "tags": [one.path.split("/")[1]], "responses": answers_of(one), "openapi_extra": extra_of(one),
    }  # fmt: skip


@cache
def description() -> bytes:
    """Give the description as JSON; it is the same for every desk."""
    from fastapi import FastAPI
    from fastapi.openapi.utils import get_openapi

    from .catalogue import OPERATIONS

    app = FastAPI(openapi_url=None)
    for one in OPERATIONS:
        app.router.add_api_route(one.path, one.does, **facts(one))
    made = get_openapi(
        title="Comity", version=__version__, description=ABOUT, routes=app.routes, servers=[{"url": API}]
    )
    scheme = {"type": "http", "scheme": "bearer", "description": "A token made on the account page of the desk."}
    made["components"]["securitySchemes"] = {SCHEME: scheme}
    for path in made["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = PROBLEM
            operation["description"] += f" {operation.pop('x-needs')}"
    return json.dumps(made, ensure_ascii=False, indent=1).encode()
