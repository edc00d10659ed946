"""Own texts beside the central ones."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from bot.catalog.tables import CENTRAAL
from bot.redactie import audit, drafts, local, undo, workflow
from bot.redactie.values import Ingehaald, NietGevonden, NietToegestaan, RedactieError, VerkeerdeStatus, Wat
from tests.redactie.room import DAM, ID, NOOR, SEM, STAD, draft, file, fill, own, publish, seen


def changed(database: Engine, kort: str = "Centraal vernieuwd.") -> None:
    fill(database, file(kort))


def test_an_own_text_is_out_of_date_when_the_central_one_changes(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Eigen.", gemeente=STAD))
    assert local.stale(database, STAD) == []
    changed(database)
    (one,) = local.stale(database, STAD)
    assert (one.product_id, one.verwerkt, one.centraal, one.eigen_versie) == (ID, 1, 2, 1)
    assert one.naam == "Paspoort aanvragen" and not one.centraal_ingetrokken
    assert local.stale(database, DAM) == [] == local.stale(database, CENTRAAL)


def test_of_an_imported_text_it_is_the_central_version_of_then(database: Engine) -> None:
    fill(database)
    changed(database)
    own(database)
    assert local.stale(database, STAD) == []
    changed(database, "Weer anders.")
    assert [one.verwerkt for one in local.stale(database, STAD)] == [2]


def test_a_central_change_that_was_taken_back_leaves_nothing_out_of_date(database: Engine) -> None:
    fill(database)
    own(database)
    changed(database)
    undo.undo(database, ID, CENTRAAL, SEM, verwacht=2)
    assert local.stale(database, STAD) == []


def test_side_by_side(database: Engine) -> None:
    fill(database)
    own(database)
    changed(database)
    both = local.side_by_side(database, ID, STAD)
    assert "Eigen tekst." in both.eigen and "bij de balie" in both.centraal_toen
    assert "Centraal vernieuwd." in both.centraal_nu and not both.verschil.gelijk
    assert (both.eigen_versie, both.centraal_versie) == (1, 2)
    with pytest.raises(NietGevonden):
        local.side_by_side(database, ID, DAM)


def test_who_takes_the_central_text_follows_it(database: Engine) -> None:
    fill(database)
    own(database)
    changed(database)
    local.take_central(database, ID, STAD, SEM, reden="is nu gelijk", verwacht=1)
    assert seen(database, STAD) == "Centraal vernieuwd." and local.stale(database, STAD) == []
    changed(database, "En weer.")
    assert seen(database, STAD) == "En weer."
    assert audit.listing(database, [STAD])[0].wat is Wat.CENTRALE_GENOMEN
    with pytest.raises(NietGevonden):
        local.take_central(database, ID, STAD, SEM, reden="nog eens")


def test_who_keeps_its_own_is_up_to_date_until_the_next_change(database: Engine) -> None:
    fill(database)
    own(database)
    changed(database)
    with pytest.raises(Ingehaald):
        local.keep_own(database, ID, STAD, SEM, centraal=1, reden="klopt")
    local.keep_own(database, ID, STAD, SEM, centraal=2, reden="klopt")
    assert local.stale(database, STAD) == [] and seen(database, STAD) == "Eigen tekst."
    changed(database, "En weer.")
    assert [one.verwerkt for one in local.stale(database, STAD)] == [2]
    local.keep_own(database, ID, STAD, SEM, centraal=3, reden="klopt nog")
    assert local.stale(database, STAD) == []


def test_a_merge_counts_once_it_is_live(database: Engine) -> None:
    fill(database)
    own(database)
    changed(database)
    concept = local.merge(database, ID, STAD, NOOR, centraal=2)
    assert concept.centraal_versie == 2 and "Eigen tekst." in concept.tekst
    assert local.stale(database, STAD)
    saved = drafts.save(database, concept.id, concept.volgnummer, concept.tekst.replace("Eigen", "Samengevoegde"), NOOR)
    publish(database, saved.concept)
    assert local.stale(database, STAD) == [] and seen(database, STAD) == "Samengevoegde tekst."
    with pytest.raises(Ingehaald):
        local.merge(database, ID, STAD, NOOR, centraal=1)


def test_a_draft_that_lies_with_others_is_not_merged_into(database: Engine) -> None:
    fill(database)
    own(database)
    concept = draft(database, "Anders.", gemeente=STAD)
    workflow.submit(database, concept.id, concept.volgnummer, NOOR)
    changed(database)
    with pytest.raises(VerkeerdeStatus):
        local.merge(database, ID, STAD, NOOR, centraal=2)


def test_a_draft_that_began_before_the_central_change_is_out_of_date_once_live(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Eigen.", gemeente=STAD)
    changed(database)
    publish(database, concept)
    assert [one.verwerkt for one in local.stale(database, STAD)] == [1]


def test_a_central_text_that_was_withdrawn_is_told(database: Engine) -> None:
    fill(database)
    own(database)
    undo.withdraw(database, ID, CENTRAAL, SEM, reden="bestaat niet meer")
    assert [one.centraal_ingetrokken for one in local.stale(database, STAD)] == [True]
    local.keep_own(database, ID, STAD, SEM, centraal=2, reden="wij wel")
    assert local.stale(database, STAD) == []


def test_going_back_to_an_older_own_text_goes_back_to_its_central_version(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Eigen.", gemeente=STAD))
    changed(database)
    concept = local.merge(database, ID, STAD, NOOR, centraal=2)
    saved = drafts.save(database, concept.id, concept.volgnummer, concept.tekst.replace("Eigen.", "Beide."), NOOR)
    publish(database, saved.concept)
    undo.undo(database, ID, STAD, SEM, verwacht=2)
    assert [one.verwerkt for one in local.stale(database, STAD)] == [1]


def test_roles_and_reasons(database: Engine) -> None:
    fill(database)
    own(database)
    for call in (
        lambda: local.take_central(database, ID, STAD, NOOR, reden="x"),
        lambda: local.keep_own(database, ID, STAD, NOOR, centraal=1, reden="x"),
    ):
        with pytest.raises(NietToegestaan):
            call()
    with pytest.raises(RedactieError, match="reden"):
        local.take_central(database, ID, STAD, SEM, reden="")
    with pytest.raises(Ingehaald):
        local.take_central(database, ID, STAD, SEM, reden="x", verwacht=7)
