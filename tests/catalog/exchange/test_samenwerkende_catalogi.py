"""Samenwerkende Catalogi: what a feed says, what comes in from it, and feeds that want to do harm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.catalog.exchange import xml_safe
from bot.catalog.exchange.samenwerkende_catalogi import is_own, sc_product, write_sc
from bot.catalog.exchange.sc_import import Ours, read_sc
from bot.catalog.exchange.upl import GEEN_NAAM, GEEN_NAAM_URI
from bot.catalog.exchange.values import Reading
from bot.catalog.product import Product, Regelen
from bot.catalog.render import waarden
from bot.errors import ContentError
from tests.catalog.exchange.builders import gemeente, product, reasons

NS = {
    "sc": "http://standaarden.overheid.nl/product/terms/",
    "dc": "http://purl.org/dc/terms/",
    "ov": "http://standaarden.overheid.nl/owms/terms/",
}
PASPOORT = "http://standaarden.overheid.nl/owms/terms/paspoort"
KAART = "http://standaarden.overheid.nl/owms/terms/identiteitskaart"
OWMS = "http://standaarden.overheid.nl/owms/terms/Voorbeeldstad_(gemeente)"
STAD = gemeente()
WAARDEN = waarden(STAD, {})
MODIFIED = date(2026, 11, 20)


def feed(*products: Product, uri: str = OWMS) -> str:
    return write_sc([sc_product(one, STAD, WAARDEN, MODIFIED) for one in products], "Voorbeeldstad", uri).decode()


def ours(*products: Product, **fields: Any) -> Ours:
    return Ours({one.id: one for one in products}, STAD, WAARDEN, **fields)


def read(xml: str, *products: Product, **fields: Any) -> Reading:
    return read_sc(xml.encode(), "sc.xml", ours(*products, **fields))


def only(reading: Reading) -> Product:
    assert reasons(reading.refusals) == []
    assert len(reading.candidates) == 1
    return reading.candidates[0].product


def text(element: ElementTree.Element, path: str) -> str:
    found = element.find(path, NS)
    assert found is not None, path
    return found.text or ""


def test_a_record_says_what_the_standard_wants() -> None:
    made = product(
        upl=[PASPOORT, KAART],
        doelgroep="beide",
        kort="U **vraagt** het aan voor {{ tarief.paspoort }} & meer,\nop [de site](https://x.example).",
        regelen=Regelen(soort="formulier"),
    )
    root = ElementTree.fromstring(feed(made))
    assert root.tag == f"{{{NS['sc']}}}scproducten"
    record = root.find("sc:scproduct", NS)
    assert record is not None
    assert record.get("owms-version") == "4.0"
    kern, mantel, scmeta = (record.find(f"sc:meta/sc:{name}", NS) for name in ("owmskern", "owmsmantel", "scmeta"))
    assert kern is not None and mantel is not None and scmeta is not None
    assert text(kern, "dc:identifier") == "https://www.voorbeeldstad.example/producten/paspoort-aanvragen"
    assert text(kern, "dc:title") == "Paspoort aanvragen"
    assert text(kern, "dc:language") == "nl"
    assert text(kern, "dc:type") == "productbeschrijving"
    assert text(kern, "dc:modified") == "2026-11-20"
    for path in ("dc:spatial", "ov:authority"):
        place = kern.find(path, NS)
        assert place is not None
        assert (place.text, place.get("resourceIdentifier"), place.get("scheme")) == (
            "Voorbeeldstad",
            OWMS,
            "overheid:Gemeente",
        )
    assert [one.text for one in mantel.findall("dc:audience", NS)] == ["particulier", "ondernemer"]
    assert text(mantel, "dc:abstract") == "U vraagt het aan voor €\xa077,85 & meer, op de site.".replace("\xa0", " ")
    assert text(scmeta, "sc:productID") == "paspoort-aanvragen"
    assert text(scmeta, "sc:onlineAanvragen") == "ja"
    url = scmeta.find("sc:aanvraagURL", NS)
    assert url is not None and url.get("resourceIdentifier") == text(kern, "dc:identifier")
    names = scmeta.findall("sc:uniformeProductnaam", NS)
    assert [(one.text, one.get("resourceIdentifier")) for one in names] == [
        ("paspoort", PASPOORT),
        ("identiteitskaart", KAART),
    ]
    assert [one.tag.rpartition("}")[2] for one in scmeta] == [
        "productID",
        "onlineAanvragen",
        "aanvraagURL",
        "uniformeProductnaam",
        "uniformeProductnaam",
    ]
    assert record.find("sc:body", NS) is not None


def test_what_cannot_be_asked_for_online_has_no_address_and_no_name_is_said_so() -> None:
    xml = feed(product(), uri="")
    assert "aanvraagURL" not in xml
    assert "<overheidproduct:onlineAanvragen>nee<" in xml
    assert f'resourceIdentifier="{GEEN_NAAM_URI}">{GEEN_NAAM}<' in xml
    assert '<dcterms:spatial scheme="overheid:Gemeente">Voorbeeldstad<' in xml


def test_herzien_counts_as_a_change() -> None:
    assert sc_product(product(herzien=date(2027, 1, 1)), STAD, WAARDEN, MODIFIED).modified == date(2027, 1, 1)


def test_what_another_body_decides_is_not_ours() -> None:
    assert is_own(product())
    assert not is_own(product(regelen=Regelen(soort="doorverwijzing", url="https://duo.nl")))


@pytest.mark.parametrize("character", ["\x00", "\x01", "\ud800", "\uffff"])
def test_a_text_that_xml_cannot_hold_is_not_written(character: str) -> None:
    with pytest.raises(ContentError, match="kan niet in XML"):
        feed(product(naam=f"a{character}b"))


def test_our_own_feed_changes_nothing() -> None:
    made = product(upl=[PASPOORT], synoniemen=["pas"], vragen=["Hoe?"], gevoelig=True)
    assert only(read(feed(made), made)) == made


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        (">Paspoort aanvragen<", ">Een paspoort<", {"naam": "Een paspoort"}),
        (">particulier<", ">ondernemer<", {"doelgroep": "ondernemer"}),
        (f'"{PASPOORT}">paspoort', f'"{KAART}">identiteitskaart', {"upl": [KAART]}),
        (f' resourceIdentifier="{PASPOORT}">paspoort', ">Identiteitskaart", {"upl": [KAART]}),
        (
            "http://standaarden.overheid.nl/owms/terms/paspoort",
            "https://standaarden.overheid.nl/owms/terms/paspoort",
            {},
        ),
        (">nee<", ">digid<", {"regelen": Regelen(soort="formulier")}),
        (
            ">nee</overheidproduct:onlineAanvragen>",
            '>ja</overheidproduct:onlineAanvragen><overheidproduct:aanvraagURL resourceIdentifier="https://f.example/1"/>',
            {"regelen": Regelen(soort="formulier", url="https://f.example/1")},
        ),
        ("2026-11-20", "2026-11-24T10:00:00Z", {}),
        (">nl<", ">nl-NL<", {}),
        (
            "<overheidproduct:scmeta>",
            '<overheidproduct:scmeta><overheidproduct:contactpunt resourceIdentifier="x"/>',
            {},
        ),
    ],
)
def test_only_what_is_said_otherwise_changes(old: str, new: str, changed: dict[str, Any]) -> None:
    made = product(upl=[PASPOORT], synoniemen=["pas"], vragen=["Hoe?"])
    xml = feed(made).replace(old, new)
    assert xml != feed(made)
    expected = product(**{"upl": [PASPOORT], "synoniemen": ["pas"], "vragen": ["Hoe?"]} | changed)
    assert only(read(xml, made)) == expected


def test_no_longer_online_is_by_phone() -> None:
    made = product(regelen=Regelen(soort="formulier", url="https://f.example/1"))
    assert only(read(feed(made).replace(">ja<", ">nee<"), made)).kop.regelen == Regelen(soort="bellen")


def test_another_abstract_becomes_the_short_answer_without_becoming_markup() -> None:
    made = product()
    xml = feed(made).replace("U vraagt het aan bij de balie.", "# Kom *langs*\n   bij [ons] &amp; neem 1_000 mee")
    assert only(read(xml, made)).kort == r"\# Kom \*langs\* bij \[ons\] \& neem 1\_000 mee"


def test_finds_our_product_by_page_name_or_uniform_name() -> None:
    ours_ = product(upl=[PASPOORT], naam="Paspoort aanvragen")
    xml = feed(ours_).replace("<overheidproduct:productID>paspoort-aanvragen<", "<overheidproduct:productID>5<")
    assert only(read(xml, ours_)).id == "paspoort-aanvragen"
    elsewhere = xml.replace("producten/paspoort-aanvragen", "p/5")
    assert only(read(elsewhere, ours_)).id == "paspoort-aanvragen"
    renamed = elsewhere.replace(">Paspoort aanvragen<", ">Reisdocument<")
    assert only(read(renamed, ours_)).id == "paspoort-aanvragen"
    variant = product("paspoort-kind", upl=[PASPOORT], boven="paspoort-aanvragen", kort="Kind.")
    assert only(read(renamed, ours_, variant)).id == "paspoort-aanvragen"
    assert only(read(renamed, ours_, variant, koppel={"5": "paspoort-kind"})).id == "paspoort-kind"


def test_two_products_with_the_name_need_a_choice() -> None:
    same = [product(one, upl=[PASPOORT], kort=one) for one in ("een", "twee")]
    xml = feed(product("vijf", naam="Reisdocument", upl=[PASPOORT]))
    assert "meer producten hebben deze uniforme productnaam (een, twee)" in reasons(read(xml, *same).refusals)[0]


def test_a_new_product_gets_what_the_standard_holds() -> None:
    xml = feed(product("vijf", naam="Hondenlosloopveld", doelgroep="beide", upl=[PASPOORT])).replace(">vijf<", ">VIJF<")
    reading = read(xml, thema="openbare-ruimte")
    made = only(reading)
    assert (made.id, made.thema, made.kop.naam) == ("hondenlosloopveld", "openbare-ruimte", "Hondenlosloopveld")
    assert made.kop.regelen == Regelen(soort="bellen")
    assert made.kop.bronnen == ["https://www.voorbeeldstad.example/producten/vijf"]
    assert "vul het aan" in reasons(reading.remarks)[0]
    online = xml.replace(">nee</overheidproduct:onlineAanvragen>", ">ja</overheidproduct:onlineAanvragen>")
    assert only(read(online, thema="openbare-ruimte")).kop.regelen == Regelen(soort="formulier")


def test_another_language_is_passed_over() -> None:
    made, other = product(), product("b", kort="B.")
    reading = read(feed(made, other).replace(">nl<", ">en<", 1), made, other)
    assert [one.product.id for one in reading.candidates] == ["b"]
    assert "taal is niet Nederlands" in reasons(reading.remarks)[0]


CHANGES: list[tuple[Callable[[str], str], str]] = [
    (
        lambda xml: xml.replace('owms-version="4.0"', 'owms-version="3.1"'),
        "sc.xml regel 3 (scproduct 1): owms-version is niet 4.0",
    ),
    (lambda xml: xml.replace(' owms-version="4.0"', ""), "owms-version is niet 4.0"),
    (lambda xml: xml.replace("owmskern", "kern"), "sc.xml regel 3 (scproduct 1): owmskern of scmeta ontbreekt"),
    (lambda xml: xml.replace("overheidproduct:meta>", "overheidproduct:m>"), "owmskern of scmeta ontbreekt"),
    (lambda xml: xml.replace("dcterms:identifier", "dcterms:id"), "identifier ontbreekt of is leeg"),
    (lambda xml: xml.replace(">Paspoort aanvragen<", "> <"), "title ontbreekt of is leeg"),
    (lambda xml: xml.replace(">productbeschrijving<", ">nieuws<"), "regel 9 type: type is niet productbeschrijving"),
    (lambda xml: xml.replace(">2026-11-20<", ">20-11-2026<"), "regel 10 modified: modified is geen datum"),
    (lambda xml: xml.replace(">nee<", ">soms<"), "onlineAanvragen: onlineAanvragen is niet ja, digid, nee"),
    (lambda xml: xml.replace(">particulier<", ">iedereen<"), "audience: audience is niet particulier of ondernemer"),
    (
        lambda xml: xml.replace("<overheidproduct:productID>paspoort-aanvragen<", "<overheidproduct:productID><"),
        "productID ontbreekt",
    ),
    (
        lambda xml: xml.replace(GEEN_NAAM_URI, "https://kwaad.example/paspoort"),
        "uniformeProductnaam: geen adres uit de Uniforme Productnamenlijst",
    ),
    (lambda xml: xml.replace(">Paspoort aanvragen<", ">Pas\u202epoort<"), "regel 7 title: het teken U+202E kan niet"),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_says_what_is_wrong_and_at_which_element(change: Callable[[str], str], expected: str) -> None:
    made = product()
    xml = change(feed(made))
    assert xml != feed(made)
    reading = read(xml, made)
    assert reading.candidates == ()
    assert expected in reasons(reading.refusals)[0]


@pytest.mark.parametrize(
    ("change", "thema", "expected"),
    [
        (lambda xml: xml, "", "nieuw product: kies een thema"),
        (lambda xml: xml, "Burger zaken", "veld thema: alleen kleine letters"),
        (lambda xml: xml.replace("U vraagt het aan bij de balie.", ""), "burgerzaken", "abstract ontbreekt"),
        (lambda xml: xml.replace("dcterms:audience", "dcterms:subject"), "burgerzaken", "audience ontbreekt"),
    ],
)
def test_a_new_product_needs_more(change: Callable[[str], str], thema: str, expected: str) -> None:
    assert expected in reasons(read(change(feed(product())), thema=thema).refusals)[0]


def test_a_name_that_makes_no_id() -> None:
    xml = feed(product("vijf", naam="???")).replace("<overheidproduct:productID>vijf<", "<overheidproduct:productID>V<")
    assert "van deze naam is geen id te maken" in reasons(read(xml, thema="a").refusals)[0]


def test_the_same_product_twice_is_refused_twice() -> None:
    made = product()
    reading = read(feed(made, made), made)
    assert (len(reading.refusals), reading.candidates) == (2, ())
    assert "productID paspoort-aanvragen staat er twee keer" in str(reading.refusals[1])


XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
QUADRATIC = f'<!DOCTYPE a [<!ENTITY a "{"a" * 100_000}">]>'
OUTSIDE = '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd">'
PARAMETER = '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'


@pytest.mark.parametrize("evil", [XXE, LAUGHS, QUADRATIC, OUTSIDE, PARAMETER, "<!DOCTYPE a>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_not_read(evil: str, encoding: str) -> None:
    xml = feed(product()).replace("?>\n", f"?>\n{evil}\n", 1).replace(">Paspoort aanvragen<", ">&x;&j;<")
    data = xml.replace("UTF-8", encoding).encode(encoding)
    with pytest.raises(ContentError, match=r"sc\.xml regel 2: een documenttype \(DOCTYPE\) wordt niet gelezen"):
        read_sc(data, "sc.xml", ours())


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("", "geen geldige XML"),
        ("geen xml", "regel 1: geen geldige XML"),
        ("<a>\n<b>\n</a>", "regel 3: geen geldige XML (een element wordt niet op zijn plaats afgesloten)"),
        ("<a>\n&x;</a>", "regel 2: geen geldige XML (een onbekende verwijzing (&...;))"),
        ("<a>&#0;</a>", "geen geldige XML"),
        ("<a><b:c/></a>", "een voorvoegsel zonder naamruimte"),
        ("<html/>", "regel 1: dit is geen Samenwerkende Catalogi"),
        ('<scproducten xmlns="http://kwaad.example"/>', "dit is geen Samenwerkende Catalogi"),
        ('<scproducten xmlns="http://standaarden.overheid.nl/product/terms/"/>', "geen enkel product"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', "een onbekende codering"),
        ('<?xml version="1.0" encoding="utf-7"?><a/>', "een onbekende codering"),
        ("<a>" * 40 + "</a>" * 40, "elementen staan meer dan 32 diep"),
        ("<a " + " ".join(f"b{n}='1'" for n in range(60)) + "/>", "meer dan 40 attributen"),
    ],
)
def test_what_is_no_feed_is_refused_whole(xml: str, expected: str) -> None:
    with pytest.raises(ContentError) as error:
        read(xml)
    assert expected in str(error.value)


def test_wrong_bytes_are_refused_with_the_line() -> None:
    data = feed(product(naam="Café")).encode("cp1252")
    with pytest.raises(ContentError, match=r"regel 7: geen geldige XML \(een teken dat hier niet kan staan"):
        read_sc(data, "sc.xml", ours())


def test_another_encoding_that_says_so_is_read() -> None:
    made = product(naam="Café")
    for encoding in ("utf-16", "iso-8859-1", "windows-1252"):
        data = feed(made).replace("UTF-8", encoding).encode(encoding)
        assert only(read_sc(data, "sc.xml", ours(made))) == made


def test_a_feed_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_safe, "LARGEST", 100)
    with pytest.raises(ContentError, match="het bestand is groter"):
        read(feed(product()))


def test_a_feed_with_too_many_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_safe, "MOST_ELEMENTS", 10)
    with pytest.raises(ContentError, match="meer dan 10 elementen"):
        read(feed(product()))


def test_instructions_and_inclusions_are_left_alone() -> None:
    made = product()
    evil = '<?xml-stylesheet href="file:///etc/passwd"?>\n<overheidproduct:scproducten'
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    xml = feed(made).replace("<overheidproduct:scproducten", evil).replace("<overheidproduct:body/>", include)
    assert only(read(xml, made)) == made
