"""From product types to products: what is taken over, what stays behind, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.catalog.exchange.open_product import Record
from bot.catalog.exchange.open_product_mapping import LABELS, Ours, read_records
from bot.catalog.exchange.values import Reading
from bot.catalog.product import ASPECTS, CONTACT, Product, Regelen
from tests.catalog.exchange.builders import product, reasons
from tests.catalog.exchange.stub import element, example

VERGUNNING = "http://standaarden.overheid.nl/owms/terms/parkeervergunning"
PLACE = "Open Product producttype PT-12345"


def record(*content: dict[str, Any], **fields: Any) -> Record:
    return Record(example() | fields, content)


def read(*records: Record, live: tuple[Product, ...] = (), **fields: Any) -> Reading:
    fields = {"thema": "parkeren-en-verkeer"} | fields
    return read_records(records, "Open Product", Ours({one.id: one for one in live}, **fields))


def only(reading: Reading) -> Product:
    assert reasons(reading.refusals) == []
    assert len(reading.candidates) == 1
    return reading.candidates[0].product


def existing(**fields: Any) -> Product:
    given: dict[str, Any] = {
        "naam": "Parkeervergunning",
        "kort": "korte samenvatting...",
        "upl": [VERGUNNING],
        "synoniemen": ["auto"],
        "bronnen": ["https://github.com/maykinmedia/open-product"],
        "aspecten": {},
        "herzien": date(2019, 8, 1),
        "vragen": ["Mag ik hier staan?"],
    }
    return product("parkeervergunning", **given | fields)


def test_the_example_of_the_document_becomes_a_product() -> None:
    content = [
        element("Het kost wat.", "kosten"),
        element("Vraag het aan.", "Aanvraag"),
        element("En betaal.", "aanvragen"),
    ]
    reading = read(record(*content))
    made = only(reading)
    assert (made.id, made.thema, made.kop.naam) == ("parkeervergunning", "parkeren-en-verkeer", "Parkeervergunning")
    assert made.kort == "korte samenvatting..."
    assert made.kop.upl == [VERGUNNING]
    assert made.kop.doelgroep == "inwoner"
    assert made.kop.synoniemen == ["auto"]
    assert made.kop.bronnen == ["https://github.com/maykinmedia/open-product"]
    assert made.kop.regelen == Regelen(soort="bellen")
    assert made.kop.herzien == date(2019, 8, 24)
    assert made.aspecten == {"kosten": "Het kost wat.", "aanvragen": "Vraag het aan.\n\nEn betaal."}
    assert "vul het aan" in reasons(reading.remarks)[0]


def test_what_is_the_same_changes_nothing_however_late_it_was_saved() -> None:
    live = existing()
    assert only(read(record(update_datum="2030-01-01T00:00:00Z"), live=(live,))) == live


def test_what_differs_changes_and_the_rest_stays() -> None:
    live = existing(doelgroep="beide", synoniemen=["Auto", "parkeren"], aspecten={"kosten": "Oud.", "meenemen": "Pas."})
    changed = record(
        element("Nieuw.", "kosten"),
        samenvatting="Nieuwe samenvatting.",
        keywords=["auto", "vergunning ", ""],
        links=[{"naam": "a", "url": "https://a.example"}, {"naam": "b", "url": "http://b.example"}],
    )
    reading = read(changed, live=(live,))
    made = only(reading)
    assert made.kort == "Nieuwe samenvatting."
    assert made.aspecten == {"kosten": "Nieuw.", "meenemen": "Pas."}
    assert made.kop.synoniemen == ["Auto", "parkeren", "vergunning"]
    assert made.kop.bronnen == ["https://github.com/maykinmedia/open-product", "https://a.example"]
    assert (made.kop.doelgroep, made.kop.vragen, made.kop.regelen) == ("beide", live.kop.vragen, live.kop.regelen)
    assert made.kop.herzien == date(2019, 8, 24)
    assert reasons(reading.remarks) == [f"{PLACE}, links: een adres dat niet met https:// begint is niet overgenomen"]


def test_an_empty_summary_leaves_the_short_answer() -> None:
    live = existing(kort="Van ons.")
    reading = read(record(samenvatting=""), live=(live,))
    assert only(reading) == live
    assert "samenvatting is leeg" in reasons(reading.remarks)[0]


def test_a_word_of_another_product_stays_there() -> None:
    reading = read(record(keywords=["Auto"]), live=(existing(synoniemen=[]), product("auto", naam="Auto")))
    assert only(reading).kop.synoniemen == []
    assert '"Auto" is niet overgenomen: het is al een woord van auto' in reasons(reading.remarks)[0]


def test_an_unknown_uniform_name_is_said() -> None:
    reading = read(record(uniforme_product_naam="iets nieuws"))
    assert only(reading).kop.upl == []
    assert "staat niet in onze lijst" in reasons(reading.remarks)[0]
    assert only(read(record(uniforme_product_naam=None))).kop.upl == []


@pytest.mark.parametrize("doelgroep", ["interne_organisatie", "samenwerkingspartners"])
def test_what_is_not_for_residents_is_passed_over(doelgroep: str) -> None:
    reading = read(record(doelgroep=doelgroep))
    assert (reading.candidates, reading.refusals) == ((), ())
    assert f"overgeslagen: de doelgroep is {doelgroep}" in reasons(reading.remarks)[0]


def test_companies_are_ondernemer() -> None:
    assert only(read(record(doelgroep="bedrijven_en_instellingen"))).kop.doelgroep == "ondernemer"


def test_which_product_it_is() -> None:
    named = existing()
    other = product("ander", kort="Ander.", upl=[VERGUNNING])
    by_code = record(naam="Iets", externe_codes=[{"naam": "Vraagbaak", "code": "ander"}, {"naam": "ISO", "code": "1"}])
    assert only(read(by_code, live=(named, other))).id == "ander"
    assert only(read(record(), live=(named, other))).id == "parkeervergunning"
    assert only(read(record(naam="Iets"), live=(other,))).id == "ander"
    assert only(read(record(), live=(named, other), koppel={"PT-12345": "ander"})).id == "ander"
    assert only(read(record(code="ANDER", naam="Iets"), live=(named, other))).id == "ander"
    both = reasons(read(record(naam="Iets"), live=(named, other)).refusals)
    assert both == [
        f"{PLACE}: meer producten hebben deze uniforme productnaam (ander, parkeervergunning); koppel er een"
    ]


def test_the_theme_of_a_new_product() -> None:
    live = product(thema="parkeren")
    assert only(read(record(), live=(live,))).thema == "parkeren"
    assert "kies een thema" in reasons(read(record(), thema="").refusals)[0]


def test_headings_in_content_become_bold_lines() -> None:
    made = only(read(record(element("## **Kosten** ##\r\nTien.\r\n\r\n### Let op\r\nElf.\r\n", "kosten"))))
    assert made.aspecten["kosten"] == "**Kosten**\n\nTien.\n\n**Let op**\n\nElf."


def test_what_has_no_place_here_is_said() -> None:
    content = [
        element("Wie weet.", "diversen", "<b>"),
        element("Wie weet."),
        element("ma-vr 8:00-17:00", "openingstijden"),
        element("It costs.", "kosten", taal="en"),
        element("Tien.", "prijs", aanvullende_informatie="Intern."),
        element("", "voorwaarden"),
        element("Drie weken.", "wat duurt dat?"),
    ]
    reading = read(record(*content), labels={"Wat duurt dat": "doorlooptijd"})
    assert only(reading).aspecten == {"kosten": "Tien.", "doorlooptijd": "Drie weken."}
    assert [one.partition(": ")[2] for one in reasons(reading.remarks)[:4]] == [
        "niet overgenomen: geen kop hier past bij diversen, ?b?",
        "niet overgenomen: geen kop hier past bij geen label",
        "niet overgenomen: contact staat in het bestand van de gemeente",
        "aanvullende_informatie is niet overgenomen",
    ]
    assert reading.remarks[0].where == f"{PLACE}, content 1"


def test_every_label_leads_somewhere() -> None:
    assert set(LABELS.values()) == {*ASPECTS, CONTACT}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"naam": ""}, ", naam: ontbreekt of is leeg"),
        ({"naam": 7}, ", naam: is geen tekst"),
        ({"naam": "???"}, ": van deze naam is geen id te maken"),
        ({"naam": "a\x00b"}, ", naam: het teken U+0000 kan niet"),
        ({"samenvatting": ""}, ", samenvatting: het korte antwoord onder de kop ontbreekt"),
        ({"samenvatting": ["a"]}, ", samenvatting: is geen tekst"),
        ({"samenvatting": "a\ud800"}, ", samenvatting: het teken U+D800 kan niet"),
        ({"samenvatting": "#kop"}, ", samenvatting: een regel begint met #"),
        ({"doelgroep": "iedereen"}, ", doelgroep: is niet burgers"),
        ({"doelgroep": None}, ", doelgroep: ontbreekt"),
        ({"keywords": "auto"}, ", keywords: is geen lijst van teksten"),
        ({"keywords": [1]}, ", keywords: is geen lijst van teksten"),
        ({"keywords": ["a\u2066b"]}, ", keywords: het teken U+2066 kan niet"),
        ({"links": ["https://a.example"]}, ", links: is geen lijst zoals"),
        ({"links": [{"naam": "a"}]}, ", links, url: ontbreekt"),
        ({"externe_codes": [{"naam": "vraagbaak"}]}, ", externe_codes, code: ontbreekt"),
        (
            {"externe_codes": [{"naam": "vraagbaak", "code": "Geen Id"}], "naam": "Geen", "themas": 7},
            ", themas: is geen lijst",
        ),
        ({"themas": [{"naam": None}]}, ", themas, naam: ontbreekt"),
        ({"update_datum": "gisteren"}, ", update_datum: is geen datum"),
        ({"update_datum": None}, ", update_datum: ontbreekt"),
        ({"uniforme_product_naam": {}}, ", uniforme_product_naam: is geen tekst"),
        ({"code": None}, None),
    ],
)
def test_odd_fields_are_refused_one_by_one(fields: dict[str, Any], expected: str | None) -> None:
    reading = read(record(**fields), record(code="GOED", naam="Goed"))
    assert [one.product.id for one in reading.candidates] == ["goed"]
    assert expected is None or f"{PLACE}{expected}" in reasons(reading.refusals)[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (element("a\x00b", "kosten"), ", content 1: het teken U+0000 kan niet"),
        (element("a", "kosten") | {"labels": "kosten"}, ", content 1, labels: is geen lijst"),
        (element("a", "kosten") | {"content": 5}, ", content 1, content: is geen tekst"),
        (element("#a", "kosten"), ", content 1: een regel begint met #"),
        (element("a", "kosten") | {"taal": 5}, ", content 1, taal: is geen tekst"),
    ],
)
def test_odd_content_is_refused_with_its_number(content: dict[str, Any], expected: str) -> None:
    assert f"{PLACE}{expected}" in reasons(read(record(content)).refusals)[0]
