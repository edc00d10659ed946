"""The conversations in `zaken/*.yml`: a resident asks how a case stands; the register is the sandbox, which can be broken.

A story names the sample case (`zaak`); `{nummer}` in it is its number, `{slordig}` the same as people type it, `{ander}` that of
`andere_zaak`. `tweede_aanvrager` is the address of one more initiator of the case, `ingelogd` the sample case of whom the portal
says it is. A step is what the resident says (`inwoner`) or somebody else in a conversation of their own (`buur`), a code, the clock
(`klok`), or something that breaks (`storing`; `weg` mends all). A code is the newest that was sent (`goed`), the first (`eerste`),
or another than the newest (`fout`); `aan` takes only what went to an address, `vorm` is how it is typed, a `#` for each digit. What
must be so after a step: `bot`, `niet`, `code_gestuurd`, where codes went (`post_aan`), and slots that are empty (`leeg`).
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlalchemy.pool import StaticPool

from actions import clock, zaakstatus
from bot.attempts import Locked, poging
from bot.cases import client, identity, portal
from bot.cases.tables import zaak_bewijs, zaak_code
from bot.catalog.gemeente import Gemeente
from bot.catalog.opening_hours import TIJDZONE
from bot.channels.inbound import inbound
from bot.channels.tokens import secret_of
from bot.sandbox import openzaak_store
from bot.sandbox.cases import VOORBEELDZAKEN, sample, sample_bsn, zaak_url
from bot.settings import Settings
from bot.whatsapp import people
from tests.cases.server import TODAY, Sandbox
from tests.conversations.conftest import Conversation, EngineInTest

FOLDER = Path(__file__).parent / "zaken"
NU = datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE)
GEHEIM = "een geheim dat alleen deze test kent"
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

    def code(self, welke: str = "goed", aan: str | None = None) -> str:
        """The newest code that was sent (`goed`), the first one (`eerste`), or one that is neither (`fout`)."""
        sent = [text for address, text in self.mail if aan in (None, address)]
        assert sent, "er is geen code gestuurd"
        found = re.search(r"\d{6}", sent[0 if welke == "eerste" else -1])
        assert found is not None
        code = found.group()
        return f"{(int(code) + 1) % 1_000_000:06d}" if welke == "fout" else code


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
            connection.exec_driver_sql("DELETE FROM poging")
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
    words = words_of(gesprek)
    one = resident(gesprek.get("gemeente", "voorbeeldstad"), NU)
    neighbour = Conversation(one.engine, gesprek.get("gemeente", "voorbeeldstad"))
    if "ingelogd" in gesprek:
        one.log_in(sample_bsn(gesprek["ingelogd"]))
    if "storing" in gesprek:
        running.faults.add(**gesprek["storing"])
    with second_initiator(running, gesprek.get("zaak", ""), gesprek.get("tweede_aanvrager")):
        for step in gesprek["stappen"]:
            if "klok" in step:
                one.engine.now = datetime.fromisoformat(step["klok"]).replace(tzinfo=TIJDZONE)
            elif step.get("storing") == "weg":
                running.faults.clear()
            elif "storing" in step:
                running.faults.add(**step["storing"])
            elif "buur" in step:
                check(one, neighbour, step["buur"].format(**words), step)
            elif "code" in step:
                check(one, one.conversation, typed(one.code(step["code"], step.get("aan")), step.get("vorm")), step)
            else:
                check(one, one.conversation, step["inwoner"].format(**words), step)


def words_of(gesprek: dict[str, Any]) -> dict[str, str]:
    """What stands between braces in a story."""
    nummer, ander = (
        sample(gesprek[name]).identificatie(TODAY) if name in gesprek else "" for name in ("zaak", "andere_zaak")
    )
    return {"nummer": nummer, "slordig": nummer.lower().replace("-", " "), "ander": ander}


def typed(code: str, vorm: str | None) -> str:
    """A code as somebody types it."""
    for digit in code if vorm else "":
        vorm = vorm.replace("#", digit, 1)
    return vorm or code


def check(one: Resident, conversation: Conversation, said: str, step: dict[str, Any]) -> None:
    """Say something, and see to it that what comes of it is what the step says."""
    before = len(one.mail)
    messages = conversation.say(said)
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
    if "post_aan" in step:
        assert sorted(address for address, _ in one.mail[before:]) == step["post_aan"], where
    for slot in step.get("leeg", []):
        assert conversation.tracker().get_slot(slot) is None, slot


@contextmanager
def second_initiator(running: Sandbox, zaak: str, address: str | None) -> Iterator[None]:
    """Meanwhile a sample case has one more initiator, with this address; None: it stays as it is."""
    if address is None:
        yield
        return
    roots, kept = openzaak_store.Roots("zrc:", "ztc:"), openzaak_store.openzaak_object
    roles = openzaak_store.select(running.database, "rollen", roots, {"zaak": zaak_url(sample(zaak))})
    first = next(role for role in roles if role["omschrijvingGeneriek"] == "initiator")
    uuid_ = str(uuid.uuid4())
    contact = {**first["contactpersoonRol"], "emailadres": address}
    extra = {**first, "url": f"zrc:rollen/{uuid_}", "uuid": uuid_, "contactpersoonRol": contact}
    openzaak_store.add(running.database, [("rollen", extra)])
    yield
    with running.database.begin() as connection:
        connection.execute(sa.delete(kept).where(kept.c.uuid == uuid_))


def test_whoever_tries_numbers_learns_nothing(resident: Callable[..., Resident]) -> None:
    """Existing, unknown, confidential and closed-off numbers get the very same words and choices."""
    numbers = [
        sample(name).identificatie(TODAY)
        for name in ("in_behandeling", "vertrouwelijk", "gearchiveerd", "zonder_contact")
    ]
    replies = set()
    for nummer in [*numbers, "ZAAK-2026-0000777777", "ZAAK-1999-0000000001"]:
        one = resident("voorbeeldstad", NU)
        said = one.conversation.say(f"hoe staat het met {nummer}")
        wrong = one.conversation.say("000000")
        replies.add(str([[(message["text"], message.get("buttons")) for message in turn] for turn in (said, wrong)]))
    assert len(replies) == 1


def test_enumerating_numbers_from_many_conversations_learns_nothing(resident: Callable[..., Resident]) -> None:
    """Sixty numbers, half of them existing: one and the same answer to all, then to a wrong code, then when locked."""
    one = resident("voorbeeldstad", NU)
    existing = {zaak.identificatie(TODAY) for zaak in VOORBEELDZAKEN if zaak.gemeente == "voorbeeldstad"}
    unknown = [f"ZAAK-2026-{volgnummer:010}" for volgnummer in range(700, 760 - len(existing))]
    numbers = [nummer for pair in zip_longest(sorted(existing), unknown) for nummer in pair if nummer]
    named, refused, locked = set(), set(), set()
    for first in range(0, len(numbers), 3):
        conversation = Conversation(one.engine, "voorbeeldstad")
        for nummer in numbers[first : first + 3]:
            before = len(one.mail)
            named.add(reply(conversation, f"hoe staat het met {nummer}"))
            one.engine.run(asyncio.sleep(0.01))
            sent = str(one.mail[before:])
            refused.add(reply(conversation, "111111" if "000000" in sent else "000000"))
    assert len(numbers) == 60 and len(named) == len(refused) == 1
    # Else nothing would have been there to learn.
    assert len({address for address, _ in one.mail}) > 20
    for nummer in numbers:
        for _ in range(identity.LIMIETEN["zaak"] - 1):
            # As conversations of others do.
            begin_elsewhere(one, nummer)
    sent_before = len(one.mail)
    for nummer in numbers:
        locked.add(reply(Conversation(one.engine, "voorbeeldstad"), f"hoe staat het met {nummer}"))
    one.engine.run(asyncio.sleep(0.05))
    assert len(locked) == 1 and "te vaak" in locked.pop()
    assert len(one.mail) == sent_before


@pytest.mark.parametrize(
    "name", ["in_behandeling", "vertrouwelijk", "gearchiveerd", "zonder_contact", "zonder_initiator"]
)
def test_an_unknown_number_takes_the_same_questions_and_statements(
    resident: Callable[..., Resident], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """To the register and to the database, when it is named and at each wrong code. So time cannot tell it apart either."""
    asked = questions(monkeypatch)
    found = []
    # The first time types come from the catalogue, whichever the number.
    for nummer in (sample(name).identificatie(TODAY),) * 2 + ("ZAAK-2026-0000777777",):
        one = resident("voorbeeldstad", NU)
        asked.clear()
        with statements() as executed:
            one.conversation.say(f"hoe staat het met {nummer}")
        naming = (list(asked), executed)
        wrong = "111111" if one.mail and "000000" in one.mail[-1][1] else "000000"
        with statements() as executed:
            one.conversation.say(wrong)
            one.conversation.say(wrong)
        found.append((naming, executed))
    assert found[1] == found[2]
    assert found[1][0][0] == ["zaken", "rollen"] and len(found[1][1]) > 8


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 3), st.sampled_from(["noemen", "code", "code", "later"])),
        max_size=40,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_tried_in_whatever_order_existing_and_unknown_are_the_same(
    steps: list[tuple[int, int, str]],
) -> None:
    """What comes of each try, and what the database is asked for it, in a world where every number exists and in one where
    none does.
    """
    assert tried(steps, exist=True) == tried(steps, exist=False)


def tried(steps: list[tuple[int, int, str]], *, exist: bool) -> list[tuple[str, list[str]]]:
    """What came of each step: (conversation, number, what is done)."""
    database = sa.create_engine("sqlite://", poolclass=StaticPool, future=True)
    for table in (zaak_bewijs, zaak_code, poging):
        table.create(database)
    moment, outcome = NU, []
    for gesprek, zaak, what in steps:
        with statements() as executed:
            outcome.append((_try(database, f"g{gesprek}", f"ZAAK-{zaak}", what, exist, moment), executed))
        moment += timedelta(minutes=25 if what == "later" else 0)
    database.dispose()
    return outcome


def _try(database: Engine, gesprek: str, nummer: str, what: str, exist: bool, now: datetime) -> str:
    try:
        if what == "noemen":
            bewijs = identity.begin(
                database, GEHEIM, gesprek_id=gesprek, gemeente="voorbeeldstad", identificatie=nummer, now=now
            )
            # An address of its own for each time, so that the limit of an address is not what is tried here.
            adressen = {f"{bewijs}@post.example": [nummer]} if exist else {}
            identity.issue(database, GEHEIM, bewijs, adressen, now)
        elif what == "code":
            # No code has letters: it is wrong for sure.
            assert not identity.verify(database, GEHEIM, identity.current(database, gesprek), "mis!00", now)
        assert identity.proven(database, gesprek, now) == ()
    except Locked as locked:
        return f"op slot tot {locked.until}"
    return "verder"


def reply(conversation: Conversation, said: str) -> str:
    """All that the assistant says to something, with its choices."""
    return str([(message["text"], message.get("buttons")) for message in conversation.say(said)])


def begin_elsewhere(one: Resident, nummer: str) -> None:
    """Somebody names a number in a conversation of their own."""
    identity.begin(
        one.engine.database,
        secret_of(one.engine.settings),
        gesprek_id=uuid.uuid4().hex,
        gemeente="voorbeeldstad",
        identificatie=nummer,
        now=one.engine.now,
    )


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements on the tables of the identity check that are executed meanwhile, in any thread."""
    executed: list[str] = []
    tables = (zaak_bewijs.name, zaak_code.name, poging.name)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if any(table in statement for table in tables):
            executed.append(statement)

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)


