"""The states that a chat can be in, and how a resident gets there; also for the pictures of `tools/screenshots.py`."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.page import BSN, QUESTION, UNCLEAR, Chat, fake


def opened(chat: Chat) -> None:
    expect(chat.page.locator("#welkom")).to_be_visible()


def answered(chat: Chat) -> None:
    chat.say(QUESTION)


def asked_back(chat: Chat) -> None:
    chat.say(UNCLEAR)
    expect(chat.choices.last).to_be_visible()


def busy(chat: Chat) -> None:
    chat.say("hallo")
    chat.hold()
    chat.type(QUESTION)
    expect(chat.status).to_contain_text("zoekt het antwoord")


def broken(chat: Chat) -> None:
    fake(chat.page, "messages", {"fout": "stuk"}, 500)
    chat.type(QUESTION)
    expect(chat.card).to_contain_text("De chat werkt nu niet goed")


def offline(chat: Chat) -> None:
    chat.say("hallo")
    chat.page.context.set_offline(True)
    chat.type(QUESTION)
    expect(chat.network).to_contain_text("geen internet")


def reason_asked(chat: Chat) -> None:
    chat.say(QUESTION)
    chat.button("Nee").click()
    expect(chat.page.get_by_label("Wat missen wij?")).to_be_visible()


def warned(chat: Chat) -> None:
    chat.type(f"mijn bsn is {BSN}")
    expect(chat.warning).to_contain_text("burgerservicenummer")


def too_long(chat: Chat) -> None:
    chat.input.fill("a" * 1001)


def menu_open(chat: Chat) -> None:
    chat.say("hallo")
    chat.button("Menu").click()


def contact_shown(chat: Chat) -> None:
    chat.menu("Contact en openingstijden")


def erasing(chat: Chat) -> None:
    chat.say("hallo")
    chat.menu("Wis het gesprek")
    expect(chat.sheet).to_be_visible()


def erased(chat: Chat) -> None:
    erasing(chat)
    chat.button("Ja, wis het gesprek").click()
    expect(chat.card).to_contain_text("gewist")


def grading(chat: Chat) -> None:
    chat.say("hallo")
    chat.menu("Beëindig het gesprek")
    expect(chat.card).to_contain_text("Welk cijfer")


def ended(chat: Chat) -> None:
    grading(chat)
    chat.button("Overslaan", chat.card).click()
    expect(chat.button("Begin een nieuw gesprek")).to_be_visible()
