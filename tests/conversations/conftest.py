"""An engine inside the test, with the project's own model, rules, texts and channel; only the clock is set."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from sqlalchemy.engine import Engine

from actions import clock
from bot.catalog.live import gemeenten_of, live_catalog
from bot.catalog.opening_hours import TIJDZONE
from bot.channels.inbound import inbound
from bot.channels.limits import Limits
from bot.channels.tokens import Sessie, secret_of
from bot.channels.webchat import Webchat
from bot.conversations import store
from bot.conversations.model import Nieuw
from bot.database import open_database
from bot.settings import Settings
from bot.signals import Signals
from tests.conversations.appointment_systems import write_gemeenten


class Conversation:
    """One resident talking: `say` sends a message through the channel's care and returns the replies."""

    def __init__(self, engine: EngineInTest, gemeente: str, kanaal: str | None = None) -> None:
        self._engine, self._gemeente, self._kanaal = engine, gemeente, kanaal
        self._sender = uuid.uuid4().hex

    def say(self, text: str) -> list[dict[str, Any]]:
        return self._engine.send(self._sender, text, self._gemeente, self._kanaal)

    def tracker(self) -> Any:
        return self._engine.tracker(self._sender)


class ActionsInTest(EndpointConfig):
    """Our own actions, run in the process of the test; what goes in and out passes through JSON as over HTTP."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9/webhook")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")
        self.down = False
        self.broken: set[str] = set()
        """Names of actions that raise."""

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """What Rasa asks of the action server."""
        call = json.loads(json.dumps(kwargs["json"]))
        if self.down:
            return await super().request(*args, **kwargs)
        if call["next_action"] in self.broken:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(self._executor.actions[call["next_action"]].__self__, "perform", _breaks)
                return json.loads(json.dumps(await self._executor.run(call)))
        return json.loads(json.dumps(await self._executor.run(call)))


async def _breaks(*_: Any) -> Any:
    raise RuntimeError("stuk")


class EngineInTest:
    """Rasa's agent with our model, NLG and tracker store; actions run here too, unless `actions` says that they are down."""

    def __init__(self, model: Path, settings: Settings) -> None:
        from rasa.core.agent import Agent

        from bot.nlg.generator import Generator
        from bot.stores.tracker_store import ConversationStore

        self.settings = settings
        self.now = datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE)
        self.actions = ActionsInTest()
        self._loop = asyncio.new_event_loop()
        self.conversations = ConversationStore(host=settings.tracker_store_url, noticing=True)
        self._agent = Agent.load(
            model_path=str(model),
            generator=Generator(now=lambda: self.now),
            tracker_store=self.conversations,
            action_endpoint=self.actions,
        )
        self.database = open_database(settings.catalog_url)
        self.webchat = Webchat(
            settings,
            self.database,
            secret_of(settings),
            Limits(settings),
            Signals(self.database),
            self._agent.handle_message,
        )

    def run(self, awaitable: Awaitable[Any]) -> Any:
        """Wait for something on the engine's event loop."""
        return self._loop.run_until_complete(awaitable)

    def send_chat(self, gesprek_id: str, text: str, gemeente: str) -> list[dict[str, Any]]:
        """A message through the webchat, with everything that the channel does except HTTP; returns what was said since."""
        message = inbound(text, {"gemeente": gemeente}, gemeenten_of(self.settings), self.settings)
        sent, _ = store.append(self.database, gesprek_id, Nieuw("bewoner", message.text))
        sessie = Sessie(gesprek_id, gemeente, datetime.now(TIJDZONE) + timedelta(hours=1))
        request = SimpleNamespace(app=SimpleNamespace(ctx=SimpleNamespace(agent=self._agent)))
        self.run(self.webchat._let_answer(request, sessie, sent, dict(message.metadata)))  # type: ignore[arg-type]
        return said_since(self.database, gesprek_id, sent.nummer)

    def send(self, sender: str, text: str, gemeente: str, kanaal: str | None = None) -> list[dict[str, Any]]:
        from rasa.core.channels.channel import UserMessage

        from bot.channels.rest import WholeMessages

        message = inbound(text, {"gemeente": gemeente}, gemeenten_of(self.settings), self.settings)
        collector = WholeMessages()
        user_message = UserMessage(
            message.text, collector, sender, input_channel=kanaal, metadata=dict(message.metadata)
        )
        self._loop.run_until_complete(self._agent.handle_message(user_message))
        return collector.messages

    def tracker(self, sender: str) -> Any:
        return self._loop.run_until_complete(self._agent.tracker_store.retrieve(sender))

    def close(self) -> None:
        self.run(self.conversations.settled())
        self._loop.close()


def said_since(database: Engine, gesprek_id: str, nummer: int) -> list[dict[str, Any]]:
    """What others than the resident said after a message."""
    return [
        {
            "van": one.van,
            "naam": one.naam,
            "text": one.tekst,
            "buttons": [{"title": keuze["titel"]} for keuze in one.extra.get("keuzes", [])],
            **{key: one.extra.get(key) for key in ("product", "uitkomst")},
        }
        for one in store.since(database, gesprek_id, nummer)
        if one.van != "bewoner"
    ]


@pytest.fixture(scope="package")
def engine(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineInTest]:
    from bot.cli.engine import quiet
    from bot.settings import load_settings

    quiet()
    with pytest.MonkeyPatch.context() as patch:
        # Components and actions read the settings for themselves.
        patch.setenv("VRAAGBAAK_DATA_DIR", str(tmp_path_factory.mktemp("gesprekken")))
        gemeenten = tmp_path_factory.mktemp("gemeenten")
        write_gemeenten(gemeenten)
        patch.setenv("VRAAGBAAK_GEMEENTEN_DIR", str(gemeenten))
        yield from _engine(trained_model, load_settings())


def _engine(trained_model: Path, settings: Settings) -> Iterator[EngineInTest]:
    from bot.cli.evaluate import prepare_catalog

    prepare_catalog(settings)
    live_catalog(settings).refresh()
    running = EngineInTest(trained_model, settings)
    yield running
    running.close()


@pytest.fixture
def talk(engine: EngineInTest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Conversation]]:
    """Start a conversation with a municipality, at a moment of local time."""
    monkeypatch.setattr(clock, "now", lambda: engine.now)

    def start(gemeente: str = "voorbeeldstad", nu: str | None = None) -> Conversation:
        moment = datetime.fromisoformat(nu) if nu else datetime(2026, 11, 25, 10, 0)
        engine.now = moment.replace(tzinfo=TIJDZONE)
        return Conversation(engine, gemeente)

    yield start
    engine.actions.down = False
