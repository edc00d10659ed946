"""Running sandboxes for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.appointments.qmatic.server import Sandbox

Serve = Callable[..., Sandbox]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Sandbox]]:
    """Sandboxes that go on running from test to test, by their options."""
    sandboxes: dict[str, Sandbox] = {}
    yield sandboxes
    for sandbox in sandboxes.values():
        sandbox.stop()


@pytest.fixture
def serve(running: dict[str, Sandbox], tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Gives sandboxes, empty and without faults."""

    def start(**options: object) -> Sandbox:
        key = repr(sorted(options.items()))
        if key not in running:
            running[key] = Sandbox(tmp_path_factory.mktemp("qmatic"), **options)
        running[key].reset()
        return running[key]

    return start


@pytest.fixture
def sandbox(serve: Serve) -> Sandbox:
    return serve()
