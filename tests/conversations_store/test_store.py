"""Conversations are kept in numbered order, each message once, and an erased one leaves figures and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.conversations import store
from bot.conversations.model import Bericht, Gesprek, Gewist, Nieuw, UnknownGesprek
from bot.conversations.tables import bericht_oordeel, gesprek_bericht, oordeel_feit
from bot.conversations.tables import gesprek as gesprek_table

T = TypeVar("T")


@pytest.fixture
def gesprek(database: Engine) -> Gesprek:
    return store.start(database, gemeente="voorbeeldstad", kanaal="webchat")


def together(functions: list[Callable[[], T]]) -> list[T]:
    """Call all functions at the same moment, each in a thread of its own."""
    barrier = Barrier(len(functions))

    def call(function: Callable[[], T]) -> T:
        barrier.wait(10)
        return function()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(call, functions))


def answer(database: Engine, gesprek: Gesprek, product: str | None = "paspoort-aanvragen") -> Bericht:
    extra = {"product": product} if product else {}
    return store.append(database, gesprek.id, Nieuw("vraagbaak", "Bij de balie.", extra=extra))[0]


def facts(database: Engine) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        columns = (oordeel_feit.c.gemeente, oordeel_feit.c.kanaal, oordeel_feit.c.product_id)
        rows = connection.execute(sa.select(*columns, oordeel_feit.c.duim, oordeel_feit.c.cijfer))
        return [tuple(row) for row in rows]


def reasons(database: Engine) -> dict[int, tuple[str, str | None]]:
    with database.connect() as connection:
        return {row.nummer: (row.duim, row.reden) for row in connection.execute(sa.select(bericht_oordeel))}


def test_a_conversation_is_found_again_as_it_began(database: Engine, gesprek: Gesprek) -> None:
    assert store.load(database, gesprek.id) == gesprek
    assert gesprek.begonnen_op.tzinfo is not None


def test_ids_are_long_and_differ(database: Engine) -> None:
    ids = {store.start(database, gemeente="molendam", kanaal="webchat").id for _ in range(20)}
    assert len(ids) == 20 and all(len(one) >= 24 for one in ids)


def test_a_channel_may_bring_its_own_id(database: Engine) -> None:
    assert store.start(database, gemeente="molendam", kanaal="whatsapp", gesprek_id="eigen").id == "eigen"
    assert store.load(database, "eigen").kanaal == "whatsapp"


def test_an_unknown_conversation_is_said_to_be_unknown(database: Engine) -> None:
    with pytest.raises(UnknownGesprek):
        store.load(database, "nergens")
    with pytest.raises(UnknownGesprek):
        store.append(database, "nergens", Nieuw("bewoner", "hallo"))
    assert store.since(database, "nergens") == []


def test_messages_are_kept_as_they_were_added(database: Engine, gesprek: Gesprek) -> None:
    extra = {"keuzes": [{"titel": "Kosten"}], "product": "paspoort-aanvragen"}
    nieuw = Nieuw("medewerker", "Dag 🙂\nregel twee", naam="Noor", extra=extra, client_id="c1", antwoord_op=None)
    added, fresh = store.append(database, gesprek.id, nieuw)
    assert fresh and added.nummer == 1
    assert store.since(database, gesprek.id) == [added]
    assert (added.van, added.tekst, added.naam, added.extra) == ("medewerker", nieuw.tekst, "Noor", extra)
    assert abs((datetime.now(UTC) - added.tijd).total_seconds()) < 60


def test_numbers_have_no_gaps_when_many_write_at_once(database: Engine, gesprek: Gesprek) -> None:
    def write(name: int) -> list[int]:
        return [store.append(database, gesprek.id, Nieuw("bewoner", f"{name} {n}"))[0].nummer for n in range(5)]

    numbers = together([lambda name=name: write(name) for name in range(8)])  # type: ignore[misc]
    assert sorted(number for own in numbers for number in own) == list(range(1, 41))
    assert all(own == sorted(own) for own in numbers)
    assert [one.nummer for one in store.since(database, gesprek.id)] == list(range(1, 41))
    assert store.load(database, gesprek.id).laatste_nummer == 40


def test_the_same_client_id_is_one_message(database: Engine, gesprek: Gesprek) -> None:
    nieuw = Nieuw("bewoner", "mijn pas is kwijt", client_id="een")
    first, fresh = store.append(database, gesprek.id, nieuw)
    second, again = store.append(database, gesprek.id, nieuw)
    assert (fresh, again) == (True, False) and first == second
    assert store.append(database, gesprek.id, Nieuw("bewoner", "en nu?"))[0].nummer == 2


def test_the_same_client_id_at_the_same_moment_is_one_message(database: Engine, gesprek: Gesprek) -> None:
    nieuw = Nieuw("bewoner", "mijn pas is kwijt", client_id="een")
    results = together([lambda: store.append(database, gesprek.id, nieuw)] * 2)
    assert sorted(fresh for _, fresh in results) == [False, True]
    assert results[0][0] == results[1][0]
    assert len(store.since(database, gesprek.id)) == store.load(database, gesprek.id).laatste_nummer == 1


def test_two_conversations_may_use_the_same_client_id(database: Engine, gesprek: Gesprek) -> None:
    other = store.start(database, gemeente="molendam", kanaal="webchat")
    for one in (gesprek, other):
        assert store.append(database, one.id, Nieuw("bewoner", "hoi", client_id="een"))[1]
    assert store.find_sent(database, other.id, "een") is not None
    assert store.find_sent(database, other.id, "twee") is None


def test_a_message_that_cannot_be_kept_is_an_error_without_its_words(database: Engine, gesprek: Gesprek) -> None:
    store.append(database, gesprek.id, Nieuw("bewoner", "eerder"))
    with pytest.raises(sa.exc.IntegrityError) as error:
        store.append(database, gesprek.id, Nieuw(None, "zeldzaamwoord"))  # type: ignore[arg-type]
    # PostgreSQL's own detail shows the row.
    assert "zeldzaamwoord" not in str(error.value).replace(str(error.value.orig), "")
    assert store.load(database, gesprek.id).laatste_nummer == 1


def test_since_gives_what_came_after_a_number(database: Engine, gesprek: Gesprek) -> None:
    for tekst in ("een", "twee", "drie"):
        store.append(database, gesprek.id, Nieuw("bewoner", tekst))
    assert [one.tekst for one in store.since(database, gesprek.id, 1)] == ["twee", "drie"]
    assert store.since(database, gesprek.id, 3) == []


def test_answers_to_gives_a_message_with_its_own_answers(database: Engine, gesprek: Gesprek) -> None:
    for nieuw in (
        Nieuw("bewoner", "vraag een"),
        Nieuw("bewoner", "vraag twee"),
        Nieuw("vraagbaak", "antwoord twee", antwoord_op=2),
        Nieuw("vraagbaak", "antwoord een", antwoord_op=1),
        Nieuw("vraagbaak", "nog een antwoord een", antwoord_op=1),
    ):
        store.append(database, gesprek.id, nieuw)
    assert [one.nummer for one in store.answers_to(database, gesprek.id, 1)] == [1, 4, 5]
    assert [one.nummer for one in store.answers_to(database, gesprek.id, 2)] == [2, 3]


def test_positions_move_with_messages_and_states(database: Engine, gesprek: Gesprek) -> None:
    other = store.start(database, gemeente="molendam", kanaal="webchat")
    store.append(database, gesprek.id, Nieuw("bewoner", "hoi"))
    store.set_state(database, gesprek.id, {"wie": "medewerker", "plek": 3})
    store.set_state(database, gesprek.id, {"wie": "bot"})
    assert store.positions(database, [gesprek.id, other.id, "nergens"]) == {gesprek.id: (1, 2), other.id: (0, 0)}
    assert store.positions(database, []) == {}
    assert store.load(database, gesprek.id).toestand == {"wie": "bot"}


def test_a_state_of_an_unknown_conversation_is_left_alone(database: Engine) -> None:
    store.set_state(database, "nergens", {"wie": "bot"})
    assert store.positions(database, ["nergens"]) == {}


def test_a_conversation_ends_once(database: Engine, gesprek: Gesprek) -> None:
    store.end(database, gesprek.id)
    ended = store.load(database, gesprek.id).geeindigd_op
    store.end(database, gesprek.id)
    assert ended is not None and store.load(database, gesprek.id).geeindigd_op == ended


def test_a_thumb_counts_once_and_its_words_are_replaced(database: Engine, gesprek: Gesprek) -> None:
    nummer = answer(database, gesprek).nummer
    store.judge(database, gesprek.id, nummer, "op", None)
    store.judge(database, gesprek.id, nummer, "neer", "toch niet")
    assert facts(database) == [("voorbeeldstad", "webchat", "paspoort-aanvragen", "op", None)]
    assert reasons(database) == {nummer: ("neer", "toch niet")}


def test_a_double_click_on_a_thumb_counts_once(database: Engine, gesprek: Gesprek) -> None:
    nummer = answer(database, gesprek).nummer
    # With connections that are open already, the clicks really meet.
    together([lambda: store.load(database, gesprek.id)] * 8)
    together([lambda: store.judge(database, gesprek.id, nummer, "op", None)] * 8)
    assert len(facts(database)) == 1


def test_an_answer_without_product_can_be_judged_too(database: Engine, gesprek: Gesprek) -> None:
    store.judge(database, gesprek.id, answer(database, gesprek, None).nummer, "neer", None)
    assert facts(database) == [("voorbeeldstad", "webchat", None, "neer", None)]


def test_only_answers_of_the_assistant_can_be_judged(database: Engine, gesprek: Gesprek) -> None:
    store.append(database, gesprek.id, Nieuw("bewoner", "hoi"))
    for gesprek_id, nummer in ((gesprek.id, 1), (gesprek.id, 9), (gesprek.id, 0), ("nergens", 1)):
        with pytest.raises(UnknownGesprek):
            store.judge(database, gesprek_id, nummer, "op", None)
    assert facts(database) == [] and reasons(database) == {}


@pytest.mark.parametrize("cijfer", [1, 10])
def test_a_grade_counts_once(database: Engine, gesprek: Gesprek, cijfer: int) -> None:
    store.grade(database, gesprek.id, cijfer, "prima")
    store.grade(database, gesprek.id, 5, "bij nader inzien")
    assert facts(database) == [("voorbeeldstad", "webchat", None, None, cijfer)]
    assert reasons(database) == {store.CIJFER: ("5", "bij nader inzien")}


@pytest.mark.parametrize("cijfer", [0, 11, -1])
def test_a_grade_outside_one_to_ten_is_refused(database: Engine, gesprek: Gesprek, cijfer: int) -> None:
    with pytest.raises(ValueError, match="tussen 1 en 10"):
        store.grade(database, gesprek.id, cijfer, None)
    with pytest.raises(UnknownGesprek):
        store.grade(database, "nergens", 5, None)
    assert facts(database) == []


def test_an_erased_conversation_leaves_figures_and_nothing_else(database: Engine, gesprek: Gesprek) -> None:
    other = store.start(database, gemeente="molendam", kanaal="webchat")
    store.append(database, other.id, Nieuw("bewoner", "blijft"))
    store.append(database, gesprek.id, Nieuw("bewoner", "weg", client_id=str(uuid.uuid4())))
    store.judge(database, gesprek.id, answer(database, gesprek).nummer, "neer", "mijn geheim")
    store.grade(database, gesprek.id, 3, "mijn geheim")
    assert store.erase(database, gesprek.id) == Gewist(berichten=2, oordelen=2)
    assert len(facts(database)) == 2
    with database.connect() as connection:
        for table, left in ((gesprek_table, 1), (gesprek_bericht, 1), (bericht_oordeel, 0)):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == left
    assert not {"gesprek_id", "nummer", "reden", "tekst"} & set(oordeel_feit.c.keys())
    with pytest.raises(UnknownGesprek):
        store.erase(database, gesprek.id)


def test_erasing_while_others_write_leaves_no_message_behind(database: Engine, gesprek: Gesprek) -> None:
    def write() -> None:
        try:
            for _ in range(20):
                store.append(database, gesprek.id, Nieuw("bewoner", "weg"))
        except UnknownGesprek:
            pass

    together([write, write, write, lambda: store.erase(database, gesprek.id)])
    assert store.since(database, gesprek.id) == []
