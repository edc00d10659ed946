"""Sending on WhatsApp: what each of Meta's errors leads to, the 24 hours, and answers that get lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import takeover
from bot.channels import whatsapp_sending, whatsapp_work
from bot.conversations import store
from bot.conversations.model import Nieuw
from bot.sandbox import whatsapp_webhooks as webhooks
from bot.sandbox.whatsapp_errors import GraphError
from bot.sandbox.whatsapp_values import Limits
from bot.sandbox.whatsapp_world import Habits
from bot.whatsapp import outbox
from bot.whatsapp.errors import TABEL, Reactie
from bot.whatsapp.graph import Graphs
from bot.whatsapp.limits import Ritme
from bot.whatsapp.tables import whatsapp_nummer, whatsapp_uit
from tests.channels.conftest import Make
from tests.channels.test_whatsapp_conversation import LANG, helped
from tests.channels.webchat_server import until
from tests.channels.whatsapp_server import SJABLOON, Gate, Phone, World
from tests.whatsapp.server import ANS, MEHMET, NUMBER

MISLUKT, TE_LAAT = "WhatsApp kon dit bericht niet bezorgen", "is ouder dan 24 uur"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatsapp_work, "LOOK_EVERY", 0.05)


@pytest.fixture
def talking(phone: Phone) -> Phone:
    """Ans, who said something before."""
    phone.ask("hallo")
    return phone


def rows(world: World, *standen: str) -> list[Any]:
    found = sorted(world.rows(whatsapp_uit), key=lambda row: int(row["id"]))
    return [row for row in found if not standen or row["stand"] in standen]


def notes(world: World) -> list[str]:
    """What only the desk shows."""
    return [one.tekst for one in world.said() if one.extra.get("voor") == "medewerker"]


def one_that(world: World, *standen: str) -> Any:
    """The only piece that stands so, once there is one."""
    (row,) = until(lambda: rows(world, *standen))
    return row


def sends(world: World) -> int:
    return len(world.meta.refused) + len(world.meta.store.sent(NUMBER.phone_number_id))


def codes(*reacties: Reactie) -> list[int]:
    return sorted(code for code, wat in TABEL.items() if wat in reacties)


# Each error, in the answer and in a status that comes later


@pytest.mark.parametrize("way", ["answer", "status"])
@pytest.mark.parametrize("code", codes(Reactie.OPNIEUW))
def test_what_passes_is_tried_again_with_growing_pauses(talking: Phone, code: int, way: Any) -> None:
    world = talking.world
    world.freeze()
    world.sandbox.faults.fail(code, times=3, way=way)
    talking.write("nog een vraag")
    pauses = []
    for attempt in range(1, 4):
        row = until(lambda attempt=attempt: [r for r in rows(world, "wacht") if r["pogingen"] == attempt])[0]
        assert row["fout"] == code
        pauses.append((row["volgende_op"] - world.now()).total_seconds())
        world.pass_time(seconds=pauses[-1])
    talking.new(2)
    assert talking.texts()[-1] == "Antwoord op nog een vraag" and len(talking.messages()) == 3
    for number, seconds in enumerate(pauses, start=1):
        assert 0.75 * 2**number <= seconds <= 1.25 * 2**number
    assert notes(world) == []


def test_what_keeps_failing_is_told_to_the_employee(talking: Phone) -> None:
    world = talking.world
    world.sandbox.faults.fail(131000, times=None)
    talking.write("nog een vraag")
    for attempt in range(1, 5):
        until(lambda attempt=attempt: [row for row in rows(world, "wacht") if row["pogingen"] == attempt])
        world.pass_time(seconds=30)
    row = one_that(world, "mislukt")
    assert (row["pogingen"], row["fout"], row["lijf"]) == (5, 131000, None)
    (note,) = until(lambda: notes(world))
    assert MISLUKT in note and "131000" in note
    world.sandbox.faults.clear()
    assert talking.ask("en nu?") == ["Antwoord op en nu?"]
    # What only the desk shows never goes out.
    assert not any(MISLUKT in text for text in talking.texts())


@pytest.mark.parametrize("way", ["answer", "status"])
@pytest.mark.parametrize("code", codes(Reactie.NUMMER_RUSTIG))
def test_too_much_from_a_number_holds_back_all_that_it_sends(world: World, code: int, way: Any) -> None:
    world.start()
    ans, mehmet = Phone(world), Phone(world, MEHMET)
    ans.ask("hallo"), mehmet.ask("hallo")
    world.sandbox.faults.fail(code, way=way)
    ans.write("vraag van Ans")
    rest = until(lambda: world.rows(whatsapp_nummer))[0]
    assert (rest["fout"], rest["gestopt_op"]) == (code, None)
    # Minutes for the app or account, seconds for the number; here it is made long enough to be seen.
    seconds = (rest["rust_tot"] - world.now()).total_seconds()
    assert (seconds > 40) == (code != 130429)
    outbox.let_rest(world.database, NUMBER.phone_number_id, until=world.now() + timedelta(minutes=5), fout=code)
    mehmet.write("vraag van Mehmet")
    until(lambda: len([row for row in rows(world, "wacht") if row["volgende_op"] > world.now()]) == 2)
    assert len(ans.messages()) == len(mehmet.messages()) == 2
    world.pass_time(minutes=6)
    assert ans.new(2) == ["Antwoord op vraag van Ans"] and mehmet.new(2) == ["Antwoord op vraag van Mehmet"]


def test_a_number_rests_longer_each_time(talking: Phone) -> None:
    world = talking.world
    world.freeze()
    world.sandbox.faults.fail(4, times=4)
    talking.write("nog een vraag")
    rests: list[float] = []
    for _ in range(4):
        rest = until(lambda: [row for row in world.rows(whatsapp_nummer) if row["rust_tot"] > world.now()])[0]
        rests.append((rest["rust_tot"] - world.now()).total_seconds())
        world.pass_time(seconds=rests[-1] + 1)
    talking.new(2)
    assert talking.texts()[-1] == "Antwoord op nog een vraag"
    assert rests == sorted(rests) and rests[-1] > 4 * rests[0]
    # Waiting is no attempt.
    assert rows(world)[-1]["pogingen"] == 1


@pytest.mark.parametrize("way", ["answer", "status"])
def test_too_fast_to_one_user_waits_for_that_user_alone(world: World, way: Any) -> None:
    world.start()
    ans, mehmet = Phone(world), Phone(world, MEHMET)
    ans.ask("hallo"), mehmet.ask("hallo")
    world.freeze()
    world.sandbox.faults.fail(131056, times=4, way=way)
    ans.write("vraag")
    for power in range(4):
        row = until(lambda: [row for row in rows(world, "wacht") if row["volgende_op"] > world.now()])[0]
        assert (row["volgende_op"] - world.now(), row["fout"]) == (timedelta(seconds=4**power), 131056)
        if power == 3:
            mehmet.write("vraag van Mehmet")
            until(lambda: mehmet.texts()[-1] == "Antwoord op vraag van Mehmet")
            assert len(ans.messages()) == 2
        world.pass_time(seconds=4**power)
    assert ans.new(2) == ["Antwoord op vraag"]
    assert world.rows(whatsapp_nummer) == []


@pytest.mark.parametrize("way", ["answer", "status"])
@pytest.mark.parametrize("code", [*codes(Reactie.STOPPEN), 200])
def test_what_only_the_operator_can_mend_stops_the_number_and_keeps_the_queue(
    talking: Phone, code: int, way: Any, caplog: pytest.LogCaptureFixture
) -> None:
    world = talking.world
    world.sandbox.faults.fail(code, way=way)
    talking.write("nog een vraag")
    stopped = until(lambda: [row for row in world.rows(whatsapp_nummer) if row["gestopt_op"]])[0]
    assert stopped["fout"] == code
    talking.write("en nog een")
    until(lambda: len(rows(world, "wacht")) == 2)
    tried = sends(world)
    for _ in range(3):
        world.pass_time(minutes=10)
        until(lambda: rows(world, "wacht")[0]["volgende_op"] > world.now())
    assert sends(world) == tried and len(talking.messages()) == 2
    critical = [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"]
    assert len(critical) == 1 and f"code {code}" in critical[0] and "voorbeeldstad" in critical[0]
    outbox.let_rest(world.database, NUMBER.phone_number_id, until=None)
    world.pass_time(seconds=31)
    talking.new(2, 2)
    assert talking.texts()[-2:] == ["Antwoord op nog een vraag", "Antwoord op en nog een"]
    assert notes(world) == []


@pytest.mark.parametrize("code", [131031, 131042, 130429])
def test_an_error_of_the_number_itself_holds_it_back(talking: Phone, code: int) -> None:
    world = talking.world
    assert world.post(webhooks.number_error(NUMBER, GraphError(code, "uitleg"))) == 200
    (held,) = world.rows(whatsapp_nummer)
    assert held["fout"] == code and bool(held["gestopt_op"]) == (code != 130429)
    if code == 130429:
        outbox.let_rest(world.database, NUMBER.phone_number_id, until=world.now() + timedelta(minutes=5))
    talking.write("nog een vraag")
    until(lambda: [row for row in rows(world, "wacht") if row["volgende_op"] > world.now()])
    assert len(talking.messages()) == 2
    outbox.let_rest(world.database, NUMBER.phone_number_id, until=None)
    world.pass_time(minutes=6)
    assert talking.new(2) == ["Antwoord op nog een vraag"]


def test_an_error_of_another_municipalitys_number_holds_nothing_back(world: World) -> None:
    (Path(world.settings.secrets_dir) / "molendam.whatsapp_app_secret").write_text("geheim-van-molendam")
    world.start()
    piece = webhooks.number_error(NUMBER, GraphError(131031, "op slot"))
    assert world.post(piece, secret="geheim-van-molendam") == 200
    assert world.rows(whatsapp_nummer) == []


def test_a_stop_ends_when_the_engine_starts_again(talking: Phone) -> None:
    world = talking.world
    world.sandbox.faults.fail(190)
    talking.write("nog een vraag")
    until(lambda: world.rows(whatsapp_nummer) and rows(world, "wacht"))
    world.restart()
    world.pass_time(seconds=31)
    assert talking.new(2) == ["Antwoord op nog een vraag"]


@pytest.mark.parametrize("way", ["answer", "status"])
@pytest.mark.parametrize(
    "code", [code for code in codes(Reactie.ONBEREIKBAAR, Reactie.ONZE_FOUT, Reactie.GRENS) if code != 2500]
)
def test_what_never_arrives_is_marked_and_told(
    talking: Phone, code: int, way: Any, caplog: pytest.LogCaptureFixture
) -> None:
    world = talking.world
    world.sandbox.faults.fail(code, way=way)
    talking.write("nog een vraag")
    row = one_that(world, "mislukt")
    assert (row["fout"], row["lijf"]) == (code, None)
    (note,) = until(lambda: notes(world))
    assert MISLUKT in note and f"(code {code})" in note
    # An error of ours is for somebody to look at, at the first one.
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert any(f"code {code}" in error for error in errors) == (TABEL[code] is Reactie.ONZE_FOUT)
    assert talking.ask("en nu?") == ["Antwoord op en nu?"]
    assert sends(world) == 4


def test_an_error_that_nobody_knows_is_ours_to_look_at(talking: Phone, caplog: pytest.LogCaptureFixture) -> None:
    world = talking.world
    world.meta.habits = Habits(statuses=False)
    talking.ask("nog een vraag")
    sent = talking.messages()[-1]
    failed = webhooks.status(NUMBER, ANS, sent.wamid, "failed", at=world.now(), opaque=sent.kenmerk)
    failed.body["errors"] = [{"code": 999999, "title": "Nieuw", "message": "+31600000001 is weg"}]
    assert world.post(failed) == 200
    assert one_that(world, "mislukt")["fout"] == 999999
    until(lambda: notes(world))
    assert "999999" in caplog.text and "600000001" not in caplog.text


def test_a_long_answer_that_fails_is_told_once(talking: Phone) -> None:
    world = talking.world
    world.sandbox.faults.fail(131026, times=3)
    world.bot.says(LANG)
    talking.write("vertel alles")
    until(lambda: len(rows(world, "mislukt")) == 3)
    talking.quiet()
    assert len(notes(world)) == 1


@pytest.mark.parametrize("way", ["answer", "status"])
@pytest.mark.parametrize("code", codes(Reactie.ANDER_SOORT))
def test_what_does_not_work_in_this_form_goes_as_text(talking: Phone, code: int, way: Any) -> None:
    world = talking.world
    world.bot.says("Wat wilt u weten?", "Kosten", "Aanvragen")
    world.sandbox.faults.fail(code, way=way)
    assert talking.ask("paspoort") == ["Wat wilt u weten?\n\n1. Kosten\n2. Aanvragen"]
    world.bot.says("Hier staat het.", document={"naam": "folder.pdf", "url": "https://www.voorbeeldstad.example/f.pdf"})
    world.sandbox.faults.fail(code, way=way, skip=1)
    assert talking.new_for("folder", 2)[1] == "folder.pdf: https://www.voorbeeldstad.example/f.pdf"
    plaats = {"naam": "Stadhuis", "adres": "Stadsplein 1", "breedte": 52.0907, "lengte": 5.1214}
    world.bot.says("Hier is het.", plaats=plaats)
    world.sandbox.faults.fail(code, way=way, skip=1)
    assert talking.new_for("waar", 2)[1] == "Stadhuis\nStadsplein 1"
    assert notes(world) == []
    # A bare text has no other form.
    world.bot.reply = world.bot.answers
    world.sandbox.faults.fail(code, way=way)
    talking.write("hallo")
    assert one_that(world, "mislukt")["fout"] == code


@pytest.mark.parametrize("code", codes(Reactie.SJABLOON_FOUT))
def test_a_template_that_is_wrong_is_told_and_the_message_waits(
    make_world: Make, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    world = make_world(sjabloon=SJABLOON)
    world.start()
    phone = Phone(world)
    phone.ask("hallo")
    taken, noor = helped(world)
    world.pass_time(hours=25)
    world.sandbox.faults.fail(code)
    takeover.say(world.database, taken, noor, "Bent u er nog?", "1")
    row = one_that(world, "mislukt")
    assert (row["fout"], row["nummer"]) == (code, -1)
    late, wrong = until(lambda: len(notes(world)) == 2 and notes(world))
    assert TE_LAAT in late and f"(code {code})" in wrong
    assert any(f"code {code}" in record.getMessage() for record in caplog.records if record.levelname == "ERROR")
    assert phone.new_for("ja hoor", 1) == ["Noor: Bent u er nog?"]


def test_errors_that_come_with_a_message_are_no_fault_of_ours(talking: Phone) -> None:
    world = talking.world
    before = len(talking.messages())
    world.meta.give_poll(talking.number, talking.person)
    assert "Typt u uw vraag?" in talking.new(before)[0]
    assert world.rows(whatsapp_nummer) == rows(world, "mislukt") == []


# The 24 hours


def test_after_24_hours_a_template_asks_once_and_the_message_follows_the_answer(make_world: Make) -> None:
    world = make_world(sjabloon=SJABLOON)
    world.start()
    phone = Phone(world)
    phone.ask("hallo")
    taken, noor = helped(world)
    world.pass_time(hours=23, minutes=58)
    takeover.say(world.database, taken, noor, "Nog net op tijd.", "1")
    assert phone.new(2) == ["Noor: Nog net op tijd."]
    world.pass_time(minutes=5)
    late = takeover.say(world.database, taken, noor, "Bent u er nog?", "2")
    takeover.say(world.database, taken, noor, "Ik hoor het graag.", "3")
    (asks,) = phone.new(3)
    assert asks.startswith("Een medewerker van de gemeente heeft een antwoord")
    until(lambda: len(notes(world)) == 2)
    assert all(TE_LAAT in note and "Er is gevraagd of" in note for note in notes(world))
    assert outbox.stands(world.database, world.persoon().id)[late.nummer] == "vastgehouden"
    world.meta.tap(phone.number, phone.person, phone.messages()[-1].wamid, "Ja, ga verder")
    assert phone.new(4, 2) == ["Noor: Bent u er nog?", "Noor: Ik hoor het graag."]
    assert world.bot.texts == ["hallo"]
    # And again, a day later.
    world.pass_time(hours=25)
    takeover.say(world.database, taken, noor, "Nog een ding.", "4")
    assert phone.new(6)[0].startswith("Een medewerker van de gemeente")


def test_without_a_template_the_employee_is_told_and_the_message_waits(talking: Phone) -> None:
    world = talking.world
    taken, noor = helped(world)
    world.pass_time(hours=25)
    takeover.say(world.database, taken, noor, "Bent u er nog?", "1")
    (note,) = until(lambda: notes(world))
    assert TE_LAAT in note and "Bel anders terug." in note
    talking.quiet()
    assert len(talking.messages()) == 2
    assert talking.new_for("ik ben er weer", 1) == ["Noor: Bent u er nog?"]


def test_who_said_stop_gets_no_template(make_world: Make) -> None:
    world = make_world(sjabloon=SJABLOON)
    world.start()
    phone = Phone(world)
    phone.ask("hallo"), phone.ask("stop")
    taken, noor = helped(world)
    world.pass_time(hours=25)
    takeover.say(world.database, taken, noor, "Bent u er nog?", "1")
    (note,) = until(lambda: notes(world))
    assert "Bel anders terug." in note
    phone.quiet()
    assert len(phone.messages()) == 3


@pytest.mark.parametrize("way", ["answer", "status"])
def test_a_window_that_meta_sees_otherwise_is_believed(talking: Phone, way: Any) -> None:
    world = talking.world
    world.sandbox.faults.fail(131047, way=way)
    talking.write("nog een vraag")
    assert one_that(world, "vastgehouden")["fout"] == 131047
    until(lambda: TE_LAAT in "".join(notes(world)))
    assert talking.new_for("bent u daar?", 2) == ["Antwoord op nog een vraag", "Antwoord op bent u daar?"]


def test_a_message_of_the_assistant_waits_as_well(talking: Phone) -> None:
    world = talking.world
    world.pass_time(hours=30)
    store.append(world.database, world.persoon().gesprek_id, Nieuw("vraagbaak", "Uw afspraak is morgen."))
    one_that(world, "vastgehouden")
    assert talking.new_for("hoi", 2) == ["Uw afspraak is morgen.", "Antwoord op hoi"]


# Answers that get lost


def test_an_answer_that_gets_lost_is_made_good_by_a_status(talking: Phone) -> None:
    world = talking.world
    world.sandbox.faults.add("lost", path="/messages", times=1)
    talking.write("nog een vraag")
    talking.new(2)
    until(lambda: rows(world)[-1]["stand"] == "afgeleverd")
    world.pass_time(minutes=5)
    assert talking.ask("en nu?") == ["Antwoord op en nu?"]
    assert len(talking.messages()) == 4 and rows(world)[2]["pogingen"] == 1


@pytest.mark.parametrize("fault", ["lost", "garbled", "shape"])
def test_an_answer_that_gets_lost_without_a_status_is_sent_again_after_a_minute(talking: Phone, fault: Any) -> None:
    world = talking.world
    world.meta.habits = Habits(statuses=False)
    world.sandbox.faults.add(fault, path="/messages", times=1)
    talking.write("nog een vraag")
    row = until(lambda: len(talking.messages()) == 3 and rows(world, "onzeker"))[0]
    assert timedelta(seconds=30) < row["volgende_op"] - world.now() <= timedelta(seconds=60)
    talking.write("en dit")
    until(lambda: len(rows(world, "wacht")) == 1)
    assert len(talking.messages()) == 3
    world.pass_time(seconds=61)
    talking.new(3, 2)
    assert talking.texts()[2:] == ["Antwoord op nog een vraag"] * 2 + ["Antwoord op en dit"]
    assert len({message.kenmerk for message in talking.messages()[2:4]}) == 1


def test_answers_that_keep_getting_lost_end(talking: Phone) -> None:
    world = talking.world
    world.meta.habits = Habits(statuses=False)
    world.sandbox.faults.add("lost", path="/messages", times=None)
    talking.write("nog een vraag")
    for attempt in range(1, 4):
        until(lambda attempt=attempt: len(talking.messages()) == 2 + attempt)
        world.pass_time(seconds=61)
    assert one_that(world, "mislukt")["pogingen"] == 3
    assert len(talking.messages()) == 5
    (note,) = until(lambda: notes(world))
    assert MISLUKT in note and "code" not in note


def test_a_connection_that_is_away_loses_nothing(talking: Phone) -> None:
    world, gate = talking.world, Gate()
    world.stop()
    world.start(Graphs(gate))
    talking.write("nog een vraag")
    for tries in range(1, 9):
        until(lambda tries=tries: gate.refused >= tries)
        row = until(lambda: [row for row in rows(world, "wacht") if row["volgende_op"] > world.now()])[0]
        assert row["pogingen"] == 0 and row["volgende_op"] - world.now() <= timedelta(seconds=75)
        world.pass_time(seconds=76)
    assert len(talking.messages()) == 2 and notes(world) == []
    gate.open = True
    world.pass_time(seconds=76)
    assert talking.new(2) == ["Antwoord op nog een vraag"]


def test_an_answer_of_something_in_between_is_uncertain(talking: Phone) -> None:
    world = talking.world
    world.sandbox.faults.add("status", path="/messages", status=502, times=1)
    talking.write("nog een vraag")
    one_that(world, "onzeker")
    talking.world.sandbox.settle()
    world.pass_time(seconds=61)
    assert talking.new(2) == ["Antwoord op nog een vraag"]


# Statuses


def test_statuses_out_of_order_never_step_back(talking: Phone) -> None:
    world = talking.world
    world.meta.habits = Habits(statuses=False)
    talking.ask("nog een vraag")
    sent = talking.messages()[-1]
    words: tuple[webhooks.State, ...] = ("delivered", "sent", "read", "delivered", "failed", "sent", "played")
    seen = []
    for word in words:
        piece = webhooks.status(NUMBER, ANS, sent.wamid, word, at=world.now(), opaque=sent.kenmerk)
        assert world.post(piece) == 200
        seen.append(rows(world)[-1]["stand"])
    assert seen == ["afgeleverd", "afgeleverd", "gelezen", "gelezen", "gelezen", "gelezen", "gelezen"]
    assert notes(world) == []


def test_a_status_that_comes_before_the_answer_counts(talking: Phone) -> None:
    """Meta told that it was sent while our own request was still under way."""
    world = talking.world
    world.sandbox.faults.add("lost", path="/messages", times=1, seconds=0.5)
    talking.write("nog een vraag")
    until(lambda: len(rows(world, "afgeleverd")) == 3)
    assert talking.ask("en nu?") == ["Antwoord op en nu?"]
    assert [row["stand"] for row in rows(world)][-2:] == ["afgeleverd"] * 2


# Pace


@pytest.fixture
def five_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """To one user, and then one in six seconds."""
    monkeypatch.setattr(whatsapp_sending, "PER_USER", Ritme(timedelta(seconds=6), 5))
    yield


def test_nobody_is_sent_more_than_meta_allows(world: World, five_at_once: None) -> None:
    world.start()
    world.meta.limits = Limits(pair=True, pair_burst=5, throughput=None)
    phone = Phone(world)
    for number in range(8):
        phone.write(f"vraag {number}")
    until(lambda: len(phone.messages()) >= 5 and len(world.bot.heard) == 8)
    for _ in range(8):
        world.pass_time(seconds=6)
        until(lambda: not [row for row in rows(world, "wacht")[:1] if row["volgende_op"] <= world.now()])
    phone.new(5, 4)
    assert phone.texts()[1:] == [f"Antwoord op vraag {number}" for number in range(8)]
    # Meta never had to say no.
    assert list(world.meta.refused) == []


def test_what_comes_in_counts_towards_the_pace_of_a_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatsapp_sending, "per_number", lambda: Ritme(timedelta(hours=1), 5))
    world.start()
    phone = Phone(world)
    for number in range(3):
        phone.write(f"vraag {number}")
    # Three came in, so two may go out.
    until(lambda: len(world.bot.heard) == 3 and len(phone.messages()) == 2 and len(rows(world, "wacht")) == 2)
    world.pass_time(minutes=61)
    until(lambda: len(phone.messages()) == 3 and len(rows(world, "wacht")) == 1)
