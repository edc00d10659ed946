"""How soon a webhook of WhatsApp is acknowledged, and how soon somebody has an answer: `python -m bench.whatsapp`.

Writes docs/benchmarks-whatsapp.md. A whole installation with one engine process; Meta is the sandbox, in a process of its own.
Webhooks go out at a fixed pace, whether or not earlier ones were answered. All processes share one clock (CLOCK_MONOTONIC).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
import yaml
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bench.appointments import POSTGRESQL
from bench.machine import load_average, machine
from bench.processes import end, environment
from bench.questions import read_questions, sample
from bench.rest import free_port, running
from bench.run import QUESTIONS
from bench.statistics import percentile
from bot.catalog.library import read_library
from bot.database import open_database
from bot.sandbox.whatsapp import make_app
from bot.sandbox.whatsapp_delivery import Delivering
from bot.sandbox.whatsapp_store import Message
from bot.sandbox.whatsapp_values import Json, Number, Person
from bot.sandbox.whatsapp_webhooks import HEADER, envelope, new_wamid, raw, signature, text_message
from bot.sandbox.whatsapp_world import WhatsApp
from bot.settings import ROOT, Settings, load_settings

OUT = ROOT / "docs" / "benchmarks-whatsapp.md"
GEMEENTE = "voorbeeldstad"
SECRET = "alleen-om-mee-te-meten"  # noqa: S105 (opens nothing but the sandbox of this measurement)
NUMBER = Number("700200", "31850000000", "900100", "Voorbeeldstad")
PACES, SECONDS = (1, 5, 10), 30
"""Messages a second whose answers are awaited, and for how long each."""
FULL_PACE, FULL_SECONDS = 50, 20
"""More than one engine answers: then only the acknowledgement is timed, and that all are answered in the end."""
WARM_PACE, TIMEOUT, PATIENCE = 6, 60.0, 600.0
TARGET = 50
"""Milliseconds below which 95 of 100 acknowledgements must stay."""


@dataclass(frozen=True)
class Run:
    """Webhooks at one pace. Milliseconds."""

    pace: int
    acknowledged: list[float]
    refused: int
    answered: list[float]
    """From sending the webhook to the first words of the answer at the sandbox."""
    unanswered: int
    last: float
    """Seconds from the first webhook to the last answer."""


class Meta(WhatsApp):
    """The sandbox, that remembers when something arrived at whom."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.arrived: list[tuple[str, float]] = []

    def send(self, number: Number, body: object) -> Json:
        """As the sandbox does it; remembered once it is taken."""
        answer = super().send(number, body)
        if isinstance(body, dict) and "to" in body:
            self.arrived.append((str(body["to"]).lstrip("+"), time.monotonic()))
        return answer


def person(count: int) -> Person:
    """Somebody invented."""
    return Person(f"Bewoner {count}", f"NL.{1_000_000 + count}", f"316000{count:05}")


def serve_meta(request: Json) -> None:
    """The sandbox as a process: people who wrote a moment ago, and `GET /aankomsten`."""
    number = replace(NUMBER, callback=request["callback"])
    persons = [person(count) for count in range(request["persons"])]
    world = Meta(
        open_database(f"sqlite:///{request['folder']}/meta.sqlite"),
        [number],
        app_secret=SECRET,
        persons=persons,
        delivering=Delivering(parallel=4),
    )
    now = time.time()
    for one in persons:
        # Webhooks are posted by the measurement itself; without this the sandbox would refuse every answer to them.
        world.store.add(Message(number.phone_number_id, one.user_id, new_wamid(), "in", "text", {}, now, "bezorgd"))
    app = make_app(world, [SECRET], "whatsapp_meten")

    @app.get("/aankomsten")
    async def arrivals(_request: Request) -> HTTPResponse:
        return response.json(world.arrived)

    app.run(host="127.0.0.1", port=request["port"], access_log=False, motd=False)


@contextmanager
def meta(folder: Path, persons: int, callback: str, env: dict[str, str]) -> Iterator[str]:
    """The running sandbox; its address."""
    port = free_port()
    request = {"folder": str(folder), "persons": persons, "callback": callback, "port": port}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.whatsapp", "--meta"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(request))
        process.stdin.close()
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)


