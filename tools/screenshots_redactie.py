"""Pictures of the redactie for the documentation: `.venv/bin/python -m tools.screenshots_redactie`.

The website runs for it with all products; what the engine says is made up. Writes docs/img/redactie-*.png.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.redactie_page import Redactie
from tests.web.redactie import editors, filled
from tests.web.redactie.editors import STAD
from tests.web.redactie.fake_engine import stand_in
from tools.screenshots import FOLDER, shrink
from tools.screenshots_desk import LARGEST, start

WINDOW = {"width": 1280, "height": 860}
TABLET = {"width": 820, "height": 1180}
PRODUCT = f"/{STAD}/product/{filled.PASPOORT}"


@dataclass(frozen=True)
class Picture:
    """One picture: the page, what is done there, and how the browser is opened."""

    name: str
    path: str
    do: Callable[[Redactie], object] = lambda one: None
    options: dict[str, Any] = field(default_factory=dict)


def _to(selector: str) -> Callable[[Redactie], None]:
    """Put a part of the page at the top of the window."""

    def scroll(one: Redactie) -> None:
        one.page.locator(selector).first.evaluate("(part) => part.scrollIntoView({ block: 'start' })")

    return scroll


def _gate(one: Redactie) -> None:
    one.button("Toets dit").first.click()
    expect(one.page.locator("tr.verlies")).to_be_visible()


def _clash(one: Redactie) -> None:
    form = one.page.locator("#tekst")
    form.evaluate("(one) => { one.elements.volgnummer.value = '0' }")
    one.part("Kort antwoord").evaluate("(one) => { one.value = 'Een paspoort vraagt u aan bij de balie.' }")
    form.evaluate("(one) => one.requestSubmit(one.querySelector('button[value=bewaar]'))")
    expect(one.page.get_by_role("heading", level=1)).to_contain_text("Twee teksten")


PICTURES = (
    Picture("start", ""),
    Picture("bibliotheek", "/bibliotheek?zoek=paspoort"),
    Picture("bewerken", f"{PRODUCT}/bewerken"),
    Picture("tips", f"{PRODUCT}/bewerken", _to("#keuring")),
    Picture("voorbeeld", f"{PRODUCT}/bewerken", _to("#voorbeeld")),
    Picture("botsing", f"{PRODUCT}/bewerken", _clash),
    Picture("publiceren", f"{PRODUCT}/publiceren"),
    Picture("geschiedenis", f"/centraal/product/{filled.PASPOORT}/geschiedenis"),
    Picture("waarom", f"/{STAD}/waarom?vraag=pas+kwijt"),
    Picture("poort", f"/{STAD}/waarom?vraag=pas+kwijt", _gate),
    Picture("postvak", f"/{STAD}/postvak"),
    Picture("accounts", f"/{STAD}/accounts"),
    Picture("donker", f"{PRODUCT}/bewerken", options={"color_scheme": "dark"}),
    Picture("tablet", f"{PRODUCT}/bewerken", options={"viewport": TABLET}),
)


def take(browser: Browser, site: SimpleNamespace, picture: Picture, folder: Path) -> int:
    """Take one picture; its size in bytes."""
    context = browser.new_context(
        **{"viewport": WINDOW, "reduced_motion": "reduce", "locale": "nl-NL", **picture.options}
    )
    one = Redactie(context, site.url).log_in("noor").go(picture.path)
    picture.do(one)
    one.page.mouse.move(0, 0)
    one.page.wait_for_timeout(400)
    path = folder / f"redactie-{picture.name}.png"
    one.page.screenshot(path=path, caret="hide")
    context.close()
    return shrink(path, 128)


def main() -> int:
    """Take all pictures; fails when one is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--map", type=Path, default=FOLDER, help="where the pictures go")
    parser.add_argument("namen", nargs="*", help="only these pictures")
    arguments = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Installeer chromium.")
    too_large = []
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as monkeypatch:
        gate = stand_in(monkeypatch)
        site, running = start(Path(folder))
        rollen = [(plek, rol) for plek in (STAD, "") for rol in ("eindredacteur", "beheerder")]
        filled.fill(site.engine, filled.as_redacteur(editors.editor(site.engine, "noor", *rollen, naam="Noor Bakker")))
        gate.loses("rijbewijs kwijt", "rijbewijs-aanvragen", filled.PASPOORT)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for picture in PICTURES:
                if arguments.namen and picture.name not in arguments.namen:
                    continue
                size = take(browser, site, picture, arguments.map)
                print(f"{picture.name}: {size // 1000} kB")
                if size > LARGEST:
                    too_large.append(picture.name)
            browser.close()
        running.stop()
    if too_large:
        print("te groot:", ", ".join(too_large))
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
