"""A municipality as its own file describes it: `gemeenten/<id>.yml`.

The file is the municipality's part of every answer: its name, contact, opening hours, tariffs and thresholds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, Extra, Field, ValidationError, validator

from bot.errors import ContentError, UnknownGemeente

DAGEN = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
LANDELIJK = "landelijk"
"""Name of the file with nationally fixed amounts; it is no municipality."""


class _Model(BaseModel):
    class Config:
        extra = Extra.forbid
        frozen = True


class Tijdvak(_Model):
    """One stretch of opening time on a day; written as `09:00-17:00`."""

    van: time
    tot: time

    @validator("tot")
    def _ends_after_start(cls, tot: time, values: dict[str, Any]) -> time:
        if "van" in values and tot <= values["van"]:
            raise ValueError("eindigt voor het begint")
        return tot


class Weekrooster(_Model):
    """Opening hours per weekday; a day that is not named is closed."""

    maandag: tuple[Tijdvak, ...] = ()
    dinsdag: tuple[Tijdvak, ...] = ()
    woensdag: tuple[Tijdvak, ...] = ()
    donderdag: tuple[Tijdvak, ...] = ()
    vrijdag: tuple[Tijdvak, ...] = ()
    zaterdag: tuple[Tijdvak, ...] = ()
    zondag: tuple[Tijdvak, ...] = ()

    @validator("*", pre=True)
    def _parse_day(cls, value: Any) -> Any:
        if value is None:
            return ()
        if not isinstance(value, str):
            raise ValueError('schrijf de tijden als "09:00-12:30, 13:30-17:00"')
        return tuple(_tijdvak(part) for part in value.split(","))

    def dag(self, weekday: int) -> tuple[Tijdvak, ...]:
        """The stretches of a weekday (Monday is 0), in order."""
        return getattr(self, DAGEN[weekday])  # type: ignore[no-any-return]


class Sluiting(_Model):
    """A one-off closure."""

    datum: date
    reden: str


class Openingstijden(_Model):
    """Opening hours per way to reach the municipality."""

    telefoon: Weekrooster
    balie: Weekrooster
    livechat: Weekrooster = Weekrooster()
    """When employees answer chats; never, unless the municipality says so."""
    ook_dicht: tuple[str, ...] = ()
    """Optional holidays on which it closes too, such as Bevrijdingsdag."""
    toch_open: tuple[str, ...] = ()
    """Public holidays on which it is open all the same, such as Goede Vrijdag."""
    sluitingen: tuple[Sluiting, ...] = ()


class Contact(_Model):
    """How residents reach the municipality."""

    telefoon: str
    email: str
    adres: str
    postadres: str


class Drempels(_Model):
    """Certainties (0-1) from which the assistant answers, or asks back. Empty: the trained defaults."""

    antwoord: float | None = Field(default=None, ge=0, le=1)
    gevoelig: float | None = Field(default=None, ge=0, le=1)
    verduidelijking: float | None = Field(default=None, ge=0, le=1)


class Webchat(_Model):
    """The chat on the municipality's website."""

    herkomsten: tuple[str, ...] = ()
    """Origins of the pages that may show the chat: `https://www.voorbeeldstad.example`."""

    @validator("herkomsten", each_item=True)
    def _is_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.netloc or value != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("een herkomst is https:// met alleen de naam van de site, zonder pad of schuine streep")
        return value


