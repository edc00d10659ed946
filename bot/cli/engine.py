"""The trained engine inside this process, for commands that ask it something without a server."""

from __future__ import annotations

import logging
import os
import warnings
from time import perf_counter
from typing import Any

import structlog

from bot.catalog.live import gemeenten_of
from bot.channels.inbound import inbound
from bot.cli.training import MODEL
from bot.errors import StartError
from bot.search.decision import Uitkomst
from bot.search.measure import Uitslag
from bot.settings import Settings


class Engine:
    """Parses messages with the same pipeline, and the same care for what comes from outside, as the channels."""

    def __init__(self, settings: Settings) -> None:
        """Load the trained model. Raises StartError when there is none."""
        model = settings.path(settings.models_dir) / MODEL
        if not model.exists():
            raise StartError(f"Er is nog geen model ({model}). Train het met: vraagbaak train")
        from rasa.core.agent import Agent

        self._settings = settings
        self._agent = Agent.load(model_path=str(model))
        assert self._agent.processor is not None
        self._processor = self._agent.processor

    async def parse(self, text: str, gemeente: str | None = None) -> tuple[dict[str, Any], float]:
        """Rasa's parse result of a message in a fresh conversation, and the milliseconds that parsing took.

        Raises UnknownGemeente.
        """
        from rasa.core.channels.channel import UserMessage

        metadata = {"gemeente": gemeente} if gemeente else None
        message = inbound(text, metadata, gemeenten_of(self._settings), self._settings)
        start = perf_counter()
        parsed = await self._processor.parse_message(UserMessage(message.text, metadata=dict(message.metadata)))
        return parsed, (perf_counter() - start) * 1000


def as_result(parsed: dict[str, Any], milliseconds: float) -> Uitslag:
    """A parse result as a measurable outcome."""
    decision = parsed["vraagbaak"]
    ranking = decision["ranking"]
    return Uitslag(
        act=parsed["intent"]["name"],
        uitkomst=Uitkomst(decision["uitkomst"]),
        ranking=tuple(item["product"] for item in ranking),
        zekerheid=ranking[0]["zekerheid"] if ranking else 0.0,
        product=decision["product"],
        kandidaten=tuple(decision["kandidaten"]),
        aspect=decision["aspect"],
        milliseconden=milliseconds,
    )


def quiet() -> None:
    """Keep the libraries below from filling the screen, and messages out of it: Rasa logs them at debug level."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    logging.getLogger().setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    warnings.simplefilter("ignore")
