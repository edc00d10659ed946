"""The redactie as an editor meets it: a small page object, with the words that are on the screen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.web.desk.people import WACHTWOORD

_VIOLATIONS = """
window.__csp = [];
document.addEventListener('securitypolicyviolation', (event) => window.__csp.push(event.violatedDirective));
"""
GATE = 240_000
"""Milliseconds that a test gives the gate."""


class Redactie:
    """The redactie in one browser."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        context.add_init_script(_VIOLATIONS)
        self.url = f"{url}/redactie"
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.alert = self.page.get_by_role("alert")
        self.saved = self.page.locator("#bewaard")

    def log_in(self, gebruikersnaam: str) -> Redactie:
        """Log in and wait for the first page."""
        self.page.goto(self.url)
        self.page.get_by_label("Gebruikersnaam").fill(gebruikersnaam)
        self.page.get_by_label("Wachtwoord").fill(WACHTWOORD)
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Wat er op u wacht")
        return self

    def go(self, path: str) -> Redactie:
        """Open a page of the redactie."""
        self.page.goto(f"{self.url}{path}")
        return self

    def button(self, name: str, inside: Locator | None = None) -> Locator:
        """A button with exactly this name."""
        return (inside or self.page).get_by_role("button", name=name, exact=True)

    def part(self, name: str) -> Locator:
        """The field of a part of the text."""
        return self.page.get_by_role("textbox", name=name, exact=True)

    def publish(self, reden: str) -> None:
        """From the edit page to live."""
        self.button("Bewaar, toets en publiceer").click()
        expect(self.page.get_by_text("bekende vragen bekeken")).to_be_visible(timeout=GATE)
        self.page.get_by_label("Waarom u dit wijzigt").fill(reden)
        self.button("Publiceer").click()
        expect(self.page.get_by_role("status").filter(has_text="De tekst is live")).to_be_visible()

    def sideways(self) -> int:
        """By how many pixels the page can be scrolled sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def violations_of_policy(self) -> Any:
        """What the browser refused to run."""
        return self.page.evaluate("window.__csp")
