"""What editors get to know of conversations: each event once, and only questions of the resident's own."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered

from bot.noticing import Gebeurd
from bot.stores.noticed import noticed

PAS, AFVAL = "paspoort-aanvragen", "huisvuil"


def asked(text: str, stap: str = "by_certainty", product: str | None = None, **decided: Any) -> UserUttered:
    return UserUttered(text, parse_data={"vraagbaak": {"stap": stap, "product": product, **decided}})


def said(uitkomst: str, **metadata: Any) -> BotUttered:
    return BotUttered("tekst", metadata={"uitkomst": uitkomst, **metadata})


def answered(product: str = PAS) -> BotUttered:
    return said("antwoord", product=product)


def clarified(*products: str) -> BotUttered:
    keuzes = [{"titel": one, "product": one} for one in products]
    return said("verduidelijking", keuzes=[*keuzes, {"titel": "Geen van deze", "act": "vraag_product"}])


def all_at_once(*events: Event) -> list[Gebeurd]:
    return noticed(events, 0)


def test_an_answer_is_counted_with_its_product() -> None:
    assert all_at_once(asked("paspoort"), answered()) == [Gebeurd("gegeven", "", PAS)]


@pytest.mark.parametrize("uitkomst", ["terugval", "terugval_herhaald"])
def test_what_was_not_understood(uitkomst: str) -> None:
    assert all_at_once(asked("zxqw vraag"), said(uitkomst)) == [Gebeurd("niet_begrepen", "zxqw vraag")]


@pytest.mark.parametrize(
    "user",
    [
        asked("morgen om drie uur", "in_form"),
        asked("", "nothing_said"),
        asked("🙂", "nothing_said"),
        asked("Geen van deze", "taken_choice"),
        asked("/medewerker_spreken"),
    ],
)
def test_what_is_no_question_was_not_misunderstood(user: UserUttered) -> None:
    assert all_at_once(user, said("terugval")) == []


def test_small_talk_and_silence_are_nothing() -> None:
    assert all_at_once(asked("hallo", "other_act"), said("dialoog")) == []
    assert all_at_once(asked("hallo"), ActionExecuted("action_listen")) == []
    assert all_at_once(said("dialoog")) == []
    assert all_at_once() == []


def test_an_answer_inside_a_form_counts() -> None:
    events = [asked("wat kost dat eigenlijk", "in_form"), answered(), said("dialoog")]
    assert all_at_once(*events) == [Gebeurd("gegeven", "", PAS)]


def test_none_of_these_leaves_the_question_behind() -> None:
    events = [asked("pas"), clarified(PAS, AFVAL), asked("Geen van deze", "taken_choice"), said("terugval")]
    assert all_at_once(*events) == [Gebeurd("verduidelijking_verlaten", "pas")]


def test_a_taken_choice_leaves_nothing_behind() -> None:
    events = [asked("pas"), clarified(PAS, AFVAL), asked("huisvuil", "taken_choice", AFVAL), answered(AFVAL)]
    assert all_at_once(*events) == [Gebeurd("gegeven", "", AFVAL)]


def test_other_words_for_one_of_the_choices_leave_nothing_behind() -> None:
    events = [asked("pas"), clarified(PAS, AFVAL), asked("paspoort verlengen", product=PAS), answered()]
    assert all_at_once(*events) == [Gebeurd("gegeven", "", PAS)]


def test_another_question_leaves_the_first_behind() -> None:
    events = [
        asked("pas"),
        clarified(PAS, AFVAL),
        asked("hond", product="hondenbelasting"),
        answered("hondenbelasting"),
    ]
    assert all_at_once(*events) == [
        Gebeurd("verduidelijking_verlaten", "pas"),
        Gebeurd("gegeven", "", "hondenbelasting"),
    ]


def test_a_hand_over_names_the_question_before_it() -> None:
    events = [
        asked("mijn paspoort is gestolen"),
        answered(),
        asked("Kosten", "taken_choice", PAS),
        answered(),
        asked("ik wil een mens", "other_act"),
        said("dialoog"),
        asked("ja", "other_act"),
        said("dialoog", overdracht=True),
    ]
    found = noticed(events, 4)
    assert found == [Gebeurd("overgedragen", "mijn paspoort is gestolen", PAS)]


def test_who_wants_a_human_at_once_asked_nothing() -> None:
    assert all_at_once(asked("ik wil een mens", "other_act"), said("dialoog", overdracht=True)) == []


def test_each_event_counts_once_however_it_is_stored() -> None:
    events: list[Event] = [
        SessionStarted(),
        ActionExecuted("action_listen"),
        asked("zxqw vraag"),
        SlotSet("uitkomst", "terugval"),
        said("terugval"),
        ActionExecuted("action_listen"),
        asked("pas"),
        clarified(PAS, AFVAL),
        ActionExecuted("action_listen"),
        asked("Geen van deze", "taken_choice"),
        said("terugval_herhaald"),
        asked("een mens"),
        said("dialoog", overdracht=True),
    ]
    whole = noticed(events, 0)
    assert [one.soort for one in whole] == ["niet_begrepen", "verduidelijking_verlaten", "overgedragen"]
    for size in (1, 2, 3, 5):
        cuts = range(0, len(events), size)
        in_parts = [one for cut in cuts for one in noticed(events[: cut + size], cut)]
        assert in_parts == whole, size


def test_an_earlier_session_is_over() -> None:
    events = [asked("pas"), clarified(PAS, AFVAL), SessionStarted(), asked("hallo", "other_act"), said("dialoog")]
    assert noticed(events, 2) == []
    assert noticed([*events, asked("mens"), said("dialoog", overdracht=True)], 5) == []
