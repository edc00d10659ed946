"""WhatsApp at the desk, in a real browser: the sign, the 24 hours, how messages stand, calling back, what was done."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from bot.channels.tokens import secret_of
from bot.conversations import store
from bot.conversations.model import Nieuw
from bot.database import open_database, upgrade
from bot.handoff import callback, employees
from bot.handoff.model import Overdracht
from bot.settings import Settings
from bot.web.app import make_app
from bot.whatsapp import people as persons
from tests.browser.conftest import NewContext
from tests.browser.desk_page import Desk
from tests.browser.page import violations
from tests.channels.webchat_server import Running, free_port
from tests.web.desk import people
from tests.web.desk.always_open import always_open
from tests.web.desk.test_whatsapp import becomes, finished, made_ready, on_whatsapp

PHONE = {"viewport": {"width": 320, "height": 640}}
NewDesk = Callable[..., Desk]


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The website. No engine: nothing goes to WhatsApp here."""
    folder = tmp_path_factory.mktemp("balie-whatsapp")
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
    running = Running(make_app(settings, f"web_{uuid.uuid4().hex}"), port)
    yield SimpleNamespace(settings=settings, engine=engine, url=settings.public_web_url)
    running.stop()


@pytest.fixture
def new_desk(site: SimpleNamespace, new_context: NewContext) -> Iterator[NewDesk]:
    """Logs an employee of Molendam in with a browser; nobody waits at the end."""

    def make(*gemeenten: str, **options: Any) -> Desk:
        name = f"sanne{len(employees.everybody(site.engine))}"
        people.employee(site.engine, name, *(gemeenten or ("molendam",)), naam="Sanne Bos")
        return Desk(new_context(**options), site.url).log_in(name)

    yield make
    for one in employees.everybody(site.engine):
        employees.set_active(site.engine, one.id, False)
    with site.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE overdracht SET status = 'gesloten', medewerker_id = NULL")
        for table in ("terugbelverzoek", "whatsapp_uit"):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def writes(site: SimpleNamespace, one: Overdracht, ago: timedelta = timedelta(0)) -> None:
    """The resident of a request wrote so long ago, by Meta's clock."""
    persoon = persons.load(site.engine, secret_of(site.settings), str(one.gesprek_id))
    assert persoon is not None
    persons.change(site.engine, persoon, laatst_op=datetime.now(UTC) - ago)


def told(site: SimpleNamespace, one: Overdracht, text: str) -> None:
    """A line for employees alone."""
    store.append(site.engine, str(one.gesprek_id), Nieuw("systeem", text, extra={"voor": "medewerker"}))


def queue_full(desk: Desk, site: SimpleNamespace) -> None:
    for hours in (1.0, 22.5, 30.0):
        on_whatsapp(site.settings, site.engine, ago=timedelta(hours=hours))
    people.waiting(site.settings, site.engine, "molendam", naam="Willem")
    expect(desk.queue).to_have_count(4)


def talking(desk: Desk, site: SimpleNamespace) -> None:
    one, persoon = on_whatsapp(site.settings, site.engine, ago=timedelta(hours=23))
    desk.claim("Fatima")
    for stand in ("gelezen", "afgeleverd", "verzonden", "mislukt", "vastgehouden", "wacht"):
        text = f"Dit bericht: {stand}. Zie https://molendam.example/paspoort."
        said, _ = store.append(site.engine, persoon.gesprek_id, Nieuw("medewerker", text, naam="Sanne Bos"))
        made_ready(site.engine, persoon, said.nummer, stand)
    told(site, one, "Niet afgeleverd: WhatsApp kon dit bericht niet bezorgen.")
    people.says(site.engine, one, "Kijk op https://voorbeeld.example/a en http://voorbeeld.example/b")
    expect(desk.messages).to_have_count(8)
    expect(desk.window.locator(".intern")).to_have_count(1)
    expect(desk.window.locator(".stand[data-stand=wacht_op_bewoner]")).to_have_count(1)


def over(desk: Desk, site: SimpleNamespace) -> None:
    talking(desk, site)
    with site.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE whatsapp_persoon SET laatst_op = '2026-01-01 10:00:00.000000'")
    expect(desk.window.locator(".raammelding")).to_contain_text("De 24 uur zijn voorbij")


def asking(desk: Desk, site: SimpleNamespace) -> None:
    over(desk, site)
    desk.window.get_by_role("button", name="Terugbellen").click()
    expect(desk.dialog).to_be_visible()


