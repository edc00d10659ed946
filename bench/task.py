"""What the bench asks of a contender, and what a contender's module must offer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

SEED = 20_240_601
"""Seed of everything that is drawn at random."""

Rank = Callable[[str], Sequence[str]]
"""A question in, product ids out: best first, at least the best three when there are so many."""


class NotAvailable(Exception):
    """A contender cannot run on this machine; the text says why."""


@dataclass(frozen=True)
class Task:
    """The work of one contender. It travels to child processes as JSON."""

    folder: str
    """Where it keeps what it builds; empty at first."""
    variant: str = ""
    """Which of the forms of a module this is."""
    quick: bool = False
    epochs: int = 0
    """Epochs of Rasa's models."""
    reuse_model: bool = False
    """Whether this engine takes the model that is there, and does not train."""

    @property
    def path(self) -> Path:
        """The folder."""
        return Path(self.folder)


@dataclass(frozen=True)
class Built:
    """What building came to."""

    note: str = ""
    """A remark for the report."""
    timed: bool = True
    """False when nothing was trained or indexed, so that the time says nothing."""


class ContenderModule(Protocol):
    """What each module in `bench.contenders` has. They are called in processes of their own."""

    def gather(self, task: Task) -> Any:
        """Read the input; not timed. Raises NotAvailable."""

    def build(self, task: Task, data: Any) -> Built:
        """Train or index, and keep the result in the task's folder; timed."""

    def load(self, task: Task) -> Rank:
        """Load what was built, in a fresh process; timed and weighed."""
