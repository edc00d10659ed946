"""What editors get to know of whole conversations: questions that went wrong, in every channel, and answers that were given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from bot.redactie import usage
from bot.redactie.tables import redactie_mis
from tests.conversations.conftest import EngineInTest
from tests.conversations.test_overdracht import Scene

pytestmark = pytest.mark.training
GEMEENTE = "voorbeeldstad"
Noted = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def noted(engine: EngineInTest) -> Noted:
    """(kind, question) of what was written down since the test began, in that order."""
    engine.run(engine.conversations.settled())
    with engine.database.connect() as connection:
        begin = connection.execute(sa.select(sa.func.max(redactie_mis.c.id))).scalar() or 0

    def read() -> list[tuple[str, str]]:
        engine.run(engine.conversations.settled())
        with engine.database.connect() as connection:
            rows = connection.execute(
                sa.select(redactie_mis).where(redactie_mis.c.id > begin).order_by(redactie_mis.c.id)
            )
            return sorted((row.soort, row.tekst) for row in rows)

    return read


def test_choices_that_were_left_and_words_that_were_not_understood(talk: Callable[..., Any], noted: Noted) -> None:
    resident = talk()
    resident.say("vergunning")
    assert noted() == []
    resident.say("Geen van deze")
    assert noted() == [("verduidelijking_verlaten", "vergunning")]
    resident.say("hoe kan ik mijn knirp laten zwoelen")
    assert noted() == [
        ("niet_begrepen", "hoe kan ik mijn knirp laten zwoelen"),
        ("verduidelijking_verlaten", "vergunning"),
    ]


def test_a_taken_choice_is_counted_as_an_answer(engine: EngineInTest, talk: Callable[..., Any], noted: Noted) -> None:
    before = sum(usage.asked(engine.database, GEMEENTE, date(2026, 1, 1)).values())
    resident = talk()
    offered = resident.say("vergunning")[-1]["buttons"]
    resident.say(offered[0]["title"])
    assert noted() == []
    assert sum(usage.asked(engine.database, GEMEENTE, date(2026, 1, 1)).values()) == before + 1


def test_the_question_before_a_human_came(engine: EngineInTest, talk: Callable[..., Any], noted: Noted) -> None:
    talk()
    scene = Scene(engine, "webchat", ["noor"])
    for text in ("mijn paspoort is bijna verlopen", "Medewerker spreken", "Ja, geef maar door", "ik heet Fatima"):
        scene.play({"inwoner": text})
    assert noted() == [("overgedragen", "mijn paspoort is bijna verlopen")]
    # What is said while a human has the conversation is between the two of them.
    scene.play({"inwoner": "hoe kan ik mijn knirp laten zwoelen"})
    assert len(noted()) == 1


def test_answers_to_a_form_are_no_questions(talk: Callable[..., Any], noted: Noted) -> None:
    resident = talk(nu="2026-11-25T21:30")
    for text in ("medewerker spreken", "Terugbellen", "over de boom voor mijn deur"):
        resident.say(text)
    assert noted() == []
