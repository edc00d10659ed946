"""Rasa component: which product a message asks for, how certain that is, and what should happen.

It reads the conversation (the tracker) for follow-ups and for choices that were offered, and leaves entities that fill
slots: product, aspect, uitkomst, candidates. What it decides is worked out in `bot.search.decision`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List, Optional, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse

from bot.appointments.subject import subject_of
from bot.case_numbers import case_numbers
from bot.catalog.live import gemeenten_of, live_catalog
from bot.catalog.opening_hours import TIJDZONE
from bot.catalog.tables import CENTRAAL
from bot.nlu import storage
from bot.nlu.conversation import conversation_so_far, gemeente_of
from bot.nlu.library import library_digest, training_library
from bot.nlu.ontleding import Ontleding, ontleding_of
from bot.nlu.question_featurizer import QuestionFeaturizer
from bot.nlu.result import explanation, write_decision
from bot.search.acts import BUITEN_SCOPE, VRAAG_PRODUCT, total_per_act
from bot.search.decision import Bericht, decide
from bot.search.dutch import load_dutch
from bot.search.features import TextFeatures
from bot.search.knowledge import Knowledge, learn
from bot.search.needs import last_sentence
from bot.search.searcher import Ranking, Searcher, Vraag
from bot.search.thresholds import thresholds_for
from bot.settings import Settings, load_settings


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ProductRetriever(GraphComponent):
    """Ranks products, decides on the outcome, and sets intent and entities accordingly."""

    def __init__(
        self,
        settings: Settings,
        model_storage: ModelStorage,
        resource: Resource,
        knowledge: Optional[Knowledge] = None,
    ) -> None:
        """Starts untrained, or with what was learned; opens the live catalogue at the first message."""
        self._settings = settings
        self._model_storage, self._resource = model_storage, resource
        self._knowledge = knowledge
        self._dutch = load_dutch()
        self._searchers: Dict[str, Searcher] = {}
        self._revisies: Dict[str, int] = {}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ProductRetriever:
        """A new, untrained component."""
        return cls(load_settings(), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ProductRetriever:
        """The trained component."""
        return cls(load_settings(), model_storage, resource, storage.load(model_storage, resource))

    @classmethod
    def required_components(cls) -> List[Type]:
        """It needs vector and words; when it runs, the acts as well."""
        return [QuestionFeaturizer]

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Retrain when the question library changes."""
        return library_digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the question model, the scope, the aspects and the ranker."""
        examples, library = training_data.intent_examples, training_library()
        features = ontleding_of(examples[0]).features
        assert features is not None
        vectors = library.vectors(features)
        acts = [message for message in examples if message.get(INTENT) != VRAAG_PRODUCT]
        self._knowledge = learn(
            library.products,
            library.voorbeelden,
            vectors.questions,
            [
                *((message.get(TEXT), message.get(INTENT)) for message in acts),
                *((text, BUITEN_SCOPE) for text, _ in library.out_of_scope),
            ],
            sparse.vstack([*(ontleding_of(message).vector for message in acts), vectors.outside], format="csr"),
            vectors.subjects,
            library.held_apart,
            analyse=self._dutch.many,
            vectorise=features,
        )
        return storage.save(self._model_storage, self._resource, self._knowledge)

    def process(self, messages: List[Message], tracker: DialogueStateTracker) -> List[Message]:
        """Decides on incoming messages, in the light of the conversation."""
        for message in messages:
            self._process(message, tracker)
        return messages

    def _process(self, message: Message, tracker: DialogueStateTracker) -> None:
        assert self._knowledge is not None, "the component is used before it is trained"
        knowledge, ontleding = self._knowledge, ontleding_of(message)
        assert ontleding.features is not None and ontleding.vector is not None
        features = ontleding.features
        gemeente = gemeente_of(message, tracker, self._settings)
        searcher = self._searcher(gemeente, features)
        vraag = Vraag(ontleding.tokens, ontleding.vector, knowledge.scope.shares(ontleding.vector))

        def zoek(text: str) -> Ranking:
            tokens = self._dutch(text)
            return searcher.rank(Vraag(tokens, features([tokens]), {VRAAG_PRODUCT: 1.0}), knowledge.ranker)

        served = gemeenten_of(self._settings)[gemeente]
        drempels = thresholds_for(served.drempels)
        beslissing = decide(
            Bericht(
                tekst=message.get(TEXT) or "",
                tokens=vraag.tokens,
                acts=total_per_act(ontleding.acts),
                # A bare word asks for no single aspect.
                aspect=self._aspect(message.get(TEXT) or "", ontleding, features) if len(vraag.tokens) > 1 else None,
                ranking=searcher.rank(vraag, knowledge.ranker),
                gesprek=conversation_so_far(tracker),
                drempels=drempels,
                products=searcher.products,
                zoek=zoek,
                genoemd=searcher.named(vraag.tokens),
                afspraak_over=lambda: subject_of(message.get(TEXT) or "", datetime.now(TIJDZONE).date()),
                zaaknummer=bool(case_numbers(message.get(TEXT) or "", served)),
            )
        )
        write_decision(
            message, beslissing, ontleding, explanation(beslissing, vraag, searcher, knowledge, features, drempels)
        )

    def _aspect(self, text: str, ontleding: Ontleding, features: TextFeatures) -> Optional[str]:
        assert self._knowledge is not None
        last = last_sentence(text)
        vector = features([self._dutch(last)]) if last else None
        return self._knowledge.aspects.aspect(ontleding.vector, vector)

    def _searcher(self, gemeente: str, features: TextFeatures) -> Searcher:
        """The searcher over this municipality's live texts; those without texts of their own share one."""
        assert self._knowledge is not None
        catalog = live_catalog(self._settings)
        revisie = catalog.refresh()
        products = catalog.products(gemeente)
        key = gemeente if catalog.has_own(gemeente) else CENTRAAL
        known = self._searchers.get(key)
        if known is None or self._revisies.get(key) != revisie:
            base = known or self._searchers.get(CENTRAAL)
            if base is not None:
                known = base.renewed(products)
            else:
                known = Searcher(
                    products,
                    model=self._knowledge.questions,
                    from_library=self._knowledge.library,
                    analyse=self._dutch.many,
                    vectorise=features,
                    known=self._knowledge.texts,
                )
            self._searchers[key], self._revisies[key] = known, revisie
        return known
