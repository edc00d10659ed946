"""What the Qmatic sandbox has: invented places, services, and when they are open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from zoneinfo import ZoneInfo

Hours = Mapping[int, tuple[tuple[str, str], ...]]
"""Day of the week (0 is Monday) → opening hours on the clock of the place."""


def made_up_id(text: str) -> str:
    """An id as Qmatic makes them: 64 hex characters."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Service:
    """A service, as employees set it up. Durations are minutes."""

    id: str
    name: str
    duration: int
    additional: int
    """For every person but the first."""
    active: bool = True
    public: bool = True
    reschedule: bool = True
    cancel: bool = True
    info: str = ""

    @property
    def custom(self) -> str:
        """What else was set, as Qmatic keeps it: JSON in a text."""
        return json.dumps(
            {
                "rescheduleEnabled": self.reschedule,
                "cancelEnabled": self.cancel,
                "emails": "",
                "notesFieldEnabled": False,
                "infoText": self.info,
                "servicenametranslations": [],
            }
        )


@dataclass(frozen=True)
class Branch:
    """A place."""

    id: str
    name: str
    line1: str
    line2: str | None
    zip: str | None
    city: str
    services: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    """Services that go together in one appointment."""
    hours: Hours
    desks: int
    """How many appointments go on at once."""
    time_zone: str = "Europe/Amsterdam"
    closed: frozenset[tuple[int, int]] = frozenset({(1, 1), (4, 27), (12, 25), (12, 26)})
    """Month and day."""
    full_days: frozenset[int] = frozenset({15})
    """Days of the month that are open and have nothing left."""

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True)
class World:
    """All of it."""

    services: tuple[Service, ...]
    branches: tuple[Branch, ...]
    horizon_days: int = 90
    grid: int = 5
    """Minutes between two starts."""
    reservation_seconds: int = 300
    vanishing: frozenset[str] = field(default_factory=frozenset)
    """Times of the day that are offered, and that somebody else takes just before they are booked."""

    def service(self, id: str) -> Service | None:
        """A service by its id."""
        return next((one for one in self.services if one.id == id), None)

    def branch(self, id: str) -> Branch | None:
        """A place by its id."""
        return next((one for one in self.branches if one.id == id), None)


_WEEK: Hours = {
    **dict.fromkeys((0, 1, 2, 4), (("08:30", "17:00"),)),
    3: (("08:30", "20:00"),),
}
_DOCUMENTS = ("Paspoort", "Identiteitskaart", "Rijbewijs", "Uittreksel_BRP", "Legaliseren handtekening")
_FAMILY = ("Geboorteaangifte", "Erkennen_kind")

STADSKANTOOR, NOORD, RECEPTIE = (made_up_id(name) for name in ("stadskantoor", "noord", "receptie"))
NATURALISATIE = made_up_id("naturalisatie")

WORLD = World(
    services=(
        Service(
            "Paspoort", "Paspoort aanvragen", 10, 5, info="<p>Neem een pasfoto mee&nbsp;van <b>35 x 45 mm</b>.</p>"
        ),
        Service("Identiteitskaart", "Identiteitskaart aanvragen", 10, 5),
        Service("Rijbewijs", "Rijbewijs aanvragen", 5, 5),
        Service("Uittreksel_BRP", "Uittreksel Basisregistratie Personen", 5, 0),
        Service("Legaliseren handtekening", "Handtekening legaliseren", 5, 5),
        Service("Geboorteaangifte", "Geboorte aangeven", 15, 0, reschedule=False),
        Service("Erkennen_kind", "Kind erkennen", 20, 0),
        Service(NATURALISATIE, "Nederlander worden", 45, 15, cancel=False),
        Service("Vluchtelingenpaspoort", "Paspoort voor vluchteling", 15, 10, public=False),
        Service("Verklaring_leven", "Bewijs van in leven zijn", 5, 5, active=False),
    ),
    branches=(
        Branch(
            STADSKANTOOR,
            "Stadskantoor",
            "Markt 1",
            None,
            "1234 AB",
            "Voorbeeldstad",
            services=(*_DOCUMENTS, *_FAMILY, NATURALISATIE, "Vluchtelingenpaspoort", "Verklaring_leven"),
            groups=((*_DOCUMENTS, "Vluchtelingenpaspoort", "Verklaring_leven"), _FAMILY, (NATURALISATIE,)),
            hours=_WEEK,
            desks=2,
        ),
        Branch(
            NOORD,
            "Servicepunt Noord",
            "Buurthuis De Linde",
            "Lindelaan 20",
            "1235 CD",
            "Voorbeeldstad",
            services=("Paspoort", "Identiteitskaart", "Rijbewijs", "Geboorteaangifte"),
            groups=(("Paspoort", "Identiteitskaart"), ("Rijbewijs",), ("Geboorteaangifte",)),
            hours=dict.fromkeys((1, 3), (("09:00", "12:30"), ("13:00", "16:00"))),
            desks=1,
        ),
        Branch(
            RECEPTIE,
            "Receptie",
            "Receptie",
            None,
            None,
            "Voorbeeldstad",
            services=("Paspoort", "Geboorteaangifte"),
            groups=(("Paspoort", "Geboorteaangifte"),),
            hours=_WEEK,
            desks=1,
        ),
    ),
    vanishing=frozenset({"11:55"}),
)
"""What is served unless something else is given."""