def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the register is asked from now on."""
    asked: list[str] = []
    call = client._Api.call

    async def noted(self: Any, what: str, *arguments: Any, **content: Any) -> Any:
        asked.append(what)
        return await call(self, what, *arguments, **content)

    monkeypatch.setattr(client._Api, "call", noted)
    return asked


def test_who_is_logged_in_at_the_portal_needs_no_number_and_no_code(resident: Callable[..., Resident]) -> None:
    one = resident("voorbeeldstad", NU)
    one.log_in(sample_bsn("in_behandeling"))
    said = one.conversation.say("hoe staat het met mijn aanvraag")
    assert "Evenementenvergunning" in said[-1]["text"] and "Wij beoordelen uw aanvraag" in said[-1]["text"]
    assert one.mail == []


def test_who_is_logged_in_sees_no_case_of_somebody_else(resident: Callable[..., Resident]) -> None:
    one = resident("voorbeeldstad", NU)
    one.log_in(sample_bsn("in_behandeling"))
    other = sample("toegekend").identificatie(TODAY)
    said = one.conversation.say(f"hoe staat het met {other}")
    assert "Ik vind bij u geen zaak met dit nummer" in said[-1]["text"]


def on_whatsapp(one: Resident, nummer: str | None) -> None:
    """From now on the conversation is on WhatsApp, of somebody whose number Meta vouches for, or who shows none."""
    one.conversation = Conversation(one.engine, "voorbeeldstad", "whatsapp")
    geheim = secret_of(one.engine.settings)
    afzender = people.Afzender("700200", f"NL.{uuid.uuid4().hex}", nummer)
    with one.engine.database.begin() as connection:
        id = people.seen(connection, geheim, afzender, gemeente="voorbeeldstad", tijd=one.engine.now)
    persoon = people.by_id(one.engine.database, geheim, id)
    assert persoon is not None
    one.conversation._sender = persoon.gesprek_id


def test_the_number_that_whatsapp_vouches_for_is_proof_when_it_stands_in_the_case(
    resident: Callable[..., Resident],
) -> None:
    one = resident("voorbeeldstad", NU)
    on_whatsapp(one, "31600000003")
    said = one.conversation.say(f"hoe staat het met {sample('in_behandeling').identificatie(TODAY)}")
    assert "Wij beoordelen uw aanvraag" in said[-1]["text"]
    assert one.mail == []


@pytest.mark.parametrize("nummer", ["31600000099", None])
def test_another_number_or_none_is_asked_for_the_code(resident: Callable[..., Resident], nummer: str | None) -> None:
    one = resident("voorbeeldstad", NU)
    on_whatsapp(one, nummer)
    said = one.conversation.say(f"hoe staat het met {sample('in_behandeling').identificatie(TODAY)}")
    unknown = one.conversation.say("ander nummer: ZAAK-2026-0000777777")
    assert "code van 6 cijfers" in said[-1]["text"] and "Evenement" not in str(said)
    assert said[-1]["text"] == unknown[-1]["text"]


def test_a_number_proves_nothing_outside_whatsapp(resident: Callable[..., Resident]) -> None:
    one = resident("voorbeeldstad", NU)
    on_whatsapp(one, "31600000003")
    one.conversation._kanaal = "rest"
    said = one.conversation.say(f"hoe staat het met {sample('in_behandeling').identificatie(TODAY)}")
    assert "code van 6 cijfers" in said[-1]["text"]


def test_nothing_of_the_case_stays_in_the_tracker(resident: Callable[..., Resident]) -> None:
    one = resident("voorbeeldstad", NU)
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
