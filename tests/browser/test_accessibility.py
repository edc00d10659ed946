"""For everybody: axe on every state, keyboard only, small and zoomed screens, dark, forced colours, reduced motion."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewChat
from tests.browser.page import QUESTION, UNCLEAR, Chat, violations
from tests.browser.states import (
    answered,
    asked_back,
    broken,
    busy,
    contact_shown,
    ended,
    erased,
    erasing,
    grading,
    menu_open,
    offline,
    opened,
    reason_asked,
    too_long,
    warned,
)

pytestmark = pytest.mark.training

WHITE = "rgb(255, 255, 255)"
PHONE = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
ZOOMED = {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}
"""A window of 1280 by 1024 pixels at 400%."""


STATES = (
    opened,
    answered,
    asked_back,
    busy,
    broken,
    offline,
    reason_asked,
    warned,
    too_long,
    menu_open,
    contact_shown,
    erasing,
    erased,
    grading,
    ended,
)
State = Callable[[Chat], None]
each_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)


@each_state
def test_axe_finds_nothing(chat: Chat, state: State) -> None:
    state(chat)
    assert violations(chat.page) == ""


@pytest.mark.parametrize(
    "state", [answered, asked_back, broken, warned, erasing, grading], ids=lambda one: one.__name__
)
def test_axe_finds_nothing_in_the_dark(new_chat: NewChat, state: State) -> None:
    chat = new_chat("molendam", color_scheme="dark")
    state(chat)
    assert violations(chat.page) == ""


def test_a_page_with_colours_for_the_light_has_no_dark_chat(new_chat: NewChat) -> None:
    chat = new_chat("voorbeeldstad", color_scheme="dark")
    asked_back(chat)
    assert chat.colour(".paneel") == WHITE
    assert violations(chat.page) == ""


@pytest.mark.parametrize("state", [opened, asked_back, warned, grading], ids=lambda one: one.__name__)
def test_axe_finds_nothing_on_a_phone(new_chat: NewChat, state: State) -> None:
    chat = new_chat(**PHONE)
    state(chat)
    assert violations(chat.page) == ""
    assert chat.sideways() <= 0


def test_axe_finds_nothing_in_another_theme_and_with_a_closed_chat(new_page: Callable[..., Page]) -> None:
    page = new_page("molendam")
    expect(Chat(page).starter).to_be_visible()
    assert violations(page) == ""
    answered(Chat(page).open())
    assert violations(page) == ""


def test_everything_can_be_done_with_the_keyboard(new_page: Callable[..., Page]) -> None:
    page = new_page()
    chat = Chat(page)
    expect(chat.starter).to_be_visible()
    chat.tab_to("Stel een vraag aan de chatbot")
    page.keyboard.press("Enter")
    expect(chat.panel).to_be_visible()
    assert chat.focus() == "titel"
    chat.tab_to("vraag")
    page.keyboard.type(UNCLEAR)
    page.keyboard.press("Enter")
    chat.answer(0)
    assert chat.focus() == "vraag"
    choice = chat.choices.first.inner_text()
    chat.tab_to(choice, "Shift+Tab")
    page.keyboard.press("Enter")
    assert choice in chat.answer(1)
    assert chat.focus() == "vraag"
    chat.tab_to("Ja", "Shift+Tab")
    page.keyboard.press("Space")
    expect(chat.button("Ja")).to_have_attribute("aria-pressed", "true")
    chat.tab_to("Menu")
    page.keyboard.press("Enter")
    chat.tab_to("Wis het gesprek")
    page.keyboard.press("Enter")
    assert chat.focus() == "bladtitel"
    page.keyboard.press("Escape")
    expect(chat.sheet).to_be_hidden()
    assert chat.focus() == "Menu"


def test_escape_minimises_and_gives_the_focus_back(chat: Chat) -> None:
    chat.say("hallo")
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    expect(chat.starter).to_be_focused()
    chat.open()
    expect(chat.input).to_be_focused()
    expect(chat.messages).to_have_count(2)


def test_the_page_beside_an_open_panel_stays_within_reach(chat: Chat) -> None:
    expect(chat.panel).to_have_attribute("aria-modal", "false")
    chat.button("Verstuur").focus()
    chat.page.keyboard.press("Tab")
    assert not chat.panel.evaluate("one => one.contains(one.getRootNode().activeElement)")


def test_on_a_phone_it_is_full_screen_and_keeps_the_focus(new_chat: NewChat) -> None:
    chat = new_chat(**PHONE)
    expect(chat.panel).to_have_attribute("aria-modal", "true")
    chat.say(QUESTION)
    assert chat.panel.bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 640}
    chat.button("Verstuur").focus()
    chat.page.keyboard.press("Tab")
    assert chat.focus() == "Menu"
    chat.page.keyboard.press("Shift+Tab")
    assert chat.focus() == "Verstuur"


def test_what_can_be_touched_is_large_enough(new_chat: NewChat) -> None:
    chat = new_chat(**PHONE)
    chat.say(UNCLEAR)
    chat.say(QUESTION)
    small = chat.panel.evaluate(
        """panel => [...panel.querySelectorAll('button, textarea, .actie')].filter((one) => one.checkVisibility())
          .map((one) => [one.textContent, one.getBoundingClientRect()])
          .filter(([, box]) => box.width < 44 || box.height < 44).map(([text]) => text)"""
    )
    assert small == []


@pytest.mark.parametrize("state", [opened, answered, warned, erasing, grading], ids=lambda one: one.__name__)
def test_zoomed_to_400_percent_nothing_is_out_of_reach(new_chat: NewChat, state: State) -> None:
    chat = new_chat(**ZOOMED)
    state(chat)
    assert chat.sideways() <= 0
    for control in chat.panel.get_by_role("button").all() + [chat.input]:
        if control.is_visible() and not control.evaluate("one => Boolean(one.closest('[inert]'))"):
            control.scroll_into_view_if_needed()
            expect(control).to_be_in_viewport()


def test_words_may_be_spaced_out(chat: Chat) -> None:
    """WCAG 1.4.12: nothing is cut off with the text spacing that a resident sets."""
    chat.say(UNCLEAR)
    spacing = "line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important"
    chat.panel.evaluate(
        """(panel, spacing) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`.paneel * { ${spacing} }`);
          panel.getRootNode().adoptedStyleSheets.push(sheet);
        }""",
        spacing,
    )
    assert chat.sideways() <= 0
    cut = chat.panel.evaluate(
        "panel => [...panel.querySelectorAll('button, .tekst')].filter((one) => one.checkVisibility())"
        ".filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"
    )
    assert cut == []


def test_the_dark_is_dark(new_chat: NewChat) -> None:
    assert new_chat("molendam", color_scheme="dark").colour(".paneel") == "rgb(22, 32, 43)"
    assert new_chat("molendam", color_scheme="light").colour(".paneel") == WHITE


def test_with_forced_colours_shapes_keep_their_borders(new_chat: NewChat) -> None:
    chat = new_chat(forced_colors="active")
    asked_back(chat)
    for selector in (".knop", ".kop", ".tekst", ".rond"):
        assert chat.colour(selector, "border-top-style") == "solid"
    assert violations(chat.page) == ""


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_who_wants_no_motion(new_chat: NewChat, motion: str, moves: bool) -> None:
    chat = new_chat(reduced_motion=motion)
    busy(chat)
    for selector in (".paneel", ".stippen i"):
        assert (chat.colour(selector, "animation-name") != "none") is moves


def test_who_waits_hears_it_in_words_without_dots(chat: Chat) -> None:
    busy(chat)
    expect(chat.status).to_have_attribute("role", "status")
    expect(chat.status).to_have_text("Vraagbaak zoekt het antwoord")
    expect(chat.page.locator(".stippen")).to_have_attribute("aria-hidden", "true")
