"""The conversations in `overdracht/*.yml`: a resident in the webchat, employees at the desk, and the clock.

A step is what the resident says (`inwoner`) or does (`inwoner_doet`), what an employee does (`medewerker` with `doet` or `zegt`),
a moment that the clock reaches (`klok`), or an employee whose desk goes silent (`verbroken`). What must be so after it: words
of the assistant (`bot`), words that must not be there (`niet`), nothing at all (`stil`), choices (`keuzes`), product, outcome,
who has the conversation (`eigenaar`), why a human was asked for (`reden`), what the employee may read (`leest`, `leest_niet`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from actions import clock
from bot import takeover
from bot.catalog.live import gemeenten_of
from bot.catalog.opening_hours import TIJDZONE
from bot.channels.tokens import Sessie
from bot.channels.webchat import ASK_HUMAN
from bot.conversations import store
from bot.conversations.model import WEBCHAT, Nieuw
from bot.handoff import employees, queue
from bot.handoff.model import Uitkomst
from tests.conversations.conftest import EngineInTest, said_since

FOLDER = Path(__file__).parent / "overdracht"
GEMEENTE = "voorbeeldstad"
STEP_KEYS = {
    *("inwoner", "inwoner_doet", "medewerker", "doet", "zegt", "klok", "verbroken", "stuk"),
    *("bot", "niet", "stil", "keuzes", "product", "uitkomst", "eigenaar", "reden", "leest", "leest_niet"),
}
pytestmark = pytest.mark.training


class Scene:
    """One resident and the desk."""

    def __init__(self, engine: EngineInTest, kanaal: str, aanwezig: list[str]) -> None:
        self.engine, self.database, self.kanaal = engine, engine.database, kanaal
        self.gemeente = gemeenten_of(engine.settings)[GEMEENTE]
        self.gesprek_id = store.start(self.database, gemeente=GEMEENTE, kanaal=kanaal).id
        with self.database.begin() as connection:
            connection.execute(sa.text("UPDATE medewerker SET aanwezig = :nee"), {"nee": False})
        self.agents = {}
        for name in aanwezig:
            found = employees.by_name(self.database, name)
            found = found or employees.add(self.database, name, name.title(), [(GEMEENTE, "medewerker")])
            employees.set_presence(self.database, found.id, True, engine.now)
            self.agents[name] = found

    def last(self) -> int:
        return store.load(self.database, self.gesprek_id).laatste_nummer

    def play(self, step: dict[str, Any]) -> list[dict[str, Any]]:
        before = self.last()
        if "stuk" in step:
            self.engine.actions.broken = set(step["stuk"])
        elif "inwoner" in step:
            if self.kanaal == WEBCHAT:
                return self.engine.send_chat(self.gesprek_id, step["inwoner"], GEMEENTE)
            return self.engine.send(self.gesprek_id, step["inwoner"], GEMEENTE)
        elif "inwoner_doet" in step:
            self._resident_does(step["inwoner_doet"])
        elif "klok" in step:
            self._clock(datetime.fromisoformat(step["klok"]).replace(tzinfo=TIJDZONE))
        elif "verbroken" in step:
            self._gone(step["verbroken"])
        else:
            self._employee(step)
        return said_since(self.database, self.gesprek_id, before)

    def _resident_does(self, what: str) -> None:
        if what == "stoppen met wachten":
            takeover.leave(self.database, self.gemeente, self.gesprek_id, self.engine.now)
        elif what == "duim omlaag en een mens":
            asked = Nieuw("systeem", ASK_HUMAN)
            bericht, _ = store.append(self.database, self.gesprek_id, asked)
            sessie = Sessie(self.gesprek_id, GEMEENTE, self.engine.now + timedelta(hours=1))
            request = SimpleNamespace(app=SimpleNamespace(ctx=SimpleNamespace(agent=self.engine._agent)))
            answer = self.engine.webchat._let_answer(request, sessie, bericht, {"gemeente": GEMEENTE})  # type: ignore[arg-type]
            self.engine.run(answer)
        else:
            raise AssertionError(what)

    def _clock(self, moment: datetime) -> None:
        self.engine.now = moment
        for agent in self.agents.values():
            employees.heartbeat(self.database, agent.id, moment)
        takeover.keep_queue(self.database, [self.gemeente], moment)

    def _gone(self, name: str) -> None:
        moment = self.engine.now + employees.WEG_NA + timedelta(seconds=1)
        for other, agent in self.agents.items():
            if other != name:
                employees.heartbeat(self.database, agent.id, moment)
        self.engine.now = moment
        takeover.keep_queue(self.database, [self.gemeente], moment)

    def _employee(self, step: dict[str, Any]) -> None:
        agent = self.agents[step["medewerker"]]
        one = queue.open_request(self.database, self.gesprek_id)
        assert one is not None, "er is geen verzoek om een medewerker"
        if "zegt" in step:
            takeover.say(self.database, one, agent, step["zegt"], f"{agent.id}-{self.last()}")
        elif step["doet"] == "oppakken":
            claimed = queue.claim(self.database, one.id, agent.id, 3, self.engine.now)
            takeover.picked_up(self.database, claimed, agent)
        elif step["doet"] == "sluiten":
            queue.close(self.database, one.id, uitkomst=Uitkomst.OPGELOST, medewerker_id=agent.id)
            takeover.closed(self.database, self.gemeente, one, agent)
        elif step["doet"].startswith("doorgeven aan "):
            afdeling = step["doet"].removeprefix("doorgeven aan ")
            handed = queue.transfer(self.database, one.id, agent.id, afdeling=afdeling, now=self.engine.now)
            takeover.handed_on(self.database, self.gemeente, handed, agent, self.gemeente.balie.afdelingen[afdeling])
        else:
            raise AssertionError(step["doet"])

    def readable(self) -> list[str]:
        """What the employee may read."""
        one = queue.open_request(self.database, self.gesprek_id)
        assert one is not None
        return [said.tekst for said in store.since(self.database, self.gesprek_id, one.vanaf_nummer - 1)]


def scenes() -> list[Any]:
    return [
        pytest.param(one, id=f"{path.stem}: {one['gesprek']}")
        for path in sorted(FOLDER.glob("*.yml"))
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@pytest.fixture
def stage(engine: EngineInTest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Scene]]:
    monkeypatch.setattr(clock, "now", lambda: engine.now)

    def start(gesprek: dict[str, Any]) -> Scene:
        engine.now = datetime.fromisoformat(gesprek.get("nu", "2026-11-25T10:00")).replace(tzinfo=TIJDZONE)
        return Scene(engine, gesprek.get("kanaal", WEBCHAT), gesprek.get("aanwezig", []))

    yield start
    engine.actions.broken = set()
    # Nobody of this conversation waits in the next.
    for one in queue.waiting(engine.database, [GEMEENTE]):
        queue.close(engine.database, one.id, uitkomst=Uitkomst.VERLATEN)
    with engine.database.begin() as connection:
        connection.execute(sa.text("UPDATE overdracht SET status = 'gesloten' WHERE status <> 'gesloten'"))


@pytest.mark.parametrize("gesprek", scenes())
def test_overdracht(gesprek: dict[str, Any], stage: Callable[..., Scene]) -> None:
    scene = stage(gesprek)
    for step in gesprek["stappen"]:
        assert set(step) <= STEP_KEYS, f"onbekend veld in een stap: {set(step) - STEP_KEYS}"
        messages = scene.play(step)
        check(scene, step, messages)


def check(scene: Scene, step: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    said = "\n".join(message.get("text", "") for message in messages)
    titles = [button["title"] for message in messages for button in message.get("buttons", [])]
    where = f"na {step} zei de assistent:\n{said}\nkeuzes: {titles}"
    if step.get("stil"):
        assert not messages, where
    for words in _list(step.get("bot")):
        assert words in said + "\n".join(titles), f"{words!r} ontbreekt; {where}"
    for words in _list(step.get("niet")):
        assert words not in said, f"{words!r} mag er niet staan; {where}"
    for title in _list(step.get("keuzes")):
        assert title in titles, f"keuze {title!r} ontbreekt; {where}"
    if "product" in step:
        assert messages[-1].get("product") == step["product"], where
    if "uitkomst" in step:
        assert messages[-1].get("uitkomst") == step["uitkomst"], where
    if "eigenaar" in step:
        assert queue.owner(scene.database, scene.gesprek_id) == step["eigenaar"], where
    if "reden" in step:
        one = queue.open_request(scene.database, scene.gesprek_id)
        assert one is not None and one.reden == step["reden"], where
    for words in _list(step.get("leest")):
        assert words in scene.readable()
    for words in _list(step.get("leest_niet")):
        assert words not in scene.readable()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
