"""Versions and publication, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bot.catalog import store
from bot.catalog.feedback import complaints, record_complaint
from bot.catalog.library import ProductFile
from bot.catalog.live import LOOK_EVERY, LiveCatalog
from bot.catalog.product import format_product
from bot.errors import ContentError
from tests.builders import product


def file(kort: str, id: str = "paspoort-aanvragen") -> ProductFile:
    made = product(id, kort=kort)
    return ProductFile(Path(f"products/burgerzaken/{id}.md"), made, format_product(made))


class Clock:
    """Seconds that a test moves by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def live(engine: Engine) -> tuple[LiveCatalog, Clock]:
    clock = Clock()
    catalog = LiveCatalog(engine, clock)
    catalog.refresh()
    return catalog, clock


def test_a_changed_file_is_live_at_the_next_look(database: Engine) -> None:
    store.import_library(database, [file("Oud.")])
    catalog, clock = live(database)
    assert catalog.products()["paspoort-aanvragen"].kort == "Oud."
    result = store.import_library(database, [file("Nieuw.")])
    assert result.gewijzigd == ("paspoort-aanvragen",)
    clock.now += LOOK_EVERY
    catalog.refresh()
    assert catalog.products()["paspoort-aanvragen"].kort == "Nieuw."


def test_importing_twice_changes_nothing(database: Engine) -> None:
    store.import_library(database, [file("Tekst.")])
    before = store.revision(database)
    result = store.import_library(database, [file("Tekst.")])
    assert (result.ongewijzigd, store.revision(database)) == (1, before)


def test_a_restart_does_not_overwrite_an_editor(database: Engine) -> None:
    store.import_library(database, [file("Uit het bestand.")])
    edited = product(kort="Van de redacteur.")
    store.publish(database, edited, format_product(edited), auteur="noor", reden="duidelijker")
    assert store.import_library(database, [file("Uit het bestand.")]).ongewijzigd == 1
    result = store.import_library(database, [file("Nieuw bestand.")])
    assert result.bewaard == ("paspoort-aanvragen",)
    assert "Van de redacteur." in (store.live_text(database, "paspoort-aanvragen") or "")
    assert len(store.history(database, "paspoort-aanvragen")) == 3


def test_a_municipality_has_its_own_text(database: Engine) -> None:
    store.import_library(database, [file("Centraal.")])
    own = product(kort="Van Molendam.")
    store.publish(database, own, format_product(own), gemeente="molendam", auteur="noor", reden="eigen regel")
    catalog, _ = live(database)
    assert catalog.products("molendam")["paspoort-aanvragen"].kort == "Van Molendam."
    assert catalog.products("voorbeeldstad")["paspoort-aanvragen"].kort == "Centraal."
    assert catalog.has_own("molendam")
    assert not catalog.has_own("voorbeeldstad")


def test_a_withdrawn_product_is_gone_but_not_forgotten(database: Engine) -> None:
    store.import_library(database, [file("Tekst.")])
    store.withdraw(database, "paspoort-aanvragen", auteur="noor", reden="bestaat niet meer")
    catalog, _ = live(database)
    assert "paspoort-aanvragen" not in catalog.products()
    assert [row[2] for row in store.history(database, "paspoort-aanvragen")] == [
        "bestaat niet meer",
        "uit de centrale bibliotheek",
    ]
    with pytest.raises(KeyError):
        store.withdraw(database, "bestaat-niet", auteur="noor", reden="x")


def test_a_withdrawn_product_comes_back_when_its_file_changes(database: Engine) -> None:
    store.import_library(database, [file("Tekst.")])
    own = product(kort="Weer terug.")
    store.withdraw(database, "paspoort-aanvragen", auteur="noor", reden="even niet")
    store.publish(database, own, format_product(own), auteur="noor", reden="toch wel")
    catalog, _ = live(database)
    assert catalog.products()["paspoort-aanvragen"].kort == "Weer terug."


def test_a_file_that_is_gone_takes_its_product_out_of_use_until_it_comes_back(database: Engine) -> None:
    store.import_library(database, [file("Een."), file("Twee.", "huisvuil")])
    assert store.import_library(database, [file("Een.")]).verwijderd == ("huisvuil",)
    assert "huisvuil" not in live(database)[0].products()
    assert store.import_library(database, [file("Een.")]).verwijderd == ()
    assert store.import_library(database, [file("Een."), file("Twee.", "huisvuil")]).gewijzigd == ("huisvuil",)
    assert "huisvuil" in live(database)[0].products()


def test_part_of_a_library_removes_nothing(database: Engine) -> None:
    store.import_library(database, [file("Een."), file("Twee.", "huisvuil")])
    store.import_library(database, [file("Een anders.")], whole=False)
    assert set(live(database)[0].products()) == {"paspoort-aanvragen", "huisvuil"}


def test_an_editors_product_outlives_its_file(database: Engine) -> None:
    store.import_library(database, [file("Een."), file("Twee.", "huisvuil")])
    own = product("huisvuil", kort="Van de redacteur.")
    store.publish(database, own, format_product(own), auteur="noor", reden="beter")
    assert store.import_library(database, [file("Een.")]).verwijderd == ()


def test_a_bad_file_imports_nothing(database: Engine) -> None:
    def files():  # type: ignore[no-untyped-def]
        yield file("Goed.")
        raise ContentError("products/x.md", "kapot")

    with pytest.raises(ContentError):
        store.import_library(database, files())
    assert store.live_text(database, "paspoort-aanvragen") is None


def test_complaints_are_counted_without_words(database: Engine) -> None:
    record_complaint(database, gemeente="molendam", product_id="huisvuil")
    record_complaint(database, gemeente="molendam", product_id="huisvuil")
    record_complaint(database, gemeente="molendam", product_id=None)
    assert complaints(database, "molendam") == {"huisvuil": 2, None: 1}
    assert complaints(database, "voorbeeldstad") == {}


def test_texts_as_they_would_be_after_a_change(database: Engine) -> None:
    store.import_library(database, [file("Centraal.")])
    own = product(kort="Van Molendam.")
    store.publish(database, own, format_product(own), gemeente="molendam", auteur="noor", reden="eigen regel")
    catalog, _ = live(database)
    new, other = product(kort="Nieuw."), product("zwembad")
    changed = {(new.id, ""): new, (other.id, "molendam"): other}
    assert catalog.products_with("voorbeeldstad", changed) == {new.id: new}
    # An own text goes before a central one.
    assert catalog.products_with("molendam", changed) == {own.id: own, other.id: other}
    assert catalog.products_with("voorbeeldstad", {(new.id, ""): None}) == {}
    with database.begin() as connection:
        store.follow_central_in(connection, own.id, gemeente="molendam", auteur="noor", reden="toch de centrale")
    catalog, _ = live(database)
    assert catalog.products_with("molendam", {(new.id, ""): new}) == {new.id: new}
    assert catalog.products_with("molendam", {(new.id, ""): new, (new.id, "molendam"): own}) == {own.id: own}
