"""The addresses of the desk. All but those in `pages.Pages` go through `sessions.guard`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.settings import Settings
from bot.web.desk import api, callbacks, stream
from bot.web.desk.common import PATH, Desk
from bot.web.desk.pages import Pages, desk_page, log_out
from bot.web.desk.sessions import Handler, guard

_GESPREK = "/api/gesprekken/<overdracht_id:str>"
_GEMEENTE = "/api/gemeenten/<gemeente_id:str>"
_VERZOEKEN = "/api/terugbelverzoeken"
_VERZOEK = f"{_VERZOEKEN}/<referentienummer:str>"

API: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/api/stand", api.state),
    ("GET", "/api/events", stream.events),
    ("POST", "/api/aanwezig", api.set_presence),
    ("POST", "/api/hartslag", api.heartbeat),
    ("GET", "/api/geschiedenis", api.history),
    ("GET", _GESPREK, api.conversation),
    ("POST", f"{_GESPREK}/oppakken", api.claim),
    ("POST", f"{_GESPREK}/berichten", api.say),
    ("POST", f"{_GESPREK}/typt", api.types),
    ("POST", f"{_GESPREK}/gelezen", api.read_until),
    ("POST", f"{_GESPREK}/notities", api.add_note),
    ("POST", f"{_GESPREK}/overdragen", api.transfer),
    ("POST", f"{_GESPREK}/terugbellen", callbacks.call_back),
    ("POST", f"{_GESPREK}/afsluiten", api.close),
    ("GET", f"{_GEMEENTE}/producten", api.find_products),
    ("GET", f"{_GEMEENTE}/producten/<product_id:str>", api.product),
    ("GET", f"{_GEMEENTE}/standaardantwoorden", api.canned_answers),
    ("GET", _VERZOEKEN, callbacks.done_callbacks),
    ("GET", _VERZOEK, callbacks.callback_details),
    ("POST", f"{_VERZOEK}/oppakken", callbacks.pick_callback_up),
    ("POST", f"{_VERZOEK}/terugzetten", callbacks.put_callback_back),
    ("POST", f"{_VERZOEK}/klaar", callbacks.finish_callback),
)


def blueprint(settings: Settings) -> Blueprint:
    """`/balie` and all below it."""
    routes = Blueprint("balie", url_prefix=PATH)
    desk = Desk(settings)
    pages = Pages(desk)

    @routes.listener("before_server_start")
    async def start(_app: Sanic, _loop: Any) -> None:
        desk.watch.start()

    @routes.listener("before_server_stop")
    async def stop(_app: Sanic, _loop: Any) -> None:
        await desk.watch.stop()
        await desk.signals.stop()

    routes.add_route(guard(desk, desk_page, page=True), "/", methods=["GET"], name="desk", strict_slashes=False)
    routes.add_route(guard(desk, log_out, page=True), "/uitloggen", methods=["POST"], name="log_out")
    for method, path, public in (
        ("GET", "/inloggen", pages.login_page),
        ("POST", "/inloggen", pages.log_in),
        ("GET", "/oidc", pages.oidc_start),
        ("GET", "/oidc/terug", pages.oidc_return),
        ("GET", "/static/<name:str>", pages.file),
    ):
        # Sanic writes on its handlers, and a method of an object cannot be written on.
        routes.add_route(_function(public), path, methods=[method], name=public.__name__)
    for method, path, handler in API:
        routes.add_route(guard(desk, handler), path, methods=[method], name=handler.__name__)
    return routes


def _function(method: Callable[..., Awaitable[HTTPResponse]]) -> Callable[..., Coroutine[Any, Any, HTTPResponse]]:
    async def answer(request: Request, **names: str) -> HTTPResponse:
        return await method(request, **names)

    return answer
