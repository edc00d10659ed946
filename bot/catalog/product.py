"""The product as editors write it: one Markdown file, or one version in the catalogue.

`parse_product` and `format_product` are each other's inverse, so that a text can go from file to database, to an
editor's screen and back without losing anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import yaml
from pydantic import BaseModel, Extra, ValidationError, validator

from bot.errors import ContentError

ASPECTS: Mapping[str, str] = {
    "kosten": "Kosten",
    "aanvragen": "Aanvragen",
    "meenemen": "Meenemen",
    "doorlooptijd": "Doorlooptijd",
    "voorwaarden": "Voorwaarden",
    "goed_om_te_weten": "Goed om te weten",
}
"""Aspect id → its heading in a product file. The order is the order in which they are shown."""

CONTACT = "contact"
"""The one aspect that stands in no product file: it is answered from the municipality's own file."""

SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader in C where PyYAML has it: ten times as fast, which counts with hundreds of files."""

Doelgroep = Literal["inwoner", "ondernemer", "beide"]
RegelenSoort = Literal["afspraak", "formulier", "bellen", "langskomen", "doorverwijzing"]


class Regelen(BaseModel):
    """The way to arrange a product. `url` points to another body (doorverwijzing) or a national form."""

    soort: RegelenSoort
    url: str | None = None
    telefoon: str | None = None
    """Whom to call, when that is not the municipality itself: a national number, or a placeholder."""

    class Config:
        extra = Extra.forbid
        frozen = True


class Kop(BaseModel):
    """The front matter of a product file."""

    id: str
    naam: str
    upl: list[str] = []
    doelgroep: Doelgroep
    boven: str | None = None
    synoniemen: list[str] = []
    vragen: list[str] = []
    regelen: Regelen
    gevoelig: bool = False
    """A subject where a wrong answer hurts: more certainty is needed, and the answer opens with care."""
    herzien: date
    bronnen: list[str] = []

    class Config:
        extra = Extra.forbid
        frozen = True

    @validator("id")
    def _id_is_a_slug(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
            raise ValueError("alleen kleine letters, cijfers en koppeltekens")
        return value

    @validator("synoniemen", "vragen", each_item=True)
    def _one_line(cls, value: str) -> str:
        if not value.strip() or "\n" in value:
            raise ValueError("een lege regel of een regel met een regeleinde")
        return value


@dataclass(frozen=True)
class Product:
    """One product text, before placeholders are filled."""

    kop: Kop
    thema: str
    """Slug of the theme: the name of its folder."""
    kort: str
    """The short answer: Markdown, one to three sentences."""
    aspecten: Mapping[str, str]
    """Aspect id → Markdown."""

    @property
    def id(self) -> str:
        """The fixed id of the product."""
        return self.kop.id


def parse_product(text: str, thema: str, where: str) -> Product:
    """Read one product from the text of its file.

    Args:
        text: front matter between two `---` lines, the short answer, then `## Heading` sections.
        thema: slug of the theme it belongs to.
        where: the path that error messages should name.

    Raises:
        ContentError: with the line or field that is wrong and what is expected there.
    """
    kop_text, body, body_line = _split(text, where)
    try:
        raw = yaml.load(kop_text, Loader=SAFE_LOADER)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" regel {mark.line + 2}" if mark else ""
        raise ContentError(f"{where}{line}", f"de kop is geen geldige YAML ({_problem(error)})") from error
    except ValueError as error:
        # YAML reads dates and numbers itself: 2026-13-01, or a number of thousands of digits.
        raise ContentError(where, "in de kop staat een datum of getal dat niet kan bestaan") from error
    if not isinstance(raw, dict):
        raise ContentError(where, "de kop tussen de twee regels --- is leeg")
    kop = _kop(raw, where)
    kort, aspecten = _sections(body, body_line, where)
    if not kort:
        raise ContentError(where, "het korte antwoord onder de kop ontbreekt")
    return Product(kop=kop, thema=thema, kort=kort, aspecten=aspecten)


def format_product(product: Product) -> str:
    """The text of a product file; `parse_product` of it gives the same product."""
    kop = product.kop
    data: dict[str, Any] = {"id": kop.id, "naam": kop.naam}
    if kop.upl:
        data["upl"] = kop.upl
    data["doelgroep"] = kop.doelgroep
    for name in ("boven", "synoniemen", "vragen"):
        if getattr(kop, name):
            data[name] = getattr(kop, name)
    data["regelen"] = kop.regelen.dict(exclude_none=True)
    if kop.gevoelig:
        data["gevoelig"] = True
    data["herzien"] = kop.herzien
    if kop.bronnen:
        data["bronnen"] = kop.bronnen
    head = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10_000)
    parts = [f"---\n{head}---\n{product.kort}\n"]
    parts += [f"\n## {ASPECTS[key]}\n{product.aspecten[key]}\n" for key in ASPECTS if key in product.aspecten]
    return "".join(parts)


def _split(text: str, where: str) -> tuple[str, str, int]:
    lines = text.replace("\r\n", "\n").split("\n")
    if not lines or lines[0].strip() != "---":
        raise ContentError(f"{where} regel 1", "het bestand begint met een regel --- en dan de kop")
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == "---":
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2
    raise ContentError(where, "de tweede regel --- die de kop afsluit ontbreekt")


def _kop(raw: dict[str, Any], where: str) -> Kop:
    try:
        return Kop(**raw)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ContentError(where, f"veld {field}: {_dutch(first)}") from error
    except TypeError as error:
        raise ContentError(where, "een veldnaam in de kop is geen tekst") from error


def _dutch(error: Any) -> str:
    """The problem of a pydantic error in plain Dutch."""
    kind = error["type"]
    if kind == "value_error.missing":
        return "ontbreekt"
    if kind == "value_error.extra":
        return "bestaat niet in een productbestand"
    if kind == "value_error.const":
        return f"moet een van deze zijn: {', '.join(error['ctx']['permitted'])}"
    return str(error["msg"])


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).split("\n")[0]


def _sections(body: str, first_line: int, where: str) -> tuple[str, dict[str, str]]:
    ids = {heading.lower(): key for key, heading in ASPECTS.items()}
    current: str | None = None
    parts: dict[str | None, list[str]] = {None: []}
    for number, line in enumerate(body.split("\n"), start=first_line):
        if line.startswith("#"):
            heading = line.lstrip("#").strip()
            key = ids.get(heading.lower()) if line.startswith("## ") else None
            if key is None:
                raise ContentError(
                    f"{where} regel {number}",
                    f'onbekende kop "{heading}"; kies uit ## {", ## ".join(ASPECTS.values())}',
                )
            if key in parts:
                raise ContentError(f"{where} regel {number}", f'de kop "{heading}" staat er twee keer')
            current = key
            parts[current] = []
        else:
            parts[current].append(line)
    texts = {key: "\n".join(lines).strip() for key, lines in parts.items()}
    for key, text in texts.items():
        if key is not None and not text:
            raise ContentError(where, f'onder de kop "{ASPECTS[key]}" staat niets')
    return texts[None], {key: text for key, text in texts.items() if key is not None}