class Balie(_Model):
    """How employees take over from the assistant."""

    wachtrij_hoogstens: int = Field(default=20, ge=0)
    """People in the queue from which a call-back is offered instead."""
    per_medewerker: int = Field(default=3, ge=1)
    """Conversations that one employee may have at once."""
    doel_seconden: int = Field(default=120, ge=10)
    """Term for the first answer in a live chat."""
    wachten_minuten: int = Field(default=10, ge=1)
    """Waiting time after which a call-back is offered."""
    terugbellen: bool = True
    terugbel_werkdagen: int = Field(default=2, ge=1)
    """Working days within which somebody is called back."""
    afdelingen: Mapping[str, str] = {}
    """Id → name of the departments that a conversation may be handed to."""
    direct_aanbieden: tuple[str, ...] = ()
    """Products (ids) with which an employee is offered at once, because the subject is sensitive."""
    labels: tuple[str, ...] = ()
    """What an employee may write on a conversation when closing it."""
    standaardantwoorden: Mapping[str, str] = {}
    """Shortcut → text that employees send often, beside those of the project."""


class Actor(_Model):
    """A department as Open Klant knows it (`Actor.actoridentificator`)."""

    naam: str
    object_id: str
    code_objecttype: str = "afd"
    code_register: str = "obj"
    code_soort_object_id: str = "idf"


class OpenKlant(_Model):
    """The municipality's Open Klant. Its token is read from a file or the environment, never from here."""

    adres: str
    """Base address of the API, ending in `/klantinteracties/api/v1`; `sandbox` is the one that `make run` starts."""
    kanaal: str = "chatbot"
    afdeling: Actor


class Portaal(_Model):
    """The municipality's own portal, where residents log in (DigiD). It signs who somebody is; its public key is a file."""

    uitgever: str
    """`iss` of its tokens."""
    publiek: str = "vraagbaak"
    """`aud` of its tokens."""
    hoogstens_seconden: int = Field(default=120, ge=10, le=600)
    """Age from which a token is too old to begin a conversation with."""


class Zaken(_Model):
    """The municipality's case register (ZGW). Its secret is read from a file, never from here."""

    zaken_url: str
    """Base address of the Zaken API; `sandbox` is the register that `make run` starts."""
    catalogi_url: str = ""
    client_id: str = "vraagbaak"
    bronorganisaties: tuple[str, ...] = ()
    """RSINs of the organisations whose cases may be shown."""
    nummers: tuple[str, ...]
    """How case numbers look: `ZAAK-{jaar}-{10 cijfers}`; docs/zaken.md describes the pieces."""
    voorbeeld: str
    """A case number as residents know it, shown when they are asked for theirs."""
    wachtstatussen: tuple[str, ...] = ()
    """Names of statuses that mean that the municipality waits for the resident."""
    besluit_zaaktypen: tuple[str, ...] = ()
    max_vertrouwelijkheid: str = "openbaar"
    portaal: Portaal | None = None
    """Residents who are logged in there need no code."""


class Gemeente(_Model):
    """One municipality of this installation."""

    id: str
    naam: str
    website: str
    productpagina: str
    """Address of the municipality's page about a product; `{id}` becomes the product's id."""
    afsprakenpagina: str
    mijn_zaken: str
    """Page where residents see their own cases."""
    aanspreekvorm: Literal["u", "je"] = "u"
    contactpagina: str
    privacyverklaring: str
    bewaren_dagen: int = Field(default=30, ge=1, le=365)
    """How long the words of a conversation are kept."""
    webchat: Webchat = Webchat()
    balie: Balie = Balie()
    zaken: Zaken | None = None
    """Where residents' cases are; without it they are shown the way to their own page."""
    open_klant: OpenKlant | None = None
    """Where requests to be called back go; without it they are tasks on our own desk."""
    contact: Contact
    openingstijden: Openingstijden
    organisatie: Mapping[str, str] = {}
    tarief: Mapping[str, float] = {}
    termijn: Mapping[str, str] = {}
    regel: Mapping[str, str] = {}
    paginas: Mapping[str, str] = {}
    """Product id → address, where it differs from `productpagina`."""
    drempels: Drempels = Drempels()

    @validator("website", "productpagina", "afsprakenpagina", "mijn_zaken", "contactpagina", "privacyverklaring")
    def _https(cls, value: str) -> str:
        return _https_address(value)

    @validator("paginas", each_item=True)
    def _https_each(cls, value: str) -> str:
        return _https_address(value)

    @validator("tarief", each_item=True)
    def _not_negative(cls, value: float) -> float:
        if value < 0:
            raise ValueError("een tarief is niet negatief")
        return value

    def pagina(self, product_id: str) -> str:
        """Address of the municipality's own page about a product."""
        return self.paginas.get(product_id) or self.productpagina.format(id=product_id)


