"""The addresses of the redactie. All but scripts, styles and the way to logging in go through `guard`."""

from __future__ import annotations

from pathlib import Path

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.redactie.roles import Recht
from bot.settings import Settings
from bot.web.redactie import (
    accounts,
    edit,
    exchange_pages,
    history_pages,
    inbox_pages,
    library,
    log_pages,
    publish,
    question_pages,
    stale,
    why,
)
from bot.web.redactie.common import PATH, Room
from bot.web.redactie.guard import Handler, guard, in_a_thread
from bot.web.redactie.leaving import log_out
from bot.web.staff.entrance import INLOGGEN
from bot.web.staff.files import serve_file

STATIC = Path(__file__).parent / "static"
_PRODUCT = "/<plek:str>/product/<product_id:str>"

ROUTES: tuple[tuple[str, str, Handler, Recht | None], ...] = (
    ("GET", "/bibliotheek", in_a_thread(library.library), None),
    ("POST", "/<plek:str>/taak", in_a_thread(library.task_done), Recht.PUBLICEREN),
    ("GET", "/<plek:str>/nieuw", in_a_thread(library.new_page), Recht.SCHRIJVEN),
    ("POST", "/<plek:str>/nieuw", in_a_thread(library.new), Recht.SCHRIJVEN),
    ("GET", _PRODUCT, in_a_thread(library.product), Recht.LEZEN),
    ("GET", f"{_PRODUCT}/bewerken", in_a_thread(edit.edit_page), Recht.SCHRIJVEN),
    ("POST", f"{_PRODUCT}/bewerken", in_a_thread(edit.save), Recht.SCHRIJVEN),
    ("POST", f"{_PRODUCT}/links", edit.check_the_links, Recht.SCHRIJVEN),
    ("GET", f"{_PRODUCT}/publiceren", publish.publish_page, Recht.SCHRIJVEN),
    ("POST", f"{_PRODUCT}/publiceren", in_a_thread(publish.publish), Recht.PUBLICEREN),
    ("POST", f"{_PRODUCT}/indienen", in_a_thread(publish.submit), Recht.SCHRIJVEN),
    ("POST", f"{_PRODUCT}/afwijzen", in_a_thread(publish.reject), Recht.PUBLICEREN),
    ("GET", f"{_PRODUCT}/geschiedenis", in_a_thread(history_pages.history_page), Recht.LEZEN),
    ("POST", f"{_PRODUCT}/terugdraaien", in_a_thread(history_pages.back), Recht.PUBLICEREN),
    ("POST", f"{_PRODUCT}/intrekken", in_a_thread(history_pages.withdraw), Recht.PUBLICEREN),
    ("GET", f"{_PRODUCT}/verouderd", in_a_thread(stale.stale_page), Recht.SCHRIJVEN),
    ("POST", f"{_PRODUCT}/verouderd", in_a_thread(stale.choose), Recht.SCHRIJVEN),
    ("GET", "/<plek:str>/waarom", why.why_page, Recht.LEZEN),
    ("POST", "/<plek:str>/poort", why.gate_page, Recht.SCHRIJVEN),
    ("POST", "/<plek:str>/poort/live", in_a_thread(why.repair), Recht.SCHRIJVEN),
    ("GET", "/<plek:str>/postvak", in_a_thread(inbox_pages.inbox_page), Recht.POSTVAK),
    ("GET", "/<plek:str>/postvak/<groep_id:str>", in_a_thread(inbox_pages.group_page), Recht.POSTVAK),
    ("POST", "/<plek:str>/postvak/<groep_id:str>", in_a_thread(inbox_pages.decide), Recht.POSTVAK),
    ("GET", "/<plek:str>/toetsvragen", in_a_thread(question_pages.questions_page), Recht.TOETSVRAGEN),
    ("POST", "/<plek:str>/toetsvragen", in_a_thread(question_pages.change), Recht.TOETSVRAGEN),
    ("GET", "/<plek:str>/logboek", in_a_thread(log_pages.log_page), Recht.SPOOR),
    ("GET", "/<plek:str>/uitwisselen", in_a_thread(exchange_pages.exchange_page), Recht.LEZEN),
    ("GET", "/<plek:str>/uitwisselen/<vorm:str>", in_a_thread(exchange_pages.export), Recht.LEZEN),
    ("POST", "/<plek:str>/uitwisselen/proef", exchange_pages.trial, Recht.PUBLICEREN),
    ("POST", "/<plek:str>/uitwisselen/overnemen", exchange_pages.take_in, Recht.PUBLICEREN),
    ("GET", "/<plek:str>/accounts", in_a_thread(accounts.accounts_page), Recht.BEHEREN),
    ("POST", "/<plek:str>/accounts", in_a_thread(accounts.change), Recht.BEHEREN),
)
"""(method, address, what it does, what the role must allow at the place of the address; None: any role of the redactie)."""
OPEN = (("GET", "/inloggen"), ("GET", "/static/<name:str>"))
"""What somebody may reach who is not logged in."""


def blueprint(settings: Settings) -> Blueprint:
    """`/redactie` and all below it."""
    routes = Blueprint("redactie", url_prefix=PATH)
    room = Room(settings)
    start = guard(room, in_a_thread(library.start), None)
    routes.add_route(start, "/", methods=["GET"], name="start", strict_slashes=False)
    routes.add_route(guard(room, in_a_thread(log_out), None), "/uitloggen", methods=["POST"], name="log_out")
    routes.add_route(_log_in, "/inloggen", methods=["GET"], name="log_in")
    routes.add_route(serve_file(STATIC), "/static/<name:str>", methods=["GET"], name="file")
    for number, (method, path, handler, recht) in enumerate(ROUTES):
        routes.add_route(guard(room, handler, recht), path, methods=[method], name=f"route_{number}")
    return routes


async def _log_in(request: Request) -> HTTPResponse:
    return response.redirect(f"{INLOGGEN}?naar={PATH}", status=303)
