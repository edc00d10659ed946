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
from bot.catalog.live import gemeenten_of
from bot.catalog.opening_hours import TIJDZONE
from bot.nlu import loaded, storage
from bot.nlu.conversation import conversation_so_far, gemeente_of
from bot.nlu.library import library_digest, training_library
from bot.nlu.living import LiveSearch
from bot.nlu.ontleding import ontleding_of
from bot.nlu.question_featurizer import QuestionFeaturizer
from bot.nlu.result import explanation, write_decision
from bot.search.acts import BUITEN_SCOPE, VRAAG_PRODUCT
from bot.search.dutch import load_dutch
from bot.search.knowledge import Knowledge, learn
from bot.search.thresholds import thresholds_for
from bot.search.understand import Omgeving, understand
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
        self._live = LiveSearch(settings, knowledge) if knowledge is not None else None

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
        component = cls(load_settings(), model_storage, resource, storage.load(model_storage, resource))
        if component._knowledge is not None and component._live is not None:
            loaded.keep_search(component._knowledge, component._live)
        return component

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
            analyse=load_dutch().many,
            vectorise=features,
        )
        self._live = LiveSearch(self._settings, self._knowledge)
        return storage.save(self._model_storage, self._resource, self._knowledge)

    def process(self, messages: List[Message], tracker: DialogueStateTracker) -> List[Message]:
        """Decides on incoming messages, in the light of the conversation."""
        for message in messages:
            self._process(message, tracker)
        return messages

    def _process(self, message: Message, tracker: DialogueStateTracker) -> None:
        assert self._knowledge is not None and self._live is not None, "the component is used before it is trained"
        knowledge, ontleding = self._knowledge, ontleding_of(message)
        assert ontleding.features is not None and ontleding.vector is not None
        features, tekst = ontleding.features, message.get(TEXT) or ""
        gemeente = gemeente_of(message, tracker, self._settings)
        searcher, dutch = self._live(gemeente, features)
        served = gemeenten_of(self._settings)[gemeente]
        drempels = thresholds_for(served.drempels)
        beslissing, vraag = understand(
            tekst,
            ontleding.tokens,
            ontleding.vector,
            ontleding.acts,
            Omgeving(knowledge, features, searcher, dutch, drempels),
            gesprek=conversation_so_far(tracker),
            zaaknummer=bool(case_numbers(tekst, served)),
            afspraak_over=lambda: subject_of(tekst, datetime.now(TIJDZONE).date()),
        )
        write_decision(
            message, beslissing, ontleding, explanation(beslissing, vraag, searcher, knowledge, features, drempels)
        )
