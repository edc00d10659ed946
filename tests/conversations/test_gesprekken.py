"""The conversations in `gesprekken/*.yml`, written so that a product owner can read and add to them.

A step has what the resident says (`inwoner`) and what must be in the reply: words (`bot`), words that must not be there
(`niet`), the product (`product`, one or a list of acceptable ones), the aspect, the outcome, or choices (`keuzes`).
With `acties: uit` the action server is down.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conversations.conftest import EngineInTest

FOLDER = Path(__file__).parent / "gesprekken"
STEP_KEYS = {"inwoner", "bot", "niet", "product", "aspect", "uitkomst", "keuzes"}


def conversations() -> list[Any]:
    return [
        pytest.param(one, id=f"{path.stem}: {one['gesprek']}")
        for path in sorted(FOLDER.glob("*.yml"))
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.training
@pytest.mark.parametrize("gesprek", conversations())
def test_gesprek(gesprek: dict[str, Any], talk: Callable[..., Any], engine: EngineInTest) -> None:
    engine.actions.down = gesprek.get("acties") == "uit"
    resident = talk(gesprek.get("gemeente", "voorbeeldstad"), gesprek.get("nu"))
    for step in gesprek["stappen"]:
        assert set(step) <= STEP_KEYS, f"onbekend veld in een stap: {set(step) - STEP_KEYS}"
        messages = resident.say(step["inwoner"])
        said = "\n".join(message.get("text", "") for message in messages)
        where = f"na {step['inwoner']!r} zei de assistent:\n{said}"
        assert messages, where
        for words in _list(step.get("bot")):
            assert words in said, f"{words!r} ontbreekt; {where}"
        for words in _list(step.get("niet")):
            assert words not in said, f"{words!r} mag er niet staan; {where}"
        if "product" in step:
            assert messages[-1].get("product") in _list(step["product"]), where
        if "aspect" in step:
            assert messages[-1].get("aspect") == step["aspect"], where
        if "uitkomst" in step:
            assert messages[-1].get("uitkomst") == step["uitkomst"], where
        titles = [button["title"] for button in messages[-1].get("buttons", [])]
        for title in _list(step.get("keuzes")):
            assert title in titles, f"keuze {title!r} ontbreekt in {titles}; {where}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


@pytest.mark.training
def test_a_bsn_is_nowhere_in_the_tracker(talk: Callable[..., Any]) -> None:
    resident = talk()
    resident.say("mijn bsn is 111.222.333 en mijn rekening NL91ABNA0417164300")
    kept = str([event.as_dict() for event in resident.tracker().events])
    assert "[bsn]" in kept and "[rekeningnummer]" in kept
    assert "111.222" not in kept and "111222333" not in kept
    assert "ABNA" not in kept


@pytest.mark.training
def test_a_long_message_is_read_from_its_beginning_and_that_is_said(talk: Callable[..., Any]) -> None:
    said = talk().say("mijn container is niet geleegd " + "en nog iets " * 900)
    assert "Ik heb alleen het begin gelezen" in said[0]["text"]


@pytest.mark.training
def test_fifty_questions_at_once_get_a_friendly_reply(talk: Callable[..., Any]) -> None:
    said = talk().say(" ".join(f"Wat kost een paspoort voor persoon {number}?" for number in range(50)))
    assert said and said[0]["text"]
