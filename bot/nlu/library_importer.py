"""Adds the question library to Rasa's training data, as examples of `vraag_product`.

The product, aspect and voice of each question travel as example metadata. Rasa then sees a changed library as changed
training data, and every component trains on one and the same set.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Dict, List, Optional, Text, Union

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.catalog.library import read_library
from bot.catalog.questions import Voorbeeld, examples_of, read_out_of_scope, read_questions
from bot.search.acts import BUITEN_SCOPE, VRAAG_PRODUCT
from bot.settings import load_settings


class LibraryImporter(TrainingDataImporter):
    """NLU examples from `data/vragen` and from the product files."""

    def __init__(
        self,
        config_file: Optional[Text] = None,
        domain_path: Optional[Text] = None,
        training_data_paths: Optional[Union[List[Text], Text]] = None,
        **kwargs: Any,
    ) -> None:
        """Takes Rasa's arguments; where the library lies is a setting."""
        self._settings = load_settings()

    def get_nlu_data(self, language: Optional[Text] = "nl") -> TrainingData:
        """The library as training data.

        Raises ContentError when a file of it cannot be used.
        """
        settings = self._settings
        products = [file.product for file in read_library(settings.path(settings.products_dir))]
        known = {product.id for product in products}
        folder = settings.path(settings.questions_dir)
        voorbeelden = [voorbeeld for voorbeeld in read_questions(folder) if voorbeeld.product in known]
        messages = [_question(voorbeeld) for voorbeeld in (*examples_of(products), *voorbeelden)]
        messages += [
            Message.build(text, intent=BUITEN_SCOPE, example_metadata={"soort": kind})
            for text, kind in read_out_of_scope(folder)
        ]
        return TrainingData(messages)

    def get_domain(self) -> Domain:
        """Nothing of its own."""
        return Domain.empty()

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        """Nothing of its own."""
        return StoryGraph([])

    def get_conversation_tests(self) -> StoryGraph:
        """Nothing of its own."""
        return StoryGraph([])

    def get_config(self) -> Dict[Text, Any]:
        """Nothing of its own."""
        return {}

    def get_config_file_for_auto_config(self) -> Optional[Text]:
        """No configuration is filled in automatically."""
        return None


def _question(voorbeeld: Voorbeeld) -> Message:
    return Message.build(
        voorbeeld.vraag,
        intent=VRAAG_PRODUCT,
        example_metadata=asdict(voorbeeld),
    )
