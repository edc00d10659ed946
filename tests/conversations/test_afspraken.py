"""The conversations in `afspraken/*.yml`: a resident makes, moves and cancels an appointment, on each of the three systems.

A step is what the resident says (`inwoner`; `{nummer}` and `{mail}` are those of the appointment that was made), a choice
(`kies`: its number or the beginning of its title), all personal details at once (`gegevens`: field → answer, where it differs
from the usual ones), the clock (`klok`), something that breaks (`storing`: method and error), or others who take the chosen
moment (`bezet`). What must be so after it: `bot`, `niet`, `gevraagd` (the slot that is asked), `geboekt` (appointments in the
system), `mail` (messages so far), `leeg` (slots that must be empty), `moment` (the chosen moment, local).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions import afspraak_bericht, afspraak_stappen, clock
from bot.appointment_systems import dienst_of
from bot.appointments import errors
from bot.appointments.values import TIJDZONE, Afspraak, Keus, Klant, Locatie
from bot.catalog.live import gemeenten_of
from tests.conversations import appointment_systems as systems
from tests.conversations.conftest import Conversation, EngineInTest

FOLDER = Path(__file__).parent / "afspraken"
NU = datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE)
"""A Wednesday."""
GEGEVENS = {
    "achternaam": "Noor Voorbeeld",
    "voorletters": "N.",
    "voornaam": "Noor",
    "geboortedatum": "12 april 1985",
    "contact": "noor@voorbeeld.example",
    "email": "noor@voorbeeld.example",
    "telefoon": "06 12 34 56 78",
}
pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    jcc, qmatic = systems.sandboxes(tmp_path_factory.mktemp("afspraken"))
    yield jcc, qmatic
    jcc.stop()
    qmatic.stop()


@pytest.fixture(scope="module")
def all_systems(engine: EngineInTest, sandboxes: Any) -> dict[str, systems.System]:
    jcc, qmatic = sandboxes
    own = gemeenten_of(engine.settings)["voorbeeldstad"]
    made = (
        systems.agenda(engine.database, own, lambda: engine.now),
        systems.jcc(jcc),
        systems.qmatic(qmatic, lambda: engine.now),
    )
    return {one.naam: one for one in made}


class Resident:
    """One conversation with a municipality that has one of the systems."""

    def __init__(self, engine: EngineInTest, system: systems.System, mail: list[tuple[str, str, str, bytes]]) -> None:
        self.engine, self.system, self.mail = engine, system, mail
        self.conversation = Conversation(engine, system.gemeente)
        self.messages: list[dict[str, Any]] = []
        self.nummer = ""

    def say(self, text: str) -> None:
        self.messages = self.conversation.say(text)
        self.engine.run(asyncio.sleep(0.02))
        found = re.search(r"Nummer: \*\*([0-9A-Z]{4}-[0-9A-Z]{4})\*\*", self.text)
        self.nummer = found.group(1) if found else self.nummer

    def another(self, gemeente: str) -> None:
        """Somebody begins another conversation, perhaps with another municipality."""
        self.conversation = Conversation(
            self.engine, gemeente if gemeente in gemeenten_of(self.engine.settings) else self.system.gemeente
        )

    @property
    def text(self) -> str:
        return "\n".join(message.get("text", "") for message in self.messages)

    @property
    def titles(self) -> list[str]:
        return [button["title"] for button in (self.messages[-1].get("buttons", []) if self.messages else [])]

    def slot(self, name: str) -> Any:
        tracker = self.conversation.tracker()
        return tracker.get_slot(name) if tracker is not None else None

    def choose(self, choice: int | str) -> str:
        if isinstance(choice, int):
            return self.titles[choice - 1]
        return next(title for title in self.titles if title.lower().startswith(choice.lower()))

    def tell_about_oneself(self, other: dict[str, str]) -> None:
        for _ in range(12):
            if self.slot("requested_slot") != "afspraak_gegevens":
                return
            asked = self.slot("afspraak_hulp")["vraag"]
            self.say({**GEGEVENS, **other}[asked])
        raise AssertionError(f"er wordt steeds opnieuw gevraagd: {self.text}")

    def others_take_it(self, *, offered: bool) -> None:
        gemeente = gemeenten_of(self.engine.settings)[self.system.gemeente]
        assert gemeente.afspraken is not None
        dienst = dienst_of(gemeente.afspraken, self.slot("afspraak_product"))
        wanted = self.slot("afspraak_hulp")["aanbod"][0] if offered else self.slot("afspraak_moment")
        moment = datetime.fromisoformat(wanted).astimezone(TIJDZONE)
        self.engine.run(self.system.take((Keus(dienst),), self.slot("afspraak_locatie"), moment))


@pytest.fixture
def start(
    engine: EngineInTest, all_systems: dict[str, systems.System], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Resident]]:
    mail: list[tuple[str, str, str, bytes]] = []

    def of(_self: Any, _settings: Any, gemeente: Any, *_rest: Any) -> Any:
        return next(one.backend for one in all_systems.values() if one.gemeente == gemeente.id)

    async def post(
        _settings: Any, aan: str, onderwerp: str, tekst: str, _sandbox: Any = None, bijlage: Any = None
    ) -> None:
        mail.append((aan, onderwerp, tekst, bijlage.inhoud if bijlage else b""))

    monkeypatch.setattr(clock, "now", lambda: engine.now)
    monkeypatch.setattr(afspraak_stappen.Afsprakensystemen, "of", of)
    monkeypatch.setattr(afspraak_bericht, "send", post)

    def begin(naam: str) -> Resident:
        engine.now = NU
        with engine.database.begin() as connection:
            connection.exec_driver_sql("DELETE FROM poging")
            connection.exec_driver_sql("DELETE FROM afspraak")
        system = all_systems[naam]
        system.set(NU)
        system.backend.mend()
        return Resident(engine, system, mail)

    yield begin


def stories() -> list[Any]:
    return [
        pytest.param(one, naam, id=f"{path.stem}: {one['gesprek']} [{naam}]")
        for path in sorted(FOLDER.glob("*.yml"))
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))
        for naam in one.get("systemen", list(systems.GEMEENTEN))
    ]


@pytest.mark.parametrize(("gesprek", "naam"), stories())
def test_afspraak(gesprek: dict[str, Any], naam: str, start: Callable[[str], Resident]) -> None:
    one = start(naam)
    for step in gesprek["stappen"]:
        said = _do(one, step)
        where = (
            f"na {said!r} zei de assistent:\n{one.text}\nkeuzes: {one.titles}\ngevraagd: {one.slot('requested_slot')}"
        )
        for words in _list(step.get("bot")):
            assert words.format(nummer=one.nummer) in one.text + "\n".join(one.titles), f"{words!r} ontbreekt; {where}"
        for words in _list(step.get("niet")):
            assert words not in one.text + "\n".join(one.titles), f"{words!r} mag er niet staan; {where}"
        if "gevraagd" in step:
            assert one.slot("requested_slot") == step["gevraagd"], where
        if "geboekt" in step:
            assert one.system.count() == step["geboekt"], where
        if "mail" in step:
            assert len(one.mail) == step["mail"], where
        if "moment" in step:
            moment = datetime.fromisoformat(one.slot("afspraak_moment"))
            assert f"{moment.astimezone(TIJDZONE):%Y-%m-%d %H:%M}" == step["moment"], where
        for slot in step.get("leeg", []):
            assert one.slot(slot) is None, slot


def _do(one: Resident, step: dict[str, Any]) -> str:
    if "klok" in step:
        minutes = step["klok"]
        one.engine.now = (
            one.engine.now + timedelta(minutes=minutes)
            if isinstance(minutes, int)
            else datetime.fromisoformat(minutes).replace(tzinfo=TIJDZONE)
        )
        return "de klok"
    if "storing" in step:
        name = step["storing"]["fout"]
        kind = getattr(errors, name)
        error: Exception = kind("test", *[_some_appointment()] * 2) if name == "HalfMoved" else kind("test")
        one.system.backend.fail(step["storing"]["methode"], error, always=step["storing"].get("steeds", False))
        return "een storing"
    if "heel" in step:
        one.system.backend.mend()
        return "weer heel"
    if "leeg_rooster" in step:
        one.system.backend.answer("list_dates", [])
        return "een leeg rooster"
    if "bezet" in step:
        one.others_take_it(offered=step["bezet"] == "aanbod")
        return "anderen"
    if "ander_gesprek" in step:
        one.another(step["ander_gesprek"])
        return "een ander gesprek"
    if "gegevens" in step:
        one.tell_about_oneself(step["gegevens"] or {})
        return "de gegevens"
    if "kies_als" in step:
        # With one exact time that is free there is nothing left to choose.
        if one.slot("requested_slot") != "afspraak_moment":
            return "niets"
        said = one.choose(step["kies_als"])
    elif "kies" in step:
        said = one.choose(step["kies"])
    else:
        slordig = one.nummer.lower().replace("-", " ")
        said = step["inwoner"].format(nummer=one.nummer, mail=GEGEVENS["email"], slordig=slordig)
    one.say(said)
    return said


def _some_appointment() -> Afspraak:
    klant = Klant(achternaam="Voorbeeld", email=GEGEVENS["email"])
    return Afspraak("1", (Keus("x"),), Locatie("l", "Stadhuis"), NU + timedelta(days=19), None, klant=klant)


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []
