"""Named sets of test questions, each for one thing that makes a question hard. Written by others than the library.

A set has floors: what it reached when it was last looked at, less a few lines. Falling through one means that a change
made something worse; docs/begrip.md has the figures themselves.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.catalog.live import live_catalog
from bot.cli.engine import Engine, as_result, quiet
from bot.cli.evaluate import prepare_catalog
from bot.search.measure import read_test_questions, summarise
from bot.settings import load_settings
from tests.conversations.conftest import Conversation, EngineInTest

pytestmark = pytest.mark.training

SETS = Path(__file__).parent / "sets"

FLOORS: dict[str, dict[str, float]] = {
    "typfouten": {"top3": 0.92, "gedekt": 0.82},
    "samenstellingen": {"top3": 0.95, "gedekt": 0.87},
    "verbuiging": {"top3": 0.92, "gedekt": 0.92},
    "synoniemen": {"top3": 0.87, "gedekt": 0.8},
    "vlaams": {"top3": 0.92, "gedekt": 0.92},
    "lange-berichten": {"top3": 0.92, "gedekt": 0.9, "aspect_juist": 0.7},
    "twee-noden": {"top3": 0.77},
    "ontkenning": {"top3": 0.87, "gedekt": 0.72},
    "twee-betekenissen": {"top3": 0.95, "gedekt": 0.92},
    "minimale-paren": {"top3": 0.92, "gedekt": 0.9},
    "doelgroep": {"top3": 0.95, "gedekt": 0.95},
    "gevoelig": {"top3": 0.9, "gedekt": 0.8},
    "aspecten": {"gedekt": 0.9, "aspect_juist": 0.9},
}
"""Set → figure → the least it must be, as fractions of 1 (`bot.search.measure.summarise`)."""
BOTH_NEEDS, ONE_NEED = 0.25, 0.7
"""Least shares of the messages with two needs of which both are dealt with, and at least one."""
MOST_FALSE_ANSWERS = {"buiten-bereik": 0.1, "invoegen": 0.1}
"""Sets of messages that no product answers → share that may be answered all the same."""
FOLLOW_UPS = 0.72
"""Least share of the conversations whose last message ends at a right product."""


@pytest.fixture(scope="module")
def figures(trained_model: Path) -> Callable[[str], dict[str, Any]]:
    quiet()
    settings = load_settings()
    prepare_catalog(settings)
    catalog = live_catalog(settings)
    catalog.refresh()
    engine = Engine(settings)

    def measure(name: str) -> dict[str, Any]:
        vragen = read_test_questions(SETS / f"{name}.jsonl", catalog.products(""))

        async def ask() -> list[Any]:
            return [as_result(*await engine.parse(vraag.vraag)) for vraag in vragen]

        return summarise(vragen, asyncio.run(ask()))

    return measure


@pytest.fixture(scope="module")
def talking(trained_model: Path) -> Iterator[Callable[[], Conversation]]:
    quiet()
    settings = load_settings()
    prepare_catalog(settings)
    live_catalog(settings).refresh()
    engine = EngineInTest(trained_model, settings)
    yield lambda: Conversation(engine, "voorbeeldstad")
    engine.close()


def test_every_set_has_a_floor() -> None:
    assert {path.stem for path in SETS.glob("*.jsonl")} == {*FLOORS, *MOST_FALSE_ANSWERS, "vervolg"}


@pytest.mark.parametrize("name", FLOORS)
def test_a_set_stays_above_its_floors(figures: Callable[[str], dict[str, Any]], name: str) -> None:
    found = figures(name)
    below = {figure: found[figure] for figure, floor in FLOORS[name].items() if found[figure] < floor}
    assert not below, f"{name}: {below}"


@pytest.mark.parametrize("name", MOST_FALSE_ANSWERS)
def test_what_no_product_answers_is_not_answered(figures: Callable[[str], dict[str, Any]], name: str) -> None:
    assert figures(name)["vals_antwoord"] <= MOST_FALSE_ANSWERS[name]


def test_follow_ups_are_understood_in_their_conversation(talking: Callable[[], Conversation]) -> None:
    lines = [json.loads(line) for line in (SETS / "vervolg.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = []
    for line in lines:
        resident = talking()
        replies = [resident.say(text) for text in line["gesprek"]][-1]
        if not _leads_to(replies, set(line["producten"])):
            wrong.append((line["gesprek"], line["producten"], [reply.get("product") for reply in replies]))
    assert len(wrong) <= (1 - FOLLOW_UPS) * len(lines), "\n".join(map(str, wrong))


def test_of_two_needs_both_are_dealt_with(talking: Callable[[], Conversation]) -> None:
    """Answered, offered under the answer, or among the choices."""
    lines = [json.loads(line) for line in (SETS / "twee-noden.jsonl").read_text(encoding="utf-8").splitlines()]
    found = []
    for line in lines:
        replies = talking().say(line["vraag"])
        found.append((_leads_to(replies, set(line["producten"])), _leads_to(replies, set(line["tweede"]))))
    assert sum(first and second for first, second in found) >= BOTH_NEEDS * len(lines)
    assert sum(first or second for first, second in found) >= ONE_NEED * len(lines)


def test_the_second_need_of_a_message_is_offered(talking: Callable[[], Conversation]) -> None:
    resident = talking()
    (answer,) = resident.say("Mijn rijbewijs is gestolen, en wanneer wordt het oud papier opgehaald?")
    assert {answer["product"], answer["keuzes"][0]["product"]} == {"rijbewijs-vermist", "oud-papier"}
    (other,) = resident.say(answer["buttons"][0]["title"])
    assert other["product"] == answer["keuzes"][0]["product"]


def test_a_sensitive_answer_opens_with_care(talking: Callable[[], Conversation]) -> None:
    (answer,) = talking().say("hulp bij schulden")
    assert answer["product"] == "schuldhulp"
    assert answer["text"].startswith("U hoeft dit niet alleen uit te zoeken.")


@pytest.mark.parametrize(
    ("vraag", "product"),
    [
        ("wat kost een paspoort", "paspoort-aanvragen"),
        ("hoe vraag ik een rijbewijs aan", "rijbewijs-aanvragen"),
        ("parkeervergunning", "parkeervergunning"),
        ("Trouwen", "trouwen"),
    ],
)
def test_a_product_that_is_called_by_its_name_is_answered(
    talking: Callable[[], Conversation], vraag: str, product: str
) -> None:
    (answer,) = talking().say(vraag)
    assert answer["product"] == product


def _leads_to(replies: list[dict[str, Any]], products: set[str]) -> bool:
    """Answered with a right product, or asked back with a right one among the choices."""
    return any(
        reply.get("product") in products or products & {keuze.get("product") for keuze in reply.get("keuzes", ())}
        for reply in replies
    )
