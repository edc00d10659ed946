"""Rasa component: the vector of a message, shared by all components after it."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import loaded, storage
from bot.nlu.dutch_nlp import DutchNlp
from bot.nlu.library import library_digest, training_library
from bot.nlu.ontleding import ontleding_of
from bot.search.features import TextFeatures


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class QuestionFeaturizer(GraphComponent):
    """Sets the vector: TF-IDF of lemmas and of pieces of words."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, features: Optional[TextFeatures] = None
    ) -> None:
        """Starts untrained, or with what was learned."""
        self._model_storage, self._resource = model_storage, resource
        self.features = features or TextFeatures()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionFeaturizer:
        """A new, untrained component."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> QuestionFeaturizer:
        """The trained component."""
        component = cls(model_storage, resource, storage.load(model_storage, resource))
        loaded.keep_features(component.features)
        return component

    @classmethod
    def required_components(cls) -> List[Type]:
        """It reads the words that DutchNlp sets."""
        return [DutchNlp]

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Retrain when the question library changes."""
        return library_digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the vocabulary."""
        library = training_library()
        self.features.fit(
            [
                *(ontleding_of(message).tokens for message in training_data.training_examples),
                *library.questions.tokens,
                *library.outside.tokens,
                *library.subjects.tokens,
            ]
        )
        return storage.save(self._model_storage, self._resource, self.features)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Sets the vectors of the training messages."""
        self._set(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets the vectors of incoming messages."""
        self._set(messages)
        return messages

    def _set(self, messages: List[Message]) -> None:
        ontledingen = [ontleding_of(message) for message in messages]
        matrix = self.features([ontleding.tokens for ontleding in ontledingen])
        for index, ontleding in enumerate(ontledingen):
            ontleding.vector = matrix[index]
            ontleding.features = self.features
