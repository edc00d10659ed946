"""Child processes: started with a request, followed while they work, and ended in time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from bench.machine import descendants
from bench.task import NotAvailable
from bot.settings import ROOT

LOOK_EVERY = 0.5
TAIL = 4096
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Rasa draws its progress of training at this level; it goes to the log, of which the last line is shown.
    "LOG_LEVEL": "INFO",
}

Follow = Callable[[int, int, str], None]
"""Called now and then with: questions done, questions in all (0: not known), and what the process last wrote."""


class ProcessFailed(Exception):
    """A child process stopped with an error or took too long; the text says so in one line."""


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Environment of children: settings of the bench, no telemetry, Rasa's cache in the bench's own folder."""
    return {
        **os.environ,
        **QUIET,
        **settings,
        "PYTHONPATH": str(ROOT),
        "RASA_CACHE_DIRECTORY": str(folder / "rasa-cache"),
    }


def run_module(
    arguments: Sequence[str],
    request: Mapping[str, Any],
    *,
    env: Mapping[str, str],
    log: Path,
    limit: float,
    follow: Follow,
) -> Any:
    """Run `python -m ARGUMENTS` with a JSON request on stdin, and return its result.

    Args:
        arguments: module and its arguments.
        request: what it gets.
        env: its environment.
        log: where its standard error goes.
        limit: seconds after which it is ended.
        follow: told of its progress.

    Raises:
        NotAvailable: it said that it cannot run here.
        ProcessFailed: it failed or took too long.
    """
    deadline = time.monotonic() + limit
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
    try:
        return _converse(process, request, deadline, log, follow)
    except TimeoutError as error:
        raise ProcessFailed(f"ended after {limit:.0f} s, the limit") from error
    finally:
        end(process)


def end(process: subprocess.Popen[str], patience: float = 0.0) -> None:
    """End a process that `start_new_session` gave a group of its own, with all it started.

    With patience it first gets a Ctrl-C, and that many seconds to stop by itself.
    """
    if process.poll() is None and patience:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    if process.poll() is None:
        # Its children may have groups of their own.
        below = list(descendants(process.pid))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pid in below:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()


def read_lines(process: subprocess.Popen[str]) -> Queue[str | None]:
    """What a process writes, line by line as it comes, and None when it closes. It never has to wait for its reader."""
    lines: Queue[str | None] = Queue()
    stream = process.stdout
    assert stream is not None

    def read() -> None:
        # ValueError: the stream was closed while reading, because the process was ended.
        with suppress(ValueError):
            for line in stream:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def last_line(log: Path) -> str:
    """What stands last in a log; progress bars write over their line, so that is the last of those."""
    try:
        with log.open("rb") as file:
            file.seek(max(log.stat().st_size - TAIL, 0))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n") if line.strip()]
    return lines[-1] if lines else ""


def _converse(
    process: subprocess.Popen[str], request: Mapping[str, Any], deadline: float, log: Path, follow: Follow
) -> Any:
    assert process.stdin is not None
    lines = read_lines(process)
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(request))
        process.stdin.close()
    done, total = 0, 0
    while time.monotonic() < deadline:
        try:
            line = lines.get(timeout=LOOK_EVERY)
        except Empty:
            follow(done, total, last_line(log))
            continue
        if line is None:
            raise ProcessFailed(f"status {process.wait()}: {last_line(log) or 'it wrote no reason'}")
        said = json.loads(line)
        if "unavailable" in said:
            raise NotAvailable(said["unavailable"])
        if "result" in said:
            return said["result"]
        done, total = said["done"], said["total"]
        follow(done, total, "")
    raise TimeoutError
