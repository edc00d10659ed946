"""The thesaurus `data/thesaurus.yml`: words of residents beside the word of the municipality."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.catalog.product import SAFE_LOADER
from bot.errors import ContentError
from bot.settings import ROOT

THESAURUS = ROOT / "data" / "thesaurus.yml"

SOORTEN = ("woorden", "nederlands", "belgisch", "oud")
"""Kinds of words in a group: general, known on one side of the border only, and former official names."""


@dataclass(frozen=True)
class Groep:
    """Words that mean the same; the first is the municipality's."""

    woorden: tuple[str, ...]
    nederlands: tuple[str, ...] = ()
    belgisch: tuple[str, ...] = ()
    oud: tuple[str, ...] = ()

    @property
    def begrip(self) -> str:
        """The word of the municipality, which names the group."""
        return self.woorden[0]

    @property
    def alle(self) -> tuple[str, ...]:
        """All words and groups of words."""
        return (*self.woorden, *self.nederlands, *self.belgisch, *self.oud)


def read_thesaurus(path: Path) -> list[Groep]:
    """The groups of a file; an absent file gives none.

    Raises ContentError for a group without `woorden`, an unknown kind, a kind that is no list of words, a single word, or
    a word in two groups.
    """
    if not path.exists():
        return []
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE_LOADER)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ContentError(f"{path}{f' regel {mark.line + 1}' if mark else ''}", "geen geldige YAML") from error
    except UnicodeDecodeError as error:
        raise ContentError(str(path), "het bestand is geen UTF-8") from error
    if not isinstance(raw, list):
        raise ContentError(str(path), "verwacht een lijst van groepen")
    groepen: list[Groep] = []
    where: dict[str, str] = {}
    for item in raw:
        groep = _groep(item, path)
        for woord in groep.alle:
            if woord in where:
                raise ContentError(str(path), f'"{woord}" staat bij "{where[woord]}" en bij "{groep.begrip}"')
            where[woord] = groep.begrip
        groepen.append(groep)
    return groepen


def _groep(item: object, path: Path) -> Groep:
    if not isinstance(item, dict) or not item.get("woorden") or not set(item) <= set(SOORTEN):
        raise ContentError(str(path), f"een groep heeft woorden, en verder {', '.join(SOORTEN[1:])}; niet {item}")
    for soort, woorden in item.items():
        if not isinstance(woorden, list) or not all(str(woord).strip() for woord in woorden):
            raise ContentError(str(path), f"{soort} is een lijst van woorden, niet {woorden!r}")
    groep = Groep(**{soort: tuple(str(woord).lower() for woord in woorden) for soort, woorden in item.items()})
    if len(groep.alle) < 2:
        raise ContentError(str(path), f'de groep "{groep.begrip}" heeft maar één woord')
    return groep
