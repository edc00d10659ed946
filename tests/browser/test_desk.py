"""A resident in the chat and two employees at the desk, in real browsers: picking up, talking, handing over, losing the
connection, closing. The request for a human is put in the queue directly."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Route, expect
from playwright.sync_api import Error as PlaywrightError

from bot import takeover
from bot.catalog.live import gemeenten_of
from bot.conversations import store
from bot.handoff import employees, queue
from bot.handoff.model import Overdracht, Reden, Status
from tests.browser.conftest import NewContext
from tests.browser.desk_page import Desk
from tests.browser.installation import Installation
from tests.browser.page import QUESTION, Chat
from tests.web.desk import people
from tests.web.desk.always_open import always_open

pytestmark = pytest.mark.training

NewDesk = Callable[..., Desk]


@pytest.fixture(scope="module")
def installation(
    browser: Browser, trained_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A whole installation whose employees may chat at any hour."""
    folder = tmp_path_factory.mktemp("balie")
    running = Installation(folder / "data")
    running.settings = replace(running.settings, gemeenten_dir=always_open(folder / "gemeenten"))
    with running:
        yield running


@pytest.fixture
def team(installation: Installation) -> Iterator[SimpleNamespace]:
    """Two employees of Voorbeeldstad who are there, and one of Molendam; nobody waits."""
    serial = len(employees.everybody(installation.database))
    names = {
        key: people.employee(installation.database, f"{key}{serial}", gemeente, naam=naam)
        for key, naam, gemeente in (
            ("sanne", "Sanne Bos", "voorbeeldstad"),
            ("joris", "Joris Vos", "voorbeeldstad"),
            ("mila", "Mila Smit", "molendam"),
        )
    }
    yield SimpleNamespace(**names)
    for one in names.values():
        employees.set_active(installation.database, one.id, False)
    with installation.database.begin() as connection:
        connection.exec_driver_sql("UPDATE overdracht SET status = 'gesloten' WHERE status <> 'gesloten'")


@pytest.fixture
def new_desk(installation: Installation, new_context: NewContext) -> NewDesk:
    def make(who: object, context: BrowserContext | None = None, **options: object) -> Desk:
        return Desk(context or new_context(**options), installation.url).log_in(who.gebruikersnaam)  # type: ignore[attr-defined]

    return make


@pytest.fixture
def chat(installation: Installation, new_context: NewContext) -> Chat:
    """A resident with a question that was answered."""
    page = new_context().new_page()
    page.goto(f"{installation.url}/demo/voorbeeldstad")
    chat = Chat(page).open()
    chat.say(QUESTION)
    return chat


def heard(chat: Chat) -> Locator:
    """What was last said to the resident."""
    return chat.page.locator(".bericht:not(.welkom, .systeem)").last


def ask(installation: Installation, naam: str = "Fatima", delen: bool = True) -> Overdracht:
    """The resident whose conversation was last asks for a human."""
    found = installation.rows("SELECT id FROM gesprek ORDER BY laatste_op DESC LIMIT 1")
    return takeover.ask(
        installation.database,
        gemeenten_of(installation.settings)["voorbeeldstad"],
        gesprek_id=str(found[0][0]),
        reden=Reden.GEVRAAGD,
        delen=delen,
        naam=naam,
        product_id="container-niet-geleegd",
    )


def waiting(installation: Installation, naam: str, gemeente: str = "voorbeeldstad") -> Overdracht:
    """Somebody without a browser waits."""
    return people.waiting(installation.settings, installation.database, gemeente, naam=naam)


