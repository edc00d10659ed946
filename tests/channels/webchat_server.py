"""The webchat channel as it runs in the engine, with a stand-in for Rasa behind it."""

from __future__ import annotations

import asyncio
import http.client
import json
import queue
import socket
import threading
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.channels.webchat import WebchatChannel
from tests.stopping import stop_thread

T = TypeVar("T")
PATIENCE = 10.0
"""Seconds after which something that should happen has not happened."""
browser = httpx.Client(timeout=PATIENCE, verify=False, limits=httpx.Limits(max_keepalive_connections=0))
"""One for all requests: making a client, with its certificates, takes longer than a request."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(look: Callable[[], T]) -> T:
    """What `look` gives, as soon as it is something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("het gebeurde niet")


class Bot:
    """Stands in for Rasa: `reply` decides what happens with a message."""

    def __init__(self) -> None:
        self.heard: list[UserMessage] = []
        self.reply: Callable[[UserMessage], Awaitable[None]] = self.answers

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        await self.reply(message)

    async def answers(self, message: UserMessage) -> None:
        await message.output_channel.send_response(
            message.sender_id,
            {
                "text": "U vraagt het aan **bij de balie**.",
                "buttons": [{"title": "Kosten", "payload": "Kosten"}],
                "product": "paspoort-aanvragen",
                "bronnen": ["https://wetten.overheid.nl/BWBR0005212"],
            },
        )

    async def silent(self, message: UserMessage) -> None:
        """Says nothing."""

    async def raises(self, message: UserMessage) -> None:
        raise RuntimeError(f"kan niet omgaan met {message.text}")


class Slow:
    """A reply that waits until the test lets it go."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self.begun, self.go = threading.Event(), threading.Event()

    async def __call__(self, message: UserMessage) -> None:
        self.begun.set()
        while not self.go.is_set():
            await asyncio.sleep(0.01)
        await self._bot.answers(message)


class Running:
    """A Sanic application that is served in a thread of its own."""

    def __init__(self, app: Sanic, port: int) -> None:
        self._app = app
        # Sanic rewrites its own methods at a start; only so it can start a second time in one process.
        Sanic.test_mode = True
        started = threading.Event()

        @app.listener("after_server_start")
        async def ready(_app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            self._loop = loop
            started.set()

        def run() -> None:
            app.run("127.0.0.1", port, register_sys_signals=False, access_log=False, motd=False)

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        until(lambda: started.is_set() or not self._thread.is_alive())
        assert started.is_set(), "de server begon niet"

    def stop(self) -> None:
        """Stop as a process does that is asked to, and wait until it has."""
        stop_thread(self._loop, self._app, self._thread, PATIENCE)


class Server(Running):
    """The channel's routes on a port of their own."""

    def __init__(self, channel: WebchatChannel) -> None:
        self.bot = Bot()
        self.url = f"http://127.0.0.1:{(port := free_port())}/webhooks/webchat"
        app = Sanic(f"test_{uuid.uuid4().hex}", configure_logging=False)
        app.blueprint(channel.blueprint(self.bot), url_prefix="/webhooks/webchat")
        super().__init__(app, port)


class Resident:
    """A browser with a conversation of its own."""

    def __init__(self, url: str, gemeente: str = "voorbeeldstad") -> None:
        self.url = url
        begun = browser.post(f"{url}/sessions", json={"gemeente": gemeente})
        assert begun.status_code == 201, begun.text
        self.token = begun.json()["token"]

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def post(self, path: str, body: Any = None, timeout: float = PATIENCE, **kwargs: Any) -> httpx.Response:
        headers = self.headers | kwargs.pop("headers", {})
        # By json.dumps, which can write half a character; httpx cannot.
        return browser.post(f"{self.url}/{path}", content=json.dumps(body), headers=headers, timeout=timeout, **kwargs)

    def say(self, tekst: object, client_id: object = None, **kwargs: Any) -> httpx.Response:
        return self.post("messages", {"id": client_id or str(uuid.uuid4()), "tekst": tekst}, **kwargs)

    def say_and_leave(self, tekst: str, slow: Slow, client_id: str | None = None) -> None:
        """Say something, and go away while the bot is answering."""
        connection = http.client.HTTPConnection(*self.url.split("/")[2].split(":"))
        body = json.dumps({"id": client_id or str(uuid.uuid4()), "tekst": tekst})
        connection.request("POST", "/webhooks/webchat/messages", body, self.headers)
        assert slow.begun.wait(PATIENCE)
        connection.close()

    def read(self, na: object = 0, **kwargs: Any) -> httpx.Response:
        headers = self.headers | kwargs.pop("headers", {})
        return browser.get(f"{self.url}/messages", params={"na": na}, headers=headers, **kwargs)

    def messages(self, na: int = 0) -> list[dict[str, Any]]:
        return self.read(na).json()["berichten"]  # type: ignore[no-any-return]

    def erase(self) -> httpx.Response:
        return browser.request("DELETE", f"{self.url}/session", headers=self.headers)

    def stream(self, after: int | None = None) -> Stream:
        headers = self.headers | ({} if after is None else {"last-event-id": str(after)})
        return Stream(f"{self.url}/events", headers)


class Stream:
    """An open stream; a thread reads along, `next` gives what arrived."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._client = httpx.Client(timeout=httpx.Timeout(PATIENCE, read=30), verify=False)
        self._arrived: queue.Queue[tuple[str, int | None, Any] | None] = queue.Queue()
        self._opened = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(url, headers), daemon=True)
        self._thread.start()
        assert self._opened.wait(PATIENCE)

    def _read(self, url: str, headers: dict[str, str]) -> None:
        fields: dict[str, str] = {}
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                self.answer = answer
                for line in answer.iter_lines():
                    self._opened.set()
                    name, _, value = line.partition(": ")
                    if line:
                        fields[name] = value
                        continue
                    if "data" in fields:
                        number = int(fields["id"]) if "id" in fields else None
                        self._arrived.put((fields["event"], number, json.loads(fields["data"])))
                    fields = {}
        except httpx.HTTPError:
            pass
        finally:
            self._opened.set()
            self._arrived.put(None)

    def next(self) -> tuple[str, int | None, Any] | None:
        """(kind, number, data) of what arrived; None when the stream has ended."""
        return self._arrived.get(timeout=PATIENCE)

    def numbers(self, count: int) -> list[int | None]:
        """Numbers of the next messages."""
        return [event[1] for event in (self.next() for _ in range(count)) if event]

    def close(self) -> None:
        self._client.close()
