"""What happens with a message, step by step."""

from __future__ import annotations

from typing import Any

import pytest

from bot.search.decision import Bericht, Beslissing, Drempels, Gesprek, Keuze, Uitkomst, decide
from bot.search.searcher import Ranking, Treffer
from bot.search.text import Token, words
from tests.builders import product

PRODUCTS = {
    one.id: one
    for one in (
        product("paspoort-aanvragen"),
        product("paspoort-kind", boven="paspoort-aanvragen"),
        product("parkeervergunning"),
        product("huisvuil"),
        product("schulden", gevoelig=True),
    )
}


def ranking(**certainties: float) -> Ranking:
    treffers = [Treffer(name.replace("_", "-"), value, ()) for name, value in certainties.items()]
    treffers.sort(key=lambda treffer: -treffer.zekerheid)
    return Ranking(tuple(treffers), 1 - sum(certainties.values()))


def bericht(tekst: str, found: Ranking | None = None, **kwargs: Any) -> Bericht:
    """A message. `in_context` is what another text than the message finds, `before` what a bare product name finds."""
    in_context = kwargs.pop("in_context", Ranking((), 1.0))
    before = kwargs.pop("before", in_context)
    names = {one.kop.naam for one in PRODUCTS.values()}
    return Bericht(
        **{
            "tekst": tekst,
            "tokens": [Token(word, word) for word in words(tekst)],
            "acts": {"vraag_product": 1.0},
            "aspect": None,
            "ranking": found or Ranking((), 1.0),
            "gesprek": Gesprek(),
            "drempels": Drempels(antwoord=0.6, verduidelijking=0.3, keuze=0.05),
            "products": PRODUCTS,
            "zoek": lambda text: before if text in names else in_context,
            **kwargs,
        }
    )


def outcome(beslissing: Beslissing) -> tuple[Uitkomst, str | None]:
    return beslissing.uitkomst, beslissing.product


def test_a_certain_product_is_answered() -> None:
    found = ranking(paspoort_aanvragen=0.8, huisvuil=0.1)
    assert outcome(decide(bericht("paspoort", found))) == (Uitkomst.ANTWOORD, "paspoort-aanvragen")


def test_the_threshold_itself_is_enough() -> None:
    assert decide(bericht("paspoort", ranking(paspoort_aanvragen=0.6))).uitkomst is Uitkomst.ANTWOORD


def test_between_the_thresholds_it_asks_back_with_the_likely_products() -> None:
    found = ranking(paspoort_aanvragen=0.4, paspoort_kind=0.3, huisvuil=0.01)
    beslissing = decide(bericht("pas", found))
    assert beslissing.uitkomst is Uitkomst.VERDUIDELIJKING
    assert beslissing.kandidaten == ("paspoort-aanvragen", "paspoort-kind")


def test_a_clarification_has_at_least_two_choices() -> None:
    beslissing = decide(bericht("pas", ranking(paspoort_aanvragen=0.5, huisvuil=0.01)))
    assert beslissing.kandidaten == ("paspoort-aanvragen", "huisvuil")


def test_not_understood_once_and_then_again() -> None:
    found = ranking(huisvuil=0.05)
    assert decide(bericht("xyz", found)).uitkomst is Uitkomst.TERUGVAL
    again = decide(bericht("xyz", found, gesprek=Gesprek(niet_begrepen=1)))
    assert again.uitkomst is Uitkomst.TERUGVAL_HERHAALD


def test_danger_goes_before_a_certain_product() -> None:
    acts = {"vraag_product": 0.5, "noodgeval": 0.45, "begroeting": 0.05}
    assert decide(bericht("er is brand", ranking(huisvuil=0.9), acts=acts)).act == "noodgeval"


def test_danger_goes_before_a_taken_choice() -> None:
    acts = {"noodgeval": 0.9, "vraag_product": 0.1}
    gesprek = Gesprek(keuzes=(Keuze("Kosten", "paspoort-aanvragen", "kosten"),))
    assert decide(bericht("kosten", acts=acts, gesprek=gesprek)).act == "noodgeval"


