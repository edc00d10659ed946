"""The words that surround product texts: button titles, and the Jinja environment of the responses in `domain/`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.settings import ROOT

_FOLDER = Path(__file__).parent / "templates"
_DOMAIN = ROOT / "domain"


@lru_cache(maxsize=1)
def knoppen() -> Mapping[str, Any]:
    """Titles of quick replies, from `templates/knoppen.yml`."""
    return yaml.safe_load((_FOLDER / "knoppen.yml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def render(source: str, values: Mapping[str, Any]) -> str:
    """Render a response of `domain/`, with the building blocks of `templates/bouwstenen.j2` at hand.

    Raises jinja2.UndefinedError when the response uses a field that does not exist.
    """
    text = _template(source).render(values)
    lines = [line.rstrip() for line in text.strip().split("\n")]
    # Conditions leave empty lines behind; a paragraph needs one.
    return "\n".join(line for index, line in enumerate(lines) if line or (index and lines[index - 1]))


@lru_cache(maxsize=1)
def responses() -> Mapping[str, Any]:
    """All responses of `domain/`, for what is said outside Rasa: by the desk and the website."""
    found: dict[str, Any] = {}
    for path in sorted(_DOMAIN.glob("*.yml")):
        found |= yaml.safe_load(path.read_text(encoding="utf-8")).get("responses") or {}
    return found


@lru_cache(maxsize=256)
def _template(source: str) -> Template:
    return _environment().from_string(_blocks() + source)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined)


@lru_cache(maxsize=1)
def _blocks() -> str:
    return (_FOLDER / "bouwstenen.j2").read_text(encoding="utf-8")
