"""One step back, any version back, and out of use."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from bot.catalog import store
from bot.catalog.product import format_product
from bot.catalog.tables import CENTRAAL
from bot.redactie import audit, drafts, history, local, undo
from bot.redactie.values import (
    Ingehaald,
    NietGevonden,
    NietToegestaan,
    RedactieError,
    TekstFout,
    VerkeerdeStatus,
    Wat,
)
from tests.builders import product
from tests.redactie.room import DAM, ID, NOOR, SEM, STAD, draft, file, fill, own, places, publish, seen

OLD = "U vraagt het aan bij de balie."


def test_undo_and_undo_of_undo(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Nieuw."))
    assert undo.undo(database, ID, CENTRAAL, SEM, verwacht=2) == 3
    assert seen(database) == OLD
    assert audit.listing(database)[0].wat is Wat.TERUGGEDRAAID
    undo.undo(database, ID, CENTRAAL, SEM, verwacht=3)
    assert seen(database) == "Nieuw."


def test_a_second_click_undoes_nothing_more(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Een."))
    publish(database, draft(database, "Twee."))
    undo.undo(database, ID, CENTRAAL, SEM, verwacht=3)
    with pytest.raises(Ingehaald):
        undo.undo(database, ID, CENTRAAL, SEM, verwacht=3)
    assert seen(database) == "Een."


def test_undoing_a_first_own_text_gives_the_central_one_again(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Eigen.", gemeente=STAD))
    undo.undo(database, ID, STAD, SEM, verwacht=1)
    assert seen(database, STAD) == OLD
    fill(database, file("Centraal vernieuwd."))
    assert seen(database, STAD) == "Centraal vernieuwd."
    undo.undo(database, ID, STAD, SEM, verwacht=2)
    assert seen(database, STAD) == "Eigen."


def test_undoing_a_new_product_takes_it_away(database: Engine) -> None:
    fill(database)
    concept = drafts.new_product(database, "nieuw", "Nieuw", "burgerzaken", CENTRAAL, NOOR)
    publish(database, drafts.save(database, concept.id, 1, file("Nieuw.", "nieuw").text, NOOR).concept)
    undo.undo(database, "nieuw", CENTRAAL, SEM, verwacht=1)
    assert seen(database, id="nieuw") is None
    undo.undo(database, "nieuw", CENTRAAL, SEM, verwacht=2)
    assert seen(database, id="nieuw") == "Nieuw."


def test_withdrawing_and_undoing_that(database: Engine) -> None:
    fill(database)
    undo.withdraw(database, ID, CENTRAAL, SEM, reden="bestaat niet meer", verwacht=1)
    assert seen(database) is None
    with pytest.raises(VerkeerdeStatus, match="al ingetrokken"):
        undo.withdraw(database, ID, CENTRAAL, SEM, reden="nog eens")
    undo.undo(database, ID, CENTRAAL, SEM, verwacht=2)
    assert seen(database) == OLD


def test_a_municipality_withdraws_a_central_text_for_itself_and_takes_that_back(database: Engine) -> None:
    fill(database)
    undo.withdraw(database, ID, STAD, SEM, reden="doen wij niet")
    assert (seen(database, STAD), seen(database, DAM)) == (None, OLD)
    undo.undo(database, ID, STAD, SEM, verwacht=1)
    assert seen(database, STAD) == OLD


def test_undoing_taking_the_central_text_brings_the_own_one_back(database: Engine) -> None:
    fill(database)
    own(database)
    versie = local.take_central(database, ID, STAD, SEM, reden="gelijk")
    assert seen(database, STAD) == OLD
    undo.undo(database, ID, STAD, SEM, verwacht=versie)
    assert seen(database, STAD) == "Eigen tekst."


def test_any_version_comes_back_as_a_new_one(database: Engine) -> None:
    fill(database)
    for kort in ("Een.", "Twee.", "Drie."):
        publish(database, draft(database, kort))
    assert undo.roll_back(database, ID, CENTRAAL, 2, SEM, reden="toch goed", verwacht=4) == 5
    assert seen(database) == "Een."
    assert [(one.versie, one.live) for one in history.versions(database, ID, CENTRAAL)][0] == (5, True)
    with pytest.raises(NietGevonden):
        undo.roll_back(database, ID, CENTRAAL, 77, SEM, reden="x", verwacht=5)
    with pytest.raises(RedactieError, match="reden"):
        undo.roll_back(database, ID, CENTRAAL, 1, SEM, reden=" ", verwacht=5)


def test_a_version_that_cannot_be_filled_any_more_stays_away(database: Engine) -> None:
    made = product(kort="Het kost {{ tarief.van_vroeger }}.")
    store.publish(database, made, format_product(made), auteur="import", reden="vroeger")
    fill(database)
    with pytest.raises(TekstFout):
        undo.roll_back(database, ID, CENTRAAL, 1, SEM, reden="terug", verwacht=1, gemeenten=places())


def test_a_draft_that_was_going_on_is_overtaken_by_undoing(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Nieuw."))
    concept = draft(database, "Verder.")
    undo.undo(database, ID, CENTRAAL, SEM, verwacht=2)
    with pytest.raises(Ingehaald):
        publish(database, concept)


def test_only_an_eindredacteur_goes_back(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Nieuw."))
    for call in (
        lambda: undo.undo(database, ID, CENTRAAL, NOOR, verwacht=2),
        lambda: undo.roll_back(database, ID, CENTRAAL, 1, NOOR, reden="x", verwacht=2),
        lambda: undo.withdraw(database, ID, CENTRAAL, NOOR, reden="x"),
    ):
        with pytest.raises(NietToegestaan):
            call()
    assert seen(database) == "Nieuw."


def test_nothing_of_its_own_cannot_be_undone(database: Engine) -> None:
    fill(database)
    with pytest.raises(NietGevonden):
        undo.undo(database, ID, STAD, SEM, verwacht=0)
    with pytest.raises(NietGevonden):
        undo.withdraw(database, "bestaat-niet", CENTRAAL, SEM, reden="x")
