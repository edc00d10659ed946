"""An editor's day in a real browser, on a whole installation, with a resident who has the chat open all the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.catalog import store
from bot.redactie import inbox
from tests.browser.conftest import NewContext
from tests.browser.installation import Installation
from tests.browser.page import Chat
from tests.browser.redactie_page import GATE, Redactie
from tests.web.desk.people import WACHTWOORD
from tests.web.redactie import editors

pytestmark = pytest.mark.training

STAD = "voorbeeldstad"
PASPOORT = "/centraal/product/paspoort-aanvragen"
KOSTEN = "wat kost een paspoort?"
PATIENCE = 20.0
"""Seconds after which a text that was published should long be live; `bench.redactie` measures how soon it is."""


@pytest.fixture(scope="module")
def installation(
    browser: Browser, trained_model: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation of its own: texts are changed here."""
    with Installation(tmp_path_factory.mktemp("redactie")) as running:
        yield running


@pytest.fixture
def new_editor(installation: Installation, new_context: NewContext) -> Callable[..., Redactie]:
    """Makes an account and logs it in."""

    def make(naam: str = "Noor Bakker", *rollen: tuple[str, str], context: BrowserContext | None = None) -> Redactie:
        name = f"redacteur{installation.rows('SELECT 1000 + count(*) FROM medewerker')[0][0]}"
        editors.editor(installation.database, name, *rollen, naam=naam)
        return Redactie(context or new_context(), installation.url).log_in(name)

    return make


def ask_until(chat: Chat, question: str, right: Callable[[str], bool]) -> None:
    """Ask again and again, in one conversation, until the answer is right."""
    begun = time.monotonic()
    while not right(said := chat.say(question)):
        assert time.monotonic() - begun < PATIENCE, f"nog steeds: {said}"


def test_a_price_text_is_corrected_published_and_undone_while_a_resident_chats(
    new_editor: Callable[..., Redactie], new_page: Callable[..., Page], installation: Installation
) -> None:
    chat = Chat(new_page()).open()
    before = chat.say(KOSTEN)
    assert "U rekent af bij de balie" not in before
    noor = new_editor()
    noor.page.get_by_role("link", name="Bibliotheek").click()
    noor.page.get_by_label("Zoek", exact=True).fill("paspoort aanvragen")
    noor.button("Zoek").click()
    noor.page.get_by_role("link", name="Centraal", exact=True).click()
    noor.go(f"{PASPOORT}/bewerken")
    kosten = noor.part("Kosten")
    kosten.fill(kosten.input_value() + " U rekent af bij de balie met {{ organisatie.werkplein }}.")
    expect(noor.saved).to_contain_text("bewaard door Noor Bakker")
    preview = noor.page.locator("#voorbeeld")
    expect(preview.locator(".chatvoorbeeld").filter(has_text="U rekent af bij de balie").first).to_be_visible()
    expect(preview.locator(".telefoonvoorbeeld").filter(has_text="U rekent af bij de balie").first).to_be_visible()
    noor.publish("prijs verduidelijkt")
    ask_until(chat, KOSTEN, lambda said: "U rekent af bij de balie" in said)

    noor.page.get_by_role("link", name="Geschiedenis").click()
    expect(noor.page.locator(".verschil ins").first).to_contain_text("U rekent af")
    noor.button("Maak de laatste wijziging ongedaan").click()
    expect(noor.page.get_by_text("De vorige tekst is weer live.")).to_be_visible()
    ask_until(chat, KOSTEN, lambda said: "U rekent af bij de balie" not in said)
    assert noor.errors == [] and noor.violations_of_policy() == []


def test_two_editors_on_one_text(new_editor: Callable[..., Redactie]) -> None:
    noor, joris = new_editor("Noor Bakker"), new_editor("Joris Vos")
    path = "/centraal/product/rijbewijs-verlengen/bewerken"
    noor.go(path)
    joris.go(path)
    expect(joris.page.locator("#meekijkers")).to_contain_text("Noor Bakker heeft deze tekst ook open")
    expect(noor.page.locator("#meekijkers")).to_contain_text("Joris Vos heeft deze tekst ook open", timeout=15_000)
    noor.part("Kort antwoord").fill("Noor schreef dit.")
    expect(noor.saved).to_contain_text("bewaard door Noor Bakker")
    joris.part("Kort antwoord").fill("Joris schreef dit.")
    expect(joris.page.locator("#bezig")).to_contain_text("Een collega was u voor")
    joris.button("Bewaar").first.click()
    expect(joris.page.get_by_role("heading", level=1)).to_contain_text("Twee teksten")
    expect(joris.page.get_by_text("Noor schreef dit.").first).to_be_visible()
    expect(joris.page.get_by_text("Joris schreef dit.").first).to_be_visible()
    joris.button("Zet mijn tekst ervoor in de plaats").click()
    expect(joris.part("Kort antwoord")).to_have_value("Joris schreef dit.")
    noor.go(path)
    expect(noor.part("Kort antwoord")).to_have_value("Joris schreef dit.")
    noor.page.get_by_text("Concept weggooien").click()
    noor.button("Gooi het concept weg").click()
    expect(noor.page.get_by_text("Het concept is weggegooid")).to_be_visible()


