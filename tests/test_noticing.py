"""What went wrong is written down for editors: masked, once, and never at the cost of a conversation."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine

from bot.conversations import store
from bot.conversations.model import Bericht, Nieuw
from bot.noticing import Gebeurd, left_in_silence, note, thumb_down
from bot.redactie import inbox, usage
from bot.redactie.tables import redactie_mis
from bot.stores.tracker_store import ConversationStore

GEMEENTE, VRAAG, PAS = "molendam", "waar is mijn plurk gebleven", "paspoort-aanvragen"


def kept(engine: Engine) -> list[tuple[str, str, str | None]]:
    """(kind, text, product) of all that was written down."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(redactie_mis).where(redactie_mis.c.gemeente == GEMEENTE))
        return sorted((row.soort, row.tekst, row.product_id) for row in rows)


def conversation(engine: Engine, kanaal: str = "webchat") -> str:
    return store.start(engine, gemeente=GEMEENTE, kanaal=kanaal).id


def exchange(engine: Engine, gesprek_id: str, vraag: str, **extra: object) -> Bericht:
    """A question and its answer; returns the answer."""
    asked, _ = store.append(engine, gesprek_id, Nieuw("bewoner", vraag))
    answer, _ = store.append(engine, gesprek_id, Nieuw("vraagbaak", "Tekst.", extra=extra, antwoord_op=asked.nummer))
    return answer


def test_what_happened_is_written_down_once(database: Engine) -> None:
    gesprek_id = conversation(database)
    happened = [
        Gebeurd("niet_begrepen", VRAAG),
        Gebeurd("verduidelijking_verlaten", VRAAG),
        Gebeurd("overgedragen", VRAAG, PAS),
        Gebeurd("gegeven", "", PAS),
    ]
    for _ in range(2):
        note(database, GEMEENTE, gesprek_id, "webchat", happened)
    assert kept(database) == [
        ("niet_begrepen", VRAAG, None),
        ("overgedragen", VRAAG, PAS),
        ("verduidelijking_verlaten", VRAAG, None),
    ]
    # An answer that was given twice was given twice.
    assert usage.asked(database, GEMEENTE, date(2026, 1, 1)) == {PAS: 2}


def test_numbers_are_masked(database: Engine) -> None:
    note(database, GEMEENTE, conversation(database), "webchat", [Gebeurd("niet_begrepen", "bsn 111222333 kwijt")])
    assert kept(database) == [("niet_begrepen", "bsn [bsn] kwijt", None)]


def test_the_question_of_starting_up_is_nobodys(database: Engine) -> None:
    note(database, GEMEENTE, "start", "rest", [Gebeurd("gegeven", "", PAS), Gebeurd("niet_begrepen", VRAAG)])
    assert kept(database) == []
    assert usage.asked(database, GEMEENTE, date(2026, 1, 1)) == {}


def test_other_channels_have_ids_of_their_own(database: Engine) -> None:
    note(database, GEMEENTE, "x" * 128, "rest", [Gebeurd("niet_begrepen", VRAAG)])
    assert kept(database) == [("niet_begrepen", VRAAG, None)]


def test_a_conversation_that_was_erased_meanwhile_leaves_nothing(database: Engine) -> None:
    note(database, GEMEENTE, "gewist", "webchat", [Gebeurd("niet_begrepen", VRAAG)])
    note(database, GEMEENTE, "gewist", "whatsapp", [Gebeurd("overgedragen", VRAAG)])
    assert kept(database) == []


def test_a_thumb_down_names_the_question_and_the_product(database: Engine) -> None:
    gesprek_id = conversation(database)
    answer = exchange(database, gesprek_id, VRAAG, product=PAS)
    for _ in range(2):
        thumb_down(database, gesprek_id, answer.nummer)
    assert kept(database) == [("duim_omlaag", VRAAG, PAS)]
    # What answers nothing has no question.
    loose, _ = store.append(database, gesprek_id, Nieuw("vraagbaak", "Een medewerker komt zo."))
    for nummer in (loose.nummer, 1, 99):
        thumb_down(database, gesprek_id, nummer)
    thumb_down(database, "bestaat-niet", 1)
    assert len(kept(database)) == 1


def test_choices_that_nobody_takes_are_left(database: Engine) -> None:
    gesprek_id, other = conversation(database), conversation(database)
    exchange(database, gesprek_id, VRAAG, uitkomst="verduidelijking")
    exchange(database, other, "iets anders", uitkomst="verduidelijking")
    exchange(database, other, "paspoort", uitkomst="antwoord")
    now = datetime.now(UTC)
    assert left_in_silence(database, now) == 0
    assert left_in_silence(database, now + timedelta(minutes=31)) == 1
    assert left_in_silence(database, now + timedelta(minutes=45)) == 1
    assert left_in_silence(database, now + timedelta(hours=4)) == 0
    assert kept(database) == [("verduidelijking_verlaten", VRAAG, None)]


def test_whatever_breaks_the_conversation_goes_on(
    database: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("select", {"tekst": VRAAG}, Exception(VRAAG))

    gesprek_id = conversation(database)
    answer = exchange(database, gesprek_id, VRAAG, product=PAS)
    monkeypatch.setattr(inbox, "record", broken)
    monkeypatch.setattr(usage, "count", broken)
    with caplog.at_level(logging.DEBUG):
        note(database, GEMEENTE, gesprek_id, "webchat", [Gebeurd("niet_begrepen", VRAAG), Gebeurd("gegeven", "", PAS)])
        thumb_down(database, gesprek_id, answer.nummer)
    assert caplog.text.count("OperationalError") == 3
    assert VRAAG not in caplog.text


def test_the_tracker_store_tells_what_is_new(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("VRAAGBAAK_DATABASE_URL", url)
    domain = Domain.from_dict({"intents": ["vraag_product"]})
    gesprek_id = conversation(database)

    def turn(tekst: str, uitkomst: str) -> list[Event]:
        decided = {"vraagbaak": {"stap": "by_certainty", "product": None}}
        metadata = {"gemeente": GEMEENTE}
        return [
            UserUttered(tekst, parse_data=decided, input_channel="webchat", metadata=metadata),
            BotUttered("Tekst.", metadata={"uitkomst": uitkomst, "product": PAS if uitkomst == "antwoord" else None}),
            ActionExecuted("action_listen"),
        ]

    async def talk(noticing: bool) -> None:
        conversations = ConversationStore(domain, host=url, noticing=noticing)
        tracker = await conversations.get_or_create_tracker(gesprek_id)
        for events in ([SessionStarted()], turn(VRAAG, "terugval"), turn("paspoort", "antwoord")):
            for event in events:
                tracker.update(event)
            await conversations.save(tracker)
        await conversations.settled()
        # Another engine goes on with it.
        other = ConversationStore(domain, host=url, noticing=noticing)
        found = await other.retrieve(gesprek_id)
        assert isinstance(found, DialogueStateTracker)
        await other.save(found)
        await other.settled()

    asyncio.run(talk(noticing=False))
    assert kept(database) == []
    with database.begin() as connection:
        connection.execute(sa.text("DELETE FROM events"))
    asyncio.run(talk(noticing=True))
    assert kept(database) == [("niet_begrepen", VRAAG, None)]
    assert usage.asked(database, GEMEENTE, date(2026, 1, 1)) == {PAS: 1}
