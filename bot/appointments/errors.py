"""What can go wrong between us and a system for appointments.

    AfspraakError
    ├── SlotTaken      somebody else has that moment: offer others
    ├── NotFound       no such appointment, service or place
    ├── InvalidInput   the system does not take what was filled in; `velden` names it
    ├── NotAllowed     cancelling or moving is switched off, or it is too late for it
    ├── Unsupported    this system cannot do it
    ├── Unavailable    no usable answer in time, or it failed so often that we wait; nothing was done
    ├── Uncertain      no answer to something that changes: it may or may not have been done, a person must look
    └── HalfMoved      moving went wrong in the middle and could not be undone: both appointments stand

Texts of these errors hold no name, address or reference: they end up in logs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import VraagbaakError

if TYPE_CHECKING:
    from bot.appointments.values import Afspraak


class AfspraakError(VraagbaakError):
    """Base. `what` names the kind of question, `code` the system's own word for what went wrong."""

    def __init__(self, what: str, status: int | None = None, code: str = "") -> None:
        self.what, self.status, self.code = what, status, code
        details = ", ".join(part for part in (f"HTTP {status}" if status else "", code) if part)
        super().__init__(f"Afsprakensysteem, {what}: {type(self).__name__}" + (f" ({details})" if details else ""))


class SlotTaken(AfspraakError):
    """The moment is not free any more."""


class NotFound(AfspraakError):
    """No such thing."""


class InvalidInput(AfspraakError):
    """Fields that the system does not take, by their neutral names."""

    def __init__(self, what: str, velden: tuple[str, ...] = (), status: int | None = None, code: str = "") -> None:
        super().__init__(what, status, code or " ".join(velden))
        self.velden = velden


class NotAllowed(AfspraakError):
    """The system or the municipality does not let this be done now."""


class Unsupported(AfspraakError):
    """This system cannot do it."""


class Unavailable(AfspraakError):
    """No usable answer, and nothing was done. `again` tells whether asking again at once makes sense."""

    def __init__(self, what: str, status: int | None = None, code: str = "", *, again: bool = False) -> None:
        super().__init__(what, status, code)
        self.again = again


class Uncertain(AfspraakError):
    """It may or may not have been done, and looking did not tell. Never repeat it blindly."""


class HalfMoved(AfspraakError):
    """The new appointment stands and the old one could not be cancelled, nor the new one; a person must mend it."""

    def __init__(self, what: str, oud: Afspraak, nieuw: Afspraak) -> None:
        super().__init__(what)
        self.oud, self.nieuw = oud, nieuw
