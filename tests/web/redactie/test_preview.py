"""The preview says what residents get: the same words and choices as the engine, in the chat's blocks and WhatsApp's bodies."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.catalog.library import read_product_file
from bot.catalog.live import gemeenten_of
from bot.catalog.product import parse_product
from bot.redactie.values import Melding
from bot.settings import ROOT, Settings
from bot.web.redactie.preview import Deel, Stuk, _pieces, preview
from bot.web.redactie.texts import Stukje, marked

NU = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
PASPOORT = ROOT / "products/burgerzaken/paspoort-aanvragen.md"


def parts_of(text: str, gemeente: str = "voorbeeldstad", settings: Settings | None = None) -> dict[str, Deel]:
    given = settings or Settings()
    product = parse_product(text, "burgerzaken", "x")
    return {one.aspect: one for one in preview(given, product, gemeenten_of(given)[gemeente], {}, NU)}


def words(deel: Deel) -> str:
    return " ".join(part["tekst"] for blok in deel.blokken for part in blok.get("inhoud", []))


def test_every_part_is_there_with_the_values_of_the_municipality() -> None:
    parts = parts_of(PASPOORT.read_text(encoding="utf-8"))
    product = read_product_file(PASPOORT).product
    assert list(parts) == ["alles", *product.aspecten]
    for deel in parts.values():
        assert "{{" not in words(deel) and not deel.fout
        assert "Paspoort aanvragen" in words(deel)
        assert "Medewerker spreken" in deel.keuzes
        assert deel.bellen and "{{" not in str(deel.bellen)
    assert "€" in words(parts["kosten"])
    other = parts_of(PASPOORT.read_text(encoding="utf-8"), "molendam")
    assert words(other["kosten"]) != words(parts["kosten"])


def test_choices_are_a_list_on_whatsapp_and_buttons_when_they_are_few() -> None:
    parts = parts_of(PASPOORT.read_text(encoding="utf-8"))
    whole = parts["alles"]
    last = whole.bellen[-1]
    offered = last.knoppen or tuple(titel for titel, _ in last.rijen)
    assert len(offered) == len(whole.keuzes)
    assert bool(last.lijst) == (len(whole.keuzes) > 3)


@pytest.mark.parametrize(
    "kort",
    [
        "Kost {{ tarief.bestaat_niet }}.",
        "{% for x in y %}",
        "{{ 7*7 }}",
        "{{ a.__class__ }}",
        "{{ gemeente.items }}",
        "{{ gemeente.__class__ }}",
    ],
)
def test_what_cannot_be_filled_is_told_and_not_computed(kort: str) -> None:
    text = PASPOORT.read_text(encoding="utf-8")
    product = read_product_file(PASPOORT).product
    parts = parts_of(text.replace(product.kort, kort))
    assert parts["alles"].fout and not parts["alles"].blokken and not parts["alles"].bellen
    assert not parts["kosten"].fout


def test_whatsapp_marks_become_pieces() -> None:
    assert _pieces("Bel *14 088* nu, _graag_. 2*3*4 a_b_c") == [
        Stuk("", "Bel "),
        Stuk("strong", "14 088"),
        Stuk("", " nu, "),
        Stuk("em", "graag"),
        Stuk("", ". 2*3*4 a_b_c"),
    ]


def test_marks_of_remarks_keep_every_character() -> None:
    text = "Een lange zin. Nog een."
    remarks = [
        Melding("kort", "te lang", "lange_zin", 0, 14),
        Melding("kort", "erin", "moeilijk_woord", 4, 9),
        Melding("kort", "zonder plek", "score"),
        Melding("kort", "over het eind", "lijdend", 15, 99),
    ]
    pieces = marked(text, remarks)
    assert "".join(one.tekst for one in pieces) == text
    assert pieces[:3] == [
        Stukje("Een ", "lange_zin", "te lang"),
        Stukje("lange", "lange_zin moeilijk_woord", "te lang; erin"),
        Stukje(" zin.", "lange_zin", "te lang"),
    ]
    assert pieces[-1].soort == "lijdend"


def test_the_words_around_an_answer_have_one_source() -> None:
    source = Path(ROOT / "bot/nlg/generator.py").read_text(encoding="utf-8")
    assert "answer_choices(" in source and "answer_fields(" in source
