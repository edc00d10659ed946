"""Fetching the calendar file of an appointment by its signed link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from bot.appointments import register
from bot.appointments.values import Keus
from bot.calendar_links import calendar_link, read_link
from bot.channels.tokens import BadToken
from bot.database import open_database
from bot.settings import Settings
from tests.web.conftest import Site


def appointment(settings: Settings) -> register.Vastgelegd:
    now = datetime.now(UTC)
    engine = open_database(settings.catalog_url)
    made = register.ask(
        engine,
        gemeente="voorbeeldstad",
        systeem="agenda",
        sleutel="s1",
        gesprek_id="g1",
        product="paspoort-aanvragen",
        keuzen=[Keus("pas")],
        locatie="stadhuis",
        plek="Stadhuis",
        begin=now + timedelta(days=3),
        contacten=[],
        now=now,
    )
    return register.booked(engine, made.referentie, "1", made.begin, None)


def test_who_has_the_link_gets_the_file(serve: Site, sqlite_settings: Settings) -> None:
    site = serve()
    one = appointment(sqlite_settings)
    answer = site.get(urlsplit(calendar_link(sqlite_settings, one.referentie, one.begin)).path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/calendar")
    assert "afspraak.ics" in answer.headers["content-disposition"] and "no-store" in answer.headers["cache-control"]
    assert f"Nummer van uw afspraak: {one.referentie}" in answer.text.replace("\r\n ", "")


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "../../x"])
def test_another_link_gives_nothing(site: httpx.Client, token: str) -> None:
    assert site.get(f"/agenda/{token}/afspraak.ics").status_code == 404


def test_a_link_ends_with_its_appointment(sqlite_settings: Settings) -> None:
    link = calendar_link(sqlite_settings, "K7MC-2PQR", datetime.now(UTC) - timedelta(days=1))
    with pytest.raises(BadToken):
        read_link(sqlite_settings, link.split("/")[-2])


def test_an_appointment_that_is_gone_gives_nothing(serve: Site, sqlite_settings: Settings) -> None:
    site = serve()
    link = calendar_link(sqlite_settings, "K7MC-2PQR", datetime.now(UTC) + timedelta(days=1))
    assert site.get(urlsplit(link).path).status_code == 404
