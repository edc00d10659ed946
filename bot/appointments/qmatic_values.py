"""Values of the connection to Qmatic Orchestra (calendar public API), and what it wants to know of whoever comes.

What was seen in recorded traffic (Open Forms, Open Inwoner) or in the supplier's own public front ends
(github.com/qmatic) is taken as known; what was seen in those front ends only is marked "front ends".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.appointments.values import Keus, Veld, Velden

LENGTES = {
    "voorletters": 200,
    "voornaam": 200,
    "tussenvoegsel": 200,
    "achternaam": 200,
    "geboortedatum": 10,
    "email": 255,
    "telefoon": 50,
    "straat": 255,
    "huisnummer": 255,
    "toevoeging": 255,
    "postcode": 255,
    "plaats": 255,
    "bsn": 255,
}
"""Most characters of each field. Some share one of Qmatic's: prefix and last name, street and house number."""
STANDAARD = ("achternaam", "email", "geboortedatum", "telefoon")
"""What Open Forms asks unless it is told otherwise. The server itself requires nothing."""
_API = "public/api"
_CALENDAR = "calendar-backend/"


@dataclass(frozen=True)
class QmaticConfig:
    """One municipality's connection. Raises ValueError for what cannot be right."""

    url: str
    """Up to `public/api`: `https://HOST/qmatic/calendar-backend/public/api/`."""
    api_key: str = field(default="", repr=False)
    """Sent as X-Api-Key."""
    user: str = ""
    password: str = field(default="", repr=False)
    """Some sites want these (basic auth), with or instead of a key."""
    timeout: float = 5.0
    """Seconds that one answer may take."""
    extra_persons_counted: Literal["extra", "total"] = "total"
    """What numberOfCustomers counts: everybody, or everybody but the first; it is left out for one person.

    The supplier's documentation and front ends count everybody, Open Forms sends the extra persons; try it at the site.
    Too high a count only hides a few late moments, too low a count offers moments that cannot be booked.
    """
    velden: tuple[str, ...] = STANDAARD
    """What is asked and sent: names of `bot.appointments.values.VELDEN`. What is not among these never leaves us."""
    verplicht: tuple[str, ...] = STANDAARD
    """Which of these are required."""
    titel: str = "Vraagbaak"
    """Goes before the services in the title of an appointment, as employees see it in the calendar."""
    native_move: bool = False
    """Moving is left to Qmatic. Its format is known from front ends only: try it at the site first."""
    native_hold: bool = False
    """Moments are reserved while somebody fills in the rest. Known from front ends only: try it at the site first."""
    hold_seconds: int = 240
    """How long a reservation holds; not more than the site's own setting, which the public API does not tell."""
    identify: bool = False
    """After an answer that stayed away, appointments may be looked up by e-mail address."""
    identify_url: str = ""
    """Address of that other API, up to `appointment/`; empty: beside `calendar-backend`, as Open Inwoner has it."""
    single_desk: bool = False
    """There is one place at each moment, so a moment that is still free proves that nothing was booked."""
    looks: tuple[float, ...] = (0.0, 2.0)
    """Seconds to wait before each look at what became of a request without an answer."""
    cache_seconds: float = 300.0
    """How long places and names of services are kept."""
    failures: int = 5
    rest: int = 30
    """After so many failures in a row the system is left alone for `rest` seconds."""

    def __post_init__(self) -> None:
        if not self.url.rstrip("/").endswith(_API):
            raise ValueError(f"url eindigt niet op {_API}")
        unknown = [name for name in (*self.velden, *self.verplicht) if name not in LENGTES]
        if unknown:
            raise ValueError(f"onbekende velden: {', '.join(unknown)}")
        if set(self.verplicht) - set(self.velden):
            raise ValueError("wat verplicht is, moet ook bij velden staan")
        if {"tussenvoegsel", "toevoeging"} & set(self.verplicht):
            raise ValueError("tussenvoegsel en toevoeging kunnen niet verplicht zijn: niet iedereen heeft ze")
        if {"voornaam", "voorletters"} <= set(self.velden):
            raise ValueError("Qmatic heeft één veld voor voornaam en voorletters: kies een van de twee")
        if self.extra_persons_counted not in ("extra", "total"):
            raise ValueError("extra_persons_counted is extra of total")
        if self.identify and "email" not in self.velden:
            raise ValueError("identify zoekt op e-mailadres: zet email bij velden")
        if self.identify and not self.identify_url and _CALENDAR not in self.url:
            raise ValueError("identify_url is nodig: in url staat geen calendar-backend")
        if not self.looks:
            raise ValueError("looks is leeg")

    @property
    def base(self) -> str:
        """Address of the API, with a slash at the end."""
        return self.url.rstrip("/") + "/"

    @property
    def customers(self) -> str:
        """Address of the API that knows customers by their e-mail address, with a slash at the end."""
        if self.identify_url:
            return self.identify_url.rstrip("/") + "/"
        return self.url.partition(_CALENDAR)[0] + "appointment/"

    def fields(self) -> Velden:
        """What is asked, in the shape of the neutral interface."""
        return Velden(tuple(Veld(naam, naam in self.verplicht, LENGTES[naam]) for naam in self.velden))


@dataclass(frozen=True)
class Samenstelling:
    """What an appointment is for: its services, each once, and for how many people all of it is."""

    diensten: tuple[str, ...]
    personen: int


def compose(keuzen: Sequence[Keus]) -> Samenstelling:
    """Services and people of a choice. Qmatic gives every service the time of all people: the largest number counts.

    Raises ValueError for no choice, or for less than one person.
    """
    if not keuzen or any(keus.aantal < 1 for keus in keuzen):
        raise ValueError("er is niets gekozen, of voor niemand")
    amounts: Counter[str] = Counter()
    for keus in keuzen:
        amounts[keus.dienst] += keus.aantal
    return Samenstelling(tuple(amounts), max(amounts.values()))
