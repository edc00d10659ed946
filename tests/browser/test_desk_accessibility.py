"""The desk for everybody: axe on each of its pages and windows, keyboard only, zoom, narrow, dark, forced colours."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from bot.catalog.library import read_product_file
from bot.catalog.store import import_library
from bot.database import open_database, upgrade
from bot.handoff import employees
from bot.settings import ROOT, Settings
from bot.web.app import make_app
from tests.browser.conftest import NewContext
from tests.browser.desk_page import Desk
from tests.browser.page import violations
from tests.channels.webchat_server import Running, free_port
from tests.web.desk import people
from tests.web.desk.always_open import always_open

PHONE = {"viewport": {"width": 320, "height": 640}}
ZOOMED = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}
"""A window of 1280 by 1024 pixels at 400%."""
TWICE = {"viewport": {"width": 640, "height": 512}, "device_scale_factor": 2}


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The website with two products. No engine: nobody talks with the bot here."""
    folder = tmp_path_factory.mktemp("balie")
    port = free_port()
    settings = replace(
        Settings(),
        data_dir=str(folder / "data"),
        gemeenten_dir=always_open(folder / "gemeenten"),
        web_port=port,
        sandbox_port=free_port(),
        web_url=f"http://localhost:{port}",
    )
    engine = open_database(settings.catalog_url)
    upgrade(engine)
    import_library(engine, [read_product_file(ROOT / "products/burgerzaken/paspoort-aanvragen.md")])
    running = Running(make_app(settings, f"web_{uuid.uuid4().hex}"), port)
    yield SimpleNamespace(settings=settings, engine=engine, url=settings.public_web_url)
    running.stop()


@pytest.fixture
def new_desk(site: SimpleNamespace, new_context: NewContext) -> Iterator[Callable[..., Desk]]:
    """Logs an employee in with a browser; nobody waits at the end."""

    def make(**options: Any) -> Desk:
        name = f"sanne{len(employees.everybody(site.engine))}"
        people.employee(site.engine, name, naam="Sanne Bos")
        return Desk(new_context(**options), site.url).log_in(name)

    yield make
    for one in employees.everybody(site.engine):
        employees.set_active(site.engine, one.id, False)
    with site.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE overdracht SET status = 'gesloten', medewerker_id = NULL")
        connection.exec_driver_sql("UPDATE terugbelverzoek SET status = 'verwerkt'")


def empty(desk: Desk, site: SimpleNamespace) -> None:
    expect(desk.page.get_by_role("heading", name="Geen gesprek open")).to_be_visible()


def queue_full(desk: Desk, site: SimpleNamespace) -> None:
    for ago, naam in ((150, "Willem"), (100, "Fatima"), (5, None)):
        people.waiting(site.settings, site.engine, naam=naam, ago=ago)
    expect(desk.queue).to_have_count(3)
    expect(desk.attention).to_have_count(2)


def talking(desk: Desk, site: SimpleNamespace) -> None:
    one = people.waiting(site.settings, site.engine, naam="Fatima")
    other = people.waiting(site.settings, site.engine, naam="Willem")
    desk.claim("Willem").claim("Fatima")
    people.says(site.engine, one, "Ik heb haast.")
    desk.say("Dag Fatima.")
    people.says(site.engine, other, "Hallo?")
    expect(desk.tabs.filter(has_text="Willem")).to_contain_text("1 nieuw")
    expect(desk.window.locator(".productkaart h3")).to_be_visible()


def answers(desk: Desk, site: SimpleNamespace) -> None:
    talking(desk, site)
    desk.page.keyboard.press("Alt+a")
    expect(desk.page.get_by_role("option").first).to_be_visible()


def notes(desk: Desk, site: SimpleNamespace) -> None:
    talking(desk, site)
    desk.page.keyboard.press("Alt+n")
    desk.page.keyboard.type("Belt morgen terug.")
    desk.button("Bewaar notitie").click()
    expect(desk.window.locator(".notities li")).to_have_count(1)


def handing_over(desk: Desk, site: SimpleNamespace) -> None:
    people.employee(site.engine, f"joris{len(employees.everybody(site.engine))}", naam="Joris Vos")
    talking(desk, site)
    desk.page.wait_for_timeout(1500)
    desk.page.keyboard.press("Alt+u")
    desk.button("Draag over", desk.dialog).click()
    expect(desk.dialog.get_by_text("Joris Vos")).to_be_visible()


def closing(desk: Desk, site: SimpleNamespace) -> None:
    talking(desk, site)
    desk.page.keyboard.press("Alt+s")
    expect(desk.dialog).to_be_visible()


def settings_shown(desk: Desk, site: SimpleNamespace) -> None:
    desk.button("Geluid en meldingen").click()


def keys_shown(desk: Desk, site: SimpleNamespace) -> None:
    desk.page.keyboard.press("Alt+h")
    expect(desk.dialog).to_contain_text("Alt + O")


