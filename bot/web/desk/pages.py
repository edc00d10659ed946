"""The pages of the desk: logging in and out, and the page on which employees work."""

from __future__ import annotations

import logging
from pathlib import Path

import jinja2
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.handoff import employees
from bot.threads import in_thread
from bot.web.desk import oidc
from bot.web.desk.common import PATH, Call, Desk
from bot.web.desk.limits import MINUTEN
from bot.web.security import desk_policy
from bot.web.staff.entrance import (
    COOKIE,
    INLOGGEN,
    REDACTIE,
    address,
    from_our_pages,
    home,
    set_cookie,
)
from bot.web.staff.files import file_answer

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
)
LANGST = 200
"""Characters of a name or password that are looked at; hashing more would only keep the machine busy."""


def page(template: str, status: int = 200, **fields: object) -> HTTPResponse:
    """A page that nothing on the way keeps."""
    headers = {"content-security-policy": desk_policy(), "cache-control": "no-store"}
    return response.html(_TEMPLATES.get_template(template).render(pad=PATH, **fields), status=status, headers=headers)


class Pages:
    """The pages that somebody sees who is not logged in, and those around them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def login_page(self, request: Request) -> HTTPResponse:
        """GET /balie/inloggen."""
        cookie = request.cookies.get(COOKIE)
        found = await in_thread(employees.session, self._desk.engine, cookie) if cookie else None
        wanted = _wanted(str(request.args.get("naar") or ""))
        if found is not None:
            return response.redirect(home(found[0], wanted), status=303)
        return self._login(uit="uit" in request.args, naar=wanted)

    async def log_in(self, request: Request) -> HTTPResponse:
        """POST /balie/inloggen: name and password."""
        naar = _wanted(str(request.form.get("naar") or ""))
        if not from_our_pages(request):
            return self._login("vreemd", status=403)
        naam = str(request.form.get("naam") or "").strip()[:LANGST]
        wachtwoord = str(request.form.get("wachtwoord") or "")[:LANGST]
        if not naam or not wachtwoord:
            return self._login("leeg", naam, status=400, naar=naar)
        limits, adres = self._desk.limits, address(request)
        if not limits.may_try(naam, adres):
            return self._login("vaak", naam, status=429, naar=naar)
        try:
            medewerker = await in_thread(employees.log_in, self._desk.engine, naam, wachtwoord)
        except employees.WrongLogin:
            limits.failed(naam, adres)
            return self._login("fout", naam, status=401, naar=naar)
        except employees.Locked:
            return self._login("vaak", naam, status=429, naar=naar)
        limits.succeeded(naam)
        answer = response.redirect(home(medewerker, naar), status=303)
        await begin(self._desk, answer, medewerker.id)
        return answer

    async def oidc_start(self, request: Request) -> HTTPResponse:
        """GET /balie/oidc: on to the municipality's own log-in."""
        if not oidc.is_on(self._desk.settings):
            return self._login(status=404)
        try:
            url, keep = await oidc.begin(self._desk.settings)
        except oidc.OidcError as error:
            logger.warning("Inloggen via OIDC kan niet: %s", error)
            return self._login("oidc", status=502)
        answer = response.redirect(url, status=303)
        # Lax: the browser comes back from another site, and must still have it.
        set_cookie(answer, self._desk.settings, oidc.COOKIE, keep, age=oidc.SECONDEN, path=PATH, lax=True)
        return answer

    async def oidc_return(self, request: Request) -> HTTPResponse:
        """GET /balie/oidc/terug: who it is, says the municipality's log-in."""
        if not oidc.is_on(self._desk.settings):
            return self._login(status=404)
        kept = request.cookies.get(oidc.COOKIE) or ""
        try:
            names = await oidc.finish(self._desk.settings, kept, dict(request.query_args))
        except oidc.OidcError as error:
            logger.warning("Inloggen via OIDC mislukte: %s", error)
            answer = self._login("oidc", status=401)
        else:
            found = [await in_thread(employees.by_name, self._desk.engine, name) for name in names]
            medewerker = next((one for one in found if one is not None and one.actief), None)
            if medewerker is None:
                answer = self._login("geen_account", status=403)
            else:
                # A page and not a redirect: a redirect from another site would not carry a strict cookie.
                answer = page("terug.html", naar=home(medewerker))
                await begin(self._desk, answer, medewerker.id)
        set_cookie(answer, self._desk.settings, oidc.COOKIE, "", age=0, path=PATH, lax=True)
        return answer

    async def file(self, request: Request, name: str) -> HTTPResponse:
        """GET /balie/static/<name>: script or style."""
        return file_answer(STATIC, request, name)

    def _login(
        self, fout: str = "", naam: str = "", status: int = 200, uit: bool = False, naar: str = ""
    ) -> HTTPResponse:
        met_oidc = oidc.is_on(self._desk.settings)
        fields = {"fout": fout, "naam": naam, "oidc": met_oidc, "uit": uit, "minuten": MINUTEN, "naar": naar}
        return page("inloggen.html", status, **fields)


def _wanted(naar: str) -> str:
    """Where somebody wanted to go: only to a page that we know."""
    return naar if naar in (PATH, REDACTIE) else ""


async def begin(desk: Desk, answer: HTTPResponse, medewerker_id: int) -> None:
    """Give the browser a session."""
    cookie, _ = await in_thread(employees.begin_session, desk.engine, medewerker_id)
    set_cookie(answer, desk.settings, COOKIE, cookie, age=int(employees.SESSIE.total_seconds()))


async def desk_page(call: Call, request: Request) -> HTTPResponse:
    """GET /balie."""
    return page("balie.html", csrf=call.csrf, naam=call.medewerker.naam)


async def log_out(call: Call, request: Request) -> HTTPResponse:
    """POST /balie/uitloggen."""
    await in_thread(employees.end_session, call.engine, call.cookie)
    call.desk.watch.hurry()
    answer = response.redirect(f"{INLOGGEN}?uit=1", status=303)
    set_cookie(answer, call.desk.settings, COOKIE, "", age=0)
    return answer
