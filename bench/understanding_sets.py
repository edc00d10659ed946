"""The test questions of the report on understanding, and what the trained engine makes of them."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bot.catalog.questions import APART, ASPECT_IDS, read_out_of_scope, read_questions
from bot.cli.engine import as_result
from bot.errors import ContentError
from bot.search.decision import Uitkomst
from bot.search.measure import Toetsvraag, Uitslag
from bot.settings import ROOT, Settings

DEV = ROOT / "tests" / "data" / "vragen-dev.jsonl"
NEW = ROOT / "tests" / "data" / "vragen-nieuw.jsonl"
ACTS = ROOT / "tests" / "data" / "gespreksdaden-apart.jsonl"
NAMED = ROOT / "tests" / "understanding" / "sets"
PAIR = "paar-"
"""Style of two questions that differ in one word: both must be right."""
OUTSIDE = "buiten_scope"


@dataclass(frozen=True)
class Item:
    """A test question, or a conversation of which the last message is the question."""

    vraag: Toetsvraag
    turns: tuple[str, ...]
    """What the resident says; the last is the question."""
    second: frozenset[str] = frozenset()
    """Products of a second need in the same message."""


@dataclass(frozen=True)
class TestSet:
    """Questions that were obtained in one way."""

    name: str
    items: list[Item]

    __test__ = False  # not for pytest


@dataclass(frozen=True)
class Asked:
    """A question and what came of it."""

    item: Item
    result: Uitslag
    second: str | None = None
    """The product that was offered for a second need."""

    @property
    def vraag(self) -> Toetsvraag:
        """The question with its right answers."""
        return self.item.vraag


def read_items(path: Path, known: Collection[str]) -> list[Item]:
    """The items of a JSON Lines file, with `vraag` or `gesprek`. Raises ContentError naming the line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [item_of(line, f"{path} regel {number}", known) for number, line in enumerate(lines, 1) if line.strip()]


