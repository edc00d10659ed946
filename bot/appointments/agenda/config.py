"""What a municipality sets for its own agenda, and what follows from it for a wish. Plain values; no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.appointments.errors import InvalidInput, NotFound
from bot.appointments.values import Dienst, Keus, Locatie, Veld, Velden
from bot.catalog.rooster import Openingstijden, Weekrooster

ID_LENGTE = 80
"""Most characters of an id of a municipality, service or place: the width of the database's columns."""
VELDEN_STANDAARD = Velden(
    velden=(Veld("achternaam", True, 100), Veld("email", False, 254), Veld("telefoon", False, 20)),
    een_van=(("email", "telefoon"),),
)


@dataclass(frozen=True)
class DienstInstelling:
    """Something that can be booked."""

    naam: str
    minuten: int
    """How long it takes for one person."""
    minuten_extra: int = 0
    """For each further person."""
    hoogstens: int | None = None
    """Most people in one appointment; None is no limit."""
    meenemen: str = ""
    locaties: tuple[str, ...] = ()
    """Ids of the places where it can be had; empty is all."""


@dataclass(frozen=True)
class LocatieInstelling:
    """A place, its hours, and how many appointments it holds at once."""

    naam: str
    openingstijden: Weekrooster
    gemeente: Openingstijden
    """Of the municipality as a whole: its holidays and closures hold here too."""
    adres: str = ""
    postcode: str = ""
    plaats: str = ""
    capaciteit: int = 1
    """Appointments at the same time."""
    raster: int = 10
    """Minutes of a cell: appointments begin on its edges and occupy every cell that they touch. Divides the hour."""
    dicht: tuple[date, ...] = ()
    """Days on which only this place is closed."""


@dataclass(frozen=True)
class AgendaConfig:
    """The agenda of one municipality. Raises ValueError for what cannot work."""

    gemeente: str
    diensten: Mapping[str, DienstInstelling]
    locaties: Mapping[str, LocatieInstelling]
    dagen_vooruit: int = 90
    """Last day that can be booked, counted from today."""
    minuten_vooraf: int = 60
    """An appointment is made at least this long before it begins."""
    vasthouden_minuten: int = 5
    velden: Velden = field(default=VELDEN_STANDAARD)

    def __post_init__(self) -> None:
        if any(not 0 < len(one) <= ID_LENGTE for one in (self.gemeente, *self.diensten, *self.locaties)):
            raise ValueError(f"een id heeft 1 tot {ID_LENGTE} tekens")
        if self.dagen_vooruit < 0 or self.minuten_vooraf < 0 or self.vasthouden_minuten < 1:
            raise ValueError("dagen_vooruit en minuten_vooraf zijn niet negatief, vasthouden_minuten is minstens 1")
        for id, locatie in self.locaties.items():
            if locatie.raster < 1 or 60 % locatie.raster:
                raise ValueError(f"locatie {id}: raster moet een uur in gelijke stukken delen")
            if locatie.capaciteit < 1:
                raise ValueError(f"locatie {id}: capaciteit is minstens 1")
        for id, dienst in self.diensten.items():
            if dienst.minuten < 1 or dienst.minuten_extra < 0:
                raise ValueError(f"dienst {id}: minuten is minstens 1, minuten_extra is niet negatief")
            if dienst.hoogstens is not None and dienst.hoogstens < 1:
                raise ValueError(f"dienst {id}: hoogstens is minstens 1")
            if unknown := sorted(set(dienst.locaties) - set(self.locaties)):
                raise ValueError(f"dienst {id}: locatie {unknown[0]} bestaat niet")


def locatie_waarde(config: AgendaConfig, id: str) -> Locatie:
    """A place in neutral words. One that the municipality no longer has keeps its id as its name: appointments outlive it."""
    found = config.locaties.get(id)
    if found is None:
        return Locatie(id, id)
    return Locatie(id, found.naam, found.adres, found.postcode, found.plaats)


def dienst_waarde(config: AgendaConfig, id: str) -> Dienst:
    """A service in neutral words. Raises KeyError."""
    found = config.diensten[id]
    return Dienst(id, found.naam, found.meenemen, found.minuten, found.hoogstens)


def locaties_van(config: AgendaConfig, diensten: Sequence[str]) -> list[str]:
    """Ids of the places where all these services can be had, in the municipality's order. Raises NotFound."""
    limits = []
    for id in diensten:
        if id not in config.diensten:
            raise NotFound("dienst")
        limits.append(config.diensten[id].locaties)
    return [id for id in config.locaties if all(not limit or id in limit for limit in limits)]


def locatie_voor(config: AgendaConfig, keuzen: Sequence[Keus], locatie: str) -> LocatieInstelling:
    """The place, when all choices can be had there. Raises NotFound."""
    if locatie not in locaties_van(config, [keus.dienst for keus in keuzen]):
        raise NotFound("locatie")
    return config.locaties[locatie]


def minuten(config: AgendaConfig, keuzen: Sequence[Keus]) -> int:
    """How long an appointment for these choices takes: all services one after the other, further people added.

    Raises NotFound for an unknown service, InvalidInput for no choice, a service twice, or an amount that cannot be.
    """
    if not keuzen or len({keus.dienst for keus in keuzen}) < len(keuzen):
        raise InvalidInput("keuzen", code="keuzen")
    total = 0
    for keus in keuzen:
        dienst = config.diensten.get(keus.dienst)
        if dienst is None:
            raise NotFound("dienst")
        if keus.aantal < 1 or (dienst.hoogstens is not None and keus.aantal > dienst.hoogstens):
            raise InvalidInput("keuzen", ("aantal",))
        total += dienst.minuten + (keus.aantal - 1) * dienst.minuten_extra
    return total
