"""Rasa's own DIET and ResponseSelector, on a project that is made from the product files."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from bench.content import Example, library_examples, product_examples, read_products
from bench.task import SEED, Built, Rank, Task
from bot.catalog.product import Product
from bot.cli.engine import quiet
from bot.settings import ROOT, load_settings

MODEL = "diet.tar.gz"
RETRIEVAL_INTENT = "faq"
CLASSIFIER_PART = 15
"""DIET gets one epoch for so many of the ResponseSelector."""
OWN_QUESTIONS = "vraag_product"
"""The act of this project that `faq` takes the place of."""


@dataclass(frozen=True)
class Content:
    """What the project is made from."""

    products: Sequence[Product]
    examples: Sequence[Example]
    acts: Sequence[tuple[str, str]]
    """(message, dialogue act)"""
    own_examples: int
    """How many examples stand in the product files."""


def gather(task: Task) -> Content:
    """Product content, and dialogue acts: DIET needs more than one intent."""
    settings = load_settings()
    products = read_products(settings)
    own = product_examples(products)
    examples = library_examples(settings, task.quick) if task.variant == "library" else own
    return Content(products, examples, _acts(), len(own))


def build(task: Task, data: Content) -> Built:
    """Write the project and train it with Rasa."""
    from rasa.model_training import train_nlu

    epochs = scaled_epochs(task.epochs, data.own_examples, len(data.examples))
    _write(task, "domain.yml", domain(data))
    _write(task, "nlu.yml", {"version": "3.1", "nlu": [*faq(data.examples), *intents(data.acts)]})
    _write(task, "config.yml", config(epochs))
    trained = train_nlu(
        config=str(task.path / "config.yml"),
        nlu_data=str(task.path / "nlu.yml"),
        output=str(task.path),
        fixed_model_name=MODEL.removesuffix(".tar.gz"),
        domain=str(task.path / "domain.yml"),
    )
    if not trained:
        raise RuntimeError("Rasa trained no model")
    return Built(
        f"{epochs} epochs of the ResponseSelector over {len(data.examples):,} questions, {classifier_epochs(epochs)} of "
        f"DIET over these and {len(data.acts):,} other messages"
    )


def load(task: Task) -> Rank:
    """The trained model, parsing as Rasa's server does."""
    quiet()
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    agent = Agent.load(model_path=str(task.path / MODEL))
    assert agent.processor is not None
    processor = agent.processor
    loop = asyncio.new_event_loop()

    def rank(question: str) -> Sequence[str]:
        parsed = loop.run_until_complete(processor.parse_message(UserMessage(question)))
        return ranked_products(parsed)

    return rank


def scaled_epochs(epochs: int, own_examples: int, examples: int) -> int:
    """Epochs that take as many steps over more examples; at least one."""
    return max(round(epochs * own_examples / examples), 1)


def classifier_epochs(epochs: int) -> int:
    """Epochs of DIET beside those of the ResponseSelector: few, as it costs most of the time and does not rank."""
    return max(epochs // CLASSIFIER_PART, 1)


def ranked_products(parsed: dict[str, Any]) -> list[str]:
    """Product ids of the ResponseSelector's ranking in a parse result."""
    ranking = parsed["response_selector"][RETRIEVAL_INTENT]["ranking"]
    return [item["intent_response_key"].partition("/")[2] for item in ranking]


def config(epochs: int) -> dict[str, Any]:
    """Rasa's configuration."""
    learning = {"random_seed": SEED}
    classifier = {"entity_recognition": False, "epochs": classifier_epochs(epochs), **learning}
    return {
        "recipe": "default.v1",
        "assistant_id": "bench",
        "language": "nl",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "DIETClassifier", **classifier},
            {"name": "ResponseSelector", "retrieval_intent": RETRIEVAL_INTENT, "epochs": epochs, **learning},
        ],
    }


def domain(data: Content) -> dict[str, Any]:
    """Rasa's domain: the intents, and the short answer of each product as its response."""
    return {
        "version": "3.1",
        "intents": [RETRIEVAL_INTENT, *sorted({act for _, act in data.acts})],
        "responses": {f"utter_{RETRIEVAL_INTENT}/{product.id}": [{"text": product.kort}] for product in data.products},
    }


def faq(examples: Iterable[Example]) -> list[dict[str, str]]:
    """Training examples of the retrieval intent."""
    return intents((text, f"{RETRIEVAL_INTENT}/{product}") for text, product in examples)


def intents(examples: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Training examples as Rasa writes them: a list in a text."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for text, intent in examples:
        grouped[intent].append(one_line(text))
    return [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in dict.fromkeys(texts) if text)}
        for intent, texts in grouped.items()
    ]


def one_line(text: str) -> str:
    """A text on one line, without the brackets that mark entities for Rasa."""
    return " ".join(text.translate(str.maketrans("[]{}", "    ")).split())


def _acts() -> list[tuple[str, str]]:
    from rasa.shared.nlu.constants import INTENT, TEXT
    from rasa.shared.nlu.training_data.loading import load_data

    messages = load_data(str(ROOT / "data" / "nlu")).intent_examples
    return [(one.get(TEXT), one.get(INTENT)) for one in messages if one.get(INTENT) != OWN_QUESTIONS]


def _write(task: Task, name: str, content: dict[str, Any]) -> None:
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000)
    (task.path / name).write_text(text, encoding="utf-8")
