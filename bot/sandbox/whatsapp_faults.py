"""Faults of the WhatsApp sandbox: those of every sandbox, and sends that Meta refuses with a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.sandbox.faults import Faults
from bot.sandbox.whatsapp_errors import CODES, GraphError

Way = Literal["answer", "status", "value"]
"""Where a code is told: in the HTTP answer, in a `failed` status after a 200, or in `value.errors` after a 200."""


@dataclass
class Refusal:
    """The next sends are refused."""

    code: int
    times: int | None
    """How many; None is all."""
    way: Way
    details: str
    skip: int


class WhatsAppFaults(Faults):
    """As Faults, and with codes. Add and clear them from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self._refusals: list[Refusal] = []

    def fail(self, code: int, *, times: int | None = 1, way: Way = "answer", details: str = "", skip: int = 0) -> None:
        """Let the next `times` sends fail with a code, after `skip` that go well.

        With way `value` the message itself is sent; the error is told besides. Raises ValueError for a code that Meta
        does not have.
        """
        if code not in CODES and not 200 <= code < 300:
            raise ValueError(f"no such code: {code}")
        self._refusals.append(Refusal(code, times, way, details or CODES.get(code, ("",))[0], skip))

    def clear(self) -> None:
        """Let everything go well again."""
        super().clear()
        self._refusals = []

    def refusal(self) -> tuple[GraphError, Way] | None:
        """What happens to the send that is being done now; None is nothing."""
        for one in list(self._refusals):
            if one.times == 0:
                continue
            if one.skip:
                one.skip -= 1
                continue
            if one.times is not None:
                one.times -= 1
            return GraphError(one.code, one.details), one.way
        return None
