"""`vraagbaak medewerkers`: accounts of the desk."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import Engine

from bot.catalog.live import gemeenten_of
from bot.database import open_database, upgrade
from bot.errors import SettingError
from bot.handoff import employees
from bot.handoff.model import Medewerker
from bot.settings import load_settings

ROLLEN = ("medewerker", "beheerder")


@click.group("medewerkers")
def medewerkers() -> None:
    """Accounts van de balie."""


@medewerkers.command("toevoegen")
@click.argument("gebruikersnaam")
@click.option("--naam", required=True, help="Naam die bewoners zien.")
@click.option("--gemeente", "gemeenten", multiple=True, required=True, help="Mag vaker.")
@click.option("--rol", type=click.Choice(ROLLEN), default="medewerker", show_default=True)
@click.option("--zonder-wachtwoord", is_flag=True, help="Logt in met het account van de gemeente (OIDC).")
def add_command(gebruikersnaam: str, naam: str, gemeenten: tuple[str, ...], rol: str, zonder_wachtwoord: bool) -> None:
    """Maak een account; het wachtwoord wordt gevraagd en niet getoond."""
    known, engine = gemeenten_of(load_settings()), _database()
    for gemeente in gemeenten:
        known[gemeente]
    wachtwoord = None if zonder_wachtwoord else _ask_password()
    try:
        made = employees.add(engine, gebruikersnaam, naam, [(one, rol) for one in gemeenten], wachtwoord)
    except ValueError as error:
        raise SettingError(f"Het account is niet gemaakt: {error}.") from error
    click.echo(f"Account {made.gebruikersnaam} is gemaakt voor {', '.join(sorted(made.gemeenten))}.")


@medewerkers.command("lijst")
def list_command() -> None:
    """Alle accounts."""
    table = Table("account", "naam", "rollen", "in gebruik", "aanwezig")
    for one in employees.everybody(_database()):
        rollen = ", ".join(f"{gemeente} ({rol})" for gemeente, rol in sorted(one.rollen))
        table.add_row(one.gebruikersnaam, one.naam, rollen, _ja(one.actief), _ja(one.aanwezig))
    Console().print(table)


@medewerkers.command("rollen")
@click.argument("gebruikersnaam")
@click.option("--gemeente", "gemeenten", multiple=True, required=True, help="Mag vaker; vervangt wat er was.")
@click.option("--rol", type=click.Choice(ROLLEN), default="medewerker", show_default=True)
def roles_command(gebruikersnaam: str, gemeenten: tuple[str, ...], rol: str) -> None:
    """Zet de gemeenten van een account."""
    known, engine = gemeenten_of(load_settings()), _database()
    for gemeente in gemeenten:
        known[gemeente]
    employees.set_roles(engine, _found(engine, gebruikersnaam).id, [(one, rol) for one in gemeenten])
    click.echo("De rollen zijn gewijzigd.")


@medewerkers.command("wachtwoord")
@click.argument("gebruikersnaam")
def password_command(gebruikersnaam: str) -> None:
    """Geef een account een nieuw wachtwoord; open sessies eindigen."""
    engine = _database()
    found = _found(engine, gebruikersnaam)
    try:
        employees.set_password(engine, found.id, _ask_password())
    except ValueError as error:
        raise SettingError(f"Het wachtwoord is niet gewijzigd: {error}.") from error
    click.echo("Het wachtwoord is gewijzigd.")


@medewerkers.command("uitzetten")
@click.argument("gebruikersnaam")
@click.option("--weer-aan", is_flag=True, help="Neem het account weer in gebruik.")
def disable_command(gebruikersnaam: str, weer_aan: bool) -> None:
    """Neem een account uit gebruik; open sessies eindigen."""
    engine = _database()
    employees.set_active(engine, _found(engine, gebruikersnaam).id, weer_aan)
    click.echo("Het account is weer in gebruik." if weer_aan else "Het account is uit gebruik.")


def _database() -> Engine:
    engine = open_database(load_settings().catalog_url)
    upgrade(engine)
    return engine


def _found(engine: Engine, gebruikersnaam: str) -> Medewerker:
    found = employees.by_name(engine, gebruikersnaam)
    if found is None:
        raise SettingError(f"Er is geen account {gebruikersnaam}; zie vraagbaak medewerkers lijst.")
    return found


def _ask_password() -> str:
    return str(click.prompt("Wachtwoord", hide_input=True, confirmation_prompt="Nog een keer"))


def _ja(value: bool) -> str:
    return "ja" if value else "nee"
