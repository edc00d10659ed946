"""Days with a name: Dutch public holidays from the `holidays` package, and what falls on the same date every year.

School holidays differ by region and year and are not known here.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays

from bot.appointments.wishes_pieces import Dagen
from bot.appointments.wishes_words import keuze

_OFFICIEEL = {
    "goede vrijdag": ("Goede Vrijdag", "Goede Vrijdag"),
    "pasen": ("Eerste paasdag", "Tweede paasdag"),
    "paasdagen": ("Eerste paasdag", "Tweede paasdag"),
    "paasweekend": ("Eerste paasdag", "Tweede paasdag"),
    "eerste paasdag": ("Eerste paasdag", "Eerste paasdag"),
    "tweede paasdag": ("Tweede paasdag", "Tweede paasdag"),
    "paasmaandag": ("Tweede paasdag", "Tweede paasdag"),
    "koningsdag": ("Koningsdag", "Koningsdag"),
    "bevrijdingsdag": ("Bevrijdingsdag", "Bevrijdingsdag"),
    "hemelvaart": ("Hemelvaartsdag", "Hemelvaartsdag"),
    "hemelvaartsdag": ("Hemelvaartsdag", "Hemelvaartsdag"),
    "pinksteren": ("Eerste Pinksterdag", "Tweede Pinksterdag"),
    "eerste pinksterdag": ("Eerste Pinksterdag", "Eerste Pinksterdag"),
    "tweede pinksterdag": ("Tweede Pinksterdag", "Tweede Pinksterdag"),
    "pinkstermaandag": ("Tweede Pinksterdag", "Tweede Pinksterdag"),
    "kerst": ("Eerste Kerstdag", "Tweede Kerstdag"),
    "kerstmis": ("Eerste Kerstdag", "Tweede Kerstdag"),
    "kerstdagen": ("Eerste Kerstdag", "Tweede Kerstdag"),
    "eerste kerstdag": ("Eerste Kerstdag", "Eerste Kerstdag"),
    "tweede kerstdag": ("Tweede Kerstdag", "Tweede Kerstdag"),
    "nieuwjaar": ("Nieuwjaarsdag", "Nieuwjaarsdag"),
    "nieuwjaarsdag": ("Nieuwjaarsdag", "Nieuwjaarsdag"),
}
"""What residents say → the package's names of the first and the last day."""
_VAST = {
    "sinterklaas": ((12, 5), (12, 5)),
    "pakjesavond": ((12, 5), (12, 5)),
    "kerstavond": ((12, 24), (12, 24)),
    "oudjaar": ((12, 31), (12, 31)),
    "oudjaarsdag": ((12, 31), (12, 31)),
    "oudejaarsdag": ((12, 31), (12, 31)),
    "oud en nieuw": ((12, 31), (1, 1)),
    "feestdagen": ((12, 25), (1, 1)),
}
"""What residents say → month and day of the first and the last day; the last may lie in the next year."""
FEESTDAG = rf"(?:de |het )?(?P<feest>(?:1e|2e)? ?{keuze([*_OFFICIEEL, *_VAST, 'kerstdag', 'paasdag', 'pinksterdag'])})"


def feestdag(name: str, vandaag: date) -> Dagen | None:
    """The days of the holiday that comes, or is now; None for a name that is none ("kerstdag" alone)."""
    name = " ".join(name.replace("1e", "eerste ").replace("2e", "tweede ").split())
    for jaar in range(vandaag.year - 1, vandaag.year + 2):
        found = _in_year(name, jaar)
        if found and found[1] >= vandaag:
            return Dagen(*found, feest=True)
    return None


def _in_year(name: str, jaar: int) -> tuple[date, date] | None:
    if name in _VAST:
        begin, einde = _VAST[name]
        return date(jaar, *begin), date(jaar + (einde < begin), *einde)
    if name in _OFFICIEEL:
        dagen = _officieel(jaar)
        begin_naam, einde_naam = _OFFICIEEL[name]
        return dagen[begin_naam], dagen[einde_naam]
    return None


@lru_cache(maxsize=16)
def _officieel(jaar: int) -> dict[str, date]:
    found = holidays.country_holidays("NL", years=jaar, language="nl", categories=("public", "optional"))
    return {naam: dag for dag, namen in found.items() for naam in namen.split("; ")}
