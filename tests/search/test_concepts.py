"""Words of the thesaurus are marked with their concept: the longest phrase wins, and its words are used once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.thesaurus import Groep
from bot.search.concepts import Concepts
from bot.search.dutch import load_dutch
from bot.search.text import Token, words

GROEPEN = [
    Groep(("identiteitskaart", "id kaart", "id"), belgisch=("e id",)),
    Groep(("identiteitskaart voor een kind", "id kaart kind")),
    Groep(("grijze container", "kliko", "grijze bak")),
    Groep(("kaart", "plattegrond")),
]


def tokenise(text: str) -> list[Token]:
    """Words with a lemma of sorts: without the ending of a plural."""
    return [Token(word, word.removesuffix("'s").removesuffix("en")) for word in words(text)]


concepts = Concepts(GROEPEN, tokenise)


def marked(text: str) -> list[str | None]:
    return [token.begrip for token in concepts(tokenise(text))]


def test_a_word_has_the_concept_of_its_group() -> None:
    assert marked("waar staat mijn kliko") == [None, None, None, "grijze_container"]
    assert marked("de identiteitskaart") == [None, "identiteitskaart"]


def test_a_phrase_is_marked_where_it_begins() -> None:
    assert marked("mijn grijze bak is vol") == [None, "grijze_container", None, None, None]
    assert marked("grijze bak bak") == ["grijze_container", None, None]


def test_the_longest_phrase_wins_and_its_words_are_used_once() -> None:
    assert marked("id kaart kind") == ["identiteitskaart_voor_een_kind", None, None]
    assert marked("id kaart") == ["identiteitskaart", None]
    assert marked("kaart id kaart") == ["kaart", "identiteitskaart", None]
    assert marked("id id kaart kind kaart") == [
        "identiteitskaart",
        "identiteitskaart_voor_een_kind",
        None,
        None,
        "kaart",
    ]


def test_a_phrase_that_is_broken_off_is_none() -> None:
    assert marked("grijze") == [None]
    assert marked("grijze oude bak") == [None, None, None]


def test_phrases_are_known_by_their_lemmas() -> None:
    assert marked("twee kaarten") == [None, "kaart"]


def test_the_first_group_keeps_a_phrase_that_two_share() -> None:
    both = Concepts([Groep(("een", "x kaart")), Groep(("twee", "x-kaart"))], tokenise)
    assert [token.begrip for token in both(tokenise("x kaart"))] == ["een", None]


def test_without_a_thesaurus_nothing_changes() -> None:
    tokens = tokenise("mijn kliko")
    assert Concepts([], tokenise)(tokens) == tokens


@given(st.lists(st.sampled_from(["id", "kaart", "kind", "grijze", "bak", "kliko", "e", "huis", "🙂"]), max_size=12))
def test_words_themselves_stay_as_they_were(said: list[str]) -> None:
    tokens = tokenise(" ".join(said))
    found = concepts(tokens)
    assert [(token.woord, token.lemma) for token in found] == [(token.woord, token.lemma) for token in tokens]
    assert all(token.begrip is None for token in found if token.woord in ("huis", "kind", "bak"))
    known = {"_".join(word.woord for word in tokenise(groep.begrip)) for groep in GROEPEN}
    assert {token.begrip for token in found} <= known | {None}


def test_the_dutch_pipeline_marks_words_of_our_own_thesaurus() -> None:
    dutch = load_dutch()
    assert [token.begrip for token in dutch("xyzzy reispas")] == [None, "paspoort"]
    assert dutch.many(["reispas"])[0][0].begrip == "paspoort"
