"""What a webhook tells: every kind that Meta describes, and whatever else may come."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sanic.request import RequestParameters

from bot.sandbox.whatsapp_values import PERSONS, Number
from bot.sandbox.whatsapp_webhooks import envelope, raw, signature, text_message
from bot.whatsapp.values import Fout, Gelezen, Inkomend, Stand
from bot.whatsapp.webhook import BadWebhook, app_secrets, read, signature_ok, verify_challenge
from tests.whatsapp.webhook_schemas import problems

FOLDER = Path(__file__).parent / "webhooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
THEN = datetime(2026, 11, 21, 19, 40, tzinfo=UTC)
ANS = {"gebruiker": "NL.4455667788", "nummer": "31600000001", "naam": "Ans"}
PRIVATE = ("Ans", "Mehmet", "Noor", "3160000000", "NL.", "wamid", "stadhuis", "lantaarn", "Paspoort", "555000000")


def load(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


def message(name: str) -> Inkomend:
    (found,) = read(load(name)).berichten
    return found


def told(found: Inkomend) -> dict[str, Any]:
    """What is filled in, beside what every message of the files has."""
    base = {"phone_number_id": "700200", "tijd": THEN, **ANS}
    values = {one.name: getattr(found, one.name) for one in dataclasses.fields(found)}
    return {name: value for name, value in values.items() if value not in ("", None, ()) and base.get(name) != value}


EXPECTED: dict[str, dict[str, Any]] = {
    "text": {
        "id": "wamid.AAAtext",
        "soort": "tekst",
        "soort_bij_meta": "text",
        "tekst": "wanneer is het stadhuis open",
    },
    "text_answers": {
        "id": "wamid.AAAtext",
        "soort": "tekst",
        "soort_bij_meta": "text",
        "tekst": "en op zaterdag?",
        "op": "wamid.OUT7",
    },
    "button_reply": {
        "id": "wamid.AAAinteractive",
        "soort": "keuze",
        "soort_bij_meta": "interactive",
        "keuze_id": "k:7f3a:1",
        "keuze_titel": "Paspoort",
        "op": "wamid.OUT7",
    },
    "list_reply": {
        "id": "wamid.AAAinteractive",
        "soort": "keuze",
        "soort_bij_meta": "interactive",
        "keuze_id": "k:7f3b:4",
        "keuze_titel": "Rijbewijs",
        "op": "wamid.OUT8",
    },
    "template_button": {
        "id": "wamid.AAAbutton",
        "soort": "keuze",
        "soort_bij_meta": "button",
        "keuze_id": "verder",
        "keuze_titel": "Ja, ga verder",
        "op": "wamid.OUT7",
    },
    "image": {
        "id": "wamid.AAAimage",
        "soort": "media",
        "soort_bij_meta": "image",
        "media_soort": "image",
        "media_id": "555000000",
        "mime": "image/jpeg",
        "tekst": "kapotte lantaarn",
    },
    "voice": {
        "id": "wamid.AAAaudio",
        "soort": "media",
        "soort_bij_meta": "audio",
        "media_soort": "voice",
        "media_id": "556000000",
        "mime": "audio/ogg",
    },
    "audio": {
        "id": "wamid.AAAaudio",
        "soort": "media",
        "soort_bij_meta": "audio",
        "media_soort": "audio",
        "media_id": "557000000",
        "mime": "audio/mpeg",
    },
    "video": {
        "id": "wamid.AAAvideo",
        "soort": "media",
        "soort_bij_meta": "video",
        "media_soort": "video",
        "media_id": "558000000",
        "mime": "video/mp4",
    },
    "document": {
        "id": "wamid.AAAdocument",
        "soort": "media",
        "soort_bij_meta": "document",
        "media_soort": "document",
        "media_id": "559000000",
        "mime": "application/pdf",
        "tekst": "mijn brief",
    },
    "sticker": {
        "id": "wamid.AAAsticker",
        "soort": "media",
        "soort_bij_meta": "sticker",
        "media_soort": "sticker",
        "media_id": "560000000",
        "mime": "image/webp",
    },
    "location": {"id": "wamid.AAAlocation", "soort": "locatie", "soort_bij_meta": "location"},
    "contacts": {"id": "wamid.AAAcontacts", "soort": "contacten", "soort_bij_meta": "contacts"},
    "reaction": {
        "id": "wamid.AAAreaction",
        "soort": "reactie",
        "soort_bij_meta": "reaction",
        "reactie": "👍",
        "reactie_op": "wamid.OUT7",
    },
    "reaction_taken_back": {
        "id": "wamid.AAAreaction",
        "soort": "reactie",
        "soort_bij_meta": "reaction",
        "reactie_op": "wamid.OUT7",
    },
    "order": {"id": "wamid.AAAorder", "soort": "onbekend", "soort_bij_meta": "order"},
    "unsupported": {
        "id": "wamid.AAAunsupported",
        "soort": "onbekend",
        "soort_bij_meta": "poll_creation",
        "fouten": (Fout(131051, "Message type unknown", "Message type is currently not supported."),),
    },
    "unavailable": {
        "id": "wamid.AAAunsupported",
        "soort": "onbekend",
        "soort_bij_meta": "unknown",
        "fouten": (Fout(131060, "This message is unavailable", "This message is unavailable"),),
    },
    "edit": {
        "id": "wamid.AAAedit",
        "soort": "bewerkt",
        "soort_bij_meta": "edit",
        "verwijst": "wamid.AAA0",
        "tekst": "wanneer is het stadhuis dicht",
    },
    "revoke": {"id": "wamid.AAArevoke", "soort": "ingetrokken", "soort_bij_meta": "revoke", "verwijst": "wamid.AAA0"},
    "no_number": {
        "id": "wamid.AAAnoor",
        "gebruiker": "NL.6677889900",
        "naam": "Noor",
        "soort": "tekst",
        "soort_bij_meta": "text",
        "tekst": "Hoi",
    },
    "no_bsuid": {"id": "wamid.AAAoud", "soort": "tekst", "soort_bij_meta": "text", "tekst": "Hoi"},
    "system_number": {
        "id": "wamid.AAAsystem",
        "soort": "systeem",
        "soort_bij_meta": "system",
        "nieuw_nummer": "31600000002",
        "nieuwe_gebruiker": "NL.5544332211",
    },
    "system_number_only": {
        "id": "wamid.AAAsystem",
        "soort": "systeem",
        "soort_bij_meta": "system",
        "nieuw_nummer": "31600000002",
    },
    "system_user_id": {
        "id": "wamid.AAAsystem",
        "soort": "systeem",
        "soort_bij_meta": "system",
        "nieuwe_gebruiker": "NL.5544332211",
    },
}
WITHOUT = {"no_number": {"nummer"}, "no_bsuid": {"gebruiker"}, "system_user_id": {"nummer"}}


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_as_meta_describes_them(name: str) -> None:
    assert not problems(json.loads(load(name)))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_kind_of_message(name: str) -> None:
    found = message(name)
    assert told(found) == EXPECTED[name]
    assert {key for key in ("gebruiker", "nummer") if getattr(found, key) is None} == WITHOUT.get(name, set())


def test_every_file_is_looked_at() -> None:
    states = {f"status_{word}" for word in ("sent", "delivered", "read", "played", "failed")}
    assert set(NAMES) == set(EXPECTED) | states | {"number_error", "several"}


@pytest.mark.parametrize("word", ["sent", "delivered", "read", "played"])
def test_statuses(word: str) -> None:
    found = read(load(f"status_{word}"))
    stand = Stand("700200", "wamid.OUT7", word, THEN.replace(second=12), "gesprek:91:uit:14", (), "NL.4455667788")  # type: ignore[arg-type]
    assert found == Gelezen(standen=(stand,))


def test_a_failure_says_why_and_not_to_whom() -> None:
    (stand,) = read(load("status_failed")).standen
    assert (stand.stand, stand.gebruiker) == ("failed", None)
    (error,) = stand.fouten
    assert (error.code, error.titel, error.phone_number_id) == (131047, "Re-engagement message", "")
    assert error.details.startswith("Message failed to send to … because more than 24 hours")


def test_an_error_of_the_number_itself() -> None:
    found = read(load("number_error"))
    details = "Account has been locked because of a policy violation."
    assert found == Gelezen(fouten=(Fout(131031, "Account has been locked", details, "700200"),))


def test_all_entries_changes_and_lists_are_read_in_order() -> None:
    found = read(load("several"))
    people = [(one.phone_number_id, one.id, one.gebruiker, one.naam) for one in found.berichten]
    assert people == [
        ("700200", "wamid.AAA2", "NL.5566778899", "Mehmet"),
        ("700200", "wamid.AAA1", "NL.4455667788", "Ans"),
        ("700300", "wamid.AAA3", "NL.4455667788", "Ans"),
    ]
    assert [one.stand for one in found.standen] == ["read"] and not found.onbekend


@pytest.mark.parametrize("name", NAMES)
def test_nobody_can_be_read_in_a_log(name: str) -> None:
    shown = repr(read(load(name)))
    assert not [one for one in PRIVATE if one in shown]


def test_what_is_not_known_is_named() -> None:
    assert read(load("order")).onbekend == ("message:order",)
    assert read(load("unsupported")).onbekend == ("message:poll_creation",)
    assert not read(load("text")).onbekend


def test_a_status_that_we_do_not_know_is_named() -> None:
    body = json.loads(load("status_sent"))
    status = body["entry"][0]["changes"][0]["value"]["statuses"][0]
    status["status"] = "warning"
    assert read(raw(body)) == Gelezen(onbekend=("status:warning",))
    del status["id"]
    status["status"] = "sent"
    assert read(raw(body)) == Gelezen(onbekend=("status without id",))


def changed(name: str, **fields: Any) -> bytes:
    """A file with other fields in its message; None takes one away."""
    body = json.loads(load(name))
    one = body["entry"][0]["changes"][0]["value"]["messages"][0]
    one.update(fields)
    for key in [key for key, value in fields.items() if value is None]:
        del one[key]
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"id": None}, "message without id"),
        ({"id": "wamid." + "A" * 300}, "message without id"),
        ({"group_id": "120363000000000000"}, "message:group"),
        ({"type": "Piet 0612345678"}, "message:?"),
        ({"type": "poll"}, "message:poll"),
        ({"text": {"body": 7}}, "message:text"),
        ({"text": "hoi"}, "message:text"),
    ],
)
def test_what_is_left_aside_is_named_without_its_words(fields: dict[str, Any], named: str) -> None:
    found = read(changed("text", **fields))
    assert found.onbekend == (named,)
    assert [one.soort for one in found.berichten] == (["onbekend"] if named not in _DROPPED else [])


_DROPPED = ("message without id", "message:group")


def test_somebody_without_any_id_cannot_be_answered() -> None:
    body = json.loads(changed("text", **{"from": None, "from_user_id": None}))
    del body["entry"][0]["changes"][0]["value"]["contacts"]
    assert read(raw(body)) == Gelezen(onbekend=("message without sender",))


def test_without_our_number_nobody_knows_whose_it_is() -> None:
    body = json.loads(load("text"))
    del body["entry"][0]["changes"][0]["value"]["metadata"]
    assert read(raw(body)) == Gelezen(onbekend=("value without phone_number_id",))


def test_other_fields_and_objects_are_only_named() -> None:
    body = json.loads(load("text"))
    body["entry"][0]["changes"][0]["field"] = "user_preferences"
    assert read(raw(body)) == Gelezen(onbekend=("field:user_preferences",))
    assert read(raw({**body, "object": "instagram"})) == Gelezen(onbekend=("object:instagram",))


def test_the_contact_of_another_is_not_taken_for_the_sender() -> None:
    body = json.loads(changed("text", from_user_id="NL.1111111111", **{"from": None}))
    found = read(raw(body)).berichten[0]
    assert (found.gebruiker, found.nummer, found.naam) == ("NL.1111111111", None, "")


def test_a_contact_whose_id_differs_from_the_number_is_the_only_sender() -> None:
    body = json.loads(changed("text", from_user_id=None))
    body["entry"][0]["changes"][0]["value"]["contacts"][0]["wa_id"] = "5491100000000"
    found = read(raw(body)).berichten[0]
    assert (found.gebruiker, found.nummer) == ("NL.4455667788", "31600000001")


def test_a_system_message_is_of_who_it_was_before() -> None:
    """Whichever of both BSUIDs Meta puts in `from_user_id`."""
    body = json.loads(changed("system_number", from_user_id="NL.5544332211"))
    found = read(raw(body)).berichten[0]
    assert (found.gebruiker, found.nieuwe_gebruiker) == ("NL.4455667788", "NL.5544332211")
    del body["entry"][0]["changes"][0]["value"]["messages"][0]["system"]["previous_user_id"]
    found = read(raw(body)).berichten[0]
    assert (found.gebruiker, found.nummer, found.nieuwe_gebruiker) == (None, "31600000001", "NL.5544332211")


def test_a_system_message_of_another_kind_is_unknown() -> None:
    found = read(changed("system_number", system={"type": "customer_identity_changed", "wa_id": "31600000001"}))
    assert [one.soort for one in found.berichten] == ["onbekend"] and found.onbekend == ("message:system",)


@pytest.mark.parametrize("when", ["gisteren", "", "-5", 17.5, True, None, "9" * 40, ["1795290000"], "١٧٩٥٢٩٠٠٠٠"])
def test_a_moment_that_cannot_be_read_is_none(when: object) -> None:
    body = json.loads(load("text"))
    body["entry"][0]["changes"][0]["value"]["messages"][0]["timestamp"] = when
    assert read(raw(body)).berichten[0].tijd is None


def test_texts_can_be_kept_in_any_database() -> None:
    found = read(changed("text", text={"body": "a\0b\ud800c 👍"})).berichten[0]
    assert found.tekst == "ab?c 👍"
    found.tekst.encode()


@pytest.mark.parametrize("body", [b"", b"geen json", b"[]", b'"hoi"', b"\xff\xfe", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json_object_is_bad(body: bytes) -> None:
    with pytest.raises(BadWebhook):
        read(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
WORDS = st.sampled_from(["text", "interactive", "audio", "contacts", "system", "unsupported", "list_reply", "failed"])


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in JSON."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, one in inside for place in places(one, (*at, key)))]


_WHOLE = [(load(name), places(json.loads(load(name)))[1:]) for name in NAMES]


@st.composite
def almost(draw: st.DrawFn) -> Any:
    """Webhooks in which a few things are something else, or absent."""
    text, all_places = draw(st.sampled_from(_WHOLE))
    body = json.loads(text)
    for place in draw(st.lists(st.sampled_from(all_places), max_size=4, unique=True)):
        holder = body
        for key in place[:-1]:
            holder = inside(holder, key)
        if isinstance(holder, dict):
            if draw(st.booleans()):
                holder[place[-1]] = draw(WORDS | json_values)
            else:
                holder.pop(place[-1], None)
        elif isinstance(holder, list):
            holder.insert(0, draw(json_values))
    return body


def inside(holder: Any, key: Any) -> Any:
    """What stands there by now; None when the way is gone."""
    if isinstance(holder, list):
        return holder[key] if isinstance(key, int) and key < len(holder) else None
    return holder.get(key) if isinstance(holder, dict) else None


ODD: list[Any] = [None, True, -7, 0.5, "", "ander woord", [], [None], ["x"], [[]], {}, {"id": 7}, {"type": []}]


@pytest.mark.parametrize("name", NAMES)
def test_anything_anywhere_may_be_something_else(name: str) -> None:
    whole = json.loads(load(name))
    for place in places(whole)[1:]:
        for odd in ODD:
            body = json.loads(load(name))
            holder = body
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = odd
            assert isinstance(read(json.dumps(body).encode()), Gelezen), place


@settings(max_examples=150)
@given(almost() | json_values)
def test_whatever_comes_only_a_bad_webhook_is_raised(body: Any) -> None:
    data = json.dumps(body).encode()
    if not isinstance(body, dict):
        with pytest.raises(BadWebhook):
            read(data)
        return
    found = read(data)
    for one in found.berichten:
        assert one.id and (one.gebruiker or one.nummer) and one.phone_number_id
        assert one.tijd is None or one.tijd.tzinfo is UTC
        json.dumps(dataclasses.asdict(one), default=str, ensure_ascii=False).encode()
    assert all(len(word) < 60 and word.isascii() for word in found.onbekend)


@given(st.binary(max_size=200))
def test_whatever_bytes_come(body: bytes) -> None:
    try:
        found = read(body)
    except BadWebhook:
        return
    assert isinstance(found, Gelezen)


NUMBER = Number("700200", "31850000000", "900100", "Gemeente Voorbeeldstad")
BODY = raw(envelope(text_message(NUMBER, PERSONS[0], "hoi / dag", id="wamid.1", at=THEN)))


def test_the_signature_is_over_the_bytes_as_they_came() -> None:
    header = signature("geheim", BODY)
    assert signature_ok(["geheim"], BODY, header)
    assert not signature_ok(["geheim"], json.dumps(json.loads(BODY)).encode(), header)
    assert not signature_ok(["geheim"], BODY + b" ", header)


def test_while_the_key_changes_both_are_good() -> None:
    for secret in ("oud", "nieuw"):
        assert signature_ok(["nieuw", "oud"], BODY, signature(secret, BODY))
    assert not signature_ok(["nieuw", "oud"], BODY, signature("ander", BODY))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        "sha1=" + hmac.new(b"geheim", BODY, hashlib.sha1).hexdigest(),
        signature("geheim", BODY).upper(),
        signature("geheim", BODY)[7:],
        signature("geheim", BODY) + " ",
        "sha256=\ud800é",
    ],
)
def test_other_headers_are_refused(header: str | None) -> None:
    assert not signature_ok(["geheim"], BODY, header)


def test_an_empty_secret_proves_nothing() -> None:
    assert not signature_ok([], BODY, signature("", BODY))
    assert not signature_ok([""], BODY, signature("", BODY))


@given(st.binary(max_size=50), st.text(max_size=80), st.text(min_size=1, max_size=10))
def test_no_header_is_good_by_chance(body: bytes, header: str, secret: str) -> None:
    try:
        good = signature(secret, body)
    except UnicodeEncodeError:
        return
    assert signature_ok([secret], body, header) == (header == good)
    assert signature_ok([secret], body, good)


def test_secrets_stand_one_a_line() -> None:
    assert app_secrets("nieuw\n\noud\n") == ("nieuw", "oud")
    assert app_secrets(" \n") == ()


def question(**fields: str) -> dict[str, str]:
    good = {"mode": "subscribe", "challenge": "1158201444", "verify_token": "zelf-bedacht"}
    return {f"hub.{name}": value for name, value in {**good, **fields}.items() if value is not None}


def test_the_challenge_is_given_back() -> None:
    assert verify_challenge(question(), "zelf-bedacht") == "1158201444"
    lists = {name: [value] for name, value in question().items()}
    assert verify_challenge(lists, "zelf-bedacht") == "1158201444"
    assert verify_challenge(RequestParameters(lists), "zelf-bedacht") == "1158201444"


@pytest.mark.parametrize(
    ("fields", "token"),
    [
        ({"verify_token": "geraden"}, "zelf-bedacht"),
        ({"verify_token": None}, "zelf-bedacht"),
        ({"verify_token": "é\ud800"}, "zelf-bedacht"),
        ({"verify_token": ""}, ""),
        ({"mode": "unsubscribe"}, "zelf-bedacht"),
        ({"mode": None}, "zelf-bedacht"),
        ({"challenge": None}, "zelf-bedacht"),
        ({"challenge": "<script>alert(1)</script>"}, "zelf-bedacht"),
    ],
)
def test_other_questions_are_refused(fields: dict[str, str], token: str) -> None:
    assert verify_challenge(question(**fields), token) is None
