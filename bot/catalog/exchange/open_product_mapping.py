"""From product types of an Open Product to our products.

| Open Product | here |
|---|---|
| `naam`, `samenvatting` | `naam`, the short answer |
| `uniforme_product_naam` | `upl`, by its name |
| `doelgroep` | `doelgroep`: burgers, bedrijven_en_instellingen; others are not for residents and left out |
| `keywords` | `synoniemen`, beside those there are |
| `links` | `bronnen`, beside those there are |
| content elements | the section that one of their labels names |
| `themas` | the theme of a new product, when ours has that name |
| `update_datum` | `herzien`, when something else changed |
| `externe_codes` with the name `vraagbaak` | our id |

Prices, forms, locations and contacts stay behind: amounts and contact stand in the municipality's own file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from bot.catalog.exchange.build import build, fields_of, slug
from bot.catalog.exchange.matching import Register
from bot.catalog.exchange.open_product import Json, Record
from bot.catalog.exchange.upl import addresses
from bot.catalog.exchange.values import KORT, Candidate, Reading, Refusal, Remark
from bot.catalog.product import ASPECTS, CONTACT, Product
from bot.errors import ContentError

EIGEN_CODE = "vraagbaak"
"""Name of the external code by which a product type says which product of ours it is."""
DOELGROEPEN: Mapping[str, str] = {"burgers": "inwoner", "bedrijven_en_instellingen": "ondernemer"}
ELDERS = frozenset({"interne_organisatie", "samenwerkingspartners"})
"""Doelgroepen that no resident belongs to."""

_LABELS: Mapping[str, str] = {
    "kosten": "kosten|kosten en betaalmethoden|prijs|prijzen|tarief|tarieven|leges|wat kost het",
    "aanvragen": "aanvragen|aanvraag|aanpak|hoe werkt het|zo werkt het|procedure|procedure beschrijving|werkwijze|stappen"
    "|regelen|aangifte doen|melden|hoe vraag ik het aan",
    "meenemen": "meenemen|meebrengen|bewijs|bewijsstukken|benodigdheden|nodig|wat heb ik nodig|wat heeft u nodig"
    "|wat moet ik meenemen|wat moet u meenemen",
    "doorlooptijd": "doorlooptijd|duur|termijn|termijnen|uiterste termijn|levertijd|behandeltermijn|hoe lang duurt het",
    "voorwaarden": "voorwaarden|vereisten|eisen|voor wie|wanneer",
    "goed_om_te_weten": "goed om te weten|bijzonderheden|let op|meer informatie|aanvullende informatie|extra informatie"
    "|uitzonderingen|bezwaar|bezwaar en beroep|bezwaar maken",
    CONTACT: "contact|contactgegevens|openingstijden|adres|locatie|locaties",
}
LABELS: Mapping[str, str] = {label: key for key, line in _LABELS.items() for label in line.split("|")}
"""Label of a content element, in small letters → aspect id; CONTACT is answered from the municipality's file."""

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*?)[ \t]*#*$", re.MULTILINE)


@dataclass(frozen=True)
class Ours:
    """Our side of an import."""

    products: Mapping[str, Product]
    """Product id → what is live."""
    thema: str = ""
    """Theme of new products whose own theme we do not have."""
    koppel: Mapping[str, str] = field(default_factory=dict)
    """`code` of a product type → id of ours."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Label → aspect id, beside LABELS."""


def read_records(records: Iterable[Record], where: str, ours: Ours) -> Reading:
    """The product types, each with what we have already. What is of the wrong kind is refused, one by one."""
    register = Register(ours.products, ours.koppel)
    labels = {**LABELS, **{_label(label): key for label, key in ours.labels.items()}}
    themas = {product.thema for product in ours.products.values()}
    reader = _Reader(ours, register, labels, themas)
    candidates: list[Candidate] = []
    refusals: list[Refusal] = []
    for record in records:
        place = f"{where} producttype {_shown(record.producttype.get('code') or record.producttype.get('uuid'))}"
        try:
            candidate = reader.candidate(record, place)
        except ContentError as error:
            refusals.append(Refusal(error.where, error.problem))
            continue
        if candidate is not None:
            candidates.append(candidate)
    return Reading(tuple(candidates), tuple(refusals), tuple(reader.remarks))


