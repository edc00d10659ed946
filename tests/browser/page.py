"""The chat as a resident meets it: a small page object, with the words that are on the screen."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

HOST = "document.querySelector('vraagbaak-chat')"
QUESTION = "mijn container is niet geleegd"
"""A question that is answered at once."""
UNCLEAR = "vergunning"
"""A question that is asked back."""
BSN = "111222333"

_RECORD = f"""() => {{
  const log = {HOST}.shadowRoot.querySelector('[role=log]');
  const said = (window.__said = []);
  const shown = (node) => {{
    const copy = node.cloneNode(true);
    copy.querySelectorAll?.('[aria-hidden=true], [hidden]').forEach((one) => one.remove());
    return copy.textContent.trim();
  }};
  // A live region speaks when something is added while it is on.
  new MutationObserver((changes) => {{
    if (log.ariaLive === 'off') return;
    for (const {{ addedNodes }} of changes) for (const node of addedNodes) said.push(shown(node));
  }}).observe(log, {{ childList: true, subtree: true, characterData: true }});
}}"""
"""Keeps what a screen reader would say of the conversation."""


class Chat:
    """The widget on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._held: list[Route] = []
        self.root = page.locator("vraagbaak-chat")
        self.starter = page.locator(".starter")
        self.panel = page.locator("#paneel")
        self.input = page.locator("#vraag")
        self.messages = page.locator(".bericht:not(.welkom)")
        self.answers = page.locator(".bericht.vraagbaak")
        self.own = page.locator(".bericht.bewoner")
        self.choices = page.locator(".keuzes button")
        self.status = page.locator(".stand")
        self.error = page.locator(".onder > .fout")
        self.network = page.locator(".verbinding")
        self.warning = page.locator(".waarschuwing")
        self.card = page.locator(".kaart")
        self.sheet = page.locator(".blad")

    def open(self) -> Chat:
        """Open the panel."""
        self.starter.click()
        expect(self.panel).to_be_visible()
        self.page.mouse.move(0, 0)  # what is below the pointer looks different
        return self

    def button(self, name: str, inside: Locator | None = None) -> Locator:
        """A button with exactly this name."""
        return (inside or self.panel).get_by_role("button", name=name, exact=True)

    def type(self, text: str) -> None:
        """Send a text without waiting for its answer."""
        self.input.fill(text)
        self.input.press("Enter")

    def hold(self) -> None:
        """From now on a message that is sent waits for `release`."""
        self.page.route("**/webchat/messages", lambda route: self._held.append(route))

    def release(self) -> None:
        """Let go what waits."""
        for route in self._held:
            route.continue_()
        self._held.clear()

    def say(self, text: str) -> str:
        """Send a text; what Vraagbaak says to it."""
        before = self.answers.count()
        self.type(text)
        return self.answer(before)

    def choose(self, name: str) -> str:
        """Take a quick reply; what Vraagbaak says to it."""
        before = self.answers.count()
        self.choices.get_by_text(name, exact=True).click()
        return self.answer(before)

    def answer(self, before: int, seconds: int = 20) -> str:
        """The first answer after so many."""
        expect(self.answers.nth(before)).to_be_visible(timeout=seconds * 1000)
        expect(self.own.last).not_to_have_attribute("data-nr", "Infinity")
        return self.answers.nth(before).locator(".tekst").inner_text()

    def texts(self) -> list[str]:
        """The words of all messages, in order."""
        return self.messages.locator(".tekst").all_inner_texts()

    def numbers(self) -> list[int]:
        """The numbers of all messages, in order."""
        return self.messages.evaluate_all("all => all.map((one) => Number(one.dataset.nr))")

    def menu(self, item: str) -> None:
        """Choose something from the menu."""
        self.button("Menu").click()
        self.button(item).click()

    def focus(self) -> str:
        """The id of what has the focus in the widget, or else its words."""
        return str(
            self.page.evaluate(f"(one => one ? one.id || one.innerText.trim() : '')({HOST}.shadowRoot.activeElement)")
        )

    def tab_to(self, name: str, key: str = "Tab") -> None:
        """Press Tab until something with this id or these words has the focus."""
        for _ in range(60):
            if self.focus() == name:
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"met {key} niet te bereiken: {name}")

    def session(self) -> dict[str, Any]:
        """What this browser keeps of the conversation."""
        found = self.page.evaluate(
            "JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => /^vraagbaak:[a-z]+$/.test(key))))"
        )
        return dict(found or {})

    def record(self) -> None:
        """Begin to keep what is read aloud."""
        self.page.evaluate(_RECORD)

    def said(self) -> list[str]:
        """What was read aloud since `record`."""
        return list(self.page.evaluate("window.__said"))

    def colour(self, selector: str, name: str = "background-color") -> str:
        """A computed style of the first element that fits."""
        return str(
            self.root.locator(selector).first.evaluate(
                "(one, name) => getComputedStyle(one).getPropertyValue(name)", name
            )
        )

    def sideways(self) -> int:
        """By how many pixels page, panel or conversation can be scrolled sideways."""
        return int(
            self.page.evaluate(
                f"""() => {{
                  const boxes = [document.documentElement, ...{HOST}.shadowRoot.querySelectorAll('.paneel, .rol, .onder, .blad')];
                  return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
                }}"""
            )
        )


def violations(page: Page) -> str:
    """What axe finds wrong, one line each; empty when nothing."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return "\n".join(
        f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]
    )


def fake(page: Page, path: str, body: object = None, status: int = 200, headers: dict[str, str] | None = None) -> None:
    """Let the engine answer so, until `page.unroute_all`."""
    allowed = {"access-control-allow-origin": "*", "access-control-expose-headers": "retry-after"}
    page.route(
        f"**/webhooks/webchat/{path}",
        lambda route: route.fulfill(status=status, json=body, headers=allowed | (headers or {})),
    )
