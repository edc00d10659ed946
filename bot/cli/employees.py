"""`vraagbaak medewerkers`: accounts of the desk and the redactie."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import Engine

from bot.catalog.live import gemeenten_of
from bot.catalog.tables import CENTRAAL
from bot.database import open_database, upgrade
from bot.errors import SettingError
from bot.handoff import employees
from bot.handoff.model import BALIE_ROL, Medewerker
from bot.settings import load_settings

ROLLEN = ("medewerker", "redacteur", "eindredacteur", "beheerder")
CENTRAAL_NAAM = "centraal"
"""How the central texts are called on the command line."""


@click.group("medewerkers")
def medewerkers() -> None:
    """Accounts van de balie en de redactie."""


@medewerkers.command("toevoegen")
@click.argument("gebruikersnaam")
@click.option("--naam", required=True, help="Naam die bewoners zien.")
@click.option(
    "--gemeente", "gemeenten", multiple=True, required=True, help='Mag vaker; "centraal" voor de centrale teksten.'
)
@click.option("--rol", "rollen", type=click.Choice(ROLLEN), multiple=True, default=("medewerker",), show_default=True)
@click.option("--zonder-wachtwoord", is_flag=True, help="Logt in met het account van de gemeente (OIDC).")
def add_command(
    gebruikersnaam: str, naam: str, gemeenten: tuple[str, ...], rollen: tuple[str, ...], zonder_wachtwoord: bool
) -> None:
    """Maak een account; het wachtwoord wordt gevraagd en niet getoond."""
    pairs, engine = _pairs(gemeenten, rollen), _database()
    wachtwoord = None if zonder_wachtwoord else _ask_password()
    try:
        made = employees.add(engine, gebruikersnaam, naam, pairs, wachtwoord)
    except ValueError as error:
        raise SettingError(f"Het account is niet gemaakt: {error}.") from error
    click.echo(f"Account {made.gebruikersnaam} is gemaakt voor {', '.join(gemeenten)}.")


@medewerkers.command("lijst")
def list_command() -> None:
    """Alle accounts."""
    table = Table("account", "naam", "rollen", "in gebruik", "aanwezig")
    for one in employees.everybody(_database()):
        rollen = ", ".join(f"{gemeente or CENTRAAL_NAAM} ({rol})" for gemeente, rol in sorted(one.rollen))
        table.add_row(one.gebruikersnaam, one.naam, rollen, _ja(one.actief), _ja(one.aanwezig))
    Console().print(table)


@medewerkers.command("rollen")
@click.argument("gebruikersnaam")
@click.option(
    "--gemeente", "gemeenten", multiple=True, required=True, help='Mag vaker; vervangt wat er was. "centraal" kan ook.'
)
@click.option("--rol", "rollen", type=click.Choice(ROLLEN), multiple=True, default=("medewerker",), show_default=True)
def roles_command(gebruikersnaam: str, gemeenten: tuple[str, ...], rollen: tuple[str, ...]) -> None:
    """Zet de rollen van een account: elke genoemde rol, bij elke genoemde gemeente."""
    pairs, engine = _pairs(gemeenten, rollen), _database()
    employees.set_roles(engine, _found(engine, gebruikersnaam).id, pairs)
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


def _pairs(gemeenten: tuple[str, ...], rollen: tuple[str, ...]) -> list[tuple[str, str]]:
    """(municipality, role) of all that was named. Raises UnknownGemeente and SettingError."""
    known = gemeenten_of(load_settings())
    for gemeente in gemeenten:
        if gemeente != CENTRAAL_NAAM:
            known[gemeente]
    if CENTRAAL_NAAM in gemeenten and BALIE_ROL in rollen:
        raise SettingError(
            "De rol medewerker (balie) hoort bij een gemeente; kies voor centraal een rol van de redactie."
        )
    return [(CENTRAAL if one == CENTRAAL_NAAM else one, rol) for one in gemeenten for rol in rollen]


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
