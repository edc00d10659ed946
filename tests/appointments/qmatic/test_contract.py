"""Every call as the API wants it, and its answers as the neutral interface wants them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date

import httpx
import pytest

from bot.appointments.errors import NotFound, Unavailable, Unsupported
from bot.appointments.qmatic import QmaticBackend
from bot.appointments.values import Dienst, Kan, Keus, Locatie, Veld
from bot.sandbox.qmatic_world import NATURALISATIE, NOORD, RECEPTIE, STADSKANTOOR
from tests.appointments.qmatic.contract import Contract, ContractBroken, check_request
from tests.appointments.qmatic.server import (
    CURACAO,
    KEY,
    NACHTLOKET,
    NOOR,
    STRANGE,
    TODAY,
    Sandbox,
    at,
)

pytestmark = pytest.mark.asyncio

PASPOORT = [Keus("Paspoort")]
NINE = at("2026-09-02T09:00")


async def test_services_are_those_that_residents_may_book(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        found = await backend.list_products()
        at_noord = await backend.list_products(NOORD)
    assert net.paths("services") == ["v1/services"]
    assert net.paths("branch_services") == [f"v1/branches/{NOORD}/services"]
    assert found[0] == Dienst("Paspoort", "Paspoort aanvragen", "Neem een pasfoto mee van 35 x 45 mm.", 10, None)
    ids = [one.id for one in found]
    assert {"Rijbewijs", NATURALISATIE, STRANGE} < set(ids)
    assert not {"Vluchtelingenpaspoort", "Verklaring_leven"} & set(ids), "niet publiek, of niet actief"
    assert [one.id for one in at_noord] == ["Paspoort", "Identiteitskaart", "Rijbewijs", "Geboorteaangifte"]


async def test_services_go_together_by_group_and_stay_public(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        anywhere = await backend.list_products(None, ["Paspoort"])
        there = await backend.list_products(STADSKANTOOR, ["Paspoort", "Rijbewijs"])
        alone = await backend.list_products(STADSKANTOOR, [NATURALISATIE])
        never = await backend.list_products(STADSKANTOOR, ["Paspoort", "Erkennen_kind"])
    assert net.paths("groups") == ["v1/services/groups;servicePublicId=Paspoort"]
    assert net.paths("branch_groups")[0] == (
        f"v2/branches/{STADSKANTOOR}/services/groups;servicePublicId=Paspoort;servicePublicId=Rijbewijs"
    )
    ids = [one.id for one in anywhere]
    assert ids == ["Identiteitskaart", "Rijbewijs", "Uittreksel_BRP", "Legaliseren handtekening", STRANGE]
    assert "Geboorteaangifte" not in ids, "alleen samen bij de receptie, die geen postcode heeft"
    assert [one.id for one in there] == ["Identiteitskaart", "Uittreksel_BRP", "Legaliseren handtekening"]
    assert alone == never == []


async def test_places_have_a_postcode(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        everywhere = await backend.list_locations([])
        for_one = await backend.list_locations([Keus("Geboorteaangifte")])
    assert net.paths("branches") == ["v1/branches"]
    assert net.paths("service_branches") == ["v1/services/Geboorteaangifte/branches"]
    assert RECEPTIE not in {one.id for one in (*everywhere, *for_one)}
    assert for_one == [
        Locatie(STADSKANTOOR, "Stadskantoor", "Markt 1", "1234 AB", "Voorbeeldstad", "Europe/Amsterdam"),
        Locatie(NOORD, "Servicepunt Noord", "Buurthuis De Linde, Lindelaan 20", "1235 CD", "Voorbeeldstad"),
    ]


async def test_places_for_more_services_have_all_of_them_together(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        both = await backend.list_locations([Keus("Paspoort"), Keus("Identiteitskaart")])
        apart = await backend.list_locations([Keus("Paspoort"), Keus("Rijbewijs")])
        never = await backend.list_locations([Keus("Paspoort"), Keus(NATURALISATIE)])
    assert [one.id for one in both] == [STADSKANTOOR, NOORD]
    assert [one.id for one in apart] == [STADSKANTOOR], "in Noord kunnen ze allebei, maar niet in één afspraak"
    assert never == []
    assert net.paths("groups")[0] == "v1/services/groups;servicePublicId=Paspoort;servicePublicId=Identiteitskaart"


async def test_dates_are_cut_to_the_range(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        found = await backend.list_dates(PASPOORT, STADSKANTOOR, date(2026, 9, 3), date(2026, 9, 7))
        beyond = await backend.list_dates(PASPOORT, STADSKANTOOR, date(2027, 9, 3), date(2027, 9, 7))
    assert found == [date(2026, 9, 3), date(2026, 9, 4), date(2026, 9, 7)]
    assert beyond == []
    assert net.paths("dates")[0] == f"v2/branches/{STADSKANTOOR}/dates;servicePublicId=Paspoort"


async def test_times_have_the_zone_of_the_place(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        here = await backend.list_times(PASPOORT, STADSKANTOOR, date(2026, 9, 3))
        far = await backend.list_times(PASPOORT, CURACAO, date(2026, 9, 3))
    assert [moment.isoformat() for moment in here[:3]] == [
        "2026-09-03T08:30:00+02:00",
        "2026-09-03T08:35:00+02:00",
        "2026-09-03T08:40:00+02:00",
    ]
    assert here[-1].isoformat() == "2026-09-03T19:50:00+02:00", "donderdag is de avond open"
    assert far[0].isoformat() == "2026-09-03T08:00:00-04:00"
    assert net.paths("times")[0] == f"v2/branches/{STADSKANTOOR}/dates/2026-09-03/times;servicePublicId=Paspoort"


async def test_a_place_is_asked_once_in_a_while(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        for _ in range(3):
            await backend.list_times(PASPOORT, STADSKANTOOR, date(2026, 9, 3))
    assert net.asked == ["branch", "times", "times", "times"]


async def test_ids_that_do_not_fit_in_a_path_are_written_out(sandbox: Sandbox) -> None:
    keuzen = [Keus(STRANGE), Keus("Paspoort")]
    async with sandbox.connected() as (backend, net):
        places = await backend.list_locations(keuzen)
        days = await backend.list_dates(keuzen, NACHTLOKET, TODAY, date(2026, 9, 30))
        times = await backend.list_times(keuzen, NACHTLOKET, days[0])
        made = await backend.book(keuzen, NACHTLOKET, times[0], NOOR)
        with_it = await backend.list_products(None, [STRANGE])
    assert [one.id for one in places] == [NACHTLOKET]
    assert net.paths("dates") == [
        f"v2/branches/{NACHTLOKET}/dates;servicePublicId=Vreemd%3B%20a%2Fb%20%C3%A9;servicePublicId=Paspoort"
    ]
    assert made.keuzen == (Keus(STRANGE), Keus("Paspoort"))
    assert [one.id for one in with_it] == ["Paspoort"]


async def test_a_booking_goes_as_v2_wants_it_and_is_read_back(sandbox: Sandbox) -> None:
    keuzen = [Keus("Paspoort"), Keus("Identiteitskaart")]
    async with sandbox.connected() as (backend, net):
        made = await backend.book(keuzen, STADSKANTOOR, NINE, NOOR, "Met rolstoel", "wens-1")
        assert await backend.get(made.id) == made
    assert net.paths("book") == [f"v2/branches/{STADSKANTOOR}/dates/2026-09-02/times/09:00/book"]
    assert net.bodies("book") == [
        {
            "title": "Vraagbaak: Paspoort aanvragen, Identiteitskaart aanvragen",
            "services": [{"publicId": "Paspoort"}, {"publicId": "Identiteitskaart"}],
            "customers": [
                {
                    "lastName": "Voorbeeld",
                    "email": "noor@voorbeeld.example",
                    "phone": "0612345678",
                    "dateOfBirth": "1985-04-12",
                }
            ],
            "notes": "Met rolstoel",
        }
    ]
    assert net.asked == ["branch", "branch_services", "book", "read", "read"]
    assert len(made.id) == 64
    assert made.keuzen == (Keus("Paspoort", 1), Keus("Identiteitskaart", 1))
    assert made.begin.isoformat() == "2026-09-02T09:00:00+02:00"
    assert made.einde is not None and made.einde.isoformat() == "2026-09-02T09:20:00+02:00"
    assert made.locatie.naam == "Stadskantoor"
    assert made.klant == NOOR, "de geboortedatum komt als milliseconden terug"
    assert made.extra == {"status": "20"}
    assert sandbox.appointments()[0]["start"] == NINE.astimezone(UTC)


@pytest.mark.parametrize(
    ("counts", "dates", "end"),
    [("total", ";numberOfCustomers=3", "09:20"), ("extra", ";numberOfCustomers=2", "09:20")],
)
async def test_more_people_are_counted_as_the_site_does(
    serve: Callable[..., Sandbox], counts: str, dates: str, end: str
) -> None:
    sandbox = serve(counts=counts)
    keuzen = [Keus("Paspoort", 3)]
    async with sandbox.connected(extra_persons_counted=counts) as (backend, net):
        day = (await backend.list_dates(keuzen, STADSKANTOOR, TODAY, date(2026, 9, 2)))[-1]
        times = await backend.list_times(keuzen, STADSKANTOOR, day)
        made = await backend.book(keuzen, STADSKANTOOR, times[6], NOOR)
    assert net.paths("dates")[0].endswith(f"/dates;servicePublicId=Paspoort{dates}")
    assert net.paths("times")[0].endswith(f"/times;servicePublicId=Paspoort{dates}")
    assert times[-1].strftime("%H:%M") == "16:40", "10 minuten, en 5 voor ieder van de twee anderen"
    assert len(net.bodies("book")[0]["customers"]) == 3
    assert net.bodies("book")[0]["customers"][0] == net.bodies("book")[0]["customers"][2]
    assert made.begin.strftime("%H:%M") == "09:00" and made.einde is not None
    assert made.einde.strftime("%H:%M") == end
    assert made.keuzen == (Keus("Paspoort", 3),) and made.klant == NOOR
    assert len(sandbox.customers()) == 3


async def test_a_site_that_counts_otherwise_shows_in_the_last_moments(serve: Callable[..., Sandbox]) -> None:
    """Counting everybody where the others are counted hides a moment; the other way round offers what cannot be had."""
    keuzen = [Keus("Paspoort", 3)]
    last = {}
    for counts in ("extra", "total"):
        async with serve(counts="extra").connected(extra_persons_counted=counts) as (backend, _):
            last[counts] = (await backend.list_times(keuzen, STADSKANTOOR, date(2026, 9, 2)))[-1]
    assert last["total"] < last["extra"]


async def test_the_largest_number_of_people_is_that_of_the_appointment(sandbox: Sandbox) -> None:
    keuzen = [Keus("Paspoort", 1), Keus("Identiteitskaart", 2)]
    async with sandbox.connected() as (backend, net):
        made = await backend.book(keuzen, STADSKANTOOR, NINE, NOOR)
    assert made.keuzen == (Keus("Paspoort", 2), Keus("Identiteitskaart", 2))
    assert len(net.bodies("book")[0]["customers"]) == 2


async def test_cancelling_deletes(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        made = await backend.book(PASPOORT, STADSKANTOOR, NINE, NOOR)
        await backend.cancel(made.id)
        await backend.cancel(made.id)
        with pytest.raises(NotFound):
            await backend.get(made.id)
    assert net.paths("cancel") == [f"v1/appointments/{made.id}"]
    assert sandbox.appointments() == []


async def test_what_this_connection_can_do(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, net):
        assert backend.kan() == Kan(True, True, verzetten=False, vasthouden=False, einde_bekend=True)
        with pytest.raises(Unsupported):
            await backend.hold(PASPOORT, STADSKANTOOR, NINE, "gesprek")
        await backend.release("gesprek")
    assert net.asked == []
    async with sandbox.connected(native_move=True, native_hold=True) as (backend, _):
        assert (backend.kan().verzetten, backend.kan().vasthouden) == (True, True)


async def test_fields_are_what_the_municipality_set(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, _):
        standard = await backend.customer_fields(PASPOORT)
    async with sandbox.connected(velden=("achternaam", "voornaam", "bsn"), verplicht=("achternaam",)) as (backend, _):
        own = await backend.customer_fields(PASPOORT)
    assert standard.velden == (
        Veld("achternaam", True, 200),
        Veld("email", True, 255),
        Veld("geboortedatum", True, 10),
        Veld("telefoon", True, 50),
    )
    assert standard.nodig() == ("achternaam", "email", "geboortedatum", "telefoon")
    assert own.velden == (Veld("achternaam", True, 200), Veld("voornaam", False, 200), Veld("bsn", False, 255))


async def test_check_counts_services_and_says_what_is_wrong(sandbox: Sandbox) -> None:
    async with sandbox.connected() as (backend, _):
        assert await backend.check() == "Qmatic Orchestra, 9 diensten"
    async with sandbox.connected(api_key="verkeerd") as (backend, _):
        with pytest.raises(Unavailable) as refused:
            await backend.check()
    assert refused.value.status == 401
    assert str(refused.value) == "Afsprakensysteem, diensten: Unavailable (HTTP 401)"
    assert KEY not in repr(backend.config) and "verkeerd" not in repr(backend.config)


async def test_some_sites_want_a_name_and_a_password(serve: Callable[..., Sandbox]) -> None:
    sandbox = serve(users={"vraagbaak": "geheim"})
    async with sandbox.connected(api_key="", user="vraagbaak", password="geheim") as (backend, net):
        assert await backend.list_products()
    assert "X-Api-Key" not in net.requests[0].headers
    assert "geheim" not in repr(backend.config)
    async with sandbox.connected(api_key="", user="vraagbaak", password="anders") as (backend, _):
        with pytest.raises(Unavailable):
            await backend.list_products()


async def test_an_address_with_and_without_a_slash_is_the_same(sandbox: Sandbox) -> None:
    config = sandbox.config()
    backend = QmaticBackend(replace(config, url=config.url.rstrip("/")), Contract())
    assert len(await backend.list_products()) == 9
    await backend.aclose()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "v2/branches/x/dates%3BservicePublicId=Paspoort"),
        ("GET", "v2/branches/x/dates;servicePublicId=Paspoort;numberOfCustomers=0"),
        ("GET", "v2/branches/x/dates;numberOfCustomers=2;servicePublicId=Paspoort"),
        ("GET", "v1/branches/x/dates"),
        ("POST", "v2/branches/x/dates/2026-09-01/times/9:00/book"),
        ("PUT", "v1/appointments/x/reschedule?start=2026-09-01T09:00:00Z&end=2026-09-01T09:10:00Z"),
    ],
)
async def test_the_contract_knows_what_is_wrong(method: str, path: str) -> None:
    url = f"https://qmatic.example/qmatic/calendar-backend/public/api/{path}"
    request = httpx.Request(method, url, headers={"X-Api-Key": "x", "Content-Type": "application/json"})
    with pytest.raises(ContractBroken):
        check_request(request)