def measure(settings: Settings, folder: Path, questions: Sequence[str], quick: bool) -> list[Run]:
    """Start everything, and send at each pace; the last run is the one of FULL_PACE."""
    seconds = 3 if quick else SECONDS
    full = 3 * FULL_PACE if quick else FULL_SECONDS * FULL_PACE
    known = sum(PACES) * seconds
    webhook = f"http://{settings.host}:{settings.engine_port}/webhooks/whatsapp/webhook"
    env = environment(folder, settings.as_env())
    with meta(folder, known + full, webhook, env) as address:
        settings = replace(
            settings, gemeenten_dir=_gemeenten(folder, address), secrets_dir=str(_secrets(folder / "geheimen"))
        )
        with running(environment(folder, settings.as_env()), lambda _done, _total, _last: None):
            _wait(f"{address}/aankomsten")
            client = Client(webhook, f"{address}/aankomsten", questions)
            # Whoever writes for the first time also hears whom they talk to; most people who write did so before.
            asyncio.run(client.run(WARM_PACE, range(known)))
            runs, first = [], 0
            for pace in PACES:
                runs.append(asyncio.run(client.run(pace, range(first, first + pace * seconds))))
                first += pace * seconds
            runs.append(asyncio.run(client.run(FULL_PACE, range(known, known + full))))
    return runs


