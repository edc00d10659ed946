"""A whole installation as `vraagbaak start` runs it: until it is ready, under load, and when a text changes."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

import httpx

from bench.contenders.engine import stamp
from bench.machine import arguments_of, descendants, rss_mb
from bench.processes import Follow, ProcessFailed, end, read_lines, run_module
from bench.results import Edit, Installation, Load, Visit
from bot.cli.start import rest_url
from bot.settings import ROOT, Settings

READY = "Stoppen: Ctrl-C"
"""What `vraagbaak start` says when questions are answered."""
READY_LIMIT, STOP_LIMIT, EDIT_LIMIT = 300.0, 30.0, 15.0
POLL_EVERY = 0.02
KINDS = ((1, False), (8, False), (1, True), (8, True))
"""(clients, fixed sender) of each load."""
VISITORS, PER_SECOND, VISIT_SECONDS = 200, 20.0, 30.0
"""Open streams, messages a second, and how long."""
EDITED, ASKED = "container-niet-geleegd", "mijn container is niet geleegd"
"""The product that is edited, and the question that it answers."""


def measure(
    settings: Settings,
    questions: Sequence[str],
    folder: Path,
    env: dict[str, str],
    quick: bool,
    follow: Callable[[str], Follow],
) -> Installation:
    """Start, measure and stop. What goes wrong stands in the result, with what was measured before it.

    Args:
        settings: data folder, models folder and ports of this installation.
        questions: what the clients ask.
        folder: for logs and changed texts.
        env: environment of child processes.
        quick: whether to take only a small sample.
        follow: gives, for the name of a step, what is told of its progress.
    """
    found: dict[str, Any] = {"loads": [], "edits": []}
    try:
        stamp(settings)
        began = time.perf_counter()
        with running(env, follow("starting")) as process:
            found["ready_seconds"] = time.perf_counter() - began
            engine = engine_process(process.pid)
            found["rss_ready_mb"] = rss_mb(engine)
            for clients, fixed in KINDS:
                name = f"{clients} client{'s' * (clients > 1)}, {'fixed' if fixed else 'fresh'} sender"
                found["loads"].append(
                    put_load(rest_url(settings), questions, clients, fixed, folder, env, quick, follow(name))
                )
            found["rss_after_mb"] = rss_mb(engine)
            found["visit"] = put_visit(settings, questions, engine, folder, env, quick, follow("chat"))
            tell = follow("edits")
            count = 2 if quick else 10
            for number in range(count):
                found["edits"].append(edit(settings, folder, env))
                tell(number + 1, count, "")
    except (ProcessFailed, httpx.HTTPError, ValueError) as error:
        return Installation(problem=str(error) or type(error).__name__, **found)
    return Installation(**found)


@contextmanager
def running(env: dict[str, str], follow: Follow) -> Iterator[subprocess.Popen[str]]:
    """An installation that answers. Raises ProcessFailed when it does not start."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli.main", "start"],
        cwd=ROOT,
        env={**env, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        _wait_until_ready(process, follow)
        yield process
    finally:
        # `start` stops its own children on Ctrl-C.
        end(process, patience=STOP_LIMIT)


def put_load(
    url: str,
    questions: Sequence[str],
    clients: int,
    fixed_sender: bool,
    folder: Path,
    env: dict[str, str],
    quick: bool,
    follow: Follow,
) -> Load:
    """One load, by clients in a process of their own; bounded in turns and in time."""
    turns = (10 if quick else 200) * (1 if clients == 1 else 2)
    request = {
        "url": url,
        "questions": list(questions),
        "clients": clients,
        "turns": turns,
        "seconds": 15 if quick else 90,
        "fixed_sender": fixed_sender,
    }
    found = run_module(["bench.rest_client"], request, env=env, log=folder / "clients.log", limit=180, follow=follow)
    return Load(clients, fixed_sender, turns, found["seconds"], found["milliseconds"], found["errors"])


def put_visit(
    settings: Settings,
    questions: Sequence[str],
    engine: int,
    folder: Path,
    env: dict[str, str],
    quick: bool,
    follow: Follow,
) -> Visit:
    """Visitors of the chat, by a process of its own."""
    visitors, per_second, seconds = (10, 5.0, 4.0) if quick else (VISITORS, PER_SECOND, VISIT_SECONDS)
    request = {
        "base": f"http://{settings.host}:{settings.engine_port}/webhooks/webchat",
        "questions": list(questions),
        "visitors": visitors,
        "per_second": per_second,
        "seconds": seconds,
    }
    before, highest = rss_mb(engine), [rss_mb(engine)]

    def look(done: int, total: int, tail: str) -> None:
        highest.append(rss_mb(engine))
        follow(done, total, tail)

    found = run_module(["bench.chat_client"], request, env=env, log=folder / "visitors.log", limit=180, follow=look)
    known = [value for value in highest if value is not None]
    return Visit(
        visitors=visitors,
        per_second=per_second,
        sent=found["sent"],
        unanswered=found["unanswered"],
        milliseconds=found["milliseconds"],
        rss_before_mb=before,
        rss_during_mb=max(known, default=None),
    )


def edit(settings: Settings, folder: Path, env: dict[str, str]) -> Edit:
    """Import a changed text and ask until it is answered. Raises ProcessFailed when that does not happen in time."""
    mark = f"Zin {uuid.uuid4().hex[:8]}."
    path = changed_text(settings, folder, mark)
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "products", "import", str(path)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    imported = time.perf_counter()
    if done.returncode:
        raise ProcessFailed(f"the import failed: {done.stderr.strip()[-200:]}")
    with httpx.Client(timeout=30, trust_env=False) as http:
        while time.perf_counter() - imported < EDIT_LIMIT:
            answer = http.post(rest_url(settings), json={"sender": uuid.uuid4().hex, "message": ASKED}).json()
            if any(mark in reply.get("text", "") for reply in answer):
                return Edit(imported - began, time.perf_counter() - imported)
            time.sleep(POLL_EVERY)
    raise ProcessFailed(f"a changed text of {EDITED} was not answered within {EDIT_LIMIT:.0f} s")


def changed_text(settings: Settings, folder: Path, mark: str) -> Path:
    """A copy of the product file in which the short answer is the mark."""
    original = next(settings.path(settings.products_dir).glob(f"*/{EDITED}.md"), None)
    if original is None:
        raise ProcessFailed(f"there is no product {EDITED} to edit")
    head, _, body = original.read_text(encoding="utf-8").rpartition("---\n")
    _, _, sections = body.partition("\n## ")
    path = folder / original.parent.name / original.name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{head}---\n{mark}\n" + (f"\n## {sections}" if sections else ""), encoding="utf-8")
    return path


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def engine_process(parent: int) -> int:
    """The `rasa run` process of an installation. Raises ProcessFailed when there is none."""
    for pid in descendants(parent):
        arguments = arguments_of(pid)
        if "rasa" in arguments and "run" in arguments:
            return pid
    raise ProcessFailed("no `rasa run` process was found below `vraagbaak start`")


def _wait_until_ready(process: subprocess.Popen[str], follow: Follow) -> None:
    lines = read_lines(process)
    said: list[str] = []
    deadline = time.monotonic() + READY_LIMIT
    while time.monotonic() < deadline:
        try:
            line = lines.get(timeout=0.5)
        except Empty:
            follow(0, 0, said[-1] if said else "")
            continue
        if line is None:
            raise ProcessFailed(f"it did not start: {said[-1] if said else 'it said nothing'}")
        said.append(line.strip())
        if READY in line:
            return
    raise ProcessFailed(f"it was not ready within {READY_LIMIT:.0f} s")
