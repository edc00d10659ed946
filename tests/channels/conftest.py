"""Engines with the WhatsApp channel, and a Meta to talk with."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from bot.catalog import live
from bot.database import open_database, upgrade
from bot.sandbox.whatsapp_world import Clock
from tests.channels.whatsapp_server import Phone, World, write_gemeenten, write_settings
from tests.whatsapp.server import Sandbox

Make = Callable[..., World]


@pytest.fixture(scope="session")
def meta_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("meta"), real_time=True)
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables: copying one is quicker than making them."""
    path = tmp_path_factory.mktemp("leeg") / "vraagbaak.sqlite"
    engine = open_database(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def gemeenten(meta_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folder with municipalities of which the numbers have a template of this name; empty is none."""
    return lru_cache(
        lambda sjabloon: write_gemeenten(
            tmp_path_factory.mktemp("gemeenten") / "alle", meta_sandbox.root, sjabloon=sjabloon
        )
    )


_load_gemeenten = lru_cache(live.load_gemeenten)
"""Reading them takes longer than most tests."""


@pytest.fixture
def make_world(
    meta_sandbox: Sandbox,
    gemeenten: Callable[[str], Path],
    empty_database: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Make]:
    """Makes an installation without an engine. Keyword arguments: `sjabloon`, and those of Settings."""
    monkeypatch.setattr(live, "load_gemeenten", _load_gemeenten)
    made: list[World] = []

    def make(sjabloon: str = "", **settings: Any) -> World:
        found = write_settings(tmp_path, gemeenten(sjabloon), **settings)
        Path(found.data_dir).mkdir()
        shutil.copy(empty_database, Path(found.data_dir) / empty_database.name)
        made.append(World(meta_sandbox, found, monkeypatch.setenv))
        return made[-1]

    yield make
    # What Meta has to tell it tells while somebody listens: else it goes on trying.
    meta_sandbox.settle()
    for world in made:
        world.stop()
    meta_sandbox.world.clock = Clock()
    meta_sandbox.forget()


@pytest.fixture
def world(make_world: Make) -> World:
    """An installation without an engine: `start` makes one."""
    return make_world()


@pytest.fixture
def phone(world: World) -> Phone:
    """Ans, with an engine at the other side."""
    world.start()
    return Phone(world)
