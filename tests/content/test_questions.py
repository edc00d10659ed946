"""The question library, tested as if it were code."""

from __future__ import annotations

import csv
from functools import lru_cache

from bot.catalog.library import read_library
from bot.catalog.question_checks import Telling, count, frames, literally_in, near_duplicates
from bot.catalog.questions import APART, STIJLEN, Voorbeeld, read_questions
from bot.settings import ROOT

FOLDER = ROOT / "data" / "vragen"
FEWEST = 30
"""Questions that every product has at least; to become 40 once all are in."""
AVERAGE = 40
MAY_LACK = {"typfout", "vlaams", "anders"}
"""Styles that a product can do without."""
ASPECT_SHARE = (0.25, 0.50)


@lru_cache
def library() -> tuple[Voorbeeld, ...]:
    return tuple(read_questions(FOLDER))


@lru_cache
def held_apart() -> tuple[Voorbeeld, ...]:
    return tuple(read_questions(FOLDER / APART))


@lru_cache
def told() -> Telling:
    return count(library())


@lru_cache
def products() -> tuple[str, ...]:
    return tuple(file.product.id for file in read_library(ROOT / "products"))


def test_every_product_has_questions_enough() -> None:
    too_few = {one: told().per_product[one] for one in products() if told().per_product[one] < FEWEST}
    assert too_few == {}


def test_products_have_questions_enough_on_average() -> None:
    assert sum(told().per_product[one] for one in products()) / len(products()) >= AVERAGE


def test_no_question_of_a_product_is_nearly_another() -> None:
    found = near_duplicates(library())
    assert [f"{one.product}: {one.vraag} ~ {one.ander} ({one.gelijkenis:.2f})" for one in found] == []


def test_no_sentence_is_filled_in_for_product_after_product() -> None:
    assert [f"{frame}: {frame.producten} products" for frame in frames(library())] == []


def test_every_style_occurs_for_every_product() -> None:
    needed = [stijl for stijl in STIJLEN if stijl not in MAY_LACK]
    missing = [
        f"{one}: {stijl}" for one in products() for stijl in needed if not told().per_product_en_stijl[one, stijl]
    ]
    assert missing == []


def test_some_questions_ask_for_one_aspect_and_most_do_not() -> None:
    least, most = ASPECT_SHARE
    assert least <= told().aandeel_aspect <= most


def test_held_apart_questions_are_not_learned() -> None:
    assert [f"{own.product}: {own.vraag}" for own, _ in literally_in(held_apart(), library())] == []


def test_every_product_of_a_question_is_on_the_official_list() -> None:
    with (ROOT / "tests" / "data" / "products.csv").open(encoding="utf-8", newline="") as file:
        official = {row["id"] for row in csv.DictReader(file)}
    assert {one.product for one in (*library(), *held_apart())} - official == set()
