"""Editing, previewing, publishing and undoing through the pages, and texts that try to be more than text."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.catalog import store
from bot.catalog.live import gemeenten_of
from bot.handoff import employees
from bot.redactie import reading, workflow
from bot.redactie.values import Poort, Redacteur, digest
from bot.redactie_engine import EngineAway
from bot.settings import Settings
from bot.web.redactie import gate
from tests.web.redactie import editors
from tests.web.redactie.conftest import NewEditor
from tests.web.redactie.editors import STAD, Editor
from tests.web.redactie.fake_engine import Gate

PASPOORT = f"/{STAD}/product/paspoort-aanvragen"
CENTRAAL = "/centraal/product/paspoort-aanvragen"


def written(one: Editor, path: str = CENTRAAL, **changes: str) -> dict[str, str]:
    """The edit form with some fields changed, saved; the form as it was sent."""
    form = one.form(f"{path}/bewerken") | changes
    answer = one.post(f"{path}/bewerken", {**form, "doe": "bewaar"})
    assert answer.status_code == 303, answer.text
    return form


def live_form(one: Editor, path: str = CENTRAAL, **extra: str) -> dict[str, str]:
    """The fields that publishing takes, from the page with the gate's outcome."""
    page = one.get(f"{path}/publiceren").text
    fields = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("volgnummer", "poort")}
    part = page[page.index('/publiceren" ') if '/publiceren" ' in page else 0 :]
    poort = re.search(r'name="poort" value="([^"]*)"', part)
    assert fields["volgnummer"] and poort, page
    return {"volgnummer": fields["volgnummer"][1], "poort": poort[1], "reden": "duidelijker", **extra}


def publish(one: Editor, path: str = CENTRAAL, **extra: str) -> None:
    answer = one.post(f"{path}/publiceren", live_form(one, path, **extra))
    assert answer.status_code == 303, answer.text


def test_from_form_to_live_and_back_in_one_click(editor: NewEditor, engine: Engine) -> None:
    one, before = editor(), store.live_text(engine, "paspoort-aanvragen")
    written(one, **{"aspect.kosten": "Een paspoort kost {{ tarief.paspoort_volwassene }}. Betaal met pin."})
    assert store.live_text(engine, "paspoort-aanvragen") == before
    publish(one)
    live = store.live_text(engine, "paspoort-aanvragen")
    assert live is not None and "Betaal met pin." in live
    page = one.get(CENTRAAL, tab="bewoners-voorbeeldstad").text
    assert "Betaal met pin." in page and "€" in page
    history = one.get(f"{CENTRAAL}/geschiedenis").text
    assert "duidelijker" in history and "<ins>" in history
    verwacht = re.search(r'name="verwacht" value="(\d+)"', history)
    assert verwacht is not None
    assert one.post(f"{CENTRAAL}/terugdraaien", {"verwacht": verwacht[1]}).status_code == 303
    assert store.live_text(engine, "paspoort-aanvragen") == before


def test_an_unchanged_form_changes_nothing(editor: NewEditor, engine: Engine) -> None:
    one, before = editor(), store.live_text(engine, "paspoort-aanvragen")
    written(one)
    concept = reading.open_of(engine, "paspoort-aanvragen", "")
    assert concept is not None and before is not None
    assert concept.tekst == before and concept.volgnummer == 1


def test_looking_begins_no_draft(editor: NewEditor, engine: Engine) -> None:
    one = editor()
    assert one.get(f"{CENTRAAL}/bewerken").status_code == 200
    assert reading.open_of(engine, "paspoort-aanvragen", "") is None


def test_the_second_editor_sees_both_texts_and_nothing_is_lost(editor: NewEditor, engine: Engine) -> None:
    noor, joris = editor("noor"), editor("joris")
    form = joris.form(f"{CENTRAAL}/bewerken")
    assert "Noor heeft deze tekst ook open" not in joris.get(f"{CENTRAAL}/bewerken").text
    written(noor, kort="De tekst van Noor.")
    assert "Noor heeft deze tekst ook open" in joris.get(f"{CENTRAAL}/bewerken").text
    answer = joris.post(f"{CENTRAAL}/bewerken", {**form, "kort": "De tekst van Joris.", "doe": "bewaar"})
    assert answer.status_code == 409
    assert "De tekst van Noor." in answer.text and "De tekst van Joris." in answer.text
    concept = reading.open_of(engine, "paspoort-aanvragen", "")
    assert concept is not None and "De tekst van Noor." in concept.tekst
    fields = dict(re.findall(r'name="(doe|concept|opzij|volgnummer)" value="([^"]*)"', answer.text))
    assert joris.post(f"{CENTRAAL}/bewerken", fields).status_code == 303
    concept = reading.open_of(engine, "paspoort-aanvragen", "")
    assert concept is not None and "De tekst van Joris." in concept.tekst
    assert any("De tekst van Noor." in one.tekst for one in reading.aside(engine, concept.id))


