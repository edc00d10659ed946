"""The WhatsApp channel as it runs in the engine, with a stand-in for Rasa behind it and the sandbox in the place of Meta."""

from __future__ import annotations

import asyncio
import os
import random
import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import sqlalchemy as sa
import yaml
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.channels.tokens import secret_of
from bot.channels.whatsapp import WhatsappChannel
from bot.conversations import store
from bot.conversations.model import Bericht
from bot.database import open_database
from bot.sandbox.whatsapp_store import Message
from bot.sandbox.whatsapp_values import Number, Person
from bot.sandbox.whatsapp_webhooks import HEADER, Piece, envelope, new_wamid, raw, signature
from bot.settings import ROOT, Settings
from bot.whatsapp import people
from bot.whatsapp.graph import Graphs
from bot.whatsapp.people import Persoon
from bot.whatsapp.tables import whatsapp_persoon
from tests.channels.webchat_server import Running, free_port, until
from tests.whatsapp.server import ANS, APP_SECRET, NUMBER, OTHER, TOKEN, VERIFY_TOKEN, Sandbox

GEMEENTEN = {"voorbeeldstad": NUMBER, "molendam": OTHER}
OPENING = "U praat met de digitale assistent"
SJABLOON = "gesprek_hervatten"
meta = httpx.Client(timeout=10.0, trust_env=False)


def write_gemeenten(folder: Path, graph_url: str, *, sjabloon: str = "") -> Path:
    """The municipalities of the project, of which two have a number at the sandbox."""
    folder.mkdir(parents=True)
    for path in (ROOT / "gemeenten").glob("*.yml"):
        found = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        if (number := GEMEENTEN.get(path.stem)) is not None:
            found["whatsapp"] = {
                "url": graph_url,
                "phone_number_id": number.phone_number_id,
                "nummer": f"+{number.display}",
                "sjabloon": sjabloon,
            }
            found.pop("open_klant", None)
        written = yaml.dump(found, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
        (folder / path.name).write_text(written, encoding="utf-8")
    return folder


def write_settings(folder: Path, gemeenten: Path, **more: Any) -> Settings:
    """An installation in a folder, with the secrets that belong to the numbers."""
    secrets = folder / "geheimen"
    secrets.mkdir(parents=True)
    for gemeente in GEMEENTEN:
        for name, text in (("token", TOKEN), ("app_secret", APP_SECRET), ("verify_token", VERIFY_TOKEN)):
            (secrets / f"{gemeente}.whatsapp_{name}").write_text(text, encoding="utf-8")
    return Settings(
        data_dir=str(folder / "data"),
        gemeenten_dir=str(gemeenten),
        secrets_dir=str(secrets),
        secret="geheim-van-de-test-" * 3,
        **more,
    )


class Bot:
    """Stands in for Rasa: `reply` decides what happens with a message."""

    def __init__(self, pause: tuple[float, float] = (0.0, 0.0)) -> None:
        self.heard: list[UserMessage] = []
        self.reply: Callable[[UserMessage], Awaitable[None]] = self.answers
        self.pause = pause

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        await self.reply(message)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.heard]

    async def answers(self, message: UserMessage) -> None:
        """An answer in which the question can be read."""
        if self.pause[1]:
            await asyncio.sleep(random.uniform(*self.pause))
        await self.say(message, f"Antwoord op {message.text}")

    async def say(self, message: UserMessage, text: str, **more: Any) -> None:
        await message.output_channel.send_response(message.sender_id, {"text": text, **more})

    def says(self, text: str, *titles: str, **more: Any) -> None:
        """Let every answer be this one."""

        async def reply(message: UserMessage) -> None:
            await self.say(message, text, buttons=[{"title": title, "payload": title} for title in titles], **more)

        self.reply = reply

    async def silent(self, message: UserMessage) -> None:
        """Says nothing."""

    async def raises(self, message: UserMessage) -> None:
        raise RuntimeError(f"kan niet omgaan met {message.text}")


class Served(Running):
    """The channel's routes on a port of their own."""

    def __init__(self, channel: WhatsappChannel, port: int, bot: Bot | None = None) -> None:
        self.bot = bot or Bot()
        self.url = f"http://127.0.0.1:{port}/webhooks/whatsapp/webhook"
        self.app = make_app(channel, self.bot)
        super().__init__(self.app, port)


