"""Values of this room: what an answer about a case needs, and no more.

Names are those of the standard (RGBZ, as the ZGW APIs use it). Personal data stay out of `repr`, and so out of logs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from bot.errors import SettingError

VERTROUWELIJKHEID = (
    "openbaar",
    "beperkt_openbaar",
    "intern",
    "zaakvertrouwelijk",
    "vertrouwelijk",
    "confidentieel",
    "geheim",
    "zeer_geheim",
)
"""The standard's levels of confidentiality, from open to closed."""


@dataclass(frozen=True)
class ZgwConfig:
    """A municipality's connection with its register. Hashable: one client per configuration.

    Raises SettingError for a value that cannot be used.
    """

    zaken_url: str
    """Base address of the Zaken API, with its path: `https://HOST/zaken/api/v1`."""
    catalogi_url: str
    """Base address of the Catalogi API; may be on another host."""
    client_id: str
    secret: str = field(repr=False)
    catalogi_client_id: str = ""
    """Empty: the same client for both APIs."""
    catalogi_secret: str = field(default="", repr=False)
    user_id: str = "vraagbaak"
    user_representation: str = "Vraagbaak"
    """Who looked, in the register's audit trail."""
    bronorganisaties: tuple[str, ...] = ()
    """RSINs of the organisations whose cases may be shown. Empty: all that the client may see."""
    crs: str = "EPSG:4326"
    max_vertrouwelijkheid: str = "openbaar"
    """The most closed level that residents see."""
    show_without_status: bool = False
    """Whether a case that has no status yet is shown."""
    title_from: Literal["zaaktype", "zaak"] = "zaaktype"
    """Which description residents see; the one of the case itself is typed by staff."""
    ca_file: str = ""
    """Certificates to trust instead of the system's, for a private PKIoverheid root."""
    client_cert: str = ""
    """Own certificate with its key (PEM), where the register asks for one."""
    timeout: float = 4.0
    """Seconds to wait for one answer."""
    attempts: int = 3
    """How often a question is asked in all when the register stumbles."""
    patience: float = 6.0
    """Seconds after which no further attempt begins."""
    max_pages: int = 4
    """Pages of a list that are read."""
    max_connections: int = 10
    max_own: int = 10
    """How many of a resident's own cases are offered to choose from, newest first."""
    catalogue_seconds: float = 3600
    """How long types of cases, statuses and results are kept."""
    breaker_failures: int = 5
    """After so many failures in a row the register is left alone ..."""
    breaker_seconds: float = 30
    """... for so many seconds."""

    def __post_init__(self) -> None:
        if self.max_vertrouwelijkheid not in VERTROUWELIJKHEID:
            raise SettingError(f"max_vertrouwelijkheid is een van: {', '.join(VERTROUWELIJKHEID)}.")
        if self.title_from not in ("zaaktype", "zaak"):
            raise SettingError("title_from is zaaktype of zaak.")

    @property
    def zaken_root(self) -> str:
        """`zaken_url` with one slash at its end; every address that is asked begins with it."""
        return self.zaken_url.rstrip("/") + "/"

    @property
    def catalogi_root(self) -> str:
        """`catalogi_url` with one slash at its end."""
        return self.catalogi_url.rstrip("/") + "/"


@dataclass(frozen=True)
class Zaaktype:
    """A kind of case. Durations are `relativedelta`, None when the catalogue gives none."""

    url: str
    identificatie: str
    omschrijving: str
    extern: bool
    """Begun by someone outside; only such cases are shown to residents."""
    handeling_initiator: str
    doorlooptijd: Any | None
    servicenorm: Any | None
    heeft_besluittypen: bool


@dataclass(frozen=True)
class Statustype:
    """A step of a kind of case."""

    url: str
    volgnummer: int | None
    omschrijving: str
    omschrijving_generiek: str
    statustekst: str
    is_eindstatus: bool

    @property
    def label(self) -> str:
        """What a resident reads: the text meant for them, else the name of the step."""
        return self.statustekst or self.omschrijving


@dataclass(frozen=True)
class Status:
    """A step that was reached, and when (an aware moment)."""

    url: str
    statustype: Statustype
    gezet_op: datetime


@dataclass(frozen=True)
class Resultaattype:
    """A kind of result."""

    url: str
    omschrijving: str
    omschrijving_generiek: str


@dataclass(frozen=True)
class Resultaat:
    """How a case ended. Free text of staff is left out."""

    omschrijving: str
    omschrijving_generiek: str


@dataclass(frozen=True)
class Zaak:
    """One case that may be shown to the right person."""

    url: str
    identificatie: str = field(repr=False)
    bronorganisatie: str
    titel: str = field(repr=False)
    zaaktype: Zaaktype
    startdatum: date
    einddatum: date | None
    """The day it was closed; None while it is open."""
    einddatum_gepland: date | None
    uiterlijke_einddatum: date | None
    """The last day by law, as the register has it."""
    opgeschort: bool
    """The clock stands still now."""
    eerder_opgeschort: bool
    verlengd_met: Any | None
    """`relativedelta` in working days, None when the term was not extended."""
    status_url: str | None
    resultaat_url: str | None
    resultaattype_url: str | None = None
    """Known already when the register sent the result along."""


@dataclass(frozen=True)
class Zaakdossier:
    """A case with its course, as far as an answer needs it. `statussen`: newest first."""

    zaak: Zaak
    statussen: tuple[Status, ...]
    statustypen: tuple[Statustype, ...]
    resultaat: Resultaat | None


@dataclass(frozen=True)
class Rol:
    """The initiator of a case: only what proves that someone is that person. Empty where the register has nothing."""

    betrokkene_type: str
    email: str = field(repr=False)
    telefoon: str = field(repr=False)
    """As it was typed at the application; not verified by anyone."""
    bsn: str = field(repr=False)
    rsin: str = field(repr=False)
    kvk: str = field(repr=False)
