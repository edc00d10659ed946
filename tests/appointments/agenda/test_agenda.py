"""The agenda through its interface, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.appointments.agenda.backend import Agenda
from bot.appointments.agenda.config import DienstInstelling
from bot.appointments.backend import AppointmentBackend
from bot.appointments.errors import AfspraakError, InvalidInput, NotAllowed, NotFound, SlotTaken
from bot.appointments.values import Keus
from bot.catalog.rooster import Weekrooster
from tests.appointments.agenda.builders import (
    CONFIG,
    GEMEENTE,
    NOOR,
    NU,
    STADHUIS,
    Klok,
    check_places,
    make,
    op,
    rows,
    with_places,
)

PASPOORT, RIJBEWIJS = (Keus("paspoort"),), (Keus("rijbewijs"),)
MAANDAG = date(2026, 11, 23)
TIEN = op("2026-11-23 10:00")
run = asyncio.run


@pytest.fixture
def klok() -> Klok:
    return Klok()


@pytest.fixture
def agenda(database: Engine, klok: Klok) -> Agenda:
    return make(database, klok=klok)


def times(
    agenda: Agenda, dag: date = MAANDAG, locatie: str = "stadhuis", keuzen: tuple[Keus, ...] = PASPOORT
) -> list[str]:
    return [f"{one:%H:%M}" for one in run(agenda.list_times(keuzen, locatie, dag))]


def book(agenda: Agenda, begin: datetime = TIEN, sleutel: str = "", locatie: str = "stadhuis") -> str:
    return run(agenda.book(PASPOORT, locatie, begin, NOOR, sleutel=sleutel)).id


def test_services_and_places(agenda: Agenda) -> None:
    backend: AppointmentBackend = agenda
    assert backend.kan().vasthouden and backend.kan().verzetten
    products = run(agenda.list_products())
    assert [(one.id, one.minuten, one.hoogstens) for one in products] == [
        ("paspoort", 25, 4),
        ("rijbewijs", 10, None),
        ("huwelijk", 30, None),
    ]
    assert products[0].meenemen == "Uw oude paspoort."
    assert [one.id for one in run(agenda.list_products("wijkpost"))] == ["paspoort", "rijbewijs"]
    assert [one.id for one in run(agenda.list_products(None, ["paspoort"]))] == ["rijbewijs", "huwelijk"]
    assert [one.id for one in run(agenda.list_locations(PASPOORT))] == ["stadhuis", "wijkpost"]
    both = run(agenda.list_locations([*PASPOORT, Keus("huwelijk")]))
    assert [(one.id, one.adres, one.postcode, one.plaats) for one in both] == [
        ("stadhuis", "Stadsplein 1", "1000 AA", "Voorbeeldstad")
    ]
    assert run(agenda.customer_fields(PASPOORT)) == CONFIG.velden
    for wrong in (agenda.list_products("maan"), agenda.list_products(None, ["x"]), agenda.list_locations([Keus("x")])):
        with pytest.raises(NotFound):
            run(wrong)


def test_services_without_a_common_place_do_not_go_together(database: Engine) -> None:
    diensten = {**CONFIG.diensten, "pas": DienstInstelling("Pas", 5, locaties=("wijkpost",))}
    agenda = make(database, replace(CONFIG, diensten=diensten))
    assert [one.id for one in run(agenda.list_products(None, ["huwelijk"]))] == ["paspoort", "rijbewijs"]
    assert run(agenda.list_locations([Keus("pas"), Keus("huwelijk")])) == []


def test_days_and_times(agenda: Agenda) -> None:
    days = run(agenda.list_dates(PASPOORT, "stadhuis", date(2026, 11, 1), date(2026, 12, 1)))
    # Today there is nothing before 9:00, and nothing after noon fits.
    assert days == [date(2026, 11, day) for day in (20, 23, 26, 27, 30)]
    assert times(agenda, date(2026, 11, 20))[0] == "09:00"
    found = run(agenda.list_times(PASPOORT, "stadhuis", MAANDAG))
    assert found[0] == op("2026-11-23 09:00") and found[0].utcoffset() == timedelta(hours=1)
    assert len(found) == 16 + 22
    assert times(agenda, date(2026, 11, 19)) == [], "yesterday"


def test_no_further_than_allowed(agenda: Agenda) -> None:
    last = NU.date() + timedelta(days=90)
    days = run(agenda.list_dates(PASPOORT, "stadhuis", MAANDAG, date(2028, 1, 1)))
    assert days[-1] == date(2027, 2, 18) == last
    assert times(agenda, date(2027, 2, 22)) == []
    with pytest.raises(SlotTaken):
        book(agenda, op("2027-02-22 10:00"))


def test_not_at_the_last_moment(agenda: Agenda, klok: Klok) -> None:
    klok.nu = op("2026-11-23 09:10:30")
    assert times(agenda)[0] == "10:20"
    with pytest.raises(SlotTaken):
        book(agenda, op("2026-11-23 10:10"))


def test_booking(database: Engine, agenda: Agenda) -> None:
    made = run(agenda.book((Keus("paspoort", 2),), "stadhuis", TIEN, NOOR, "met kinderwagen", "wens-1"))
    assert (made.begin, made.einde) == (TIEN, op("2026-11-23 10:35"))
    assert (made.keuzen, made.locatie.naam) == ((Keus("paspoort", 2),), "Stadhuis")
    assert made.mag_weg and made.mag_anders
    assert made.klant == replace(NOOR, voornaam=""), "what is not asked is not kept"
    assert run(agenda.get(made.id)) == made
    assert times(agenda)[2:5] == ["09:20", "09:30", "10:40"]
    assert rows(database)[0].sleutel != "wens-1"
    check_places(database, CONFIG)
    assert run(agenda.check()) == "eigen agenda: 2 locaties, 3 diensten, 1 afspraken"


@pytest.mark.parametrize(
    ("begin", "why"),
    [
        (op("2026-11-23 10:05"), "off the grid"),
        (TIEN + timedelta(seconds=1), "not on a minute"),
        (op("2026-11-23 11:40"), "over the lunch break"),
        (op("2026-11-23 08:50"), "before opening"),
        (op("2026-11-24 10:00"), "closed"),
        (op("2026-12-25 10:00"), "a holiday"),
        (op("2026-11-16 10:00"), "in the past"),
    ],
)
def test_a_moment_that_is_not_on_offer(agenda: Agenda, database: Engine, begin: datetime, why: str) -> None:
    with pytest.raises(SlotTaken):
        book(agenda, begin)
    with pytest.raises(SlotTaken):
        run(agenda.hold(PASPOORT, "stadhuis", begin, "w"))
    assert rows(database) == [], why


def test_what_cannot_be_booked(agenda: Agenda) -> None:
    async def tried(keuzen: tuple[Keus, ...], locatie: str = "stadhuis", **more: object) -> None:
        await agenda.book(keuzen, locatie, TIEN, more.get("klant", NOOR), str(more.get("opmerking", "")))  # type: ignore[arg-type]

    for wrong in (tried((Keus("x"),)), tried(PASPOORT, "maan"), tried((Keus("huwelijk"),), "wijkpost")):
        with pytest.raises(NotFound):
            run(wrong)
    for wrong in (
        tried(()),
        tried((Keus("paspoort", 5),)),
        tried(PASPOORT, klant=replace(NOOR, achternaam="")),
        tried(PASPOORT, opmerking="x" * 1001),
    ):
        with pytest.raises(InvalidInput):
            run(wrong)
    with pytest.raises(ValueError, match="zone"):
        run(agenda.book(PASPOORT, "stadhuis", datetime(2026, 11, 23, 10), NOOR))
    with pytest.raises(ValueError, match="holder"):
        run(agenda.hold(PASPOORT, "stadhuis", TIEN, ""))
    assert times(agenda)[0] == "09:00"


def test_full_is_full(database: Engine, agenda: Agenda) -> None:
    book(agenda)
    for late in (TIEN, op("2026-11-23 09:40"), op("2026-11-23 10:20")):
        with pytest.raises(SlotTaken):
            book(agenda, late)
    assert book(agenda, locatie="wijkpost") and book(agenda, locatie="wijkpost")
    with pytest.raises(SlotTaken):
        book(agenda, locatie="wijkpost")
    assert book(agenda, op("2026-11-23 09:30")) and book(agenda, op("2026-11-23 10:30"))
    check_places(database, CONFIG)


def test_no_gap_is_too_scattered(database: Engine, agenda: Agenda) -> None:
    # Two places at the wijkpost: one is free until 10:00, the other from 10:00 on.
    ids = [
        book(agenda, op(f"2026-11-23 {clock}"), locatie="wijkpost") for clock in ("09:40", "09:40", "10:10", "10:10")
    ]
    run(agenda.cancel(ids[0]))
    run(agenda.cancel(ids[3]))
    assert book(agenda, op("2026-11-23 09:50"), locatie="wijkpost")
    check_places(database, CONFIG)


def test_the_same_key_is_the_same_appointment(database: Engine, agenda: Agenda) -> None:
    first = book(agenda, sleutel="wens-1")
    assert book(agenda, sleutel="wens-1") == first
    assert book(agenda, op("2026-11-23 14:00"), "wens-1", "wijkpost") == first
    moved = run(agenda.move(first, op("2026-11-23 15:00")))
    again = run(agenda.book(PASPOORT, "stadhuis", TIEN, NOOR, sleutel="wens-1"))
    assert again == moved
    assert len(rows(database)) == 1
    run(agenda.cancel(first))
    assert book(agenda, sleutel="wens-1") != first


def test_a_key_counts_within_its_municipality(database: Engine, agenda: Agenda) -> None:
    other = make(database, replace(CONFIG, gemeente="molendam"))
    first, second = book(agenda, sleutel="wens-1"), book(other, sleutel="wens-1")
    assert first != second
    with pytest.raises(NotFound):
        run(other.get(first))
    with pytest.raises(NotFound):
        run(other.move(first, op("2026-11-23 14:00")))
    run(other.cancel(first))
    assert run(agenda.get(first)).id == first


def test_holding(database: Engine, agenda: Agenda, klok: Klok) -> None:
    until = run(agenda.hold(PASPOORT, "stadhuis", TIEN, "a"))
    assert until == NU + timedelta(minutes=5)
    with pytest.raises(SlotTaken):
        book(agenda, sleutel="b")
    with pytest.raises(SlotTaken):
        run(agenda.hold(PASPOORT, "stadhuis", TIEN, "b"))
    assert "10:00" not in times(agenda)
    with pytest.raises(NotFound):
        run(agenda.get(rows(database)[0].id))
    klok.verder(minutes=4)
    assert run(agenda.hold(PASPOORT, "stadhuis", TIEN, "a")) == NU + timedelta(minutes=9)
    klok.verder(minutes=4)
    assert book(agenda, sleutel="a")
    (row,) = rows(database)
    assert row.verloopt_op is None
    check_places(database, CONFIG)


def test_a_hold_lapses_by_the_clock(database: Engine, agenda: Agenda, klok: Klok) -> None:
    run(agenda.hold(PASPOORT, "stadhuis", TIEN, "a"))
    klok.verder(minutes=5)
    assert "10:00" in times(agenda)
    assert book(agenda, sleutel="b")
    with pytest.raises(SlotTaken):
        book(agenda, sleutel="a")
    assert len(rows(database)) == 1
    check_places(database, CONFIG)


def test_holding_another_moment_lets_go_of_the_first(database: Engine, agenda: Agenda) -> None:
    run(agenda.hold(PASPOORT, "stadhuis", TIEN, "a"))
    # It may overlap what the holder held.
    run(agenda.hold(PASPOORT, "stadhuis", op("2026-11-23 10:10"), "a"))
    run(agenda.hold(PASPOORT, "wijkpost", op("2026-11-23 14:00"), "a"))
    assert "10:00" in times(agenda)
    assert len(rows(database)) == 1
    book(agenda)
    with pytest.raises(SlotTaken):
        run(agenda.hold(PASPOORT, "stadhuis", TIEN, "a"))
    (_, held) = rows(database)
    assert held.locatie == "wijkpost", "what one cannot have costs nothing"
    run(agenda.release("a"))
    run(agenda.release("a"))
    run(agenda.release(""))
    assert len(rows(database)) == 1
    check_places(database, CONFIG)


def test_booking_elsewhere_than_one_holds(database: Engine, agenda: Agenda) -> None:
    run(agenda.hold(PASPOORT, "wijkpost", TIEN, "a"))
    book(agenda, sleutel="a")
    (row,) = rows(database)
    assert row.locatie == "stadhuis"
    run(agenda.hold(PASPOORT, "stadhuis", op("2026-11-23 14:00"), "a"))
    assert book(agenda, sleutel="a") == row.id
    assert len(rows(database)) == 1, "a wish that has its appointment holds nothing more"


def test_for_what_one_holds_it_is_never_too_late_before_it_begins(agenda: Agenda, klok: Klok) -> None:
    klok.nu = op("2026-11-23 08:58")
    run(agenda.hold(PASPOORT, "stadhuis", TIEN, "a"))
    klok.verder(minutes=3)
    run(agenda.hold(PASPOORT, "stadhuis", TIEN, "a"))
    klok.verder(minutes=3)
    assert book(agenda, sleutel="a")
    strict = make(agenda._engine, replace(CONFIG, minuten_vooraf=0), klok)
    klok.nu = op("2026-11-23 10:59")
    run(strict.hold(PASPOORT, "stadhuis", op("2026-11-23 11:00"), "b"))
    klok.verder(minutes=2)
    with pytest.raises(SlotTaken):
        book(strict, op("2026-11-23 11:00"), "b")


def test_moving(database: Engine, agenda: Agenda) -> None:
    id = book(agenda, sleutel="a")
    moved = run(agenda.move(id, op("2026-11-26 18:00"), "wijkpost"))
    assert (moved.id, moved.begin, moved.einde) == (id, op("2026-11-26 18:00"), op("2026-11-26 18:25"))
    assert moved.locatie.naam == "Wijkpost" and moved.klant is not None
    assert run(agenda.get(id)) == moved
    assert "10:00" in times(agenda)
    # Over its own place, and to where it is already.
    assert run(agenda.move(id, op("2026-11-26 18:10"))).begin == op("2026-11-26 18:10")
    assert run(agenda.move(id, op("2026-11-26 18:10"))).begin == op("2026-11-26 18:10")
    check_places(database, CONFIG)


def test_the_old_one_stands_when_the_new_one_is_gone(database: Engine, agenda: Agenda) -> None:
    id, _ = book(agenda), book(agenda, op("2026-11-23 14:00"))
    for begin, locatie, error in (
        (op("2026-11-23 14:10"), None, SlotTaken),
        (op("2026-11-24 14:10"), None, SlotTaken),
        (op("2026-11-23 15:00"), "maan", NotFound),
    ):
        with pytest.raises(error):
            run(agenda.move(id, begin, locatie))
        assert run(agenda.get(id)).begin == TIEN
    check_places(database, CONFIG)


def test_moving_to_what_one_holds(database: Engine, agenda: Agenda) -> None:
    id = book(agenda)
    run(agenda.hold(PASPOORT, "stadhuis", op("2026-11-23 14:00"), "w"))
    with pytest.raises(SlotTaken):
        run(agenda.move(id, op("2026-11-23 14:00")))
    run(agenda.move(id, op("2026-11-23 14:00"), sleutel="w"))
    (row,) = rows(database)
    assert row.begin == op("2026-11-23 14:00")
    check_places(database, CONFIG)


def test_cancelling(database: Engine, agenda: Agenda) -> None:
    id = book(agenda)
    run(agenda.cancel(id))
    run(agenda.cancel(id))
    assert rows(database) == []
    assert "10:00" in times(agenda)
    check_places(database, CONFIG)
    for gone in (agenda.get(id), agenda.move(id, TIEN)):
        with pytest.raises(NotFound):
            run(gone)


def test_once_it_has_begun_it_stands(agenda: Agenda, klok: Klok) -> None:
    id = book(agenda)
    klok.nu = TIEN
    found = run(agenda.get(id))
    assert not found.mag_weg and not found.mag_anders
    for late in (agenda.cancel(id), agenda.move(id, op("2026-11-23 15:00"))):
        with pytest.raises(NotAllowed):
            run(late)


def test_less_room_than_before(database: Engine, agenda: Agenda) -> None:
    ids = [book(agenda, locatie="wijkpost"), book(agenda, locatie="wijkpost")]
    small = make(database, with_places(capaciteit=1))
    assert times(small, locatie="wijkpost")[2:5] == ["09:20", "09:30", "10:30"]
    run(small.cancel(ids[0]))
    # The place that is left has the second number; it counts all the same.
    with pytest.raises(SlotTaken):
        book(small, locatie="wijkpost")
    assert run(small.get(ids[1])).begin == TIEN


def test_another_grid(database: Engine, agenda: Agenda) -> None:
    first = book(agenda)  # 10:00 to 10:25, so until 10:30 on a grid of ten minutes.
    book(agenda, locatie="wijkpost"), book(agenda, locatie="wijkpost")
    finer = with_places(raster=5)
    fine = make(database, finer)
    assert times(fine)[6:9] == ["09:30", "09:35", "10:25"]
    for late in (op("2026-11-23 09:40"), op("2026-11-23 10:20")):
        with pytest.raises(SlotTaken):
            book(fine, late)
    assert book(fine, op("2026-11-23 10:25"))
    with pytest.raises(SlotTaken):
        book(fine, op("2026-11-23 10:05"), locatie="wijkpost")
    # The wijkpost was asked in vain, so its cells are still those of before.
    run(fine.move(first, op("2026-11-23 14:05"), "wijkpost"))
    check_places(database, finer)
    # Back on the coarse one, 10:25 to 10:50 fills 10:20 to 10:50.
    assert times(agenda)[3:6] == ["09:30", "09:40", "09:50"] and "10:00" not in times(agenda)
    book(agenda, op("2026-11-23 09:30")), book(agenda, op("2026-11-23 09:00"), locatie="wijkpost")
    check_places(database, CONFIG)


def test_a_place_that_is_no_more(database: Engine, agenda: Agenda) -> None:
    id = book(agenda, locatie="wijkpost")
    diensten = {"paspoort": CONFIG.diensten["paspoort"]}
    smaller = make(database, replace(CONFIG, locaties={"stadhuis": STADHUIS}, diensten=diensten))
    assert run(smaller.get(id)).locatie.naam == "wijkpost"
    with pytest.raises(NotFound):
        run(smaller.move(id, op("2026-11-23 14:00")))
    assert run(smaller.move(id, op("2026-11-23 14:00"), "stadhuis")).locatie.naam == "Stadhuis"
    check_places(database, CONFIG)


@pytest.mark.parametrize("dag", [date(2027, 3, 28), date(2027, 10, 31)])
def test_the_night_on_which_the_clock_changes(database: Engine, dag: date) -> None:
    open_at_easter = GEMEENTE.copy(update={"toch_open": ("Eerste paasdag",)})
    config = with_places(openingstijden=Weekrooster(zondag="01:00-04:30"), raster=30, gemeente=open_at_easter)
    klok = Klok(op(f"{dag - timedelta(days=2)} 12:00"))
    agenda = make(database, config, klok)
    found = run(agenda.list_times(PASPOORT, "stadhuis", dag))
    clocks = {3: ["01:00", "01:30", "03:00", "03:30", "04:00"], 10: ["01:00", "01:30", *["02:00", "02:30"] * 2]}
    assert [f"{one:%H:%M}" for one in found][:6] == clocks[dag.month]
    made = [run(agenda.book(PASPOORT, "stadhuis", one, NOOR)) for one in found]
    assert [one.begin.astimezone(UTC) for one in made] == [one.astimezone(UTC) for one in found]
    assert [(f"{one.begin:%H:%M}", one.begin.fold) for one in made] == [(f"{one:%H:%M}", one.fold) for one in found]
    lasts = {one.einde.astimezone(UTC) - one.begin.astimezone(UTC) for one in made if one.einde}
    assert lasts == {timedelta(minutes=25)}
    assert run(agenda.list_times(PASPOORT, "stadhuis", dag)) == []
    if dag.month == 3:
        with pytest.raises(SlotTaken):
            book(agenda, op("2027-03-28 02:30"))
    else:
        run(agenda.cancel(made[4].id))
        (again,) = run(agenda.list_times(PASPOORT, "stadhuis", dag))
        assert (f"{again:%H:%M}", again.fold) == ("02:00", 1)
        with pytest.raises(SlotTaken):
            book(agenda, op("2027-10-31 02:00"))
        assert book(agenda, op("2027-10-31 02:00", fold=1))
    check_places(database, config)


def test_minutes_are_real_minutes_when_the_clock_changes(database: Engine) -> None:
    config = with_places(openingstijden=Weekrooster(zondag="00:00-04:30"))
    klok = Klok(op("2027-10-31 02:58"))
    agenda = make(database, config, klok)
    assert run(agenda.hold(RIJBEWIJS, "stadhuis", op("2027-10-31 04:00"), "a")) == op("2027-10-31 02:03", fold=1)
    first = run(agenda.list_times(RIJBEWIJS, "stadhuis", date(2027, 10, 31)))[0]
    assert first.astimezone(UTC) == op("2027-10-31 02:00", fold=1).astimezone(UTC) + timedelta(hours=1)
    made = run(agenda.book(RIJBEWIJS, "stadhuis", op("2027-10-31 04:10"), NOOR))
    klok.nu = op("2027-10-31 02:03", fold=1)
    assert run(agenda.get(made.id)).mag_weg
    assert run(agenda.hold(RIJBEWIJS, "stadhuis", op("2027-10-31 04:00"), "b"))


def test_errors_name_nobody(agenda: Agenda) -> None:
    id = book(agenda, sleutel="wens-1")
    for wrong in (
        agenda.book(PASPOORT, "stadhuis", TIEN, NOOR, sleutel="x"),
        agenda.book(PASPOORT, "stadhuis", TIEN, replace(NOOR, achternaam="")),
        agenda.move(id + "x", TIEN),
    ):
        with pytest.raises(AfspraakError) as error:
            run(wrong)
        assert not any(word in str(error.value) for word in ("Noor", "noor@", "wens", id))
