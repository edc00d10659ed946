"""The desk as an employee meets it: a small page object, with the words that are on the screen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.web.desk.people import WACHTWOORD

_VIOLATIONS = """
window.__csp = [];
document.addEventListener('securitypolicyviolation', (event) => window.__csp.push(event.violatedDirective));
"""


class Desk:
    """The desk in one browser."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        context.add_init_script(_VIOLATIONS)
        self.url = f"{url}/balie"
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.queue = self.page.locator("#lijst-wachtrij > .lijst:not(.elders) > li")
        self.elsewhere = self.page.locator(".elders > li")
        self.calls = self.page.locator("#lijst-terugbellen > .lijst > li")
        self.closed = self.page.locator("#lijst-geschiedenis > .lijst > li")
        self.tabs = self.page.locator(".gesprektabs [role=tab]")
        self.window = self.page.locator(".venster:not([hidden])")
        self.messages = self.window.locator(".bericht:not(.systeem)")
        self.input = self.window.locator(".schrijf textarea")
        self.alarm = self.page.locator("#alarm")
        self.said = self.page.locator("#melder")
        self.dialog = self.page.locator("dialog[open]")
        self.connection = self.page.locator("#verbinding")
        self.typing = self.window.locator(".typt")
        self.attention = self.page.locator("#letop li")

    def log_in(self, gebruikersnaam: str) -> Desk:
        """Log in and wait for the desk."""
        self.page.goto(self.url)
        self.page.get_by_label("Gebruikersnaam").fill(gebruikersnaam)
        self.page.get_by_label("Wachtwoord").fill(WACHTWOORD)
        self.page.get_by_role("button", name="Log in").click()
        return self.ready()

    def ready(self) -> Desk:
        """Wait until the live desk has come in."""
        expect(self.page.get_by_role("switch")).not_to_have_text("")
        return self

    def button(self, name: str, inside: Locator | None = None) -> Locator:
        """A button with exactly this name."""
        return (inside or self.page).get_by_role("button", name=name, exact=True)

    def claim(self, name: str) -> Desk:
        """Pick somebody up from the queue."""
        self.queue.filter(has_text=name).get_by_role("button", name="Pak op").click()
        expect(self.window.get_by_role("heading", level=2)).to_have_text(f"Gesprek met {name}")
        return self

    def say(self, text: str) -> None:
        """Send a message, and wait until it has arrived."""
        self.input.fill(text)
        self.input.press("Enter")
        expect(self.messages.last).to_contain_text(text.split("\n")[0])
        expect(self.messages.last).not_to_have_class("bezig")

    def texts(self) -> list[str]:
        """The words of all messages on the screen, in order."""
        return self.messages.locator(".tekst").all_inner_texts()

    def numbers(self) -> list[int]:
        """The numbers of all messages, in order."""
        return list(self.messages.evaluate_all("all => all.map((one) => Number(one.dataset.nr))"))

    def focus(self) -> str:
        """The accessible name, or else the id, of what has the focus."""
        return str(
            self.page.evaluate(
                """() => {
                  const one = document.activeElement;
                  return one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent.trim() || one.id;
                }"""
            )
        )

    def sideways(self) -> int:
        """By how many pixels the page can be scrolled sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def violations_of_policy(self) -> Any:
        """What the browser refused to run."""
        return self.page.evaluate("window.__csp")
