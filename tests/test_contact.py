"""Phone numbers and e-mail addresses, found and compared."""

from __future__ import annotations

import pytest

from bot.contact import find_contact, kept_contact, same_number


@pytest.mark.parametrize("one", ["06 00 00 00 01", "+31 6 00000001", "0031600000001", "06-00000001"])
def test_a_number_is_the_same_however_it_is_written(one: str) -> None:
    assert same_number(one, "+31600000001")


@pytest.mark.parametrize("one", ["", "geen", "06 00 00 00 02", "+32600000001", "noor@voorbeeld.example"])
def test_another_number_or_none_is_not(one: str) -> None:
    assert not same_number(one, "+31600000001")


def test_what_was_kept_is_read_back_also_when_no_directory_knows_it() -> None:
    assert find_contact("+31600000001") is None, "an invented number, as the sandbox has them"
    kept = kept_contact("+31600000001")
    assert kept is not None and kept.telefoon == "+31600000001"
    mail = kept_contact("noor@voorbeeld.example")
    assert mail is not None and mail.email == "noor@voorbeeld.example"
