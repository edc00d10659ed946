"""What every channel does with a message from outside, before Rasa sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.case_numbers import case_numbers
from bot.catalog.gemeente import Gemeente, Gemeenten
from bot.privacy.masking import mask
from bot.search.text import clean
from bot.settings import Settings

MAX_SENDER = 128


@dataclass(frozen=True)
class Inbound:
    """A message that is fit for Rasa: cleaned, masked, and with its municipality."""

    text: str
    metadata: Mapping[str, Any]


class InboundError(ValueError):
    """The request cannot be taken; the message says what the sender of it should change."""


def inbound(text: object, metadata: object, gemeenten: Gemeenten, settings: Settings) -> Inbound:
    """Make a message from outside fit for Rasa.

    Control characters go, numbers that must not be stored are masked, what is longer than the limit is cut, and Rasa's
    own notation (`/intent{...}`) loses its slash, so that nobody outside can steer the dialogue.

    Args:
        text: the message as received; must be a string.
        metadata: an object with at most the key `gemeente` used from it, or None.

    Raises:
        InboundError: text or metadata has the wrong form.
        UnknownGemeente: the municipality is not served here.
    """
    if not isinstance(text, str):
        raise InboundError('"message" moet een tekst zijn.')
    if metadata is not None and not isinstance(metadata, dict):
        raise InboundError('"metadata" moet een object zijn, bijvoorbeeld {"gemeente": "..."}.')
    gemeente = (metadata or {}).get("gemeente", settings.gemeente)
    if not isinstance(gemeente, str):
        raise InboundError('"metadata.gemeente" moet een tekst zijn.')
    served = gemeenten[gemeente]
    cleaned = clean(text).lstrip("/ ")
    limit = settings.max_message_chars
    # Masked before it is cut, with some room: a number on the edge must not slip through as a piece.
    masked = _masked(cleaned[: limit + 100], served)
    return Inbound(masked[:limit], {"gemeente": gemeente, "ingekort": len(cleaned) > limit})


def _masked(text: str, gemeente: Gemeente) -> str:
    """The text with numbers masked that must not be stored, and case numbers whole: the digits of one in ten pass for
    those of a bank card."""
    kept, done = [], 0
    for found in case_numbers(text, gemeente):
        kept += [mask(text[done : found.begin]), text[found.begin : found.eind]]
        done = found.eind
    return "".join([*kept, mask(text[done:])])