KEUZES = (
    Keuze("Paspoort aanvragen", "paspoort-aanvragen"),
    Keuze("Paspoort voor een kind", "paspoort-kind", "kosten"),
    Keuze("Geen van deze", act="vraag_product"),
)


@pytest.mark.parametrize(
    "said",
    [
        "Paspoort voor een kind",
        "paspoort voor een kind.",
        "2",
        "nummer 2",
        "ja die tweede",
        "de tweede graag",
        "de laatste",
    ],
)
def test_a_choice_is_taken_by_title_or_number(said: str) -> None:
    beslissing = decide(bericht(said, gesprek=Gesprek(keuzes=KEUZES)))
    assert (beslissing.uitkomst, beslissing.product, beslissing.aspect) == (
        Uitkomst.ANTWOORD,
        "paspoort-kind",
        "kosten",
    )


def test_none_of_these_counts_as_not_understood() -> None:
    assert decide(bericht("Geen van deze", gesprek=Gesprek(keuzes=KEUZES))).uitkomst is Uitkomst.TERUGVAL


@pytest.mark.parametrize("said", ["4", "de vierde", "twee paspoorten", "ik heb 2 kinderen"])
def test_other_numbers_take_no_choice(said: str) -> None:
    assert decide(bericht(said, gesprek=Gesprek(keuzes=KEUZES))).reden != "taken_choice"


def test_numbers_mean_nothing_without_choices() -> None:
    assert decide(bericht("2")).uitkomst is Uitkomst.TERUGVAL


def test_a_follow_up_asks_an_aspect_of_the_product_in_the_conversation() -> None:
    beslissing = decide(
        bericht(
            "en wat kost dat?",
            ranking(huisvuil=0.9),
            aspect="kosten",
            gesprek=Gesprek(product="paspoort-aanvragen"),
            in_context=ranking(paspoort_aanvragen=0.7, paspoort_kind=0.1),
        )
    )
    assert (beslissing.product, beslissing.aspect) == ("paspoort-aanvragen", "kosten")


def test_a_follow_up_may_mean_a_variant() -> None:
    beslissing = decide(
        bericht(
            "en voor mijn dochter van 12?",
            gesprek=Gesprek(product="paspoort-aanvragen"),
            before=ranking(paspoort_aanvragen=0.95, paspoort_kind=0.02),
            in_context=ranking(paspoort_aanvragen=0.7, paspoort_kind=0.2),
        )
    )
    assert outcome(beslissing) == (Uitkomst.ANTWOORD, "paspoort-kind")


def test_an_addition_that_points_to_no_variant_stays_with_the_product() -> None:
    beslissing = decide(
        bericht(
            "en hoe duur is een vervangend exemplaar",
            aspect="kosten",
            gesprek=Gesprek(product="paspoort-aanvragen"),
            before=ranking(paspoort_aanvragen=0.9, paspoort_kind=0.1),
            in_context=ranking(paspoort_aanvragen=0.9, paspoort_kind=0.1),
        )
    )
    assert (beslissing.product, beslissing.aspect) == ("paspoort-aanvragen", "kosten")


def test_a_new_subject_is_no_follow_up() -> None:
    beslissing = decide(
        bericht(
            "mijn container is niet geleegd",
            ranking(huisvuil=0.9),
            gesprek=Gesprek(product="paspoort-aanvragen"),
            in_context=ranking(paspoort_aanvragen=0.9),
        )
    )
    assert outcome(beslissing) == (Uitkomst.ANTWOORD, "huisvuil")


