"""Judging, ending and erasing a conversation; what the database then holds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewChat
from tests.browser.installation import Installation
from tests.browser.page import QUESTION, Chat

pytestmark = pytest.mark.training


def conversation(installation: Installation) -> str:
    """The id of the conversation that began last."""
    return str(installation.rows("SELECT id FROM gesprek ORDER BY begonnen_op DESC LIMIT 1")[0][0])


def judgements(installation: Installation) -> list[tuple[object, ...]]:
    """(number, thumb or grade, words) of the last conversation."""
    query = "SELECT nummer, duim, reden FROM bericht_oordeel WHERE gesprek_id = :id ORDER BY nummer"
    return installation.rows(query, id=conversation(installation))


def test_a_thumb_up_is_stored(chat: Chat, installation: Installation) -> None:
    chat.say(QUESTION)
    chat.button("Ja").click()
    expect(chat.answers.last).to_contain_text("Bedankt voor uw reactie.")
    assert judgements(installation) == [(2, "op", None)]


def test_a_thumb_down_may_have_a_reason(chat: Chat, installation: Installation) -> None:
    chat.say(QUESTION)
    chat.button("Nee").click()
    chat.page.get_by_label("Wat missen wij?").fill("De groene bak staat er nog.")
    chat.button("Verstuur reactie").click()
    expect(chat.answers.last).to_contain_text("Bedankt voor uw reactie.")
    assert judgements(installation) == [(2, "neer", "De groene bak staat er nog.")]


def test_a_grade_is_stored_after_the_end(chat: Chat, installation: Installation) -> None:
    chat.say("hallo")
    chat.menu("Beëindig het gesprek")
    chat.button("Verstuur cijfer").click()
    expect(chat.card).to_contain_text("Kies eerst een cijfer.")
    chat.page.get_by_role("radio", name="8").check()
    chat.page.get_by_label("Wat ging goed of kon beter?").fill("Snel.")
    chat.button("Verstuur cijfer").click()
    expect(chat.card).to_contain_text("Bedankt voor uw cijfer.")
    assert judgements(installation) == [(0, "8", "Snel.")]
    query = "SELECT geeindigd_op IS NOT NULL FROM gesprek WHERE id = :id"
    assert installation.rows(query, id=conversation(installation)) == [(1,)]


def test_an_ended_conversation_is_still_ended_after_a_reload_and_a_new_one_begins_empty(chat: Chat) -> None:
    chat.say("hallo")
    chat.menu("Beëindig het gesprek")
    expect(chat.card).to_contain_text("Het gesprek is beëindigd")
    chat.page.reload()
    expect(chat.starter).to_contain_text("Stel een vraag")
    chat.open()
    expect(chat.card).to_contain_text("Welk cijfer")
    chat.button("Overslaan", chat.card).click()
    chat.button("Begin een nieuw gesprek").click()
    expect(chat.messages).to_have_count(0)
    chat.say(QUESTION)
    assert chat.numbers() == [1, 2]


def test_an_erased_conversation_leaves_a_receipt_and_no_word(new_chat: NewChat, installation: Installation) -> None:
    chat = new_chat()
    other = new_chat(context=chat.page.context)
    chat.page.bring_to_front()
    chat.say("mijn container met zeldzaamwoord is niet geleegd")
    chat.button("Nee").click()
    chat.page.get_by_label("Wat missen wij?").fill("ongehoordwoord")
    chat.button("Verstuur reactie").click()
    expect(chat.answers.last).to_contain_text("Bedankt voor uw reactie.")
    gesprek_id = conversation(installation)
    for word in (b"zeldzaamwoord", b"ongehoordwoord", gesprek_id.encode()):
        assert word in installation.stored()

    chat.menu("Wis het gesprek")
    chat.button("Nee, bewaar het gesprek").click()
    expect(chat.messages).to_have_count(2)
    chat.menu("Wis het gesprek")
    chat.button("Ja, wis het gesprek").click()
    expect(chat.card).to_contain_text("Uw gesprek is gewist")
    expect(chat.card.locator("dl")).to_contain_text("Aantal gewiste berichten")
    expect(chat.card.locator("dd").nth(0)).to_have_text(chat.card.locator("dd").nth(0).inner_text().upper())
    expect(chat.card.locator("dd").nth(2)).to_have_text("2")
    expect(chat.messages).to_have_count(0)
    assert chat.page.evaluate("localStorage.length + sessionStorage.length") == 0
    other.page.bring_to_front()
    expect(other.messages).to_have_count(0)

    for word in (b"zeldzaamwoord", b"ongehoordwoord", gesprek_id.encode()):
        assert word not in installation.stored()


def test_an_erased_conversation_cannot_be_read_any_more(chat: Chat) -> None:
    chat.say("hallo")
    session = chat.session()
    chat.menu("Wis het gesprek")
    chat.button("Ja, wis het gesprek").click()
    expect(chat.card).to_contain_text("gewist")
    chat.page.evaluate("session => localStorage.setItem('vraagbaak:voorbeeldstad', JSON.stringify(session))", session)
    chat.page.reload()
    chat.open()
    expect(chat.error).to_contain_text("Uw vorige gesprek is verlopen")
    expect(chat.messages).to_have_count(0)