def test_the_gate_stops_a_bad_synonym(new_editor: Callable[..., Redactie], installation: Installation) -> None:
    noor = new_editor()
    before = store.live_text(installation.database, "paspoort-aanvragen")
    noor.go("/centraal/waarom?vraag=rijbewijs")
    expect(noor.page.get_by_role("heading", name="Wat de assistent doet")).to_be_visible(timeout=GATE)
    noor.page.locator("#woorden-synoniem").fill("rijbewijs")
    noor.page.locator("#product-synoniem").select_option(value="paspoort-aanvragen")
    noor.button("Toets dit", noor.page.locator("form").filter(has=noor.page.locator("#woorden-synoniem"))).click()
    expect(noor.page.locator("tr.verlies").first).to_be_visible(timeout=GATE)
    reason = noor.page.get_by_label("Waarom het verlies hierboven goed is")
    expect(reason).to_be_visible()
    noor.button("Zet live").click()
    # Without a reason the form does not go.
    expect(reason).to_be_focused()
    assert store.live_text(installation.database, "paspoort-aanvragen") == before
    noor.page.get_by_role("link", name="Niet doen").click()
    assert store.live_text(installation.database, "paspoort-aanvragen") == before


def test_a_question_of_the_inbox_becomes_an_example_and_is_answered_right(
    new_editor: Callable[..., Redactie], new_page: Callable[..., Page], installation: Installation
) -> None:
    vraag = "mijn roze papiertje is zoek hoe moet dat nu"
    for _ in range(3):
        inbox.record(installation.database, gemeente=STAD, soort="niet_begrepen", tekst=vraag)
    noor = new_editor()
    noor.page.get_by_role("link", name="Postvak").click()
    noor.page.get_by_role("link", name=vraag).click()
    noor.page.get_by_label("Product", exact=True).select_option(value="rijbewijs-vermist")
    noor.page.get_by_label("Waar", exact=True).select_option(label="Centraal")
    noor.button("Toets als voorbeeldvraag").click()
    expect(noor.page.get_by_text("bekende vragen bekeken")).to_be_visible(timeout=GATE)
    if noor.page.get_by_label("Waarom het verlies hierboven goed is").count():
        noor.page.get_by_label("Waarom het verlies hierboven goed is").fill("bewoners bedoelen het rijbewijs")
    noor.button("Zet live").click()
    expect(noor.page.get_by_text("De tekst is live.")).to_be_visible()
    expect(noor.page.get_by_role("listitem").filter(has_text=vraag)).to_be_visible()
    chat = Chat(new_page()).open()
    ask_until(chat, vraag, lambda said: "ijbewijs" in said)
    noor.go(f"/{STAD}/postvak")
    expect(noor.page.get_by_role("link", name=vraag)).to_have_count(0)


def test_a_session_that_ends_loses_no_text(new_editor: Callable[..., Redactie], installation: Installation) -> None:
    noor = new_editor("Noor Bakker")
    noor.go("/centraal/product/trouwboekje/bewerken")
    with installation.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM medewerker_sessie")
    noor.part("Kort antwoord").fill("Geschreven toen de sessie voorbij was.")
    expect(noor.page.locator("#bezig")).to_contain_text("Log in een ander tabblad opnieuw in")
    other = noor.page.context.new_page()
    other.goto(noor.url)
    other.get_by_label("Gebruikersnaam").fill(
        str(installation.rows("SELECT max(gebruikersnaam) FROM medewerker")[0][0])
    )
    other.get_by_label("Wachtwoord").fill(WACHTWOORD)
    other.get_by_role("button", name="Log in").click()
    expect(noor.saved).to_contain_text("bewaard door Noor Bakker", timeout=20_000)
    noor.go("/centraal/product/trouwboekje/bewerken")
    expect(noor.part("Kort antwoord")).to_have_value("Geschreven toen de sessie voorbij was.")


def test_without_script_the_form_saves(
    new_editor: Callable[..., Redactie], new_context: NewContext, installation: Installation
) -> None:
    noor = new_editor(context=new_context(java_script_enabled=False))
    noor.go("/centraal/product/trouwen/bewerken")
    noor.part("Kort antwoord").fill("Zonder script bewaard.")
    noor.button("Bewaar").first.click()
    expect(noor.page.get_by_text("Uw tekst is bewaard.")).to_be_visible()
    expect(noor.part("Kort antwoord")).to_have_value("Zonder script bewaard.")
