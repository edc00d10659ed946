"""All statements of a sentence together as one wish, and whether it is clear enough to look for a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from bot.appointments.wishes_calendar import DAG, Stuk, next_weekday
from bot.appointments.wishes_pieces import Deel
from bot.appointments.wishes_value import Wens


@dataclass(frozen=True)
class Gelezen:
    """What a sentence says about a moment."""

    wens: Wens | None
    """None when it says nothing about one, or nothing that can be placed."""
    vaag: bool
    """It speaks of days that cannot be placed, and of no others."""
    voorbij: bool
    """It speaks of a day that is over, and of no others."""


def combine(uitspraken: Sequence[Deel], vandaag: date) -> Gelezen:
    """One wish from the statements of `wishes_grammar.statements`."""
    vaag = any(one.soort == "V" for one in uitspraken)
    dagen = _days(uitspraken, vandaag, vaag)
    strijdig = dagen is None or not dagen.leaves_a_day()
    if dagen is None or strijdig:
        dagen = Wens()
    van, tot, precies = _hours(uitspraken)
    wens = replace(
        dagen, uur_van=van, uur_tot=tot, precies=precies, zo_snel=any(one.soort == "S" for one in uitspraken)
    )
    any_time = any(one.soort == "A" for one in uitspraken)
    placed = wens.van is not None or wens.tot is not None
    return Gelezen(
        wens=wens if wens != Wens() or (any_time and not strijdig) else None,
        vaag=strijdig or (vaag and not placed),
        voorbij=any(one.soort == "P" for one in uitspraken) and not placed and not wens.weekdagen,
    )


def _days(uitspraken: Sequence[Deel], vandaag: date, vaag: bool) -> Wens | None:
    """The days of a wish; None when they contradict each other."""
    keuzen = _narrowest([(one.dagen.van, one.dagen.tot) for one in uitspraken if one.soort == "D" and one.dagen])
    weken = [one for one in uitspraken if one.soort == "W"]
    weekdagen: frozenset[int] = frozenset().union(*(one.weekdagen for one in weken))
    grenzen = [one for one in uitspraken if one.soort == "G"]
    lang = [one for one in keuzen if one[0] < one[1]]
    if not (vaag or lang or grenzen or any(one.elke for one in weken)):
        keuzen += [(dag, dag) for dag in (next_weekday(weekdag, vandaag) for weekdag in weekdagen)]
        weekdagen = frozenset()
    van, tot = _bounds(grenzen, lang[0][0] if lang else None, vandaag)
    niet = [(one.dagen.van, one.dagen.tot) for one in uitspraken if one.soort == "Z" and one.dagen]
    niet_weekdagen = frozenset[int]().union(*(one.weekdagen for one in uitspraken if one.soort == "Z"))
    if keuzen:
        gaten = _gaps(keuzen)
        begin, einde = min(keuzen)[0], max(one[1] for one in keuzen)
        van, tot = max(begin, van or begin), min(einde, tot or einde)
        if gaten and not weekdagen and (einde - begin).days < 7:
            weekdagen = frozenset(dag.weekday() for stuk in keuzen for dag in _all_days(stuk))
        else:
            niet += gaten
    if van and tot and van > tot:
        return None
    trimmed = _trim(van, tot, weekdagen)
    if trimmed is None:
        return None
    return replace(trimmed, niet=tuple(sorted(set(niet))), niet_weekdagen=niet_weekdagen)


def _narrowest(stukken: Iterable[Stuk]) -> list[Stuk]:
    """Without stretches that hold another one: "volgende week, bijvoorbeeld donderdag" is Thursday."""
    alle = sorted(set(stukken))
    return [
        one for one in alle if not any(other != one and one[0] <= other[0] and other[1] <= one[1] for other in alle)
    ]


def _bounds(grenzen: Sequence[Deel], begin: date | None, vandaag: date) -> tuple[date | None, date | None]:
    """First and last day by words as "na" and "voor"; a bare weekday is the first one in the stretch that was named."""
    van: list[date] = []
    tot: list[date] = []
    for one in grenzen:
        if one.dagen:
            eerste, laatste = one.dagen.van, one.dagen.tot
        else:
            vanaf = begin - DAG if begin else vandaag
            dagen = sorted(next_weekday(weekdag, vanaf) for weekdag in one.weekdagen)
            eerste, laatste = dagen[0], dagen[-1]
        if one.grens == "n":
            van.append(laatste + DAG)
        elif one.grens == "f":
            van.append(eerste)
        elif (one.grens == "v" and not (one.dagen and one.dagen.eind)) or (
            one.grens == "t" and one.dagen and one.dagen.feest
        ):
            tot.append(eerste - DAG)
        else:
            tot.append(laatste)
    return max(van, default=None), min(tot, default=None)


def _gaps(stukken: Sequence[Stuk]) -> list[Stuk]:
    """Stretches between the ones that are wanted."""
    gaten: list[Stuk] = []
    tot_nu_toe: date | None = None
    for van, tot in sorted(stukken):
        if tot_nu_toe is not None and van > tot_nu_toe + DAG:
            gaten.append((tot_nu_toe + DAG, van - DAG))
        tot_nu_toe = max(tot, tot_nu_toe or tot)
    return gaten


def _all_days(stuk: Stuk) -> list[date]:
    return [stuk[0] + timedelta(days=verder) for verder in range((stuk[1] - stuk[0]).days + 1)]


def _trim(van: date | None, tot: date | None, weekdagen: frozenset[int]) -> Wens | None:
    """Begin and end on days that suit, and no weekdays where every day suits; None when none does."""
    if van is None or tot is None or not weekdagen:
        return Wens(van=van, tot=tot, weekdagen=weekdagen)
    dagen = [dag for dag in _all_days((van, tot)) if dag.weekday() in weekdagen]
    if not dagen:
        return None
    alle = (dagen[-1] - dagen[0]).days + 1 == len(dagen)
    return Wens(van=dagen[0], tot=dagen[-1], weekdagen=frozenset() if alle else weekdagen)


Uren = tuple[int | None, int | None]


def _hours(uitspraken: Sequence[Deel]) -> tuple[time | None, time | None, bool]:
    """From, until, and whether it is the very moment. An exact time goes before a range, a range before a part of the day."""
    tijden = [one for one in uitspraken if one.soort in "TH"]
    precies = sorted({one.uren[0] for one in tijden if one.grens == "=" and one.uren[0] is not None})
    if len(precies) == 1:
        return _time(precies[0]), None, True
    grens: Uren = (
        max((one.uren[0] for one in tijden if one.grens in tuple("nf") and one.uren[0] is not None), default=None),
        min((one.uren[0] for one in tijden if one.grens in tuple("vtu") and one.uren[0] is not None), default=None),
    )
    if precies:
        uren: Uren = (precies[0], precies[-1] + 30)
    else:
        vensters = [one.uren for one in tijden if one.grens in ("", "-")]
        uren = _hull(vensters or _narrowest_hours([one.uren for one in uitspraken if one.soort == "M"]))
        uren = _overlap(uren, grens)
    return _time(uren[0]), _time(uren[1]), False


def _narrowest_hours(delen: Sequence[Uren]) -> list[Uren]:
    """Without parts of the day that hold another one."""
    alle = set(delen)
    return [one for one in alle if not any(other != one and _holds(one, other) for other in alle)]


def _holds(one: Uren, other: Uren) -> bool:
    return (one[0] or 0) <= (other[0] or 0) and (other[1] or 1440) <= (one[1] or 1440)


def _hull(delen: Sequence[Uren]) -> Uren:
    if not delen:
        return None, None
    van, tot = min(one[0] or 0 for one in delen), max(one[1] or 1440 for one in delen)
    return van or None, tot if tot < 1440 else None


def _overlap(one: Uren, grens: Uren) -> Uren:
    """Both at once; where that leaves nothing the bounds hold, and where they leave nothing there is no limit."""
    van = max((hour for hour in (one[0], grens[0]) if hour is not None), default=None)
    tot = min((hour for hour in (one[1], grens[1]) if hour is not None), default=None)
    if van is None or tot is None or van < tot:
        return van, tot
    if grens[0] is None or grens[1] is None or grens[0] < grens[1]:
        return grens
    return None, None


def _time(minuten: int | None) -> time | None:
    return None if minuten is None or not 0 <= minuten < 1440 else time(*divmod(minuten, 60))
