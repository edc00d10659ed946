"""The central library, tested as if it were code."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import lru_cache
from urllib.parse import urlsplit

import pytest

from bot.catalog.gemeente import load_gemeenten
from bot.catalog.library import ProductFile, read_library
from bot.catalog.lint import lint
from bot.settings import ROOT

DATA = ROOT / "tests" / "data"


@lru_cache
def library() -> tuple[ProductFile, ...]:
    return tuple(read_library(ROOT / "products"))


@lru_cache
def official() -> dict[str, dict[str, str]]:
    with (DATA / "products.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@lru_cache
def legal_sources() -> dict[str, set[str]]:
    sources: dict[str, set[str]] = defaultdict(set)
    with (DATA / "grondslagen.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sources[row["id"]].add(row["link"].replace("http://", "https://"))
    return sources


def test_lint_finds_no_errors_for_any_municipality() -> None:
    found = lint(library(), load_gemeenten(ROOT / "gemeenten"))
    assert [str(problem) for problem in found if problem.is_error] == []


def test_the_hundred_and_twenty_asked_most_are_there_over_all_themes() -> None:
    assert len(library()) >= 120
    assert len({file.product.thema for file in library()}) == 14


@pytest.mark.parametrize("file", library(), ids=lambda file: file.product.id)
def test_a_product_keeps_to_the_official_list(file: ProductFile) -> None:
    kop, row = file.product.kop, official()[file.product.id]
    assert kop.naam == row["naam"]
    assert kop.doelgroep == row["doelgroep"]
    assert (kop.boven or "") == row["boven"]
    assert set(kop.upl) == {uri for uri in row["upl_uri"].split() if uri}


@pytest.mark.parametrize("file", library(), ids=lambda file: file.product.id)
def test_sources_are_legal_grounds_or_a_body_itself(file: ProductFile) -> None:
    for source in file.product.kop.bronnen:
        parts = urlsplit(source)
        top_level = parts.path in ("", "/") and not parts.query
        assert source in legal_sources()[file.product.id] or top_level, source


@pytest.mark.parametrize("file", library(), ids=lambda file: file.product.id)
def test_a_product_is_complete(file: ProductFile) -> None:
    product = file.product
    assert len(product.aspecten) >= 2
    assert 6 <= len(product.kop.vragen) <= 14
    assert len(product.kop.synoniemen) >= 3
    assert len({vraag.split()[0].lower() for vraag in product.kop.vragen}) >= 3, "the questions all begin alike"