def item_of(line: str, where: str, known: Collection[str]) -> Item:
    """One line. Raises ContentError."""
    try:
        raw = json.loads(line)
        turns = tuple(raw["gesprek"]) if "gesprek" in raw else (raw["vraag"],)
        question = Toetsvraag(
            turns[-1],
            frozenset(raw.get("producten") or ()),
            raw.get("aspect"),
            raw.get("act"),
            raw.get("stijl") or "geen",
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ContentError(where, "geen bruikbare toetsvraag") from error
    second = frozenset(raw.get("tweede") or ())
    unknown = (question.producten | second) - set(known)
    if unknown or (question.aspect is not None and question.aspect not in ASPECT_IDS):
        raise ContentError(where, f"onbekend product of aspect: {', '.join(sorted(unknown)) or question.aspect}")
    return Item(question, turns, second)


def held_apart(settings: Settings, known: Collection[str]) -> list[Item]:
    """The held-apart questions, and the held-apart messages that no product answers."""
    folder = settings.path(settings.questions_dir) / APART
    inside = [
        Toetsvraag(one.vraag, frozenset([one.product]), one.aspect, None, one.stijl)
        for one in read_questions(folder)
        if one.product in known
    ]
    outside = [Toetsvraag(text, frozenset(), None, None, OUTSIDE) for text, _ in read_out_of_scope(folder)]
    return [Item(question, (question.vraag,)) for question in [*inside, *outside]]


def read_sets(settings: Settings, known: Collection[str], fitted: Collection[str]) -> dict[str, TestSet]:
    """All sets that are there, by name.

    Args:
        settings: where the question library is.
        known: ids of the products.
        fitted: texts that the weights of the ranker were fitted on; the held-apart questions are split by it.
    """
    apart = held_apart(settings, known)
    files = [
        ("dev", DEV),
        ("nieuw", NEW),
        ("gespreksdaden", ACTS),
        *((one.stem, one) for one in sorted(NAMED.glob("*.jsonl"))),
    ]
    found = {name: TestSet(name, read_items(path, known)) for name, path in files if path.exists()}
    found["apart-geijkt"] = TestSet("apart-geijkt", [one for one in apart if one.vraag.vraag in fitted])
    found["apart-vrij"] = TestSet("apart-vrij", [one for one in apart if one.vraag.vraag not in fitted])
    return found


class Asker:
    """The trained engine with its rules and texts, so that conversations can be held as well."""

    def __init__(self, model: Path, settings: Settings) -> None:
        """Load the model; the action server is not there, and questions do without."""
        from rasa.core.agent import Agent
        from rasa.utils.endpoints import EndpointConfig

        from bot.nlg.generator import Generator

        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._agent = Agent.load(
            model_path=str(model), generator=Generator(), action_endpoint=EndpointConfig("http://127.0.0.1:9/webhook")
        )

    def ask(self, item: Item) -> Asked:
        """Ask one item, in a conversation of its own."""
        from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

        from bot.catalog.live import gemeenten_of
        from bot.channels.inbound import inbound

        sender = uuid.uuid4().hex
        for text in item.turns[:-1]:
            message = inbound(text, None, gemeenten_of(self._settings), self._settings)
            said = UserMessage(message.text, CollectingOutputChannel(), sender, metadata=dict(message.metadata))
            self._loop.run_until_complete(self._agent.handle_message(said))
        message = inbound(item.turns[-1], None, gemeenten_of(self._settings), self._settings)
        said = UserMessage(message.text, CollectingOutputChannel(), sender, metadata=dict(message.metadata))
        parsed = self._loop.run_until_complete(self._parse(said, sender, in_context=len(item.turns) > 1))
        result = as_result(parsed, 0.0)
        return Asked(item, settled(result) if len(item.turns) > 1 else result, parsed["vraagbaak"]["tweede"])

    def close(self) -> None:
        """Give the event loop back."""
        self._loop.close()

    async def _parse(self, said: object, sender: str, *, in_context: bool) -> dict:
        tracker = await self._agent.tracker_store.retrieve(sender) if in_context else None
        return await self._agent.processor.parse_message(said, tracker)


def settled(result: Uitslag) -> Uitslag:
    """The result of a follow-up with what it answered or offered in front of the ranking.

    The conversation settles it, and the ranking may still be that of the bare message.
    """
    shown = [result.product] if result.product else result.kandidaten
    return replace(result, ranking=tuple(dict.fromkeys([*shown, *result.ranking])))


def ask_all(asker: Asker, sets: dict[str, TestSet], advance: Callable[[], None]) -> dict[str, list[Asked]]:
    """Ask all items of all sets, with a call of `advance` after each."""
    found: dict[str, list[Asked]] = {}
    for name, one in sets.items():
        found[name] = []
        for item in one.items:
            found[name].append(asker.ask(item))
            advance()
    return found


def write_details(path: Path, asked: dict[str, list[Asked]]) -> None:
    """Write what came of each question, to compare another run with."""
    with path.open("w", encoding="utf-8") as output:
        for name, group in asked.items():
            for one in group:
                row = {"set": name, "turns": one.item.turns, "second": one.second, "result": asdict(one.result)}
                output.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_details(path: Path, sets: dict[str, TestSet]) -> dict[str, list[Asked]]:
    """What another run came to, for the items that are in the sets now; in the order of the sets.

    Raises ContentError when an item is not there.
    """
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    by_turns = {tuple(row["turns"]): row for row in rows}
    found: dict[str, list[Asked]] = {}
    for name, one in sets.items():
        missing = [item.turns for item in one.items if item.turns not in by_turns]
        if missing:
            raise ContentError(str(path), f"{len(missing)} vragen van {name} staan er niet in")
        found[name] = [_asked(item, by_turns[item.turns]) for item in one.items]
    return found


def _asked(item: Item, row: dict) -> Asked:
    raw = row["result"]
    result = Uitslag(
        **{
            **raw,
            "uitkomst": Uitkomst(raw["uitkomst"]),
            "ranking": tuple(raw["ranking"]),
            "kandidaten": tuple(raw["kandidaten"]),
        }
    )
    return Asked(item, result, row["second"])


def product_questions(asked: Sequence[Asked]) -> list[Asked]:
    """Those that are no test of a dialogue act."""
    return [one for one in asked if one.vraag.act is None]
