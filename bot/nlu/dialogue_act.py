"""Rasa component: the dialogue act of a message, as its intent."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_EXAMPLE
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse

from bot.nlu import loaded, storage
from bot.nlu.library import library_digest, training_library
from bot.nlu.ontleding import ontleding_of
from bot.nlu.question_featurizer import QuestionFeaturizer
from bot.search.acts import BUITEN_SCOPE, VRAAG_PRODUCT, ActModel, fit_acts, total_per_act


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DialogueActClassifier(GraphComponent):
    """Sets the intent and its ranking, and the shares of the acts with their kinds."""

    def __init__(self, model_storage: ModelStorage, resource: Resource, model: Optional[ActModel] = None) -> None:
        """Starts untrained, or with what was learned."""
        self._model_storage, self._resource = model_storage, resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DialogueActClassifier:
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
    ) -> DialogueActClassifier:
        """The trained component."""
        component = cls(model_storage, resource, storage.load(model_storage, resource))
        if component._model is not None:
            loaded.keep_acts(component._model)
        return component

    @classmethod
    def required_components(cls) -> List[Type]:
        """It reads the vector that QuestionFeaturizer sets."""
        return [QuestionFeaturizer]

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Retrain when the question library changes."""
        return library_digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the acts from all examples with an intent."""
        examples, library = training_data.intent_examples, training_library()
        features = ontleding_of(examples[0]).features
        assert features is not None
        vectors = library.vectors(features)
        parts = [*(ontleding_of(message).vector for message in examples), vectors.outside]
        questions = sparse.vstack([vectors.subjects, vectors.questions], format="csr")
        labels = [_label(message) for message in examples]
        labels += [f"{BUITEN_SCOPE}/{kind}" for _, kind in library.out_of_scope]
        labels += [VRAAG_PRODUCT] * questions.shape[0]
        matrix = sparse.vstack([*parts, questions], format="csr")
        self._model = fit_acts(matrix, labels)
        return storage.save(self._model_storage, self._resource, self._model)

    def process(self, messages: List[Message]) -> List[Message]:
        """Classifies incoming messages."""
        assert self._model is not None, "the component is used before it is trained"
        for message in messages:
            ontleding = ontleding_of(message)
            shares = self._model.shares(ontleding.vector)
            acts = total_per_act(shares)
            ranking = [{"name": act, "confidence": share} for act, share in acts.items()]
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            ontleding.acts = shares
        return messages


def _label(message: Message) -> str:
    """The intent, with the kind (`soort` or `taal`) of examples that have one: `noodgeval/zelfmoord`."""
    example = (message.get(METADATA) or {}).get(METADATA_EXAMPLE) or {}
    kind = example.get("soort") or example.get("taal")
    return f"{message.get(INTENT)}/{kind}" if kind else str(message.get(INTENT))
