"""Waiting for the database, a file or a mail server beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Run a function that blocks in a thread, and give what it returns or raises."""
    return await asyncio.get_running_loop().run_in_executor(None, partial(function, *arguments, **named))
