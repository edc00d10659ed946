"""Values of the inbox: questions that went wrong, and what was decided about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Soort(StrEnum):
    """How a question went wrong."""

    NIET_BEGREPEN = "niet_begrepen"
    DUIM_OMLAAG = "duim_omlaag"
    VERDUIDELIJKING_VERLATEN = "verduidelijking_verlaten"
    OVERGEDRAGEN = "overgedragen"


class Besluit(StrEnum):
    """What was decided about a question."""

    TOEGEWEZEN = "toegewezen"
    BUITEN_BEREIK = "buiten_bereik"
    NIEUW_PRODUCT = "nieuw_product"
    KLAAR = "klaar"


@dataclass(frozen=True)
class Mis:
    """One question that went wrong."""

    id: int
    soort: Soort
    tekst: str
    product_id: str | None
    """The product whose answer was given, if any."""
    moment: datetime


@dataclass(frozen=True)
class Groep:
    """Questions that are alike."""

    id: str
    """Leads to it again for as long as one of its questions is there."""
    vraag: str
    """The way in which it is asked most."""
    aantal: int
    soorten: dict[str, int]
    producten: dict[str, int]
    """Product whose answer was given → how often; the most frequent first."""
    voorbeelden: tuple[Mis, ...]
    """Different wordings, the newest first."""
    eerste: datetime
    laatste: datetime
    ids: tuple[int, ...]
    besluit: str | None = None
    naar_product: str | None = None
    besloten_door: str | None = None
