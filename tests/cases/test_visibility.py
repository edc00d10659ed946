"""The rules of what residents may see, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cases.values import VERTROUWELIJKHEID, ZgwConfig
from bot.cases.visibility import Verborgen, hides_case, hides_type
from tests.cases.builders import zaaktype

RECORD = {
    "bronorganisatie": "100000009",
    "vertrouwelijkheidaanduiding": "openbaar",
    "archiefstatus": "nog_te_archiveren",
    "status": "https://oz.example/zaken/api/v1/statussen/1",
}


def config(**fields: Any) -> ZgwConfig:
    own = {"bronorganisaties": ("100000009",)} | fields
    return ZgwConfig("https://oz.example/zaken/api/v1", "https://oz.example/catalogi/api/v1", "id", "geheim", **own)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"archiefstatus": None}, None),
        ({"archiefstatus": ""}, None),
        ({"bronorganisatie": "100000022"}, Verborgen.ANDERE_ORGANISATIE),
        ({"bronorganisatie": None}, Verborgen.ANDERE_ORGANISATIE),
        ({"vertrouwelijkheidaanduiding": "beperkt_openbaar"}, Verborgen.VERTROUWELIJK),
        ({"vertrouwelijkheidaanduiding": "iets_nieuws"}, Verborgen.VERTROUWELIJK),
        ({"vertrouwelijkheidaanduiding": ""}, Verborgen.VERTROUWELIJK),
        ({"vertrouwelijkheidaanduiding": None}, Verborgen.VERTROUWELIJK),
        ({"archiefstatus": "gearchiveerd"}, Verborgen.GEARCHIVEERD),
        ({"archiefstatus": "gearchiveerd_procestermijn_onbekend"}, Verborgen.GEARCHIVEERD),
        ({"archiefstatus": "overgedragen"}, Verborgen.GEARCHIVEERD),
        ({"archiefstatus": "iets_nieuws"}, Verborgen.GEARCHIVEERD),
        ({"status": None}, Verborgen.ZONDER_STATUS),
        ({"status": ""}, Verborgen.ZONDER_STATUS),
    ],
)
def test_a_case_is_shown_or_hidden(change: dict[str, Any], why: Verborgen | None) -> None:
    assert hides_case(config(), RECORD | change) is why


def test_levels_are_shown_up_to_the_configured_one() -> None:
    for place, most in enumerate(VERTROUWELIJKHEID):
        shown = [
            level
            for level in VERTROUWELIJKHEID
            if hides_case(config(max_vertrouwelijkheid=most), RECORD | {"vertrouwelijkheidaanduiding": level}) is None
        ]
        assert shown == list(VERTROUWELIJKHEID[: place + 1])


def test_without_organisations_all_of_them_count() -> None:
    assert hides_case(config(bronorganisaties=()), RECORD | {"bronorganisatie": "100000022"}) is None


def test_a_municipality_may_show_cases_without_status() -> None:
    assert hides_case(config(show_without_status=True), RECORD | {"status": None}) is None


def test_only_types_that_are_external_are_shown() -> None:
    assert hides_type(zaaktype()) is None
    assert hides_type(zaaktype(extern=False)) is Verborgen.ZAAKTYPE_INTERN
    assert hides_type(None) is Verborgen.ZAAKTYPE_ONLEESBAAR
