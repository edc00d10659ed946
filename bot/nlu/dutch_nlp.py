"""Rasa component: words and lemmas of a message."""

from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.keys import ONTLEDING
from bot.nlu.ontleding import Ontleding
from bot.search.dutch import Dutch, load_dutch


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class DutchNlp(GraphComponent):
    """Sets the words: with nl_core_news_md when it is installed, with the project's own pipeline otherwise."""

    def __init__(self, dutch: Dutch) -> None:
        """Keeps the pipeline of this process."""
        self._dutch = dutch

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DutchNlp:
        """Loads the best pipeline on this machine."""
        return cls(load_dutch())

    @classmethod
    def required_components(cls) -> List[Type]:
        """None: it is the first."""
        return []

    def process(self, messages: List[Message]) -> List[Message]:
        """Tokenises incoming messages."""
        for message in messages:
            message.set(ONTLEDING, Ontleding(self._dutch(message.get(TEXT) or "")))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Tokenises the training messages."""
        examples = training_data.training_examples
        words = self._dutch.many([example.get(TEXT) or "" for example in examples])
        for message, tokens in zip(examples, words, strict=True):
            message.set(ONTLEDING, Ontleding(tokens))
        return training_data
