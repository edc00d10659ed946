"""The `vraagbaak` command."""

from __future__ import annotations

import asyncio
import errno
import sys
from pathlib import Path

import click
from rich.console import Console

from bot.cli.appointments import appointments
from bot.cli.cases import cases
from bot.cli.employees import medewerkers
from bot.cli.handoff import handoff
from bot.cli.products import products
from bot.cli.questions import vragen
from bot.cli.whatsapp import whatsapp
from bot.database import open_database, upgrade
from bot.errors import VraagbaakError
from bot.settings import load_settings

console = Console()


@click.group()
def vraagbaak() -> None:
    """Vraagbaak, de assistent van de gemeente."""


vraagbaak.add_command(appointments)
vraagbaak.add_command(cases)
vraagbaak.add_command(handoff)
vraagbaak.add_command(medewerkers)
vraagbaak.add_command(products)
vraagbaak.add_command(vragen)
vraagbaak.add_command(whatsapp)


@vraagbaak.command()
def start() -> None:
    """Start alles op deze machine; Ctrl-C stopt het."""
    from bot.cli.start import start as start_all

    sys.exit(start_all(load_settings(), console))


@vraagbaak.command()
@click.option("--altijd", is_flag=True, help="Ook als het model al bij de gegevens past.")
def train(altijd: bool) -> None:
    """Train het model, als dat nodig is."""
    from bot.cli import training
    from bot.cli.start import step

    settings = load_settings()
    if not altijd and training.is_trained(settings):
        click.echo("Het model past al bij de gegevens.")
        return
    with step(console, "Trainen"):
        training.train(settings)


@vraagbaak.command()
@click.argument("vraag", nargs=-1)
@click.option("--gemeente", help="Voor welke gemeente; anders die van de instellingen.")
def chat(vraag: tuple[str, ...], gemeente: str | None) -> None:
    """Praat met de engine die draait. Kies een knop met zijn nummer; een lege regel stopt."""
    from bot.cli.chat import chat as run_chat

    sys.exit(run_chat(load_settings(), console, " ".join(vraag) or None, gemeente))


@vraagbaak.command()
@click.argument("vraag", nargs=-1, required=True)
@click.option("--gemeente", help="Voor welke gemeente; anders die van de instellingen.")
def ask(vraag: tuple[str, ...], gemeente: str | None) -> None:
    """Toon welke producten bij een vraag komen, hoe zeker, en waarom."""
    from bot.cli.ask import ask as run_ask

    asyncio.run(run_ask(load_settings(), console, " ".join(vraag), gemeente))


@vraagbaak.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--gemeente", help="Voor welke gemeente; anders die van de instellingen.")
@click.option("--json", "as_json", is_flag=True, help="Schrijf de cijfers als JSON.")
@click.option(
    "--details", type=click.Path(path_type=Path, dir_okay=False), help="Schrijf de uitslag per regel naar dit bestand."
)
def evaluate(file: Path, gemeente: str | None, as_json: bool, details: Path | None) -> None:
    """Meet op een bestand met vragen en hun goede antwoorden (JSON Lines)."""
    from bot.cli.evaluate import evaluate as run_evaluate

    asyncio.run(run_evaluate(load_settings(), console, file, gemeente, as_json, details))


@vraagbaak.group()
def database() -> None:
    """De database van de installatie."""


@database.command("bijwerken")
def database_upgrade() -> None:
    """Breng de tabellen bij de nieuwste versie."""
    upgrade(open_database(load_settings().catalog_url))
    click.echo("De database is bijgewerkt.")


def main() -> None:
    """Run the command; errors that people can mend are one line, without a traceback."""
    try:
        vraagbaak()
    except VraagbaakError as error:
        sys.exit(f"Fout: {error}")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sys.exit(f"Fout: de schijf is vol ({error.filename or 'onbekend bestand'}). Maak ruimte en start opnieuw.")
        raise


if __name__ == "__main__":
    main()
