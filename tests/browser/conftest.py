"""A whole installation and a real browser, once for all tests of this folder; a page of its own for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.installation import Installation
from tests.browser.page import Chat
from tests.conftest import missing_service

expect.set_options(timeout=10_000)

NewContext = Callable[..., BrowserContext]
NewChat = Callable[..., Chat]


@pytest.fixture(scope="package")
def installation(
    browser: Browser, trained_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("data")) as running:
        yield running


# Not for the whole session: an event loop runs as long as Playwright does, and other tests have their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        missing_service("De browser (apt-get install chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Makes a browser without history: that of another resident."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        # Half-way a movement contrast and place are not yet right.
        options = {"viewport": {"width": 1200, "height": 800}, "reduced_motion": "reduce", **options}
        opened.append(browser.new_context(locale="nl-NL", **options))
        return opened[-1]

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def new_page(installation: Installation, new_context: NewContext) -> Callable[..., Page]:
    """Opens the demonstration page of a municipality."""

    def make(gemeente: str = "voorbeeldstad", context: BrowserContext | None = None, **options: Any) -> Page:
        page = (context or new_context(**options)).new_page()
        page.goto(f"{installation.url}/demo/{gemeente}")
        return page

    return make


@pytest.fixture
def new_chat(new_page: Callable[..., Page]) -> NewChat:
    """The same, with the chat opened."""
    return lambda *arguments, **options: Chat(new_page(*arguments, **options)).open()


@pytest.fixture
def chat(new_chat: NewChat) -> Chat:
    return new_chat()
