"""What can go wrong with Open Klant, named by what can be done about it.

    OpenKlantError
    ├── Unauthorized    401 or 403: mend the token, or who may come in
    ├── Invalid         400: Open Klant refuses fields; `fields` names them
    ├── NotFound        404: it is not, or no longer, there
    ├── Conflict        409: it clashes with something that is there
    ├── Misconfigured   address, department or certificate is wrong: mend the settings
    ├── Refused         the request itself cannot be registered; `field` says why: ask the resident again
    └── Unavailable     no connection, no answer in time, 5xx, or an answer that cannot be read: try again later

Texts name fields, never what was in them: they end up in logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from bot.errors import VraagbaakError

Oorzaak = Literal["naam", "verbinding", "certificaat", "tijd", "status", "antwoord"]
"""Why there was no usable answer: the host name, the connection, its certificate, the time, the status, the contents."""

_FIELD = re.compile(r"[A-Za-z0-9_.]{1,120}")


class OpenKlantError(VraagbaakError):
    """Base of what can go wrong with Open Klant."""


class Unauthorized(OpenKlantError):
    """The token is refused (401), or something in front of Open Klant refuses us (403)."""

    def __init__(self, status: int) -> None:
        super().__init__(
            "Open Klant weigert het token (401)." if status == 401 else f"Open Klant laat ons niet toe ({status})."
        )
        self.status = status


class Invalid(OpenKlantError):
    """Open Klant refuses what was sent (400).

    Attributes:
        fields: names of the refused fields, with dots, as Open Klant names them.
        codes: per field its own word for what is wrong, such as `required` or `unique`.
    """

    def __init__(self, faults: Iterable[tuple[object, object]] = ()) -> None:
        # What a server calls a name might be anything; only what looks like a name is passed on.
        pairs = [(_name(field), _name(code)) for field, code in faults]
        self.fields = tuple(field for field, _ in pairs)
        self.codes = tuple(code for _, code in pairs)
        super().__init__(f"Open Klant keurt af: {', '.join(self.fields) or 'het verzoek'}.")


class NotFound(OpenKlantError):
    """Open Klant does not have it (404)."""

    def __init__(self) -> None:
        super().__init__("Open Klant kent dit niet (404).")


class Conflict(OpenKlantError):
    """It clashes with something that is there already (409)."""

    def __init__(self) -> None:
        super().__init__("Open Klant meldt een botsing met iets dat er al is (409).")


class Misconfigured(OpenKlantError):
    """A setting of the connection is wrong; the text says which."""


class Refused(OpenKlantError):
    """The call-back request cannot be registered as it is.

    Attributes:
        field: of the request: `telefoon` or `email`.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


class Unavailable(OpenKlantError):
    """There was no usable answer.

    Attributes:
        oorzaak: what was missing.
        perhaps_done: whether the server may have carried out what was asked.
        status: of the answer, when there was one.
    """

    def __init__(self, oorzaak: Oorzaak, *, perhaps_done: bool, status: int | None = None) -> None:
        super().__init__(f"Open Klant is niet te bereiken ({oorzaak}{f' {status}' if status else ''}).")
        self.oorzaak: Oorzaak = oorzaak
        self.perhaps_done = perhaps_done
        self.status = status


def _name(value: object) -> str:
    text = str(value)
    return text if _FIELD.fullmatch(text) else "?"
