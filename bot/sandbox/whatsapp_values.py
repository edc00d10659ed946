"""Plain values of the WhatsApp sandbox: businesses' numbers, invented people, templates, limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]


@dataclass(frozen=True)
class Number:
    """A business's number."""

    phone_number_id: str
    display: str
    """As `display_phone_number` shows it, digits only: `31850000000`."""
    waba_id: str
    naam: str
    callback: str = ""
    """Where webhooks are posted; empty is nowhere."""
    landnummer: str = "31"
    """Country code that Meta puts before a number that comes without a plus."""
    throughput: str = "STANDARD"
    quality: str = "GREEN"


@dataclass(frozen=True)
class Person:
    """Somebody with WhatsApp."""

    naam: str
    user_id: str
    """The business-scoped id (BSUID): two letters of a country, a dot, letters and digits."""
    nummer: str | None = None
    """Digits with country code and without a plus; None for somebody who only shows a user name."""


PERSONS = (
    Person("Ans de Vries", "NL.4455667788", "31600000001"),
    Person("Mehmet Yilmaz", "NL.5566778899", "31600000002"),
    Person("Noor", "NL.6677889900"),
)
"""Invented. The third has no number: only a BSUID is known of her."""


@dataclass(frozen=True)
class Template:
    """A message that Meta has looked at beforehand. Its parameters are positional: `{{1}}`, `{{2}}`."""

    naam: str
    taal: str
    status: str
    """APPROVED, PENDING, REJECTED, PAUSED or DISABLED."""
    categorie: str
    """UTILITY, MARKETING or AUTHENTICATION."""
    tekst: str
    knoppen: tuple[str, ...] = ()
    """Quick reply buttons."""

    @property
    def parameters(self) -> int:
        """How many parameters the text has."""
        number = 0
        while f"{{{{{number + 1}}}}}" in self.tekst:
            number += 1
        return number

    def filled(self, values: list[str]) -> str:
        """The text with its parameters filled in; as many values as `parameters`."""
        text = self.tekst
        for number, value in enumerate(values, 1):
            text = text.replace(f"{{{{{number}}}}}", value)
        return text

    def as_json(self, number: int) -> Json:
        """As the list of templates shows it."""
        components: list[Json] = [{"type": "BODY", "text": self.tekst}]
        if self.knoppen:
            buttons = [{"type": "QUICK_REPLY", "text": text} for text in self.knoppen]
            components.append({"type": "BUTTONS", "buttons": buttons})
        return {
            "name": self.naam,
            "parameter_format": "POSITIONAL",
            "components": components,
            "language": self.taal,
            "status": self.status,
            "category": self.categorie,
            "id": str(880_000 + number),
        }


def sample_templates() -> tuple[Template, ...]:
    """The templates of `whatsapp_sjablonen.yml`, which every business in the sandbox has."""
    text = (Path(__file__).parent / "whatsapp_sjablonen.yml").read_text(encoding="utf-8")
    return tuple(Template(**{**one, "knoppen": tuple(one.get("knoppen", ()))}) for one in yaml.safe_load(text))


@dataclass(frozen=True)
class Limits:
    """What the sandbox enforces. Source: Meta's pages on throughput and on the customer service window."""

    window: timedelta = timedelta(hours=24)
    """After a user's last message free text may be sent."""
    pair: bool = True
    """Whether messages to one user are limited."""
    pair_seconds: float = 6.0
    pair_burst: int = 45
    """Messages at once; each is borrowed from later quota."""
    throughput: float | None = 80.0
    """Messages in and out per second of a number; None is no limit."""
    in_answer: Mapping[int, bool] | None = None
    """Code → whether it comes in the HTTP answer; else as a `failed` status after a 200. See `at_once`."""

    def at_once(self, code: int) -> bool:
        """Whether a code is told in the answer. That somebody cannot be reached, Meta only finds out later."""
        return {131026: False, **(self.in_answer or {})}.get(code, True)


MEDIA_ID_DAYS = {"bedrijf": 30, "gebruiker": 7}
"""How long a media id lives: of what a business uploaded, and of what came with a webhook."""
MEDIA_URL = timedelta(minutes=5)
"""How long the address of a file lives."""
BUSINESS_TYPES: Mapping[str, int] = {
    **dict.fromkeys(("image/jpeg", "image/png"), 5 << 20),
    **dict.fromkeys(
        ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "video/mp4", "video/3gpp"), 16 << 20
    ),
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        100 << 20,
    ),
    "image/webp": 500 << 10,
}
"""Types that a business may upload → most bytes. A calendar file is none of them: it goes as text/plain."""
