"""Values of the gate: a change, the questions it is tried on, and what it does to each of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Herkomst = Literal["voorbeeld", "bibliotheek", "postvak", "toetsvraag"]
"""Where a known question comes from: an example of a product text, the part of the question library that is kept apart from
training, a solved question of the inbox, or a question that a municipality wrote to test with."""


class Oordeel(StrEnum):
    """What a change does to a known question."""

    ONGEWIJZIGD = "ongewijzigd"
    ANDER_PRODUCT = "ander_product"
    """Another product is answered than before, and not the one that is expected."""
    ONZEKER = "onzeker_geworden"
    """Answered directly before; now asked back, or not understood."""
    ZEKER = "zeker_geworden"
    """Asked back or not understood before; now answered directly, but not known to be right."""
    NIEUW_GOED = "nieuw_goed"
    """The expected outcome, which it did not have before."""
    KEUZE_WEG = "keuze_weg"
    """The expected product was among the choices, and is no longer offered."""


@dataclass(frozen=True)
class BekendeVraag:
    """A question of which it is known what should be answered."""

    vraag: str
    product: str | None
    """The expected product; None: no product answers this."""
    herkomst: Herkomst = "voorbeeld"
    gemeente: str = ""
    """The municipality whose question it is; "" for all."""


@dataclass(frozen=True)
class Stand:
    """What the assistant does with a question."""

    uitkomst: str
    """A value of `decision.Uitkomst`."""
    act: str
    product: str | None = None
    """The product that is answered directly, or None."""
    kandidaten: tuple[str, ...] = ()
    """The choices when it asks back."""
    zekerheid: float = 0.0
    """Certainty (0-1) of the best product, answered or not."""


@dataclass(frozen=True)
class Bevinding:
    """What a change does to one question. Only questions for which something changed, or that the change adds, have one."""

    vraag: str
    verwacht: str | None
    herkomst: Herkomst
    oordeel: Oordeel
    verlies: bool
    """A loss that somebody must confirm: right before and not after, or newly answered wrong."""
    voor: Stand
    na: Stand
    gemeenten: tuple[str, ...]
    """Municipalities where it happens."""
    toegevoegd: bool = False
    """The change itself adds this example question; `goed` says whether it then gives its product."""
    vervallen: bool = False
    """The change takes this example or its product away, so a different outcome is what it means to do."""
    goed: bool = False
    """Whether the outcome after the change is the expected one."""


@dataclass(frozen=True)
class Poortuitslag:
    """The outcome of the gate."""

    bevindingen: tuple[Bevinding, ...]
    """Losses first, then what was added and is not right, then the rest."""
    vragen: int
    """How many known questions were judged (a question at two municipalities counts twice)."""
    opnieuw: int
    """How many of them the change could reach, and were worked out again."""
    goed_voor: int
    goed_na: int
    """Right outcomes before and after, over the questions that are known in both."""
    seconden: float = 0.0

    @property
    def verlies(self) -> tuple[Bevinding, ...]:
        """The findings that must be confirmed with a reason before publishing."""
        return tuple(one for one in self.bevindingen if one.verlies)

    def aantal(self, oordeel: Oordeel) -> int:
        """How many findings of a kind there are, those that fell away not counted."""
        return sum(one.oordeel is oordeel and not one.vervallen for one in self.bevindingen)
