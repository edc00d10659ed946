"""What to do with an error of the Graph API, and how a call can fail.

    GraphError
    ├── Refused    Meta said no: `reactie` tells what to do
    ├── Unknown    the answer stayed away or cannot be read: it may have been done
    └── NotSent    it surely never arrived

Source: Meta's table of error codes for the Cloud API (copy of 11 September 2026). Meta wants decisions on the code; titles,
subcodes and HTTP statuses may change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Reactie(Enum):
    """What an error asks for."""

    OPNIEUW = "opnieuw"
    """Temporary: 3 to 5 times again with growing pauses, then a task for an employee."""
    NUMMER_RUSTIG = "nummer_rustig"
    """Too much from this number or account: hold back all that it sends."""
    GEBRUIKER_RUSTIG = "gebruiker_rustig"
    """Too fast to this user: wait 4^n seconds, for this user only."""
    VENSTER = "venster"
    """More than 24 hours since they last wrote: not again; a template, or tell the employee."""
    ONBEREIKBAAR = "onbereikbaar"
    """Cannot be delivered to this person: not again; mark it."""
    ONZE_FOUT = "onze_fout"
    """Our request is wrong, or nobody knows this error: not again; alarm at the first one."""
    SJABLOON_FOUT = "sjabloon_fout"
    """The template is wrong, absent, paused or disabled: not again; tell the editor."""
    STOPPEN = "stoppen"
    """Token, permission, account or payment: stop sending, page the operator, keep the queue."""
    GRENS = "grens"
    """A limit on spam or marketing: not again."""
    ANDER_SOORT = "ander_soort"
    """This kind of message or file does not work: ask or send it in another form."""


def _table() -> dict[int, Reactie]:
    rows = {
        Reactie.STOPPEN: (0, 3, 10, 190, 368, 130497, 131005, 131031, 131042),
        Reactie.NUMMER_RUSTIG: (4, 80007, 130429),
        Reactie.GEBRUIKER_RUSTIG: (131056,),
        Reactie.VENSTER: (131047,),
        Reactie.ONBEREIKBAAR: (130403, 131021, 131026),
        Reactie.ANDER_SOORT: (131051, 131052, 131053, 131060),
        Reactie.OPNIEUW: (1, 2, 131000, 131016, 131057),
        Reactie.ONZE_FOUT: (33, 100, 2500, 131008, 131009, 131062),
        Reactie.SJABLOON_FOUT: (132000, 132001, 132005, 132007, 132012, 132015, 132016),
        Reactie.GRENS: (131048, 131049, 131050, 131064),
    }
    return {code: reaction for reaction, codes in rows.items() for code in codes}


TABEL: Mapping[int, Reactie] = MappingProxyType(_table())
"""Code → what to do. 200 up to and including 299 (permissions) are not in it one by one."""


def reactie(code: int | None, http_status: int | None) -> Reactie:
    """What to do with an error.

    A code that we know decides. Else permissions (200-299) and templates (132000-132999) go by their range, and the rest by
    the HTTP status: 401 and 403 stop, 429 is too much, 408 and 5xx pass. What nobody knows is not sent again: it needs a look.

    Args:
        code: of the answer or the webhook; None when there was none to read.
        http_status: of the answer; None for an error that came by webhook.
    """
    if code is not None:
        if code in TABEL:
            return TABEL[code]
        if 200 <= code <= 299:
            return Reactie.STOPPEN
        if 132_000 <= code <= 132_999:
            return Reactie.SJABLOON_FOUT
    if http_status in (401, 403):
        return Reactie.STOPPEN
    if http_status == 429:
        return Reactie.NUMMER_RUSTIG
    if http_status is not None and (http_status == 408 or http_status >= 500):
        return Reactie.OPNIEUW
    return Reactie.ONZE_FOUT


class GraphError(Exception):
    """Base of what can go wrong with a call. Messages hold no token, number, id or word of anybody."""


class Refused(GraphError):
    """Meta said no; nothing was done."""

    def __init__(self, reactie: Reactie, code: int | None, details: str = "", status: int | None = None) -> None:
        super().__init__(f"code {code}, HTTP {status}: {details or 'zonder toelichting'}")
        self.reactie, self.code, self.details, self.status = reactie, code, details, status


class Unknown(GraphError):
    """No answer, or none that can be read: it may have been done. Before trying again, wait for a status with our key."""


class NotSent(GraphError):
    """There was no connection: nothing was done."""


_PEOPLE = re.compile(
    r"wamid\.\S*"  # holds a phone number in base64
    r"|\S+@\S+"
    r"|\b[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{4,128}\b"  # BSUID
    r"|\"[^\"]*\s[^\"]*\""  # somebody's words
    r"|(?<![#\d])\+?\d[\d\s().\-]{4,}\d"  # not the code in "(#131047)"
)
LONGEST_DETAILS = 300


def without_people(text: str) -> str:
    """A text of Meta's without what could point at a person: numbers of 6 digits or more, ids, addresses, quotes. For logs."""
    return _PEOPLE.sub("…", text)[:LONGEST_DETAILS]
