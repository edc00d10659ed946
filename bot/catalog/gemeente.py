"""A municipality as its own file describes it: `gemeenten/<id>.yml`.

The file is the municipality's part of every answer: its name, contact, opening hours, tariffs and thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import Field, ValidationError, validator

from bot.catalog.koppelingen import Afspraken, OpenKlant, Whatsapp, Zaken
from bot.catalog.rooster import Openingstijden, Waarde
from bot.errors import ContentError, UnknownGemeente

LANDELIJK = "landelijk"
"""Name of the file with nationally fixed amounts; it is no municipality."""


class Contact(Waarde):
    """How residents reach the municipality."""

    telefoon: str
    email: str
    adres: str
    postadres: str
    breedte: float | None = Field(default=None, ge=-90, le=90)
    lengte: float | None = Field(default=None, ge=-180, le=180)
    """Degrees (WGS 84) of the counter, for a place on the map where the channel shows one."""


class Drempels(Waarde):
    """Certainties (0-1) from which the assistant answers, or asks back. Empty: the trained defaults."""

    antwoord: float | None = Field(default=None, ge=0, le=1)
    gevoelig: float | None = Field(default=None, ge=0, le=1)
    verduidelijking: float | None = Field(default=None, ge=0, le=1)


class Webchat(Waarde):
    """The chat on the municipality's website."""

    herkomsten: tuple[str, ...] = ()
    """Origins of the pages that may show the chat: `https://www.voorbeeldstad.example`."""

    @validator("herkomsten", each_item=True)
    def _is_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.netloc or value != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("een herkomst is https:// met alleen de naam van de site, zonder pad of schuine streep")
        return value


class Balie(Waarde):
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


class Redactie(Waarde):
    """How the municipality's editors want to work. For the central texts the strictest municipality counts."""

    vier_ogen: bool = False
    """Who publishes a text is another than who wrote it last."""
    verlies_tweede_persoon: bool = False
    """A text with which a known question loses its answer is published by another than who wrote it last."""


class Gemeente(Waarde):
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
    redactie: Redactie = Redactie()
    zaken: Zaken | None = None
    """Where residents' cases are; without it they are shown the way to their own page."""
    open_klant: OpenKlant | None = None
    """Where requests to be called back go; without it they are tasks on our own desk."""
    afspraken: Afspraken | None = None
    """Where appointments are made; without it residents are shown the way to `afsprakenpagina`."""
    whatsapp: Whatsapp | None = None
    """The municipality's number on WhatsApp."""
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


class Bedrag(Waarde):
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


def _https_address(value: str) -> str:
    if urlsplit(value).scheme != "https":
        raise ValueError("moet een https-adres zijn")
    return value
