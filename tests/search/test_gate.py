"""The gate, on a library small enough to read; tests/search/test_gate_trained.py tries it on all known questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from bot.catalog.product import Product
from bot.catalog.thesaurus import Groep
from bot.search.acts import VRAAG_PRODUCT, fit_acts
from bot.search.batch import Geleerd, Lezer, rank_many
from bot.search.decision import Bericht, Beslissing, Drempels, decide
from bot.search.dutch import Dutch, load_dutch
from bot.search.features import TextFeatures
from bot.search.gate import Plek, Poort, judged
from bot.search.gate_values import BekendeVraag, Bevinding, Oordeel, Poortuitslag, Stand
from bot.search.prepared import prepare, reached_by
from bot.search.reach import Reach
from bot.search.searcher import Searcher
from bot.search.understand import Omgeving, understand
from tests.builders import product
from tests.search.test_searching import OVERIG, PRODUCTS, VRAGEN, taught

DREMPELS = Drempels(antwoord=0.6, gevoelig=0.7)
dutch = load_dutch()


@pytest.fixture(scope="module")
def geleerd() -> Geleerd:
    knowledge, features, matrix, acts = taught()
    return Geleerd(features, fit_acts(matrix, acts), knowledge)


def plek(geleerd: Geleerd, products: Mapping[str, Product] = PRODUCTS, taal: Dutch = dutch) -> Plek:
    searcher = Searcher(
        products,
        model=geleerd.knowledge.questions,
        from_library=geleerd.knowledge.library,
        analyse=taal.many,
        vectorise=geleerd.features,
    )
    return Plek(("voorbeeldstad",), searcher, taal, DREMPELS)


def built_on(voor: Plek, na: Plek) -> Plek:
    """`na`, taking from `voor` what stays as it is: the gate then works out only what the change can reach."""
    stale = reached_by(voor.searcher.texts, voor.dutch.phrases, na.dutch.phrases)
    searcher = voor.searcher.renewed(na.searcher.products, na.dutch.many, stale)
    return Plek(na.gemeenten, searcher, na.dutch, na.drempels)


def outcome(geleerd: Geleerd, voor: Plek, na: Plek, extra: Sequence[BekendeVraag] = ()) -> Poortuitslag:
    """The outcome of the gate, after comparing the short way with working out everything anew."""
    short = run(Poort(Lezer(geleerd)), voor, built_on(voor, na), extra)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reach, "__call__", lambda self, rijen, known: np.ones(len(rijen), dtype=bool))
        whole = run(Poort(Lezer(geleerd)), voor, na, extra)
    assert whole.opnieuw == whole.vragen
    assert (short.vragen, short.goed_voor, short.goed_na) == (whole.vragen, whole.goed_voor, whole.goed_na)
    assert [rounded(one) for one in short.bevindingen] == [rounded(one) for one in whole.bevindingen]
    return short


def run(poort: Poort, voor: Plek, na: Plek, extra: Sequence[BekendeVraag] = ()) -> Poortuitslag:
    *progress, last = poort.run([(voor, na)], extra)
    assert isinstance(last, Poortuitslag)
    assert progress[-1] == (last.vragen, last.vragen)
    return last


def rounded(one: Bevinding) -> Bevinding:
    return replace(one, voor=replace(one.voor, zekerheid=0.0), na=replace(one.na, zekerheid=0.0))


def changed(**kwargs: Product | None) -> dict[str, Product]:
    products: dict[str, Product | None] = {**PRODUCTS, **{key.replace("_", "-"): one for key, one in kwargs.items()}}
    return {id: one for id, one in products.items() if one is not None}


def with_synonyms(id: str, *woorden: str) -> Product:
    was = PRODUCTS[id]
    return product(id, synoniemen=[*was.kop.synoniemen, *woorden], kort=was.kort)


def one_by_one(geleerd: Geleerd, text: str, where: Plek) -> Stand:
    """A question by itself, as a message of a resident goes."""
    tokens = where.dutch(text)
    vector = geleerd.features([tokens])
    omgeving = Omgeving(geleerd.knowledge, geleerd.features, where.searcher, where.dutch, where.drempels)
    beslissing, _ = understand(text, tokens, vector, geleerd.acts.shares(vector), omgeving)
    treffers = beslissing.ranking.treffers
    return Stand(
        beslissing.uitkomst.value,
        beslissing.act,
        beslissing.product,
        beslissing.kandidaten,
        round(treffers[0].zekerheid, 4) if treffers else 0.0,
    )


TEKSTEN = [
    *(vraag for vragen in VRAGEN.values() for vraag in vragen),
    *(text for texts in OVERIG.values() for text in texts),
    "",
    "!!!",
    "zxqw",
    "mijn paspoort is kwijt en ik wil ook weten wanneer komt de vuilniswagen bij mij langs",
    "Belasting voor de hond?",
]


def test_many_at_once_are_ranked_as_one_by_one(geleerd: Geleerd) -> None:
    new = product("zwembad", synoniemen=["zwemmen"], kort="U zwemt in het zwembad.")
    where = plek(geleerd, {**PRODUCTS, "zwembad": new})
    rijen = Lezer(geleerd)(TEKSTEN, dutch)
    for rij, ranking in zip(rijen, rank_many(rijen, where.searcher, geleerd.knowledge.ranker), strict=True):
        single = where.searcher.rank(rij.vraag, geleerd.knowledge.ranker)
        assert [one.product for one in ranking.treffers] == [one.product for one in single.treffers], rij.tekst
        certainties = [one.zekerheid for one in single.treffers]
        assert [one.zekerheid for one in ranking.treffers] == pytest.approx(certainties, abs=1e-5)
        assert ranking.geen == pytest.approx(single.geen, abs=1e-5)


def test_outcomes_are_those_of_messages(geleerd: Geleerd) -> None:
    where = plek(geleerd)
    stands = Poort(Lezer(geleerd)).stands(TEKSTEN, where)
    for text, stand in zip(TEKSTEN, stands, strict=True):
        single = one_by_one(geleerd, text, where)
        assert (stand.uitkomst, stand.act, stand.product) == (single.uitkomst, single.act, single.product), text
        assert stand.zekerheid == pytest.approx(single.zekerheid, abs=2e-4)


def test_nothing_changes_when_nothing_changes(geleerd: Geleerd) -> None:
    voor = plek(geleerd)
    uitslag = outcome(geleerd, voor, plek(geleerd))
    assert uitslag.bevindingen == ()
    assert uitslag.opnieuw == 0
    assert uitslag.goed_voor == uitslag.goed_na


def test_only_what_the_change_can_reach_is_worked_out_again(geleerd: Geleerd, monkeypatch: pytest.MonkeyPatch) -> None:
    poort, voor = Poort(Lezer(geleerd)), plek(geleerd)
    run(poort, voor, voor)
    asked: list[str] = []

    def counting(bericht: Bericht) -> Beslissing:
        asked.append(bericht.tekst)
        return decide(bericht)

    monkeypatch.setattr("bot.search.gate.decide", counting)
    far = BekendeVraag("belasting hond", "hondenbelasting", "postvak")
    na = built_on(voor, plek(geleerd, changed(huisvuil=with_synonyms("huisvuil", "kliko"))))
    run(poort, voor, na, [far])
    # Once before the change and once after it: only the questions that are new have both.
    assert asked.count("kliko") == 2
    assert max(asked.count(text) for text in asked if text not in ("kliko", "belasting hond")) == 1
    before = len(asked)
    run(poort, voor, na, [far])
    assert len(asked) == before


def test_after_publications_the_outcome_is_as_if_worked_out_anew(
    geleerd: Geleerd, monkeypatch: pytest.MonkeyPatch
) -> None:
    poort, live = Poort(Lezer(geleerd)), plek(geleerd)
    extra = [BekendeVraag("kliko", "huisvuil", "postvak"), BekendeVraag("kliko 2", "huisvuil", "postvak")]
    run(poort, live, live, extra)
    monkeypatch.setattr("bot.search.gate.OVERNEMEN", 2)
    right = []
    for number in range(5):
        one = product("huisvuil", synoniemen=PRODUCTS["huisvuil"].kop.synoniemen, vragen=[f"kliko {number}"])
        live = built_on(live, plek(geleerd, changed(huisvuil=one)))
        uitslag = run(poort, live, live, extra)
        fresh = run(Poort(Lezer(geleerd)), live, live, extra)
        assert (uitslag.goed_voor, uitslag.bevindingen) == (fresh.goed_voor, fresh.bevindingen)
        right.append(uitslag.goed_voor)
    # "kliko 2" is an example once.
    assert right.index(max(right)) == 2


def test_a_bad_synonym_is_seen_as_loss(geleerd: Geleerd) -> None:
    na = plek(geleerd, changed(huisvuil=with_synonyms("huisvuil", "paspoort aanvragen", "paspoort")))
    extra = [BekendeVraag("paspoort", "paspoort-aanvragen", "postvak", "voorbeeldstad")]
    uitslag = outcome(geleerd, plek(geleerd), na, extra)
    lost = {one.vraag: one for one in uitslag.verlies}
    assert "paspoort" in lost
    assert lost["paspoort"].verwacht == "paspoort-aanvragen"
    assert lost["paspoort"].gemeenten == ("voorbeeldstad",)
    assert lost["paspoort"].oordeel in (Oordeel.ANDER_PRODUCT, Oordeel.ONZEKER)
    assert uitslag.opnieuw > 0
    # Losses come first.
    assert [one.verlies for one in uitslag.bevindingen] == sorted(
        (one.verlies for one in uitslag.bevindingen), reverse=True
    )


def test_an_example_that_the_change_adds_is_judged(geleerd: Geleerd) -> None:
    def with_examples(id: str, *vragen: str) -> Product:
        was = PRODUCTS[id]
        return product(id, synoniemen=was.kop.synoniemen, kort=was.kort, vragen=list(vragen))

    na = changed(
        huisvuil=with_examples("huisvuil", "waar gaat de plurk heen", "nieuw paspoort nodig!"),
        hondenbelasting=with_examples("hondenbelasting", "nieuw paspoort nodig"),
    )
    uitslag = outcome(geleerd, plek(geleerd), plek(geleerd, na))
    added = {(one.vraag, one.verwacht): one for one in uitslag.bevindingen if one.toegevoegd}
    assert len(added) == 3
    assert added["waar gaat de plurk heen", "huisvuil"].goed
    # An example of two products is of none.
    assert not added["nieuw paspoort nodig!", "huisvuil"].goed
    assert not added["nieuw paspoort nodig", "hondenbelasting"].goed
    assert not any(one.verlies for one in added.values())


def test_what_a_withdrawal_takes_away_is_no_loss(geleerd: Geleerd) -> None:
    uitslag = outcome(geleerd, plek(geleerd), plek(geleerd, changed(huisvuil=None)))
    gone = [one for one in uitslag.bevindingen if one.verwacht == "huisvuil"]
    assert gone
    assert all(one.vervallen and not one.verlies for one in gone)


def test_questions_of_another_municipality_do_not_count(geleerd: Geleerd) -> None:
    na = plek(geleerd, changed(huisvuil=with_synonyms("huisvuil", "paspoort")))
    extra = [
        BekendeVraag(
            "ik heb mijn paspoort in de grijze container gegooid", "paspoort-aanvragen", "toetsvraag", "molendam"
        )
    ]
    assert outcome(geleerd, plek(geleerd), na, extra).vragen == outcome(geleerd, plek(geleerd), na).vragen


def test_the_same_at_two_places_is_one_finding(geleerd: Geleerd) -> None:
    na = plek(geleerd, changed(huisvuil=with_synonyms("huisvuil", "paspoort", "paspoort aanvragen")))
    voor = plek(geleerd)
    other = [Plek(("molendam",), one.searcher, one.dutch, one.drempels) for one in (voor, na)]
    extra = [BekendeVraag("paspoort", "paspoort-aanvragen", "postvak")]
    *_, last = Poort(Lezer(geleerd)).run([(voor, na), (other[0], other[1])], extra)
    assert isinstance(last, Poortuitslag)
    assert last.verlies
    assert all(one.gemeenten == ("voorbeeldstad", "molendam") for one in last.verlies)


def test_a_group_of_the_thesaurus_counts_in_question_and_text(geleerd: Geleerd) -> None:
    groep = Groep(woorden=("vuilniszak", "plastiekske"))
    taal = dutch.with_groups([groep])
    voor = plek(geleerd)
    stale = reached_by(voor.searcher.texts, dutch.phrases, taal.phrases)
    assert stale == {"huisvuil"}
    na = Plek(voor.gemeenten, voor.searcher.renewed(PRODUCTS, taal.many, stale), taal, DREMPELS)
    # As one that was built from nothing.
    fresh = plek(geleerd, PRODUCTS, taal)
    assert {id: text.velden for id, text in na.searcher.texts.items()} == {
        id: text.velden for id, text in fresh.searcher.texts.items()
    }
    extra = [BekendeVraag("plastiekske", "huisvuil", "postvak")]
    uitslag = outcome(geleerd, voor, na, extra)
    found = {one.vraag: one for one in uitslag.bevindingen}
    assert found["plastiekske"].oordeel is Oordeel.NIEUW_GOED
    assert found["plastiekske"].voor.product is None


def test_reached_by_finds_every_text_that_reads_otherwise() -> None:
    groepen = [Groep(woorden=("bij huis", "zzthuis")), Groep(woorden=("zzhond", "een hond betaalt"))]
    taal = dutch.with_groups(groepen)
    made = {
        naam: prepare(PRODUCTS, {}, one.many, lambda texts: TextFeatures(1).fit(texts))
        for naam, one in (("voor", dutch), ("na", taal))
    }
    differ = {id for id in PRODUCTS if made["voor"][id].velden != made["na"][id].velden}
    assert differ
    assert differ <= reached_by(made["voor"], dutch.phrases, taal.phrases)
    # And back again.
    assert differ <= reached_by(made["na"], taal.phrases, dutch.phrases)
    assert reached_by(made["voor"], dutch.phrases, dutch.phrases) == frozenset()


def stand(product: str | None = None, *kandidaten: str) -> Stand:
    return Stand("antwoord" if product else "verduidelijking", VRAAG_PRODUCT, product, kandidaten)


@pytest.mark.parametrize(
    ("verwacht", "voor", "na", "oordeel", "verlies"),
    [
        ("a", stand("a"), stand("a"), Oordeel.ONGEWIJZIGD, False),
        ("a", stand("a"), stand("b"), Oordeel.ANDER_PRODUCT, True),
        ("a", stand("b"), stand("c"), Oordeel.ANDER_PRODUCT, False),
        ("a", stand("a"), stand(None, "a", "b"), Oordeel.ONZEKER, True),
        ("a", stand("b"), stand(None, "a", "b"), Oordeel.ONZEKER, False),
        ("a", stand(None, "a", "b"), stand("b"), Oordeel.ZEKER, True),
        ("a", stand(None, "a", "b"), stand("a"), Oordeel.NIEUW_GOED, False),
        ("a", stand("b"), stand("a"), Oordeel.NIEUW_GOED, False),
        ("a", stand(None, "a", "b"), stand(None, "b", "c"), Oordeel.KEUZE_WEG, True),
        ("a", stand(None, "a", "b"), stand(None, "a", "c"), Oordeel.ONGEWIJZIGD, False),
        (None, stand(None), stand("a"), Oordeel.ZEKER, True),
        (None, stand("a"), stand(None), Oordeel.NIEUW_GOED, False),
        (None, stand("a"), stand("b"), Oordeel.ANDER_PRODUCT, False),
    ],
)
def test_the_judgement(verwacht: str | None, voor: Stand, na: Stand, oordeel: Oordeel, verlies: bool) -> None:
    assert judged(BekendeVraag("vraag", verwacht), voor, na) == (oordeel, verlies)
