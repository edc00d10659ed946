"""Who may answer in a conversation. Our own table says so; Rasa's pause is only the second lock.

While an employee has a conversation, or it waits for one, nothing of it reaches Rasa. When it comes back, Rasa is told first
what was said meanwhile, so that the assistant knows the context.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, ConversationResumed, Event, UserUttered
from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.conversations import store
from bot.conversations.model import Bericht, is_for_employees
from bot.handoff import queue
from bot.handoff.model import Eigenaar
from bot.nlu.conversation import KEUZES
from bot.threads import in_thread


def bot_may_answer(engine: Engine, gesprek_id: str) -> bool:
    """Whether the conversation is the bot's."""
    return queue.owner(engine, gesprek_id) is Eigenaar.BOT


async def give_back(app: Sanic, engine: Engine, gesprek_id: str) -> None:
    """Tell Rasa what was said while it was silent, and end its pause. Does nothing when there is nothing to tell.

    `app`: Rasa's server, which holds its agent.
    """
    requests = await in_thread(queue.to_give_back, engine, gesprek_id)
    if not requests:
        return
    agent: Agent = app.ctx.agent
    since = min(one.gevraagd_op for one in requests)
    told = await in_thread(store.since, engine, gesprek_id)
    said = [one for one in told if one.tijd > since and not is_for_employees(one)]
    async with agent.lock_store.lock(gesprek_id):
        tracker = await agent.tracker_store.get_or_create_tracker(gesprek_id)
        for event in [ConversationResumed(), *as_events(said), ActionExecuted(ACTION_LISTEN_NAME)]:
            tracker.update(event)
        await agent.tracker_store.save(tracker)
    await in_thread(queue.given_back, engine, [one.id for one in requests])


def as_events(said: Sequence[Bericht]) -> list[Event]:
    """Messages as Rasa's events: of residents without an intent, of all others as the bot's, with who said it."""
    events: list[Event] = []
    for one in said:
        moment = one.tijd.timestamp()
        if one.van == "bewoner":
            events += [UserUttered(one.tekst, timestamp=moment), ActionExecuted(ACTION_LISTEN_NAME, timestamp=moment)]
        else:
            metadata: dict[str, Any] = {"van": one.van, KEUZES: one.extra.get(KEUZES, [])}
            events.append(BotUttered(one.tekst, metadata=metadata, timestamp=moment))
    return events
