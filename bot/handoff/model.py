"""Values of this room. A conversation belongs to the bot unless a request for a human is open: then to whoever has that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

Rol = Literal["medewerker", "redacteur", "eindredacteur", "beheerder"]
BALIE_ROL: Rol = "medewerker"
"""Helps residents at the desk. The other roles are of the redactie (`bot.redactie.roles`)."""


class Status(StrEnum):
    """Where a request for a human stands."""

    WACHTRIJ = "wachtrij"
    MEDEWERKER = "medewerker"
    GESLOTEN = "gesloten"


class Eigenaar(StrEnum):
    """Who has a conversation. Nobody else may answer in it."""

    BOT = "bot"
    WACHTRIJ = "wachtrij"
    MEDEWERKER = "medewerker"


class Reden(StrEnum):
    """Why a human was asked for; a typed event, never recognised by wording."""

    GEVRAAGD = "gevraagd"
    NIET_BEGREPEN = "niet_begrepen"
    GEVOELIG = "gevoelig"
    ACTIE_MISLUKT = "actie_mislukt"
    FEEDBACK = "feedback"


class Uitkomst(StrEnum):
    """How a request for a human ended."""

    OPGELOST = "opgelost"
    DOORVERWEZEN = "doorverwezen"
    TERUGBELLEN = "terugbellen"
    GEEN_ANTWOORD = "geen_antwoord"
    MISBRUIK = "misbruik"
    VERLATEN = "verlaten"
    """The resident left the queue, or ended the conversation."""
    GESLOTEN_TIJD = "gesloten_tijd"
    """It was not picked up before closing time."""
    GEWIST = "gewist"


DOOR_MEDEWERKER = (
    Uitkomst.OPGELOST,
    Uitkomst.DOORVERWEZEN,
    Uitkomst.TERUGBELLEN,
    Uitkomst.GEEN_ANTWOORD,
    Uitkomst.MISBRUIK,
)
"""Outcomes that an employee may give."""


class HandoffError(Exception):
    """Something cannot be done just now. The text is for the employee."""


class AlreadyTaken(HandoffError):
    """Somebody else was first, or it is closed."""


class NotYours(HandoffError):
    """The conversation belongs to another employee."""


class TooMany(HandoffError):
    """The employee has as many conversations as allowed."""


class UnknownOverdracht(LookupError):
    """There is no such request."""


@dataclass(frozen=True)
class Overdracht:
    """One request for a human. Times are UTC."""

    id: str
    gesprek_id: str | None
    gemeente: str
    kanaal: str
    status: Status
    reden: Reden
    product_id: str | None
    afdeling: str | None
    medewerker_id: int | None
    voorrang: int
    """Higher goes first: 1 for what came back from an employee."""
    naam: str | None
    vanaf_nummer: int
    """First message of the conversation that the employee may read."""
    gelezen_nummer: int
    gevraagd_op: datetime
    in_wachtrij_op: datetime
    opgepakt_op: datetime | None
    """When it was first picked up."""
    eerste_antwoord_op: datetime | None
    gesloten_op: datetime | None
    uiterlijk_op: datetime
    aangeboden_op: datetime | None
    verwacht_van: int | None
    verwacht_tot: int | None
    teruggegeven: bool
    uitkomst: str | None
    label: str | None


@dataclass(frozen=True)
class Gebeurtenis:
    """A change of state, or a look into a conversation."""

    soort: str
    tijd: datetime
    medewerker_id: int | None
    naar: str | None


@dataclass(frozen=True)
class Notitie:
    """What an employee wrote for colleagues; residents never see it."""

    id: int
    medewerker_id: int
    tekst: str
    tijd: datetime


@dataclass(frozen=True)
class Medewerker:
    """An employee and the municipalities of their roles."""

    id: int
    gebruikersnaam: str
    naam: str
    actief: bool
    aanwezig: bool
    gezien_op: datetime | None
    rollen: frozenset[tuple[str, str]]
    """(municipality, role)"""

    @property
    def gemeenten(self) -> frozenset[str]:
        """Municipalities whose residents this employee may help: only by the role of the desk itself."""
        return frozenset(gemeente for gemeente, rol in self.rollen if rol == BALIE_ROL and gemeente)


@dataclass(frozen=True)
class Terugbelverzoek:
    """A request to be called back. The personal fields are None once they were erased."""

    referentienummer: str
    """Ten digits, as Open Klant wants them."""
    gesprek_id: str | None
    gemeente: str
    kanaal: str
    product_id: str | None
    status: Literal["te_verwerken", "verwerkt", "ingetrokken"]
    naam: str | None
    telefoon: str | None
    email: str | None
    onderwerp: str | None
    vraag: str | None
    wanneer: str | None
    gevraagd_op: datetime
    uiterlijk_op: datetime
    opgepakt_op: datetime | None
    medewerker_id: int | None
    afgehandeld_op: datetime | None
    bestemming: Literal["balie", "openklant"]
    stappen: dict[str, object]
    pogingen: int
    volgende_op: datetime | None
    fout: str | None
