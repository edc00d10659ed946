"""Single days in a sentence: dates, days of the week, today and tomorrow, holidays."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.appointments.wishes_calendar import make_date, next_date, next_weekday
from bot.appointments.wishes_holidays import FEESTDAG, feestdag
from bot.appointments.wishes_pieces import ONBEKEND, Dagen, Deel, Rij
from bot.appointments.wishes_words import (
    AFKORTINGEN,
    DELEN,
    EINDE,
    GETAL,
    HELFT,
    MAAND,
    MAANDEN,
    RANGTELWOORDEN,
    WEEKDAG,
    WEEKDAGEN,
    getal,
    keuze,
)

Regel = tuple[re.Pattern[str], Callable[[re.Match[str], date], Rij | None]]
"""A pattern that is tried where a word begins, and what it means on a day; None when it means nothing there after all."""

_DELEN = keuze(DELEN)
_RANG = rf"(?:\d{{1,2}} ?(?:e|ste|den?)\b|{keuze(RANGTELWOORDEN)})"
_BIJ_GETAL = keuze(
    "graag aub svp alsjeblieft alstublieft kan kunnen kunt kun kom komen komt langs langskomen terecht ben bent is was zijn wil "
    "willen mag mogen moet moeten maar dan als want liever liefst bij met voor op in of en 's om na tot tussen past lukt nog wel "
    "niet ook ik we wij u je het dat die mijn bellen naar heb hebben hebt heeft dus even eventueel zou aan door goed mogelijk "
    "beschikbaar vrij anders misschien rond vanaf uiterlijk t/m gaat as aanstaande bijvoorbeeld van verder zeg hoor vandaag morgen "
    "overmorgen deze dit volgende komende"
)
_WERKWOORD = r"(?:terug|langs)\w*|ge\w+[dtn]|\w*(?:komen|bellen|halen|brengen)"
_VERVOLG = re.compile(
    rf" ?(?:$|[^\w\s\u00a7]| (?:{_BIJ_GETAL}|{_WERKWOORD}|a\.s\.|{WEEKDAG}\w*|{MAAND}|{GETAL}){EINDE})"
)
"""What may follow a bare number that is a day or an hour: no word for what could be counted."""


def may_follow(match: re.Match[str]) -> bool:
    """Whether a bare number may be a day or an hour, by what follows it."""
    return _VERVOLG.match(match.string, match.end()) is not None


def dag(van: date, **kenmerken: bool) -> Deel:
    """One day."""
    return Deel("D", dagen=Dagen(van, van, **kenmerken))


def part_of_day(name: str | None, rand: str = "") -> Rij:
    """The part of the day with that name, or its early or late end; none for None."""
    if name is None:
        return ()
    van, tot = DELEN[name]
    ochtend = HELFT[name] == "o"
    if rand.strip().startswith(("begin", "vroeg")):
        tot = 10 * 60 if ochtend else van + 120
    elif rand.strip().startswith(("eind", "laat", "late")):
        van = 10 * 60 if ochtend else 16 * 60 if tot else 19 * 60
    return (Deel("M", uren=(van, tot), helft=HELFT[name]),)


def _date_in_words(match: re.Match[str], vandaag: date) -> Rij | None:
    maand = MAANDEN[match["maand"].rstrip(".")]
    return _dated(getal(match["dag"].strip()), maand, _jaar(match, vandaag), vandaag)


def _date_in_figures(match: re.Match[str], vandaag: date) -> Rij | None:
    if re.match(r" ?u(?:ur)?\b", match.string[match.end() :]):
        return None
    jaar = match.groupdict().get("jaar")
    vol = None if jaar is None else int(jaar) + (2000 if len(jaar) == 2 else 0)
    return _dated(int(match["dag"]), int(match["maand"]), vol, vandaag)


def _jaar(match: re.Match[str], vandaag: date) -> int | None:
    if match["jaar"]:
        jaar = int(match["jaar"].lstrip("'"))
        return jaar + 2000 if jaar < 100 else jaar
    return {"dit": vandaag.year, "volgend": vandaag.year + 1}.get(match["welk"] or "")


def _dated(nummer: int, maand: int, jaar: int | None, vandaag: date) -> Rij:
    found = next_date(nummer, maand, vandaag) if jaar is None else make_date(jaar, maand, nummer)
    if found is None:
        return (ONBEKEND,)
    dagen = Dagen(found, found, maand=maand, jaar=jaar is not None)
    return (Deel("P" if found < vandaag else "D", dagen=dagen),)


def _day_of_month(match: re.Match[str], vandaag: date) -> Rij | None:
    """Reads "de 12e". A word of order may be one of a row ("doe maar de tweede"), so it needs "op" or the like."""
    woord = match["dag"].strip()
    voor = match.string[: match.start("dag")].rstrip()
    if not may_follow(match) or (woord in RANGTELWOORDEN and not re.search(r"\b(?:op|vanaf|na|t/m) de$", voor)):
        return None
    return (Deel("B", getal=getal(woord)),)


def _today(match: re.Match[str], vandaag: date) -> Rij:
    return (dag(vandaag, dichtbij=True), *part_of_day(match["deel"], match["rand"] or ""))


def _tomorrow(match: re.Match[str], vandaag: date) -> Rij | None:
    if re.search(r"(?:\bde |'s )$", match.string[: match.start()]):
        return None
    dagen = 2 if match["over"] else 1
    dagen += _weeks(match) * 7
    return (dag(vandaag + timedelta(days=dagen), dichtbij=True), *part_of_day(match["deel"], match["rand"] or ""))


def _today_on(match: re.Match[str], vandaag: date) -> Rij:
    return (dag(vandaag + timedelta(weeks=_weeks(match)), dichtbij=True),)


def _weeks(match: re.Match[str]) -> int:
    """How many weeks on: "over een week", "over 14 dagen"."""
    if not match["aantal"]:
        return 0
    return (
        getal(match["aantal"])
        if match["maat"].startswith("we")
        else {7: 1, 8: 1, 14: 2, 21: 3}.get(getal(match["aantal"]), 0)
    )


def _weekday(match: re.Match[str], vandaag: date) -> Rij:
    nummer = (WEEKDAGEN | AFKORTINGEN)[match["naam"]]
    delen = part_of_day(match["deel"], match["rand"] or "")
    if match["welke"] and match["welke"].startswith(("vorige", "afgelopen")):
        return (Deel("P"),)
    weken = _weeks(match)
    if weken or (match["welke"] and not match["elke"]) or match["as"]:
        return (dag(next_weekday(nummer, vandaag) + timedelta(weeks=weken)), *delen)
    elke = bool(match["elke"] or match.groupdict().get("meer"))
    return (Deel("W", weekdagen=frozenset({nummer}), elke=elke), *delen)


def _short_weekday(match: re.Match[str], vandaag: date) -> Rij | None:
    return _weekday(match, vandaag) if _is_weekday(match) else None


def _is_weekday(match: re.Match[str]) -> bool:
    """Whether "ma", "do", "zo" and the like are days of the week here, and no words of their own."""
    naam, text = match["naam"], match.string
    voor, na = text[: match.start("naam")].rstrip(), text[match.end("naam") :]
    if _GEEN_DAG_VOOR[naam].search(voor) or _GEEN_DAG_NA[naam].match(na):
        return False
    if match["welke"] or match["elke"] or match["deel"] or match["aantal"] or match["as"]:
        return True
    if _DAG_VOOR.search(voor) or _DAG_NA.match(na):
        return True
    if naam in ("ma", "zo"):
        return False
    return len(text.split()) <= 3 or bool(_MISSCHIEN_VOOR.search(voor) or _MISSCHIEN_NA.match(na))


def _holiday(match: re.Match[str], vandaag: date) -> Rij | None:
    found = feestdag(match.group().strip().removeprefix("de ").removeprefix("het "), vandaag)
    return (Deel("D", dagen=found),) if found else None


_AFK = keuze(AFKORTINGEN)
_DAG_VOOR = re.compile(
    rf"(?:\b(?:op|vanaf|behalve|alleen|week|t/m|tussen|uiterlijk|geen|liefst|{WEEKDAG}|(?:{_AFK}|{WEEKDAG})[.,]? ?(?:en|of|/|-|,))|"
    rf"\b{_AFK} ?[/-])$"
)
_DAG_NA = re.compile(
    rf"\.?(?: ?\d{{1,2}}(?:[-/]\d| ?{MAAND})| de \d| ?[-/] ?{_AFK}\b|[,]? (?:en|of|t/m) (?:{_AFK}|{WEEKDAG})\b"
    rf"|, ?(?:{_AFK}|{WEEKDAG})\b| (?:om|rond|vanaf|na|voor|tussen) (?:{GETAL}|half|kwart)\b"
    rf"| {GETAL}(?: ?u(?:ur)?\b|[:.]\d\d)| (?:half|kwart) | (?:in de|'s) (?:{_DELEN}))"
)
_MISSCHIEN_VOOR = re.compile(r"\b(?:kan|graag|liever|ook|past|wil|dan|komen|niet)$")
_MISSCHIEN_NA = re.compile(r"\.? (?:graag|aub|svp|is goed|kan|past|lukt|ook|niet|wel|dan)\b")
_NOOIT = re.compile(r"(?!)")
_GEEN_DAG_VOOR = dict.fromkeys(AFKORTINGEN, re.compile(r"\d{4}$")) | {
    "ma": re.compile(r"\b(?:mijn|m'n|mn|me|je|jouw|ons|onze|haar|zijn|z'n|uw|met|van|hun|de|een|\d{4})$"),
    # "Maandag of zo" is no Sunday; "za of zo" is.
    "zo": re.compile(r"\b(?:is|was|doe|ja|oh|maar|dan|net|het|dat|ben|\d{4})$|(?<!\bza )(?<!\bvr )(?<!\bdo )\bof$"),
}
_GEEN_DAG_NA = dict.fromkeys(AFKORTINGEN, _NOOIT) | {
    "zo": re.compile(
        rf"(?:'n|-n| (?:snel|een|'n|n|vroeg|laat|gauw|spoedig|veel|goed|lang|weinig|ja|nee|maar|is|om|rond|na|ook|niet"
        rf"|half|kwart|\w+ mogelijke?|{GETAL} ?u(?:ur)?))\b"
    ),
    "do": re.compile(r" (?:maar|it|ut|dat|het)\b"),
    "wo": re.compile(r"[ -](?:opleiding|diploma|niveau|student|bachelor|master|studie)"),
}

_AANTAL = rf"(?: over (?P<aantal>{GETAL}) (?P<maat>weken|weekjes|weekje|week|dagen))?"
_DEEL = rf"(?:[ -]?(?P<deel>{_DELEN})s?(?P<rand> (?:vroeg|laat)\b)?)?"
_WELKE = (
    r"(?:(?P<welke>komende|aankomende|aanstaande|a\.?s\.?|eerstvolgende|eerstkomende|volgende|deze|vorige|afgelopen) )?"
    r"(?P<elke>(?:elke|iedere|alle|op een|altijd op|steeds op|'s) )?"
)
_AS = rf"(?:,? (?:aanstaande|a\.?s\.?){EINDE})"
_NA = rf"(?P<as>{_AS})?{_AANTAL}"
_WELK_JAAR = r"(?:,? (?P<jaar>(?:19|20)\d\d(?![\d:.-])|'\d\d)|,? (?:van )?(?P<welk>dit|volgend) jaar)?"

REGELS: tuple[Regel, ...] = tuple(
    (re.compile(pattern), handler)
    for pattern, handler in (
        (rf"(?P<jaar>(?:19|20)\d\d)-(?P<maand>\d\d?)-(?P<dag>\d\d?){EINDE}", _date_in_figures),
        (rf"(?P<dag>\d\d?)(?P<s>[-/.])(?P<maand>\d\d?)(?P=s)(?P<jaar>(?:19|20)\d\d|\d\d){EINDE}", _date_in_figures),
        (rf"(?P<dag>\d\d?)[-/](?P<maand>(?:0?[1-9]|1[0-2]))(?![\w/-]|[:.]\d)(?! {MAAND})", _date_in_figures),
        (
            rf"(?:de |den )?(?P<dag>{_RANG}|{GETAL})(?: van| -|-)? ?(?P<maand>{MAAND}){EINDE}{_AS}?{_WELK_JAAR}",
            _date_in_words,
        ),
        (rf"(?:de |den )?(?P<dag>{_RANG}){EINDE}", _day_of_month),
        (rf"(?:1e|2e|eerste|tweede)? ?{FEESTDAG}{EINDE}", _holiday),
        (rf"vandaag over (?P<aantal>{GETAL}) (?P<maat>weken|week|dagen){EINDE}", _today_on),
        (
            rf"(?:vandaag|van(?: (?=ochtend|middag|avond))?(?P<deel>{_DELEN})(?P<rand> (?:vroeg|laat)\b)?){EINDE}",
            _today,
        ),
        (rf"(?P<over>over)?morgen{_DEEL}{_AANTAL}{EINDE}", _tomorrow),
        (rf"{_WELKE}(?P<naam>{WEEKDAG})(?P<meer>s|en)?{_DEEL}{_NA}{EINDE}", _weekday),
        (rf"{_WELKE}(?P<naam>{_AFK})\.?{_DEEL}{_NA}{EINDE}", _short_weekday),
    )
)
