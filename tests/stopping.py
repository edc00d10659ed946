"""Stopping a Sanic server that runs in a thread of a test."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable


def stop_thread(
    loop: asyncio.AbstractEventLoop, stop: Callable[[], None], thread: threading.Thread, patience: float
) -> None:
    """Ask a server to stop, and wait until its thread has ended.

    Asked again and again: what is asked between the end of its start and the begin of its work, Sanic forgets.
    """
    deadline = time.monotonic() + patience
    while thread.is_alive():
        assert time.monotonic() < deadline, "de server stopte niet"
        with contextlib.suppress(RuntimeError):  # it just closed its loop
            loop.call_soon_threadsafe(stop)
        thread.join(0.5)
