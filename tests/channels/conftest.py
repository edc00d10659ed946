"""Engines with the WhatsApp channel, and a Meta to talk with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.whatsapp_server import Phone, World, write_settings
from tests.whatsapp.server import Sandbox


@pytest.fixture(scope="session")
def meta_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("meta"), real_time=True)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def world(meta_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An installation without an engine: `start` makes one."""
    made = World(meta_sandbox, write_settings(tmp_path, meta_sandbox.root), monkeypatch.setenv)
    yield made
    made.stop()
    meta_sandbox.forget()


@pytest.fixture
def phone(world: World) -> Phone:
    """Ans, with an engine at the other side."""
    world.start()
    return Phone(world)
