"""The gate and the explanation with the project's own model, on all known questions."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.appointments.subject import subject_of
from bot.catalog import live, live_thesaurus
from bot.catalog.live import live_catalog
from bot.catalog.opening_hours import TIJDZONE
from bot.catalog.product import Product, format_product
from bot.catalog.questions import examples_of
from bot.channels.redactie import kept_apart
from bot.channels.redactie_places import changed, place
from bot.cli.engine import Engine, quiet
from bot.cli.evaluate import prepare_catalog
from bot.database import open_database
from bot.nlu import loaded
from bot.redactie_change import Tekst, Wijziging
from bot.search.batch import Geleerd, Lezer
from bot.search.decision import Bericht, Beslissing, decide
from bot.search.explain import explain
from bot.search.gate import Plek, Poort
from bot.search.gate_values import BekendeVraag, Bevinding, Oordeel, Poortuitslag, Stand
from bot.search.reach import Reach
from bot.search.understand import Omgeving, understand
from bot.settings import ROOT, Settings, load_settings

pytestmark = pytest.mark.training
GEMEENTE = "voorbeeldstad"


@dataclass
class Loaded:
    """The engine in this process, its gate, and the place where the questions are asked."""

    settings: Settings
    engine: Engine
    geleerd: Geleerd
    poort: Poort
    plek: Plek

    def changed(self, wijziging: Wijziging) -> Plek:
        return changed(self.settings, self.plek, GEMEENTE, wijziging)

    def run(self, na: Plek, extra: Sequence[BekendeVraag] = ()) -> Poortuitslag:
        *_, last = self.poort.run([(self.plek, na)], extra)
        assert isinstance(last, Poortuitslag)
        return last

    def product(self, id: str) -> Product:
        return self.plek.searcher.products[id]


@pytest.fixture(scope="module")
def model(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    quiet()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VRAAGBAAK_DATA_DIR", str(tmp_path_factory.mktemp("poort")))
        patch.setattr(live, "LOOK_EVERY", 0.0)
        settings = load_settings()
        prepare_catalog(settings)
        live_catalog(settings).refresh()
        engine, geleerd = Engine(settings), loaded.learned()
        plek = place(settings, loaded.live_search(), geleerd.features, GEMEENTE)
        yield Loaded(settings, engine, geleerd, Poort(Lezer(geleerd)), plek)


def edited(product: Product, **kop: Any) -> Wijziging:
    more = {name: [*getattr(product.kop, name), *values] for name, values in kop.items()}
    one = Product(product.kop.copy(update=more), product.thema, product.kort, product.aspecten)
    return Wijziging(teksten=(Tekst(one.id, one.thema, format_product(one)),))


def one_by_one(model: Loaded, text: str, where: Plek) -> Stand:
    """A question by itself, as a message of a resident goes."""
    tokens = where.dutch(text)
    vector = model.geleerd.features([tokens])
    omgeving = Omgeving(model.geleerd.knowledge, model.geleerd.features, where.searcher, where.dutch, where.drempels)
    shares = model.geleerd.acts.shares(vector)
    found, _ = understand(text, tokens, vector, shares, omgeving, zaaknummer=where.zaaknummer(text))
    best = found.ranking.treffers[0].zekerheid if found.ranking.treffers else 0.0
    return Stand(found.uitkomst.value, found.act, found.product, found.kandidaten, round(best, 4))


def held_apart(count: int) -> list[str]:
    lines = (ROOT / "tests" / "data" / "vragen-dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["vraag"] for line in random.Random(3).sample(lines, count)]


def same(one: Stand, other: Stand) -> bool:
    return (one.uitkomst, one.act, one.product, set(one.kandidaten)) == (
        other.uitkomst,
        other.act,
        other.product,
        set(other.kandidaten),
    ) and abs(one.zekerheid - other.zekerheid) < 0.001


def test_a_bad_synonym_is_seen_and_nothing_else_is_worked_out_otherwise(model: Loaded) -> None:
    na = model.changed(edited(model.product("geboorteaangifte"), synoniemen=["rijbewijs"]))
    extra = kept_apart(model.settings)
    uitslag = model.run(na, extra)
    assert uitslag.vragen > 15_000
    assert uitslag.goed_voor > 0.75 * uitslag.vragen
    lost = {(one.vraag, one.verwacht): one for one in uitslag.verlies}
    assert lost["rijbewijs", "rijbewijs-aanvragen"].voor.product == "rijbewijs-aanvragen"
    assert lost["rijbewijs", "rijbewijs-aanvragen"].na.product is None
    assert uitslag.goed_na < uitslag.goed_voor
    # The gate works out many at once, and only what can change: the outcome is that of each question by itself.
    moved = {one.vraag for one in uitslag.bevindingen}
    asked = [one.vraag for one in (*examples_of(model.plek.searcher.products.values()), *extra)]
    sample = [*moved, *random.Random(7).sample(sorted(set(asked)), 400)]
    for where in (model.plek, na):
        for text, stand in zip(sample, model.poort.stands(sample, where), strict=True):
            assert same(stand, one_by_one(model, text, where)), (text, stand, one_by_one(model, text, where))


def _sentence(model: Loaded) -> Wijziging:
    was = model.product("trouwen")
    one = Product(was.kop, was.thema, f"{was.kort} Bij ons kan dat ook in het weekend.", was.aspecten)
    return Wijziging(teksten=(Tekst(one.id, one.thema, format_product(one)),))


def _new(model: Loaded) -> Wijziging:
    was = model.product("hondenbelasting")
    one = Product(was.kop.copy(update={"id": "kattenbelasting", "naam": "Kattenbelasting"}), *_rest(was))
    return Wijziging(teksten=(Tekst(one.id, one.thema, format_product(one)),))


def _rest(one: Product) -> tuple[Any, Any, Any]:
    return one.thema, one.kort, one.aspecten


CHANGES: dict[str, Callable[[Loaded], Wijziging]] = {
    "synonym": lambda model: edited(model.product("geboorteaangifte"), synoniemen=["rijbewijs"]),
    "example": lambda model: edited(model.product("trouwen"), vragen=["mag ik mijn vergunning weer terugbrengen"]),
    "sentence": _sentence,
    "new": _new,
    "withdrawn": lambda model: Wijziging(teksten=(Tekst("rijbewijs-aanvragen", "burgerzaken", None),)),
    "thesaurus": lambda model: Wijziging(groepen={"zzvergunning": ("zzvergunning", "paspoort verlengen", "mijn hond")}),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_the_short_way_gives_what_working_out_everything_gives(
    model: Loaded, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = kept_apart(model.settings)
    na, again = (model.changed(CHANGES[kind](model)) for _ in range(2))
    short = model.run(na, extra)
    with monkeypatch.context() as patch:
        patch.setattr(Reach, "__call__", lambda self, rijen, known: np.ones(len(rijen), dtype=bool))
        whole = model.run(again, extra)
    assert whole.opnieuw == whole.vragen
    assert 0 < short.opnieuw < whole.vragen / 3
    assert (short.goed_voor, short.goed_na) == (whole.goed_voor, whole.goed_na)
    assert [_rounded(one) for one in short.bevindingen] == [_rounded(one) for one in whole.bevindingen]
    asked = sorted({one.vraag for one in (*examples_of(na.searcher.products.values()), *extra)})
    pairs = zip(model.poort.stands(asked, na), model.poort.stands(asked, again), strict=True)
    assert [text for text, pair in zip(asked, pairs, strict=True) if not same(*pair)] == []


def _rounded(one: Bevinding) -> Bevinding:
    return replace(one, voor=replace(one.voor, zekerheid=0.0), na=replace(one.na, zekerheid=0.0))


def test_after_a_publication_little_is_worked_out_again(model: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    extra = kept_apart(model.settings)
    model.run(model.plek, extra)
    published = model.changed(CHANGES["example"](model))
    asked: list[str] = []

    def counting(bericht: Bericht) -> Beslissing:
        asked.append(bericht.tekst)
        return decide(bericht)

    monkeypatch.setattr("bot.search.gate.decide", counting)
    *_, last = model.poort.run([(published, published)], extra)
    assert isinstance(last, Poortuitslag)
    assert 0 < len(asked) < last.vragen / 3
    assert last.goed_voor == last.goed_na


def test_a_synonym_that_takes_too_much_is_seen(model: Loaded) -> None:
    """A bare word that asked back among several products, and now goes to one that has nothing to do with it."""
    na = model.changed(edited(model.product("trouwen"), synoniemen=["container"]))
    (before,), (after,) = (model.poort.stands(["wat kost een container"], where) for where in (model.plek, na))
    assert (before.product, after.product) == (None, "trouwen")
    test = BekendeVraag("wat kost een container", None, "toetsvraag")
    assert [one.vraag for one in model.run(na, [test]).verlies] == ["wat kost een container"]


def test_questions_of_residents_go_the_same_way_many_at_once(model: Loaded) -> None:
    texts = held_apart(300)
    differ = [
        (text, stand, single)
        for text, stand in zip(texts, model.poort.stands(texts, model.plek), strict=True)
        if not same(stand, single := one_by_one(model, text, model.plek))
    ]
    assert differ == []


def test_an_added_example_becomes_right(model: Loaded) -> None:
    vraag = "de plurk van mijn kleine spruit staat nergens opgeschreven"
    (before,) = model.poort.stands([vraag], model.plek)
    assert before.product is None
    na = model.changed(edited(model.product("geboorteaangifte"), vragen=[vraag]))
    (added,) = [one for one in model.run(na).bevindingen if one.toegevoegd]
    assert (added.vraag, added.verwacht, added.goed, added.oordeel) == (
        vraag,
        "geboorteaangifte",
        True,
        Oordeel.NIEUW_GOED,
    )


def test_a_text_that_stays_the_same_changes_nothing(model: Loaded) -> None:
    uitslag = model.run(model.changed(edited(model.product("hondenbelasting"))))
    assert (uitslag.bevindingen, uitslag.opnieuw) == ((), 0)


def test_the_explanation_is_what_the_engine_does(model: Loaded) -> None:
    today = datetime.now(TIJDZONE).date()
    for text in held_apart(60):
        parsed, _ = asyncio.run(model.engine.parse(text, GEMEENTE))
        uitleg, _ = explain(text, model.plek, model.geleerd, afspraak_over=lambda text=text: subject_of(text, today))
        decided = parsed["vraagbaak"]
        assert (uitleg.uitkomst, uitleg.stap, uitleg.product, uitleg.aspect) == (
            decided["uitkomst"],
            decided["stap"],
            decided["product"],
            decided["aspect"],
        ), text
        assert [one.product for one in uitleg.ranking] == [one["product"] for one in decided["ranking"]]
        assert uitleg.act == parsed["intent"]["name"]


def test_a_word_of_the_thesaurus_is_live_in_the_engine(model: Loaded) -> None:
    def product() -> Any:
        return asyncio.run(model.engine.parse("zzrijpas", GEMEENTE))[0]["vraagbaak"]["product"]

    assert product() is None
    begrip = "rijbewijs"
    woorden = live_thesaurus.group_of(begrip) or (begrip,)
    database = open_database(model.settings.catalog_url)
    live_thesaurus.put(database, [woorden[0], "zzrijpas"], auteur="noor", reden="proef")
    assert product() == asyncio.run(model.engine.parse(begrip, GEMEENTE))[0]["vraagbaak"]["product"]
    live_thesaurus.undo(database, woorden[0], auteur="noor", reden="toch niet")
    assert product() is None
