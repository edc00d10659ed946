"""What registers send is read with patience for what they leave out, and with none for what is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.errors import Malformed
from bot.cases.reading import (
    duration,
    moment,
    read_initiator,
    read_resultaattype,
    read_statustype,
    read_zaak,
    read_zaaktype,
)
from bot.cases.values import ZgwConfig
from bot.errors import SettingError
from tests.cases.builders import zaaktype

TODAY = date(2026, 11, 25)
CONFIG = ZgwConfig("https://oz.example/zaken/api/v1", "https://oz.example/catalogi/api/v1", "id", "geheim-geheim")
ZAAK = {
    "url": "https://oz.example/zaken/api/v1/zaken/1",
    "identificatie": "ZAAK-1",
    "startdatum": "2026-06-01",
    "omschrijving": "Straatfeest",
}
ROL = {
    "betrokkeneType": "natuurlijk_persoon",
    "omschrijvingGeneriek": "initiator",
    "contactpersoonRol": {"naam": "N", "emailadres": " n@post.example ", "telefoonnummer": "06 00000001"},
    "betrokkeneIdentificatie": {"inpBsn": "999990019"},
}


def test_null_nothing_and_empty_are_the_same() -> None:
    names = ("einddatum", "einddatumGepland", "uiterlijkeEinddatumAfdoening", "status", "resultaat")
    groups = dict.fromkeys(("opschorting", "verlenging", "_expand"))
    for record in (ZAAK, ZAAK | dict.fromkeys(names) | groups, ZAAK | dict.fromkeys(names, "")):
        found = read_zaak(record, zaaktype(), CONFIG)
        assert (found.einddatum, found.einddatum_gepland, found.uiterlijke_einddatum) == (None, None, None)
        assert (found.status_url, found.resultaat_url, found.resultaattype_url, found.verlengd_met) == (None,) * 4
        assert not found.opgeschort and not found.eerder_opgeschort


def test_the_title_is_that_of_the_zaaktype_unless_the_municipality_wants_its_own_words() -> None:
    assert read_zaak(ZAAK, zaaktype(), CONFIG).titel == "Evenementenvergunning behandelen"
    own = ZgwConfig("https://oz.example/zaken/api/v1", "x", "id", "geheim", title_from="zaak")
    assert read_zaak(ZAAK, zaaktype(), own).titel == "Straatfeest"
    assert read_zaak(ZAAK | {"omschrijving": " "}, zaaktype(), own).titel == "Evenementenvergunning behandelen"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"startdatum": None}, "startdatum"),
        ({"startdatum": "1 juni"}, "startdatum"),
        ({"startdatum": 20260601}, "startdatum"),
        ({"identificatie": ""}, "identificatie"),
        ({"url": None}, "url"),
        ({"opschorting": "ja"}, "opschorting"),
        ({"verlenging": {"duur": "lang"}}, "duur"),
    ],
)
def test_what_cannot_be_read_is_named_without_its_contents(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed, match=field) as error:
        read_zaak(ZAAK | change, zaaktype(), CONFIG)
    for value in (*change.values(), "Straatfeest", "ZAAK-1"):
        assert not value or str(value) not in str(error.value)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("P56D", relativedelta(days=56)),
        ("P8W", relativedelta(days=56)),
        ("P1Y2M3D", relativedelta(years=1, months=2, days=3)),
        ("P0D", None),
        ("P10DT0H", relativedelta(days=10)),
        ("", None),
        (None, None),
    ],
)
def test_durations(written: str | None, expected: object) -> None:
    assert duration({"duur": written}, "duur", "zaken") == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-06-09T08:30:00Z", datetime(2026, 6, 9, 8, 30, tzinfo=UTC)),
        ("2026-06-09T10:30:00+02:00", datetime(2026, 6, 9, 8, 30, tzinfo=UTC)),
        ("2026-06-09T10:30:00", datetime(2026, 6, 9, 8, 30, tzinfo=UTC)),
        ("2026-06-09", datetime(2026, 6, 8, 22, 0, tzinfo=UTC)),
        ("2026-12-09", datetime(2026, 12, 8, 23, 0, tzinfo=UTC)),
    ],
)
def test_moments_without_a_zone_are_dutch(written: str, expected: datetime) -> None:
    assert moment({"op": written}, "op", "zaken") == expected


def test_a_day_that_is_sent_as_a_moment_is_its_dutch_day() -> None:
    found = read_zaak(ZAAK | {"einddatum": "2026-06-30T22:00:00Z"}, zaaktype(), CONFIG)
    assert found.einddatum == date(2026, 7, 1)


def test_an_initiator_is_read_with_what_proves_identity_and_shown_with_nothing_of_it() -> None:
    found = read_initiator(ROL, TODAY)
    assert found and (found.email, found.telefoon, found.bsn) == ("n@post.example", "06 00000001", "999990019")
    assert repr(found) == "Rol(betrokkene_type='natuurlijk_persoon')"


@pytest.mark.parametrize(
    "change",
    [
        {"omschrijvingGeneriek": "mede_initiator"},
        {"omschrijvingGeneriek": ""},
        {"betrokkeneType": "medewerker"},
        {"betrokkeneType": "organisatorische_eenheid"},
        {"eindeGeldigheid": "2026-11-24"},
    ],
)
def test_other_roles_prove_nothing(change: dict[str, Any]) -> None:
    assert read_initiator(ROL | change, TODAY) is None


def test_a_role_that_ends_today_still_counts() -> None:
    assert read_initiator(ROL | {"eindeGeldigheid": "2026-11-25"}, TODAY) is not None


def test_an_initiator_without_contact_has_empty_fields() -> None:
    for nothing in (None, {}, {"naam": "N", "emailadres": None, "telefoonnummer": ""}):
        found = read_initiator(ROL | {"contactpersoonRol": nothing, "betrokkeneIdentificatie": None}, TODAY)
        assert found and (found.email, found.telefoon, found.bsn, found.rsin, found.kvk) == ("",) * 5
    broken = ROL | {"contactpersoonRol": {"naam": "N", "emailadres": "geen adres"}}
    found = read_initiator(broken, TODAY)
    assert found and found.email == ""


def test_types_need_an_address_and_little_else() -> None:
    found = read_zaaktype({"url": "https://oz.example/1", "indicatieInternOfExtern": "extern"})
    assert (found.extern, found.doorlooptijd, found.heeft_besluittypen) == (True, None, False)
    step = read_statustype(
        {"url": "https://oz.example/2", "omschrijving": "Gemeld", "statustekst": " ", "volgnummer": None}
    )
    assert (step.label, step.volgnummer) == ("Gemeld", None)
    assert read_resultaattype({"url": "https://oz.example/3"}).omschrijving == ""
    for read in (read_zaaktype, read_statustype, read_resultaattype):
        with pytest.raises(Malformed, match="url"):
            read({})


@given(
    st.dictionaries(
        st.sampled_from([*ZAAK, "einddatum", "opschorting", "verlenging", "_expand"]),
        st.none() | st.integers() | st.text() | st.lists(st.text()),
    )
)
def test_whatever_comes_is_read_or_refused(record: dict[str, Any]) -> None:
    try:
        read_zaak(record, zaaktype(), CONFIG)
    except Malformed as error:
        assert len(str(error)) < 200  # noqa: PT017


def test_a_configuration_keeps_its_secret_and_refuses_unknown_levels() -> None:
    assert "geheim-geheim" not in repr(CONFIG)
    with pytest.raises(SettingError, match="max_vertrouwelijkheid"):
        ZgwConfig("https://a.example", "https://a.example", "id", "s", max_vertrouwelijkheid="groen")
    with pytest.raises(SettingError, match="title_from"):
        ZgwConfig("https://a.example", "https://a.example", "id", "s", title_from="anders")  # type: ignore[arg-type]
