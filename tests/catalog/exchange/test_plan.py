"""What a plan says, and that it is carried out whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.catalog import store
from bot.catalog.exchange.current import read_current
from bot.catalog.exchange.plan import Plan, PlanOutdated, PlanRefused, apply, make_plan
from bot.catalog.exchange.values import Reading, Refusal, Remark
from bot.catalog.library import ProductFile
from bot.catalog.live import LiveCatalog
from bot.catalog.product import Product, Regelen, format_product
from bot.catalog.tables import product_versie
from bot.errors import UnknownGemeente
from tests.catalog.exchange.builders import candidate, current, gemeenten_of, product, reading, reasons

WIE = {"auteur": "noor", "reden": "voorjaarsronde"}


def plan(found: Reading, *live: Product, of: str = "", gemeenten: tuple[str, ...] = ("voorbeeldstad",)) -> Plan:
    return make_plan(found, current(*live, of=of), gemeenten_of(*gemeenten))


def test_says_what_is_new_changed_and_unchanged() -> None:
    same, old, new = product("een", kort="Een."), product("twee", kort="Twee."), product("drie", kort="Drie.")
    changed = product("twee", kort="Anders.", synoniemen=["2"], aspecten={"meenemen": "Pas."})
    made = plan(reading(same, changed, new), same, old)
    assert [one.product.id for one in made.nieuw] == ["drie"]
    assert [(one.product.id, one.velden) for one in made.gewijzigd] == [
        ("twee", ("synoniemen", "kort", "kosten", "meenemen"))
    ]
    assert (made.ongewijzigd, made.geweigerd, made.opmerkingen) == (("een",), (), ())
    assert [one.where for one in made.changes] == ["bron regel 4", "bron regel 3"]


def test_another_theme_is_a_change_and_a_new_theme_is_said() -> None:
    live = product()
    made = plan(reading(product(thema="reizen")), live)
    assert made.gewijzigd[0].velden == ("thema",)
    assert reasons(made.opmerkingen) == ['bron regel 2: thema "reizen" is nieuw']


def test_refusals_and_remarks_of_the_source_go_along() -> None:
    found = Reading((), (Refusal("a regel 1", "nee"),), (Remark("a", "let op"),))
    made = plan(found)
    assert (made.geweigerd, made.opmerkingen) == (found.refusals, found.remarks)


def test_the_same_product_twice_is_refused_with_both_places() -> None:
    made = plan(reading(product(), product(kort="Anders.")))
    assert made.changes == ()
    assert reasons(made.geweigerd) == [
        "bron regel 2: product paspoort-aanvragen staat 2 keer in de bron",
        "bron regel 3: product paspoort-aanvragen staat 2 keer in de bron",
    ]


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (product(aspecten={"kosten": "Het kost € 70."}), ", kolom kosten: Kosten: een bedrag hoort in"),
        (
            product(aspecten={"kosten": "{{ tarief.onbekend }}"}),
            ", kolom kosten: Kosten: {{ tarief.onbekend }} heeft geen waarde",
        ),
        (product(kort="{% for a in b %}"), ", kolom kort: kort: tussen accolades mag alleen"),
        (product(kort="{{ ''.__class__ }}"), ", kolom kort: kort: tussen accolades mag alleen"),
        (product(kort="<script>alert(1)</script>"), ", kolom kort: kort: HTML kan niet"),
        (product(kort="[klik](javascript:alert)"), ", kolom kort: kort: de link javascript:alert is geen https-adres"),
        (product(kort="a" * 500), ", kolom kort: kort antwoord: 500 tekens"),
        (product(aspecten={"kosten": "![a](https://a.example)"}), ", kolom kosten: Kosten: een plaatje kan niet"),
        (product(bronnen=[]), ", kolom bronnen: veld bronnen: noem minstens"),
        (product(bronnen=["http://a.example"]), ": http://a.example is geen https-adres"),
        (product(regelen=Regelen(soort="doorverwijzing")), ", kolom regelen: veld regelen: een doorverwijzing"),
        (product(boven="paspoort-aanvragen"), ", kolom boven: veld boven: een product staat niet boven zichzelf"),
        (product(vragen=["Een?", "een?"]), ", kolom vragen: veld vragen: "),
    ],
)
def test_every_check_of_a_product_file_refuses_with_its_place(bad: Product, expected: str) -> None:
    names = ("kort", "kosten", "bronnen", "regelen", "boven", "vragen")
    found = Reading((candidate(bad, "a.csv regel 7", **{name: f", kolom {name}" for name in names}),))
    made = plan(found)
    assert made.changes == ()
    assert str(made.geweigerd[0]).startswith(f"a.csv regel 7{expected}")


def test_what_was_wrong_already_and_does_not_change_is_left_alone() -> None:
    bad = product(bronnen=[])
    assert plan(reading(bad), bad).geweigerd == ()


def test_a_question_or_answer_of_a_product_outside_the_import_is_refused() -> None:
    live = product("ander", kort="Zelfde.", vragen=["Hoe dan?"])
    made = plan(reading(product(kort="Zelfde.", vragen=["hoe dan"])), live)
    assert reasons(made.geweigerd) == [
        "bron regel 2: veld vragen: de voorbeeldvraag 'hoe dan' staat ook bij ander",
        "bron regel 2: kort: het korte antwoord is gelijk aan dat van ander",
    ]


def test_a_question_may_move_from_one_product_to_another() -> None:
    live = [product("een", kort="Een.", vragen=["Hoe dan?"]), product("twee", kort="Twee.")]
    moved = [product("een", kort="Een."), product("twee", kort="Twee.", vragen=["Hoe dan?"])]
    assert len(plan(reading(*moved), *live).gewijzigd) == 2


def test_a_central_text_needs_values_everywhere_an_own_text_only_there() -> None:
    text = product(kort="Bel {{ organisatie.ggd }}.")
    gemeenten = gemeenten_of("a", "b")
    a = gemeenten["a"].copy(update={"organisatie": {"ggd": "de GGD"}})
    gemeenten = type(gemeenten)({"a": a, "b": gemeenten["b"]}, {})
    assert "heeft geen waarde voor b" in reasons(make_plan(reading(text), current(), gemeenten).geweigerd)[0]
    assert make_plan(reading(text), current(of="a"), gemeenten).geweigerd == ()
    with pytest.raises(UnknownGemeente):
        make_plan(reading(text), current(of="c"), gemeenten)


def stored(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(product_versie)).scalar_one())


def begin(engine: Engine, *products: Product) -> None:
    store.import_library(
        engine, [ProductFile(Path(one.thema, f"{one.id}.md"), one, format_product(one)) for one in products]
    )


def test_what_is_carried_out_is_live_and_in_the_history(database: Engine) -> None:
    begin(database, product("een", kort="Een."), product("twee", kort="Twee."))
    found = reading(product("een", kort="Een."), product("twee", kort="Anders."), product("drie", kort="Drie."))
    made = make_plan(found, read_current(database), gemeenten_of())
    assert apply(database, made, **WIE) == {"drie": 1, "twee": 2}
    catalog = LiveCatalog(database)
    catalog.refresh()
    assert {one.id: one.kort for one in catalog.products().values()} == {
        "een": "Een.",
        "twee": "Anders.",
        "drie": "Drie.",
    }
    assert store.history(database, "twee")[0][:3] == (2, "noor", "voorjaarsronde")
    again = make_plan(found, read_current(database), gemeenten_of())
    assert (again.changes, again.ongewijzigd) == ((), ("een", "twee", "drie"))


def test_an_own_text_leaves_the_central_one(sqlite: Engine) -> None:
    begin(sqlite, product(kort="Centraal."))
    here = read_current(sqlite, "voorbeeldstad")
    assert here.live["paspoort-aanvragen"].gemeente == ""
    apply(sqlite, make_plan(reading(product(kort="Van hier.")), here, gemeenten_of()), **WIE)
    here, central = read_current(sqlite, "voorbeeldstad"), read_current(sqlite)
    assert here.live["paspoort-aanvragen"].gemeente == "voorbeeldstad"
    assert here.products["paspoort-aanvragen"].kort == "Van hier."
    assert central.products["paspoort-aanvragen"].kort == "Centraal."
    assert read_current(sqlite, "molendam").products == central.products


def test_a_text_that_a_municipality_took_out_of_use_is_new_to_it(sqlite: Engine) -> None:
    begin(sqlite, product())
    store.publish(sqlite, product(), format_product(product()), gemeente="voorbeeldstad", **WIE)
    store.withdraw(sqlite, "paspoort-aanvragen", gemeente="voorbeeldstad", **WIE)
    here = read_current(sqlite, "voorbeeldstad")
    assert here.live == {}
    assert len(make_plan(reading(product()), here, gemeenten_of()).nieuw) == 1


def test_a_central_text_out_of_use_is_not_live(sqlite: Engine) -> None:
    begin(sqlite, product())
    store.withdraw(sqlite, "paspoort-aanvragen", **WIE)
    assert read_current(sqlite).live == {}


def test_refusals_keep_everything_as_it_was(database: Engine) -> None:
    begin(database, product("een", kort="Een."))
    before = (store.revision(database), stored(database))
    found = reading(product("een", kort="Anders."), product("twee", kort="€ 5"))
    made = make_plan(found, read_current(database), gemeenten_of())
    assert (len(made.gewijzigd), len(made.geweigerd)) == (1, 1)
    with pytest.raises(PlanRefused, match="1 geweigerd; er is niets gewijzigd"):
        apply(database, made, **WIE)
    assert (store.revision(database), stored(database)) == before
    assert apply(database, made, zonder_geweigerde=True, **WIE) == {"een": 2}


def test_nothing_to_do_does_nothing(sqlite: Engine) -> None:
    begin(sqlite, product())
    before = store.revision(sqlite)
    assert apply(sqlite, make_plan(reading(product()), read_current(sqlite), gemeenten_of()), **WIE) == {}
    assert store.revision(sqlite) == before


@pytest.mark.parametrize("owner", ["", "voorbeeldstad"])
def test_what_somebody_changed_meanwhile_is_not_overwritten(database: Engine, owner: str) -> None:
    begin(database, product("een", kort="Een."), product("twee", kort="Twee."))
    found = reading(product("een", kort="Nieuw."), product("twee", kort="Nieuwer."))
    made = make_plan(found, read_current(database, "voorbeeldstad"), gemeenten_of())
    other = product("twee", kort="Van een ander.")
    store.publish(database, other, format_product(other), gemeente=owner, **WIE)
    before = (store.revision(database), stored(database))
    with pytest.raises(PlanOutdated, match="Intussen gewijzigd: twee"):
        apply(database, made, **WIE)
    assert (store.revision(database), stored(database)) == before


def test_somebody_who_is_busy_changing_it_is_waited_for(database: Engine) -> None:
    begin(database, product("een", kort="Een."))
    made = make_plan(reading(product("een", kort="Nieuw.")), read_current(database), gemeenten_of())
    other = product("een", kort="Van een ander.")
    with ThreadPoolExecutor(1) as thread:
        with database.begin() as connection:
            store.publish_in(connection, other, format_product(other), **WIE)
            applying = thread.submit(apply, database, made, **WIE)
            # Time to look at the catalogue too early; a plan that waits for its turn cannot be seen to wait.
            with pytest.raises(TimeoutError):
                applying.result(0.5)
        with pytest.raises(PlanOutdated):
            applying.result(10)
    assert read_current(database).products["een"].kort == "Van een ander."


@pytest.mark.parametrize("owner", ["", "molendam"])
def test_a_change_elsewhere_does_not_matter(sqlite: Engine, owner: str) -> None:
    begin(sqlite, product("een", kort="Een."), product("twee", kort="Twee."))
    made = make_plan(reading(product("een", kort="Nieuw.")), read_current(sqlite), gemeenten_of())
    other = product("twee" if not owner else "een", kort="Van een ander.")
    store.publish(sqlite, other, format_product(other), gemeente=owner, **WIE)
    assert apply(sqlite, made, **WIE) == {"een": 2}


def test_an_error_halfway_leaves_nothing(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(database, product("een", kort="Een."))
    before = (store.revision(database), stored(database))
    found = reading(product("twee", kort="Twee."), product("drie", kort="Drie."))
    made = make_plan(found, read_current(database), gemeenten_of())
    real = store.publish_in
    calls: list[str] = []

    def breaks(connection: sa.engine.Connection, one: Product, text: str, **who: str) -> int:
        calls.append(one.id)
        if len(calls) == 2:
            raise ConnectionError
        return real(connection, one, text, **who)

    monkeypatch.setattr(store, "publish_in", breaks)
    with pytest.raises(ConnectionError):
        apply(database, made, **WIE)
    assert (store.revision(database), stored(database)) == before
