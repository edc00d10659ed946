"""Values of this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Van = Literal["bewoner", "vraagbaak", "medewerker", "systeem"]
Duim = Literal["op", "neer"]

WEBCHAT, WHATSAPP = "webchat", "whatsapp"


class UnknownGesprek(LookupError):
    """There is no such conversation, or it was erased."""


@dataclass(frozen=True)
class Gesprek:
    """One conversation."""

    id: str
    gemeente: str
    kanaal: str
    begonnen_op: datetime
    laatste_op: datetime
    geeindigd_op: datetime | None
    laatste_nummer: int
    toestand: Mapping[str, Any]
    toestand_versie: int


@dataclass(frozen=True)
class Nieuw:
    """A message to be added."""

    van: Van
    tekst: str
    naam: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What belongs to a message beside its words: choices, product, sources, language."""
    client_id: str | None = None
    """Made by the sender: the same one twice is one message."""
    antwoord_op: int | None = None
    """Number of the message that this one answers."""


@dataclass(frozen=True)
class Bericht:
    """A message of a conversation; `nummer` counts from 1 without gaps."""

    nummer: int
    van: Van
    tekst: str
    naam: str | None
    extra: Mapping[str, Any]
    client_id: str | None
    antwoord_op: int | None
    tijd: datetime


def is_for_employees(bericht: Bericht) -> bool:
    """Whether a line of the conversation is only for the desk."""
    return bericht.extra.get("voor") == "medewerker"


@dataclass(frozen=True)
class Gewist:
    """What an erasure took away."""

    berichten: int
    oordelen: int
