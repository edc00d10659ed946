"""`vraagbaak evaluate`: figures on questions with known answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.catalog.library import read_library
from bot.catalog.live import live_catalog
from bot.catalog.store import import_library
from bot.cli.engine import Engine, as_result, quiet
from bot.database import open_database, upgrade
from bot.search.measure import detail, read_test_questions, summarise
from bot.settings import Settings


async def evaluate(
    settings: Settings, console: Console, file: Path, gemeente: str | None, as_json: bool, details: Path | None
) -> None:
    """Measure and print.

    Raises:
        ContentError: the file, a line of it, or a product id cannot be used.
    """
    quiet()
    prepare_catalog(settings)
    catalog = live_catalog(settings)
    catalog.refresh()
    vragen = read_test_questions(file, catalog.products(gemeente or ""))
    engine = Engine(settings)
    await engine.parse("opwarmen", gemeente)
    uitslagen = []
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Vragen stellen", total=len(vragen))
        for vraag in vragen:
            uitslagen.append(as_result(*await engine.parse(vraag.vraag, gemeente)))
            progress.advance(task)
    figures = summarise(vragen, uitslagen)
    if details:
        with details.open("w", encoding="utf-8") as output:
            for vraag, uitslag in zip(vragen, uitslagen, strict=True):
                output.write(json.dumps(detail(vraag, uitslag), ensure_ascii=False) + "\n")
    if as_json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))
    else:
        show(console, figures)


def prepare_catalog(settings: Settings) -> None:
    """Bring the catalogue up to date with the library, as starting does."""
    engine = open_database(settings.catalog_url)
    upgrade(engine)
    import_library(engine, read_library(settings.path(settings.products_dir)))


def show(console: Console, figures: dict[str, Any]) -> None:
    """The figures as tables."""
    table = Table("maat", "waarde", title=f"{figures['n']} regels, {figures['in_scope']} met een goed product")
    for name in ("top1", "top3", "antwoord_precisie", "gedekt", "vals_antwoord", "aspect_juist", "act_juist"):
        table.add_row(name, _shown(figures[name]))
    for name, value in figures["uitkomst"].items():
        table.add_row(f"uitkomst.{name}", _shown(value))
    latency = figures["latency_ms"]
    table.add_row("latency_ms p50 / p95", f"{latency['p50']} / {latency['p95']}")
    console.print(table)
    table = Table("stijl", "n", "top1", "top3", "gedekt")
    for stijl, row in figures["per_stijl"].items():
        table.add_row(stijl, str(row["n"]), _shown(row["top1"]), _shown(row["top3"]), _shown(row["gedekt"]))
    console.print(table)
    table = Table("gespreksdaad", "n", "juist")
    for act, row in figures["per_act"].items():
        table.add_row(act, str(row["n"]), _shown(row["juist"]))
    console.print(table)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
