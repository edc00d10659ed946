"""The three systems for appointments that the stories run on: the own agenda, and the imitations of JCC and Qmatic."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from bot.appointment_systems import agenda_config
from bot.appointments.agenda.backend import Agenda
from bot.appointments.agenda.tables import agenda_afspraak, agenda_cel
from bot.appointments.backend import AppointmentBackend
from bot.appointments.errors import SlotTaken
from bot.appointments.jcc import JccBackend
from bot.appointments.qmatic import QmaticBackend
from bot.appointments.values import Keus, Klant
from bot.catalog.gemeente import Gemeente
from bot.sandbox.jcc_world import PASPOORT, RIJBEWIJS, VOORBEELDSTAD
from bot.sandbox.qmatic_world import WORLD
from bot.settings import ROOT
from tests.appointments.jcc.server import Sandbox as JccSandbox
from tests.appointments.qmatic.server import Sandbox as QmaticSandbox

GEMEENTEN = {"agenda": "voorbeeldstad", "jcc": "jccstad", "qmatic": "qmaticstad"}
ANDER = Klant(
    achternaam="Ander",
    voorletters="A.",
    geboortedatum=datetime(1970, 1, 2).date(),
    email="ander@voorbeeld.example",
    telefoon="0612345679",
)
Now = Callable[[], datetime]


def write_gemeenten(folder: Path) -> None:
    """The municipalities of the project, one for each supplier, and one that makes no appointments here."""
    for path in (ROOT / "gemeenten").glob("*.yml"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    base = yaml.safe_load((ROOT / "gemeenten" / "voorbeeldstad.yml").read_text(encoding="utf-8"))
    systems: dict[str, dict[str, Any]] = {
        "jcc": {
            "url": "https://jcc.example/api/warp/v1/",
            "client_id": "vraagbaak",
            "producten": {"paspoort-aanvragen": {"dienst": PASPOORT}, "rijbewijs-verlengen": {"dienst": RIJBEWIJS}},
        },
        "qmatic": {
            "url": "https://qmatic.example/public/api/",
            "vragen": ["achternaam", "geboortedatum", "email", "telefoon"],
            "producten": {"paspoort-aanvragen": {"dienst": "Paspoort"}, "rijbewijs-verlengen": {"dienst": "Rijbewijs"}},
        },
    }
    without = {key: value for key, value in base.items() if key != "afspraken"} | {"id": "zonderstad"}
    (folder / "zonderstad.yml").write_text(yaml.safe_dump(without, allow_unicode=True), encoding="utf-8")
    for systeem, afspraken in systems.items():
        id = GEMEENTEN[systeem]
        made = {**base, "id": id, "afspraken": {"systeem": systeem, **afspraken}}
        (folder / f"{id}.yml").write_text(yaml.safe_dump(made, allow_unicode=True), encoding="utf-8")


class Broken:
    """A system with things that go wrong: `fail` a method with an error, once or always, or give it another `answer`."""

    def __init__(self, inner: AppointmentBackend) -> None:
        self._inner = inner
        self._fails: dict[str, tuple[Exception, bool]] = {}
        self._answers: dict[str, Any] = {}
        self.calls: list[str] = []

    def fail(self, method: str, error: Exception, *, always: bool = False) -> None:
        self._fails[method] = (error, always)

    def answer(self, method: str, value: Any) -> None:
        self._answers[method] = value

    def mend(self) -> None:
        self._fails, self._answers, self.calls = {}, {}, []

    def kan(self) -> Any:
        return self._inner.kan()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            if name in self._fails:
                error, always = self._fails[name]
                if not always:
                    del self._fails[name]
                raise error
            if name in self._answers:
                return self._answers[name]
            return await method(*arguments, **named)

        return call


class System:
    """One system in a test: a backend that can be broken, and a look inside."""

    def __init__(
        self, naam: str, backend: AppointmentBackend, *, count: Callable[[], int], reset: Callable[[datetime], None]
    ) -> None:
        self.naam, self.gemeente = naam, GEMEENTEN[naam]
        self.inner = backend
        self.backend = Broken(backend)
        self.count, self.set = count, reset

    async def take(self, keuzen: tuple[Keus, ...], locatie: str, begin: datetime) -> None:
        """Let others have every place at a moment."""
        for _ in range(50):
            try:
                await self.inner.book(keuzen, locatie, begin, ANDER, "", uuid.uuid4().hex)
            except SlotTaken:
                return
        raise AssertionError("er bleef plaats")


def agenda(engine: sa.engine.Engine, gemeente: Gemeente, now: Now) -> System:
    """The own agenda of the project's municipality."""
    assert gemeente.afspraken is not None
    backend = Agenda(agenda_config(gemeente, gemeente.afspraken, {}), engine, now)

    def count() -> int:
        with engine.connect() as connection:
            query = (
                sa.select(sa.func.count()).select_from(agenda_afspraak).where(agenda_afspraak.c.verloopt_op.is_(None))
            )
            return int(connection.execute(query).scalar_one())

    def reset(_now: datetime) -> None:
        with engine.begin() as connection:
            connection.execute(sa.delete(agenda_cel))
            connection.execute(sa.delete(agenda_afspraak))

    return System("agenda", backend, count=count, reset=reset)


def jcc(sandbox: JccSandbox) -> System:
    """The imitation of JCC."""

    def reset(now: datetime) -> None:
        sandbox.reset()
        sandbox.klok.set(now)

    return System("jcc", JccBackend(sandbox.config()), count=lambda: len(sandbox.booked()), reset=reset)


def qmatic(sandbox: QmaticSandbox, now: Now) -> System:
    """The imitation of Qmatic."""

    def reset(moment: datetime) -> None:
        sandbox.reset()
        sandbox.clock.now = moment

    backend = QmaticBackend(sandbox.config(), now=now)
    return System("qmatic", backend, count=lambda: len(sandbox.appointments()), reset=reset)


def sandboxes(folder: Path) -> tuple[JccSandbox, QmaticSandbox]:
    """Both imitations, with their sample municipalities."""
    return JccSandbox(folder, VOORBEELDSTAD), QmaticSandbox(folder, world=WORLD)
