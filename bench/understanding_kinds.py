"""The kinds of errors that remain, read and written down by hand in `bench/begrip-fouten.yml`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.understanding_sets import Asked
from bot.errors import ContentError


@dataclass(frozen=True)
class Kind:
    """One kind of error, and what would mend it."""

    name: str
    mend: str
    questions: tuple[str, ...]


Kinds = Sequence[Kind]


def read_kinds(path: Path) -> Kinds:
    """The kinds; none when there is no file.

    Raises ContentError for a kind without its words, or a question in two kinds.
    """
    if not path.exists():
        return []
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, list):
        raise ContentError(str(path), "verwacht een lijst van soorten")
    kinds, seen = [], set()
    for item in raw:
        if not isinstance(item, dict) or set(item) != {"soort", "herstel", "vragen"}:
            raise ContentError(str(path), f"een soort heeft soort, herstel en vragen; niet {item}")
        for question in item["vragen"]:
            if question in seen:
                raise ContentError(str(path), f'"{question}" staat er twee keer in')
            seen.add(question)
        kinds.append(Kind(item["soort"], item["herstel"], tuple(item["vragen"])))
    return kinds


def grouped(errors: Sequence[Asked], kinds: Kinds) -> tuple[list[tuple[Kind, list[Asked]]], list[Asked]]:
    """The errors that there are now, per kind (those without errors left out), and those that nobody has read yet."""
    by_question = {one.vraag.vraag: one for one in errors}
    groups = [(kind, [by_question[text] for text in kind.questions if text in by_question]) for kind in kinds]
    read = {text for kind in kinds for text in kind.questions}
    return [(kind, own) for kind, own in groups if own], [one for one in errors if one.vraag.vraag not in read]
