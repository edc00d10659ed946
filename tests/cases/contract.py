"""Checking requests and answers against the published OpenAPI documents of the Zaken and Catalogi API.

The documents (tests/data/openapi, see the README there) are OpenAPI 3.0; what differs from JSON Schema is translated
here. Where the documents are known to differ from the server, `_mend` says so, one by one: nothing else is let through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
import yaml
from jsonschema import Draft202012Validator, FormatChecker, RefResolver

FOLDER = Path(__file__).parent.parent / "data" / "openapi"
BASES = {"/zaken/api/v1": "zaken", "/catalogi/api/v1": "catalogi"}
_REMOTE_CATALOGI = "https://raw.githubusercontent.com/vng-Realisatie/catalogi-api/1.2.0/src/openapi.yaml"
_URL_FILTERS = ("zaak", "zaaktype", "catalogus")

formats = FormatChecker(formats=())


class ContractBroken(AssertionError):
    """A request or answer is not as the document says."""


@dataclass(frozen=True)
class Operation:
    """What a document says of one method on one path."""

    name: str
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None
    responses: dict[str, dict[str, Any]]


@dataclass
class Document:
    """One API, translated to JSON Schema."""

    contents: dict[str, Any]
    validators: dict[int, Draft202012Validator] = field(default_factory=dict)

    def operation(self, method: str, path: str) -> Operation:
        """The operation of a path without its base; fixed paths go before those with a parameter."""
        for template in sorted(self.contents["paths"], key=lambda one: one.count("{")):
            if not re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path):
                continue
            operation = self.contents["paths"][template].get(method.lower())
            if operation is None:
                raise ContractBroken(f"{method} {template} staat niet in het document")
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            return Operation(
                operation["operationId"], tuple(operation.get("parameters", ())), body, operation["responses"]
            )
        raise ContractBroken(f"{path} staat niet in het document")

    def errors(self, schema: dict[str, Any], value: Any) -> list[str]:
        """What is wrong with a value, in order of place."""
        validator = self.validators.get(id(schema))
        if validator is None:
            resolver = RefResolver("", self.contents, store={_REMOTE_CATALOGI: document("catalogi").contents})
            validator = Draft202012Validator(schema, resolver=resolver, format_checker=formats)
            self.validators[id(schema)] = validator
        found = sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


@lru_cache
def document(name: str) -> Document:
    """One of the two documents."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    contents = yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)
    return Document(_translate(_mend(contents)))


def check_request(request: httpx.Request) -> Operation:
    """The operation that a request is for. Raises ContractBroken when the request is not as the document says."""
    api, path = _split(str(request.url))
    doc = document(api)
    operation = doc.operation(request.method, path)
    _check_query(doc, operation, request)
    _check_headers(doc, operation, request)
    if operation.body is not None:
        problems = doc.errors(operation.body, json.loads(request.content))
        if problems:
            raise ContractBroken(f"{operation.name}, inhoud: {problems}")
    return operation


def check_response(request: httpx.Request, response: httpx.Response) -> None:
    """Raises ContractBroken when an answer is not as the document says."""
    api, path = _split(str(request.url))
    doc = document(api)
    operation = doc.operation(request.method, path)
    described = operation.responses.get(str(response.status_code))
    if described is None:
        raise ContractBroken(f"{operation.name}: HTTP {response.status_code} staat niet in het document")
    for name, header in described.get("headers", {}).items():
        value = response.headers.get(name)
        if value is None:
            raise ContractBroken(f"{operation.name}: de kop {name} ontbreekt")
        if problems := doc.errors(header["schema"], value):
            raise ContractBroken(f"{operation.name}, kop {name}: {problems}")
    content = described.get("content")
    if content is None:
        return
    kind = response.headers["content-type"].partition(";")[0]
    if kind not in content:
        raise ContractBroken(f"{operation.name}: {kind} in plaats van {list(content)}")
    if problems := doc.errors(content[kind]["schema"], response.json()):
        raise ContractBroken(f"{operation.name}, antwoord: {problems}")


class ContractTransport(httpx.AsyncBaseTransport):
    """Passes requests on, and checks them and their answers. Keeps what was asked."""

    def __init__(self, *, check_answers: bool = True, change: Callable[[httpx.Request], None] | None = None) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._check_answers = check_answers
        self._change = change
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        check_request(request)
        if self._change:
            self._change(request)
        response = await self._inner.handle_async_request(request)
        await response.aread()
        if self._check_answers:
            check_response(request, response)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    @property
    def asked(self) -> list[str]:
        """Paths of all requests, in short: `zaken`, `zaken/_zoek`, `statussen`, `zaaktypen/*`."""
        paths = [_split(str(request.url))[1].strip("/") for request in self.requests]
        return [re.sub(r"/[0-9a-f-]{36}", "/*", path) for path in paths]


