"""A whole installation with its own data folder and ports, as `make run` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.cli.start import child_environment, engine_command
from bot.connections import sandbox_url
from bot.database import open_database
from bot.settings import ROOT, load_settings

PATIENCE = 60.0
"""Seconds that an engine gets to load its model."""
PLENTY = "100000/minute"
"""A limit that tests do not reach."""


def free_ports(count: int) -> list[int]:
    """Different ports that are free now."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Installation:
    """Engine, action server and website; stopped at the end of a `with`."""

    def __init__(self, data_dir: Path) -> None:
        engine_port, actions_port, web_port, sandbox_port = free_ports(4)
        self.settings = replace(
            load_settings(),
            data_dir=str(data_dir),
            engine_port=engine_port,
            actions_port=actions_port,
            web_port=web_port,
            sandbox_port=sandbox_port,
            web_url=f"http://localhost:{web_port}",
            chat_url=f"http://localhost:{engine_port}",
            webchat_per_session=PLENTY,
            webchat_per_address=PLENTY,
            webchat_sessions_per_address=PLENTY,
        )
        self._own_engine: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the website."""
        return self.settings.public_web_url

    @property
    def chat_url(self) -> str:
        """Address of the chat's channel in the engine."""
        return f"{self.settings.public_chat_url}/webhooks/webchat"

    @property
    def sandbox_url(self) -> str:
        """Address of the imitated back office."""
        return sandbox_url(self.settings)

    @property
    def database(self) -> Engine:
        """The installation's own database."""
        return open_database(self.settings.catalog_url)

    def rows(self, query: str, **values: object) -> list[tuple[object, ...]]:
        """What the database says."""
        with self.database.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query), values)]

    def stored(self) -> bytes:
        """All bytes of the databases, with what SQLite deleted but did not overwrite."""
        folder = self.settings.path(self.settings.data_dir)
        return b"".join(path.read_bytes() for path in sorted(folder.glob("*.sqlite*")))

    def __enter__(self) -> Installation:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli.main", "start"],
            cwd=ROOT,
            env={**os.environ, **self.settings.as_env(), "TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        output = []
        for line in self._process.stdout:
            output.append(line)
            if "Stoppen: Ctrl-C" in line:
                return self
        raise AssertionError("niet gestart:\n" + "".join(output))

    def __exit__(self, *_: object) -> None:
        if self._own_engine:
            self._own_engine.kill()
            self._own_engine.wait()
            self._process.send_signal(signal.SIGCONT)
        with suppress(ProcessLookupError):
            self._process.terminate()
        self._process.wait(30)

    def kill_engine(self) -> None:
        """End the engine at once, as a crash does. The starter is held, or it would stop the rest as well."""
        self._process.send_signal(signal.SIGSTOP)
        os.kill(self._engine_pid(), signal.SIGKILL)

    def start_engine(self) -> None:
        """Start an engine with the same environment, and wait until it is ready."""
        log = self.settings.path(self.settings.data_dir) / "logs" / "engine-2.log"
        with log.open("wb") as output:
            self._own_engine = subprocess.Popen(
                engine_command(self.settings),
                cwd=ROOT,
                env=child_environment(self.settings),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.chat_url}/", timeout=3).status_code == 200:
                    return
            time.sleep(0.2)
        raise AssertionError(f"de engine kwam niet terug; zie {log}")

    def _engine_pid(self) -> int:
        wanted = ["rasa", "run"], ["--port", str(self.settings.engine_port)]
        for pid in Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split():
            command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            if all(_follows(command, pair) for pair in wanted):
                return int(pid)
        raise AssertionError("geen engine gevonden")


def _follows(command: list[str], pair: list[str]) -> bool:
    return any(command[index : index + 2] == pair for index in range(len(command)))
