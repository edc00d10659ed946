"""Asking the running engine, which has the trained model in memory: why a question is answered so, and the gate.

The website and commands use this; the other side is `bot/channels/redactie.py`. Values in and out are plain.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import httpx
from sqlalchemy.engine import Engine

from bot.channels.editor_tokens import make_editor_token
from bot.channels.tokens import secret_of
from bot.errors import VraagbaakError
from bot.redactie import inbox, toetsvragen
from bot.redactie_change import Tekst, Wijziging, as_json, read_outcome
from bot.search.gate_values import BekendeVraag, Poortuitslag
from bot.settings import Settings

__all__ = ["EngineAway", "EngineRefused", "Tekst", "Wijziging", "explain", "extra_questions", "run_gate"]

UITLEG_SECONDEN = 20.0
STAP_SECONDEN = 60.0
"""Longest silence between two steps of the gate."""
_WEG = "De engine geeft geen antwoord. Probeer het over een minuut opnieuw, of vraag de beheerder of hij draait."
_ANDERS = "De engine gaf een antwoord dat niet te lezen was. Draaien engine en website dezelfde versie?"


class EngineAway(VraagbaakError):
    """The engine does not answer, or has not loaded its model yet: try again in a moment. The text is for the editor."""


class EngineRefused(VraagbaakError):
    """The engine does not carry it out: unknown municipality, a text that cannot be read. The text is for the editor."""


async def explain(
    settings: Settings,
    vraag: str,
    gemeente: str,
    wijziging: Wijziging | None = None,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
) -> dict[str, Any]:
    """What the assistant would do with a question and why, now or after a change.

    Args:
        settings: of this installation.
        vraag: any text.
        gemeente: a municipality's id; "" for central texts with the usual thresholds.
        wijziging: a change that is not live yet, to see it with.
        transport: can be set by tests.

    Returns:
        `bot.search.explain.Uitleg` as plain values, the names of its fields as keys, and `gemeente`.

    Raises:
        EngineAway, EngineRefused.
    """
    body = {"vraag": vraag, "gemeente": gemeente, "wijziging": as_json(wijziging) if wijziging else None}
    try:
        async with _client(settings, UITLEG_SECONDEN, transport) as client:
            answer = await client.post("/verklaar", json=body, headers=_headers(settings))
    except httpx.HTTPError as error:
        raise EngineAway(_WEG) from error
    _check(answer.status_code, answer.content)
    return _object(answer.content)


async def run_gate(
    settings: Settings,
    wijziging: Wijziging,
    extra: Sequence[BekendeVraag] = (),
    progress: Callable[[int, int], None] | None = None,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Poortuitslag:
    """Try a change on all known questions: the examples in the live texts (the engine has them) and `extra`.

    Args:
        settings: of this installation.
        wijziging: the change.
        extra: solved questions of the inbox and municipalities' own test questions (`extra_questions`).
        progress: is called with (done, total) now and then.
        transport: can be set by tests.

    Raises:
        EngineAway, EngineRefused.
    """
    body = {"wijziging": as_json(wijziging), "vragen": [asdict(one) for one in extra]}
    try:
        async with (
            _client(settings, STAP_SECONDEN, transport) as client,
            client.stream("POST", "/poort", json=body, headers=_headers(settings)) as answer,
        ):
            if answer.status_code != 200:
                _check(answer.status_code, await answer.aread())
            async for line in answer.aiter_lines():
                step = _object(line.encode())
                if step.get("soort") == "uitslag":
                    return _outcome(step)
                if step.get("soort") == "fout":
                    raise EngineAway(str(step.get("fout")))
                if progress is not None:
                    progress(int(step["gedaan"]), int(step["totaal"]))
    except httpx.HTTPError as error:
        raise EngineAway(_WEG) from error
    # It ended without an outcome: the engine stopped in the middle.
    raise EngineAway(_WEG)


def extra_questions(engine: Engine) -> list[BekendeVraag]:
    """The known questions beside the examples: those of the inbox that were solved, and the test questions of municipalities.

    `engine`: the database.
    """
    return [
        *(BekendeVraag(vraag, product, "postvak", gemeente) for vraag, product, gemeente in inbox.solved(engine)),
        *(BekendeVraag(one.vraag, one.verwacht, "toetsvraag", one.gemeente) for one in toetsvragen.listing(engine)),
    ]


def _client(settings: Settings, seconds: float, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    base = f"http://{settings.host}:{settings.engine_port}/webhooks/redactie"
    # `trust_env`: a proxy for the outside world has nothing to do between our own processes.
    return httpx.AsyncClient(base_url=base, timeout=seconds, trust_env=False, transport=transport)


def _headers(settings: Settings) -> dict[str, str]:
    return {"authorization": f"Bearer {make_editor_token(secret_of(settings))}"}


def _check(status: int, content: bytes) -> None:
    if status == 200:
        return
    fout = str(_object(content).get("fout") or _ANDERS) if status in (400, 500, 503) else _ANDERS
    if status == 400:
        raise EngineRefused(fout)
    if status == 401:
        raise EngineRefused(
            "De engine en de website hebben niet hetzelfde geheim: zet VRAAGBAAK_SECRET bij beide gelijk."
        )
    raise EngineAway(fout)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        raise EngineAway(_ANDERS) from None
    if not isinstance(found, dict):
        raise EngineAway(_ANDERS)
    return found


def _outcome(step: dict[str, Any]) -> Poortuitslag:
    try:
        return read_outcome(step["uitslag"])
    except (KeyError, TypeError, ValueError):
        raise EngineAway(_ANDERS) from None
