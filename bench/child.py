"""One contender in a process of its own: `python -m bench.child {build,answer} MODULE`, a request as JSON on stdin.

It writes JSON lines: {"done": n, "total": n} on the way, at the end {"result": ...} or {"unavailable": reason}.
Whatever libraries print goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO, cast

from bench.machine import rss_mb
from bench.task import ContenderModule, NotAvailable, Task

WARM_UP = "Wat kost een uittreksel?"
REPORT_EVERY = 20
KEPT = 5
"""Products of a ranking that are handed back."""

Say = Callable[[dict[str, Any]], None]


def main() -> int:
    """Do one stage; returns the exit status."""
    stage, module = sys.argv[1:3]
    channel = _own_channel()

    def say(line: dict[str, Any]) -> None:
        channel.write(json.dumps(line, ensure_ascii=False) + "\n")
        channel.flush()

    request = json.load(sys.stdin)
    task = Task(**request["task"])
    try:
        result = build(module, task) if stage == "build" else answer(module, task, request["questions"], say)
        say({"result": result})
    except NotAvailable as reason:
        say({"unavailable": str(reason)})
    return 0


def build(module: str, task: Task) -> dict[str, Any]:
    """Gather and build; the seconds are those of building."""
    contender = _module(module)
    data = contender.gather(task)
    start = time.perf_counter()
    built = contender.build(task, data)
    seconds = time.perf_counter() - start
    return {"seconds": seconds if built.timed else None, "note": built.note}


def answer(module: str, task: Task, questions: list[str], say: Say) -> dict[str, Any]:
    """Load what was built and answer: rankings, times, and how much memory that took.

    Loading counts from an interpreter that has imported nothing of the contender until a first question is answered.
    """
    before, start = rss_mb(), time.perf_counter()
    rank = _module(module).load(task)
    rank(WARM_UP)
    start_seconds = time.perf_counter() - start
    rankings, milliseconds = [], []
    for number, question in enumerate(questions, 1):
        start = time.perf_counter()
        ranking = rank(question)
        milliseconds.append((time.perf_counter() - start) * 1000)
        rankings.append(list(ranking[:KEPT]))
        if number % REPORT_EVERY == 0 or number == len(questions):
            say({"done": number, "total": len(questions)})
    after = rss_mb()
    return {
        "rankings": rankings,
        "milliseconds": milliseconds,
        "start_seconds": start_seconds,
        "rss_mb": after - before if after is not None and before is not None else None,
    }


def _module(name: str) -> ContenderModule:
    return cast(ContenderModule, importlib.import_module(f"bench.contenders.{name}"))


def _own_channel() -> TextIO:
    """Standard output for our lines alone: whatever else is printed goes to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


if __name__ == "__main__":
    sys.exit(main())