class Bedrag(_Model):
    """A nationally fixed amount."""

    bedrag: float
    jaar: int
    bron: str


class Gemeenten:
    """All municipalities of this installation, read from one folder."""

    def __init__(self, gemeenten: Mapping[str, Gemeente], landelijk: Mapping[str, Bedrag]) -> None:
        self._gemeenten = dict(gemeenten)
        self.landelijk = dict(landelijk)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all municipalities, sorted."""
        return tuple(sorted(self._gemeenten))

    def __getitem__(self, gemeente_id: str) -> Gemeente:
        """Raises UnknownGemeente."""
        try:
            return self._gemeenten[gemeente_id]
        except KeyError:
            raise UnknownGemeente(gemeente_id, self.ids) from None

    def __contains__(self, gemeente_id: object) -> bool:
        return gemeente_id in self._gemeenten

    def __iter__(self) -> Iterator[Gemeente]:
        return iter(self._gemeenten.values())


def load_gemeenten(folder: Path) -> Gemeenten:
    """Read `gemeenten/*.yml`.

    Raises:
        ContentError: naming file and field; also when the folder holds no municipality.
    """
    gemeenten: dict[str, Gemeente] = {}
    landelijk: dict[str, Bedrag] = {}
    for path in sorted(folder.glob("*.yml")):
        raw = _read_yaml(path)
        if path.stem == LANDELIJK:
            for key, value in raw.items():
                landelijk[key] = _validate(Bedrag, value, path, key)
            continue
        gemeente = _validate(Gemeente, raw, path)
        if gemeente.id != path.stem:
            raise ContentError(str(path), f'veld id: is "{gemeente.id}", maar het bestand heet {path.name}')
        gemeenten[gemeente.id] = gemeente
    if not gemeenten:
        raise ContentError(str(folder), "hier staat geen enkel gemeentebestand (<id>.yml)")
    return Gemeenten(gemeenten, landelijk)


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" regel {mark.line + 1}" if mark else ""
        problem = str(getattr(error, "problem", None) or error).split("\n")[0]
        raise ContentError(f"{path}{line}", f"geen geldige YAML ({problem})") from error
    except UnicodeDecodeError as error:
        raise ContentError(str(path), "het bestand is geen UTF-8") from error
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise ContentError(str(path), "het bestand moet uit velden bestaan (naam: waarde)")
    return raw


def _validate(model: Any, raw: Any, path: Path, prefix: str = "") -> Any:
    try:
        return model.parse_obj(raw)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join([prefix] * bool(prefix) + [str(part) for part in first["loc"]])
        raise ContentError(str(path), f"veld {field}: {_dutch(first)}") from error


def _dutch(error: Any) -> str:
    return {
        "value_error.missing": "ontbreekt",
        "value_error.extra": "bestaat niet in een gemeentebestand",
        "type_error.float": "moet een getal zijn, zoals 12.50",
    }.get(error["type"], str(error["msg"]))


def _tijdvak(text: str) -> Tijdvak:
    match = re.fullmatch(r"\s*(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s*", text)
    if not match:
        raise ValueError('schrijf de tijden als "09:00-12:30, 13:30-17:00"')
    van, tot = (time.fromisoformat(part.zfill(5)) for part in match.groups())
    return Tijdvak(van=van, tot=tot)


def _https_address(value: str) -> str:
    if urlsplit(value).scheme != "https":
        raise ValueError("moet een https-adres zijn")
    return value
