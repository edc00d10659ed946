"""Values of this room. What residents read is in the catalogue alone; everything here is the way to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.errors import VraagbaakError

POSTVAK = "postvak"
"""Where a known question of a resident comes from."""
OPGESLAGEN_VRAGEN = 50
"""Questions of each kind that are kept with a step; their numbers are always kept."""


class Status(StrEnum):
    """Where a draft stands."""

    CONCEPT = "concept"
    TER_BEOORDELING = "ter_beoordeling"
    GOEDGEKEURD = "goedgekeurd"
    GEPLAND = "gepland"
    GEPUBLICEERD = "gepubliceerd"
    WEGGEGOOID = "weggegooid"
    MISLUKT = "mislukt"
    """It was planned, and could not go live; `Concept.opmerking` says why."""


OPEN = (Status.CONCEPT, Status.TER_BEOORDELING, Status.GOEDGEKEURD)
"""Of these a text has one at most. A planned draft does not count: next year's price must not hold up today's correction."""


class Wat(StrEnum):
    """What was done: the kinds of steps in the trail."""

    BEGONNEN = "begonnen"
    BEWAARD = "bewaard"
    OPZIJGEZET = "opzijgezet"
    WEGGEGOOID = "weggegooid"
    TERUGGEHAALD = "teruggehaald"
    BIJGEWERKT = "bijgewerkt"
    INGEDIEND = "ingediend"
    TERUGGETROKKEN = "teruggetrokken"
    GOEDGEKEURD = "goedgekeurd"
    AFGEKEURD = "afgekeurd"
    GEPUBLICEERD = "gepubliceerd"
    SPOED = "spoed"
    GEPLAND = "gepland"
    PLAN_INGETROKKEN = "plan_ingetrokken"
    PLAN_MISLUKT = "plan_mislukt"
    TERUGGEDRAAID = "teruggedraaid"
    INGETROKKEN = "ingetrokken"
    VERLOPEN = "verlopen"
    CENTRALE_GENOMEN = "centrale_genomen"
    EIGEN_GEHOUDEN = "eigen_gehouden"
    SAMENGEVOEGD = "samengevoegd"
    TAAK_GEDAAN = "taak_gedaan"
    TOETSVRAAG_ERBIJ = "toetsvraag_erbij"
    TOETSVRAAG_WEG = "toetsvraag_weg"
    VRAAG_TOEGEWEZEN = "vraag_toegewezen"
    VRAAG_BUITEN_BEREIK = "vraag_buiten_bereik"
    VRAAG_NIEUW_PRODUCT = "vraag_nieuw_product"
    VRAAG_KLAAR = "vraag_klaar"
    VRAAG_HEROPEND = "vraag_heropend"
    THESAURUS = "thesaurus"
    ACCOUNT = "account"
    INSTELLING = "instelling"
    UITGEVOERD = "uitgevoerd"
    """An export."""
    INGEVOERD = "ingevoerd"
    """An import."""


class RedactieError(VraagbaakError):
    """Something cannot be done (now). The message is Dutch, for the editor, and says what can be done."""


class NietToegestaan(RedactieError):
    """The editor's roles do not allow it."""


class NietGevonden(RedactieError, LookupError):
    """There is no such draft, version, product or question."""


class Ingehaald(RedactieError):
    """Another text stands there than the one that was looked at: compare first (`drafts.catch_up`)."""


class Verouderd(RedactieError):
    """The draft was saved again since: look at it first."""


class VerkeerdeStatus(RedactieError):
    """The draft is not in a state in which this can be done."""


class TweedePersoonNodig(RedactieError):
    """The municipality wants somebody else than the last writer to do this."""


class PoortGeweigerd(RedactieError):
    """The gate stands in the way: run on another text or catalogue, or a loss was not accepted with a reason."""


class TekstFout(RedactieError):
    """The text has errors. `fouten` holds them."""

    def __init__(self, fouten: tuple[Melding, ...]) -> None:
        super().__init__(f"De tekst kan niet live: {'; '.join(one.tekst for one in fouten[:3])}.")
        self.fouten = fouten


@dataclass(frozen=True)
class Redacteur:
    """Who does something. `rollen`: (municipality, role), as `bot.handoff.model.Medewerker.rollen` has them."""

    id: int
    naam: str
    rollen: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Verschuiving:
    """A known question that fares differently with a change. Product ids; None: no certain answer."""

    vraag: str
    was: str | None
    wordt: str | None
    herkomst: str = POSTVAK
    """`voorbeeld`, `toetsvraag`, or `postvak`: words of a resident, which are not kept in a trail that nobody erases."""

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {"vraag": self.vraag, "was": self.was, "wordt": self.wordt, "herkomst": self.herkomst}

    def to_keep(self) -> dict[str, Any]:
        """As it is stored: without the words of a resident."""
        return self.as_json() | ({"vraag": None} if self.herkomst == POSTVAK else {})


