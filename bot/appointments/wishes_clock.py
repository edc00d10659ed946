"""Times of the clock and parts of the day in a sentence, and the small words that say how moments belong together."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from bot.appointments.wishes_days import Regel, may_follow, part_of_day
from bot.appointments.wishes_pieces import Deel, Rij
from bot.appointments.wishes_words import DELEN, EINDE, GETAL, MAAND, UREN, getal, keuze

_DELEN = keuze(DELEN.keys() - {"vroeg"})
_UUR = r" ?(?:uur|u|h)\b"
_NOOIT_NA = re.compile(
    " "
    + keuze("lang later eerder vroeger wachten gewacht per te_laat durend hulp huishoudelijke parkeren meter keer")
    + EINDE
)
_DUUR_VOOR = re.compile(rf"\b{keuze('binnen duurt duurde elke per extra ruim bijna hele half halve kost versie')}$")


def clock(uur: int, minuut: int = 0, *, vast: bool = False) -> Rij | None:
    """A clock time as it was said; None when there is none such."""
    minuten = uur * 60 + minuut
    return (Deel("K", klok=minuten, vast=vast or uur >= 13),) if 0 <= minuten < 24 * 60 and minuut < 60 else None


def _figures(match: re.Match[str], vandaag: date) -> Rij | None:
    """Reads "15.30", "9:00 uur" and "15u30". A leading nought makes it sure: "07:30" is in the morning."""
    if _is_no_time(match):
        return None
    uur = match["uur"]
    return clock(int(uur), int(match["minuut"]), vast=uur.startswith("0"))


def _whole_hour(match: re.Match[str], vandaag: date) -> Rij | None:
    if _is_no_time(match):
        return None
    if match["uur"] == "een":
        return (Deel("E", klok=60),)
    return clock(getal(match["uur"]), vast=match["uur"].startswith("0"))


def _is_no_time(match: re.Match[str]) -> bool:
    """Whether it is a stretch of time or a price."""
    return bool(_NOOIT_NA.match(match.string, match.end()) or _DUUR_VOOR.search(match.string[: match.start()].rstrip()))


def _spoken(match: re.Match[str], vandaag: date) -> Rij | None:
    """Reads "kwart over 3", "half vier" and "tien voor half vijf"."""
    minuten = getal(match["uur"]) * 60
    if minuten >= 24 * 60 or match["hoeveel"] == "een":
        return None
    if match["half"]:
        minuten -= 30
    if match["kant"]:
        verschil = 15 if match["hoeveel"].startswith("kwart") else getal(match["hoeveel"].split()[0])
        minuten += verschil if match["kant"] == "over" else -verschil
    elif not match["half"]:
        return None
    return (Deel("K", klok=minuten % (24 * 60), vast=minuten >= 13 * 60),)


def _said_hour(match: re.Match[str], vandaag: date) -> Rij | None:
    return (Deel("K", klok=(UREN.get(match["uur"]) or int(match["uur"].removesuffix("en"))) * 60),)


def _about(match: re.Match[str], vandaag: date) -> Rij | None:
    return (Deel("r"), Deel("K", klok=getal(match["uur"]) * 60, vast=getal(match["uur"]) >= 13))


def _number(match: re.Match[str], vandaag: date) -> Rij | None:
    """A bare number, when what follows lets it be a moment."""
    if match.group() == "een" or not may_follow(match):
        return None
    return (Deel("N", getal=getal(match.group()), vast=match.group().startswith("0")),)


def _part(match: re.Match[str], vandaag: date) -> Rij | None:
    return part_of_day(match["deel"], match["rand"] or match["soort"] or match["na"] or "")


def _as_soon(match: re.Match[str], vandaag: date) -> Rij:
    return (Deel("S"),)


def _early(match: re.Match[str], vandaag: date) -> Rij:
    """Reads "zo vroeg mogelijk op de dag"; without the day it may be the first day there is: that is settled later."""
    return (Deel("M", uren=(None, 10 * 60), helft="o", sterk=match["dag"] is not None, grens="S"),)


_MINUTEN = rf"(?:kwart(?:ier)?|{GETAL}(?: minuten| min\.?)?)"
_HEEL = rf"(?P<uur>{GETAL}){EINDE}(?! {MAAND})(?:{_UUR})?"
_ZO = r"(?:zo )?(?:snel|spoedig|gauw|rap|vlug) (?:als )?mogelijk|z\.?s\.?m\b\.?|asap|(?:het )?snelst(?:e)? mogelijk"
_EERSTE = (
    r"(?:de |het |een )?(?:eerste|eerstvolgende|vroegste|snelste|eerst ?mogelijke)(?: vrije| beschikbare| mogelijke| de)* "
    + keuze(
        "plek plekje plekken plaats mogelijkheid gelegenheid moment gaatje optie afspraak tijd tijdstip datum dag beste"
    )
)
_VAST: tuple[tuple[str, int | None, int | None, str], ...] = (
    (r"(?:rond |omstreeks |op )?(?:het )?(?:middaguur|lunchtijd)|tussen de middag|midden op de dag", 720, 840, "m"),
    (r"(?:in |tijdens |onder )?(?:de |mijn |m'n |mn )?(?:lunchpauze|middagpauze)", 720, 840, "m"),
    (r"(?:overdag|tijdens (?:kantooruren|kantoortijden|werktijd))", 480, 1080, ""),
    (
        r"(?:na|buiten) (?:mijn |m'n |mn |het |me )?(?:werk|werktijd(?:en)?|kantoortijd(?:en)?|kantooruren)",
        1020,
        None,
        "",
    ),
    (r"na (?:de |mijn |m'n )?(?:lunch|lunchpauze)", 780, None, ""),
    (r"voor de lunch", None, 720, ""),
    (r"na (?:school|schooltijd)", 900, None, ""),
    (r"onder schooltijd", 510, 900, ""),
    (r"na (?:het avondeten|het eten)", 1080, None, ""),
    (r"na de middag", 720, None, "m"),
    (r"voor de middag", None, 720, "o"),
    (r"(?:aan |in |op )?(?:het )?begin van de dag|vroeg op de dag", None, 600, "o"),
    (r"(?:aan |op )?(?:het )?einde? van de dag|laat op de dag|zo laat mogelijk(?: op de dag)?", 960, None, "m"),
    (r"later op de (?:dag|middag)", 720, None, "m"),
)


def _fixed(van: int | None, tot: int | None, helft: str) -> Callable[[re.Match[str], date], Rij]:
    return lambda match, vandaag: (Deel("M", uren=(van, tot), helft=helft),)


_RAND = r"(?:(?:aan |in |op )?(?:het )?(?P<rand>begin|eind|einde|vroeg|laat)(?: van| in)? (?:de )?)?"
_LIDWOORD = r"(?:(?:in|op|tegen) (?:de |een )?(?P<soort>vroege |late )?|'s |de |deze )?"

REGELS: tuple[Regel, ...] = (
    (re.compile(rf"(?:om |rond |van )?{_ZO}(?!\w)"), _as_soon),
    (re.compile(rf"{_EERSTE}{EINDE}"), _as_soon),
    (re.compile(rf"zo vroeg mogelijk(?P<dag> op de dag| in de ochtend)?{EINDE}"), _early),
    *((re.compile(rf"(?:{pattern}){EINDE}"), _fixed(van, tot, helft)) for pattern, van, tot, helft in _VAST),
    (re.compile(rf"(?P<hoeveel>{_MINUTEN}) (?P<kant>over|voor) (?P<half>half ?)?{_HEEL}"), _spoken),
    (re.compile(rf"(?P<hoeveel>)(?P<kant>)(?P<half>half) ?{_HEEL}"), _spoken),
    (re.compile(rf"(?P<uur>\d{{1,2}})[:.uh](?P<minuut>[0-5]\d)(?![\d.:/]\d|\d)(?:{_UUR})?"), _figures),
    (re.compile(rf"(?:een )?uur(?:tje)? of (?P<uur>{GETAL}){EINDE}"), _about),
    (re.compile(rf"(?P<uur>{GETAL}){_UUR}(?! of {GETAL}\b)"), _whole_hour),
    (re.compile(rf"(?P<uur>{keuze(UREN)}|(?:[1-9]|1[0-2])en){EINDE}"), _said_hour),
    (
        re.compile(rf"{_RAND}{_LIDWOORD}(?P<deel>{_DELEN})s?{EINDE}(?:,? (?P<na>vroeg|laat))?"),
        _part,
    ),
    (re.compile(rf"{GETAL}{EINDE}"), _number),
)