def test_a_correction_prefers_relatives_of_what_was_answered() -> None:
    beslissing = decide(
        bericht(
            "nee ik bedoelde voor een kind",
            acts={"ontkennen": 0.6, "vraag_product": 0.4},
            gesprek=Gesprek(product="paspoort-aanvragen"),
            in_context=ranking(paspoort_kind=0.35, huisvuil=0.3, paspoort_aanvragen=0.3),
        )
    )
    assert outcome(beslissing) == (Uitkomst.ANTWOORD, "paspoort-kind")


def test_a_correction_may_be_another_subject_altogether() -> None:
    beslissing = decide(
        bericht(
            "nee mijn vuilnis",
            gesprek=Gesprek(product="paspoort-aanvragen"),
            in_context=ranking(huisvuil=0.8, paspoort_kind=0.05),
        )
    )
    assert outcome(beslissing) == (Uitkomst.ANTWOORD, "huisvuil")


@pytest.mark.parametrize(
    "said",
    ["ik wil een parkeervergunning", "mijn man is overleden wat moet ik doen", "mijn kat is dood en die moet weg"],
)
def test_an_uncertain_new_subject_is_not_pulled_into_the_old_one(said: str) -> None:
    beslissing = decide(
        bericht(
            said,
            ranking(parkeervergunning=0.4, huisvuil=0.3),
            gesprek=Gesprek(product="paspoort-aanvragen"),
            in_context=ranking(paspoort_aanvragen=0.9),
        )
    )
    assert beslissing.uitkomst is Uitkomst.VERDUIDELIJKING


def test_a_plain_no_after_an_answer_is_a_no() -> None:
    acts = {"ontkennen": 0.9, "vraag_product": 0.1}
    assert decide(bericht("nee", acts=acts, gesprek=Gesprek(product="huisvuil"))).act == "ontkennen"


def test_thanks_after_an_answer_are_thanks() -> None:
    beslissing = decide(
        bericht(
            "oke dank",
            acts={"bedankt": 0.9, "vraag_product": 0.1},
            gesprek=Gesprek(product="paspoort-aanvragen"),
            in_context=ranking(paspoort_aanvragen=0.9),
        )
    )
    assert (beslissing.act, beslissing.uitkomst) == ("bedankt", Uitkomst.DIALOOG)


def test_a_weak_act_gives_way_to_a_certain_product() -> None:
    acts = {"afspraak_maken": 0.4, "vraag_product": 0.35, "buiten_scope": 0.25}
    assert decide(bericht("paspoort", ranking(paspoort_aanvragen=0.9), acts=acts)).product == "paspoort-aanvragen"


def test_out_of_scope_needs_an_uncertain_ranking() -> None:
    acts = {"buiten_scope": 0.7, "vraag_product": 0.3}
    assert decide(bericht("recept", ranking(huisvuil=0.2), acts=acts)).act == "buiten_scope"
    assert (
        decide(bericht("buren", ranking(huisvuil=0.4, parkeervergunning=0.3), acts=acts)).uitkomst
        is Uitkomst.VERDUIDELIJKING
    )
    assert decide(bericht("recept", ranking(huisvuil=0.8), acts=acts)).product == "huisvuil"


def test_every_decision_names_its_step() -> None:
    assert decide(bericht("x")).reden == "by_certainty"


@pytest.mark.parametrize(("certainty", "uitkomst"), [(0.89, Uitkomst.VERDUIDELIJKING), (0.9, Uitkomst.ANTWOORD)])
def test_a_sensitive_product_needs_more_certainty(certainty: float, uitkomst: Uitkomst) -> None:
    drempels = Drempels(antwoord=0.6, gevoelig=0.9)
    found = ranking(schulden=certainty, huisvuil=0.05)
    assert decide(bericht("schulden", found, drempels=drempels)).uitkomst is uitkomst


def test_another_product_keeps_its_own_threshold() -> None:
    drempels = Drempels(antwoord=0.6, gevoelig=0.9)
    found = ranking(huisvuil=0.6, schulden=0.3)
    assert outcome(decide(bericht("afval", found, drempels=drempels))) == (Uitkomst.ANTWOORD, "huisvuil")


