"""From pieces to statements: numbers get their month, ranges and bounds are joined, what is not wanted is turned round.

A row of pieces is read as a word of their letters (see `Deel`), in which patterns are found and replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.appointments.wishes_calendar import make_date, month, next_day_of_month, next_weekday, week
from bot.appointments.wishes_hours import as_clock, clock_range, settle
from bot.appointments.wishes_pieces import ONBEKEND, Dagen, Deel, Rij

_OMGEKEERD = {"n": "t", "v": "f", "f": "v", "t": "n", "u": "n"}
"""Not after is until, not before is from, and so on."""
_ITEM = "(?:[DW][MT]*|[GTMH])"
_OPSOMMING = f"{_ITEM}(?:(?:,p*{_ITEM})*,?cp*{_ITEM})?"
_SAMEN = f"{_ITEM}(?:[po]*(?:cp*)?{_ITEM})*"
_GROEP = "[DWBGTMKNE]"


def statements(rij: Rij, vandaag: date) -> Rij:
    """Only D, W, G, T, H, M, Z, S, A, V and P are left, each a statement of its own."""
    rij = rewrite(_early(rij), "vp*.?", _for_a_day)
    rij = rewrite(_with_month(rij), "ByD", lambda delen: _of_month(delen, vandaag))
    rij = tuple(_day_of_month(one, vandaag) if one.soort == "B" else one for one in rij)
    rij = rewrite(rij, "W(M?),?p?D", _same_day)
    rij = rewrite(rij, "D(M?),?p?W", _same_day_after)
    rij = rewrite(rij, "D(M?)p*WM?(?:,?cp?WM?|,p?WM?)*", lambda delen: _in_week(delen, vandaag))
    rij = rewrite(rij, "WM?(?:,?cp?WM?|,p?WM?)*p*D", lambda delen: _in_week(delen, vandaag))
    rij = rewrite(rij, "bp?[DW]cp?[DW]|[by]?p?[DW]p?[t-]+p?[DW]", lambda delen: _day_range(delen, vandaag))
    rij = rewrite(rij, "N(?=[c,]K)|(?<=a)N", _hour)
    rij = rewrite(rij, "[by][NKE][tc-][NKE]|[NK][t-]K|K[t-]N", clock_range)
    rij = _without_old_moments(rij)
    rij = rewrite(rij, "[nvftug]p*[DW]", _bound)
    rij = settle(rij)
    rij = tuple(one for one in rij if one.soort not in "ldybr")
    return _turned(rij)


def letters(rij: Sequence[Deel]) -> str:
    """The word that patterns are found in."""
    return "".join(one.soort for one in rij)


def rewrite(rij: Rij, pattern: str, turn: Callable[[Rij], Rij | None]) -> Rij:
    """Every stretch that fits, from left to right, becomes what `turn` makes of it; None leaves it as it is."""
    found, position = re.compile(pattern), 0
    while match := found.search(letters(rij), position):
        new = turn(rij[match.start() : match.end()])
        position = match.start() + (1 if new is None else len(new))
        if new is not None:
            rij = rij[: match.start()] + new + rij[match.end() :]
    return rij


def _early(rij: Rij) -> Rij:
    """Reads "zo vroeg mogelijk": it is about the hour when a day is named, and else the first moment there is."""
    dag = any(one.soort in "DWBG" for one in rij)
    return tuple(
        (replace(one, grens="") if dag or one.sterk else Deel("S")) if one.soort == "M" and one.grens == "S" else one
        for one in rij
    )


def _for_a_day(delen: Rij) -> Rij | None:
    dagen = delen[-1].dagen
    return (Deel("p"), *delen[1:]) if delen[0].bestemd and not (dagen and dagen.feest) else None


def _with_month(rij: Rij) -> Rij:
    """Reads "10 of 12 december", "3 tot 7 december", "3 december tot 7": a bare day takes the month that it stands with."""
    delen = list(rij)
    for index in reversed(range(len(delen))):
        if delen[index].soort not in "NB" or (index and delen[index - 1].soort == "o"):
            continue
        after = re.match("[c,t-]{1,2}p?(D)", letters(delen[index + 1 :]))
        if after and (dagen := delen[index + 1 + after.start(1)].dagen) and dagen.maand:
            begin = dagen.van if delen[index].getal <= dagen.van.day else month(dagen.van, -1)[0]
            delen[index] = _day_in(begin, delen[index].getal, dagen)
    for index in range(2, len(delen)):
        voor = delen[index - 2].dagen
        if delen[index].soort in "NB" and delen[index - 1].soort in "t-" and voor and voor.maand:
            begin = voor.van if delen[index].getal > voor.van.day else month(voor.van, 1)[0]
            delen[index] = _day_in(begin, delen[index].getal, voor)
    return tuple(delen)


def _day_in(begin: date, nummer: int, bij: Dagen) -> Deel:
    found = make_date(begin.year, begin.month, nummer)
    return Deel("D", dagen=replace(bij, van=found, tot=found)) if found else ONBEKEND


def _of_month(delen: Rij, vandaag: date) -> Rij | None:
    """Reads "de 28e van volgende maand"; None when it is no month that follows."""
    dagen = delen[2].dagen
    if dagen is None or dagen.tot != month(dagen.tot)[1]:
        return None
    found = make_date(dagen.tot.year, dagen.tot.month, delen[0].getal)
    if found is None:
        return (ONBEKEND,)
    return (Deel("D" if found >= vandaag else "P", dagen=Dagen(found, found, maand=found.month)),)


def _day_of_month(deel: Deel, vandaag: date) -> Deel:
    found = next_day_of_month(deel.getal, vandaag)
    return Deel("D", dagen=Dagen(found, found, maand=found.month)) if found else ONBEKEND


def _same_day(delen: Rij) -> Rij | None:
    """Reads "dinsdag 1 december" as one day; when that day is no Tuesday nobody knows which is meant."""
    weekdag, dagen = delen[0], delen[-1].dagen
    if dagen is None or not dagen.maand or weekdag.elke or len(weekdag.weekdagen) > 1:
        return None
    if dagen.van.weekday() in weekdag.weekdagen:
        return (delen[-1], *(one for one in delen if one.soort == "M"))
    return None if any(one.soort == "," for one in delen) else (ONBEKEND,)


def _same_day_after(delen: Rij) -> Rij | None:
    dagen, weekdag = delen[0].dagen, delen[-1]
    if (
        dagen
        and dagen.van == dagen.tot
        and not (dagen.week or weekdag.elke)
        and dagen.van.weekday() in weekdag.weekdagen
    ):
        return delen[:-1]
    return None


def _in_week(delen: Rij, vandaag: date) -> Rij | None:
    """Reads "volgende week dinsdag of vrijdag": those days of that week."""
    dagen = next(one.dagen for one in delen if one.dagen is not None)
    if dagen.week:
        begin, einde = max(week(dagen.van)[0], vandaag), week(dagen.van)[1]
    else:
        begin, einde = dagen.van, dagen.tot
    if (dagen.van == dagen.tot and not dagen.week) or (einde - begin).days >= 7:
        return None
    gekozen = [begin + timedelta(days=verder) for verder in range((einde - begin).days + 1)]
    gekozen = [dag for dag in gekozen if dag.weekday() in _weekdays(delen)]
    if not gekozen:
        return (Deel("P"),)
    rest = tuple(one for one in delen if one.soort == "M")
    lijst: list[Deel] = []
    for dag in gekozen:
        lijst += [Deel("c"), Deel("D", dagen=Dagen(dag, dag))]
    return (*lijst[1:], *rest)


def _weekdays(delen: Rij) -> frozenset[int]:
    return frozenset().union(*(one.weekdagen for one in delen))


def _day_range(delen: Rij, vandaag: date) -> Rij | None:
    """Reads "van 3 tot 7 december" with both days; between two holidays neither counts. Of weekdays it is every week."""
    eerste, laatste = (one for one in delen if one.soort in "DW")
    if eerste.dagen is None and laatste.dagen is None:
        if len(eerste.weekdagen) > 1 or len(laatste.weekdagen) > 1:
            return None
        begin, einde = min(eerste.weekdagen), min(laatste.weekdagen)
        dagen = frozenset((begin + verder) % 7 for verder in range((einde - begin) % 7 + 1))
        return (Deel("W", weekdagen=dagen, elke=True),)
    een, twee = _concrete(eerste, vandaag), _concrete(laatste, vandaag)
    van, tot = een.van, twee.tot
    if delen[0].soort == "b":
        van = een.tot + timedelta(days=1) if een.feest else van
        tot = twee.van - timedelta(days=1) if twee.feest else tot
    if van > tot and not een.jaar and een.maand:
        van = make_date(van.year - 1, van.month, van.day) or van
    if van > tot:
        return (ONBEKEND,)
    return (Deel("D", dagen=Dagen(max(van, vandaag), tot)) if tot >= vandaag else Deel("P"),)


def _concrete(deel: Deel, vandaag: date) -> Dagen:
    if deel.dagen is not None:
        return deel.dagen
    dag = next_weekday(min(deel.weekdagen), vandaag)
    return Dagen(dag, dag)


def _hour(delen: Rij) -> Rij | None:
    klok = as_clock(delen[0])
    return None if klok is None else (klok,)


def _without_old_moments(rij: Rij) -> Rij:
    """Moments that are no wish: the appointment there is, what happens on a day, what is over or too early."""
    for pattern in (
        f"Q(?:{_GROEP}|[VPop]|,(?=[KTM]))*a?",
        f"y(?:{_GROEP}|[Vphoc])*a",
        f"{_GROEP}(?:{_GROEP}|[Vphoc])*a(?=p*{_GROEP})",
        f"ip*{_GROEP}+",
        f"{_GROEP}(?:{_GROEP}|[po])*,?h{{0,3}}L",
        f"{_GROEP}(?:{_GROEP}|[po])*h{{0,3}}J",
    ):
        rij = rewrite(rij, pattern, lambda delen: ())
    zin = letters(rij)
    for pattern in (f"j[pnvftuo]*{_GROEP}(?:{_GROEP}|[po])*", f"{_GROEP}(?:{_GROEP}|[po])*h{{0,3}}j"):
        rij = rewrite(rij, pattern, lambda delen: _around(delen, zin))
    rij = rewrite(rij, f"(?<=l)p*{_GROEP}+dp*{_GROEP}+", lambda delen: delen[: letters(delen).index("d")])
    return rewrite(rij, "P[p,o]*[WTMKN]+", lambda delen: delen[:1])


def _around(delen: Rij, zin: str) -> Rij:
    """A day on which something else happens: nothing, unless the wish is to come before or after that."""
    grens = "v" if "<" in zin else "n" if ">" in zin else ""
    return tuple(Deel("G", dagen=one.dagen, grens=grens) for one in delen if one.soort == "D" and grens)


def _bound(delen: Rij) -> Rij:
    woord, wat = delen[0], delen[-1]
    if woord.soort == "v" and not woord.sterk and wat.dagen and wat.dagen.dichtbij:
        return (wat,)
    return (Deel("G", dagen=wat.dagen, weekdagen=wat.weekdagen, grens="u" if woord.soort == "g" else woord.soort),)


def _turned(rij: Rij) -> Rij:
    """What stands with "niet" or "behalve" becomes its opposite."""
    klaar = rewrite(rij, f"Xp*{_OPSOMMING}", _not)
    klaar = rewrite(klaar, f"x(?:k?p+{_OPSOMMING}|[GTMH])", _not)
    klaar = rewrite(klaar, "DxW", lambda delen: (delen[0], *_not(delen[1:])) if _is_long(delen[0]) else None)
    klaar = rewrite(klaar, f"{_SAMEN}h{{0,6}}x", _not)
    klaar = rewrite(klaar, f"xk?{_OPSOMMING}", _not)
    return tuple(one for one in klaar if one.soort in "DWGTHMZSAVP")


def _is_long(deel: Deel) -> bool:
    return deel.dagen is not None and deel.dagen.van < deel.dagen.tot


def _not(delen: Rij) -> Rij:
    """The opposite of each; a time with a day is left out, and the whole day with it."""
    met_dag = any(one.soort in "DW" for one in delen)
    return tuple(new for one in delen for new in _opposite(one, met_dag))


def _opposite(deel: Deel, met_dag: bool) -> Rij:
    if deel.soort in "DW":
        return (replace(deel, soort="Z"),)
    if deel.soort == "G" or (deel.soort == "H" and not met_dag):
        return (replace(deel, grens=_OMGEKEERD[deel.grens]),)
    if deel.soort == "M" and not met_dag:
        van, tot = deel.uren
        if deel.helft == "o" and tot is not None:
            return (Deel("M", uren=(tot, None)),)
        if tot is None:
            return (Deel("M", uren=(None, van)),)
    return ()
