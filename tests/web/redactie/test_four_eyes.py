"""Where a municipality wants four eyes: who wrote does not publish alone, but for haste, and that leaves a task."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from sqlalchemy.engine import Engine

from bot.catalog import store
from bot.redactie import reading
from bot.redactie.values import Status
from bot.settings import ROOT, Settings
from tests.web.redactie.conftest import NewEditor
from tests.web.redactie.editors import STAD
from tests.web.redactie.test_editing import live_form, written
from tests.web.redactie.test_rooms import hidden

PASPOORT = "paspoort-aanvragen"
EIGEN = f"/{STAD}/product/{PASPOORT}"
CHEF = (STAD, "eindredacteur")


@pytest.fixture
def sqlite_settings(sqlite_settings: Settings, tmp_path: Path) -> Settings:
    """The settings of a test, in which Voorbeeldstad wants four eyes."""
    folder = tmp_path / "gemeenten"
    shutil.copytree(ROOT / "gemeenten", folder)
    path = folder / f"{STAD}.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8")) | {"redactie": {"vier_ogen": True}}
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return replace(sqlite_settings, gemeenten_dir=str(folder))


def test_another_publishes_what_one_wrote(editor: NewEditor, engine: Engine) -> None:
    noor, joris = editor("noor", CHEF), editor("joris", CHEF)
    written(noor, EIGEN, kort="De tekst van Noor.")
    page = noor.get(f"{EIGEN}/publiceren").text
    assert "Laat een andere eindredacteur" in page
    assert noor.post(f"{EIGEN}/publiceren", live_form(noor, EIGEN)).status_code == 409
    volgnummer = hidden(page, "volgnummer")["volgnummer"]
    assert noor.post(f"{EIGEN}/indienen", {"doe": "indienen", "volgnummer": volgnummer}).status_code == 303
    assert "Ter beoordeling" in joris.get("", plek=STAD).text
    assert joris.post(f"{EIGEN}/publiceren", live_form(joris, EIGEN)).status_code == 303
    assert "De tekst van Noor." in str(store.live_text(engine, PASPOORT, STAD))


def test_approved_by_another_the_writer_may_publish(editor: NewEditor, engine: Engine) -> None:
    noor, joris = editor("noor", CHEF), editor("joris", CHEF)
    written(noor, EIGEN, kort="De tekst van Noor.")
    volgnummer = hidden(noor.get(f"{EIGEN}/publiceren").text, "volgnummer")["volgnummer"]
    noor.post(f"{EIGEN}/indienen", {"doe": "indienen", "volgnummer": volgnummer})
    form = {**live_form(joris, EIGEN), "doe": "goedkeuren"}
    assert joris.post(f"{EIGEN}/publiceren", form).status_code == 303
    concept = reading.open_of(engine, PASPOORT, STAD)
    assert concept is not None and concept.status is Status.GOEDGEKEURD
    assert noor.post(f"{EIGEN}/publiceren", live_form(noor, EIGEN)).status_code == 303


def test_sent_back_with_a_reason(editor: NewEditor, engine: Engine) -> None:
    noor, joris = editor("noor", (STAD, "redacteur")), editor("joris", CHEF)
    written(noor, EIGEN, kort="De tekst van Noor.")
    volgnummer = hidden(noor.get(f"{EIGEN}/publiceren").text, "volgnummer")["volgnummer"]
    noor.post(f"{EIGEN}/indienen", {"doe": "indienen", "volgnummer": volgnummer, "opmerking": "klopt dit?"})
    page = joris.get(f"{EIGEN}/publiceren").text
    assert "klopt dit?" in page
    volgnummer = hidden(page, "volgnummer")["volgnummer"]
    assert joris.post(f"{EIGEN}/afwijzen", {"volgnummer": volgnummer}).status_code == 400
    assert joris.post(f"{EIGEN}/afwijzen", {"volgnummer": volgnummer, "reden": "te lang"}).status_code == 303
    assert "te lang" in noor.get("", plek=STAD).text


def test_haste_is_allowed_alone_and_looked_at_later(editor: NewEditor, engine: Engine) -> None:
    noor, joris = editor("noor", CHEF), editor("joris", CHEF)
    written(noor, EIGEN, kort="Het loket is dicht door storm.")
    assert noor.post(f"{EIGEN}/publiceren", live_form(noor, EIGEN, spoed="ja")).status_code == 303
    assert "spoed" in noor.get(f"{EIGEN}/geschiedenis").text
    page = joris.get("", plek=STAD).text
    taak = re.search(r'name="taak" value="(\d+)"', page)
    assert taak is not None and "Nakijken na spoed" in page
    assert noor.post(f"/{STAD}/taak", {"taak": taak[1]}).status_code == 409
    assert joris.post(f"/{STAD}/taak", {"taak": taak[1]}).status_code == 303
    assert "Nakijken na spoed" not in joris.get("", plek=STAD).text


def test_a_file_is_not_a_way_round_it(editor: NewEditor, engine: Engine) -> None:
    noor = editor("noor", CHEF)
    table = noor.get(f"/{STAD}/uitwisselen/csv").content.replace(b"Paspoort aanvragen", b"Paspoort regelen", 1)
    page = noor.client.post(
        f"/redactie/{STAD}/uitwisselen/proef",
        data={"csrf": noor.csrf, "soort": "csv"},
        files={"bestand": ("producten.csv", table, "text/csv")},
    )
    assert page.status_code == 200 and "1 gewijzigd" in page.text
    assert noor.post(f"/{STAD}/uitwisselen/overnemen", {"soort": "csv", "reden": "x"}).status_code == 409
    assert store.live_text(engine, PASPOORT, STAD) is None


def test_a_repair_waits_for_another_as_well(editor: NewEditor, engine: Engine) -> None:
    noor = editor("noor", CHEF)
    page = noor.post(
        f"/{STAD}/poort", {"soort": "synoniem", "product": PASPOORT, "woorden": "reisboekje", "waar": STAD}
    )
    assert "krijgt zij een eigen tekst" in page.text
    fields = hidden(page.text, "poort", "soort", "product", "waar", "groep")
    assert noor.post(f"/{STAD}/poort/live", fields).status_code == 303
    concept = reading.open_of(engine, PASPOORT, STAD)
    assert concept is not None and concept.status is Status.TER_BEOORDELING
    assert "reisboekje" in concept.tekst and store.live_text(engine, PASPOORT, STAD) is None
