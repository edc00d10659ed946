"""`vraagbaak whatsapp`: whether the connection with WhatsApp works."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.markup import escape

from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of
from bot.connections import SANDBOX, SANDBOX_TOKEN, sandbox_url
from bot.errors import SettingError
from bot.secrets_store import secret_for
from bot.settings import Settings, load_settings
from bot.whatsapp.check import check
from bot.whatsapp.check_findings import Aansluiting, Geheim

_TEKEN = {"goed": "[green]✓[/]", "let_op": "[yellow]![/]", "fout": "[red]✗[/]"}
WEBHOOK = "/webhooks/whatsapp/webhook"
"""Path of the channel on the engine."""


@click.group()
def whatsapp() -> None:
    """WhatsApp."""


@whatsapp.command("check")
@click.option("--gemeente", help="Voor welke gemeente; anders die van de instellingen.")
@click.option("--stuur-naar", metavar="NUMMER", help="Stuur ook een proefbericht naar dit telefoonnummer.")
def check_command(gemeente: str | None, stuur_naar: str | None) -> None:
    """Bewijs stap voor stap dat Meta ons vertrouwt, het nummer werkt en onze webhook veilig antwoordt."""
    settings, console = load_settings(), Console()
    found = gemeenten_of(settings)[gemeente or settings.gemeente]
    aansluiting = connection(settings, found)
    if aansluiting is None:
        console.print(f"{found.naam} heeft geen WhatsApp ingesteld; zie docs/whatsapp.md.")
        return
    bevindingen = asyncio.run(check(aansluiting, stuur_naar, nu=datetime.now(UTC)))
    for one in bevindingen:
        advies = f" {one.advies}" if one.advies else ""
        line = escape(f"{one.onderwerp}: {one.tekst}{advies}")
        console.print(f"{_TEKEN[one.niveau]} {line}", soft_wrap=True, highlight=False)
    sys.exit(any(one.niveau == "fout" for one in bevindingen))


def connection(settings: Settings, gemeente: Gemeente) -> Aansluiting | None:
    """All that makes a municipality's connection; None when it has none. A secret that is not there is told in it."""
    found = gemeente.whatsapp
    if found is None:
        return None
    is_sandbox = found.url == SANDBOX

    def secret(naam: str) -> Geheim:
        if is_sandbox:
            return Geheim(naam, SANDBOX_TOKEN)
        try:
            return Geheim(naam, secret_for(settings, gemeente.id, naam))
        except SettingError as error:
            return Geheim(naam, probleem=str(error))

    return Aansluiting(
        url=sandbox_url(settings) if is_sandbox else found.url,
        versie=found.versie,
        phone_number_id=found.phone_number_id,
        nummer=found.nummer,
        waba_id=found.waba_id,
        sjabloon=found.sjabloon,
        token=secret("whatsapp_token"),
        app_secret=secret("whatsapp_app_secret"),
        verify_token=secret("whatsapp_verify_token"),
        webhook=settings.public_chat_url + WEBHOOK,
    )
