"""What can go wrong between us and a register of cases.

    ZgwError
    ├── Unauthorized        401: something before the register wants other credentials
    ├── Forbidden           403: token refused, or no rights
    ├── NotFound            404: no such thing, or a wrong base path
    ├── NotAcceptable       406: another coordinate system is wanted
    ├── Gone                410
    ├── PreconditionFailed  412: a header is missing
    ├── Invalid             400: it does not take this question
    ├── Malformed           an answer that cannot be read as the standard says
    └── Unavailable         no answer, too late, 429 or 5xx, or it failed so often that we wait

No text of these errors holds a case number, a name or an address with a question in it: they end up in logs.
"""

from __future__ import annotations

import re

from bot.errors import VraagbaakError

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,60}")

TOKEN_CODES = frozenset({"missing-client-identifier", "invalid-client-identifier", "invalid-jwt-signature"})
"""Codes of a refused token that do not begin with `jwt-`."""


class ZgwError(VraagbaakError):
    """Base. `what` names the kind of question (`zaken`, `statussen`), `code` is the register's own word for it."""

    def __init__(self, what: str, status: int | None = None, code: str = "", fields: tuple[str, ...] = ()) -> None:
        self.what = what
        self.status = status
        # Only a word that looks like a code: anything else may quote what was sent.
        self.code = code if _CODE.fullmatch(code) else ""
        self.fields = tuple(name for name in fields if _CODE.fullmatch(name))
        details = ", ".join(part for part in (f"HTTP {status}" if status else "", self.code, *self.fields) if part)
        super().__init__(f"Zaaksysteem, {what}: {type(self).__name__}" + (f" ({details})" if details else ""))


class Unauthorized(ZgwError):
    """401. Open Zaak never sends it; a gateway before it may."""


class Forbidden(ZgwError):
    """403: the token is refused, or the client has no rights on this."""

    @property
    def token_refused(self) -> bool:
        """Whether it is about the token, and not about this one thing."""
        return self.code.startswith("jwt-") or self.code in TOKEN_CODES


class NotFound(ZgwError):
    """404."""


class Gone(ZgwError):
    """410."""


class NotAcceptable(ZgwError):
    """406: the asked coordinate system is not known there."""


class PreconditionFailed(ZgwError):
    """412: a header is missing, often taken out by something in between."""


class Invalid(ZgwError):
    """400: a filter or value that the register does not take; `fields` names them."""


class Malformed(ZgwError):
    """The answer is not what the standard says: no JSON, a redirect, a missing field, a foreign address."""


class Unavailable(ZgwError):
    """No usable answer in time. `again` tells whether asking again at once makes sense."""

    def __init__(self, what: str, status: int | None = None, code: str = "", *, again: bool = False) -> None:
        super().__init__(what, status, code)
        self.again = again


BY_STATUS: dict[int, type[ZgwError]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    406: NotAcceptable,
    410: Gone,
    412: PreconditionFailed,
}
"""HTTP status → error; 429 and 5xx are Unavailable, all other statuses above 2xx Malformed."""
