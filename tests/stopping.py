"""Stopping a Sanic server that runs in a thread of a test."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time

from sanic import Sanic

AGAIN = 2.0
"""Seconds after which a server that is still there is asked again."""


def stop_thread(loop: asyncio.AbstractEventLoop, app: Sanic, thread: threading.Thread, patience: float) -> None:
    """Ask a server to stop, and wait until its thread has ended.

    Asked between the end of its start and the begin of its work, Sanic forgets it, and believes that it is stopping already.
    """

    def stop() -> None:
        app.is_stopping = False
        app.stop()

    deadline = time.monotonic() + patience
    while thread.is_alive():
        assert time.monotonic() < deadline, "de server stopte niet"
        with contextlib.suppress(RuntimeError):  # it just closed its loop
            loop.call_soon_threadsafe(stop)
        thread.join(AGAIN)
