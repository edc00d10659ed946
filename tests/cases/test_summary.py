"""What a resident hears of a case, by date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta

from bot.cases.summary import Mogelijkheid, Stapstand, Toestand, Uitkomst, Zaakoverzicht, overzicht
from bot.cases.terms import bezwaar_tot_en_met, dag_in_nederland, eerstvolgende_werkdag, tel_werkdagen, termijn
from bot.cases.values import Resultaat, Zaakdossier
from tests.cases.builders import dossier, statustype, zaak, zaaktype

ONTVANGEN, BEHANDELING, WACHT, KLAAR = (
    statustype(1, "Ontvangen", statustekst="Wij hebben uw aanvraag ontvangen."),
    statustype(3, "In behandeling"),
    statustype(5, "Wacht op aanvulling"),
    statustype(9, "Afgehandeld", is_eindstatus=True),
)
# As a catalogue sends them.
TYPES = (KLAAR, ONTVANGEN, WACHT, BEHANDELING)
GEDAAN, NU, KOMT, OVERGESLAGEN = Stapstand.GEDAAN, Stapstand.NU, Stapstand.KOMT, Stapstand.OVERGESLAGEN


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)


def summed(case: Zaakdossier, day: str = "2026-06-20", **options: tuple[str, ...]) -> Zaakoverzicht:
    return overzicht(case, noon(day), **options)


def stands(found: Zaakoverzicht) -> list[Stapstand]:
    return [stap.stand for stap in found.stappen]


def test_a_case_in_progress_tells_what_happened_last_and_what_comes() -> None:
    case = dossier((ONTVANGEN, "2026-06-01T08:30"), (BEHANDELING, "2026-06-09T08:30"), types=TYPES)
    found = summed(case)
    assert (found.identificatie, found.titel) == ("ZAAK-2026-0000000001", "Evenementenvergunning behandelen")
    assert found.toestand is Toestand.IN_BEHANDELING
    assert found.laatste and (found.laatste.label, found.laatste.datum) == ("In behandeling", date(2026, 6, 9))
    assert found.volgende and found.volgende.label == "Wacht op aanvulling"
    assert [stap.label for stap in found.stappen] == [
        "Wij hebben uw aanvraag ontvangen.",
        "In behandeling",
        "Wacht op aanvulling",
        "Afgehandeld",
    ]
    assert (stands(found), found.stap_nu) == ([GEDAAN, NU, KOMT, KOMT], 2)
    assert [one.datum for one in found.geschiedenis] == [date(2026, 6, 9), date(2026, 6, 1)]
    assert (found.afgehandeld_op, found.resultaat, found.uitkomst, found.bezwaar) == (None, None, None, None)
    assert found.mogelijkheden == ()


def test_the_first_step_is_just_received() -> None:
    assert summed(dossier((ONTVANGEN, "2026-06-01T08:30"), types=TYPES)).toestand is Toestand.ONTVANGEN


def test_a_case_without_any_status_is_told_as_it_is() -> None:
    found = summed(dossier(types=TYPES))
    assert (found.toestand, found.laatste, found.stap_nu) == (Toestand.ZONDER_STATUS, None, None)
    assert stands(found) == [KOMT] * 4 and found.geschiedenis == ()


def test_a_case_without_catalogue_still_tells_where_it_is() -> None:
    found = summed(dossier((ONTVANGEN, "2026-06-01T08:30"), (BEHANDELING, "2026-06-02T08:30")))
    assert [(stap.label, stap.stand) for stap in found.stappen] == [("In behandeling", NU)]
    assert found.volgende is None


def test_steps_may_be_skipped() -> None:
    found = summed(dossier((ONTVANGEN, "2026-06-01T08:30"), (WACHT, "2026-06-09T08:30"), types=TYPES))
    assert (stands(found), found.stap_nu) == ([GEDAAN, OVERGESLAGEN, NU, KOMT], 3)


def test_a_case_that_went_back_a_step_is_where_it_is_now() -> None:
    steps = ((ONTVANGEN, "2026-06-01T08:30"), (KLAAR, "2026-06-09T08:30"), (BEHANDELING, "2026-06-12T08:30"))
    found = summed(dossier(*steps, types=TYPES))
    assert (stands(found), found.toestand) == ([GEDAAN, NU, KOMT, KOMT], Toestand.IN_BEHANDELING)
    assert [one.label for one in found.geschiedenis][0] == "In behandeling"


def test_the_register_says_which_status_is_the_current_one() -> None:
    case = dossier(
        (ONTVANGEN, "2026-06-09T08:30"),
        (BEHANDELING, "2026-06-01T08:30"),
        types=TYPES,
        status_url="https://oz.example/zaken/api/v1/statussen/0",
    )
    found = summed(case)
    assert found.laatste and found.laatste.datum == date(2026, 6, 9)
    assert found.toestand is Toestand.ONTVANGEN


def test_steps_without_numbers_keep_the_order_of_the_register() -> None:
    first, second, third = (statustype(None, name) for name in ("Een", "Twee", "Drie"))
    found = summed(dossier((second, "2026-06-01T08:30"), types=(first, second, third)))
    assert [(stap.label, stap.stand) for stap in found.stappen] == [("Een", OVERGESLAGEN), ("Twee", NU), ("Drie", KOMT)]


def test_thirty_statuses_are_all_there() -> None:
    types = [statustype(number) for number in range(1, 33)]
    reached = [(one, f"2026-06-{one.volgnummer:02}T08:30") for one in types[:30]]
    found = summed(dossier(*reached, types=types), "2026-07-01")
    assert (len(found.geschiedenis), found.stap_nu, len(found.stappen)) == (30, 30, 32)
    assert found.geschiedenis[0].datum == date(2026, 6, 30)
    assert found.volgende and found.volgende.label == "Stap 31"


def test_waiting_for_the_resident_goes_before_being_suspended() -> None:
    case = dossier((WACHT, "2026-06-05T08:30"), types=TYPES, opgeschort=True)
    assert summed(case).toestand is Toestand.OPGESCHORT
    assert summed(case, wachtstatussen=("wacht op aanvulling",)).toestand is Toestand.WACHT_OP_INWONER
    generic = statustype(5, "Vragen uitgezet", omschrijving_generiek="Wacht op aanvulling")
    case = dossier((generic, "2026-06-05T08:30"), types=(generic,))
    assert summed(case, wachtstatussen=("Wacht op aanvulling",)).toestand is Toestand.WACHT_OP_INWONER
    assert summed(case, wachtstatussen=("",)).toestand is Toestand.ONTVANGEN


# Terms ----------------------------------------------------------------------------------------------------------------


def test_terms_come_from_the_register() -> None:
    found = termijn(
        zaak(einddatum_gepland=date(2026, 7, 13), uiterlijke_einddatum=date(2026, 7, 27)), date(2026, 6, 20)
    )
    assert (found.verwacht, found.uiterlijk) == (date(2026, 7, 13), date(2026, 7, 27))
    assert not (found.verwachting_voorbij or found.voorbij or found.verlengd or found.opgeschort)


def test_terms_that_the_register_does_not_have_are_counted_from_the_zaaktype() -> None:
    found = termijn(zaak(), date(2026, 6, 20))
    assert (found.verwacht, found.uiterlijk) == (date(2026, 7, 13), date(2026, 7, 27))
    months = zaaktype(doorlooptijd=relativedelta(months=1), servicenorm=None)
    found = termijn(zaak(zaaktype=months, startdatum=date(2026, 1, 31)), date(2026, 2, 1))
    assert (found.verwacht, found.uiterlijk) == (None, date(2026, 2, 28))
    nothing = termijn(zaak(zaaktype=zaaktype(doorlooptijd=None, servicenorm=None)), date(2030, 1, 1))
    assert (nothing.verwacht, nothing.uiterlijk, nothing.voorbij) == (None, None, False)


@pytest.mark.parametrize(
    ("day", "expected_passed", "legal_passed", "days"),
    [
        ("2026-07-13", False, False, 0),
        ("2026-07-14", True, False, 0),
        ("2026-07-27", True, False, 0),
        ("2026-07-28", True, True, 1),
        ("2026-08-26", True, True, 30),
    ],
)
def test_a_term_has_passed_the_day_after_its_last_day(
    day: str, expected_passed: bool, legal_passed: bool, days: int
) -> None:
    found = summed(dossier((BEHANDELING, "2026-06-05T08:30"), types=TYPES), day).termijn
    assert (found.verwachting_voorbij, found.voorbij, found.dagen_voorbij) == (expected_passed, legal_passed, days)


def test_a_term_that_ends_on_a_free_day_goes_on_until_the_next_working_day() -> None:
    saturday = zaak(uiterlijke_einddatum=date(2026, 8, 1))
    assert not termijn(saturday, date(2026, 8, 3)).voorbij
    assert (termijn(saturday, date(2026, 8, 4)).voorbij, termijn(saturday, date(2026, 8, 4)).dagen_voorbij) == (True, 1)
    assert termijn(saturday, date(2026, 8, 2)).uiterlijk == date(2026, 8, 1)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-06-03", "2026-06-03"),
        ("2026-04-03", "2026-04-07"),  # Good Friday, Easter
        ("2026-04-27", "2026-04-28"),  # King's Day
        ("2026-05-05", "2026-05-06"),  # Liberation Day, each year
        ("2026-05-14", "2026-05-15"),  # Ascension Day
        ("2026-12-25", "2026-12-28"),
        ("2025-12-31", "2025-12-31"),
        ("2026-01-01", "2026-01-02"),
    ],
)
def test_public_holidays_are_no_working_days(day: str, expected: str) -> None:
    assert eerstvolgende_werkdag(date.fromisoformat(day)) == date.fromisoformat(expected)


def test_a_suspended_case_promises_no_date_and_is_never_late() -> None:
    case = dossier(
        (BEHANDELING, "2026-06-05T08:30"), types=TYPES, opgeschort=True, uiterlijke_einddatum=date(2026, 7, 27)
    )
    found = summed(case, "2027-01-01")
    assert (found.termijn.verwacht, found.termijn.uiterlijk, found.termijn.voorbij) == (None, None, False)
    assert found.termijn.opgeschort and found.mogelijkheden == ()


def test_after_a_suspension_only_the_registers_own_dates_count() -> None:
    assert termijn(zaak(eerder_opgeschort=True), date(2027, 1, 1)).uiterlijk is None
    own = termijn(zaak(eerder_opgeschort=True, uiterlijke_einddatum=date(2026, 9, 1)), date(2026, 9, 2))
    assert (own.uiterlijk, own.voorbij) == (date(2026, 9, 1), True)


def test_an_extended_term_counts_with_its_extension() -> None:
    own = termijn(zaak(verlengd_met=relativedelta(days=30), uiterlijke_einddatum=date(2026, 9, 7)), date(2026, 9, 7))
    assert (own.verlengd, own.uiterlijk, own.voorbij) == (True, date(2026, 9, 7), False)
    # Without a date in the register: 27 July and ten working days; the norm no longer holds.
    counted = termijn(zaak(verlengd_met=relativedelta(days=10)), date(2026, 8, 10))
    assert (counted.uiterlijk, counted.verwacht, counted.voorbij) == (date(2026, 8, 10), None, False)
    assert tel_werkdagen(date(2026, 4, 2), 1) == date(2026, 4, 7)


# Time -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-06-09T21:59", "2026-06-09"),
        ("2026-06-09T22:00", "2026-06-10"),  # midnight in summer
        ("2026-12-09T22:30", "2026-12-09"),
        ("2026-12-09T23:00", "2026-12-10"),  # midnight in winter
        ("2026-03-28T23:30", "2026-03-29"),  # the night in which the clock goes forward
        ("2026-03-29T21:59", "2026-03-29"),
        ("2026-03-29T22:00", "2026-03-30"),
        ("2026-10-24T22:00", "2026-10-25"),  # the night in which it goes back
        ("2026-10-25T22:59", "2026-10-25"),
        ("2026-10-25T23:00", "2026-10-26"),
    ],
)
def test_days_are_those_of_the_netherlands(moment: str, day: str) -> None:
    found = summed(dossier((BEHANDELING, moment), types=TYPES))
    assert found.laatste and found.laatste.datum == date.fromisoformat(day)
    assert dag_in_nederland(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == date.fromisoformat(day)


def test_today_is_the_day_in_the_netherlands_wherever_the_clock_is() -> None:
    case = dossier((BEHANDELING, "2026-06-05T08:30"), types=TYPES, uiterlijke_einddatum=date(2026, 7, 27))
    last_minute = datetime(2026, 7, 27, 23, 59, tzinfo=ZoneInfo("Europe/Amsterdam"))
    assert not overzicht(case, last_minute.astimezone(ZoneInfo("Asia/Tokyo"))).termijn.voorbij
    assert overzicht(case, datetime(2026, 7, 27, 22, 0, tzinfo=UTC)).termijn.voorbij


# Result and what one can do -------------------------------------------------------------------------------------------


def closed(resultaat: str = "Verleend", day: date = date(2026, 10, 14), **fields: object) -> Zaakdossier:
    steps = ((ONTVANGEN, "2026-06-01T08:30"), (KLAAR, "2026-10-14T08:30"))
    return dossier(*steps, types=TYPES, resultaat=resultaat, einddatum=day, **fields)


def test_a_closed_case_has_a_result_and_nothing_to_come() -> None:
    found = summed(closed(), "2026-10-20")
    assert (found.toestand, found.afgehandeld_op) == (Toestand.AFGEHANDELD, date(2026, 10, 14))
    assert (found.resultaat, found.uitkomst) == ("Verleend", Uitkomst.TOEGEWEZEN)
    assert stands(found) == [GEDAAN, OVERGESLAGEN, OVERGESLAGEN, GEDAAN] and found.volgende is None


def test_a_case_that_was_closed_on_the_way_has_nothing_to_come() -> None:
    case = dossier((ONTVANGEN, "2026-06-01T08:30"), types=TYPES, einddatum=date(2026, 6, 9))
    found = summed(case)
    assert (stands(found), found.volgende) == ([GEDAAN, OVERGESLAGEN, OVERGESLAGEN, OVERGESLAGEN], None)
    assert (found.toestand, found.uitkomst, found.bezwaar) == (Toestand.AFGEHANDELD, None, None)


def test_a_result_is_known_by_either_of_its_names() -> None:
    case = replace(closed(), resultaat=Resultaat("Geweigerd", ""))
    assert summed(case, "2026-10-20").uitkomst is Uitkomst.AFGEWEZEN
    case = replace(closed(), resultaat=Resultaat("Vergunning niet gegeven", "Geweigerd"))
    assert summed(case, "2026-10-20").uitkomst is Uitkomst.AFGEWEZEN


def test_a_closed_case_is_not_late() -> None:
    assert not summed(closed(), "2027-01-01").termijn.voorbij


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Toegekend", Uitkomst.TOEGEWEZEN),
        ("ingewilligd", Uitkomst.TOEGEWEZEN),
        ("Geweigerd", Uitkomst.AFGEWEZEN),
        ("Buiten behandeling gesteld", Uitkomst.AFGEWEZEN),
        ("Niet verleend", Uitkomst.AFGEWEZEN),
        ("Ingetrokken", Uitkomst.GEEN_BESLUIT),
        ("Niet doorgegaan", Uitkomst.GEEN_BESLUIT),
        ("Iets eigens", Uitkomst.AFGEHANDELD),
    ],
)
def test_results_are_known_by_their_names(name: str, kind: Uitkomst) -> None:
    assert summed(closed(name), "2026-10-20").uitkomst is kind


@pytest.mark.parametrize(
    ("closed_on", "last"),
    [
        ("2026-10-14", "2026-11-25"),
        ("2026-10-13", "2026-11-24"),
        ("2026-02-20", "2026-04-07"),  # the last day would be Good Friday
        ("2026-06-06", "2026-07-20"),  # a Saturday
        ("2026-11-13", "2026-12-28"),  # Christmas
    ],
)
def test_an_objection_is_possible_for_six_weeks(closed_on: str, last: str) -> None:
    day = date.fromisoformat(closed_on)
    assert bezwaar_tot_en_met(day) == date.fromisoformat(last)
    found = summed(closed("Geweigerd", day), last)
    assert found.bezwaar and (found.bezwaar.tot_en_met, found.bezwaar.kan_nog) == (date.fromisoformat(last), True)
    assert found.bezwaar.gerekend_vanaf == day
    assert found.mogelijkheden == (Mogelijkheid.BEZWAAR,)


def test_after_six_weeks_an_objection_is_too_late() -> None:
    found = summed(closed("Geweigerd"), "2026-11-26")
    assert found.bezwaar and not found.bezwaar.kan_nog
    assert found.mogelijkheden == ()


def test_there_is_no_objection_without_a_decision_on_an_application() -> None:
    day = "2026-10-20"
    assert summed(closed("Ingetrokken"), day).bezwaar is None
    assert summed(closed(zaaktype=zaaktype(handeling_initiator="melden")), day).bezwaar is None
    # Against a decision on an objection one goes to court.
    assert summed(closed("Ongegrond", zaaktype=zaaktype(handeling_initiator="indienen")), day).bezwaar is None
    unsaid = zaaktype(heeft_besluittypen=False)
    assert summed(closed(zaaktype=unsaid), day).bezwaar is None
    assert summed(closed(zaaktype=unsaid), day, besluit_zaaktypen=("EVENEMENT",)).bezwaar is not None
    open_case = dossier((BEHANDELING, "2026-06-05T08:30"), types=TYPES)
    assert summed(open_case).bezwaar is None


def test_when_the_term_has_passed_one_can_give_notice_and_complain() -> None:
    case = dossier((BEHANDELING, "2026-06-05T08:30"), types=TYPES)
    assert summed(case, "2026-07-27").mogelijkheden == ()
    assert summed(case, "2026-07-28").mogelijkheden == (Mogelijkheid.INGEBREKESTELLING, Mogelijkheid.KLACHT)
    report = dossier((BEHANDELING, "2026-06-05T08:30"), types=TYPES, zaaktype=zaaktype(handeling_initiator="melden"))
    assert summed(report, "2026-07-28").mogelijkheden == (Mogelijkheid.KLACHT,)


def test_nothing_personal_is_shown_by_accident() -> None:
    shown = repr(summed(closed()))
    assert "ZAAK-2026" not in shown and "Evenementenvergunning behandelen" not in shown
