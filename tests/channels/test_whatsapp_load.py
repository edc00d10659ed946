"""WhatsApp when much comes at once, when engines die, and when there are more of them: nothing lost, nothing double, in order."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
import socket
import time
from datetime import timedelta

import pytest
from rasa.core.channels.channel import UserMessage

from bot.channels.whatsapp_work import ANSWERED_TOGETHER
from bot.sandbox import whatsapp_webhooks as webhooks
from bot.sandbox.whatsapp_delivery import Delivering
from bot.sandbox.whatsapp_values import Number, Person
from bot.sandbox.whatsapp_webhooks import Piece, new_wamid
from bot.settings import Settings
from bot.whatsapp import people
from bot.whatsapp.tables import whatsapp_in, whatsapp_uit
from tests.channels.conftest import Make
from tests.channels.webchat_server import free_port, until
from tests.channels.whatsapp_server import OPENING, Phone, World, in_parallel, is_quiet, serve
from tests.conftest import PostgresqlDatabase
from tests.whatsapp.server import NUMBER, OTHER, Sandbox

LONG = 120.0
"""Seconds after which something big that should be done is not."""
CROWD = tuple(Person(f"Iemand {number}", f"NL.77{number:05}", f"3161{number:07}") for number in range(40))


@pytest.fixture
def crowd(meta_sandbox: Sandbox) -> tuple[Person, ...]:
    """Forty people with a phone; the sandbox forgets them afterwards."""
    meta_sandbox.world.persons.update({person.user_id: person for person in CROWD})
    return CROWD


def number_of(person: Person) -> Number:
    """Half of them write to the one number, half to the other."""
    return NUMBER if CROWD.index(person) % 2 else OTHER


def text_of(person: Person, number: int) -> str:
    # With few digits: more may be a number that must not be stored.
    return f"vraag {number} van {CROWD.index(person)}"


def pieces(world: World, crowd: tuple[Person, ...], many: int) -> list[Piece]:
    """So many messages of each, a second after each other; the last one came just now."""
    begin = world.now() - timedelta(seconds=many + 5)
    return [
        webhooks.text_message(
            number_of(person),
            person,
            text_of(person, number),
            id=new_wamid(),
            at=begin + timedelta(seconds=number),
        )
        for person in crowd
        for number in range(many)
    ]


def envelopes(found: list[Piece], rng: random.Random) -> list[tuple[Piece, ...]]:
    """Each up to three times, shuffled, one to five to a webhook."""
    again = [piece for piece in found for _ in range(rng.randint(1, 3))]
    rng.shuffle(again)
    cut: list[tuple[Piece, ...]] = []
    while again:
        size = rng.randint(1, 5)
        cut.append(tuple(again[:size]))
        again = again[size:]
    return cut


def wait_until_quiet(world: World) -> None:
    deadline = time.monotonic() + LONG
    while not is_quiet(world.database, world.now()):
        assert time.monotonic() < deadline, "het bleef bezig"
        time.sleep(0.1)
    while world.meta.webhooks.pending:
        assert time.monotonic() < deadline, "Meta bleef bezig"
        time.sleep(0.1)


def check(world: World, crowd: tuple[Person, ...], many: int) -> None:
    """Every conversation has each message once, in order, each with one answer; and so has every phone."""
    for person in crowd:
        expected = [text_of(person, number) for number in range(many)]
        said = world.said(person)
        assert [one.tekst for one in said if one.van == "bewoner"] == expected
        opening, *answers = [one.tekst for one in said if one.van == "vraagbaak"]
        assert opening.startswith(OPENING) and answers == [f"Antwoord op {text}" for text in expected]
        first, *shown = Phone(world, person, number_of(person)).texts()
        assert first.startswith(OPENING) and shown == answers
    assert len(world.people()) == len(crowd)


def test_a_thousand_webhooks_shuffled_and_repeated(world: World, crowd: tuple[Person, ...]) -> None:
    world.start()
    world.meta.webhooks.options = Delivering(parallel=4)
    rng, sent = random.Random(20261121), pieces(world, crowd, 25)
    posts = envelopes(sent, rng)
    assert len(sent) == 1000 and sum(map(len, posts)) > 1800
    assert set(in_parallel([lambda post=post: world.post(*post) for post in posts])) == {200}
    wait_until_quiet(world)
    check(world, crowd, 25)
    assert len(world.rows(whatsapp_in)) == 1000 and len(world.bot.heard) == 1000
    assert {row["stand"] for row in world.rows(whatsapp_uit)} == {"afgeleverd"}
    # Some of it once more, later.
    assert set(in_parallel([lambda post=post: world.post(*post) for post in posts[:100]])) == {200}
    wait_until_quiet(world)
    assert len(world.bot.heard) == 1000


@pytest.mark.postgresql
def test_two_engines_on_one_database(make_world: Make, crowd: tuple[Person, ...]) -> None:
    with PostgresqlDatabase() as url:
        world = make_world(database_url=url)
        urls = [world.start().url for _ in range(2)]
        rng, some = random.Random(7), crowd[:12]
        posts = envelopes(pieces(world, some, 12), rng)
        jobs = zip(posts, rng.choices(urls, k=len(posts)), strict=True)
        assert set(in_parallel([lambda post=post, to=to: world.post(*post, url=to) for post, to in jobs])) == {200}
        wait_until_quiet(world)
        check(world, some, 12)
        assert len(world.bot.heard) == 12 * 12
        # The same webhook at both of them at once.
        phones = [Phone(world, person, number_of(person)) for person in some]
        for number in range(4):
            for phone in phones:
                piece = webhooks.text_message(
                    phone.number, phone.person, f"vers {number}", id=new_wamid(), at=world.now()
                )
                in_parallel([lambda to=to, piece=piece: world.post(piece, url=to) for to in urls], 2)
        wait_until_quiet(world)
        for phone in phones:
            assert sorted(phone.texts()[13:]) == [f"Antwoord op vers {number}" for number in range(4)]
        world.stop()
        world.database.dispose()


def test_who_was_in_hand_when_an_engine_died_waits_for_a_moment_only(world: World) -> None:
    world.start()
    phone = Phone(world)
    phone.ask("hallo")
    lease = timedelta(seconds=20)
    world.freeze()
    assert people.claim(world.database, world.persoon().id, "een proces dat niet meer leeft", world.now(), lease)
    phone.write("bent u daar?")
    until(lambda: len(world.rows(whatsapp_in)) == 2)
    world.pass_time(seconds=20)
    time.sleep(0.7)
    assert len(world.bot.heard) == 1
    world.pass_time(seconds=1)
    assert phone.new(2) == ["Antwoord op bent u daar?"]


# Killed


class Killable:
    """An engine in a process of its own. `ahead`: seconds that its clock stands before ours."""

    def __init__(self, settings: Settings, port: int, ahead: float) -> None:
        # Made by a process that did the importing once: that takes longer than all the rest.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.channels.whatsapp_server"])
        self._process = context.Process(target=serve, args=(settings.as_env(), port, ahead), daemon=True)
        self._process.start()
        deadline = time.monotonic() + LONG
        while not _answers(port):
            assert time.monotonic() < deadline and self._process.is_alive(), "de engine begon niet"
            time.sleep(0.02)

    def kill(self) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join(10)
        assert self._process.exitcode == -signal.SIGKILL


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


ROUNDS, EACH = 6, 24


def test_an_engine_that_is_killed_again_and_again_loses_and_doubles_nothing(
    world: World, crowd: tuple[Person, ...]
) -> None:
    rng, port, ahead = random.Random(3), free_port(), 0.0
    # Meta tries again until the next engine is there.
    world.meta.webhooks.options = Delivering(pauses=(0.1, 0.2, *(0.3,) * 200), timeout=2.0, parallel=8)
    world.subscribe(f"http://127.0.0.1:{port}/webhooks/whatsapp/webhook")
    phones = [Phone(world, person, number_of(person)) for person in crowd[:10]]
    written = dict.fromkeys((phone.person for phone in phones), 0)
    engine = Killable(world.settings, port, ahead)
    for _ in range(ROUNDS):
        for phone in rng.choices(phones, k=EACH):
            phone.write(text_of(phone.person, written[phone.person]))
            written[phone.person] += 1
            time.sleep(rng.uniform(0, 0.03))
        time.sleep(rng.uniform(0, 0.6))
        engine.kill()
        # Whoever was in hand is free again after 20 seconds; what was being sent goes again after 60.
        ahead += 21.0
        world.pass_time(seconds=21)
        engine = Killable(world.settings, port, ahead)
        # What Meta had to tell meanwhile, it tells first.
        world.sandbox.settle()
    deadline = time.monotonic() + LONG
    while not is_quiet(world.database, world.now()):
        assert time.monotonic() < deadline, "het bleef bezig"
        time.sleep(0.1)
        if _is_uncertain(world):
            engine.kill()
            ahead += 61.0
            world.pass_time(seconds=61)
            engine = Killable(world.settings, port, ahead)
    world.sandbox.settle()
    engine.kill()
    for phone in phones:
        answers = [f"Antwoord op {text_of(phone.person, number)}" for number in range(written[phone.person])]
        opening, *shown = phone.texts()
        assert opening.startswith(OPENING) and sorted(shown) == sorted(answers)
        # Their order is that of the conversation: what Meta repeated after an engine died came later into it.
        own = [one.tekst for one in world.said(phone.person) if one.van == "bewoner"]
        assert shown == [f"Antwoord op {text}" for text in own]
    assert sum(written.values()) == ROUNDS * EACH


def _is_uncertain(world: World) -> bool:
    """Whether all that is left was being sent when an engine died, and no status will tell of it."""
    left = {row["stand"] for row in world.rows(whatsapp_uit)} & {"wacht", "onzeker", "terug"}
    has_work = any(row["klaar_op"] is None for row in world.rows(whatsapp_in))
    return "onzeker" in left and not has_work and not world.meta.webhooks.pending


def test_answers_that_wait_for_another_system_hold_up_nobody_else(world: World, crowd: tuple[Person, ...]) -> None:
    world.start()
    answers = world.bot.answers

    async def reply(message: UserMessage) -> None:
        if message.text.startswith("traag"):
            while not world.bot.texts[-1].startswith("snel"):
                await asyncio.sleep(0.02)
        await answers(message)

    world.bot.reply = reply
    slow = [Phone(world, person, number_of(person)) for person in crowd[: ANSWERED_TOGETHER + 1]]
    for phone in slow:
        phone.write("traag")
    until(lambda: len(world.bot.heard) == len(slow))
    assert Phone(world, crowd[-1], number_of(crowd[-1])).ask("snel")[-1] == "Antwoord op snel"
    wait_until_quiet(world)
    assert all(phone.texts()[-1] == "Antwoord op traag" for phone in slow)
