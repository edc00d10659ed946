"""An engine inside the test, with the project's own model, rules, texts and channel; only the clock is set."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.catalog.live import gemeenten_of, live_catalog
from bot.handoff.opening_hours import TIJDZONE
from bot.settings import Settings


class Conversation:
    """One resident talking: `say` sends a message through the channel's care and returns the replies."""

    def __init__(self, engine: EngineInTest, gemeente: str) -> None:
        self._engine, self._gemeente = engine, gemeente
        self._sender = uuid.uuid4().hex

    def say(self, text: str) -> list[dict[str, Any]]:
        return self._engine.send(self._sender, text, self._gemeente)

    def tracker(self) -> Any:
        return self._engine.tracker(self._sender)


class EngineInTest:
    """Rasa's agent with our model and NLG; the action server is down, so questions must do without."""

    def __init__(self, model: Path, settings: Settings) -> None:
        from rasa.core.agent import Agent
        from rasa.utils.endpoints import EndpointConfig

        from bot.nlg.generator import Generator

        self.settings = settings
        self.now = datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE)
        self._loop = asyncio.new_event_loop()
        self._agent = Agent.load(
            model_path=str(model),
            generator=Generator(now=lambda: self.now),
            action_endpoint=EndpointConfig("http://127.0.0.1:9/webhook"),
        )

    def send(self, sender: str, text: str, gemeente: str) -> list[dict[str, Any]]:
        from rasa.core.channels.channel import UserMessage

        from bot.channels.inbound import inbound
        from bot.channels.rest import WholeMessages

        message = inbound(text, {"gemeente": gemeente}, gemeenten_of(self.settings), self.settings)
        collector = WholeMessages()
        user_message = UserMessage(message.text, collector, sender, metadata=dict(message.metadata))
        self._loop.run_until_complete(self._agent.handle_message(user_message))
        return collector.messages

    def tracker(self, sender: str) -> Any:
        return self._loop.run_until_complete(self._agent.tracker_store.retrieve(sender))

    def close(self) -> None:
        self._loop.close()


@pytest.fixture(scope="session")
def engine(trained_model: Path) -> Iterator[EngineInTest]:
    from bot.cli.engine import quiet
    from bot.cli.evaluate import prepare_catalog
    from bot.settings import load_settings

    quiet()
    settings = load_settings()
    prepare_catalog(settings)
    live_catalog(settings).refresh()
    running = EngineInTest(trained_model, settings)
    yield running
    running.close()


@pytest.fixture
def talk(engine: EngineInTest) -> Callable[..., Conversation]:
    """Start a conversation with a municipality, at a moment of local time."""

    def start(gemeente: str = "voorbeeldstad", nu: str | None = None) -> Conversation:
        moment = datetime.fromisoformat(nu) if nu else datetime(2026, 11, 25, 10, 0)
        engine.now = moment.replace(tzinfo=TIJDZONE)
        return Conversation(engine, gemeente)

    return start
