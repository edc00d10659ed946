"""Submitting, judging, publishing: who may, what the gate must have said, and what then stands there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.catalog import live_thesaurus, store
from bot.catalog.tables import CENTRAAL
from bot.redactie import audit, drafts, history, tasks, workflow
from bot.redactie.rules import settings
from bot.redactie.values import (
    NietToegestaan,
    PoortGeweigerd,
    RedactieError,
    Status,
    TekstFout,
    TweedePersoonNodig,
    VerkeerdeStatus,
    Verouderd,
    Verschuiving,
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
    gate,
    own,
    places,
    publish,
    seen,
    with_short,
)

FOUR = places(vier_ogen=True)
LOSS = places(verlies_tweede_persoon=True)


def submitted(database: Engine, wie: object = NOOR, kort: str = "Nieuw.", gemeente: str = CENTRAAL):  # type: ignore[no-untyped-def]
    concept = draft(database, kort, wie, gemeente=gemeente)  # type: ignore[arg-type]
    return workflow.submit(database, concept.id, concept.volgnummer, wie, opmerking="graag kijken")  # type: ignore[arg-type]


def test_published_is_live_at_once_with_its_step(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.")
    assert publish(database, concept) == 2
    assert seen(database) == "Nieuw."
    assert drafts.load(database, concept.id).status is Status.GEPUBLICEERD
    step = audit.listing(database)[0]
    assert (step.wie, step.wat, step.versie, step.reden) == ("Sem", Wat.GEPUBLICEERD, 2, "duidelijker")
    assert step.gegevens["schrijver"] == "Noor" and step.gegevens["poort"]["vragen"] == 10
    assert [one.auteur for one in history.versions(database, ID, CENTRAAL)] == ["Noor", "bibliotheek"]


def test_only_an_eindredacteur_publishes(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.")
    for wie in (NOOR, BAS, editor(8, "Kim", "eindredacteur", at=(DAM,))):
        with pytest.raises(NietToegestaan):
            publish(database, concept, wie)
        assert workflow.may_publish(places(), concept, wie)
    assert workflow.may_publish(places(), concept, SEM) is None
    assert seen(database) != "Nieuw."


def test_without_a_reason_nothing_goes_live(database: Engine) -> None:
    fill(database)
    with pytest.raises(RedactieError, match="reden"):
        publish(database, draft(database, "Nieuw."), reden="  ")
    assert seen(database) != "Nieuw."


def test_an_older_number_is_not_published(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.")
    drafts.save(database, concept.id, concept.volgnummer, with_short(concept.tekst, "Nieuwer."), NOOR)
    with pytest.raises(Verouderd, match="Noor"):
        publish(database, concept)


def test_a_text_with_errors_is_not_published(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Het kost {{ tarief.bestaat_niet }}, dat is € 10.")
    with pytest.raises(TekstFout) as error:
        publish(database, concept)
    assert {one.deel for one in error.value.fouten} == {"kort"} and len(error.value.fouten) == 2


def test_what_changes_nothing_is_not_published(database: Engine) -> None:
    fill(database)
    with pytest.raises(VerkeerdeStatus, match="gelijk"):
        publish(database, drafts.open_concept(database, ID, CENTRAAL, NOOR))


def test_publishing_twice_publishes_once(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.")

    def go(_: int) -> bool:
        try:
            publish(database, concept, poort=poort)
        except RedactieError:
            return False
        return True

    poort = gate(database, concept)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(go, range(4))).count(True) == 1
    assert len(history.versions(database, ID, CENTRAAL)) == 2


def test_four_eyes_want_another_than_the_last_writer(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Van Sem.", SEM)
    with pytest.raises(TweedePersoonNodig):
        publish(database, concept, SEM, gemeenten=FOUR)
    assert workflow.may_publish(FOUR, concept, SEM) is not None
    publish(database, concept, EVA, gemeenten=FOUR)
    assert seen(database) == "Van Sem."


def test_who_reads_along_without_a_change_does_not_become_the_writer(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Van Sem.", SEM)
    drafts.save(database, concept.id, concept.volgnummer, concept.tekst, EVA)
    with pytest.raises(TweedePersoonNodig):
        publish(database, concept, SEM, gemeenten=FOUR)


def test_with_approval_the_writer_may_publish_until_the_text_changes(database: Engine) -> None:
    fill(database)
    concept = submitted(database, SEM, "Van Sem.")
    with pytest.raises(TweedePersoonNodig):
        workflow.approve(database, FOUR, concept.id, concept.volgnummer, SEM)
    concept = workflow.approve(database, FOUR, concept.id, concept.volgnummer, EVA)
    assert (concept.status, concept.goedgekeurd_door) == (Status.GOEDGEKEURD, "Eva")
    changed = drafts.save(database, concept.id, concept.volgnummer, with_short(concept.tekst, "Toch anders."), SEM)
    assert (changed.concept.status, changed.concept.goedgekeurd_door) == (Status.TER_BEOORDELING, None)
    with pytest.raises(TweedePersoonNodig):
        publish(database, changed.concept, SEM, gemeenten=FOUR)
    again = workflow.approve(database, FOUR, concept.id, changed.concept.volgnummer, EVA)
    publish(database, again, SEM, gemeenten=FOUR)
    assert seen(database) == "Toch anders."


def test_central_texts_follow_the_strictest_municipality() -> None:
    assert settings(FOUR, CENTRAAL).vier_ogen and settings(FOUR, STAD).vier_ogen
    assert not settings(FOUR, DAM).vier_ogen and not settings(places(), CENTRAAL).vier_ogen


def test_a_rejected_text_goes_back_with_the_reason(database: Engine) -> None:
    fill(database)
    concept = submitted(database)
    with pytest.raises(RedactieError, match="reden"):
        workflow.reject(database, concept.id, concept.volgnummer, SEM, reden="")
    with pytest.raises(NietToegestaan):
        workflow.reject(database, concept.id, concept.volgnummer, NOOR, reden="x")
    back = workflow.reject(database, concept.id, concept.volgnummer, SEM, reden="de prijs klopt niet")
    assert (back.status, back.opmerking) == (Status.CONCEPT, "de prijs klopt niet")
    assert audit.listing(database)[0].reden == "de prijs klopt niet"
    with pytest.raises(VerkeerdeStatus):
        workflow.reject(database, concept.id, concept.volgnummer, SEM, reden="nog eens")


def test_what_was_submitted_can_be_taken_back(database: Engine) -> None:
    fill(database)
    concept = submitted(database)
    with pytest.raises(VerkeerdeStatus):
        workflow.submit(database, concept.id, concept.volgnummer, NOOR)
    assert workflow.take_back(database, concept.id, NOOR).status is Status.CONCEPT
    assert (
        drafts.save(database, concept.id, concept.volgnummer, with_short(concept.tekst, "Beter."), NOOR).geweigerd
        is None
    )


def test_a_gate_on_another_text_does_not_count(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Eerst.")
    poort = gate(database, concept)
    saved = drafts.save(database, concept.id, concept.volgnummer, with_short(concept.tekst, "Later."), NOOR).concept
    with pytest.raises(PoortGeweigerd, match="andere tekst"):
        publish(database, saved, poort=poort)


def test_a_gate_on_an_older_catalogue_does_not_count(database: Engine) -> None:
    fill(database, file(), file("Over rijbewijzen.", "rijbewijs"))
    concept = draft(database, "Nieuw.", gemeente=STAD)
    poort = gate(database, concept)
    own(database, "Van Molendam.", "rijbewijs", DAM)
    publish(database, concept, poort=poort)  # another municipality's text changes nothing here
    concept = draft(database, "Nog nieuwer.", gemeente=STAD)
    poort = gate(database, concept)
    fill(database, file("Nieuws over rijbewijzen.", "rijbewijs"))
    with pytest.raises(PoortGeweigerd, match="opnieuw"):
        publish(database, concept, poort=poort)


def test_a_gate_from_before_new_words_in_the_thesaurus_does_not_count(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.", gemeente=STAD)
    poort = gate(database, concept)
    live_thesaurus.put(database, ["zwabberboek", "knorboek"], gemeente=DAM, auteur="Sem", reden="zo zegt men dat")
    live_thesaurus.put(database, ["wiebelbult", "hobbelknobbel"], auteur="Sem", reden="zo zegt men dat")
    with pytest.raises(PoortGeweigerd, match="woorden"):
        publish(database, concept, poort=poort)
    publish(database, concept)


def test_a_loss_needs_a_reason(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.")
    with pytest.raises(PoortGeweigerd, match="1 bekende vra"):
        publish(database, concept, poort=gate(database, concept, "pas kwijt"))
    publish(database, concept, poort=gate(database, concept, "pas kwijt", reden="hoort bij rijbewijs"))
    kept = audit.listing(database)[0].gegevens["poort"]
    assert kept["reden"] == "hoort bij rijbewijs" and kept["aantallen"]["verloren"] == 1
    assert kept["verloren"] == [{"vraag": "pas kwijt", "was": ID, "wordt": "rijbewijs", "herkomst": "voorbeeld"}]


def test_words_of_residents_do_not_stay_in_the_trail(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.")
    theirs = Verschuiving("mijn buurman Jansen heeft mijn pas", ID, None, "postvak")
    publish(
        database, concept, poort=replace(gate(database, concept), verloren=(theirs,), onzeker=(theirs,), reden="mag")
    )
    assert all("Jansen" not in str(one.gegevens) for one in audit.listing(database))


def test_a_loss_needs_a_second_person_where_they_want_that(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.", SEM)
    lossy = gate(database, concept, "pas kwijt", reden="mag")
    with pytest.raises(TweedePersoonNodig, match="verliezen"):
        publish(database, concept, SEM, gemeenten=LOSS, poort=lossy)
    assert workflow.may_publish(LOSS, concept, SEM, gate(database, concept)) is None
    concept = workflow.submit(database, concept.id, concept.volgnummer, SEM)
    unseen = workflow.approve(database, LOSS, concept.id, concept.volgnummer, EVA)
    with pytest.raises(TweedePersoonNodig):
        publish(database, unseen, SEM, gemeenten=LOSS, poort=lossy)
    workflow.take_back(database, concept.id, SEM)
    workflow.submit(database, concept.id, concept.volgnummer, SEM)
    known = workflow.approve(database, LOSS, concept.id, concept.volgnummer, EVA, poort=lossy)
    more = gate(database, known, "pas kwijt", "pas gestolen", reden="mag")
    with pytest.raises(TweedePersoonNodig):
        publish(database, known, SEM, gemeenten=LOSS, poort=more)
    publish(database, known, SEM, gemeenten=LOSS, poort=lossy)
    assert seen(database) == "Nieuw."


def test_an_urgent_correction_may_be_done_alone_and_leaves_a_task(database: Engine) -> None:
    fill(database)
    friday = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    concept = draft(database, "Spoed.", SEM, gemeente=STAD)
    with pytest.raises(NietToegestaan):
        publish(database, concept, NOOR, gemeenten=FOUR, spoed=True)
    publish(database, concept, SEM, gemeenten=FOUR, spoed=True, now=friday)
    assert seen(database, STAD) == "Spoed."
    assert audit.listing(database)[0].wat is Wat.SPOED
    assert history.versions(database, ID, STAD)[0].spoed
    (task,) = tasks.open_tasks(database, STAD)
    assert task.uiterlijk_op == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # Monday at five, in winter
    with pytest.raises(TweedePersoonNodig):
        tasks.done(database, task.id, SEM)
    tasks.done(database, task.id, EVA)
    assert tasks.open_tasks(database, STAD) == []
    with pytest.raises(VerkeerdeStatus, match="Eva"):
        tasks.done(database, task.id, EVA)


def test_the_next_working_day_of_a_central_text_is_a_weekday(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Spoed.", SEM)
    publish(database, concept, SEM, spoed=True, now=datetime(2026, 11, 27, 15, 0, tzinfo=UTC))
    assert tasks.open_tasks(database, CENTRAAL)[0].uiterlijk_op == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


def test_nobody_passes_for_the_files_of_the_library(database: Engine) -> None:
    fill(database)
    sneaky = editor(9, store.AUTEUR_BESTAND, "eindredacteur")
    publish(database, draft(database, "Van een redacteur.", sneaky), sneaky)
    assert store.import_library(database, [file("Uit het bestand.")]).bewaard == (ID,)
    assert seen(database) == "Van een redacteur."


def test_a_new_product_is_published_once_its_template_is_filled(database: Engine) -> None:
    fill(database)
    concept = drafts.new_product(database, "nieuw-loket", "Nieuw loket", "burgerzaken", CENTRAAL, NOOR, now=NU)
    with pytest.raises(TekstFout) as error:
        publish(database, concept)
    assert any(one.soort == "sjabloon" for one in error.value.fouten)
    text = file("Het loket is open.", "nieuw-loket").text
    publish(database, drafts.save(database, concept.id, 1, text, NOOR).concept)
    assert seen(database, STAD, "nieuw-loket") == "Het loket is open."


def test_an_end_in_the_past_is_refused(database: Engine) -> None:
    fill(database)
    with pytest.raises(RedactieError, match="verleden"):
        publish(database, draft(database, "Nieuw."), verloopt_op=NU - timedelta(minutes=1))
