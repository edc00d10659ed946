"""Finding a case: only what may be shown, only what is needed, in at most four calls."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from bot.cases import lookup
from bot.cases.client import ZgwClient
from bot.cases.errors import Forbidden
from bot.cases.summary import Toestand, overzicht
from bot.cases.values import Rol, Zaak, Zaakdossier, ZgwConfig
from bot.sandbox.cases import (
    MOLENDAM,
    OMGEVINGSDIENST,
    RSIN,
    VOORBEELDSTAD,
    VOORBEELDZAKEN,
    sample,
    sample_bsn,
    zaak_url,
)
from bot.sandbox.openzaak_store import openzaak_object
from tests.cases.contract import ContractTransport
from tests.cases.server import TODAY, Sandbox

pytestmark = pytest.mark.asyncio

HIDDEN = {"gearchiveerd", "overgedragen", "vertrouwelijk", "zeer_geheim", "zonder_status", "interne_zaak"}
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def number(name: str) -> str:
    return sample(name).identificatie(TODAY)


def village(sandbox: Sandbox, **fields: Any) -> ZgwConfig:
    return sandbox.config(bronorganisaties=(RSIN[MOLENDAM],), **fields)


async def whole(client: ZgwClient, name: str) -> tuple[Zaak, tuple[Rol, ...], Zaakdossier]:
    """Everything that an answer needs, in the order of a conversation."""
    zaak = next(one for one in await lookup.find(client, number(name)) if _is(one, name))
    return zaak, await lookup.initiators(client, zaak), await lookup.dossier(client, zaak)


def _is(zaak: Zaak, name: str) -> bool:
    return zaak.url.endswith(zaak_url(sample(name)).rsplit("/", 1)[1])


async def test_every_sample_case_is_shown_or_hidden_as_it_should_be(sandbox: Sandbox) -> None:
    for gemeente, config in ((VOORBEELDSTAD, sandbox.config()), (MOLENDAM, village(sandbox))):
        async with ZgwClient(config, ContractTransport()) as client:
            for one in (one for one in VOORBEELDZAKEN if one.gemeente == gemeente):
                shown = any(_is(zaak, one.naam) for zaak in await lookup.find(client, one.identificatie(TODAY)))
                assert shown is (one.naam not in HIDDEN), one.naam
                if shown:
                    _, _, dossier = await whole(client, one.naam)
                    assert len(dossier.statussen) == len(one.stappen)
                    assert (dossier.resultaat and dossier.resultaat.omschrijving) == one.resultaat


async def test_with_a_warm_catalogue_four_calls_do(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config(), transport := ContractTransport()) as client:
        for name in ("in_behandeling", "toegekend", "afgewezen", "dertig_statussen", "wacht_op_inwoner"):
            await whole(client, name)
            transport.requests.clear()
            await whole(client, name)
            assert len(transport.requests) <= 4, transport.asked
            assert "resultaten/*" in transport.asked or name not in ("toegekend", "afgewezen")


async def test_over_two_turns_four_calls_do_as_well(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config(), transport := ContractTransport()) as client:
        await whole(client, "toegekend")
        transport.requests.clear()
        (found,) = await lookup.find(client, number("toegekend"))
        await lookup.initiators(client, found)
        again = await lookup.load(client, found.url)
        assert again and await lookup.dossier(client, again)
        assert transport.asked == ["zaken", "rollen", "zaken/*", "statussen"]


async def test_before_identity_is_proven_nothing_of_its_course_is_asked(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config(), transport := ContractTransport()) as client:
        (zaak,) = await lookup.find(client, number("toegekend"))
        await lookup.initiators(client, zaak)
        assert Counter(transport.asked) == {"zaken": 1, "zaaktypen/*": 1, "rollen": 1}


async def test_the_catalogue_is_asked_again_when_its_time_has_passed(sandbox: Sandbox) -> None:
    config = sandbox.config(catalogue_seconds=0.05)
    async with ZgwClient(config, transport := ContractTransport()) as client:
        await lookup.find(client, number("in_behandeling"))
        await asyncio.sleep(0.1)
        await lookup.find(client, number("in_behandeling"))
        assert transport.asked.count("zaaktypen/*") == 2


async def test_many_who_ask_at_once_ask_the_catalogue_once(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config(), transport := ContractTransport()) as client:
        await asyncio.gather(*(whole(client, "toegekend") for _ in range(8)))
        counts = Counter(transport.asked)
        assert (counts["zaaktypen/*"], counts["statustypen"], counts["resultaattypen/*"]) == (1, 1, 1)


async def test_two_cases_with_one_number_are_both_found(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config(), transport := ContractTransport()) as client:
        found = await lookup.find(client, number("dubbel_gemeente"))
        assert {zaak.bronorganisatie for zaak in found} == {RSIN[VOORBEELDSTAD], OMGEVINGSDIENST}
        assert len({zaak.titel for zaak in found}) == 2
        assert transport.requests[0].url.params["bronorganisatie__in"] == f"{RSIN[VOORBEELDSTAD]},{OMGEVINGSDIENST}"
    only = sandbox.config(bronorganisaties=(RSIN[VOORBEELDSTAD],))
    async with ZgwClient(only, transport := ContractTransport()) as client:
        (zaak,) = await lookup.find(client, number("dubbel_gemeente"))
        assert _is(zaak, "dubbel_gemeente")
        assert transport.requests[0].url.params["bronorganisatie"] == RSIN[VOORBEELDSTAD]


async def test_another_municipalitys_case_does_not_exist(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config(), ContractTransport()) as client:
        assert await lookup.find(client, number("dorp_toegekend")) == ()
    async with ZgwClient(village(sandbox), ContractTransport()) as client:
        (zaak,) = await lookup.find(client, number("dorp_toegekend"))
        assert zaak.identificatie == "Z/2026/000005"
    # Also by its address, which needs no filter of the register.
    async with ZgwClient(sandbox.config(), ContractTransport()) as client:
        assert await lookup.load(client, zaak.url) is None


@pytest.mark.parametrize("name", sorted(HIDDEN))
async def test_hidden_by_number_is_hidden_by_address(sandbox: Sandbox, name: str) -> None:
    url = f"{sandbox.config().zaken_root}zaken/{zaak_url(sample(name)).rsplit('/', 1)[1]}"
    async with ZgwClient(sandbox.config(), ContractTransport()) as client:
        assert await lookup.load(client, url) is None


async def test_hiding_does_not_rely_on_the_register(own_sandbox: Sandbox) -> None:
    """A register that ignores all filters sends everything; what may not be shown is still not shown."""
    config = own_sandbox.config(max_pages=50)

    class Careless(ZgwClient):
        async def zaken(self, filters: Any) -> Any:
            return await super().zaken({})

    async with Careless(config) as client:
        for one in VOORBEELDZAKEN:
            found = await lookup.find(client, one.identificatie(TODAY))
            expected = one.gemeente == VOORBEELDSTAD and one.naam not in HIDDEN
            assert any(_is(zaak, one.naam) for zaak in found) is expected, one.naam
            assert all(zaak.identificatie == one.identificatie(TODAY) for zaak in found)


async def test_a_municipality_may_show_more(sandbox: Sandbox) -> None:
    config = sandbox.config(show_without_status=True, max_vertrouwelijkheid="vertrouwelijk")
    async with ZgwClient(config, ContractTransport()) as client:
        for name in ("zonder_status", "vertrouwelijk"):
            (zaak,) = await lookup.find(client, number(name))
            assert _is(zaak, name)
        _, _, dossier = await whole(client, "zonder_status")
        assert dossier.statussen == () and len(dossier.statustypen) == 3
        assert await lookup.find(client, number("zeer_geheim")) == ()


@pytest.mark.parametrize(
    "given", ["ZAAK-2026-9999999999", "", "x" * 41, "zaak\nnummer", "a&b=c", number("in_behandeling").lower()]
)
async def test_an_unknown_number_finds_nothing(sandbox: Sandbox, given: str) -> None:
    async with ZgwClient(sandbox.config(), transport := ContractTransport()) as client:
        assert await lookup.find(client, given) == ()
    # What cannot be a number is not asked.
    assert bool(transport.asked) is given.upper().startswith("ZAAK-")


async def test_initiators_are_found_with_their_contact_and_nobody_else(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config(), ContractTransport()) as client:

        async def contact(name: str) -> list[tuple[str, str]]:
            (zaak,) = await lookup.find(client, number(name))
            return [(rol.email, rol.telefoon) for rol in await lookup.initiators(client, zaak)]

        assert await contact("in_behandeling") == [("i.bedacht@post.example", "0600000003")]
        assert await contact("alleen_email") == [("a.alleenmail@post.example", "")]
        assert await contact("alleen_telefoon") == [("", "06 - 00000026")]
        assert await contact("zonder_contact") == [("", "")]
        assert await contact("zonder_initiator") == []
        (zaak,) = await lookup.find(client, number("organisatie"))
        (rol,) = await lookup.initiators(client, zaak)
        assert (rol.betrokkene_type, rol.kvk, rol.bsn) == ("niet_natuurlijk_persoon", "00000001", "")
    async with ZgwClient(village(sandbox), ContractTransport()) as client:
        (zaak,) = await lookup.find(client, number("dorp_stappen_overgeslagen"))
        (rol,) = await lookup.initiators(client, zaak)
        assert rol.email == "s.sprong@post.example"


async def test_a_register_that_sends_all_roles_changes_nothing(sandbox: Sandbox) -> None:
    class Careless(ZgwClient):
        async def rollen(self, zaak_url: str) -> Any:
            return await self._zaken.pages("rollen", {"pageSize": "500"})

    async with Careless(sandbox.config()) as client:
        (zaak,) = await lookup.find(client, number("in_behandeling"))
        assert [rol.email for rol in await lookup.initiators(client, zaak)] == ["i.bedacht@post.example"]


async def test_own_cases_are_found_by_bsn_without_the_number_in_an_address(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config(), transport := ContractTransport()) as client:
        bsn = sample_bsn("in_behandeling")
        (zaak,) = await lookup.find_own(client, bsn)
        assert _is(zaak, "in_behandeling")
        assert all(bsn not in str(request.url) for request in transport.requests)
        assert await lookup.find_own(client, sample_bsn("vertrouwelijk")) == ()
        assert await lookup.find_own(client, sample_bsn("dorp_toegekend")) == ()
        assert await lookup.find_own(client, "999999990") == ()


async def test_own_cases_are_looked_at_again_when_the_register_filters_badly(sandbox: Sandbox) -> None:
    class Careless(ZgwClient):
        async def search_zaken(self, body: Any) -> Any:
            return await self.zaken({})

    async with Careless(sandbox.config(max_own=100)) as client:
        (zaak,) = await lookup.find_own(client, sample_bsn("toegekend"))
        assert _is(zaak, "toegekend")
    # No more of them than one can choose from, the newest.
    async with Careless(sandbox.config(max_own=3), transport := ContractTransport()) as client:
        await lookup.find_own(client, sample_bsn("toegekend"))
        assert transport.asked.count("rollen") == 3
        (zaak,) = await lookup.find_own(client, sample_bsn("net_ontvangen"))
        assert _is(zaak, "net_ontvangen")


async def test_the_history_is_newest_first_and_complete(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config(), ContractTransport()) as client:
        _, _, dossier = await whole(client, "dertig_statussen")
        numbers = [status.statustype.volgnummer for status in dossier.statussen]
        assert numbers == list(range(30, 0, -1)) and len(dossier.statustypen) == 32


async def test_long_histories_are_read_over_pages(own_sandbox: Sandbox) -> None:
    async with ZgwClient(own_sandbox.config(max_pages=20), transport := ContractTransport()) as client:
        _, _, dossier = await whole(client, "dertig_statussen")
        assert (len(dossier.statussen), len(dossier.statustypen)) == (30, 32)
        assert transport.asked.count("statussen") == 10
    async with ZgwClient(own_sandbox.config(max_pages=2), transport := ContractTransport()) as client:
        _, _, dossier = await whole(client, "dertig_statussen")
        assert len(dossier.statussen) == 6 and transport.asked.count("statussen") == 2


async def test_an_empty_history_leaves_a_case_without_statuses(own_sandbox: Sandbox) -> None:
    with own_sandbox.database.begin() as connection:
        connection.execute(sa.delete(openzaak_object).where(openzaak_object.c.soort == "statussen"))
    async with ZgwClient(own_sandbox.config(), ContractTransport()) as client:
        _, _, dossier = await whole(client, "in_behandeling")
        assert dossier.statussen == ()
        assert overzicht(dossier, NOON).toestand is Toestand.ZONDER_STATUS


async def test_a_type_that_was_taken_back_is_read_by_its_address(own_sandbox: Sandbox) -> None:
    with own_sandbox.database.begin() as connection:
        rows = connection.execute(sa.select(openzaak_object).where(openzaak_object.c.soort == "statustypen")).all()
        for row in rows:
            changed = row.gegevens.replace('"checklistitemStatustype"', '"concept": true, "checklistitemStatustype"')
            connection.execute(
                sa.update(openzaak_object).where(openzaak_object.c.id == row.id).values(gegevens=changed)
            )
    async with ZgwClient(own_sandbox.config(), ContractTransport(check_answers=False)) as client:
        _, _, dossier = await whole(client, "in_behandeling")
        assert dossier.statustypen == ()
        assert [status.statustype.omschrijving for status in dossier.statussen] == ["In behandeling", "Ontvangen"]


async def test_a_type_that_cannot_be_read_hides_the_case(sandbox: Sandbox) -> None:
    sandbox.faults.add("status", path="/zaaktypen/", status=403)
    async with ZgwClient(sandbox.config()) as client:
        assert await lookup.find(client, number("in_behandeling")) == ()
        sandbox.faults.clear()
        # The refusal was not kept.
        assert len(await lookup.find(client, number("in_behandeling"))) == 1


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_case_that_is_refused_sounds_as_one_that_is_not_there(sandbox: Sandbox, status: int) -> None:
    async with ZgwClient(sandbox.config()) as client:
        (zaak,) = await lookup.find(client, number("in_behandeling"))
        sandbox.faults.add("status", path="/zaken/api/v1/zaken/", status=status)
        assert await lookup.load(client, zaak.url) is None


async def test_a_refused_token_is_not_taken_for_a_case_that_is_not_there(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config()) as client:
        (zaak,) = await lookup.find(client, number("in_behandeling"))
    async with ZgwClient(sandbox.config(secret="een-verkeerd-geheim-van-genoeg-tekens")) as client:
        with pytest.raises(Forbidden) as error:
            await lookup.load(client, zaak.url)
        assert error.value.code == "invalid-jwt-signature"


async def test_a_result_that_comes_along_is_not_asked_again(sandbox: Sandbox) -> None:
    async with ZgwClient(sandbox.config(), transport := ContractTransport()) as client:
        (found,) = await lookup.find(client, number("afgewezen"))
        again = await lookup.load(client, found.url)
        assert again and again.resultaattype_url
        dossier = await lookup.dossier(client, again)
        assert dossier.resultaat and dossier.resultaat.omschrijving == "Geweigerd"
        assert "resultaten/*" not in transport.asked


async def test_nothing_personal_gets_into_logs(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with ZgwClient(sandbox.config()) as client:
        await whole(client, "toegekend")
        await lookup.find_own(client, sample_bsn("toegekend"))
        sandbox.faults.add("status", status=500)
        for question in (lookup.find(client, number("toegekend")), lookup.find_own(client, sample_bsn("toegekend"))):
            with pytest.raises(Exception, match="HTTP 500") as error:
                await question
            caplog.records.append(logging.makeLogRecord({"msg": repr(error.value) + str(error.value)}))
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "HTTP 500" in logged
    for personal in (number("toegekend"), "0000000012", sample_bsn("toegekend"), "jazeker", "0600000012", "Koor"):
        assert personal not in logged
