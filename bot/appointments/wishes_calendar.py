"""Reckoning with days: the next such date, weeks from Monday to Sunday, parts of months."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

Stuk = tuple[date, date]
DAG = timedelta(days=1)


def next_weekday(weekdag: int, vandaag: date) -> date:
    """The first such day of the week after today. Said on a Tuesday, "dinsdag" is a week later: for today people say
    "vandaag".
    """
    return vandaag + timedelta(days=(weekdag - vandaag.weekday() - 1) % 7 + 1)


def next_date(dag: int, maand: int, vandaag: date) -> date | None:
    """The next such date, which may be today; None when there is none within a year (31 February, most 29 Februaries)."""
    for jaar in (vandaag.year, vandaag.year + 1):
        found = make_date(jaar, maand, dag)
        if found and vandaag <= found:
            return found
    return None


def next_day_of_month(dag: int, vandaag: date) -> date | None:
    """The next day with that number, which may be today; None when no month has it."""
    for verder in range(3):
        maand = vandaag.replace(day=1) + relativedelta(months=verder)
        found = make_date(maand.year, maand.month, dag)
        if found and found >= vandaag:
            return found
    return None


def make_date(jaar: int, maand: int, dag: int) -> date | None:
    """A date; None when the calendar has no such day."""
    try:
        return date(jaar, maand, dag)
    except ValueError:
        return None


def week(dag: date, verder: int = 0) -> Stuk:
    """Monday and Sunday of the week of a day, or of one that many weeks on."""
    begin = dag - timedelta(days=dag.weekday()) + timedelta(weeks=verder)
    return begin, begin + timedelta(days=6)


def weekend(vandaag: date, verder: int = 0) -> Stuk:
    """Saturday and Sunday of this week, or of one that many weeks on."""
    begin, einde = week(vandaag, verder)
    return begin + timedelta(days=5), einde


def month(dag: date, verder: int = 0) -> Stuk:
    """First and last day of the month of a day, or of one that many months on."""
    begin = dag.replace(day=1) + relativedelta(months=verder)
    return begin, begin.replace(day=monthrange(begin.year, begin.month)[1])


def year(dag: date, verder: int = 0) -> Stuk:
    """First and last day of the year of a day, or of one that many years on."""
    return date(dag.year + verder, 1, 1), date(dag.year + verder, 12, 31)


def month_named(maand: int, vandaag: date, jaar: int | None, deel: str = "") -> Stuk:
    """A month, or its begin, half or end: in that year, or the next one that is not over."""
    if jaar is not None:
        return part_of(month(date(jaar, maand, 1)), deel)
    this_year = part_of(month(date(vandaag.year, maand, 1)), deel)
    if this_year[1] >= vandaag:
        return this_year
    return part_of(month(date(vandaag.year + 1, maand, 1)), deel)


def part_of(stuk: Stuk, deel: str) -> Stuk:
    """Begin, half or end of a week, a month or a year; all of it for any other word.

    A week begins on Monday and Tuesday and ends from Thursday on; a month goes by tens; of a year it is one month, for
    half of it two.
    """
    begin, einde = stuk
    lengte = (einde - begin).days + 1
    if lengte == 7:
        grenzen = {"begin": (0, 1), "half": (1, 3), "eind": (3, 6)}
    elif lengte <= 31:
        grenzen = {"begin": (0, 9), "half": (10, 19), "eind": (20, lengte - 1)}
    else:
        maanden = {"begin": (1, 1), "half": (6, 7), "eind": (12, 12)}.get(deel)
        if maanden is None:
            return stuk
        return date(begin.year, maanden[0], 1), month(date(begin.year, maanden[1], 1))[1]
    if deel not in grenzen:
        return stuk
    eerste, laatste = grenzen[deel]
    return begin + timedelta(days=eerste), begin + timedelta(days=laatste)


def week_number(nummer: int, vandaag: date) -> Stuk | None:
    """The next week with that ISO number that is not over; None when the year has no such week."""
    for jaar in (vandaag.isocalendar().year, vandaag.isocalendar().year + 1):
        try:
            begin = date.fromisocalendar(jaar, nummer, 1)
        except ValueError:
            continue
        if begin + timedelta(days=6) >= vandaag:
            return begin, begin + timedelta(days=6)
    return None


def months_on(vandaag: date, maanden: int) -> date:
    """The same day of a later month, or its last one: a month from 31 January is 28 February."""
    later: date = vandaag + relativedelta(months=maanden)
    return later