def make_app(channel: WhatsappChannel, bot: Bot) -> Sanic:
    """An application as Rasa's, with an agent that only keeps what was said."""
    app = Sanic(f"test_{uuid.uuid4().hex}", configure_logging=False)
    app.ctx.agent = SimpleNamespace(tracker_store=InMemoryTrackerStore(Domain.empty()), lock_store=InMemoryLockStore())
    app.blueprint(channel.blueprint(bot), url_prefix="/webhooks/whatsapp")
    return app


class World:
    """An engine and Meta, with the clock of both: it runs, and `pass_time` sets it ahead."""

    def __init__(self, sandbox: Sandbox, settings: Settings, set_env: Callable[[str, str], None]) -> None:
        self.sandbox, self.settings = sandbox, settings
        for name, value in settings.as_env().items():
            set_env(name, value)
        self.database = open_database(settings.catalog_url)
        self.secret = secret_of(settings)
        self.engines: list[Served] = []
        self.bot = Bot()

    @property
    def meta(self) -> Any:
        """Meta itself."""
        return self.sandbox.world

    def now(self) -> datetime:
        moment: datetime = self.meta.clock.now()
        return moment

    def pass_time(self, **how_long: float) -> None:
        self.meta.move_clock(timedelta(**how_long))

    def freeze(self) -> None:
        """From now on only `pass_time` moves the clock."""
        moment = datetime.now(UTC)
        self.meta.clock._base = lambda: moment

    def start(self, graphs: Graphs | None = None) -> Served:
        """An engine; Meta's webhooks go to the first one."""
        self.engines.append(Served(WhatsappChannel(graphs, self.now), free_port(), self.bot))
        if len(self.engines) == 1:
            self.subscribe(self.engines[0].url)
        self.open_windows()
        return self.engines[-1]

    def open_windows(self) -> None:
        """Let everybody have written before, for Meta: webhooks that a test posts itself are none of Meta's own."""
        for number in GEMEENTEN.values():
            for person in self.meta.persons.values():
                said = Message(
                    number.phone_number_id,
                    person.user_id,
                    new_wamid(),
                    "in",
                    "text",
                    {},
                    self.now().timestamp(),
                    "bezorgd",
                )
                self.meta.store.add(said)

    def subscribe(self, url: str) -> None:
        for number in GEMEENTEN.values():
            self.meta.subscribe(number.waba_id, callback=url)

    def restart(self) -> Served:
        """Stop all engines as is asked of a process, and start one."""
        self.stop()
        return self.start()

    def stop(self) -> None:
        """Stop all engines as is asked of a process."""
        engines, self.engines = self.engines, []
        for engine in engines:
            engine.stop()

    # What Meta sends.

    def post(self, *pieces: Piece, url: str = "", secret: str = APP_SECRET, **headers: str) -> int:
        """One webhook; the status of its answer."""
        return self.post_raw(raw(envelope(*pieces)), url=url, secret=secret, **headers)

    def post_raw(self, body: bytes, *, url: str = "", secret: str = APP_SECRET, **headers: str) -> int:
        given = headers or {HEADER: signature(secret, body)}
        return meta.post(url or self.engines[0].url, content=body, headers=given).status_code

    # What can be seen.

    def persoon(self, person: Person = ANS) -> Persoon:
        """The person behind a phone, by the address that is kept of them."""
        return next(one for one in self.people() if person.user_id in (one.adres.gebruiker,) or _has(one, person))

    def people(self) -> list[Persoon]:
        with self.database.connect() as connection:
            ids = list(connection.execute(sa.select(whatsapp_persoon.c.id)).scalars())
        found = (people.by_id(self.database, self.secret, id) for id in ids)
        return [one for one in found if one is not None]

    def said(self, person: Person = ANS) -> list[Bericht]:
        """The conversation of somebody."""
        return store.since(self.database, self.persoon(person).gesprek_id)

    def rows(self, table: sa.Table) -> list[Any]:
        with self.database.connect() as connection:
            return list(connection.execute(sa.select(table)).mappings().all())


def _has(one: Persoon, person: Person) -> bool:
    return bool(person.nummer) and one.adres.nummer == f"+{person.nummer}"


class Gate(httpx.AsyncBaseTransport):
    """A connection with Meta that is away until it is `open`."""

    def __init__(self) -> None:
        self.open, self.refused = False, 0
        self._inner: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not self.open:
            self.refused += 1
            raise httpx.ConnectError("geen verbinding", request=request)
        self._inner = self._inner or httpx.AsyncHTTPTransport()
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        if self._inner is not None:
            await self._inner.aclose()


