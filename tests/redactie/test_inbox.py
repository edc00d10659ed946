"""Questions that went wrong: kept, grouped, decided, and erased with their conversation."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.catalog.library import read_library
from bot.conversations import store as conversations
from bot.privacy.erasure import erase_everywhere
from bot.privacy.retention import erase_expired
from bot.redactie import audit, inbox, likeness
from bot.redactie.tables import redactie_mis
from bot.redactie.values import NietGevonden, NietToegestaan, RedactieError, Wat
from tests.builders import gemeente
from tests.redactie.room import BAS, DAM, ID, NOOR, NU, STAD, editor


def asked(
    database: Engine, tekst: str, soort: str = "niet_begrepen", *, place: str = STAD, **kwargs: object
) -> int | None:
    return inbox.record(database, gemeente=place, soort=soort, tekst=tekst, now=kwargs.pop("now", NU), **kwargs)  # type: ignore[arg-type]


def test_alike_questions_are_one_group_the_most_frequent_first(database: Engine) -> None:
    for text in (
        "Hoe kan ik een reispas aanvragen?",
        "reispas aanvragen",
        "ik wil een reispas aanvragen",
        "reispas aanvrage",
    ):
        asked(database, text)
    asked(database, "vuurwerk afsteken", "overgedragen", product_id=ID)
    asked(database, "reispas aanvragen", place=DAM)
    first, second = inbox.groups(database, STAD)
    assert (first.aantal, second.aantal) == (4, 1)
    assert first.vraag in ("reispas aanvragen", "ik wil een reispas aanvragen", "Hoe kan ik een reispas aanvragen?")
    assert (second.soorten, second.producten) == ({"overgedragen": 1}, {ID: 1})
    assert [one.aantal for one in inbox.groups(database, DAM)] == [1]


def test_other_questions_stay_apart(database: Engine) -> None:
    for text in ("paspoort", "paspoort kwijt op vakantie", "paspoort voor mijn kind", "parkeervergunning", "rijbewijs"):
        asked(database, text)
    assert len(inbox.groups(database, STAD)) == 5


def test_the_same_question_of_a_conversation_counts_once(database: Engine) -> None:
    assert asked(database, "reispas!", gesprek_id="a") is not None
    assert asked(database, "Reispas", gesprek_id="a") is None
    assert asked(database, "reispas", "duim_omlaag", gesprek_id="a") is not None
    assert asked(database, "reispas", gesprek_id="b") is not None
    assert asked(database, "?!", gesprek_id="c") is None
    assert [one.aantal for one in inbox.groups(database, STAD)] == [3]
    with pytest.raises(ValueError):
        asked(database, "reispas", "onbekend")


def test_a_group_is_found_again_by_its_id(database: Engine) -> None:
    asked(database, "reispas aanvragen")
    (before,) = inbox.groups(database, STAD)
    for _ in range(3):
        asked(database, "reispas aanvrage")
    again = inbox.group(database, STAD, before.id)
    assert again.aantal == 4
    inbox.done(database, STAD, again.ids, NOOR)
    assert inbox.group(database, STAD, before.id).besluit == "klaar"
    for bad in ("", "%", "ffffffffffffffff", before.id[:3]):
        with pytest.raises(NietGevonden):
            inbox.group(database, STAD, bad)
    with pytest.raises(NietGevonden):
        inbox.group(database, DAM, before.id)


def test_assigned_questions_leave_the_list_and_count_as_known(database: Engine) -> None:
    asked(database, "reispas aanvragen")
    asked(database, "weer reispas")
    ids = [one for group in inbox.groups(database, STAD) for one in group.ids]
    assert inbox.assign(database, STAD, ids, ID, NOOR) == 2
    assert inbox.groups(database, STAD) == []
    assert {one.naar_product for one in inbox.groups(database, STAD, besluit="toegewezen")} == {ID}
    assert sorted(inbox.solved(database)) == [("reispas aanvragen", ID, STAD), ("weer reispas", ID, STAD)]
    step = audit.listing(database)[0]
    assert (step.wat, step.product_id, step.gegevens) == (Wat.VRAAG_TOEGEWEZEN, ID, {"aantal": 2})
    assert inbox.reopen(database, STAD, ids, NOOR) == 2
    assert len(inbox.groups(database, STAD)) == 2 and inbox.solved(database) == []


def test_out_of_scope_stays_out_of_scope(database: Engine) -> None:
    asked(database, "wat is het weer morgen")
    (group,) = inbox.groups(database, STAD)
    inbox.out_of_scope(database, STAD, group.ids, NOOR)
    asked(database, "Wat is het weer morgen?!")
    assert inbox.groups(database, STAD) == []
    assert [one.aantal for one in inbox.groups(database, STAD, besluit="buiten_bereik")] == [2]
    asked(database, "wat is het weer morgen", place=DAM)
    assert len(inbox.groups(database, DAM)) == 1
    assert ("wat is het weer morgen", None, STAD) in inbox.solved(database)


def test_a_new_product_is_proposed_with_what_it_should_be(database: Engine) -> None:
    asked(database, "laadpaal in mijn straat")
    (group,) = inbox.groups(database, STAD)
    with pytest.raises(RedactieError):
        inbox.propose(database, STAD, group.ids, " ", NOOR)
    inbox.propose(database, STAD, group.ids, "Laadpaal aanvragen", NOOR)
    assert [one.besloten_door for one in inbox.groups(database, STAD, besluit="nieuw_product")] == ["Noor"]
    assert audit.listing(database)[0].reden == "Laadpaal aanvragen"


def test_only_editors_of_the_municipality_decide(database: Engine) -> None:
    number = asked(database, "reispas")
    elsewhere = editor(9, "Kim", "redacteur", at=(DAM,))
    for wie in (elsewhere, BAS):
        with pytest.raises(NietToegestaan):
            inbox.assign(database, STAD, [number or 0], ID, wie)
    assert inbox.assign(database, DAM, [number or 0], ID, elsewhere) == 0  # another municipality's question stays
    assert len(inbox.groups(database, STAD)) == 1


def test_erasing_a_conversation_erases_its_questions(database: Engine) -> None:
    gesprek = conversations.start(database, gemeente=STAD, kanaal="web").id
    asked(database, "over mijn buurman Jansen", gesprek_id=gesprek)
    asked(database, "van een ander", gesprek_id="ander")
    inbox.assign(database, STAD, [one for group in inbox.groups(database, STAD) for one in group.ids], ID, NOOR)
    erase_everywhere(database, database, gesprek)
    with database.connect() as connection:
        texts = connection.execute(sa.select(redactie_mis.c.tekst)).scalars().all()
    assert texts == ["van een ander"]
    assert all("Jansen" not in str(one) for one in audit.listing(database))


def test_questions_go_when_the_municipality_no_longer_keeps_words(database: Engine) -> None:
    asked(database, "oud", now=NU - timedelta(days=31))
    asked(database, "nieuw", now=NU - timedelta(days=29))
    asked(database, "elders", now=NU - timedelta(days=31), place=DAM)
    erase_expired(database, database, [gemeente(STAD, bewaren_dagen=30), gemeente(DAM, bewaren_dagen=90)], NU)
    assert [one.vraag for one in inbox.groups(database, STAD)] == ["nieuw"]
    assert [one.vraag for one in inbox.groups(database, DAM)] == ["elders"]


def test_a_long_text_is_cut_and_odd_characters_do_no_harm(database: Engine) -> None:
    asked(database, "reispas\x00 " + "heel " * 300)
    assert len(inbox.groups(database, STAD)[0].vraag) <= inbox.LANGSTE


def test_grouping_does_not_depend_on_the_order(tmp_path: Path) -> None:
    questions = [vraag for one in read_library(Path("products")) for vraag in one.product.kop.vragen][:600]
    counted = [(key, 1 + len(key) % 3) for key in {likeness.key(one) for one in questions}]
    first = likeness.group(counted)
    random.Random(1).shuffle(counted)
    assert likeness.group(counted) == first


def test_thousands_that_differ_stay_apart() -> None:
    questions = [vraag for one in read_library(Path("products")) for vraag in one.product.kop.vragen][:5000]
    assert len(questions) == 5000
    counted = [(key, 1) for key in {likeness.key(one) for one in questions}]
    found = likeness.group(counted)
    assert len(set(found.values())) > 3000