def test_a_conversation_from_queue_to_grade(
    chat: Chat, team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    sanne = new_desk(team.sanne)
    expect(sanne.queue).to_have_count(0)
    one = ask(installation)
    expect(sanne.queue).to_have_count(1)
    expect(sanne.queue).to_contain_text("Fatima")
    expect(sanne.queue.locator(".klok")).to_contain_text("op tijd")
    expect(sanne.said).to_contain_text("Nieuw in de wachtrij: Fatima")
    expect(sanne.page).to_have_title("(1) Balie")
    expect(chat.status).to_contain_text("U bent nummer 1 in de rij.")
    expect(chat.button("Stoppen met wachten")).to_be_visible()

    sanne.claim("Fatima")
    expect(sanne.input).to_be_focused()
    expect(chat.button("Stoppen met wachten")).to_be_hidden()
    expect(sanne.messages).to_have_count(2)
    expect(sanne.messages.nth(1)).to_contain_text("Chatbot")
    expect(sanne.window.locator(".productkaart h3")).to_have_text("Afvalcontainer niet geleegd")
    sanne.input.press_sequentially("Dag")
    expect(chat.status).to_contain_text("Sanne Bos typt")
    sanne.say("Dag Fatima.\n\nIk kijk even.")
    expect(heard(chat)).to_contain_text("Sanne Bos")
    expect(heard(chat)).to_contain_text("Ik kijk even.")

    before = chat.answers.count()
    chat.input.press_sequentially("fijn")
    expect(sanne.typing).to_have_text("Fatima typt")
    chat.input.press("Enter")
    expect(sanne.messages.last).to_contain_text("fijn")
    expect(sanne.typing).to_have_text("")
    sanne.page.wait_for_timeout(1000)
    assert chat.answers.count() == before, "de chatbot zwijgt"

    sanne.button("Sluit af", sanne.window).click()
    sanne.button("Sluit af", sanne.dialog).click()
    expect(sanne.dialog.locator(".fout")).to_have_text("Kies hoe het gesprek is afgelopen.")
    sanne.dialog.get_by_label("Opgelost").check()
    sanne.dialog.get_by_label("Label").select_option("compliment")
    sanne.button("Sluit af", sanne.dialog).click()
    expect(sanne.page.get_by_role("heading", name="Geen gesprek open")).to_be_focused()
    expect(sanne.alarm).to_be_empty()
    closed = queue.load(installation.database, one.id)
    assert (closed.status, closed.uitkomst, closed.label) == (Status.GESLOTEN, "opgelost", "compliment")

    expect(chat.card).to_contain_text("Uw gesprek met de medewerker")
    chat.page.get_by_role("radio", name="8").check()
    chat.button("Verstuur cijfer").click()
    expect(chat.card).to_contain_text("Bedankt voor uw cijfer.")
    query = "SELECT duim FROM bericht_oordeel WHERE gesprek_id = :id AND nummer = 0"
    assert installation.rows(query, id=one.gesprek_id) == [("8",)]
    before = chat.answers.count()
    chat.type("wat kost een paspoort?")
    chat.answer(before)

    sanne.page.get_by_role("tab", name="Geschiedenis").click()
    expect(sanne.closed.first).to_contain_text("Opgelost, compliment")
    assert sanne.violations_of_policy() == [] and sanne.errors == []


def test_two_who_click_at_once_are_never_both_first(
    team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    desks = {"Sanne Bos": new_desk(team.sanne), "Joris Vos": new_desk(team.joris)}
    for round_ in range(3):
        name = f"Bewoner {round_}"
        one = waiting(installation, name)
        for desk in desks.values():
            expect(desk.queue.filter(has_text=name)).to_have_count(1)
        at = time.time() * 1000 + 400
        for desk in desks.values():
            # Both at one moment, whatever the first click changes on the other's screen.
            desk.page.evaluate(
                f"""() => {{
                  const button = document.querySelector('[aria-label^="Pak op: {name}"]');
                  setTimeout(() => button.click(), {at} - Date.now());
                }}"""
            )
        for desk in desks.values():
            expect(desk.queue).to_have_count(0)
        winner = queue.load(installation.database, one.id).medewerker_id
        taken = [event for event in queue.events(installation.database, one.id) if event.soort == "opgepakt"]
        assert len(taken) == 1
        for naam, desk in desks.items():
            won = winner == (team.sanne.id if naam == "Sanne Bos" else team.joris.id)
            expect(desk.tabs.filter(has_text=name)).to_have_count(1 if won else 0)
            if not won:
                other = next(each for each in desks if each != naam)
                expect(desk.alarm).to_contain_text(f"{other} was u voor.")


def test_handing_over_takes_notes_and_story_along(
    chat: Chat, team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    sanne, joris = new_desk(team.sanne), new_desk(team.joris)
    ask(installation)
    sanne.claim("Fatima")
    sanne.say("Ik vraag het na.")
    sanne.page.get_by_role("tab", name="Notities").click()
    sanne.page.get_by_label("Nieuwe notitie").fill("Woont op nummer 5.")
    sanne.button("Bewaar notitie").click()
    expect(sanne.window.locator(".notities li")).to_have_count(1)

    sanne.button("Draag over", sanne.window).click()
    sanne.button("Draag over", sanne.dialog).click()
    expect(sanne.dialog.locator(".fout")).to_contain_text("Kies een collega")
    sanne.dialog.get_by_label(re.compile("Joris Vos")).check()
    sanne.button("Draag over", sanne.dialog).click()
    expect(sanne.dialog.locator(".fout")).to_contain_text("waarom")
    expect(sanne.dialog.get_by_text("Mila")).to_have_count(0)
    sanne.dialog.get_by_label("Waarom draagt u het over?").fill("Joris weet dit.")
    sanne.button("Draag over", sanne.dialog).click()
    expect(sanne.tabs).to_have_count(0)
    expect(sanne.elsewhere).to_contain_text("met Joris Vos")

    expect(joris.tabs).to_have_count(1)
    expect(joris.said).to_contain_text("U hebt het gesprek met Fatima gekregen.")
    expect(joris.window).to_contain_text("Sanne Bos gaf het door aan Joris Vos")
    joris.page.get_by_role("tab", name="Notities (2)").click()
    expect(joris.window.locator(".notities")).to_contain_text("Woont op nummer 5.")
    expect(joris.window.locator(".notities")).to_contain_text("Joris weet dit.")
    joris.say("Dag, u spreekt met Joris.")
    expect(heard(chat)).to_contain_text("Joris Vos")
    assert "Woont op nummer 5." not in " ".join(chat.texts())
    assert "Joris weet dit." not in " ".join(chat.texts())


def test_a_department_gets_it_first_in_the_queue(
    team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    waiting(installation, "Fatima")
    sanne = new_desk(team.sanne).claim("Fatima")
    waiting(installation, "Willem")
    sanne.button("Draag over", sanne.window).click()
    sanne.dialog.get_by_label("Vergunningen").check()
    sanne.dialog.get_by_label("Waarom draagt u het over?").fill("Over een dakkapel.")
    sanne.button("Draag over", sanne.dialog).click()
    expect(sanne.queue.first).to_contain_text("Voor Vergunningen")
    expect(sanne.queue.first).to_contain_text("Terug in de rij")


def test_a_reload_loses_nothing(
    chat: Chat, team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    sanne = new_desk(team.sanne)
    ask(installation)
    sanne.claim("Fatima").say("Eerste bericht.")
    sanne.input.fill("Nog niet verstuurd")
    before = sanne.texts()
    sanne.page.reload()
    sanne.ready()
    chat.type("bent u er nog?")
    expect(sanne.messages).to_have_count(len(before) + 1)
    assert sanne.texts()[:-1] == before
    assert sanne.numbers() == sorted(set(sanne.numbers()))
    expect(sanne.input).to_have_value("Nog niet verstuurd")


def test_what_is_typed_without_a_connection_arrives_once_when_it_is_back(
    chat: Chat, team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    sanne = new_desk(team.sanne)
    ask(installation)
    sanne.claim("Fatima").say("Eerste bericht.")
    sanne.page.context.set_offline(True)
    sanne.input.fill("Dit komt later.")
    sanne.input.press("Enter")
    expect(sanne.messages.last).to_contain_text("Niet verstuurd")
    chat.type("hallo?")
    sanne.page.context.set_offline(False)
    expect(heard(chat)).to_contain_text("Dit komt later.", timeout=30_000)
    expect(sanne.messages).to_have_count(5)
    expect(sanne.window.locator(".mislukt, .bezig")).to_have_count(0)
    assert sanne.numbers() == [1, 2, 3, 4, 5]
    assert [text for text in chat.texts() if "Dit komt later." in text] == ["Dit komt later."]


def test_an_answer_of_the_server_that_is_lost_gives_no_double_message(
    team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    one = waiting(installation, "Fatima")
    sanne = new_desk(team.sanne).claim("Fatima")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    sanne.page.route("**/berichten", lose, times=1)
    sanne.page.route("**/gesprekken/*?na=*", lambda route: route.abort())
    sanne.input.fill("Komt dit twee keer?")
    sanne.input.press("Enter")
    expect(sanne.messages.last).to_contain_text("Niet verstuurd")
    sanne.button("Probeer opnieuw").click()
    expect(sanne.window.locator(".mislukt, .bezig")).to_have_count(0)
    sanne.page.unroute_all()
    sent = [each for each in store.since(installation.database, str(one.gesprek_id)) if each.van == "medewerker"]
    assert [each.tekst for each in sent] == ["Komt dit twee keer?"]
    assert sanne.texts().count("Komt dit twee keer?") == 1


def test_a_desk_that_is_gone_gives_the_conversation_back_to_the_queue(
    chat: Chat, team: SimpleNamespace, new_desk: NewDesk, installation: Installation, new_context: NewContext
) -> None:
    context = new_context()
    sanne, joris = new_desk(team.sanne, context), new_desk(team.joris)
    one = ask(installation)
    sanne.claim("Fatima").say("Ik zoek het op.")
    expect(heard(chat)).to_contain_text("Ik zoek het op.")
    context.close()
    back = joris.queue.filter(has_text="Terug in de rij")
    for _ in range(20):
        # Two minutes later, as it were. Again, because the last sign of life of a closed browser may still be under way.
        employees.heartbeat(installation.database, team.sanne.id, datetime.now(UTC) - timedelta(minutes=3))
        with suppress(PlaywrightError):
            back.wait_for(timeout=3_000)
            break
    expect(back).to_have_count(1)
    expect(heard(chat)).to_contain_text("De verbinding met de medewerker is weggevallen")
    joris.claim("Fatima")
    expect(joris.messages.filter(has_text="Ik zoek het op.")).to_contain_text("Sanne Bos")
    joris.say("Ik neem het over.")
    expect(heard(chat)).to_contain_text("Joris Vos")
    assert queue.load(installation.database, one.id).medewerker_id == team.joris.id


def test_an_open_desk_keeps_its_conversation_and_a_lost_one_is_told(
    team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    one = waiting(installation, "Fatima")
    sanne = new_desk(team.sanne).claim("Fatima")
    queue.end_by_resident(installation.database, str(one.gesprek_id))
    expect(sanne.tabs).to_have_count(0)
    expect(sanne.alarm).to_contain_text("Het gesprek met Fatima is niet meer van u.")
    sanne.button("Sluit deze melding").click()
    expect(sanne.alarm).to_be_empty()


def test_the_resident_may_stop_waiting(
    chat: Chat, team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    sanne = new_desk(team.sanne)
    ask(installation)
    expect(sanne.queue).to_have_count(1)
    chat.button("Stoppen met wachten").click()
    expect(sanne.queue).to_have_count(0)
    expect(chat.button("Stoppen met wachten")).to_be_hidden()
    expect(heard(chat)).to_contain_text("U wacht niet meer op een medewerker.")
    expect(chat.input).to_be_focused()


def test_several_conversations_at_once(team: SimpleNamespace, new_desk: NewDesk, installation: Installation) -> None:
    first, second = waiting(installation, "Fatima"), waiting(installation, "Willem")
    sanne = new_desk(team.sanne).claim("Fatima").claim("Willem")
    people.says(installation.database, first, "Bent u daar?")
    tab = sanne.tabs.filter(has_text="Fatima")
    expect(tab).to_contain_text("1 nieuw")
    expect(sanne.said).to_contain_text("Nieuw bericht van Fatima.")
    sanne.input.fill("Een concept voor Willem")
    sanne.input.press("Alt+k")
    expect(sanne.window).to_contain_text("Bent u daar?")
    expect(sanne.input).to_be_focused()
    expect(tab).not_to_contain_text("nieuw")
    expect(sanne.input).to_have_value("")
    sanne.say("Ja, ik ben er.")
    sanne.tabs.filter(has_text="Willem").click()
    expect(sanne.input).to_have_value("Een concept voor Willem")
    assert "Ja, ik ben er." not in " ".join(sanne.texts())
    assert [each.van for each in store.since(installation.database, str(second.gesprek_id))] == ["bewoner", "vraagbaak"]


def test_answers_and_product_texts_go_into_the_message_and_notes_never_do(
    team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    one = waiting(installation, "Fatima")
    sanne = new_desk(team.sanne).claim("Fatima")
    sanne.page.keyboard.press("/")
    expect(sanne.page.get_by_label("Zoek een standaardantwoord")).to_be_focused()
    sanne.page.keyboard.type("groet")
    expect(sanne.page.get_by_role("option")).to_have_count(1)
    sanne.page.keyboard.press("Enter")
    expect(sanne.input).to_be_focused()
    expect(sanne.input).to_have_value(re.compile(r"^Dag Fatima\. Ik ben Sanne Bos van de gemeente Voorbeeldstad\."))
    sanne.page.keyboard.press("Alt+p")
    sanne.page.keyboard.type("rijbewijs")
    expect(sanne.window.locator(".treffer").first).to_be_visible()
    sanne.page.keyboard.press("ArrowDown")
    sanne.page.keyboard.press("Enter")
    expect(sanne.window.locator(".productkaart h3")).to_contain_text("ijbewijs")
    sanne.window.locator(".productkaart").get_by_role("button", name="Zet in bericht").first.click()
    expect(sanne.input).to_be_focused()
    assert "ijbewijs" in sanne.input.input_value()
    sanne.page.keyboard.press("Alt+n")
    sanne.page.keyboard.type("Alleen voor ons")
    sanne.page.keyboard.press("Enter")
    sanne.page.keyboard.type("tweede regel")
    sanne.button("Bewaar notitie").click()
    expect(sanne.window.locator(".notities li")).to_have_count(1)
    assert len(store.since(installation.database, str(one.gesprek_id))) == 2


def test_what_people_type_never_becomes_a_page(
    team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    attack = "<img src=x onerror='window.__raak = 1'><script>window.__raak = 1</script>"
    one = waiting(installation, attack)
    people.says(installation.database, one, attack)
    sanne = new_desk(team.sanne)
    sanne.queue.get_by_role("button", name="Pak op").click()
    expect(sanne.messages.last).to_contain_text("onerror")
    sanne.say(attack)
    sanne.page.get_by_role("tab", name="Notities").click()
    sanne.page.get_by_label("Nieuwe notitie").fill(attack)
    sanne.button("Bewaar notitie").click()
    expect(sanne.window.locator(".notities li")).to_contain_text("onerror")
    assert sanne.page.evaluate("window.__raak") is None
    assert sanne.page.locator("main :is(img, script)").count() == 0
    assert sanne.violations_of_policy() == [] and sanne.errors == []


def test_an_employee_of_another_municipality_sees_nothing(
    team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    waiting(installation, "Fatima")
    mila = new_desk(team.mila)
    expect(mila.queue).to_have_count(0)
    waiting(installation, "Willem", "molendam")
    expect(mila.queue).to_have_count(1)
    expect(mila.queue).to_contain_text("Willem")
    expect(mila.page.locator("body")).not_to_contain_text("Fatima")


def test_a_call_back_is_picked_up_put_back_and_done(
    team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    people.to_call(installation.database, hours=-1)
    sanne = new_desk(team.sanne)
    expect(sanne.attention).to_contain_text("Parkeervergunning")
    sanne.attention.get_by_role("button").click()
    expect(sanne.calls.get_by_role("button", name="Ik bel terug")).to_be_focused()
    sanne.page.keyboard.press("Enter")
    expect(sanne.calls.get_by_role("link", name="06 12345678")).to_have_attribute("href", "tel:+31612345678")
    sanne.button("Zet terug: Parkeervergunning").click()
    expect(sanne.calls.get_by_role("button", name="Ik bel terug")).to_be_visible()
    sanne.calls.get_by_role("button", name="Ik bel terug").click()
    sanne.button("Klaar: Parkeervergunning").click()
    expect(sanne.calls).to_have_count(0)
    expect(sanne.page.locator("#letop")).to_be_hidden()


def test_a_thumb_down_may_ask_for_a_human(chat: Chat) -> None:
    sent: list[object] = []
    chat.page.on("request", lambda request: request.url.endswith("/feedback") and sent.append(request.post_data_json))
    chat.button("Nee").click()
    chat.page.get_by_label("Ik wil iemand spreken").check()
    chat.button("Verstuur reactie").click()
    expect(chat.page.get_by_text("Bedankt voor uw reactie.")).to_be_visible()
    assert sent[-1] == {"nummer": 2, "duim": "neer", "reden": None, "mens": True}


def test_who_logs_out_with_conversations_is_asked_first(
    team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    waiting(installation, "Fatima")
    sanne = new_desk(team.sanne).claim("Fatima")
    said: list[str] = []

    def answer(dialog: object) -> None:
        said.append(dialog.message)  # type: ignore[attr-defined]
        (dialog.accept if len(said) > 1 else dialog.dismiss)()  # type: ignore[attr-defined]

    sanne.page.on("dialog", answer)
    sanne.button("Log uit").click()
    expect(sanne.tabs).to_have_count(1)
    sanne.button("Log uit").click()
    expect(sanne.page.get_by_text("U bent uitgelogd.")).to_be_visible()
    assert "1 gesprek open" in said[0]
    assert sanne.page.evaluate("Object.keys(sessionStorage).filter((key) => /concept|uit:/.test(key))") == []


def test_a_session_that_is_over_leads_to_the_login_page_and_keeps_what_was_typed(
    team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    waiting(installation, "Fatima")
    sanne = new_desk(team.sanne).claim("Fatima")
    sanne.input.fill("Half af")
    sanne.page.context.clear_cookies()
    # The page may notice by itself first, and be on its way already.
    with suppress(PlaywrightError):
        sanne.page.evaluate("document.querySelector('[role=switch]')?.click()")
    expect(sanne.page).to_have_url(re.compile("/balie/inloggen$"))
    sanne.log_in(team.sanne.gebruikersnaam)
    expect(sanne.input).to_have_value("Half af")


# Last: the fixture's engine is replaced.


def test_an_engine_that_starts_again_in_the_middle_changes_nothing_for_those_who_talk(
    chat: Chat, team: SimpleNamespace, new_desk: NewDesk, installation: Installation
) -> None:
    sanne = new_desk(team.sanne)
    ask(installation)
    sanne.claim("Fatima").say("Voor de storing.")
    expect(heard(chat)).to_contain_text("Voor de storing.")
    installation.kill_engine()
    sanne.say("Tijdens de storing.")
    installation.start_engine()
    expect(heard(chat)).to_contain_text("Tijdens de storing.", timeout=60_000)
    before = chat.answers.count()
    chat.type("ik ben er weer")
    expect(sanne.messages.last).to_contain_text("ik ben er weer", timeout=60_000)
    assert sanne.numbers() == [1, 2, 3, 4, 5]
    sanne.page.wait_for_timeout(1000)
    assert chat.answers.count() == before, "de chatbot zwijgt nog steeds"
