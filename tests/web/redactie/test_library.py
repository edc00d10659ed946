"""The library: all 764 products, searched and filtered, and quick enough."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from bot.catalog.library import read_library
from bot.catalog.store import import_library
from bot.settings import ROOT
from tests.web.redactie.conftest import NewEditor


@pytest.fixture
def whole(engine: Engine) -> int:
    """The whole central library, imported."""
    files = list(read_library(ROOT / "products"))
    import_library(engine, files)
    return len(files)


def test_all_products_are_listed_and_searched(editor: NewEditor, whole: int) -> None:
    one = editor()
    page = one.get("/bibliotheek").text
    assert f"{whole} van {whole} producten" in page
    found = one.get("/bibliotheek", zoek="paspoort").text
    assert "Paspoort aanvragen" in found and f"{whole} van" not in found


def test_filters_and_pages_stand_in_the_address(editor: NewEditor, whole: int) -> None:
    one = editor()
    second = one.get("/bibliotheek", bladzij="2").text
    assert second.count("/product/") == 100
    for odd in (
        {"bladzij": "-1"},
        {"bladzij": "99999"},
        {"sorteer": "x"},
        {"thema": "bestaat niet"},
        {"zoek": "é'\";--"},
    ):
        assert one.get("/bibliotheek", **odd).status_code == 200
