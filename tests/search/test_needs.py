"""A message is cut into the parts that could each be a need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.needs import KORTSTE_BERICHT, KORTSTE_DEEL, MEESTE_DELEN, last_sentence, parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "mijn pas is kwijt, en wanneer komt het grofvuil",
            ["mijn pas is kwijt", "wanneer komt het grofvuil"],
        ),
        (
            "Ik ga verhuizen. Hoe vraag ik een parkeervergunning aan?",
            ["Ik ga verhuizen", "Hoe vraag ik een parkeervergunning aan"],
        ),
        (
            "ik wil trouwen en daarnaast moet mijn paspoort verlengd worden",
            ["ik wil trouwen", "moet mijn paspoort verlengd worden"],
        ),
        (
            "mijn straatlamp is kapot\nmijn container is niet geleegd",
            ["mijn straatlamp is kapot", "mijn container is niet geleegd"],
        ),
        (
            "wat kost een paspoort trouwens mijn afval is niet opgehaald",
            ["wat kost een paspoort", "mijn afval is niet opgehaald"],
        ),
    ],
)
def test_joining_words_and_ends_of_sentences_part_needs(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


def test_a_short_piece_stays_with_the_part_before_it() -> None:
    assert parts("ik wil met Jan en Piet een straatfeest houden in juni") == [
        "ik wil met Jan",
        "Piet een straatfeest houden in juni",
    ]
    assert parts("mijn container is op maandag en dinsdag. Niet geleegd") == []


@pytest.mark.parametrize(
    "text",
    ["", "   ", "...", "paspoort en rijbewijs", "ik wil graag een nieuw paspoort aanvragen voor mijn dochter"],
)
def test_a_message_with_one_need_is_not_cut(text: str) -> None:
    assert parts(text) == []


def test_words_that_hold_a_joining_word_are_left_whole() -> None:
    assert parts("mijn enveloppen en verderop de rekening zijn vandaag niet bezorgd") == [
        "mijn enveloppen",
        "verderop de rekening zijn vandaag niet bezorgd",
    ]


@given(
    st.lists(
        st.sampled_from(["pas", "afval", "en", "ook", "trouwens", ".", "?", "mijn", "\n", ";", "verder"]), max_size=60
    )
)
def test_no_part_is_too_short_or_one_too_many(said: list[str]) -> None:
    text = " ".join(said)
    found = parts(text)
    assert len(found) <= MEESTE_DELEN and len(found) != 1
    assert all(len(part.split()) >= KORTSTE_DEEL for part in found[1:])
    assert not found or len(text.split()) >= KORTSTE_BERICHT
    for part in found:
        assert set(part.split()) <= set(text.replace(".", " ").replace("?", " ").replace(";", " ").split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ik ben verhuisd vorige week. Wat kost dat?", "Wat kost dat?"),
        ("mijn paspoort is verlopen, hoe lang duurt een nieuwe", "hoe lang duurt een nieuwe"),
        ("mijn paspoort is verlopen\nkan het snel?", "kan het snel?"),
        ("Wat kost een paspoort? Dank u", None),
        ("wat kost een paspoort", None),
        ("", None),
    ],
)
def test_the_last_sentence_is_where_the_question_stands(text: str, expected: str | None) -> None:
    assert last_sentence(text) == expected
