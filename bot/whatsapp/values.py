"""Values of this room: what a webhook tells, what the Graph API says of a number, and how to reach that API.

Words, names, numbers and ids of people stay out of `repr`, and so out of logs. That goes for ids of messages too: a `wamid`
is base64 in which the phone number of the user can be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from bot.errors import SettingError

Soort = Literal[
    "tekst",
    "keuze",
    "reactie",
    "media",
    "locatie",
    "contacten",
    "systeem",
    "bewerkt",
    "ingetrokken",
    "onbekend",
]
"""Kinds of incoming messages, by what can be done with them."""
MediaSoort = Literal["image", "audio", "voice", "video", "document", "sticker"]
Statuswoord = Literal["sent", "delivered", "read", "played", "failed"]


@dataclass(frozen=True)
class Fout:
    """An error as Meta tells it. Decide on `code` (bot.whatsapp.errors); the words are for whoever reads the log."""

    code: int | None
    """None when it could not be read."""
    titel: str = ""
    details: str = ""
    """With what could point at a person taken out."""
    phone_number_id: str = ""
    """Of the number it is about; only for errors of the number itself (`Gelezen.fouten`)."""


@dataclass(frozen=True)
class Inkomend:
    """A message of a user. `gebruiker` or `nummer` is always there; what a kind does not have is empty or None."""

    phone_number_id: str
    """Of our number that it was sent to."""
    id: str = field(repr=False)
    """`wamid`; with `phone_number_id` it is unique, and so the key to drop doubles by."""
    gebruiker: str | None = field(repr=False)
    """BSUID of the sender. For a system message: the one that they had until now."""
    nummer: str | None = field(repr=False)
    """Phone number of the sender, digits with country code and no plus; may be absent since there are user names."""
    naam: str = field(repr=False)
    """Profile name, as somebody chose it themselves; only to show."""
    soort: Soort
    soort_bij_meta: str
    """Meta's own word for it, also for kinds that we do not know: `text`, `interactive`, `poll_creation`."""
    tijd: datetime | None
    """In UTC, whole seconds, by Meta's clock; None when unreadable: then the moment of arrival counts."""
    tekst: str = field(default="", repr=False)
    """What was typed: the text, a caption, or the new text of a message that was changed."""
    keuze_id: str = field(default="", repr=False)
    """The id that we gave the button or row; of a template's button its payload."""
    keuze_titel: str = field(default="", repr=False)
    reactie: str = field(default="", repr=False)
    """The emoji; empty when it was taken back."""
    reactie_op: str = field(default="", repr=False)
    """`wamid` of the message reacted to."""
    media_soort: MediaSoort | None = None
    media_id: str = field(default="", repr=False)
    """Under which the file can be asked for, for 7 days."""
    mime: str = ""
    op: str = field(default="", repr=False)
    """`wamid` of the message that this one answers (`context.id`)."""
    verwijst: str = field(default="", repr=False)
    """`wamid` of the sender's own message that was changed or taken back."""
    nieuw_nummer: str | None = field(default=None, repr=False)
    """System messages only: the number from now on."""
    nieuwe_gebruiker: str | None = field(default=None, repr=False)
    """System messages only: the BSUID from now on. It changes along with the number."""
    fouten: tuple[Fout, ...] = ()
    """Why Meta does not pass the content on; of `unsupported` it is no fault of ours."""


@dataclass(frozen=True)
class Stand:
    """What became of a message that we sent. Stands come late, double and out of order: never step back."""

    phone_number_id: str
    wamid: str = field(repr=False)
    stand: Statuswoord
    tijd: datetime | None
    """In UTC, whole seconds; None when unreadable."""
    onze_sleutel: str = ""
    """The `biz_opaque_callback_data` that it was sent with."""
    fouten: tuple[Fout, ...] = ()
    """Why it failed."""
    gebruiker: str | None = field(default=None, repr=False)
    """BSUID of who it was sent to, when Meta tells it."""


@dataclass(frozen=True)
class Gelezen:
    """All that one webhook told, in its own order."""

    berichten: tuple[Inkomend, ...] = ()
    standen: tuple[Stand, ...] = ()
    fouten: tuple[Fout, ...] = ()
    """Errors of a number or account as a whole."""
    onbekend: tuple[str, ...] = ()
    """What was left aside, in words fit for a log: `field:flows`, `message:poll`, `message without sender`."""


@dataclass(frozen=True)
class GraphConfig:
    """A municipality's number at the Graph API. Hashable: one client per configuration. Raises SettingError."""

    url: str
    """Address of the API without a version: `https://graph.facebook.com`."""
    versie: str
    """`v25.0`"""
    phone_number_id: str
    token: str = field(repr=False)
    timeout: float = 10.0
    """Seconds that (a part of) one answer may take."""

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            good = parts.scheme in ("https", "http") and bool(parts.hostname) and not re.search(r"[^!-~]", self.url)
        except ValueError:
            good = False
        if not good:
            raise SettingError("whatsapp.url is geen internetadres dat met https:// begint.")
        if not re.fullmatch(r"v[0-9]{1,3}\.[0-9]", self.versie):
            raise SettingError("whatsapp.versie is geen versie van de Graph API, zoals v25.0.")
        if not re.fullmatch(r"[0-9]{1,30}", self.phone_number_id):
            raise SettingError("whatsapp.phone_number_id bestaat niet uit cijfers.")
        if not re.fullmatch(r"[!-~]+", self.token):
            raise SettingError("Het token van WhatsApp is leeg, of er staat een spatie of vreemd teken in.")


@dataclass(frozen=True)
class Nummer:
    """A number as Meta describes it; empty where Meta says nothing."""

    naam: str
    """`verified_name`, which users see."""
    weergave: str
    """`display_phone_number`"""
    kwaliteit: str
    """GREEN, YELLOW, RED or UNKNOWN."""
    doorvoer: str
    """STANDARD (80 messages a second), HIGH (1000) or NOT_APPLICABLE."""
    status: str
    """CONNECTED, or why not."""
    platform: str
    """CLOUD_API when it can be used by this API."""
    webhook: str
    """Where its webhooks go."""


@dataclass(frozen=True)
class Sjabloon:
    """A message template."""

    naam: str
    taal: str
    status: str
    """APPROVED, PENDING, REJECTED, PAUSED, DISABLED, ..."""
    parameters: int
    """How many places in its texts and buttons are filled in at sending."""


@dataclass(frozen=True)
class Tokenstand:
    """What Meta knows of our token."""

    geldig: bool
    soort: str
    """SYSTEM_USER is the kind that is meant for servers."""
    verloopt: datetime | None
    """None is never."""
    rechten: frozenset[str]
    accounts: frozenset[str] | None
    """Ids of business accounts that it is for; None when Meta does not say so."""
