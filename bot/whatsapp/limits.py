"""How fast may be sent: to one user, and from one number. Pure: a pace is a value, and every question brings its own moment.

Sending too fast costs more than waiting: Meta answers 131056 or 130429, and everything after it waits longer.
Source: Meta's page on throughput (copy of 21 May 2026) and WHATSAPP.md, section 10. The kept library `limits` counts hits in a
store and says no; it cannot say when the next one may go, nor lend from later, so this is small code of our own: the generic
cell rate algorithm, in whole microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.whatsapp.errors import Reactie

ATTEMPTS = 5
"""How often a message is sent in all when errors are temporary."""
HIGHEST_POWER = 6
"""Of 4, in seconds: no wait after 131056 is longer than 68 minutes."""
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Ritme:
    """A rate. A burst is borrowed: who sends `stoot` at once waits until what was borrowed is paid back, one `tussen` each."""

    tussen: timedelta
    """Between one message and the next, in the long run."""
    stoot: int
    """Most messages at once; at least 1."""


PER_USER = Ritme(timedelta(seconds=6), 45)


def per_number(per_second: int = 80, margin: float = 0.2) -> Ritme:
    """The rate of a number: in no second more than `per_second`, of which `margin` may go at once.

    Args:
        per_second: what Meta allows, in and out together: 80, 1000 for a number whose throughput is HIGH, 20 beside the
            Business app. At least 2.
        margin: part of it, above 0 and below 1.

    Raises ValueError.
    """
    if per_second < 2 or not 0 < margin < 1:
        raise ValueError("a number sends at least 2 messages a second, of which a part at once")
    burst = min(max(1, int(per_second * margin)), per_second - 1)
    # Rounded up: a microsecond too long is better than a message too many.
    return Ritme(-(-_SECOND // (per_second - burst)), burst)


@dataclass(frozen=True)
class Tempo:
    """How far somebody (a user, or a number) is with a rate. Every method leaves it as it is and gives the next one.

    Moments are aware; a clock that goes back does no harm. Keep it wherever the queue is kept: four plain values.
    """

    ritme: Ritme
    geleend_tot: datetime = _BEGIN
    """When all that was borrowed is paid back."""
    rust_tot: datetime = _BEGIN
    """Until when nothing goes, whatever the rate says."""
    geweigerd: int = 0
    """Refusals in a row for going too fast."""

    def next_allowed(self, now: datetime) -> datetime:
        """When the next message may go: `now`, or later."""
        # Borrowing is possible up to the burst, of which the next message is one.
        return max(now, self.rust_tot, self.geleend_tot - (self.ritme.stoot - 1) * self.ritme.tussen)

    def counted(self, now: datetime) -> Tempo:
        """After a message went out; of a number also after one came in, for those count too but do not wait."""
        return replace(self, geleend_tot=max(self.geleend_tot, now) + self.ritme.tussen)

    def accepted(self) -> Tempo:
        """After Meta took a message: earlier refusals are over."""
        return replace(self, geweigerd=0)

    def refused(self, now: datetime) -> Tempo:
        """After 131056: 4^n seconds of rest, n the refusals before this one."""
        return replace(self.resting(now + _powers_of_4(self.geweigerd)), geweigerd=self.geweigerd + 1)

    def resting(self, until: datetime) -> Tempo:
        """Nothing goes before `until`."""
        return replace(self, rust_tot=max(self.rust_tot, until))


def pause(reactie: Reactie, attempt: int, chance: float, code: int | None = None) -> timedelta | None:
    """How long to wait before a message goes again (or a number sends again); None when it is not sent again.

    Args:
        reactie: what its error asks for.
        attempt: how often it was sent so far; 1 after the first time.
        chance: any number from 0 up to 1, so that not everything comes back at the same moment.
        code: of the error: limits of the app or account (4, 80007) take minutes, that of the number seconds.
    """
    spread = 0.75 + chance / 2
    if reactie is Reactie.OPNIEUW:
        return None if attempt >= ATTEMPTS else timedelta(seconds=2**attempt * spread)
    if reactie is Reactie.NUMMER_RUSTIG:
        seconds = min(60 * 2 ** min(attempt - 1, 10), 900) if code in (4, 80007) else min(2 ** min(attempt, 10), 60)
        return timedelta(seconds=seconds * spread)
    if reactie is Reactie.GEBRUIKER_RUSTIG:
        return _powers_of_4(attempt - 1)
    return None


def _powers_of_4(power: int) -> timedelta:
    return timedelta(seconds=4 ** min(power, HIGHEST_POWER))
