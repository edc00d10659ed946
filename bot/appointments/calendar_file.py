"""An appointment as a file for one's own calendar (iCalendar, RFC 5545; cancelling and changing as RFC 5546 wants)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from bot.appointments.register import Stand, Vastgelegd
from bot.appointments.values import TIJDZONE

MINUTEN = 15
"""Length in the calendar of an appointment whose system does not tell when it ends."""
VOORAF = timedelta(hours=24)
"""When the calendar reminds one of it."""


def calendar_file(one: Vastgelegd, *, titel: str, omschrijving: str, domein: str, now: datetime) -> bytes:
    """The file, in UTF-8. The same appointment keeps its UID, so that a later file replaces an earlier one.

    Args:
        titel: what it is called in the calendar.
        omschrijving: what else one should know; plain text.
        domein: the installation's name in the UID.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Vraagbaak//NL")
    calendar.add("version", "2.0")
    cancelled = one.stand is Stand.GEANNULEERD
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    event = Event()
    event.add("uid", f"{one.referentie.lower()}@{domein}")
    event.add("sequence", one.volgnummer)
    event.add("dtstamp", now)
    event.add("dtstart", one.begin.astimezone(TIJDZONE))
    event.add("dtend", (one.einde or one.begin + timedelta(minutes=MINUTEN)).astimezone(TIJDZONE))
    event.add("summary", titel)
    event.add("location", one.plek)
    event.add("description", omschrijving)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    if not cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", titel)
        alarm.add("trigger", -VOORAF)
        event.add_component(alarm)
    calendar.add_component(event)
    year = one.begin.year
    calendar.add_missing_timezones(first_date=date(year - 1, 1, 1), last_date=date(year + 1, 1, 1))
    return bytes(calendar.to_ical())
