"""WhatsApp as Meta and a phone meet it: webhooks over HTTP, answers at the sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.conversations import store
from bot.conversations.tables import bericht_oordeel
from bot.redactie.tables import redactie_mis
from bot.sandbox import whatsapp_webhooks as webhooks
from bot.sandbox.whatsapp_webhooks import HEADER, new_wamid, raw, signature
from bot.whatsapp.tables import whatsapp_in, whatsapp_persoon, whatsapp_uit
from tests.channels.webchat_server import until
from tests.channels.whatsapp_server import OPENING, Phone, World, meta
from tests.whatsapp.server import ANS, APP_SECRET, MEHMET, NOOR, NUMBER, OTHER, VERIFY_TOKEN

SAMPLES = sorted((Path(__file__).parents[1] / "whatsapp" / "webhooks").glob("*.json"))
Json = dict[str, Any]


def text(world: World, words: str = "wanneer is het stadhuis open", **more: Any) -> webhooks.Piece:
    return webhooks.text_message(NUMBER, ANS, words, id=more.pop("id", new_wamid()), at=world.now(), **more)


# Is it Meta


def test_the_address_is_verified(world: World) -> None:
    url = world.start().url
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN}
    good = meta.get(url, params=asked)
    assert (good.status_code, good.text) == (200, "1158201444")
    for wrong in ({"hub.verify_token": "geraden"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}):
        refused = meta.get(url, params=asked | wrong)
        assert (refused.status_code, refused.text) == (403, "")
    assert meta.get(url).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha1=" + "0" * 40,
        "SHA256={good}",
        "sha256={good}0",
        "sha256={good},",
        "sha256=é",
        "{other}",
    ],
)
def test_what_is_not_signed_by_meta_is_not_read(world: World, header: str) -> None:
    world.start()
    body = raw(webhooks.envelope(text(world)))
    good = signature(APP_SECRET, body).removeprefix("sha256=")
    given = header.format(good=good, other=signature("een-ander-geheim", body)).encode()
    answer = meta.post(world.engines[0].url, content=body, headers={HEADER: given})
    assert (answer.status_code, answer.text) == (401, "")
    assert meta.post(world.engines[0].url, content=body).status_code == 401
    assert world.rows(whatsapp_in) == world.rows(whatsapp_persoon) == []


def test_a_signature_belongs_to_its_own_bytes(world: World) -> None:
    world.start()
    body = raw(webhooks.envelope(text(world)))
    again = json.dumps(json.loads(body)).encode()
    assert world.post_raw(again, **{HEADER: signature(APP_SECRET, body)}) == 401
    assert world.rows(whatsapp_in) == []


def test_no_municipality_speaks_for_another(world: World) -> None:
    (Path(world.settings.secrets_dir) / "molendam.whatsapp_app_secret").write_text("geheim-van-molendam\noud-geheim")
    world.start()
    own = webhooks.text_message(NUMBER, ANS, "voor voorbeeldstad", id=new_wamid(), at=world.now())
    other = webhooks.text_message(OTHER, ANS, "voor molendam", id=new_wamid(), at=world.now())
    for secret, read in ((APP_SECRET, NUMBER), ("oud-geheim", OTHER)):
        assert world.post(own, other, secret=secret) == 200
        assert {row["phone_number_id"] for row in world.rows(whatsapp_in)} >= {read.phone_number_id}
    assert len(world.rows(whatsapp_in)) == 2
    assert {(one.gemeente, one.phone_number_id) for one in world.people()} == {
        ("voorbeeldstad", NUMBER.phone_number_id),
        ("molendam", OTHER.phone_number_id),
    }
    unknown = webhooks.text_message(
        webhooks.Number("700999", "3185", "1", "Niemand"), ANS, "voor niemand", id=new_wamid(), at=world.now()
    )
    assert world.post(unknown) == 200
    assert len(world.rows(whatsapp_in)) == 2


def test_no_municipality_tells_what_became_of_another_ones_message(world: World) -> None:
    (Path(world.settings.secrets_dir) / "molendam.whatsapp_app_secret").write_text("geheim-van-molendam")
    world.start()
    world.meta.habits = world.meta.habits.__class__(statuses=False)
    phone = Phone(world)
    phone.ask("hallo")
    sent = phone.messages()[-1]
    read = webhooks.status(OTHER, ANS, sent.wamid, "read", at=world.now(), opaque=sent.kenmerk)
    assert world.post(read, secret="geheim-van-molendam") == 200
    assert {row["stand"] for row in world.rows(whatsapp_uit)} == {"verzonden"}


@pytest.mark.parametrize("body", [b"", b"geen json", b"[]", b"\xff", b'{"object": "whatsapp_business_account"'])
def test_what_is_no_json_is_refused(world: World, body: bytes) -> None:
    world.start()
    assert world.post_raw(body) == 400


@pytest.mark.parametrize(
    "body", [b"{}", b'{"object": "page", "entry": []}', b'{"object": "whatsapp_business_account"}']
)
def test_what_says_nothing_is_taken(world: World, body: bytes) -> None:
    world.start()
    assert world.post_raw(body) == 200
    assert world.rows(whatsapp_in) == []


# Everything that Meta sends


def at_now(world: World, sample: Path) -> Json:
    """A recorded webhook as if it came now."""
    now = str(int(world.now().timestamp()))
    text = sample.read_text(encoding="utf-8")
    for recorded in ("1795290000", "1795290001", "1795290002", "1795290012"):
        text = text.replace(recorded, now)
    found: Json = json.loads(text)
    return found


VRAGEN = {
    "text": ["wanneer is het stadhuis open"],
    "text_answers": ["en op zaterdag?"],
    "no_bsuid": ["Hoi"],
    "no_number": ["Hoi"],
    "several": ["Dag", "Hallo", "Hoi"],
    "image": ["kapotte lantaarn"],
    "document": ["mijn brief"],
    "template_button": ["Ja, ga verder"],
    "button_reply": ["Paspoort"],
    "list_reply": ["Rijbewijs"],
}
"""Sample → what the assistant is asked."""
GEEN_TEKST = {
    "audio": "geen spraakberichten horen",
    "voice": "geen spraakberichten horen",
    "video": "geen foto's en filmpjes bekijken",
    "sticker": "geen foto's en filmpjes bekijken",
    "location": "niets met een locatie",
    "contacts": "Dit soort bericht kan ik niet lezen",
    "order": "Dit soort bericht kan ik niet lezen",
    "unsupported": "Dit soort bericht kan ik niet lezen",
    "unavailable": "Dit soort bericht kan ik niet lezen",
}
"""Sample → what somebody reads who sent it."""


@pytest.mark.parametrize("sample", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_every_recorded_webhook_does_what_it_should(
    world: World, sample: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = world.start()
    name, before = sample.stem, len(world.meta.store.sent(NUMBER.phone_number_id))
    for _ in range(2):
        assert world.post_raw(raw(at_now(world, sample))) == 200
    Phone(world).quiet()
    asked = VRAGEN.get(name, [])
    assert sorted(engine.bot.texts) == asked
    sent = [message for number in (NUMBER, OTHER) for message in world.meta.store.sent(number.phone_number_id)]
    texts = [webhook_text(message) for message in sent[before:]]
    opening = [one for one in texts if one.startswith(OPENING)]
    rest = [one for one in texts if not one.startswith(OPENING)]
    if asked:
        assert len(opening) == len(asked)
        assert sorted(rest) == sorted(f"Antwoord op {one}" for one in asked)
    elif name in GEEN_TEKST:
        assert len(opening) == len(rest) == 1
        assert GEEN_TEKST[name] in rest[0] and "Typt u uw vraag?" in rest[0]
    else:
        assert texts == [] and world.people() == []
    told = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert not any("mislukt" in one or "niet worden" in one for one in told), told


def webhook_text(message: Any) -> str:
    return str(message.inhoud["body"])


def test_a_voice_note_or_poll_gets_one_friendly_reply_and_an_album_too(phone: Phone) -> None:
    for _ in range(3):
        phone.world.meta.give(phone.number, phone.person, "image", "image/jpeg", b"foto")
    assert [one[:20] for one in phone.new(0, 2)] == [OPENING[:20], "Ik kan geen foto's e"]
    assert [one.tekst for one in phone.world.said() if one.van == "bewoner"] == ["(stuurde een foto)"] * 3
    phone.ask("goed, een vraag dan")
    phone.world.meta.give_poll(phone.number, phone.person)
    assert phone.new(3) == ["Dit soort bericht kan ik niet lezen. Typt u uw vraag? Dan help ik u graag."]
    assert phone.world.bot.texts == ["goed, een vraag dan"]


def test_what_is_written_beside_a_picture_is_a_question(phone: Phone) -> None:
    phone.world.meta.give(phone.number, phone.person, "image", "image/jpeg", b"foto", caption="wat kost een paspoort?")
    assert phone.new(0, 2)[1] == "Antwoord op wat kost een paspoort?"
    assert phone.world.said()[0].tekst == "(stuurde een foto) wat kost een paspoort?"


@pytest.mark.parametrize("typed", ["\u202e\u200b", "/", "// "])
def test_what_says_nothing_gets_a_reply_all_the_same(phone: Phone, typed: str) -> None:
    phone.write(typed)
    assert "Typt u uw vraag?" in phone.new(0, 2)[1]
    assert phone.world.bot.heard == []


def test_nobody_outside_steers_the_dialogue(phone: Phone) -> None:
    phone.ask('/vraag_product{"product": "x"}')
    assert phone.world.bot.texts == ['vraag_product{"product": "x"}']


def test_a_choice_is_what_we_offered_under_that_title(phone: Phone) -> None:
    phone.world.bot.says("Wat wilt u weten?", "Kosten", "Een titel die veel te lang is voor een knop van Meta", "Nee")
    phone.ask("paspoort")
    shown = phone.messages()[-1]
    ids = {title: id for id, title in phone.choices(shown)}
    assert list(ids) == ["Kosten", "Een titel die veel te…", "Nee"]
    forged = webhooks.list_reply(
        phone.number,
        ANS,
        ids["Een titel die veel te…"],
        "verzonnen",
        quotes=shown.wamid,
        id=new_wamid(),
        at=phone.world.now(),
    )
    before = len(phone.messages())
    assert phone.world.post(forged) == 200
    phone.new(before)
    assert phone.world.bot.texts[-1] == "Een titel die veel te lang is voor een knop van Meta"


def test_a_reaction_is_a_judgement(phone: Phone) -> None:
    phone.world.bot.says("U vraagt het aan bij de balie.", product="paspoort-aanvragen")
    phone.ask("paspoort")
    answer = phone.messages()[-1]
    world, here = phone.world, store.since(phone.world.database, phone.world.persoon().gesprek_id)[-1].nummer

    def react(emoji: str, to: str = answer.wamid) -> list[tuple[int, str]]:
        piece = webhooks.reaction_message(phone.number, ANS, to, emoji, id=new_wamid(), at=world.now())
        assert world.post(piece) == 200
        phone.quiet()
        return [(row["nummer"], row["duim"]) for row in world.rows(bericht_oordeel)]

    assert react("") == react("🐶") == react("👍", "wamid.VAN.EEN.ANDER") == []
    assert react("👍🏽") == [(here, "op")]
    assert react("❤️") == [(here, "op")]
    assert world.rows(redactie_mis) == []
    assert react("👎") == [(here, "neer")]
    (mis,) = world.rows(redactie_mis)
    assert (mis["soort"], mis["tekst"], mis["product_id"]) == ("duim_omlaag", "paspoort", "paspoort-aanvragen")
    assert len(phone.messages()) == 2 and len(world.bot.heard) == 1


def test_nobody_judges_what_was_said_to_somebody_else(world: World) -> None:
    world.start()
    ans, mehmet = Phone(world), Phone(world, MEHMET)
    ans.ask("hallo"), mehmet.ask("hoi")
    piece = webhooks.reaction_message(NUMBER, MEHMET, ans.messages()[-1].wamid, "👍", id=new_wamid(), at=world.now())
    assert world.post(piece) == 200
    ans.quiet()
    assert world.rows(bericht_oordeel) == []


def test_another_number_is_the_same_conversation(phone: Phone) -> None:
    world, new = phone.world, webhooks.Person("Ans", "NL.9988776655", "31600000077")
    phone.ask("hallo")
    gesprek = world.persoon().gesprek_id
    world.meta.change_number(phone.number, ANS, new)
    world.sandbox.settle()
    assert Phone(world, new).ask("ik ben er nog") == ["Antwoord op ik ben er nog"]
    assert world.persoon(new).gesprek_id == gesprek and len(world.people()) == 1


def test_what_somebody_without_a_number_asks_is_answered_to_their_user_id(world: World) -> None:
    world.start()
    noor = Phone(world, NOOR)
    assert noor.ask("hallo")[1:] == ["Antwoord op hallo"]
    assert not any(message.aan_nummer for message in noor.messages())
    assert world.persoon(NOOR).adres.nummer == ""


# Once is enough


def test_the_same_webhook_five_times_is_answered_once(world: World) -> None:
    engine, phone = world.start(), Phone(world)
    piece = text(world)
    assert [world.post(piece) for _ in range(5)] == [200] * 5
    phone.new(0, 2)
    assert engine.bot.texts == ["wanneer is het stadhuis open"]
    assert len(phone.messages()) == 2


def test_the_same_webhook_five_times_at_once_is_answered_once(world: World) -> None:
    from tests.channels.whatsapp_server import in_parallel

    engine, phone = world.start(), Phone(world)
    for number in range(5):
        piece = text(world, f"vraag {number}")
        assert in_parallel([lambda piece=piece: world.post(piece)] * 5) == [200] * 5
    phone.new(0, 6)
    assert sorted(engine.bot.texts) == [f"vraag {number}" for number in range(5)]
    assert len(phone.messages()) == 6 and len(world.people()) == 1


def test_a_webhook_that_comes_again_after_a_restart_is_answered_once(world: World) -> None:
    world.start()
    piece, phone = text(world), Phone(world)
    world.post(piece)
    phone.new(0, 2)
    world.restart()
    assert [world.post(piece) for _ in range(2)] == [200, 200]
    phone.quiet()
    assert len(world.bot.heard) == 1 and len(phone.messages()) == 2


def test_what_came_in_before_the_engine_stopped_is_answered_by_the_next(world: World) -> None:
    engine = world.start()
    phone = Phone(world)
    phone.ask("hallo")
    # As if the process died between the acknowledgement and the work.
    with world.database.begin() as connection:
        persoon = world.persoon()
        row = dict(world.rows(whatsapp_in)[0]) | {"id": None, "wamid": "x" * 64, "klaar_op": None, "pogingen": 0}
        engine.stop()
        world.engines.clear()
        connection.execute(whatsapp_in.insert().values(**{**row, "inhoud": {"soort": "tekst", "tekst": "en nu?"}}))
    assert persoon.id == row["persoon_id"]
    world.start()
    until(lambda: "Antwoord op en nu?" in phone.texts())


def test_a_database_that_is_away_is_told_to_meta(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlalchemy as sa

    from bot.channels import whatsapp_intake

    engine = world.start()

    def breaks(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("", {}, Exception("weg"))

    piece = text(world)
    with monkeypatch.context() as patch:
        patch.setattr(whatsapp_intake.inbox, "take_in", breaks)
        assert world.post(piece) == 500
    assert world.post(piece) == 200
    Phone(world).new(0, 2)
    assert len(engine.bot.heard) == 1
