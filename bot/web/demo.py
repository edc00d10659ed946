"""Demonstration pages: a sober page of each municipality with the chat in it, and how to embed it."""

from __future__ import annotations

from pathlib import Path

import jinja2
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.catalog.live import gemeenten_of
from bot.errors import UnknownGemeente
from bot.settings import Settings
from bot.web.security import policy

_FOLDER = Path(__file__).parent
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
)


def blueprint(settings: Settings) -> Blueprint:
    """`/`, `/demo/<gemeente>`, `/inbedden` and the style of these pages."""
    routes = Blueprint("demo")
    headers = {"content-security-policy": policy(settings.public_chat_url)}

    def page(template: str, **fields: object) -> HTTPResponse:
        html = _TEMPLATES.get_template(template).render(gemeenten=list(gemeenten_of(settings)), **fields)
        return response.html(html, headers=headers)

    @routes.get("/")
    async def index(request: Request) -> HTTPResponse:
        return page("index.html")

    @routes.get("/demo/<name:str>")
    async def demonstration(request: Request, name: str) -> HTTPResponse:
        try:
            gemeente = gemeenten_of(settings)[name]
        except UnknownGemeente as error:
            return response.text(str(error), status=404)
        return page("demo.html", gemeente=gemeente)

    @routes.get("/inbedden")
    async def embedding(request: Request) -> HTTPResponse:
        return page("inbedden.html", web=settings.public_web_url, chat=settings.public_chat_url)

    @routes.get("/favicon.ico")
    async def icon(request: Request) -> HTTPResponse:
        # Browsers ask for it by themselves; a missing one would stand as an error on every page's console.
        return response.empty()

    routes.static("/static", str(_FOLDER / "static"), name="static")
    return routes