class _Reader:
    """Reads product types; keeps the remarks."""

    def __init__(self, ours: Ours, register: Register, labels: Mapping[str, str], themas: Collection[str]) -> None:
        self._ours, self._register, self._labels, self._themas = ours, register, labels, themas
        self.remarks: list[Remark] = []

    def candidate(self, record: Record, where: str) -> Candidate | None:
        """A candidate; None for what is not for residents. Raises ContentError."""
        one = record.producttype
        doelgroep = _text(one, "doelgroep", where)
        if doelgroep in ELDERS:
            self._remark(where, f"overgeslagen: de doelgroep is {doelgroep}")
            return None
        if doelgroep not in DOELGROEPEN:
            raise ContentError(f"{where}, doelgroep", f"is niet {', '.join(DOELGROEPEN)}")
        naam = " ".join(_text(one, "naam", where).split())
        upl = self._upl(one, where)
        match = self._register.find(ids=_ids(one, where), naam=naam, upl=upl, where=where)
        product = self._ours.products.get(match.product_id)
        places = {name: f", {name}" for name in ("naam", "doelgroep")} | {
            KORT: ", samenvatting",
            "herzien": ", update_datum",
        }
        places |= {
            "synoniemen": ", keywords",
            "bronnen": ", links",
            "upl": ", uniforme_product_naam",
            "thema": ", themas",
        }
        kop: dict[str, Any] = (
            fields_of(product) if product else {"id": match.product_id, "regelen": {"soort": "bellen"}}
        )
        kop["naam"] = naam
        if product is None or product.kop.doelgroep != "beide":
            kop["doelgroep"] = DOELGROEPEN[doelgroep]
        if upl and not set(upl) <= set(kop.get("upl") or ()):
            kop["upl"] = upl
        kop["synoniemen"] = self._synonyms(one, kop, match.product_id, where)
        kop["bronnen"] = self._sources(one, kop, where)
        aspecten = self._aspects(record.content, where, places)
        kort = _markdown(_text(one, "samenvatting", where, empty=True))
        kop["herzien"] = product.kop.herzien if product else _date(one, where)
        if product is None:
            self._remark(where, "nieuw product zonder voorbeeldvragen en manier van regelen: vul het aan")
            return build(kop, self._thema(one, where), kort, aspecten, where=where, places=places)
        if not kort:
            self._remark(where, "samenvatting is leeg: het korte antwoord blijft zoals het is")
        merged = {**product.aspecten, **aspecten}
        found = build(kop, product.thema, kort or product.kort, merged, where=where, places=places)
        changed_on = _date(one, where)
        if found.product != product and changed_on > product.kop.herzien:
            kop["herzien"] = changed_on
            found = build(kop, product.thema, kort or product.kort, merged, where=where, places=places)
        return found

    def _remark(self, where: str, text: str) -> None:
        self.remarks.append(Remark(where, text))

    def _upl(self, one: Json, where: str) -> list[str]:
        naam = _text(one, "uniforme_product_naam", where, empty=True)
        if not naam:
            return []
        uri = addresses().get(naam.strip().casefold())
        if uri is None:
            self._remark(f"{where}, uniforme_product_naam", "deze naam staat niet in onze lijst en is niet overgenomen")
        return [uri] if uri else []

    def _synonyms(self, one: Json, kop: Mapping[str, Any], product_id: str, where: str) -> list[str]:
        """Ours with the keywords; a word that another product has already stays with that one."""
        words = list(kop.get("synoniemen") or ())
        known = {word.casefold() for word in words}
        for keyword in _texts(one, "keywords", where):
            word = " ".join(keyword.split())
            owner = self._register.owner_of(word)
            if not word or word.casefold() in known:
                continue
            if owner is not None and owner != product_id:
                self._remark(f"{where}, keywords", f'"{word}" is niet overgenomen: het is al een woord van {owner}')
                continue
            known.add(word.casefold())
            words.append(word)
        return words

    def _sources(self, one: Json, kop: Mapping[str, Any], where: str) -> list[str]:
        """Ours with the links; only https."""
        urls = list(kop.get("bronnen") or ())
        for link in _records(one, "links", where):
            url = _text(link, "url", f"{where}, links").strip()
            if urlsplit(url).scheme != "https":
                self._remark(f"{where}, links", "een adres dat niet met https:// begint is niet overgenomen")
            elif url not in urls:
                urls.append(url)
        return urls

    def _thema(self, one: Json, where: str) -> str:
        """The first theme that we have too; else the chosen one. Raises ContentError."""
        names = [slug(_text(thema, "naam", f"{where}, themas")) for thema in _records(one, "themas", where)]
        found = next((name for name in names if name in self._themas), self._ours.thema)
        if not found:
            raise ContentError(f"{where}, themas", "nieuw product: kies een thema, dat van de bron is hier niet bekend")
        return found

    def _aspects(self, content: Iterable[Json], where: str, places: dict[str, str]) -> dict[str, str]:
        """Aspect id → text of the elements that are labelled so, in their order."""
        texts: dict[str, list[str]] = {}
        for number, element in enumerate(content, start=1):
            place = f"content {number}"
            if _text(element, "taal", f"{where}, {place}", empty=True) not in ("", "nl"):
                continue
            text = _markdown(_text(element, "content", f"{where}, {place}", empty=True))
            labels = _texts(element, "labels", f"{where}, {place}")
            key = next((self._labels[_label(one)] for one in labels if _label(one) in self._labels), None)
            if _text(element, "aanvullende_informatie", f"{where}, {place}", empty=True).strip():
                self._remark(f"{where}, {place}", "aanvullende_informatie is niet overgenomen")
            if key is None:
                shown = ", ".join(_shown(one) for one in labels) or "geen label"
                self._remark(f"{where}, {place}", f"niet overgenomen: geen kop hier past bij {shown}")
            elif key == CONTACT:
                self._remark(f"{where}, {place}", "niet overgenomen: contact staat in het bestand van de gemeente")
            elif text:
                texts.setdefault(key, []).append(text)
                places.setdefault(key, f", {place}")
        return {key: "\n\n".join(texts[key]) for key in ASPECTS if key in texts}


