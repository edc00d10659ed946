"""`vraagbaak ask`: which products a question finds, how certain, and why."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bot.catalog.live import live_catalog
from bot.cli.engine import Engine, quiet
from bot.cli.evaluate import prepare_catalog
from bot.settings import Settings


async def ask(settings: Settings, console: Console, vraag: str, gemeente: str | None) -> None:
    """Parse the question and show the decision. Raises StartError without a model, UnknownGemeente."""
    quiet()
    prepare_catalog(settings)
    engine = Engine(settings)
    parsed, milliseconds = await engine.parse(vraag, gemeente)
    decision = parsed["vraagbaak"]
    products = live_catalog(settings).products(gemeente or settings.gemeente)
    acts = ", ".join(f"{act['name']} {act['confidence']:.2f}" for act in parsed["intent_ranking"][:3])
    console.print(f"Gespreksdaad  {parsed['intent']['name']}  [dim]({acts})[/]", highlight=False)
    console.print(f"Uitkomst      {decision['uitkomst']}  [dim](stap {decision['stap']})[/]", highlight=False)
    console.print(f"Aspect        {decision['aspect'] or 'geen'}", highlight=False)
    drempels = decision["drempels"]
    table = Table(
        "product",
        "naam",
        "zekerheid",
        title=f"drempel antwoord {drempels['antwoord']}, verduidelijking {drempels['verduidelijking']}",
    )
    for item in decision["ranking"]:
        naam = products[item["product"]].kop.naam if item["product"] in products else ""
        table.add_row(item["product"], naam, f"{item['zekerheid']:.3f}")
    table.add_row("[dim]geen van alle[/]", "", f"{decision['geen']:.3f}")
    console.print(table)
    waarom = decision["waarom"]
    if waarom:
        velden = "; ".join(f"{veld}: {', '.join(woorden)}" for veld, woorden in waarom["velden"].items())
        console.print(f"Waarom {decision['ranking'][0]['product']}:", highlight=False)
        console.print(f"  velden       {velden or 'geen'}", highlight=False)
        console.print(f"  woorden      {', '.join(waarom['woorden']) or 'geen'}", highlight=False)
        console.print(f"  lijkt op     {waarom['voorbeeld']!r} ({waarom['gelijkenis']})", highlight=False)
    console.print(f"[dim]{milliseconds:.1f} ms[/]", highlight=False)
