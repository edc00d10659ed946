"""The chat widget's files, and the small file about a municipality that lets it open when all else is down."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import rcssmin
import rjsmin
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of
from bot.catalog.rooster import DAGEN, Weekrooster
from bot.errors import UnknownGemeente
from bot.settings import Settings

FOLDER = Path(__file__).parent / "widget"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_OPEN_TO_ALL = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
"""Script and style carry nothing of anybody; every page may load them."""


def blueprint(settings: Settings) -> Blueprint:
    """`/v1/*.js`, `/v1/*.css` and `/v1/gemeente/<id>.json`."""
    routes = Blueprint("widget", url_prefix="/v1")

    @routes.get("/gemeente/<name:str>")
    async def about(request: Request, name: str) -> HTTPResponse:
        try:
            gemeente = gemeenten_of(settings)[name.removesuffix(".json")]
        except UnknownGemeente as error:
            return response.json({"fout": str(error)}, status=404, headers=_OPEN_TO_ALL)
        headers = {**_OPEN_TO_ALL, "cache-control": "public, max-age=300, stale-if-error=604800"}
        return response.json(about_gemeente(gemeente, settings), headers=headers)

    @routes.get("/<name:str>")
    async def file(request: Request, name: str) -> HTTPResponse:
        path = FOLDER / name
        kind = _TYPES.get(path.suffix)
        if kind is None or not re.fullmatch(r"[a-z-]+\.(js|css)", name) or not path.is_file():
            return response.text("Dit bestand bestaat niet.", status=404)
        body = minified(path, path.stat().st_mtime_ns)
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = {**_OPEN_TO_ALL, "cache-control": "public, max-age=300", "etag": tag}
        if request.headers.get("if-none-match") == tag:
            return response.raw(b"", status=304, headers=headers)
        return response.raw(body, content_type=kind, headers=headers)

    return routes


@lru_cache(maxsize=32)
def minified(path: Path, _changed: int) -> bytes:
    """A script or style without comments and white space, as browsers get it."""
    text = path.read_text(encoding="utf-8")
    return str(rjsmin.jsmin(text) if path.suffix == ".js" else rcssmin.cssmin(text)).encode()


def about_gemeente(gemeente: Gemeente, settings: Settings) -> dict[str, Any]:
    """What the widget needs to know of a municipality before and without any conversation."""
    contact, tijden = gemeente.contact, gemeente.openingstijden
    return {
        "id": gemeente.id,
        "naam": gemeente.naam,
        "aanspreekvorm": gemeente.aanspreekvorm,
        "chat": settings.public_chat_url,
        "contact": {
            "telefoon": contact.telefoon,
            "telefoon_link": "tel:" + re.sub(r"[^\d+]", "", contact.telefoon),
            "email": contact.email,
            "adres": contact.adres,
            "website": gemeente.website,
            "contactpagina": gemeente.contactpagina,
        },
        "openingstijden": {"telefoon": _week(tijden.telefoon), "balie": _week(tijden.balie)},
        "bewaren": {"dagen": gemeente.bewaren_dagen},
        "privacy": gemeente.privacyverklaring,
    }


def _week(rooster: Weekrooster) -> list[tuple[str, str]]:
    return [
        (dag, ", ".join(f"{vak.van:%H:%M}-{vak.tot:%H:%M}" for vak in rooster.dag(number)))
        for number, dag in enumerate(DAGEN)
    ]