def test_a_taken_choice_needs_no_certainty() -> None:
    gesprek = Gesprek(keuzes=(Keuze("Schulden", "schulden"),))
    assert outcome(decide(bericht("schulden", gesprek=gesprek))) == (Uitkomst.ANTWOORD, "schulden")


TWEE = "mijn paspoort is verlopen, en wanneer komt het grofvuil"


def two_needs(found: Ranking, first: Ranking | None = None, second: Ranking | None = None, **kwargs: Any) -> Beslissing:
    """The decision on a message of two parts; what each part finds by itself can be set."""
    by_part = {
        "mijn paspoort is verlopen": first or ranking(paspoort_aanvragen=0.9),
        "wanneer komt het grofvuil": second or ranking(huisvuil=0.9),
    }
    return decide(bericht(TWEE, found, zoek=lambda text: by_part[text], **kwargs))


def test_of_two_needs_the_first_is_answered_and_the_second_offered() -> None:
    beslissing = two_needs(ranking(paspoort_aanvragen=0.4, huisvuil=0.3))
    assert (*outcome(beslissing), beslissing.tweede) == (Uitkomst.ANTWOORD, "paspoort-aanvragen", "huisvuil")
    assert beslissing.reden == "two_needs"


def test_the_need_that_is_named_first_goes_first_even_when_the_other_is_certain_in_the_whole() -> None:
    beslissing = two_needs(ranking(huisvuil=0.8, paspoort_aanvragen=0.15))
    assert (beslissing.product, beslissing.tweede) == ("paspoort-aanvragen", "huisvuil")


def test_a_need_that_the_whole_hardly_knows_comes_second() -> None:
    beslissing = two_needs(ranking(huisvuil=0.9, paspoort_aanvragen=0.06))
    assert (beslissing.product, beslissing.tweede) == ("huisvuil", "paspoort-aanvragen")


@pytest.mark.parametrize(
    "found", [ranking(huisvuil=0.5, parkeervergunning=0.3), ranking(huisvuil=0.9), ranking(paspoort_aanvragen=0.9)]
)
def test_a_need_that_the_whole_does_not_know_is_none(found: Ranking) -> None:
    assert two_needs(found).tweede is None


def test_a_part_that_is_not_certain_is_no_need() -> None:
    found = ranking(paspoort_aanvragen=0.4, huisvuil=0.3)
    assert two_needs(found, second=ranking(huisvuil=0.5)).tweede is None
    assert two_needs(found, second=Ranking((), 1.0)).tweede is None


def test_a_sensitive_second_need_needs_more_certainty_too() -> None:
    drempels = Drempels(antwoord=0.6, gevoelig=0.9, verduidelijking=0.3, keuze=0.05)
    found = ranking(paspoort_aanvragen=0.4, schulden=0.3)
    assert two_needs(found, second=ranking(schulden=0.8), drempels=drempels).tweede is None
    assert two_needs(found, second=ranking(schulden=0.9), drempels=drempels).tweede == "schulden"


def test_two_variants_of_one_product_are_one_need() -> None:
    found = ranking(paspoort_aanvragen=0.4, paspoort_kind=0.3)
    assert two_needs(found, second=ranking(paspoort_kind=0.9)).tweede is None


def test_the_same_product_twice_is_one_need() -> None:
    found = ranking(paspoort_aanvragen=0.9, huisvuil=0.05)
    assert two_needs(found, second=ranking(paspoort_aanvragen=0.9)).tweede is None


def test_danger_goes_before_two_needs() -> None:
    acts = {"noodgeval": 0.9, "vraag_product": 0.1}
    assert two_needs(ranking(paspoort_aanvragen=0.4, huisvuil=0.3), acts=acts).act == "noodgeval"