def _check_query(doc: Document, operation: Operation, request: httpx.Request) -> None:
    known = {one["name"]: one for one in operation.parameters if one["in"] == "query"}
    for name, value in parse_qsl(urlsplit(str(request.url)).query, keep_blank_values=True):
        if name not in known:
            raise ContractBroken(f"{operation.name}: onbekende parameter {name}")
        for one in _values(known[name]["schema"], value):
            schema = known[name]["schema"]
            if problems := doc.errors(schema.get("items", schema), one):
                raise ContractBroken(f"{operation.name}, parameter {name}: {problems}")


def _values(schema: Mapping[str, Any], text: str) -> list[Any]:
    kind = schema.get("type")
    if kind == "array":
        return list(text.split(","))
    if kind == "integer":
        return [int(text) if text.isdigit() else text]
    if kind == "boolean":
        return [{"true": True, "false": False}.get(text, text)]
    return [text]


def _check_headers(doc: Document, operation: Operation, request: httpx.Request) -> None:
    for parameter in operation.parameters:
        if parameter["in"] != "header":
            continue
        value = request.headers.get(parameter["name"])
        if value is None and parameter.get("required"):
            raise ContractBroken(f"{operation.name}: de kop {parameter['name']} ontbreekt")
        if value is not None and (problems := doc.errors(parameter["schema"], value.partition(";")[0])):
            raise ContractBroken(f"{operation.name}, kop {parameter['name']}: {problems}")
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        raise ContractBroken(f"{operation.name}: zonder token")


def _split(url: str) -> tuple[str, str]:
    path = urlsplit(url).path
    for base, api in BASES.items():
        if path.startswith(base):
            return api, path.removeprefix(base)
    raise ContractBroken(f"{path} hoort bij geen van de API's")


def _mend(contents: dict[str, Any]) -> dict[str, Any]:
    """Where the document and Open Zaak itself differ."""
    for path in contents["paths"].values():
        for operation in path.values():
            if not isinstance(operation, dict):
                continue
            for parameter in operation.get("parameters", ()):
                # Filters on an address are typed as a number in these generated documents.
                if parameter["in"] == "query" and parameter["name"] in _URL_FILTERS:
                    parameter["schema"] = {"type": "string", "format": "uri", "minLength": 1}
    for schema in contents["components"]["schemas"].values():
        for name in ("beginObject", "eindeObject"):
            # "Not null", but the server sends null for a version that is in use.
            if name in schema.get("properties", {}):
                schema["properties"][name]["nullable"] = True
    return contents


def _translate(value: Any) -> Any:
    """OpenAPI 3.0 → JSON Schema: `nullable`, and `oneOf` with a discriminator."""
    if isinstance(value, list):
        return [_translate(one) for one in value]
    if not isinstance(value, dict):
        return value
    done = {key: _translate(one) for key, one in value.items() if key not in ("nullable", "discriminator")}
    discriminator = value.get("discriminator")
    if isinstance(discriminator, dict) and "mapping" in discriminator and "oneOf" in done:
        done.pop("oneOf")
        done["allOf"] = list(_branches(discriminator))
        done["required"] = [discriminator["propertyName"]]
    if value.get("nullable") is True:
        return {"anyOf": [{"type": "null"}, done]}
    return done


def _branches(discriminator: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name, mapping = discriminator["propertyName"], discriminator["mapping"]
    yield {"properties": {name: {"enum": list(mapping)}}}
    for value, reference in mapping.items():
        yield {"if": {"properties": {name: {"const": value}}}, "then": {"$ref": reference}}


def _checks(name: str) -> Callable[[Callable[[str], object]], Callable[[str], object]]:
    def register(test: Callable[[str], object]) -> Callable[[str], object]:
        def check(value: object) -> bool:
            # Servers send "" for an optional text, whatever its format.
            return not isinstance(value, str) or value == "" or bool(test(value))

        formats.checks(name, raises=ValueError)(check)
        return test

    return register


@_checks("date")
def _is_date(value: str) -> object:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", value) and date.fromisoformat(value)


@_checks("date-time")
def _is_moment(value: str) -> object:
    return "T" in value and datetime.fromisoformat(value).tzinfo


@_checks("uuid")
def _is_uuid(value: str) -> object:
    return UUID(value)


@_checks("uri")
def _is_uri(value: str) -> object:
    return urlsplit(value).scheme and urlsplit(value).netloc


@_checks("email")
def _is_email(value: str) -> object:
    return re.fullmatch(r"[^@\s]+@[^@\s]+", value)


@_checks("duration")
def _is_duration(value: str) -> object:
    return re.fullmatch(r"P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?", value)
