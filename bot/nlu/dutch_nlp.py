"""Rasa component: words and lemmas of a message."""

from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.conversation import gemeente_of
from bot.nlu.keys import ONTLEDING
from bot.nlu.living import live_dutch
from bot.nlu.ontleding import Ontleding
from bot.search.dutch import load_dutch
from bot.settings import Settings, load_settings


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class DutchNlp(GraphComponent):
    """Sets the words: with nl_core_news_md when it is installed, with the project's own pipeline otherwise.

    Words that editors added to the thesaurus count as soon as they are live; in training only those of its file do.
    """

    def __init__(self, settings: Settings) -> None:
        """Loads the best pipeline on this machine."""
        self._settings = settings
        load_dutch()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DutchNlp:
        """Of this installation."""
        return cls(load_settings())

    @classmethod
    def required_components(cls) -> List[Type]:
        """None: it is the first."""
        return []

    def process(self, messages: List[Message], tracker: DialogueStateTracker) -> List[Message]:
        """Tokenises incoming messages, by the words of their municipality."""
        for message in messages:
            dutch = live_dutch(self._settings, gemeente_of(message, tracker, self._settings))
            message.set(ONTLEDING, Ontleding(dutch(message.get(TEXT) or "")))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Tokenises the training messages."""
        examples = training_data.training_examples
        words = load_dutch().many([example.get(TEXT) or "" for example in examples])
        for message, tokens in zip(examples, words, strict=True):
            message.set(ONTLEDING, Ontleding(tokens))
        return training_data
