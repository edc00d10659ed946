"""Visitors of the chat, in a process of their own: `python -m bench.chat_client`, a request as JSON on stdin.

Every visitor keeps a stream open. Messages go out at a fixed pace, each from another visitor; the time counts from sending
until the answer arrives through that visitor's stream.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx

TIMEOUT = 30.0
REPORT_EVERY = 20


class Visitor:
    """One browser: a session, its stream, and the messages it waits for."""

    def __init__(self, http: httpx.AsyncClient, base: str) -> None:
        self._http, self._base = http, base
        self._headers: dict[str, str] = {}
        self._asked: dict[str, float] = {}
        """Time of sending, per id of an own message that has no answer yet."""
        self._numbers: dict[int, str] = {}
        self.milliseconds: list[float] = []
        self.connected = asyncio.Event()

    async def begin(self) -> None:
        """Begin a conversation."""
        answer = await self._http.post(f"{self._base}/sessions", json={})
        answer.raise_for_status()
        self._headers = {"authorization": f"Bearer {answer.json()['token']}"}

    async def listen(self) -> None:
        """Keep the stream open."""
        async with self._http.stream("GET", f"{self._base}/events", headers=self._headers, timeout=None) as stream:
            self.connected.set()
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    self._arrived(json.loads(line[6:]))

    async def say(self, text: str) -> None:
        """Send a message. One that is refused or lost never gets an answer, and is counted as such."""
        mark = str(uuid.uuid4())
        self._asked[mark] = time.perf_counter()
        with suppress(httpx.HTTPError):
            await self._http.post(f"{self._base}/messages", json={"id": mark, "tekst": text}, headers=self._headers)

    @property
    def waiting(self) -> int:
        """Messages without an answer in the stream."""
        return len(self._asked)

    def _arrived(self, event: dict[str, Any]) -> None:
        if event.get("van") == "bewoner" and event.get("id") in self._asked:
            self._numbers[event["nummer"]] = event["id"]
        elif event.get("van") == "vraagbaak" and self._numbers:
            # One message at a time per visitor: an answer belongs to the last one sent.
            mark = self._numbers.pop(max(self._numbers))
            self.milliseconds.append((time.perf_counter() - self._asked.pop(mark)) * 1000)


async def visit(
    base: str, questions: Sequence[str], visitors: int, per_second: float, seconds: float
) -> dict[str, Any]:
    """Open the streams and send at a steady pace."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=visitors)
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, limits=limits) as http:
        crowd = [Visitor(http, base) for _ in range(visitors)]
        for one in crowd:
            await one.begin()
        streams = [asyncio.create_task(one.listen()) for one in crowd]
        await asyncio.gather(*(one.connected.wait() for one in crowd))
        count, sent = round(per_second * seconds), []
        start = time.perf_counter()
        for number in range(count):
            await asyncio.sleep(max(start + number / per_second - time.perf_counter(), 0))
            sent.append(asyncio.create_task(crowd[number % visitors].say(questions[number % len(questions)])))
            if number % REPORT_EVERY == 0:
                print(json.dumps({"done": number, "total": count}), flush=True)
        await asyncio.gather(*sent)
        await asyncio.sleep(1)
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
        return {
            "milliseconds": [value for one in crowd for value in one.milliseconds],
            "sent": count,
            "unanswered": sum(one.waiting for one in crowd),
            "seconds": time.perf_counter() - start,
        }


def main() -> int:
    """Visit; returns the exit status."""
    request = json.load(sys.stdin)
    print(json.dumps({"result": asyncio.run(visit(**request))}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
