"""Whatever is wrong with a connection is told in plain words, with what to do."""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.cases.check import Bevinding, check
from bot.cases.number import parse_formats
from bot.sandbox.cases import sample
from bot.sandbox.openzaak_store import openzaak_object
from tests.cases.contract import ContractTransport
from tests.cases.server import SECRET, TODAY, Sandbox

pytestmark = pytest.mark.asyncio


def number(name: str) -> str:
    return sample(name).identificatie(TODAY)


def wrong(found: list[Bevinding]) -> list[str]:
    return [one.onderwerp for one in found if one.niveau == "fout"]


def told(found: list[Bevinding], onderwerp: str) -> Bevinding:
    return next(one for one in found if one.onderwerp == onderwerp)


async def test_a_good_connection_is_good_all_over(sandbox: Sandbox) -> None:
    formats = parse_formats(["ZAAK-0000-0000000000"])
    found = await check(sandbox.config(), number("in_behandeling"), formats, ContractTransport())
    assert {one.niveau for one in found} == {"goed"}
    assert [one.onderwerp for one in found] == ["rechten", "versie", "catalogus", "zaak", "initiator"]
    assert "2 statussen, 5 stappen" in told(found, "zaak").tekst


async def test_no_case_is_read_while_rights_are_tried(sandbox: Sandbox) -> None:
    transport = ContractTransport()
    await check(sandbox.config(), transport=transport)
    assert transport.asked == ["zaken", "zaaktypen"]
    assert transport.requests[0].url.params["identificatie"] == "VRAAGBAAK-VERBINDINGSTEST"


async def test_what_stumbles_is_not_hidden_by_asking_again(sandbox: Sandbox) -> None:
    sandbox.faults.add("status", status=503, times=1)
    found = await check(sandbox.config(attempts=3))
    assert wrong(found) == ["bereik"]


@pytest.mark.parametrize(
    ("fields", "onderwerp", "words"),
    [
        ({"client_id": "onbekend"}, "token", "kent dit client_id niet"),
        ({"secret": "een-verkeerd-geheim-van-genoeg-tekens"}, "token", "niet het geheim"),
        ({"client_id": ""}, "token", "leeg"),
        ({"zaken_url": "oz.example"}, "adres", "geen webadres"),
        ({"bronorganisaties": ("123456789",)}, "bronorganisatie", "RSIN"),
        ({"bronorganisaties": ("100000009 ",)}, "bronorganisatie", "RSIN"),
        ({"ca_file": "/nergens/ca.pem"}, "certificaat", "kan niet worden gelezen"),
    ],
)
async def test_a_wrong_setting_is_named(sandbox: Sandbox, fields: dict[str, Any], onderwerp: str, words: str) -> None:
    found = await check(replace(sandbox.config(), **fields))
    assert wrong(found) == [onderwerp]
    assert words in told(found, onderwerp).tekst and told(found, onderwerp).advies


async def test_a_wrong_base_path_is_named(sandbox: Sandbox) -> None:
    found = await check(sandbox.config(zaken_url=f"{sandbox.root}/zaken"))
    assert wrong(found) == ["adres"] and "/zaken/api/v1" in told(found, "adres").advies
    found = await check(sandbox.config(catalogi_url=f"{sandbox.root}/catalogi"))
    assert wrong(found) == ["adres"] and "/catalogi/api/v1" in told(found, "adres").advies


@pytest.mark.parametrize(
    ("fault", "onderwerp", "words"),
    [
        ({"kind": "status", "status": 401}, "token", "gateway"),
        ({"kind": "status", "status": 403}, "rechten", "zaken.lezen"),
        ({"kind": "status", "status": 404}, "adres", "is niets"),
        ({"kind": "status", "status": 406}, "koppen", "Accept-Crs"),
        ({"kind": "status", "status": 412}, "koppen", "Accept-Crs"),
        ({"kind": "status", "status": 400}, "versie", "neemt de vraag niet aan"),
        ({"kind": "status", "status": 302}, "adres", "verwijst door"),
        ({"kind": "status", "status": 410}, "bereik", "410"),
        ({"kind": "status", "status": 500}, "bereik", "HTTP 500"),
        ({"kind": "page"}, "adres", "iets anders dan JSON"),
        ({"kind": "shape"}, "antwoord", "results"),
        ({"kind": "down"}, "bereik", "niet te bereiken"),
        ({"kind": "slow", "seconds": 10}, "bereik", "niet op tijd"),
    ],
)
async def test_what_the_register_does_is_explained(
    sandbox: Sandbox, fault: dict[str, Any], onderwerp: str, words: str
) -> None:
    sandbox.faults.add(path="/zaken/api", **fault)
    found = await check(sandbox.config(timeout=0.3))
    assert wrong(found) == [onderwerp]
    one = next(one for one in found if one.niveau == "fout")
    assert words in one.tekst and one.advies


async def test_rights_on_the_catalogue_are_told_apart(sandbox: Sandbox) -> None:
    sandbox.faults.add("status", path="/catalogi/", status=403)
    found = await check(sandbox.config())
    assert wrong(found) == ["rechten"]
    assert any("catalogi.lezen" in one.tekst for one in found)
    assert found[0].niveau == "goed"