@dataclass(frozen=True)
class Poort:
    """What the gate found, as it is given to `workflow` and kept with the step.

    `tekst_digest` is `digest(text)` of the text it was run on, `revisie` the catalogue's revision before it ran. `verloren`
    are the questions that had the right answer and now get another; `onzeker` those that became uncertain. `reden` is the
    editor's acceptance of the loss.
    """

    tekst_digest: str
    revisie: int
    vragen: int
    verloren: tuple[Verschuiving, ...] = ()
    onzeker: tuple[Verschuiving, ...] = ()
    gewonnen: tuple[Verschuiving, ...] = ()
    reden: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is stored: numbers always, questions up to OPGESLAGEN_VRAGEN of each kind, none in a resident's words."""
        return {
            "tekst_digest": self.tekst_digest,
            "revisie": self.revisie,
            "vragen": self.vragen,
            "reden": self.reden,
            "aantallen": {name: len(getattr(self, name)) for name in ("verloren", "onzeker", "gewonnen")},
            **{
                name: [one.to_keep() for one in getattr(self, name)[:OPGESLAGEN_VRAGEN]]
                for name in ("verloren", "onzeker", "gewonnen")
            },
        }


@dataclass(frozen=True)
class Concept:
    """A draft of a product's text, of all editors together. Times are UTC."""

    id: int
    product_id: str
    gemeente: str
    """A municipality's own text, or CENTRAAL ("")."""
    thema: str
    tekst: str
    """The whole product file; it may be wrong or half, while it is written."""
    volgnummer: int
    """Goes up with each save; who saves says which one they had."""
    status: Status
    basis_versie: int | None
    """Version of its own that stood there when it began; None: there was none."""
    centraal_versie: int | None
    """For a municipality's own text: the central version that is worked into it."""
    begonnen_door: str
    begonnen_op: datetime
    laatst_door_id: int
    laatst_door: str
    """Who changed it last; saving without a change does not count."""
    laatst_op: datetime
    opmerking: str = ""
    """What was written when submitting or rejecting, or why a planned text did not go live."""
    goedgekeurd_door_id: int | None = None
    goedgekeurd_door: str | None = None
    goedgekeurd_verlies: tuple[str, ...] = ()
    """Digests of the questions of which who approved it knew that they lose their answer."""
    gepland_op: datetime | None = None
    verloopt_op: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still be worked on."""
        return self.status in OPEN


@dataclass(frozen=True)
class Opzij:
    """A text that came too late or was replaced by a colleague's; kept with the draft."""

    id: int
    concept_id: int
    tekst: str
    naam: str
    moment: datetime
    soort: str
    """`ouder_nummer`, `na_indienen`, `gesloten` (published or thrown away), or `vorige` (what a colleague wrote over)."""


@dataclass(frozen=True)
class Bewaard:
    """What became of a save."""

    concept: Concept
    """As it is now."""
    geweigerd: Opzij | None = None
    """The text that was given, when it was set aside instead of saved: show it beside `concept.tekst`."""


@dataclass(frozen=True)
class Melding:
    """Something about a text, with its place."""

    deel: str
    """`naam`, `vragen`, ... (a field of the front matter), `kort`, an aspect id, or "" for the whole."""
    tekst: str
    """In Dutch, for the editor."""
    soort: str
    """Kind, for a class or an icon: `fout`, `lange_zin`, `moeilijk_woord`, `lijdend`, `aanspreekvorm`, `score`, ..."""
    van: int | None = None
    tot: int | None = None
    """Characters within that part that it is about; None: the whole part."""


@dataclass(frozen=True)
class Stap:
    """One step in the trail."""

    id: int
    moment: datetime
    wie_id: int | None
    """None: the clock."""
    wie: str
    wat: Wat
    product_id: str | None
    gemeente: str
    concept_id: int | None
    versie: int | None
    reden: str
    gegevens: dict[str, Any] = field(default_factory=dict)


def digest(text: str) -> str:
    """SHA-256 of a text: what a gate's outcome and a page's preview are about."""
    return hashlib.sha256(text.encode()).hexdigest()
