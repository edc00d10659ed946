"""The conversations in `zaken/*.yml`: a resident asks how a case stands; the register is the sandbox, which can be broken.

A story names the sample case (`zaak`); `{nummer}` in it is its number, `{slordig}` the same as people type it. A step is what
the resident says (`inwoner`), the code that was sent (`code: goed`) or another (`code: fout`), the clock (`klok`), or something
that breaks (`storing`). What must be so after it: `bot`, `niet`, `code_gestuurd`, and slots that must be empty (`leeg`).
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions import clock, zaakstatus
from bot.cases import portal
from bot.catalog.gemeente import Gemeente
from bot.channels.inbound import inbound
from bot.channels.tokens import secret_of
from bot.handoff.opening_hours import TIJDZONE
from bot.sandbox.cases import sample, sample_bsn
from bot.settings import Settings
from tests.cases.server import TODAY, Sandbox
from tests.conversations.conftest import Conversation, EngineInTest

FOLDER = Path(__file__).parent / "zaken"
pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("openzaak"))
    yield sandbox
    sandbox.stop()


class Resident:
    """One conversation, and the mail that came of it."""

    def __init__(self, conversation: Conversation, engine: EngineInTest, mail: list[tuple[str, str]]) -> None:
        self.conversation, self.engine, self.mail = conversation, engine, mail

    def log_in(self, bsn: str) -> None:
        """The portal says who it is."""
        geheim = secret_of(self.engine.settings)
        portal.remember(self.engine.database, geheim, self.conversation._sender, bsn, self.engine.now)

    def code(self) -> str:
        assert self.mail, "er is geen code gestuurd"
        found = re.search(r"\d{6}", self.mail[-1][1])
        assert found is not None
        return found.group()


@pytest.fixture
def resident(
    engine: EngineInTest, running: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str, datetime], Resident]]:
    mail: list[tuple[str, str]] = []
    running.faults.clear()
    # A client of its own for each conversation: what broke in another must not close the breaker of this one.
    config = running.config(user_id=uuid.uuid4().hex)

    def register(_settings: Settings, gemeente: Gemeente) -> Any:
        return config if gemeente.zaken is not None else None

    async def post(_settings: Settings, aan: str, onderwerp: str, tekst: str, _sandbox: str | None = None) -> None:
        mail.append((aan, tekst))

    monkeypatch.setattr(clock, "now", lambda: engine.now)
    monkeypatch.setattr(zaakstatus, "zgw_config", register)
    monkeypatch.setattr(zaakstatus, "send", post)
    monkeypatch.setattr(zaakstatus, "EVEN_LANG", 0.0)

    def start(gemeente: str, nu: datetime) -> Resident:
        engine.now = nu
        with engine.database.begin() as connection:
            connection.exec_driver_sql("DELETE FROM zaak_poging")
        return Resident(Conversation(engine, gemeente), engine, mail)

    yield start
    running.faults.clear()


def stories() -> list[Any]:
    return [
        pytest.param(one, id=f"{path.stem}: {one['gesprek']}")
        for path in sorted(FOLDER.glob("*.yml"))
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("gesprek", stories())
def test_zaak(gesprek: dict[str, Any], resident: Callable[..., Resident], running: Sandbox) -> None:
    nummer = sample(gesprek["zaak"]).identificatie(TODAY) if "zaak" in gesprek else ""
    slordig = nummer.lower().replace("-", " ")
    one = resident(gesprek.get("gemeente", "voorbeeldstad"), datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE))
    if "storing" in gesprek:
        running.faults.add(**gesprek["storing"])
    for step in gesprek["stappen"]:
        if "klok" in step:
            one.engine.now = datetime.fromisoformat(step["klok"]).replace(tzinfo=TIJDZONE)
            continue
        if "storing" in step:
            running.faults.add(**step["storing"])
            continue
        before = len(one.mail)
        if "code" in step:
            good = one.code()
            said = good if step["code"] == "goed" else f"{(int(good) + 1) % 1_000_000:06d}"
        else:
            said = step["inwoner"].format(nummer=nummer, slordig=slordig)
        messages = one.conversation.say(said)
        # Codes are sent beside the answer.
        one.engine.run(asyncio.sleep(0.05))
        text = "\n".join(message.get("text", "") for message in messages)
        titles = [button["title"] for message in messages for button in message.get("buttons", [])]
        where = f"na {said!r} zei de assistent:\n{text}\nkeuzes: {titles}"
        for words in _list(step.get("bot")):
            assert words in text + "\n".join(titles), f"{words!r} ontbreekt; {where}"
        for words in _list(step.get("niet")):
            assert words not in text, f"{words!r} mag er niet staan; {where}"
        if "code_gestuurd" in step:
            assert (len(one.mail) > before) == step["code_gestuurd"], where
        for slot in step.get("leeg", []):
            assert one.conversation.tracker().get_slot(slot) is None, slot


def test_whoever_tries_numbers_learns_nothing(resident: Callable[..., Resident]) -> None:
    """Existing, unknown, confidential and closed-off numbers get the very same words and choices."""
    nu = datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE)
    numbers = [
        sample(name).identificatie(TODAY)
        for name in ("in_behandeling", "vertrouwelijk", "gearchiveerd", "zonder_contact")
    ]
    replies = set()
    for nummer in [*numbers, "ZAAK-2026-0000777777", "ZAAK-1999-0000000001"]:
        one = resident("voorbeeldstad", nu)
        said = one.conversation.say(f"hoe staat het met {nummer}")
        wrong = one.conversation.say("000000")
        replies.add(str([[(message["text"], message.get("buttons")) for message in turn] for turn in (said, wrong)]))
    assert len(replies) == 1


def test_who_is_logged_in_at_the_portal_needs_no_number_and_no_code(resident: Callable[..., Resident]) -> None:
    one = resident("voorbeeldstad", datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE))
    one.log_in(sample_bsn("in_behandeling"))
    said = one.conversation.say("hoe staat het met mijn aanvraag")
    assert "Evenementenvergunning" in said[-1]["text"] and "Wij beoordelen uw aanvraag" in said[-1]["text"]
    assert one.mail == []


def test_who_is_logged_in_sees_no_case_of_somebody_else(resident: Callable[..., Resident]) -> None:
    one = resident("voorbeeldstad", datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE))
    one.log_in(sample_bsn("in_behandeling"))
    other = sample("toegekend").identificatie(TODAY)
    said = one.conversation.say(f"hoe staat het met {other}")
    assert "Ik vind bij u geen zaak met dit nummer" in said[-1]["text"]


def test_nothing_of_the_case_stays_in_the_tracker(resident: Callable[..., Resident]) -> None:
    one = resident("voorbeeldstad", datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE))
    nummer = sample("in_behandeling").identificatie(TODAY)
    one.conversation.say(f"hoe staat het met {nummer}")
    one.engine.run(asyncio.sleep(0.05))
    one.conversation.say(one.code())
    tracker = one.conversation.tracker()
    assert all(tracker.get_slot(slot) is None for slot in zaakstatus.SLOTS)
    kept = str([event.as_dict() for event in tracker.events if event.type_name == "slot"])
    assert "/zaken/api/" not in kept and "voorbeeld.example" not in kept


def test_a_case_number_is_no_bank_card(engine: EngineInTest) -> None:
    from bot.catalog.live import gemeenten_of

    gemeenten = gemeenten_of(engine.settings)
    for volgnummer in range(200):
        nummer = f"ZAAK-2026-{volgnummer:010}"
        found = inbound(f"hoe staat het met {nummer}?", {"gemeente": "voorbeeldstad"}, gemeenten, engine.settings)
        assert nummer in found.text


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
