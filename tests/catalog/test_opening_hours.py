"""When the municipality can be reached."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from bot.catalog.opening_hours import TIJDZONE, bereikbaarheid, onbekende_feestdagen, sluitingsreden
from bot.catalog.rooster import Openingstijden

WEEK = dict.fromkeys(("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag"), "09:00-17:00")


def tijden(**kwargs: object) -> Openingstijden:
    return Openingstijden(**({"telefoon": WEEK, "balie": {"maandag": "09:00-12:00, 13:30-16:00"}} | kwargs))  # type: ignore[arg-type]


def op(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIJDZONE)


def test_open_on_a_weekday_until_closing_time() -> None:
    stand = bereikbaarheid(tijden(), "telefoon", op("2026-11-25 10:00"))
    assert (stand.open, stand.tot, stand.dicht_wegens) == (True, time(17), None)


@pytest.mark.parametrize(
    ("moment", "verder", "dag", "tijd"),
    [
        ("2026-11-25 08:59", 0, date(2026, 11, 25), time(9)),
        ("2026-11-25 17:00", 1, date(2026, 11, 26), time(9)),
        ("2026-11-27 18:00", 3, date(2026, 11, 30), time(9)),
        # Eerste en Tweede Kerstdag fall on Friday and Saturday.
        ("2026-12-24 18:00", 4, date(2026, 12, 28), time(9)),
    ],
)
def test_says_when_it_opens_next(moment: str, verder: int, dag: date, tijd: time) -> None:
    stand = bereikbaarheid(tijden(), "telefoon", op(moment))
    assert not stand.open
    assert (stand.dagen_verder, stand.opent_dag, stand.opent_tijd) == (verder, dag, tijd)


def test_closed_between_two_stretches_opens_later_today() -> None:
    stand = bereikbaarheid(tijden(), "balie", op("2026-11-30 12:30"))
    assert (stand.open, stand.dagen_verder, stand.opent_tijd) == (False, 0, time(13, 30))


@pytest.mark.parametrize(
    ("dag", "naam"),
    [
        (date(2026, 1, 1), "Nieuwjaarsdag"),
        (date(2026, 4, 6), "Tweede paasdag"),
        (date(2026, 4, 27), "Koningsdag"),
        (date(2026, 5, 14), "Hemelvaartsdag"),
        (date(2026, 12, 25), "Eerste Kerstdag"),
        # Koningsdag 2031 falls on a Sunday, so it is kept the day before.
        (date(2031, 4, 26), "Koningsdag"),
    ],
)
def test_public_holidays_close(dag: date, naam: str) -> None:
    assert sluitingsreden(tijden(), dag) == naam


def test_bevrijdingsdag_closes_only_where_the_municipality_says_so() -> None:
    assert sluitingsreden(tijden(), date(2026, 5, 5)) is None
    assert sluitingsreden(tijden(ook_dicht=("Bevrijdingsdag",)), date(2026, 5, 5)) == "Bevrijdingsdag"


def test_good_friday_can_be_an_ordinary_day() -> None:
    assert sluitingsreden(tijden(), date(2026, 4, 3)) == "Goede Vrijdag"
    assert sluitingsreden(tijden(toch_open=("Goede Vrijdag",)), date(2026, 4, 3)) is None


def test_a_one_off_closure_gives_its_reason() -> None:
    dicht = tijden(sluitingen=({"datum": date(2026, 11, 25), "reden": "personeelsdag"},))
    stand = bereikbaarheid(dicht, "telefoon", op("2026-11-25 10:00"))
    assert (stand.open, stand.dicht_wegens, stand.opent_dag) == (False, "personeelsdag", date(2026, 11, 26))


def test_clock_time_counts_also_when_summer_time_ends() -> None:
    # 25 October 2026, 03:00 becomes 02:00; on Monday 09:00 is 08:00 UTC.
    stand = bereikbaarheid(tijden(), "telefoon", datetime.fromisoformat("2026-10-26T08:00:00+00:00"))
    assert stand.open


def test_never_open_gives_no_opening() -> None:
    stand = bereikbaarheid(tijden(telefoon={}), "telefoon", op("2026-11-25 10:00"))
    assert (stand.open, stand.opent_dag) == (False, None)


def test_unknown_holiday_names_are_found() -> None:
    assert onbekende_feestdagen(tijden(ook_dicht=("Sinterklaas",), toch_open=("Goede Vrijdag",)), 2026) == (
        "Sinterklaas",
    )
