"""`vraagbaak handoff`: whether the connection with Open Klant works."""

from __future__ import annotations

import asyncio
import sys

import click
from rich.console import Console

from bot.catalog.live import gemeenten_of
from bot.connections import open_klant_config
from bot.handoff.openklant.check import check
from bot.settings import load_settings

_TEKEN = {"goed": "[green]✓[/]", "let op": "[yellow]![/]", "fout": "[red]✗[/]"}


@click.group()
def handoff() -> None:
    """Overdracht aan medewerkers."""


@handoff.command("check")
@click.option("--gemeente", help="Voor welke gemeente; anders die van de instellingen.")
@click.option("--proef", is_flag=True, help="Maak ook een klantcontact, en haal het weer weg.")
def check_command(gemeente: str | None, proef: bool) -> None:
    """Bewijs stap voor stap dat Open Klant bereikbaar is en terugbelverzoeken aanneemt."""
    settings, console = load_settings(), Console()
    found = gemeenten_of(settings)[gemeente or settings.gemeente]
    config = open_klant_config(settings, found)
    if config is None:
        console.print(f"{found.naam} heeft geen Open Klant; terugbelverzoeken komen op de eigen balie.")
        return
    bevindingen = asyncio.run(check(config, proef=proef))
    for one in bevindingen:
        raad = f" {one.raad}" if one.raad else ""
        console.print(f"{_TEKEN[one.oordeel]} {one.onderdeel}: {one.tekst}{raad}", soft_wrap=True, highlight=False)
    sys.exit(any(one.oordeel == "fout" for one in bevindingen))
