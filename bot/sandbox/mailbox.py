"""A mailbox that shows what would have been sent to residents. For trying; it forgets everything when it stops."""

from __future__ import annotations

from html import escape

import click
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

MEESTE = 50
"""Messages that are kept."""
_PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8"><title>Postbus van de sandbox</title>
<meta http-equiv="refresh" content="3"><h1>Postbus van de sandbox</h1>
<p>Wat hier staat, zou naar bewoners zijn gestuurd.</p>{rows}</html>"""


def mailbox_blueprint() -> Blueprint:
    """`POST /postbus` (aan, onderwerp, tekst) and the page `GET /postbus`; `GET /postbus.json` for programs."""
    routes = Blueprint("postbus")
    kept: list[dict[str, str]] = []

    @routes.post("/postbus")
    async def receive(request: Request) -> HTTPResponse:
        message = {name: str((request.json or {}).get(name, "")) for name in ("aan", "onderwerp", "tekst", "bijlage")}
        kept.insert(0, message)
        del kept[MEESTE:]
        # On the console as well, for who has no browser at hand; all of it is invented.
        click.echo(f"Aan {message['aan']}: {message['onderwerp']}\n{message['tekst']}\n")
        return response.empty()

    @routes.get("/postbus")
    async def page(request: Request) -> HTTPResponse:
        rows = "".join(
            f"<article><h2>{escape(one['onderwerp'])}</h2><p>Aan: {escape(one['aan'])}</p>"
            f"<pre>{escape(one['tekst'])}</pre>{_attachment(one['bijlage'])}</article>"
            for one in kept
        )
        return response.html(_PAGE.format(rows=rows or "<p>Nog niets.</p>"))

    @routes.get("/postbus.json")
    async def as_json(request: Request) -> HTTPResponse:
        return response.json(kept)

    return routes


def _attachment(contents: str) -> str:
    return f"<details><summary>Bijlage</summary><pre>{escape(contents)}</pre></details>" if contents else ""
