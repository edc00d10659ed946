"""Whole conversations with the real engine."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewChat
from tests.browser.page import QUESTION, UNCLEAR, Chat

pytestmark = pytest.mark.training


def test_ten_turns_with_a_choice_a_follow_up_thanks_and_goodbye(chat: Chat) -> None:
    assert "computerprogramma" in chat.say("hallo")
    assert "Ik weet nog niet zeker" in chat.say(UNCLEAR)
    expect(chat.choices.last).to_have_text("Geen van deze")
    taken = chat.choices.first.inner_text()
    assert taken in chat.choose(taken)
    assert "Paspoort aanvragen" in chat.say("paspoort aanvragen")
    assert "Een paspoort kost €" in chat.say("en wat kost dat?")
    assert "Neem dit mee" in chat.choose("Meenemen")
    assert "geleegd" in chat.say(QUESTION)
    assert "14 088" in chat.say("medewerker spreken")
    assert "Graag gedaan" in chat.say("bedankt")
    assert "Tot ziens" in chat.say("tot ziens")
    assert chat.numbers() == list(range(1, 21))
    expect(chat.error).to_be_empty()


def test_each_message_is_read_aloud_once(chat: Chat) -> None:
    chat.record()
    for text in ("hallo", UNCLEAR, "paspoort aanvragen", "en wat kost dat?"):
        chat.say(text)
    chat.page.wait_for_timeout(1000)  # the rest of a long answer joins silently after a moment
    said = chat.said()
    assert len(said) == chat.messages.count() == 8
    for spoken, author in zip(said, ["U zei:", "Vraagbaak, chatbot zei:"] * 4, strict=True):
        assert author in spoken


def test_quick_replies_are_said_and_belong_to_the_newest_message_only(chat: Chat) -> None:
    chat.record()
    chat.say(UNCLEAR)
    expect(chat.choices.first).to_be_visible()
    assert f"Er zijn {chat.choices.count()} snelle antwoorden." in chat.said()[-1]
    chat.say("bedankt")
    expect(chat.choices).to_have_count(0)


def test_a_reload_gives_the_conversation_back_silently(chat: Chat) -> None:
    chat.say(QUESTION)
    chat.say("bedankt")
    before = chat.texts()
    chat.page.reload()
    expect(chat.starter).to_contain_text("Ga verder met uw gesprek")
    chat.open()
    expect(chat.messages).to_have_count(4)
    assert chat.texts() == before
    chat.page.wait_for_timeout(400)
    chat.record()
    chat.say("tot ziens")
    assert chat.numbers() == [1, 2, 3, 4, 5, 6]
    assert len(chat.said()) == 2


def test_what_was_typed_survives_a_reload(chat: Chat) -> None:
    chat.say("hallo")
    chat.input.fill("een halve vraag")
    chat.page.reload()
    chat.open()
    expect(chat.input).to_have_value("een halve vraag")


def test_two_tabs_share_the_conversation(new_chat: NewChat) -> None:
    first = new_chat()
    first.say(QUESTION)
    second = new_chat(context=first.page.context)
    expect(second.messages).to_have_count(2)
    second.say("bedankt")
    first.page.bring_to_front()
    expect(first.messages).to_have_count(4)
    first.say("tot ziens")
    second.page.bring_to_front()
    expect(second.messages).to_have_count(6)
    assert first.texts() == second.texts()
    assert first.numbers() == second.numbers() == [1, 2, 3, 4, 5, 6]


def test_two_residents_do_not_see_each_other(new_chat: NewChat) -> None:
    first, second = new_chat(), new_chat("molendam")
    assert "14 088" in first.say("medewerker spreken")
    assert "0990" in second.say("medewerker spreken")
    assert first.numbers() == second.numbers() == [1, 2]


def test_a_connection_that_was_cut_loses_and_doubles_nothing(chat: Chat) -> None:
    chat.say("hallo")
    chat.page.context.set_offline(True)
    expect(chat.network).to_contain_text("geen internet")
    chat.type(QUESTION)
    expect(chat.own.last).to_contain_text("Niet verstuurd")
    chat.page.context.set_offline(False)
    expect(chat.network).to_be_empty()
    chat.button("Opnieuw proberen").click()
    assert "geleegd" in chat.answer(1)
    chat.say("bedankt")
    assert chat.numbers() == [1, 2, 3, 4, 5, 6]
    assert chat.texts()[2] == QUESTION


def test_an_answer_that_came_while_away_is_fetched(chat: Chat) -> None:
    chat.say("hallo")
    # The engine has the message; the connection breaks before its answer arrives.
    chat.page.route("**/webchat/messages", lambda route: (route.fetch(), route.abort()), times=1)
    chat.type(QUESTION)
    assert "geleegd" in chat.answer(1)
    chat.page.wait_for_timeout(500)
    assert chat.numbers() == [1, 2, 3, 4]
    expect(chat.own.last).not_to_contain_text("Niet verstuurd")


def test_unread_messages_are_counted_on_the_closed_chat(chat: Chat) -> None:
    chat.say("hallo")
    chat.hold()
    chat.type(QUESTION)
    chat.button("Verklein de chat").click()
    chat.release()
    expect(chat.starter).to_contain_text("1 nieuw")
    chat.open()
    expect(chat.answers).to_have_count(2)
    expect(chat.page.locator(".nieuw")).to_be_hidden()


def test_the_conversation_can_be_downloaded(chat: Chat) -> None:
    chat.say(QUESTION)
    with chat.page.expect_download() as download:
        chat.menu("Download het gesprek")
    assert download.value.suggested_filename == "gesprek-met-de-gemeente.txt"
    text = download.value.path().read_text(encoding="utf-8")
    assert QUESTION in text
    assert "Afvalcontainer niet geleegd" in text
    assert "Vraagbaak, chatbot" in text


def test_nothing_is_kept_before_the_resident_starts(chat: Chat) -> None:
    assert chat.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert chat.page.context.cookies() == []


def test_it_says_what_it_is_before_the_first_message(chat: Chat) -> None:
    welcome = chat.page.locator("#welkom")
    for promise in ("chatbot van de gemeente Voorbeeldstad", "computerprogramma, geen mens", "medewerker", "14 088"):
        expect(welcome).to_contain_text(promise)
    expect(welcome).to_contain_text("Wij bewaren dit gesprek 30 dagen")
    expect(welcome).to_contain_text("Deel geen BSN")
    expect(welcome.get_by_role("link")).to_have_attribute("href", "https://www.voorbeeldstad.example/privacy")


def test_a_language_that_is_written_from_right_to_left_is_shown_so(chat: Chat) -> None:
    chat.say("مرحبا، كيف يمكنني تجديد جواز سفري؟")
    answer = chat.answers.last.locator(".tekst")
    expect(answer).to_have_attribute("dir", "rtl")
    expect(answer).to_have_attribute("lang", "ar")
    assert answer.locator("p").first.evaluate("one => getComputedStyle(one).direction") == "rtl"
    phone = answer.get_by_text("14 088", exact=True)
    assert phone.evaluate("one => getComputedStyle(one).direction") == "ltr"
