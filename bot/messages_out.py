"""Messages to residents outside the conversation: by e-mail (SMTP), or through a webhook of the municipality (text messages).

Neither addresses nor texts reach a log; an error says what kind it was.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import httpx

from bot.errors import VraagbaakError
from bot.settings import Settings
from bot.threads import in_thread

TIMEOUT = 15.0


class NotSent(VraagbaakError):
    """A message could not be sent; the text says why, and not to whom."""


def can_send(settings: Settings, aan: str, sandbox: str | None = None) -> bool:
    """Whether there is a way to reach an address or a phone number."""
    return bool(sandbox or settings.bericht_webhook or ("@" in aan and settings.smtp_url and settings.mail_from))


@dataclass(frozen=True)
class Bijlage:
    """A file that goes along with an e-mail."""

    naam: str
    soort: str
    """Media type: `text/calendar`."""
    inhoud: bytes


async def send(
    settings: Settings, aan: str, onderwerp: str, tekst: str, sandbox: str | None = None, bijlage: Bijlage | None = None
) -> None:
    """Send a message.

    Args:
        aan: e-mail address, or phone number (then through the webhook).
        sandbox: address of the sandbox, when that stands in for the real thing.
        bijlage: only for e-mail; a webhook gets it as text.

    Raises NotSent.
    """
    body = {"aan": aan, "onderwerp": onderwerp, "tekst": tekst}
    if bijlage is not None:
        body["bijlage"] = bijlage.inhoud.decode()
    if sandbox:
        await _post(f"{sandbox}/postbus", body)
    elif "@" in aan and settings.smtp_url and settings.mail_from:
        await in_thread(_mail, settings, aan, onderwerp, tekst, bijlage)
    elif settings.bericht_webhook:
        await _post(settings.bericht_webhook, body)
    else:
        raise NotSent("Er is geen mailserver en geen webhook ingesteld.")


async def _post(url: str, body: dict[str, str]) -> None:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            answer = await client.post(url, json=body)
            answer.raise_for_status()
    except httpx.HTTPError as error:
        raise NotSent(f"Het bericht kon niet worden verstuurd ({type(error).__name__}).") from None


def _mail(settings: Settings, aan: str, onderwerp: str, tekst: str, bijlage: Bijlage | None) -> None:
    server = urlsplit(settings.smtp_url)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, aan, onderwerp
    message.set_content(tekst)
    if bijlage is not None:
        kind, _, subtype = bijlage.soort.partition("/")
        message.add_attachment(bijlage.inhoud, maintype=kind, subtype=subtype, filename=bijlage.naam)
    host, context = server.hostname or "", ssl.create_default_context()
    try:
        if server.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, server.port or 465, timeout=TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(host, server.port or 587, timeout=TIMEOUT)
        with smtp:
            if server.scheme != "smtps" and server.username:
                smtp.starttls(context=context)
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"De e-mail kon niet worden verstuurd ({type(error).__name__}).") from None
