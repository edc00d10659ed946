"""The list of all products: states, figures, searching, filtering, sorting; and quickly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.catalog import store
from bot.catalog.feedback import record_complaint
from bot.catalog.library import read_library
from bot.catalog.product import Regelen
from bot.catalog.tables import CENTRAAL
from bot.conversations.tables import oordeel_feit
from bot.redactie import drafts, overview, undo, usage, workflow
from bot.redactie.overview import Keus, Regel
from tests.redactie.room import DAM, ID, NOOR, NU, SEM, STAD, draft, file, fill, own, plan, publish

LATER = NU + timedelta(days=30)


def row(database: Engine, gemeente: str = CENTRAAL, id: str = ID) -> Regel:
    return next(one for one in overview.listing(database, gemeente, now=NU) if one.product_id == id)


def test_a_row_tells_how_it_stands(database: Engine) -> None:
    fill(database, file(herzien=date(2025, 1, 1), synoniemen=["reispas"]), file("Bel ons.", "rijbewijs"))
    found = row(database)
    assert (found.naam, found.thema, found.doelgroep, found.stand) == (
        "Paspoort aanvragen",
        "burgerzaken",
        "inwoner",
        "live",
    )
    assert (found.live, found.eigen, found.gewijzigd_door) == (True, False, "bibliotheek")
    assert found.herzien_over_tijd and found.geen_formulier and found.gewijzigd_op.tzinfo is not None
    assert [one.product_id for one in overview.listing(database, STAD)] == [ID, "rijbewijs"]


def test_states_of_drafts_plans_and_withdrawals(database: Engine) -> None:
    fill(database)
    concept = draft(database, "Nieuw.")
    assert (row(database).stand, row(database).standen) == ("concept", {"concept", "live"})
    assert row(database).concept_id == concept.id and row(database, STAD).stand == "live"
    workflow.submit(database, concept.id, concept.volgnummer, NOOR)
    assert row(database).stand == "ter_beoordeling"
    concept = workflow.take_back(database, concept.id, NOOR)
    plan(database, concept, LATER)
    assert (row(database).stand, row(database).gepland_op, row(database).concept_id) == ("gepland", LATER, None)
    undo.withdraw(database, ID, STAD, SEM, reden="doen wij niet")
    assert (row(database, STAD).stand, row(database, STAD).live, row(database, STAD).eigen) == (
        "ingetrokken",
        False,
        True,
    )


def test_an_own_text_and_one_that_is_out_of_date(database: Engine) -> None:
    fill(database)
    own(database)
    assert row(database, STAD).eigen and not row(database, DAM).eigen
    fill(database, file("Centraal vernieuwd."))
    assert (row(database, STAD).stand, row(database, STAD).verouderd) == ("verouderd", True)
    assert row(database).stand == "live"


def test_a_product_that_is_only_a_draft_is_there_too(database: Engine) -> None:
    fill(database)
    concept = drafts.new_product(database, "nieuw", "Nieuw loket", "burgerzaken", CENTRAAL, NOOR, now=NU)
    found = row(database, id="nieuw")
    assert (found.naam, found.stand, found.live, found.herzien) == ("Nieuw loket", "concept", False, NU.date())
    drafts.save(database, concept.id, 1, "helemaal stuk", NOOR)
    found = row(database, id="nieuw")
    assert (found.naam, found.herzien) == ("nieuw", None)


def test_figures_of_the_municipality_or_of_all(database: Engine) -> None:
    fill(database)
    for gemeente, times in ((STAD, 3), (DAM, 2)):
        for _ in range(times):
            usage.count(database, gemeente, ID, now=NU)
    usage.count(database, STAD, ID, now=NU - timedelta(days=40))
    record_complaint(database, gemeente=STAD, product_id=ID)
    record_complaint(database, gemeente=DAM, product_id=None)
    for duim in ("op", "neer", "neer"):
        thumb(database, STAD, duim)
    assert (row(database, STAD).gevraagd, row(database, DAM).gevraagd, row(database).gevraagd) == (3, 2, 5)
    assert (row(database, STAD).klachten, row(database, DAM).klachten, row(database).klachten) == (1, 0, 1)
    assert (row(database, STAD).duim_op, row(database, STAD).duim_neer) == (1, 2)
    assert row(database, STAD).lage_waardering and not row(database, DAM).lage_waardering


def thumb(database: Engine, gemeente: str, duim: str) -> None:
    with database.begin() as connection:
        connection.execute(
            sa.insert(oordeel_feit).values(
                gemeente=gemeente, kanaal="web", product_id=ID, duim=duim, gegeven_op=datetime(2026, 11, 20, tzinfo=UTC)
            )
        )


@pytest.mark.parametrize(
    ("keus", "expected"),
    [
        (Keus(), ["aangifte", "café", "paspoort"]),
        (Keus(zoek="PASPOORT"), ["paspoort", "aangifte"]),
        (Keus(zoek="cafe"), ["café"]),
        (Keus(zoek="reispas kwijt"), ["paspoort"]),
        (Keus(zoek="wetboek"), ["aangifte"]),
        (Keus(zoek="bestaat niet"), []),
        (Keus(thema="ondernemen"), ["café"]),
        (Keus(doelgroep="ondernemer"), ["café"]),
        (Keus(geen_formulier=True), ["aangifte", "paspoort"]),
        (Keus(herzien_over_tijd=True), ["aangifte"]),
        (Keus(klachten=True), ["paspoort"]),
        (Keus(lage_waardering=True), []),
        (Keus(eigen=True), []),
        (Keus(status="concept"), ["café"]),
        (Keus(status="live", thema="burgerzaken"), ["aangifte", "paspoort"]),
        (Keus(sorteer="gevraagd"), ["café", "aangifte", "paspoort"]),
        (Keus(sorteer="herzien"), ["aangifte", "café", "paspoort"]),
        (Keus(sorteer="klachten"), ["paspoort", "aangifte", "café"]),
        (Keus(zoek="paspoort", sorteer="klachten"), ["paspoort", "aangifte"]),
    ],
)
def test_choosing(shelf: list[Regel], keus: Keus, expected: list[str]) -> None:
    names = {"paspoort-aanvragen": "paspoort", "cafe-openen": "café", "aangifte-doen": "aangifte"}
    assert [names[one.product_id] for one in overview.choose(shelf, keus)] == expected


@pytest.fixture
def shelf(tmp_path: Path) -> list[Regel]:
    from bot.database import open_database, upgrade

    engine = open_database(f"sqlite:///{tmp_path / 'shelf.sqlite'}")
    upgrade(engine)
    fill(
        engine,
        file(synoniemen=["reispas"], vragen=["ik ben mijn reispas kwijt"]),
        file(
            "Voor een horecazaak.",
            "cafe-openen",
            naam="Café openen",
            thema="ondernemen",
            doelgroep="ondernemer",
            regelen=Regelen(soort="formulier", url="https://x.example"),
        ),
        file(
            "Zie het wetboek.", "aangifte-doen", naam="Aangifte doen", herzien=date(2024, 1, 1), synoniemen=["paspoort"]
        ),
    )
    drafts.open_concept(engine, "cafe-openen", CENTRAAL, NOOR, now=NU)
    usage.count(engine, STAD, "cafe-openen", now=NU)
    record_complaint(engine, gemeente=STAD, product_id=ID)
    return overview.listing(engine, CENTRAAL, now=NU)


def test_changed_last_comes_first(database: Engine) -> None:
    fill(database, file(), file("Bel ons.", "rijbewijs"))
    publish(database, draft(database, "Nieuw.", id="rijbewijs"))
    found = overview.choose(overview.listing(database, CENTRAAL), Keus(sorteer="gewijzigd"))
    assert [one.product_id for one in found] == ["rijbewijs", ID]
    assert found[0].gewijzigd_door == "Noor"


def test_the_whole_library_is_listed_and_searched(tmp_path: Path) -> None:
    from bot.database import open_database, upgrade

    engine = open_database(f"sqlite:///{tmp_path / 'all.sqlite'}")
    upgrade(engine)
    files = list(read_library(Path("products")))
    store.import_library(engine, files)
    for one in files[:40]:
        store.publish(engine, one.product, one.text + "\n", gemeente=STAD, auteur="import", reden="eigen")
    found = overview.listing(engine, STAD)
    assert len(found) == len(files) and sum(one.eigen for one in found) == 40
    named = overview.choose(found, Keus(zoek="paspoort"))
    assert 0 < len(named) < len(found) and all(one in found for one in named)
