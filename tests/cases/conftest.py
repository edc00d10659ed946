"""A running sandbox for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.server import Sandbox


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("openzaak"))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The sandbox, in which all goes well until the test says otherwise. Tests leave its contents as they are."""
    running.faults.clear()
    yield running
    running.faults.clear()


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of this test alone, three results on a page; its contents may be changed."""
    sandbox = Sandbox(tmp_path, page_size=3)
    yield sandbox
    sandbox.stop()
