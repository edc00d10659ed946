"""The figures of the bench: rates, intervals, differences and percentiles."""

from __future__ import annotations

import pytest

from bench.questions import Question, literally_in, read_questions, sample
from bench.statistics import hit, paired_difference, percentile, wilson


def test_a_hit_is_any_right_product_among_the_first() -> None:
    assert hit(["a", "b"], {"a", "c"}, 1)
    assert not hit(["b", "a"], {"a"}, 1)
    assert hit(["b", "x", "a"], {"a"}, 3)
    assert not hit([], {"a"}, 3)


def test_wilson_gives_the_interval_of_the_textbook() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=5e-5)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_difference_that_is_always_the_same_has_no_width() -> None:
    assert paired_difference([True] * 5, [False] * 5) == (1.0, 1.0, 1.0)


def test_a_difference_has_an_interval_around_it_and_is_the_same_each_time() -> None:
    ours, theirs = [True, True, False, True] * 20, [True, False, False, True] * 20
    mean, low, high = paired_difference(ours, theirs)
    assert mean == 0.25
    assert 0 < low < mean < high < 0.5
    assert paired_difference(ours, theirs) == (mean, low, high)
    assert paired_difference(theirs, ours)[0] == -0.25


def test_a_percentile_of_nothing_is_none() -> None:
    assert percentile([], 50) is None
    assert percentile([1.0, 2.0, 9.0], 50) == 2.0


def test_only_questions_with_known_products_are_read(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "vragen.jsonl"
    path.write_text(
        '{"vraag": "een", "producten": ["a", "b"], "stijl": "kort"}\n'
        '\n{"vraag": "twee", "producten": ["a", "onbekend"]}\n'
        '{"vraag": "hoi", "act": "begroeting"}\n{"vraag": "weer", "producten": []}\n',
        encoding="utf-8",
    )
    questions, left_out = read_questions(path, {"a", "b"})
    assert questions == [Question("een", frozenset({"a", "b"}), "kort")]
    assert left_out == 1


def test_a_sample_keeps_the_order_and_is_the_same_each_time() -> None:
    questions = [Question(str(number), frozenset({"a"}), "kort") for number in range(50)]
    few = sample(questions, 7)
    assert len(few) == 7
    assert few == sorted(few, key=questions.index) == sample(questions, 7)
    assert sample(questions, 100) == questions


def test_word_for_word_looks_past_capitals_accents_and_punctuation() -> None:
    questions = [Question("Wat kost een café?", frozenset({"a"}), "kort"), Question("iets anders", frozenset(), "kort")]
    assert literally_in(questions, ["wat kost een cafe", "nog iets"]) == 1
