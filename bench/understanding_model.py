"""What the trained model holds, outside Rasa: to decide again with other thresholds, and to fit the ranker anew."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from bench.understanding_figures import Rate, rate
from bench.understanding_sets import Asked, product_questions
from bot.catalog.product import Product
from bot.nlu import storage
from bot.search.acts import VRAAG_PRODUCT, ActModel, total_per_act
from bot.search.decision import Bericht, Beslissing, Drempels, Gesprek, Uitkomst, decide
from bot.search.dutch import Dutch
from bot.search.features import TextFeatures
from bot.search.knowledge import Knowledge
from bot.search.searcher import Ranking, Searcher, Vraag

CHOSEN = Drempels()
"""The thresholds that the project chose."""
THRESHOLDS = tuple(sorted({*(round(0.5 + step * 0.05, 2) for step in range(10)), CHOSEN.antwoord, CHOSEN.gevoelig}))


@dataclass(frozen=True)
class Learned:
    """What the components of the pipeline learned."""

    features: TextFeatures
    acts: ActModel
    knowledge: Knowledge


def load_learned(model: Path) -> Learned:
    """Unpack a trained model and read what our components stored in it."""
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    with tempfile.TemporaryDirectory() as folder:
        kept, metadata = LocalModelStorage.from_model_archive(Path(folder), model)
        nodes = metadata.predict_schema.nodes.values()
        found = {
            node.uses.__name__: storage.load(kept, node.resource)
            for node in nodes
            if node.resource is not None and node.uses.__module__.startswith("bot.nlu")
        }
    return Learned(found["QuestionFeaturizer"], found["DialogueActClassifier"], found["ProductRetriever"])


def searcher_of(learned: Learned, products: Mapping[str, Product], dutch: Dutch) -> Searcher:
    """A searcher as the engine makes it."""
    return Searcher(
        products,
        model=learned.knowledge.questions,
        from_library=learned.knowledge.library,
        analyse=dutch.many,
        vectorise=learned.features,
    )


def message_of(text: str, learned: Learned, searcher: Searcher, dutch: Dutch) -> Bericht:
    """A first message of a conversation, ready to be decided upon, as `ProductRetriever` makes it.

    Without the aspect: in a first message it decides on no outcome and no product, and it is measured through the engine.
    """
    tokens = dutch(text)
    vector = learned.features([tokens])
    ranker = learned.knowledge.ranker

    @lru_cache(maxsize=16)
    def search(part: str) -> Ranking:
        words = dutch(part)
        return searcher.rank(Vraag(words, learned.features([words]), {VRAAG_PRODUCT: 1.0}), ranker)

    return Bericht(
        tekst=text,
        tokens=tokens,
        acts=total_per_act(learned.acts.shares(vector)),
        aspect=None,
        ranking=searcher.rank(Vraag(tokens, vector, learned.knowledge.scope.shares(vector)), ranker),
        gesprek=Gesprek(),
        drempels=Drempels(),
        products=searcher.products,
        zoek=search,
    )


@dataclass(frozen=True)
class Point:
    """What one answer threshold comes to."""

    threshold: float
    direct: Rate
    """Answered directly, of the questions that a product answers."""
    precision: Rate
    false: Rate
    """Answered directly, of the questions that no product answers."""


def threshold_curve(
    asked: Sequence[Asked], messages: Sequence[Bericht], thresholds: Sequence[float] = THRESHOLDS
) -> list[Point]:
    """The decisions with other answer thresholds; the one for sensitive subjects is set to the same value."""
    points = []
    for threshold in thresholds:
        drempels = Drempels(antwoord=threshold, gevoelig=threshold)
        decided = [decide(replace(message, drempels=drempels)) for message in messages]
        points.append(point_of(threshold, asked, decided))
    return points


def point_of(threshold: float, asked: Sequence[Asked], decided: Sequence[Beslissing]) -> Point:
    """The figures of the decisions with one threshold."""
    pairs = list(zip(asked, decided, strict=True))
    answered = [(one, beslissing) for one, beslissing in pairs if beslissing.uitkomst is Uitkomst.ANTWOORD]
    return Point(
        threshold,
        rate([beslissing.uitkomst is Uitkomst.ANTWOORD for one, beslissing in pairs if one.vraag.producten]),
        rate([beslissing.product in one.vraag.producten for one, beslissing in answered]),
        rate([beslissing.uitkomst is Uitkomst.ANTWOORD for one, beslissing in pairs if not one.vraag.producten]),
    )


def same_as_engine(asked: Sequence[Asked], messages: Sequence[Bericht]) -> Rate:
    """How often deciding outside Rasa gives the outcome and product that the engine gave."""
    pairs = [(one.result, decide(message)) for one, message in zip(asked, messages, strict=True)]
    return rate([(one.uitkomst, one.product) == (again.uitkomst, again.product) for one, again in pairs])


def single_questions(asked: Sequence[Asked]) -> list[Asked]:
    """Product questions that are no part of a conversation."""
    return [one for one in product_questions(asked) if len(one.item.turns) == 1]


def is_sensitive(message: Bericht) -> bool:
    """Whether the best product is a sensitive one."""
    treffers = message.ranking.treffers
    return bool(treffers) and message.products[treffers[0].product].kop.gevoelig


def calibration_pairs(asked: Sequence[Asked]) -> tuple[np.ndarray, np.ndarray]:
    """Certainty of the best product and whether it is right, per product question."""
    questions = product_questions(asked)
    right = [bool(one.result.ranking) and one.result.ranking[0] in one.vraag.producten for one in questions]
    return np.array([one.result.zekerheid for one in questions]), np.array(right, dtype=bool)
