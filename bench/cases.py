"""How long a look-up of a case takes, and how many calls: `python -m bench.cases`. Writes docs/benchmarks-zaken.md.

The register is the sandbox, in a process of its own. Eight residents look up at the same time, each the next case as soon as
the last one is known.
"""

from __future__ import annotations

import asyncio
import dataclasses
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from functools import partial

import httpx
from rasa_sdk.executor import CollectingDispatcher

from actions.context import Context
from actions.zaakstatus import begin
from bench.machine import machine
from bot.cases.client import ZgwClient
from bot.cases.lookup import dossier, find, initiators
from bot.cases.summary import overzicht
from bot.cases.values import ZgwConfig
from bot.catalog.live import gemeenten_of
from bot.cli.start import child_environment
from bot.connections import sandbox_url, zgw_config
from bot.database import open_database, upgrade
from bot.sandbox.cases import VOORBEELDSTAD, VOORBEELDZAKEN
from bot.settings import ROOT, Settings, load_settings

CLIENTS, PER_CLIENT = 8, 50
OUT = ROOT / "docs" / "benchmarks-zaken.md"


class Counting(httpx.AsyncHTTPTransport):
    """The network, with a count of what went over it."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Counts and sends."""
        self.calls += 1
        return await super().handle_async_request(request)


async def look_up(client: ZgwClient, nummer: str) -> bool:
    """All that one resident's question needs; whether there was such a case."""
    found = await find(client, nummer)
    for zaak in found[:1]:
        await initiators(client, zaak)
        overzicht(await dossier(client, zaak), datetime.now(UTC))
    return bool(found)


async def measure(config: ZgwConfig, numbers: list[str]) -> dict[str, float]:
    """Milliseconds and calls; the catalogue is warm."""
    network = Counting()
    client = ZgwClient(config, transport=network)
    for nummer in numbers:
        await look_up(client, nummer)
    single = []
    before = network.calls
    for nummer in numbers:
        single.append(await _timed(partial(look_up, client, nummer)))
    calls = (network.calls - before) / len(numbers)
    most = 0
    for nummer in numbers:
        before = network.calls
        await look_up(client, nummer)
        most = max(most, network.calls - before)
    together: list[float] = []

    async def resident(first: int) -> None:
        for number in range(PER_CLIENT):
            nummer = numbers[(first + number) % len(numbers)]
            together.append(await _timed(partial(look_up, client, nummer)))

    began = time.perf_counter()
    await asyncio.gather(*(resident(place) for place in range(CLIENTS)))
    seconds = time.perf_counter() - began
    await client.aclose()
    return {
        "een p50": _part(single, 50),
        "een p95": _part(single, 95),
        "samen p50": _part(together, 50),
        "samen p95": _part(together, 95),
        "per seconde": len(together) / seconds,
        "aanroepen": calls,
        "hoogstens": most,
    }


async def naming(settings: Settings, numbers: list[str]) -> list[float]:
    """Milliseconds that naming a number takes in a conversation, with all that the action does."""
    database = open_database(settings.catalog_url)
    upgrade(database)
    gemeente = gemeenten_of(settings)[VOORBEELDSTAD]
    found = []
    for place, nummer in enumerate(numbers):
        context = Context(settings, database, gemeente, "webchat", f"{place}-{nummer}")
        found.append(await _timed(partial(begin, context, nummer, CollectingDispatcher())))
    return found


def main() -> int:
    """Measure and write."""
    with tempfile.TemporaryDirectory() as folder:
        settings = dataclasses.replace(load_settings(), data_dir=folder, sandbox_port=8990)
        sandbox = subprocess.Popen(
            [sys.executable, "-m", "bot.sandbox.serve"],
            cwd=ROOT,
            env=child_environment(settings),
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait(f"{sandbox_url(settings)}/postbus.json")
            config = zgw_config(settings, gemeenten_of(settings)[VOORBEELDSTAD])
            assert config is not None
            today = date.today()
            numbers = [one.identificatie(today) for one in VOORBEELDZAKEN if one.gemeente == VOORBEELDSTAD][:12]
            found = asyncio.run(measure(config, numbers))
            unknown = [f"ZAAK-{today.year}-{number:010}" for number in range(900_000, 900_000 + len(numbers))]
            named = asyncio.run(naming(settings, [*numbers, *unknown]))
            found["bestaat"] = _part(named[: len(numbers)], 50)
            found["bestaat niet"] = _part(named[len(numbers) :], 50)
        finally:
            sandbox.terminate()
            sandbox.wait()
    OUT.write_text(report(found), encoding="utf-8")
    print(f"Geschreven: {OUT}")
    return 0


def report(found: dict[str, float]) -> str:
    """The page, in Markdown."""
    rows = "\n".join(f"| {name} | {value} |" for name, value in {"Date": date.today().isoformat(), **machine()}.items())
    return f"""# Zaken opzoeken: hoe lang het duurt

Dit bestand wordt gemaakt door `python -m bench.cases` en wordt niet met de hand gewijzigd.

|  |  |
| --- | --- |
{rows}

Het register is de sandbox, in een eigen proces op dezelfde machine; de catalogus staat al in het geheugen. Een keer opzoeken is
alles wat een vraag nodig heeft: de zaak, de aanvrager, de status, het resultaat en de termijnen.

| | ms (p50) | ms (p95) |
| --- | ---: | ---: |
| een bewoner tegelijk | {found["een p50"]:.0f} | {found["een p95"]:.0f} |
| {CLIENTS} bewoners tegelijk | {found["samen p50"]:.0f} | {found["samen p95"]:.0f} |

- {found["per seconde"]:.0f} keer opzoeken per seconde met {CLIENTS} bewoners.
- Een nummer noemen duurt {found["bestaat"]:.0f} ms als de zaak bestaat, en {found["bestaat niet"]:.0f} ms als zij niet bestaat
  (de helft van 12 keer).
- Gemiddeld {found["aanroepen"]:.1f} aanroepen per keer, en nooit meer dan {found["hoogstens"]:.0f}.
"""


async def _timed(what: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await what()
    return (time.perf_counter() - began) * 1000


def _part(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            httpx.get(url, timeout=2)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError(f"de sandbox begon niet: {url}")


if __name__ == "__main__":
    sys.exit(main())
