"""The file for one's own calendar, read back by the library that calendars are read with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from bot.appointments.calendar_file import MINUTEN, calendar_file
from bot.appointments.register import Stand, Vastgelegd
from bot.appointments.values import TIJDZONE, Keus

NU = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def one(begin: datetime, **changes: object) -> Vastgelegd:
    fields = {
        "referentie": "K7MC-2PQR",
        "gemeente": "voorbeeldstad",
        "systeem": "agenda",
        "systeem_id": "1",
        "stand": Stand.GEBOEKT,
        "sleutel": "s",
        "product": "paspoort-aanvragen",
        "keuzen": (Keus("pas"),),
        "locatie": "stadhuis",
        "plek": "Stadhuis, Stadsplein 1; achterom",
        "begin": begin.astimezone(UTC),
        "einde": None,
        "volgnummer": 0,
        "gemaakt_op": NU,
    }
    return Vastgelegd(**(fields | changes))  # type: ignore[arg-type]


def read(made: Vastgelegd) -> tuple[Calendar, object]:
    contents = calendar_file(
        made, titel="Paspoort, afhalen", omschrijving="Neem mee:\n- pas", domein="vraagbaak", now=NU
    )
    calendar = Calendar.from_ical(contents)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


@pytest.mark.parametrize(
    "begin", [datetime(2027, 1, 14, 10, 0), datetime(2027, 7, 14, 10, 0), datetime(2027, 3, 29, 8, 30)]
)
def test_winter_and_summer_time(begin: datetime) -> None:
    local = begin.replace(tzinfo=TIJDZONE)
    calendar, event = read(one(local))
    assert event["dtstart"].dt == local and event["dtstart"].params["TZID"] == "Europe/Amsterdam"  # type: ignore[index]
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=MINUTEN)  # type: ignore[index]
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Amsterdam"]


def test_words_with_marks_come_back_whole() -> None:
    _, event = read(one(NU))
    assert str(event["summary"]) == "Paspoort, afhalen" and str(event["location"]) == "Stadhuis, Stadsplein 1; achterom"  # type: ignore[index]
    assert str(event["description"]) == "Neem mee:\n- pas"  # type: ignore[index]


def test_a_later_file_replaces_the_earlier_one() -> None:
    _, first = read(one(NU))
    _, moved = read(one(NU + timedelta(days=1), volgnummer=1))
    calendar, gone = read(one(NU, volgnummer=2, stand=Stand.GEANNULEERD))
    assert first["uid"] == moved["uid"] == gone["uid"]  # type: ignore[index]
    assert [int(event["sequence"]) for event in (first, moved, gone)] == [0, 1, 2]  # type: ignore[index]
    assert calendar["method"] == "CANCEL" and gone["status"] == "CANCELLED"  # type: ignore[index]
