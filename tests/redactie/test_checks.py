"""What holds a text up, and what is a tip."""

from __future__ import annotations

from datetime import date

import pytest

from bot.catalog.gemeente import Gemeenten
from bot.catalog.product import ASPECTS, Regelen, format_product
from bot.catalog.tables import CENTRAAL
from bot.redactie.checks import Keuring, check, overdue, values_for
from bot.redactie.tips import sentences, tips
from tests.builders import gemeente, product
from tests.redactie.room import DAM, ID, STAD, places

TODAY = date(2026, 11, 26)


def judged(gemeente: str = CENTRAAL, gemeenten: Gemeenten | None = None, anderen: tuple = (), **kwargs) -> Keuring:  # type: ignore[no-untyped-def, type-arg]
    text = kwargs.pop("tekst", None) or format_product(product(**kwargs))
    return check(
        text, kwargs.get("thema", "burgerzaken"), gemeente, gemeenten or places(), anderen, product_id=ID, vandaag=TODAY
    )


def test_a_good_text_has_no_errors() -> None:
    found = judged()
    assert found.fouten == () and found.product is not None
    assert found.ontbrekend == tuple(key for key in ASPECTS if key != "kosten")


@pytest.mark.parametrize(
    ("change", "deel", "words"),
    [
        ({"kort": "Het kost {{ tarief.nooit }}."}, "kort", "heeft geen waarde voor molendam, voorbeeldstad"),
        ({"kort": "Het is {% if x %}gratis{% endif %}."}, "kort", "accolades"),
        ({"aspecten": {"kosten": "Het kost € 10."}}, "kosten", "bedrag"),
        ({"aspecten": {"meenemen": "<b>Pas</b>"}}, "meenemen", "HTML"),
        ({"aspecten": {"kosten": "[x](javascript:alert(1))"}}, "kosten", "https"),
        ({"kort": "x" * 500}, "kort", "hoogstens"),
        ({"kort": "[vul in: kort]"}, "kort", "sjabloon"),
        ({"regelen": Regelen(soort="doorverwijzing")}, "regelen", "url"),
        ({"regelen": Regelen(soort="bellen", telefoon="{{ contact.nooit }}")}, "telefoon", "geen waarde"),
        ({"bronnen": []}, "bronnen", "bron"),
        ({"bronnen": ["http://x.example"]}, "", "https"),
        ({"naam": "Pas {{ gemeente.naam }}"}, "naam", "invulveld"),
        ({"vragen": ["wat kost {{ x }}"]}, "vragen", "invulveld"),
        ({"thema": "Geen Slug"}, "thema", "thema"),
        ({"id": "ander-product"}, "id", "paspoort-aanvragen"),
    ],
)
def test_errors_say_where(change: dict, deel: str, words: str) -> None:  # type: ignore[type-arg]
    found = judged(**change)
    assert any(one.deel == deel and words in one.tekst for one in found.fouten), found.fouten


def test_an_own_text_needs_values_of_its_own_municipality_only() -> None:
    both = Gemeenten({STAD: gemeente(STAD, tarief={"eigen": 5, "paspoort": 6}), DAM: gemeente(DAM)}, {})
    text = {"aspecten": {"kosten": "Het kost {{ tarief.eigen }}."}}
    assert judged(STAD, both, **text).fouten == ()
    assert judged(DAM, both, **text).fouten and judged(CENTRAAL, both, **text).fouten


def test_what_cannot_be_read_is_one_error_with_its_place() -> None:
    broken = format_product(product()).replace("inwoner", "iedereen")
    found = judged(tekst=broken)
    assert found.product is None
    assert [(one.deel, "inwoner" in one.tekst) for one in found.fouten] == [("doelgroep", True)]
    twice = format_product(product()) + "\n## Kosten\nx\n"
    assert "regel" in judged(tekst=twice).fouten[0].tekst


def test_a_question_or_short_answer_of_another_product_is_an_error() -> None:
    other = product("rijbewijs", kort="Hetzelfde antwoord.", vragen=["Waar moet ik zijn?"])
    found = judged(anderen=(other,), kort="Hetzelfde antwoord.", vragen=["waar moet ik zijn"])
    assert {one.deel for one in found.fouten} == {"kort", "vragen"}
    assert judged(anderen=(product(kort="Hetzelfde antwoord."),), kort="Hetzelfde antwoord.").fouten == ()


