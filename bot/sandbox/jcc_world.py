"""A made-up municipality in JCC-Afspraken: what can be done where, when it is open, what is asked of whoever comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
GRID = timedelta(minutes=5)
HIDDEN, REQUIRED = 1, 2

Opening = tuple[time, time, int]
"""From, until, and how many can be helped at once."""


class Klok:
    """The time in a sandbox; it can be set, from any thread."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now

    def set(self, now: datetime | None) -> None:
        """Stand still at a moment with a zone; None is the real time again."""
        if now is not None and now.tzinfo is None:
            raise ValueError("a moment needs a zone")
        self._now = now

    def now(self) -> datetime:
        """The moment, in UTC."""
        return (self._now or datetime.now(UTC)).astimezone(UTC)

    def local(self) -> datetime:
        """What the clock on the wall says, without a zone, as JCC counts."""
        return self.now().astimezone(ZONE).replace(tzinfo=None)


@dataclass(frozen=True)
class Activiteit:
    """Something to come for."""

    id: str
    nummer: int
    naam: str
    seconden: int
    plekken: tuple[str, ...]
    """Ids of where it is done."""
    groep: str = ""
    """Those of one group go together in one appointment."""
    meenemen: str = ""
    hoogstens: int | None = None
    """Most in one appointment; 0 is no limit, None leaves it out of answers, which means the same."""
    velden: Mapping[str, int] = field(default_factory=dict)
    """What is asked by JCC's names: 1 hidden, 2 required; what is not in it is visible."""
    een_naam: bool = False
    een_nummer: bool = False
    vanaf_dagen: int = 0
    """Days from now before which it cannot be had."""
    alleen_erbij: bool = False
    """Only together with another one."""


@dataclass(frozen=True)
class Plek:
    """Where one can come."""

    id: str
    nummer: int
    naam: str
    straat: str
    huisnummer: str
    postcode: str
    plaats: str
    open: Mapping[int, tuple[Opening, ...]]
    """By day of the week, Monday is 0."""
    toevoeging: str = ""
    dicht: frozenset[tuple[int, int]] = frozenset()
    """Months and days on which it is closed each year."""

    def openings(self, dag: date) -> tuple[Opening, ...]:
        """When it is open on a day."""
        return () if (dag.month, dag.day) in self.dicht else self.open.get(dag.weekday(), ())


@dataclass(frozen=True)
class Wereld:
    """Everything that can be booked."""

    activiteiten: tuple[Activiteit, ...]
    plekken: tuple[Plek, ...]
    vooraf: timedelta = timedelta(hours=2)
    """Time from now within which nothing can be booked any more."""
    vooruit_dagen: int = 365

    def activiteit(self, id: str) -> Activiteit | None:
        """One by its id."""
        return next((one for one in self.activiteiten if one.id == id), None)

    def plek(self, id: str) -> Plek | None:
        """One by its id."""
        return next((one for one in self.plekken if one.id == id), None)


STADHUIS = "a1000000-0000-4000-8000-000000000001"
WIJKKANTOOR = "a1000000-0000-4000-8000-000000000002"
PASPOORT = "b2000000-0000-4000-8000-000000000001"
IDENTITEITSKAART = "b2000000-0000-4000-8000-000000000002"
RIJBEWIJS = "b2000000-0000-4000-8000-000000000003"
UITTREKSEL = "b2000000-0000-4000-8000-000000000004"
AFHALEN = "b2000000-0000-4000-8000-000000000005"
GEBOORTE = "b2000000-0000-4000-8000-000000000006"
HUWELIJK = "b2000000-0000-4000-8000-000000000007"
BUITENLAND = "b2000000-0000-4000-8000-000000000008"
PASFOTO = "b2000000-0000-4000-8000-000000000009"

_BALIE, _BURGERLIJKE_STAND = "c3000000-0000-4000-8000-000000000001", "c3000000-0000-4000-8000-000000000002"
_FEESTDAGEN = frozenset({(1, 1), (4, 27), (12, 25), (12, 26)})
_OVERAL = (STADHUIS, WIJKKANTOOR)
_GEEN_ADRES = dict.fromkeys(("streetName", "houseNumber", "houseNumberSuffix", "postalCode", "city", "country"), HIDDEN)
_NIETS = dict.fromkeys(("gender", "socialSecurityNumber", "nationality", "language"), HIDDEN) | _GEEN_ADRES
_BALIEVELDEN = _NIETS | {"firstName": HIDDEN, "lastNamePrefix": 0, "birthDate": REQUIRED, "emailAddress": REQUIRED}

