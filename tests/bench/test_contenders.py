"""Small contenders on small content: what is built is found again, and nothing in a question is an operator."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from bench.contenders import CONTENDERS, NAMES
from bench.contenders.rasa_diet import (
    Content,
    classifier_epochs,
    config,
    domain,
    faq,
    intents,
    ranked_products,
    scaled_epochs,
)
from bench.contenders.sqlite_fts5 import match_query
from bench.content import Document, sample_per_product
from bench.task import Task

FIELDS = ("naam", "synoniemen", "vragen", "kort", "aspecten")
DOCUMENTS = [
    Document(product, dict(zip(FIELDS, (name, "", question, text, ""), strict=True)))
    for product, name, question, text in (
        ("paspoort", "Paspoort aanvragen", "Wat kost een paspoort?", "U vraagt het paspoort aan de balie aan."),
        ("afval", "Container niet geleegd", "Mijn kliko is niet geleegd", "Laat hem aan de straat staan."),
        ("hond", "Hondenbelasting", "Moet ik betalen voor mijn hond?", "Meld uw hond aan."),
    )
]
EXAMPLES = [(text, one.product) for one in DOCUMENTS for text in (one.fields["naam"], one.fields["vragen"])]
ODD = ['"', "a AND b OR", "NEAR(x y)", "kliko*", "naam:hond", "'; DROP TABLE search; --", "", "🙂", "\0", "(", "^x"]


@pytest.mark.parametrize(
    ("module", "variant", "data"),
    [
        ("bm25", "", DOCUMENTS),
        ("sqlite_fts5", "", DOCUMENTS),
        ("fuzzy", "WRatio", EXAMPLES),
        ("fuzzy", "token_set_ratio", EXAMPLES),
        ("tfidf", "products", EXAMPLES),
    ],
)
def test_finds_what_it_learned_and_takes_anything(module: str, variant: str, data: list, tmp_path: Path) -> None:
    contender = importlib.import_module(f"bench.contenders.{module}")
    task = Task(str(tmp_path), variant)
    contender.build(task, data)
    rank = contender.load(task)
    assert rank("mijn kliko is niet geleegd")[0] == "afval"
    assert rank("PASPOORT kosten?")[0] == "paspoort"
    for text in ODD:
        assert set(rank(text)) <= {"paspoort", "afval", "hond"}


def test_a_query_is_quoted_words_without_stop_words() -> None:
    assert match_query('Wat kost een "paspoort" OR (x)') == '"kost" OR "paspoort" OR "or" OR "x"'
    assert match_query("wat is de") == ""


def test_every_contender_has_what_a_contender_needs() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for contender in CONTENDERS:
        module = importlib.import_module(f"bench.contenders.{contender.module}")
        assert all(callable(getattr(module, name)) for name in ("gather", "build", "load"))
        assert contender.cleans == hasattr(module, "clean")


def test_rasa_training_data_is_one_line_per_example_without_entities() -> None:
    assert faq([("Wat kost\n het [nu](x)?", "a"), ("Wat kost het nu (x)?", "a"), ("hoi", "b")]) == [
        {"intent": "faq/a", "examples": "- Wat kost het nu (x)?\n"},
        {"intent": "faq/b", "examples": "- hoi\n"},
    ]
    assert intents([("{}", "leeg"), ("dag", "leeg")]) == [{"intent": "leeg", "examples": "- dag\n"}]


def test_rasa_project_has_a_response_for_each_product() -> None:
    made = domain(Content((), (), (("dag", "afscheid"), ("hoi", "begroeting")), 0))
    assert made["intents"] == ["faq", "afscheid", "begroeting"]
    pipeline = config(30)["pipeline"]
    assert [part["name"] for part in pipeline][-2:] == ["DIETClassifier", "ResponseSelector"]
    assert pipeline[-1]["epochs"] == 30
    assert pipeline[-2]["epochs"] == classifier_epochs(30)
    assert classifier_epochs(1) == 1


def test_more_examples_get_as_many_steps() -> None:
    assert scaled_epochs(30, 1000, 1000) == 30
    assert scaled_epochs(30, 1000, 3000) == 10
    assert scaled_epochs(1, 1000, 9000) == 1


def test_rasa_ranking_is_product_ids() -> None:
    parsed = {
        "response_selector": {
            "faq": {"ranking": [{"intent_response_key": "faq/a-b"}, {"intent_response_key": "faq/c"}]}
        }
    }
    assert ranked_products(parsed) == ["a-b", "c"]


def test_a_sample_per_product_leaves_each_product_in() -> None:
    examples = [(str(number), "a") for number in range(20)] + [("x", "b")]
    few = sample_per_product(examples, 5)
    assert [product for _, product in few] == ["a"] * 5 + ["b"]
    assert few == sample_per_product(examples, 5)
