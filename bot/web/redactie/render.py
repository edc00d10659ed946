"""Pages as HTML: Jinja with every value escaped, and the headers that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import jinja2
from babel.dates import format_date, format_datetime
from sanic import response
from sanic.response import HTTPResponse

from bot.catalog.opening_hours import TIJDZONE
from bot.catalog.product import ASPECTS
from bot.catalog.render import LOCALE
from bot.redactie.history import Regel
from bot.redactie.roles import Recht
from bot.web.redactie.common import PATH, Call, Page, address
from bot.web.security import desk_policy

FOLDER = Path(__file__).parent
OMHEEN = 2
"""Unchanged lines that are shown before and after a change."""
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def dag(value: date | datetime | None) -> str:
    """A day as editors read it: `26 nov 2026`."""
    if value is None:
        return ""
    moment = value.astimezone(TIJDZONE) if isinstance(value, datetime) else value
    return str(format_date(moment, "d MMM y", locale=LOCALE)).replace(".", "")


def moment(value: datetime | None) -> str:
    """A moment as editors read it, local time: `26 nov 2026, 9.05`."""
    if value is None:
        return ""
    return str(format_datetime(value.astimezone(TIJDZONE), "d MMM y, H.mm", locale=LOCALE)).replace(". ", " ", 1)


def rond_wijziging(regels: Sequence[Regel]) -> list[Regel | None]:
    """The lines of a difference that changed, with a few around them; None stands for lines that are left out."""
    near = {
        place
        for number, one in enumerate(regels)
        if one.soort != "gelijk"
        for place in range(number - OMHEEN, number + OMHEEN + 1)
    }
    shown: list[Regel | None] = []
    for number, one in enumerate(regels):
        if number in near:
            shown.append(one)
        elif not shown or shown[-1] is not None:
            shown.append(None)
    return shown


def procent(value: float) -> str:
    """A share as a whole percentage."""
    return f"{round(100 * value)}%"


_TEMPLATES.filters.update(dag=dag, moment=moment, procent=procent, rond_wijziging=rond_wijziging)
_TEMPLATES.globals.update(pad=PATH, adres=address, ASPECTEN=ASPECTS, Recht=Recht)


def as_html(call: Call | None, page: Page) -> HTTPResponse:
    """A page that nothing on the way keeps."""
    fields: dict[str, object] = {"call": call, "gedaan": "", "plekken": ()}
    if call is not None:
        fields |= {"gedaan": call.query.get("gedaan", ""), "plekken": call.room.plekken(call.medewerker)}
    body = _TEMPLATES.get_template(page.template).render({**fields, **page.fields})
    headers = {"content-security-policy": desk_policy(), "cache-control": "no-store"}
    return response.html(body, status=page.status, headers=headers)
