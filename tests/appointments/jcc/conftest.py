"""A running JCC sandbox for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.appointments.jcc.server import Sandbox


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("jcc"))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The sandbox: empty, at its own time, and all goes well until the test says otherwise."""
    running.reset()
    yield running
    running.faults.clear()
