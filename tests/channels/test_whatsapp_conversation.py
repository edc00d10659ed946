"""Talking on WhatsApp: the opening, choices, long answers, stopping, erasing, a human, and what came too late."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, ActiveLoop
from rasa.shared.core.trackers import DialogueStateTracker

from bot import takeover
from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of
from bot.channels import whatsapp_turns
from bot.conversations import store
from bot.conversations.model import Nieuw
from bot.conversations.tables import bericht_oordeel, gesprek, gesprek_bericht
from bot.handoff import callback, employees, queue
from bot.handoff.model import Eigenaar, Medewerker, Overdracht, Reden, Uitkomst
from bot.handoff.tables import overdracht
from bot.sandbox import whatsapp_webhooks as webhooks
from bot.sandbox.whatsapp_webhooks import new_wamid
from bot.whatsapp.tables import whatsapp_in, whatsapp_persoon, whatsapp_uit
from tests.channels.conftest import Make
from tests.channels.webchat_server import until
from tests.channels.whatsapp_server import OPENING, Phone, World
from tests.whatsapp.server import ANS, NOOR, NUMBER

LANG = "\n\n".join(f"Alinea {number}. " + "Dit is een zin van deze alinea. " * 30 for number in range(60))
"""Of more than four parts of three messages."""


def town(world: World, id: str = "voorbeeldstad") -> Gemeente:
    found: Gemeente = gemeenten_of(world.settings)[id]
    return found


# The opening


def test_the_opening_comes_once_in_thirty_days(phone: Phone) -> None:
    first, answer = phone.ask("hallo")
    assert first.startswith(OPENING) and "medewerker" in first and "Meta" in first
    assert answer == "Antwoord op hallo"
    assert phone.ask("nog iets") == ["Antwoord op nog iets"]
    phone.world.pass_time(days=29)
    assert phone.ask("een maand later") == ["Antwoord op een maand later"]
    phone.world.pass_time(days=1, hours=1)
    again, _ = phone.new_for("daarna", 2)
    assert again.startswith(OPENING)


def test_everybody_and_every_municipality_has_an_opening_of_its_own(world: World) -> None:
    from tests.whatsapp.server import MEHMET, OTHER

    world.start()
    for one in (Phone(world), Phone(world, MEHMET), Phone(world, NOOR), Phone(world, ANS, OTHER)):
        opening, answer = one.new_for("hallo", 2)
        assert opening.startswith(OPENING) and answer == "Antwoord op hallo"
    assert "Molendam" in opening


# Choices


@pytest.mark.parametrize("typed", ["Kosten", "2", "de tweede", "kosten"])
def test_a_choice_may_be_typed(phone: Phone, typed: str) -> None:
    """Rasa knows what it offered, and takes a title, a number or "de tweede"; the channel only has to pass it on."""
    phone.world.bot.says("Wat wilt u weten?", "Aanvragen", "Kosten")
    phone.ask("paspoort")
    phone.ask(typed)
    assert phone.world.bot.texts == ["paspoort", typed]


def test_a_choice_may_be_tapped(phone: Phone) -> None:
    phone.world.bot.says("Wat wilt u weten?", "Aanvragen", "Kosten")
    phone.ask("paspoort")
    assert [title for _, title in phone.choices()] == ["Aanvragen", "Kosten"]
    phone.tap("Kosten")
    phone.new(2)
    assert phone.world.bot.texts == ["paspoort", "Kosten"]


@pytest.mark.parametrize(("many", "kind"), [(3, "button"), (4, "list"), (10, "list"), (11, "text"), (30, "text")])
def test_more_choices_take_another_form(phone: Phone, many: int, kind: str) -> None:
    phone.world.bot.says("Welk product?", *(f"Keuze {number}" for number in range(1, many + 1)))
    phone.ask("product")
    message = phone.messages()[-1]
    assert (message.inhoud.get("type") or message.soort) == kind
    if kind == "text":
        assert f"{many}. Keuze {many}" in phone.texts()[-1] and "Typ het nummer" in phone.texts()[-1]
        phone.ask(str(many))
        assert phone.world.bot.texts[-1] == str(many)
    else:
        phone.tap(f"Keuze {many}")
        phone.new(2)
        assert phone.world.bot.texts[-1] == f"Keuze {many}"


def test_an_old_choice_is_about_what_it_stood_under(phone: Phone) -> None:
    from bot.cli.evaluate import prepare_catalog

    prepare_catalog(phone.world.settings)
    bot = phone.world.bot
    bot.says("U vraagt het aan bij de balie.", "Kosten", "Aanvragen", product="paspoort-aanvragen")
    phone.ask("paspoort")
    old = phone.messages()[-1]
    bot.says("Dat gaat zo.", "Aanvragen", product="rijbewijs-aanvragen")
    phone.ask("en een rijbewijs")
    before = len(phone.messages())
    phone.tap("Kosten", old)
    phone.new(before)
    assert bot.texts[-1] == "Kosten Paspoort aanvragen"
    assert [one.tekst for one in phone.world.said() if one.van == "bewoner"][-1] == "Kosten"
    # What is offered now as well is taken as that.
    phone.tap("Aanvragen", old)
    phone.new(before + 1)
    assert bot.texts[-1] == "Aanvragen"


def in_form(world: World, gesprek_id: str, active: bool = True) -> None:
    tracker = DialogueStateTracker(gesprek_id, None)
    tracker.update(ActionExecuted("afspraak_formulier"))
    tracker.update(ActiveLoop("afspraak_formulier" if active else None))
    keeper = world.engines[0].app.ctx.agent.tracker_store
    asyncio.run(keeper.save(tracker))


def test_an_old_choice_answers_nothing_that_is_asked_now(phone: Phone) -> None:
    bot = phone.world.bot
    bot.says("Klopt dit?", "Ja, verstuur het", "Nee")
    phone.ask("bel mij terug")
    old = phone.messages()[-1]
    bot.says("Welke dag?", "Maandag", "Dinsdag")
    phone.ask("afspraak")
    in_form(phone.world, phone.world.persoon().gesprek_id)
    before = len(phone.messages())
    phone.tap("Ja, verstuur het", old)
    assert phone.new(before) == ["Die knop hoort bij een eerdere vraag. Wilt u antwoord geven op mijn laatste vraag?"]
    assert bot.texts == ["bel mij terug", "afspraak"]


# Long answers


def test_a_long_answer_goes_on_after_meer(phone: Phone) -> None:
    bot = phone.world.bot
    bot.says(LANG)
    found = phone.new_for("vertel alles", 4)[1:]
    assert len(found) == 3 and found[-1].endswith("Typ *meer* voor de rest.")
    for way in ("meer", "tap", "Meer!", "lees meer"):
        before = len(phone.messages())
        if [title for _, title in phone.choices()] != ["Meer"]:
            break
        if way == "tap":
            phone.tap("Meer")
        else:
            phone.write(way)
        found += phone.new(before)
    assert "Typ *meer*" not in found[-1]
    whole = " ".join(" ".join(found).replace("Typ *meer* voor de rest.", "").split())
    assert whole == " ".join(LANG.split())
    assert len(bot.heard) == 1
    # Nothing is left: then it is a word as any other.
    bot.reply = bot.answers
    assert phone.ask("meer") == ["Antwoord op meer"]


def test_meer_under_an_earlier_answer_goes_on_there(phone: Phone) -> None:
    bot = phone.world.bot
    bot.says(LANG)
    phone.new_for("vertel alles", 4)
    old = phone.messages()[-1]
    bot.reply = bot.answers
    assert phone.ask("iets anders") == ["Antwoord op iets anders"]
    before = len(phone.messages())
    phone.tap("Meer", old)
    assert len(phone.new(before, 3)) == 3
    last, before = phone.messages()[-1], len(phone.messages())
    seen = before
    for _ in range(9):
        if [title for _, title in phone.choices(last)] != ["Meer"]:
            break
        phone.tap("Meer", last)
        phone.new(seen)
        seen, last = len(phone.messages()), phone.messages()[-1]
    assert any("Alinea 59." in text for text in phone.texts())
    phone.tap("Meer", old)
    assert phone.new(seen) == ["Er is niets meer te lezen. Stel gerust een andere vraag."]
    assert bot.texts == ["vertel alles", "iets anders"]


# Stopping


@pytest.mark.parametrize("typed", ["stop", "STOP!", "Stop ermee", "stoppen a.u.b.", "afmelden"])
def test_who_says_stop_hears_nothing_until_they_write_again(phone: Phone, typed: str) -> None:
    world = phone.world
    phone.ask("hallo")
    if typed == "stoppen a.u.b.":
        typed = "stoppen aub"
    (reply,) = phone.ask(typed)
    assert reply.startswith("Goed, ik stuur u niets meer") and world.persoon().gestopt
    # Of its own accord the assistant says nothing now.
    store.append(world.database, world.persoon().gesprek_id, Nieuw("vraagbaak", "Een herinnering"))
    until(lambda: world.persoon().uitgezet == len(world.said()))
    assert "Een herinnering" not in phone.texts()
    assert phone.ask("toch een vraag") == ["Antwoord op toch een vraag"]
    assert not world.persoon().gestopt
    store.append(world.database, world.persoon().gesprek_id, Nieuw("vraagbaak", "Nog een herinnering"))
    until(lambda: "Nog een herinnering" in phone.texts())
    assert world.bot.texts == ["hallo", "toch een vraag"]


def test_in_a_form_stop_stops_the_form(phone: Phone) -> None:
    phone.ask("afspraak")
    in_form(phone.world, phone.world.persoon().gesprek_id)
    assert phone.ask("stop") == ["Antwoord op stop"]
    assert not phone.world.persoon().gestopt


def test_in_the_queue_stop_stops_waiting(phone: Phone) -> None:
    world = phone.world
    phone.ask("hallo")
    waiting(world)
    (reply,) = phone.ask("stop")
    assert reply.startswith("U wacht niet meer op een medewerker.")
    assert queue.owner(world.database, world.persoon().gesprek_id) is Eigenaar.BOT
    assert not world.persoon().gestopt and world.bot.texts == ["hallo"]


def test_to_an_employee_stop_is_a_word(phone: Phone) -> None:
    phone.ask("hallo")
    helped(phone.world)
    phone.write("stop")
    phone.quiet()
    assert phone.world.said()[-1].tekst == "stop" and not phone.world.persoon().gestopt


# Erasing


ALL_TABLES = (whatsapp_persoon, whatsapp_uit, gesprek, gesprek_bericht, bericht_oordeel)


@pytest.mark.parametrize("way", ["Ja, wis alles", "tap", "ja", "1", "de eerste", "Ja graag!"])
@pytest.mark.parametrize("asked", ["verwijder mijn gegevens"])
def test_everything_is_erased_after_a_confirmation(phone: Phone, way: str, asked: str) -> None:
    world = phone.world
    phone.ask("wat kost een paspoort?")
    was = world.persoon()
    (question,) = phone.ask(asked)
    assert question.startswith("Wilt u dat ik dit gesprek en uw nummer wis?")
    before = len(phone.messages())
    if way == "tap":
        phone.tap("Ja, wis alles")
    else:
        phone.write(way)
    (receipt,) = phone.new(before)
    assert "Uw gegevens zijn gewist: 6 berichten." in receipt and "wisbewijs" in receipt
    kept = [row for row in world.rows(whatsapp_uit) if row["nummer"] > 0]
    assert kept == world.rows(whatsapp_persoon) == world.rows(gesprek) == world.rows(gesprek_bericht) == []
    (proof,) = world.rows(whatsapp_uit)
    until(lambda: world.rows(whatsapp_uit)[0]["stand"] == "afgeleverd")
    (proof,) = world.rows(whatsapp_uit)
    assert (proof["adres"], proof["lijf"]) == (None, None)
    assert {(row["persoon_id"], row["inhoud"]) for row in world.rows(whatsapp_in)} == {(None, None)}
    # A new message begins a new conversation.
    opening, answer = phone.new_for("hallo", 2)
    assert opening.startswith(OPENING) and answer == "Antwoord op hallo"
    now = world.persoon()
    assert now.id != was.id and now.gesprek_id != was.gesprek_id


@pytest.mark.parametrize(
    "asked",
    [
        "Verwijder mijn gegevens!",
        "verwijder alsjeblieft al mijn gegevens",
        "wis alles",
        "Mijn gegevens verwijderen",
        "ik wil mijn gegevens laten wissen",
        "delete mijn data",
    ],
)
def test_erasing_may_be_asked_in_other_words(phone: Phone, asked: str) -> None:
    assert phone.new_for(asked, 1)[-1].startswith("Wilt u dat ik dit gesprek en uw nummer wis?")
    assert phone.world.bot.heard == []


@pytest.mark.parametrize(
    "typed", ["hoe verwijder ik mijn gegevens uit het register", "wis", "mijn gegevens kloppen niet"]
)
def test_a_question_about_data_is_a_question(phone: Phone, typed: str) -> None:
    assert phone.new_for(typed, 2)[-1] == f"Antwoord op {typed}"


@pytest.mark.parametrize(
    ("typed", "asks"),
    [
        ("nee", False),
        ("Nee, bewaar het", False),
        ("2", False),
        ("toch niet", False),
        ("jammer dat het zo lang duurt", True),
        ("januari", True),
        ("ja maar wat wordt er dan gewist?", True),
        ("wat kost een paspoort?", True),
    ],
)
def test_without_a_clear_yes_everything_is_kept(phone: Phone, typed: str, asks: bool) -> None:
    world = phone.world
    phone.ask("hallo")
    phone.ask("verwijder mijn gegevens")
    (reply,) = phone.ask(typed)
    assert reply == (f"Antwoord op {typed}" if asks else "Goed, ik wis niets. Stel gerust een andere vraag.")
    assert len(world.said()) == 7
    # A yes to something else is no yes.
    assert phone.ask("ja") == ["Antwoord op ja"]


def test_an_old_yes_asks_again(phone: Phone) -> None:
    phone.ask("hallo")
    phone.ask("verwijder mijn gegevens")
    old = phone.messages()[-1]
    phone.ask("nee")
    before = len(phone.messages())
    phone.tap("Ja, wis alles", old)
    (question,) = phone.new(before)
    assert question.startswith("Wilt u dat ik dit gesprek")
    assert len(phone.world.people()) == 1


def test_what_was_said_after_the_yes_begins_a_new_conversation(phone: Phone) -> None:
    world, bot = phone.world, phone.world.bot
    phone.ask("hallo")
    phone.ask("verwijder mijn gegevens")
    was = world.persoon().id
    go = threading.Event()

    async def waits(message: UserMessage) -> None:
        while not go.is_set():
            await asyncio.sleep(0.01)
        await bot.answers(message)

    bot.reply = waits
    before = len(phone.messages())
    phone.write("eerst dit nog")
    until(lambda: len(bot.heard) == 2)
    phone.write("verwijder mijn gegevens"), phone.write("ja"), phone.write("een nieuwe vraag")
    until(lambda: len(world.rows(whatsapp_in)) == 6)
    go.set()
    found = phone.new(before, 5)
    assert [one[:15] for one in found] == [
        "Antwoord op eer",
        "Wilt u dat ik d",
        "Uw gegevens zij",
        OPENING[:15],
        "Antwoord op een",
    ]
    assert world.persoon().id != was and len(world.people()) == 1


def test_erasing_while_the_bot_answers_leaves_nothing(phone: Phone) -> None:
    """An employee, or the retention, erases just then."""
    from bot.privacy.erasure import erase_everywhere

    world, bot = phone.world, phone.world.bot
    phone.ask("hallo")

    async def erased(message: UserMessage) -> None:
        erase_everywhere(world.database, world.database, message.sender_id)
        await bot.answers(message)

    bot.reply = erased
    phone.write("nog iets")
    until(lambda: world.rows(gesprek) == [])
    phone.quiet()
    assert world.rows(whatsapp_persoon) == world.rows(gesprek_bericht) == world.rows(whatsapp_uit) == []


# A human


def employee(world: World) -> Medewerker:
    made = employees.add(world.database, "noor", "Noor", [("voorbeeldstad", "medewerker")])
    employees.set_presence(world.database, made.id, True)
    return made


def waiting(world: World) -> Overdracht:
    return takeover.ask(
        world.database,
        town(world),
        gesprek_id=world.persoon().gesprek_id,
        reden=Reden.GEVRAAGD,
        delen=True,
    )


def helped(world: World) -> tuple[Overdracht, Medewerker]:
    """An employee has the conversation."""
    noor, asked = employee(world), waiting(world)
    taken = queue.claim(world.database, asked.id, noor.id, 3)
    takeover.picked_up(world.database, taken, noor)
    return taken, noor


def test_the_bot_is_silent_while_an_employee_has_the_conversation(phone: Phone) -> None:
    world = phone.world
    phone.ask("ik wil een mens spreken")
    taken, noor = helped(world)
    phone.write("bent u daar?")
    world.meta.give(phone.number, phone.person, "image", "image/jpeg", b"foto", caption="kijk")
    phone.quiet()
    assert world.bot.texts == ["ik wil een mens spreken"]
    assert [one.tekst for one in world.said()][-2:] == ["bent u daar?", "(stuurde een foto) kijk"]
    before = len(phone.messages())
    takeover.say(world.database, taken, noor, "Jazeker, *waarmee* kan ik helpen?", "1")
    assert phone.new(before) == ["Noor: Jazeker, ∗waarmee∗ kan ik helpen?"]
    queue.close(world.database, taken.id, uitkomst=Uitkomst.OPGELOST, medewerker_id=noor.id)
    takeover.closed(world.database, town(world), taken, noor)
    (over,) = phone.new(before + 1)
    assert over.startswith("Het gesprek met Noor is klaar.")
    assert phone.ask("8") == ["Dank u wel voor uw cijfer."]
    assert phone.ask("en wat kost het?") == ["Antwoord op en wat kost het?"]
    assert phone.ask("8") == ["Antwoord op 8"]


def test_what_an_employee_says_is_at_the_phone_at_once(phone: Phone) -> None:
    import time

    world = phone.world
    phone.ask("hallo")
    taken, noor = helped(world)
    took = []
    for number in range(3):
        before = len(phone.messages())
        begun = time.monotonic()
        takeover.say(world.database, taken, noor, f"bericht {number}", str(number))
        until(lambda before=before: len(phone.messages()) > before)
        took.append(time.monotonic() - begun)
    print(f"seconden tot de telefoon: {', '.join(f'{one:.2f}' for one in took)}")
    assert phone.texts()[-3:] == [f"Noor: bericht {number}" for number in range(3)]


@pytest.mark.parametrize(
    ("typed", "grade"),
    [
        ("8", 8),
        ("een 7", 7),
        ("10", 10),
        ("9/10", 9),
        ("Ik geef een 6", 6),
        ("11", None),
        ("0", None),
        ("bedankt", None),
    ],
)
def test_a_grade_after_an_employee(phone: Phone, typed: str, grade: int | None) -> None:
    world = phone.world
    phone.ask("hallo")
    taken, noor = helped(world)
    queue.close(world.database, taken.id, uitkomst=Uitkomst.OPGELOST, medewerker_id=noor.id)
    takeover.closed(world.database, town(world), taken, noor)
    phone.new(2)
    (reply,) = phone.ask(typed)
    given = [row["duim"] for row in world.rows(bericht_oordeel)]
    if grade is None:
        assert reply == f"Antwoord op {typed}" and given == []
        # It may still come.
        assert phone.ask("5") == ["Dank u wel voor uw cijfer."]
    else:
        assert reply == "Dank u wel voor uw cijfer." and given == [str(grade)]


def test_a_number_under_choices_is_no_grade(phone: Phone) -> None:
    world = phone.world
    phone.ask("hallo")
    taken, noor = helped(world)
    queue.close(world.database, taken.id, uitkomst=Uitkomst.OPGELOST, medewerker_id=noor.id)
    takeover.closed(world.database, town(world), taken, noor)
    world.bot.says("Welke bedoelt u?", "Een", "Twee")
    phone.new(2)
    phone.ask("parkeren")
    phone.ask("2")
    assert world.bot.texts[-1] == "2" and world.rows(bericht_oordeel) == []


def test_an_answer_that_comes_after_an_employee_took_over_is_dropped(phone: Phone) -> None:
    world, bot = phone.world, phone.world.bot
    phone.ask("hallo")

    async def too_late(message: UserMessage) -> None:
        helped(world)
        await bot.answers(message)

    bot.reply = too_late
    phone.write("medewerker")
    until(lambda: len(bot.heard) == 2)
    phone.quiet()
    assert len(phone.messages()) == 2


# What breaks


@pytest.mark.parametrize("kind", ["silent", "raises"])
def test_a_bot_that_fails_gives_a_way_on(
    phone: Phone, kind: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.channels import whatsapp_work

    monkeypatch.setattr(whatsapp_work, "RUST_NA_FOUT", 0.1)
    phone.world.bot.reply = getattr(phone.world.bot, kind)
    assert "bel 14 088" in phone.new_for("zeldzaamwoord", 2)[1]
    assert len(phone.world.bot.heard) == (1 if kind == "silent" else whatsapp_turns.MEESTE_POGINGEN)
    assert "zeldzaamwoord" not in caplog.text
    phone.world.bot.reply = phone.world.bot.answers
    assert phone.ask("en nu?") == ["Antwoord op en nu?"]


def test_what_breaks_once_is_answered_all_the_same(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.channels import whatsapp_work

    monkeypatch.setattr(whatsapp_work, "RUST_NA_FOUT", 0.1)
    bot = phone.world.bot

    async def once(message: UserMessage) -> None:
        bot.reply = bot.answers
        raise RuntimeError("stuk")

    bot.reply = once
    phone.write("hallo"), phone.write("en dit")
    assert phone.new(0, 3)[1:] == ["Antwoord op hallo", "Antwoord op en dit"]


def test_an_answer_that_takes_too_long_is_given_up(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatsapp_turns, "LANGSTE_BEURT", 0.2)

    async def for_ever(message: UserMessage) -> None:
        await asyncio.sleep(600)

    phone.world.bot.reply = for_ever
    assert "bel 14 088" in phone.new_for("hallo", 2)[1]
    assert len(phone.world.bot.heard) == 1


def test_what_was_answered_just_before_the_process_died_is_not_asked_again(world: World) -> None:
    world.start()
    phone = Phone(world)
    phone.ask("hallo")
    world.stop()
    with world.database.begin() as connection:
        connection.execute(
            sa.update(whatsapp_in).values(klaar_op=None, inhoud={"soort": "tekst", "tekst": "hallo"}, pogingen=3)
        )
    world.start()
    phone.quiet()
    assert len(world.bot.heard) == 1 and len(phone.messages()) == 2


# Too late to answer


def old(world: World, words: str, **ago: float) -> webhooks.Piece:
    return webhooks.text_message(NUMBER, ANS, words, id=new_wamid(), at=world.now() - timedelta(**ago))


def test_what_is_older_than_a_day_is_called_back(world: World) -> None:
    world.start()
    assert world.post(old(world, "vraag een", hours=26), old(world, "vraag twee", hours=25)) == 200
    until(lambda: len(world.people()) == 1 and len(world.said()) == 2)
    Phone(world).quiet()
    (made,) = callback.of_conversation(world.database, world.persoon().gesprek_id)
    assert (made.telefoon, made.gemeente, made.kanaal) == ("+31600000001", "voorbeeldstad", "whatsapp")
    assert made.vraag == "vraag een\nvraag twee" and "ouder dan 24 uur" in (made.onderwerp or "")
    assert world.bot.heard == [] and Phone(world).messages() == []
    # What is just fresh enough is answered.
    fresh = Phone(world)
    assert world.post(old(world, "vraag drie", hours=23)) == 200
    assert fresh.new(0, 2)[1] == "Antwoord op vraag drie"


def test_what_is_older_than_a_day_of_somebody_without_a_number_waits_for_an_employee(world: World) -> None:
    world.start()
    piece = webhooks.text_message(NUMBER, NOOR, "vraag", id=new_wamid(), at=world.now() - timedelta(hours=30))
    assert world.post(piece) == 200
    until(lambda: len(world.rows(overdracht)) == 1)
    assert queue.owner(world.database, world.persoon(NOOR).gesprek_id) is Eigenaar.WACHTRIJ
    assert world.rows(overdracht)[0]["vanaf_nummer"] == 1 and world.bot.heard == []


# Privacy


def test_nothing_about_a_person_can_be_read_anywhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    world.start()
    for person in (ANS, NOOR):
        phone = Phone(world, person)
        phone.ask("hallo")
        world.meta.give(phone.number, person, "audio", "audio/ogg", b"stem", voice=True)
        phone.new(2)
        phone.write("stop"), phone.quiet()
    world.sandbox.faults.fail(131026, way="status")
    Phone(world).write("nog een vraag")
    until(lambda: any(row["stand"] == "mislukt" for row in world.rows(whatsapp_uit)))
    Phone(world).quiet()
    secrets = ["600000001", "4455667788", "6677889900", "Ans de Vries", "wamid."]
    with world.database.connect() as connection:
        dump = "\n".join(connection.connection.connection.iterdump())
    data = Path(world.settings.data_dir)
    files = b"".join(path.read_bytes() for path in data.iterdir() if path.is_file())
    own_logs = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot.channels"))
    assert "whatsapp_persoon" in dump and own_logs
    for secret in secrets:
        assert secret not in dump and secret.encode() not in files, secret
        assert secret not in own_logs, secret
    for record in caplog.records:
        if not record.name.startswith(("bot.sandbox", "sqlalchemy", "httpx", "httpcore")):
            assert not any(secret in record.getMessage() for secret in secrets), record


def test_what_must_not_be_stored_is_masked_before_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.start()
    phone = Phone(world)
    world.bot.reply = world.bot.silent
    phone.write("mijn bsn is 111222333 en mijn zaak ZAAK-2026-0000000123")
    phone.new(0, 2)
    assert world.bot.texts == ["mijn bsn is [bsn] en mijn zaak ZAAK-2026-0000000123"]
    assert b"111222333" not in b"".join(path.read_bytes() for path in Path(world.settings.data_dir).iterdir())


def test_what_is_very_long_is_cut_and_said_so(phone: Phone) -> None:
    phone.new_for("x" * 4000, 2)
    (heard,) = phone.world.bot.heard
    assert len(heard.text) == phone.world.settings.max_message_chars and heard.metadata["ingekort"] is True


def test_a_reminder_of_rasa_reaches_the_phone(world: World) -> None:
    """What Rasa says by itself goes through the channel's own output."""
    from bot.channels.whatsapp import WhatsappChannel

    world.start()
    phone = Phone(world)
    phone.ask("hallo")
    output: Any = WhatsappChannel(now=world.now).get_output_channel()
    asyncio.run(output.send_response(world.persoon().gesprek_id, {"text": "U hebt morgen een afspraak."}))
    assert phone.new(2) == ["U hebt morgen een afspraak."]


def test_a_file_and_a_place_go_out(make_world: Make) -> None:
    world = make_world()
    world.start()
    phone = Phone(world)
    plaats = {"naam": "Stadhuis", "adres": "Stadsplein 1", "breedte": 52.0907, "lengte": 5.1214}
    document = {"naam": "folder.pdf", "url": "https://www.voorbeeldstad.example/folder.pdf"}
    world.bot.says("Kijk hier.", plaats=plaats, document=document)
    phone.new_for("waar is het?", 4)
    assert [one.soort for one in phone.messages()[1:]] == ["text", "document", "location"]