class Phone:
    """Somebody's telephone."""

    def __init__(self, world: World, person: Person = ANS, number: Number = NUMBER) -> None:
        self.world, self.person = world, person
        self.number: Number = world.meta.numbers[number.phone_number_id]

    def write(self, text: str) -> str:
        wamid: str = self.world.meta.write(self.number, self.person, text)
        return wamid

    def ask(self, text: str) -> list[str]:
        """Write something, and what comes back for it."""
        before = len(self.messages())
        self.write(text)
        return self.new(before)

    def new_for(self, text: str, many: int) -> list[str]:
        """Write something, and so many messages that come back for it."""
        before = len(self.messages())
        self.write(text)
        return self.new(before, many)

    def new(self, before: int, many: int = 1) -> list[str]:
        """What came after so many messages, once there are `many` more and nothing is on its way."""
        until(lambda: len(self.messages()) >= before + many)
        self.quiet()
        return self.texts()[before:]

    def quiet(self) -> None:
        """Wait until nothing is left to tell, to handle or to send."""
        for _ in range(2):
            self.world.sandbox.settle()
            until(lambda: is_quiet(self.world.database, self.world.now()))

    def messages(self) -> list[Message]:
        """What arrived, oldest first."""
        thread = self.world.meta.store.thread(self.number.phone_number_id, self.person.user_id)
        return [one for one in thread if one.kant == "uit" and one.stand != "failed"]

    def texts(self) -> list[str]:
        return [words(one) for one in self.messages()]

    def choices(self, message: Message | None = None) -> list[tuple[str, str]]:
        """(id, title) of what can be tapped under a message, the last one if none is given."""
        action = (message or self.messages()[-1]).inhoud.get("action", {})
        rows = [button["reply"] for button in action.get("buttons", ())]
        rows += [row for section in action.get("sections", ()) for row in section["rows"]]
        return [(row["id"], row["title"]) for row in rows]

    def tap(self, title: str, message: Message | None = None) -> str:
        """Tap something under a message, the last one if none is given."""
        under = message or self.messages()[-1]
        chosen = next(id for id, shown in self.choices(under) if shown == title)
        wamid: str = self.world.meta.tap(self.number, self.person, under.wamid, chosen)
        return wamid


def words(message: Message) -> str:
    """What can be read in a message at the phone."""
    content = message.inhoud
    if message.soort == "text":
        return str(content["body"])
    if message.soort == "interactive":
        return str(content["body"]["text"])
    return str(content.get("tekst") or content.get("filename") or content.get("name") or "")


def is_quiet(database: Engine, now: datetime) -> bool:
    """Whether nothing waits to be handled, and nothing to be sent now."""
    ready = {"stand": ("wacht", "onzeker", "terug"), "now": now.astimezone(UTC)}
    with database.connect() as connection:
        coming = sa.text("SELECT count(*) FROM whatsapp_in WHERE klaar_op IS NULL AND persoon_id IS NOT NULL")
        going = sa.text("SELECT count(*) FROM whatsapp_uit WHERE stand IN :stand").bindparams(
            sa.bindparam("stand", expanding=True)
        )
        behind = sa.text(
            "SELECT count(*) FROM whatsapp_persoon p JOIN gesprek g ON g.id = p.gesprek_id WHERE g.laatste_nummer > p.uitgezet"
        )
        c = whatsapp_persoon.c
        # Who was in hand when a process died, and of whom nothing is left to do, nobody takes in hand again.
        busy = sa.select(sa.func.count()).where(c.bezig_door.isnot(None), c.bezig_tot > now)
        counts = [connection.execute(one).scalar() for one in (coming, behind, busy)]
        return not any(counts) and not connection.execute(going, {"stand": ready["stand"]}).scalar()


def in_parallel(work: Iterable[Callable[[], Any]], threads: int = 8) -> list[Any]:
    """Do all of it, so many at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        return [one.result() for one in [pool.submit(job) for job in work]]


def serve(env: dict[str, str], port: int, ahead: float) -> None:
    """An engine in a process of its own, of which the clock stands `ahead` seconds before that of the machine."""
    os.environ.update(env)
    Sanic.test_mode = True
    channel = WhatsappChannel(now=lambda: datetime.now(UTC) + timedelta(seconds=ahead))
    make_app(channel, Bot(pause=(0.0, 0.05))).run("127.0.0.1", port, access_log=False, motd=False)
