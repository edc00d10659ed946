"""The report says what was measured: also when something failed, is missing, or when this engine is the lesser one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.contenders import CONTENDERS, ENGINE
from bench.options import DIET_EPOCHS, PARTS, REPORT, parse
from bench.questions import Question
from bench.report import report
from bench.results import Edit, Installation, Load, Measured, Outcome
from bench.run import outcome_of

BY_NAME = {contender.name: contender for contender in CONTENDERS}
STYLES = ["kort"] * 60 + ["typfout"] * 40


def outcome(name: str, right: int, **kwargs: object) -> Outcome:
    first = [index < right for index in range(100)]
    return Outcome(BY_NAME[name], first=first, three=[True] * 100, milliseconds=[1.0] * 100, rss_mb=50.0, **kwargs)  # type: ignore[arg-type]


def measured(*outcomes: Outcome, installation: Installation | None = None) -> Measured:
    return Measured(
        questions=100, left_out=7, styles=STYLES, literal=2, products=10, examples=1234, library=5678, outcomes=outcomes,
        installation=installation, language="nl", loads_of_machine=("0.10", "1.20"), seconds=90.0,
        facts={"Cores": "2"}, packages={"rasa": "3.6.21"},
    )  # fmt: skip


WHOLE = parse([])


def test_the_command_machine_and_versions_are_named() -> None:
    text = report(measured(outcome(ENGINE, 80)), parse(["--diet-epochs", "5", "--bibliotheek"]))
    assert 'make bench ARGS="--diet-epochs 5 --bibliotheek"' in text
    assert "| Cores | 2 |" in text
    assert "rasa 3.6.21" in text
    assert "7 questions were left out" in text
    assert "0.800 (0.711-0.867)" in text


def test_being_better_the_same_and_worse_are_told_apart() -> None:
    def said(own: int) -> str:
        return report(measured(outcome(ENGINE, own), outcome("tfidf-bibliotheek", 70), outcome("bm25", 10)), WHOLE)

    assert "the right product first 20.0 percentage points more often" in said(90)
    assert "show no difference" in said(71)
    assert "**worse**, by 30.0 percentage points" in said(40)


def test_what_could_not_be_measured_says_why_and_stays_in_the_table() -> None:
    away = Outcome(BY_NAME["postgresql"], problem="no PostgreSQL server could be reached")
    broken = Outcome(BY_NAME["bm25"], problem="failed: status 1: a | b", failed=True)
    text = report(measured(outcome(ENGINE, 80), away, broken), WHOLE)
    assert "| PostgreSQL full text | product files | no PostgreSQL server could be reached | - | - |" in text
    assert "failed: status 1: a / b" in text


def test_without_this_engine_there_is_nothing_to_compare_with() -> None:
    text = report(measured(outcome("bm25", 10)), WHOLE)
    assert "| BM25 (bm25s) | product files | 0.100 (0.055-0.174) | 1.000 (0.963-1.000) | - |" in text
    assert "Beside the best" not in text


def test_the_installation_is_told_with_its_faults() -> None:
    loads = [
        Load(1, False, 4, 2.0, [10.0] * 4, 0),
        Load(8, False, 8, 2.0, [40.0] * 8, 1),
        Load(1, True, 4, 2.0, [10.0] * 4, 0),
    ]
    text = report(
        measured(installation=Installation(None, 12.0, 900.0, None, loads, [Edit(1.0, 2.5), Edit(1.0, 0.4)])), WHOLE
    )
    assert "With 8 clients instead of 1 there are 2.0 times as many turns per second" in text
    assert "a turn takes 4.0 times as long" in text
    assert "**1 turn failed.**" in text
    assert "**not within**" in text
    assert "after all loads, MB | - |" in text
    assert "## Finding the right product" not in text


def test_an_installation_that_failed_says_so() -> None:
    assert "**Not measured to the end:** it did not start" in report(
        measured(installation=Installation("it did not start")), WHOLE
    )


def test_a_part_or_a_quick_run_is_marked_and_does_not_overwrite_the_report() -> None:
    assert WHOLE.out == REPORT
    quick = parse(["--quick"])
    assert quick.out is None and parse(["--only", "bm25"]).out is None
    assert parse(["--quick", "--out", "x.md"]).out == Path("x.md")
    assert "its figures say nothing" in report(measured(outcome(ENGINE, 80)), quick)
    assert "say nothing" not in report(measured(outcome(ENGINE, 80)), WHOLE)


def test_parts_are_run_once_and_in_the_order_of_the_report() -> None:
    assert parse(["--only", "rest", "--only", "bm25", "--only", "rest"]).parts == ("bm25", "rest")
    assert "rasa-diet-bibliotheek" not in WHOLE.parts
    assert parse(["--bibliotheek"]).parts == PARTS
    assert WHOLE.diet_epochs == DIET_EPOCHS and not WHOLE.reuse_model
    assert parse(["--only", "rest"]).reuse_model


@pytest.mark.parametrize("arguments", [["--only", "utopia"], ["--diet-epochs", "0"], ["--snel"]])
def test_options_that_do_not_exist_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        parse(arguments)


def test_an_outcome_is_counted_from_rankings() -> None:
    questions = [Question("x", frozenset({"a", "b"}), "kort"), Question("y", frozenset({"c"}), "kort")]
    answered = {
        "rankings": [["b", "c"], ["a", "b", "c"]],
        "milliseconds": [1.0, 2.0],
        "start_seconds": 0.1,
        "rss_mb": 5.0,
    }
    found = outcome_of(BY_NAME["bm25"], questions, {"seconds": 1.0, "note": ""}, answered)
    assert (found.first, found.three) == ([True, False], [True, True])
    assert replace(found, problem="x").problem == "x"
