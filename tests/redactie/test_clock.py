"""What the clock does: planned texts, texts whose time is over, and the hours of spring and autumn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.engine import Connection, Engine

from bot.catalog import store
from bot.catalog.tables import CENTRAAL
from bot.redactie import audit, drafts, undo, workflow
from bot.redactie.clock import due, moment_in_nederland
from bot.redactie.values import NietToegestaan, RedactieError, Status, VerkeerdeStatus, Wat
from tests.redactie.room import DAM, ID, NOOR, NU, SEM, STAD, draft, file, fill, own, places, plan, publish, seen

OLD = "U vraagt het aan bij de balie."
LATER = NU + timedelta(days=30)


def test_a_planned_text_goes_live_at_its_time_and_once(database: Engine) -> None:
    fill(database)
    concept = plan(database, draft(database, "Januari."), LATER)
    assert (concept.status, concept.gepland_op) == (Status.GEPLAND, LATER)
    assert due(database, places(), LATER - timedelta(seconds=1)) == []
    assert seen(database) == OLD
    with ThreadPoolExecutor(3) as pool:
        done = [one for found in pool.map(lambda _: due(database, places(), LATER), range(3)) for one in found]
    assert [(one.wat, one.versie) for one in done] == [(Wat.GEPUBLICEERD, 2)]
    assert seen(database) == "Januari."
    step = audit.listing(database)[0]
    assert (step.wie, step.reden, step.moment) == ("Sem", "nieuwe prijs", LATER)


def test_a_planned_text_holds_up_no_correction_but_does_not_pass_it_unseen(database: Engine) -> None:
    fill(database)
    planned = plan(database, draft(database, "Januari."), LATER)
    publish(database, draft(database, "Vandaag."))
    assert drafts.behind(database, planned.id) is not None
    (failed,) = due(database, places(), LATER)
    assert failed.wat is Wat.PLAN_MISLUKT and "andere tekst" in failed.reden
    assert seen(database) == "Vandaag."
    concept = drafts.load(database, planned.id)
    assert concept.status is Status.MISLUKT and concept.opmerking == failed.reden
    assert drafts.listing(database, CENTRAAL, (Status.MISLUKT,)) == [concept]
    assert drafts.restore(database, planned.id, NOOR).status is Status.CONCEPT


def test_a_planned_text_that_was_compared_goes_through(database: Engine) -> None:
    fill(database)
    planned = plan(database, draft(database, "Januari."), LATER)
    publish(database, draft(database, "Vandaag."))
    with pytest.raises(NietToegestaan):
        drafts.catch_up(database, planned.id, 2, NOOR)
    drafts.catch_up(database, planned.id, 2, SEM)
    due(database, places(), LATER)
    assert seen(database) == "Januari."


def test_a_value_that_is_gone_by_then_stops_a_planned_text(database: Engine) -> None:
    from bot.catalog.gemeente import Gemeenten
    from tests.builders import gemeente

    fill(database)
    planned = plan(database, draft(database, "Het kost {{ tarief.paspoort }}."), LATER)
    bare = Gemeenten({STAD: gemeente(STAD, tarief={})}, {})
    (failed,) = due(database, bare, LATER)
    assert failed.wat is Wat.PLAN_MISLUKT and "heeft geen waarde" in drafts.load(database, planned.id).opmerking


def test_a_plan_of_a_municipality_that_is_gone_fails_and_holds_up_nothing(database: Engine) -> None:
    from bot.catalog.gemeente import Gemeenten
    from tests.builders import gemeente

    fill(database)
    plan(database, draft(database, "Van toen.", gemeente=STAD), LATER)
    plan(database, draft(database, "Januari."), LATER)
    done = due(database, Gemeenten({DAM: gemeente(DAM)}, {}), LATER)
    assert [(one.gemeente, one.wat) for one in done] == [
        (STAD, Wat.PLAN_MISLUKT),
        (CENTRAAL, Wat.GEPUBLICEERD),
    ]


def test_a_plan_can_be_taken_back(database: Engine) -> None:
    fill(database)
    planned = plan(database, draft(database, "Januari."), LATER)
    assert drafts.planned_of(database, ID, CENTRAAL) == [planned]
    second = draft(database, "Vandaag.")
    with pytest.raises(VerkeerdeStatus, match="ander open concept"):
        workflow.unplan(database, planned.id, SEM)
    drafts.discard(database, second.id, NOOR)
    with pytest.raises(NietToegestaan):
        workflow.unplan(database, planned.id, NOOR)
    assert workflow.unplan(database, planned.id, SEM).gepland_op is None
    assert due(database, places(), LATER) == []


def test_a_plan_that_is_taken_back_while_the_clock_looks_does_not_go_live(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    planned = plan(database, draft(database, "Januari."), LATER)
    lock = store.lock

    def taken_back_first(connection: Connection) -> None:
        monkeypatch.setattr(store, "lock", lock)
        workflow.unplan(database, planned.id, SEM)
        lock(connection)

    monkeypatch.setattr(store, "lock", taken_back_first)
    assert due(database, places(), LATER) == []
    assert seen(database) == OLD and drafts.load(database, planned.id).status is Status.CONCEPT


def test_moments_must_lie_ahead_and_in_order(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Januari.")
    with pytest.raises(RedactieError, match="al geweest"):
        plan(database, concept, NU)
    with pytest.raises(RedactieError, match="einddatum"):
        plan(database, concept, LATER, verloopt_op=LATER)


def test_a_central_text_whose_time_is_over_leaves(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Alleen deze maand."), verloopt_op=LATER)
    assert due(database, places(), LATER - timedelta(seconds=1)) == []
    (done,) = due(database, places(), LATER)
    assert (done.wat, done.versie) == (Wat.VERLOPEN, 3)
    assert seen(database) is None
    assert audit.listing(database)[0].wie == audit.KLOK
    assert due(database, places(), LATER + timedelta(days=1)) == []
    undo.undo(database, ID, CENTRAAL, SEM, verwacht=3)
    assert seen(database) == "Alleen deze maand."
    assert due(database, places(), LATER + timedelta(days=1)) == []


def test_after_an_own_text_the_central_one_comes_back(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Tot de verbouwing.", gemeente=STAD), verloopt_op=LATER)
    due(database, places(), LATER)
    assert (seen(database, STAD), seen(database, DAM)) == (OLD, OLD)
    fill(database, file("Centraal vernieuwd."))
    assert seen(database, STAD) == "Centraal vernieuwd."


def test_the_clock_overtakes_no_draft(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Tijdelijk.", gemeente=STAD), verloopt_op=LATER)
    concept = draft(database, "Wat daarna geldt.", gemeente=STAD)
    due(database, places(), LATER)
    assert drafts.behind(database, concept.id) is None
    publish(database, concept, now=LATER)
    assert seen(database, STAD) == "Wat daarna geldt."


def test_what_follows_an_expiring_text_is_planned_for_the_same_moment(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Tarief van nu."), verloopt_op=LATER)
    plan(database, draft(database, "Tarief van straks."), LATER)
    assert [one.wat for one in due(database, places(), LATER)] == [Wat.VERLOPEN, Wat.GEPUBLICEERD]
    assert seen(database) == "Tarief van straks."


def test_a_text_that_was_replaced_does_not_expire(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Tijdelijk."), verloopt_op=LATER)
    publish(database, draft(database, "Blijvend."))
    assert due(database, places(), LATER) == []
    assert seen(database) == "Blijvend."


def test_an_own_text_without_a_central_one_leaves(database: Engine) -> None:
    fill(database)
    own(database, "Alleen hier.", "eigen-product", STAD)
    concept = draft(database, "Nog even.", gemeente=STAD, id="eigen-product")
    publish(database, concept, verloopt_op=LATER)
    due(database, places(), LATER)
    assert seen(database, STAD, "eigen-product") is None


@pytest.mark.parametrize(
    ("dag", "tijd", "expected"),
    [
        (date(2026, 11, 26), time(9), datetime(2026, 11, 26, 8, tzinfo=UTC)),
        (date(2026, 7, 1), time(0), datetime(2026, 6, 30, 22, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_an_hour_in_the_netherlands(dag: date, tijd: time, expected: datetime) -> None:
    assert moment_in_nederland(dag, tijd) == expected


def test_the_hour_that_spring_leaves_out_is_refused() -> None:
    with pytest.raises(ValueError, match="02:30 bestaat niet op 29-03-2026"):
        moment_in_nederland(date(2026, 3, 29), time(2, 30))
