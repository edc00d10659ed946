"""`vraagbaak products ...`: check, import, export and show product texts."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markdown import Markdown

from bot.catalog import store
from bot.catalog.answer import compose
from bot.catalog.gemeente import load_gemeenten
from bot.catalog.library import ProductFile, read_library, read_product_file
from bot.catalog.lint import lint, score_of
from bot.catalog.opening_hours import onbekende_feestdagen
from bot.catalog.product import ASPECTS, parse_product
from bot.catalog.readability_report import readability_report
from bot.catalog.render import waarden
from bot.catalog.tables import CENTRAAL
from bot.cli.products_exchange import export_command, import_from
from bot.database import open_database, upgrade
from bot.errors import ContentError
from bot.settings import Settings, load_settings

console = Console()


@click.group()
def products() -> None:
    """Productteksten nakijken, importeren, exporteren en bekijken."""


@products.command("lint")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
@click.option("--zonder-waarschuwingen", is_flag=True, help="Toon alleen fouten.")
def lint_command(folder: Path | None, zonder_waarschuwingen: bool) -> None:
    """Kijk de bibliotheek na, voor alle gemeenten. Status 1 bij fouten; waarschuwingen tellen niet."""
    settings = load_settings()
    folder = folder or settings.path(settings.products_dir)
    gemeenten = load_gemeenten(settings.path(settings.gemeenten_dir))
    files, problems = [], []
    for path in sorted(folder.glob("*/*.md")):
        try:
            files.append(read_product_file(path))
        except ContentError as error:
            problems.append(f"fout  {error}")
    found = lint(files, gemeenten, str(folder))
    problems += [str(problem) for problem in found if problem.is_error]
    for gemeente in gemeenten.ids:
        for naam in onbekende_feestdagen(gemeenten[gemeente].openingstijden, 2026):
            problems.append(f'fout  gemeenten/{gemeente}.yml: "{naam}" is geen feestdag die hier kan staan')
    warnings = [] if zonder_waarschuwingen else [str(problem) for problem in found if not problem.is_error]
    for line in (*problems, *warnings):
        click.echo(line)
    click.echo(
        f"{len(files)} producten, {len(gemeenten.ids)} gemeenten: {len(problems)} fouten, {len(warnings)} waarschuwingen"
    )
    sys.exit(1 if problems else 0)


@products.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--gemeente", help="Maak het de eigen tekst van deze gemeente; anders is het de centrale tekst.")
@click.option("--auteur", default="beheerder", show_default=True, help="Wie het wijzigt, voor de geschiedenis.")
@click.option("--reden", default="geïmporteerd", show_default=True, help="Waarom, voor de geschiedenis.")
def import_command(path: Path | None, gemeente: str | None, auteur: str, reden: str) -> None:
    """Zet de bibliotheek (of één bestand of map) in de catalogus. Binnen twee seconden geven lopende engines de nieuwe tekst."""
    settings = load_settings()
    engine = open_database(settings.catalog_url)
    upgrade(engine)
    source = path or settings.path(settings.products_dir)
    files = [read_product_file(source)] if source.is_file() else list(read_library(source))
    _refuse_errors(settings, files, gemeente)
    if gemeente or source.is_file():
        for file in files:
            versie = store.publish(
                engine, file.product, file.text, gemeente=gemeente or CENTRAAL, auteur=auteur, reden=reden
            )
            click.echo(f"{file.product.id}: versie {versie} is live")
        return
    result = store.import_library(engine, files, whole=path is None)
    click.echo(
        f"{len(result.nieuw)} nieuw, {len(result.gewijzigd)} gewijzigd, {result.ongewijzigd} ongewijzigd, "
        f"{len(result.verwijderd)} verwijderd"
    )
    for product in result.bewaard:
        click.echo(
            f"{product}: een redacteur heeft een eigen versie; die blijft live, het bestand staat in de geschiedenis"
        )


products.add_command(export_command)
products.add_command(import_from)


@products.command("show")
@click.argument("product_id")
@click.option("--gemeente", help="Ingevuld voor deze gemeente.")
def show_command(product_id: str, gemeente: str | None) -> None:
    """Toon een product zoals bewoners het lezen, met zijn geschiedenis."""
    settings = load_settings()
    engine = open_database(settings.catalog_url)
    upgrade(engine)
    gemeenten = load_gemeenten(settings.path(settings.gemeenten_dir))
    chosen = gemeenten[gemeente or settings.gemeente]
    owner = chosen.id if store.live_text(engine, product_id, chosen.id) else CENTRAAL
    text = store.live_text(engine, product_id, owner)
    if text is None:
        raise ContentError(
            product_id, "staat niet in de catalogus; `vraagbaak products import` zet de bibliotheek erin"
        )
    product = parse_product(text, "", product_id)
    values = waarden(chosen, gemeenten.landelijk)
    console.print(f"[bold]{product.kop.naam}[/]  {product.id}, {chosen.naam}", highlight=False)
    for aspect in ("alles", *product.aspecten):
        antwoord = compose(product, aspect, chosen, values)
        if aspect in ASPECTS:
            console.print(f"\n[bold]{ASPECTS[aspect]}[/]")
        console.print(Markdown(antwoord.tekst))
    console.print(f"\nRegelen: {antwoord.regelen}, {antwoord.url}", highlight=False, soft_wrap=True)
    console.print(f"Bronnen: {', '.join(antwoord.bronnen)}", highlight=False, soft_wrap=True)
    for versie, auteur, reden, moment in store.history(engine, product_id, owner):
        console.print(f"versie {versie}  {moment:%Y-%m-%d %H:%M}  {auteur}: {reden}", highlight=False, soft_wrap=True)


def _refuse_errors(settings: Settings, files: list[ProductFile], gemeente: str | None) -> None:
    """Refuse texts with errors. Raises ContentError for the first."""
    gemeenten = load_gemeenten(settings.path(settings.gemeenten_dir))
    if gemeente:
        gemeenten[gemeente]
    for problem in lint(files, gemeenten):
        if problem.is_error:
            raise ContentError(problem.where, problem.text)


@products.command("leesbaarheid")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Schrijf het verslag naar dit bestand.")
def readability_command(out: Path | None) -> None:
    """Hoe de teksten lezen: de verdeling van Flesch-Douma, per thema, en de moeilijkste."""
    settings = load_settings()
    library = [file.product for file in read_library(settings.path(settings.products_dir))]
    scored = [(score, product) for product in library if (score := score_of(product)) is not None]
    text = readability_report(scored)
    if out is None:
        click.echo(text)
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(f"Geschreven: {out}")
