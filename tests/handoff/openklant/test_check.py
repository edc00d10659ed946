"""`check` finds each thing that can be wrong with a connection, says what to do, and makes nothing unless asked."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.handoff.openklant.check import Bevinding, check
from bot.handoff.openklant.values import ActorVerwijzing, OpenKlantConfig, afdeling
from bot.sandbox import openklant_tables as tables
from tests.channels.webchat_server import free_port
from tests.handoff.openklant.conftest import TOKEN, Sandbox, Serve
from tests.handoff.openklant.test_submit import register

Found = dict[str, tuple[str, str]]


def look(config: OpenKlantConfig, **options: Any) -> list[Bevinding]:
    return asyncio.run(check(config, **options))


def judged(found: list[Bevinding]) -> list[tuple[str, str]]:
    return [(one.onderdeel, one.oordeel) for one in found]


def only_fault(found: list[Bevinding]) -> Bevinding:
    (fault,) = [one for one in found if one.oordeel == "fout"]
    assert fault.raad, "een fout zegt wat eraan te doen is"
    return fault


def test_a_good_connection_is_good(sandbox: Sandbox) -> None:
    register(sandbox)
    before = sandbox.counts()
    assert judged(look(sandbox.config())) == [
        ("adres", "goed"),
        ("token", "goed"),
        ("versie", "goed"),
        ("kanaal", "goed"),
        ("afdeling", "goed"),
        ("actor Vraagbaak", "goed"),
    ]
    assert sandbox.counts() == before


def test_everything_that_is_asked_is_in_the_document(sandbox: Sandbox) -> None:
    """But for the klantcontact that lacks all, on purpose."""
    transport = sandbox.transport()
    transport.check_requests = lambda request: request.method != "POST"
    look(sandbox.config(), transport=transport)
    assert [request.method for request in transport.requests].count("POST") == 1


def test_actors_that_are_not_there_yet_are_no_fault(sandbox: Sandbox) -> None:
    found = look(sandbox.config())
    assert judged(found)[-2:] == [("afdeling", "let op"), ("actor Vraagbaak", "let op")]
    assert sandbox.counts() == {}


@pytest.mark.parametrize("versie", ["2.4", "2.15", "2.18"])
def test_a_trial_is_made_and_removed(serve: Serve, versie: str) -> None:
    sandbox = serve(versie)
    found = look(sandbox.config(), proef=True, transport=_lenient(sandbox))
    assert judged(found)[-2:] == [("proef", "goed"), ("proef opruimen", "goed")]
    assert sandbox.counts() == {}


def test_a_trial_gives_nobody_work(sandbox: Sandbox) -> None:
    transport = _lenient(sandbox)
    look(sandbox.config(), proef=True, transport=transport)
    assert transport.posts == ["klantcontacten", "maak-klantcontact", "digitaleadressen"]


def test_without_trial_nothing_is_made(sandbox: Sandbox) -> None:
    look(sandbox.config())
    assert sandbox.counts() == {}


def test_a_trial_that_cannot_be_removed_is_told(sandbox: Sandbox) -> None:
    sandbox.faults.add("status", method="DELETE", path="klantcontacten", status=403)
    found = look(sandbox.config(), proef=True)
    fault = only_fault(found)
    (left,) = sandbox.rows("klantcontact")
    assert fault.onderdeel == "proef opruimen" and left["referentienummer"] in fault.raad


def test_a_trial_that_cannot_be_made_is_told_and_leaves_nothing(sandbox: Sandbox) -> None:
    sandbox.faults.add("status", method="POST", path="digitaleadressen", status=500)
    found = look(sandbox.config(), proef=True)
    assert judged(found)[-2:] == [("proef", "fout"), ("proef opruimen", "goed")]
    assert sandbox.counts() == {}


@pytest.mark.parametrize(
    ("change", "part", "words"),
    [
        ({"adres": "ok.example"}, "instellingen", "https://"),
        ({"adres": ""}, "instellingen", "https://"),
        ({"token": ""}, "instellingen", "token"),
        ({"token": "a b"}, "instellingen", "token"),
        ({"token": "anders"}, "token", "401"),
        ({"ca_bestand": "/er/is/geen.pem"}, "instellingen", "/er/is/geen.pem"),
        ({"kanaal": "k" * 51}, "instellingen", "kanaal"),
        ({"handeling": " "}, "instellingen", "handeling"),
        ({"toelichting": "t" * 1001}, "instellingen", "toelichting"),
        (
            {
                "afdeling": ActorVerwijzing(
                    "Team X", "organisatorische_eenheid", uuid="00000000-0000-4000-8000-00000000000a"
                )
            },
            "afdeling",
            "Team X",
        ),
    ],
    ids=str,
)
def test_a_setting_that_is_wrong_is_found(sandbox: Sandbox, change: dict[str, Any], part: str, words: str) -> None:
    found = look(sandbox.config(**change))
    faults = [one for one in found if one.oordeel == "fout"]
    assert faults[0].onderdeel == part and words in faults[0].tekst and faults[0].raad
    assert not any(one.tekst.count(TOKEN) for one in found)


@pytest.mark.parametrize(
    ("token", "words"),
    [(f"Token-{TOKEN}", "nog een woord"), ("bearer:x", "nog een woord"), ("x" * 41, "langer dan 40")],
)
def test_a_token_that_looks_wrong_gets_a_hint(sandbox: Sandbox, token: str, words: str) -> None:
    found = look(sandbox.config(token=token))
    assert any(one.oordeel == "let op" and words in one.tekst for one in found)
    assert only_fault(found).onderdeel == "token"
    assert not any(token in one.tekst + one.raad for one in found)


def test_a_name_that_does_not_exist_is_told() -> None:
    config = OpenKlantConfig("https://openklant.bestaat-niet.invalid", TOKEN, afdeling("Team", "T"), timeout=5)
    fault = only_fault(look(config))
    assert fault.onderdeel == "adres" and ("DNS" in fault.tekst or "verbinding" in fault.tekst)


def test_a_closed_port_is_told() -> None:
    config = OpenKlantConfig(f"http://127.0.0.1:{free_port()}", TOKEN, afdeling("Team", "T"), timeout=5)
    fault = only_fault(look(config))
    assert fault.onderdeel == "adres" and "geen verbinding" in fault.tekst


def test_a_server_that_stays_silent_is_told(sandbox: Sandbox) -> None:
    sandbox.faults.add("slow", seconds=2)
    fault = only_fault(look(sandbox.config(timeout=0.2)))
    assert fault.onderdeel == "adres" and "niet op tijd" in fault.tekst


@pytest.mark.parametrize(
    ("fault", "part", "words"),
    [
        ({"kind": "page", "status": 200}, "adres", "geen antwoord van de Klantinteracties-API"),
        ({"kind": "page", "status": 404}, "adres", "geen Klantinteracties-API"),
        ({"kind": "page", "status": 302}, "adres", "geen Klantinteracties-API"),
        ({"kind": "shape"}, "adres", "geen Klantinteracties-API"),
        ({"kind": "garbled"}, "adres", "geen antwoord van de Klantinteracties-API"),
        ({"kind": "status", "status": 403}, "token", "403"),
        ({"kind": "status", "status": 500}, "adres", "fout aan die kant"),
        ({"kind": "status", "status": 404}, "adres", "404"),
        ({"kind": "down"}, "adres", "verbroken"),
    ],
    ids=str,
)
def test_an_answer_that_is_wrong_is_told(sandbox: Sandbox, fault: dict[str, Any], part: str, words: str) -> None:
    sandbox.faults.add(**fault)
    found = look(sandbox.config())
    assert only_fault(found).onderdeel == part and words in only_fault(found).tekst
    assert len(found) == 1, "daarna heeft verder kijken geen zin"


def test_a_path_that_is_wrong_is_told(sandbox: Sandbox) -> None:
    fault = only_fault(look(sandbox.config(adres=f"{sandbox.url}/elders/api/v1")))
    assert fault.onderdeel == "adres" and "/elders/api/v1" in fault.tekst


def test_a_certificate_that_is_not_trusted_is_told() -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        try:
            raise ssl.SSLCertVerificationError("self-signed certificate")
        except ssl.SSLError as cause:
            raise httpx.ConnectError("x") from cause

    config = OpenKlantConfig("https://ok.example", TOKEN, afdeling("Team", "T"))
    fault = only_fault(look(config, transport=httpx.MockTransport(refuse)))
    assert fault.onderdeel == "certificaat" and "eigen uitgever" in fault.raad


def test_an_own_certificate_authority_may_be_trusted(tmp_path: Path) -> None:
    broken = tmp_path / "leeg.pem"
    broken.write_text("geen certificaat")
    config = OpenKlantConfig("https://ok.example", TOKEN, afdeling("Team", "T"), ca_bestand=str(broken))
    assert str(broken) in only_fault(look(config)).tekst


@pytest.mark.parametrize(("adres", "warned"), [("http://ok.example", True), ("https://ok.example", False)])
def test_an_unencrypted_connection_is_warned_about(adres: str, warned: bool) -> None:
    config = OpenKlantConfig(adres, TOKEN, afdeling("Team", "T"))
    transport = httpx.MockTransport(lambda _request: httpx.Response(401))
    assert any("onversleuteld" in one.tekst for one in look(config, transport=transport)) is warned


@pytest.mark.parametrize(
    ("versie", "judgement", "words"),
    [("2.4", "let op", "0.0.3"), ("2.15", "let op", "0.6.0"), ("2.16", "goed", "0.7.0"), ("2.18", "goed", "0.9.0")],
)
def test_the_version_is_told(serve: Serve, versie: str, judgement: str, words: str) -> None:
    (found,) = [one for one in look(serve(versie).config()) if one.onderdeel == "versie"]
    assert found.oordeel == judgement and words in found.tekst


def test_a_version_that_is_hidden_is_told(serve: Serve) -> None:
    (found,) = [one for one in look(serve(header=False).config()) if one.onderdeel == "versie"]
    assert found.oordeel == "let op" and "API-version" in found.tekst


def test_a_version_that_is_too_old_ends_the_check() -> None:
    answer = httpx.Response(200, json={"count": 0, "results": []}, headers={"API-version": "0.0.2"})
    config = OpenKlantConfig("https://ok.example", TOKEN, afdeling("Team", "T"))
    found = look(config, transport=httpx.MockTransport(lambda _request: answer))
    assert judged(found) == [("adres", "goed"), ("token", "goed"), ("versie", "fout")]


def test_a_channel_that_is_not_in_the_list_is_found_without_making_anything(serve: Serve) -> None:
    sandbox = serve(kanalen=["telefoon"])
    fault = only_fault(look(sandbox.config()))
    assert fault.onderdeel == "kanaal" and "chatbot" in fault.tekst and "Referentielijsten" in fault.raad
    assert sandbox.counts() == {}
    assert ("kanaal", "goed") in judged(look(sandbox.config(kanaal="telefoon")))


def test_a_list_of_channels_that_cannot_be_reached_is_told(sandbox: Sandbox) -> None:
    sandbox.faults.add("status", method="POST", path="klantcontacten", status=500)
    fault = only_fault(look(sandbox.config()))
    assert fault.onderdeel == "kanaal" and "Referentielijsten" in fault.raad


def test_a_department_that_rests_is_a_fault(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    with sandbox.database.begin() as connection:
        connection.execute(
            sa.update(tables.actor).where(tables.actor.c.uuid == stappen.afdeling).values(indicatieActief=False)
        )
    fault = only_fault(look(sandbox.config()))
    assert fault.onderdeel == "afdeling" and "niet actief" in fault.tekst


def test_a_fixed_actor_of_another_kind_is_warned_about(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    wrong = ActorVerwijzing("Team", "organisatorische_eenheid", uuid=stappen.actor)
    found = look(sandbox.config(afdeling=wrong))
    assert ("afdeling", "let op") in judged(found)


def _lenient(sandbox: Sandbox) -> Any:
    transport = sandbox.transport()
    transport.check_requests = lambda request: not request.url.path.endswith("/klantcontacten")
    return transport
