"""`vraagbaak vragen ...`: what the question library holds, and what in it repeats itself."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.table import Table

from bot.catalog.library import read_library
from bot.catalog.product import Product
from bot.catalog.question_checks import (
    FRAME_PRODUCTS,
    Dubbel,
    Raam,
    Spreiding,
    Telling,
    count,
    frames,
    literally_in,
    near_duplicates,
    spread,
)
from bot.catalog.questions import APART, ASPECT_IDS, STIJLEN, Voorbeeld, read_out_of_scope, read_questions
from bot.settings import Settings, load_settings

LOWEST = 15
"""How many products the tables of the lowest show."""
SHOWN = 5
"""Questions that `nakijken` shows of one frame."""
NO_FILE = "(nog geen productbestand)"

console = Console()


@dataclass(frozen=True)
class Bibliotheek:
    """The question library of this installation, with the products it is for."""

    vragen: list[Voorbeeld]
    apart: list[Voorbeeld]
    buiten_scope: int
    producten: dict[str, Product]

    @property
    def ids(self) -> list[str]:
        """Every product that has a file or a question."""
        return sorted({*self.producten, *(voorbeeld.product for voorbeeld in self.vragen)})

    def thema(self, product: str) -> str:
        """Theme of a product."""
        return self.producten[product].thema if product in self.producten else NO_FILE


@click.group()
def vragen() -> None:
    """De vragenbibliotheek tellen en nakijken."""


@vragen.command("rapport")
@click.option("--laagste", default=LOWEST, show_default=True, help="Zoveel producten met de minste vragen of woorden.")
def report_command(laagste: int) -> None:
    """Tel de vragen: in totaal, per thema, stijl en aspect, en hoe breed de woorden zijn gespreid."""
    found = read(load_settings())
    telling = count(found.vragen)
    names = {product.id: product.kop.naam for product in found.producten.values()}
    rows = spread(found.vragen, names)
    for table in (
        totals_table(found, telling),
        themes_table(found, telling),
        styles_table(found, telling),
        aspects_table(telling),
        fewest_table(found, telling, laagste),
        spread_table(rows),
        narrowest_table(rows, laagste),
    ):
        console.print(table)


@vragen.command("nakijken")
@click.option(
    "--tsv",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Schrijf wat er gevonden is ook naar dit bestand: product, vraag, reden en de andere vraag.",
)
def check_command(tsv: Path | None) -> None:
    """Zoek vragen die bijna gelijk zijn, zinnen die zijn ingevuld, en vragen die ook apart staan. Status 1 als die er zijn."""
    found = read(load_settings())
    doubles, recurring = near_duplicates(found.vragen), frames(found.vragen)
    leaked = literally_in(found.vragen, found.apart)
    show_doubles(doubles)
    show_frames(recurring)
    show_leaked(leaked)
    click.echo(
        f"{len(found.vragen)} vragen: {len(doubles)} bijna dubbel, {len(recurring)} zinnen in meer dan "
        f"{FRAME_PRODUCTS} producten, {len(leaked)} ook in het aparte deel"
    )
    if tsv:
        write_tsv(tsv, doubles, recurring, leaked)
    sys.exit(1 if doubles or recurring or leaked else 0)


def read(settings: Settings) -> Bibliotheek:
    """Read questions and product files. Raises ContentError when one of them cannot be used."""
    folder = settings.path(settings.questions_dir)
    return Bibliotheek(
        vragen=list(read_questions(folder)),
        apart=list(read_questions(folder / APART)),
        buiten_scope=len(read_out_of_scope(folder)),
        producten={file.product.id: file.product for file in read_library(settings.path(settings.products_dir))},
    )


def totals_table(found: Bibliotheek, telling: Telling) -> Table:
    """How much there is."""
    sizes = [telling.per_product[product] for product in found.ids]
    table = _table("De vragenbibliotheek", ("", "aantal"))
    for name, value in (
        ("vragen", telling.totaal),
        ("producten met een bestand", len(found.producten)),
        ("producten met vragen", len(telling.per_product)),
        ("producten met vragen, zonder bestand", len(telling.per_product.keys() - found.producten.keys())),
        ("minste vragen van een product", min(sizes, default=0)),
        ("vragen van het middelste product", round(median(sizes)) if sizes else 0),
        ("meeste vragen van een product", max(sizes, default=0)),
        ("apart gehouden vragen", len(found.apart)),
        ("berichten buiten scope", found.buiten_scope),
    ):
        table.add_row(name, _number(value))
    return table


def themes_table(found: Bibliotheek, telling: Telling) -> Table:
    """Questions per theme."""
    table = _table("Per thema", ("thema", "producten", "vragen", "per product", "minste"))
    sizes: dict[str, list[int]] = {}
    for product in found.ids:
        sizes.setdefault(found.thema(product), []).append(telling.per_product[product])
    for thema, own in sorted(sizes.items()):
        table.add_row(thema, *map(_number, (len(own), sum(own))), f"{sum(own) / len(own):.1f}", str(min(own)))
    return table


def styles_table(found: Bibliotheek, telling: Telling) -> Table:
    """Questions per style."""
    table = _table("Per stijl", ("stijl", "vragen", "aandeel", "producten zonder"))
    for stijl in STIJLEN:
        number = telling.per_stijl[stijl]
        missing = sum(not telling.per_product_en_stijl[product, stijl] for product in found.ids)
        table.add_row(stijl, _number(number), _share(number, telling.totaal), _number(missing))
    return table


def aspects_table(telling: Telling) -> Table:
    """Questions per aspect."""
    table = _table("Per aspect", ("aspect", "vragen", "aandeel"))
    asking: Counter[str] = telling.per_aspect
    none = telling.totaal - asking.total()
    for aspect, number in [*((one, asking[one]) for one in ASPECT_IDS if asking[one]), ("(geen aspect)", none)]:
        table.add_row(aspect, _number(number), _share(number, telling.totaal))
    return table


def fewest_table(found: Bibliotheek, telling: Telling, most: int) -> Table:
    """Products with the fewest questions."""
    table = _table("Minste vragen", ("product", "thema", "vragen"))
    for product in sorted(found.ids, key=lambda one: (telling.per_product[one], one))[:most]:
        table.add_row(product, found.thema(product), str(telling.per_product[product]))
    return table


def spread_table(rows: Sequence[Spreiding]) -> Table:
    """How widely words are spread over all products."""
    table = _table("Spreiding van woorden, per product", ("", "laagste", "middelste", "hoogste"))
    shares = [row.zonder_naam for row in rows if row.zonder_naam is not None]
    if rows:
        _range(table, "verschillende inhoudswoorden", [row.woorden for row in rows], "{:.0f}")
        _range(table, "nieuwe inhoudswoorden per vraag", [row.woorden / row.vragen for row in rows], "{:.1f}")
    if shares:
        _range(table, "vragen zonder woord uit de productnaam", shares, "{:.0%}")
    return table


def narrowest_table(rows: Sequence[Spreiding], most: int) -> Table:
    """Products whose questions repeat their own words most."""
    table = _table("Minste nieuwe woorden per vraag", ("product", "vragen", "woorden", "per vraag", "zonder naam"))
    for row in sorted(rows, key=lambda one: one.woorden / one.vragen)[:most]:
        share = "-" if row.zonder_naam is None else f"{row.zonder_naam:.0%}"
        table.add_row(row.product, str(row.vragen), str(row.woorden), f"{row.woorden / row.vragen:.1f}", share)
    return table


def show_doubles(doubles: Iterable[Dubbel]) -> None:
    """Each near-duplicate below the question it repeats."""
    for one in doubles:
        click.echo(f"bijna dubbel ({one.gelijkenis:.2f})  {one.product}: {one.vraag}\n    staat er al als: {one.ander}")


def show_frames(recurring: Iterable[Raam]) -> None:
    """Each frame with some of its questions."""
    for frame in recurring:
        click.echo(f'zin in {frame.producten} producten: "{frame}"')
        for voorbeeld in frame.voorbeelden[:SHOWN]:
            click.echo(f"    {voorbeeld.product}: {voorbeeld.vraag}")


def show_leaked(leaked: Iterable[tuple[Voorbeeld, Voorbeeld]]) -> None:
    """Each question that is learned and measured."""
    for own, other in leaked:
        click.echo(f"ook apart  {own.product}: {own.vraag}\n    staat apart bij: {other.product}")


def write_tsv(
    path: Path,
    doubles: Iterable[Dubbel],
    recurring: Iterable[Raam],
    leaked: Iterable[tuple[Voorbeeld, Voorbeeld]],
) -> None:
    """One line per question: product, question, reason, and the question (or frame) it repeats."""
    lines = [
        *((one.product, one.vraag, f"bijna dubbel ({one.gelijkenis:.2f})", one.ander) for one in doubles),
        *(
            (voorbeeld.product, voorbeeld.vraag, f"zin in {frame.producten} producten", str(frame))
            for frame in recurring
            for voorbeeld in frame.voorbeelden
        ),
        *((own.product, own.vraag, f"staat apart bij {other.product}", other.vraag) for own, other in leaked),
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n").writerows(lines)


def _table(title: str, heads: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for index, head in enumerate(heads):
        table.add_column(head, justify="right" if index and head not in ("thema",) else "left")
    return table


def _range(table: Table, name: str, values: Sequence[float], shown: str) -> None:
    table.add_row(name, *(shown.format(value) for value in (min(values), median(values), max(values))))


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}".replace(".", ",") if whole else "-"
