"""The calendar file of an appointment, for whoever has its signed link."""

from __future__ import annotations

from datetime import UTC, datetime

from sanic import Blueprint, response
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.appointment_texts import calendar_of
from bot.appointments import register
from bot.calendar_links import read_link
from bot.catalog.live import gemeenten_of
from bot.channels.tokens import BadToken
from bot.database import open_database
from bot.settings import Settings
from bot.threads import in_thread


def blueprint(settings: Settings) -> Blueprint:
    """`GET /agenda/<token>/afspraak.ics`."""
    routes = Blueprint("agendabestanden")

    @routes.get("/agenda/<token>/afspraak.ics")
    async def calendar(request: Request, token: str) -> HTTPResponse:
        try:
            referentie = read_link(settings, token)
        except BadToken:
            raise NotFound("") from None
        contents = await in_thread(_contents, settings, referentie)
        headers = {"Content-Disposition": 'attachment; filename="afspraak.ics"', "Cache-Control": "private, no-store"}
        return response.raw(contents, content_type="text/calendar; charset=utf-8", headers=headers)

    return routes


def _contents(settings: Settings, referentie: str) -> bytes:
    found = register.load(open_database(settings.catalog_url), referentie)
    if found is None or found.gemeente not in gemeenten_of(settings):
        raise NotFound("")
    return calendar_of(settings, gemeenten_of(settings)[found.gemeente], found, datetime.now(UTC))
