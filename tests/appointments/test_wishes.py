"""What residents say about when they want to come is understood, and nothing else is taken for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.appointments.values import TIJDZONE
from bot.appointments.wishes import Wens, onduidelijk, parse_wens

VANDAAG = date(2026, 11, 25)
BESTAND: dict[str, list[Any]] = yaml.safe_load((Path(__file__).parent / "wensen.yml").read_text(encoding="utf-8"))
WENSEN = BESTAND["wensen"] + BESTAND["andere_dagen"]
ZINNEN = [(row["zin"], row.get("vandaag", VANDAAG)) for row in WENSEN] + [
    (zin, VANDAAG) for zin in BESTAND["onduidelijk"] + BESTAND["niets"]
]


def words(text: str) -> list[str]:
    return text.split()


MAANDEN = words("januari februari maart april mei juni juli augustus september oktober november december")
WEEKDAGEN = words("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag")
UREN = words("een twee drie vier vijf zes zeven acht negen tien elf twaalf")
DAGEN = words(
    "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien "
    "negentien twintig eenentwintig tweeëntwintig drieëntwintig vierentwintig vijfentwintig zesentwintig zevenentwintig "
    "achtentwintig negenentwintig dertig eenendertig"
)
RANG = words(
    "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde dertiende veertiende vijftiende "
    "zestiende zeventiende achttiende negentiende"
) + [f"{naam}ste" for naam in DAGEN[19:]]
days = st.dates(date(2024, 1, 1), date(2031, 12, 31))


def expected(row: dict[str, Any]) -> Wens:
    def klok(naam: str) -> time | None:
        return time.fromisoformat(row[naam]) if naam in row else None

    return Wens(
        van=row.get("van") or row.get("dag"),
        tot=row.get("tot") or row.get("dag"),
        weekdagen=frozenset(row.get("weekdagen", ())),
        niet=tuple((begin, einde) for begin, einde in row.get("niet", ())),
        niet_weekdagen=frozenset(row.get("niet_weekdagen", ())),
        uur_van=klok("uur_van"),
        uur_tot=klok("uur_tot"),
        precies=row.get("precies", False),
        zo_snel=row.get("zo_snel", False),
    )


def test_the_file_holds_enough_and_nothing_twice() -> None:
    assert len(BESTAND["wensen"]) >= 260
    assert len(BESTAND["andere_dagen"]) >= 20
    assert len(BESTAND["niets"]) >= 60
    assert len(set(ZINNEN)) == len(ZINNEN)
    known = {"zin", "vandaag", "dag", "leeg", *Wens.__dataclass_fields__}
    assert not {key for row in WENSEN for key in row} - known


@pytest.mark.parametrize("row", WENSEN, ids=lambda row: row["zin"])
def test_understands(row: dict[str, Any]) -> None:
    vandaag = row.get("vandaag", VANDAAG)
    assert parse_wens(row["zin"], vandaag) == expected(row)
    assert not onduidelijk(row["zin"], vandaag)


@pytest.mark.parametrize("zin", BESTAND["onduidelijk"])
def test_says_what_cannot_be_placed(zin: str) -> None:
    assert onduidelijk(zin, VANDAAG)
    wens = parse_wens(zin, VANDAAG)
    assert wens is None or (wens.van is None and wens.tot is None)


@pytest.mark.parametrize("zin", BESTAND["niets"])
def test_leaves_other_sentences_alone(zin: str) -> None:
    assert parse_wens(zin, VANDAAG) is None
    assert not onduidelijk(zin, VANDAAG)


def test_without_a_day_unclear_is_judged_today() -> None:
    assert onduidelijk("op 12-12-2020")
    assert onduidelijk("na de herfstvakantie")
    assert not onduidelijk(f"op 12-12-{datetime.now(TIJDZONE).year + 1}")


def test_capitals_and_spaces_change_nothing() -> None:
    for zin, vandaag in ZINNEN:
        found = parse_wens(zin, vandaag), onduidelijk(zin, vandaag)
        other = f"  {zin.upper().replace(' ', '   ')}\n"
        assert (parse_wens(other, vandaag), onduidelijk(other, vandaag)) == found, other


# Dates and times in every form


@st.composite
def dates_in_words(draw: st.DrawFn) -> tuple[str, date, date]:
    """A date in one of the forms, the date, and the day on which it is said."""
    vandaag = draw(days)
    dag = vandaag + timedelta(days=draw(st.integers(0, 364)))
    nummer, maand, jaar = dag.day, MAANDEN[dag.month - 1], dag.year
    kort = {"maart": "mrt", "mei": "mei", "september": draw(st.sampled_from(["sep", "sept"]))}.get(maand, maand[:3])
    forms = [
        f"{nummer} {maand} {jaar}",
        f"de {nummer}e {maand} {jaar}",
        f"{nummer:02}-{dag.month:02}-{jaar}",
        f"{nummer}-{dag.month}-{jaar}",
        f"{nummer}/{dag.month}/{jaar}",
        f"{nummer}.{dag.month}.{jaar}",
        f"{nummer}-{dag.month}-{jaar % 100}",
        f"{nummer} {kort} {jaar}",
        f"{nummer} {kort}. '{jaar % 100}",
        f"{WEEKDAGEN[dag.weekday()]} {nummer} {maand} {jaar}",
        f"{DAGEN[nummer - 1]} {maand} {jaar}",
        dag.isoformat(),
    ]
    if (dag.month, dag.day) != (2, 29):
        forms += [
            f"{nummer} {maand}",
            f"{nummer}-{dag.month}",
            # "24/7" is always.
            f"{nummer}/{dag.month}" if (nummer, dag.month) != (24, 7) else f"{nummer}-{dag.month}",
            f"{nummer} {kort}",
            f"{nummer}{kort}",
            f"{WEEKDAGEN[dag.weekday()]} {nummer} {maand}",
            f"{WEEKDAGEN[dag.weekday()][:2]} {nummer} {kort}",
            f"{WEEKDAGEN[dag.weekday()][:2]} {nummer}/{dag.month}",
            f"{DAGEN[nummer - 1]} {maand}",
            f"de {RANG[nummer - 1]} {maand}",
            f"{nummer}ste van {maand}",
        ]
    return draw(st.sampled_from(forms)), dag, vandaag


@given(
    dates_in_words(), st.sampled_from(["{}", "ik wil een afspraak op {} voor een paspoort", "kan het {}?", "graag {}"])
)
@settings(max_examples=250, deadline=None)
def test_a_date_in_any_form_comes_back(found: tuple[str, date, date], zin: str) -> None:
    text, dag, vandaag = found
    assert parse_wens(zin.format(text), vandaag) == Wens(van=dag, tot=dag)
    assert not onduidelijk(zin.format(text), vandaag)


@given(days, st.integers(1, 31))
@settings(max_examples=150, deadline=None)
def test_a_day_of_the_month_is_the_next_one(vandaag: date, nummer: int) -> None:
    dag = vandaag
    while dag.day != nummer:
        dag += timedelta(days=1)
    assert parse_wens(f"kan ik de {nummer}e komen", vandaag) == Wens(van=dag, tot=dag)


@given(
    days, st.sampled_from(WEEKDAGEN), st.sampled_from(["{}", "komende {}", "aanstaande {}", "{} a.s.", "graag op {}"])
)
@settings(max_examples=150, deadline=None)
def test_a_weekday_lies_in_the_seven_days_after_today(vandaag: date, weekdag: str, zin: str) -> None:
    wens = parse_wens(zin.format(weekdag), vandaag)
    assert wens is not None and wens.van is not None
    assert wens == Wens(van=wens.van, tot=wens.van)
    assert 1 <= (wens.van - vandaag).days <= 7
    assert WEEKDAGEN[wens.van.weekday()] == weekdag


@given(days, st.sampled_from(WEEKDAGEN))
@settings(max_examples=100, deadline=None)
def test_a_weekday_of_next_week_lies_between_its_monday_and_sunday(vandaag: date, weekdag: str) -> None:
    wens = parse_wens(f"volgende week {weekdag}", vandaag)
    assert wens is not None and wens.van is not None
    monday = next(day for day in (vandaag + timedelta(days=n) for n in range(1, 8)) if day.weekday() == 0)
    assert 0 <= (wens.van - monday).days <= 6
    assert WEEKDAGEN[wens.van.weekday()] == weekdag
    assert wens.tot == wens.van
    assert parse_wens(f"{weekdag} volgende week", vandaag) == wens


def spoken_forms(klok: time) -> list[str]:
    """A time from eight to before eight as people say and type it."""
    uur, minuut = klok.hour, klok.minute
    hier, straks = UREN[(uur - 1) % 12], UREN[uur % 12]
    cijfer, volgende = (uur - 1) % 12 + 1, uur % 12 + 1
    forms = [f"{uur:02}:{minuut:02}", f"{uur}.{minuut:02}", f"{uur}:{minuut:02} uur", f"{uur}u{minuut:02}"]
    return (
        forms
        + {
            0: [f"{cijfer} uur", f"{uur} uur", f"{cijfer}u", f"om {hier} uur"],
            5: [f"vijf over {hier}", f"5 over {cijfer}"],
            10: [f"tien over {hier}", f"10 minuten over {cijfer}"],
            15: [f"kwart over {hier}", f"kwart over {cijfer}"],
            20: [f"tien voor half {straks}", f"10 voor half {volgende}"],
            25: [f"vijf voor half {straks}"],
            30: [f"half {straks}", f"half {volgende}"],
            35: [f"vijf over half {straks}"],
            40: [f"tien over half {straks}"],
            45: [f"kwart voor {straks}", f"kwart voor {volgende}"],
            50: [f"tien voor {straks}"],
            55: [f"vijf voor {straks}", f"5 minuten voor {volgende}"],
        }[minuut]
    )


clock_times = st.integers(8 * 12, 20 * 12 - 1).map(lambda step: time(step // 12, step % 12 * 5))


@given(st.data(), clock_times)
@settings(max_examples=250, deadline=None)
def test_a_clock_time_in_any_form_comes_back(data: st.DataObject, klok: time) -> None:
    text = data.draw(st.sampled_from(spoken_forms(klok)))
    bare = text.removeprefix("om ")
    deel = "'s ochtends" if klok.hour < 12 else "'s middags" if klok.hour < 18 else "'s avonds"
    zinnen = (
        text,
        f"om {bare}",
        f"graag dinsdag om {bare} bij de balie",
        f"kan het morgen, {text}?",
        f"{text} {deel}",
        f"{deel} om {bare}",
    )
    for zin in zinnen:
        wens = parse_wens(zin, VANDAAG)
        assert wens is not None, zin
        assert (wens.uur_van, wens.uur_tot, wens.precies) == (klok, None, True), zin


@given(st.data(), st.lists(clock_times, min_size=2, max_size=2, unique=True).map(sorted))
@settings(max_examples=60, deadline=None)
def test_bounds_of_a_clock_time_come_back(data: st.DataObject, klokken: list[time]) -> None:
    van, tot = klokken
    begin, einde = (data.draw(st.sampled_from(spoken_forms(klok))).removeprefix("om ") for klok in klokken)
    assert parse_wens(f"na {begin}", VANDAAG) == Wens(uur_van=van)
    assert parse_wens(f"graag voor {einde}", VANDAAG) == Wens(uur_tot=tot)
    assert parse_wens(f"tussen {begin} en {einde}", VANDAAG) == Wens(uur_van=van, uur_tot=tot)


# Other numbers


@st.composite
def other_numbers(draw: st.DrawFn) -> str:
    """Something with a number that is no moment."""
    n = draw(st.integers(2, 31))
    digits = "".join(str(draw(st.integers(0, 9))) for _ in range(8))
    letters = draw(st.text("abcdefghjklmnprstvwxz", min_size=2, max_size=2)).upper()
    return draw(
        st.sampled_from(
            [
                f"06{digits}",
                f"06-{digits}",
                f"06 {digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}",
                f"+31 6 {digits}",
                f"zaak 2026-{digits}",
                f"Z/26/{digits[:6]}",
                f"{1000 + int(digits[:3])}{letters}",
                f"Dorpsstraat {n}",
                f"Kerkweg {n}a",
                f"huisnummer {n}",
                f"€ {n},50",
                f"{n} euro",
                f"mijn zoon van {n}",
                f"mijn dochter is {n} jaar",
                f"{n} personen",
                f"{n} paspoorten",
                f"loket {n}",
                f"{n} km",
                f"naam{n}@voorbeeld.nl",
            ]
        )
    )


@given(other_numbers(), st.sampled_from(["{}", "het gaat om {}", "ik heb {} graag", "voor {}", "{}, alstublieft"]))
@settings(max_examples=300, deadline=None)
def test_other_numbers_are_no_moment(number: str, zin: str) -> None:
    assert parse_wens(zin.format(number), VANDAAG) is None
    assert not onduidelijk(zin.format(number), VANDAAG)


@given(other_numbers())
@settings(max_examples=150, deadline=None)
def test_other_numbers_leave_the_moment_as_it_is(number: str) -> None:
    moment = Wens(van=date(2026, 12, 1), tot=date(2026, 12, 1), uur_van=time(15), precies=True)
    assert parse_wens(f"{number}, graag dinsdag om 3 uur", VANDAAG) == moment
    assert parse_wens(f"graag dinsdag om 3 uur, {number}", VANDAAG) == moment


# Whatever is typed

_WORDS = sorted({word for zin, _ in ZINNEN for word in words(zin)})
anything = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join),
    st.text("0123456789-/.: ,ue", max_size=25),
)


@given(anything, days)
@settings(max_examples=600, deadline=None)
@example("maandag of dinsdag niet na 4 uur voor 10 uur tussen 12 en 3 januari", VANDAAG)
@example("de komende 0 dagen", VANDAAG)
@example("de 0e week 99 van 32 december om 24:00", VANDAAG)
def test_whatever_is_typed_gives_a_sound_wish_or_none(text: str, vandaag: date) -> None:
    wens = parse_wens(text, vandaag)
    onduidelijk(text, vandaag)
    if wens is None:
        return
    if wens.van is not None and wens.tot is not None:
        assert wens.van <= wens.tot
    if wens.tot is not None:
        assert wens.tot >= vandaag
    if wens.uur_van is not None and wens.uur_tot is not None:
        assert wens.uur_van < wens.uur_tot
    if wens.precies:
        assert wens.uur_van is not None
        assert wens.uur_tot is None
    assert wens.leaves_a_day()


# The wish itself

_clock = st.none() | st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
_day = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))
_weekdays = st.frozensets(st.integers(0, 6), max_size=3)
_stretch = st.tuples(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 20)).map(
    lambda one: (one[0], one[0] + timedelta(days=one[1]))
)
wishes = st.builds(
    Wens,
    van=_day,
    tot=_day,
    weekdagen=_weekdays,
    niet=st.lists(_stretch, max_size=2).map(tuple),
    niet_weekdagen=_weekdays,
    uur_van=_clock,
    uur_tot=_clock,
    precies=st.booleans(),
    zo_snel=st.booleans(),
)


def _fits(wens: Wens, dag: date, klok: str) -> bool:
    """The fields of a wish, read word for word."""
    dag_tekst = dag.isoformat()
    verboden = [(begin.isoformat(), einde.isoformat()) for begin, einde in wens.niet]
    regels = [
        wens.van is None or wens.van.isoformat() <= dag_tekst,
        wens.tot is None or dag_tekst <= wens.tot.isoformat(),
        wens.weekdagen == frozenset() or dag.isoweekday() - 1 in wens.weekdagen,
        dag.isoweekday() - 1 not in wens.niet_weekdagen,
        all(dag_tekst < begin or dag_tekst > einde for begin, einde in verboden),
    ]
    if wens.uur_van is not None:
        van = wens.uur_van.strftime("%H:%M")
        regels.append(klok == van if wens.precies else klok >= van)
    if wens.uur_tot is not None:
        regels.append(klok < wens.uur_tot.strftime("%H:%M"))
    return all(regels)


@given(wishes)
@settings(max_examples=10, deadline=None)
def test_fitting_agrees_with_every_half_hour_of_a_year(wens: Wens) -> None:
    moment, einde = datetime(2026, 1, 1), datetime(2027, 1, 1)
    while moment < einde:
        assert wens.past(moment) == _fits(wens, moment.date(), moment.strftime("%H:%M")), moment
        moment += timedelta(minutes=30)


@given(wishes, st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
@settings(max_examples=200, deadline=None)
def test_an_aware_moment_fits_as_the_clock_in_the_netherlands_stands(wens: Wens, moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert wens.past(aware) == wens.past(aware.astimezone(TIJDZONE).replace(tzinfo=None))


@given(wishes)
@settings(max_examples=200, deadline=None)
def test_saying_nothing_more_changes_nothing(wens: Wens) -> None:
    assume(wens.leaves_a_day())
    wens = replace(wens, niet=tuple(sorted(set(wens.niet))), precies=wens.precies and wens.uur_van is not None)
    assert wens.anders(Wens()) == wens


@given(wishes, wishes)
@settings(max_examples=150, deadline=None)
def test_a_later_wish_always_leaves_a_day(eerst: Wens, dan: Wens) -> None:
    assume(dan.leaves_a_day())
    samen = eerst.anders(dan)
    assert samen.leaves_a_day()
    if dan.uur_van or dan.uur_tot:
        assert (samen.uur_van, samen.uur_tot, samen.precies) == (dan.uur_van, dan.uur_tot, dan.precies)


@pytest.mark.parametrize(
    ("gezegd", "samen"),
    [
        (["dinsdag na vieren", "liever donderdag"], "donderdag na vieren"),
        (["dinsdag na vieren", "liever 's ochtends"], "dinsdag 's ochtends"),
        (["dinsdag om 3 uur", "toch om 4 uur"], "dinsdag om 4 uur"),
        (["volgende week", "niet op maandag", "na 3 uur"], "volgende week behalve maandag na 3 uur"),
        (["niet op maandag", "volgende week"], "volgende week behalve maandag"),
        (["niet op maandag", "maandag 30 november kan toch"], "maandag 30 november"),
        (["volgende week", "doe maar zo snel mogelijk"], "zo snel mogelijk"),
        (["zo snel mogelijk", "vrijdag"], "vrijdag"),
        (["zo snel mogelijk", "na 3 uur"], "zo snel mogelijk na 3 uur"),
        (["10 of 13 december", "11 t/m 14 december"], "11 t/m 14 december"),
        (["deze week kan ik niet", "in december"], "in december, deze week kan ik niet"),
    ],
)
def test_a_later_wish_on_top_of_an_earlier_one(gezegd: list[str], samen: str) -> None:
    wens = Wens()
    for zin in gezegd:
        nieuw = parse_wens(zin, VANDAAG)
        assert nieuw is not None
        wens = wens.anders(nieuw)
    assert wens == parse_wens(samen, VANDAAG)


def test_a_day_that_turns_out_not_to_suit_is_forgotten_but_stays_excluded() -> None:
    dinsdag, niet = parse_wens("dinsdag na vieren", VANDAAG), parse_wens("dinsdag kan ik toch niet", VANDAAG)
    assert dinsdag and niet
    wens = dinsdag.anders(niet)
    assert (wens.van, wens.tot) == (None, None)
    assert not wens.past(datetime(2026, 12, 1, 16, 30))
    assert wens.past(datetime(2026, 12, 2, 16, 30))
    assert not wens.past(datetime(2026, 12, 2, 15, 30))
