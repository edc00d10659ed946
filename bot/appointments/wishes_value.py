"""When somebody wants to come, as a value: whether a moment fits, and what a later wish changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.appointments.values import TIJDZONE

Stukken = tuple[tuple[date, date], ...]


@dataclass(frozen=True)
class Wens:
    """When somebody wants to come. Empty fields set no limit."""

    van: date | None = None
    """First day that suits."""
    tot: date | None = None
    """Last day that suits."""
    weekdagen: frozenset[int] = frozenset()
    """Days of the week that suit, Monday 0; empty is any."""
    niet: Stukken = ()
    """Stretches of days that do not suit: first and last day of each."""
    niet_weekdagen: frozenset[int] = frozenset()
    uur_van: time | None = None
    """From this time on, local."""
    uur_tot: time | None = None
    """Before this time, local; a start at this very time does not fit."""
    precies: bool = False
    """`uur_van` is the moment itself: "om kwart over 3"."""
    zo_snel: bool = False
    """The first moment there is."""

    def past(self, moment: datetime) -> bool:
        """Whether a start fits; `moment` is aware, or naive and local to the Netherlands."""
        lokaal = moment.astimezone(TIJDZONE) if moment.tzinfo is not None else moment
        klok = lokaal.time().replace(second=0, microsecond=0)
        if self.precies and self.uur_van is not None and klok != self.uur_van:
            return False
        if (self.uur_van is not None and klok < self.uur_van) or (self.uur_tot is not None and klok >= self.uur_tot):
            return False
        return self._suits(lokaal.date())

    def anders(self, nieuw: Wens) -> Wens:
        """What is wanted when `nieuw` is said on top of this.

        A new day replaces the days and keeps the time, and the other way round. Days that do not suit stay so, unless
        they are asked for by name. "As soon as possible" is a day too. When an exclusion leaves no day at all, the days
        it excluded are forgotten.
        """
        uren = nieuw if nieuw.uur_van is not None or nieuw.uur_tot is not None else self
        samen = nieuw if nieuw._names_days() or nieuw.zo_snel else self
        if samen is nieuw:
            niet = () if _one_day(nieuw) else tuple(one for one in self.niet if not self._within(one)) + nieuw.niet
            gemist = frozenset() if _one_day(nieuw) else self.niet_weekdagen - nieuw.weekdagen
        else:
            niet, gemist = self.niet + nieuw.niet, self.niet_weekdagen - nieuw.weekdagen
        klaar = replace(
            samen,
            niet=tuple(sorted(set(niet))),
            niet_weekdagen=gemist | nieuw.niet_weekdagen,
            uur_van=uren.uur_van,
            uur_tot=uren.uur_tot,
            precies=uren.precies,
        )
        return klaar if klaar.leaves_a_day() else replace(klaar, van=None, tot=None, weekdagen=frozenset())

    def leaves_a_day(self) -> bool:
        """Whether there is any day, of those between `van` and `tot`, that suits."""
        if self.van is None or self.tot is None:
            return not self.weekdagen or bool(self.weekdagen - self.niet_weekdagen)
        dagen = (self.tot - self.van).days + 1
        return any(self._suits(self.van + timedelta(days=verder)) for verder in range(dagen))

    def _suits(self, dag: date) -> bool:
        return (
            (self.van is None or dag >= self.van)
            and (self.tot is None or dag <= self.tot)
            and (not self.weekdagen or dag.weekday() in self.weekdagen)
            and dag.weekday() not in self.niet_weekdagen
            and not any(begin <= dag <= einde for begin, einde in self.niet)
        )

    def _names_days(self) -> bool:
        return self.van is not None or self.tot is not None or bool(self.weekdagen)

    def _within(self, stuk: tuple[date, date]) -> bool:
        """Whether a stretch is a gap between the days asked for: it goes when those go."""
        return self.van is not None and self.tot is not None and self.van <= stuk[0] and stuk[1] <= self.tot


def _one_day(wens: Wens) -> bool:
    return wens.van is not None and wens.van == wens.tot
