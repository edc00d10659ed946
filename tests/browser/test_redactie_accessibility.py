"""The redactie for everybody: axe on each of its pages, dark, narrow, zoomed, and with the keyboard only."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, expect

from bot.catalog.library import read_product_file
from bot.catalog.store import import_library
from bot.database import open_database, upgrade
from bot.handoff import employees
from bot.settings import ROOT, Settings
from bot.web.app import make_app
from tests.browser.conftest import NewContext
from tests.browser.page import violations
from tests.browser.redactie_page import Redactie
from tests.channels.webchat_server import Running, free_port
from tests.web.redactie import editors, filled
from tests.web.redactie.conftest import PRODUCTEN
from tests.web.redactie.editors import STAD
from tests.web.redactie.fake_engine import stand_in

NARROW = {"viewport": {"width": 320, "height": 640}}
TABLET = {"viewport": {"width": 820, "height": 1180}}
ROLLEN = [(plek, rol) for plek in (STAD, "") for rol in ("eindredacteur", "beheerder")]
PRODUCT = f"/{STAD}/product/{filled.PASPOORT}"

PAGES = {
    "start": "",
    "start_centraal": "?plek=centraal",
    "bibliotheek": "/bibliotheek",
    "bibliotheek_leeg": "/bibliotheek?zoek=zzzz",
    "product_centraal": f"{PRODUCT}?tab=centraal",
    "product_bewoners": f"{PRODUCT}?tab=bewoners-{STAD}",
    "product_vragen": f"{PRODUCT}?tab=vragen",
    "bewerken": f"{PRODUCT}/bewerken",
    "publiceren": f"{PRODUCT}/publiceren",
    "geschiedenis": f"/centraal/product/{filled.PASPOORT}/geschiedenis",
    "nieuw": f"/{STAD}/nieuw",
    "waarom": f"/{STAD}/waarom",
    "waarom_uitleg": f"/{STAD}/waarom?vraag=pas+kwijt",
    "postvak": f"/{STAD}/postvak",
    "vraag": f"/{STAD}/postvak/<groep>",
    "toetsvragen": f"/{STAD}/toetsvragen",
    "uitwisselen": f"/{STAD}/uitwisselen",
    "logboek": f"/{STAD}/logboek",
    "accounts": f"/{STAD}/accounts",
    "fout": f"/{STAD}/product/bestaat-niet",
}


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The website with a few products and something on every page; what the engine says is made up."""
    folder, port = tmp_path_factory.mktemp("redactie"), free_port()
    settings = replace(
        Settings(),
        data_dir=str(folder / "data"),
        web_port=port,
        sandbox_port=free_port(),
        web_url=f"http://localhost:{port}",
    )
    engine = open_database(settings.catalog_url)
    upgrade(engine)
    import_library(engine, [read_product_file(ROOT / "products" / f"{name}.md") for name in PRODUCTEN])
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(employees, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        gate = stand_in(monkeypatch)
        wie = editors.editor(engine, "noor", *ROLLEN, naam="Noor Bakker")
        found = filled.fill(engine, filled.as_redacteur(wie))
        gate.loses("rijbewijs kwijt", "rijbewijs-aanvragen", filled.PASPOORT)
        running = Running(make_app(settings, f"web_{uuid.uuid4().hex}"), port)
        yield SimpleNamespace(settings=settings, engine=engine, url=settings.public_web_url, gate=gate, **found)
        running.stop()


@pytest.fixture
def new_redactie(site: SimpleNamespace, new_context: NewContext) -> Callable[..., Redactie]:
    return lambda **options: Redactie(new_context(**options), site.url).log_in("noor")


def open_page(one: Redactie, site: SimpleNamespace, path: str) -> None:
    one.go(path.replace("<groep>", site.groep))
    expect(one.page.get_by_role("heading", level=1)).to_be_visible()


def test_axe_finds_nothing_on_any_page(new_redactie: Callable[..., Redactie], site: SimpleNamespace) -> None:
    one = new_redactie()
    found = {}
    for name, path in PAGES.items():
        open_page(one, site, path)
        found[name] = violations(one.page)
        assert one.page.title().endswith(" - Redactie")
        assert (name, one.violations_of_policy()) == (name, [])
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert one.errors == []


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, NARROW, TABLET], ids=["donker", "smal", "tablet"])
def test_axe_finds_nothing_dark_narrow_or_on_a_tablet(
    new_redactie: Callable[..., Redactie], site: SimpleNamespace, options: dict[str, Any]
) -> None:
    one = new_redactie(**options)
    found, wide = {}, []
    for name, path in PAGES.items():
        open_page(one, site, path)
        found[name] = violations(one.page)
        if one.sideways() > 0:
            wide.append(name)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert wide == []


def test_axe_finds_nothing_where_two_texts_meet_and_at_the_gate(
    new_redactie: Callable[..., Redactie], site: SimpleNamespace
) -> None:
    one, other = new_redactie(), new_redactie()
    for each in (one, other):
        each.go(f"/centraal/product/{filled.RIJBEWIJS}/bewerken")
    one.part("Kort antwoord").fill("De ene tekst.")
    expect(one.saved).to_contain_text("bewaard door")
    other.part("Kort antwoord").fill("De andere tekst.")
    expect(other.page.locator("#bezig")).to_contain_text("was u voor")
    other.button("Bewaar").first.click()
    expect(other.page.get_by_role("heading", level=1)).to_contain_text("Twee teksten")
    assert violations(other.page) == ""
    one.go(f"/{STAD}/waarom?vraag=pas+kwijt")
    one.button("Toets dit").first.click()
    expect(one.page.locator("tr.verlies")).to_be_visible()
    assert violations(one.page) == ""


def test_a_text_is_written_with_the_keyboard_only(new_redactie: Callable[..., Redactie], site: SimpleNamespace) -> None:
    one = new_redactie()
    one.go(f"{PRODUCT}/bewerken")
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Enter")
    for _ in range(30):
        one.page.keyboard.press("Tab")
        if one.page.evaluate("document.activeElement.id") == "deel-kort":
            break
    assert one.page.evaluate("document.activeElement.id") == "deel-kort"
    one.page.keyboard.press("Control+End")
    one.page.keyboard.type(" Met het toetsenbord.")
    expect(one.page.locator("#voorbeeld")).to_contain_text("Met het toetsenbord.")
    # The focus stays where somebody writes, also when parts of the page are renewed.
    assert one.page.evaluate("document.activeElement.id") == "deel-kort"
    one.page.locator("#keuring a[data-tot]").first.press("Enter")
    chosen = one.page.evaluate("(one => one.value.slice(one.selectionStart, one.selectionEnd))(document.activeElement)")
    assert chosen