def calls(desk: Desk, site: SimpleNamespace) -> None:
    people.to_call(site.engine, hours=-1)
    people.to_call(site.engine)
    desk.page.get_by_role("tab", name="Terugbellen (2)").click()
    desk.calls.first.get_by_role("button", name="Ik bel terug").click()
    expect(desk.calls.first.locator("dl")).to_be_visible()


def history(desk: Desk, site: SimpleNamespace) -> None:
    people.waiting(site.settings, site.engine, naam="Fatima")
    desk.claim("Fatima")
    desk.page.keyboard.press("Alt+s")
    desk.dialog.get_by_label("Opgelost").check()
    desk.button("Sluit af", desk.dialog).click()
    desk.page.get_by_role("tab", name="Geschiedenis").click()
    desk.closed.first.get_by_role("button", name="Bekijk").click()
    expect(desk.messages.first).to_be_visible()


def gone_wrong(desk: Desk, site: SimpleNamespace) -> None:
    talking(desk, site)
    desk.page.context.set_offline(True)
    desk.input.fill("Komt dit aan?")
    desk.input.press("Enter")
    expect(desk.messages.last).to_contain_text("Niet verstuurd")
    expect(desk.connection).to_contain_text("De verbinding is weg")


STATES = (empty, queue_full, talking, answers, notes, handing_over, closing, settings_shown, keys_shown, calls, history)
State = Callable[[Desk, SimpleNamespace], None]


def by_name(states: tuple[State, ...]) -> Any:
    return pytest.mark.parametrize("state", states, ids=lambda state: state.__name__)


@by_name((*STATES, gone_wrong))
def test_axe_finds_nothing(new_desk: Callable[..., Desk], site: SimpleNamespace, state: State) -> None:
    desk = new_desk()
    state(desk, site)
    assert violations(desk.page) == ""
    assert desk.errors == []


@by_name((queue_full, talking, answers, notes, closing, calls, gone_wrong))
def test_axe_finds_nothing_in_the_dark(new_desk: Callable[..., Desk], site: SimpleNamespace, state: State) -> None:
    desk = new_desk(color_scheme="dark")
    state(desk, site)
    assert desk.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(12, 20, 28)"
    assert violations(desk.page) == ""


@by_name((queue_full, talking, notes, handing_over, calls))
def test_axe_finds_nothing_in_a_narrow_window(
    new_desk: Callable[..., Desk], site: SimpleNamespace, state: State
) -> None:
    desk = new_desk(**PHONE)
    state(desk, site)
    assert violations(desk.page) == ""
    assert desk.sideways() <= 0


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE], ids=["gewoon", "donker", "smal"])
def test_axe_finds_nothing_on_the_login_page(
    site: SimpleNamespace, new_context: NewContext, options: dict[str, Any]
) -> None:
    page = new_context(**options).new_page()
    page.goto(f"{site.url}/balie")
    assert violations(page) == ""
    page.get_by_label("Gebruikersnaam").fill("niemand")
    page.get_by_label("Wachtwoord").fill("een fout wachtwoord")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("klopt niet")
    expect(page.get_by_label("Gebruikersnaam")).to_have_value("niemand")
    assert violations(page) == ""


@pytest.mark.parametrize("options", [TWICE, ZOOMED], ids=["200", "400"])
@by_name((queue_full, talking, closing))
def test_zoomed_nothing_is_out_of_reach(
    new_desk: Callable[..., Desk], site: SimpleNamespace, state: State, options: dict[str, Any]
) -> None:
    desk = new_desk(**options)
    state(desk, site)
    assert desk.sideways() <= 0
    scope = desk.dialog if desk.dialog.count() else desk.page.locator("body")
    for control in scope.locator("button, textarea, input[type=search], select").all():
        if control.is_visible():
            control.scroll_into_view_if_needed()
            expect(control).to_be_in_viewport()


