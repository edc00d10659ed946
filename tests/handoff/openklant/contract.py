"""Holds what travels against the official document of the Klantinteracties API (`tests/data/openapi/`).

Three places where Open Klant's own answers differ from its document are allowed for, and no more:
- null beside `allOf` with `nullable`, which a strict reading of OpenAPI 3.0.3 forbids, and null for the parts of
  `maak-klantcontact` that were not sent;
- an empty text where a pattern, a format or a least length of two is given, for what was never filled in;
- what comes along with something that comes along (`expand=a,a.b`), which it leaves undescribed.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
import yaml
from jsonschema import RefResolver
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker

from bot.settings import ROOT

PAD = "/klantinteracties/api/v1"
DOCUMENT = ROOT / "tests" / "data" / "openapi" / "klantinteracties.yaml"
_PROBLEM = {"type", "code", "title", "status", "detail", "instance"}
_NARROW = (2, "email", "uri")
"""Least lengths and formats of texts that may also be empty; addresses of objects have a least length of 1."""
_NULL = {"enum": [None], "nullable": True}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The official document."""
    found: dict[str, Any] = yaml.load(DOCUMENT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


@lru_cache(maxsize=1)
def tolerant() -> dict[str, Any]:
    """The document with the allowances above."""
    loosened = copy.deepcopy(document())
    _loosen(loosened["components"]["schemas"])
    parts = loosened["components"]["schemas"]["MaakKlantcontact"]["properties"]
    for name in ("betrokkene", "onderwerpobject"):
        parts[name] = {"anyOf": [parts[name], _NULL]}
    return loosened


def _loosen(schema: Any) -> None:
    if isinstance(schema, list):
        for one in schema:
            _loosen(one)
    if not isinstance(schema, dict):
        return
    for one in list(schema.values()):
        _loosen(one)
    if schema.get("nullable") is True and isinstance(schema.get("allOf"), list):
        schema["anyOf"] = [{"allOf": schema.pop("allOf")}, _NULL]
    if schema.get("type") == "string" and isinstance(schema.get("pattern"), str):
        schema["pattern"] = f"^$|{schema['pattern']}"
    narrow = {name: schema.pop(name) for name in ("minLength", "format") if schema.get(name) in _NARROW}
    if narrow:
        schema["anyOf"] = [narrow, {"maxLength": 0}]


@lru_cache(maxsize=2)
def _resolver(literal: bool) -> RefResolver:
    """One for all: looking through the document takes longer than what it is for."""
    return RefResolver("", document() if literal else tolerant())


def check_request(request: httpx.Request, *, strict: bool = True) -> None:
    """A request of a client: path, parameters, token, and body as a strict validator reads it.

    `strict=False` allows the nulls that versions before 2.8 want.
    """
    operation, _ = _operation(request.method, str(request.url))
    assert re.fullmatch(r"Token [!-~]{1,40}", request.headers["authorization"])
    declared = {one["name"]: one["schema"] for one in operation.get("parameters", []) if one["in"] == "query"}
    for name, value in parse_qsl(urlsplit(str(request.url)).query, keep_blank_values=True):
        assert name in declared, f"{name} is geen parameter van {operation['operationId']}"
        _check(declared[name], _typed(declared[name], value), document(), OAS30WriteValidator)
    contents = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if contents is None:
        assert not request.content
        return
    assert request.headers["content-type"] == "application/json"
    _check(
        contents["schema"],
        json.loads(request.content),
        document() if strict else tolerant(),
        OAS30WriteValidator,
    )


def check_response(request: httpx.Request, response: httpx.Response) -> None:
    """An answer: status, header, and contents; or the shape of a problem."""
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem.keys() >= _PROBLEM and problem["status"] == response.status_code
        for one in problem.get("invalidParams", []):
            assert one.keys() == {"name", "code", "reason"} and all(isinstance(part, str) for part in one.values())
        return
    operation, _ = _operation(request.method, str(request.url))
    declared = operation["responses"][str(response.status_code)]
    contents = declared.get("content", {}).get("application/json")
    if contents is None:
        assert response.content == b""
        return
    assert response.headers["content-type"] == "application/json"
    _check(contents["schema"], response.json(), tolerant(), OAS30ReadValidator)


def _operation(method: str, url: str) -> tuple[dict[str, Any], dict[str, str]]:
    path = urlsplit(url).path
    assert path.startswith(f"{PAD}/"), path
    parts = path.removeprefix(PAD)
    for template, operations in document()["paths"].items():
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), parts)
        if found:
            assert method.lower() in operations, f"{method} {template} bestaat niet"
            if "uuid" in found.groupdict():
                assert str(UUID(found["uuid"])) == found["uuid"]
            return operations[method.lower()], found.groupdict()
    raise AssertionError(f"{path} staat niet in het document")


def _typed(schema: dict[str, Any], value: str) -> Any:
    kind = schema.get("type")
    if kind == "integer":
        return int(value)
    if kind == "boolean":
        return {"true": True, "false": False}[value]
    return value.split(",") if kind == "array" else value


def _check(schema: dict[str, Any], instance: Any, whole: dict[str, Any], kind: Any) -> None:
    validator = kind(schema, resolver=_resolver(whole is document()), format_checker=oas30_format_checker)
    faults = [f"{'.'.join(map(str, one.absolute_path))}: {one.message}" for one in validator.iter_errors(instance)]
    faults += [f"{path} staat niet in het document" for path in _undeclared(schema, instance, whole)]
    assert not faults, "; ".join(faults)


def _undeclared(schema: dict[str, Any], instance: Any, whole: dict[str, Any], path: str = "") -> Iterator[str]:
    """Names that the document does not have: a server would ignore them, and a typing error go unnoticed."""
    if isinstance(instance, list):
        for shape in _shapes(schema, instance, whole):
            for place, one in enumerate(instance):
                yield from _undeclared(shape.get("items", {}), one, whole, f"{path}.{place}")
        return
    if not isinstance(instance, dict):
        return
    known: dict[str, dict[str, Any]] = {}
    free: Any = None
    for shape in _shapes(schema, instance, whole):
        known |= shape.get("properties", {})
        free = free or shape.get("additionalProperties")
    for name, value in instance.items():
        if name in known:
            yield from _undeclared(known[name], value, whole, f"{path}.{name}")
        elif not free and not (name == "_expand" and "_expand" in path):
            yield f"{path}.{name}"


def _shapes(schema: dict[str, Any], instance: Any, whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts that a schema is made of, for this instance."""
    if "$ref" in schema:
        target: Any = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        yield from _shapes(target, instance, whole)
        return
    yield schema
    for part in [*schema.get("allOf", []), *schema.get("anyOf", [])]:
        yield from _shapes(part, instance, whole)
    if "discriminator" in schema and isinstance(instance, dict):
        chosen = schema["discriminator"]["mapping"].get(instance.get(schema["discriminator"]["propertyName"]))
        if chosen:
            yield from _shapes({"$ref": chosen}, instance, whole)
