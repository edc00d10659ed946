"""Who is at the desk: the cookie, the token against request forgery, and the check that every route goes through.

An address can only name a thing by one of the names in `_found`; what it names is looked up here, and when it is of a
municipality in which the employee has no role, the answer is the same as for what does not exist.
"""

from __future__ import annotations

import hmac
import inspect
import json
import logging
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast

from sanic import response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.catalog.gemeente import Gemeente
from bot.conversations.model import UnknownGesprek
from bot.errors import UnknownGemeente
from bot.handoff import callback, employees, queue
from bot.handoff.callback import UnknownVerzoek
from bot.handoff.model import HandoffError, Medewerker, Overdracht, Terugbelverzoek, UnknownOverdracht
from bot.redactie.roles import is_editor
from bot.threads import in_thread
from bot.web.desk.common import ER_NIET, Call, Desk, Refused
from bot.web.staff.entrance import COOKIE, INLOGGEN, REDACTIE, from_our_pages

logger = logging.getLogger(__name__)

CSRF = "x-balie-csrf"
LOGIN = INLOGGEN
_SAFE = frozenset({"GET", "HEAD"})
_NAME = re.compile(r"[A-Za-z0-9-]{1,80}")
GEEN_ROL = "U hebt geen rol bij de balie."
_STORING = "Er ging iets mis aan onze kant. Probeer het zo opnieuw."

Handler = Callable[..., Any]


def guard(
    desk: Desk, handler: Handler, *, page: bool = False
) -> Callable[..., Coroutine[Any, Any, HTTPResponse | None]]:
    """Around every route of somebody who must be logged in.

    Args:
        desk: what the routes share.
        handler: a plain function of a Call that gives what becomes JSON (None: nothing to say), or a coroutine function of
            Call and Request that answers by itself.
        page: a page for people: who is not logged in is sent to the log-in page, and the token is in a form.
    """

    async def answer(request: Request, **names: str) -> HTTPResponse | None:
        try:
            call = await _admit(desk, request, names, page)
            if inspect.iscoroutinefunction(handler):
                return cast("HTTPResponse | None", await handler(call, request))
            result = await in_thread(handler, call)
            for gesprek_id in dict.fromkeys(call.changed):
                await desk.signals.announce(gesprek_id)
            desk.watch.hurry()
            return response.empty(headers=_NO_STORE) if result is None else as_json(result)
        except Refused as error:
            if page and error.status == 401:
                return response.redirect(LOGIN, status=303)
            if page and error.text == GEEN_ROL:
                return response.redirect(REDACTIE, status=303)
            return as_json({"fout": error.text, **error.more}, error.status)
        except HandoffError as error:
            return as_json({"fout": str(error)}, 409)
        except UnknownGesprek:
            return as_json({"fout": "Dit gesprek is gewist door de bewoner."}, 410)
        except Exception as error:  # noqa: BLE001 (whatever broke, the desk gets an answer it can show)
            if request.stream is not None and request.stream.stage.name == "RESPONSE":
                # In the middle of a stream: the browser sees that it ends, and comes back.
                logger.warning("Een stroom van de balie brak af: %s", type(error).__name__)
                return None
            # Only the kind of error: its text may hold what a resident wrote.
            logger.error("Een verzoek aan de balie mislukte: %s", type(error).__name__)
            return as_json({"fout": _STORING}, 500)

    return answer


def as_json(content: object, status: int = 200) -> HTTPResponse:
    """JSON that nothing on the way keeps."""
    return response.json(content, status=status, headers=_NO_STORE, dumps=_dumps)


_NO_STORE = {"cache-control": "no-store"}


async def _admit(desk: Desk, request: Request, names: Mapping[str, str], page: bool) -> Call:
    cookie = request.cookies.get(COOKIE) or ""
    found = await in_thread(employees.session, desk.engine, cookie) if cookie else None
    if found is None:
        raise Refused(401, "U bent niet meer ingelogd.")
    medewerker, csrf = found
    if is_editor(medewerker.rollen) and not medewerker.gemeenten and not (page and request.method not in _SAFE):
        # Who edits texts has no business with conversations; logging out they may.
        raise Refused(403, GEEN_ROL)
    body: Mapping[str, Any] = {}
    if request.method not in _SAFE:
        given = request.form.get("csrf") if page else request.headers.get(CSRF)
        if not from_our_pages(request) or not hmac.compare_digest(str(given or "").encode(), csrf.encode()):
            raise Refused(403, "Dit verzoek komt niet van de balie. Laad de pagina opnieuw.")
        body = {} if page else _body(request)
    thing, gemeente = await in_thread(_found, desk, medewerker, names)
    query = {key: str(values[0]) for key, values in request.args.items()}
    return Call(desk, medewerker, cookie, csrf, body, query, names, thing, gemeente)


def _found(
    desk: Desk, medewerker: Medewerker, names: Mapping[str, str]
) -> tuple[Overdracht | Terugbelverzoek | None, Gemeente | None]:
    """What an address names, when it is of a municipality of this employee. Raises Refused."""
    assert set(names) <= {"overdracht_id", "referentienummer", "gemeente_id", "product_id"}, names
    if not names:
        return None, None
    if not all(_NAME.fullmatch(value) for value in names.values()):
        raise Refused(404, ER_NIET)
    thing: Overdracht | Terugbelverzoek | None = None
    try:
        if "overdracht_id" in names:
            thing = queue.load(desk.engine, names["overdracht_id"])
        elif "referentienummer" in names:
            thing = callback.load(desk.engine, names["referentienummer"])
        gemeente_id = thing.gemeente if thing else names["gemeente_id"]
        if gemeente_id not in medewerker.gemeenten:
            raise Refused(404, ER_NIET)
        return thing, desk.gemeenten[gemeente_id]
    except (UnknownOverdracht, UnknownVerzoek, UnknownGemeente):
        raise Refused(404, ER_NIET) from None


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = request.json
    except InvalidUsage:
        raise Refused(400, "De inhoud van het verzoek is geen geldige JSON.") from None
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise Refused(400, "Stuur een JSON-object.")
    return body


def _dumps(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)