def test_a_text_that_was_published_meanwhile_is_not_written_over(editor: NewEditor, engine: Engine) -> None:
    noor, joris = editor("noor"), editor("joris")
    form = joris.form(f"{CENTRAAL}/bewerken")
    written(noor, kort="De tekst van Noor staat nu live.")
    publish(noor)
    answer = joris.post(f"{CENTRAAL}/bewerken", {**form, "kort": "De tekst van Joris.", "doe": "bewaar"})
    assert answer.status_code == 409
    assert "De tekst van Noor staat nu live." in answer.text and "De tekst van Joris." in answer.text


def test_autosave_gives_the_parts_that_change(editor: NewEditor) -> None:
    one = editor()
    form = one.form(f"{CENTRAAL}/bewerken")
    answer = one.post(f"{CENTRAAL}/bewerken", {**form, "kort": "Kom langs op {{ gemeente.naam }}.", "stil": "1"})
    assert answer.status_code == 200
    assert 'id="stand"' in answer.text and "Kom langs op Voorbeeldstad." in answer.text
    broken = {**one.form(f"{CENTRAAL}/bewerken"), "kort": "{{ tarief.bestaat_niet }}", "stil": "1"}
    answer = one.post(f"{CENTRAAL}/bewerken", broken)
    assert answer.status_code == 200 and "tarief.bestaat_niet" in answer.text


def test_errors_keep_a_text_from_the_gate(editor: NewEditor, poort: Gate) -> None:
    one = editor()
    written(one, kort="Dit kost 10 euro.")
    page = one.get(f"{CENTRAAL}/publiceren").text
    assert "een bedrag hoort in" in page and 'name="poort"' not in page
    assert not poort.asked


def test_a_loss_needs_a_reason(editor: NewEditor, poort: Gate, engine: Engine) -> None:
    one, before = editor(), store.live_text(engine, "paspoort-aanvragen")
    poort.loses("rijbewijs kwijt", "rijbewijs-aanvragen", "paspoort-aanvragen")
    written(one, kort="Een paspoort vraagt u zelf aan.")
    form = live_form(one)
    refused = one.post(f"{CENTRAAL}/publiceren", form)
    assert refused.status_code == 409
    assert store.live_text(engine, "paspoort-aanvragen") == before
    assert one.post(f"{CENTRAAL}/publiceren", {**form, "verlies_reden": "dat hoort zo"}).status_code == 303
    assert store.live_text(engine, "paspoort-aanvragen") != before


def test_a_gates_outcome_is_of_one_text_and_one_editor(editor: NewEditor, engine: Engine) -> None:
    noor, joris = editor("noor"), editor("joris")
    written(noor, kort="Een paspoort vraagt u zelf aan.")
    form = live_form(noor)
    assert joris.post(f"{CENTRAAL}/publiceren", form).status_code == 409
    assert noor.post(f"{CENTRAAL}/publiceren", {**form, "poort": form["poort"][:-4] + "AAAA"}).status_code == 409
    written(noor, kort="Een paspoort vraagt u altijd zelf aan.")
    assert noor.post(f"{CENTRAAL}/publiceren", form).status_code == 409


