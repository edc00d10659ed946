"""An Open Product on a port of its own, made from the published document of its API (tests/data/openapi/producttypen.yaml).

Its product type is the document's own example; every question and every answer of it is checked against the document.
"""

from __future__ import annotations

import copy
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.catalog.exchange.open_product import OpenProductConfig
from tests.cases.contract import ContractBroken, Document, document

PAD = "/producttypen/api/v1"
TOKEN = "een-token-dat-nergens-mag-staan"
Json = dict[str, Any]


def api() -> Document:
    return document("producttypen")


def example() -> Json:
    """The product type that the document itself shows."""
    content = api().contents["paths"]["/producttypen/{uuid}"]["get"]["responses"]["200"]["content"]
    return copy.deepcopy(content["application/json"]["examples"]["ProducttypeResponse"]["value"])


def element(text: str, *labels: str, taal: str = "nl", **fields: Any) -> Json:
    """A content element."""
    return {
        "uuid": "497f6eca-6276-4993-bfeb-53cbbbba6f08",
        "labels": list(labels),
        "content": text,
        "aanvullende_informatie": "",
        "taal": taal,
        **fields,
    }


class OpenProductStub:
    """A running Open Product. Add faults to `faults`; each is for one question, in order.

    Faults: ("status", 500), ("slow", seconds), ("drip", seconds), ("body", bytes), ("drop", None), ("good", None).
    """

    def __init__(self) -> None:
        self.reset()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stub._answer(self)

            def log_message(self, *_: object) -> None:
                """Nothing to the screen."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.adres = f"http://127.0.0.1:{self._server.server_port}{PAD}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def reset(self) -> None:
        """One product type, no contents, no faults."""
        self.producttypen: list[Json] = [example()]
        self.content: dict[str, list[Json]] = {}
        self.page_size = 100
        self.faults: list[tuple[str, Any]] = []
        self.asked: list[str] = []
        self.broken: list[str] = []
        self.endless = False

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def config(self, **fields: Any) -> OpenProductConfig:
        """A connection that is quick to give up."""
        return OpenProductConfig(
            **{"adres": self.adres, "token": TOKEN, "timeout": 5.0, "pogingen": 2, "pauze": 0.01} | fields
        )

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = urlsplit(request.path).path.removeprefix(PAD)
        query = dict(parse_qsl(urlsplit(request.path).query))
        self.asked.append(path)
        kind, value = self.faults.pop(0) if self.faults else ("good", None)
        if kind == "slow":
            time.sleep(value)
        contents = self._contents(path, query)
        if kind == "drop":
            request.close_connection = True
            request.connection.close()
        elif kind == "status":
            self._send(request, value, json.dumps({"detail": TOKEN}).encode())
        elif kind == "body":
            self._send(request, 200, value)
        elif request.headers.get("authorization") != f"Token {TOKEN}":
            self._send(request, 401, b'{"detail": "Ongeldige token."}')
        elif contents is None:
            self._send(request, 404, b'{"detail": "Niet gevonden."}')
        else:
            self._check(path, query, request, contents)
            self._send(request, 200, json.dumps(contents).encode(), drip=value if kind == "drip" else 0.0)

    def _contents(self, path: str, query: dict[str, str]) -> Json | None:
        if path == "/producttypen":
            everything = [one for one in self.producttypen if one["gepubliceerd"] or "gepubliceerd" not in query]
        elif path.endswith("/content"):
            everything = self.content.get(path.split("/")[2], [])
        else:
            return None
        page, size = int(query.get("page", 1)), min(int(query.get("page_size", 100)), self.page_size)
        some = everything[(page - 1) * size : page * size]
        more = self.endless or page * size < len(everything)
        # To somewhere else: whoever follows it, shows the token to a stranger.
        following = f"https://elders.example{PAD}{path}?page={page + 1}" if more else None
        return {"count": len(everything), "next": following, "previous": None, "results": some}

    def _check(self, path: str, query: dict[str, str], request: BaseHTTPRequestHandler, contents: Json) -> None:
        try:
            operation = api().operation("GET", path)
        except ContractBroken as error:
            self.broken.append(str(error))
            return
        names = {one["name"] for one in operation.parameters if one["in"] == "query"}
        self.broken += [f"{path}: onbekende parameter {name}" for name in query if name not in names]
        if request.headers.get("accept-language") != "nl":
            self.broken.append(f"{path}: zonder taal")
        schema = operation.responses["200"]["content"]["application/json"]["schema"]
        self.broken += [f"{path}: {problem}" for problem in api().errors(schema, contents)]

    def _send(self, request: BaseHTTPRequestHandler, status: int, body: bytes, drip: float = 0.0) -> None:
        request.send_response(status)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(body)))
        if 300 <= status < 400:
            request.send_header("location", f"{self.adres}/producttypen?page=1")
        request.end_headers()
        try:
            if drip:
                for byte in body:
                    request.wfile.write(bytes([byte]))
                    request.wfile.flush()
                    time.sleep(drip)
            else:
                request.wfile.write(body)
        except OSError:
            # Whoever asked did not wait.
            request.close_connection = True
