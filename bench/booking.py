"""A booking from beginning to end, in conversation with a whole installation: `python -m bench.appointments` adds it."""

from __future__ import annotations

import asyncio
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from bench.processes import environment
from bench.rest import free_port, running
from bench.statistics import percentile
from bot.cli.start import rest_url
from bot.settings import ROOT, Settings

TIMEOUT = 60.0
KINDS = ((1, 15), (8, 5))
"""(clients at the same time, bookings of each)."""
FIRST = "ik wil een afspraak om mijn rijbewijs te verlengen, maandag na 10 uur"


@dataclass(frozen=True)
class Booked:
    """One booking. Seconds."""

    turns: tuple[float, ...]

    @property
    def whole(self) -> float:
        """All turns together."""
        return sum(self.turns)


def conversation_chapter(_postgresql: str) -> str:
    """The chapter: turns and bookings, with one client and with eight at the same time."""
    with tempfile.TemporaryDirectory(prefix="afspraken-") as name:
        folder = Path(name)
        settings = replace(
            Settings(),
            data_dir=str(folder / "data"),
            models_dir=str(ROOT / "models"),
            engine_port=free_port(),
            actions_port=free_port(),
            web_port=free_port(),
            sandbox_port=free_port(),
        )
        env = environment(folder, settings.as_env())
        rows = []
        with running(env, lambda _done, _total, _last: None):
            for clients, each in KINDS:
                found = asyncio.run(_all(rest_url(settings), clients, each))
                rows.append(_row(clients, found))
    return f"""## Een afspraak maken in het gesprek

Een hele installatie (engine, action server, eigen agenda op SQLite), langs het REST-kanaal. Een afspraak is zes beurten: vraag met
onderwerp, dag en tijd; plek; tijd; naam; e-mail; bevestigen. Milliseconden.

| tegelijk | afspraken | beurt p50 | beurt p95 | hele afspraak p50 | hele afspraak p95 |
| ---: | ---: | ---: | ---: | ---: | ---: |
{chr(10).join(rows)}
"""


async def _all(url: str, clients: int, each: int) -> list[Booked]:
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
        done = await asyncio.gather(*(_client(http, url, each) for _ in range(clients)))
    return [one for mine in done for one in mine]


async def _client(http: httpx.AsyncClient, url: str, each: int) -> list[Booked]:
    return [await _book(http, url) for _ in range(each)]


async def _book(http: httpx.AsyncClient, url: str) -> Booked:
    sender, turns = uuid.uuid4().hex, []

    async def say(text: str) -> list[dict[str, Any]]:
        began = time.perf_counter()
        answer = await http.post(url, json={"sender": sender, "message": text})
        turns.append(time.perf_counter() - began)
        answer.raise_for_status()
        return answer.json()  # type: ignore[no-any-return]

    await say(FIRST)
    said = await say("Stadhuis")
    for _ in range(5):
        # With others at the same time a moment may just be gone; then others are offered.
        said = await say(_first_moment(said))
        if "naam" in _text(said):
            break
    await say("Noor Voorbeeld")
    await say("noor@voorbeeld.example")
    said = await say("Ja, maak de afspraak")
    if "Uw afspraak staat" not in _text(said):
        raise ValueError(f"no appointment was made: {_text(said)[:200]}")
    return Booked(tuple(turns))


def _first_moment(said: Sequence[dict[str, Any]]) -> str:
    titles = [button["title"] for message in said for button in message.get("buttons") or ()]
    return next(title for title in titles if title.endswith(" uur"))


def _text(said: Sequence[dict[str, Any]]) -> str:
    return "\n".join(message.get("text") or "" for message in said)


def _row(clients: int, found: Sequence[Booked]) -> str:
    turns = [turn * 1000 for one in found for turn in one.turns]
    whole = [one.whole * 1000 for one in found]
    figures = [percentile(turns, 50), percentile(turns, 95), percentile(whole, 50), percentile(whole, 95)]
    return f"| {clients} | {len(found)} | " + " | ".join(f"{one or 0:.0f}" for one in figures) + " |"
