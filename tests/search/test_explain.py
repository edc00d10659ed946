"""Why a question is answered so, on the library of test_gate.py."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from bot.catalog.thesaurus import Groep
from bot.search.batch import Geleerd
from bot.search.explain import Uitleg, explain
from bot.search.gate import Plek
from bot.search.ranker import SIGNALEN
from tests.builders import product
from tests.search.test_gate import DREMPELS, dutch, plek
from tests.search.test_gate import geleerd as _geleerd
from tests.search.test_searching import PRODUCTS

geleerd = _geleerd


def why(text: str, where: Plek, geleerd: Geleerd) -> Uitleg:
    return explain(text, where, geleerd)[0]


def test_it_says_what_happens_and_by_which_words(geleerd: Geleerd) -> None:
    uitleg = why("wat kost een vuilniszak voor restafval", plek(geleerd), geleerd)
    assert (uitleg.uitkomst, uitleg.product, uitleg.act) == ("antwoord", "huisvuil", "vraag_product")
    assert uitleg.in_bereik
    assert uitleg.ranking[0].product == "huisvuil"
    assert uitleg.ranking[0].naam == "Huisvuil"
    assert uitleg.tweede_keus == uitleg.ranking[1].product
    # The thesaurus has "restafval" under "huisvuil".
    assert set(uitleg.redenen[0].velden["synoniemen"]) == {"huisvuil", "vuilniszak"}
    assert uitleg.redenen[0].voorbeeld == "vuilniszak"
    assert 0 < uitleg.redenen[0].gelijkenis <= 1
    assert uitleg.nodig == DREMPELS.antwoord
    assert uitleg.drempels.verduidelijking == DREMPELS.verduidelijking
    total = sum(one.zekerheid for one in uitleg.ranking) + uitleg.geen
    assert total == pytest.approx(1, abs=0.001)
    json.dumps(asdict(uitleg))


def test_every_signal_of_a_product_is_named(geleerd: Geleerd) -> None:
    uitleg = why("paspoort verlopen", plek(geleerd), geleerd)
    assert all(tuple(one.naam for one in ranked.signalen) == SIGNALEN for ranked in uitleg.ranking)
    best, worst = uitleg.ranking[0], uitleg.ranking[-1]
    assert sum(one.bijdrage for one in best.signalen) > sum(one.bijdrage for one in worst.signalen)


def test_the_words_say_what_the_search_knows(geleerd: Geleerd) -> None:
    taal = dutch.with_groups([Groep(("vuilniszak", "plastiekske"))])
    woorden = {one.woord: one for one in why("de plastiekske van zzqx", plek(geleerd, taal=taal), geleerd).woorden}
    assert not woorden["de"].telt
    assert woorden["plastiekske"].begrip == "vuilniszak"
    assert woorden["plastiekske"].bekend
    assert woorden["zzqx"].telt
    assert not woorden["zzqx"].bekend


def test_a_sensitive_product_needs_more(geleerd: Geleerd) -> None:
    sensitive = {**PRODUCTS, "huisvuil": product("huisvuil", synoniemen=["restafval", "vuilniszak"], gevoelig=True)}
    assert why("restafval weggooien", plek(geleerd, sensitive), geleerd).nodig == DREMPELS.gevoelig


def test_a_case_number_and_nothing_said(geleerd: Geleerd) -> None:
    where = plek(geleerd)
    with_case = Plek(where.gemeenten, where.searcher, where.dutch, where.drempels, lambda text: "Z-2026" in text)
    assert why("paspoort Z-2026", with_case, geleerd).stap == "case_number"
    nothing = why("?!", where, geleerd)
    assert (nothing.uitkomst, nothing.stap, nothing.ranking, nothing.woorden) == ("terugval", "nothing_said", (), ())
    assert nothing.nodig is None
    assert nothing.tweede_keus is None


def test_out_of_scope(geleerd: Geleerd) -> None:
    uitleg = why("recept voor appeltaart", plek(geleerd), geleerd)
    assert not uitleg.in_bereik
    assert uitleg.buiten_bereik > 0.5
    assert uitleg.acts[0].aandeel == max(one.aandeel for one in uitleg.acts)
