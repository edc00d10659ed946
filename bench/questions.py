"""The questions with known answers that all contenders get."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.task import SEED
from bot.search.text import words


@dataclass(frozen=True)
class Question:
    """A question of a resident and the products that answer it."""

    text: str
    products: frozenset[str]
    style: str


def read_questions(path: Path, known: Collection[str]) -> tuple[list[Question], int]:
    """The product questions of a JSON Lines file whose products all exist, and how many were left out."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    asking = [row for row in rows if row.get("producten")]
    usable = [row for row in asking if all(product in known for product in row["producten"])]
    found = [Question(row["vraag"], frozenset(row["producten"]), row.get("stijl") or "unknown") for row in usable]
    return found, len(asking) - len(usable)


def sample(questions: Sequence[Question], count: int) -> list[Question]:
    """At most `count` questions, drawn with the fixed seed, in their own order."""
    if len(questions) <= count:
        return list(questions)
    chosen = sorted(random.Random(SEED).sample(range(len(questions)), count))
    return [questions[index] for index in chosen]


def literally_in(questions: Iterable[Question], texts: Iterable[str]) -> int:
    """How many questions stand word for word among texts, apart from capitals, accents and punctuation."""
    known = {" ".join(words(text)) for text in texts}
    return sum(" ".join(words(question.text)) in known for question in questions)