async def test_a_short_secret_and_open_network_are_pointed_out(sandbox: Sandbox) -> None:
    found = await check(
        sandbox.config(secret="kort", zaken_url="http://oz.example/zaken/api/v1", bronorganisaties=()),
        transport=httpx.MockTransport(lambda request: httpx.Response(500)),
    )
    assert {one.onderwerp for one in found if one.niveau == "let_op"} >= {"token", "adres", "bronorganisatie"}
    assert SECRET not in str(found) and "kort" not in str([one for one in found if one.onderwerp != "token"])


def register(**headers: str) -> httpx.MockTransport:
    body = {"count": 0, "next": None, "previous": None, "results": []}
    return httpx.MockTransport(
        lambda request: httpx.Response(200, json=body, headers={"API-version": "1.5.1"} | headers)
    )


@pytest.mark.parametrize(
    ("seconds", "level", "words"),
    [
        (-20, None, ""),
        (-60, "let_op", "voor"),
        (60, "let_op", "achter"),
        (-400, "fout", "voor"),
        (400, "fout", "achter"),
    ],
)
async def test_clocks_that_differ_are_noticed(sandbox: Sandbox, seconds: int, level: str | None, words: str) -> None:
    found = await check(sandbox.config(), transport=register(Date=formatdate(time.time() + seconds, usegmt=True)))
    clock = next((one for one in found if one.onderwerp == "klok"), None)
    assert (clock.niveau if clock else None) == level
    assert not clock or f"seconden {words} op" in clock.tekst


async def test_an_unreadable_date_is_no_matter(sandbox: Sandbox) -> None:
    assert not wrong(
        [one for one in await check(sandbox.config(), transport=register(Date="gisteren")) if one.onderwerp == "klok"]
    )


@pytest.mark.parametrize(
    ("version", "level"), [("1.5.1", "goed"), ("1.4.0", "goed"), ("1.3.1", "fout"), ("1.1.0", "let_op"), ("", "let_op")]
)
async def test_versions_are_weighed(sandbox: Sandbox, version: str, level: str) -> None:
    found = await check(sandbox.config(), transport=register(**{"API-version": version}))
    assert told(found, "versie").niveau == level


async def test_one_organisation_may_have_an_older_version(sandbox: Sandbox) -> None:
    found = await check(sandbox.config(bronorganisaties=("100000009",)), transport=register(**{"API-version": "1.3.1"}))
    assert told(found, "versie").niveau == "goed"


async def test_an_empty_catalogue_is_an_error_and_one_with_internal_types_a_notice(own_sandbox: Sandbox) -> None:
    found = await check(own_sandbox.config(), transport=register())
    assert wrong(found) == ["catalogus"]
    with own_sandbox.database.begin() as connection:
        rows = connection.execute(sa.select(openzaak_object).where(openzaak_object.c.soort == "zaaktypen")).all()
        for row in rows:
            internal = row.gegevens.replace('"extern"', '"intern"')
            connection.execute(
                sa.update(openzaak_object).where(openzaak_object.c.id == row.id).values(gegevens=internal)
            )
    assert told(await check(own_sandbox.config()), "catalogus").niveau == "let_op"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("vertrouwelijk", "vertrouwelijker"),
        ("gearchiveerd", "gearchiveerd"),
        ("zonder_status", "nog geen status"),
        ("interne_zaak", "intern"),
        ("dorp_toegekend", "bronorganisatie"),
        ("zeer_geheim", "geen zaak met dit nummer"),
        ("zonder_contact", "geen e-mailadres en geen telefoonnummer"),
        ("zonder_initiator", "geen initiator"),
    ],
)
async def test_why_a_resident_would_not_get_this_case(sandbox: Sandbox, name: str, words: str) -> None:
    found = await check(sandbox.config(), number(name), transport=ContractTransport())
    assert not wrong(found)
    assert any(one.niveau == "let_op" and words in one.tekst for one in found), found


async def test_contact_is_told_without_showing_it(sandbox: Sandbox) -> None:
    found = await check(sandbox.config(), number("alleen_email"))
    assert told(found, "initiator").tekst.endswith("te bereiken: e-mail.")
    assert "@" not in str(found) and "Alleenmail" not in str(found) and number("alleen_email") not in str(found)


async def test_a_number_that_no_format_fits_is_pointed_out(sandbox: Sandbox) -> None:
    found = await check(sandbox.config(), number("in_behandeling"), parse_formats(["Z/{jaar}/{6 cijfers}"]))
    assert told(found, "zaaknummer").niveau == "let_op"


async def test_a_register_that_calls_itself_otherwise_is_explained(sandbox: Sandbox) -> None:
    """Behind a proxy the register may write other addresses than the one we have."""
    other = sandbox.root.replace("127.0.0.1", "localhost")

    class Renaming(ContractTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await super().handle_async_request(request)
            content = response.content.replace(sandbox.root.encode(), other.encode())
            return httpx.Response(response.status_code, headers={"API-version": "1.5.1"}, content=content)

    found = await check(sandbox.config(), number("in_behandeling"), transport=Renaming())
    assert wrong(found) == ["adres"]
    assert "niet met het ingestelde adres begint" in told(found, "adres").tekst


async def test_a_case_whose_steps_cannot_be_read_is_a_notice(sandbox: Sandbox) -> None:
    sandbox.faults.add("status", path="/statustypen", status=403)
    found = await check(sandbox.config(), number("in_behandeling"))
    assert told(found, "zaak").niveau == "let_op" and "stappen" in told(found, "zaak").tekst
