"""The phone page as somebody who tries WhatsApp meets it: a small page object, with the words that are on the screen."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Locator, Page, expect

from bot.sandbox.whatsapp_values import PERSONS, Person

ANS, MEHMET, NOOR = PERSONS
"""Whose phones there are. Noor shows no number."""
ANSWER = 20_000
"""Milliseconds that an answer may take on a busy machine."""
_VIOLATIONS = """
window.__csp = [];
document.addEventListener('securitypolicyviolation', (event) => window.__csp.push(event.violatedDirective));
"""


class Phone:
    """One phone on the page, in one browser."""

    def __init__(self, context: BrowserContext, sandbox: str, person: Person = ANS) -> None:
        context.add_init_script(_VIOLATIONS)
        self._sandbox = sandbox
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.log = self.page.get_by_role("log")
        self.own = self.log.locator(".bel.eigen")
        self.answers = self.log.locator(".bel.ander")
        self.heard = self.own.last.locator("xpath=following-sibling::article[contains(@class, 'ander')]")
        """What was said since the last own message."""
        self.input = self.page.get_by_label("Bericht", exact=True)
        self.sheet = self.page.get_by_role("dialog")
        self.window = self.page.locator("#venster")
        self.refused = self.page.locator("#geweigerd li")
        self.error = self.page.get_by_role("alert")
        self.said = self.page.locator("#melder")
        self.page.goto(f"{sandbox}/telefoon")
        expect(self.page.locator("#klok")).not_to_be_empty()
        self.switch(person, "Voorbeeldstad")

    def switch(self, person: Person | None = None, gemeente: str = "") -> None:
        """Take another phone, or write to another municipality."""
        if person is not None:
            self.page.get_by_label("Telefoon van").select_option(person.user_id)
        if gemeente:
            label = self.page.locator("#nummer option").filter(has_text=gemeente).inner_text()
            self.page.get_by_label("Nummer van de gemeente").select_option(label=label)
        expect(self.log).not_to_have_attribute("aria-busy", "true")

    def type(self, text: str) -> None:
        """Send a text, and wait until it stands in the thread."""
        before = self.own.count()
        self.input.fill(text)
        self.input.press("Enter")
        expect(self.own).to_have_count(before + 1, timeout=ANSWER)

    def say(self, text: str, answer: str) -> Locator:
        """Send a text, and wait for an answer with these words."""
        self.type(text)
        return self.answer(answer)

    def answer(self, words: str) -> Locator:
        """The first answer to the last own message that has these words; waits for it."""
        found = self.heard.filter(has_text=words).first
        expect(found).to_be_visible(timeout=ANSWER)
        return found

    def tap(self, title: str, answer: str) -> Locator:
        """Tap the newest button with this title, and wait for the answer."""
        before = self.own.count()
        self.button(title).click()
        expect(self.own).to_have_count(before + 1, timeout=ANSWER)
        return self.answer(answer)

    def pick(self, title: str, answer: str) -> Locator:
        """Open the newest list, choose a row, and wait for the answer."""
        before = self.own.count()
        self.open_list()
        self.row(title).click()
        expect(self.sheet).to_have_count(0)
        expect(self.own).to_have_count(before + 1, timeout=ANSWER)
        return self.answer(answer)

    def open_list(self) -> list[str]:
        """Open the newest list; the titles of its rows."""
        self.answers.get_by_role("button", name="☰").last.click()
        return self.sheet.locator(".rij > span").all_inner_texts()

    def row(self, title: str) -> Locator:
        """The row of the open sheet that begins with these words."""
        return self.sheet.locator(".rij").filter(has=self.page.locator("span", has_text=title)).first

    def attach(self, kind: str) -> None:
        """Send something that is no text."""
        before = self.own.count()
        self.page.get_by_role("button", name="Iets anders sturen").click()
        self.sheet.get_by_role("button", name=kind, exact=True).click()
        expect(self.own).to_have_count(before + 1, timeout=ANSWER)

    def react(self, message: Locator, how: str) -> None:
        """Put a reaction under a message."""
        before = self.own.count()
        message.get_by_role("button", name="Reageer").click()
        self.sheet.get_by_role("button", name=how).click()
        expect(self.own).to_have_count(before + 1, timeout=ANSWER)

    def button(self, title: str) -> Locator:
        """The newest button with exactly this title."""
        return self.answers.get_by_role("button", name=title, exact=True).last

    def press(self, name: str) -> None:
        """A button beside the phone: the clock, wiping."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def texts(self) -> list[str]:
        """The words of all messages of the municipality, in order."""
        return self.answers.locator(".inhoud").all_inner_texts()

    def mailed(self) -> list[dict[str, str]]:
        """What was mailed to the invented people, newest first."""
        found: list[dict[str, str]] = httpx.get(f"{self._sandbox}/postbus.json").json()
        return found

    def violations_of_policy(self) -> Any:
        """What the browser refused to run."""
        return self.page.evaluate("window.__csp")
