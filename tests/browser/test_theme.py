"""The look follows the page: own tokens, then NL Design System, then our default."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import NewChat
from tests.browser.page import Chat

pytestmark = pytest.mark.training

DEFAULT = "rgb(21, 66, 115)"
SEND = ".invoer .knop"


@pytest.mark.parametrize(
    ("gemeente", "colour"), [("voorbeeldstad", "rgb(0, 87, 125)"), ("molendam", "rgb(122, 42, 18)")]
)
def test_the_panel_takes_the_colour_of_the_page(new_chat: NewChat, gemeente: str, colour: str) -> None:
    chat = new_chat(gemeente)
    assert chat.colour(SEND) == chat.colour(".kop") == colour
    assert chat.colour(".starter") == colour


def test_the_panel_takes_letter_and_corners_of_the_page(new_chat: NewChat) -> None:
    chat = new_chat("molendam")
    assert chat.colour(SEND, "border-radius") == "0px"
    assert chat.colour(".paneel", "font-family").startswith("Georgia")


def test_a_page_without_tokens_gets_the_default(chat: Chat) -> None:
    bare(chat)
    assert chat.colour(SEND) == chat.colour(".kop") == DEFAULT


@pytest.mark.parametrize(
    "token",
    ["--vraagbaak-accent", "--utrecht-button-primary-action-background-color", "--nl-button-primary-background-color"],
)
def test_each_name_in_the_chain_counts(chat: Chat, token: str) -> None:
    bare(chat)
    chat.page.evaluate("token => document.body.style.setProperty(token, 'rgb(1, 2, 3)')", token)
    assert chat.colour(SEND) == "rgb(1, 2, 3)"


def test_under_the_pointer_a_button_keeps_the_colour_of_the_page(new_chat: NewChat) -> None:
    chat = new_chat("molendam")
    chat.page.locator(SEND).hover()
    red, _, blue = map(float, re.findall(r"[\d.]+", chat.colour(SEND))[:3])
    assert red > 2 * blue


def test_an_own_token_goes_before_those_of_nl_design_system(chat: Chat) -> None:
    chat.page.evaluate("document.body.style.setProperty('--vraagbaak-accent', 'rgb(1, 2, 3)')")
    assert chat.colour(SEND) == "rgb(1, 2, 3)"


def test_what_the_page_resets_does_not_reach_the_chat(chat: Chat) -> None:
    before = chat.panel.bounding_box()
    chat.page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('* { all: unset !important; font-size: 3px !important; display: inline !important }');
          document.adoptedStyleSheets.push(sheet);
        }"""
    )
    assert chat.panel.bounding_box() == before


def bare(chat: Chat) -> None:
    """Take the theme of the page away."""
    chat.page.evaluate("document.body.className = ''")
