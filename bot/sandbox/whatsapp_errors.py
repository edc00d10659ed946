"""Errors of the Graph API as the WhatsApp sandbox gives them: code, title, HTTP status, and the shape of a body.

Source: Meta's table of error codes. Details name fields and limits, never what stood in them: clients log the details.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

_OAUTH = "OAuthException"

CODES: Mapping[int, tuple[str, int]] = {
    0: ("AuthException", 401),
    1: ("API Unknown", 400),
    2: ("API Service", 503),
    3: ("API Method", 500),
    4: ("API Too Many Calls", 429),
    10: ("Permission Denied", 403),
    33: ("Parameter value is not valid", 400),
    100: ("Invalid parameter", 400),
    190: ("Access token has expired", 401),
    200: ("API Permission", 403),
    368: ("Temporarily blocked for policies violations", 403),
    2200: ("Callback verification failed", 400),
    2500: ("Unknown path components", 400),
    80007: ("Rate limit issues", 429),
    130403: ("Recipient blocked by the business", 403),
    130429: ("Rate limit hit", 429),
    130497: ("Business account is restricted from messaging users in this country", 403),
    131000: ("Something went wrong", 500),
    131005: ("Access denied", 403),
    131008: ("Required parameter is missing", 400),
    131009: ("Parameter value is not valid", 400),
    131016: ("Service unavailable", 500),
    131021: ("Recipient cannot be sender", 400),
    131026: ("Message undeliverable", 400),
    131031: ("Account has been locked", 403),
    131042: ("Business eligibility payment issue", 400),
    131047: ("Re-engagement message", 400),
    131048: ("Spam rate limit hit", 429),
    131049: ("Meta chose not to deliver", 400),
    131050: ("User has stopped marketing messages", 400),
    131051: ("Unsupported message type", 400),
    131052: ("Media download error", 400),
    131053: ("Media upload error", 400),
    131056: ("Pair rate limit hit", 429),
    131057: ("Account in maintenance mode", 500),
    131060: ("This message is unavailable", 400),
    131062: ("Business-scoped User ID recipients are not supported for this message", 400),
    131064: ("Messaging limit reached", 400),
    132000: ("Template param count mismatch", 400),
    132001: ("Template does not exist", 404),
    132005: ("Template hydrated text too long", 400),
    132007: ("Template format character policy violated", 400),
    132012: ("Template parameter format mismatch", 400),
    132015: ("Template is paused", 400),
    132016: ("Template is disabled", 400),
}
"""Code → (title, HTTP status). 201 up to and including 299 are as 200."""

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class GraphError(Exception):
    """A refusal. `code` is in CODES or 200-299; `details` goes in `error_data`; without it that field is left out."""

    def __init__(self, code: int, details: str = "", *, kind: str = _OAUTH, subcode: int | None = None) -> None:
        super().__init__(f"{code}: {details}")
        self.code, self.details, self.kind, self.subcode = code, details, kind, subcode
        self.title, self.status = CODES[200 if 200 <= code < 300 else code]

    def body(self) -> Json:
        """The body of an answer: `{"error": {...}}`."""
        error: Json = {"message": f"(#{self.code}) {self.title}", "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {"error": {**error, "fbtrace_id": secrets.token_urlsafe(16)}}

    def in_webhook(self) -> Json:
        """The same error as webhooks carry it, in `statuses[].errors` and `value.errors`."""
        found: Json = {"code": self.code, "title": self.title, "message": self.title}
        if self.details:
            found["error_data"] = {"details": self.details}
        return {**found, "href": HREF}


def missing(field: str) -> GraphError:
    """131008: a required field is not there."""
    return GraphError(131008, f"{field}: required")


def wrong(field: str, reason: str) -> GraphError:
    """131009: a value is not allowed."""
    return GraphError(131009, f"{field}: {reason}")


def unknown(field: str) -> GraphError:
    """100: a field or type that the API does not know."""
    return GraphError(100, f"{field}: unknown parameter")


def no_such_object(kind: str = "get") -> GraphError:
    """100 with subcode 33: the object is not there, or this token may not see it."""
    details = f"Unsupported {kind} request. Object does not exist or cannot be loaded due to missing permissions"
    return GraphError(100, details, kind="GraphMethodException", subcode=33)
