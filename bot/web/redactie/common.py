"""What the pages of the redactie share: the installation, who asks for a page, and what a page may answer."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy.engine import Engine

from bot.catalog.gemeente import Gemeente, Gemeenten
from bot.catalog.live import LiveCatalog, gemeenten_of
from bot.catalog.tables import CENTRAAL
from bot.database import open_database
from bot.handoff.model import Medewerker
from bot.redactie.roles import Recht, may
from bot.redactie.values import Redacteur
from bot.settings import Settings
from bot.web.staff.entrance import REDACTIE

PATH = REDACTIE
CENTRAAL_PAD = "centraal"
"""How the central texts are called in an address."""
ER_NIET = "Deze pagina bestaat niet."
MAG_NIET = "Uw rol laat dit niet toe. Vraag het aan een beheerder."
LANGSTE_VELD = 30_000
"""Characters of one field of a form; the longest section of a product has 2500."""


class Refused(Exception):
    """The request is not carried out; the text is for the editor."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass(frozen=True)
class Plek:
    """Whose texts a page is about: a municipality's, or the central ones."""

    gemeente: str
    """CENTRAAL for the central texts."""
    naam: str

    @property
    def pad(self) -> str:
        """Its name in an address."""
        return self.gemeente or CENTRAAL_PAD

    @property
    def is_centraal(self) -> bool:
        """Whether it is the place of the central texts."""
        return self.gemeente == CENTRAAL


class Room:
    """One per application: the database, the municipalities and the catalogue."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine: Engine = open_database(settings.catalog_url)
        # An editor who published must see it on the next page: this one looks each time, which costs one small query.
        self._live = LiveCatalog(self.engine, clock=itertools.count().__next__)

    @property
    def gemeenten(self) -> Gemeenten:
        """The municipalities of this installation."""
        return gemeenten_of(self.settings)

    def catalog(self) -> LiveCatalog:
        """What is live now."""
        self._live.refresh()
        return self._live

    def plek(self, pad: str) -> Plek | None:
        """The place that an address names; None when there is none such."""
        if pad == CENTRAAL_PAD:
            return Plek(CENTRAAL, "Centraal")
        return Plek(pad, self.gemeenten[pad].naam) if pad in self.gemeenten else None

    def plekken(self, medewerker: Medewerker, *rechten: Recht) -> tuple[Plek, ...]:
        """Where somebody may do one of these things, or anything at all when none is named: central first."""
        found = (self.plek(one or CENTRAAL_PAD) for one in (CENTRAAL, *self.gemeenten.ids))
        return tuple(
            one
            for one in found
            if one is not None and any(may(medewerker.rollen, recht, one.gemeente) for recht in rechten or Recht)
        )


@dataclass(frozen=True)
class Upload:
    """A file that came with a form."""

    naam: str
    inhoud: bytes


@dataclass(frozen=True)
class Call:
    """A request that may be carried out: by whom, and for which place."""

    room: Room
    medewerker: Medewerker
    cookie: str
    csrf: str
    form: Mapping[str, Sequence[str]]
    query: Mapping[str, str]
    names: Mapping[str, str]
    plek: Plek
    files: Mapping[str, Upload] = field(default_factory=dict)
    is_post: bool = False

    @property
    def engine(self) -> Engine:
        """The database."""
        return self.room.engine

    @property
    def redacteur(self) -> Redacteur:
        """Who asks, as the domain knows them."""
        return Redacteur(self.medewerker.id, self.medewerker.naam, self.medewerker.rollen)

    @property
    def gemeente(self) -> str:
        """Whose texts: a municipality's id, or CENTRAAL."""
        return self.plek.gemeente

    def mag(self, recht: Recht, gemeente: str | None = None) -> bool:
        """Whether the editor may do something here, or at another place."""
        return may(self.medewerker.rollen, recht, self.gemeente if gemeente is None else gemeente)

    def field(self, name: str, most: int = LANGSTE_VELD) -> str:
        """A field of the form, empty when it is not there. Raises Refused when it is too long."""
        value = (self.form.get(name) or [""])[0].replace("\r\n", "\n")
        if len(value) > most:
            raise Refused(413, f"Een veld is te lang. Gebruik hoogstens {most} tekens.")
        return value

    def needed(self, name: str, what: str, most: int) -> str:
        """A field that must hold something; `what` names it for the editor. Raises Refused."""
        value = self.field(name, most).strip()
        if not value:
            raise Refused(400, f"Vul {what} in.")
        return value

    def number(self, name: str) -> int:
        """A whole number of the form. Raises Refused."""
        value = self.field(name, 12)
        if not value.isascii() or not value.isdigit():
            raise Refused(400, "In het formulier ontbreekt een nummer. Laad de pagina opnieuw.")
        return int(value)

    def url(self, path: str = "", **query: object) -> str:
        """An address of the redactie for this place: `url("product/paspoort")`."""
        return address(f"{self.plek.pad}/{path}" if path else self.plek.pad, **query)

    def a_gemeente(self) -> Gemeente:
        """A municipality to show texts for: that of the place; for central texts that of the query (`als`), or a usual one."""
        ids, usual = self.room.gemeenten.ids, self.room.settings.gemeente
        wanted = self.gemeente or self.query.get("als") or (usual if usual in ids else ids[0])
        if wanted not in self.room.gemeenten:
            raise Refused(404, ER_NIET)
        return self.room.gemeenten[wanted]


def address(path: str = "", **query: object) -> str:
    """An address of the redactie."""
    asked = {key: value for key, value in query.items() if value not in ("", None)}
    return f"{PATH}/{path}".rstrip("/") + (f"?{urlencode(asked)}" if asked else "")


@dataclass(frozen=True)
class Page:
    """An answer: a template with its fields."""

    template: str
    fields: Mapping[str, object]
    status: int = 200


@dataclass(frozen=True)
class Redirect:
    """An answer: go and look there. `gedaan` names what was done, in `melding.html`."""

    url: str


@dataclass(frozen=True)
class Download:
    """An answer: a file."""

    naam: str
    inhoud: bytes
    soort: str


@dataclass(frozen=True)
class Goodbye:
    """An answer: the session is over."""


Answer = Page | Redirect | Download | Goodbye
