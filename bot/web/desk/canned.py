"""Canned answers: those of the project (`standaardantwoorden.yml`) and those of a municipality."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from bot.catalog.gemeente import Gemeente

FILE = Path(__file__).parent / "standaardantwoorden.yml"
VARIABELEN = frozenset({"naam", "medewerker", "gemeente", "telefoon", "website"})
"""What may stand between braces. `{naam}` is the resident's, and goes with the space before it when it is not known."""
_VARIABELE = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=1)
def common() -> Mapping[str, Mapping[str, str]]:
    """Shortcut → title and text, of the project."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def answers(gemeente: Gemeente, medewerker: str) -> list[dict[str, str]]:
    """The canned answers for a municipality; its own go before the project's. Only `{naam}` is still to be filled."""
    own = {key: {"titel": key.replace("-", " ").capitalize(), "tekst": text} for key, text in _own(gemeente).items()}
    known = {
        "medewerker": medewerker,
        "gemeente": gemeente.naam,
        "telefoon": gemeente.contact.telefoon,
        "website": gemeente.website,
    }
    return [
        {"code": code, "titel": one["titel"], "tekst": fill(one["tekst"], known).strip()}
        for code, one in sorted({**common(), **own}.items())
    ]


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with what is known filled in."""
    return _VARIABELE.sub(lambda match: values.get(match[1], match[0]), text)


def _own(gemeente: Gemeente) -> Mapping[str, str]:
    return gemeente.balie.standaardantwoorden
