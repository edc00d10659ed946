"""The report on understanding: its figures are what they say, on answers that are made up. Nothing is trained here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from bench.understanding import KINDS
from bench.understanding_ablation import (
    FAMILIES,
    SOURCES,
    Case,
    Cases,
    TracingSearcher,
    Variant,
    _case,
    compare,
    reduced,
    score,
    superfluous,
    trimmed,
    variants,
)
from bench.understanding_figures import (
    Rate,
    answered_at_precision,
    calibration_error,
    confusions,
    draws,
    errors,
    figures,
    needless_seconds,
    reliability,
    second_needs,
    whole_pairs,
)
from bench.understanding_kinds import Kind, grouped, read_kinds
from bench.understanding_model import Point, point_of
from bench.understanding_report import Measured, draw_reliability, draw_thresholds, report, table
from bench.understanding_sets import Asked, Item, TestSet, item_of, read_details, read_items, settled, write_details
from bot.catalog.questions import Voorbeeld
from bot.errors import ContentError
from bot.search.decision import Beslissing, Uitkomst
from bot.search.dutch import load_dutch
from bot.search.features import TextFeatures
from bot.search.linear import LinearModel
from bot.search.measure import Toetsvraag, Uitslag, summarise
from bot.search.neighbours import Neighbours
from bot.search.ranker import SIGNALEN, VRAAGSIGNALEN
from bot.search.searcher import Vraag
from tests.builders import product

KNOWN = {"paspoort", "paspoort-kind", "rijbewijs"}


def asked(
    text: str = "paspoort",
    right: tuple[str, ...] = ("paspoort",),
    found: tuple[str, ...] = ("paspoort", "rijbewijs"),
    uitkomst: Uitkomst = Uitkomst.ANTWOORD,
    *,
    act: str | None = None,
    stijl: str = "gewoon",
    zekerheid: float = 0.9,
    second: tuple[str, ...] = (),
    offered: str | None = None,
    turns: tuple[str, ...] = (),
) -> Asked:
    question = Toetsvraag(text, frozenset(right), None, act, stijl)
    product = found[0] if uitkomst is Uitkomst.ANTWOORD else None
    kandidaten = found if uitkomst is Uitkomst.VERDUIDELIJKING else ()
    result = Uitslag("vraag_product", uitkomst, found, zekerheid, product, kandidaten, None, 0.0)
    return Asked(Item(question, turns or (text,), frozenset(second)), result, offered)


MIXED = [
    asked(),
    asked("kind", ("paspoort-kind",), stijl="echt"),
    asked("auto", ("rijbewijs",), ("paspoort", "rijbewijs"), Uitkomst.VERDUIDELIJKING, stijl="echt", zekerheid=0.4),
    asked("testament", (), uitkomst=Uitkomst.ANTWOORD, stijl="buiten"),
    asked("voetbal", (), (), Uitkomst.TERUGVAL, stijl="buiten", zekerheid=0.0),
    asked("hallo", (), act="begroeting", stijl="act"),
]


def test_the_figures_are_those_of_evaluate() -> None:
    ours = figures(MIXED)
    theirs = summarise([one.vraag for one in MIXED], [one.result for one in MIXED])
    for name in ("top1", "top3", "antwoord_precisie", "gedekt", "vals_antwoord", "act_juist"):
        assert ours[name].value == pytest.approx(theirs[name], abs=1e-4), name
    assert ours["direct"].value == pytest.approx(theirs["uitkomst"]["antwoord"], abs=1e-4)
    assert ours["aspect_juist"].total == 0


def test_both_needs_count_whichever_is_answered_first() -> None:
    both = [
        asked(second=("rijbewijs",), offered="rijbewijs"),
        asked(found=("rijbewijs",), second=("rijbewijs",), offered="paspoort"),
        asked(second=("rijbewijs",)),
        asked(),
    ]
    assert second_needs(both) == Rate(2, 3)


def test_a_second_need_that_is_none_is_told_with_what_it_costs() -> None:
    swapped = asked(found=("paspoort", "rijbewijs"), offered="paspoort")
    swapped = replace(swapped, result=replace(swapped.result, product="rijbewijs"))
    none, both = asked(), asked(second=("rijbewijs",), offered="rijbewijs")
    assert needless_seconds([swapped, asked(offered="rijbewijs"), none, both]) == (Rate(1, 2), Rate(2, 2))


def test_a_pair_is_right_when_both_are() -> None:
    pairs = [
        asked(stijl="paar-01"),
        asked(stijl="paar-01"),
        asked(stijl="paar-02"),
        asked(right=("rijbewijs",), stijl="paar-02"),
    ]
    assert whole_pairs(pairs) == Rate(1, 2)


def test_bins_hold_every_question_once_and_certain_is_the_last() -> None:
    bins = reliability([0.0, 0.05, 0.1, 0.95, 1.0], [False, False, True, True, False])
    assert [one.count for one in bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bins[-1].share == 0.5
    assert bins[-1].certainty == pytest.approx(0.975)


def test_the_calibration_error_is_the_gap_of_each_bin_by_its_size() -> None:
    error = calibration_error(np.array([0.95, 0.95, 0.25, 0.25]), np.array([True, True, True, False]))
    assert error[0] == pytest.approx((0.05 * 2 + 0.25 * 2) / 4)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_the_calibration_error_is_that_of_the_bins(pairs: list[tuple[float, bool]]) -> None:
    certainties, right = zip(*pairs, strict=True)
    bins = reliability(certainties, right)
    expected = sum(one.count * abs(one.certainty - one.share) for one in bins) / len(pairs)
    assert calibration_error(np.array(certainties), np.array(right))[0] == pytest.approx(expected, abs=1e-9)


def test_answering_at_a_precision_goes_as_far_down_as_it_can() -> None:
    certainties = np.array([0.9, 0.8, 0.7, 0.6])
    assert answered_at_precision(certainties, np.array([True, False, True, True]), precision=0.75)[0] == 1.0
    assert answered_at_precision(certainties, np.array([True, True, False, False]), precision=0.9)[0] == 0.5
    assert answered_at_precision(certainties, np.array([False] * 4), precision=0.9)[0] == 0.0


def test_a_bootstrap_draws_as_many_questions_as_there_are_and_the_same_each_time() -> None:
    drawn = draws(7, 20)
    assert drawn.shape == (20, 7)
    assert (drawn.sum(axis=1) == 7).all()
    assert (drawn == draws(7, 20)).all()


def test_confusions_are_counted_by_pair_with_the_shortest_example() -> None:
    rows = confusions([*MIXED, asked("en mijn kind dan", ("paspoort-kind",))])
    assert rows[0] == ("paspoort-kind", "paspoort", 2, "kind")
    assert ("rijbewijs", "paspoort", 1, "auto") in rows


def test_errors_are_grouped_by_hand_and_new_ones_are_told() -> None:
    wrong = errors(MIXED)
    assert [one.vraag.vraag for one in wrong] == ["kind", "auto"]
    groups, unread = grouped(wrong, [Kind("kinderen", "een vraag erbij", ("kind",)), Kind("weg", "", ("oud",))])
    assert [(kind.name, len(own)) for kind, own in groups] == [("kinderen", 1)]
    assert [one.vraag.vraag for one in unread] == ["auto"]


def test_the_kinds_written_by_hand_can_be_read(tmp_path: Path) -> None:
    assert all(kind.questions and kind.mend for kind in read_kinds(KINDS))
    assert read_kinds(tmp_path / "geen.yml") == []
    twice = tmp_path / "twee.yml"
    twice.write_text("- {soort: a, herstel: b, vragen: [x, x]}")
    with pytest.raises(ContentError, match="twee keer"):
        read_kinds(twice)


def test_a_line_is_a_question_or_a_conversation() -> None:
    line = json.dumps({"gesprek": ["paspoort", "wat kost dat"], "producten": ["paspoort"], "aspect": "kosten"})
    item = item_of(line, "regel 1", KNOWN)
    assert item.turns == ("paspoort", "wat kost dat")
    assert item.vraag.vraag == "wat kost dat"
    for bad in ('{"vraag": "x", "producten": ["bestaat-niet"]}', '{"gesprek": []}', "geen json", '{"producten": []}'):
        with pytest.raises(ContentError, match="regel 1"):
            item_of(bad, "regel 1", KNOWN)


def test_the_sets_of_the_project_can_be_read() -> None:
    from bench.understanding_sets import ACTS, DEV, NAMED
    from bot.catalog.library import read_library
    from bot.settings import ROOT

    known = {file.product.id for file in read_library(ROOT / "products")}
    for path in (DEV, ACTS, *NAMED.glob("*.jsonl")):
        assert read_items(path, known), path


def test_details_of_a_run_come_back_in_the_order_of_the_sets(tmp_path: Path) -> None:
    path, sets = tmp_path / "details.jsonl", {"dev": TestSet("dev", [one.item for one in MIXED])}
    write_details(path, {"dev": list(reversed(MIXED))})
    assert read_details(path, sets) == {"dev": MIXED}
    with pytest.raises(ContentError, match="1 vragen"):
        read_details(path, {"dev": TestSet("dev", [asked("een nieuwe vraag").item])})


def test_a_follow_up_counts_by_what_it_answered_or_offered() -> None:
    result = asked(found=("paspoort", "rijbewijs")).result
    assert settled(replace(result, product="rijbewijs")).ranking == ("rijbewijs", "paspoort")
    offered = replace(result, product=None, kandidaten=("paspoort-kind", "rijbewijs"))
    assert settled(offered).ranking == ("paspoort-kind", "rijbewijs", "paspoort")
    assert settled(replace(result, product=None)).ranking == result.ranking


def test_a_threshold_counts_right_wrong_and_needless_answers() -> None:
    answer = Beslissing("vraag_product", Uitkomst.ANTWOORD, product="paspoort")
    back = Beslissing("vraag_product", Uitkomst.VERDUIDELIJKING)
    point = point_of(
        0.5, [asked(), asked(right=("rijbewijs",)), asked(right=()), asked()], [answer, answer, answer, back]
    )
    assert point == Point(0.5, Rate(2, 3), Rate(1, 3), Rate(1, 1))


def cases(count: int = 60) -> Cases:
    """Questions that the first signal alone answers; the second candidate comes from field search alone."""
    rng = np.random.default_rng(1)
    found = []
    for index in range(count):
        signals = rng.normal(0, 0.1, (3, len(SIGNALEN)))
        right = np.zeros(3, dtype=bool)
        if index % 4:
            right[index % 3] = True
            signals[index % 3, 0] += 3
        sources = np.zeros((3, len(SOURCES)), dtype=bool)
        sources[[0, 2], 0] = True
        sources[1, SOURCES.index("tekstvelden")] = True
        question = np.zeros(len(VRAAGSIGNALEN))
        question[0] = 1.0
        found.append(Case(signals, question, right, sources))
    return Cases(found, found, found[:30])


INSIDE = [bool(case.right.any()) for case in cases().test]


def test_a_variant_loses_its_columns_and_the_candidates_that_nothing_else_brings() -> None:
    case = cases(4).test[1]
    left = reduced(case, Variant("x", "x", frozenset(["log_aandeel", "buiten_scope"]), frozenset(["tekstvelden"])))
    assert left.signalen.shape == (2, len(SIGNALEN) - 1)
    assert left.vraag.shape == (len(VRAAGSIGNALEN) - 1,)
    assert left.goed.tolist() == [False, False]
    assert reduced(case, Variant("x", "x")).signalen.shape == (3, len(SIGNALEN))


def test_every_signal_and_source_is_left_out_in_turn() -> None:
    every = variants()
    assert every[0].signals == every[0].sources == frozenset()
    alone = {one.name for one in every if one.group == "signaal"}
    assert alone == {*SIGNALEN, *VRAAGSIGNALEN} - {"een"}
    assert set().union(*FAMILIES.values()) == alone
    assert {one.name for one in every if one.group == "bron"} == set(SOURCES)
    left_out = [one.signals for one in every if one.signals and not one.sources]
    assert len(left_out) == len(set(left_out))


def test_what_matters_is_missed_and_what_does_not_is_not() -> None:
    own = cases()
    whole = score(own, INSIDE, Variant("alles", "alles"))
    assert whole.first[whole.inside].mean() > 0.95
    needed, useless, source = (
        compare(variant, score(own, INSIDE, variant), whole)
        for variant in (
            Variant("signaal", "log_aandeel", frozenset(["log_aandeel"])),
            Variant("signaal", "buiten_scope", frozenset(["buiten_scope"])),
            Variant("bron", "tekstvelden", sources=frozenset(["tekstvelden"])),
        )
    )
    assert needed.earns
    assert needed.top1.high < 0
    assert not useless.earns
    assert source.earns
    assert superfluous([needed, useless, source]).signals == {"buiten_scope"}
    same = compare(Variant("alles", "alles"), whole, whole)
    assert trimmed(own, INSIDE, whole, [same, needed, useless]).variant.signals == {"buiten_scope"}


def measured(**kwargs: object) -> Measured:
    own = cases(12)
    whole = score(own, INSIDE[:12], variants()[0])
    results = [compare(one, whole, whole) for one in variants()]
    point = [Point(0.88, Rate(8, 10), Rate(8, 9), Rate(1, 4)), Point(0.95, Rate(5, 10), Rate(5, 5), Rate(0, 4))]
    values: dict[str, object] = {
        "asked": {"dev": MIXED, "apart-vrij": MIXED, "vervolg": [asked(turns=("a", "b"))]},
        "other": None, "curves": {"dev en nieuw": point}, "sensitive": point, "same": {"dev en nieuw": Rate(6, 6)},
        "results": results, "refitted": 0.0, "fit": 12, "kinds": [Kind("kinderen", "een vraag erbij", ("kind",))],
        "pipeline": "eigen pijplijn", "up_to_date": True, "new_file": False, **kwargs,
    }  # fmt: skip
    return Measured(**values)  # type: ignore[arg-type]


def test_the_report_says_what_was_measured_and_what_was_not_there() -> None:
    text = report(measured(), [("Datum", "2026-11-25")], quick=True)
    assert "vragen-nieuw.jsonl`) was er niet" in text
    assert "de cijfers zeggen niets" in text
    assert "| dev | 6 | 0.333 (0.061-0.792) |" in text
    assert "**kinderen**" in text
    assert "Nog door niemand gelezen" in text
    assert "(img/leercurve.svg)" in text
    assert "Verschil met de andere meting" not in text


def test_another_run_is_compared_question_by_question() -> None:
    one = measured()
    worse = {
        name: [replace(each, result=replace(each.result, ranking=())) for each in group]
        for name, group in one.asked.items()
    }
    text = report(replace(one, other=worse), [("Datum", "2026-11-25")])
    assert "Verschil met de andere meting" in text
    assert "| dev | +33.3 (+0.0 tot +100.0) |" in text


def test_the_pictures_are_well_formed() -> None:
    for drawing in (draw_reliability(measured()), draw_thresholds(measured())):
        root = ElementTree.fromstring(drawing)
        assert root.tag.endswith("svg")
        assert root.attrib["aria-label"]


def test_a_bar_in_a_cell_does_not_break_a_table() -> None:
    assert table(("a", "b"), [("x|y", "1\n2")]).splitlines()[-1] == "| x/y | 1 2 |"


def searcher() -> tuple[TracingSearcher, Vraag]:
    """Two products, each with a question in the library; the question model knows nothing."""
    dutch, features = load_dutch(), TextFeatures(min_df=1)
    products = {one.id: one for one in (product("paspoort", synoniemen=["pas"]), product("rijbewijs"))}
    library = [Voorbeeld("mijn paspoort is kwijt", "paspoort"), Voorbeeld("rijbewijs voor de auto", "rijbewijs")]
    vectors = features.fit(dutch.many([*(one.vraag for one in library), "pas", "paspoort", "rijbewijs"]))
    model = LinearModel(
        tuple(products), sparse.csr_matrix((features.size, 2), dtype=np.float32), np.zeros(2, np.float32)
    )
    made = TracingSearcher(
        products,
        model=model,
        from_library=Neighbours(library, vectors[:2]),
        analyse=dutch.many,
        vectorise=features,
    )
    tokens = dutch("mijn paspoort is kwijt")
    return made, Vraag(tokens, features([tokens]), {})


def test_a_product_added_after_training_has_its_own_text_alone() -> None:
    made, vraag = searcher()
    place, nearest = [made.product_at(0), made.product_at(1)].index("paspoort"), SIGNALEN.index("buur")
    right = frozenset(["paspoort"])
    known, new = _case(made, vraag, right, None), _case(made, vraag, right, np.arange(2) == place)
    assert known.signals[place, nearest] == pytest.approx(1.0, abs=1e-5)
    assert 0 < new.signals[place, nearest] < 0.9
    assert new.signals[1 - place, nearest] == known.signals[1 - place, nearest]
    assert new.signals[:, SIGNALEN.index("nieuw")].tolist() == [float(index == place) for index in range(2)]


def test_the_sources_bring_in_all_candidates_and_no_others() -> None:
    made, vraag = searcher()
    candidates, _ = made.signals(vraag)
    brought = made.brought_in(vraag)
    assert set(brought) == set(SOURCES)
    assert set().union(*brought.values()) == set(candidates.tolist())
