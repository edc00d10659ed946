"""Case numbers are found in a sentence however they are written, and other numbers are never taken for one."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.nl import bsn

from bot.cases.number import Formaat, parse_format, parse_formats, recognise
from bot.cases.number_lookalikes import lookalikes

OPEN_ZAAK = "ZAAK-0000-0000000000"
SHORT = "Z/{jaar kort}/{6 cijfers}"
YEAR_FIRST = "{jaar}-{5 cijfers}"
OPTIONAL = "[Z-]{jaar}-{6 cijfers}"
ESUITE = "{1-6 cijfers}-{jaar} -> 0014ESUITE{1}{2}"
DIGITS = ("{10 cijfers}", "{9 cijfers}", "{8 cijfers}", "{4-10 cijfers}", YEAR_FIRST, ESUITE, "{4 cijfers}{2 letters}")


def numbers(text: str, *formats: str) -> list[str]:
    return [one.identificatie for one in recognise(text, parse_formats(formats))]


@pytest.mark.parametrize(
    ("text", "formaat", "expected"),
    [
        ("Hoe staat het met ZAAK-2026-0000000123?", OPEN_ZAAK, "ZAAK-2026-0000000123"),
        ("zaak 2026 0000000123 graag", OPEN_ZAAK, "ZAAK-2026-0000000123"),
        ("zaak: 2026/0000000123", OPEN_ZAAK, "ZAAK-2026-0000000123"),
        ("zaak20260000000123", OPEN_ZAAK, "ZAAK-2026-0000000123"),
        ("Zaak – 2026 – 0000 0001 23", OPEN_ZAAK, "ZAAK-2026-0000000123"),
        ("mijn nummer is z/26/011938.", SHORT, "Z/26/011938"),
        ("Z 26 011938", SHORT, "Z/26/011938"),
        ("z26011938", SHORT, "Z/26/011938"),
        ("status van 2026-01177 aub", YEAR_FIRST, "2026-01177"),
        ("2026 01177", YEAR_FIRST, "2026-01177"),
        ("(2026/01177)", YEAR_FIRST, "2026-01177"),
        ("zaak 2026-01177, al weken niets gehoord", YEAR_FIRST, "2026-01177"),
        ("Z-2026-001177", OPTIONAL, "Z-2026-001177"),
        ("z 2026 001177", OPTIONAL, "Z-2026-001177"),
        ("2026-001177", OPTIONAL, "Z-2026-001177"),
        ("6639-2022", ESUITE, "0014ESUITE66392022"),
        ("0014esuite66392022", "0014ESUITE{5-10 cijfers}", "0014ESUITE66392022"),
        ("Z2026-77", "Z{jaar}-{tot 6 cijfers}", "Z2026-000077"),
        ("zaak AB-123456 of zo", "{2 letters}-{6 cijfers}", "AB-123456"),
        ("zaak ab123456", "{2 letters}-{6 cijfers}", "AB-123456"),
        ("Mijn aanvraag Z/26/1177 is van mij", "Z/{jaar kort}/{4 cijfers}", "Z/26/1177"),
        ("2026/1177 is van mij", "{jaar}/{4 cijfers}", "2026/1177"),
        ("2026 1177 is van mij", "{jaar}/{4 cijfers}", "2026/1177"),
        ("2026 01177", "{jaar}-{1-6 cijfers}", "2026-01177"),
        ("in 2025 2026-011777", "{jaar}-{4-6 cijfers}", "2026-011777"),
    ],
)
def test_finds_a_number_and_writes_it_as_the_register_does(text: str, formaat: str, expected: str) -> None:
    assert numbers(text, formaat) == [expected]


def test_says_where_it_stands_and_how_residents_know_it() -> None:
    text = "Ik wacht op 6639-2022 al heel lang"
    (found,) = recognise(text, parse_formats([ESUITE]))
    assert (found.weergave, found.identificatie) == ("6639-2022", "0014ESUITE66392022")
    assert text[found.begin : found.eind] == "6639-2022"


def test_several_numbers_come_in_the_order_of_the_sentence_each_once() -> None:
    text = "eerst 2026-00002, dan Z/26/000001 en weer 2026-00002"
    assert numbers(text, SHORT, YEAR_FIRST) == ["2026-00002", "Z/26/000001"]


def test_of_two_formats_the_longer_number_is_meant() -> None:
    assert numbers("Z-2026-01177", YEAR_FIRST, "Z-{jaar}-{5 cijfers}") == ["Z-2026-01177"]


def test_what_fits_two_formats_is_given_twice() -> None:
    found = numbers("123456-2026", "{6 cijfers}-{jaar}", "{6 cijfers}-{jaar} -> REG{2}{1}")
    assert found == ["123456-2026", "REG2026123456"]


@pytest.mark.parametrize(
    "text",
    [
        "ik ben van 2026",
        "in 2026 3 personen",
        "2026-011",
        "2026-0117788",
        "12026-01177",
        "2026-01177-33",
        "x2026-01177",
        "2026-01177b",
        "1926-01177",
        "2126-01177",
        "€ 2026,01177",
        "",
        "zaaknummer kwijt",
    ],
)
def test_leaves_other_text_alone(text: str) -> None:
    assert numbers(text, YEAR_FIRST) == []


@pytest.mark.parametrize(
    "text",
    [
        "mijn bsn is 111222333",
        "111.222.333",
        "111 222 333",
        "1112.22.333",
        "bel 0612345678",
        "06-12345678",
        "06 12 34 56 78",
        "(030) 286 10 00",
        "030-2861000",
        "+31 6 12345678",
        "+31612345678",
        "0031612345678",
        "31612345678",
        "0800-1234",
        "0900 123456",
        "+49 30 1234567",
        "1234 AB 12",
        "1234ab",
        "2034 XY",
        "geboren op 01-02-1985",
        "1-2-1985",
        "1985-02-01",
        "01021985",
        "20261125",
        "1 2 85",
        "25/11/2026",
        "11-2026",
        "NL91ABNA0417164300",
        "nl91 abna 0417 1643 00",
        "NL20 INGB 1234 5678 90",
    ],
)
def test_another_kind_of_number_is_no_case_number(text: str) -> None:
    assert numbers(text, *DIGITS) == []


def test_words_between_spaces_are_no_number() -> None:
    assert numbers("in 2026 25 personen", "{jaar}-{1-6 cijfers}") == []


def test_a_word_before_it_does_not_make_another_number_a_case_number() -> None:
    formats = ("ZAAK{9 cijfers}", "ZAAK-{jaar}-{4 cijfers}", "ZAAK{10 cijfers}")
    assert numbers("mijn zaak: 111222333", *formats) == []
    assert numbers("mijn zaak, ingediend 2026-11-25", *formats) == []
    assert numbers("over mijn zaak 0612345678", *formats) == []
    assert numbers("over zaak 2026 25-11-2026 gebeld", "ZAAK-{jaar}-{2-6 cijfers}") == []
    # Written against it, it is one: no BSN, date or phone number begins with these letters.
    assert numbers("ZAAK111222333", *formats) == ["ZAAK111222333"]
    assert numbers("ZAAK-2026-1125", *formats) == ["ZAAK-2026-1125"]


@pytest.mark.parametrize(
    ("patroon", "why"),
    [
        ("ZAAK", "geen plek voor cijfers"),
        ("Z-{5 cijfertjes}", "geen veld"),
        ("Z-{0 cijfers}", "geen veld"),
        ("Z-{6-4 cijfers}", "geen veld"),
        ("Z-{99 cijfers}", "geen veld"),
        ("Z-{6 cijfers", "kan er niet in"),
        ("Z*{6 cijfers}", "kan er niet in"),
        ("{3 cijfers}", "minder dan 4 cijfers"),
        ("{2 letters}", "minder dan 4 cijfers"),
        ("{jaar}-{5 cijfers} -> REG{1}", "elk veld"),
        ("{jaar}-{5 cijfers} -> REG{1}{2}{3}", "elk veld"),
        ("{jaar}-{5 cijfers} ->", "elk veld"),
    ],
)
def test_a_format_that_cannot_work_is_refused_in_plain_words(patroon: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        parse_format(patroon)


# Properties -----------------------------------------------------------------------------------------------------------

NAMED = [
    OPEN_ZAAK,
    "ZAAK-{jaar}-{10 cijfers}",
    "Z/{jaar kort}/{6 cijfers}",
    "Z{jaar}-{4-6 cijfers}",
    "HZ_WABO-{jaar}-{4 cijfers}",
]
plain = st.sampled_from(["", "hoe staat het met ", "Zaak? ", "nr. ", "(", '"', "ik wacht op\n"])
after = st.sampled_from(["", "?", ".", " aub", ")", ", al weken", "\n"])
separators = st.sampled_from(["", " ", "-", "/", ".", " - ", "–", "_", "\u00a0"])


@st.composite
def a_number(draw: st.DrawFn, formats: list[str]) -> tuple[Formaat, str, list[str]]:
    """A format, a number in it, and the number's pieces."""
    formaat = parse_format(draw(st.sampled_from(formats)))
    pieces, shown = [], ""
    for part in formaat.delen:
        if part.kind == "gap":
            shown += part.text
            continue
        if part.kind == "year":
            value = str(draw(st.integers(1990, 2099)))
        elif part.kind == "digits":
            width = draw(st.integers(part.low, part.high))
            value = draw(st.text("0123456789", min_size=width, max_size=width))
        elif part.kind == "letters":
            value = draw(st.text("ABCDEFGHJKLMNPRSTVWXZ", min_size=part.low, max_size=part.high))
        else:
            value = part.text
        pieces.append(value)
        shown += value
    return formaat, shown, pieces