def test_a_gate_that_takes_long_runs_once_and_tells_how_far_it_is(
    editor: NewEditor, poort: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = editor()
    written(one, kort="Een paspoort vraagt u zelf aan.")
    monkeypatch.setattr(gate, "GEDULD", 0.05)
    poort.seconden = 0.6
    page = one.get(f"{CENTRAAL}/publiceren").text
    assert "De toets loopt: 3 van 100 vragen" in page and 'name="poort"' not in page
    until = time.monotonic() + 5
    while 'name="poort"' not in page:
        assert time.monotonic() < until
        page = one.get(f"{CENTRAAL}/publiceren").text
    assert len(poort.asked) == 1 and "100 bekende vragen bekeken" in page


def test_without_the_engine_the_page_says_so(editor: NewEditor, poort: Gate) -> None:
    poort.fout = EngineAway("De assistent is niet te bereiken. Probeer het zo opnieuw.")
    one = editor()
    written(one, kort="Een paspoort vraagt u zelf aan.")
    page = one.get(f"{CENTRAAL}/publiceren")
    assert page.status_code == 200 and "niet te bereiken" in page.text


def test_a_plan_goes_live_by_the_clock(editor: NewEditor, engine: Engine) -> None:
    one = editor()
    written(one, kort="Vanaf nu vraagt u het zelf aan.")
    morgen = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    publish(one, wanneer="later", vanaf_dag=morgen, vanaf_tijd="09:00")
    assert reading.planned_of(engine, "paspoort-aanvragen", "")
    assert "Gepland voor" in one.get(CENTRAAL).text


def test_the_website_keeps_the_clock(editor: NewEditor, engine: Engine, sqlite_settings: Settings) -> None:
    one = editor()
    written(one, kort="Dit gaat vanzelf live.")
    concept = reading.open_of(engine, "paspoort-aanvragen", "")
    noor = employees.by_name(engine, "noor")
    assert concept is not None and noor is not None
    workflow.plan(
        engine,
        gemeenten_of(sqlite_settings),
        (),
        concept.id,
        concept.volgnummer,
        Redacteur(noor.id, noor.naam, noor.rollen),
        poort=Poort(digest(concept.tekst), store.revision(engine), 100),
        reden="op tijd",
        moment=datetime.now(UTC) + timedelta(seconds=0.3),
    )
    until = time.monotonic() + 10
    while "Dit gaat vanzelf live." not in str(store.live_text(engine, "paspoort-aanvragen")):
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("rol", ["redacteur", "beheerder"])
def test_who_may_not_publish_does_not(editor: NewEditor, rol: str) -> None:
    one = editor("noor", ("", rol))
    assert one.post(f"{CENTRAAL}/publiceren", {"volgnummer": "1", "poort": "x", "reden": "x"}).status_code == 403


NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "{{ 7*7 }}{% import os %}",
    "{{ gemeente.__class__.__mro__ }}",
    "{{ config }} {{ self }} {{ call.csrf }}",
    "[klik](javascript:alert(1))",
    "</textarea><script>alert(1)</script>",
    "<a href='data:text/html,x'>x</a>",
]


@pytest.mark.parametrize("nasty", NASTY)
def test_a_text_that_tries_to_be_more_stays_text(editor: NewEditor, nasty: str) -> None:
    one = editor()
    form = one.form(f"{CENTRAAL}/bewerken")
    changed = {**form, "kort": f"Begin {nasty} eind.", "naam": nasty, "vragen": nasty, "aspect.kosten": nasty}
    assert one.post(f"{CENTRAAL}/bewerken", {**changed, "doe": "bewaar"}).status_code == 303
    pages = [one.get(f"{CENTRAAL}/{page}") for page in ("bewerken", "publiceren", "geschiedenis")]
    pages += [one.get(CENTRAAL), one.get("/bibliotheek", plek="centraal"), one.get("", plek="centraal")]
    pages.append(one.post(f"{CENTRAAL}/bewerken", {**form, "doe": "bewaar", "kort": nasty, "volgnummer": "0"}))
    for page in pages:
        assert page.status_code in (200, 409)
        assert "<script>alert" not in page.text and "<img src=x" not in page.text and "<svg" not in page.text
        assert 'href="javascript:' not in page.text and 'href="data:' not in page.text
        assert "<a href='data:" not in page.text
        # Nothing of it was computed.
        assert not re.search(r"Begin 49|&lt;class|Undefined|Begin <Config", page.text)
        assert one.csrf not in re.sub(r'name="csrf" value="[^"]*"', "", page.text)


def test_nasty_words_in_addresses_and_questions_stay_words(editor: NewEditor) -> None:
    one = editor()
    for nasty in NASTY:
        for path, name in (("/bibliotheek", "zoek"), (f"/{STAD}/waarom", "vraag"), (f"/{STAD}/nieuw", "naam")):
            page = one.get(path, **{name: nasty})
            assert page.status_code == 200
            assert "<script>alert" not in page.text and "<img src=x" not in page.text and "<svg" not in page.text


def test_names_of_employees_stay_text(editor: NewEditor, engine: Engine) -> None:
    editors.editor(engine, "mallory", ("", "eindredacteur"), naam="<script>alert(1)</script>")
    one = editor("chef", ("", "beheerder"))
    assert len(employees.everybody(engine)) == 2
    assert "<script>alert" not in one.get("/centraal/accounts").text
