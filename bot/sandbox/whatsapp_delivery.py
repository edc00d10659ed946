"""Posting webhooks as Meta does: signed, again after anything but a 200, and as untidy as one asks for."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from bot.sandbox.whatsapp_values import Number
from bot.sandbox.whatsapp_webhooks import HEADER, Piece, envelope, raw, signature

logger = logging.getLogger(__name__)

KEPT = 2000
"""Posts that `log` remembers."""


@dataclass(frozen=True)
class Delivering:
    """How webhooks are posted. The plain way: one thing per post, in order, at once."""

    pauses: Sequence[float] = (1, 2, 5, 10, 30, 60, 300, 900, 3600)
    """Seconds before each next attempt; after the last it is given up."""
    timeout: float = 10.0
    """Seconds that an answer may take."""
    copies: int = 1
    """How many times each is posted, at the same moment."""
    late: float = 0.0
    """Seconds before the first attempt."""
    shuffle: bool = False
    """Whether what waits together is posted in another order."""
    batch: int = 1
    """Messages and statuses that may go in one post."""
    gather: float = 0.05
    """Seconds that is waited for others, when there is something to shuffle or to put together."""
    signature: Literal["right", "wrong", "absent"] = "right"
    parallel: int = 1
    """Posts at the same time; with 1 the next begins when the one before it was answered."""


@dataclass
class Post:
    """One request, with its attempts."""

    url: str
    pieces: tuple[Piece, ...]
    body: bytes
    answers: list[int] = field(default_factory=list)
    """HTTP status of each attempt; 0 when there was none."""

    @property
    def is_taken(self) -> bool:
        """Whether it was answered with 200."""
        return 200 in self.answers


class Webhooks:
    """The way out of a sandbox. `offer` from any thread; the rest happens in the event loop that `start` is called in."""

    def __init__(
        self,
        secret: str,
        address: Callable[[Number], str],
        done: Callable[[Piece, bool], None],
        options: Delivering | None = None,
    ) -> None:
        """Args: the app secret; where a number's webhooks go (empty is nowhere); what is told of the outcome of each."""
        self.options = options or Delivering()
        """May be replaced at any moment."""
        self.log: deque[Post] = deque(maxlen=KEPT)
        self.order = random.Random(7)  # noqa: S311 (shuffles, the same at each run)
        self._secret, self._address, self._done = secret, address, done
        self._lock = threading.Lock()
        self._pending = 0
        self._early: list[tuple[Piece, float]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> int:
        """Things offered that were not yet taken or given up."""
        with self._lock:
            return self._pending

    def start(self) -> None:
        """Begin, in the running event loop."""
        loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Piece] = asyncio.Queue()
        self._client = httpx.AsyncClient(trust_env=False)
        self._spawn(self._dispatch())
        with self._lock:
            self._loop, early, self._early = loop, self._early, []
        for piece, after in early:
            self._later(piece, after)

    async def stop(self) -> None:
        """End; what was not taken yet is forgotten."""
        with self._lock:
            self._loop = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def offer(self, *pieces: Piece, after: float = 0.0) -> None:
        """Post these, `after` some seconds."""
        with self._lock:
            self._pending += len(pieces)
            loop = self._loop
            if loop is None:
                self._early += [(piece, after) for piece in pieces]
                return
        for piece in pieces:
            loop.call_soon_threadsafe(self._later, piece, after)

    async def verify(self, url: str, token: str) -> bool:
        """Whether an address answers the verification request of a callback with the challenge."""
        challenge = str(secrets.randbelow(10**10))
        params = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
        try:
            answer = await self._client.get(url, params=params, timeout=self.options.timeout)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200 and answer.text == challenge

    def _later(self, piece: Piece, after: float) -> None:
        seconds = after + self.options.late
        if seconds > 0:
            asyncio.get_running_loop().call_later(seconds, self._queue.put_nowait, piece)
        else:
            self._queue.put_nowait(piece)

    async def _dispatch(self) -> None:
        running: set[asyncio.Task[None]] = set()
        while True:
            pieces = [await self._queue.get()]
            options = self.options
            if options.shuffle or options.batch > 1:
                await asyncio.sleep(options.gather)
                while not self._queue.empty():
                    pieces.append(self._queue.get_nowait())
            if options.shuffle:
                self.order.shuffle(pieces)
            for post in self._posts(pieces, options):
                if options.parallel == 1:
                    await self._first(post)
                    continue
                while len(running) >= options.parallel:
                    _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                running.add(self._spawn(self._first(post)))

    def _posts(self, pieces: Iterable[Piece], options: Delivering) -> Iterable[Sequence[Post]]:
        """Copies of each post."""
        of_address: dict[str, list[Piece]] = {}
        for piece in pieces:
            of_address.setdefault(self._address(piece.number), []).append(piece)
        for url, found in of_address.items():
            if not url:
                for piece in found:
                    self._finish(piece, False)
                continue
            for start in range(0, len(found), options.batch):
                chunk = tuple(found[start : start + options.batch])
                body = raw(envelope(*chunk))
                copies = [Post(url, chunk, body) for _ in range(options.copies)]
                self.log.extend(copies)
                yield copies

    async def _first(self, copies: Sequence[Post]) -> None:
        await asyncio.gather(*(self._attempt(post) for post in copies))
        left = [post for post in copies if not post.is_taken]
        if left:
            # Whoever waits for its turn does not wait for what went wrong.
            self._spawn(self._again(copies, left))
        else:
            self._end(copies)

    async def _again(self, copies: Sequence[Post], left: Sequence[Post]) -> None:
        for pause in self.options.pauses:
            await asyncio.sleep(pause)
            await asyncio.gather(*(self._attempt(post) for post in left))
            left = [post for post in left if not post.is_taken]
            if not left:
                break
        self._end(copies)

    def _end(self, copies: Sequence[Post]) -> None:
        taken = any(post.is_taken for post in copies)
        for piece in copies[0].pieces:
            self._finish(piece, taken)

    def _finish(self, piece: Piece, taken: bool) -> None:
        self._done(piece, taken)
        with self._lock:
            self._pending -= 1

    async def _attempt(self, post: Post) -> None:
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if self.options.signature != "absent":
            secret = self._secret if self.options.signature == "right" else "een-ander-geheim"
            headers[HEADER] = signature(secret, post.body)
        try:
            answer = await self._client.post(post.url, content=post.body, headers=headers, timeout=self.options.timeout)
        except httpx.HTTPError:
            post.answers.append(0)
        else:
            post.answers.append(answer.status_code)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("posting webhooks broke off: %s", type(error).__name__, exc_info=error)
