"""From Samenwerkende Catalogi to our products.

A record changes only what it says otherwise than we would say it ourselves: what the standard cannot hold (sections,
questions, synonyms) stays as it is, and a feed of our own comes in again without a change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.catalog.exchange.build import build, fields_of
from bot.catalog.exchange.matching import Register
from bot.catalog.exchange.plain import as_markdown, one_line
from bot.catalog.exchange.samenwerkende_catalogi import (
    AUDIENCES,
    DCTERMS,
    ONLINE,
    OVERHEIDPRODUCT,
    OWMS_VERSIE,
    PRODUCTBESCHRIJVING,
    ScProduct,
    sc_product,
)
from bot.catalog.exchange.upl import GEEN_NAAM_URI, TERMS, addresses
from bot.catalog.exchange.values import KORT, Candidate, Reading, Refusal, Remark
from bot.catalog.exchange.xml_safe import Element, parse_xml
from bot.catalog.gemeente import Gemeente
from bot.catalog.product import Product
from bot.errors import ContentError

_PRODUCT = f"{OVERHEIDPRODUCT} "
_DC = f"{DCTERMS} "
_KERN, _MANTEL, _SCMETA = (f"{_PRODUCT}{name}" for name in ("owmskern", "owmsmantel", "scmeta"))
_DOELGROEPEN = {frozenset(audiences): doelgroep for doelgroep, audiences in AUDIENCES.items()}


@dataclass(frozen=True)
class Ours:
    """Our side of an import."""

    products: Mapping[str, Product]
    """Product id → what is live for the municipality."""
    gemeente: Gemeente
    """Whose feed it is."""
    values: Mapping[str, Mapping[str, str]]
    """`render.waarden` of the municipality."""
    thema: str = ""
    """Theme of new products: the standard knows none."""
    koppel: Mapping[str, str] = field(default_factory=dict)
    """`productID` in the feed → id of ours."""


def read_sc(data: bytes, where: str, ours: Ours) -> Reading:
    """The products of a feed, each with what we have already.

    Raises:
        ContentError: when it is no XML, or no feed of Samenwerkende Catalogi.
    """
    root = parse_xml(data, where)
    if root.name != f"{_PRODUCT}scproducten":
        raise ContentError(
            f"{where} regel {root.line}", "dit is geen Samenwerkende Catalogi: het eerste element is niet scproducten"
        )
    register = Register(ours.products, ours.koppel)
    pages = {ours.gemeente.pagina(product_id): product_id for product_id in ours.products}
    found: list[tuple[str, Candidate]] = []
    refusals: list[Refusal] = []
    remarks: list[Remark] = []
    for number, element in enumerate(root.every(f"{_PRODUCT}scproduct"), start=1):
        place = f"{where} regel {element.line} (scproduct {number})"
        try:
            if _language(element, place) != "nl":
                remarks.append(Remark(place, "overgeslagen: de taal is niet Nederlands"))
                continue
            record, places = _record(element, place)
            found.append((record.product_id, _candidate(record, places, place, ours, register, pages, remarks)))
        except ContentError as error:
            refusals.append(Refusal(error.where, error.problem))
    if not found and not refusals:
        raise ContentError(where, "hier staat geen enkel product (scproduct)")
    times = Counter(product_id for product_id, _ in found)
    refusals += [
        Refusal(candidate.place("veld id:"), f"productID {product_id} staat er twee keer")
        for product_id, candidate in found
        if times[product_id] > 1
    ]
    return Reading(
        tuple(candidate for product_id, candidate in found if times[product_id] == 1), tuple(refusals), tuple(remarks)
    )


def _language(element: Element, where: str) -> str:
    version = element.attributes.get("owms-version")
    if version != OWMS_VERSIE:
        raise ContentError(where, f"owms-version is niet {OWMS_VERSIE}")
    language = element.find(f"{_PRODUCT}meta", _KERN, f"{_DC}language")
    return language.text.lower().partition("-")[0] if language else "nl"


def _record(element: Element, where: str) -> tuple[ScProduct, dict[str, str]]:
    """What a record says, and where it says it. Raises ContentError."""
    meta = element.find(f"{_PRODUCT}meta")
    kern, mantel, scmeta = (meta.find(name) if meta else None for name in (_KERN, _MANTEL, _SCMETA))
    if kern is None or scmeta is None:
        raise ContentError(where, "owmskern of scmeta ontbreekt")

    def needed(parent: Element, name: str) -> Element:
        found = parent.find(name)
        if found is None or not found.text:
            raise ContentError(where, f"{_local(name)} ontbreekt of is leeg")
        return found

    def at(child: Element) -> str:
        return f", regel {child.line} {_local(child.name)}"

    kind = needed(kern, f"{_DC}type")
    if kind.text != PRODUCTBESCHRIJVING:
        raise ContentError(where + at(kind), f"type is niet {PRODUCTBESCHRIJVING}")
    identifier, title = needed(kern, f"{_DC}identifier"), needed(kern, f"{_DC}title")
    modified = needed(kern, f"{_DC}modified")
    product_id, online = needed(scmeta, f"{_PRODUCT}productID"), needed(scmeta, f"{_PRODUCT}onlineAanvragen")
    if online.text.lower() not in ONLINE:
        raise ContentError(where + at(online), f"onlineAanvragen is niet {', '.join(ONLINE)}")
    audiences = list(mantel.every(f"{_DC}audience")) if mantel else []
    for audience in audiences:
        if frozenset({audience.text}) not in _DOELGROEPEN:
            raise ContentError(where + at(audience), "audience is niet particulier of ondernemer")
    abstract = mantel.find(f"{_DC}abstract") if mantel else None
    asked_at = scmeta.find(f"{_PRODUCT}aanvraagURL")
    places = {"id": at(product_id), "naam": at(title), "bronnen": at(identifier), "regelen": at(online)}
    places |= {"herzien": at(modified), "doelgroep": at(audiences[0]) if audiences else ""}
    places |= {KORT: at(abstract)} if abstract else {}
    upl = list(scmeta.every(f"{_PRODUCT}uniformeProductnaam"))
    places |= {"upl": at(upl[0])} if upl else {}
    record = ScProduct(
        product_id=product_id.text,
        identifier=identifier.text,
        title=one_line(title.text),
        modified=_date(modified.text, where + at(modified)),
        audiences=tuple(audience.text for audience in audiences),
        abstract=one_line(abstract.text) if abstract else "",
        online=ONLINE[online.text.lower()],
        aanvraag_url=asked_at.attributes.get("resourceIdentifier", "") or asked_at.text if asked_at else "",
        upl=tuple(uri for one in upl if (uri := _upl(one, where + at(one))) != GEEN_NAAM_URI),
    )
    return record, places


def _upl(element: Element, where: str) -> str:
    """The address of a uniform product name. Raises ContentError."""
    uri = element.attributes.get("resourceIdentifier", "") or addresses().get(element.text.casefold(), "")
    if not uri.startswith(TERMS):
        raise ContentError(where, "geen adres uit de Uniforme Productnamenlijst")
    return TERMS[0] + uri.removeprefix(TERMS[0]).removeprefix(TERMS[1])


def _date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text.partition("T")[0])
    except ValueError:
        raise ContentError(where, "modified is geen datum (jjjj-mm-dd)") from None


def _candidate(
    record: ScProduct,
    places: dict[str, str],
    where: str,
    ours: Ours,
    register: Register,
    pages: Mapping[str, str],
    remarks: list[Remark],
) -> Candidate:
    ids = [record.product_id, *([pages[record.identifier]] if record.identifier in pages else [])]
    match = register.find(ids=ids, naam=record.title, upl=record.upl, where=where)
    if match.is_new:
        remarks.append(Remark(where, "nieuw product zonder voorbeeldvragen, synoniemen en kopjes: vul het aan"))
        return _new(record, match.product_id, places, where, ours)
    return _changed(record, ours.products[match.product_id], places, where, ours)


def _new(record: ScProduct, product_id: str, places: dict[str, str], where: str, ours: Ours) -> Candidate:
    if not ours.thema:
        raise ContentError(where, "nieuw product: kies een thema, de bron kent er geen")
    if not record.abstract:
        raise ContentError(where, "nieuw product: abstract ontbreekt, dus er is geen kort antwoord")
    if not record.audiences:
        raise ContentError(where, "nieuw product: audience ontbreekt")
    # What cannot be asked for online: the phone is always there, and nothing else is known.
    regelen = {"soort": "formulier", "url": record.aanvraag_url} if record.online else {"soort": "bellen"}
    kop: dict[str, Any] = {
        "id": product_id,
        "naam": record.title,
        "upl": list(record.upl),
        "doelgroep": _DOELGROEPEN[frozenset(record.audiences)],
        "regelen": {name: value for name, value in regelen.items() if value},
        "herzien": record.modified,
        "bronnen": [record.identifier],
    }
    return build(kop, ours.thema, as_markdown(record.abstract), {}, where=where, places=places)


def _changed(record: ScProduct, product: Product, places: dict[str, str], where: str, ours: Ours) -> Candidate:
    """Our product, with what the record says otherwise than we would."""
    said = sc_product(product, ours.gemeente, ours.values, record.modified)
    kop, kort = fields_of(product), product.kort
    if record.title != said.title:
        kop["naam"] = record.title
    if record.audiences and set(record.audiences) != set(said.audiences):
        kop["doelgroep"] = _DOELGROEPEN[frozenset(record.audiences)]
    if record.upl and set(record.upl) != set(said.upl):
        kop["upl"] = list(record.upl)
    if record.abstract and record.abstract != said.abstract:
        kort = as_markdown(record.abstract)
    if record.online != said.online:
        kop["regelen"] = {"soort": "formulier" if record.online else "bellen"}
    if record.online and record.aanvraag_url not in ("", said.aanvraag_url, ours.gemeente.pagina(product.id)):
        kop["regelen"] = {**kop["regelen"], "url": record.aanvraag_url}
    return build(kop, product.thema, kort, product.aspecten, where=where, places=places)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
