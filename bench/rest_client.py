"""Clients of the REST channel, in a process of their own: `python -m bench.rest_client`, a request as JSON on stdin."""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Sequence
from typing import Any

import httpx

TIMEOUT = 30.0
REPORT_EVERY = 20


def main() -> int:
    """Put one load on the channel; returns the exit status."""
    request = json.load(sys.stdin)
    print(json.dumps({"result": asyncio.run(load(**request))}), flush=True)
    return 0


async def load(
    url: str, questions: Sequence[str], clients: int, turns: int, seconds: float, fixed_sender: bool
) -> dict[str, Any]:
    """Let clients ask one question after the other, together `turns`, for at most `seconds`."""
    waiting = iter([questions[number % len(questions)] for number in range(turns)])
    milliseconds: list[float] = []
    errors = 0
    start = time.perf_counter()

    async def client(http: httpx.AsyncClient) -> None:
        nonlocal errors
        own = uuid.uuid4().hex
        for question in waiting:
            if time.perf_counter() - start > seconds:
                return
            body = {"sender": own if fixed_sender else uuid.uuid4().hex, "message": question}
            asked = time.perf_counter()
            good = await answered(http, url, body)
            milliseconds.append((time.perf_counter() - asked) * 1000)
            errors += not good
            if len(milliseconds) % REPORT_EVERY == 0:
                print(json.dumps({"done": len(milliseconds), "total": turns}), flush=True)

    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
        await asyncio.gather(*(client(http) for _ in range(clients)))
    return {"milliseconds": milliseconds, "errors": errors, "seconds": time.perf_counter() - start}


async def answered(http: httpx.AsyncClient, url: str, body: dict[str, str]) -> bool:
    """Whether a message gets at least one reply."""
    try:
        answer = await http.post(url, json=body)
        return answer.status_code == 200 and bool(answer.json())
    except (httpx.HTTPError, json.JSONDecodeError):
        return False


if __name__ == "__main__":
    sys.exit(main())
