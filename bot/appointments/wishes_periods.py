"""Stretches of days in a sentence: weeks, weekends, months and years, "over drie weken"; and moments nobody can place."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.appointments.wishes_calendar import (
    DAG,
    Stuk,
    month,
    month_named,
    months_on,
    next_date,
    part_of,
    week,
    week_number,
    weekend,
    year,
)
from bot.appointments.wishes_days import Regel
from bot.appointments.wishes_pieces import ONBEKEND, Dagen, Deel, Rij
from bot.appointments.wishes_words import EINDE, GETAL, MAAND, MAANDEN, VOLLE_MAAND, WEEKDAG, WEEKDAGEN, getal

_WELKE = r"(?:deze|dit|volgende|volgend|komende|komend|aankomende|aankomend|aanstaande|de|het|van de|van het|'t)"
_DEEL = r"(?:(?:het |'t )?(?P<deel>begin|half|halverwege|midden|medio|eind|einde)(?: in| van)? )"
_DELEN = {"half": "half", "halverwege": "half", "midden": "half", "medio": "half", "einde": "eind"}
_EENHEID = r"(?P<eenheid>dagen|dag|dagjes|dagje|weken|week|weekjes|weekje|maanden|maand|maandje|jaar)"


def _period(match: re.Match[str], vandaag: date) -> Rij | None:
    welke = match["welke"]
    deel = _DELEN.get(match["deel"] or "", match["deel"] or "")
    verder = int(welke.startswith(("volgend", "kom", "aankom", "aanst")))
    van_de = welke.startswith(("de", "het", "van", "'t")) and not welke.startswith("deze")
    if van_de and not deel:
        return None
    stuk = part_of(_whole(match["wat"], vandaag, verder), deel)
    if van_de and stuk[1] < vandaag:
        stuk = part_of(_whole(match["wat"], vandaag, 1), deel)
    return _stretch(stuk, vandaag, dichtbij=not deel, eind=deel == "eind")


def _whole(wat: str, vandaag: date, verder: int) -> Stuk:
    if wat == "week":
        return week(vandaag, verder)
    return month(vandaag, verder) if wat == "maand" else year(vandaag, verder)


def _stretch(stuk: Stuk | None, vandaag: date, **kenmerken: bool) -> Rij:
    """A stretch, without the days that are over."""
    if stuk is None:
        return (ONBEKEND,)
    if stuk[1] < vandaag:
        return (Deel("P"),)
    return (Deel("D", dagen=Dagen(max(stuk[0], vandaag), stuk[1], **kenmerken)),)


def _weekend(match: re.Match[str], vandaag: date) -> Rij | None:
    welke = match["welke"]
    if match["grens"]:
        # "Na het weekend", "voor het weekend": the one that comes, or that it is now.
        grens = "n" if match["grens"] == "na" else "v"
        begin, einde = weekend(vandaag, int(grens == "v" and vandaag.weekday() >= 5))
        return (Deel("G", dagen=Dagen(begin, einde), grens=grens),)
    if welke in ("dit ", "van het "):
        return _stretch(weekend(vandaag), vandaag)
    if welke and welke.startswith(("komend", "aankomend", "aanstaand")):
        return _stretch(weekend(vandaag, int(vandaag.weekday() >= 5)), vandaag)
    if welke and welke.startswith("volgend"):
        return _stretch(weekend(vandaag, 1), vandaag)
    return (Deel("W", weekdagen=frozenset({5, 6}), elke=True),)


def _month(match: re.Match[str], vandaag: date) -> Rij | None:
    gezegd = {"dit": vandaag.year, "volgend": vandaag.year + 1}.get(match["welk"] or "")
    jaar = int(match["jaar"]) if match["jaar"] else gezegd
    deel = _DELEN.get(match["deel"] or "", match["deel"] or "")
    return _stretch(month_named(MAANDEN[match["maand"]], vandaag, jaar, deel), vandaag, eind=deel == "eind")


def _year(match: re.Match[str], vandaag: date) -> Rij | None:
    deel = _DELEN.get(match["deel"] or "", match["deel"] or "")
    return _stretch(part_of(year(date(int(match["jaar"]), 1, 1)), deel), vandaag)


def _week_of_month(match: re.Match[str], vandaag: date) -> Rij:
    begin, einde = month_named(MAANDEN[match["maand"]], vandaag, int(match["jaar"]) if match["jaar"] else None)
    if match["hoeveelste"] == "laatste":
        return _stretch((einde - 6 * DAG, einde), vandaag)
    eerste = begin + timedelta(weeks=getal(match["hoeveelste"]) - 1)
    return _stretch((eerste, min(eerste + 6 * DAG, einde)), vandaag)


def _weekday_of_month(match: re.Match[str], vandaag: date) -> Rij:
    """Reads "de eerste dinsdag van december", or of this month or the next."""
    if match["maand"]:
        begin, einde = month_named(MAANDEN[match["maand"]], vandaag, None)
    else:
        begin, einde = month(vandaag, int(match["volgende"] is not None))
    dagen = [one for one in (begin + verder * DAG for verder in range(31)) if one <= einde]
    dagen = [one for one in dagen if one.weekday() == WEEKDAGEN[match["naam"]]]
    dag = dagen[-1] if match["hoeveelste"] == "laatste" else dagen[getal(match["hoeveelste"]) - 1]
    return _stretch((dag, dag), vandaag)


def _week_of(match: re.Match[str], vandaag: date) -> Rij:
    dag = next_date(getal(match["dag"].strip()), MAANDEN[match["maand"].rstrip(".")], vandaag)
    if dag is None:
        return (ONBEKEND,)
    return _stretch(weekend(dag) if match["wat"] == "weekend" else week(dag), vandaag)


def _week_number(match: re.Match[str], vandaag: date) -> Rij | None:
    return _stretch(week_number(int(match["nummer"]), vandaag), vandaag)


def _on(match: re.Match[str], vandaag: date) -> Rij:
    """Reads "over drie weken": that day. A month on is a week, half a year or a year on the month it falls in."""
    eenheid = match["eenheid"]
    if match["paar"]:
        stap = {"d": 1, "w": 7, "m": 30}.get(eenheid[0], 365)
        laatste = 5 if stap == 1 else 4
        return _stretch((vandaag + timedelta(days=2 * stap), vandaag + timedelta(days=laatste * stap)), vandaag)
    if match["anderhalf"]:
        dagen = {"w": 11, "m": 45}.get(eenheid[0], 548)
        return _day_on(vandaag + timedelta(days=dagen))
    aantal = getal(match["of"] or match["aantal"])
    if eenheid[0] == "d":
        return _day_on(vandaag + timedelta(days=aantal))
    if eenheid[0] == "w":
        return _day_on(vandaag + timedelta(weeks=aantal), week=True)
    if eenheid[0] == "m":
        begin = months_on(vandaag, aantal)
        return _stretch((begin, begin + 6 * DAG), vandaag)
    return _stretch(month(months_on(vandaag, 12 * aantal)), vandaag)


def _half_year_on(match: re.Match[str], vandaag: date) -> Rij:
    return _stretch(month(months_on(vandaag, 6)), vandaag)


def _day_on(dag: date, *, week: bool = False) -> Rij:
    return (Deel("D", dagen=Dagen(dag, dag, dichtbij=True, week=week)),)


def _within(match: re.Match[str], vandaag: date) -> Rij:
    """Reads "binnen twee weken", which counts from today, and "de komende twee weken", which counts from tomorrow."""
    aantal = getal(match["aantal"]) if match["aantal"] else 5
    eenheid = (match["eenheid"] or "dagen")[0]
    einde = months_on(vandaag, aantal * (12 if eenheid == "j" else 1))
    if eenheid in "dw":
        einde = vandaag + timedelta(days=aantal * (7 if eenheid == "w" else 1))
    return _stretch((vandaag + DAG if match["komende"] else vandaag, einde), vandaag)


def _rest_of_week(match: re.Match[str], vandaag: date) -> Rij:
    return _stretch((min(vandaag + DAG, week(vandaag)[1]), week(vandaag)[1]), vandaag)


def _new_year(match: re.Match[str], vandaag: date) -> Rij:
    begin = date(vandaag.year + 1, 1, 1)
    return (Deel("G", dagen=Dagen(begin, begin), grens="f"),)


def _working_days(match: re.Match[str], vandaag: date) -> Rij:
    return (Deel("W", weekdagen=frozenset(range(5)), elke=True),)


_JAAR = r"(?: (?P<jaar>(?:19|20)\d\d)| (?:van )?(?P<welk>dit|volgend) jaar)?"

_HOEVEELSTE = "(?P<hoeveelste>eerste|tweede|derde|vierde|laatste)"

REGELS: tuple[Regel, ...] = tuple(
    (re.compile(pattern + EINDE), handler)
    for pattern, handler in (
        (r"(?:later|verderop) (?:in )?(?:deze|de) week", _rest_of_week),
        (r"(?:in )?het nieuwe jaar", _new_year),
        (
            rf"(?:de )?(?:hele |het )?(?P<wat>week|weekend) van (?:maandag |zaterdag )?(?:de )?"
            rf"(?P<dag>\d\d?(?: ?(?:e|ste|de))?) (?P<maand>{MAAND})",
            _week_of,
        ),
        (rf"(?:de )?{_HOEVEELSTE} week van (?P<maand>{VOLLE_MAAND})(?: (?P<jaar>20\d\d))?", _week_of_month),
        (
            rf"(?:de )?{_HOEVEELSTE} (?P<naam>{WEEKDAG}) (?:van|in) "
            rf"(?:(?P<maand>{VOLLE_MAAND})|(?:de|deze|(?P<volgende>volgende)) maand)",
            _weekday_of_month,
        ),
        (r"(?:in )?week (?P<nummer>\d\d?)(?![-/.:]\d)", _week_number),
        (rf"{_DEEL}?(?P<welke>{_WELKE}) (?:hele )?(?P<wat>week|maand|jaar)", _period),
        (
            rf"(?:(?P<grens>na|voor) (?=het ))?(?:(?P<welke>(?:{_WELKE}|in het|van het|elk) ))?(?:weekend(?:s|en)?|weekeinde)",
            _weekend,
        ),
        (r"(?:op )?(?:een )?(?:doordeweekse? dag(?:en)?|doordeweekse?|werkdag(?:en)?)|door de week", _working_days),
        (r"over (?:een )?half jaar", _half_year_on),
        (
            rf"over (?:(?P<paar>een paar|enkele|een aantal)|(?P<anderhalf>anderhalve)|(?P<aantal>{GETAL})(?: of {GETAL})?)"
            rf" {_EENHEID}(?: of (?P<of>{GETAL}))?",
            _on,
        ),
        (
            rf"(?:binnen (?:nu en )?|(?P<komende>(?:de )?(?:eerst)?komende ))(?:(?P<aantal>{GETAL}) {_EENHEID}|(?P<dagen>dagen))",
            _within,
        ),
        (rf"{_DEEL}?(?:de maand )?(?P<maand>{VOLLE_MAAND}){_JAAR}", _month),
        (rf"{_DEEL}?(?:in )?(?P<jaar>20\d\d)(?=$| (?:graag|aub|pas)|[,.!?])", _year),
    )
)
