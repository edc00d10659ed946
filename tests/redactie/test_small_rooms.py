"""Test questions, the trail and counting answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.catalog.tables import CENTRAAL
from bot.redactie import audit, toetsvragen, usage
from bot.redactie.values import NietGevonden, NietToegestaan, RedactieError, Wat
from tests.redactie.room import BAS, DAM, ID, NOOR, NU, SEM, STAD


def test_a_test_question_is_added_once_and_removed(database: Engine) -> None:
    toetsvragen.add(database, STAD, " Waar is  de balie? ", ID, NOOR, now=NU)
    toetsvragen.add(database, STAD, "Hoe laat is het", None, NOOR)
    with pytest.raises(RedactieError, match="staat er al"):
        toetsvragen.add(database, STAD, "waar is de balie", "rijbewijs", NOOR)
    late, desk = toetsvragen.listing(database, STAD)
    assert (desk.vraag, desk.verwacht, desk.door, desk.gemaakt_op) == ("Waar is de balie?", ID, "Noor", NU)
    assert late.verwacht is None and toetsvragen.listing(database, DAM) == []
    with pytest.raises(NietToegestaan):
        toetsvragen.remove(database, desk.id, BAS)
    toetsvragen.remove(database, desk.id, SEM)
    with pytest.raises(NietGevonden):
        toetsvragen.remove(database, desk.id, SEM)
    assert [one.vraag for one in toetsvragen.listing(database)] == ["Hoe laat is het"]
    assert [one.wat for one in audit.listing(database)] == [Wat.TOETSVRAAG_WEG, *[Wat.TOETSVRAAG_ERBIJ] * 2]


@pytest.mark.parametrize("vraag", ["", " ?! ", "x" * 401])
def test_a_test_question_has_words(database: Engine, vraag: str) -> None:
    with pytest.raises(RedactieError):
        toetsvragen.add_all(database, STAD, [("goede vraag", ID), (vraag, ID)], NOOR)
    assert toetsvragen.listing(database) == []


def test_only_editors_add_test_questions(database: Engine) -> None:
    with pytest.raises(NietToegestaan):
        toetsvragen.add(database, STAD, "waar is de balie", ID, BAS)


@pytest.mark.parametrize(
    "text",
    [
        f"vraag;product\nWaar is de balie?;{ID}\n\nHoe laat is het;geen\n",
        f"\ufeffWaar is de balie?,{ID}\r\nHoe laat is het,Geen\r\n",
        f'vraag,product\n"Waar is de balie?",{ID}\n"Hoe laat is het",geen',
    ],
)
def test_test_questions_from_a_file(text: str) -> None:
    found = toetsvragen.read_csv(text, {ID})
    assert found.vragen == (("Waar is de balie?", ID), ("Hoe laat is het", None)) and found.fouten == ()


def test_a_file_says_which_line_is_wrong_and_why() -> None:
    text = f"vraag;product\nGoed;{ID}\nZonder product;\nOnbekend;bestaat-niet\nDrie;{ID};kolommen\n;{ID}\n"
    fouten = toetsvragen.read_csv(text, {ID}).fouten
    assert [one.split(":")[0] for one in fouten] == ["regel 3", "regel 4", "regel 5", "regel 6"]
    assert "bestaat-niet" in fouten[1] and "drie" not in fouten[2].lower()
    assert toetsvragen.read_csv('vraag;product\n"open;x\n', {ID}).fouten
    assert toetsvragen.read_csv("", {ID}) == toetsvragen.Lezing((), ())


def test_adding_a_file_twice_adds_it_once(database: Engine) -> None:
    vragen = [(f"vraag nummer {n}", ID) for n in range(20)]
    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(lambda _: toetsvragen.add_all(database, STAD, vragen, NOOR), range(3)))
    assert sum(counts) == 20 and len(toetsvragen.listing(database, STAD)) == 20


def test_the_trail_is_filtered_and_paged(database: Engine) -> None:
    for n in range(5):
        audit.write(
            database,
            NOOR if n % 2 else SEM,
            Wat.ACCOUNT if n < 3 else Wat.INGEVOERD,
            gemeente=STAD if n else CENTRAAL,
            product_id=ID if n == 4 else None,
            reden=f"{n}" * 500,
            gegevens={"n": n},
            now=NU + timedelta(minutes=n),
        )
    audit.write(database, None, Wat.VERLOPEN, gemeente=DAM, now=NU)

    def found(*args: object, **kwargs: object) -> list[int | None]:
        return [one.gegevens.get("n") for one in audit.listing(database, *args, **kwargs)]  # type: ignore[arg-type]

    assert found() == [None, 4, 3, 2, 1, 0]
    assert found([STAD]) == [4, 3, 2, 1] and found([CENTRAAL]) == [0] and found([]) == []
    assert found(wie_id=NOOR.id) == [3, 1] and found(wat=Wat.INGEVOERD) == [4, 3] and found(product_id=ID) == [4]
    assert found(van=NU + timedelta(minutes=1), tot=NU + timedelta(minutes=3)) == [2, 1]
    newest, *_ = page = audit.listing(database, [STAD], limit=2)
    assert [one.gegevens["n"] for one in page] == [4, 3]
    assert found([STAD], limit=2, voor_id=page[-1].id) == [2, 1]
    assert len(newest.reden) == audit.LANGSTE_REDEN and newest.moment == NU + timedelta(minutes=4)
    assert audit.listing(database, [DAM])[0].wie == audit.KLOK


def test_answers_are_counted_per_day_also_at_the_same_moment(database: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: usage.count(database, STAD, ID, now=NU), range(12)))
    usage.count(database, DAM, ID, now=NU - timedelta(days=1))
    assert usage.asked(database, STAD, NU.date()) == {ID: 12}
    assert usage.asked(database, CENTRAAL, NU.date() - timedelta(days=1)) == {ID: 13}
    assert usage.asked(database, DAM, NU.date()) == {}
