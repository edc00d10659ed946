"""Drafts: one open text, a number per save, and nothing that is ever lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.catalog import store
from bot.catalog.tables import CENTRAAL
from bot.redactie import audit, drafts, presence, workflow
from bot.redactie.values import (
    Ingehaald,
    NietGevonden,
    NietToegestaan,
    RedactieError,
    Status,
    VerkeerdeStatus,
    Wat,
)
from tests.redactie.room import (
    BAS,
    DAM,
    EVA,
    ID,
    NOOR,
    NU,
    SEM,
    STAD,
    draft,
    editor,
    file,
    fill,
    own,
    publish,
    seen,
    with_short,
)


def test_a_draft_begins_with_what_stands_there(database: Engine) -> None:
    fill(database)
    concept = drafts.open_concept(database, ID, CENTRAAL, NOOR, now=NU)
    assert concept.tekst == file().text and concept.basis_versie == 1 and concept.status is Status.CONCEPT
    assert seen(database) == "U vraagt het aan bij de balie."


def test_a_text_has_one_open_draft_of_all_editors(database: Engine) -> None:
    fill(database)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda wie: drafts.open_concept(database, ID, CENTRAAL, wie), [NOOR, SEM, EVA, NOOR]))
    assert len({one.id for one in made}) == 1
    elsewhere = drafts.open_concept(database, ID, STAD, NOOR)
    assert elsewhere.id != made[0].id


def test_saving_on_the_newest_number_saves(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.")
    assert (concept.volgnummer, concept.laatst_door) == (2, "Noor")
    assert "Nieuw." in drafts.load(database, concept.id).tekst
    assert seen(database) != "Nieuw."


def test_of_two_editors_nothing_is_lost(database: Engine) -> None:
    fill(database)
    begun = drafts.open_concept(database, ID, CENTRAAL, NOOR)
    drafts.save(database, begun.id, begun.volgnummer, with_short(begun.tekst, "Van Noor."), NOOR)
    late = drafts.save(database, begun.id, begun.volgnummer, with_short(begun.tekst, "Van Sem."), SEM)
    assert late.geweigerd is not None and late.geweigerd.soort == "ouder_nummer"
    assert "Van Sem." in late.geweigerd.tekst and "Van Noor." in late.concept.tekst
    assert [one.naam for one in drafts.aside(database, begun.id)] == ["Sem"]


def test_what_a_colleague_writes_over_is_kept(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Van Noor.")
    drafts.save(database, concept.id, concept.volgnummer, with_short(concept.tekst, "Van Sem."), SEM)
    (kept,) = drafts.aside(database, concept.id)
    assert (kept.naam, kept.soort) == ("Noor", "vorige") and "Van Noor." in kept.tekst


def test_saving_at_the_same_moment_saves_one_and_keeps_the_others(database: Engine) -> None:
    fill(database)
    begun = drafts.open_concept(database, ID, CENTRAAL, NOOR)
    people = [editor(10 + n, f"R{n}", "redacteur") for n in range(6)]

    def save(n: int) -> bool:
        text = with_short(begun.tekst, f"Van R{n}.")
        return drafts.save(database, begun.id, begun.volgnummer, text, people[n]).geweigerd is None

    with ThreadPoolExecutor(6) as pool:
        saved = list(pool.map(save, range(6)))
    assert saved.count(True) == 1
    texts = {drafts.load(database, begun.id).tekst, *(one.tekst for one in drafts.aside(database, begun.id))}
    assert {with_short(begun.tekst, f"Van R{n}.") for n in range(6)} <= texts


def test_a_save_that_comes_twice_is_one(database: Engine) -> None:
    fill(database)
    begun = drafts.open_concept(database, ID, CENTRAAL, NOOR)
    text = with_short(begun.tekst, "Nieuw.")
    first = drafts.save(database, begun.id, 1, text, NOOR)
    again = drafts.save(database, begun.id, 1, text, NOOR)
    assert again.geweigerd is None and again.concept.volgnummer == first.concept.volgnummer
    for _ in range(3):
        drafts.save(database, begun.id, 1, "te laat", NOOR)
    assert len(drafts.aside(database, begun.id)) == 1


def test_who_changes_nothing_is_no_writer(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Van Noor.")
    saved = drafts.save(database, concept.id, concept.volgnummer, concept.tekst, SEM)
    assert (saved.concept.laatst_door, saved.concept.volgnummer) == ("Noor", concept.volgnummer)


def test_a_half_text_is_saved_too(database: Engine) -> None:
    fill(database)
    concept = drafts.open_concept(database, ID, CENTRAAL, NOOR)
    saved = drafts.save(database, concept.id, 1, "---\nid: x\x00\r\n---\r\n", NOOR)
    assert saved.concept.tekst == "---\nid: x\n---\n"


def test_a_text_that_comes_after_submitting_is_kept(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Ingediend.")
    workflow.submit(database, concept.id, concept.volgnummer, NOOR)
    late = drafts.save(database, concept.id, concept.volgnummer, with_short(concept.tekst, "Nog iets."), NOOR)
    assert late.geweigerd is not None and late.geweigerd.soort == "na_indienen"
    mended = drafts.save(database, concept.id, concept.volgnummer, with_short(concept.tekst, "Beter."), SEM)
    assert mended.geweigerd is None and mended.concept.status is Status.TER_BEOORDELING


def test_a_text_that_comes_after_throwing_away_or_publishing_is_kept(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.")
    drafts.discard(database, concept.id, NOOR)
    late = drafts.save(database, concept.id, concept.volgnummer, "na weggooien", NOOR)
    assert late.geweigerd is not None and late.geweigerd.soort == "gesloten"
    concept = drafts.restore(database, concept.id, NOOR)
    publish(database, concept)
    assert drafts.save(database, concept.id, concept.volgnummer, "na publiceren", NOOR).geweigerd is not None
    assert {"na weggooien", "na publiceren"} <= {one.tekst for one in drafts.aside(database, concept.id)}


def test_thrown_away_comes_back_unless_there_is_another(database: Engine) -> None:
    fill(database)
    first = draft(database, "Eerste.")
    drafts.discard(database, first.id, NOOR)
    assert drafts.open_of(database, ID, CENTRAAL) is None
    second = draft(database, "Tweede.")
    with pytest.raises(VerkeerdeStatus, match="ander open concept"):
        drafts.restore(database, first.id, NOOR)
    drafts.discard(database, second.id, NOOR)
    assert drafts.restore(database, first.id, NOOR).status is Status.CONCEPT
    with pytest.raises(VerkeerdeStatus):
        drafts.restore(database, first.id, NOOR)


def test_a_draft_that_was_overtaken_must_be_compared_first(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Van Noor.")
    fill(database, file("Uit het bestand."))
    behind = drafts.behind(database, concept.id)
    assert behind is not None and behind.versie == 2 and "Uit het bestand." in behind.tekst_nu
    assert "bij de balie" in behind.tekst_begin
    with pytest.raises(Ingehaald):
        publish(database, concept)
    with pytest.raises(Ingehaald):
        drafts.catch_up(database, concept.id, 1, NOOR)
    concept = drafts.catch_up(database, concept.id, 2, NOOR)
    assert drafts.behind(database, concept.id) is None
    publish(database, concept)
    assert seen(database) == "Van Noor."


def test_a_file_that_joins_the_history_only_overtakes_nobody(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Van de redactie."))
    concept = draft(database, "Nog beter.")
    assert store.import_library(database, [file("Uit het bestand.")]).bewaard == (ID,)
    assert drafts.behind(database, concept.id) is None
    publish(database, concept)
    assert seen(database) == "Nog beter."


def test_a_municipality_begins_its_own_text_from_the_central_one(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Voor ons.", gemeente=STAD)
    assert (concept.basis_versie, concept.centraal_versie) == (None, 1)
    publish(database, concept)
    assert (seen(database, STAD), seen(database, DAM)) == ("Voor ons.", "U vraagt het aan bij de balie.")
    again = drafts.open_concept(database, ID, STAD, NOOR)
    assert (again.basis_versie, again.centraal_versie) == (1, 1) and "Voor ons." in again.tekst


def test_an_imported_own_text_is_taken_up(database: Engine) -> None:
    fill(database)
    own(database)
    concept = drafts.open_concept(database, ID, STAD, NOOR)
    assert (concept.basis_versie, concept.centraal_versie) == (1, 1) and "Eigen tekst." in concept.tekst


def test_a_new_product_starts_from_the_template(database: Engine) -> None:
    fill(database)
    concept = drafts.new_product(database, "nieuw-loket", "Nieuw loket", "burgerzaken", CENTRAAL, NOOR, now=NU)
    assert concept.basis_versie is None and "herzien: 2026-11-26" in concept.tekst
    with pytest.raises(RedactieError, match="bestaat al"):
        drafts.new_product(database, ID, "Paspoort", "burgerzaken", STAD, NOOR)
    with pytest.raises(RedactieError, match="kleine letters"):
        drafts.new_product(database, "Nieuw Loket", "Nieuw", "burgerzaken", CENTRAAL, NOOR)
    with pytest.raises(RedactieError, match="naam"):
        drafts.new_product(database, "nieuw", "  ", "burgerzaken", CENTRAAL, NOOR)


def test_without_the_role_nothing_is_written(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Van Noor.")
    elsewhere = editor(7, "Kim", "redacteur", at=(DAM,))
    for wie in (BAS, elsewhere):
        with pytest.raises(NietToegestaan):
            drafts.open_concept(database, ID, CENTRAAL, wie)
        with pytest.raises(NietToegestaan):
            drafts.save(database, concept.id, concept.volgnummer, "anders", wie)
        with pytest.raises(NietToegestaan):
            drafts.discard(database, concept.id, wie)
    assert drafts.load(database, concept.id) == concept


def test_what_is_not_there_is_not_found(database: Engine) -> None:
    fill(database)
    with pytest.raises(NietGevonden):
        drafts.open_concept(database, "bestaat-niet", CENTRAAL, NOOR)
    for call in (drafts.load, drafts.behind):
        with pytest.raises(NietGevonden):
            call(database, 99)


def test_the_trail_tells_who_wrote_and_not_each_key(database: Engine) -> None:
    fill(database)
    concept = drafts.open_concept(database, ID, CENTRAAL, NOOR, now=NU)
    for n in range(5):
        concept = drafts.save(
            database, concept.id, concept.volgnummer, with_short(concept.tekst, f"{n}."), NOOR
        ).concept
    drafts.save(database, concept.id, concept.volgnummer, with_short(concept.tekst, "Sem."), SEM)
    steps = audit.listing(database, [CENTRAAL], product_id=ID)
    assert [(one.wie, one.wat) for one in steps] == [
        ("Sem", Wat.BEWAARD),
        ("Noor", Wat.BEWAARD),
        ("Noor", Wat.BEGONNEN),
    ]


def test_others_who_have_the_text_open_are_named_for_half_a_minute(database: Engine) -> None:
    assert presence.seen(database, ID, CENTRAAL, NOOR, now=NU) == []
    (noor,) = presence.seen(database, ID, CENTRAAL, SEM, now=NU + timedelta(seconds=20))
    assert (noor.naam, noor.gezien_op) == ("Noor", NU)
    assert presence.others(database, ID, STAD, SEM.id, now=NU) == []
    assert presence.others(database, ID, CENTRAAL, SEM.id, now=NU + timedelta(seconds=31)) == []
    presence.seen(database, ID, CENTRAAL, NOOR, now=NU + timedelta(seconds=31))
    presence.left(database, ID, CENTRAAL, NOOR)
    assert presence.others(database, ID, CENTRAAL, SEM.id, now=NU + timedelta(seconds=32)) == []
