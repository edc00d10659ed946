"""`vraagbaak cases`: whether the connection with the case register works."""

from __future__ import annotations

import asyncio
import sys

import click
from rich.console import Console

from bot.cases.check import check
from bot.cases.number import parse_formats
from bot.catalog.live import gemeenten_of
from bot.connections import zgw_config
from bot.settings import load_settings

_TEKEN = {"goed": "[green]✓[/]", "let_op": "[yellow]![/]", "fout": "[red]✗[/]"}


@click.group()
def cases() -> None:
    """Zaken uit het zaakregister (ZGW)."""


@cases.command("check")
@click.argument("zaaknummer", required=False)
@click.option("--gemeente", help="Voor welke gemeente; anders die van de instellingen.")
def check_command(zaaknummer: str | None, gemeente: str | None) -> None:
    """Bewijs stap voor stap dat het register bereikbaar is, ons vertrouwt en een zaak laat zien."""
    settings, console = load_settings(), Console()
    found = gemeenten_of(settings)[gemeente or settings.gemeente]
    config = zgw_config(settings, found)
    if config is None or found.zaken is None:
        console.print(f"{found.naam} heeft geen zaakregister ingesteld; zie docs/zaken.md.")
        return
    bevindingen = asyncio.run(check(config, zaaknummer, parse_formats(found.zaken.nummers)))
    for one in bevindingen:
        advies = f" {one.advies}" if one.advies else ""
        niveau = getattr(one.niveau, "value", one.niveau)
        console.print(f"{_TEKEN[niveau]} {one.onderwerp}: {one.tekst}{advies}", soft_wrap=True, highlight=False)
    sys.exit(any(getattr(one.niveau, "value", one.niveau) == "fout" for one in bevindingen))
