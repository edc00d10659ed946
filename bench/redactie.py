"""How long the work of editors takes: `python -m bench.redactie`. Writes docs/benchmarks-redactie.md.

A whole installation as `vraagbaak start` runs it, on SQLite: the gate over all known questions through the engine, a
publication until residents read it, and the list of products. One run takes some five minutes.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import httpx
from sqlalchemy.engine import Engine

from bench.machine import load_average, machine
from bench.processes import environment
from bench.rest import free_port, running
from bot.catalog import store
from bot.catalog.live import LiveCatalog, gemeenten_of
from bot.catalog.product import Product, format_product, parse_product
from bot.cli.start import rest_url
from bot.database import open_database
from bot.handoff import employees
from bot.redactie_engine import Tekst, Wijziging, run_gate
from bot.search.gate_values import BekendeVraag, Poortuitslag
from bot.settings import ROOT, Settings
from bot.web.staff.entrance import COOKIE

OUT = ROOT / "docs" / "benchmarks-redactie.md"
PUBLICATIONS, LOOKS, RUNS = 20, 50, 3
EDITED, ASKED = "container-niet-geleegd", "mijn container is niet geleegd"
"""The product that is published again and again, and a question that it answers."""
LONGEST = 15.0
"""Seconds after which a publication did not come."""
POLL_EVERY = 0.02
SEARCHES = ("", "paspoort", "vergunning", "afval", "zzqx")


@dataclass(frozen=True)
class Gate:
    """One run of the gate."""

    what: str
    seconds: float
    outcome: Poortuitslag


@dataclass(frozen=True)
class Found:
    """What was measured. Seconds."""

    gates: Sequence[Gate]
    alone: Sequence[float]
    """Answers to residents while nothing else happens, and while the gate runs."""
    beside: Sequence[float]
    live: Sequence[float]
    listed: Sequence[float]
    products: int


def main() -> int:
    """Measure and write."""
    before = load_average()
    with tempfile.TemporaryDirectory(prefix="redactie-") as name:
        folder = Path(name)
        settings = replace(
            Settings(),
            data_dir=str(folder / "data"),
            models_dir=str(ROOT / "models"),
            secret=uuid.uuid4().hex * 2,
            engine_port=free_port(),
            actions_port=free_port(),
            web_port=free_port(),
            sandbox_port=free_port(),
        )
        with running(environment(folder, settings.as_env()), lambda _done, _total, _last: None):
            found = asyncio.run(_measure(settings))
    OUT.write_text(report(found, before), encoding="utf-8")
    print(f"Geschreven: {OUT}")
    return 0


async def _measure(settings: Settings) -> Found:
    engine = open_database(settings.catalog_url)
    catalog = LiveCatalog(engine)
    catalog.refresh()
    products = catalog.products()
    extra = _questions()
    gates = [
        await _gate(settings, f"{what} (de eerste na het starten)", change, extra)
        for what, change in _changes(products)[:1]
    ]
    for what, change in _changes(products):
        for _ in range(RUNS):
            gates.append(await _gate(settings, what, change, extra))
    alone = await _answers(settings, 3.0)
    beside = await _beside_the_gate(settings, _changes(products)[0][1], extra)
    live = [await _publish(settings, engine, products[EDITED]) for _ in range(PUBLICATIONS)]
    gates.append(
        await _gate(
            settings, f"{_changes(products)[0][0]} (de eerste na een publicatie)", _changes(products)[0][1], extra
        )
    )
    listed = _list(engine, settings)
    return Found(gates, alone, beside, live, listed, len(products))


def _changes(products: Mapping[str, Product]) -> list[tuple[str, Wijziging]]:
    """Changes of each kind, central: they touch all municipalities."""
    synonym = _edited(products["geboorteaangifte"], synoniemen=["rijbewijs"])
    example = _edited(products["geboorteaangifte"], vragen=["waar schrijf ik onze kleine in"])
    price = products[EDITED]
    text = Product(price.kop, price.thema, f"{price.kort} Dit kost u niets.", price.aspecten)
    new = parse_product(
        format_product(products["hondenbelasting"]).replace("id: hondenbelasting", "id: kattenbelasting"),
        "belastingen",
        "kattenbelasting",
    )
    return [
        ("een synoniem erbij", _wijziging(synonym)),
        ("een voorbeeldvraag erbij", _wijziging(example)),
        ("een zin in een tekst anders", _wijziging(text)),
        ("een nieuw product", _wijziging(new)),
        ("een product minder", Wijziging(teksten=(Tekst(EDITED, price.thema, None),))),
        ("een woord in de thesaurus", Wijziging(groepen={"zzpas": ("zzpas", "paspoort aanvragen")})),
    ]


def _edited(product: Product, **kop: list[str]) -> Product:
    more = {name: [*getattr(product.kop, name), *values] for name, values in kop.items()}
    return Product(product.kop.copy(update=more), product.thema, product.kort, product.aspecten)


def _wijziging(product: Product) -> Wijziging:
    return Wijziging(teksten=(Tekst(product.id, product.thema, format_product(product)),))


def _questions() -> list[BekendeVraag]:
    """The questions of tests/data, as if municipalities test with them."""
    lines = (ROOT / "tests" / "data" / "vragen-dev.jsonl").read_text(encoding="utf-8").splitlines()
    read = [json.loads(line) for line in lines]
    return [BekendeVraag(one["vraag"], one["producten"][0], "toetsvraag") for one in read if one.get("producten")]


async def _gate(settings: Settings, what: str, change: Wijziging, extra: Sequence[BekendeVraag]) -> Gate:
    began = time.perf_counter()
    outcome = await run_gate(settings, change, extra)
    return Gate(what, time.perf_counter() - began, outcome)


async def _answers(settings: Settings, seconds: float, until: Callable[[], bool] = lambda: False) -> list[float]:
    """Answer times of one resident after another, for so long or until something is so."""
    found: list[float] = []
    began = time.perf_counter()
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        while time.perf_counter() - began < seconds and not until():
            start = time.perf_counter()
            await http.post(rest_url(settings), json={"sender": uuid.uuid4().hex, "message": ASKED})
            found.append(time.perf_counter() - start)
    return found


async def _beside_the_gate(settings: Settings, change: Wijziging, extra: Sequence[BekendeVraag]) -> list[float]:
    running_gate = asyncio.ensure_future(run_gate(settings, change, extra))
    found = await _answers(settings, 60.0, running_gate.done)
    await running_gate
    return found


async def _publish(settings: Settings, engine: Engine, product: Product) -> float:
    """Seconds between the publication and the first answer with the new text."""
    mark = f"Zin {uuid.uuid4().hex[:8]}."
    changed = Product(product.kop, product.thema, mark, product.aspecten)
    store.publish(engine, changed, format_product(changed), auteur="meting", reden="meting")
    published = time.perf_counter()
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        while time.perf_counter() - published < LONGEST:
            answer = await http.post(rest_url(settings), json={"sender": uuid.uuid4().hex, "message": ASKED})
            if any(mark in reply.get("text", "") for reply in answer.json()):
                return time.perf_counter() - published
            await asyncio.sleep(POLL_EVERY)
    raise SystemExit(f"een gepubliceerde tekst van {EDITED} was na {LONGEST:.0f} s nog niet te lezen")


def _list(engine: Engine, settings: Settings) -> list[float]:
    """Seconds until an editor has the page of the library, searched and not, of each place in turn."""
    meter = employees.add(engine, "meting", "Meting", [(one, "redacteur") for one in ("", *gemeenten_of(settings).ids)])
    cookie, _ = employees.begin_session(engine, meter.id)
    places = ["centraal", *gemeenten_of(settings).ids]
    url = f"http://{settings.host}:{settings.web_port}/redactie/bibliotheek"
    found = []
    with httpx.Client(timeout=30, trust_env=False, cookies={COOKIE: cookie}) as http:
        for turn in range(LOOKS):
            query = {"plek": places[turn % len(places)], "zoek": SEARCHES[turn % len(SEARCHES)]}
            began = time.perf_counter()
            answer = http.get(url, params=query)
            found.append(time.perf_counter() - began)
            answer.raise_for_status()
            assert "producten" in answer.text
    return found


def report(found: Found, load: str) -> str:
    """The page, in Markdown."""
    about = {"Datum": date.today().isoformat(), **machine(), "Belasting vooraf": load}
    rows = "\n".join(f"| {name} | {value} |" for name, value in about.items())
    kinds = dict.fromkeys(gate.what for gate in found.gates)
    gates = "\n".join(_gate_row(what, [one for one in found.gates if one.what == what]) for what in kinds)
    return f"""# Redactie: hoe lang het duurt

