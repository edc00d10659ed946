"""Numbers that must never be stored are masked; all other text stays as it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from bot.privacy.masking import mask


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mijn bsn is 111222333", "mijn bsn is [bsn]"),
        ("111.222.333", "[bsn]"),
        ("111 222 333 graag", "[bsn] graag"),
        ("111-222-333", "[bsn]"),
        ("bsn111222333", "bsn[bsn]"),
        ("123456782 en 111222333", "[bsn] en [bsn]"),
        ("123 456 782 12 345", "[bsn] 12 345"),
        ("rekening NL91ABNA0417164300", "rekening [rekeningnummer]"),
        ("nl91 abna 0417 1643 00 is van mij", "[rekeningnummer] is van mij"),
        ("BE71 0961 2345 6769", "[rekeningnummer]"),
        # "is 11" looks like the beginning of an IBAN and once took the real one along.
        ("mijn bsn is 111.222.333 en rekening NL91ABNA0417164300", "mijn bsn is [bsn] en rekening [rekeningnummer]"),
        ("4111 1111 1111 1111", "[kaartnummer]"),
    ],
)
def test_masks(text: str, expected: str) -> None:
    assert mask(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "zaak ZAAK-2026-0031502",
        "bel 06 12345678",
        "bel 030-2861000",
        "1234 AB, huisnummer 12",
        "op 25-11-2026 om 10.30",
        "kenteken XX-00-XX",
        "123456789",
        "000000000",
        "het kost 1.250,00",
        "",
    ],
)
def test_leaves_other_numbers_alone(text: str) -> None:
    assert mask(text) == text


def a_bsn(number: int) -> str | None:
    body = f"{number:08d}"
    total = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), body, strict=True))
    last = total % 11
    return None if last == 10 or len(set(body)) == 1 else body + str(last)


valid_bsn = (
    st.integers(10_000_000, 99_999_999).map(a_bsn).filter(lambda number: number is not None and bsn.is_valid(number))
)
separator = st.sampled_from(["", " ", ".", "-", "\u00a0", " - "])


@given(
    number=valid_bsn,
    split=separator,
    before=st.sampled_from(["", "bsn: ", "ik ben ", "(", "nr."]),
    after=st.sampled_from(["", ".", " dank", ")", ", ja"]),
)
def test_no_bsn_gets_through_however_it_is_written(number: str, split: str, before: str, after: str) -> None:
    written = split.join((number[:3], number[3:6], number[6:]))
    masked = mask(f"{before}{written}{after}")
    assert number not in re.sub(r"\D", "", masked)


@given(st.text())
def test_masking_never_fails_and_masks_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text(st.characters(blacklist_categories=("Nd",)), max_size=200))
def test_text_without_digits_is_untouched(text: str) -> None:
    assert mask(text) == text
