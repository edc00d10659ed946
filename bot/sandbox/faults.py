"""Faults that a sandbox can be told to have, so that tests and demonstrations see what happens then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

Kind = Literal["down", "slow", "late", "lost", "status", "garbled", "page", "shape"]
Handle = Callable[[], Awaitable[HTTPResponse]]
_LONG = 600.0
_CODES = {400: "invalid", 401: "not_authenticated", 403: "permission_denied", 404: "not_found", 409: "conflict"}


@dataclass
class Fault:
    """Something that goes wrong.

    Kinds:
        down: the connection breaks, nothing is done.
        slow: it is done after `seconds`, and answered then.
        late: as slow, and it is also done when nobody waits for the answer any more.
        lost: it is done at once, and the answer comes `seconds` later; 0 breaks the connection instead.
        status: nothing is done; the answer has `status` and the body of a problem.
        garbled: it is done; half of the answer comes back, which is no JSON.
        page: nothing is done; a login page of something else answers, with `status`.
        shape: it is done; the answer is JSON, but of another shape.
    """

    kind: Kind
    method: str = ""
    """Only requests with this method; empty is all."""
    path: str = ""
    """Only requests with this in their path."""
    status: int = 200
    seconds: float = 0.0
    skip: int = 0
    """Requests that still go well first."""
    times: int | None = None
    """How many requests it happens to; None is all."""


class Faults:
    """The faults of one sandbox. Add and clear them from any thread."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._running: set[asyncio.Task[HTTPResponse]] = set()
        self.late_answers: list[int] = []
        """Statuses of what was done late; whoever asked may not have waited for it."""

    def add(self, kind: Kind, **fields: object) -> None:
        """Let something go wrong from now on; the fields are those of Fault."""
        self._faults.append(Fault(kind, **fields))  # type: ignore[arg-type]

    def clear(self) -> None:
        """Let everything go well again."""
        self._faults, self.late_answers = [], []

    async def around(self, request: Request, handle: Handle) -> HTTPResponse:
        """Answer a request by `handle`, or as the fault that it meets wants."""
        fault = self._take(request)
        if fault is None:
            return await handle()
        if fault.kind == "down":
            return await _break(request)
        if fault.kind == "status":
            # Without API-version, as an error of a proxy comes.
            code = _CODES.get(fault.status, "error")
            contents = {"type": "about:blank", "title": "Storing", "status": fault.status, "code": code, "detail": ""}
            contents["instance"] = "urn:uuid:00000000-0000-4000-8000-000000000000"
            return response.json(contents, fault.status, content_type="application/problem+json")
        if fault.kind == "page":
            return response.html("<!doctype html><title>Inloggen</title>", fault.status)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return await handle()
        if fault.kind == "late":
            task = asyncio.ensure_future(self._later(fault.seconds, handle))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            return await asyncio.shield(task)
        answer = await handle()
        if fault.kind == "lost":
            if not fault.seconds:
                return await _break(request)
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "garbled" and answer.body:
            answer.body = answer.body[: len(answer.body) // 2]
        elif fault.kind == "shape" and answer.body:
            answer.body = b'{"results": "geen lijst", "uuid": 7}'
        return answer

    async def _later(self, seconds: float, handle: Handle) -> HTTPResponse:
        await asyncio.sleep(seconds)
        answer = await handle()
        self.late_answers.append(answer.status)
        return answer

    def _take(self, request: Request) -> Fault | None:
        for fault in list(self._faults):
            if fault.method not in ("", request.method) or fault.path not in request.path or fault.times == 0:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
            return fault
        return None


async def _break(request: Request) -> HTTPResponse:
    assert request.transport is not None
    request.transport.abort()  # type: ignore[attr-defined]
    # The lost connection ends this task.
    await asyncio.sleep(_LONG)
    return response.empty()
