"""A whole installation and a real browser, once for all tests of this folder; a page of its own for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.installation import Installation
from tests.browser.page import Chat
from tests.conftest import missing_service

expect.set_options(timeout=10_000)

NewContext = Callable[..., BrowserContext]
NewChat = Callable[..., Chat]
FAILED = pytest.StashKey[bool]()


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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remembers that a test went wrong, for the pictures that its browsers then leave."""
    outcome = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or outcome.get_result().failed  # type: ignore[attr-defined]


@pytest.fixture
def new_context(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewContext]:
    """Makes a browser without history: that of another resident. After a failure what it showed is in the test's folder."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        # Half-way a movement contrast and place are not yet right.
        options = {"viewport": {"width": 1200, "height": 800}, "reduced_motion": "reduce", **options}
        opened.append(browser.new_context(locale="nl-NL", **options))
        return opened[-1]

    yield make
    pages = [page for context in opened for page in context.pages] if request.node.stash.get(FAILED, False) else []
    for number, page in enumerate(pages):
        with suppress(PlaywrightError):
            page.screenshot(path=tmp_path / f"venster-{number}.png")
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
