"""`vraagbaak products export` and `vraagbaak products import-from`: product texts out and in."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.catalog.exchange import open_product, open_product_mapping, sc_import
from bot.catalog.exchange.build import printable
from bot.catalog.exchange.current import Current, read_current
from bot.catalog.exchange.files import read_zip, write_zip
from bot.catalog.exchange.open_product import OpenProductConfig
from bot.catalog.exchange.plan import Plan, apply, make_plan
from bot.catalog.exchange.samenwerkende_catalogi import is_own, sc_product, write_sc
from bot.catalog.exchange.table import DELIMITERS, read_table, write_table
from bot.catalog.exchange.values import Reading
from bot.catalog.gemeente import Gemeente, Gemeenten, load_gemeenten
from bot.catalog.product import ASPECTS
from bot.catalog.render import waarden
from bot.catalog.tables import CENTRAAL
from bot.database import open_database, upgrade
from bot.errors import ContentError
from bot.secrets_store import secret_for
from bot.settings import Settings, load_settings

SECRET = "open_product"  # noqa: S105 (the name of the file, not what is in it)
"""Name of the secret that holds the token of an Open Product."""
CENTRALE_GEHEIMEN = "centraal"
"""In place of a municipality, for secrets of central imports."""
LONGEST = {"auteur": 120, "reden": 400}
"""Characters of who and why that the history holds."""

F = TypeVar("F", bound=Callable[..., Any])


@click.command("export")
@click.option(
    "--als",
    "vorm",
    type=click.Choice(["bestanden", "csv", "sc"]),
    default="bestanden",
    show_default=True,
    help="Productbestanden (een map, of een .zip), een tabel, of Samenwerkende Catalogi 4.0.",
)
@click.option("--gemeente", default=CENTRAAL, help="Wat bewoners van deze gemeente lezen; anders de centrale teksten.")
@click.option("--naar", type=click.Path(path_type=Path), required=True, help="Map of bestand.")
@click.option("--alleen-eigen", is_flag=True, help="Alleen de eigen teksten van de gemeente.")
@click.option("--zonder-bom", is_flag=True, help="csv: zonder het merkteken waaraan Excel UTF-8 herkent.")
@click.option("--komma", is_flag=True, help="csv: komma's tussen de cellen in plaats van puntkomma's.")
@click.option("--owms-uri", default="", help="sc: adres van de gemeente in OWMS.")
def export_command(
    vorm: str, gemeente: str, naar: Path, alleen_eigen: bool, zonder_bom: bool, komma: bool, owms_uri: str
) -> None:
    """Schrijf wat live is naar een map of bestand."""
    settings, gemeenten, current = _open(gemeente)
    if alleen_eigen and not gemeente:
        raise click.UsageError("--alleen-eigen hoort bij --gemeente")
    texts = [one for one in current.live.values() if not alleen_eigen or one.gemeente == gemeente]
    if vorm == "csv":
        delimiter = DELIMITERS[1] if komma else DELIMITERS[0]
        _write(naar, write_table((one.product for one in texts), bom=not zonder_bom, delimiter=delimiter))
    elif vorm == "sc":
        if not gemeente:
            raise click.UsageError("--als sc hoort bij --gemeente")
        found = gemeenten[gemeente]
        values = waarden(found, gemeenten.landelijk)
        own = [one for one in texts if is_own(one.product)]
        records = [sc_product(one.product, found, values, one.gewijzigd) for one in own]
        _write(naar, write_sc(records, found.naam, owms_uri))
        click.echo(f"{len(texts) - len(own)} weggelaten: daarover gaat een andere instantie")
        if not owms_uri:
            click.echo("let op  zonder --owms-uri staat de gemeente er alleen met haar naam in")
        texts = own
    elif naar.suffix == ".zip":
        _write(naar, write_zip((one.product.thema, one.product.id, one.text) for one in texts))
    else:
        for one in texts:
            _write(naar / one.product.thema / f"{one.product.id}.md", one.text.encode("utf-8"))
    click.echo(f"{len(texts)} producten geschreven naar {naar}")


@click.group("import-from")
def import_from() -> None:
    """Neem producten over uit een ander bestand of systeem; met --proef alleen kijken."""


def _options(command: F) -> F:
    """What all imports have in common."""
    for option in (
        click.option(
            "--gemeente", default=CENTRAAL, help="Maak het de eigen tekst van deze gemeente; anders centraal."
        ),
        click.option("--proef", is_flag=True, help="Laat alleen zien wat er zou veranderen."),
        click.option("--zonder-geweigerde", is_flag=True, help="Neem de rest over als er iets geweigerd is."),
        click.option("--auteur", default="beheerder", show_default=True, help="Wie het wijzigt, voor de geschiedenis."),
        click.option("--reden", default="geïmporteerd", show_default=True, help="Waarom, voor de geschiedenis."),
    ):
        command = option(command)
    return command


def _foreign(command: F) -> F:
    """What imports from another catalogue have in common."""
    for option in (
        click.option("--thema", default="", help="Thema van nieuwe producten waarvan het thema niet bekend is."),
        click.option("--koppel", multiple=True, metavar="BRON=ID", help="Dit product van de bron is dit product hier."),
    ):
        command = option(command)
    return command


@import_from.command("csv")
@click.argument("pad", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_options
def csv_command(pad: Path, gemeente: str, **options: Any) -> None:
    """Uit een tabel, zoals `export --als csv` die schrijft."""
    _, gemeenten, current = _open(gemeente)
    _finish(read_table(pad.read_bytes(), pad.name), current, gemeenten, **options)


@import_from.command("zip")
@click.argument("pad", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_options
def zip_command(pad: Path, gemeente: str, **options: Any) -> None:
    """Uit een zip met productbestanden."""
    _, gemeenten, current = _open(gemeente)
    _finish(read_zip(pad.read_bytes(), pad.name), current, gemeenten, **options)


@import_from.command("sc")
@click.argument("pad", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_options
@_foreign
def sc_command(pad: Path, gemeente: str, thema: str, koppel: tuple[str, ...], **options: Any) -> None:
    """Uit Samenwerkende Catalogi 4.0 (XML), van een gemeente."""
    _, gemeenten, current = _open(gemeente)
    if not gemeente:
        raise click.UsageError("import-from sc hoort bij --gemeente: een catalogus is van een gemeente")
    found: Gemeente = gemeenten[gemeente]
    ours = sc_import.Ours(
        current.products, found, waarden(found, gemeenten.landelijk), thema=thema, koppel=_pairs(koppel, "--koppel")
    )
    _finish(sc_import.read_sc(pad.read_bytes(), pad.name, ours), current, gemeenten, **options)


@import_from.command("open-product")
@click.argument("adres")
@_options
@_foreign
@click.option("--label", multiple=True, metavar="LABEL=KOP", help="Content met dit label hoort onder deze kop.")
def open_product_command(
    adres: str, gemeente: str, thema: str, koppel: tuple[str, ...], label: tuple[str, ...], **options: Any
) -> None:
    """Uit een Open Product; ADRES eindigt op /producttypen/api/v1. Het token staat in een geheim."""
    settings, gemeenten, current = _open(gemeente)
    labels = _pairs(label, "--label")
    for key in labels.values():
        if key not in ASPECTS:
            raise click.UsageError(f"--label: kies uit {', '.join(ASPECTS)}")
    config = OpenProductConfig(adres, secret_for(settings, gemeente or CENTRALE_GEHEIMEN, SECRET))
    records = asyncio.run(open_product.fetch(config))
    ours = open_product_mapping.Ours(current.products, thema=thema, koppel=_pairs(koppel, "--koppel"), labels=labels)
    reading = open_product_mapping.read_records(records, "Open Product", ours)
    _finish(reading, current, gemeenten, **options)


def report(plan: Plan) -> Iterable[str]:
    """A plan as lines to read."""
    for change in plan.nieuw:
        yield f"nieuw  {change.product.id}  ({change.where})"
    for change in plan.gewijzigd:
        yield f"gewijzigd  {change.product.id}: {', '.join(change.velden)}  ({change.where})"
    for remark in plan.opmerkingen:
        yield f"let op  {remark}"
    for refusal in plan.geweigerd:
        yield f"geweigerd  {refusal}"
    yield (
        f"{len(plan.nieuw)} nieuw, {len(plan.gewijzigd)} gewijzigd, {len(plan.ongewijzigd)} ongewijzigd, "
        f"{len(plan.geweigerd)} geweigerd"
    )


def _finish(
    reading: Reading,
    current: Current,
    gemeenten: Gemeenten,
    *,
    proef: bool,
    zonder_geweigerde: bool,
    auteur: str,
    reden: str,
) -> None:
    """Show the plan, and carry it out unless it is a trial. Status 1 when something was refused."""
    for name, text in (("auteur", auteur), ("reden", reden)):
        if not text.strip() or len(text) > LONGEST[name]:
            raise click.UsageError(f"--{name}: 1 tot {LONGEST[name]} tekens")
    plan = make_plan(reading, current, gemeenten)
    for line in report(plan):
        click.echo(printable(line))
    if proef:
        click.echo("proef: er is niets gewijzigd")
    elif plan.geweigerd and not zonder_geweigerde:
        click.echo("er is niets gewijzigd: verbeter de bron, of neem de rest over met --zonder-geweigerde")
    else:
        written = apply(
            open_database(load_settings().catalog_url),
            plan,
            auteur=auteur,
            reden=reden,
            zonder_geweigerde=zonder_geweigerde,
        )
        click.echo(f"{len(written)} live")
    sys.exit(1 if plan.geweigerd else 0)


def _open(gemeente: str) -> tuple[Settings, Gemeenten, Current]:
    """Everything that an import or export compares with. Raises UnknownGemeente, ContentError."""
    settings = load_settings()
    gemeenten = load_gemeenten(settings.path(settings.gemeenten_dir))
    if gemeente:
        gemeenten[gemeente]
    engine = open_database(settings.catalog_url)
    upgrade(engine)
    return settings, gemeenten, read_current(engine, gemeente)


def _pairs(options: Iterable[str], name: str) -> dict[str, str]:
    pairs = {}
    for option in options:
        key, is_there, value = option.rpartition("=")
        if not is_there or not key.strip() or not value.strip():
            raise click.UsageError(f"{name}: schrijf het als naam=waarde")
        pairs[key.strip()] = value.strip()
    return pairs


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise ContentError(str(path), f"het bestand is niet te schrijven ({error.strerror})") from error