def done(desk: Desk, site: SimpleNamespace) -> None:
    medewerker = employees.everybody(site.engine)[-1].id
    for gemeente in ("molendam", "voorbeeldstad"):
        finished(site.engine, people.to_call(site.engine, gemeente), medewerker_id=medewerker)
    desk.page.get_by_role("tab", name="Terugbellen").click()
    desk.page.get_by_text("Afgehandeld in de laatste 30 dagen").click()
    rows = desk.page.locator(".afgehandeld li.rij")
    rows.first.get_by_role("button").click()
    expect(rows.first.locator("dl")).to_be_visible()


STATES = (queue_full, over, asking, done)
State = Callable[[Desk, SimpleNamespace], None]


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE], ids=["gewoon", "donker", "smal"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing(new_desk: NewDesk, site: SimpleNamespace, state: State, options: dict[str, Any]) -> None:
    desk = new_desk("molendam", "voorbeeldstad", **options)
    state(desk, site)
    assert violations(desk.page) == ""
    assert desk.errors == [] and desk.violations_of_policy() == []
    assert desk.sideways() <= 0


def test_with_forced_colours_the_window_keeps_a_shape(new_desk: NewDesk, site: SimpleNamespace) -> None:
    desk = new_desk(forced_colors="active")
    over(desk, site)
    for selector in (".raam[data-stand]", ".raammelding > .let-op", ".intern > .tekst"):
        style = desk.window.locator(selector).first.evaluate("(one) => getComputedStyle(one).borderTopStyle")
        assert style in ("solid", "dashed"), selector
    assert violations(desk.page) == ""


def test_the_list_says_who_is_on_whatsapp_and_how_long_one_may_write(new_desk: NewDesk, site: SimpleNamespace) -> None:
    desk = new_desk()
    queue_full(desk, site)
    signs = desk.queue.locator(".kanaal")
    expect(signs).to_have_count(3)
    for number, words in enumerate(
        ("nog 23 u 0 min vrij schrijven", "bijna voorbij: nog 1 u 30 min", "24 uur voorbij")
    ):
        expect(signs.nth(number)).to_contain_text("WhatsApp")
        expect(signs.nth(number)).to_contain_text(words)
        # What is seen is not what is heard: a row of dots says nothing.
        expect(signs.nth(number).locator("[aria-hidden=true]:not(svg)")).to_have_text("•••• 678")
        expect(signs.nth(number)).to_contain_text("nummer eindigt op 6 7 8")
    paths = {signs.nth(number).locator(".raam path").get_attribute("d") for number in range(3)}
    assert len(paths) == 3
    assert "600000678" not in desk.page.content()


def test_the_message_box_follows_the_window(new_desk: NewDesk, site: SimpleNamespace) -> None:
    one, _ = on_whatsapp(site.settings, site.engine)
    desk = new_desk().claim("Fatima")
    notice = desk.window.locator(".raammelding")
    expect(desk.window.locator(".chatkop .kanaal")).to_contain_text("vrij schrijven")
    expect(notice).to_have_text("")
    writes(site, one, timedelta(hours=22, minutes=15))
    expect(notice).to_contain_text("U kunt nog 1 u 45 min vrij schrijven.")
    expect(desk.attention).to_contain_text("Nog kort vrij schrijven")
    expect(desk.said).to_contain_text("u kunt Fatima nog minder dan 2 uur vrij schrijven")
    writes(site, one, timedelta(hours=24, minutes=1))
    expect(notice).to_contain_text("De 24 uur zijn voorbij")
    expect(notice).to_contain_text("Het gaat mee zodra de bewoner weer schrijft.")
    expect(desk.said).to_contain_text("de 24 uur van Fatima zijn voorbij")
    expect(desk.attention).to_have_count(0)
    # Who types hears it too.
    described = desk.input.get_attribute("aria-describedby") or ""
    assert str(notice.get_attribute("id")) in described.split()
    writes(site, one)
    expect(notice).to_have_text("")


def test_how_a_message_stands_follows_live_and_is_not_read_aloud(new_desk: NewDesk, site: SimpleNamespace) -> None:
    one, persoon = on_whatsapp(site.settings, site.engine)
    desk = new_desk().claim("Fatima")
    desk.say("Ik zoek het op.")
    expect(desk.window.locator(".bezig")).to_have_count(0)
    stand = desk.messages.last.locator(".stand")
    expect(stand).to_have_text("Dit bericht is: onderweg")
    nummer = desk.numbers()[-1]
    made_ready(site.engine, persoon, nummer, "wacht")
    expect(desk.window.get_by_role("log")).to_have_attribute("aria-live", "polite")
    for kept, words in (
        ("verzonden", "verzonden"),
        ("afgeleverd", "afgeleverd"),
        ("gelezen", "gelezen"),
        ("vastgehouden", "wacht op de bewoner"),
        ("mislukt", "niet afgeleverd"),
    ):
        becomes(site.engine, nummer, kept)
        expect(stand).to_have_text(f"Dit bericht is: {words}")
        expect(stand.locator("svg")).to_have_count(1)
    expect(stand).to_have_attribute("aria-live", "off")
    expect(desk.window.get_by_role("log")).to_have_attribute("aria-live", "polite")
    expect(desk.window.locator(".raammelding")).to_contain_text("1 bericht is niet afgeleverd.")
    expect(desk.window.get_by_role("button", name="Terugbellen")).to_be_visible()
    # What there is to do about it comes as a message, and that is read aloud.
    told(site, one, "Niet afgeleverd: WhatsApp kon dit bericht niet bezorgen.")
    expect(desk.window.locator(".intern")).to_contain_text("Alleen voor medewerkers")
    desk.page.reload()
    desk.ready()
    expect(stand).to_have_text("Dit bericht is: niet afgeleverd")
    expect(desk.window.locator(".intern")).to_have_count(1)


def test_calling_back_by_the_keyboard_alone(new_desk: NewDesk, site: SimpleNamespace) -> None:
    one, _ = on_whatsapp(site.settings, site.engine, ago=timedelta(hours=25))
    desk = new_desk().claim("Fatima")
    expect(desk.input).to_be_focused()
    desk.page.keyboard.press("Shift+Tab")
    assert desk.focus() == "Terugbellen"
    desk.page.keyboard.press("Enter")
    expect(desk.dialog).to_contain_text("eindigt op 678")
    desk.dialog.get_by_label("Onderwerp").fill("")
    desk.button("Maak terugbelverzoek", desk.dialog).click()
    expect(desk.dialog.get_by_role("alert")).to_have_text("Schrijf op waar het over gaat.")
    desk.page.keyboard.type("Paspoort voor kind")
    desk.page.keyboard.press("Enter")
    expect(desk.dialog).to_have_count(0)
    expect(desk.input).to_be_focused()
    (made,) = callback.of_conversation(site.engine, str(one.gesprek_id))
    expect(desk.window.locator(".raammelding")).to_contain_text(
        f"Er staat een terugbelverzoek: {made.referentienummer}."
    )
    expect(desk.window.get_by_role("button", name="Terugbellen")).to_have_count(0)
    assert "600000678" not in desk.page.content()
    desk.page.get_by_role("tab", name="Terugbellen (1)").click()
    expect(desk.calls).to_contain_text("Paspoort voor kind")
    expect(desk.calls).to_contain_text("WhatsApp")
    desk.calls.get_by_role("button", name="Ik bel terug").click()
    expect(desk.calls.locator("a[href^='tel:']")).to_have_attribute("href", "tel:+31600000678")


def test_only_safe_links_can_be_clicked_and_open_apart(new_desk: NewDesk, site: SimpleNamespace) -> None:
    desk = new_desk()
    talking(desk, site)
    found = desk.messages.last.locator(".tekst a")
    expect(found).to_have_count(1)
    expect(found).to_have_text("https://voorbeeld.example/a")
    expect(found).to_have_attribute("href", "https://voorbeeld.example/a")
    expect(found).to_have_attribute("rel", re.compile("noopener"))
    expect(found).to_have_attribute("target", "_blank")


def test_what_was_done_can_be_read_back_per_municipality(new_desk: NewDesk, site: SimpleNamespace) -> None:
    desk = new_desk("molendam", "voorbeeldstad")
    done(desk, site)
    rows = desk.page.locator(".afgehandeld li.rij")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("door Sanne Bos")
    expect(rows.first.get_by_role("button")).to_have_count(1)
    desk.page.get_by_label("Gemeente").select_option(label="Molendam")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Molendam")
    people.to_call(site.engine, "molendam")
    desk.calls.get_by_role("button", name="Ik bel terug").click()
    desk.calls.get_by_role("button", name="Klaar").click()
    expect(rows).to_have_count(2)


def test_with_one_municipality_there_is_nothing_to_choose(new_desk: NewDesk, site: SimpleNamespace) -> None:
    desk = new_desk()
    done(desk, site)
    expect(desk.page.locator(".afgehandeld li.rij")).to_have_count(1)
    expect(desk.page.get_by_label("Gemeente")).to_be_hidden()
