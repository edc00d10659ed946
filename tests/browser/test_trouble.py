"""What a resident meets when something is down, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewChat, NewContext
from tests.browser.installation import Installation
from tests.browser.page import QUESTION, Chat, fake

pytestmark = pytest.mark.training

ENGINE = "**/webhooks/webchat/**"


def assert_other_ways_are_shown(chat: Chat) -> None:
    """Phone with its hours, and the website."""
    expect(chat.card).to_contain_text("De chat werkt nu niet goed")
    expect(chat.card.get_by_role("link", name="14 088")).to_have_attribute("href", "tel:14088")
    expect(chat.card.get_by_role("link", name="www.voorbeeldstad.example")).to_be_visible()
    expect(chat.card.locator(".vandaag").first).to_contain_text("Vandaag")


def test_too_many_messages_says_how_long_to_wait(chat: Chat) -> None:
    chat.say("hallo")
    fake(chat.page, "messages", {"fout": "druk"}, 429, {"retry-after": "2"})
    chat.type(QUESTION)
    expect(chat.error).to_contain_text("Er komen nu te veel berichten. U kunt het over 2 seconden opnieuw proberen.")
    expect(chat.own.last).to_contain_text("Niet verstuurd")
    again = chat.page.get_by_role("button", name="Opnieuw proberen")
    expect(again).to_be_hidden()
    chat.page.unroute_all()
    again.click()
    assert "geleegd" in chat.answer(1)
    expect(chat.error).to_be_empty()
    assert chat.numbers() == [1, 2, 3, 4]


def test_what_the_engine_refuses_is_said_in_its_own_words(chat: Chat) -> None:
    fake(chat.page, "messages", {"fout": "Dit bericht kan niet."}, 400)
    chat.type("hallo")
    expect(chat.error).to_have_text("Niet verstuurd. Dit bericht kan niet.")


@pytest.mark.parametrize("how", ["weg", "stuk"])
def test_an_engine_that_is_down_leaves_other_ways_and_recovers(chat: Chat, how: str) -> None:
    chat.page.route(ENGINE, lambda route: route.abort() if how == "weg" else route.fulfill(status=500, body="stuk"))
    chat.type(QUESTION)
    assert_other_ways_are_shown(chat)
    chat.page.unroute_all()
    chat.page.locator(".nota").get_by_role("button", name="Opnieuw proberen").click()
    assert "geleegd" in chat.answer(0)
    expect(chat.card).to_be_hidden()
    assert chat.numbers() == [1, 2]


def test_an_engine_that_is_down_at_a_reload_gives_the_conversation_back_later(chat: Chat) -> None:
    chat.say(QUESTION)
    chat.page.route(ENGINE, lambda route: route.abort())
    chat.page.reload()
    chat.open()
    assert_other_ways_are_shown(chat)
    chat.page.unroute_all()
    chat.button("Opnieuw proberen", chat.card).click()
    expect(chat.messages).to_have_count(2)
    expect(chat.card).to_be_hidden()


def test_a_slow_engine_is_admitted(new_context: NewContext, installation: Installation) -> None:
    page = new_context().new_page()
    page.clock.install()
    page.goto(f"{installation.url}/demo/voorbeeldstad")
    chat = Chat(page).open()
    chat.hold()
    chat.type(QUESTION)
    expect(chat.status).to_contain_text("Vraagbaak zoekt het antwoord")
    page.clock.fast_forward(10_000)
    expect(chat.status).to_contain_text("Het duurt langer dan u gewend bent")
    chat.release()
    assert "geleegd" in chat.answer(0)
    expect(chat.status).to_be_empty()


def test_an_engine_that_is_too_slow_gets_the_message_once(
    new_page: Callable[..., Page], new_context: NewContext
) -> None:
    context = new_context()
    context.add_init_script(
        "const wait = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = () => wait(2000)"
    )
    page = new_page(context=context)
    # The message arrives; its answer does not come back, by stream neither.
    page.route("**/webchat/events", lambda route: route.abort())
    page.route("**/webchat/messages", lambda route: route.fetch() and None)
    chat = Chat(page).open()
    chat.type(QUESTION)
    expect(chat.card).to_contain_text("De chat gaf te lang geen antwoord")
    page.unroute_all()
    page.locator(".nota").get_by_role("button", name="Opnieuw proberen").click()
    assert "geleegd" in chat.answer(0)
    assert chat.numbers() == [1, 2]


def test_without_a_stream_the_chat_asks_for_what_is_new(new_chat: NewChat) -> None:
    chat = new_chat()
    chat.page.route("**/webchat/events", lambda route: route.fulfill(status=502, body=""))
    chat.say("hallo")
    other = new_chat(context=chat.page.context)
    expect(other.messages).to_have_count(2)
    other.say(QUESTION)
    chat.page.bring_to_front()
    expect(chat.messages).to_have_count(4, timeout=20_000)
    assert chat.texts() == other.texts()


def test_an_expired_conversation_keeps_what_was_typed(chat: Chat) -> None:
    chat.say("hallo")
    fake(chat.page, "messages", {"fout": "verlopen"}, 401)
    chat.type(QUESTION)
    expect(chat.error).to_contain_text("Uw vorige gesprek is verlopen")
    expect(chat.input).to_have_value(QUESTION)
    chat.page.unroute_all()
    chat.input.press("Enter")
    assert "geleegd" in chat.answer(1)


def test_a_website_that_is_down_gives_the_last_known_phone_number(chat: Chat) -> None:
    chat.say("hallo")
    chat.page.route("**/v1/gemeente/**", lambda route: route.abort())
    chat.page.route(ENGINE, lambda route: route.abort())
    chat.page.reload()
    chat.open()
    assert_other_ways_are_shown(chat)
    expect(chat.panel.get_by_role("link", name="Bel 14 088")).to_be_visible()


def test_a_panel_that_cannot_load_leaves_other_ways(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.route("**/v1/paneel.css", lambda route: route.abort())
    chat = Chat(page)
    chat.starter.click()
    alert = page.locator("vraagbaak-chat").get_by_role("alert")
    expect(alert).to_contain_text("De chat kan nu niet openen")
    expect(alert.get_by_role("link", name="Bel 14 088")).to_be_visible()
    page.unroute_all()
    chat.open()
    assert "geleegd" in chat.say(QUESTION)


# Last: the fixture's engine is replaced.


def test_an_engine_that_starts_again_in_the_middle_loses_nothing(chat: Chat, installation: Installation) -> None:
    chat.say("paspoort aanvragen")
    before = chat.texts()
    installation.kill_engine()
    chat.type("en wat kost dat?")
    assert_other_ways_are_shown(chat)
    expect(chat.own.last).to_contain_text("Niet verstuurd")
    installation.start_engine()
    chat.page.locator(".nota").get_by_role("button", name="Opnieuw proberen").click()
    assert "Een paspoort kost €" in chat.answer(1, seconds=60)  # the first question after a start takes long
    assert chat.texts()[:2] == before
    assert chat.numbers() == [1, 2, 3, 4]
    expect(chat.card).to_be_hidden()
    expect(chat.network).to_be_empty(timeout=40_000)