def test_a_message_of_one_part_is_not_searched_in_parts() -> None:
    def refuse(text: str) -> Ranking:
        raise AssertionError(text)

    found = ranking(paspoort_aanvragen=0.9)
    assert decide(bericht("mijn paspoort is verlopen", found, zoek=refuse)).tweede is None


def test_a_product_that_is_called_by_its_name_needs_no_certainty() -> None:
    found = ranking(huisvuil=0.4, paspoort_aanvragen=0.2)
    assert outcome(decide(bericht("paspoort", found, genoemd="paspoort-aanvragen"))) == (
        Uitkomst.ANTWOORD,
        "paspoort-aanvragen",
    )


def test_a_certain_act_goes_before_a_name() -> None:
    acts = {"afspraak_maken": 0.9, "vraag_product": 0.1}
    assert decide(bericht("paspoort", acts=acts, genoemd="paspoort-aanvragen")).act == "afspraak_maken"


def test_an_example_question_gets_its_product_and_goes_before_a_name() -> None:
    found = ranking(huisvuil=0.4, paspoort_aanvragen=0.2)
    decided = decide(bericht("paspoort", found, genoemd="paspoort-aanvragen", voorbeeld="huisvuil"))
    assert outcome(decided) == (Uitkomst.ANTWOORD, "huisvuil")
    assert decided.reden == "example"
    acts = {"afspraak_maken": 0.9, "vraag_product": 0.1}
    assert decide(bericht("paspoort", found, acts=acts, voorbeeld="huisvuil")).act == "afspraak_maken"


def test_a_case_number_asks_how_the_case_stands() -> None:
    found = ranking(huisvuil=0.99)
    assert decide(bericht("Z-2026-000123 huisvuil", found, zaaknummer=True)).act == "zaakstatus"


FORM = Gesprek(product="paspoort-aanvragen", in_formulier=True)


def test_a_bare_answer_to_a_form_is_no_follow_up() -> None:
    found = ranking(paspoort_aanvragen=0.99)
    assert decide(bericht("Fatima", found, gesprek=FORM)).uitkomst is Uitkomst.TERUGVAL


def test_a_question_of_its_own_is_answered_in_the_middle_of_a_form() -> None:
    found = ranking(huisvuil=0.99)
    for said in ("wat kost een container eigenlijk", "container?"):
        assert outcome(decide(bericht(said, found, gesprek=FORM))) == (Uitkomst.ANTWOORD, "huisvuil")


def test_a_form_is_not_left_for_an_unsure_question() -> None:
    found = ranking(huisvuil=0.5, parkeervergunning=0.3)
    assert decide(bericht("het gaat over de container achter", found, gesprek=FORM)).uitkomst is Uitkomst.TERUGVAL


def test_yes_and_no_answer_a_form() -> None:
    for act in ("bevestigen", "ontkennen"):
        assert decide(bericht("doe maar", acts={act: 0.4, "vraag_product": 0.3}, gesprek=FORM)).act == act


def test_one_word_must_be_surer_to_be_danger() -> None:
    assert decide(bericht("kind", acts={"vraag_product": 0.5, "noodgeval": 0.45})).act != "noodgeval"
    assert decide(bericht("kind", acts={"noodgeval": 0.45, "vraag_product": 0.3})).act != "noodgeval"
    assert decide(bericht("brand", acts={"noodgeval": 0.9, "vraag_product": 0.1})).act == "noodgeval"
    assert decide(bericht("mijn kind bloedt", acts={"noodgeval": 0.45, "vraag_product": 0.3})).act == "noodgeval"


def test_an_unlikely_sensitive_product_is_no_choice() -> None:
    found = ranking(huisvuil=0.4, parkeervergunning=0.2, schulden=0.05)
    assert "schulden" not in decide(bericht("kindje", found)).kandidaten
    found = ranking(huisvuil=0.4, parkeervergunning=0.2, schulden=0.2)
    assert "schulden" in decide(bericht("kindje", found)).kandidaten
