"""What the checks of the question library find, and what they leave alone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.question_checks import (
    FRAME_PRODUCTS,
    content_words,
    count,
    frames,
    literally_in,
    near_duplicates,
    spread,
    words,
)
from bot.catalog.questions import Voorbeeld

_THINGS = (
    "paspoort rijbewijs hondenpenning parkeervergunning uitkering traplift dakkapel grafsteen standplaats collecte "
    "subsidie geboorteakte bouwkavel kliko volkstuin laadpaal rolstoel bijstand urn trouwzaal"
)
THINGS = _THINGS.split()


def asked(*questions: str, product: str = "paspoort-aanvragen", stijl: str = "gewoon") -> list[Voorbeeld]:
    return [Voorbeeld(question, product, None, stijl) for question in questions]


def filled(sentence: str, things: Iterable[str] = THINGS) -> list[Voorbeeld]:
    """One sentence, filled in for a product of each thing."""
    return [Voorbeeld(sentence.format(thing), thing) for thing in things]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wat kost een kinderpaspoort?", "wat kost een kinderpaspoort"),
        ("kinderpaspoort kosten", "kosten kinderpaspoort"),
        ("Waar kan ik gratis kleding krijgen?", "Waar kan ik gratis kleren krijgen?"),
        ("omgevingsvergunning aanvragen", "omgevings vergunnig aanvrage"),
        ("café openen met één terras", "Cafe openen met een terras"),
    ],
)
def test_near_duplicates_are_found(one: str, other: str) -> None:
    (found,) = near_duplicates(asked(one, other))
    assert (found.vraag, found.ander) == (other, one)
    assert found.gelijkenis > 0.85


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paspoort kwijt", "paspoort kosten"),
        ("Hoe lang is een paspoort geldig?", "Wat moet ik meenemen naar de balie?"),
        ("rijbewijs verlopen", "rijbewijs gestolen op vakantie"),
    ],
)
def test_questions_that_differ_are_no_duplicates(one: str, other: str) -> None:
    assert near_duplicates(asked(one, other)) == []


def test_products_are_not_compared_with_each_other() -> None:
    assert near_duplicates([*asked("pas kwijt", product="paspoort"), *asked("pas kwijt", product="rijbewijs")]) == []


def test_the_first_of_a_row_of_duplicates_stays() -> None:
    found = near_duplicates(asked("paspoort aanvragen", "paspoort aanvrage", "paspoort aanvragn"))
    assert [one.vraag for one in found] == ["paspoort aanvrage", "paspoort aanvragn"]
    assert {one.ander for one in found} == {"paspoort aanvragen"}


@given(st.lists(st.text("ab ", min_size=1, max_size=12), max_size=12))
def test_without_what_was_found_no_duplicate_is_left(texts: list[str]) -> None:
    questions = asked(*dict.fromkeys(texts))
    dropped = {one.vraag for one in near_duplicates(questions)}
    assert near_duplicates([one for one in questions if one.vraag not in dropped]) == []


@pytest.mark.parametrize(
    ("sentence", "frame"),
    [
        ("Hoe kan ik een {} aanvragen?", "hoe kan ik een … aanvragen"),
        ("Wat kost een {}?", "wat kost een …"),
        ("Hoe lang duurt het voordat mijn {} klaar is?", "hoe lang duurt het voordat mijn … klaar is"),
        ("Ik wil graag een nieuwe {}", "ik wil graag een nieuwe …"),
        ("{}, hoe regel ik dat", "… hoe regel ik dat"),
    ],
)
def test_a_sentence_filled_in_for_product_after_product_is_a_frame(sentence: str, frame: str) -> None:
    (found,) = frames(filled(sentence))
    assert str(found) == frame
    assert found.producten == len(THINGS)
    assert len(found.voorbeelden) == len(THINGS)


@pytest.mark.parametrize("sentence", ["Mag ik {}?", "Wat kost {}?", "{} kosten", "{} aanvragen formulier"])
def test_a_short_beginning_or_search_words_are_no_frame(sentence: str) -> None:
    assert frames(filled(sentence)) == []


def test_a_common_beginning_with_a_question_of_its_own_is_no_frame() -> None:
    endings = [f"{thing} die ik vorige week bij mijn buurman {number} zag staan" for number, thing in enumerate(THINGS)]
    assert frames(filled("Hoe zit het met die {}", endings)) == []


def test_a_sentence_may_recur_in_as_many_products_as_the_limit() -> None:
    assert frames(filled("Hoe kan ik een {} aanvragen?", THINGS[:FRAME_PRODUCTS])) == []
    assert len(frames(filled("Hoe kan ik een {} aanvragen?", THINGS[: FRAME_PRODUCTS + 1]))) == 1


def test_a_sentence_within_one_product_is_no_frame() -> None:
    assert frames(asked(*(f"Hoe kan ik een {thing} aanvragen?" for thing in THINGS))) == []


def test_a_question_counts_with_its_widest_frame_only() -> None:
    mixed = [*filled("Hoe vraag ik een {} aan?"), *filled("Hoe vraag ik mijn {} aan?", ["kano", "boot"])]
    (found,) = frames(mixed)
    assert str(found) == "hoe vraag ik … aan"
    assert found.producten == len(THINGS) + 2


def test_nothing_is_found_in_nothing() -> None:
    assert not near_duplicates([]) and not frames([]) and not spread([], {}) and not literally_in([], [])
    assert count([]).totaal == 0
    assert count([]).aandeel_aspect == 0.0


def test_counts() -> None:
    told = count(
        [
            Voorbeeld("wat kost het", "paspoort", "kosten", "kort"),
            Voorbeeld("pas kwijt", "paspoort", None, "kort"),
            Voorbeeld("mag dat", "hond", "voorwaarden", "echt"),
            Voorbeeld("blaft", "hond"),
        ]
    )
    assert told.totaal == 4
    assert told.per_product == {"paspoort": 2, "hond": 2}
    assert told.per_stijl == {"kort": 2, "echt": 1, "gewoon": 1}
    assert told.per_aspect == {"kosten": 1, "voorwaarden": 1}
    assert told.per_product_en_stijl["hond", "echt"] == 1
    assert told.per_product_en_stijl["hond", "kort"] == 0
    assert told.aandeel_aspect == 0.5


def test_spread_counts_distinct_content_words_and_questions_without_the_name() -> None:
    questions = [
        *asked("Hoe vraag ik een paspoort aan?", "reisdocument verlopen", "reisdocument voor 2 kinderen"),
        *asked("hond", product="hondenbelasting"),
    ]
    narrow, wide = spread(questions, {"paspoort-aanvragen": "Paspoort aanvragen"})
    assert (narrow.product, narrow.vragen, narrow.woorden, narrow.zonder_naam) == ("hondenbelasting", 1, 1, None)
    assert wide.woorden == len({"vraag", "paspoort", "reisdocument", "verlopen", "kinderen"})
    assert wide.zonder_naam == pytest.approx(2 / 3)


def test_literally_in_looks_past_capitals_accents_and_punctuation() -> None:
    apart = asked("Cafe openen", product="horeca")
    library = asked("café openen?", "café sluiten")
    assert literally_in(library, apart) == [(library[0], apart[0])]


def test_words_keep_an_apostrophe_and_lose_what_is_no_word() -> None:
    assert words("Zo’n foto's, één… 😀 ID-kaart?") == ("zo'n", "foto's", "een", "id", "kaart")
    assert content_words("Hoe zo'n 112 ID-kaart?") == ["zo'n", "id", "kaart"]