def test_words_may_be_spaced_out(new_desk: Callable[..., Desk], site: SimpleNamespace) -> None:
    desk = new_desk()
    talking(desk, site)
    desk.page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }');
          document.adoptedStyleSheets.push(sheet);
        }"""
    )
    assert desk.sideways() <= 0
    cut = desk.page.evaluate(
        "[...document.querySelectorAll('button, .tekst')].filter((one) => one.checkVisibility())"
        ".filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"
    )
    assert cut == []


def test_with_forced_colours_states_keep_a_shape(new_desk: Callable[..., Desk], site: SimpleNamespace) -> None:
    desk = new_desk(forced_colors="active")
    queue_full(desk, site)
    for selector in (".knop", ".klok[data-stand]"):
        style = desk.page.locator(selector).first.evaluate("(one) => getComputedStyle(one).borderTopStyle")
        assert style == "solid"
    assert violations(desk.page) == ""


def test_the_clock_is_never_by_colour_alone(new_desk: Callable[..., Desk], site: SimpleNamespace) -> None:
    desk = new_desk()
    queue_full(desk, site)
    clocks = desk.queue.locator(".klok")
    for number, word in enumerate(("te laat", "bijna te laat", "op tijd")):
        expect(clocks.nth(number)).to_contain_text(word)
    paths = {clocks.nth(number).locator("path").get_attribute("d") for number in range(3)}
    assert len(paths) == 3


def test_everything_can_be_done_with_the_keyboard(new_desk: Callable[..., Desk], site: SimpleNamespace) -> None:
    desk = new_desk()
    key = desk.page.keyboard.press
    queue_full(desk, site)
    key("Alt+w")
    assert desk.focus() == "Pak op: Willem, Voorbeeldstad"
    key("ArrowDown")
    assert desk.focus() == "Pak op: Fatima, Voorbeeldstad"
    key("ArrowRight")
    assert desk.focus() == "Bekijk: Fatima, Voorbeeldstad"
    key("ArrowLeft")
    key("Enter")
    expect(desk.input).to_be_focused()
    desk.page.keyboard.type("Dag Fatima.")
    key("Enter")
    expect(desk.messages.last).to_contain_text("Dag Fatima.")
    key("Alt+o")
    expect(desk.window).to_contain_text("Gesprek met Willem")
    expect(desk.input).to_be_focused()
    key("Alt+j")
    expect(desk.window).to_contain_text("Gesprek met Fatima")
    key("Alt+u")
    expect(desk.dialog).to_be_visible()
    key("Escape")
    expect(desk.dialog).to_have_count(0)
    expect(desk.input).to_be_focused()
    key("Alt+s")
    key("Tab")
    key("Space")
    expect(desk.dialog.get_by_label("Opgelost")).to_be_checked()
    key("Enter")
    expect(desk.tabs).to_have_count(1)
    assert desk.page.evaluate("document.activeElement !== document.body")


def test_the_list_has_one_stop_for_tab_and_keeps_the_focus_when_it_changes(
    new_desk: Callable[..., Desk], site: SimpleNamespace
) -> None:
    desk = new_desk()
    queue_full(desk, site)
    stops = desk.queue.locator("button[tabindex='0']")
    expect(stops).to_have_count(1)
    desk.page.keyboard.press("Alt+w")
    desk.page.keyboard.press("ArrowDown")
    people.waiting(site.settings, site.engine, naam="Nieuw", ago=400)
    expect(desk.queue).to_have_count(4)
    assert desk.focus() == "Pak op: Fatima, Voorbeeldstad"
    with site.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE overdracht SET status = 'gesloten' WHERE naam = 'Fatima'")
    expect(desk.queue).to_have_count(3)
    assert desk.focus().startswith("Pak op: ")


def test_new_messages_are_read_aloud_once_and_own_ones_are_not(
    new_desk: Callable[..., Desk], site: SimpleNamespace
) -> None:
    desk = new_desk()
    one = people.waiting(site.settings, site.engine, naam="Fatima")
    desk.claim("Fatima")
    expect(desk.messages).to_have_count(2)
    expect(desk.window.get_by_role("log")).to_have_attribute("aria-live", "polite")
    desk.page.evaluate(
        """() => {
          const log = document.querySelector('.venster:not([hidden]) [role=log]');
          window.__said = [];
          new MutationObserver((changes) => {
            if (log.ariaLive === 'off') return;
            for (const { addedNodes } of changes) for (const node of addedNodes) window.__said.push(node.textContent);
          }).observe(log, { childList: true, subtree: true });
        }"""
    )
    people.says(site.engine, one, "Bent u daar?")
    expect(desk.messages).to_have_count(3)
    desk.say("Ja hoor.")
    desk.page.wait_for_timeout(500)
    said = desk.page.evaluate("window.__said")
    assert len(said) == 1 and "Bent u daar?" in said[0]


def test_shortcuts_can_be_turned_off(new_desk: Callable[..., Desk], site: SimpleNamespace) -> None:
    desk = new_desk()
    settings_shown(desk, site)
    desk.dialog.get_by_label("Sneltoetsen gebruiken").uncheck()
    desk.button("Sluit", desk.dialog).click()
    desk.page.keyboard.press("Alt+h")
    desk.page.wait_for_timeout(300)
    expect(desk.dialog).to_have_count(0)
    desk.page.reload()
    desk.ready()
    settings_shown(desk, site)
    expect(desk.dialog.get_by_label("Sneltoetsen gebruiken")).not_to_be_checked()


def test_what_can_be_clicked_is_large_enough(new_desk: Callable[..., Desk], site: SimpleNamespace) -> None:
    """WCAG 2.5.8: at least 24 by 24 pixels."""
    desk = new_desk(**PHONE)
    talking(desk, site)
    small = desk.page.evaluate(
        """[...document.querySelectorAll('button, summary, select, textarea')].filter((one) => one.checkVisibility())
          .map((one) => [one.textContent, one.getBoundingClientRect()])
          .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""
    )
    assert small == []
