"""The figures: what counts as right, and what a file of questions may look like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ContentError
from bot.search.decision import Uitkomst
from bot.search.measure import Toetsvraag, Uitslag, read_test_questions, summarise


def vraag(*producten: str, act: str | None = None, aspect: str | None = None, stijl: str = "gewoon") -> Toetsvraag:
    return Toetsvraag("x", frozenset(producten), aspect, act, stijl)


def uitslag(uitkomst: Uitkomst, *ranking: str, act: str = "vraag_product", **kwargs: Any) -> Uitslag:
    product = ranking[0] if uitkomst is Uitkomst.ANTWOORD else None
    kandidaten = ranking[:4] if uitkomst is Uitkomst.VERDUIDELIJKING else ()
    return Uitslag(act, uitkomst, ranking, 0.5, product, kandidaten, kwargs.get("aspect"), 1.0)


def test_counts_what_the_issue_of_each_figure_says() -> None:
    figures = summarise(
        [
            vraag("a"),
            vraag("a"),
            vraag("a", aspect="kosten"),
            vraag("b"),
            vraag(),
            vraag(),
            vraag(act="bedankt"),
            vraag(act="begroeting"),
        ],
        [
            uitslag(Uitkomst.ANTWOORD, "a", "b"),
            uitslag(Uitkomst.ANTWOORD, "b", "a"),
            uitslag(Uitkomst.VERDUIDELIJKING, "b", "c", "a", aspect="kosten"),
            uitslag(Uitkomst.TERUGVAL_HERHAALD, "a", "c", "d"),
            uitslag(Uitkomst.ANTWOORD, "a"),
            uitslag(Uitkomst.DIALOOG, act="buiten_scope"),
            uitslag(Uitkomst.DIALOOG, act="bedankt"),
            uitslag(Uitkomst.DIALOOG, act="bedankt"),
        ],
    )
    assert (figures["n"], figures["in_scope"]) == (8, 4)
    assert figures["top1"] == 0.25
    assert figures["top3"] == 0.75
    assert figures["uitkomst"] == {"antwoord": 0.5, "verduidelijking": 0.25, "terugval": 0.25, "dialoog": 0.0}
    assert figures["antwoord_precisie"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["gedekt"] == 0.5
    assert figures["vals_antwoord"] == 0.5
    assert figures["aspect_juist"] == 1.0
    assert figures["act_juist"] == 0.5
    assert figures["per_act"] == {"bedankt": {"n": 1, "juist": 1.0}, "begroeting": {"n": 1, "juist": 0.0}}


def test_a_rate_over_nothing_is_none_and_not_zero() -> None:
    figures = summarise([], [])
    assert figures["top1"] is None
    assert figures["latency_ms"] == {"p50": None, "p95": None}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", "regel 2: geen geldige JSON"),
        ('{"producten": []}', '"vraag" als tekst'),
        ('{"vraag": "x"}', '"producten" als lijst'),
        ('{"vraag": "x", "producten": ["onbekend-ding"]}', 'onbekend product "onbekend-ding"'),
        ('{"vraag": "x", "producten": ["a"], "aspect": "prijs"}', 'onbekend aspect "prijs"'),
        ('{"vraag": "x", "act": 3}', '"act" moet een tekst zijn'),
        ("[]", "verwacht een object"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, expected: str) -> None:
    path = tmp_path / "vragen.jsonl"
    path.write_text('{"vraag": "goed", "producten": ["a"]}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(ContentError) as error:
        read_test_questions(path, ["a"])
    assert expected in str(error.value)
    assert "regel 2" in str(error.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="niet te lezen"):
        read_test_questions(tmp_path / "weg.jsonl", [])


def test_empty_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "vragen.jsonl"
    path.write_text("\n" + json.dumps({"vraag": "x", "act": "bedankt"}) + "\n\n", encoding="utf-8")
    assert [one.act for one in read_test_questions(path, [])] == ["bedankt"]
