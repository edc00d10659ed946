"""What a resident says about when they want an appointment: "volgende week donderdag na vieren".

The rules, where Dutch leaves room:

- A day of the week is the first one after today, also with "komende", "aanstaande" or "volgende" before it; for today
  people say "vandaag". With "elke", "op een" or an s ("dinsdags") it is any such day, and so is every day with "niet".
- Weeks go from Monday to Sunday; "komende week" is next week. "Over twee weken" is the day itself.
- "De 12e" and a date without a year are the next such day, which may be today.
- A part of a period: a week begins on Monday and Tuesday and ends from Thursday on, a month goes by tens.
- "Voor vrijdag" is before it, "een afspraak voor vrijdag" on it. "Tot" and "van ... tot" count the last day; between
  two holidays neither counts.
- Hours are those of an office: without a part of the day, a time before eight is in the afternoon or evening. "Voor 10
  uur" and "uiterlijk 10 uur" end at ten, "rond 10 uur" is half an hour either way. Morning is six to twelve, afternoon
  twelve to six, evening from five.
- The appointment there is ("mijn afspraak van dinsdag"), days on which something else happens ("ik vlieg zondag") and
  numbers of other things are no wish.

One wish holds one stretch of hours: "maandagochtend of dinsdagmiddag" is Monday or Tuesday, from morning to afternoon.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from bot.appointments.values import TIJDZONE
from bot.appointments.wishes_combine import Gelezen, combine
from bot.appointments.wishes_grammar import statements
from bot.appointments.wishes_scan import scan
from bot.appointments.wishes_text import plain
from bot.appointments.wishes_value import Wens

__all__ = ["Wens", "onduidelijk", "parse_wens"]

LANGST = 500
"""Characters that are read; a longer message is read up to there."""
_VERLEDEN = re.compile(
    r"\b(?:heb|hebt|heeft|hebben|had|hadden|was|waren|werd|werden|ben|bent|is|zijn|kreeg|kregen|kwam|stond|ging|belde|moest|zou)\b"
)
"""Words with which a day that is over is told about, and not asked for."""


def parse_wens(text: str, vandaag: date) -> Wens | None:
    """What somebody says about when they want to come; `vandaag` is the day in the Netherlands on which they say it.

    None when nothing is said about a moment, or nothing that can be placed (see `onduidelijk`). A Wens without limits
    when any time will do ("maakt mij niet uit").
    """
    return _read(text, vandaag).wens


def onduidelijk(text: str, vandaag: date | None = None) -> bool:
    """Whether it speaks of a moment that cannot be placed, so that a date must be asked for.

    That is so for "na de herfstvakantie", "als ik terug ben", "31 februari", "maandag 1 december" when that is no Monday,
    "later" without more, and for days that are over unless they are only told about. `vandaag` is today in the
    Netherlands when it is left out.
    """
    gelezen = _read(text, vandaag or datetime.now(TIJDZONE).date())
    return gelezen.vaag or (gelezen.voorbij and not _VERLEDEN.search(plain(text[:LANGST])))


def _read(text: str, vandaag: date) -> Gelezen:
    return combine(statements(scan(plain(text[:LANGST]), vandaag), vandaag), vandaag)