def test_tips_hold_nothing_up() -> None:
    found = judged(kort="Indien u een paspoort wilt, dient te worden betaald.", boven="documenten")
    assert found.fouten == ()
    assert {"moeilijk_woord", "let_op"} <= {one.soort for one in found.tips}
    known = judged(boven="documenten", anderen=(product("documenten", kort="Over documenten."),))
    assert not any("boven" in one.deel for one in known.tips)


def test_review_date_and_links() -> None:
    found = judged(
        herzien=date(2025, 11, 1),
        aspecten={"kosten": "Kijk op [de site](https://a.example/x)."},
        regelen=Regelen(soort="formulier", url="https://b.example"),
    )
    assert found.herzien_over_tijd
    assert found.links == ("https://wetten.overheid.nl/BWBR0005212", "https://b.example", "https://a.example/x")
    assert not overdue(date(2025, 11, 26), TODAY) and overdue(date(2025, 11, 25), TODAY)
    assert any(one.deel == "herzien" for one in judged(herzien=date(2027, 1, 1)).tips)


def test_placeholders_are_offered_with_their_value() -> None:
    both = Gemeenten({STAD: gemeente(STAD, tarief={"eigen": 5, "paspoort": 6}), DAM: gemeente(DAM)}, {})
    own = {one.naam: one.waarde for one in values_for(STAD, both)}
    assert own["tarief.eigen"] == "€\xa05,00" and own["gemeente.naam"] == "Voorbeeldstad"
    central = {one.naam: one.waarde for one in values_for(CENTRAAL, both)}
    assert "tarief.eigen" not in central and "tarief.paspoort" in central


def places_of(text: str, soort: str, form: str = "u") -> list[str]:
    return [text[one.van : one.tot] for one in tips(text, "kort", form) if one.soort == soort]


def test_long_sentences_are_marked_with_their_place() -> None:
    long = "U krijgt " + "heel " * 20 + "snel antwoord."
    text = f"Dit is kort. {long}\n\n- {long}\n- kort punt"
    assert places_of(text, "lange_zin") == [long, long]
    assert places_of("Bel {{ contact.telefoon }} of kijk op [de site](https://" + "a b " * 30 + ").", "lange_zin") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("De aanvraag wordt behandeld.", ["wordt"]),
        ("Het paspoort werd door ons gemaakt.", ["werd"]),
        ("U wordt 18 jaar.", []),
        ("De gemeente behandelt uw aanvraag.", []),
    ],
)
def test_the_passive_is_marked(text: str, expected: list[str]) -> None:
    assert places_of(text, "lijdend") == expected


def test_hard_words_get_a_plainer_one() -> None:
    text = "Indien u komt, ten\nbehoeve van uw kind, dan dient te betalen."
    assert places_of(text, "moeilijk_woord") == ["Indien", "ten\nbehoeve van", "dient te"]
    assert places_of("De indiening van indienen is goed.", "moeilijk_woord") == []
    assert any("“als”" in one.tekst for one in tips(text, "kort"))


def test_the_form_of_address_is_the_municipalitys() -> None:
    assert places_of("Neem je pas mee. U betaalt.", "aanspreekvorm") == ["je"]
    assert places_of("Neem je pas mee. U betaalt.", "aanspreekvorm", "je") == ["U"]


def test_a_link_says_where_it_leads() -> None:
    assert places_of("Klik [hier](https://a.example).", "link_hier") == ["[hier]("]


def test_sentences_are_split_at_full_stops_lists_and_paragraphs() -> None:
    text = "Een zin. Nog een, bijv. deze! Kost 1.50 euro?\n\n- punt een\n- punt twee\n\nSlot zonder punt"
    assert [text[van:tot] for van, tot in sentences(text)] == [
        "Een zin.",
        "Nog een, bijv. deze!",
        "Kost 1.50 euro?",
        "punt een",
        "punt twee",
        "Slot zonder punt",
    ]
