"""Pictures of the desk for the documentation: `.venv/bin/python -m tools.screenshots_desk`.

The website runs for it with people who wait; there is no engine. Writes docs/img/balie-*.png.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

from bot.catalog.library import read_library
from bot.catalog.store import import_library
from bot.database import open_database, upgrade
from bot.handoff import employees
from bot.settings import ROOT, Settings
from bot.web.app import make_app
from tests.browser.desk_page import Desk
from tests.channels.webchat_server import Running, free_port
from tests.web.desk import people
from tests.web.desk.always_open import always_open
from tools.screenshots import FOLDER, shrink

LARGEST = 90_000
"""Bytes that a picture may have."""
WINDOW = {"width": 1440, "height": 860}
PHONE = {"width": 360, "height": 740}


@dataclass(frozen=True)
class Picture:
    """One picture: what is done at the desk, and how the browser is opened."""

    name: str
    do: Callable[[Desk, SimpleNamespace], object]
    options: dict[str, Any] = field(default_factory=dict)


def _queue(desk: Desk, site: SimpleNamespace) -> None:
    people.to_call(site.engine, hours=30)
    for ago, naam, gemeente in (
        (130, "Willem", "molendam"),
        (90, "Fatima", "voorbeeldstad"),
        (15, None, "voorbeeldstad"),
    ):
        people.waiting(site.settings, site.engine, gemeente, naam=naam, ago=ago)
    expect(desk.queue).to_have_count(3)


def _conversation(desk: Desk, site: SimpleNamespace) -> None:
    _queue(desk, site)
    desk.claim("Fatima")
    found = site.engine.connect().exec_driver_sql("SELECT gesprek_id FROM overdracht WHERE naam = 'Fatima'").scalar()
    people.says(site.engine, SimpleNamespace(gesprek_id=found), "Ik ga volgende week op reis. Lukt dat nog?")
    desk.say("Dag Fatima. Ja, met een spoedaanvraag lukt dat. Ik zoek voor u op wat dat kost.")
    expect(desk.window.locator(".productkaart h3")).to_be_visible()


def _answers(desk: Desk, site: SimpleNamespace) -> None:
    _conversation(desk, site)
    desk.page.keyboard.press("Alt+a")
    expect(desk.page.get_by_role("option").first).to_be_visible()


def _notes(desk: Desk, site: SimpleNamespace) -> None:
    _conversation(desk, site)
    desk.page.keyboard.press("Alt+n")
    desk.page.keyboard.type("Spoedaanvraag besproken, komt morgen langs.")
    desk.button("Bewaar notitie").click()
    expect(desk.window.locator(".notities li")).to_have_count(1)


def _transfer(desk: Desk, site: SimpleNamespace) -> None:
    people.employee(site.engine, f"joris{uuid.uuid4().hex[:6]}", naam="Joris Vos")
    _conversation(desk, site)
    desk.page.wait_for_timeout(1200)
    desk.page.keyboard.press("Alt+u")
    expect(desk.dialog.get_by_text("Joris Vos")).to_be_visible()


def _closing(desk: Desk, site: SimpleNamespace) -> None:
    _conversation(desk, site)
    desk.page.keyboard.press("Alt+s")
    expect(desk.dialog).to_be_visible()


def _call(desk: Desk, site: SimpleNamespace) -> None:
    _queue(desk, site)
    desk.page.get_by_role("tab", name="Terugbellen (1)").click()
    desk.calls.first.get_by_role("button", name="Ik bel terug").click()
    expect(desk.calls.first.locator("dl")).to_be_visible()


def _login(desk: Desk, site: SimpleNamespace) -> None:
    desk.page.context.clear_cookies()
    desk.page.goto(desk.url)


PICTURES = (
    Picture("inloggen", _login, {"viewport": {"width": 800, "height": 620}}),
    Picture("wachtrij", _queue),
    Picture("gesprek", _conversation),
    Picture("antwoorden", _answers),
    Picture("notities", _notes),
    Picture("overdragen", _transfer),
    Picture("afsluiten", _closing),
    Picture("terugbellen", _call),
    Picture("donker", _conversation, {"color_scheme": "dark"}),
    Picture("smal", _queue, {"viewport": PHONE}),
)


def start(folder: Path) -> tuple[SimpleNamespace, Running]:
    """The website with all products, and nobody who waits."""
    port = free_port()
    settings = replace(
        Settings(),
        data_dir=str(folder / "data"),
        gemeenten_dir=always_open(folder / "gemeenten"),
        web_port=port,
        web_url=f"http://localhost:{port}",
    )
    engine = open_database(settings.catalog_url)
    upgrade(engine)
    import_library(engine, list(read_library(ROOT / "products")))
    running = Running(make_app(settings, f"web_{uuid.uuid4().hex}"), port)
    return SimpleNamespace(settings=settings, engine=engine, url=settings.public_web_url), running


def take(browser: Browser, site: SimpleNamespace, picture: Picture, folder: Path) -> int:
    """Take one picture; its size in bytes."""
    name = f"sanne{uuid.uuid4().hex[:6]}"
    one = people.employee(site.engine, name, "voorbeeldstad", "molendam", naam="Sanne Bos")
    context = browser.new_context(
        **{"viewport": WINDOW, "reduced_motion": "reduce", "locale": "nl-NL", **picture.options}
    )
    desk = Desk(context, site.url).log_in(name)
    picture.do(desk, site)
    desk.page.mouse.move(0, 0)
    desk.page.wait_for_timeout(600)
    path = folder / f"balie-{picture.name}.png"
    desk.page.screenshot(path=path, caret="hide")
    context.close()
    employees.set_active(site.engine, one.id, False)
    with site.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE overdracht SET status = 'gesloten', medewerker_id = NULL, naam = NULL")
        connection.exec_driver_sql("UPDATE terugbelverzoek SET status = 'verwerkt'")
        connection.exec_driver_sql("UPDATE medewerker SET aanwezig = FALSE")
    return shrink(path, 128)


def main() -> int:
    """Take all pictures; fails when one is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--map", type=Path, default=FOLDER, help="where the pictures go")
    parser.add_argument("namen", nargs="*", help="only these pictures")
    arguments = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is er niet: apt-get install chromium", file=sys.stderr)
        return 1
    arguments.map.mkdir(parents=True, exist_ok=True)
    too_large = []
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        site, running = start(Path(data))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture in PICTURES:
            if arguments.namen and picture.name not in arguments.namen:
                continue
            size = take(browser, site, picture, arguments.map)
            print(f"{picture.name:<12}{size / 1000:5.0f} kB")
            if size > LARGEST:
                too_large.append(picture.name)
        browser.close()
        running.stop()
    if too_large:
        print(f"Groter dan {LARGEST / 1000:.0f} kB: {', '.join(too_large)}", file=sys.stderr)
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