@given(a_number(NAMED), plain, after)
def test_a_number_as_the_municipality_writes_it_is_always_found(
    made: tuple[Formaat, str, list[str]], before: str, end: str
) -> None:
    formaat, shown, _ = made
    assert [one.identificatie for one in recognise(f"{before}{shown}{end}", [formaat])] == [shown]


@given(a_number(NAMED), separators, st.booleans(), plain, after)
def test_capitals_and_separators_do_not_matter(
    made: tuple[Formaat, str, list[str]], separator: str, lower: bool, before: str, end: str
) -> None:
    formaat, shown, pieces = made
    written = separator.join(pieces)
    written = written.lower() if lower else written
    assume(not lookalikes(written))
    assert [one.identificatie for one in recognise(f"{before}{written}{end}", [formaat])] == [shown]


@given(a_number(list(DIGITS[:-1])), plain, after)
def test_a_bare_number_is_found_unless_it_looks_like_something_else(
    made: tuple[Formaat, str, list[str]], before: str, end: str
) -> None:
    formaat, shown, _ = made
    text = f"{before}{shown}{end}"
    assume(not lookalikes(text))
    assert [one.weergave for one in recognise(text, [formaat])] == [shown]


def valid_bsn(body: int) -> str | None:
    total = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), f"{body:08d}", strict=True))
    number = f"{body:08d}{total % 11}"
    return number if total % 11 < 10 and bsn.is_valid(number) else None


