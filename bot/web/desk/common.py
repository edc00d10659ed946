"""What the routes of the desk share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy.engine import Engine

from bot.catalog.gemeente import Gemeente, Gemeenten
from bot.catalog.live import gemeenten_of
from bot.channels.tokens import secret_of
from bot.database import open_database
from bot.handoff.model import Medewerker, Overdracht, Terugbelverzoek
from bot.settings import Settings
from bot.signals import Signals
from bot.web.desk.limits import LoginLimits
from bot.web.desk.watch import Watch
from bot.web.staff.entrance import BALIE

T = TypeVar("T")
PATH = BALIE
ER_NIET = "Dit is er niet."


class Refused(Exception):
    """The request is not carried out; the text is for the employee."""

    def __init__(self, status: int, text: str, **more: object) -> None:
        super().__init__(text)
        self.status, self.text, self.more = status, text, more


class Desk:
    """One per application: the database, the municipalities, and who must hear of changes."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine: Engine = open_database(settings.catalog_url)
        self.signals = Signals(self.engine, settings.redis_url)
        self.watch = Watch(self.engine, lambda: self.secret, lambda: self.gemeenten.ids)
        self.limits = LoginLimits(settings)

    @cached_property
    def secret(self) -> str:
        """The installation's secret, with which addresses on WhatsApp are kept."""
        return secret_of(self.settings)

    @property
    def gemeenten(self) -> Gemeenten:
        """The municipalities of this installation."""
        return gemeenten_of(self.settings)


@dataclass(frozen=True)
class Call:
    """A request that may be carried out: by whom, and on what of a municipality of theirs."""

    desk: Desk
    medewerker: Medewerker
    cookie: str
    csrf: str
    body: Mapping[str, Any]
    query: Mapping[str, str]
    names: Mapping[str, str]
    found: Overdracht | Terugbelverzoek | None = None
    place: Gemeente | None = None
    changed: list[str] = field(default_factory=list)
    """Conversations of which something changed; residents who look on hear of it."""

    @property
    def engine(self) -> Engine:
        """The database."""
        return self.desk.engine

    @property
    def overdracht(self) -> Overdracht:
        """The request for a human that the address names."""
        assert isinstance(self.found, Overdracht)
        return self.found

    @property
    def verzoek(self) -> Terugbelverzoek:
        """The call-back that the address names."""
        assert isinstance(self.found, Terugbelverzoek)
        return self.found

    @property
    def gemeente(self) -> Gemeente:
        """The municipality of what the address names."""
        assert self.place is not None
        return self.place

    def text(self, name: str, most: int) -> str:
        """A text of the body. Raises Refused when it is missing, empty or too long."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value.strip():
            raise Refused(400, "Vul eerst een tekst in.")
        if len(value) > most:
            raise Refused(413, f"De tekst is te lang. Gebruik hoogstens {most} tekens.")
        return value