class Client:
    """Sends webhooks as Meta does, each of another person, and looks when the answers arrived."""

    def __init__(self, webhook: str, arrivals: str, questions: Sequence[str]) -> None:
        self._webhook, self._arrivals, self._questions = webhook, arrivals, questions

    async def run(self, pace: int, persons: range) -> Run:
        """One message of each of these people, so many a second; then wait until all have an answer."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=FULL_PACE)
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, limits=limits) as http:
            begun = time.monotonic()
            tasks = []
            for place, count in enumerate(persons):
                await asyncio.sleep(max(begun + place / pace - time.monotonic(), 0))
                tasks.append(asyncio.create_task(self._post(http, count)))
            sent = await asyncio.gather(*tasks)
            asked = {person(count).nummer: moment for count, (moment, _, _) in zip(persons, sent, strict=True)}
            found = await self._answers(http, asked)
        return Run(
            pace=pace,
            acknowledged=[(acknowledged - moment) * 1000 for moment, acknowledged, _ in sent],
            refused=sum(status != 200 for _, _, status in sent),
            answered=[(found[nummer] - moment) * 1000 for nummer, moment in asked.items() if nummer in found],
            unanswered=len(asked) - len(found),
            last=max(found.values(), default=begun) - begun,
        )

    async def _post(self, http: httpx.AsyncClient, count: int) -> tuple[float, float, int]:
        """When it was sent, when acknowledged, and how."""
        text = self._questions[count % len(self._questions)]
        body = raw(envelope(text_message(NUMBER, person(count), text, id=new_wamid(), at=datetime.now(UTC))))
        headers = {"Content-Type": "application/json", HEADER: signature(SECRET, body)}
        moment = time.monotonic()
        answer = await http.post(self._webhook, content=body, headers=headers)
        return moment, time.monotonic(), answer.status_code

    async def _answers(self, http: httpx.AsyncClient, asked: dict[str | None, float]) -> dict[str, float]:
        """Number → when the first words came after it was asked."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found: dict[str, float] = {}
            for nummer, moment in (await http.get(self._arrivals)).json():
                if nummer in asked and moment > asked[nummer]:
                    found.setdefault(nummer, moment)
            if len(found) == len(asked) or time.monotonic() > deadline:
                return found
            await asyncio.sleep(1)


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Meet webhooks en antwoorden; schrijft docs/benchmarks-whatsapp.md.")
    parser.add_argument("--postgresql", default=POSTGRESQL, help="adres van een PostgreSQL-server (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="kort, en zonder te schrijven")
    parser.add_argument("--meta", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.meta:
        serve_meta(json.load(sys.stdin))
        return 0
    before = load_average()
    known = {file.product.id for file in read_library(ROOT / "products")}
    questions = [one.text for one in sample(read_questions(QUESTIONS, known)[0], 200)]
    found: dict[str, list[Run]] = {}
    with tempfile.TemporaryDirectory(prefix="whatsapp-") as name:
        found["SQLite"] = measure(_settings(Path(name)), Path(name), questions, chosen.quick)
    with tempfile.TemporaryDirectory(prefix="whatsapp-") as name, _database_on(chosen.postgresql) as url:
        settings = replace(_settings(Path(name)), database_url=url, tracker_url=url)
        found["PostgreSQL"] = measure(settings, Path(name), questions, chosen.quick)
    page = report(found, before)
    if chosen.quick:
        print(page)
        return 0
    OUT.write_text(page, encoding="utf-8")
    print(f"Geschreven: {OUT}")
    return 0


def report(found: dict[str, list[Run]], before: str) -> str:
    """The page, in Markdown."""
    about = {"Date": date.today().isoformat(), **machine(), "Load of the machine": f"{before} before"}
    rows = "\n".join(f"| {name} | {value} |" for name, value in about.items())
    paces = "\n".join(_row(database, run) for database, runs in found.items() for run in runs[:-1])
    full = "\n".join(_full_row(database, runs[-1]) for database, runs in found.items())
    return f"""# WhatsApp: hoe snel webhooks en antwoorden gaan

Dit bestand wordt gemaakt door `python -m bench.whatsapp` en wordt niet met de hand gewijzigd.

|  |  |
| --- | --- |
{rows}

Een hele installatie: een engine, de action server, de website. WhatsApp is de sandbox, in een eigen proces op dezelfde machine, met
dezelfde grenzen als Meta; hij meldt van elk antwoord dat het verstuurd en bezorgd is, en ook die meldingen verwerkt de engine. Elk
bericht komt van iemand anders en is een echte vraag uit `{QUESTIONS.relative_to(ROOT)}`. De berichten komen in een vast tempo, ook
als eerdere nog niet zijn beantwoord. Milliseconden.

## Van vraag tot antwoord

"Bevestigd" is tot de webhook zijn 200 heeft; dan staat het bericht in de database. "Antwoord" is van het versturen van de webhook
tot het eerste bericht van het antwoord bij WhatsApp is. Deze mensen schreven eerder al: zij krijgen geen openingstekst meer.

| database | berichten per seconde | berichten | bevestigd p50 | bevestigd p95 | antwoord p50 | antwoord p95 | zonder antwoord |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
{paces}

## {FULL_PACE} webhooks per seconde

Meer dan een engine kan beantwoorden. De webhooks worden bevestigd terwijl hij antwoordt; wat wacht, staat in de database. Iedereen
schrijft hier voor het eerst, en krijgt dus ook de openingstekst. Het doel is een p95 onder {TARGET} ms.

| database | webhooks | bevestigd p50 | bevestigd p95 | bevestigd, langste | geweigerd | zonder antwoord | laatste antwoord na |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
{full}
"""


def _row(database: str, run: Run) -> str:
    figures = [*_parts(run.acknowledged), *_parts(run.answered)]
    return f"| {database} | {run.pace} | {len(run.acknowledged)} | {' | '.join(figures)} | {run.unanswered} |"


def _full_row(database: str, run: Run) -> str:
    figures = [*_parts(run.acknowledged), f"{max(run.acknowledged):.0f}"]
    return (
        f"| {database} | {len(run.acknowledged)} | {' | '.join(figures)} | {run.refused} | {run.unanswered} "
        f"| {run.last:.0f} s |"
    )


def _parts(values: Sequence[float]) -> list[str]:
    return [f"{percentile(values, part) or 0:.0f}" for part in (50, 95)]


def _settings(folder: Path) -> Settings:
    return replace(
        load_settings(),
        data_dir=str(folder / "data"),
        models_dir=str(ROOT / "models"),
        engine_port=free_port(),
        actions_port=free_port(),
        web_port=free_port(),
        sandbox_port=free_port(),
    )


def _gemeenten(folder: Path, address: str) -> str:
    """The sample municipalities, one of which has its number at our sandbox."""
    shutil.copytree(ROOT / "gemeenten", folder / "gemeenten")
    path = folder / "gemeenten" / f"{GEMEENTE}.yml"
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    fields["whatsapp"] |= {"url": address, "phone_number_id": NUMBER.phone_number_id, "waba_id": NUMBER.waba_id}
    path.write_text(yaml.safe_dump(fields, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return str(path.parent)


def _secrets(folder: Path) -> Path:
    folder.mkdir()
    for name in ("token", "app_secret", "verify_token"):
        (folder / f"{GEMEENTE}.whatsapp_{name}").write_text(SECRET, encoding="utf-8")
    return folder


@contextmanager
def _database_on(server: str) -> Iterator[str]:
    """A database of its own on a PostgreSQL server, gone afterwards; its address."""
    name = f"vraagbaak_bench_{uuid.uuid4().hex[:10]}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", future=True)
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield str(sa.engine.make_url(server).set(database=name).render_as_string(hide_password=False))
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()


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