def _ids(one: Json, where: str) -> list[str]:
    """What may be our id: the external code that says so, and the code."""
    own = [
        _text(code, "code", f"{where}, externe_codes")
        for code in _records(one, "externe_codes", where)
        if _text(code, "naam", f"{where}, externe_codes").casefold() == EIGEN_CODE
    ]
    code = _text(one, "code", where)
    return [*own, code, code.lower()]


def _text(one: Json, name: str, where: str, *, empty: bool = False) -> str:
    """A text of a record; "" for null. Raises ContentError when it is something else, or empty and may not be."""
    value = one.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise ContentError(f"{where}, {name}", "is geen tekst")
    if not empty and not value.strip():
        raise ContentError(f"{where}, {name}", "ontbreekt of is leeg")
    return value


def _texts(one: Json, name: str, where: str) -> list[str]:
    value = one.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ContentError(f"{where}, {name}", "is geen lijst van teksten")
    return value


def _records(one: Json, name: str, where: str) -> list[Json]:
    value = one.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ContentError(f"{where}, {name}", "is geen lijst zoals de standaard die beschrijft")
    return value


def _date(one: Json, where: str) -> date:
    try:
        return date.fromisoformat(_text(one, "update_datum", where).partition("T")[0])
    except ValueError:
        raise ContentError(f"{where}, update_datum", "is geen datum") from None


def _markdown(text: str) -> str:
    """Markdown as an answer can hold it: headings become bold lines."""
    return _HEADING.sub(lambda found: f"**{found[1].strip('* ')}**\n", text.replace("\r\n", "\n")).strip()


def _label(label: str) -> str:
    return " ".join(re.sub(r"[^\w ]", " ", label.replace("_", " ")).split()).casefold()


def _shown(value: object) -> str:
    """A name from outside as it can stand in a report."""
    return re.sub(r"[^\w ./-]", "?", str(value))[:60]
