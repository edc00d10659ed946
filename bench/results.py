"""What was measured, before it is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.contenders import Contender


@dataclass(frozen=True)
class Outcome:
    """How one contender did; with `problem` set nothing else counts."""

    contender: Contender
    problem: str | None = None
    failed: bool = False
    """Whether the problem is a fault, rather than something this machine lacks."""
    first: Sequence[bool] = ()
    """Per question whether the first product is right."""
    three: Sequence[bool] = ()
    """Per question whether a right product is among the first three."""
    milliseconds: Sequence[float] = ()
    build_seconds: float | None = None
    start_seconds: float | None = None
    rss_mb: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Load:
    """One load on the REST channel."""

    clients: int
    fixed_sender: bool
    turns: int
    seconds: float
    milliseconds: Sequence[float]
    errors: int

    @property
    def last_quarter(self) -> Sequence[float]:
        """Times of the last quarter of the turns: what long conversations do shows here."""
        return self.milliseconds[-max(len(self.milliseconds) // 4, 1) :]


@dataclass(frozen=True)
class Edit:
    """One changed text."""

    import_seconds: float
    """The command that imports it, from its start to its end."""
    live_seconds: float
    """From its end until an answer shows the new text."""


@dataclass(frozen=True)
class Visit:
    """Many visitors of the chat at once, each with an open stream."""

    visitors: int
    per_second: float
    sent: int
    unanswered: int
    milliseconds: Sequence[float]
    """From sending until the answer arrives through the stream."""
    rss_before_mb: float | None
    rss_during_mb: float | None


@dataclass(frozen=True)
class Installation:
    """How a whole installation did; with `problem` set what follows it was not measured."""

    problem: str | None = None
    ready_seconds: float | None = None
    rss_ready_mb: float | None = None
    rss_after_mb: float | None = None
    loads: Sequence[Load] = ()
    edits: Sequence[Edit] = ()
    visit: Visit | None = None


@dataclass(frozen=True)
class Measured:
    """Everything of one run."""

    questions: int
    left_out: int
    """Product questions whose product is not in the library."""
    styles: Sequence[str]
    """Style of each question."""
    literal: int
    """Questions that stand word for word in the question library or a product file."""
    products: int
    examples: int
    library: int
    """Examples in product files, and with the question library."""
    outcomes: Sequence[Outcome]
    installation: Installation | None
    language: str
    loads_of_machine: tuple[str, str]
    """Load average at the start and at the end."""
    seconds: float
    facts: dict[str, str] = field(default_factory=dict)
    """The machine."""
    packages: dict[str, str] = field(default_factory=dict)