_WERKDAG: tuple[Opening, ...] = ((time(8, 30), time(12, 30), 3), (time(12, 30), time(17), 2))
_OCHTEND: tuple[Opening, ...] = ((time(9), time(12, 30), 1),)

VOORBEELDSTAD = Wereld(
    plekken=(
        Plek(
            STADHUIS,
            1,
            "Stadhuis Voorbeeldstad",
            "Raadhuisplein",
            "1",
            "1234 AB",
            "Voorbeeldstad",
            {**dict.fromkeys(range(5), _WERKDAG), 3: (*_WERKDAG, (time(17), time(20), 1))},
            dicht=_FEESTDAGEN,
        ),
        Plek(
            WIJKKANTOOR,
            2,
            "Wijkkantoor Noord",
            "Lindelaan",
            "45",
            "1235 CD",
            "Voorbeeldstad",
            {1: _OCHTEND, 3: _OCHTEND},
            toevoeging="a",
            dicht=_FEESTDAGEN | {(5, 4)},
        ),
    ),
    activiteiten=(
        Activiteit(
            PASPOORT,
            1,
            "Paspoort aanvragen",
            600,
            _OVERAL,
            _BALIE,
            "Uw oude paspoort of identiteitskaart en een pasfoto.",
            6,
            _BALIEVELDEN,
            een_naam=True,
            een_nummer=True,
        ),
        Activiteit(
            IDENTITEITSKAART,
            2,
            "Identiteitskaart aanvragen",
            600,
            _OVERAL,
            _BALIE,
            "Uw oude identiteitskaart en een pasfoto.",
            6,
            _BALIEVELDEN,
            een_naam=True,
            een_nummer=True,
        ),
        Activiteit(
            RIJBEWIJS,
            3,
            "Rijbewijs aanvragen",
            600,
            _OVERAL,
            _BALIE,
            "Uw oude rijbewijs.",
            1,
            _BALIEVELDEN,
            een_naam=True,
        ),
        Activiteit(
            UITTREKSEL,
            4,
            "Uittreksel basisregistratie personen",
            300,
            (STADHUIS,),
            _BALIE,
            hoogstens=0,
            velden=_BALIEVELDEN | {"socialSecurityNumber": REQUIRED, "mainPhoneNumber": HIDDEN, "mobilePhoneNumber": 0},
        ),
        Activiteit(
            AFHALEN,
            5,
            "Document afhalen",
            300,
            _OVERAL,
            _BALIE,
            velden=_NIETS
            | dict.fromkeys(
                ("firstName", "initials", "birthDate", "emailAddress", "mainPhoneNumber", "mobilePhoneNumber"), HIDDEN
            ),
            een_naam=True,
            een_nummer=True,
        ),
        Activiteit(
            GEBOORTE,
            6,
            "Geboorte aangeven",
            1200,
            (STADHUIS,),
            _BURGERLIJKE_STAND,
            "Uw identiteitsbewijs en de verklaring van het ziekenhuis.",
            2,
            _BALIEVELDEN | {"mobilePhoneNumber": REQUIRED},
        ),
        Activiteit(
            HUWELIJK,
            7,
            "Huwelijk of partnerschap melden",
            1800,
            (STADHUIS,),
            _BURGERLIJKE_STAND,
            hoogstens=1,
            velden=_NIETS | {"initials": REQUIRED, "birthDate": REQUIRED},
            vanaf_dagen=14,
        ),
        Activiteit(
            BUITENLAND,
            8,
            "Verhuizing vanuit het buitenland",
            2400,
            (STADHUIS,),
            meenemen="Van iedereen die meeverhuist een geldig paspoort.",
            hoogstens=5,
            # All visible: JCC's answer is an empty object then.
            velden={},
        ),
        Activiteit(
            PASFOTO,
            9,
            "Pasfoto maken",
            300,
            (STADHUIS,),
            _BALIE,
            velden=_NIETS | {"birthDate": HIDDEN},
            alleen_erbij=True,
        ),
    ),
)
"""The sample municipality: two places, nine activities."""