bsns = st.integers(1_000_000, 99_999_999).map(valid_bsn).filter(bool)
phones = st.builds(
    lambda prefix, digits, split: prefix + split + split.join(re.findall("..", digits)),
    st.sampled_from(["06", "+316", "+31 6", "00316"]),
    st.text("0123456789", min_size=8, max_size=8),
    st.sampled_from(["", " ", "-"]),
)
postcodes = st.builds(
    lambda digits, space, letters: f"{digits}{space}{letters}",
    st.integers(1000, 9999),
    st.sampled_from(["", " "]),
    st.text("ABCDEFGHJKLMNPRSTVWXZ", min_size=2, max_size=2),
)
dates = st.dates(date(1900, 1, 1), date(2099, 12, 31)).flatmap(
    lambda day: st.sampled_from(["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y", "%Y-%m-%d", "%d-%m-%y", "%d%m%Y"]).map(
        day.strftime
    )
)
numbers_of_people = st.one_of(
    st.builds(lambda n, s: s.join((n[:3], n[3:6], n[6:])), bsns, st.sampled_from(["", " ", ".", "-"])),
    phones,
    postcodes,
    dates,
)


@given(
    numbers_of_people, st.sampled_from(["", "mijn nummer is ", "bsn: ", "tel. ", "ik woon op ", "geboren ", "("]), after
)
def test_a_persons_number_is_never_a_case_number(number: str, before: str, end: str) -> None:
    text = f"{before}{number}{end}"
    place = range(len(before), len(before) + len(number))
    for patroon in (*DIGITS, *NAMED, OPTIONAL):
        for found in recognise(text, [parse_format(patroon)]):
            assert not set(place) & set(range(found.begin, found.eind)), (patroon, text, found)


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    for found in recognise(text, parse_formats([*NAMED, *DIGITS, OPTIONAL])):
        assert 0 <= found.begin < found.eind <= len(text)
        assert 1 <= len(found.identificatie) <= 40


@given(st.text(st.characters(blacklist_categories=("Nd",)), max_size=200))
def test_text_without_digits_holds_no_number(text: str) -> None:
    assert recognise(text, parse_formats([*NAMED, *DIGITS, OPTIONAL])) == ()