Dit bestand wordt gemaakt door `python -m bench.redactie` en wordt niet met de hand gewijzigd.

|  |  |
| --- | --- |
{rows}

Een hele installatie (engine, action server, website, SQLite) met {found.products} producten.

## De poort

Alle namen, synoniemen en voorbeeldvragen van alle producten, de vragen van `data/vragen/apart/` en als toetsvragen die van
`tests/data/vragen-dev.jsonl`, voor alle gemeenten, voor en na de wijziging, van de vraag aan de engine tot de uitslag. "Geraakt"
zijn de vragen waar de wijziging bij kan; alleen die worden opnieuw uitgerekend.

| wijziging | keer | vragen | geraakt | verlies | seconden p50 | langste |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
{gates}

Een bewoner wacht intussen op een antwoord: {_ms(found.beside, 50)} ms (p50) en {_ms(found.beside, 95)} ms (p95) naast de poort,
{_ms(found.alone, 50)} en {_ms(found.alone, 95)} ms zonder.

## Van publiceren tot antwoord

{len(found.live)} keer een tekst gepubliceerd en gevraagd tot het antwoord de nieuwe tekst had: {_ms(found.live, 50)} ms (p50),
{max(found.live) * 1000:.0f} ms de langste. De belofte is 2000 ms.

## De lijst van producten

{len(found.listed)} keer de bladzij van de bibliotheek opgevraagd, ook met een zoekwoord, van alle plekken:
{_ms(found.listed, 50)} ms (p50), {_ms(found.listed, 95)} ms (p95) en {max(found.listed) * 1000:.0f} ms de langste.
De belofte is 200 ms.
"""


def _gate_row(what: str, runs: Sequence[Gate]) -> str:
    last = runs[-1].outcome
    seconds = [one.seconds for one in runs]
    return (
        f"| {what} | {len(runs)} | {last.vragen} | {last.opnieuw} | {len(last.verlies)} "
        f"| {statistics.median(seconds):.1f} | {max(seconds):.1f} |"
    )


def _ms(seconds: Sequence[float], percent: int) -> str:
    ordered = sorted(seconds)
    return f"{ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000:.0f}"


if __name__ == "__main__":
    sys.exit(main())
