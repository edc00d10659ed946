"""Pictures of the chat for the documentation: `.venv/bin/python -m tools.screenshots [--url http://localhost:8000]`.

Without `--url` a whole installation is started and stopped. Writes docs/img/webchat-*.png.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from bot.settings import ROOT
from tests.browser import states
from tests.browser.installation import Installation
from tests.browser.page import Chat

FOLDER = ROOT / "docs" / "img"
LARGEST = 60_000
"""Bytes that a picture may have."""
WINDOW = {"width": 900, "height": 740}
PHONE = {"width": 360, "height": 640}
ZOOMED = {"width": 320, "height": 256}
"""A window of 1280 by 1024 pixels at 400%."""


@dataclass(frozen=True)
class Picture:
    """One picture: how the page is opened, what is done, and what is on it."""

    name: str
    do: Callable[[Chat], object]
    gemeente: str = "voorbeeldstad"
    whole: bool = False
    options: dict[str, Any] = field(default_factory=dict)


def _conversation(chat: Chat) -> None:
    for text in ("hallo", "paspoort aanvragen", "en wat kost dat?"):
        chat.say(text)


def _arabic(chat: Chat) -> None:
    chat.say("مرحبا، كيف يمكنني تجديد جواز سفري؟")


def _graded(chat: Chat) -> None:
    states.grading(chat)
    chat.page.get_by_role("radio", name="8").check()


PICTURES = (
    Picture("gesloten", states.opened, whole=True),
    Picture("open", states.opened),
    Picture("gesprek", _conversation),
    Picture("keuzes", states.asked_back),
    Picture("bezig", states.busy),
    Picture("fout", states.broken),
    Picture("offline", states.offline),
    Picture("bsn", states.warned),
    Picture("waardering", _graded),
    Picture("wissen", states.erasing),
    Picture(
        "telefoon", states.asked_back, whole=True, options={"viewport": PHONE, "is_mobile": True, "has_touch": True}
    ),
    Picture("donker", states.asked_back, gemeente="molendam", options={"color_scheme": "dark"}),
    Picture("arabisch", _arabic),
    Picture("zoom", states.asked_back, whole=True, options={"viewport": ZOOMED}),
)


def take(browser: Browser, url: str, picture: Picture, folder: Path) -> int:
    """Take one picture; its size in bytes."""
    options = {"viewport": WINDOW, "reduced_motion": "reduce", "locale": "nl-NL", **picture.options}
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(f"{url}/demo/{picture.gemeente}")
    chat = Chat(page)
    expect(chat.starter).to_be_visible()
    if picture.name != "gesloten":
        picture.do(chat.open())
        page.wait_for_timeout(1000)  # the rest of a long answer joins after a moment
    clip = None if picture.whole else chat.panel.bounding_box()
    path = folder / f"webchat-{picture.name}.png"
    page.screenshot(path=path, clip=clip, caret="hide")
    chat.release()
    context.close()
    return shrink(path, 256)


def shrink(path: Path, colours: int) -> int:
    """Keep so many colours of a picture; its size in bytes."""
    with Image.open(path) as image:
        image.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size


def main() -> int:
    """Take all pictures; fails when one is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="address of the website of an installation that runs")
    parser.add_argument("--map", type=Path, default=FOLDER, help="where the pictures go")
    parser.add_argument("namen", nargs="*", help="only these pictures")
    arguments = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is er niet: apt-get install chromium", file=sys.stderr)
        return 1
    arguments.map.mkdir(parents=True, exist_ok=True)
    too_large = []
    with (
        tempfile.TemporaryDirectory() as data,
        nullcontext() if arguments.url else Installation(Path(data)) as installation,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        url = arguments.url.rstrip("/") if arguments.url else installation.url
        for picture in PICTURES:
            if arguments.namen and picture.name not in arguments.namen:
                continue
            size = take(browser, url, picture, arguments.map)
            print(f"{picture.name:<12}{size / 1000:5.0f} kB")
            if size > LARGEST:
                too_large.append(picture.name)
        browser.close()
    if too_large:
        print(f"Groter dan {LARGEST / 1000:.0f} kB: {', '.join(too_large)}", file=sys.stderr)
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
