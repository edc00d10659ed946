"""Clock times, ranges of them and parts of the day, as hours that are sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.appointments.wishes_pieces import Deel, Rij

RONDOM = 30
"""Minutes either way of "rond 10 uur"."""
_GRENZEN = frozenset("nvftu")
_BIJ_UUR = _GRENZEN | frozenset("gro")
"""Words before an hour."""


def as_clock(deel: Deel) -> Deel | None:
    """A bare number as an hour, other clock times as they are; None when the clock has no such hour."""
    if deel.soort != "N":
        return deel
    return Deel("K", klok=deel.getal * 60, vast=deel.vast or deel.getal >= 13) if deel.getal < 24 else None


def clock_range(delen: Rij) -> Rij | None:
    """Reads "tussen 9 en 11" and "9-11 uur"; None when one of the two is no hour."""
    grenzen = [as_clock(one) for one in delen if one.soort in tuple("NKE")]
    eerste, laatste = grenzen
    if eerste is None or laatste is None:
        return None
    return (Deel("T", uren=(eerste.klok, laatste.klok), vast=eerste.vast and laatste.vast, grens="-"),)


def settle(rij: Rij) -> Rij:
    """Clock times with the word before them become T or H; parts of the day make bare hours sure."""
    helften = [one.helft for one in rij]
    klaar: list[Deel] = []
    for index, one in enumerate(rij):
        woord = klaar[-1].soort if klaar else ""
        if one.soort == "T":
            klaar.append(replace(one, uren=_window(one, _half(helften, index))))
        elif one.soort == "M" and woord in _GRENZEN:
            klaar[-1] = _beside(woord, one)
        elif one.soort in tuple("KEN"):
            klok = as_clock(one) if _is_hour(woord, one) else None
            if klok is None:
                continue
            if woord in _BIJ_UUR:
                klaar.pop()
            klaar.append(_time(woord, office_hours(klok.klok, klok.vast, _half(helften, index))))
        else:
            klaar.append(one)
    return tuple(one for one in klaar if one.soort != "o")


def office_hours(minuten: int, vast: bool, helft: str) -> int:
    """Minutes of the day that a clock time means: without a part of the day, before eight is in the afternoon."""
    later = {"": minuten < 8 * 60, "o": False, "m": minuten < 8 * 60, "a": minuten < 12 * 60}[helft]
    return minuten + 12 * 60 if later and not vast else minuten


def _is_hour(woord: str, deel: Deel) -> bool:
    """Whether it is an hour after that word. "Voor 2" is for two people sooner than before two o'clock."""
    if deel.soort == "K":
        return True
    if deel.soort == "E":
        return woord in _BIJ_UUR
    return 1 <= deel.getal < 24 and woord in _BIJ_UUR and (woord != "v" or deel.getal >= 8)


def _time(woord: str, minuten: int) -> Deel:
    if woord in tuple("rg"):
        return Deel("T", uren=(max(minuten - RONDOM, 0), minuten + RONDOM))
    if woord in _GRENZEN:
        return Deel("H", uren=(minuten, minuten), grens=woord)
    return Deel("T", uren=(minuten, minuten), grens="=")


def _beside(woord: str, deel: Deel) -> Deel:
    """After, before, from or until a part of the day."""
    minuten = deel.uren[1] if woord == "n" else deel.uren[0]
    return Deel("H", uren=(minuten, minuten), grens=woord) if minuten is not None else deel


def _half(helften: Sequence[str], index: int) -> str:
    """The part of the day that stands nearest to a clock time, the one before it first; empty when none is near."""
    near = sorted(
        (abs(other - index), other) for other, helft in enumerate(helften) if helft and abs(other - index) <= 4
    )
    return helften[near[0][1]] if near else ""


def _window(deel: Deel, helft: str) -> tuple[int | None, int | None]:
    """From and until of a range; where office hours turn it round ("tussen 7 en 9") it is as it stands, or goes on."""
    van, tot = deel.uren
    assert van is not None and tot is not None
    begin = office_hours(van, deel.vast or van >= 13 * 60, helft)
    einde = office_hours(tot, deel.vast or tot >= 13 * 60, helft)
    if begin < einde:
        return begin, einde
    if van < tot:
        return van, tot
    return begin, einde + 12 * 60 if begin < einde + 12 * 60 < 24 * 60 else None
