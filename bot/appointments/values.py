"""What systems for appointments have in common, in their own plain words.

All moments carry a zone, all ids are opaque strings of the system behind it, durations are minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

TIJDZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True)
class Dienst:
    """Something that an appointment can be for; the system's own word for a product."""

    id: str
    naam: str
    meenemen: str = ""
    """What to bring, as the system has it."""
    minuten: int | None = None
    hoogstens: int | None = None
    """Most of these in one appointment; None is no limit."""


@dataclass(frozen=True)
class Keus:
    """A chosen service, and for how many people."""

    dienst: str
    aantal: int = 1


@dataclass(frozen=True)
class Locatie:
    """A place where appointments are held."""

    id: str
    naam: str
    adres: str = ""
    """Street and number."""
    postcode: str = ""
    plaats: str = ""
    tijdzone: str = "Europe/Amsterdam"

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.tijdzone)


@dataclass(frozen=True)
class Kan:
    """What a system can do."""

    meer_diensten: bool
    aantallen: bool
    verzetten: bool
    """It moves an appointment itself; else a new one is booked and the old one cancelled."""
    vasthouden: bool
    """It keeps a moment free for a few minutes while somebody fills in the rest."""
    einde_bekend: bool
    """It tells when an appointment ends."""
    eenmalig: bool = False
    """Booking twice with one key makes one appointment, so that it may be repeated when an answer stayed away."""


VELDEN = (
    "voorletters",
    "voornaam",
    "tussenvoegsel",
    "achternaam",
    "geboortedatum",
    "email",
    "telefoon",
    "straat",
    "huisnummer",
    "toevoeging",
    "postcode",
    "plaats",
    "bsn",
)
"""Names of everything that a system may ask of somebody: the fields of Klant."""


@dataclass(frozen=True)
class Veld:
    """Something that a system wants to know of whoever comes."""

    naam: str
    """One of VELDEN."""
    verplicht: bool
    lengte: int
    """Most characters."""


@dataclass(frozen=True)
class Velden:
    """All that a system wants to know."""

    velden: tuple[Veld, ...]
    een_van: tuple[tuple[str, ...], ...] = ()
    """Of each of these groups at least one is needed."""

    def nodig(self) -> tuple[str, ...]:
        """Names that must be asked: the required ones, and the first that is known of each group."""
        names = [one.naam for one in self.velden if one.verplicht]
        for groep in self.een_van:
            if not set(groep) & set(names):
                names.append(groep[0])
        return tuple(names)


@dataclass(frozen=True, repr=False)
class Klant:
    """Whoever comes. Personal: `repr` shows nothing of it."""

    achternaam: str = ""
    voorletters: str = ""
    voornaam: str = ""
    tussenvoegsel: str = ""
    geboortedatum: date | None = None
    email: str = ""
    telefoon: str = ""
    straat: str = ""
    huisnummer: str = ""
    toevoeging: str = ""
    postcode: str = ""
    plaats: str = ""
    bsn: str = ""


@dataclass(frozen=True)
class Afspraak:
    """An appointment as the system has it."""

    id: str
    keuzen: tuple[Keus, ...]
    locatie: Locatie
    begin: datetime
    einde: datetime | None
    mag_weg: bool = True
    """The system lets it be cancelled."""
    mag_anders: bool = True
    """The system lets it be moved."""
    klant: Klant | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    """What only this system has: the text of a QR code, its own number."""
