"""`vraagbaak appointments`: whether the system for appointments works, and what a day holds."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console

from bot.appointment_systems import Afsprakensystemen, dienst_of
from bot.appointments.backend import AppointmentBackend
from bot.appointments.errors import AfspraakError
from bot.appointments.values import TIJDZONE, Keus
from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of, live_catalog
from bot.database import open_database, upgrade
from bot.settings import Settings, load_settings

DAGEN = 30
"""Days ahead in which a free moment is looked for."""


@click.group()
def appointments() -> None:
    """Afspraken."""


@appointments.command("check")
@click.option("--gemeente", help="Voor welke gemeente; anders die van de instellingen.")
def check_command(gemeente: str | None) -> None:
    """Bewijs stap voor stap dat het afsprakensysteem antwoordt en elk product een vrije tijd heeft. Boekt niets."""
    settings, console = load_settings(), Console()
    found = gemeenten_of(settings)[gemeente or settings.gemeente]
    if found.afspraken is None:
        console.print(f"{found.naam} heeft geen afspraken ingesteld; zie docs/afspraken.md.")
        return
    sys.exit(not asyncio.run(_check(settings, found, console)))


async def _check(settings: Settings, gemeente: Gemeente, console: Console) -> bool:
    assert gemeente.afspraken is not None
    engine = open_database(settings.catalog_url)
    upgrade(engine)
    catalog = live_catalog(settings)
    catalog.refresh()
    namen = {id: product.kop.naam for id, product in catalog.products(gemeente.id).items()}
    backend = Afsprakensystemen().of(settings, gemeente, engine, namen, lambda: datetime.now(UTC))
    try:
        said = await backend.check()
        _say(console, True, f"Het systeem ({gemeente.afspraken.systeem}) antwoordt", said)
        diensten = {one.id: one for one in await backend.list_products()}
        good = True
        for product in gemeente.afspraken.producten:
            good &= await _check_product(backend, console, gemeente, product, set(diensten))
    except AfspraakError as error:
        _say(console, False, "Het systeem antwoordt niet goed", str(error))
        return False
    finally:
        await backend.aclose()
    return good


async def _check_product(
    backend: AppointmentBackend, console: Console, gemeente: Gemeente, product: str, diensten: set[str]
) -> bool:
    assert gemeente.afspraken is not None
    dienst = dienst_of(gemeente.afspraken, product)
    if dienst not in diensten:
        _say(
            console, False, product, f"de dienst {dienst} bestaat niet in het systeem; kies een van {sorted(diensten)}"
        )
        return False
    keuzen = [Keus(dienst)]
    vandaag = datetime.now(TIJDZONE).date()
    only = gemeente.afspraken.alleen_locaties
    locaties = [one for one in await backend.list_locations(keuzen) if not only or one.id in only]
    if not locaties:
        _say(console, False, product, "is op geen enkele locatie te boeken")
        return False
    for locatie in locaties:
        dagen = await backend.list_dates(keuzen, locatie.id, vandaag, vandaag + timedelta(days=DAGEN))
        eerste = f"eerste vrije dag {dagen[0]:%d-%m-%Y}" if dagen else f"niets vrij in {DAGEN} dagen"
        _say(console, bool(dagen), f"{product} bij {locatie.naam} ({locatie.id})", eerste, warn=True)
    return True


def _say(console: Console, good: bool, what: str, text: str, *, warn: bool = False) -> None:
    sign = "[green]✓[/]" if good else "[yellow]![/]" if warn else "[red]✗[/]"
    console.print(f"{sign} {what}: {text}", soft_wrap=True, highlight=False)
