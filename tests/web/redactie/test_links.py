"""Addresses in live texts are looked at by the clock, some at a time, and not again the same day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy.engine import Engine

from bot.catalog.library import read_product_file
from bot.redactie import links
from bot.redactie.links import LinkUitkomst
from bot.settings import ROOT, Settings
from bot.web.redactie import klok
from tests.web.redactie.conftest import NewEditor


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that was looked at; none of them works."""
    seen: list[str] = []

    async def look(urls: Iterable[str]) -> list[LinkUitkomst]:
        seen.extend(urls)
        return [LinkUitkomst(one, "dood") for one in urls]

    monkeypatch.setattr(links, "check_links", look)
    return seen


def test_each_address_once_a_day(engine: Engine, sqlite_settings: Settings, asked: list[str]) -> None:
    first = asyncio.run(klok.check_some_links(sqlite_settings, engine))
    assert first == len(asked) == len(set(asked)) > 3
    assert asyncio.run(klok.check_some_links(sqlite_settings, engine)) == 0


def test_an_editor_looks_at_the_addresses_of_one_text(editor: NewEditor, asked: list[str]) -> None:
    one = editor()
    path = "/centraal/product/paspoort-aanvragen"
    assert "nog niet nagekeken" in one.get(f"{path}/bewerken").text
    assert one.post(f"{path}/links").status_code == 303
    assert asked and "bestaat niet meer" in one.get(f"{path}/bewerken").text


def test_an_address_that_keeps_failing_is_on_the_first_page(editor: NewEditor, engine: Engine) -> None:
    one = editor()
    url = read_product_file(ROOT / "products/burgerzaken/paspoort-aanvragen.md").product.kop.bronnen[0]
    for number in range(links.STUK_NA):
        links.record(engine, [LinkUitkomst(url, "dood")], now=datetime.now(UTC) + timedelta(hours=2 * number))
    page = one.get("", plek="centraal").text
    assert url in unescape(page) and "Links die niet werken" in page
