"""What goes round between the readers, the plan and whoever shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.catalog.product import ASPECTS, Product, format_product

KORT = "kort"
"""Name of the short answer among the parts of a text."""

_FIELD = re.compile(r"veld ([a-z_]+)[.:]")
_HEADINGS = {heading: key for key, heading in ASPECTS.items()}


@dataclass(frozen=True)
class Refusal:
    """Something in a source that cannot be taken in."""

    where: str
    """The source, with the line or element."""
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True)
class Remark:
    """Something that the source holds and that is not, or not just so, taken in."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


@dataclass(frozen=True)
class Candidate:
    """One product text as a source gives it."""

    where: str
    product: Product
    places: Mapping[str, str]
    """Part (a field of the front matter, KORT or an aspect id) → where in the source it stands, to put after `where`."""
    file: str = ""
    """The text of its product file, when the source is one."""

    @property
    def text(self) -> str:
        """The text of a product file for it."""
        return self.file or format_product(self.product)

    def place(self, problem: str) -> str:
        """Where the part stands that a problem names: `veld upl: ...`, `kort: ...`, `Kosten: ...`."""
        return self.where + self.places.get(part_of(problem), "")


@dataclass(frozen=True)
class Reading:
    """What a source holds."""

    candidates: tuple[Candidate, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    remarks: tuple[Remark, ...] = ()


def part_of(problem: str) -> str:
    """The part of a text that a problem is about; empty when it names none."""
    field = _FIELD.match(problem)
    if field:
        return field.group(1)
    name = problem.partition(":")[0]
    if name in _HEADINGS:
        return _HEADINGS[name]
    return KORT if name in (KORT, "kort antwoord") or problem.startswith("het korte antwoord") else ""
