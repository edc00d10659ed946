"""The search itself, on a library small enough to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from bot.catalog.product import Product
from bot.catalog.questions import Voorbeeld
from bot.search.acts import VRAAG_PRODUCT, fit_acts, kind_of, total_per_act
from bot.search.dutch import load_dutch
from bot.search.features import TextFeatures
from bot.search.fields import FieldIndex, content_words
from bot.search.knowledge import Knowledge, learn
from bot.search.linear import fit_linear
from bot.search.names import NameIndex
from bot.search.neighbours import Neighbours
from bot.search.prepared import Prepared, prepare
from bot.search.ranker import SIGNALEN, VRAAGSIGNALEN, Geval, fit_ranker
from bot.search.searcher import Searcher, Vraag
from bot.search.text import Token, clean, fold, words
from tests.builders import product

PRODUCTS = {
    one.id: one
    for one in (
        product(
            "paspoort-aanvragen", synoniemen=["reisdocument", "pas"], kort="U vraagt een paspoort aan bij de balie."
        ),
        product("huisvuil", synoniemen=["restafval", "vuilniszak"], kort="Uw restafval gaat in de grijze container."),
        product(
            "parkeervergunning", synoniemen=["vergunning parkeren"], kort="Met een vergunning parkeert u bij huis."
        ),
        product("hondenbelasting", synoniemen=["belasting hond"], kort="Voor een hond betaalt u belasting."),
    )
}
VRAGEN = {
    "paspoort-aanvragen": [
        "mijn paspoort is verlopen",
        "nieuw paspoort nodig",
        "hoe kom ik aan een reisdocument",
        "op vakantie zonder geldig paspoort",
        "paspoort kosten",
    ],
    "huisvuil": [
        "waar laat ik mijn vuilnis",
        "grijze container vol afval",
        "restafval weggooien",
        "vuilniszak aan de straat",
        "wanneer komt de vuilniswagen",
    ],
    "parkeervergunning": [
        "ik wil parkeren voor mijn deur",
        "vergunning om te parkeren",
        "auto in mijn straat parkeren",
        "parkeren als bewoner",
        "parkeerkaart bewoners",
    ],
    "hondenbelasting": [
        "mijn hond aanmelden",
        "belasting voor een puppy",
        "ik heb een hond gekregen",
        "twee honden hoeveel belasting",
        "hond overleden belasting stoppen",
    ],
}
OVERIG = {
    "begroeting": ["hallo", "goedemorgen", "hoi daar", "dag allemaal"],
    "buiten_scope": ["recept voor appeltaart", "wie wint het voetbal", "mooi weer vandaag", "vertel een mop"],
}
dutch = load_dutch()


def taught() -> tuple[Knowledge, TextFeatures, sparse.csr_matrix, list[str]]:
    """What the small library teaches, and its messages as vectors with the act of each."""
    library = [
        Voorbeeld(vraag, product_id, "kosten" if "kosten" in vraag or "hoeveel" in vraag else None)
        for product_id, vragen in VRAGEN.items()
        for vraag in vragen * 3
    ]
    others = [(text, act) for act, texts in OVERIG.items() for text in texts * 4]
    features = TextFeatures(min_df=1)
    matrix = features.fit(dutch.many([*(one.vraag for one in library), *(text for text, _ in others)]))
    knowledge = learn(
        PRODUCTS,
        library,
        matrix[: len(library)],
        others,
        matrix[len(library) :],
        matrix[:0],
        [],
        analyse=dutch.many,
        vectorise=features,
    )
    return knowledge, features, matrix, [VRAAG_PRODUCT] * len(library) + [act for _, act in others]


@pytest.fixture(scope="module")
def learned() -> tuple[Knowledge, TextFeatures, Searcher]:
    knowledge, features, _, _ = taught()
    return knowledge, features, searcher(knowledge, features, PRODUCTS)


def made_ready(products: dict[str, Product]) -> dict[str, Prepared]:
    """Texts without vectors: fields and names do not look at those."""
    return prepare(products, {}, dutch.many, lambda texts: sparse.csr_matrix((len(texts), 0)))


def searcher(knowledge: Knowledge, features: TextFeatures, products: dict[str, Product]) -> Searcher:
    return Searcher(
        products,
        model=knowledge.questions,
        from_library=knowledge.library,
        analyse=dutch.many,
        vectorise=features,
    )


def vraag(text: str, features: TextFeatures) -> Vraag:
    tokens = dutch(text)
    return Vraag(tokens, features([tokens]), {VRAAG_PRODUCT: 1.0})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("paspoort verlopen", "paspoort-aanvragen"),
        ("pasport verloopen", "paspoort-aanvragen"),
        ("waar moet mijn vuilnis heen", "huisvuil"),
        ("belasting voor mijn hondje", "hondenbelasting"),
        ("parkeervergunningen bewoners", "parkeervergunning"),
    ],
)
def test_finds_the_product(learned: tuple[Knowledge, TextFeatures, Searcher], text: str, expected: str) -> None:
    knowledge, features, search = learned
    ranking = search.rank(vraag(text, features), knowledge.ranker)
    assert ranking.treffers[0].product == expected


def test_certainties_and_none_add_up_to_one(learned: tuple[Knowledge, TextFeatures, Searcher]) -> None:
    knowledge, features, search = learned
    ranking = search.rank(vraag("mijn hond heeft een paspoort", features), knowledge.ranker)
    assert sum(treffer.zekerheid for treffer in ranking.treffers) + ranking.geen == pytest.approx(1)
    assert [t.zekerheid for t in ranking.treffers] == sorted((t.zekerheid for t in ranking.treffers), reverse=True)


@pytest.mark.parametrize("text", ["", "!!!", "🙂🙂", "\x00\u202e"])
def test_nothing_to_go_on_gives_no_product(learned: tuple[Knowledge, TextFeatures, Searcher], text: str) -> None:
    knowledge, features, search = learned
    ranking = search.rank(vraag(text, features), knowledge.ranker)
    assert (ranking.treffers, ranking.geen) == ((), 1.0)


def test_a_product_added_after_training_is_found(learned: tuple[Knowledge, TextFeatures, Searcher]) -> None:
    knowledge, features, search = learned
    new = product(
        "zwembad",
        synoniemen=["zwemmen", "baantjes trekken"],
        vragen=["hoe laat is het zwembad open"],
        kort="U zwemt in het zwembad.",
    )
    renewed = search.renewed(PRODUCTS | {"zwembad": new})
    ranking = renewed.rank(vraag("hoe laat gaat het zwembad open", features), knowledge.ranker)
    assert ranking.treffers[0].product == "zwembad"


def test_products_added_after_training_do_not_push_others_aside(
    learned: tuple[Knowledge, TextFeatures, Searcher],
) -> None:
    knowledge, features, search = learned
    new = {f"nieuw-{number}": product(f"nieuw-{number}", kort=f"Iets anders, nummer {number}.") for number in range(20)}
    renewed = search.renewed(PRODUCTS | new)
    for text in ("mijn paspoort is verlopen", "restafval weggooien", "ik heb een hond gekregen"):
        before = search.rank(vraag(text, features), knowledge.ranker).treffers[0]
        after = renewed.rank(vraag(text, features), knowledge.ranker).treffers[0]
        assert after.product == before.product
        assert after.zekerheid > before.zekerheid - 0.15


def test_renewing_gives_the_same_as_building_anew(learned: tuple[Knowledge, TextFeatures, Searcher]) -> None:
    knowledge, features, search = learned
    changed = PRODUCTS | {"huisvuil": product("huisvuil", synoniemen=["vuilnisbelt"], kort="Anders.")}
    question = vraag("vuilnisbelt of paspoort", features)
    renewed = search.renewed(changed).rank(question, knowledge.ranker)
    anew = searcher(knowledge, features, changed).rank(question, knowledge.ranker)
    assert renewed == anew


def test_a_withdrawn_product_is_not_found(learned: tuple[Knowledge, TextFeatures, Searcher]) -> None:
    knowledge, features, search = learned
    left = {key: value for key, value in PRODUCTS.items() if key != "huisvuil"}
    ranking = search.renewed(left).rank(vraag("restafval weggooien", features), knowledge.ranker)
    assert "huisvuil" not in [treffer.product for treffer in ranking.treffers]


def test_explains_by_fields_and_nearest_example(learned: tuple[Knowledge, TextFeatures, Searcher]) -> None:
    _, features, search = learned
    why = search.explain(vraag("mijn paspoort is verlopen", features), "paspoort-aanvragen")
    assert why["voorbeeld"] == "mijn paspoort is verlopen"
    assert "paspoort" in why["velden"]["kort"]  # type: ignore[index]


def test_field_search_prefers_the_name_over_the_running_text() -> None:
    one = product("een", naam="Kliko aanvragen", kort="Bij de balie.")
    two = product("twee", naam="Iets anders", kort="Ook voor een kliko.")
    index = FieldIndex({id: text.velden for id, text in made_ready({"een": one, "twee": two}).items()})
    scores = dict(zip(index.products, index.scores(content_words(dutch("kliko"))), strict=True))
    assert scores["een"] > scores["twee"] > 0


def test_field_search_knows_nothing_of_unknown_words() -> None:
    index = FieldIndex({id: text.velden for id, text in made_ready(PRODUCTS).items()})
    assert not index.scores(["xyzzy"]).any()
    assert not index.scores([]).any()


def test_only_texts_that_changed_are_made_ready_again() -> None:
    seen: list[str] = []

    def analyse(texts: Sequence[str]) -> list[list[Token]]:
        seen.extend(texts)
        return dutch.many(texts)

    def vectorise(texts: Sequence[Sequence[Token]]) -> sparse.csr_matrix:
        return sparse.csr_matrix((len(texts), 0))

    first = prepare(PRODUCTS, {}, analyse, vectorise)
    seen.clear()
    # An equal text from another place, such as the database, is the same text.
    again = {id: replace(one) for id, one in PRODUCTS.items()}
    changed = replace(PRODUCTS["huisvuil"], kort="Nieuwe tekst.")
    second = prepare({**again, "huisvuil": changed}, first, analyse, vectorise)
    assert "Nieuwe tekst." in seen and PRODUCTS["paspoort-aanvragen"].kort not in seen
    assert list(second) == list(PRODUCTS) and second["huisvuil"].product is changed


def test_a_name_is_covered_by_the_words_of_a_message() -> None:
    names = NameIndex(made_ready(PRODUCTS))
    assert names.coverage("paspoort-aanvragen", {"reisdocument"}) == 1.0
    assert names.coverage("huisvuil", {"reisdocument"}) == 0.0


def test_a_message_that_says_a_name_and_no_more_names_the_product() -> None:
    names = NameIndex(made_ready(PRODUCTS))
    assert names.named(dutch("wat kost een reisdocument?")) == "paspoort-aanvragen"
    assert names.named(dutch("wat kost een reisdocument voor mijn hond")) is None
    assert names.named(dutch("wat kost dat")) is None


def test_neighbours_without_examples_give_nothing() -> None:
    features = TextFeatures(min_df=1)
    matrix = features.fit([dutch("een vraag")])
    neighbours = Neighbours([], matrix[:0])
    assert neighbours.best(matrix[0]).shape == (0,)
    assert neighbours.nearest(matrix[0], "a") is None


def test_neighbours_give_the_nearest_of_each_product() -> None:
    features = TextFeatures(min_df=1)
    voorbeelden = [Voorbeeld("rode kat", "b"), Voorbeeld("grote hond", "a"), Voorbeeld("hond", "a")]
    matrix = features.fit([dutch(one.vraag) for one in voorbeelden])
    neighbours = Neighbours(voorbeelden, matrix)
    best = neighbours.best(features([dutch("grote hond")]))
    assert neighbours.products == ("a", "b")
    assert best[0] == pytest.approx(1)
    assert best[1] < 0.3
    nearest = neighbours.nearest(features([dutch("een hond")]), "a")
    assert nearest is not None and nearest[0].vraag == "hond"


def test_the_ranker_is_calibrated_on_what_it_is_fitted_on() -> None:
    rng = np.random.default_rng(1)
    gevallen = []
    for _ in range(2000):
        signals = rng.normal(size=(4, len(SIGNALEN)))
        utility = np.r_[signals[:, 0] * 2, 0.5]
        chosen = rng.choice(5, p=np.exp(utility) / np.exp(utility).sum())
        gevallen.append(Geval(signals, np.r_[1.0, np.zeros(len(VRAAGSIGNALEN) - 1)], np.arange(4) == chosen))
    ranker = fit_ranker(gevallen)
    certain, right = [], []
    for geval in gevallen:
        shares, _ = ranker.certainties(geval.signalen, geval.vraag)
        certain.append(shares.max())
        right.append(geval.goed[shares.argmax()])
    high = np.array(certain) > 0.6
    assert np.mean(np.array(right)[high]) == pytest.approx(np.mean(np.array(certain)[high]), abs=0.05)


def test_acts_with_kinds_are_taken_together() -> None:
    shares = {"noodgeval/112": 0.3, "noodgeval/geweld": 0.25, "begroeting": 0.45}
    assert list(total_per_act(shares)) == ["noodgeval", "begroeting"]
    assert kind_of("noodgeval", shares) == "112"
    assert kind_of("begroeting", shares) is None


def test_act_shares_add_up() -> None:
    texts = [text for texts in OVERIG.values() for text in texts]
    labels = [act for act, texts in OVERIG.items() for _ in texts]
    features = TextFeatures(min_df=1)
    matrix = features.fit(dutch.many(texts * 5))
    model = fit_acts(matrix, labels * 5)
    shares = model.shares(matrix[0])
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=lambda act: shares[act]) == "begroeting"


def test_one_class_is_not_enough() -> None:
    features = TextFeatures(min_df=1)
    with pytest.raises(ValueError, match="two classes"):
        fit_linear(features.fit([dutch("een"), dutch("twee")]), ["a", "a"])


@given(st.text(max_size=300))
def test_any_text_can_be_cleaned_and_cut_up(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert "\x00" not in cleaned
    assert all(word == fold(word) for word in words(cleaned))
    content_words(dutch(cleaned))


def test_accents_and_capitals_make_no_difference() -> None:
    assert words("Café ÉÉN cliënt") == ["cafe", "een", "client"]
