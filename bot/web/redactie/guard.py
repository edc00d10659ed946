"""The check that every route of the redactie goes through: who it is, whether the form is ours, and whether the role allows it.

What an address names at a place where somebody has no role is answered like what does not exist.
"""

from __future__ import annotations

import hmac
import inspect
import logging
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.errors import VraagbaakError
from bot.handoff import employees
from bot.handoff.model import Medewerker
from bot.redactie.roles import Recht, is_editor, may
from bot.redactie.values import NietGevonden, NietToegestaan
from bot.threads import in_thread
from bot.web.redactie.common import (
    CENTRAAL_PAD,
    ER_NIET,
    MAG_NIET,
    Answer,
    Call,
    Download,
    Goodbye,
    Page,
    Plek,
    Redirect,
    Refused,
    Room,
    Upload,
)
from bot.web.redactie.render import as_html
from bot.web.staff.entrance import COOKIE, INLOGGEN, REDACTIE, from_our_pages, set_cookie

logger = logging.getLogger(__name__)

NAMEN = frozenset({"plek", "product_id", "groep_id", "vorm"})
_NAME = re.compile(r"[A-Za-z0-9-]{1,80}")
_SAFE = frozenset({"GET", "HEAD"})
_NO_STORE = {"cache-control": "no-store"}
_STORING = "Er ging iets mis aan onze kant. Uw laatste bewaarde tekst is er nog. Probeer het zo opnieuw."

Handler = Callable[[Call], Any]
"""A plain function, or a coroutine function, of a Call that gives an Answer."""


def guard(room: Room, handler: Handler, recht: Recht | None) -> Callable[..., Coroutine[Any, Any, HTTPResponse]]:
    """Around every route but scripts and styles.

    Args:
        room: what the routes share.
        handler: what the route does.
        recht: what the role must allow at the place that the address names; None: for everybody with a role in the redactie,
            at a place that they may read.
    """

    async def answer(request: Request, **names: str) -> HTTPResponse:
        call: Call | None = None
        try:
            call = await _admit(room, request, names, recht)
            made = handler(call)
            if inspect.isawaitable(made):
                return _send(call, await made)
            return _send(call, made)
        except Refused as error:
            if error.status == 401:
                return response.redirect(f"{INLOGGEN}?naar={REDACTIE}", status=303, headers=_NO_STORE)
            return _sorry(call, error.text, error.status)
        except NietToegestaan as error:
            return _sorry(call, str(error), 403)
        except NietGevonden as error:
            return _sorry(call, str(error), 404)
        except VraagbaakError as error:
            return _sorry(call, str(error), 409)
        except Exception as error:  # noqa: BLE001 (whatever broke, the editor gets a page)
            # Only the kind of error: its text may hold what somebody wrote.
            logger.error("Een verzoek aan de redactie mislukte: %s", type(error).__name__)
            return _sorry(call, _STORING, 500)

    return answer


def in_a_thread(handler: Callable[[Call], Answer]) -> Callable[[Call], Coroutine[Any, Any, Answer]]:
    """A handler that waits for the database, away from the event loop."""

    async def away(call: Call) -> Answer:
        return await in_thread(handler, call)

    return away


async def _admit(room: Room, request: Request, names: Mapping[str, str], recht: Recht | None) -> Call:
    cookie = request.cookies.get(COOKIE) or ""
    found = await in_thread(employees.session, room.engine, cookie) if cookie else None
    if found is None:
        raise Refused(401, "U bent niet meer ingelogd.")
    medewerker, csrf = found
    is_post = request.method not in _SAFE
    form = {key: [str(one) for one in values] for key, values in request.form.items()} if is_post else {}
    if is_post:
        given = (form.get("csrf") or [""])[0]
        if not from_our_pages(request) or not hmac.compare_digest(given.encode(), csrf.encode()):
            raise Refused(403, "Dit verzoek komt niet van de redactie. Laad de pagina opnieuw.")
    if not is_editor(medewerker.rollen):
        raise Refused(403, "U hebt geen rol in de redactie. Vraag uw beheerder om toegang.")
    assert set(names) <= NAMEN, names
    if not all(_NAME.fullmatch(value) for value in names.values()):
        raise Refused(404, ER_NIET)
    query = {key: str(values[0])[:2000] for key, values in request.args.items()}
    plekken = room.plekken(medewerker)
    plek = _plek(room, names.get("plek") or query.get("plek") or "", medewerker)
    if plek is None or plek not in plekken:
        raise Refused(404, ER_NIET)
    if not may(medewerker.rollen, recht or Recht.LEZEN, plek.gemeente):
        raise Refused(403, MAG_NIET)
    files = {
        key: Upload(str(values[0].name), bytes(values[0].body))
        for key, values in (request.files or {}).items()
        if is_post and values
    }
    return Call(room, medewerker, cookie, csrf, form, query, dict(names), plek, files, is_post)


def _plek(room: Room, pad: str, medewerker: Medewerker) -> Plek | None:
    """The place that is asked for; when none is, where the editor works: a municipality before the central texts."""
    if pad:
        return room.plek(pad)
    own = room.plekken(medewerker, Recht.SCHRIJVEN) or room.plekken(medewerker, Recht.LEZEN)
    return next((one for one in own if not one.is_centraal), room.plek(CENTRAAL_PAD))


def _send(call: Call, made: Answer) -> HTTPResponse:
    if isinstance(made, Redirect):
        return response.redirect(made.url, status=303, headers=_NO_STORE)
    if isinstance(made, Goodbye):
        away = response.redirect(f"{INLOGGEN}?uit=1&naar={REDACTIE}", status=303, headers=_NO_STORE)
        set_cookie(away, call.room.settings, COOKIE, "", age=0)
        return away
    if isinstance(made, Download):
        disposition = f'attachment; filename="{made.naam}"'
        headers = {**_NO_STORE, "content-disposition": disposition}
        return response.raw(made.inhoud, content_type=made.soort, headers=headers)
    return as_html(call, made)


def _sorry(call: Call | None, text: str, status: int) -> HTTPResponse:
    return as_html(call, Page("fout.html", {"tekst": text}, status))
